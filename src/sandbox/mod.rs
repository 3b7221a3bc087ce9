//! The third wall: after the handles are open, the kernel takes the rest of the authority away.
//!
//! Landlock limits what any path, however it is resolved, can reach: the granted directories, with
//! the rights of each. seccomp limits which system calls there are: none that runs a program, opens a
//! connection or names a file without a handle. Each holds even where our own code, or that of a
//! dependency, is wrong. Both are for ever: nothing in this process can lift them.
//!
//! It has to be done while there is one thread (Landlock binds the thread that asks, and those that it
//! starts), after everything that the operator named is open, and before the runtime.
//!
//! Other systems have none of it that could be had without `unsafe`, and the program says so at each start. Built
//! with `--cfg preopen_portable` it is the same on Linux.
//!
//! May import: `cap` (for the handles). Absent on purpose: a way back, and silence about what does
//! not hold.

#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod by_number;
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod landlock;
#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod seccomp;

use crate::cap::{Grants, Rights};

/// What the kernel holds, as far as it was asked to and said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Which files can be reached.
    pub landlock: Wall,
    /// Which system calls there are.
    pub seccomp: Wall,
}

/// One half of the wall.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wall {
    /// It holds, in this form.
    Holds(String),
    /// It holds in part: the kernel is older than what was asked of it.
    Partly(String),
    /// It does not hold, for this reason.
    Missing(String),
}

impl Sealed {
    /// Is `--sandbox require` satisfied? An older kernel's Landlock does: it holds every file.
    pub fn suffices(&self) -> bool {
        self.landlock.holds_files() && matches!(self.seccomp, Wall::Holds(_))
    }

    /// What the kernel lets be done in a grant that has these rights, in words.
    pub fn kernel_rights(&self, rights: Rights) -> &'static str {
        #[cfg(all(target_os = "linux", not(preopen_portable)))]
        if self.landlock.holds_files() {
            return landlock::in_words(rights);
        }
        let _ = rights;
        "anything that the server's user may do"
    }
}

impl Wall {
    /// Even in part, it holds every file.
    fn holds_files(&self) -> bool {
        matches!(self, Self::Holds(_) | Self::Partly(_))
    }
}

impl std::fmt::Display for Sealed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Landlock {}; seccomp {}", self.landlock, self.seccomp)
    }
}

impl std::fmt::Display for Wall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Holds(how) => write!(f, "holds ({how})"),
            Self::Partly(how) => write!(f, "holds as far as this kernel has it ({how})"),
            Self::Missing(why) => write!(f, "is missing ({why})"),
        }
    }
}

/// Whom the filter binds. Landlock binds the calling thread alone, so there has to be but one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whom {
    ThisThread,
    Everyone,
}

/// Seals the process, for ever. It has to be called while there is one thread.
pub fn seal(grants: &Grants) -> Sealed {
    restrict(grants, Whom::Everyone)
}

/// What [`seal`] would come to here: tried on a thread that ends with it.
pub fn tried(grants: &Grants) -> Sealed {
    let grants = grants.clone();
    let failed = || Wall::Missing("it could not be tried".into());
    std::thread::spawn(move || restrict(&grants, Whom::ThisThread))
        .join()
        .unwrap_or_else(|_| Sealed { landlock: failed(), seccomp: failed() })
}

#[cfg(all(target_os = "linux", not(preopen_portable)))]
fn restrict(grants: &Grants, whom: Whom) -> Sealed {
    // In this order: the filter would refuse the calls that Landlock needs.
    let landlock = landlock::restrict(grants);
    Sealed { landlock, seccomp: seccomp::restrict(grants.rights(), whom) }
}

#[cfg(not(all(target_os = "linux", not(preopen_portable))))]
fn restrict(_: &Grants, _: Whom) -> Sealed {
    let missing = || Wall::Missing("this system has none".into());
    Sealed { landlock: missing(), seccomp: missing() }
}
