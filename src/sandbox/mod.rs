//! The third wall: after the handles are open, the kernel takes the rest of the authority away.
//!
//! Landlock limits which files can be reached, however a path is resolved: the granted directories,
//! with the rights of each. seccomp limits which system calls can be made: none that runs a program,
//! opens a connection or names a file without a handle. An empty root directory means that an absolute
//! path names nothing. Each holds even where our own code, or that of a dependency, is wrong. Nothing
//! in this process can undo them.
//!
//! The process has to be sealed while it has one thread (Landlock binds the thread that asks, and
//! those that it starts), after everything that the operator named is open, and before the runtime.
//!
//! Other systems have none of the three: a counterpart of the first two takes `unsafe`, and no directory
//! there is sure to stay empty. The program reports that at each start. A Linux build with
//! `--cfg preopen_portable` has none of them either.
//!
//! May import: `cap` (for the handles). `authority` leaves the host's tree, since that takes a path.

#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod by_number;
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod calls;
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod landlock;
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod seccomp;
mod wall;

pub use wall::Wall;

use crate::cap::{Grants, Rights};

/// What the kernel holds, as far as it was asked to and said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which files can be reached.
    pub landlock: Wall,
    /// Which system calls can be made.
    pub seccomp: Wall,
    /// What an absolute path names: nothing, once the host's tree is left.
    pub root: Wall,
    /// May files be written where they lie, and shortened?
    pub in_place: bool,
}

impl Sealed {
    /// Is `--sandbox require` satisfied? An older kernel's Landlock is enough: it holds every file. The
    /// root directory does not count: a plain user who writes cannot leave the host's tree, and Landlock
    /// keeps every file in it closed all the same.
    pub fn suffices(&self) -> bool {
        self.landlock.holds_files() && matches!(self.seccomp, Wall::Holds(_))
    }

    /// What the kernel lets be done in a grant that has these rights, in words.
    pub fn kernel_rights(&self, rights: Rights) -> &'static str {
        #[cfg(all(target_os = "linux", not(preopen_portable)))]
        if self.landlock.holds_files() {
            return landlock::in_words(rights, self.in_place);
        }
        let _ = rights;
        "anything that the server's user may do"
    }
}

impl std::fmt::Display for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Landlock {}; seccomp {}; ", self.landlock, self.seccomp)?;
        write!(f, "the empty root directory {}", self.root)
    }
}

/// Seals the process, for ever. It has to be called while there is one thread. `root` is what became of
/// the attempt to leave the host's tree.
pub fn seal(grants: &Grants, root: Wall) -> Sealed {
    let (landlock, seccomp) = restrict(grants);
    Sealed { landlock, seccomp, root, in_place: grants.may_write_in_place() }
}

#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn restrict(grants: &Grants) -> (Wall, Wall) {
    // In this order: the filter would refuse the calls that Landlock needs.
    let landlock = landlock::restrict(grants);
    (landlock, seccomp::restrict(grants))
}

#[cfg(not(all(target_os = "linux", not(preopen_portable))))]
fn restrict(_: &Grants) -> (Wall, Wall) {
    let missing = || Wall::Missing("this system has none".into());
    (missing(), missing())
}
