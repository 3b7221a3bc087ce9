//! Reads lines of files without loading the files.
//!
//! May import: `cap` (for open files), `error`, `limits`, `format`; of `text`, `detect` and `encoding`.

pub(super) mod buffer;
pub(super) mod character_start;
pub(super) mod line_index;
pub(super) mod page;
pub(super) mod piece;
pub(super) mod scan;
pub(super) mod searched;
pub(super) mod shown_bytes;
pub(super) mod tail;
pub(super) mod version;
