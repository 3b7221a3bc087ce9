//! What the edits of a call mean in a text whose bad bytes and NULs are shown as escapes.
//!
//! The texts of an edit are read as a page shows the text: an escape is the byte that it shows, if the text has that
//! byte, and a backslash before what looks like an escape is `\x5C`. An old text that only matches as the characters
//! that it consists of is these characters, and so is the new text of its edit.
//!
//! May import: `error`, `limits`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::error::{Code, ToolError};
use crate::limits::{Budget, StopReason};
use crate::text::edit::document::Document;
use crate::text::edit::one_edit::Edit;
use crate::text::encoding::escapes::{ESCAPE_LEN, byte_of_escape, escape};
use crate::text::find::{Count, Needle};
use crate::text::line_ends::lf;

/// The old and the new text of an edit, with escapes replaced by the characters that a [`Document`] uses for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant<'e> {
    /// The text to replace.
    pub old_text: Cow<'e, str>,
    /// Its replacement.
    pub new_text: Cow<'e, str>,
}

/// What the edits of a call mean.
#[derive(Debug, Default)]
pub struct Meanings<'e> {
    /// Each edit, in order.
    pub all: Vec<Meant<'e>>,
    /// How escapes of new texts were read that no old text explains.
    pub notes: Vec<String>,
}

/// An old text as it was understood.
struct Old<'e> {
    text: Cow<'e, str>,
    /// The bytes that its escapes stand for.
    named: BTreeMap<u8, char>,
    /// Are its escapes the characters that they consist of?
    is_literal: bool,
    /// Does it have a backslash as an escape?
    has_backslash: bool,
}

/// What the escapes in the old texts of a call stand for: what one edit takes out another one may put in.
struct Named {
    bytes: BTreeMap<u8, char>,
    backslash: bool,
}

/// Escapes of a new text that no old text of the call explains.
#[derive(Default)]
struct Unexplained {
    bytes: BTreeSet<u8>,
    characters: BTreeSet<String>,
}

impl Document {
    /// What the edits of a call mean that were written after a page of this text.
    ///
    /// # Errors
    /// `not_unique` where an old text is there both as escapes and as the characters themselves, and
    /// the client may have seen either; `timed_out`, `cancelled`.
    pub fn meant<'e>(
        &self,
        edits: &[Edit<'e>],
        budget: &Budget,
    ) -> Result<Meanings<'e>, ToolError> {
        if !self.has_escapes() {
            let all = edits.iter().map(|edit| Meant {
                old_text: edit.old_text.into(),
                new_text: edit.new_text.into(),
            });
            return Ok(Meanings { all: all.collect(), notes: vec![] });
        }
        let olds = edits.iter().map(|edit| self.old(edit.old_text, budget));
        let olds: Vec<Old<'e>> = olds.collect::<Result<_, _>>()?;
        let named = Named {
            bytes: olds.iter().flat_map(|old| old.named.clone()).collect(),
            backslash: olds.iter().any(|old| old.has_backslash),
        };
        let mut unexplained = Unexplained::default();
        let both = edits.iter().zip(olds);
        let all = both.map(|(edit, old)| {
            let new_text = self.new_text(edit, &old, &named, &mut unexplained);
            Meant { old_text: old.text, new_text }
        });
        let all = all.collect();
        // A page of a large text may have shown the characters as they are.
        if let Some(byte) =
            unexplained.bytes.first().filter(|_| self.may_be_shown_without_escapes())
        {
            let shown = escape(*byte);
            let sentence = format!(
                "`{shown}` in `new_text` may be the byte {byte:02X}, which the file has, or {ESCAPE_LEN} characters"
            );
            return Err(ToolError::new(Code::BadArgs, sentence).hint(
                "write a backslash of the text as \\x5C; for the byte, use an `old_text` that holds it",
            ));
        }
        Ok(Meanings { all, notes: unexplained.notes() })
    }

    /// What an old text is in this text.
    fn old<'e>(&self, old_text: &'e str, budget: &Budget) -> Result<Old<'e>, ToolError> {
        let literal = |is_literal| Old {
            text: old_text.into(),
            named: BTreeMap::new(),
            is_literal,
            has_backslash: false,
        };
        let is_there = |old: &str| {
            let old = lf(old);
            let found = Needle::new(&old, self.text()).find(self.text(), Count::All, 1, budget)?;
            Ok::<_, StopReason>(!found.is_empty())
        };
        let (mut shown, mut named) = self.unescaped_old(old_text, false);
        let (other, other_named) = self.unescaped_old(old_text, true);
        if other != shown && !is_there(&shown)? && is_there(&other)? {
            (shown, named) = (other, other_named);
        }
        if shown == old_text {
            return Ok(literal(false));
        }
        if is_there(old_text)? {
            if !is_there(&shown)? {
                return Ok(literal(true));
            }
            // A page shows bad bytes with capital digits only: other digits were not copied from one.
            if self.may_be_shown_without_escapes() || has_small_escape(old_text) {
                let sentence = "`old_text` matches twice: with its escapes as bytes, and with them as characters";
                return Err(ToolError::new(Code::NotUnique, sentence)
                    .hint("write a backslash of the text as \\x5C, or add lines around it"));
            }
        }
        let has_backslash = has_escaped_backslash(old_text);
        Ok(Old { text: shown.into(), named, is_literal: false, has_backslash })
    }

    /// What a new text is.
    fn new_text<'e>(
        &self,
        edit: &Edit<'e>,
        old: &Old<'_>,
        named: &Named,
        unexplained: &mut Unexplained,
    ) -> Cow<'e, str> {
        let text = edit.new_text;
        if old.is_literal {
            for written in text.match_indices("\\x").filter_map(|(at, _)| text.get(at..)) {
                let escaped = byte_of_escape(written)
                    .filter(|_| !edit.old_text.contains(as_written(written)));
                if escaped.is_some_and(|escaped| self.escaped(escaped, false).is_some()) {
                    unexplained.characters.insert(as_written(written).to_owned());
                }
            }
            return text.into();
        }
        let meant = unescaped(text, ends_within_an_escape(edit.old_text), |escaped, rest| {
            if escaped == b'\\' && named.backslash {
                return Some('\\');
            }
            if let Some(character) = old.named.get(&escaped).or_else(|| named.bytes.get(&escaped)) {
                return Some(*character);
            }
            if escaped == b'\\' {
                unexplained.characters.insert(as_written(rest).to_owned());
            }
            let character = self.escaped(escaped, false)?;
            // No page shows one so, so it was not copied from one.
            if as_written(rest) != escape(escaped) {
                unexplained.characters.insert(as_written(rest).to_owned());
                return None;
            }
            unexplained.bytes.insert(escaped);
            Some(character)
        });
        meant.into()
    }

    /// An old text in which escapes are what they stand for, and those bytes.
    fn unescaped_old(&self, old_text: &str, is_nul: bool) -> (String, BTreeMap<u8, char>) {
        let mut named = BTreeMap::new();
        let text = unescaped(old_text, true, |byte, _| {
            let character = self.escaped(byte, is_nul)?;
            named.insert(byte, character);
            Some(character)
        });
        (text, named)
    }
}

impl Unexplained {
    fn notes(&self) -> Vec<String> {
        let list = |all: Vec<String>| all.join(", ");
        let mut notes = vec![];
        if !self.bytes.is_empty() {
            let shown = self.bytes.iter().map(|byte| format!("`{}`", escape(*byte)));
            let (is, the) = if self.bytes.len() == 1 { ("is", "byte") } else { ("are", "bytes") };
            let bytes = self.bytes.iter().map(|byte| format!("{byte:02X}"));
            notes.push(format!(
                "{} in `new_text` {is} read as the {the} {}, as elsewhere in the file; write the backslash as \\x5C to insert \
                 the characters",
                list(shown.collect()),
                list(bytes.collect())
            ));
        }
        if !self.characters.is_empty() {
            let shown = self.characters.iter().map(|written| format!("`{written}`"));
            notes
                .push(format!("{} was inserted as {ESCAPE_LEN} characters", list(shown.collect())));
        }
        notes
    }
}

/// Does a text have a backslash as an escape, as a page shows it?
fn has_escaped_backslash(text: &str) -> bool {
    let mut has_one = false;
    let mut rest = text;
    while let Some(at) = rest.find("\\x").filter(|_| !has_one) {
        let found = rest.get(at..).unwrap_or_default();
        let after = found.get(ESCAPE_LEN..).unwrap_or_default();
        has_one = byte_of_escape(found) == Some(b'\\')
            && (is_like_an_escape(after) || may_be_like_an_escape(after));
        rest = found.get(1..).unwrap_or_default();
    }
    has_one
}

/// Replaces the escapes in a text. `byte` gives the character for each escape that is not surely a backslash. If
/// `is_cut`, what comes after an escaped backslash may be missing at the end.
fn unescaped(text: &str, is_cut: bool, mut byte: impl FnMut(u8, &str) -> Option<char>) -> String {
    let mut meant = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let after = rest.get(ESCAPE_LEN..).unwrap_or_default();
        let found = match byte_of_escape(rest) {
            // A backslash is shown as an escape only where it begins what looks like one.
            Some(b'\\') if is_like_an_escape(after) => Some('\\'),
            Some(b'\\') if is_cut && may_be_like_an_escape(after) => Some('\\'),
            Some(escaped) => byte(escaped, rest),
            None => None,
        };
        meant.push(found.unwrap_or(c));
        rest = if found.is_some() { after } else { rest.get(c.len_utf8()..).unwrap_or_default() };
    }
    meant
}

/// The escape that a text begins with.
fn as_written(text: &str) -> &str {
    text.get(..ESCAPE_LEN).unwrap_or_default()
}

/// Does a text have an escape as no page shows it?
fn has_small_escape(text: &str) -> bool {
    text.match_indices("\\x").any(|(at, _)| {
        let escaped = text.get(at..at + ESCAPE_LEN).unwrap_or_default();
        byte_of_escape(escaped).is_some_and(|byte| escaped != escape(byte))
    })
}

/// Does a text end within what looks like an escape, its backslash shown as one?
fn ends_within_an_escape(text: &str) -> bool {
    let last = text.rmatch_indices("\\x5C").next();
    let after = last.and_then(|(at, _)| text.get(at + ESCAPE_LEN..));
    after.is_some_and(may_be_like_an_escape)
}

/// Would a backslash before this text be one if more came after it?
fn may_be_like_an_escape(text: &str) -> bool {
    let digits = text.strip_prefix('x').unwrap_or(text);
    text.is_empty()
        || (text.starts_with('x')
            && digits.len() < 2
            && digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Would a backslash before this text be one?
fn is_like_an_escape(text: &str) -> bool {
    let escape: String = std::iter::once('\\').chain(text.chars().take(3)).collect();
    byte_of_escape(&escape).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn meant(bytes: &[u8], old_text: &str, new_text: &str) -> Result<(String, String), ToolError> {
        let document = Document::new("f", bytes.to_vec()).unwrap();
        let edit = Edit { old_text, new_text, replace_all: false };
        let [meant] = &document.meant(&[edit], &plenty())?.all[..] else { panic!() };
        let visible = |text: &str| match document.marks {
            Some(marks) => text
                .chars()
                .map(|c| match marks.byte_of(c) {
                    Some(byte) => format!("<{byte:02X}>"),
                    None => c.to_string(),
                })
                .collect(),
            None => text.to_owned(),
        };
        Ok((visible(&meant.old_text), visible(&meant.new_text)))
    }

    #[test]
    fn escapes_are_the_bytes_that_they_show() {
        let bytes = "日本語\n".repeat(9).into_bytes();
        let bytes = [&bytes, b"a\xE9b \\xE9 \\xff \xFE\n".as_slice()].concat();
        for (old, new, want_old, want_new) in [
            ("a\\xE9b", "x\\xe9\\xFE", "a<E9>b", "x<E9><FE>"),
            ("b \\x5CxE9", "\\x5CxE9 \\xE9", "b \\xE9", "\\xE9 <E9>"),
            (" \\xff", "\\xff", " \\xff", "\\xff"),
            ("日本語", "\\xE9 \\x5CxE9", "日本語", "<E9> \\xE9"),
            ("\\xE9b \\x5CxE9", "\\x5CxE9\\xE9", "<E9>b \\xE9", "\\xE9<E9>"),
            ("b \\x5CxE9", "b \\x5Cdir\\x5cx", "b \\xE9", "b \\dir\\x"),
            ("日本語", "\\x5Cdir", "日本語", "\\x5Cdir"),
        ] {
            assert_eq!(
                meant(&bytes, old, new).unwrap(),
                (want_old.into(), want_new.into()),
                "{old}"
            );
        }
        let nul = b"a text with a NUL: \0, and \\x00 as well";
        let both = meant(nul, "NUL: \\x00,", "\\x00").unwrap();
        assert_eq!(both, ("NUL: \0,".into(), "\0".into()));
        let literal = meant(nul, "and \\x00", "\\x00").unwrap();
        assert_eq!(literal, ("and \\x00".into(), "\\x00".into()), "no such byte is there");
    }

    #[test]
    fn a_clean_text_has_no_escapes() {
        let both = meant(b"a \\xE9 b", "\\xE9", "\\x5CxE9").unwrap();
        assert_eq!(both, ("\\xE9".into(), "\\x5CxE9".into()));
    }

    #[test]
    fn a_page_of_a_large_text_may_have_shown_either() {
        let mut bytes = "日本語\n".repeat(200_000).into_bytes();
        bytes.extend(b"a \xE9 b, a \\xE9 b\n");
        assert_eq!(meant(&bytes, "a \\xE9 b", "x").unwrap_err().code(), Code::NotUnique);
        assert_eq!(meant(&bytes, ", a \\x5CxE9 b", "x").unwrap().0, ", a \\xE9 b");
    }
}
