//! The first character of a text, where a CRLF is one: [`first`] returns it, and [`fold_first`] folds it.
//!
//! May import: nothing of this crate.

use crate::text::lookalike::unseen::fold_onto;

/// One character, or a CRLF, which is a line feed.
pub(in crate::text) fn fold_first(text: &str, folded: &mut String) -> usize {
    let Some((c, len)) = first(text) else { return 0 };
    fold_onto(c, folded);
    len
}

/// The first character of a text, a CRLF being a line feed of two bytes.
pub(in crate::text) fn first(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\r\n") {
        return Some(('\n', 2));
    }
    text.chars().next().map(|c| (c, c.len_utf8()))
}
