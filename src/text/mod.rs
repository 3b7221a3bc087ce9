//! Text as it lies in files: found line by line, told apart by encoding, held whole only for an edit.
//!
//! ```text
//! OpenFile - scan (lines as bytes, by the index where the file is huge) - encoding - Page
//! Vec<u8> -- Document (text) - find - replace - Edited (what is kept, what is new) -+- Document (bytes)
//!                                |- nearest, where nothing was found                +- diff
//! ```
//!
//! May import: `cap` (for open files), `error`, `limits`. It does not know paths or answers.

mod aligned;
mod alike;
mod coded;
mod cropped;
mod diff;
mod document;
mod edit;
mod encoding;
mod failures;
mod find;
mod fitted;
mod folded;
mod hunk_lines;
mod hunks;
mod index;
mod line_ends;
mod lookalike;
mod meter;
mod nearest;
mod numbers;
mod page;
mod parts;
mod replace;
mod scan;
mod sendable;
mod similar;
mod transcode;
mod unlike;
mod unseen;
mod unseen_changes;
mod version;

pub use diff::{compared, unified};
pub use document::Document;
pub use edit::{Edit, MAX_REPLACEMENTS, apply};
pub use encoding::older_encoding;
pub use fitted::{Fitted, fitted};
pub use hunks::{Diff, Most, Unshown};
pub use line_ends::LineEnds;
pub use page::{Page, Piece, Range, Room, read};
pub use parts::{Edited, Made, Part};
pub use replace::MAX_EDITED_BYTES;
pub use version::{MAX_HASHED, Version, sha256, version, version_of};
