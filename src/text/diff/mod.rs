//! Shows what edits changed, as a unified diff.
//!
//! May import: `limits`; of `text`, `edit` (the parts of an edited text) and `lookalike`.

pub(super) mod change;
pub(super) mod hunk_lines;
pub(super) mod hunks;
pub(super) mod unified;
pub(super) mod unseen_changes;
