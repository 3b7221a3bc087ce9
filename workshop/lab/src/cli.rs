//! The command line, as typed.
//!
//! Pure. May import: `victim` (which there are).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::victim::{Level, Style};

/// Attacks on file servers of MCP, seen at work: on four weak servers, on preopen, and on yours.
///
/// Without a command: every attack against all of them, and then a race. Exits with 0 if preopen held, with 1
/// if it did not. All of it happens in a temporary directory, which is removed.
#[derive(Debug, Parser)]
#[command(name = "preopen-lab", version, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Also write a page of HTML of the whole run, to a new file. The races then go on to the end of their time.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Say in it that it is the one that is shipped.
    #[arg(long, hide = true, requires = "report")]
    pub sample: bool,
    /// Run a short session instead, and record it in a new file, to be played by asciinema.
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    pub cast: Option<PathBuf>,
    /// The same, as a picture of the terminal, in SVG. Both come from one session.
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    pub picture: Option<PathBuf>,
    /// How.
    #[command(flatten)]
    pub options: Options,
}

/// What goes with every command.
#[derive(Clone, Debug, Args)]
pub struct Options {
    /// The program to be shown beside the weak servers; else the one beside this program, or in PATH.
    #[arg(long, value_name = "FILE", global = true)]
    pub preopen: Option<PathBuf>,
    /// Print JSON.
    #[arg(long, global = true)]
    pub json: bool,
    /// Wait so many milliseconds for an answer before it counts as none. A server that is slow otherwise gets more.
    #[arg(long, value_name = "MS", global = true, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub patience: Option<u64>,
    /// Let the weak servers run where the kernel cannot confine them.
    #[arg(long, global = true)]
    pub unconfined: bool,
}

/// What the lab can do besides showing everything.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// List the attacks and races.
    List,
    /// Run one attack or race against all servers.
    Run {
        /// Its name, from `list`.
        id: String,
        /// Show the request, the answers and the system calls of a weak server and of preopen side by side.
        #[arg(long)]
        explain: bool,
        /// The weak server to be shown; else the strongest that loses.
        #[arg(long, value_name = "LEVEL")]
        victim: Option<Level>,
    },
    /// Race the servers that check what they have resolved, and preopen.
    Race {
        /// For how long, each.
        #[arg(long, value_name = "N", default_value = "3", value_parser = seconds)]
        seconds: f64,
    },
    /// Run every attack against your own server. Exits with 1 if one reached what it was there for.
    ///
    /// CMD starts the server on standard input and output. `{}` in it stands for the directory to grant, which
    /// the lab makes; without one it is added at the end. The server runs with your rights: attack your own.
    Attack {
        /// Race it for so many seconds in each way; 0 leaves the races out.
        #[arg(long, value_name = "N", default_value = "3", value_parser = seconds)]
        seconds: f64,
        /// Also write a report for a CI.
        #[arg(long, value_name = "FILE")]
        junit: Option<PathBuf>,
        /// How the server is started.
        #[arg(required = true, last = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Learn it: twelve exercises. Without a number, the next one.
    ///
    /// Each asks what you expect, and then what you do about it, in a file that you edit. Nothing that you wrote is ever
    /// written over.
    Learn(LearnArgs),
    /// Run a command that reaches everything but one directory. What a participant writes is run so.
    #[command(hide = true)]
    KeepOut {
        /// The directory.
        of: PathBuf,
        /// What lies in it and is reached all the same.
        #[arg(long, value_name = "DIR")]
        but: PathBuf,
        /// The command.
        #[arg(required = true, last = true, value_name = "CMD")]
        command: Vec<OsString>,
    },
    /// Be a weak server, on standard input and output. It serves nothing but what the lab made.
    ServeVictim {
        /// How weak.
        level: Level,
        /// A directory that the lab made; else one is made.
        #[arg(long, value_name = "DIR")]
        root: Option<PathBuf>,
        /// Whose names of tools and arguments.
        #[arg(long, value_name = "STYLE", default_value = "lab")]
        style: Style,
        /// Put into each answer when it checked and when it opened.
        #[arg(long)]
        trace: bool,
        /// Do not warn.
        #[arg(long, hide = true)]
        quiet: bool,
    },
}

/// What goes with the exercises.
#[derive(Clone, Debug, Args)]
#[command(subcommand_precedence_over_arg = true, args_conflicts_with_subcommands = false)]
pub struct LearnArgs {
    /// The exercise to be shown; else the next one.
    pub number: Option<usize>,
    /// What else than to show one.
    #[command(subcommand)]
    pub command: Option<LearnCommand>,
    /// Where the answers are; else in `preopen-lab-work`, or where one stands if that is in it.
    #[arg(long, value_name = "DIR", global = true)]
    pub work: Option<PathBuf>,
    /// Leave out what comes before it.
    #[arg(long, global = true)]
    pub skip_ahead: bool,
}

/// What is done with an exercise.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum LearnCommand {
    /// Is it solved? Exits with 1 if not yet.
    Check {
        /// Which; else the next one.
        number: Option<usize>,
    },
    /// Give a hint. There are three, each of which says more.
    Hint {
        /// For which; else for the next one.
        number: Option<usize>,
    },
    /// Show the solution of an exercise that takes a compiler, as a diff.
    Show {
        /// Of which; else of the next one.
        number: Option<usize>,
    },
    /// List them, and how far you have come.
    List,
}

/// A time that fits into a lifetime.
fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if (0.0..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds, from 0 to 86400".into()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_definition_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
