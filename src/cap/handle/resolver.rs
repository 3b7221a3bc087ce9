//! [`Resolver`]: how names are resolved on this system.
//!
//! May import: nothing but its neighbours.

use cap_std::fs::Dir;

use crate::cap::handle::step::open_beneath;

/// How names are resolved on this system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolver {
    /// Uses `openat2`; if a path has symbolic links, walks it component by component.
    OpenAt2,
    /// Always walks component by component: this system has no `openat2`, or refuses it.
    Walk,
}

impl Resolver {
    /// Tries it on a handle that is there.
    pub(in crate::cap) fn probe(dir: &Dir) -> Self {
        open_beneath(dir, &[], false).map_or(Self::Walk, |_| Self::OpenAt2)
    }
}
