//! [`Temp`]: what is being written, under a name that no client can say, until it is put in its place.
//!
//! A tree is built one directory further down, in one that has the same name: so it is not mistaken for
//! one that somebody has renamed, and nobody can get in while it is built.
//!
//! A temp lies in the directory that it is meant for, so that putting it in place is one rename. It is
//! locked as long as somebody works on it. A process that is killed leaves its temp there, unlocked: the
//! next change in that directory removes it.
//!
//! Anybody can make a file whose name looks like a temp's, so the form of the name does not suffice to remove it. The
//! name of a temp holds a mark of the directory that it was made in. The mark cannot be in the contents, which are
//! the user's; an attribute or a time would be missing on some file systems, and after a kill at the wrong
//! moment. The name is there from the first moment to the last, and a file that was unpacked, cloned or
//! copied does not have the right one by chance. A user who computes it on purpose can only have a file
//! of their own removed, which they could have done anyway.
//!
//! Some file systems (vfat, some of FUSE) give directories new inode numbers when they are mounted again. A temp left
//! there by a kill is then taken for a user's file, and stays.
//!
//! May import: `path`, `limits`, `error`, `system`. No name can be guessed, and none follows from the file's.

use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FileType, FlockOperation, Mode};
use rustix::io::Errno;

use crate::cap::change::traverse::remove_all;
use crate::cap::handle::directory::{open_directory, sync_names};
use crate::cap::handle::open::{To, open};
use crate::cap::handle::step::lstat;
use crate::cap::rules::temp_name::{is_made_in, new_name};
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self, Names, Stat};

/// How often another name is tried. It is needed when a sweeper was faster than the lock.
const TRIES: usize = 16;
/// Most names of a directory that are looked at for what was left behind.
const MAX_SWEPT: usize = 100_000;

/// A new file or directory, not yet in its place. Dropped, it is gone.
pub(in crate::cap) struct Temp {
    pub(super) parent: Arc<Dir>,
    pub(super) name: Name,
    pub(super) fd: OwnedFd,
    /// The tree in it, where it is to be one.
    pub(super) tree: Option<OwnedFd>,
    pub(super) is_placed: bool,
}

impl Temp {
    /// A new file, open for writing, and for reading what was written.
    pub(in crate::cap) fn file(parent: &Arc<Dir>, mode: Mode) -> Result<Self, Errno> {
        Self::new(parent, false, |name| open(parent, name, To::Create(mode)))
    }

    /// A new directory, open for reading; its owner may do everything in it.
    pub(in crate::cap) fn directory(parent: &Arc<Dir>, mode: Mode) -> Result<Self, Errno> {
        let mut temp = Self::new(parent, true, |name| made(parent, name, Mode::RWXU))?;
        temp.tree = Some(made(&temp.fd, &temp.name, mode | Mode::RWXU)?);
        Ok(temp)
    }

    fn new(
        parent: &Arc<Dir>,
        is_directory: bool,
        make: impl Fn(&Name) -> Result<OwnedFd, Errno>,
    ) -> Result<Self, Errno> {
        let stat = system::stat(parent)?;
        // It could neither be put in its place nor taken away again.
        if system::mark_of(parent).is_some() {
            return Err(Errno::PERM);
        }
        for _ in 0..TRIES {
            let name = new_name(&stat)?;
            let fd = match make(&name) {
                Ok(fd) => fd,
                Err(Errno::EXIST) => continue,
                // A directory was swept before it was opened.
                Err(Errno::NOENT) if is_directory => continue,
                Err(errno) => return Err(errno),
            };
            let parent = Arc::clone(parent);
            let temp = Self { parent, name, fd, tree: None, is_placed: false };
            // A sweeper may have locked it first, or removed it already.
            let is_ours =
                match rustix::fs::flock(&temp.fd, FlockOperation::NonBlockingLockExclusive) {
                    Ok(()) => system::stat(&temp.fd)?.links > 0,
                    Err(Errno::WOULDBLOCK) => false,
                    // Where nothing can be locked, nobody sweeps either.
                    Err(_) => true,
                };
            if is_ours {
                return Ok(temp);
            }
        }
        Err(Errno::BUSY)
    }

    /// The open file or directory.
    pub(in crate::cap) fn fd(&self) -> BorrowedFd<'_> {
        self.tree.as_ref().unwrap_or(&self.fd).as_fd()
    }

    /// Its name until it is put in its place.
    pub(in crate::cap) fn name(&self) -> &Name {
        &self.name
    }
}

impl Temp {
    /// Removes the file from the place that it was put in, if it is still there in this state; says whether it did.
    pub(in crate::cap) fn take_back(&self, name: &Name, placed: &Stat) -> bool {
        let is_ours = lstat(&self.parent, name).is_ok_and(|is| is == *placed);
        is_ours && rustix::fs::unlinkat(&self.parent, name.as_os_str(), AtFlags::empty()).is_ok()
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if self.is_placed {
            return;
        }
        // What cannot be removed now, the next change tries again.
        if self.tree.is_some() {
            let _ = remove_all(&self.fd, &self.name, None);
        }
        let is_file = self.tree.is_none() && !is_directory(&self.fd);
        let flags = if is_file { AtFlags::empty() } else { AtFlags::REMOVEDIR };
        let _ = rustix::fs::unlinkat(&self.parent, self.name.as_os_str(), flags);
    }
}

/// A new directory, opened; one that cannot be, such as when too many are, is taken away again.
fn made(parent: impl AsFd, name: &Name, mode: Mode) -> Result<OwnedFd, Errno> {
    rustix::fs::mkdirat(&parent, name.as_os_str(), mode)?;
    open_directory(&parent, name).inspect_err(|_| {
        let _ = rustix::fs::unlinkat(&parent, name.as_os_str(), AtFlags::REMOVEDIR);
    })
}

fn is_directory(fd: &OwnedFd) -> bool {
    system::stat(fd).is_ok_and(|stat| stat.kind == FileType::Directory)
}

/// A directory that was swept, and the trees that killed processes have left there: to be removed when the
/// change is made, as they may be large.
pub(in crate::cap) struct StaleTemps {
    parent: Result<OwnedFd, Errno>,
    trees: Vec<Name>,
}

/// Removes the files that killed processes have left in this directory, and finds the trees.
pub(in crate::cap) fn remove_stale_temps(parent: &Dir, budget: &Budget) -> StaleTemps {
    let mut left = StaleTemps { parent: open_directory(parent, None), trees: vec![] };
    let Ok(dir) = &left.parent else { return left };
    let Ok(stat) = system::stat(dir) else { return left };
    let mut found = vec![];
    let mut seen = 0;
    let _ = Names::new().of(dir, |name, _| {
        if is_made_in(&stat, name) {
            found.extend(Name::from_bytes(name));
        }
        seen += 1;
        let goes_on = seen < MAX_SWEPT && (seen % 1_000 != 0 || budget.step().is_ok());
        if goes_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    for name in found {
        match lstat(dir, &name).map(|stat| stat.kind) {
            Ok(FileType::RegularFile) => {
                let locked = locked(dir, &name);
                // One of another user is not ours. One with another name was put in its place by a process that was
                // killed before it took this name away; the contents stay under the other.
                let is_left = |stat: &Stat| system::may_be_ours(stat);
                if locked.as_ref().is_some_and(|(_, stat)| is_left(stat)) {
                    let _ = rustix::fs::unlinkat(dir, name.as_os_str(), AtFlags::empty());
                }
            }
            Ok(FileType::Directory) => left.trees.push(name),
            _ => {}
        }
    }
    left
}

impl StaleTemps {
    /// Puts the names in the directory on the disk.
    pub(in crate::cap) fn sync(&self) -> Result<(), Errno> {
        sync_names(self.parent.as_ref().map_err(|errno| *errno))
    }

    /// Removes the trees, as far as the call has time. What stays, the next change removes.
    pub(in crate::cap) fn remove(self, budget: &Budget) {
        let Ok(parent) = &self.parent else { return };
        for name in self.trees {
            let Some((_lock, stat)) = locked(parent, &name) else { continue };
            if !system::may_be_ours(&stat) {
                continue;
            }
            if let Ok(dir) = open_directory(parent, &name) {
                let _ = remove_all(&dir, &name, Some(budget));
            }
            // Only if it is empty now: otherwise it is not a temp, whatever its name.
            let _ = rustix::fs::unlinkat(parent, name.as_os_str(), AtFlags::REMOVEDIR);
        }
    }
}

/// Locks the temp of this name, if nobody works on it, for as long as the descriptor is kept. A process that
/// has just made it finds it locked, and makes another one.
pub(in crate::cap) fn locked(parent: impl AsFd, name: &Name) -> Option<(OwnedFd, Stat)> {
    let lock = |fd: &OwnedFd| rustix::fs::flock(fd, FlockOperation::NonBlockingLockExclusive);
    let mut fd = open(&parent, name, To::Read).ok()?;
    match lock(&fd) {
        // NFS locks only what is open for writing.
        Err(Errno::BADF) => {
            fd = open(parent, name, To::Write).ok()?;
            lock(&fd).ok()?;
        }
        locked => locked.ok()?,
    }
    let stat = system::stat(&fd).ok()?;
    Some((fd, stat))
}
