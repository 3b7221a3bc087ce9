//! Where an old text occurs, and how often, in words: [`on_lines`] and [`counted`].
//!
//! May import: nothing of this crate.

use std::ops::Range;

use crate::text::find::lines;

/// Replacements that one edit makes.
pub const MAX_REPLACEMENTS: usize = 100_000;

/// Lines that are named of those on which a text occurs.
const MAX_LINES: usize = 20;

/// `on line 3`, `on lines 3, 5 and more`: where an old text occurs.
pub(in crate::text) fn on_lines(text: &str, found: &[Range<usize>]) -> String {
    let on = first_lines(text, found);
    let last = found.last().map(|last| lines(text, [last.start]));
    let is_all = last.is_none_or(|last| last.last() == on.last());
    let numbers = |on: &[usize]| on.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match on.as_slice() {
        // Those that were not counted may be anywhere.
        [first, ..] if found.len() > MAX_REPLACEMENTS => format!("the first on line {first}"),
        [one] if is_all => format!("on line {one}"),
        on if is_all => format!("on lines {}", numbers(on)),
        on => format!("on lines {} and more", numbers(on)),
    }
}

/// The first lines on which places are, each once.
fn first_lines(text: &str, found: &[Range<usize>]) -> Vec<usize> {
    let mut on = lines(text, found.iter().map(|range| range.start));
    on.dedup();
    on.truncate(MAX_LINES);
    on
}

/// `2 times`.
pub(in crate::text) fn counted(found: &[Range<usize>]) -> String {
    match found.len() {
        count if count > MAX_REPLACEMENTS => format!("more than {MAX_REPLACEMENTS} times"),
        count => format!("{count} times"),
    }
}
