//! Edits a loaded text, explains edits that fail, and makes the new bytes of the file.
//!
//! May import: `cap` (for open files), `error`, `limits`; of `text`, `detect`, `encoding`, `hints`, `lookalike` and `read`.

pub(super) mod append;
pub(super) mod apply;
pub(super) mod bytes_of_text;
pub(super) mod document;
pub(super) mod earlier;
pub(super) mod edited;
pub(super) mod escapes_in_edits;
pub(super) mod failures;
pub(super) mod likely_encodings;
pub(super) mod misread;
pub(super) mod new_bytes;
pub(super) mod occurrences;
pub(super) mod one_edit;
pub(super) mod replace;
