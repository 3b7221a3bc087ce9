//! [`Refusal`]: why the program does not start or a command does not run, in words for the user.
//!
//! May import: nothing of this crate.

use std::io;

/// Why the server does not start, and what to type instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong.
    pub sentence: String,
    /// The next step.
    pub hint: String,
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self {
            sentence: format!("the server cannot run here: {error}"),
            hint: "standard input, output and error must be open, and the system must allow new threads".into(),
        }
    }
}

/// What went wrong, in words that hold no number and no path.
pub(super) fn plain(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound => "there is nothing of that name",
        io::ErrorKind::NotADirectory => "it is not a directory",
        io::ErrorKind::IsADirectory => "it is a directory",
        io::ErrorKind::PermissionDenied => "this user may not open it",
        io::ErrorKind::InvalidData => "it is not UTF-8",
        io::ErrorKind::AlreadyExists => "the name is already taken",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "there is no room",
        io::ErrorKind::ReadOnlyFilesystem => "its file system is read-only",
        io::ErrorKind::Unsupported => "this system does not tell mounts apart",
        _ => "the system cannot open it",
    }
}
