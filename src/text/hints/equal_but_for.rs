//! [`equal_but_for`]: lines that are equal to others but for blanks, invisible characters, the shape of a character,
//! or case.
//!
//! All of these differences are folded away at once, so that one pass finds the lines. `differences` names
//! which of them there are.
//!
//! May import: `limits`. `similar` finds lines that differ in other ways.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::hints::differences;
use crate::text::hints::differences::{ALL, Difference, Placed, fold, fold_char, is_blank};
use crate::text::line_ends::bare;
use crate::text::meter::Meter;

/// Bytes of a line above which it is not compared.
const MAX_LINE: usize = 10_000;
/// Places at which all lines are compared.
const MAX_COMPARED: usize = 1_000;
/// Places within a line that are tried.
const MAX_PLACES: usize = 8;

/// Lines in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct Window {
    /// The first, from 0.
    pub(in crate::text) first: usize,
    pub(in crate::text) count: usize,
}

/// The lines of `text` that say the same as `old`, and how they differ: those that differ least.
/// The first and the last one may be parts of a line.
pub(in crate::text) fn equal_but_for(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<(Window, Vec<Difference>)>, StopReason> {
    let wanted: Vec<Wanted<'_>> = wanted(old);
    let Some((at, anchor)) = wanted.iter().enumerate().max_by_key(|(_, line)| line.folded.len())
    else {
        return Ok(None);
    };
    if anchor.folded.is_empty() {
        return Ok(None);
    }
    let mut meter = Meter::new(budget);
    let mut begin = 0;
    let mut compared = 0;
    let mut best: Option<(Window, Vec<Difference>)> = None;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        meter.spend(line.len() + 1)?;
        let here = begin;
        begin += line.len();
        if anchor.place_in(bare(line)).is_none() || number < at {
            continue;
        }
        let start = above(text, here, at);
        let lines = text.get(start..).unwrap_or_default().split_inclusive('\n');
        meter.spend(old.len())?;
        if let Some(found) = differences(lines, &wanted)
            && best.as_ref().is_none_or(|(_, best)| rank(&found) < rank(best))
        {
            best = Some((Window { first: number - at, count: wanted.len() }, found));
        }
        compared += 1;
        if compared == MAX_COMPARED {
            break;
        }
    }
    Ok(best)
}

/// The fewer and slighter, the nearer.
fn rank(differences: &[Difference]) -> (Option<Difference>, usize) {
    (differences.last().copied(), differences.len())
}

/// Where the line begins that is so many above the one that begins at `from`.
fn above(text: &str, from: usize, lines: usize) -> usize {
    let before = text.as_bytes().get(..from).unwrap_or_default();
    memchr::memrchr_iter(b'\n', before).nth(lines).map_or(0, |at| at + 1)
}

/// A line that is looked for.
struct Wanted<'o> {
    line: &'o str,
    folded: String,
    /// Whether the line in the text may have more before it, and after it.
    is_open: (bool, bool),
}

fn wanted(old: &str) -> Vec<Wanted<'_>> {
    let count = old.split_inclusive('\n').count();
    let lines = old.split_inclusive('\n').enumerate();
    lines
        .map(|(at, line)| Wanted {
            line: bare(line),
            folded: fold(line, ALL),
            is_open: (at == 0, at + 1 == count && !line.ends_with('\n')),
        })
        .collect()
}

/// How the lines differ from the wanted ones, in order; nothing where they say something else.
fn differences<'t>(
    mut lines: impl Iterator<Item = &'t str>,
    wanted: &[Wanted<'_>],
) -> Option<Vec<Difference>> {
    let mut all = BTreeSet::new();
    for wanted in wanted {
        let line = bare(lines.next()?);
        all.append(&mut wanted.differences(line, wanted.place_in(line)?));
    }
    Some(all.into_iter().collect())
}

impl Wanted<'_> {
    /// Where in a line of the text it is.
    fn place_in(&self, line: &str) -> Option<Range<usize>> {
        if line.len() > MAX_LINE {
            return None;
        }
        let folded = fold(line, ALL);
        let len = self.folded.len();
        if folded.len() < len {
            // Looking for a long text takes time even in a short one.
            return None;
        }
        let starts = match self.is_open {
            (true, true) => {
                let all = folded.match_indices(&self.folded).map(|(start, _)| start);
                all.take(MAX_PLACES).collect()
            }
            (true, false) if folded.ends_with(&self.folded) => vec![folded.len() - len],
            (false, true) if folded.starts_with(&self.folded) => vec![0],
            (false, false) if folded == self.folded => vec![0],
            _ => return None,
        };
        let places = starts.into_iter().map(|start| {
            let is_to_end = start + len == folded.len();
            unfold(line, start)..if is_to_end { line.len() } else { unfold(line, start + len) }
        });
        // A place may begin or end within what one character is composed of: an e is not a part of an é.
        let is_whole = |place: &Range<usize>| {
            line.get(place.clone()).is_some_and(|part| fold(part, ALL) == self.folded)
        };
        places.into_iter().find(is_whole)
    }

    /// How a place in a line differs.
    fn differences(&self, line: &str, place: Range<usize>) -> BTreeSet<Difference> {
        let rest = line.get(place.end..).unwrap_or_default();
        let after = rest.len() - rest.trim_start_matches(is_blank).len();
        let end = place.end + after;
        let placed = Placed {
            text: line.get(place.start..end).unwrap_or_default(),
            is_edge: (place.start == 0, end == line.len()),
            is_open: self.is_open,
        };
        differences::differences(placed, self.line)
    }
}

/// Where in a line the character begins that is at a place of the folded line.
fn unfold(line: &str, place: usize) -> usize {
    let mut folded = String::new();
    for (at, c) in line.char_indices() {
        if folded.len() >= place {
            return if place == 0 { 0 } else { at };
        }
        fold_char(c, ALL, &mut folded);
    }
    line.len()
}

#[cfg(test)]
mod tests {
    use Difference as D;

    use super::*;
    use crate::text::meter::plenty;

    fn found(text: &str, old: &str) -> Option<(usize, Vec<Difference>)> {
        let found = equal_but_for(text, old, &plenty()).unwrap();
        found.map(|(window, differences)| (window.first + 1, differences))
    }

    #[test]
    fn each_difference_is_told() {
        assert_eq!(found("x\n  a \n  b\n", "  a\n  b\n"), Some((2, vec![D::Trailing])));
        assert_eq!(found("x\n    a\n    b", "  a\n  b"), Some((2, vec![D::Indentation])));
        assert_eq!(found("if:\n\ta\n", "if:\n    a\n"), Some((1, vec![D::Tabs])));
        assert_eq!(found("f( a )\n", "f(a)"), Some((1, vec![D::Inner])));
        assert_eq!(found("say \"a\" - b", "say “a” – b"), Some((1, vec![D::Shapes])));
        assert_eq!(found("a\u{a0}b", "a b"), Some((1, vec![D::Shapes])));
        assert_eq!(found(" a\u{200b}b", "  ab"), Some((1, vec![D::Indentation, D::Invisible])));
        assert_eq!(
            found("  a\u{200b}b\n", "\ta  b\n"),
            Some((1, vec![D::Tabs, D::Inner, D::Invisible]))
        );
        assert_eq!(found("É = 1", "e\u{301}=1"), Some((1, vec![D::Inner, D::Forms, D::Case])));
        assert_eq!(found("x\nLet A\n", "let a"), Some((2, vec![D::Case])));
        assert_eq!(found("  Let  A\n", "\tlet a\n"), Some((1, vec![D::Tabs, D::Inner, D::Case])));
        assert_eq!(found("other", "let a"), None);
        assert_eq!(found("x = café", "x = cafe"), None, "a part of a character");
        assert_eq!(found("café CAFE", "cafe"), Some((1, vec![D::Case])), "the next place");
        assert_eq!(found("a X b", "a x "), Some((1, vec![D::Case])), "blanks after it are there");
        assert_eq!(found("a X b", "  x"), Some((1, vec![D::Inner, D::Case])), "no indentation");
        assert_eq!(found("x", "\n\n"), None);
    }

    #[test]
    fn the_first_and_last_line_may_be_parts() {
        let text = "    let x = foo( a,\n  b );\n";
        assert_eq!(found(text, "foo(a,\n  b)"), Some((1, vec![D::Inner])));
        assert_eq!(found(text, "X = FOO"), Some((1, vec![D::Case])));
        assert_eq!(found(text, "foo( a,\n b"), Some((1, vec![D::Indentation])));
        assert_eq!(found(text, "foo( A,\n"), Some((1, vec![D::Case])));
    }

    #[test]
    fn the_slightest_difference_wins() {
        assert_eq!(found("A b\nx\na b \nx\n", "a b\nx"), Some((3, vec![D::Trailing])));
        assert_eq!(found("a b \nx\nA b\nx\n", "a b\nx"), Some((1, vec![D::Trailing])));
    }
}
