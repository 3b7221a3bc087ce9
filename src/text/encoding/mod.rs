//! The known encodings: their labels, and how bytes become text and text becomes bytes.
//!
//! Bytes that are not valid in an encoding are kept: `runs` separates them from the text, and `escapes` shows them.
//!
//! May import: nothing of this crate.

pub(super) mod code_unit;
pub(super) mod coding;
pub(super) mod encode;
pub(super) mod escapes;
pub(super) mod labels;
pub(super) mod runs;
