//! Detects which encoding a file is in, and checks the encoding that a client names.
//!
//! All tools use the same evidence, so they agree about each version of a file.
//!
//! May import: `cap` (for open files), `error`, `limits`; of `text`, `encoding`.

pub(super) mod by_chance;
pub(super) mod byte_counts;
pub(super) mod detected;
pub(super) mod evidence;
pub(super) mod guess;
pub(super) mod looked_through;
pub(super) mod named_encoding;
pub(super) mod reading;
pub(super) mod without_mark;
