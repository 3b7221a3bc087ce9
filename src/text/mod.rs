//! Text in files: read line by line, in its encoding, and loaded whole only for an edit.
//!
//! ```text
//! read/    OpenFile -> scan (lines as bytes) -> detect/ (the encoding) -> Page
//! edit/    Vec<u8>  -> Document (text) -> apply -> Edited -+-> new bytes
//!                                           |              +-> diff/ (what changed)
//!                                           +-> hints/, if an old text was not found
//! ```
//!
//! The rooms import each other one way, as their docs say. Several rooms use the files beside them: `find` finds a text,
//! `line_ends` has the kinds of line ends, `cropped` shortens long lines, and `meter` charges work to the budget of a call.
//!
//! May import: `cap` (for open files), `error`, `limits`, `format`. It does not know paths or answers.

mod cropped;
mod detect;
mod diff;
mod edit;
mod encoding;
mod find;
mod hints;
mod line_ends;
mod lookalike;
mod meter;
mod read;

pub use detect::reading::{Reading, may_be_misread};
pub use diff::change::Most;
pub use diff::hunks::{Diff, Unshown};
pub use diff::unified::{compared, unified};
pub use edit::append::{Fitted, fitted};
pub use edit::apply::apply;
pub use edit::document::Document;
pub use edit::edited::{Edited, Made, Part};
pub use edit::escapes_in_edits::{Meanings, Meant};
pub use edit::likely_encodings::likely;
pub use edit::occurrences::MAX_REPLACEMENTS;
pub use edit::one_edit::Edit;
pub use edit::replace::MAX_EDITED_BYTES;
pub use encoding::coding::{Coding, encoded};
pub use encoding::escapes::{Escaped, byte_of_escape};
pub use encoding::labels::{asks_for_mark, nearest as nearest_labels, plain as plain_label};
pub use line_ends::{LineEnds, has_lone_return};
pub use lookalike::unseen::{is_invisible, is_look_alike, look_alikes, odd_characters};
pub use read::page::{ELSEWHERE, read, read_as};
pub use read::piece::{Before, Page, Piece, Range, Room, StartsAt};
pub use read::searched::{Searched, Transcoder, is_plain, line_shown, part_shown, searched};
pub use read::shown_bytes::shown_byte;
pub use read::version::{MAX_HASHED, Version, is_version, sha256, version, version_of};
