//! Prints to standard output, for people.
//!
//! May import: `path` (to print safely).

use std::io::Write as _;

use crate::path::printable;

use std::io;

/// Text of several lines, safe to print. Tabs stay: they indent, and move nothing back.
pub(super) fn safe(text: &str) -> String {
    let safe = |line: &str| line.split('\t').map(printable).collect::<Vec<_>>().join("\t") + "\n";
    text.lines().map(safe).collect()
}

/// Prints to standard output. Ignores errors, since the reader may close the pipe early.
pub(super) fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
}
