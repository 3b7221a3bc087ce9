//! Overlay file systems, such as the root of a container: what opening for writing does to a file there.
//!
//! A file of a lower layer is copied to the upper one when it is first opened for writing. Its contents and their time
//! stay, but its inode number, and the time of its last change of any kind, are others. Nobody has changed it.
//!
//! May import: nothing of this crate but `FileState`.

use std::os::fd::AsFd;

use crate::cap::handle::file_state::FileState;

/// Did nothing but the open change a file, which was in one state just before and is in another now? Its bytes are the
/// same then: somebody else would have changed its size or the time of its contents.
pub(in crate::cap) fn is_copied_up(fd: impl AsFd, before: &FileState, now: &FileState) -> bool {
    let is_the_same_file = (before.device, before.inode) == (now.device, now.inode);
    before.size == now.size
        && before.modified == now.modified
        && (is_the_same_file || is_overlay(fd))
}

#[cfg(target_os = "linux")]
fn is_overlay(fd: impl AsFd) -> bool {
    /// `f_type`, from `linux/magic.h`.
    const OVERLAY: u64 = 0x794c_7630;
    rustix::fs::fstatfs(fd).is_ok_and(|of| crate::cap::handle::pseudo::kind(&of) == OVERLAY)
}

/// No other system has any.
#[cfg(not(target_os = "linux"))]
fn is_overlay(_: impl AsFd) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_times_of_what_is_not_contents_may_differ() {
        let temp = tempfile::tempfile().unwrap();
        let before = FileState { device: 1, inode: 2, size: 3, modified: (4, 5), changed: (6, 7) };
        assert!(is_copied_up(&temp, &before, &FileState { changed: (8, 9), ..before }));
        for other in [
            FileState { size: 4, ..before },
            FileState { modified: (4, 6), ..before },
            FileState { inode: 3, ..before },
            FileState { device: 3, ..before },
        ] {
            assert!(!is_copied_up(&temp, &before, &other), "{other:?}");
        }
    }
}
