//! The known encodings: how clients name them, and how bytes become text and text becomes bytes.
//!
//! Bytes that are not valid in an encoding are kept: `runs` hands them on, and `escapes` shows them.

pub(super) mod code_unit;
pub(super) mod coding;
pub(super) mod encode;
pub(super) mod escapes;
pub(super) mod labels;
pub(super) mod runs;
