//! The command line, as typed: argv in, [`Cli`] out.
//!
//! Pure. May import: `allowlist` (what a SPEC is), `cap` (for rights), `install` (what clients there are). It does not read the file that
//! `--config` names, and decides nothing.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::allowlist::{Allowlist, GrantSpec};
use crate::cap::Rights;
use crate::install::{Client, Scope};

/// A file server for coding agents that holds only the directories it was handed.
///
/// Started by a client (Claude Code, Cursor, ...), it speaks MCP on standard input and output. SPEC is
/// `[NAME=]DIR[:RIGHTS]`; RIGHTS is ro (read, the default), rw (also create, change, move) or rwd
/// (also delete).
#[derive(Debug, Parser)]
#[command(name = "preopen", version, args_conflicts_with_subcommands = true, max_term_width = 100)]
pub struct Cli {
    /// What else than to serve.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// The grants and how they are served.
    #[command(flatten)]
    pub serve: Serve,
}

/// What the program can do besides serving.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what would be granted, and which wall this machine holds up.
    Doctor {
        /// The grants in question.
        #[command(flatten)]
        serve: Serve,
        /// Also say whether this client's own tools are bound by them.
        #[arg(long, value_name = "CLIENT")]
        client: Option<Client>,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Tell a client to start this server with these grants.
    ///
    /// Shows what is changed in the client's own files, and asks. The file as it was before is kept beside
    /// it.
    Install(Install),
    /// Read an audit trail.
    Audit {
        /// How.
        #[command(subcommand)]
        how: Audit,
    },
    /// Print a reference page, made from the code.
    Explain {
        /// Which one.
        page: Page,
    },
}

/// What is done with an audit trail.
#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Is it as it was written? Names the first record that is not, and says what cannot be seen.
    Verify {
        /// The file.
        file: PathBuf,
    },
    /// Show it, a line a record.
    Tail {
        /// The file.
        file: PathBuf,
        /// Only the last so many records.
        #[arg(long, value_name = "N", default_value = "20")]
        last: usize,
        /// Go on as records come.
        #[arg(long)]
        follow: bool,
        /// Only those of this tool.
        #[arg(long, value_name = "NAME")]
        tool: Option<String>,
        /// Only those with this code.
        #[arg(long, value_name = "CODE")]
        code: Option<String>,
        /// Only those that name a path with this in it.
        #[arg(long, value_name = "TEXT")]
        path: Option<String>,
        /// Only those that were refused.
        #[arg(long)]
        refused: bool,
    },
    /// Make a page of it: what was touched, what was refused, when, by which server, and is it as it was written?
    ///
    /// The page is one file of HTML that loads nothing. If the trail is not as it was written, the page says so at its
    /// top, and the command fails.
    Report {
        /// The file.
        file: PathBuf,
        /// Where to put the page, which must not exist yet; standard output if left out.
        #[arg(long, value_name = "OUT")]
        output: Option<PathBuf>,
    },
    /// Print it in another form.
    Export {
        /// The file.
        file: PathBuf,
        /// Which form.
        #[arg(long)]
        format: Format,
    },
}

/// A form of an audit trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table.
    Csv,
    /// A list of objects.
    Json,
}

/// A reference page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Page {
    /// Every error code and what it means.
    Errors,
    /// Every tool, its arguments and the right that it needs.
    Tools,
    /// Every limit and its default.
    Limits,
    /// Every protected name, and the program that runs or obeys it.
    Protected,
    /// Every client that can be told of the server, its files, and how far it can be bound.
    Clients,
}

/// What a client is told.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "flags")]
pub struct Install {
    /// Which one.
    pub client: Client,
    /// What the server is to be started with.
    #[command(flatten)]
    pub granted: Granted,
    /// What the client is to call the server.
    #[arg(long, default_value = "preopen", value_parser = server_name)]
    pub name: String,
    /// For this user, or for everybody in the project of the current directory.
    #[arg(long, default_value = "user")]
    pub scope: Scope,
    /// Also take the client's own tools for files and commands away.
    #[arg(long)]
    pub exclusive: bool,
    /// Print what the files have to say, and change nothing.
    #[arg(long)]
    pub print: bool,
    /// Take out what an earlier installation put in.
    #[arg(long)]
    pub remove: bool,
    /// Do not ask.
    #[arg(long)]
    pub yes: bool,
}

/// What is granted, and what goes with it wherever the server is started.
#[derive(Clone, Debug, Default, Args)]
pub struct Granted {
    /// Directories to grant, as other file servers take them.
    #[arg(value_name = "SPEC")]
    pub dirs: Vec<GrantSpec>,
    /// Directories to grant: `[NAME=]DIR[:ro|rw|rwd]`. Takes several values, and repeats.
    #[arg(long, value_name = "SPEC", num_args = 1..)]
    pub allow: Vec<GrantSpec>,
    /// What may be done in those whose SPEC does not say it.
    #[arg(long, value_name = "RIGHTS")]
    pub rights: Option<Rights>,
    /// Read grants and limits from this file. No file is read by default.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Record each call in this file, as a line of JSON. It must not lie in a grant.
    #[arg(long, value_name = "FILE")]
    pub audit: Option<PathBuf>,
    /// Permit a grant of the home directory, or of one above it.
    #[arg(long)]
    pub allow_home: bool,
}

impl Granted {
    /// All grants of the command line, in the order of typing within each form.
    pub fn specs(&self) -> Vec<GrantSpec> {
        let typed = self.allow.iter().chain(&self.dirs).cloned();
        typed.map(|spec| GrantSpec { rights: spec.rights.or(self.rights), ..spec }).collect()
    }
}

/// The grants, and how they are served.
#[derive(Clone, Debug, Default, Args)]
pub struct Serve {
    /// What is granted.
    #[command(flatten)]
    pub granted: Granted,
    /// Refuse changes that cannot be recorded in the audit file first.
    #[arg(long)]
    pub audit_required: bool,
    /// Another absolute path by which clients name a grant, as a host or container knows it.
    #[arg(long, value_name = "NAME=PATH", value_parser = alias)]
    pub alias: Vec<(String, String)>,
    /// Offer only these tools.
    #[arg(long, value_name = "NAMES", value_delimiter = ',', num_args = 1..)]
    pub tools: Vec<String>,
    /// What to tell on standard error.
    #[arg(long, value_name = "LEVEL", default_value = "warn")]
    pub log: Level,
    /// The kernel's sandbox: require it, take what there is, or leave it off.
    #[arg(long, value_name = "MODE", default_value = "auto")]
    pub sandbox: Sandbox,
    /// Do not cross mount points.
    #[arg(long)]
    pub one_file_system: bool,
    /// Permit calls to write a file where it lies, which is not atomic. For files that a container mounts singly.
    #[arg(long)]
    pub in_place: bool,
}

/// How much to tell on standard error.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Level {
    /// Only what stops the server.
    Error,
    /// Also what the operator should look at.
    #[default]
    Warn,
    /// Also each refused call.
    Info,
    /// Also each call.
    Debug,
    /// Everything that this program logs; never what a file holds.
    Trace,
}

impl Level {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// What to do about the kernel's sandbox.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Sandbox {
    /// Refuse to start without it.
    Require,
    /// The best that the kernel has.
    #[default]
    Auto,
    /// None.
    Off,
}

impl Serve {
    /// `list` and what was typed: the grants that were typed come after those of the file, the audit
    /// file takes the place of the one that the file names.
    #[must_use]
    pub fn on_top_of(&self, mut list: Allowlist) -> Allowlist {
        list.allow.extend(self.granted.specs());
        list.audit = self.granted.audit.clone().or(list.audit);
        list.in_place |= self.in_place;
        list
    }
}

/// Clients join it with the names of tools, and have little room.
fn server_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if (1..=32).contains(&text.len()) && text.chars().all(is_plain) {
        Ok(text.into())
    } else {
        Err("a name has 1 to 32 characters: letters, digits, `_` and `-`".into())
    }
}

fn alias(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, path)) if !name.is_empty() && path.starts_with('/') => {
            Ok((name.into(), path.into()))
        }
        _ => Err("an alias is NAME=PATH: the name of a grant and an absolute path".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(std::iter::once("preopen").chain(line.split_whitespace()))
    }

    #[test]
    fn rights_are_those_of_a_spec_that_says_none() {
        let rights = |line: &str| -> Vec<String> {
            let specs = parse(line).unwrap().serve.granted.specs();
            specs.iter().map(|spec| spec.rights().to_string()).collect()
        };
        assert_eq!(rights("--rights rw --allow a b:ro c:rwd"), ["rw", "ro", "rwd"]);
        assert_eq!(rights("a b --rights rwd"), ["rwd", "rwd"]);
        assert_eq!(rights("--allow a"), ["ro"]);
    }

    #[test]
    fn the_definition_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn allow_takes_several_values_and_repeats_and_mixes_with_positionals() {
        let paths = |line: &str| -> Vec<String> {
            parse(line)
                .unwrap()
                .serve
                .granted
                .specs()
                .iter()
                .map(|s| s.path.display().to_string())
                .collect()
        };
        assert_eq!(paths("--allow a b:rw --allow c"), ["a", "b", "c"]);
        assert_eq!(paths("a b:rw"), ["a", "b"]);
        assert_eq!(paths("x --allow a"), ["a", "x"]);
        assert_eq!(
            parse("--allow n=a:rwd").unwrap().serve.granted.specs()[0].rights(),
            Rights::RWD
        );
    }

    #[test]
    fn doctor_takes_the_same_grants() {
        let Some(Command::Doctor { serve, json, .. }) =
            parse("doctor --json --allow a:rw").unwrap().command
        else {
            panic!("not the doctor");
        };
        assert!(json && serve.granted.specs().len() == 1);
    }

    #[test]
    fn what_cannot_be_meant_is_refused_in_words() {
        for (line, word) in [
            ("--allow a:wr", "`ro`, `rw` and `rwd`"),
            ("--rights wr --allow a", "`ro`, `rw` and `rwd`"),
            ("--allow ${workspaceFolder}", "did not replace"),
            ("--alias app", "NAME=PATH"),
            ("--sandbox maybe", "require"),
            ("--allow", "SPEC"),
        ] {
            let error = parse(line).unwrap_err().to_string();
            assert!(error.contains(word), "{line}: {error}");
        }
    }
}
