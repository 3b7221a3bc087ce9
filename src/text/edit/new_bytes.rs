//! What bytes an edited [`Document`] is: those that are kept, and what is put in, in its encoding.
//!
//! May import: `error`, `limits`. It does not write files.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::edit::bytes_of_text::{are, places};
use crate::text::edit::document::{Document, Held, REWRITE, Start, mark};
use crate::text::edit::edited::{Edited, Part};
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::has_nul;
use crate::text::encoding::runs::{Run, all_runs};

impl Document {
    /// The bytes of the file after edits of [`Self::text`], one piece after the other.
    ///
    /// # Errors
    /// `bad_args` for a character that the encoding cannot hold, or that would be written in an
    /// encoding that is only guessed; `not_text` where the bytes would not be the edited text;
    /// `timed_out`, `cancelled`.
    pub fn edited<'a>(
        &'a self,
        edited: &'a Edited,
        budget: &Budget,
    ) -> Result<Vec<Cow<'a, [u8]>>, ToolError> {
        let (begin, rest) = self.bytes().split_at_checked(mark(self.encoding)).unwrap_or_default();
        let parts = edited.parts();
        let ends = parts.iter().filter_map(|part| match part {
            Part::Old(range) => Some([range.start, range.end]),
            Part::New(_) => None,
        });
        let ends: Vec<usize> = ends.flatten().collect();
        let places = match &self.held {
            Held::Utf8(_) => Some(ends),
            Held::Other { starts, .. } => self.places(starts, rest, &ends, budget)?,
        };
        let mut places = places.ok_or_else(|| self.torn())?.into_iter();
        self.check_new(parts)?;
        let mut pieces = Vec::with_capacity(parts.len() + 1);
        for part in parts {
            pieces.push(match part {
                Part::New(text) => self.encode(text)?,
                Part::Old(_) => {
                    let range = places.next().zip(places.next()).map(|(from, to)| from..to);
                    rest.get(range.unwrap_or_default()).unwrap_or_default().into()
                }
            });
        }
        let coding = self.encoding.coding();
        let texts = parts.iter().map(|part| part.text(self.text()));
        let both = pieces.iter().map(AsRef::as_ref).zip(texts);
        // In UTF-8 no byte of one character can be taken for one of another.
        if coding != Coding::Utf8 && !are(coding, self.marks, both, budget)? {
            return Err(self.joined(&pieces, &edited.text(self.text())));
        }
        let mark = if self.gets_mark() { coding.mark() } else { begin };
        let has_own = self.text().is_empty()
            && pieces
                .iter()
                .find(|piece| !piece.is_empty())
                .is_some_and(|piece| piece.starts_with(mark));
        if !mark.is_empty() && !has_own {
            pieces.insert(0, mark.into());
        }
        Ok(pieces)
    }

    /// Where places of the text are in the bytes.
    fn places(
        &self,
        starts: &[Start],
        bytes: &[u8],
        wanted: &[usize],
        budget: &Budget,
    ) -> Result<Option<Vec<usize>>, ToolError> {
        let mut found = Vec::with_capacity(wanted.len());
        let mut rest = wanted;
        while let Some(place) = rest.first() {
            let next = starts.partition_point(|start| start.text <= *place);
            let start = next.checked_sub(1).and_then(|at| starts.get(at));
            let Start { text, byte } = *start.unwrap_or(&Start { text: 0, byte: 0 });
            let end = starts.get(next).map_or(usize::MAX, |next| next.text);
            let (here, later) = rest
                .split_at_checked(rest.partition_point(|place| *place < end))
                .unwrap_or_default();
            rest = later;
            if here.iter().all(|place| *place == text) {
                found.extend(here.iter().map(|_| byte));
                continue;
            }
            let run = bytes.get(byte..).unwrap_or_default();
            let run_text = self.text().get(text..).unwrap_or_default();
            let wanted = here.iter().map(|place| place - text);
            match places(self.encoding.coding(), run, run_text, wanted, budget)? {
                Some(places) => found.extend(places.iter().map(|place| byte + place)),
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }

    /// A text in the encoding of this one, without a mark.
    ///
    /// # Errors
    /// `bad_args` for a character that the encoding cannot hold or that it may not have.
    pub fn encode<'t>(&self, text: &'t str) -> Result<Cow<'t, [u8]>, ToolError> {
        let shown = &self.shown;
        if has_nul(text) && !has_nul(self.text()) {
            let sentence = format!("`new_text` holds a NUL character, and `{shown}` has none");
            return Err(ToolError::new(Code::BadArgs, sentence).hint("leave the character out"));
        }
        if matches!(self.held, Held::Utf8(_)) {
            return Ok(text.as_bytes().into());
        }
        let Some(marks) = self.marks else { return self.encode_plain(text) };
        let mut bytes = vec![];
        for part in text.split_inclusive(|c| marks.byte_of(c).is_some()) {
            let bad = part.chars().next_back().and_then(|c| Some((c, marks.byte_of(c)?)));
            let plain = bad.map_or(part, |(c, _)| part.strip_suffix(c).unwrap_or(part));
            bytes.extend_from_slice(&self.encode_plain(plain)?);
            bytes.extend(bad.map(|(_, byte)| byte));
        }
        Ok(bytes.into())
    }

    fn encode_plain<'t>(&self, text: &'t str) -> Result<Cow<'t, [u8]>, ToolError> {
        let coding = self.encoding.coding();
        coding.encode(text).map_err(|c| lacking(&self.shown, coding, c, self.bytes().is_ascii()))
    }

    /// Refuses characters that the text does not have where its encoding is not sure. Others are
    /// written as the bytes that they are there, whatever the encoding is.
    fn check_new(&self, parts: &[Part]) -> Result<(), ToolError> {
        if self.is_sure() {
            return Ok(());
        }
        let new = parts.iter().filter_map(|part| match part {
            Part::New(text) => Some(text.chars()),
            Part::Old(_) => None,
        });
        let is_bad = |c: &char| self.marks.is_some_and(|marks| marks.byte_of(*c).is_some());
        let mut new: BTreeSet<char> =
            new.flatten().filter(|c| !c.is_ascii() && !is_bad(c)).collect();
        let mut chars = self.text().chars().filter(|c| !c.is_ascii());
        while !new.is_empty()
            && let Some(c) = chars.next()
        {
            new.remove(&c);
        }
        let Some(c) = new.first() else { return Ok(()) };
        let what = format!("the text has no `{c}` that shows how it is written");
        Err(unsure(&self.shown, self.encoding.coding(), *c, &what))
    }

    /// Is it sure how a character is written?
    pub(in crate::text) fn is_sure(&self) -> bool {
        self.is_named || !self.encoding.is_guessed()
    }

    /// The error for edits that bring bytes together which mean something else than apart. `expected` is the text that
    /// the pieces should be.
    fn joined(&self, pieces: &[Cow<'_, [u8]>], expected: &str) -> ToolError {
        let coding = self.encoding.coding();
        let mut read = String::new();
        all_runs(coding, &pieces.concat(), &mut |run| match run {
            Run::Text(text, _) => read += text,
            Run::Bad(bad) => {
                read.extend(bad.iter().filter_map(|byte| Some(self.marks?.mark(*byte))));
            }
        });
        let both = read.char_indices().zip(expected.chars());
        let place = both.into_iter().find(|((_, one), other)| one != other);
        let Some(((at, c), _)) = place else { return self.torn() };
        let len = |c: char| match self.marks.and_then(|marks| marks.byte_of(c)) {
            Some(_) => 1,
            None => coding.encode(c.encode_utf8(&mut [0; 4])).map_or(1, |bytes| bytes.len()),
        };
        let mut wanted = String::new();
        let mut left = len(c);
        for c in expected.get(at..).unwrap_or_default().chars() {
            if left == 0 {
                break;
            }
            wanted.push(c);
            left = left.saturating_sub(len(c));
        }
        let line = read.get(..at).unwrap_or_default().matches('\n').count() + 1;
        let shown = &self.shown;
        let name = coding.name();
        let wanted = self.as_shown(&wanted);
        let read = c.to_string();
        let read = self.as_shown(&read);
        let sentence = format!(
            "the edit would join `{wanted}` at line {line} of `{shown}`, and {name} would decode that as `{read}`"
        );
        ToolError::new(Code::NotText, sentence)
            .hint(format!("keep a character between these bytes, or remove them; {REWRITE}"))
    }

    /// The error for an edit that splits a character, or joins bytes so that they mean something else.
    fn torn(&self) -> ToolError {
        let shown = &self.shown;
        let name = self.encoding.coding().name();
        let sentence =
            format!("the edited `{shown}` could not be read back in its encoding, {name}");
        ToolError::new(Code::NotText, sentence).hint(REWRITE)
    }
}

/// The refusal of a character that an encoding does not have: that of the file, or one that the client names for a
/// file that `is_ascii`.
pub(in crate::text) fn lacking(shown: &str, coding: Coding, c: char, is_ascii: bool) -> ToolError {
    let name = coding.name();
    let code = u32::from(c);
    if is_ascii && !coding.is_marked() {
        let sentence = format!(
            "{name}, which `encoding` names, has no character `{c}` (U+{code:04X}); `{shown}` is ASCII"
        );
        return ToolError::new(Code::BadArgs, sentence)
            .hint("leave `encoding` out to write the file in UTF-8");
    }
    let sentence =
        format!("{name}, the encoding of `{shown}`, has no character `{c}` (U+{code:04X})");
    ToolError::new(Code::BadArgs, sentence).hint(REWRITE)
}

/// The refusal of a character in an encoding that is not sure.
pub(in crate::text) fn unsure(shown: &str, coding: Coding, c: char, what: &str) -> ToolError {
    let name = coding.name();
    let guessed = format!("the encoding of `{shown}` is only guessed as {name}");
    if coding.encode(c.encode_utf8(&mut [0; 4])).is_err() {
        let sentence = format!("{guessed}, which has no character `{c}`");
        return ToolError::new(Code::BadArgs, sentence)
            .hint(format!("{REWRITE}, which has it; if another encoding is right, give that one"));
    }
    let others = if coding == Coding::Utf8 {
        "; otherwise another one such as shift_jis or gbk"
    } else {
        ""
    };
    ToolError::new(Code::BadArgs, format!("{guessed}, and {what}")).hint(format!(
        "give the right encoding: encoding={name} if the file reads correctly with it{others}"
    ))
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030, SHIFT_JIS, WINDOWS_1252};

    use super::*;
    use crate::text::edit::apply::apply;
    use crate::text::edit::one_edit::Edit;
    use crate::text::meter::plenty;

    fn edit(document: &Document, old_text: &str, new_text: &str) -> Result<Vec<u8>, ToolError> {
        let edits = [Edit { old_text, new_text, replace_all: false }];
        let edited = apply(document.text(), &edits, &plenty())?;
        Ok(document.edited(&edited, &plenty())?.concat())
    }

    fn known(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Document {
        Document::new_as(Some(Coding::Standard(encoding)), "f", bytes.to_vec(), []).unwrap()
    }

    #[test]
    fn marks_stay_and_are_no_text() {
        let document = Document::new("f", b"\xEF\xBB\xBFone two\r\n".to_vec()).unwrap();
        assert_eq!(document.text(), "one two\r\n");
        assert_eq!(document.encoding().unwrap(), "UTF-8 with BOM");
        assert_eq!(edit(&document, "one", "1").unwrap(), b"\xEF\xBB\xBF1 two\r\n");
        let document = Document::new("f", b"\xFF\xFEa\0\r\0\n\0".to_vec()).unwrap();
        assert_eq!(edit(&document, "a", "b\nc🦀").unwrap(), {
            let mut want = b"\xFF\xFE".to_vec();
            want.extend("b\r\nc🦀\r\n".encode_utf16().flat_map(u16::to_le_bytes));
            want
        });
    }

    #[test]
    fn a_large_text_is_not_copied() {
        let document = Document::new("f", "line\n".repeat(1000).into_bytes()).unwrap();
        let edits = [Edit { old_text: "line\n", new_text: "", replace_all: true }];
        let none = apply(document.text(), &edits, &plenty()).unwrap();
        assert!(document.edited(&none, &plenty()).unwrap().is_empty());
        let document = Document::new("f", b"one two three".to_vec()).unwrap();
        let edits = [Edit { old_text: "two", new_text: "2", replace_all: false }];
        let edited = apply(document.text(), &edits, &plenty()).unwrap();
        let pieces = document.edited(&edited, &plenty()).unwrap();
        assert!(pieces.iter().all(|piece| matches!(piece, Cow::Borrowed(_))));
        assert_eq!(pieces.len(), 3);
    }

    #[test]
    fn kept_text_keeps_the_form_that_its_bytes_have() {
        // Two forms of the same character: this encoder would write the other one.
        let document = known(SHIFT_JIS, b"\xfa\x54 one \x87\x5d");
        let again = document.encode(document.text()).unwrap();
        assert_ne!(again, document.bytes());
        assert_eq!(edit(&document, " one ", " two ").unwrap(), b"\xfa\x54 two \x87\x5d");
        let document = known(GB18030, b"\x84\x31\xa4\x37 one");
        assert_eq!(edit(&document, "one", "two").unwrap(), b"\x84\x31\xa4\x37 two");
    }

    #[test]
    fn what_an_encoding_cannot_hold_is_refused() {
        let document = known(WINDOWS_1252, b"un caf\xe9 tr\xe8s serr\xe9\n");
        assert_eq!(edit(&document, "un", "d\u{e9}").unwrap(), b"d\xe9 caf\xe9 tr\xe8s serr\xe9\n");
        assert_eq!(
            edit(&document, "un", "→ un").unwrap_err().to_string(),
            "bad_args: windows-1252, the encoding of `f`, has no character `→` (U+2192)\n\
             hint: write_file with mode=overwrite and the whole contents rewrites the file in UTF-8"
        );
        assert_eq!(document.encode("\u{e9}").unwrap(), b"\xe9".as_slice());
        let document = known(BIG5, b"a\x88\x62b");
        let said = edit(&document, "\u{304}b", "c").unwrap_err().to_string();
        assert!(said.starts_with("not_text: the edited `f` could not be read back"), "{said}");
        assert_eq!(edit(&document, "b", "c").unwrap(), b"a\x88\x62c");
        let said = edit(&document, "b", "\0").unwrap_err().to_string();
        assert!(said.starts_with("bad_args: `new_text` holds a NUL"), "{said}");
    }

    #[test]
    fn bad_bytes_stay_and_what_is_put_in_is_written_in_the_encoding() {
        let document = Document::new("f", "日本\n語".as_bytes().repeat(5)).unwrap();
        let bytes = [document.bytes(), b"\n\xE9end \xFF\xFE\0\n"].concat();
        let document = Document::new("f", bytes.clone()).unwrap();
        let made = edit(&document, "end", "終わり").unwrap();
        assert_eq!(made, [&bytes[..52], "終わり".as_bytes(), &bytes[55..]].concat());
        let marks = document.marks.unwrap();
        let old = format!("{}end {}", marks.mark(0xE9), marks.mark(0xFF));
        let made = edit(&document, &old, &format!("{}{}x", marks.mark(0xFF), marks.mark(0xE9)));
        assert_eq!(made.unwrap(), [&bytes[..51], b"\xFF\xE9x\xFE\0\n"].concat());
        let cut = [&bytes, b"\xE6\x97".as_slice()].concat();
        let document = Document::new("f", cut.clone()).unwrap();
        let made = edit(&document, "end", "END").unwrap();
        assert_eq!(made, [&cut[..52], b"END", &cut[55..]].concat(), "bad bytes at the end stay");
        let text = "いろは\n".repeat(9);
        let bytes = [&SHIFT_JIS.encode(&text).0, b"a\xFFb\n".as_slice()].concat();
        let document = known(SHIFT_JIS, &bytes);
        let made = edit(&document, "b\n", "ほ\n").unwrap();
        assert_eq!(made, [&bytes[..bytes.len() - 2], b"\x82\xd9\n"].concat());
    }

    #[test]
    fn a_guessed_encoding_gets_only_characters_that_the_text_has() {
        let document = Document::new("f", b"un caf\xe9 tr\xe8s serr\xe9\n".to_vec()).unwrap();
        assert_eq!(edit(&document, "un", "d\u{e9}").unwrap(), b"d\xe9 caf\xe9 tr\xe8s serr\xe9\n");
        assert_eq!(
            edit(&document, "un", "à un").unwrap_err().to_string(),
            "bad_args: the encoding of `f` is only guessed as windows-1252, and the text has no `à` that shows \
             how it is written\nhint: give the right encoding: encoding=windows-1252 if the file reads \
             correctly with it"
        );
        let mut large = b"plain ascii\n".repeat(200_000);
        large.splice(70_000..70_000, *b"\xe9");
        let document = Document::new("f", large).unwrap();
        assert!(edit(&document, "ascii\n\n", "é").is_err());
    }
}
