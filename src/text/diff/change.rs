//! [`Change`]: lines in the place of others, and [`Hunk`]: changes that a diff shows together.
//!
//! May import: nothing of this crate.

use std::ops::Range;

/// How long a diff may be.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// How many lines.
    pub lines: usize,
    /// How many characters in all.
    pub chars: usize,
}

/// Whole lines in the place of others.
#[derive(Clone, Debug)]
pub(in crate::text) struct Change {
    /// Where the removed ones are in the text, and the first of them, from 0.
    pub(in crate::text) range: Range<usize>,
    pub(in crate::text) line: usize,
    /// How many are removed.
    pub(in crate::text) removed: usize,
    /// How many are added.
    pub(in crate::text) added: usize,
    /// The added ones.
    pub(in crate::text) new: String,
    /// What edits took out of the removed ones, and what they put into the added ones.
    pub(in crate::text) edits: Vec<[Range<usize>; 2]>,
}

/// Changes that are shown together, with what is around them.
pub(in crate::text) struct Hunk<'c> {
    /// Where the lines are in the text.
    pub(in crate::text) range: Range<usize>,
    /// Its line of numbers.
    pub(in crate::text) head: String,
    pub(in crate::text) changes: &'c [Change],
    /// Its place in the new text, and what it does.
    pub(in crate::text) name: String,
}
