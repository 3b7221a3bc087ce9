//! [`Stat`]: what the system knows of a file.
//!
//! May import: nothing of this crate.

use rustix::fs::FileType;
use rustix::fs::Mode;
use rustix::fs::RawMode;
use rustix::io::Errno;
use std::os::fd::AsFd;

/// What is known of a file, in numbers of one width whatever the system's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stat {
    /// The device of its file system.
    pub(crate) device: u64,
    /// Its number there.
    pub(crate) inode: u64,
    /// What it is.
    pub(crate) kind: FileType,
    /// Permission bits, and the three above them.
    pub(crate) mode: u32,
    /// How many names it has.
    pub(crate) links: u64,
    /// Bytes in it.
    pub(crate) size: u64,
    /// Its owner.
    pub(crate) uid: u32,
    /// Its group.
    pub(crate) gid: u32,
    /// When it was last read, in seconds and nanoseconds since 1970.
    pub(crate) read: (i64, u64),
    /// When its contents were last changed.
    pub(crate) modified: (i64, u64),
    /// When its contents, or what is known of it, were last changed.
    pub(crate) changed: (i64, u64),
}

impl From<rustix::fs::Stat> for Stat {
    fn from(of: rustix::fs::Stat) -> Self {
        #[allow(clippy::useless_conversion, reason = "its type differs between systems")]
        let mode = u32::from(of.st_mode) & 0o7777;
        Self {
            device: wide(of.st_dev),
            inode: wide(of.st_ino),
            kind: FileType::from_raw_mode(of.st_mode),
            mode,
            links: wide(of.st_nlink),
            size: wide(of.st_size.max(0)),
            uid: of.st_uid,
            gid: of.st_gid,
            read: (of.st_atime, wide(of.st_atime_nsec)),
            modified: (of.st_mtime, wide(of.st_mtime_nsec)),
            changed: (of.st_ctime, wide(of.st_ctime_nsec)),
        }
    }
}

/// What keeps a file or directory from being changed, whatever its permissions: `chattr +i` and `chattr +a`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(
    any(not(target_os = "linux"), preopen_portable),
    expect(dead_code, reason = "the portable calls do not report marks")
)]
pub(crate) enum Mark {
    /// Nothing is changed in it, and it keeps its name.
    Immutable,
    /// A file is only appended to; names are only added to a directory.
    AppendOnly,
}

/// What is open.
pub(crate) fn stat(fd: impl AsFd) -> Result<Stat, Errno> {
    rustix::fs::fstat(fd).map(Stat::from)
}

/// A number of whatever width; one below zero stays different from all others.
pub(super) fn wide(number: impl Into<i128>) -> u64 {
    u64::try_from(number.into() & i128::from(u64::MAX)).unwrap_or(u64::MAX)
}

/// May this process have created it, judged by its owner? Always `true` for root, which can change owners.
pub(crate) fn may_be_ours(stat: &Stat) -> bool {
    let user = rustix::process::geteuid();
    user.is_root() || user.as_raw() == stat.uid
}

/// Permission bits as the system's type.
pub(crate) fn mode(bits: u32) -> Mode {
    #[allow(clippy::unnecessary_fallible_conversions, reason = "as above")]
    RawMode::try_from(bits & 0o7777).map_or(Mode::empty(), Mode::from_raw_mode)
}
