//! [`ChangeLock`]: servers that work in one directory make the last steps of their changes one after the other.
//!
//! A change looks whether the file is still the one that it read, and then renames the new one over it. No system has one
//! call for both. So each server locks the directory for these two steps (`flock`), and a second server that
//! comes meanwhile waits, looks, and sees what the first did. The lock is held for microseconds: everything slow, such as
//! syncing, happens before or after.
//!
//! The lock is advice that only this program asks for. A directory that cannot be locked, since it may not be listed or its file
//! system has no locks, is changed without. So is one that is locked for longer than any change takes:
//! another program that keeps a lock must not be able to stop all changes. Then the promise is that of other programs: the file is
//! compared just before the rename.
//!
//! May import: `limits`, `system`. Within this process there are `turns`.

use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::fs::FlockOperation;
use rustix::io::Errno;

use crate::cap::handle::directory::open_directory;
use crate::limits::{Budget, StopReason};
use crate::system;

/// Time between two attempts, and how many there are: a second in all.
const PAUSE: Duration = Duration::from_micros(500);
const TRIES: usize = 2_000;

/// As long as it is kept, no other server replaces, moves or removes anything in these directories.
#[must_use]
pub(in crate::cap) struct ChangeLock {
    /// A lock ends when its descriptor is closed.
    _locked: [Option<OwnedFd>; 2],
}

impl ChangeLock {
    /// Locks a directory.
    ///
    /// # Errors
    /// [`StopReason`] if the call ends while it waits.
    pub(in crate::cap) fn of(directory: impl AsFd, budget: &Budget) -> Result<Self, StopReason> {
        Ok(Self { _locked: [locked(open_directory(directory, None).ok(), budget)?, None] })
    }

    /// Locks two directories, which may be the same one.
    ///
    /// # Errors
    /// As [`Self::of`].
    pub(in crate::cap) fn of_both(
        a: impl AsFd,
        b: impl AsFd,
        budget: &Budget,
    ) -> Result<Self, StopReason> {
        let open = |directory| {
            let fd = open_directory(directory, None).ok()?;
            let stat = system::stat(&fd).ok()?;
            Some(((stat.device, stat.inode), fd))
        };
        let mut both = [open(a.as_fd()), open(b.as_fd())];
        // Every server in the same order, or two would wait for each other.
        both.sort_by_key(|directory| directory.as_ref().map(|(number, _)| *number));
        let [first, second] = both;
        let is_same =
            first.as_ref().map(|(number, _)| *number) == second.as_ref().map(|(number, _)| *number);
        let second = second.filter(|_| !is_same);
        let first = locked(first.map(|(_, fd)| fd), budget)?;
        Ok(Self { _locked: [first, locked(second.map(|(_, fd)| fd), budget)?] })
    }
}

/// The directory with a lock on it, if it gets one.
fn locked(directory: Option<OwnedFd>, budget: &Budget) -> Result<Option<OwnedFd>, StopReason> {
    let Some(directory) = directory else { return Ok(None) };
    for _ in 0..TRIES {
        match rustix::fs::flock(&directory, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(Some(directory)),
            Err(Errno::WOULDBLOCK) => {
                budget.check_active()?;
                std::thread::sleep(PAUSE);
            }
            Err(Errno::INTR) => {}
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
