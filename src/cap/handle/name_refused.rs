//! Names that a file system does not take.
//!
//! May import: `error`, `path`.

use rustix::io::Errno;

use crate::error::{Code, ToolError};
use crate::path::Name;

/// Can it say that the file system does not take a name?
pub(in crate::cap) fn is_about_a_name(errno: Errno) -> bool {
    matches!(errno, Errno::INVAL | Errno::ILSEQ)
}

/// The file system does not take the name.
pub(in crate::cap) fn name_refused(name: &Name) -> ToolError {
    let sentence = format!("the file system does not take this name: `{name}`");
    ToolError::new(Code::BadPath, sentence).hint(
        "choose another name; the file system may refuse characters such as `:`, `*`, `?` and `\\`, or a dot or \
         blank at the end",
    )
}
