//! What an edit means in a text whose bad bytes and NULs are shown as escapes.
//!
//! An escape of the old text is the byte that it shows, and in the new text it is that byte again.
//! Whatever else looks like an escape is the characters that it consists of.
//!
//! May import: `error`, `limits`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::document::Document;
use super::edit::Edit;
use super::escapes::{ESCAPE_LEN, byte_of_escape, escape};
use super::find::{Count, Needle, lf};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Spent};

/// The old and the new text of an edit, as the text of a [`Document`] has them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meant<'e> {
    /// The text to replace.
    pub old_text: Cow<'e, str>,
    /// Its replacement.
    pub new_text: Cow<'e, str>,
}

impl Document {
    /// What an edit means that was written after a page of this text.
    ///
    /// # Errors
    /// `not_unique` where the old text is there both as escapes and as the characters themselves, and
    /// the client may have seen either; `timed_out`, `cancelled`.
    pub fn meant<'e>(&self, edit: Edit<'e>, budget: &Budget) -> Result<Meant<'e>, ToolError> {
        let Edit { old_text, new_text, .. } = edit;
        let literal = Meant { old_text: old_text.into(), new_text: new_text.into() };
        if !self.has_escapes() {
            return Ok(literal);
        }
        let is_there = |old: &str| {
            let old = lf(old);
            let found = Needle::new(&old, self.text()).find(self.text(), Count::All, 1, budget)?;
            Ok::<_, Spent>(!found.is_empty())
        };
        let (mut shown, mut named) = self.unescaped_old(old_text, false);
        let (other, other_named) = self.unescaped_old(old_text, true);
        if other != shown && !is_there(&shown)? && is_there(&other)? {
            (shown, named) = (other, other_named);
        }
        if shown == old_text {
            return Ok(literal);
        }
        if is_there(old_text)? {
            if !is_there(&shown)? {
                return Ok(literal);
            }
            // A page shows bad bytes with capital digits only: other digits were not copied from one.
            if self.may_be_shown_without_escapes() || has_small_escape(old_text) {
                let sentence = "`old_text` is there both with its escapes as bytes and with them as characters";
                return Err(ToolError::new(Code::NotUnique, sentence)
                    .hint("write a backslash of the text as \\x5C, or add lines around it"));
            }
        }
        let is_cut = ends_within_an_escape(old_text);
        let new_text = unescaped(new_text, is_cut, |byte| named.get(&byte).copied());
        Ok(Meant { old_text: shown.into(), new_text: new_text.into() })
    }

    /// An old text in which escapes are what they stand for, and those bytes.
    fn unescaped_old(&self, old_text: &str, is_nul: bool) -> (String, BTreeMap<u8, char>) {
        let mut named = BTreeMap::new();
        let text = unescaped(old_text, true, |byte| {
            let character = self.escaped(byte, is_nul)?;
            named.insert(byte, character);
            Some(character)
        });
        (text, named)
    }
}

/// Replaces the escapes in a text. `byte` gives the character for each escape that is not a backslash. If `is_cut`, what
/// comes after an escaped backslash may be missing at the end.
fn unescaped(text: &str, is_cut: bool, mut byte: impl FnMut(u8) -> Option<char>) -> String {
    let (mut meant, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(c) = rest.chars().next() {
        let after = rest.get(ESCAPE_LEN..).unwrap_or_default();
        let found = match byte_of_escape(rest) {
            // A backslash is shown as an escape only where it begins what looks like one.
            Some(b'\\') if is_like_an_escape(after) => Some('\\'),
            Some(b'\\') if is_cut && may_be_like_an_escape(after) => Some('\\'),
            Some(escaped) => byte(escaped),
            None => None,
        };
        meant.push(found.unwrap_or(c));
        rest = if found.is_some() { after } else { rest.get(c.len_utf8()..).unwrap_or_default() };
    }
    meant
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
    use super::super::meter::plenty;
    use super::*;

    fn meant(bytes: &[u8], old_text: &str, new_text: &str) -> Result<(String, String), ToolError> {
        let document = Document::new("f", bytes.to_vec()).unwrap();
        let edit = Edit { old_text, new_text, replace_all: false };
        let meant = document.meant(edit, &plenty())?;
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
            ("a\\xE9b", "x\\xe9\\xFE", "a<E9>b", "x<E9>\\xFE"),
            ("b \\x5CxE9", "\\x5CxE9 \\xE9", "b \\xE9", "\\xE9 \\xE9"),
            (" \\xff", "\\xff", " \\xff", "\\xff"),
            ("日本語", "\\xE9 \\x5CxE9", "日本語", "\\xE9 \\x5CxE9"),
            ("\\xE9b \\x5CxE9", "\\x5CxE9\\xE9", "<E9>b \\xE9", "\\xE9<E9>"),
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
