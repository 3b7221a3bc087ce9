//! [`ClientPlace`]: where a file of a client lies, as the open directory that holds it and a name.
//!
//! In the user's home, links are the user's own (many keep such files elsewhere, and link to them), so they
//! are followed, and it is shown where they lead. In a project everything may come from somebody else: no
//! link is followed below the current directory, so what is changed lies where it seems to lie.
//!
//! May import: `install` (where clients look), `path` (to show names), `system`. This module neither reads
//! nor changes a file.

use crate::authority::environment::home;
use crate::authority::environment::variable;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use cap_std::AmbientAuthority;
use rustix::fs::{FileType, Mode, OFlags};
use rustix::io::Errno;

use super::host::open_dir;
use super::plain_file::{Reason, reason, sync};
use crate::authority::environment::whole;
use crate::authority::refusal::Refusal;
use crate::install::Base;
use crate::path::printable;
use crate::system;

/// A file of a client: the directory that holds it, and its name there.
pub(super) struct ClientPlace {
    /// The path that the client uses.
    path: PathBuf,
    /// The same with all links followed.
    pub(super) real: PathBuf,
    /// The directory that holds the file, or the last one on the way that exists.
    dir: OwnedFd,
    /// Device and inode of that directory.
    identity: (u64, u64),
    /// The directories on the way that do not exist yet.
    missing: Vec<OsString>,
    pub(super) name: OsString,
}

impl ClientPlace {
    /// Finds it; the file need not exist.
    pub(super) fn find(base: Base, path: &str, ambient: AmbientAuthority) -> Result<Self, Refusal> {
        let whole = whole_path(base, path, ambient)?;
        let refuse = |reason| cannot(&whole, "read", reason);
        let (top, below) = match base {
            Base::Project => (PathBuf::from("."), PathBuf::from(path)),
            Base::Home | Base::Settings | Base::Codex => followed(&whole, ambient),
        };
        let real = if base == Base::Project { whole.clone() } else { top.join(&below) };
        let link = match base {
            Base::Project => "it is a link, and links in a project are not followed",
            // All that lead somewhere have been followed.
            Base::Home | Base::Settings | Base::Codex => "it is a link that leads nowhere",
        };
        let dir = open_dir(&top, ambient)
            .map_err(|error| refuse(crate::authority::refusal::plain(&error)))?;
        let mut names: Vec<OsString> = below.iter().map(OsStr::to_owned).collect();
        let Some(name) = names.pop() else { return Err(refuse("it is a directory")) };
        let (dir, missing) = down(dir.into_std_file().into(), names, link).map_err(
            |Blocked { depth, reason }| {
                let levels = below.iter().count() - depth - 1;
                cannot(whole.ancestors().nth(levels).unwrap_or(&whole), "entered", reason)
            },
        )?;
        let stat = system::stat(&dir).map_err(|errno| refuse(reason(errno)))?;
        let identity = (stat.device, stat.inode);
        let place = Self { path: whole, real, dir, identity, missing, name };
        if place.is_link() { Err(place.cannot("read", link)) } else { Ok(place) }
    }

    /// The directory that holds the file; `None` if there is none yet.
    pub(super) fn dir(&self) -> Option<&OwnedFd> {
        self.missing.is_empty().then_some(&self.dir)
    }

    /// Like [`Self::dir`], but creates the directories that are missing.
    pub(super) fn make_dir(&self) -> Result<OwnedFd, Errno> {
        let mut dir = self.dir.try_clone().map_err(|_| Errno::MFILE)?;
        for name in &self.missing {
            // The umask applies. `EXIST` is an error: the directory was missing when the change was shown.
            rustix::fs::mkdirat(&dir, name, system::mode(0o777))?;
            sync(&dir)?;
            dir = enter(&dir, name)?;
        }
        Ok(dir)
    }

    /// Returns whether this is the place that was shown. A directory that was missing then may exist now, since
    /// an earlier change of the same installation can create it.
    pub(super) fn is_as(&self, shown: &Self) -> bool {
        let was_whole = shown.missing.is_empty();
        let is_same_dir = self.missing.is_empty() && self.identity == shown.identity;
        self.real == shown.real && (is_same_dir || !was_whole)
    }

    /// The path, safe to print, and where it leads if links are on the way.
    pub(super) fn shown(&self) -> String {
        let path = printable(&self.path.to_string_lossy());
        if self.path == self.real {
            return path;
        }
        format!("{path} (a link; it leads to `{}`)", printable(&self.real.to_string_lossy()))
    }

    /// A refusal that names the file.
    pub(super) fn cannot(&self, be: &str, reason: Reason) -> Refusal {
        cannot(&self.path, be, reason)
    }

    fn is_link(&self) -> bool {
        let found = self.dir().map(|dir| system::lstat(dir, &self.name));
        matches!(found, Some(Ok(stat)) if stat.kind == FileType::Symlink)
    }
}

/// The path that the client uses, safe to print, for a file that need not be readable.
///
/// # Ambient Authority
/// Asks for the environment and the current directory.
///
/// # Errors
/// A [`Refusal`] when it is not known where the home directory is.
pub fn client_path(base: Base, path: &str, ambient: AmbientAuthority) -> Result<String, Refusal> {
    Ok(printable(&whole_path(base, path, ambient)?.to_string_lossy()))
}

/// The path with links followed as far as there is something, and the names after that.
#[expect(clippy::disallowed_methods, reason = "links in the home are the user's own")]
fn followed(path: &Path, _: AmbientAuthority) -> (PathBuf, PathBuf) {
    if let Ok(real) = std::fs::canonicalize(path)
        && let (Some(top), Some(name)) = (real.parent(), real.file_name())
    {
        return (top.to_owned(), name.into());
    }
    let mut below = PathBuf::new();
    for at in path.ancestors() {
        if let Ok(real) = std::fs::canonicalize(at) {
            return (real, below);
        }
        // Without a path, `join` would add a slash.
        let name = Path::new(at.file_name().unwrap_or_default());
        below = if below.as_os_str().is_empty() { name.into() } else { name.join(below) };
    }
    (PathBuf::from("/"), below)
}

/// Something on the way is not a directory: how far down it is, and what it is.
struct Blocked {
    depth: usize,
    reason: Reason,
}

/// Opens the directories of `names` as far as they exist. Returns the last one and the names that are missing.
/// `link` is the reason to give for a link.
fn down(
    top: OwnedFd,
    names: Vec<OsString>,
    link: Reason,
) -> Result<(OwnedFd, Vec<OsString>), Blocked> {
    let mut dir = top;
    for (depth, name) in names.iter().enumerate() {
        dir = match enter(&dir, name) {
            Ok(dir) => dir,
            Err(Errno::NOENT) => return Ok((dir, names.into_iter().skip(depth).collect())),
            Err(errno) => {
                let kind = system::lstat(&dir, name).map(|stat| stat.kind);
                let is_link = kind == Ok(FileType::Symlink);
                let reason = if is_link { link } else { reason(errno) };
                return Err(Blocked { depth, reason });
            }
        };
    }
    Ok((dir, vec![]))
}

fn enter(dir: &OwnedFd, name: &OsStr) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(dir.as_fd(), name, system::PASS | OFlags::NOFOLLOW, Mode::empty())
}

fn whole_path(base: Base, path: &str, ambient: AmbientAuthority) -> Result<PathBuf, Refusal> {
    Ok(base_path(base, ambient)?.join(path))
}

fn base_path(base: Base, ambient: AmbientAuthority) -> Result<PathBuf, Refusal> {
    let home = || {
        home(ambient).ok_or_else(|| Refusal {
            sentence: "the home directory is unknown".into(),
            hint: "set HOME, or use `--scope project`".into(),
        })
    };
    Ok(match base {
        Base::Home => home()?,
        Base::Settings if cfg!(target_os = "macos") => home()?.join("Library/Application Support"),
        Base::Settings => match variable("XDG_CONFIG_HOME", ambient) {
            Some(path) => path,
            None => home()?.join(".config"),
        },
        Base::Codex => match variable("CODEX_HOME", ambient) {
            Some(path) => path,
            None => home()?.join(".codex"),
        },
        Base::Project => whole(Path::new("."), ambient),
    })
}

fn cannot(path: &Path, be: &str, reason: Reason) -> Refusal {
    Refusal {
        sentence: format!("`{}` cannot be {be}: {reason}", printable(&path.to_string_lossy())),
        hint: "`--print` shows what to add by hand".into(),
    }
}
