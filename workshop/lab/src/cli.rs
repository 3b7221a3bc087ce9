//! The command line, as typed.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::victim::{Level, Style};

/// Attacks on MCP file servers, run live against four weak servers, preopen, and your own server.
///
/// Without a command, the lab runs every attack against the weak servers and preopen, then a race. It exits with 0
/// if preopen held, and with 1 if not. Everything happens in a temporary directory that is removed at the end.
#[derive(Debug, Parser)]
#[command(name = "preopen-lab", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Also write an HTML report to a new file. The races then run for their full time.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Mark the report as the sample that is shipped with the lab.
    #[arg(long, hide = true, requires = "report")]
    pub sample: bool,
    /// Run a short session instead, and record it in a new file that asciinema can play.
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    pub cast: Option<PathBuf>,
    /// Record the same session as an SVG picture of the terminal.
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    pub picture: Option<PathBuf>,
    /// Options of every command.
    #[command(flatten)]
    pub options: Options,
}

/// Options that every command takes.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The `preopen` program to attack. Default: the one next to this program, then the one in PATH.
    #[arg(long, value_name = "FILE", global = true)]
    pub preopen: Option<PathBuf>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// How many milliseconds to wait for an answer. A server that is slow to answer ordinary calls gets more.
    #[arg(long, value_name = "MS", global = true, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub patience: Option<u64>,
    /// Run the weak servers even if the kernel cannot confine them.
    #[arg(long, global = true)]
    pub unconfined: bool,
}

/// The commands of the lab.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the attacks and races.
    List,
    /// Run one attack or race against all servers.
    Run {
        /// The name of the attack or race, from `list`.
        id: String,
        /// Show the request, the answers and the system calls of a weak server and preopen, side by side.
        #[arg(long)]
        explain: bool,
        /// The weak server to show. Default: the strongest one that loses.
        #[arg(long, value_name = "LEVEL")]
        victim: Option<Level>,
    },
    /// Run every race against the servers that check resolved paths, and against preopen.
    Race {
        /// How long each race runs, in seconds.
        #[arg(long, value_name = "N", default_value = "3", value_parser = seconds)]
        seconds: f64,
    },
    /// Run every attack against your own server. Exits with 1 if an attack succeeds.
    ///
    /// CMD starts the server on standard input and output. `{}` in CMD stands for the granted directory, which the lab
    /// creates; without `{}` the directory becomes the last argument. The server runs with your rights, so attack only
    /// your own server.
    Attack {
        /// How long each race runs, in seconds; 0 skips the races.
        #[arg(long, value_name = "N", default_value = "3", value_parser = seconds)]
        seconds: f64,
        /// Also write a report for CI in the `JUnit` format.
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
        /// The command that starts the server.
        #[arg(required = true, last = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Work through twelve exercises. Without a number, shows the next one.
    ///
    /// Each exercise asks for a prediction first, then for an answer in a file that you edit. Your files are never
    /// overwritten.
    Learn(LearnArgs),
    /// Run a command that can reach everything except one directory. The lab runs a participant's program this way.
    #[command(hide = true)]
    KeepOut {
        /// The directory to deny.
        of: PathBuf,
        /// A directory inside it that stays reachable.
        #[arg(long, value_name = "DIR")]
        but: PathBuf,
        /// The command to run.
        #[arg(required = true, last = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Run a weak server on standard input and output. It serves only a directory that the lab created.
    ServeVictim {
        /// Which weak server.
        level: Level,
        /// A directory that the lab created. Default: a new one.
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// Which server's tool and argument names to use.
        #[arg(long, value_name = "STYLE", default_value = "lab")]
        style: Style,
        /// Add to each answer when the server checked the path and when it opened it.
        #[arg(long)]
        trace: bool,
        /// Do not print the warning.
        #[arg(long, hide = true)]
        quiet: bool,
    },
}

/// Options of `learn`.
#[derive(Clone, Debug, Args)]
#[command(subcommand_precedence_over_arg = true, args_conflicts_with_subcommands = false)]
pub struct LearnArgs {
    /// The exercise to show. Default: the next one.
    pub number: Option<usize>,
    /// What to do instead of showing the exercise.
    #[command(subcommand)]
    pub command: Option<LearnCommand>,
    /// The directory of your answers. Default: the work directory that you are in, or `preopen-lab-work`.
    #[arg(long, value_name = "DIR", global = true)]
    pub work: Option<PathBuf>,
    /// Skip the exercises before it.
    #[arg(long, global = true)]
    pub skip_ahead: bool,
}

/// The subcommands of `learn`.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum LearnCommand {
    /// Check an answer. Exits with 1 if the exercise is not solved yet.
    Check {
        /// The exercise. Default: the next one.
        number: Option<usize>,
    },
    /// Show the next of three hints. Each hint reveals more.
    Hint {
        /// The exercise. Default: the next one.
        number: Option<usize>,
    },
    /// Show the solution of an exercise that needs a compiler, as a diff.
    Show {
        /// The exercise. Default: the next one.
        number: Option<usize>,
    },
    /// List the exercises and your progress.
    List,
}

/// Parses a number of seconds, at most one day.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("must be a number of seconds from 0 to 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn clap_definition_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
