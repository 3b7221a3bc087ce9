//! [`FileState`]: which file it is, and when it last changed.
//!
//! May import: `system`.

use crate::system::Stat;

/// Which file it was and when it last changed, as the file system says. A write through a memory
/// map need not change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileState {
    /// The device of its file system.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Bytes in it.
    pub size: u64,
    /// Last change of its contents, in seconds and nanoseconds since 1970.
    pub modified: (i64, u64),
    /// Last change of its contents or of what is known of it.
    pub changed: (i64, u64),
}

impl FileState {
    pub(in crate::cap) fn new(stat: &Stat) -> Self {
        Self {
            device: stat.device,
            inode: stat.inode,
            size: stat.size,
            modified: stat.modified,
            changed: stat.changed,
        }
    }

    /// The same as bytes, to be hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = [self.device, self.inode, self.size, self.modified.1, self.changed.1];
        let times = [self.modified.0, self.changed.0];
        let bytes = numbers.iter().flat_map(|n| n.to_le_bytes());
        bytes.chain(times.iter().flat_map(|n| n.to_le_bytes())).collect()
    }
}
