//! `preopen-lab serve-victim`: to be a weak server.

use std::io::{self, Write as _};
use std::path::PathBuf;

use crate::cli::How;
use crate::stage::{Stage, made_by_the_lab};
use crate::victim::{self, Level, Style};

/// Is a weak server.
pub fn serve_victim(
    how: &How,
    level: Level,
    root: Option<PathBuf>,
    style: Style,
    traced: bool,
    quiet: bool,
) -> io::Result<bool> {
    // Kept until the client goes.
    let (stage, sandbox);
    let (grant, made) = match root {
        Some(root) => (root, None),
        None => {
            stage = Stage::new()?;
            sandbox = stage.sandbox();
            (sandbox.path("grant"), Some(stage.flag().to_owned()))
        }
    };
    let above = made_by_the_lab(&grant).ok_or_else(|| {
        io::Error::other("the weak servers serve only what the lab made; leave `--root` out")
    })?;
    if !quiet {
        let mut errors = io::stderr();
        writeln!(errors, "preopen-lab: DELIBERATELY WEAK: this server {}", level.in_words())?;
        writeln!(errors, "preopen-lab: it serves {}", grant.display())?;
        if made.is_some() {
            writeln!(
                errors,
                "preopen-lab: the flag lies in {}/outside/secret.txt",
                above.display()
            )?;
        }
    }
    match victim::confine(&above) {
        Err(error) if how.unconfined => {
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
