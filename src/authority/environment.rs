//! What the environment of the program says: the current directory, and directories of the user.
//!
//! May import: nothing of this crate. Each function takes the token: it asks the system.

use cap_std::AmbientAuthority;
use std::path::Path;
use std::path::PathBuf;

/// A path with all that is above it.
///
/// # Ambient Authority
/// Asks for the current directory.
pub fn whole(path: &Path, _: AmbientAuthority) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// The user's home directory, as the environment has it.
pub(super) fn home(ambient: AmbientAuthority) -> Option<PathBuf> {
    variable("HOME", ambient)
}

/// A path from the environment; a relative one would depend on the project. `None` if there is none.
#[expect(clippy::disallowed_methods, reason = "clients look where these variables say")]
pub(super) fn variable(name: &str, ambient: AmbientAuthority) -> Option<PathBuf> {
    let path = std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)?;
    Some(whole(&path, ambient))
}
