//! Which servers there are: the weak ones, and ours.
//!
//! May import: `server`, `victim`. Absent on purpose: any path to ours that is built in.

use std::io;
use std::path::{Path, PathBuf};

use crate::server::Launch;
use crate::victim::Level;

/// What ours is called in tables.
pub const OURS: &str = "preopen";

/// A weak server: this program, asked to be one.
///
/// # Errors
/// When the system does not say where this program is.
pub fn weak(level: Level, traced: bool, unconfined: bool) -> io::Result<Launch> {
    let mut args: Vec<String> =
        ["serve-victim", level.name(), "--quiet", "--root", "{}"].map(str::to_owned).into();
    args.extend(traced.then(|| "--trace".to_owned()));
    args.extend(unconfined.then(|| "--unconfined".to_owned()));
    Ok(Launch { name: level.name().into(), program: std::env::current_exe()?, args })
}

/// Ours, with all rights: what it does not do then, it does for nobody.
///
/// # Errors
/// When it is not where it is looked for.
pub fn ours(said: Option<&Path>) -> io::Result<Launch> {
    let program = match said {
        Some(path) => path.canonicalize().ok(),
        None => beside()?.or_else(in_path),
    };
    let program = program.filter(|path| path.is_file()).ok_or_else(|| {
        io::Error::other(
            "there is no `preopen` beside this program, nor in PATH; \
             build it with `cargo build --release`, or say `--preopen PATH`",
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
