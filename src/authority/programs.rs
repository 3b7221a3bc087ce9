//! Programs and paths that `preopen install` names: this program, the client's own, and grants in full.
//!
//! May import: `allowlist` (for grants), `path` (to show them), `system`. This module does not know the files of clients.

use crate::authority::environment::whole;
use std::io::{self, PipeReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::time::Duration;

use cap_std::AmbientAuthority;
use rustix::fs::AtFlags;

use super::host::open_dir;
use crate::allowlist::GrantSpec;
use crate::authority::environment::home;
use crate::authority::refusal::Refusal;
use crate::path::printable;
use crate::system::Stat;

/// Bytes of a program's output that are kept.
const MAX_OUTPUT: usize = 64 << 10;
/// How long the output of a program that has ended is waited for. What it started may still hold the pipe.
const GRACE: Duration = Duration::from_secs(1);

/// The grants with whole paths, for a client that may start the server anywhere.
///
/// # Ambient Authority
/// Asks for the current directory.
///
/// # Errors
/// A [`Refusal`] when the path, as text in a client's file, would mean another directory or none.
pub fn in_full(specs: &[GrantSpec], ambient: AmbientAuthority) -> Result<Vec<GrantSpec>, Refusal> {
    let in_full = |spec: &GrantSpec| {
        // A `.` at the end means nothing.
        let path: PathBuf = whole(&spec.path, ambient).components().collect();
        let written = path.display().to_string();
        let spec = GrantSpec { path, written, ..spec.clone() };
        // The current directory may have any name: one that is not UTF-8, or that clients take for a variable.
        match spec.to_string().parse::<GrantSpec>() {
            Ok(read) if read.path == spec.path => Ok(spec),
            _ => Err(Refusal {
                sentence: format!(
                    "`{}` cannot be written into a client's file",
                    printable(&spec.written)
                ),
                hint: "grant a directory whose path is UTF-8 and has no `${` in it".into(),
            }),
        }
    };
    specs.iter().map(in_full).collect()
}

/// Where this program is, as it was started.
///
/// # Ambient Authority
/// Asks the system.
#[expect(clippy::disallowed_methods, reason = "the path of the program that a client starts")]
pub fn program(_: AmbientAuthority) -> String {
    std::env::current_exe().map_or_else(|_| "preopen".into(), |path| path.display().to_string())
}

/// The program of this name that the user's shell would run, if it has one. Entries of `PATH` that begin at
/// the current directory are passed over: that may be a project which brings a program of that name along.
///
/// # Ambient Authority
/// Looks at the directories of `PATH`.
#[expect(clippy::disallowed_methods, reason = "as a shell would")]
pub fn find_program(name: &str, ambient: AmbientAuthority) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let holds_it = |dir: &PathBuf| {
        let dir = open_dir(dir, ambient).ok();
        let found = dir.and_then(|dir| rustix::fs::statat(dir, name, AtFlags::empty()).ok());
        let found = found.map(Stat::from);
        found.is_some_and(|found| found.kind.is_file() && found.mode & 0o111 != 0)
    };
    let mut dirs = std::env::split_paths(&path).filter(|dir| dir.is_absolute());
    dirs.find(holds_it).map(|dir| dir.join(name))
}

/// What became of a program.
pub struct Ran {
    /// Whether it exited with status 0.
    pub is_ok: bool,
    /// The beginning of what it printed, which is not safe to print as it is.
    pub output: String,
    /// How many bytes it printed after that.
    pub left_out: usize,
}

/// Runs a program of the user in the home directory, where no file of the project configures it.
///
/// # Ambient Authority
/// Runs any program.
///
/// # Errors
/// When it cannot be started.
#[expect(
    clippy::disallowed_methods,
    reason = "the client's own program, as it was shown and agreed to"
)]
pub fn run(program: &Path, args: &[String], ambient: AmbientAuthority) -> io::Result<Ran> {
    // Both streams in one pipe, in the order in which the program prints. The terminal is never the
    // program's: it may print what a file of the project says.
    let (from, to) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(args).stdin(Stdio::null()).stdout(to.try_clone()?).stderr(to);
    command.current_dir(home(ambient).unwrap_or_else(|| "/".into()));
    let mut child = command.spawn()?;
    // The command holds the pipe open as well.
    drop(command);
    let output = Arc::new(Mutex::new((vec![], 0)));
    let (all_read, is_read) = mpsc::channel();
    let kept = Arc::clone(&output);
    std::thread::spawn(move || {
        keep(from, &kept);
        let _ = all_read.send(());
    });
    let status = child.wait()?;
    let _ = is_read.recv_timeout(GRACE);
    let (output, left_out) = &*output.lock().unwrap_or_else(PoisonError::into_inner);
    let output = String::from_utf8_lossy(output).into_owned();
    Ok(Ran { is_ok: status.success(), output, left_out: *left_out })
}

/// Reads to the end, keeps the beginning and counts the rest.
fn keep(mut from: PipeReader, kept: &Mutex<(Vec<u8>, usize)>) {
    let mut part = [0; 4096];
    while let Ok(len @ 1..) = from.read(&mut part) {
        let (kept, left_out) = &mut *kept.lock().unwrap_or_else(PoisonError::into_inner);
        let taken = len.min(MAX_OUTPUT.saturating_sub(kept.len()));
        kept.extend(part.iter().take(taken));
        *left_out += len - taken;
    }
}
