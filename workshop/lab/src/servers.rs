//! How to start the lab's weak servers and preopen. No path to preopen is built in.

use std::io;
use std::path::{Path, PathBuf};

use crate::server::Launch;
use crate::victim::Level;

/// The name of preopen in tables.
pub const OURS: &str = "preopen";

/// Returns how to start a weak server: it is this program with other arguments.
///
/// # Errors
/// If the system does not report the path of this program.
pub fn weak(level: Level, traced: bool, unconfined: bool) -> io::Result<Launch> {
    let mut args: Vec<String> =
        ["serve-victim", level.name(), "--quiet", "--root", "{}"].map(str::to_owned).into();
    args.extend(traced.then(|| "--trace".to_owned()));
    args.extend(unconfined.then(|| "--unconfined".to_owned()));
    Ok(Launch { name: level.name().into(), program: std::env::current_exe()?, args })
}

/// Returns how to start preopen, with all rights on the granted directory.
///
/// # Errors
/// If the program is not found.
pub fn ours(program: Option<&Path>) -> io::Result<Launch> {
    let program = match program {
        Some(path) => path.canonicalize().ok(),
        None => beside()?.or_else(in_path),
    };
    let program = program.filter(|path| path.is_file()).ok_or_else(|| {
        io::Error::other(
            "there is no `preopen` next to this program or in PATH; \
             build it with `cargo build --release`, or give `--preopen PATH`",
        )
    })?;
    let args = ["--allow", "{}:rwd"].map(str::to_owned).into();
    Ok(Launch { name: OURS.into(), program, args })
}

fn beside() -> io::Result<Option<PathBuf>> {
    let own = std::env::current_exe()?;
    let beside = own.parent().map(|directory| directory.join("preopen"));
    Ok(beside.filter(|path| path.is_file()))
}

fn in_path() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|at| at.join("preopen")).find(|path| path.is_file())
}
