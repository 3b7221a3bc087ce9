//! What the mount of an open directory permits.
//!
//! May import: nothing of this crate.

use std::os::fd::AsFd;

use rustix::fs::StatVfsMountFlags;

/// Is the mount, or the file system itself, read-only? `false` if that cannot be determined.
pub(in crate::cap) fn is_mounted_read_only(fd: impl AsFd) -> bool {
    rustix::fs::fstatvfs(fd).is_ok_and(|of| of.f_flag.contains(StatVfsMountFlags::RDONLY))
}
