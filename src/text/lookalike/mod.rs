//! Characters and texts that look alike: which characters do, where such a text is, and how it differs.
//!
//! May import: `cap` (which characters are ignorable), `limits`, `format`; of `text`, `encoding` (how bad bytes are shown).

pub(super) mod folded;
pub(super) mod one_char;
pub(super) mod same_looking;
pub(super) mod typed;
pub(super) mod unlike;
pub(super) mod unseen;
