//! What a file keeps when its contents are replaced or moved: its owner, its mode, its access control list
//! and the attributes that users give it.
//!
//! All of it is set before the first byte is written, so that nobody reads the new contents who may not
//! read the old. What the system does not let this process keep is left out so that nobody gains by it,
//! and [`Lost`] says so.
//!
//! May import: `system`. It does not keep set-user and set-group bits, capabilities
//! and labels: new contents have not earned them.

use std::os::fd::{AsFd, BorrowedFd};

use rustix::fs::{Gid, Mode, Uid, XattrFlags};
use rustix::io::Errno;

use crate::system::{self, Stat};

/// The kernel's own bound on the value of one attribute, and on the list of their names.
const MAX_ATTRIBUTE: usize = 64 << 10;
const USUAL_ATTRIBUTE: usize = 256;
/// Where Linux keeps the access control list of a file: a version, and entries of eight bytes.
const ACCESS_LIST: &[u8] = b"system.posix_acl_access";
const VERSION: u32 = 2;
/// The kinds of entries that every list has, and the one that bounds the named ones.
const OWNER: u16 = 1;
const GROUP: u16 = 4;
const MASK: u16 = 0x10;
const OTHER: u16 = 0x20;
const CAPABILITIES: &[u8] = b"security.capability";
/// The set-user and the set-group bit.
const SET_BITS: u32 = 0o6000;
/// How the names begin of what users attach. On macOS all are theirs, or the mark of a download, which must
/// not be lost; what is the system's own, it does not let be set.
const OF_USER: &[u8] = if HAS_LISTS { b"user." } else { b"" };
/// Are access control lists attributes? macOS has its own kind, which are not, and which are not kept.
const HAS_LISTS: bool = cfg!(target_os = "linux");

/// The permission bits, and nothing above them.
pub(in crate::cap) fn permissions(stat: &Stat) -> Mode {
    system::mode(stat.mode & 0o777)
}

/// What a new file did not get of the old one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub struct Lost {
    owner: bool,
    group: bool,
    permissions: bool,
    list: bool,
    attributes: bool,
    bits: bool,
    capabilities: bool,
}

impl Lost {
    /// What one of the two did not get.
    pub(in crate::cap) fn and(self, other: Self) -> Self {
        Self {
            owner: self.owner | other.owner,
            group: self.group | other.group,
            permissions: self.permissions | other.permissions,
            list: self.list | other.list,
            attributes: self.attributes | other.attributes,
            bits: self.bits | other.bits,
            capabilities: self.capabilities | other.capabilities,
        }
    }

    /// The same for people; `None` if everything was kept.
    pub fn in_words(self) -> Option<String> {
        let all = [
            (self.owner, "owner"),
            (self.group, "group"),
            (self.permissions, "some permissions of the group or of others"),
            (self.list, "access control list"),
            (self.attributes, "extended attributes"),
            (self.bits, "set-user-ID or set-group-ID bit"),
            (self.capabilities, "file capabilities"),
        ];
        let lost: Vec<&str> = all.iter().filter(|(lost, _)| *lost).map(|(_, what)| *what).collect();
        (!lost.is_empty()).then(|| format!("not kept: {}", lost.join(", ")))
    }
}

/// Gives the new file what the old one has, and says what it did not get. Until then nobody but this user should be able
/// to open it.
pub(in crate::cap) fn keep(
    old: impl AsFd,
    stat: &Stat,
    new: BorrowedFd<'_>,
) -> Result<Lost, Errno> {
    let old = old.as_fd();
    let is = system::stat(new)?;
    let uid = Uid::from_raw(stat.uid);
    let gid = Gid::from_raw(stat.gid);
    // Only root gives files away. The group can be had by others as well.
    let is_owned = is.uid == stat.uid || rustix::fs::fchown(new, Some(uid), None).is_ok();
    let is_grouped = is.gid == stat.gid || rustix::fs::fchown(new, None, Some(gid)).is_ok();
    let names = attributes(old);
    let mut lost = Lost {
        owner: !is_owned,
        group: !is_grouped,
        bits: stat.mode & SET_BITS != 0,
        capabilities: names.iter().any(|name| name == CAPABILITIES),
        ..Lost::default()
    };
    for name in names.iter().filter(|name| name.starts_with(OF_USER)) {
        // A file system that has none of them, or no room, keeps the contents all the same.
        let kept = value_of(old, name).and_then(|value| {
            rustix::fs::fsetxattr(new, name.as_slice(), &value, XattrFlags::empty())
        });
        // Only the system may set attributes that are not the user's.
        lost.attributes |= HAS_LISTS && kept.is_err();
    }
    let list = if HAS_LISTS { value_of(old, ACCESS_LIST).ok() } else { None };
    let mode = if is_grouped { stat.mode & 0o777 } else { for_strangers(stat.mode) };
    lost.permissions = mode != stat.mode & 0o777;
    let kept = list.as_deref().filter(|_| is_grouped);
    if kept.is_some_and(|list| set_list(new, list).is_ok()) {
        // Its mask and the mode's group are the same bits.
        rustix::fs::fchmod(new, system::mode(mode))?;
        // Some file systems take a list and drop it.
        lost.list = value_of(new, ACCESS_LIST).is_err() && names_somebody(list.as_deref());
        return Ok(lost);
    }
    lost.list = names_somebody(list.as_deref());
    // A new file inherits a list from its directory, and the mode alone would open it to whom that names.
    let mode = list
        .and_then(|list| group_of(&list))
        .map_or(mode, |group| mode & (0o707 | u32::from(group) << 3));
    match if HAS_LISTS { set_list(new, &plain_list(mode)) } else { Ok(()) } {
        Err(errno) if !system::is_unsupported(errno) => return Err(errno),
        _ => {}
    }
    rustix::fs::fchmod(new, system::mode(mode))?;
    Ok(lost)
}

/// Does an access control list have entries that a mode cannot express?
fn names_somebody(list: Option<&[u8]>) -> bool {
    /// The version and the three entries that every list has.
    const PLAIN: usize = 4 + 3 * 8;
    list.is_some_and(|list| list.len() > PLAIN)
}

/// The mode where the file now belongs to another group: neither that one nor the old one, whose members
/// are others now, may do more than both the old group and everybody could.
fn for_strangers(mode: u32) -> u32 {
    let both = (mode >> 3) & mode & 0o007;
    mode & 0o700 | both << 3 | both
}

fn set_list(of: BorrowedFd<'_>, list: &[u8]) -> Result<(), Errno> {
    rustix::fs::fsetxattr(of, ACCESS_LIST, list, XattrFlags::empty())
}

/// The list that says what a mode says; the kernel keeps it as that.
fn plain_list(mode: u32) -> Vec<u8> {
    let mut list = VERSION.to_le_bytes().to_vec();
    for (tag, shift) in [(OWNER, 6), (GROUP, 3), (OTHER, 0)] {
        let permissions = u16::try_from((mode >> shift) & 0o7).unwrap_or(0);
        list.extend(tag.to_le_bytes());
        list.extend(permissions.to_le_bytes());
        list.extend(u32::MAX.to_le_bytes());
    }
    list
}

/// What a list lets the file's own group do.
fn group_of(list: &[u8]) -> Option<u16> {
    let entries = list.get(4..)?.chunks_exact(8).filter_map(|entry| {
        let [t0, t1, p0, p1, ..] = *entry else { return None };
        Some((u16::from_le_bytes([t0, t1]), u16::from_le_bytes([p0, p1])))
    });
    let mut group = None;
    let mut mask = 0o7;
    for (tag, permissions) in entries {
        match tag {
            GROUP => group = Some(permissions),
            MASK => mask = permissions,
            _ => {}
        }
    }
    group.map(|group| group & mask)
}

/// The names of all attributes.
fn attributes(of: BorrowedFd<'_>) -> Vec<Vec<u8>> {
    let names = as_long(|list| rustix::fs::flistxattr(of, list)).unwrap_or_default();
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    names.map(<[u8]>::to_vec).collect()
}

fn value_of(of: BorrowedFd<'_>, name: &[u8]) -> Result<Vec<u8>, Errno> {
    as_long(|value| rustix::fs::fgetxattr(of, name, value))
}

/// What `ask` fills in, in as much room as it needs.
fn as_long(ask: impl Fn(&mut [u8]) -> Result<usize, Errno>) -> Result<Vec<u8>, Errno> {
    let mut room = vec![0; USUAL_ATTRIBUTE];
    let len = match ask(&mut room) {
        Err(Errno::RANGE) => {
            room.resize(MAX_ATTRIBUTE, 0);
            ask(&mut room)?
        }
        other => other?,
    };
    room.truncate(len);
    Ok(room)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_group_gets_no_more_than_both_had() {
        for (mode, strangers) in [
            (0o640, 0o600),
            (0o664, 0o644),
            (0o606, 0o600),
            (0o666, 0o666),
            (0o755, 0o755),
            (0o4750, 0o700),
        ] {
            assert_eq!(for_strangers(mode), strangers, "{mode:o}");
        }
    }

    #[test]
    fn the_group_of_a_list_is_bounded_by_its_mask() {
        let mut list = plain_list(0o764);
        assert_eq!(group_of(&list), Some(6));
        list.extend(MASK.to_le_bytes());
        list.extend(4_u16.to_le_bytes());
        list.extend(u32::MAX.to_le_bytes());
        assert_eq!(group_of(&list), Some(4));
        assert_eq!(group_of(&[]), None);
    }
}
