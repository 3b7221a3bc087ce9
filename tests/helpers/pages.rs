//! Writes what shells complete and the pages for `man` into the directory that is named, from the definition of the
//! command line. Packages take them from there.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::expect_used,
    reason = "it runs while packages are built, and serves nobody"
)]

use std::path::PathBuf;

use clap::CommandFactory as _;
use clap_complete::Shell;
use preopen::cli::Cli;

fn main() -> std::io::Result<()> {
    let out = PathBuf::from(std::env::args_os().nth(1).expect("the directory to write into"));
    std::fs::create_dir_all(&out)?;
    // A page each for what `help` is asked about would say everything twice.
    let command = Cli::command().disable_help_subcommand(true);
    let mut command = command.mut_subcommand("audit", |audit| audit.disable_help_subcommand(true));
    for shell in [Shell::Bash, Shell::Elvish, Shell::Fish, Shell::PowerShell, Shell::Zsh] {
        clap_complete::generate_to(shell, &mut command, "preopen", &out)?;
    }
    clap_mangen::generate_to(command, &out)
}
