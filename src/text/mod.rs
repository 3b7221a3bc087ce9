//! Text as it lies in files: found line by line, told apart by encoding, held whole only for an edit.
//!
//! ```text
//! OpenFile - scan (lines as bytes, by the index where the file is huge) - encoding - Page
//! Vec<u8> -- Document (text) - find - replace - Edited (what is kept, what is new) -+- Document (bytes)
//!                                |- nearest, where nothing was found                +- diff
//! ```
//!
//! May import: `cap` (for open files), `error`, `limits`. It does not know paths or answers.

mod alike;
mod coding;
mod counted;
mod diff;
mod document;
mod edit;
mod encoding;
mod escapes;
mod evidence;
mod find;
mod fitted;
mod guess;
mod hunks;
mod index;
mod line_ends;
mod meant;
mod meter;
mod nearest;
mod page;
mod parts;
mod replace;
mod runs;
mod scan;
mod searched;
mod similar;
mod sync;
mod transcode;
mod unit;
mod version;
mod wide;
mod written;

pub use coding::{Coding, encoded};
pub use diff::{compared, unified};
pub use document::Document;
pub use edit::{Edit, MAX_REPLACEMENTS, apply};
pub use escapes::Escaped;
pub use fitted::fitted;
pub use hunks::{Diff, Most};
pub use line_ends::LineEnds;
pub use meant::Meant;
pub use page::{Page, Piece, Range, Room, read, read_as};
pub use parts::{Edited, Made, Part};
pub use replace::MAX_EDITED_BYTES;
pub use searched::{Searched, Transcoder, is_plain, line_shown, part_shown, searched};
pub use version::{MAX_HASHED, Version, sha256, version, version_of};
