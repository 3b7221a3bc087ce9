//! `preopen-lab serve-victim`: runs a weak server. `preopen-lab keep-out`: runs a program that cannot reach the flag.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum as _;

use crate::cli::Options;
use crate::stage::{Stage, lab_sandbox_of};
use crate::victim::{self, Level, Style};

/// Runs a weak server.
pub fn serve_victim(
    options: &Options,
    level: Level,
    root: Option<PathBuf>,
    style: Style,
    traced: bool,
    quiet: bool,
) -> io::Result<bool> {
    let Some(grant) = root else { return serve_made(options, level, style, traced) };
    let above = lab_sandbox_of(&grant).ok_or_else(|| {
        io::Error::other(
            "the weak servers serve only directories that the lab created; omit `--root`",
        )
    })?;
    if !quiet {
        let mut errors = io::stderr();
        writeln!(errors, "preopen-lab: DELIBERATELY WEAK: this server {}", level.in_words())?;
        writeln!(errors, "preopen-lab: it serves {}", grant.display())?;
        writeln!(errors, "preopen-lab: the flag is in {}/outside/secret.txt", above.display())?;
    }
    match victim::confine(&above) {
        Err(error) if options.unconfined => {
            writeln!(io::stderr(), "preopen-lab: UNCONFINED: {error}")?;
        }
        Err(error) => {
            return Err(io::Error::other(format!("{error}; `--unconfined` runs it anyway")));
        }
        Ok(()) => {}
    }
    victim::serve(level, style, &grant, traced).map(|()| true)
}

/// Runs a weak server in a new directory. The server is a child process, since a process that is confined to the
/// directory cannot remove it.
fn serve_made(options: &Options, level: Level, style: Style, traced: bool) -> io::Result<bool> {
    let stage = Stage::new()?;
    let sandbox = stage.sandbox();
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["serve-victim", level.name(), "--root"]).arg(sandbox.path("grant"));
    if let Some(style) = style.to_possible_value() {
        command.args(["--style", style.get_name()]);
    }
    command.args(traced.then_some("--trace")).args(options.unconfined.then_some("--unconfined"));
    command.status().map(|status| status.success())
}

/// Replaces this process with a command that cannot reach a directory.
pub fn keep_out(
    options: &Options,
    of: &Path,
    but: &Path,
    command: &[OsString],
) -> io::Result<bool> {
    match victim::keep_out(of, but) {
        Err(error) if !options.unconfined => {
            return Err(io::Error::other(format!("{error}; `--unconfined` runs it anyway")));
        }
        _ => {}
    }
    let (program, args) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    Err(Command::new(program).args(args).exec())
}
