//! The tool: it gets a directory, and whatever a path says is found from there or not at all.

use std::io;

use cap_std::fs::Dir;

/// Reads a file in `root`.
pub fn read(root: &Dir, path: &str) -> io::Result<String> {
    root.read_to_string(path)
}
