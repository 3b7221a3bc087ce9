//! The audit file: outside every grant, so that no call can change what is written about it.
//!
//! May import: `system`. This module does not know the records.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::path::Path;

use cap_std::AmbientAuthority;
use cap_std::fs::Dir;
use data_encoding::HEXLOWER;
use rustix::fs::{AtFlags, Mode, OFlags, RenameFlags};
use rustix::io::Errno;

use super::host::{identities_upwards, open_dir};
use crate::authority::preopens::Preopened;
use crate::authority::refusal::{Refusal, plain};
use crate::system::{self, Stat};

/// Bytes from which on a file is full at a start, and another one is begun. While the server runs none can be made.
const FULL: u64 = 64 << 20;
/// Most files that are kept beside it.
const MOST_KEPT: usize = 10_000;

/// The audit file, as it is at the start.
pub struct AuditFile<W> {
    /// Where records are appended.
    pub writer: W,
    /// Reads up to this many bytes at the end of the file, which another server may have written. Returns no bytes
    /// if that fails.
    pub last: Box<dyn Fn(usize) -> Vec<u8> + Send>,
    /// The end of what the file holds already, or the file before it held.
    pub end: Vec<u8>,
    /// Tells the records of this server from those of others.
    pub session: String,
}

/// Opens the audit file for appending; it is created, readable by this user only, if it does not exist. A full one is
/// put aside under its name with a number. The last `longest` bytes of the file are read: no record is longer.
///
/// # Ambient Authority
/// Opens any file of the host.
///
/// # Errors
/// A [`Refusal`] when it lies in a grant, has other names, or cannot be opened.
pub fn open_audit(
    path: &Path,
    granted: &Preopened,
    longest: u64,
    ambient: AmbientAuthority,
) -> Result<AuditFile<impl Write + Send + 'static + use<>>, Refusal> {
    let refuse = |why: &str| refusal(path, why);
    let parent = parent_outside(path, granted, ambient)?;
    let name = path.file_name().ok_or_else(|| refuse("is not a file"))?;
    let host = |errno: Errno| refuse(&format!("cannot be opened: {}", plain(&errno.into())));
    finish_aside(&parent, name);
    let (mut fd, size) = open(&parent, name, path)?;
    let end = end_of(&fd, size, longest).map_err(host)?;
    if size >= FULL {
        put_aside(&parent, name, ambient).map_err(|errno| {
            refuse(&format!("is full, and cannot be given another name: {}", plain(&errno.into())))
        })?;
        (fd, _) = open(&parent, name, path)?;
    }
    let mut session = [0; 6];
    system::fill_random(&mut session).map_err(host)?;
    let same = fd.try_clone()?;
    let last = move |len| last_bytes(&same, len).unwrap_or_default();
    let session = HEXLOWER.encode(&session);
    Ok(AuditFile { writer: File::from(fd), last: Box::new(last), end, session })
}

/// Opens an audit file to read it.
///
/// # Ambient Authority
/// Reads any file of the host.
///
/// # Errors
/// A [`Refusal`] when it cannot be opened.
#[expect(clippy::disallowed_methods, reason = "a file that the operator named; nothing is served")]
pub fn read_audit(
    path: &Path,
    _: AmbientAuthority,
) -> Result<impl BufRead + 'static + use<>, Refusal> {
    let file = File::open(path).map_err(|error| Refusal {
        sentence: format!(
            "the audit file `{}` cannot be opened: {}",
            path.display(),
            plain(&error)
        ),
        hint: "name the file that was given to `--audit`".into(),
    })?;
    Ok(BufReader::new(file))
}

/// Writes a file that does not exist yet, readable by this user only. Nothing is ever written over: not the trail
/// either, if it is named by mistake.
///
/// # Ambient Authority
/// Creates any file of the host.
///
/// # Errors
/// A [`Refusal`] when there is something of that name, or it cannot be written.
pub fn write_new(path: &Path, contents: &[u8], ambient: AmbientAuthority) -> Result<(), Refusal> {
    let write = || {
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let parent = open_dir(parent, ambient)?;
        let name = path.file_name().ok_or(io::ErrorKind::IsADirectory)?;
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&parent, name, flags, Mode::RUSR | Mode::WUSR)?;
        File::from(fd).write_all(contents)
    };
    write().map_err(|error: io::Error| {
        let (why, hint) = match error.kind() {
            io::ErrorKind::AlreadyExists => {
                ("there is something of that name", "name another file, or remove that one first")
            }
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                ("there is no room for all of it", "remove what there is of it, and make room")
            }
            _ => (plain(&error), "name a new file in a directory that exists"),
        };
        Refusal {
            sentence: format!("`{}` cannot be written: {why}", path.display()),
            hint: hint.into(),
        }
    })
}

/// The file and its size.
fn open(parent: &Dir, name: &OsStr, path: &Path) -> Result<(OwnedFd, u64), Refusal> {
    let refuse = |why: &str| refusal(path, why);
    let flags =
        OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mode = Mode::RUSR | Mode::WUSR;
    let fd = rustix::fs::openat(parent, name, flags | OFlags::CLOEXEC | OFlags::NOCTTY, mode)
        .map_err(|errno| refuse(&format!("cannot be opened: {}", plain(&errno.into()))))?;
    match system::stat(&fd) {
        Ok(stat) if !stat.kind.is_file() => Err(refuse("is not a regular file")),
        Ok(stat) if stat.links > 1 => Err(refuse("has another name, which may lie in a grant")),
        Ok(stat) => Ok((fd, stat.size)),
        Err(errno) => Err(refuse(plain(&errno.into()))),
    }
}

fn end_of(fd: &OwnedFd, size: u64, longest: u64) -> Result<Vec<u8>, Errno> {
    let mut end = vec![0; usize::try_from(size.min(longest)).unwrap_or(0)];
    let len = rustix::io::pread(fd, end.as_mut_slice(), size.saturating_sub(longest))?;
    end.truncate(len);
    Ok(end)
}

/// The same as [`end_of`] for a file that grows.
fn last_bytes(fd: &OwnedFd, len: usize) -> Result<Vec<u8>, Errno> {
    end_of(fd, system::stat(fd)?.size, len as u64)
}

/// Gives a full file its name with the next number.
fn put_aside(parent: &Dir, name: &OsStr, ambient: AmbientAuthority) -> Result<(), Errno> {
    for aside in (1..MOST_KEPT).map(|number| numbered(name, number)) {
        match rename_beside(parent, name, &aside, ambient) {
            Err(Errno::EXIST) => {}
            other => return other,
        }
    }
    Err(Errno::EXIST)
}

/// A process that was killed while it put a file aside can have left it under both names: takes the old one away.
fn finish_aside(parent: &Dir, name: &OsStr) {
    let Ok(stat) = system::lstat(parent, name) else { return };
    if !stat.kind.is_file() || stat.links != 2 {
        return;
    }
    let mut kept =
        (1..MOST_KEPT).map_while(|number| system::lstat(parent, numbered(name, number)).ok());
    let is_it = |other: &Stat| (other.device, other.inode) == (stat.device, stat.inode);
    if kept.any(|other| is_it(&other)) {
        let _ = rustix::fs::unlinkat(parent, name, AtFlags::empty());
    }
}

fn numbered(name: &OsStr, number: usize) -> OsString {
    let mut aside = OsString::from(name);
    aside.push(format!(".{number}"));
    aside
}

/// Gives it a name that nothing has. Where the file system has no such rename (NFS, 9p, ntfs-3g), it has both names for
/// a moment; a process that is killed then leaves it under both.
///
/// # Ambient Authority
/// Makes a second name for a file.
#[expect(clippy::disallowed_methods, reason = "the second name of a file whose first one goes")]
fn rename_beside(
    parent: &Dir,
    name: &OsStr,
    aside: &OsStr,
    _: AmbientAuthority,
) -> Result<(), Errno> {
    match rustix::fs::renameat_with(parent, name, parent, aside, RenameFlags::NOREPLACE) {
        Err(errno)
            if errno == Errno::INVAL || errno == Errno::NOSYS || system::is_unsupported(errno) =>
        {
            rustix::fs::linkat(parent, name, parent, aside, AtFlags::empty())?;
            rustix::fs::unlinkat(parent, name, AtFlags::empty())
        }
        other => other,
    }
}

/// Does the audit file lie outside every grant? Looks at its directory, and changes nothing.
///
/// # Ambient Authority
/// Opens any directory of the host.
///
/// # Errors
/// A [`Refusal`] when it lies in a grant, or its directory cannot be opened.
pub fn check_audit(
    path: &Path,
    granted: &Preopened,
    ambient: AmbientAuthority,
) -> Result<(), Refusal> {
    parent_outside(path, granted, ambient).map(drop)
}

/// The directory that is to hold the file, which lies in no grant.
fn parent_outside(
    path: &Path,
    granted: &Preopened,
    ambient: AmbientAuthority,
) -> Result<Dir, Refusal> {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = open_dir(parent, ambient)
        .map_err(|error| refusal(path, &format!("cannot be opened: {}", plain(&error))))?;
    let chain =
        identities_upwards(&parent, ambient).map_err(|error| refusal(path, plain(&error)))?;
    if granted.identities.iter().any(|grant| chain.contains(grant)) {
        return Err(refusal(path, "lies in a grant: an agent that writes there could change it"));
    }
    Ok(parent)
}

fn refusal(path: &Path, why: &str) -> Refusal {
    Refusal {
        sentence: format!("the audit file `{}` {why}", path.display()),
        hint: "name a file outside every grant, in a directory that exists".into(),
    }
}
