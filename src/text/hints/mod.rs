//! What a refused edit says when its old text is not in the file: what the file has instead, and what to send.
//!
//! A hint describes what is similar. No text is ever replaced because it is similar.

pub(super) mod accents;
pub(super) mod aligned;
pub(super) mod alike;
pub(super) mod applied;
pub(super) mod by_line;
pub(super) mod coded;
pub(super) mod copied;
pub(super) mod differing;
pub(super) mod line_numbers;
pub(super) mod lone_returns;
pub(super) mod missing;
pub(super) mod near;
pub(super) mod no_match;
pub(super) mod rebroken;
pub(super) mod sendable;
pub(super) mod similar;
pub(super) mod slips;
pub(super) mod terminal;
