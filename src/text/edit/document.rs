//! [`Document`]: a whole text file in memory, to be edited.
//!
//! Text that no edit touches keeps its exact bytes, even where its encoding allows other bytes for the
//! same text. Each bad byte is represented by one placeholder character. `new_bytes` converts the edited
//! text to bytes.
//!
//! May import: `error`. It does not read or write files.

use std::borrow::Cow;
use std::collections::BTreeSet;

use encoding_rs::ISO_2022_JP;

use crate::error::{Code, ToolError};
use crate::text::detect::by_chance::are_texts_by_chance;
use crate::text::detect::detected::{Encoding, is_iso_2022_jp};
use crate::text::detect::evidence::{Evidence, Pieces, WHOLE};
use crate::text::detect::named_encoding::believed;
use crate::text::detect::reading::Reading;
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::{Marks, Taken, escape, has_nul, with_escapes};
use crate::text::encoding::runs::{Run, all_runs};
use crate::text::lookalike::unseen::escaped;

/// How a file gets another encoding.
pub(in crate::text) const REWRITE: &str =
    "write_file with mode=overwrite and the whole contents rewrites the file in UTF-8";
/// Most bad bytes of a text that is edited: of each is held where it is.
const MOST_BAD: usize = 100_000;

/// A whole text file.
#[derive(Debug)]
pub struct Document {
    pub(in crate::text) shown: String,
    pub(in crate::text) encoding: Encoding,
    pub(in crate::text) held: Held,
    /// What stands for bad bytes in the text, where it has any.
    pub(in crate::text) marks: Option<Marks>,
    /// Which bytes are bad somewhere.
    bad: BTreeSet<u8>,
    /// Did the client name the encoding?
    pub(in crate::text) is_named: bool,
    /// Does the client want a byte order mark in a file that is empty?
    pub(in crate::text) wants_mark: bool,
    /// A note about the encoding that the client named.
    pub(in crate::text) note: Option<String>,
}

#[derive(Debug)]
pub(in crate::text) enum Held {
    /// Its bytes, the mark among them, are the text.
    Utf8(String),
    Other {
        bytes: Vec<u8>,
        /// What the bytes after the byte order mark are.
        text: String,
        /// Where runs of text and of bad bytes begin, in order.
        starts: Vec<Start>,
    },
}

/// Where a run begins, in the text and in the bytes after the byte order mark.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::text) struct Start {
    pub(in crate::text) text: usize,
    pub(in crate::text) byte: usize,
}

impl Document {
    /// The text that these bytes are; errors name it `shown`.
    ///
    /// # Errors
    /// `not_text` where they are none, or a text of which no part can be changed separately.
    pub fn new(shown: &str, bytes: Vec<u8>) -> Result<Self, ToolError> {
        Self::new_as(None, shown, bytes, [])
    }

    /// The same in the coding that the client named, to be edited with `texts`.
    ///
    /// # Errors
    /// Those of [`new`](Self::new); `bad_args` where the bytes contradict the name.
    pub fn new_as<'t>(
        named: Option<Coding>,
        shown: &str,
        bytes: Vec<u8>,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Self, ToolError> {
        let texts: Vec<&str> = texts.into_iter().collect();
        let evidence = Evidence::through(bytes.as_slice())?;
        let (named, note) = believed(shown, &evidence, named, texts.iter().copied())?;
        let encoding = Encoding::of(&evidence, named).map_err(|_| binary(shown))?;
        drop(evidence);
        if is_iso_2022_jp(&bytes) {
            let sentence = format!(
                "`{shown}` is in ISO-2022-JP, where what bytes mean depends on those before them"
            );
            return Err(ToolError::new(Code::NotText, sentence).hint(REWRITE));
        }
        if encoding.coding() == Coding::Standard(ISO_2022_JP) {
            return Err(not_written(shown, encoding.coding()));
        }
        let bytes = match encoding.coding() {
            Coding::Utf8 => match String::from_utf8(bytes) {
                Ok(text) => {
                    let plain = Self::plain(shown, encoding, Held::Utf8(text));
                    return Ok(Self { is_named: named.is_some(), note, ..plain });
                }
                Err(error) => error.into_bytes(),
            },
            _ => bytes,
        };
        let is_named = named.is_some();
        Ok(Self { is_named, note, ..Self::marked(shown, bytes, encoding, texts)? })
    }

    /// A text without bad bytes.
    fn plain(shown: &str, encoding: Encoding, held: Held) -> Self {
        let shown = shown.into();
        let bad = BTreeSet::new();
        let is_named = false;
        let wants_mark = false;
        Self { shown, encoding, held, marks: None, bad, is_named, wants_mark, note: None }
    }

    /// The same that gets a byte order mark if it is empty and `wants_mark`.
    #[must_use]
    pub fn marked_if_empty(self, wants_mark: bool) -> Self {
        Self { wants_mark, ..self }
    }

    /// Does the file get a byte order mark? An empty one gets what a new one does.
    pub(in crate::text) fn gets_mark(&self) -> bool {
        self.bytes().is_empty() && (self.wants_mark || self.encoding.coding().is_marked())
    }

    /// A text that is not UTF-8 or not valid.
    fn marked<'t>(
        shown: &str,
        bytes: Vec<u8>,
        encoding: Encoding,
        texts: impl IntoIterator<Item = &'t str>,
    ) -> Result<Self, ToolError> {
        let rest = bytes.get(mark(encoding)..).unwrap_or_default();
        if let Some(text) = encoding.coding().decode(rest) {
            let starts = vec![Start { text: 0, byte: 0 }];
            let held = Held::Other { text: text.into_owned(), bytes, starts };
            return Ok(Self::plain(shown, encoding, held));
        }
        let mut taken = Taken::new();
        let mut bad_bytes = 0;
        let mut all_bad = BTreeSet::new();
        all_runs(encoding.coding(), rest, &mut |run| match run {
            Run::Text(text, _) => taken.see(text),
            Run::Bad(bad) => {
                bad_bytes += bad.len();
                all_bad.extend(bad);
            }
        });
        texts.into_iter().for_each(|text| taken.see(text));
        let marks = taken.free().filter(|_| bad_bytes <= MOST_BAD).ok_or_else(|| {
            let name = encoding.coding().name();
            let sentence = format!("`{shown}` has {bad_bytes} bytes that are not valid {name}");
            ToolError::new(Code::NotText, sentence)
                .hint("name its `encoding`, or rewrite all of it with write_file")
        })?;
        let mut text = String::new();
        let mut starts = vec![];
        let mut byte = 0;
        let mut is_text = false;
        all_runs(encoding.coding(), rest, &mut |run| {
            let start = Start { text: text.len(), byte };
            match run {
                Run::Text(run, len) => {
                    if !is_text {
                        starts.push(start);
                    }
                    text += run;
                    byte += len;
                    is_text = true;
                }
                Run::Bad(bad) => {
                    for bad in bad {
                        starts.push(Start { text: text.len(), byte });
                        text.push(marks.mark(*bad));
                        byte += 1;
                    }
                    is_text = false;
                }
            }
        });
        // A place may also be the end of it.
        starts.push(Start { text: text.len(), byte });
        let held = Held::Other { bytes, text, starts };
        let shown = shown.into();
        let is_named = false;
        let wants_mark = false;
        let marks = Some(marks);
        let bad = all_bad;
        Ok(Self { shown, encoding, held, marks, bad, is_named, wants_mark, note: None })
    }

    /// A note about the encoding that the client named.
    pub fn note(&self) -> Option<&str> {
        self.note.as_deref()
    }

    /// The text, without a byte order mark.
    pub fn text(&self) -> &str {
        match &self.held {
            Held::Utf8(text) => text.get(mark(self.encoding)..).unwrap_or_default(),
            Held::Other { text, .. } => text,
        }
    }

    /// The bytes of the file.
    pub fn bytes(&self) -> &[u8] {
        match &self.held {
            Held::Utf8(text) => text.as_bytes(),
            Held::Other { bytes, .. } => bytes,
        }
    }

    /// The encoding, where it is not UTF-8 without a mark and nothing else.
    pub fn encoding(&self) -> Option<Cow<'static, str>> {
        // In a large file the bad bytes may be where nobody looked.
        let is_plain = self.encoding.name().is_none() && self.marks.is_some();
        if is_plain { Some("UTF-8 with bad bytes".into()) } else { self.encoding.name() }
    }

    /// The same of the bytes that an edit makes of it, and a note if they are read in another encoding than before.
    ///
    /// # Errors
    /// Those of collecting the evidence, of which bytes in memory have none.
    pub fn encoding_after(&self, pieces: &[Cow<'_, [u8]>]) -> Result<Vec<String>, ToolError> {
        if self.encoding().is_none() && !self.gets_mark() {
            let texts = pieces.iter().filter_map(|piece| std::str::from_utf8(piece).ok());
            let is_guessed = are_texts_by_chance(texts);
            return Ok(is_guessed.then(|| "UTF-8 (guessed)".to_owned()).into_iter().collect());
        }
        let pieces_of = Pieces(pieces);
        let evidence = Evidence::through(&pieces_of)?;
        let detected = Encoding::detect(&evidence);
        let coding = self.encoding.coding();
        let is = if self.is_named { Encoding::of(&evidence, Some(coding)) } else { detected };
        let name = match is.map(Encoding::name) {
            Ok(None) if self.marks.is_some() && !are_utf8(pieces) => {
                Some("UTF-8 with bad bytes".into())
            }
            Ok(name) => name,
            Err(_) => Some("not a text any more".into()),
        };
        let before = (!self.is_named).then_some(Reading::from(self.encoding));
        let is_same = detected.is_ok_and(|detected| detected.coding() == coding);
        let note = if is_same { None } else { Reading::of(detected).became(coding, before) };
        Ok(name.map(Cow::into_owned).into_iter().chain(note).collect())
    }

    /// A part of the text, or something that quotes it, as a page shows it.
    pub fn as_shown<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.has_escapes() { with_escapes(text, self.marks.as_ref()) } else { text.into() }
    }

    /// A diff of edits of the text as a page shows the text after them: bad bytes of UTF-8 that come together may be
    /// a character there.
    pub fn diff_as_shown(&self, diff: &str) -> String {
        let joined = self.marks.filter(|_| self.encoding.coding() == Coding::Utf8);
        let joined = joined.map_or_else(|| diff.into(), |marks| marks.joined(diff));
        self.as_shown(&joined).into_owned()
    }

    /// A message about the text as a page shows the text. In the strings of JSON in it, what stands for a bad byte
    /// is an escape of JSON; it becomes the escape of the byte, so that the string stays one.
    pub fn as_told<'t>(&self, message: &'t str) -> Cow<'t, str> {
        let mut told = self.as_shown(message);
        let Some(marks) = self.marks else { return told };
        for byte in &self.bad {
            let mut mark = String::new();
            escaped(marks.mark(*byte), true, &mut mark);
            if told.contains(&mark) {
                told = told.replace(&mark, &format!("\\{}", escape(*byte))).into();
            }
        }
        told
    }

    /// The character of the text that is shown as the escape of this byte, where there is one. In UTF-16
    /// and UTF-32 a zero may be a bad byte or a NUL; `is_nul` tells which is meant.
    pub(in crate::text) fn escaped(&self, byte: u8, is_nul: bool) -> Option<char> {
        let nul = || (byte == 0 && has_nul(self.text())).then_some('\0');
        let bad = self.marks.filter(|_| self.bad.contains(&byte)).map(|marks| marks.mark(byte));
        if is_nul { nul().or(bad) } else { bad.or_else(nul) }
    }

    /// Does a page of this text show anything as escapes?
    pub(in crate::text) fn has_escapes(&self) -> bool {
        self.marks.is_some() || has_nul(self.text())
    }

    /// May a page of this text not show escapes, because it is large and those are elsewhere?
    pub(in crate::text) fn may_be_shown_without_escapes(&self) -> bool {
        self.bytes().len() as u64 > WHOLE
    }
}

pub(in crate::text) fn mark(encoding: Encoding) -> usize {
    usize::try_from(encoding.mark()).unwrap_or_default()
}

/// Are pieces UTF-8 one after the other? A character may be in two of them.
fn are_utf8(pieces: &[Cow<'_, [u8]>]) -> bool {
    let mut begun: Vec<u8> = vec![];
    for piece in pieces {
        let bytes = match begun.as_slice() {
            [] => Cow::Borrowed(piece.as_ref()),
            begun => Cow::Owned([begun, piece].concat()),
        };
        begun = match std::str::from_utf8(&bytes) {
            Ok(_) => vec![],
            Err(invalid) if invalid.error_len().is_none() => {
                bytes.get(invalid.valid_up_to()..).unwrap_or_default().to_vec()
            }
            Err(_) => return false,
        };
    }
    begun.is_empty()
}

/// The refusal to write a part of a text in an encoding that has states, where the file has none of it yet.
pub(in crate::text) fn not_written(shown: &str, coding: Coding) -> ToolError {
    let sentence =
        format!("{} is only written with whole files, and `{shown}` is not in it", coding.name());
    ToolError::new(Code::BadArgs, sentence).hint("leave `encoding` out")
}

fn binary(shown: &str) -> ToolError {
    let sentence = format!("`{shown}` is a binary file, not text");
    ToolError::new(Code::NotText, sentence)
        .hint("only text is edited; write_file replaces whole files; if it is a text, name its `encoding`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_text_is_refused() {
        let refused = |bytes: &[u8]| Document::new("f", bytes.to_vec()).unwrap_err().to_string();
        assert!(refused(b"a\0b").starts_with("not_text: `f` is a binary file"));
        assert!(refused(b"\xFF\xFE\0\xDC\0\xDC").starts_with("not_text: `f` is a binary file"));
        assert!(refused(b"a \x1b$B$\"\x1b(B b").contains("in ISO-2022-JP, where"));
        let late = |byte: &[u8]| [&b"text\n".repeat(100_000), byte].concat();
        let document = Document::new("f", late(b"caf\xe9")).unwrap();
        assert_eq!(document.encoding().unwrap(), "windows-1252 (guessed)");
        assert!(Document::new("f", b"\x1b[1mbold\x1b[0m".to_vec()).is_ok());
        assert_eq!(
            Document::new("f", late(b"\0")).unwrap().encoding().unwrap(),
            "UTF-8 with 1 NUL"
        );
        assert_eq!(Document::new("f", vec![]).unwrap().text(), "");
    }

    #[test]
    fn bad_bytes_are_characters_that_the_text_does_not_have() {
        let document = Document::new("f", "日本語 \u{10FE80}".repeat(9).into_bytes()).unwrap();
        assert_eq!(document.encoding(), None);
        let bytes = [document.bytes(), b"\xE9 \\xE9\0"].concat();
        let document = Document::new("f", bytes).unwrap();
        assert_eq!(document.encoding().unwrap(), "UTF-8 with 1 bad byte and 1 NUL");
        let shown = document.as_shown(document.text());
        assert!(shown.ends_with("語 \u{10FE80}\\xE9 \\x5CxE9\\x00"), "{shown}");
    }
}
