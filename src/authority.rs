//! The only module with ambient authority: whatever this process may do because of who runs it.
//!
//! Everything that is named on the command line is opened here, once, before the first client byte
//! is read: the config file, the granted directories, the audit file, the streams of the protocol,
//! the clock. What comes out are handles, and the texts of ignore files above the granted
//! directories. Each function takes the [`AmbientAuthority`] token as its last argument; [`mint`]
//! makes it, and only `main` calls that.
//!
//! ```text
//! authority.rs            the token, the config file, the streams, the clocks
//! authority/preopens.rs   the granted directories
//! authority/forbidden.rs  what is never granted
//! authority/audit_file.rs where the audit trail goes
//! authority/process.rs    what the process gives up of itself
//! authority/root.rs       how it leaves the host's tree
//! authority/own_files.rs  the config file and the program, where they lie in a grant
//! authority/client_files.rs  what `preopen install` changes
//! authority/client_places.rs where that lies
//! authority/plain_file.rs    one regular file, read or replaced
//! authority/kept_texts.rs    what those files said before
//! authority/programs.rs      programs and paths for the configuration of clients
//! authority/ignore_files.rs  what ignore files above a granted directory say
//! authority/user_git.rs   the user's configuration of git
//! authority/host.rs       a directory of the host and what lies above it
//! ```
//!
//! Whether one directory lies in another is asked of the directories: by going up from a handle and
//! comparing device and inode, never by comparing paths.
//!
//! May import: `allowlist`, `cap`, `doctor` (for the rows it shows), `install` (where clients keep their
//! files), `git`, `limits`, `path`, `sandbox` (for what it shows), `system`. Nothing here runs after the
//! start.

mod audit_file;
mod client_files;
mod client_places;
mod environment;
mod forbidden;
mod host;
mod ignore_files;
mod kept_texts;
mod own_files;
mod permit;
mod plain_file;
mod preopens;
mod process;
mod programs;
mod refusal;
mod root;
mod user_git;

use crate::authority::refusal::plain;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

pub use audit_file::{AuditFile, check_audit, open_audit, read_audit, write_new};
pub use cap_std::AmbientAuthority;
pub use client_files::ClientFile;
pub use client_places::client_path;
pub use environment::whole;
pub use permit::Permit;
pub use preopens::{Preopened, open_grants, warn_of_path};
pub use process::{Inherited, give_up, inherited, leave_terminal};
pub use programs::{Ran, find_program, in_full, program, run};
pub use refusal::Refusal;
pub use root::leave_host_tree;

use crate::limits::Clock;

/// Makes the token. Called once, by `main`.
#[expect(clippy::disallowed_methods, reason = "the single mint")]
pub fn mint() -> AmbientAuthority {
    cap_std::ambient_authority()
}

/// The text of the file that `--config` names, and the directory it lies in.
///
/// # Ambient Authority
/// Reads any file of the host.
///
/// # Errors
/// A [`Refusal`] when it cannot be read.
#[expect(clippy::disallowed_methods, reason = "a file that the operator named, before the start")]
pub fn read_config(path: &Path, _: AmbientAuthority) -> Result<(String, PathBuf), Refusal> {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let directory = absolute.parent().unwrap_or(Path::new("/")).to_owned();
    let text = std::fs::read_to_string(&absolute).map_err(|error| Refusal {
        sentence: format!("the config file `{}` cannot be read: {}", path.display(), plain(&error)),
        hint: "name an existing file, or leave `--config` out and use `--allow DIR`".into(),
    })?;
    Ok((text, directory))
}

/// Standard input and output, for the protocol only: everything else that prints, prints to standard error.
///
/// # Ambient Authority
/// Takes over the standard streams.
///
/// # Errors
/// When a stream is closed.
pub fn protocol_streams(_: AmbientAuthority) -> io::Result<(OwnedFd, OwnedFd)> {
    let input = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)?;
    let output = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdout(), 3)?;
    rustix::stdio::dup2_stdout(rustix::stdio::stderr())?;
    Ok((input, output))
}

/// Is the process's other authority gone? Tries to use it: to look at the root of the host, by a path
/// and without a handle.
///
/// # Ambient Authority
/// Whatever is left of it.
#[expect(clippy::disallowed_methods, reason = "the attempt has to fail")]
pub fn is_gone(_: AmbientAuthority) -> bool {
    std::fs::metadata("/").is_err() && std::fs::read_dir("/").is_err()
}

/// The time by which deadlines are kept.
///
/// # Ambient Authority
/// Reads the clock.
pub fn clock(_: AmbientAuthority) -> Clock {
    Clock::new(Instant::now).with_wall(SystemTime::now)
}

/// The time of day, for the audit trail.
///
/// # Ambient Authority
/// Reads the clock.
pub fn wall_clock(_: AmbientAuthority) -> fn() -> SystemTime {
    SystemTime::now
}
