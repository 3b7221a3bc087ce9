//! Types of files by their names, as ripgrep has them.

use ::ignore::types::{Types, TypesBuilder};

use crate::error::{Code, ToolError};

/// The type of this name.
///
/// # Errors
/// `bad_args` for a name that ripgrep does not have.
pub(super) fn named(name: &str) -> Result<Types, ToolError> {
    let mut types = TypesBuilder::new();
    types.add_defaults().select(name);
    types.build().map_err(|_| {
        let name = crate::path::printable(name);
        ToolError::new(Code::BadArgs, format!("`type` `{name}` is not one of ripgrep's"))
            .hint("use `glob`, such as [\"*.rs\"]")
    })
}
