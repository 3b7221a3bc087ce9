//! Hints for an edit whose old text is not in the file: what the file has instead, and what to send.
//!
//! Nothing is ever replaced because it is similar.
//!
//! May import: `error`, `limits`, `format`; of `text`, `encoding` and `lookalike`.

pub(super) mod accents;
pub(super) mod already_applied;
pub(super) mod coded;
pub(super) mod copied_marks;
pub(super) mod differences;
pub(super) mod differing_characters;
pub(super) mod differing_lines;
pub(super) mod equal_but_for;
pub(super) mod line_numbers;
pub(super) mod lone_returns;
pub(super) mod missing;
pub(super) mod near;
pub(super) mod no_match;
pub(super) mod other_line_breaks;
pub(super) mod place_in_line;
pub(super) mod sendable;
pub(super) mod similar;
pub(super) mod terminal;
