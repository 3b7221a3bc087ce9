//! The system calls of resolution, each one step from a handle: look, open, read a link.
//!
//! May import: `path`, `system`. No call takes more than one name but [`open_beneath`], where the kernel
//! promises not to leave the handle and not to follow a link.

use crate::cap::handle::open::open;
use std::io;

use cap_std::fs::Dir;
use rustix::fd::{AsFd, OwnedFd};
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::cap::handle::open::To;
use crate::path::Name;
use crate::system::{self, Stat};

/// What sort of thing a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
    /// A FIFO, socket or device: never opened.
    Special,
}

impl From<FileType> for Kind {
    fn from(from: FileType) -> Self {
        match from {
            FileType::RegularFile => Self::File,
            FileType::Directory => Self::Directory,
            FileType::Symlink => Self::Link,
            _ => Self::Special,
        }
    }
}

/// What was found under a name.
pub(in crate::cap) struct FoundEntry {
    pub(in crate::cap) kind: Kind,
    pub(in crate::cap) stat: Stat,
}

impl FoundEntry {
    pub(in crate::cap) fn new(stat: Stat) -> Self {
        Self { kind: stat.kind.into(), stat }
    }
}

/// What is called `name` in this directory; a link is a link.
pub(in crate::cap) fn lstat(parent: impl AsFd, name: &Name) -> Result<Stat, Errno> {
    system::lstat(parent, name.as_os_str())
}

/// The directory `name` in this one; a link is not followed.
pub(in crate::cap) fn enter(parent: &Dir, name: &Name) -> Result<Dir, Errno> {
    pass(parent, name).map(handle)
}

/// The same, for who needs no [`Dir`].
pub(in crate::cap) fn pass(parent: impl AsFd, name: &Name) -> Result<OwnedFd, Errno> {
    open(parent, name, To::Pass)
}

/// The text of the link `name`.
pub(in crate::cap) fn read_link(parent: &Dir, name: &Name) -> Result<Vec<u8>, Errno> {
    Ok(rustix::fs::readlinkat(parent, name.as_os_str(), vec![])?.into_bytes())
}

/// The directory at the end of `names`, in one call. Fails where one of them is a link.
pub(in crate::cap) fn open_beneath(
    dir: &Dir,
    names: &[Name],
    one_mount: bool,
) -> Result<Dir, Errno> {
    let path = names.iter().map(Name::as_bytes).collect::<Vec<_>>().join(&b'/');
    open_beneath_path(dir, if path.is_empty() { b"." } else { &path }, one_mount)
}

fn open_beneath_path(dir: &Dir, path: &[u8], one_mount: bool) -> Result<Dir, Errno> {
    system::open_beneath(dir, path, one_mount).map(handle)
}

/// The device that a grant's root is on.
pub(in crate::cap) fn device_of(dir: &Dir) -> io::Result<u64> {
    Ok(system::stat(dir)?.device)
}

/// The mount that a grant's root is on.
pub(in crate::cap) fn mount_of(dir: impl AsFd) -> io::Result<u64> {
    system::mount_of(dir)
}

/// Where mount points are not to be crossed: is `name` on the grant's own mount?
pub(in crate::cap) fn stays_on_mount(mount: Option<u64>, parent: impl AsFd, name: &Name) -> bool {
    mount.is_none_or(|mount| system::mount_at(parent, name.as_os_str()).is_ok_and(|at| at == mount))
}

/// Is `name` a mount point? `false` if that cannot be determined.
pub(in crate::cap) fn is_mounted_on(mount: Option<u64>, parent: impl AsFd, name: &Name) -> bool {
    let at = || system::mount_at(parent, name.as_os_str());
    mount.is_some_and(|mount| at().is_ok_and(|at| at != mount))
}

/// The handle of a directory that was opened beneath a grant.
#[expect(clippy::disallowed_methods, reason = "the one place where a handle is made from a handle")]
fn handle(fd: OwnedFd) -> Dir {
    Dir::from_std_file(fd.into())
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to look at")]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use rustix::fs::{Mode, OFlags};
    use rustix::io::FdFlags;
    use tempfile::TempDir;

    use super::*;

    /// `d/e/f.txt`, links to each of them, and a FIFO.
    fn tree() -> (TempDir, Dir) {
        let temp = tempfile::tempdir().unwrap();
        let at = |name: &str| temp.path().join(name);
        std::fs::create_dir_all(at("d/e")).unwrap();
        std::fs::write(at("d/e/f.txt"), "text").unwrap();
        for (link, target) in [("to-d", "d"), ("to-f", "d/e/f.txt"), ("d/to-e", "e"), ("out", "/")]
        {
            symlink(target, at(link)).unwrap();
        }
        let dir = opened(temp.path());
        // By a program, since macOS has no call that makes one in a directory.
        assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
        (temp, dir)
    }

    fn opened(path: impl rustix::path::Arg) -> Dir {
        handle(rustix::fs::open(path, OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()).unwrap())
    }

    #[cfg(all(target_os = "linux", not(preopen_portable)))] // for what goes down a whole path
    fn names(path: &str) -> Vec<Name> {
        path.split('/').map(name).collect()
    }

    fn name(name: &str) -> Name {
        Name::from_bytes(name.as_bytes()).unwrap()
    }

    /// Opened to walk from, and where the system has that to be read by nobody; and no program that is started
    /// gets it.
    fn is_a_step(dir: &Dir) -> bool {
        let how = system::PASS.difference(OFlags::DIRECTORY | OFlags::CLOEXEC);
        rustix::fs::fcntl_getfl(dir).unwrap().contains(how)
            && rustix::io::fcntl_getfd(dir).unwrap().contains(FdFlags::CLOEXEC)
    }

    #[test]
    fn what_is_looked_at_is_the_name_itself() {
        let (_temp, dir) = tree();
        for (at, kind) in [
            ("d", Kind::Directory),
            ("to-d", Kind::Link),
            ("out", Kind::Link),
            ("fifo", Kind::Special),
        ] {
            assert_eq!(FoundEntry::new(lstat(&dir, &name(at)).unwrap()).kind, kind, "{at}");
        }
        let deep = enter(&enter(&dir, &name("d")).unwrap(), &name("e")).unwrap();
        let found = FoundEntry::new(lstat(&deep, &name("f.txt")).unwrap());
        assert_eq!((found.kind, found.stat.size), (Kind::File, 4));
        assert_eq!(lstat(&dir, &name("none")).err(), Some(Errno::NOENT));
        assert_eq!(read_link(&dir, &name("to-f")).unwrap(), b"d/e/f.txt");
        assert_eq!(read_link(&dir, &name("d")), Err(Errno::INVAL));
    }

    #[test]
    fn one_step_enters_directories_and_nothing_else() {
        let (_temp, dir) = tree();
        assert!(is_a_step(&enter(&dir, &name("d")).unwrap()));
        for (at, why) in [("fifo", Errno::NOTDIR), ("none", Errno::NOENT)] {
            assert_eq!(enter(&dir, &name(at)).err(), Some(why), "{at}");
        }
        let link = enter(&dir, &name("to-d")).err();
        assert!([Some(Errno::NOTDIR), Some(Errno::LOOP)].contains(&link), "{link:?}");
        let deep = enter(&enter(&dir, &name("d")).unwrap(), &name("e")).unwrap();
        assert_eq!(enter(&deep, &name("f.txt")).err(), Some(Errno::NOTDIR));
    }

    #[test]
    #[cfg(all(target_os = "linux", not(preopen_portable)))] // no other system has the call
    fn the_kernel_goes_down_and_follows_no_link() {
        let (_temp, dir) = tree();
        assert!(is_a_step(&open_beneath(&dir, &names("d/e"), false).unwrap()));
        let itself = open_beneath(&dir, &[], false).unwrap();
        let inode = |dir: &Dir| rustix::fs::fstat(dir).unwrap().st_ino;
        assert!(is_a_step(&itself) && inode(&itself) == inode(&dir));
        for at in ["to-d", "to-d/e", "d/to-e", "out", "out/etc"] {
            assert_eq!(open_beneath(&dir, &names(at), false).err(), Some(Errno::LOOP), "{at}");
        }
        assert_eq!(open_beneath(&dir, &names("d/e/f.txt"), false).err(), Some(Errno::NOTDIR));
        // No name is `..`; should one be all the same, the kernel stays.
        assert_eq!(open_beneath_path(&dir, b"d/../..", false).err(), Some(Errno::XDEV));
    }

    #[test]
    fn mounts_are_told_apart() {
        let root = opened("/");
        let here = mount_of(&root).unwrap();
        let dev = mount_of(opened("/dev")).unwrap();
        assert_ne!(here, dev);
        assert_eq!(device_of(&root).unwrap(), system::lstat(&root, ".").unwrap().device);
        for (mount, at, stays) in [
            (None, "dev", true),
            (Some(here), "dev", false),
            (Some(dev), "dev", true),
            (Some(here), "etc", true),
            (Some(here), "none", false),
        ] {
            assert_eq!(stays_on_mount(mount, &root, &name(at)), stays, "{at} on {mount:?}");
        }
        #[cfg(all(target_os = "linux", not(preopen_portable)))]
        {
            assert_eq!(open_beneath(&root, &names("dev"), true).err(), Some(Errno::XDEV));
            assert!(open_beneath(&root, &names("dev"), false).is_ok());
        }
    }
}
