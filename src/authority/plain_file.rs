//! One regular file in an open directory: read with a bound, or replaced in one step.
//!
//! Nothing at that name is trusted. It may be a link, a FIFO, a device, a directory or another user's file,
//! and it may become one at any moment. So each open has `O_NOFOLLOW` and `O_NONBLOCK`, and what was opened
//! is looked at, not what the name stood for before.
//!
//! May import: `system`. This module does not know what the files are for.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Write as _};
use std::os::fd::AsFd;

use cap_std::AmbientAuthority;
use data_encoding::HEXLOWER;
use rustix::fs::{AtFlags, FileType, Gid, Mode, OFlags, RenameFlags, Uid};
use rustix::io::Errno;

use crate::authority::refusal::plain;
use crate::system::{self, Stat};

/// How much of a file is read. What parses it takes a hundred times the memory.
#[derive(Clone, Copy, Debug)]
pub(super) enum AtMost {
    /// For a file of a project, which holds a few lines and may come from somebody else.
    OneMib,
    /// For a file of the user. Some clients keep a history in it.
    SixteenMib,
}

/// Why something cannot be done, as a sentence without its subject.
pub(super) type Reason = &'static str;

/// The text of a regular file, and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Text {
    pub(super) text: String,
    pub(super) stat: Stat,
}

/// Reads the file; `None` if nothing has that name.
pub(super) fn read(dir: impl AsFd, name: &OsStr, at_most: AtMost) -> Result<Option<Text>, Reason> {
    let Some((file, stat)) = open(dir, name)? else { return Ok(None) };
    let (most, too_long) = match at_most {
        AtMost::OneMib => (1 << 20, "it has more than 1 MiB"),
        AtMost::SixteenMib => (16 << 20, "it has more than 16 MiB"),
    };
    let mut bytes = vec![];
    // Its size may change while it is read, so what is read is bounded and not only what it announces.
    let read = file.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|error| plain(&error))?;
    if bytes.len() as u64 > most {
        return Err(too_long);
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Some(Text { text, stat })),
        Err(_) => Err("it is not UTF-8"),
    }
}

/// The first bytes of a file, at most so many; what is known of it; and whether these are all of its bytes. `None` if
/// it is missing, or cannot be read.
pub(super) fn beginning(
    dir: impl AsFd,
    name: &OsStr,
    most: usize,
) -> Option<(Vec<u8>, Stat, bool)> {
    let (file, stat) = open(dir, name).ok()??;
    let (bytes, is_whole) = first_bytes(file, most)?;
    Some((bytes, stat, is_whole))
}

/// The first bytes of an open file, and whether these are all.
pub(super) fn first_bytes(file: File, most: usize) -> Option<(Vec<u8>, bool)> {
    let mut bytes = vec![];
    file.take(most as u64 + 1).read_to_end(&mut bytes).ok()?;
    let is_whole = bytes.len() <= most;
    bytes.truncate(most);
    Some((bytes, is_whole))
}

/// Opens the file; `None` if nothing has that name.
fn open(dir: impl AsFd, name: &OsStr) -> Result<Option<(File, Stat)>, Reason> {
    // Opening a device can have an effect, so it is not opened to see that it is one.
    match system::lstat(&dir, name) {
        Ok(found) => check_regular(&found)?,
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(reason(errno)),
    }
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = match rustix::fs::openat(&dir, name, flags | OFlags::CLOEXEC, Mode::empty()) {
        Ok(fd) => File::from(fd),
        Err(Errno::NOENT) => return Ok(None),
        Err(errno) => return Err(reason(errno)),
    };
    let stat = system::stat(&file).map_err(reason)?;
    // Another thing may have got the name since.
    check_regular(&stat)?;
    Ok(Some((file, stat)))
}

/// Fails for a file of another user: with its mode, that user could change the new text. Root may change the
/// files of all users, and leaves each its own.
pub(super) fn check_owner(stat: &Stat, _: AmbientAuthority) -> Result<(), Reason> {
    let user = rustix::process::geteuid();
    if user.is_root() || stat.uid == user.as_raw() {
        return Ok(());
    }
    Err("it belongs to another user")
}

/// Puts a text in the place of the `old` file, and keeps that one's owner and permissions. Without an old
/// one, only this user can read the new file, and nothing that has the name meanwhile is replaced.
pub(super) fn replace(
    dir: impl AsFd,
    name: &OsStr,
    text: &str,
    old: Option<&Stat>,
) -> Result<(), Errno> {
    let temp = temp_name()?;
    // Nobody can have planted something at a name that nobody can guess, and `EXCL` fails if somebody has.
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let file = File::from(rustix::fs::openat(&dir, &temp, flags, Mode::RUSR | Mode::WUSR)?);
    let put = || {
        (&file).write_all(text.as_bytes())?;
        if let Some(old) = old {
            keep(&file, old)?;
        }
        file.sync_all()?;
        place(&dir, &temp, name, old.is_some())
    };
    put().map_err(|error: io::Error| {
        let _ = rustix::fs::unlinkat(&dir, &temp, AtFlags::empty());
        Errno::from_io_error(&error).unwrap_or(Errno::IO)
    })?;
    sync(dir)
}

/// Removes the file.
pub(super) fn remove(dir: impl AsFd, name: &OsStr) -> Result<(), Errno> {
    rustix::fs::unlinkat(&dir, name, AtFlags::empty())?;
    sync(dir)
}

/// Syncs the names in a directory.
pub(super) fn sync(dir: impl AsFd) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    system::sync(rustix::fs::openat(dir, ".", flags, Mode::empty())?)
}

pub(super) fn reason(errno: Errno) -> Reason {
    plain(&errno.into())
}

fn check_regular(stat: &Stat) -> Result<(), Reason> {
    match stat.kind {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err("it is a directory"),
        FileType::Symlink => Err("it is a link"),
        _ => Err("it is not a regular file"),
    }
}

/// Gives the new file the owner and the permission bits of the old one.
fn keep(file: &File, old: &Stat) -> io::Result<()> {
    let new = system::stat(file)?;
    if new.uid != old.uid {
        rustix::fs::fchown(file, Some(Uid::from_raw(old.uid)), None)?;
    }
    let has_group =
        new.gid == old.gid || rustix::fs::fchown(file, None, Some(Gid::from_raw(old.gid))).is_ok();
    // What the old group might do is not for the members of another one.
    let bits = if has_group { 0o777 } else { 0o707 };
    rustix::fs::fchmod(file, system::mode(old.mode & bits))?;
    Ok(())
}

fn place(dir: impl AsFd, from: &OsStr, to: &OsStr, replaces: bool) -> io::Result<()> {
    if !replaces {
        match rustix::fs::renameat_with(&dir, from, &dir, to, RenameFlags::NOREPLACE) {
            Err(errno) if is_unable(errno) => {}
            placed => return Ok(placed?),
        }
    }
    Ok(rustix::fs::renameat(&dir, from, &dir, to)?)
}

/// Can the file system not promise that nothing is replaced? A moment ago nothing had the name.
fn is_unable(errno: Errno) -> bool {
    [Errno::INVAL, Errno::NOSYS].contains(&errno) || system::is_unsupported(errno)
}

fn temp_name() -> Result<OsString, Errno> {
    let mut random = [0; 16];
    system::fill_random(&mut random)?;
    Ok(format!(".preopen-install-{}", HEXLOWER.encode(&random)).into())
}
