//! `preopen-lab serve-victim`: to be a weak server. And `keep-out`: to be somebody else's program, without the flag.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::ValueEnum as _;

use crate::cli::Options;
use crate::stage::{Stage, lab_sandbox_of};
use crate::victim::{self, Level, Style};

/// Is a weak server.
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
        io::Error::other("the weak servers serve only what the lab made; leave `--root` out")
    })?;
    if !quiet {
        let mut errors = io::stderr();
        writeln!(errors, "preopen-lab: DELIBERATELY WEAK: this server {}", level.in_words())?;
        writeln!(errors, "preopen-lab: it serves {}", grant.display())?;
        writeln!(errors, "preopen-lab: the flag lies in {}/outside/secret.txt", above.display())?;
    }
    match victim::confine(&above) {
        Err(error) if options.unconfined => {
            writeln!(io::stderr(), "preopen-lab: UNCONFINED: {error}")?;
        }
        Err(error) => {
            return Err(io::Error::other(format!(
                "{error}; `--unconfined` lets it run all the same"
            )));
        }
        Ok(()) => {}
    }
    victim::serve(level, style, &grant, traced).map(|()| true)
}

/// The same in a directory made for it. Who makes it has to remove it, which whoever is confined to it could not.
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

/// Becomes a command, from which a directory is kept.
pub fn keep_out(
    options: &Options,
    of: &Path,
    but: &Path,
    command: &[OsString],
) -> io::Result<bool> {
    match victim::keep_out(of, but) {
        Err(error) if !options.unconfined => {
            return Err(io::Error::other(format!("{error}; `--unconfined` runs it all the same")));
        }
        _ => {}
    }
    let (program, args) = command.split_first().ok_or(io::ErrorKind::InvalidInput)?;
    Err(Command::new(program).args(args).exec())
}
