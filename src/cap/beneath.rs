//! The system calls of resolution, each one step from a handle: look, open, read a link.
//!
//! May import: `path`. Absent on purpose: a call that takes more than one name, but for
//! [`open_beneath`], where the kernel promises not to leave the handle and not to follow a link.

use std::io;

use cap_std::fs::Dir;
use rustix::fd::AsFd;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, StatxFlags};
use rustix::io::Errno;

use crate::path::Name;

/// What sort of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A FIFO, socket or device: never opened.
    Special,
}

impl From<FileType> for Kind {
    fn from(from: FileType) -> Self {
        match from {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Special,
        }
    }
}

/// What was found under a name.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) stat: Stat,
}

impl Found {
    pub(super) fn new(stat: Stat) -> Self {
        Self { kind: FileType::from_raw_mode(stat.st_mode).into(), stat }
    }
}

/// What is called `name` in this directory; a link is a link.
pub(super) fn lstat(parent: impl AsFd, name: &Name) -> Result<Stat, Errno> {
    rustix::fs::statat(parent, name.as_os_str(), AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT)
}

/// The directory `name` in this one; a link is not followed.
pub(super) fn enter(parent: &Dir, name: &Name) -> Result<Dir, Errno> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(parent, name.as_os_str(), flags, Mode::empty()).map(handle)
}

/// The text of the link `name`.
pub(super) fn read_link(parent: &Dir, name: &Name) -> Result<Vec<u8>, Errno> {
    Ok(rustix::fs::readlinkat(parent, name.as_os_str(), vec![])?.into_bytes())
}

/// The directory at the end of `names`, in one call. Fails where one of them is a link.
pub(super) fn open_beneath(dir: &Dir, names: &[Name], one_mount: bool) -> Result<Dir, Errno> {
    let path = names.iter().map(Name::as_bytes).collect::<Vec<_>>().join(&b'/');
    let path = if path.is_empty() { b".".to_vec() } else { path };
    let mut resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    if one_mount {
        resolve |= ResolveFlags::NO_XDEV;
    }
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
    rustix::fs::openat2(dir, path, flags, Mode::empty(), resolve).map(handle)
}

/// The device that a grant's root is on.
pub(super) fn device_of(dir: &Dir) -> io::Result<u64> {
    Ok(rustix::fs::fstat(dir)?.st_dev)
}

/// The mount that a grant's root is on.
pub(super) fn mount_of(dir: impl AsFd) -> io::Result<u64> {
    mount_at(dir, "", AtFlags::EMPTY_PATH)
}

/// Where mount points are not to be crossed: is `name` on the grant's own mount?
pub(super) fn stays_on_mount(mount: Option<u64>, parent: impl AsFd, name: &Name) -> bool {
    mount.is_none_or(|mount| {
        mount_at(parent, name.as_os_str(), AtFlags::SYMLINK_NOFOLLOW).is_ok_and(|at| at == mount)
    })
}

fn mount_at(dir: impl AsFd, path: impl rustix::path::Arg, flags: AtFlags) -> io::Result<u64> {
    let stat = rustix::fs::statx(dir, path, flags | AtFlags::NO_AUTOMOUNT, StatxFlags::MNT_ID)?;
    if stat.stx_mask & StatxFlags::MNT_ID.bits() == 0 {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this system does not tell mounts apart",
        ));
    }
    Ok(stat.stx_mnt_id)
}

/// The handle of a directory that was opened beneath a grant.
#[expect(clippy::disallowed_methods, reason = "the one place where a handle is made from a handle")]
fn handle(fd: rustix::fd::OwnedFd) -> Dir {
    Dir::from_std_file(fd.into())
}
