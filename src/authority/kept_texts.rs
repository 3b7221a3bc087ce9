//! What files of clients said before `preopen install` changed them.
//!
//! It is kept in a directory of this user, and not beside the file: a clone could bring a file of any name
//! and contents along, and `--remove` would put it in place. What lies here, only this user can have put
//! here; and it is believed only if it is a regular file of this user with one name.
//!
//! May import: `path` (to show names), `system`. This module does not know which client a text belongs to.

use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use cap_std::AmbientAuthority;
use data_encoding::HEXLOWER;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use sha2::{Digest as _, Sha256};

use super::host::open_dir;
use super::plain_file::{self, AtMost, Reason, Text, check_owner, reason};
use crate::authority::environment::{home, variable};
use crate::authority::refusal::Refusal;
use crate::path::printable;
use crate::system;

/// The directories below the one where applications keep their state.
const WAY: [&str; 2] = ["preopen", "before-install"];

/// The place for the former text of one file.
pub(super) struct KeptText {
    path: PathBuf,
    top: PathBuf,
    name: OsString,
}

impl KeptText {
    /// For the file at this path, which has no links on the way; `None` if no home directory is known.
    pub(super) fn of(file: &Path, ambient: AmbientAuthority) -> Option<Self> {
        let top = match variable("XDG_STATE_HOME", ambient) {
            Some(path) => path,
            None if cfg!(target_os = "macos") => home(ambient)?.join("Library/Application Support"),
            None => home(ambient)?.join(".local/state"),
        };
        // A path as a name: of one length, and without a slash.
        let hash = HEXLOWER.encode(&Sha256::digest(file.as_os_str().as_bytes()));
        let name = OsString::from(hash);
        let path = WAY.iter().fold(top.clone(), |path, part| path.join(part)).join(&name);
        Some(Self { path, top, name })
    }

    /// The text; `None` if none is kept.
    pub(super) fn read(&self, ambient: AmbientAuthority) -> Result<Option<Text>, Refusal> {
        let read = || {
            let Some(dir) = self.dir(false, ambient)? else { return Ok(None) };
            let Some(text) = plain_file::read(&dir, &self.name, AtMost::SixteenMib)? else {
                return Ok(None);
            };
            check_owner(&text.stat, ambient)?;
            if text.stat.links != 1 {
                return Err("it has other names");
            }
            Ok(Some(text))
        };
        read().map_err(|reason| self.refusal("read", reason))
    }

    /// Keeps a text, in the place of one that was kept before.
    pub(super) fn keep(&self, text: &str, ambient: AmbientAuthority) -> Result<(), Refusal> {
        let old = self.read(ambient)?;
        let keep = || {
            let dir = self.dir(true, ambient)?.ok_or("it is gone again")?;
            plain_file::replace(&dir, &self.name, text, old.as_ref().map(|old| &old.stat))
                .map_err(reason)
        };
        keep().map_err(|reason| self.refusal("written", reason))
    }

    /// Removes it. The text is in its file again, so a copy that stays does no harm.
    pub(super) fn forget(&self, ambient: AmbientAuthority) {
        if let Ok(Some(dir)) = self.dir(false, ambient) {
            let _ = plain_file::remove(&dir, &self.name);
        }
    }

    /// Its path, safe to print.
    pub(super) fn shown(&self) -> String {
        printable(&self.path.to_string_lossy())
    }

    /// The directory; `None` if there is none and `makes` is false.
    #[expect(clippy::disallowed_methods, reason = "a directory of this user, not of the project")]
    fn dir(&self, makes: bool, ambient: AmbientAuthority) -> Result<Option<OwnedFd>, Reason> {
        if makes {
            std::fs::create_dir_all(&self.top)
                .map_err(|error| crate::authority::refusal::plain(&error))?;
        }
        let mut dir: OwnedFd = match open_dir(&self.top, ambient) {
            Ok(dir) => dir.into_std_file().into(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(crate::authority::refusal::plain(&error)),
        };
        for name in WAY {
            let name = OsStr::new(name);
            if makes {
                match rustix::fs::mkdirat(&dir, name, Mode::RWXU) {
                    Ok(()) | Err(Errno::EXIST) => {}
                    Err(errno) => return Err(reason(errno)),
                }
            }
            let flags = system::PASS | OFlags::NOFOLLOW;
            dir = match rustix::fs::openat(&dir, name, flags, Mode::empty()) {
                Ok(dir) => dir,
                Err(Errno::NOENT) => return Ok(None),
                Err(errno) => return Err(reason(errno)),
            };
            let stat = system::stat(&dir).map_err(reason)?;
            check_owner(&stat, ambient)?;
            if stat.mode & 0o022 != 0 {
                return Err("others may change its directory");
            }
        }
        Ok(Some(dir))
    }

    fn refusal(&self, be: &str, reason: Reason) -> Refusal {
        Refusal {
            sentence: format!(
                "the former text of the file, `{}`, cannot be {be}: {reason}",
                self.shown()
            ),
            hint: "move it out of the way, or set XDG_STATE_HOME to a directory of yours".into(),
        }
    }
}
