//! What every Unix has, and the little that macOS does in its own way.
//!
//! A directory is passed through by a handle that can also list it; paths are taken name by name, since no
//! one call does it; and a stream is polled before each read and write.
//!
//! May import: nothing of this crate. What takes `unsafe`, such as macOS's own access
//! control lists, is left out; docs/systems.md names it.

use std::ffi::OsStr;
use std::io::{self, IsTerminal as _};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType, Mode, OFlags};
use rustix::io::Errno;

use super::ready::{read_if_ready, write_if_ready};
use super::stat::{Mark, Stat, stat};

/// How a directory is opened to pass through it. Who may pass but not list is refused by the system.
pub(crate) const PASS: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// How an open says that the name stands for something that is never opened: a socket, or a link.
pub(crate) const NEVER_OPENED: &[Errno] = &[Errno::NXIO, Errno::LOOP, Errno::OPNOTSUPP];

/// What is called `name` in this directory; a link is a link.
pub(crate) fn lstat(parent: impl AsFd, name: impl rustix::path::Arg) -> Result<Stat, Errno> {
    rustix::fs::statat(parent, name, AtFlags::SYMLINK_NOFOLLOW).map(Stat::from)
}

/// The same: no other system tells what it knows already.
pub(crate) fn lstat_cached(parent: impl AsFd, name: impl rustix::path::Arg) -> Result<Stat, Errno> {
    lstat(parent, name)
}

/// No one call goes down a whole path and stays beneath; the walk by name does it.
pub(crate) fn open_beneath(
    _: impl AsFd,
    _: impl rustix::path::Arg,
    _: bool,
) -> Result<OwnedFd, Errno> {
    Err(Errno::NOSYS)
}

/// Opens one name in `dir`. That it is one name, only the caller knows: no call here keeps a path below.
pub(crate) fn open_step(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(dir, name, flags, mode)
}

/// A handle by which the file system of `name` can be asked. It is opened only where it is a mount point, and
/// then only if it is a file or directory: nothing else can be opened without an effect.
pub(crate) fn open_path_handle(parent: impl AsFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    let parent = parent.as_fd();
    let is = lstat(parent, name)?;
    let above = stat(parent)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    match is.kind {
        _ if is.device == above.device => rustix::fs::openat(parent, ".", PASS, Mode::empty()),
        FileType::RegularFile | FileType::Directory => {
            rustix::fs::openat(parent, name, flags | OFlags::CLOEXEC, Mode::empty())
        }
        _ => Err(Errno::NXIO),
    }
}

/// The mount that something open is on: a file system is mounted once, but for Linux, so its device says it.
pub(crate) fn mount_of(fd: impl AsFd) -> io::Result<u64> {
    Ok(stat(fd)?.device)
}

/// The mount that `name` is on.
pub(crate) fn mount_at(parent: impl AsFd, name: impl rustix::path::Arg) -> io::Result<u64> {
    Ok(lstat(parent, name)?.device)
}

/// Not known here: the change itself is refused.
pub(crate) fn mark_of(_: impl AsFd) -> Option<Mark> {
    None
}

/// Not known here either.
pub(crate) fn mark_at(_: impl AsFd, _: impl rustix::path::Arg) -> Option<Mark> {
    None
}

/// May this process change the files of others as their owners may?
pub(crate) fn acts_as_any_owner() -> bool {
    rustix::process::geteuid().is_root()
}

/// Puts the contents of a file on the disk.
pub(crate) fn sync_contents(file: impl AsFd) -> Result<(), Errno> {
    sync(file)
}

/// Puts all that is known of a file or directory on the disk.
#[cfg(not(target_vendor = "apple"))]
pub(crate) fn sync(fd: impl AsFd) -> Result<(), Errno> {
    rustix::fs::fsync(fd)
}

/// The same. What macOS calls `fsync` leaves it in the disk's own memory; not every file system has more.
#[cfg(target_vendor = "apple")]
pub(crate) fn sync(fd: impl AsFd) -> Result<(), Errno> {
    rustix::fs::fcntl_fullfsync(fd.as_fd()).or_else(|_| rustix::fs::fsync(fd))
}

/// One part of a tree that is to last.
pub(crate) fn sync_part(fd: impl AsFd) -> Result<(), Errno> {
    sync(fd)
}

/// The whole of it: done, for [`sync_part`] was asked for each part.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(crate) fn sync_tree(_: impl AsFd) -> Result<(), Errno> {
    Ok(())
}

/// Fills it with what nobody can guess.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Errno> {
    getrandom::fill(bytes)
        .map_err(|error| error.raw_os_error().map_or(Errno::IO, Errno::from_raw_os_error))
}

/// No dump is left behind where its size is limited to nothing, and that is done; other processes of this user
/// cannot be kept from looking in without `unsafe`.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(crate) fn hide_memory() -> io::Result<()> {
    Ok(())
}

/// There are none: root is root.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(crate) fn give_up_capabilities() -> io::Result<Option<String>> {
    Ok(None)
}

/// Can a process have a root directory of its own here? There is none that is empty for certain.
pub(crate) const HAS_ROOTS: bool = false;

/// Nobody may.
pub(crate) fn may_change_root() -> bool {
    false
}

/// There is no such thing.
pub(crate) fn enter_user_namespace() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// There are none.
#[expect(clippy::unnecessary_wraps, reason = "on Linux it can fail")]
pub(crate) fn give_up_all_capabilities() -> io::Result<()> {
    Ok(())
}

/// Is it a file, which need not be waited for? Only such a one can be read at a place. `kqueue` would wait at
/// its end for more.
pub(crate) fn is_always_ready(fd: BorrowedFd<'_>) -> bool {
    let has_places =
        rustix::io::pread(fd, &mut [0_u8; 0], 0).is_ok() || rustix::io::pwrite(fd, &[], 0).is_ok();
    has_places && !fd.is_terminal()
}

/// Does the system's refusal to poll something mean that it is always ready? What cannot be polled can still
/// be read.
pub(crate) fn means_always_ready(_: &io::Error) -> bool {
    true
}

/// Reads without waiting.
pub(crate) fn read_now(fd: BorrowedFd<'_>, into: &mut [u8]) -> io::Result<usize> {
    read_if_ready(fd, into)
}

/// Writes as much as there is room for.
pub(crate) fn write_now(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    write_if_ready(fd, bytes)
}

/// Reads directories, one after the other, by the system's library.
pub(crate) struct Names;

impl Names {
    pub(crate) fn new() -> Self {
        Self
    }

    /// Calls `each` with every name but `.` and `..`, and with what the directory says it is.
    #[expect(clippy::unused_self, reason = "on Linux it holds a buffer")]
    pub(crate) fn of(
        &mut self,
        dir: &OwnedFd,
        mut each: impl FnMut(&[u8], FileType) -> ControlFlow<()>,
    ) -> Result<(), Errno> {
        for entry in rustix::fs::Dir::read_from(dir)? {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." && each(name, entry.file_type()).is_break() {
                break;
            }
        }
        Ok(())
    }
}
