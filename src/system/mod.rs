//! What the operating system gives: the calls that differ between systems, behind one interface.
//!
//! ```text
//! system/linux.rs      Linux's own: one call where others take several, or nothing does
//! system/portable.rs   what every Unix has; macOS, and Linux with `--cfg preopen_portable`
//! ```
//!
//! That flag forces the portable path on a Linux machine, where it is tested: nobody has to own a Mac to
//! change it. docs/systems.md says what each system holds, and what was run where.
//!
//! May import: nothing of this crate; `rustix`, as no module but `cap`, `authority` and `protocol` may. Absent
//! on purpose: a path, a name of more than one part, and any decision. What calls mean is for `cap` to know.

#[cfg(all(target_os = "linux", not(preopen_portable)))]
mod linux;
#[cfg(not(all(target_os = "linux", not(preopen_portable))))]
mod portable;
mod ready;
mod stat;

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{Access, AtFlags};
use rustix::io::Errno;

#[cfg(all(target_os = "linux", not(preopen_portable)))]
pub(crate) use linux::*;
#[cfg(not(all(target_os = "linux", not(preopen_portable))))]
pub(crate) use portable::*;
pub(crate) use stat::{Mark, Stat, may_be_ours, mode, stat};

/// May this process do to a file what only its owner may?
pub(crate) fn may_act_as_owner(stat: &Stat) -> bool {
    rustix::process::geteuid().as_raw() == stat.uid || acts_as_any_owner()
}

/// Fails if permissions or the mount keep the user from adding and removing names in this directory.
pub(crate) fn may_change_names(dir: impl AsFd) -> Result<(), Errno> {
    let access = Access::WRITE_OK | Access::EXEC_OK;
    match rustix::fs::accessat(dir, ".", access, AtFlags::EACCESS) {
        Err(errno @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) => Err(errno),
        // The change itself shows what else there is.
        _ => Ok(()),
    }
}

/// Fails if permissions or the mount keep the user from writing to an entry of this directory. A link is not followed.
pub(crate) fn may_write(dir: impl AsFd, name: &OsStr, is_directory: bool) -> Result<(), Errno> {
    let also = if is_directory { Access::EXEC_OK } else { Access::empty() };
    let flags = AtFlags::EACCESS | AtFlags::SYMLINK_NOFOLLOW;
    match rustix::fs::accessat(dir, name, Access::WRITE_OK | also, flags) {
        Err(errno @ (Errno::ACCESS | Errno::PERM | Errno::ROFS)) => Err(errno),
        // Without the call nothing is known.
        _ => Ok(()),
    }
}

/// Does it say that the file system has no such thing? The two are one number on Linux, and not on macOS.
pub(crate) fn is_unsupported(errno: Errno) -> bool {
    [Errno::OPNOTSUPP, Errno::NOTSUP].contains(&errno)
}

/// How many threads can run at once. On Linux by a call, since `std` reads files of the host to know it.
pub(crate) fn processors() -> usize {
    #[cfg(target_os = "linux")]
    return rustix::thread::sched_getaffinity(None).map_or(1, |set| set.count() as usize);
    #[cfg(not(target_os = "linux"))]
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Has the other side of a pipe or socket closed its end?
pub(crate) fn has_hung_up(fd: BorrowedFd<'_>) -> bool {
    #[cfg(target_os = "linux")]
    let closed = PollFlags::HUP | PollFlags::RDHUP;
    #[cfg(not(target_os = "linux"))]
    let closed = PollFlags::HUP;
    let mut polled = [PollFd::from_borrowed_fd(fd, closed)];
    let is_any = poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
    is_any.is_ok() && polled.iter().any(|fd| fd.revents().intersects(closed | PollFlags::ERR))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "files to look at")]
mod tests {
    use std::fs::{File, Permissions};
    use std::io::Write as _;
    use std::ops::ControlFlow;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use std::io;

    use rustix::fs::{FileType, Mode, OFlags};

    use super::stat::wide;
    use super::*;

    #[test]
    fn what_is_known_of_a_file_is_what_std_says() {
        let temp = tempfile::tempdir().unwrap();
        let path = temp.path().join("f");
        std::fs::write(&path, "text").unwrap();
        std::fs::hard_link(&path, temp.path().join("g")).unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        let is = stat(File::open(&path).unwrap()).unwrap();
        let known = path.metadata().unwrap();
        assert_eq!((is.device, is.inode, is.links), (known.dev(), known.ino(), 2));
        assert_eq!((is.kind, is.mode, is.size), (FileType::RegularFile, 0o640, 4));
        assert_eq!((is.uid, is.gid), (known.uid(), known.gid()));
        assert_eq!(is.modified, (known.mtime(), u64::try_from(known.mtime_nsec()).unwrap()));
        assert_eq!(is.changed, (known.ctime(), u64::try_from(known.ctime_nsec()).unwrap()));
        assert_eq!(is.read, (known.atime(), u64::try_from(known.atime_nsec()).unwrap()));
        assert_eq!((mode(0o17_640).bits(), mode(0o755).bits()), (0o7640, 0o755));
    }

    #[test]
    fn numbers_keep_their_value_or_stay_apart() {
        assert_eq!((wide(7_u16), wide(u64::MAX)), (7, u64::MAX));
        assert_ne!(wide(-1_i32), wide(-2_i32));
    }

    #[test]
    fn what_is_written_can_be_read_and_nothing_is_waited_for() {
        let (from, mut to) = io::pipe().unwrap();
        let mut into = [0; 8];
        let nothing = read_now(from.as_fd(), &mut into).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::WouldBlock);
        to.write_all(b"text").unwrap();
        assert_eq!(read_now(from.as_fd(), &mut into).unwrap(), 4);
        assert!(into.starts_with(b"text"));
        // A pipe that nobody empties is full some time, and says so.
        let full = (0..10_000).find_map(|_| write_now(to.as_fd(), &[0; 4096]).err()).unwrap();
        assert_eq!(full.kind(), io::ErrorKind::WouldBlock);
        assert!(!is_always_ready(from.as_fd()) && !is_always_ready(to.as_fd()));
    }

    #[test]
    fn an_end_that_is_closed_is_seen_before_all_is_read() {
        let (from, mut to) = io::pipe().unwrap();
        to.write_all(b"text").unwrap();
        assert!(!has_hung_up(from.as_fd()));
        drop(to);
        assert!(has_hung_up(from.as_fd()));
        let (one, mut other) = std::os::unix::net::UnixStream::pair().unwrap();
        other.write_all(b"text").unwrap();
        assert!(!has_hung_up(one.as_fd()));
        other.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(has_hung_up(one.as_fd()) || !cfg!(target_os = "linux"));
    }

    #[test]
    fn a_directory_gives_all_its_names() {
        let temp = tempfile::tempdir().unwrap();
        let want: Vec<String> = (0..500).map(|n| format!("file-{n:03}")).collect();
        for name in &want {
            std::fs::write(temp.path().join(name), "").unwrap();
        }
        let top = File::open(temp.path()).unwrap();
        let mut names = vec![];
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        for _ in 0..2 {
            names.clear();
            let fd = &rustix::fs::openat(&top, ".", flags, Mode::empty()).unwrap();
            let read = Names::new().of(fd, |name, kind| {
                assert!(matches!(kind, FileType::RegularFile | FileType::Unknown));
                names.push(String::from_utf8(name.to_vec()).unwrap());
                ControlFlow::Continue(())
            });
            read.unwrap();
            names.sort();
            assert_eq!(names, want);
        }
    }

    #[test]
    fn random_bytes_differ() {
        let mut one = [0; 16];
        let mut other = [0; 16];
        fill_random(&mut one).unwrap();
        fill_random(&mut other).unwrap();
        assert!(one != other && one != [0; 16]);
        assert!(processors() >= 1);
    }
}
