//! Compiles the programs of participants, and explains what to do without a compiler.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::bench::Bench;
use super::stop::Stop;
use crate::progress;

/// The number of lines to show of the compiler's first error.
const SHOWN: usize = 6;

/// Runs `cargo` in a directory.
pub(super) struct Cargo<'a> {
    bench: &'a Bench,
    dir: PathBuf,
    number: usize,
}

/// The result of a run.
pub(super) struct Built {
    /// Whether cargo succeeded.
    pub is_done: bool,
    /// The output of cargo.
    pub output: String,
}

impl<'a> Cargo<'a> {
    /// Prepares to run cargo in a directory, for the exercise of that number.
    pub(super) fn in_dir(bench: &'a Bench, dir: &Path, number: usize) -> Self {
        Self { bench, dir: dir.to_owned(), number }
    }

    /// Returns the target directory. Exercises share it, so that common dependencies are compiled once.
    pub(super) fn target(&self) -> PathBuf {
        std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| self.bench.work.join("target"), PathBuf::from)
    }

    /// Runs cargo and waits for it.
    ///
    /// # Errors
    /// If there is no cargo, or it cannot get the dependencies.
    pub(super) fn run(&self, args: &[&str]) -> Result<Built, Stop> {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(args).current_dir(&self.dir).env("CARGO_TARGET_DIR", self.target());
        command.env_remove("RUSTFLAGS").env("CARGO_TERM_COLOR", "never").stdin(Stdio::null());
        let status = || format!("cargo {}", args.join(" "));
        let output = progress::with_progress(status, || command.output())
            .map_err(|error| self.cannot(&format!("`cargo` does not start ({error})")))?;
        let log = String::from_utf8_lossy(&output.stderr).into_owned()
            + &String::from_utf8_lossy(&output.stdout);
        let is_fetching =
            ["failed to download", "failed to get", "no matching package", "failed to select"]
                .iter()
                .any(|words| log.contains(words));
        if !output.status.success() && is_fetching && !log.contains("could not compile") {
            let why = log.lines().find(|line| line.starts_with("error")).unwrap_or_default();
            return Err(self.cannot(&format!("cargo cannot get the dependencies ({why})")));
        }
        Ok(Built { is_done: output.status.success(), output: log })
    }

    fn cannot(&self, why: &str) -> Stop {
        Stop::Failed(io::Error::other(format!(
            "{why}; without a compiler, predict the change, then see it with `preopen-lab learn show {}`",
            self.number
        )))
    }
}

impl Built {
    /// Returns the first lines of the first error.
    pub(super) fn first_error(&self) -> String {
        let lines = self.output.lines().skip_while(|line| !line.starts_with("error"));
        lines.take(SHOWN).map(str::trim_end).collect::<Vec<_>>().join("\n")
    }
}
