//! [`open`]: every open below a handle. It takes one name and makes one step.
//!
//! [`Name`] holds no slash and is not `..`. The kernel is asked to hold that too, with `openat2` and
//! `RESOLVE_BENEATH`: should a name be wrong, it does not lead out of the directory. Where the system has
//! no such call, `O_NOFOLLOW` and the type are what there is.
//!
//! The flags of opens stand here only. Nothing waits for the other end of a FIFO (`O_NONBLOCK`), becomes
//! the terminal of this process (`O_NOCTTY`), follows a link at the end (`O_NOFOLLOW`) or is left to a
//! program (`O_CLOEXEC`).
//!
//! May import: `path`, `system`. This module does not know rights or rules.

use std::ffi::OsStr;

use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use crate::path::Name;
use crate::system;

/// What something is opened for.
#[derive(Clone, Copy, Debug)]
pub(in crate::cap) enum To {
    /// A directory, to reach what is in it.
    Pass,
    /// A directory, to list it.
    List,
    /// A file, to read it.
    Read,
    /// A file that is there, to see whether this user may write to it.
    Write,
    /// A file that is there, to write at its end.
    Append,
    /// A new file with this mode, to write it and to read what was written. Nothing may have its name.
    Create(Mode),
}

impl To {
    fn flags(self) -> OFlags {
        let file = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        match self {
            Self::Pass => system::PASS | OFlags::NOFOLLOW,
            Self::List => OFlags::RDONLY | OFlags::DIRECTORY | file,
            Self::Read => OFlags::RDONLY | file,
            Self::Write => OFlags::WRONLY | file,
            Self::Append => OFlags::WRONLY | OFlags::APPEND | file,
            Self::Create(_) => OFlags::RDWR | OFlags::CREATE | OFlags::EXCL | file,
        }
    }

    fn mode(self) -> Mode {
        if let Self::Create(mode) = self { mode } else { Mode::empty() }
    }
}

/// Opens what is called `name` in this directory. A link is not followed.
pub(in crate::cap) fn open(dir: impl AsFd, name: &Name, how: To) -> Result<OwnedFd, Errno> {
    open_step(dir, name.as_os_str(), how)
}

/// Opens the directory itself once more.
pub(in crate::cap) fn reopen(dir: impl AsFd, how: To) -> Result<OwnedFd, Errno> {
    open_step(dir, OsStr::new("."), how)
}

fn open_step(dir: impl AsFd, step: &OsStr, how: To) -> Result<OwnedFd, Errno> {
    system::open_step(dir.as_fd(), step, how.flags(), how.mode())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to open")]
mod tests {
    use std::fs::File;
    use std::os::unix::fs::symlink;

    use rustix::io::FdFlags;
    use tempfile::TempDir;

    use super::*;

    /// `in/` to be opened in, with `f`, `d/` and a link that leads out; and `out` beside it.
    fn tree() -> (TempDir, File) {
        let temp = tempfile::tempdir().unwrap();
        let at = |name: &str| temp.path().join(name);
        std::fs::create_dir_all(at("in/d")).unwrap();
        for file in ["in/f", "out"] {
            std::fs::write(at(file), "text").unwrap();
        }
        symlink("..", at("in/l")).unwrap();
        let dir = File::open(at("in")).unwrap();
        (temp, dir)
    }

    fn all() -> [(To, &'static [u8]); 6] {
        let new = To::Create(Mode::RUSR | Mode::WUSR);
        [
            (To::Pass, b"d"),
            (To::List, b"d"),
            (To::Read, b"f"),
            (To::Write, b"f"),
            (To::Append, b"f"),
            (new, b"new"),
        ]
    }

    #[test]
    fn nothing_waits_or_is_left_to_a_program() {
        let (_temp, dir) = tree();
        for (how, name) in all() {
            let fd = open(&dir, &Name::from_bytes(name).unwrap(), how).unwrap();
            assert_eq!(rustix::io::fcntl_getfd(&fd).unwrap(), FdFlags::CLOEXEC, "{how:?}");
            let flags = rustix::fs::fcntl_getfl(&fd).unwrap();
            let is_passed = matches!(how, To::Pass);
            assert!(is_passed || flags.contains(OFlags::NONBLOCK), "{how:?}: {flags:?}");
        }
        assert!(open(&dir, &Name::from_bytes(b"f").unwrap(), all()[5].0).is_err(), "it is there");
        let link = Name::from_bytes(b"l").unwrap();
        for (how, _) in all() {
            assert!(open(&dir, &link, how).is_err(), "{how:?} follows a link");
        }
    }

    #[test]
    #[cfg(all(target_os = "linux", not(preopen_portable)))] // no other system has the call
    fn the_kernel_does_not_follow_a_forged_name_out() {
        let (temp, dir) = tree();
        let absolute = temp.path().join("out");
        let absolute = absolute.to_str().unwrap().as_bytes();
        for (how, _) in all() {
            for out in [b"..".as_slice(), b"../out", b"../new", b"d/../../out", b"l/out", absolute]
            {
                let opened = open(&dir, &Name::forged(out), how);
                let why = opened.map(drop).unwrap_err();
                assert!([Errno::XDEV, Errno::LOOP].contains(&why), "{how:?}: {why}");
            }
        }
        assert!(!temp.path().join("new").exists());
        // A plain open follows them.
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW;
        assert!(rustix::fs::openat(&dir, "../out", flags, Mode::empty()).is_ok());
    }
}
