//! [`Permit`]: what the operator permits beyond the usual.
//!
//! May import: nothing of this crate.

/// What the operator permits beyond the usual.
#[derive(Clone, Copy, Debug, Default)]
pub struct Permit {
    /// To grant the home directory or one above it.
    pub home: bool,
    /// Not to cross mount points (this one takes away).
    pub one_file_system: bool,
}
