//! The audit file: outside every grant, so that no call can change what is written about it.
//!
//! May import: nothing outside `authority`. Absent on purpose: what is written into it.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use cap_std::AmbientAuthority;
use cap_std::fs::Dir;
use rustix::fs::{Mode, OFlags};

use super::host::{identities_upwards, open_dir};
use super::{Preopened, Refusal, plain};

/// Opens the audit file for appending; it is created, readable by this user alone, if need be.
///
/// # Ambient Authority
/// Opens any file of the host.
///
/// # Errors
/// A [`Refusal`] when it lies in a grant, has other names, or cannot be opened.
pub fn open_audit(
    path: &Path,
    granted: &Preopened,
    ambient: AmbientAuthority,
) -> Result<impl Write + Send + 'static + use<>, Refusal> {
    let refuse = |why: &str| refusal(path, why);
    let parent = parent_outside(path, granted, ambient)?;
    let name = path.file_name().ok_or_else(|| refuse("is no file"))?;
    let flags =
        OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mode = Mode::RUSR | Mode::WUSR;
    let fd = rustix::fs::openat(&parent, name, flags | OFlags::CLOEXEC | OFlags::NOCTTY, mode)
        .map_err(|errno| refuse(&format!("cannot be opened: {}", plain(&errno.into()))))?;
    match rustix::fs::fstat(&fd) {
        Ok(stat) if !rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file() => {
            Err(refuse("is not a regular file"))
        }
        Ok(stat) if stat.st_nlink > 1 => Err(refuse("has another name, which may lie in a grant")),
        Ok(_) => Ok(File::from(fd)),
        Err(errno) => Err(refuse(plain(&errno.into()))),
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
    let chain = identities_upwards(&parent).map_err(|error| refusal(path, plain(&error)))?;
    if granted.identities.iter().any(|grant| chain.contains(grant)) {
        return Err(refusal(path, "lies in a grant: whoever writes there could change it"));
    }
    Ok(parent)
}

fn refusal(path: &Path, why: &str) -> Refusal {
    Refusal {
        sentence: format!("the audit file `{}` {why}", path.display()),
        hint: "name a file outside every grant, in a directory that exists".into(),
    }
}
