//! The argument `encoding`: what a client says that a text is written in.

use crate::error::{Code, ToolError};
use crate::text::Coding;

/// Most characters of a label.
pub(super) const MAX_LABEL: usize = 40;

/// The coding that a client names, if it does.
///
/// # Errors
/// `bad_args` for a label that nobody knows.
pub(super) fn named(label: Option<&str>) -> Result<Option<Coding>, ToolError> {
    let Some(label) = label else { return Ok(None) };
    let coding = Coding::of_label(label).ok_or_else(|| {
        let label = crate::path::printable(label);
        ToolError::new(Code::BadArgs, format!("`encoding` `{label}` is not one that is known")).hint(
            "names such as utf-8, windows-1252, shift_jis, euc-kr, gb18030, big5, koi8-r, utf-16le \
             and utf-32be are",
        )
    })?;
    Ok(Some(coding))
}
