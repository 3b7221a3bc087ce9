//! Types of files by their names, as ripgrep has them.
//!
//! May import: `error`, `path`.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use ::ignore::types::{Types, TypesBuilder};

use crate::error::{Code, ToolError};

/// A type of ripgrep's, or an ending that one of these types has: `rs`, `.rs` or `*.rs`.
///
/// # Errors
/// `bad_args` for a name that ripgrep does not have.
pub(in crate::tools) fn named(name: &str) -> Result<Types, ToolError> {
    let mut types = TypesBuilder::new();
    let known = types.add_defaults().definitions();
    let ending = name.trim_start_matches(['*', '.']);
    let glob = format!("*.{ending}");
    let is_ending = known.iter().any(|known| known.globs().contains(&glob));
    // An ending that is also the name of a type means that type.
    if is_ending && known.iter().all(|known| known.name() != ending) {
        // Fails only for a malformed glob, and then the selection below fails too.
        let _ = types.add(ending, &glob);
    }
    types.select(ending);
    types.build().map_err(|_| {
        let name = crate::path::printable(name);
        ToolError::new(Code::BadArgs, format!("`type` `{name}` is not one of ripgrep's file types"))
            .hint("use `glob`, such as [\"*.rs\"]")
    })
}

/// Has a file of this name one of these types?
pub(in crate::tools) fn matches(types: &Types, name: &[u8]) -> bool {
    types.matched(OsStr::from_bytes(name), false).is_whitelist()
}
