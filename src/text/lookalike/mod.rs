//! Characters and texts that look alike: which ones do, where such a text is, and how it differs.

pub(super) mod folded;
pub(super) mod one_char;
pub(super) mod same_looking;
pub(super) mod typed;
pub(super) mod unlike;
pub(super) mod unseen;
