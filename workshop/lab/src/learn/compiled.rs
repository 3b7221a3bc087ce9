//! Programs of participants, compiled where a compiler is there; and told of where it is not.
//!
//! May import: `bench`. Absent on purpose: whatever they are to do.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::bench::Bench;
use super::stop::Stop;
use crate::progress;

/// Lines of the compiler's first error that are shown.
const SHOWN: usize = 6;

/// What `cargo` is asked for, in a directory.
pub(super) struct Cargo<'a> {
    bench: &'a Bench,
    dir: PathBuf,
    number: usize,
}

/// What came of it.
pub(super) struct Built {
    /// Did it compile?
    pub is_done: bool,
    /// What the compiler said.
    pub said: String,
}

impl<'a> Cargo<'a> {
    /// In a directory, for the exercise of that number.
    pub(super) fn in_dir(bench: &'a Bench, dir: &Path, number: usize) -> Self {
        Self { bench, dir: dir.to_owned(), number }
    }

    /// Where what was compiled lies. What two exercises have in common is compiled once.
    pub(super) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.bench.work.join("target"), PathBuf::from)
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When there is no cargo, or it cannot get the libraries.
    pub(super) fn run(&self, args: &[&str]) -> Result<Built, Stop> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(args).current_dir(&self.dir).env("CARGO_TARGET_DIR", self.target());
        command.env_remove("RUSTFLAGS").env("CARGO_TERM_COLOR", "never").stdin(Stdio::null());
        let status = || format!("cargo {}", args.join(" "));
        let output = progress::with_progress(status, || command.output())
            .map_err(|error| self.cannot(&format!("`cargo` does not start ({error})")))?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        let is_fetching =
            ["failed to download", "failed to get", "no matching package", "failed to select"]
                .iter()
                .any(|words| said.contains(words));
        if !output.status.success() && is_fetching && !said.contains("could not compile") {
            let why = said.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            return Err(self.cannot(&format!("cargo cannot get the libraries ({why})")));
        }
        Ok(Built { is_done: output.status.success(), said })
    }

    fn cannot(&self, why: &str) -> Stop {
        Stop::Failed(io::Error::other(format!(
            "{why}; without a compiler, predict what the change does, and `preopen-lab learn show {}` shows it",
            self.number
        )))
    }
}

impl Built {
    /// The first error, in a few lines.
    pub(super) fn first_error(&self) -> String {
        let lines = self.said.lines().skip_while(|line| !line.starts_with("error"));
        lines.take(SHOWN).map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}
