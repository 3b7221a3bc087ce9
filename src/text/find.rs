//! [`Needle`]: where a text occurs in another one, a line end being the same as CRLF and as LF.
//!
//! A CRLF is one unit: what begins with a line end matches from the `\r` on, and a `\r` that stands
//! alone is a character like any other. Where the two ways to end a line cannot meet, the whole needle
//! is searched as bytes; else its longest line is, and what is around it is compared.
//!
//! May import: `limits`. It makes no copy of the text with equal line ends.

use std::ops::Range;

use memchr::memmem;

use crate::limits::{Budget, StopReason};
use crate::text::meter::Meter;

/// Work of one candidate besides what is compared.
const CANDIDATE: usize = 64;

/// A text to be found.
pub(super) struct Needle<'n> {
    /// With LF as its only line end.
    lf: &'n str,
    /// What of it is searched as bytes; empty where it is line ends and nothing else.
    anchor: Range<usize>,
}

/// Which occurrences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// All of them, those too that begin within another.
    All,
    /// From the left, each after the one before.
    Apart,
}

/// The line, from 1, that each place is in; places in order.
pub(super) fn lines(text: &str, places: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut line = 1;
    let mut seen = 0;
    let mut line_of = |place: usize| {
        let between = text.as_bytes().get(seen..place).unwrap_or_default();
        line += memchr::memchr_iter(b'\n', between).count();
        seen = seen.max(place);
        line
    };
    places.into_iter().map(&mut line_of).collect()
}

impl<'n> Needle<'n> {
    /// The text to find in `text`: it is not empty, and has LF as its only line end.
    pub(super) fn new(lf: &'n str, text: &str) -> Self {
        let is_simple = !lf.contains('\n') || memmem::find(text.as_bytes(), b"\r\n").is_none();
        let mut anchor = 0..if is_simple { lf.len() } else { 0 };
        let mut from = 0;
        for line in lf.split('\n').filter(|_| !is_simple) {
            if line.len() > anchor.len() {
                anchor = from..from + line.len();
            }
            from += line.len() + 1;
        }
        Self { lf, anchor }
    }

    /// Where it occurs in `text`, from the left; at most `most` places.
    pub(super) fn find(
        &self,
        text: &str,
        count: Count,
        most: usize,
        budget: &Budget,
    ) -> Result<Vec<Range<usize>>, StopReason> {
        budget.step()?;
        let text = text.as_bytes();
        let mut meter = Meter::new(budget);
        let anchor = self.part(self.anchor.clone());
        let finder = memmem::Finder::new(if anchor.is_empty() { b"\n".as_slice() } else { anchor });
        let (mut from, mut found): (usize, Vec<Range<usize>>) = (0, vec![]);
        while found.len() < most
            && let Some(at) = text.get(from..).and_then(|rest| finder.find(rest))
        {
            meter.spend(at + self.lf.len() + CANDIDATE)?;
            let at = from + at;
            from = at + 1;
            let Some(range) = self.around(text, at) else { continue };
            if count == Count::Apart {
                if found.last().is_some_and(|last| range.start < last.end) {
                    continue;
                }
                from = range.end.max(from);
            }
            found.push(range);
        }
        Ok(found)
    }

    /// The occurrence whose anchor is at a place.
    fn around(&self, text: &[u8], at: usize) -> Option<Range<usize>> {
        if self.anchor.is_empty() {
            let at = if ends(text, at, b"\r") { at - 1 } else { at };
            return Some(at..forward(text, at, self.lf.as_bytes())?);
        }
        let end = literal(text, at, self.part(self.anchor.clone()))?;
        let start = backward(text, at, self.part(0..self.anchor.start))?;
        Some(start..forward(text, end, self.part(self.anchor.end..self.lf.len()))?)
    }

    fn part(&self, range: Range<usize>) -> &[u8] {
        self.lf.as_bytes().get(range).unwrap_or_default()
    }
}

/// Where a piece of one line that stands at `at` ends. Its last `\r` must not be half of a CRLF.
fn literal(text: &[u8], at: usize, piece: &[u8]) -> Option<usize> {
    let rest = text.get(at..)?.strip_prefix(piece)?;
    (!piece.ends_with(b"\r") || rest.first() != Some(&b'\n')).then_some(at + piece.len())
}

/// Where lines, the first of which is only its line end, stop if they stand at `at`.
fn forward(text: &[u8], mut at: usize, lines: &[u8]) -> Option<usize> {
    for line in lines.split(|byte| *byte == b'\n').skip(1) {
        at += match text.get(at..)? {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => return None,
        };
        at = literal(text, at, line)?;
    }
    Some(at)
}

/// Where lines, the last of which is only its beginning, start if they stop at `at`.
fn backward(text: &[u8], mut at: usize, lines: &[u8]) -> Option<usize> {
    for line in lines.rsplit(|byte| *byte == b'\n').skip(1) {
        at = at.checked_sub(1).filter(|at| text.get(*at) == Some(&b'\n'))?;
        if ends(text, at, b"\r") {
            at -= 1;
        }
        at = at.checked_sub(line.len()).filter(|_| ends(text, at, line))?;
    }
    Some(at)
}

/// Is `piece` right before `at`?
fn ends(text: &[u8], at: usize, piece: &[u8]) -> bool {
    text.get(..at).is_some_and(|before| before.ends_with(piece))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn find(text: &str, needle: &str, count: Count) -> Vec<(usize, usize)> {
        let found = Needle::new(needle, text).find(text, count, 100, &plenty()).unwrap();
        found.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn line_ends_are_the_same_and_a_crlf_is_one() {
        assert_eq!(find("a\r\nb\nc", "a\nb\nc", Count::All), [(0, 6)]);
        assert_eq!(find("a\r\nb", "\nb", Count::All), [(1, 4)], "from the carriage return on");
        assert_eq!(find("a\r\n\nb\r\n", "\n", Count::All), [(1, 3), (3, 4), (5, 7)]);
        assert_eq!(find("a\r\n\r\n\nb", "\n\n", Count::All), [(1, 5), (3, 6)]);
        assert_eq!(find("a\r\n\r\n\nb", "\n\n", Count::Apart), [(1, 5)]);
        assert_eq!(find("long line\r\nb\r\n", "b\n", Count::All), [(11, 14)]);
        assert_eq!(find("x\nab\r\nc\n\r\ny", "b\nc\n\ny", Count::All), [(3, 11)]);
    }

    #[test]
    fn a_lone_carriage_return_is_literal() {
        assert_eq!(find("a\rb\r\n", "a\rb", Count::All), [(0, 3)]);
        assert!(find("a\r\nb", "a\r", Count::All).is_empty(), "half of a line end");
        assert!(find("a\r\nb", "\r", Count::All).is_empty());
        assert_eq!(find("a\r\r\nb", "a\r", Count::All), [(0, 2)]);
        assert_eq!(find("a\r\r\nb", "a\r\nb", Count::All), [(0, 5)], "a return, then a line end");
        assert!(find("a\r\nb", "a\r\nb", Count::All).is_empty(), "it has no such return");
        assert!(find("x\na\r\nb", "x\na\r", Count::All).is_empty());
    }

    #[test]
    fn occurrences_overlap_or_stand_apart() {
        assert_eq!(find("aaaa", "aa", Count::All), [(0, 2), (1, 3), (2, 4)]);
        assert_eq!(find("aaaa", "aa", Count::Apart), [(0, 2), (2, 4)]);
        assert_eq!(find("a\r\na\na\n", "a\na", Count::All), [(0, 4), (3, 6)]);
        assert_eq!(find("a\r\na\na\n", "a\na", Count::Apart), [(0, 4)]);
        assert_eq!(lines("a\r\na\na\n", [0, 3, 5]), [1, 2, 3]);
    }
}
