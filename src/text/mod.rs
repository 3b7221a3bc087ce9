//! Text as it lies in files: found line by line, told apart by encoding, never held whole.
//!
//! ```text
//! OpenFile - scan (lines as bytes, by the index where the file is huge) - encoding - Page
//! ```
//!
//! May import: `cap` (for open files), `error`, `limits`. Absent on purpose: paths, and answers.

mod encoding;
mod index;
mod page;
mod scan;
mod version;

pub use encoding::older_encoding;
pub use page::{Page, Piece, Range, Room, read};
pub use scan::LineEnds;
pub use version::{MAX_HASHED, Version, sha256};
