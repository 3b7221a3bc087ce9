//! [`Document`]: a whole text file, held for an edit, and the bytes of it that an edit leaves.
//!
//! What is kept of a text is kept as the bytes that it was, also where its encoding could write it in
//! another way. What is put in is written in the encoding of the file, or refused.
//!
//! May import: `error`, `limits`. Absent on purpose: reading and writing files, and an encoding that is
//! changed on the way.

use std::borrow::Cow;

use encoding_rs::{ISO_2022_JP, UTF_8};

use super::encoding::{Encoding, Sample};
use super::parts::{Edited, Part};
use super::transcode::{are, encode, places};
use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// Bytes from the beginning of a file, and from the first one on that is not UTF-8, by which its
/// encoding is told: telling it from all of a large file would take many seconds.
const TOLD_BY: usize = 256 << 10;

/// A whole text file.
#[derive(Debug)]
pub struct Document {
    shown: String,
    encoding: Encoding,
    held: Held,
}

#[derive(Debug)]
enum Held {
    /// Its bytes, the mark among them, are the text.
    Utf8(String),
    Other {
        bytes: Vec<u8>,
        /// What the bytes behind the mark are.
        text: String,
    },
}

impl Document {
    /// The text that these bytes are; errors name it `shown`.
    ///
    /// # Errors
    /// `not_text` where they are none, or a text of which no part can be changed by itself.
    pub fn new(shown: &str, bytes: Vec<u8>) -> Result<Self, ToolError> {
        let sample = |from: usize| {
            let rest = bytes.get(from..).unwrap_or_default();
            let (begin, cut_end) = rest.get(..TOLD_BY).map_or((rest, false), |begin| (begin, true));
            Sample { bytes: begin, cut_begin: false, cut_end }
        };
        let odd = std::str::from_utf8(&bytes).err().map(|error| sample(error.valid_up_to()));
        match Encoding::detect(sample(0), odd.as_slice()) {
            Ok(encoding) => Self::of(shown, bytes, encoding),
            Err(_) => Err(binary(shown)),
        }
    }

    /// The text that these bytes are in an encoding.
    fn of(shown: &str, bytes: Vec<u8>, encoding: Encoding) -> Result<Self, ToolError> {
        if encoding.bare() == ISO_2022_JP || is_iso_2022_jp(&bytes) {
            let sentence = format!(
                "`{shown}` is in ISO-2022-JP, where what bytes mean depends on those before them"
            );
            return Err(ToolError::new(Code::NotText, sentence)
                .hint("write_file rewrites the file in UTF-8"));
        }
        let undecodable = || {
            let name = encoding.bare().name();
            let sentence = format!("`{shown}` looks like {name}, but not all of it is");
            ToolError::new(Code::NotText, sentence)
                .hint("write_file rewrites the file; get_file_info says what it is")
        };
        let held = if encoding.bare() == UTF_8 {
            Held::Utf8(String::from_utf8(bytes).map_err(|_| undecodable())?)
        } else {
            let text = bytes.get(mark(encoding)..).and_then(|bytes| encoding.decode(bytes));
            let text = text.ok_or_else(undecodable)?.into_owned();
            Held::Other { bytes, text }
        };
        let document = Self { shown: shown.into(), encoding, held };
        if document.text().contains('\0') { Err(binary(shown)) } else { Ok(document) }
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

    /// The encoding, where it is not UTF-8 without a mark.
    pub fn encoding(&self) -> Option<Cow<'static, str>> {
        self.encoding.name()
    }

    /// The bytes of the file after edits of [`Self::text`], one piece after the other.
    ///
    /// # Errors
    /// `bad_args` for a character that the encoding cannot hold; `not_text` where the bytes would not
    /// be the edited text; `timed_out`, `cancelled`.
    pub fn edited<'a>(
        &'a self,
        edited: &'a Edited,
        budget: &Budget,
    ) -> Result<Vec<Cow<'a, [u8]>>, ToolError> {
        let (begin, rest) = self.bytes().split_at_checked(mark(self.encoding)).unwrap_or_default();
        let parts = edited.parts();
        let is_utf8 = matches!(self.held, Held::Utf8(_));
        let ends = parts.iter().filter_map(|part| match part {
            Part::Old(range) => Some([range.start, range.end]),
            Part::New(_) => None,
        });
        let ends = ends.flatten();
        let places = if is_utf8 {
            Some(ends.collect())
        } else {
            places(self.encoding.bare(), rest, ends, budget)?
        };
        let mut places = places.ok_or_else(|| self.torn())?.into_iter();
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
        let texts = parts.iter().map(|part| part.text(self.text()));
        let both = pieces.iter().map(AsRef::as_ref).zip(texts);
        if !is_utf8 && !are(self.encoding.bare(), both, budget)? {
            return Err(self.torn());
        }
        if !begin.is_empty() {
            pieces.insert(0, begin.into());
        }
        Ok(pieces)
    }

    /// A text in the encoding of this one, without a mark.
    ///
    /// # Errors
    /// `bad_args` for a character that the encoding cannot hold.
    pub fn encode<'t>(&self, text: &'t str) -> Result<Cow<'t, [u8]>, ToolError> {
        let shown = &self.shown;
        if text.contains('\0') {
            let sentence = format!("with a NUL character in it, `{shown}` would be no text");
            return Err(ToolError::new(Code::BadArgs, sentence).hint("leave the character out"));
        }
        if matches!(self.held, Held::Utf8(_)) {
            return Ok(text.as_bytes().into());
        }
        encode(self.encoding.bare(), text).map_err(|c| {
            let (code, name) = (u32::from(c), self.encoding.bare().name());
            let sentence =
                format!("{name}, the encoding of `{shown}`, has no character `{c}` (U+{code:04X})");
            ToolError::new(Code::BadArgs, sentence).hint("write_file rewrites the file in UTF-8")
        })
    }

    /// The edit begins or ends where no character does, or joins bytes that then mean something else.
    fn torn(&self) -> ToolError {
        let (shown, name) = (&self.shown, self.encoding.bare().name());
        let sentence = format!("`{shown}` would not be the edited text in its encoding, {name}");
        ToolError::new(Code::NotText, sentence).hint("write_file rewrites the file in UTF-8")
    }
}

fn mark(encoding: Encoding) -> usize {
    usize::try_from(encoding.mark()).unwrap_or_default()
}

/// It is written with the bytes of ASCII alone, and looks like UTF-8.
pub(super) fn is_iso_2022_jp(bytes: &[u8]) -> bool {
    let shifts = |shift: &[u8]| memchr::memmem::find(bytes, shift).is_some();
    (shifts(b"\x1b$B") || shifts(b"\x1b$@"))
        && ISO_2022_JP.decode_without_bom_handling_and_without_replacement(bytes).is_some()
}

fn binary(shown: &str) -> ToolError {
    let sentence = format!("`{shown}` is no text: it holds bytes as only binary files do");
    ToolError::new(Code::NotText, sentence)
        .hint("only text is edited; write_file replaces whole files")
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030, SHIFT_JIS, UTF_16LE};

    use super::super::edit::{Edit, apply};
    use super::super::meter::plenty;
    use super::*;

    fn edit(document: &Document, old_text: &str, new_text: &str) -> Result<Vec<u8>, ToolError> {
        let edits = [Edit { old_text, new_text, replace_all: false }];
        let edited = apply(document.text(), &edits, &plenty())?;
        Ok(document.edited(&edited, &plenty())?.concat())
    }

    fn known(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Document {
        Document::of("f", bytes.to_vec(), Encoding::known(encoding, 0)).unwrap()
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
        let again = encode(SHIFT_JIS, document.text()).unwrap();
        assert_ne!(again, document.bytes());
        assert_eq!(edit(&document, " one ", " two ").unwrap(), b"\xfa\x54 two \x87\x5d");
        let document = known(GB18030, b"\x84\x31\xa4\x37 one");
        assert_eq!(edit(&document, "one", "two").unwrap(), b"\x84\x31\xa4\x37 two");
    }

    #[test]
    fn what_an_encoding_cannot_hold_is_refused() {
        let document = Document::new("f", b"un caf\xe9 tr\xe8s serr\xe9\n".to_vec()).unwrap();
        assert_eq!(edit(&document, "un", "d\u{e9}").unwrap(), b"d\xe9 caf\xe9 tr\xe8s serr\xe9\n");
        assert_eq!(
            edit(&document, "un", "→ un").unwrap_err().to_string(),
            "bad_args: windows-1252, the encoding of `f`, has no character `→` (U+2192)\n\
             hint: write_file rewrites the file in UTF-8"
        );
        assert_eq!(document.encode("\u{e9}").unwrap(), b"\xe9".as_slice());
        let document = known(BIG5, b"a\x88\x62b");
        let said = edit(&document, "\u{304}b", "c").unwrap_err().to_string();
        assert!(said.starts_with("not_text: `f` would not be the edited text"), "{said}");
        assert_eq!(edit(&document, "b", "c").unwrap(), b"a\x88\x62c");
        let said = edit(&document, "b", "\0").unwrap_err().to_string();
        assert!(said.starts_with("bad_args: with a NUL"), "{said}");
    }

    #[test]
    fn what_is_no_text_is_refused() {
        let refused = |bytes: &[u8]| Document::new("f", bytes.to_vec()).unwrap_err().to_string();
        assert!(refused(b"a\0b").starts_with("not_text: `f` is no text"));
        assert!(refused(b"\xEF\xBB\xBFa\0b").starts_with("not_text: `f` is no text"));
        assert!(refused(b"\xFF\xFEa\0\0\0").starts_with("not_text: `f` is no text"));
        assert!(refused(b"\xFF\xFEa\0b").contains("looks like UTF-16LE, but not all"));
        assert!(refused(b"\xEF\xBB\xBFa\xff").contains("looks like UTF-8, but not all"));
        assert!(refused(b"a \x1b$B$\"\x1b(B b").contains("in ISO-2022-JP, where"));
        let late = |byte: &[u8]| [&b"text\n".repeat(100_000), byte].concat();
        assert!(refused(&late(b"\0")).starts_with("not_text: `f` is no text"));
        let document = Document::new("f", late(b"caf\xe9")).unwrap();
        assert_eq!(document.encoding().unwrap(), "windows-1252");
        assert!(Document::new("f", b"\x1b[1mbold\x1b[0m".to_vec()).is_ok());
        assert!(Document::of("f", vec![0, 0xd8], Encoding::known(UTF_16LE, 0)).is_err());
        assert_eq!(Document::new("f", vec![]).unwrap().text(), "");
    }
}
