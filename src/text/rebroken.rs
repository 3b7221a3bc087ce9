//! [`otherwise_broken`]: the place that is the old text but for where its lines end.
//!
//! May import: `limits`. Lines that differ in blanks only are `alike`'s.

use std::ops::Range;

use super::differing::is_blank;
use super::folded::{folded, places};
use crate::limits::{Budget, Spent};

/// Bytes besides blanks that a text needs, so that it is not found by chance.
const MIN_INK: usize = 6;

/// A place with the lines broken otherwise.
pub(super) struct Rebroken {
    pub(super) place: Range<usize>,
    /// In what it differs, in words.
    pub(super) kinds: String,
}

/// The first place of `text` that has the same characters as `old` besides blanks and line ends.
pub(super) fn otherwise_broken(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Rebroken>, Spent> {
    let ink = folded(old, ink);
    if ink.len() < MIN_INK {
        return Ok(None);
    }
    let found = places(text, &ink, self::ink, |_| true, 1, budget)?.into_iter().next();
    Ok(found.map(|place| {
        let kinds = kinds(text.get(place.clone()).unwrap_or_default(), old.trim_matches(is_space));
        Rebroken { place: with_edges(text, place, old), kinds }
    }))
}

/// One character; nothing for one that takes no ink.
fn ink(text: &str, folded: &mut String) -> usize {
    let Some(c) = text.chars().next() else { return 0 };
    if !is_space(c) {
        folded.push(c);
    }
    c.len_utf8()
}

fn is_space(c: char) -> bool {
    is_blank(c) || c == '\r'
}

/// In what two texts differ that are equal but for blanks and line ends.
fn kinds(here: &str, old: &str) -> String {
    let (mut here, mut old) = (here, old);
    let (mut breaks, mut indents, mut blanks) = (false, false, false);
    while !here.is_empty() && !old.is_empty() {
        let (gap, sent) = (take_gap(&mut here), take_gap(&mut old));
        let (gap, sent) = (gap.replace("\r\n", "\n"), sent.replace("\r\n", "\n"));
        match (gap.matches('\n').count(), sent.matches('\n').count()) {
            (one, other) if one != other => breaks = true,
            (0, _) => blanks |= gap != sent,
            _ => indents |= gap != sent,
        }
        // Both have the same character here.
        let next = |text: &str| text.chars().next().map_or(0, char::len_utf8);
        (here, old) =
            (here.get(next(here)..).unwrap_or_default(), old.get(next(old)..).unwrap_or_default());
    }
    let kinds = [
        (breaks, "where lines end"),
        (indents, "indentation or trailing blanks"),
        (blanks, "blanks within lines"),
    ];
    let kinds: Vec<_> = kinds.iter().filter(|(is_so, _)| *is_so).map(|(_, kind)| *kind).collect();
    kinds.join(" and ")
}

fn take_gap<'t>(text: &mut &'t str) -> &'t str {
    let rest = text.trim_start_matches(is_space);
    let gap = text.strip_suffix(rest).unwrap_or_default();
    *text = rest;
    gap
}

/// The place, and the blanks and line ends around it that are also at the ends of `old`.
fn with_edges(text: &str, place: Range<usize>, old: &str) -> Range<usize> {
    let old = old.replace("\r\n", "\n");
    let (mut start, mut end) = (place.start, place.end);
    let edge = |rest: &str| old.len() - rest.len();
    let begin = old.get(..edge(old.trim_start_matches(is_space))).unwrap_or_default();
    for c in begin.chars().rev() {
        let before = text.get(..start).unwrap_or_default();
        let len = match c {
            '\n' if before.ends_with("\r\n") => 2,
            c if before.ends_with(c) => c.len_utf8(),
            _ => break,
        };
        start -= len;
    }
    let trail = old.get(old.trim_end_matches(is_space).len()..).unwrap_or_default();
    for c in trail.chars() {
        let after = text.get(end..).unwrap_or_default();
        let len = match c {
            '\n' if after.starts_with("\r\n") => 2,
            c if after.starts_with(c) => c.len_utf8(),
            _ => break,
        };
        end += len;
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::meter::plenty;
    use super::*;

    fn found<'t>(text: &'t str, old: &str) -> Option<(&'t str, String)> {
        let found = otherwise_broken(text, old, &plenty()).unwrap();
        found.map(|found| (&text[found.place], found.kinds))
    }

    #[test]
    fn a_text_is_found_however_its_lines_are_broken() {
        let lines = "const a = foo(\n  bar,\n  baz\n);\n";
        let one = "const a = foo(bar, baz);\n";
        for (text, old, place) in [
            (lines, one, lines),
            (one, lines, one),
            (lines, one.trim(), lines.trim_end()),
            ("x\r\n  foo(\r\n  bar)\r\n", "  foo(bar)\n", "  foo(\r\n  bar)\r\n"),
            ("hello world, this is\nwrapped\n", "this is wrapped", "this is\nwrapped"),
        ] {
            let want = Some((place, "where lines end".to_owned()));
            assert_eq!(found(text, old), want, "{text:?} {old:?}");
        }
        let both = found("foo(a,\n  b + c)\n", "foo(a, b+c)").unwrap().1;
        assert_eq!(both, "where lines end and blanks within lines");
        assert_eq!(found("a\nb", "a b"), None, "too short");
        assert_eq!(found("foo(bar)", "foo(baz)"), None);
    }
}
