//! [`Unreadable`]: why a file of a client is not changed.
//!
//! May import: nothing of this crate.

use std::fmt;

/// Why a file is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub(super) String);

impl Unreadable {
    pub(super) fn not_a(what: &str, path: &[&str]) -> Self {
        Self(format!("`{}` is not {what}", path.join(".")))
    }

    /// The change came to something else than it should.
    pub(super) fn unexpected() -> Self {
        Self("it is written in a way that cannot be changed safely".into())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}
