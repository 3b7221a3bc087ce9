//! Bounds of the answers that come in pages.
//!
//! May import: nothing of this crate.

/// Characters of an answer that are kept free for its closing line.
pub(in crate::tools) const CLOSING: usize = 2_000;

/// Most characters of a cursor. No answer gives a longer one.
pub(in crate::tools) const MAX_CURSOR: usize = 40_000;
