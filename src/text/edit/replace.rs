//! What is put in the place of a match: as little as differs, with the line ends of that place.
//!
//! What a match and its new text have in common at both ends stays as it is in the file, to the byte.
//! A line that is put in ends as its neighbours do: a new text never says how.
//!
//! May import: `error`, `limits`. It does not know the parts of a text.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::edit::edited::Replacement;
use crate::text::meter::Meter;

/// Bytes of text that edits may leave, as UTF-8.
pub const MAX_EDITED_BYTES: usize = 64 << 20;

/// What to do to `text` so that each of the places `found` becomes `new`, which has only LF.
pub(in crate::text) fn replacements(
    text: &str,
    found: &[Range<usize>],
    new: &str,
    budget: &Budget,
) -> Result<Vec<Replacement>, ToolError> {
    let mut ends = Ends::new(text);
    let mut meter = Meter::new(budget);
    let mut made = Vec::with_capacity(found.len());
    let mut kept = text.len();
    let mut put_in = 0;
    for place in found {
        meter.spend(place.len() + new.len())?;
        let (range, rest) = differing(text, place, new);
        let with = if rest.contains('\n') && ends.are_crlf(&range) {
            rest.replace('\n', "\r\n")
        } else {
            rest.to_owned()
        };
        kept = kept.saturating_sub(range.len());
        put_in += with.len();
        // Checked before the next one is made: memory does not grow past the limit.
        if put_in > MAX_EDITED_BYTES {
            return Err(too_long());
        }
        made.push(Replacement { range, with });
    }
    if kept + put_in > MAX_EDITED_BYTES { Err(too_long()) } else { Ok(made) }
}

fn too_long() -> ToolError {
    let most = MAX_EDITED_BYTES >> 20;
    ToolError::new(Code::OverLimit, format!("the edited text would be longer than {most} MiB"))
        .hint("use a shorter `new_text`, or replace fewer places")
}

/// The part of a place that differs from its new text, and what of that is to be there.
fn differing<'n>(text: &str, place: &Range<usize>, new: &'n str) -> (Range<usize>, &'n str) {
    let mut range = place.clone();
    let mut rest = new;
    let within = |range: &Range<usize>| text.get(range.clone()).unwrap_or_default();
    while let (Some((old, bytes)), Some(wanted)) = (first(within(&range)), rest.chars().next())
        && old == wanted
    {
        range.start += bytes;
        rest = rest.get(wanted.len_utf8()..).unwrap_or_default();
    }
    while let (Some((old, bytes)), Some(wanted)) = (last(within(&range)), rest.chars().next_back())
        && old == wanted
    {
        range.end -= bytes;
        rest = rest.get(..rest.len() - wanted.len_utf8()).unwrap_or_default();
    }
    (range, rest)
}

/// The first character and its bytes; a CRLF is a line feed of two bytes.
fn first(text: &str) -> Option<(char, usize)> {
    if text.starts_with("\r\n") {
        return Some(('\n', 2));
    }
    text.chars().next().map(|c| (c, c.len_utf8()))
}

/// The same of the last one.
fn last(text: &str) -> Option<(char, usize)> {
    if text.ends_with("\r\n") {
        return Some(('\n', 2));
    }
    text.chars().next_back().map(|c| (c, c.len_utf8()))
}

/// How lines end at places that are asked for in order, so that all of them take one pass.
struct Ends<'t> {
    text: &'t [u8],
    /// The first line feed after the last place, once it was looked for; the length of the text
    /// where there is none.
    next: Option<usize>,
    /// How far was looked for the one before.
    seen: usize,
    last: Option<usize>,
}

impl<'t> Ends<'t> {
    fn new(text: &'t str) -> Self {
        Self { text: text.as_bytes(), next: None, seen: 0, last: None }
    }

    /// Is CRLF the line end of a place? Of what is taken out there, else of the line that it is in,
    /// else of the line before.
    fn are_crlf(&mut self, place: &Range<usize>) -> bool {
        let within = |range: Range<usize>| self.text.get(range).unwrap_or_default();
        if let Some(at) = memchr::memrchr(b'\n', within(self.seen..place.start)) {
            self.last = Some(self.seen + at);
        }
        self.seen = self.seen.max(place.start);
        if self.next.is_none_or(|next| next < place.start) {
            let rest = within(place.start..self.text.len());
            self.next = memchr::memchr(b'\n', rest)
                .map_or(Some(self.text.len()), |at| Some(place.start + at));
        }
        let feed = self.next.filter(|next| *next < self.text.len()).or(self.last);
        let before = feed.and_then(|feed| feed.checked_sub(1));
        before.is_some_and(|before| self.text.get(before) == Some(&b'\r'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn replace(text: &str, found: Range<usize>, new: &str) -> (Range<usize>, String) {
        let made = replacements(text, &[found], new, &plenty()).unwrap();
        (made[0].range.clone(), made[0].with.clone())
    }

    #[test]
    fn what_both_have_in_common_stays() {
        assert_eq!(replace("say hello", 4..9, "help"), (7..9, "p".into()));
        assert_eq!(replace("aXb", 0..3, "aYb"), (1..2, "Y".into()));
        assert_eq!(replace("ab", 0..2, "aab"), (1..1, "a".into()));
        assert_eq!(replace("a\r\nb", 0..4, "a\nc"), (3..4, "c".into()));
        assert_eq!(replace("a\r\nb", 0..4, "x\nb"), (0..1, "x".into()));
        assert_eq!(replace("é", 0..2, "è"), (0..2, "è".into()), "two bytes, the first the same");
        assert_eq!(replace("a\r\n", 0..3, "a\r"), (1..3, "\r".into()), "no half of a line end");
    }

    #[test]
    fn new_lines_end_like_the_place() {
        assert_eq!(replace("a\r\nb\nc", 0..6, "u\nv\nw\nx").1, "u\r\nv\r\nw\r\nx", "taken out");
        assert_eq!(replace("a\nb\r\nc", 2..3, "x\ny").1, "x\r\ny", "the end of its line");
        assert_eq!(replace("a\r\nb", 3..4, "x\ny").1, "x\r\ny", "the end of the line before");
        assert_eq!(replace("a", 0..1, "x\ny").1, "x\ny", "as given");
        assert_eq!(replace("a\rb", 0..1, "x\ny").1, "x\ny", "a lone return ends no line");
        assert_eq!(replace("a\r\nb\n", 3..4, "b\nc").1, "\nc");
    }

    #[test]
    fn many_places_take_one_pass() {
        let text = "a ".repeat(100_000);
        let found: Vec<_> = (0..100_000).map(|n| 2 * n..2 * n + 1).collect();
        let made = replacements(&text, &found, "\n", &plenty()).unwrap();
        assert!(made.iter().all(|made| made.with == "\n"));
        let long = "x".repeat(1 << 20);
        assert!(replacements(&text, &found, &long, &plenty()).is_err());
    }
}
