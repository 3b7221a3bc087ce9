//! [`About`]: what is known of a client: where its files are, and what each of them must contain.
//!
//! Data only. Each client has one in its own file; `client` uses them.
//!
//! May import: nothing of this crate.

use clap::ValueEnum;

use crate::install::written::Dialect;
use serde_json::Value;

/// For whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// All projects of this user.
    #[default]
    User,
    /// The project in the current directory, for everybody who works on it.
    Project,
}

/// What the client is to start.
#[derive(Clone, Debug)]
pub struct Server {
    /// What the client calls it.
    pub name: String,
    /// The program.
    pub command: String,
    /// Its arguments.
    pub args: Vec<String>,
}

/// Where a path begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Base {
    /// The user's home directory.
    Home,
    /// Where applications of this user keep what they are told.
    Settings,
    /// Where Codex keeps its files.
    Codex,
    /// The current directory.
    Project,
}

/// How far a client's own tools for files and commands can be taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusive {
    /// All of them.
    Whole,
    /// Some; the sentence says what stays.
    Partly(&'static str),
    /// None; the sentence says why.
    Not(&'static str),
}

/// A file of a client, and what it shall say.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it is.
    pub base: Base,
    /// Its path from there.
    pub path: &'static str,
    pub(super) form: Form,
    pub(super) sayings: Vec<Saying>,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Json(Dialect),
    Toml,
}

#[derive(Clone, Debug)]
pub(super) enum Saying {
    /// The value at the end of these keys.
    Value(Vec<String>, Value),
    /// Strings at the end of the list at the end of these keys.
    Items(Vec<String>, Vec<String>),
}

/// What is known of a client.
pub(super) struct About {
    pub(super) shown: &'static str,
    /// The file that names servers, and the keys above the name; none where there is no such scope.
    pub(super) servers: fn(Scope) -> Option<Servers>,
    /// What else its own files say of a server besides program and arguments.
    pub(super) more: &'static [(&'static str, &'static str)],
    /// What they say is true where the server is all that it has.
    pub(super) alone: &'static [&'static str],
    pub(super) exclusive: Exclusive,
    /// How it is started without them for once, and no file is changed.
    pub(super) once: Option<&'static str>,
    /// The files that take its own tools away.
    pub(super) taken: fn(Scope, &Server) -> Vec<File>,
    /// How it writes a path that begins at the project, if it has a word for that.
    pub(super) project: Option<&'static str>,
}

pub(super) struct Servers {
    pub(super) base: Base,
    pub(super) path: &'static str,
    pub(super) form: Form,
    pub(super) key: &'static str,
}
