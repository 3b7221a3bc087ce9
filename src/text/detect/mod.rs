//! Detects which encoding a file is in, and checks one that a client names.
//!
//! Every tool asks here with the same evidence, so that they agree about each version of a file.

pub(super) mod by_chance;
pub(super) mod byte_counts;
pub(super) mod detected;
pub(super) mod evidence;
pub(super) mod guess;
pub(super) mod looked_through;
pub(super) mod named_encoding;
pub(super) mod reading;
pub(super) mod without_mark;
