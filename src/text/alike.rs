//! [`equal_but_for`]: lines that are equal to others but for blanks, invisible characters, the shape of a character,
//! or case.
//!
//! All of these differences are folded away at once, so that one pass finds the lines; then it is told
//! which of them there are.
//!
//! May import: `limits`. Lines that say something else are `similar`'s.

use std::ops::Range;

use super::meter::Meter;
use super::unseen::{decompose_onto, is_invisible, plain};
use crate::limits::{Budget, Spent};

/// Bytes of a line above which it is not compared.
const MAX_LINE: usize = 10_000;
/// Places at which all lines are compared.
const MAX_COMPARED: usize = 1_000;

/// Lines in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// The first, from 0.
    pub(super) first: usize,
    pub(super) count: usize,
}

/// In what lines differ that say the same; the slightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Difference {
    Trailing,
    Indentation,
    Tabs,
    Inner,
    Invisible,
    Shapes,
    Forms,
    Case,
}

impl Difference {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Trailing => "trailing blanks",
            Self::Indentation => "indentation",
            Self::Tabs => "tabs against spaces",
            Self::Inner => "blanks within lines",
            Self::Invisible => "invisible characters",
            Self::Shapes => "the kind of quotes, dashes or spaces",
            Self::Forms => "characters that look the same",
            Self::Case => "upper and lower case",
        }
    }
}

/// A line without its end.
pub(super) fn bare(line: &str) -> &str {
    line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
}

/// The lines of `text` that say the same as `old`, and how they differ: those that differ least.
/// The first and the last one may be parts of a line.
pub(super) fn equal_but_for(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<(Window, Vec<Difference>)>, Spent> {
    let wanted: Vec<Wanted<'_>> = wanted(old);
    let Some((at, anchor)) = wanted.iter().enumerate().max_by_key(|(_, line)| line.folded.len())
    else {
        return Ok(None);
    };
    if anchor.folded.is_empty() {
        return Ok(None);
    }
    let (mut meter, mut begin, mut compared) = (Meter::new(budget), 0, 0);
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
    /// May the line in the text have more before it, and behind it?
    is_open: (bool, bool),
}

fn wanted(old: &str) -> Vec<Wanted<'_>> {
    let count = old.split_inclusive('\n').count();
    let lines = old.split_inclusive('\n').enumerate();
    lines
        .map(|(at, line)| Wanted {
            line: line.strip_suffix('\n').unwrap_or(line),
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
    let mut all = vec![];
    for wanted in wanted {
        let line = bare(lines.next()?);
        let line = line.get(wanted.place_in(line)?)?;
        all.extend(wanted.differences(line));
        all.sort_unstable();
        all.dedup();
    }
    Some(all)
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
        let start = match self.is_open {
            (true, true) => folded.find(&self.folded)?,
            (true, false) if folded.ends_with(&self.folded) => folded.len() - len,
            (false, true) if folded.starts_with(&self.folded) => 0,
            (false, false) if folded == self.folded => 0,
            _ => return None,
        };
        Some(
            unfold(line, start)..if start + len == folded.len() {
                line.len()
            } else {
                unfold(line, start + len)
            },
        )
    }

    fn differences(&self, line: &str) -> impl Iterator<Item = Difference> {
        let ((indent, inner, trail), (old_indent, old_inner, old_trail)) =
            (split(line), split(self.line));
        let differ = |folds| fold(inner, folds) != fold(old_inner, folds);
        let trails = if self.is_open.1 { trail.starts_with(old_trail) } else { trail == old_trail };
        let indents =
            if self.is_open.0 { indent.ends_with(old_indent) } else { indent == old_indent };
        let tabs = indent.contains('\t') != old_indent.contains('\t');
        let is_blank = inner.is_empty();
        [
            (!trails || (is_blank && !indents), Difference::Trailing),
            (!indents && !is_blank && !tabs, Difference::Indentation),
            (!indents && !is_blank && tabs, Difference::Tabs),
            (differ(Folds { blanks: false, ..ALL }), Difference::Inner),
            (differ(Folds { invisible: false, ..ALL }), Difference::Invisible),
            (differ(Folds { shapes: false, ..ALL }), Difference::Shapes),
            (differ(Folds { forms: false, ..ALL }), Difference::Forms),
            (differ(Folds { case: false, ..ALL }), Difference::Case),
        ]
        .into_iter()
        .filter_map(|(is_so, difference)| is_so.then_some(difference))
    }
}

/// Which differences are folded away.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one kind of difference")]
struct Folds {
    blanks: bool,
    invisible: bool,
    shapes: bool,
    forms: bool,
    case: bool,
}

const ALL: Folds = Folds { blanks: true, invisible: true, shapes: true, forms: true, case: true };

fn fold(line: &str, folds: Folds) -> String {
    let mut folded = String::with_capacity(line.len());
    line.chars().for_each(|c| fold_char(c, folds, &mut folded));
    folded
}

fn fold_char(c: char, folds: Folds, folded: &mut String) {
    let like: fn(char) -> char = if folds.shapes { plain } else { |c| c };
    // Most are of ASCII and change nothing.
    let seen = like(c);
    if (folds.blanks && (is_blank(c) || is_blank(seen))) || (folds.invisible && is_invisible(c)) {
        return;
    }
    match (seen.is_ascii(), folds.case) {
        (true, true) => folded.push(seen.to_ascii_lowercase()),
        (true, false) => folded.push(seen),
        (false, true) => {
            seen.to_lowercase().for_each(|c| fold_form(c, folds.forms, like, folded));
        }
        (false, false) => fold_form(seen, folds.forms, like, folded),
    }
}

fn fold_form(c: char, is_folded: bool, like: fn(char) -> char, folded: &mut String) {
    if is_folded {
        decompose_onto(c, like, folded);
    } else {
        folded.push(c);
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

/// The blanks before a line's text, the text, and the blanks behind it.
fn split(line: &str) -> (&str, &str, &str) {
    let text = line.trim_start_matches(is_blank);
    let inner = text.trim_end_matches(is_blank);
    let (indent, trail) = (line.strip_suffix(text), text.strip_prefix(inner));
    (indent.unwrap_or_default(), inner, trail.unwrap_or_default())
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{b}' | '\u{c}')
}

#[cfg(test)]
mod tests {
    use super::super::meter::plenty;
    use super::*;
    use Difference as D;

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
