//! The tool: it gets a path, and has to find out whether it may be opened.

use std::path::Path;
use std::{fs, io};

/// Reads a file in `root`.
pub fn read(root: &Path, path: &str) -> io::Result<String> {
    let resolved = root.join(path).canonicalize()?;
    if !resolved.starts_with(root.canonicalize()?) {
        return Err(io::Error::other("outside of what is served"));
    }
    fs::read_to_string(resolved)
}
