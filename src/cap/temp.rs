//! [`Temp`]: what is being written, under a name that no client can say, until it is put in its place.
//!
//! A tree is built one directory further down, in one that has the same name: so it is not mistaken for
//! one that somebody has renamed, and nobody can get in while it is built.
//!
//! A temp lies in the directory that it is meant for, so that putting it in place is one rename. It is
//! locked as long as somebody works on it. A process that is killed leaves its temp behind, unlocked:
//! the next change in that directory removes it.
//!
//! May import: `path`, `limits`, `error`, `system`. Absent on purpose: a name that could be guessed, or that
//! follows from the file's.

use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;

use cap_std::fs::Dir;
use data_encoding::HEXLOWER;
use rustix::fs::{AtFlags, FileType, FlockOperation, Mode, RenameFlags};
use rustix::io::Errno;

use super::beneath::lstat;
use super::handle::{self, To};
use super::tree;
use super::write::sync_names;
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self, Names, Stat};

const PREFIX: &[u8] = b".preopen-";
const SUFFIX: &[u8] = b".tmp";
/// Random bytes in a name: 128 bits.
const RANDOM: usize = 16;
/// How often another name is tried. It is needed when a sweeper was faster than the lock.
const TRIES: usize = 16;
/// Most names of a directory that are looked at for what was left behind.
const MAX_SWEPT: usize = 100_000;

/// Is it the name of a temp?
pub(super) fn is_temp(name: &[u8]) -> bool {
    let random = name.strip_prefix(PREFIX).and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == 2 * RANDOM && random.iter().all(u8::is_ascii_hexdigit)
    })
}

/// A new file or directory, not yet in its place. Dropped, it is gone.
pub(super) struct Temp {
    parent: Arc<Dir>,
    name: Name,
    fd: OwnedFd,
    /// The tree in it, where it is to be one.
    tree: Option<OwnedFd>,
    is_placed: bool,
}

impl Temp {
    /// A new file, open for writing, and for reading what was written.
    pub(super) fn file(parent: &Arc<Dir>, mode: Mode) -> Result<Self, Errno> {
        Self::new(parent, false, |name| handle::open(parent, name, To::Create(mode)))
    }

    /// A new directory, open for reading; its owner may do everything in it.
    pub(super) fn directory(parent: &Arc<Dir>, mode: Mode) -> Result<Self, Errno> {
        let mut temp = Self::new(parent, true, |name| made(parent, name, Mode::RWXU))?;
        temp.tree = Some(made(&temp.fd, &temp.name, mode | Mode::RWXU)?);
        Ok(temp)
    }

    fn new(
        parent: &Arc<Dir>,
        is_directory: bool,
        make: impl Fn(&Name) -> Result<OwnedFd, Errno>,
    ) -> Result<Self, Errno> {
        for _ in 0..TRIES {
            let name = random_name()?;
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
    pub(super) fn fd(&self) -> BorrowedFd<'_> {
        self.tree.as_ref().unwrap_or(&self.fd).as_fd()
    }

    /// Gives it its name, in place of a file that may have it.
    pub(super) fn put_over(&mut self, name: &Name) -> Result<(), Errno> {
        rustix::fs::renameat(&self.parent, self.name.as_os_str(), &self.parent, name.as_os_str())?;
        self.is_placed = true;
        Ok(())
    }

    /// Gives it its name, which nothing may have: `EXIST`. Where the file system cannot promise that,
    /// `INVAL`.
    pub(super) fn put_beside(&mut self, name: &Name) -> Result<(), Errno> {
        let (from, to) = (self.name.as_os_str(), name.as_os_str());
        let how = RenameFlags::NOREPLACE;
        if self.tree.is_some() {
            rustix::fs::renameat_with(&self.fd, from, &self.parent, to, how)?;
            // Nothing is left in it.
            let _ = rustix::fs::unlinkat(&self.parent, from, AtFlags::REMOVEDIR);
        } else {
            rustix::fs::renameat_with(&self.parent, from, &self.parent, to, how)?;
        }
        self.is_placed = true;
        Ok(())
    }
}

impl Drop for Temp {
    fn drop(&mut self) {
        if self.is_placed {
            return;
        }
        // What cannot be removed now, the next change tries again.
        if self.tree.is_some() {
            let _ = tree::remove_all(&self.fd, &self.name, None);
        }
        let is_file = self.tree.is_none() && !is_directory(&self.fd);
        let flags = if is_file { AtFlags::empty() } else { AtFlags::REMOVEDIR };
        let _ = rustix::fs::unlinkat(&self.parent, self.name.as_os_str(), flags);
    }
}

/// A new directory, opened; one that cannot be, such as when too many are, is taken away again.
fn made(parent: impl AsFd, name: &Name, mode: Mode) -> Result<OwnedFd, Errno> {
    rustix::fs::mkdirat(&parent, name.as_os_str(), mode)?;
    tree::open_directory(&parent, name).inspect_err(|_| {
        let _ = rustix::fs::unlinkat(&parent, name.as_os_str(), AtFlags::REMOVEDIR);
    })
}

fn is_directory(fd: &OwnedFd) -> bool {
    system::stat(fd).is_ok_and(|stat| stat.kind == FileType::Directory)
}

/// A directory that was swept, and the trees that killed processes have left there: to be removed when the
/// change is made, as they may be large.
pub(super) struct Left {
    parent: Result<OwnedFd, Errno>,
    trees: Vec<Name>,
}

/// Removes the files that killed processes have left in this directory, and finds the trees.
pub(super) fn sweep(parent: &Dir, budget: &Budget) -> Left {
    let mut left = Left { parent: tree::open_directory(parent, None), trees: vec![] };
    let Ok(dir) = &left.parent else { return left };
    let (mut found, mut seen) = (vec![], 0);
    let _ = Names::new().of(dir, |name, _| {
        if is_temp(name) {
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
                // A file with another name is more than a temp.
                if locked.as_ref().is_some_and(|(_, stat)| stat.links == 1) {
                    let _ = rustix::fs::unlinkat(dir, name.as_os_str(), AtFlags::empty());
                }
            }
            Ok(FileType::Directory) => left.trees.push(name),
            _ => {}
        }
    }
    left
}

impl Left {
    /// Puts the names in the directory on the disk.
    pub(super) fn sync(&self) -> Result<(), Errno> {
        sync_names(self.parent.as_ref().map_err(|errno| *errno))
    }

    /// Removes the trees, as far as the call has time. What stays, the next change removes.
    pub(super) fn remove(self, budget: &Budget) {
        let Ok(parent) = &self.parent else { return };
        for name in self.trees {
            let Some(_lock) = locked(parent, &name) else { continue };
            if let Ok(dir) = tree::open_directory(parent, &name) {
                let _ = tree::remove_all(&dir, &name, Some(budget));
            }
            // Only if that was all there was: else it is no temp, whatever it is called.
            let _ = rustix::fs::unlinkat(parent, name.as_os_str(), AtFlags::REMOVEDIR);
        }
    }
}

/// Locks the temp of this name, if nobody works on it, for as long as the descriptor is kept: whoever has
/// just made it finds it locked, and makes another one.
pub(super) fn locked(parent: impl AsFd, name: &Name) -> Option<(OwnedFd, Stat)> {
    let fd = handle::open(parent, name, To::Read).ok()?;
    rustix::fs::flock(&fd, FlockOperation::NonBlockingLockExclusive).ok()?;
    let stat = system::stat(&fd).ok()?;
    Some((fd, stat))
}

fn random_name() -> Result<Name, Errno> {
    let mut random = [0; RANDOM];
    system::fill_random(&mut random)?;
    let name = [PREFIX, HEXLOWER.encode(&random).as_bytes(), SUFFIX].concat();
    Name::from_bytes(&name).ok_or(Errno::INVAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_told_by_its_form() {
        let name = random_name().unwrap();
        assert!(is_temp(name.as_bytes()));
        assert_ne!(name, random_name().unwrap());
        for other in [".preopen-.tmp", ".preopen-0123.tmp", "x.preopen-", ".preopen-zz.tmp", ""] {
            assert!(!is_temp(other.as_bytes()), "{other}");
        }
    }
}
