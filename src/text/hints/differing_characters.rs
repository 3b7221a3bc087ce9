//! [`slips`]: the characters in which a place of a line differs from a text that comes near it.
//!
//! May import: nothing of this crate.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::text::hints::place_in_line::MAX_CHARS;
use crate::text::lookalike::unlike::Unlike;

/// Differences above which the texts are shown, and the differences are not named.
const MAX_SLIPS: usize = 4;

/// A place of a line, and where it differs from a text; nothing where that is in too many places to name.
pub(in crate::text) struct Slips {
    pub(in crate::text) place: Range<usize>,
    pub(in crate::text) unlike: Vec<Unlike>,
}

/// Where `old` and the place of `text` that is most like it differ. A character that stands for one at an end of `old` belongs
/// to the place.
pub(in crate::text) fn slips(text: &str, place: &Range<usize>, old: &str) -> Slips {
    let unlike = differences(text, place, old);
    let missing = |one: Option<&Unlike>, at: usize| {
        let one = one.filter(|one| one.place.is_empty() && one.place.start == at);
        old.get(one.map_or(0..0, |one| one.sent.clone())).unwrap_or_default().chars().count()
    };
    let before = missing(unlike.first(), place.start);
    let after = missing(unlike.last().filter(|_| unlike.len() > 1 || !place.is_empty()), place.end);
    let ends = |count: usize| {
        let rest = text.get(place.end..).unwrap_or_default();
        let word = rest.chars().take(count).take_while(|c| c.is_alphanumeric());
        place.end + word.map(char::len_utf8).sum::<usize>()
    };
    let starts = |count: usize| {
        let rest = text.get(..place.start).unwrap_or_default().chars().rev();
        let word = rest.take(count).take_while(|c| c.is_alphanumeric());
        place.start - word.map(char::len_utf8).sum::<usize>()
    };
    let whole = starts(before)..ends(after);
    let unlike = if whole == *place { unlike } else { differences(text, &whole, old) };
    let unlike = if unlike.len() > MAX_SLIPS { vec![] } else { unlike };
    Slips { place: whole, unlike }
}

/// The first differences of a place and the beginning of a text.
fn differences(text: &str, place: &Range<usize>, old: &str) -> Vec<Unlike> {
    let wanted = old.trim();
    let start = old.len() - old.trim_start().len();
    let here = characters(text.get(place.clone()).unwrap_or_default(), place.start);
    let mut sent = characters(wanted, start);
    sent.truncate(MAX_CHARS);
    let mut input = InternedInput::default();
    input.update_before(here.iter().map(|(_, c)| *c));
    input.update_after(sent.iter().map(|(_, c)| *c));
    let diff = Diff::compute(Algorithm::Myers, &input);
    let range = |chars: &[(usize, char)], whole: usize, from: u32, to: u32| -> Range<usize> {
        let at = |n: u32| {
            let next = chars.get(n as usize).map(|(at, _)| *at);
            next.or_else(|| chars.last().map(|(at, c)| at + c.len_utf8())).unwrap_or(whole)
        };
        at(from)..at(to)
    };
    let hunks = diff.hunks().map(|hunk| Unlike {
        place: range(&here, place.start, hunk.before.start, hunk.before.end),
        sent: range(&sent, start, hunk.after.start, hunk.after.end),
    });
    hunks.take(MAX_SLIPS + 1).collect()
}

/// The characters of a part of a text that begins at `start`, and where each is.
fn characters(part: &str, start: usize) -> Vec<(usize, char)> {
    part.char_indices().map(|(at, c)| (start + at, c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found<'t>(text: &'t str, place: Range<usize>, old: &'t str) -> Vec<(&'t str, &'t str)> {
        let all = slips(text, &place, old).unlike;
        all.iter().map(|one| (&text[one.place.clone()], &old[one.sent.clone()])).collect()
    }

    #[test]
    fn each_slip_is_found() {
        assert_eq!(found("x = café", 0..9, "x = cafe"), [("é", "e")]);
        assert_eq!(found("  let one", 2..9, " let on "), [("e", "")]);
        assert_eq!(found("abc", 0..3, "abXc"), [("", "X")]);
        assert_eq!(found("same", 0..4, "same"), []);
        assert_eq!(found("x = café", 0..7, "x = cafe"), [("é", "e")], "the end of a word");
        assert_eq!(found("x élan", 4..7, "elan"), [("é", "e")], "the beginning of one");
        assert_eq!(found("foo(ba)", 0..6, "foo(bar"), [("", "r")]);
        assert!(found("abcdefghij", 0..10, "1b2d3f4h5j").is_empty(), "too many to name");
    }
}
