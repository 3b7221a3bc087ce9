//! The tool: it gets a directory and looks up every path from there.

use std::io;

use cap_std::fs::Dir;

/// Reads a file in `root`.
pub fn read(root: &Dir, path: &str) -> io::Result<String> {
    root.read_to_string(path)
}
