//! What the operating system refuses, in words.
//!
//! May import: nothing of this crate but `error`. The text of an errno reaches only the log.

use std::io;

use super::{Code, ToolError};

impl ToolError {
    /// Converts an error of the operating system. `doing` (such as `open`) is the operation that failed on `shown`.
    pub(crate) fn os(doing: &str, shown: &str, error: &io::Error) -> Self {
        use io::ErrorKind as E;
        let (code, sentence) = match error.kind() {
            E::NotFound => (Code::NotFound, format!("`{shown}` does not exist")),
            E::AlreadyExists => (Code::AlreadyExists, format!("`{shown}` exists already")),
            E::NotADirectory => (Code::NotADirectory, format!("`{shown}` is not a directory")),
            E::IsADirectory => (Code::IsADirectory, format!("`{shown}` is a directory")),
            E::DirectoryNotEmpty => (Code::NotEmpty, format!("`{shown}` is not empty")),
            E::InvalidFilename => {
                (Code::OverLimit, format!("a name in `{shown}` is too long for the file system"))
            }
            E::ReadOnlyFilesystem => {
                (Code::OsDenied, format!("the file system of `{shown}` is mounted read only"))
            }
            E::PermissionDenied => {
                (Code::OsDenied, format!("the server's user may not {doing} `{shown}`"))
            }
            E::StorageFull => (Code::OsFull, format!("no space is left to {doing} `{shown}`")),
            E::QuotaExceeded => {
                (Code::OsFull, format!("the user's quota leaves no space to {doing} `{shown}`"))
            }
            E::FileTooLarge => {
                (Code::OsFull, format!("`{shown}` would be larger than the system allows"))
            }
            E::StaleNetworkFileHandle => (
                Code::OsError,
                format!(
                    "`{shown}`, or a directory above it, was replaced or removed on the file server"
                ),
            ),
            E::NotConnected
            | E::ConnectionAborted
            | E::ConnectionRefused
            | E::ConnectionReset
            | E::HostUnreachable
            | E::NetworkUnreachable
            | E::NetworkDown
            | E::TimedOut => {
                (Code::OsError, format!("the file system of `{shown}` is disconnected"))
            }
            E::ResourceBusy | E::ExecutableFileBusy | E::WouldBlock | E::Deadlock => {
                (Code::OsBusy, format!("`{shown}` is in use by another program"))
            }
            _ if is_out_of_files(error) => {
                (Code::OverLimit, "the server has reached the system's limit on open files".into())
            }
            _ => (Code::OsError, format!("the system could not {doing} `{shown}`")),
        };
        let refused = Self::new(code, sentence).detail(error);
        match error.kind() {
            E::StaleNetworkFileHandle => {
                refused.hint("try again; if the file is not found, list the directory")
            }
            E::InvalidFilename => refused.hint("use a shorter name"),
            E::ReadOnlyFilesystem => refused.hint("only the user can mount it writable"),
            E::StorageFull | E::QuotaExceeded => refused.hint("ask the user to free space"),
            E::NotConnected
            | E::ConnectionAborted
            | E::ConnectionRefused
            | E::ConnectionReset
            | E::HostUnreachable
            | E::NetworkUnreachable
            | E::NetworkDown
            | E::TimedOut => refused.hint("ask the user to connect it again"),
            E::ResourceBusy | E::ExecutableFileBusy | E::WouldBlock | E::Deadlock => {
                refused.hint("try again later")
            }
            _ if is_out_of_files(error) => refused.hint("try again when other calls have ended"),
            _ => refused,
        }
    }
}

/// `EMFILE` and `ENFILE`, which the standard library has no kind for.
fn is_out_of_files(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(23 | 24))
}

#[cfg(test)]
mod tests {
    use rustix::io::Errno;

    use super::*;

    #[test]
    fn what_kind_of_failure_it_is_shows_in_the_sentence() {
        for (errno, code, says) in [
            (Errno::NOSPC, Code::OsFull, "no space is left to write `a`"),
            (Errno::DQUOT, Code::OsFull, "the user's quota leaves no space"),
            (Errno::FBIG, Code::OsFull, "larger than the system allows"),
            (Errno::NOTCONN, Code::OsError, "the file system of `a` is disconnected"),
            (Errno::CONNABORTED, Code::OsError, "the file system of `a` is disconnected"),
            (Errno::TIMEDOUT, Code::OsError, "the file system of `a` is disconnected"),
            (Errno::STALE, Code::OsError, "was replaced or removed on the file server"),
            (Errno::NAMETOOLONG, Code::OverLimit, "a name in `a` is too long"),
            (Errno::ROFS, Code::OsDenied, "the file system of `a` is mounted read only"),
            (Errno::IO, Code::OsError, "the system could not write `a`"),
        ] {
            let told = ToolError::os("write", "a", &errno.into());
            assert_eq!(told.code(), code, "{told}");
            assert!(told.to_string().contains(says), "{told}");
        }
    }

    #[test]
    fn an_os_error_never_shows_its_errno_text() {
        for errno in 1..134 {
            let error = io::Error::from_raw_os_error(errno);
            let told = ToolError::os("read", "a/b", &error);
            assert!(!told.to_string().contains("os error"), "{told}");
            assert!(told.log_detail().is_some_and(|d| d.contains("os error")), "{told}");
        }
    }
}
