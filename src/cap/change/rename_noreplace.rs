//! [`rename_beside`]: gives an entry a new name that nothing has, on every file system.
//!
//! `RENAME_NOREPLACE` does it in one step. NFS, 9p (WSL's `/mnt/c`), ntfs-3g, exfat-fuse and `GlusterFS` do not have it and
//! answer `EINVAL`. There a file gets a second name and loses the first (`linkat`, `unlinkat`). A directory cannot have
//! two names: an empty one is made under the new name, and the rename replaces that. Both calls fail where something has
//! the name, so the promise is the same.
//!
//! A process that is killed between the two steps leaves one file under both names, or an empty directory under the
//! new one. Nothing is lost: the contents are whole under the old name.
//!
//! `EINVAL` is also the answer for a name that the file system refuses, such as `a:b` on vfat. Which of the two it is,
//! is tried: the same call with a name that every file system takes tells them apart.
//!
//! May import: `path`, `system`. Errors are worded by `unplaced`.

use std::os::fd::AsFd;
use std::sync::Arc;

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, RenameFlags};
use rustix::io::Errno;

use crate::cap::change::temp::Temp;
use crate::cap::change::write::SECRET;
use crate::cap::handle::name_refused::is_about_a_name;
use crate::cap::handle::step::lstat;
use crate::cap::rules::temp_name::new_name;
use crate::path::Name;
use crate::system;

/// Why something did not get its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cap) enum NotPlaced {
    /// The file system does not take the name.
    NameRefused,
    /// The file system has no call that is guaranteed not to replace an existing entry.
    NoPromise,
    /// Any other reason; `EXIST` where something has the name.
    Os(Errno),
}

/// An entry: its name, and the directory that holds it.
pub(in crate::cap) struct Entry<'a, D> {
    pub(in crate::cap) dir: D,
    pub(in crate::cap) name: &'a Name,
    pub(in crate::cap) is_directory: bool,
}

/// Gives the entry the name `to` in the directory `dir`, which nothing may have.
pub(in crate::cap) fn rename_beside(
    from: &Entry<'_, impl AsFd>,
    dir: &Arc<Dir>,
    to: &Name,
) -> Result<(), NotPlaced> {
    let old = from.name.as_os_str();
    let new = to.as_os_str();
    let how = RenameFlags::NOREPLACE;
    let errno = match rustix::fs::renameat_with(&from.dir, old, dir, new, how) {
        Ok(()) => return Ok(()),
        Err(errno) if is_unable(errno) || is_about_a_name(errno) => errno,
        Err(errno) => return Err(NotPlaced::Os(errno)),
    };
    let placed = if from.is_directory {
        replace_an_empty_one(from, dir, to)
    } else {
        link_and_unlink(from, dir, to)
    };
    match placed {
        Err(NotPlaced::NoPromise) if is_name_refused(dir, errno, Call::Rename(how)) => {
            Err(NotPlaced::NameRefused)
        }
        other => other,
    }
}

/// How a change without a promise failed: a rename that may replace something, or a new directory.
pub(in crate::cap) fn why(dir: &Arc<Dir>, errno: Errno, call: Call) -> NotPlaced {
    if is_name_refused(dir, errno, call) { NotPlaced::NameRefused } else { NotPlaced::Os(errno) }
}

/// A file, or a link, has both names for a moment.
fn link_and_unlink(
    from: &Entry<'_, impl AsFd>,
    dir: &Arc<Dir>,
    to: &Name,
) -> Result<(), NotPlaced> {
    let old = from.name.as_os_str();
    let new = to.as_os_str();
    if let Err(errno) = link(&from.dir, from.name, dir, to) {
        let is_without_links =
            is_unable(errno) || [Errno::PERM, Errno::MLINK, Errno::ILSEQ].contains(&errno);
        return Err(match errno {
            errno if is_name_refused(dir, errno, Call::Link) => NotPlaced::NameRefused,
            _ if is_without_links => NotPlaced::NoPromise,
            errno => NotPlaced::Os(errno),
        });
    }
    // Somebody may have put another file in the place of the old name meanwhile. That one is not ours to remove.
    let is_same = match (lstat(&from.dir, from.name), lstat(dir, to)) {
        (Ok(old), Ok(new)) => (old.device, old.inode) == (new.device, new.inode),
        _ => false,
    };
    if !is_same {
        return Ok(());
    }
    match rustix::fs::unlinkat(&from.dir, old, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => Ok(()),
        Err(errno) => {
            let _ = rustix::fs::unlinkat(dir, new, AtFlags::empty());
            Err(NotPlaced::Os(errno))
        }
    }
}

/// Gives a file or a link a second name in these directories. A link is not followed.
#[expect(clippy::disallowed_methods, reason = "the second name of an entry whose first one goes")]
fn link(from: impl AsFd, old: &Name, dir: impl AsFd, new: &Name) -> Result<(), Errno> {
    rustix::fs::linkat(from, old.as_os_str(), dir, new.as_os_str(), AtFlags::empty())
}

/// A rename replaces an empty directory, and no other.
fn replace_an_empty_one(
    from: &Entry<'_, impl AsFd>,
    dir: &Arc<Dir>,
    to: &Name,
) -> Result<(), NotPlaced> {
    let old = from.name.as_os_str();
    let new = to.as_os_str();
    if let Err(errno) = rustix::fs::mkdirat(dir, new, system::mode(0o700)) {
        return Err(why(dir, errno, Call::MakeDirectory));
    }
    let Err(errno) = rustix::fs::renameat(&from.dir, old, dir, new) else { return Ok(()) };
    match rustix::fs::unlinkat(dir, new, AtFlags::REMOVEDIR) {
        // Somebody has put something into it meanwhile.
        Err(Errno::NOTEMPTY) => Err(NotPlaced::Os(Errno::EXIST)),
        _ if is_unable(errno) || [Errno::EXIST, Errno::NOTEMPTY].contains(&errno) => {
            Err(NotPlaced::NoPromise)
        }
        _ => Err(NotPlaced::Os(errno)),
    }
}

/// Does this error mean that the file system lacks the call or its flag?
fn is_unable(errno: Errno) -> bool {
    matches!(errno, Errno::INVAL | Errno::NOSYS) || system::is_unsupported(errno)
}

/// A call that gives something a new name.
#[derive(Clone, Copy, Debug)]
pub(in crate::cap) enum Call {
    Rename(RenameFlags),
    Link,
    MakeDirectory,
}

/// A call was refused with `errno`: does the same call work in this directory with a name that no file system refuses?
fn is_name_refused(dir: &Arc<Dir>, errno: Errno, call: Call) -> bool {
    if !is_about_a_name(errno) {
        return false;
    }
    let Ok(Ok(other)) = system::stat(dir).map(|stat| new_name(&stat)) else { return false };
    let new = other.as_os_str();
    let empty = AtFlags::empty();
    let remove = |flags| rustix::fs::unlinkat(dir, new, flags).is_ok();
    if let Call::MakeDirectory = call {
        let made = rustix::fs::mkdirat(dir, new, system::mode(0o700));
        remove(AtFlags::REMOVEDIR);
        return made.is_ok();
    }
    let Ok(temp) = Temp::file(dir, SECRET) else { return false };
    let old = temp.name().as_os_str();
    let tried = match call {
        Call::Rename(how) if how.is_empty() => rustix::fs::renameat(dir, old, dir, new),
        Call::Rename(how) => rustix::fs::renameat_with(dir, old, dir, new, how),
        Call::Link | Call::MakeDirectory => link(dir, temp.name(), dir, &other),
    };
    remove(empty);
    tried.is_ok()
}

impl Temp {
    /// Gives it its name, in place of a file that may have it.
    pub(in crate::cap) fn rename_over(&mut self, name: &Name) -> Result<(), NotPlaced> {
        rustix::fs::renameat(&self.parent, self.name.as_os_str(), &self.parent, name.as_os_str())
            .map_err(|errno| why(&self.parent, errno, Call::Rename(RenameFlags::empty())))?;
        self.is_placed = true;
        Ok(())
    }

    /// Gives it its name, which nothing may have: `EXIST`.
    pub(in crate::cap) fn rename_noreplace(&mut self, name: &Name) -> Result<(), NotPlaced> {
        let is_directory = self.tree.is_some();
        let dir = if is_directory { self.fd.as_fd() } else { self.parent.as_fd() };
        rename_beside(&Entry { dir, name: &self.name, is_directory }, &self.parent, name)?;
        if is_directory {
            // Nothing is left in it.
            let _ = rustix::fs::unlinkat(&self.parent, self.name.as_os_str(), AtFlags::REMOVEDIR);
        }
        self.is_placed = true;
        Ok(())
    }
}
