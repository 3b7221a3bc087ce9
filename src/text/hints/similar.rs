//! [`most_equal`] and [`most_alike`]: the lines of a text, and the place in it, that are nearest to others that it lacks.
//!
//! First by how many of the lines are there, each at its place among the others; where not one is, by
//! the place within a line that is most like one of them.
//!
//! May import: `limits`. `equal_but_for` finds lines whose differences do not count.

use std::collections::HashMap;
use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::hints::equal_but_for::Window;
use crate::text::hints::place_in_line::{MAX_CHARS, Pattern};
use crate::text::meter::Meter;

/// How often one line counts in what is looked for.
const MAX_TWINS: usize = 8;
/// Of ten characters, so many may differ in a place that is worth showing.
const MAX_DIFFERING: usize = 3;
/// Bytes of a line that are aligned at once, and those that two pieces share: more than any place has.
const PIECE: usize = 64 << 10;
const SHARED: usize = 4 * 2 * MAX_CHARS;
/// Aligning a byte takes so many times as long as looking at it.
const WORK: usize = 8;

/// Where most of the lines `old` are, and how many. A line counts that has a letter or a digit.
pub(in crate::text) fn most_equal(
    text: &str,
    old: &[&str],
    budget: &Budget,
) -> Result<Option<(Window, usize)>, StopReason> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in old.iter().enumerate().filter(|(_, line)| says_something(line)) {
        let places = places.entry(line.trim()).or_default();
        if places.len() < MAX_TWINS {
            places.push(at);
        }
    }
    // How many lines are equal if the first one is so many lines above this one: each slot is one
    // first line, until its last line has gone by.
    let mut slots = vec![0; old.len().max(1)];
    let size = slots.len();
    let mut best = (0, 0);
    let mut meter = Meter::new(budget);
    let mut lines = 0;
    for (number, line) in text.split_inclusive('\n').map(str::trim).enumerate() {
        meter.spend(line.len() + 1)?;
        lines = number + 1;
        let number = number + size;
        if let Some(slot) = slots.get_mut(number % size) {
            if *slot > best.0 {
                best = (*slot, number - size);
            }
            *slot = 0;
        }
        for at in places.get(line).into_iter().flatten() {
            if let Some(slot) = slots.get_mut((number - at) % size) {
                *slot += 1;
            }
        }
    }
    for first in lines..lines + size {
        if let Some(slot) = slots.get(first % size).filter(|slot| **slot > best.0) {
            best = (*slot, first);
        }
    }
    Ok((best.0 > 0).then(|| (window(best.1, size, lines), best.0)))
}

/// The window whose first line is `size` behind `first`, as far as it is within the text.
fn window(first: usize, size: usize, lines: usize) -> Window {
    let end = first.min(lines).max(1);
    let first = first.saturating_sub(size);
    Window { first, count: end.saturating_sub(first).max(1) }
}

/// Has the line a letter or a digit?
pub(in crate::text) fn says_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// A place within a line that is like a text.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::text) struct Alike {
    /// The line, from 0.
    pub(in crate::text) line: usize,
    /// Where in the whole text the place is.
    pub(in crate::text) place: Range<usize>,
    /// How much of the text is there, from 0 to 1.
    pub(in crate::text) likeness: f64,
}

/// The place that is most like `wanted`, blanks at its ends aside. Only the beginning of a long one is looked for.
pub(in crate::text) fn most_alike(
    text: &str,
    wanted: &str,
    budget: &Budget,
) -> Result<Option<Alike>, StopReason> {
    let Some(pattern) = Pattern::new(wanted.trim()) else { return Ok(None) };
    let mut best = None;
    let mut most = pattern.len() * MAX_DIFFERING / 10;
    let mut begin = 0;
    let mut meter = Meter::new(budget);
    'lines: for (line, contents) in text.split_inclusive('\n').enumerate() {
        for (from, piece) in pieces(contents) {
            meter.spend(WORK * piece.len() + 1)?;
            if let Some((place, differing)) = pattern.nearest(piece, most) {
                let from = begin + from;
                best = Some((line, from + place.start..from + place.end, differing));
                let Some(less) = differing.checked_sub(1) else { break 'lines };
                most = less;
            }
        }
        begin += contents.len();
    }
    Ok(best.map(|(line, place, differing)| {
        let of = |count: usize| f64::from(u8::try_from(count).unwrap_or(u8::MAX));
        Alike { line, place, likeness: 1.0 - of(differing) / of(pattern.len()) }
    }))
}

/// A line in pieces that overlap, and where each begins.
fn pieces(line: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut from = 0_usize;
    std::iter::from_fn(move || {
        let begin = line.floor_char_boundary(from.saturating_sub(SHARED));
        let end = line.ceil_char_boundary(from.saturating_add(PIECE));
        let piece = line.get(begin..end).filter(|_| from < line.len())?;
        from = end;
        Some((begin, piece))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn equal(text: &str, old: &[&str]) -> Option<(usize, usize, usize)> {
        let found = most_equal(text, old, &plenty()).unwrap();
        found.map(|(window, count)| (window.first + 1, window.count, count))
    }

    #[test]
    fn lines_count_at_their_places() {
        let text = "x\na\nb\n}\na\nc\nd\n";
        assert_eq!(equal(text, &["a", "c", "e"]), Some((5, 3, 2)));
        assert_eq!(equal(text, &["e", "b", "}"]), Some((2, 3, 1)));
        assert_eq!(equal(text, &["no", "}"]), None, "a bracket is everywhere");
        assert_eq!(equal(text, &["no", "no", "x"]), Some((1, 1, 1)), "cut at the beginning");
        assert_eq!(equal(text, &["d", "no", "no"]), Some((7, 1, 1)), "and at the end");
        assert_eq!(equal("", &["a"]), None);
        assert_eq!(equal("x\n\tb \n", &["x", " b"]), Some((1, 2, 2)), "blanks apart");
    }

    #[test]
    fn the_most_similar_place_is_found() {
        fn alike<'t>(text: &'t str, line: &str) -> Option<(usize, &'t str)> {
            let found = most_alike(text, line, &plenty()).unwrap();
            found.map(|found| (found.line, &text[found.place]))
        }
        let text = "let one = 1;\n    if let two = 2; {\n";
        assert_eq!(alike(text, "  let tow = 2;"), Some((1, "let two = 2;")));
        assert_eq!(alike("abcdefgh\n", "zyxw"), None);
        assert_eq!(alike("été\n", "ete"), None);
        assert_eq!(alike("l'été dernier\n", "l'ete dernier"), Some((0, "l'été dernier")));
        assert_eq!(alike("abc\nabd\n", "abd\n"), Some((1, "abd")), "the nearest, not the first");
        assert_eq!(alike("a\n", " \n"), None);
        let far = format!("{}needle in hay", "x".repeat(300_000));
        assert_eq!(alike(&far, "needle im hay"), Some((0, "needle in hay")));
    }
}
