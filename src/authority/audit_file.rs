//! The audit file: outside every grant, so that no call can change what is written about it.
//!
//! May import: nothing outside `authority`. Absent on purpose: what is written into it.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use cap_std::AmbientAuthority;
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
    let refuse = |why: String| Refusal {
        sentence: format!("the audit file `{}` {why}", path.display()),
        hint: "name a file outside every grant, in a directory that exists".into(),
    };
    let name = path.file_name().ok_or_else(|| refuse("is no file".into()))?;
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = open_dir(parent, ambient)
        .map_err(|e| refuse(format!("cannot be opened: {}", plain(&e))))?;
    let chain = identities_upwards(&parent).map_err(|e| refuse(plain(&e).into()))?;
    if granted.identities.iter().any(|grant| chain.contains(grant)) {
        return Err(refuse("lies in a grant: whoever writes there could change it".into()));
    }
    let flags =
        OFlags::WRONLY | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let mode = Mode::RUSR | Mode::WUSR;
    let fd = rustix::fs::openat(&parent, name, flags | OFlags::CLOEXEC | OFlags::NOCTTY, mode)
        .map_err(|e| refuse(format!("cannot be opened: {}", plain(&e.into()))))?;
    match rustix::fs::fstat(&fd) {
        Ok(stat) if !rustix::fs::FileType::from_raw_mode(stat.st_mode).is_file() => {
            Err(refuse("is not a regular file".into()))
        }
        Ok(stat) if stat.st_nlink > 1 => {
            Err(refuse("has another name, which may lie in a grant".into()))
        }
        Ok(_) => Ok(File::from(fd)),
        Err(errno) => Err(refuse(plain(&errno.into()).into())),
    }
}
