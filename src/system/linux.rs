//! Linux: handles that give no right to read, one call for a whole path, and streams that are asked not to wait.
//!
//! May import: nothing of this crate. The version of the kernel is not asked. A call that
//! an older kernel lacks fails, and the caller takes another way.

use std::ffi::OsStr;
use std::io::{self, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, RawDir, ResolveFlags, StatxAttributes, StatxFlags,
};
use rustix::io::{Errno, ReadWriteFlags, preadv2, pwritev2};
use rustix::process::DumpableBehavior;
use rustix::rand::{GetRandomFlags, getrandom};
use rustix::thread::{CapabilitySet, CapabilitySets, capabilities, set_capabilities};

use super::ready::{read_if_ready, write_if_ready};
use super::stat::{Mark, Stat};

/// How a directory is opened to pass through it. Who may pass need not be allowed to list.
pub(crate) const PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);

/// How an open says that the name stands for something that is never opened: a socket, or a link.
pub(crate) const NEVER_OPENED: &[Errno] = &[Errno::NXIO, Errno::LOOP];

/// What is called `name` in this directory; a link is a link.
pub(crate) fn lstat(parent: impl AsFd, name: impl rustix::path::Arg) -> Result<Stat, Errno> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT;
    rustix::fs::statat(parent, name, flags).map(Stat::from)
}

/// The directory at the end of a path, in one call, which neither leaves `dir` nor follows a link.
pub(crate) fn open_beneath(
    dir: impl AsFd,
    path: impl rustix::path::Arg,
    one_mount: bool,
) -> Result<OwnedFd, Errno> {
    let mut resolve =
        ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    if one_mount {
        resolve |= ResolveFlags::NO_XDEV;
    }
    rustix::fs::openat2(dir, path, PASS, Mode::empty(), resolve)
}

/// Opens one name in `dir`. The kernel refuses a path that leaves `dir`, or that has a link in it.
pub(crate) fn open_step(
    dir: BorrowedFd<'_>,
    name: &OsStr,
    flags: OFlags,
    mode: Mode,
) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    match rustix::fs::openat2(dir, name, flags, mode, resolve) {
        // Before Linux 5.6 there is no such call, and an old container answers that it is not permitted.
        Err(Errno::NOSYS) => rustix::fs::openat(dir, name, flags, mode),
        Err(Errno::PERM) if open_beneath(dir, c".", false).is_err() => {
            rustix::fs::openat(dir, name, flags, mode)
        }
        other => other,
    }
}

/// The same as [`lstat`], from what the kernel knows already: a network drive is not asked, so one that does not
/// answer is not waited for.
pub(crate) fn lstat_cached(parent: impl AsFd, name: impl rustix::path::Arg) -> Result<Stat, Errno> {
    let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
    rustix::fs::statx(parent, name, flags, StatxFlags::BASIC_STATS).map(Stat::from)
}

impl From<rustix::fs::Statx> for Stat {
    fn from(of: rustix::fs::Statx) -> Self {
        let time = |time: rustix::fs::StatxTimestamp| (time.tv_sec, u64::from(time.tv_nsec));
        Self {
            device: rustix::fs::makedev(of.stx_dev_major, of.stx_dev_minor),
            inode: of.stx_ino,
            kind: FileType::from_raw_mode(of.stx_mode.into()),
            mode: u32::from(of.stx_mode) & 0o7777,
            links: of.stx_nlink.into(),
            size: of.stx_size,
            uid: of.stx_uid,
            gid: of.stx_gid,
            read: time(of.stx_atime),
            modified: time(of.stx_mtime),
            changed: time(of.stx_ctime),
        }
    }
}

/// A handle of what is called `name`, by which its file system can be asked; it is not opened.
pub(crate) fn open_path_handle(parent: impl AsFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    let flags = OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    open_step(parent.as_fd(), name, flags, Mode::empty())
}

/// The mount that something open is on.
pub(crate) fn mount_of(fd: impl AsFd) -> io::Result<u64> {
    mount(fd, "", AtFlags::EMPTY_PATH)
}

/// The mount that `name` is on.
pub(crate) fn mount_at(parent: impl AsFd, name: impl rustix::path::Arg) -> io::Result<u64> {
    mount(parent, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn mount(dir: impl AsFd, path: impl rustix::path::Arg, flags: AtFlags) -> io::Result<u64> {
    let stat = rustix::fs::statx(dir, path, flags | AtFlags::NO_AUTOMOUNT, StatxFlags::MNT_ID)?;
    if stat.stx_mask & StatxFlags::MNT_ID.bits() == 0 {
        return Err(io::Error::new(
            io::ErrorKind::Unsupported,
            "this system does not tell mounts apart",
        ));
    }
    Ok(stat.stx_mnt_id)
}

/// The mark on something open.
pub(crate) fn mark_of(fd: impl AsFd) -> Option<Mark> {
    mark(fd, "", AtFlags::EMPTY_PATH)
}

/// The mark on what is called `name`. A link is a link.
pub(crate) fn mark_at(parent: impl AsFd, name: impl rustix::path::Arg) -> Option<Mark> {
    mark(parent, name, AtFlags::SYMLINK_NOFOLLOW)
}

/// `None` also where the file system has no marks. A network drive is not asked.
fn mark(dir: impl AsFd, path: impl rustix::path::Arg, flags: AtFlags) -> Option<Mark> {
    let flags = flags | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
    let stat = rustix::fs::statx(dir, path, flags, StatxFlags::TYPE).ok()?;
    if stat.stx_attributes.contains(StatxAttributes::IMMUTABLE) {
        return Some(Mark::Immutable);
    }
    stat.stx_attributes.contains(StatxAttributes::APPEND).then_some(Mark::AppendOnly)
}

/// May this process change the files of others as their owners may?
pub(crate) fn acts_as_any_owner() -> bool {
    capabilities(None).is_ok_and(|all| all.effective.contains(CapabilitySet::FOWNER))
}

/// Puts the contents of a file on the disk.
pub(crate) fn sync_contents(file: impl AsFd) -> Result<(), Errno> {
    rustix::fs::fdatasync(file)
}

/// Puts all that is known of a file or directory on the disk.
pub(crate) fn sync(fd: impl AsFd) -> Result<(), Errno> {
    rustix::fs::fsync(fd)
}

/// One part of a tree that is to last: nothing, for [`sync_tree`] does all at once.
#[expect(clippy::unnecessary_wraps, reason = "elsewhere it can fail")]
pub(crate) fn sync_part(_: impl AsFd) -> Result<(), Errno> {
    Ok(())
}

/// The whole of it: its file system. Every file on its own would take a thousand times as long.
pub(crate) fn sync_tree(top: impl AsFd) -> Result<(), Errno> {
    rustix::fs::syncfs(top)
}

/// Fills it with what nobody can guess. So few bytes come at once or not at all.
pub(crate) fn fill_random(bytes: &mut [u8]) -> Result<(), Errno> {
    getrandom(bytes, GetRandomFlags::empty()).map(drop)
}

/// Leaves no dump of this process's memory behind, and lets no other process of its user look in.
pub(crate) fn hide_memory() -> io::Result<()> {
    Ok(rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// What root needs to serve and to replace the files of others. Everything else is about other things
/// than files.
const OVER_FILES: CapabilitySet = CapabilitySet::CHOWN
    .union(CapabilitySet::DAC_OVERRIDE)
    .union(CapabilitySet::DAC_READ_SEARCH)
    .union(CapabilitySet::FOWNER);

/// Keeps, as root, only the capabilities over files. Returns in words what was given up.
pub(crate) fn give_up_capabilities() -> io::Result<Option<String>> {
    let CapabilitySets { effective, permitted, .. } = capabilities(None)?;
    let kept = permitted & OVER_FILES;
    let given = permitted - OVER_FILES;
    if given.is_empty() {
        return Ok(None);
    }
    let inheritable = CapabilitySet::empty();
    set_capabilities(
        None,
        CapabilitySets { effective: effective & kept, permitted: kept, inheritable },
    )?;
    let kept = kept.iter().count();
    let given = given.iter().count();
    Ok(Some(format!("{given} capabilities given up, {kept} over files kept")))
}

/// Can a process have a root directory of its own here?
pub(crate) const HAS_ROOTS: bool = true;

/// May this process change its root directory?
pub(crate) fn may_change_root() -> bool {
    capabilities(None).is_ok_and(|all| all.effective.contains(CapabilitySet::SYS_CHROOT))
}

/// Enters a new user namespace, in which this process has every capability. It has to have one thread.
/// Which files it may open stays the same, but owners and groups of files can no longer be told apart.
pub(crate) fn enter_user_namespace() -> io::Result<()> {
    Ok(nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER)?)
}

/// Gives up every capability.
pub(crate) fn give_up_all_capabilities() -> io::Result<()> {
    let [effective, permitted, inheritable] = [CapabilitySet::empty(); 3];
    Ok(set_capabilities(None, CapabilitySets { effective, permitted, inheritable })?)
}

/// Means the place where a stream is, for it has no other.
const HERE: u64 = u64::MAX;

/// Is it a file, which need not be waited for? The system says so itself, when it is to be polled.
pub(crate) fn is_always_ready(_: BorrowedFd<'_>) -> bool {
    false
}

/// Does the system's refusal to poll something mean that it is always ready?
pub(crate) fn means_always_ready(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::PERM.raw_os_error())
}

/// Reads without waiting.
pub(crate) fn read_now(fd: BorrowedFd<'_>, into: &mut [u8]) -> io::Result<usize> {
    match preadv2(fd, &mut [IoSliceMut::new(into)], HERE, ReadWriteFlags::NOWAIT) {
        Err(error) if cannot_be_asked(error) => read_if_ready(fd, into),
        read => Ok(read?),
    }
}

/// Writes as much as there is room for.
pub(crate) fn write_now(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    match pwritev2(fd, &[IoSlice::new(bytes)], HERE, ReadWriteFlags::NOWAIT) {
        Err(error) if cannot_be_asked(error) => write_if_ready(fd, bytes),
        written => Ok(written?),
    }
}

/// Is it a stream, a terminal for one, or a system, that cannot be asked not to wait?
fn cannot_be_asked(error: Errno) -> bool {
    [Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL, Errno::SPIPE].contains(&error)
}

/// Bytes of entries that are read at a time.
const BUFFER: usize = 32 << 10;

/// Reads directories, one after the other: straight from the kernel into a buffer that is used again.
pub(crate) struct Names(Vec<MaybeUninit<u8>>);

impl Names {
    pub(crate) fn new() -> Self {
        Self(vec![MaybeUninit::uninit(); BUFFER])
    }

    /// Calls `each` with every name but `.` and `..`, and with what the directory says it is.
    pub(crate) fn of(
        &mut self,
        dir: &OwnedFd,
        mut each: impl FnMut(&[u8], FileType) -> ControlFlow<()>,
    ) -> Result<(), Errno> {
        let mut entries = RawDir::new(dir, &mut self.0);
        while let Some(entry) = entries.next() {
            let entry = entry?;
            let name = entry.file_name().to_bytes();
            if name != b"." && name != b".." && each(name, entry.file_type()).is_break() {
                break;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "files to look at")]
mod tests {
    use rustix::io::FdFlags;

    use super::*;

    #[test]
    fn what_the_kernel_knows_is_what_it_says_when_asked() {
        let temp = tempfile::tempdir().unwrap();
        std::fs::write(temp.path().join("f"), "text").unwrap();
        std::os::unix::fs::symlink("none", temp.path().join("link")).unwrap();
        let dir = std::fs::File::open(temp.path()).unwrap();
        for name in ["f", "link", "."] {
            assert_eq!(lstat_cached(&dir, name).unwrap(), lstat(&dir, name).unwrap(), "{name}");
        }
        assert_eq!(lstat_cached(&dir, "none").err(), Some(Errno::NOENT));
    }

    #[test]
    fn what_is_touched_is_neither_opened_nor_followed() {
        let temp = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("none", temp.path().join("link")).unwrap();
        let link = open_path_handle(std::fs::File::open(temp.path()).unwrap(), OsStr::new("link"))
            .unwrap();
        let kind = FileType::from_raw_mode(rustix::fs::fstat(&link).unwrap().st_mode);
        assert_eq!(kind, FileType::Symlink);
        assert!(rustix::fs::fcntl_getfl(&link).unwrap().contains(OFlags::PATH));
        assert_eq!(rustix::io::fcntl_getfd(&link).unwrap(), FdFlags::CLOEXEC);
    }
}
