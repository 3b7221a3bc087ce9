//! The user's configuration of git: which list of ignore rules holds for all repositories.
//!
//! Read are `/etc/gitconfig`, `$XDG_CONFIG_HOME/git/config` (or `~/.config/git/config`) and `~/.gitconfig`, with what
//! they include by `include.path`; of those, `core.excludesFile`. Not read are `includeIf`, the configuration of a
//! repository, and what `git -c` passes on: a repository may come from somebody else, and must not name files of this
//! user that are then read.
//!
//! May import: `cap`, `git`. This module does not know what the rules mean.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use cap_std::AmbientAuthority;
use rustix::fs::{FileType, Mode, OFlags};

use super::host::open_dir;
use crate::cap::{AboveText, MAX_ABOVE_TEXT};
use crate::git::Config;
use crate::system;

/// Most files of configuration that are read, with those that they include.
const MAX_FILES: usize = 32;
/// Most bytes of one of them.
const MAX_CONFIG: usize = 256 << 10;

/// The rules that the user has for all repositories; `None` if there are none.
///
/// # Ambient Authority
/// Reads the environment, the user's configuration of git, and the file that it names.
#[expect(clippy::disallowed_methods, reason = "where the user keeps the configuration of git")]
pub(super) fn excludes(ambient: AmbientAuthority) -> Option<AboveText> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = variable("HOME").map(PathBuf::from);
    let xdg = variable("XDG_CONFIG_HOME").map(PathBuf::from);
    let config_home = xdg.or_else(|| Some(home.as_ref()?.join(".config")));
    let mut reader = Reader { home: home.as_deref(), excludes: None, files: 0 };
    if !variable("GIT_CONFIG_NOSYSTEM").is_some_and(|value| value != "0" && value != "false") {
        let system = variable("GIT_CONFIG_SYSTEM").unwrap_or_else(|| "/etc/gitconfig".into());
        reader.read(Path::new(&system), ambient);
    }
    if let Some(global) = variable("GIT_CONFIG_GLOBAL") {
        reader.read(Path::new(&global), ambient);
    } else {
        for file in [
            config_home.as_ref().map(|at| at.join("git/config")),
            home.as_ref().map(|at| at.join(".gitconfig")),
        ] {
            reader.read(&file?, ambient);
        }
    }
    let path = match reader.excludes {
        Some(said) => reader.home.and_then(|home| in_full(&said, home))?,
        None => config_home?.join("git/ignore"),
    };
    let (bytes, is_whole) = beginning(&path, MAX_ABOVE_TEXT, ambient)?;
    Some(AboveText { bytes, is_whole })
}

struct Reader<'a> {
    home: Option<&'a Path>,
    /// As the configuration says it.
    excludes: Option<Vec<u8>>,
    files: usize,
}

impl Reader<'_> {
    /// Reads a file, and what it includes where it says so: what comes later counts.
    fn read(&mut self, path: &Path, ambient: AmbientAuthority) {
        self.files += 1;
        if self.files > MAX_FILES {
            return;
        }
        let Some((text, _)) = beginning(path, MAX_CONFIG, ambient) else { return };
        for (name, value) in Config::new(&text).variables() {
            match name {
                "core.excludesfile" => self.excludes = Some(value.to_vec()),
                "include.path" => {
                    let above = path.parent().unwrap_or(Path::new("/"));
                    let included = self.home.and_then(|home| in_full(value, home));
                    let relative = || above.join(OsStr::from_bytes(value));
                    self.read(&included.unwrap_or_else(relative), ambient);
                }
                _ => {}
            }
        }
    }
}

/// An absolute path, or one that begins with `~/`. `None` for others: git would read them from where it is started.
fn in_full(said: &[u8], home: &Path) -> Option<PathBuf> {
    match said.strip_prefix(b"~/") {
        Some(below) => Some(home.join(OsStr::from_bytes(below))),
        None => Some(PathBuf::from(OsStr::from_bytes(said))).filter(|path| path.is_absolute()),
    }
}

/// The first bytes of a regular file, and whether these are all. Links are followed: users keep such files elsewhere.
fn beginning(path: &Path, most: usize, ambient: AmbientAuthority) -> Option<(Vec<u8>, bool)> {
    let dir = open_dir(path.parent()?, ambient).ok()?;
    let name: OsString = path.file_name()?.to_owned();
    // Opening a FIFO must not wait, nor a terminal become this process's.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = rustix::fs::openat(&dir, &name, flags, Mode::empty()).ok()?;
    if system::stat(&file).ok()?.kind != FileType::RegularFile {
        return None;
    }
    super::plain_file::first_bytes(file.into(), most)
}
