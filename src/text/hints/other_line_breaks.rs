//! [`otherwise_broken`]: the place that is the old text but for where its lines end.
//!
//! May import: `limits`. `equal_but_for` finds lines that differ in blanks only.

use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::hints::differences::is_blank;
use crate::text::lookalike::folded::{folded, places};

/// Bytes besides blanks that a text needs, so that it is not found by chance.
const MIN_INK: usize = 6;

const BLANK_LINES: &str = "blank lines";
const BLANKS: &str = "indentation or trailing blanks";

/// A place with the lines broken otherwise.
pub(in crate::text) struct Rebroken {
    pub(in crate::text) place: Range<usize>,
    /// In what it differs, in words.
    pub(in crate::text) kinds: String,
}

/// The first place of `text` that has the same characters as `old` besides blanks and line ends.
pub(in crate::text) fn otherwise_broken(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Rebroken>, StopReason> {
    let ink = folded(old, ink);
    if ink.len() < MIN_INK {
        return Ok(None);
    }
    let found =
        places(text, &ink, crate::text::hints::other_line_breaks::ink, |_| true, 1, budget)?
            .into_iter()
            .next();
    Ok(found.map(|place| {
        let ink = text.get(place.clone()).unwrap_or_default();
        let mut kinds = kinds(ink, old.trim_matches(is_space));
        let place = with_edges(text, place, old);
        kinds.extend(of_edges(text.get(place.clone()).unwrap_or_default(), old, &kinds));
        Rebroken { place, kinds: kinds.join(" and ") }
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
fn kinds(here: &str, old: &str) -> Vec<&'static str> {
    let mut here = here;
    let mut old = old;
    let mut breaks = false;
    let mut empty = false;
    let mut indents = false;
    let mut blanks = false;
    while !here.is_empty() && !old.is_empty() {
        let gap = take_gap(&mut here);
        let sent = take_gap(&mut old);
        let gap = gap.replace("\r\n", "\n");
        let sent = sent.replace("\r\n", "\n");
        match (gap.matches('\n').count(), sent.matches('\n').count()) {
            (one, other) if (one == 0) != (other == 0) => breaks = true,
            (one, other) if one != other => {
                empty = true;
                indents |= ends(&gap) != ends(&sent);
            }
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
        (empty, BLANK_LINES),
        (indents, BLANKS),
        (blanks, "blanks within lines"),
    ];
    kinds.iter().filter(|(is_so, _)| *is_so).map(|(_, kind)| *kind).collect()
}

/// What is before the first line end of a gap, and after the last one.
fn ends(gap: &str) -> (&str, &str) {
    (gap.split('\n').next().unwrap_or_default(), gap.rsplit('\n').next().unwrap_or_default())
}

/// In what the blanks at the ends of two texts differ, besides what is `known`.
fn of_edges(here: &str, old: &str, known: &[&str]) -> Vec<&'static str> {
    let here = here.replace("\r\n", "\n");
    let old = old.replace("\r\n", "\n");
    let ours = edges(&here);
    let theirs = edges(&old);
    let breaks =
        |(begin, end): (&str, &str)| (begin.matches('\n').count(), end.matches('\n').count());
    let blanks = |(begin, end)| (ends(begin).1.to_owned(), ends(end).0.to_owned());
    let kinds =
        [(breaks(ours) != breaks(theirs), BLANK_LINES), (blanks(ours) != blanks(theirs), BLANKS)];
    let kinds = kinds.into_iter().filter(|(is_so, kind)| *is_so && !known.contains(kind));
    kinds.map(|(_, kind)| kind).collect()
}

/// The blanks and line ends that a text begins and ends with.
fn edges(text: &str) -> (&str, &str) {
    let begin = text.len() - text.trim_start_matches(is_space).len();
    let end = text.trim_end_matches(is_space).len();
    (text.get(..begin).unwrap_or_default(), text.get(end..).unwrap_or_default())
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
    let mut start = place.start;
    let mut end = place.end;
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
        let line_end = after.trim_start_matches(|c| c != '\n' && is_space(c));
        end += match c {
            // Whatever blanks are before it: what is sent ends with its line.
            '\n' if line_end.starts_with('\n') => after.len() - line_end.len() + 1,
            '\n' => break,
            '\r' if after.starts_with("\r\n") => 0,
            c if after.starts_with(c) => c.len_utf8(),
            _ => 0,
        };
    }
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

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
