//! The tool: it gets a path and must check whether it may open it.

use std::path::Path;
use std::{fs, io};

/// Reads a file in `root`.
pub fn read(root: &Path, path: &str) -> io::Result<String> {
    let resolved = root.join(path).canonicalize()?;
    if !resolved.starts_with(root.canonicalize()?) {
        return Err(io::Error::other("outside the served directory"));
    }
    fs::read_to_string(resolved)
}
