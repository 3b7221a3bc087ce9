//! Files of clients, for `preopen install`: read, replaced in one step, and kept as they were before.
//!
//! May import: `install` (where they are), `system`. Absent on purpose: what is to be in them.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use cap_std::AmbientAuthority;
use cap_std::fs::Dir;
use rustix::fs::{AtFlags, OFlags};

use super::host::open_dir;
use super::{Refusal, plain};
use crate::allowlist::GrantSpec;
use crate::install::Base;
use crate::system::{self, Stat};

/// Behind the name of the file that keeps what was there before.
const BEFORE: &str = ".before-preopen";
/// Behind the name of the file that takes its place.
const NEXT: &str = ".preopen-next";

/// A file of a client.
pub struct ClientFile {
    /// Where links lead.
    path: PathBuf,
    /// What it says; nothing where there is none.
    pub text: Option<String>,
    /// What it said before this program changed it.
    pub before: Option<String>,
}

impl ClientFile {
    /// Reads it.
    ///
    /// # Ambient Authority
    /// Reads a file of the user.
    ///
    /// # Errors
    /// A [`Refusal`] when it cannot be read, or is no text.
    #[expect(clippy::disallowed_methods, reason = "a link leads to the file that is meant")]
    pub fn read(base: Base, path: &str, ambient: AmbientAuthority) -> Result<Self, Refusal> {
        let path = place(base, ambient)?.join(path);
        let path = std::fs::canonicalize(&path).unwrap_or(path);
        let (text, before) = (text_of(&path, ambient)?, text_of(&beside(&path, BEFORE), ambient)?);
        Ok(Self { path, text, before })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Puts another text in its place, or removes it. What was there is kept beside it if it `is_theirs`
    /// alone, until the text is again what it was.
    ///
    /// # Ambient Authority
    /// Changes a file of the user.
    ///
    /// # Errors
    /// A [`Refusal`] when that is not possible. The file is then what it was, or what it shall be.
    pub fn replace(
        &self,
        text: Option<&str>,
        is_theirs: bool,
        ambient: AmbientAuthority,
    ) -> Result<(), Refusal> {
        let replaced = self.put(text, is_theirs, ambient);
        replaced.map_err(|error| cannot(&self.path, "changed", &error))
    }

    #[expect(clippy::disallowed_methods, reason = "what the user asked for, and saw")]
    fn put(
        &self,
        text: Option<&str>,
        is_theirs: bool,
        ambient: AmbientAuthority,
    ) -> io::Result<()> {
        let parent = self.path.parent().unwrap_or(Path::new("/"));
        std::fs::create_dir_all(parent)?;
        let (dir, name) = (open_dir(parent, ambient)?, named(&self.path)?);
        if let (Some(old), true) = (&self.text, is_theirs) {
            write(&dir, &with(&name, BEFORE), old, &name)?;
        }
        match text {
            Some(text) => {
                let next = with(&name, NEXT);
                write(&dir, &next, text, &name)?;
                rustix::fs::renameat(&dir, &next, &dir, &name)?;
            }
            None => dir.remove_file(&name)?,
        }
        if self.before.is_some() && self.before.as_deref() == text {
            dir.remove_file(with(&name, BEFORE))?;
        }
        rustix::fs::fsync(dir.open(".")?)?;
        Ok(())
    }
}

/// The grants with whole paths, for a client that may start the server anywhere.
///
/// # Ambient Authority
/// Asks for the current directory.
pub fn in_full(specs: &[GrantSpec], ambient: AmbientAuthority) -> Vec<GrantSpec> {
    let in_full = |spec: &GrantSpec| {
        // `.` at the end says nothing.
        let path: PathBuf = whole(&spec.path, ambient).components().collect();
        GrantSpec { written: path.display().to_string(), path, ..spec.clone() }
    };
    specs.iter().map(in_full).collect()
}

/// A path with all that is above it.
///
/// # Ambient Authority
/// Asks for the current directory.
pub fn whole(path: &Path, _: AmbientAuthority) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// Where this program is, as it was started.
///
/// # Ambient Authority
/// Asks the system.
#[expect(clippy::disallowed_methods, reason = "the path that a client is told to start")]
pub fn program(_: AmbientAuthority) -> String {
    std::env::current_exe().map_or_else(|_| "preopen".into(), |path| path.display().to_string())
}

/// Runs a program that the user has, and gives back whether it went well; nothing if there is none.
///
/// # Ambient Authority
/// Runs any program.
#[expect(
    clippy::disallowed_methods,
    reason = "the client's own program, as it was shown and agreed to"
)]
pub fn run(program: &str, args: &[String], _: AmbientAuthority) -> Option<bool> {
    Some(Command::new(program).args(args).status().ok()?.success())
}

/// Does the user have this program?
///
/// # Ambient Authority
/// Looks at the directories of `PATH`.
#[expect(clippy::disallowed_methods, reason = "as a shell would")]
pub fn has_program(name: &str, _: AmbientAuthority) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}

#[expect(clippy::disallowed_methods, reason = "where clients look, they say with these")]
fn place(base: Base, ambient: AmbientAuthority) -> Result<PathBuf, Refusal> {
    let said = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let home = || {
        said("HOME").ok_or_else(|| Refusal {
            sentence: "it is not known where the home directory is".into(),
            hint: "set HOME, or use `--scope project`".into(),
        })
    };
    Ok(match base {
        Base::Home => home()?,
        Base::Settings if cfg!(target_os = "macos") => home()?.join("Library/Application Support"),
        Base::Settings => match said("XDG_CONFIG_HOME") {
            Some(path) => path,
            None => home()?.join(".config"),
        },
        Base::Codex => match said("CODEX_HOME") {
            Some(path) => path,
            None => home()?.join(".codex"),
        },
        Base::Project => whole(Path::new("."), ambient),
    })
}

#[expect(clippy::disallowed_methods, reason = "a file that the user named by the client")]
fn text_of(path: &Path, _: AmbientAuthority) -> Result<Option<String>, Refusal> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot(path, "read", &error)),
    }
}

/// Writes a file beside the one that is there, and with its mode.
fn write(dir: &Dir, name: &OsString, text: &str, like: &OsString) -> io::Result<()> {
    let flags =
        OFlags::WRONLY | OFlags::CREATE | OFlags::TRUNC | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let found = rustix::fs::statat(dir, like, AtFlags::empty()).map(Stat::from);
    let mode = system::mode(found.map_or(0o600, |stat| stat.mode & 0o777));
    let mut file = File::from(rustix::fs::openat(dir, name, flags, mode)?);
    rustix::fs::fchmod(&file, mode)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn named(path: &Path) -> io::Result<OsString> {
    path.file_name().map(Into::into).ok_or_else(|| io::ErrorKind::InvalidInput.into())
}

fn with(name: &OsString, behind: &str) -> OsString {
    let mut name = name.clone();
    name.push(behind);
    name
}

fn beside(path: &Path, behind: &str) -> PathBuf {
    path.with_file_name(with(&path.file_name().unwrap_or_default().into(), behind))
}

fn cannot(path: &Path, be: &str, error: &io::Error) -> Refusal {
    Refusal {
        sentence: format!("`{}` cannot be {be}: {}", path.display(), plain(error)),
        hint: "`--print` shows what it has to say, to put it in by hand".into(),
    }
}
