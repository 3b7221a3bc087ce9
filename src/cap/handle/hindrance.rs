//! [`Hindrance`]: what keeps an entry from being changed, whatever the rights of the grant.
//!
//! May import: nothing of this crate.

/// What keeps an existing file or directory from being changed, whatever the rights of the grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Something is mounted there: it is neither replaced, moved nor removed.
    MountPoint,
    /// Marked as immutable (`chattr +i`).
    Immutable,
    /// Marked as append-only (`chattr +a`).
    AppendOnly,
    /// Its directory is marked as immutable or append-only: it keeps its name.
    MarkedDirectory,
    /// This user may not write to it.
    NotWritable,
    /// Its directory keeps it: this user may neither move nor remove it, nor replace it.
    Stays,
    /// Both.
    NotWritableAndStays,
}
