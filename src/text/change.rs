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
pub(super) struct Change {
    /// Where the removed ones are in the text, and the first of them, from 0.
    pub(super) range: Range<usize>,
    pub(super) line: usize,
    /// How many are removed.
    pub(super) removed: usize,
    /// How many are added.
    pub(super) added: usize,
    /// The added ones.
    pub(super) new: String,
    /// What edits took out of the removed ones, and what they put into the added ones.
    pub(super) edits: Vec<[Range<usize>; 2]>,
}

/// Changes that are shown together, with what is around them.
pub(super) struct Hunk<'c> {
    /// Where the lines are in the text.
    pub(super) range: Range<usize>,
    /// Its line of numbers.
    pub(super) head: String,
    pub(super) changes: &'c [Change],
    /// Its place in the new text, and what it does.
    pub(super) name: String,
}
