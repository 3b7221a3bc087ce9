//! `preopen-lab` runs attacks on MCP file servers and shows the results.
//!
//! It is a separate program. Nothing of it is linked into preopen, and it only runs preopen as a command. It does
//! things that preopen must not do: it uses path names, starts programs and prints. It works only below one temporary
//! directory, which it removes at the end.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::disallowed_macros,
    reason = "attackers and victims need what the program must not touch"
)]
#![allow(unreachable_pub, reason = "nothing imports a program; `pub` marks what other modules use")]

mod attack;
mod cast;
mod cli;
mod commands;
mod explain;
mod learn;
mod mapping;
mod matrix;
mod oracle;
mod page;
mod picture;
mod process;
mod progress;
mod race;
mod report;
mod server;
mod servers;
mod show;
mod stage;
mod subject;
mod table;
mod trace;
mod trial;
mod verdict;
mod victim;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let Cli { command, report, sample, cast, picture, options } = Cli::parse();
    let is_recorded = cast.is_some() || picture.is_some();
    let done = match command {
        Some(_) if report.is_some() || is_recorded => Err(std::io::Error::other(
            "`--report`, `--cast` and `--picture` cannot be combined with a command",
        )),
        None if is_recorded => cast::record(&options, cast.as_deref(), picture.as_deref()),
        None => commands::everything(&options, report.as_deref(), sample),
        Some(Command::List) => commands::list(&options),
        Some(Command::Run { id, explain, victim }) => commands::run(&options, &id, explain, victim),
        Some(Command::Race { seconds }) => commands::race(&options, seconds),
        Some(Command::Attack { seconds, junit, command }) => {
            commands::attack(&options, seconds, junit.as_deref(), &command)
        }
        Some(Command::Learn(learn)) => commands::learn(&options, &learn),
        Some(Command::KeepOut { of, but, command }) => {
            commands::keep_out(&options, &of, &but, &command)
        }
        Some(Command::ServeVictim { level, root, style, trace, quiet }) => {
            commands::serve_victim(&options, level, root, style, trace, quiet)
        }
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "preopen-lab: {error}");
            ExitCode::from(2)
        }
    }
}
