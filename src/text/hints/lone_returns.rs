//! [`other_line_ends`]: a place that is the old text but for carriage returns that stand alone, where the other text has
//! line ends.
//!
//! May import: `limits`. To every other part of this module a lone carriage return is a character.

use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::find::{Count, Needle};
use crate::text::line_ends::{has_lone_return, lf};

/// The first place in `text` that is `old` if lone carriage returns are line ends in both.
pub(in crate::text) fn other_line_ends(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Range<usize>>, StopReason> {
    if !has_lone_return(text) && !has_lone_return(old) {
        return Ok(None);
    }
    // A line feed is as long as a return, so that places stay the same.
    let text = with_line_feeds(text);
    let old = with_line_feeds(old);
    budget.step()?;
    Ok(Needle::new(&lf(&old), &text).find(&text, Count::Apart, 1, budget)?.into_iter().next())
}

fn with_line_feeds(text: &str) -> String {
    let mut chars = text.chars().peekable();
    let mut all = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let is_alone = c == '\r' && chars.peek() != Some(&'\n');
        all.push(if is_alone { '\n' } else { c });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    #[test]
    fn lone_returns_are_line_ends_in_either_text() {
        for (text, old, place) in [
            ("xa\rb", "a\nb", Some(1..4)),
            ("xa\nb", "a\rb", Some(1..4)),
            ("xa\r\nb", "a\rb", Some(1..5)),
            ("a\r\nb\rc", "b\nc", Some(3..6)),
            ("a\r\nb", "a\nc", None),
            ("a\rb", "a b", None),
        ] {
            assert_eq!(other_line_ends(text, old, &plenty()).unwrap(), place, "{text:?} {old:?}");
        }
    }
}
