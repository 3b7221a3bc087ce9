//! What a file keeps when its contents are replaced: its owner, its mode, its access control list and the
//! attributes that users give it.
//!
//! All of it is set before the first byte is written, so that nobody reads the new contents who may not
//! read the old. What the system does not let this process keep is left out so that nobody gains by it.
//!
//! May import: nothing of this crate. Absent on purpose: set-user and set-group bits, capabilities and
//! labels. New contents have not earned them.

use std::os::fd::{BorrowedFd, OwnedFd};

use rustix::fs::{Gid, Mode, Stat, Uid, XattrFlags};
use rustix::io::Errno;

/// The kernel's own bound on the value of one attribute, and on the list of their names.
const MAX_ATTRIBUTE: usize = 64 << 10;
/// Where Linux keeps the access control list of a file.
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";
/// How the names begin of what users attach.
const OF_USER: &[u8] = b"user.";

/// The permission bits, and nothing above them.
pub(super) fn permissions(stat: &Stat) -> Mode {
    Mode::from_raw_mode(stat.st_mode & 0o777)
}

/// Gives the new file what the old one has.
pub(super) fn keep(old: &OwnedFd, stat: &Stat, new: BorrowedFd<'_>) -> Result<(), Errno> {
    let is = rustix::fs::fstat(new)?;
    let (uid, gid) = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
    // Only root gives files away. The group can be had by others as well.
    let is_owned = is.st_uid == stat.st_uid || rustix::fs::fchown(new, Some(uid), None).is_ok();
    let is_grouped = is.st_gid == stat.st_gid || rustix::fs::fchown(new, None, Some(gid)).is_ok();
    let mode = permissions(stat).as_raw_mode();
    // Another group must not get what was meant for the old one, only what everybody gets.
    let mode = if is_grouped { mode } else { mode & 0o707 | (mode & 0o007) << 3 };
    let mut value = vec![0; MAX_ATTRIBUTE];
    for name in attributes(old) {
        let is_list = name == ACCESS_LIST;
        if !(name.starts_with(OF_USER) || is_list && is_owned && is_grouped) {
            continue;
        }
        if let Ok(len) = rustix::fs::fgetxattr(old, name.as_slice(), value.as_mut_slice()) {
            let value = value.get(..len).unwrap_or_default();
            // A file system that has none of them, or no room, keeps the contents all the same.
            let _ = rustix::fs::fsetxattr(new, name.as_slice(), value, XattrFlags::empty());
        }
    }
    // Behind the list: its mask and the mode's group are the same bits.
    rustix::fs::fchmod(new, Mode::from_raw_mode(mode))
}

/// The names of all attributes.
fn attributes(of: &OwnedFd) -> Vec<Vec<u8>> {
    let mut list = vec![0; MAX_ATTRIBUTE];
    let len = rustix::fs::flistxattr(of, list.as_mut_slice()).unwrap_or(0);
    let names = list.get(..len).unwrap_or_default().split(|byte| *byte == 0);
    names.filter(|name| !name.is_empty()).map(<[u8]>::to_vec).collect()
}
