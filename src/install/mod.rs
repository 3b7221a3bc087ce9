//! `preopen install`: what each client's own files must contain for it to start this server.
//!
//! Pure: the text of a file goes in, the new text comes out. One file a client; the forms
//! of the files, `json` and `toml`, are changed so that every byte that is not ours stays.
//!
//! May import: nothing of this crate. It does not open files or ask the user: `installing`
//! does, with handles from `authority`.

mod claude_code;
mod claude_desktop;
mod codex;
mod cursor;
mod gemini;
mod json;
mod toml;
mod vscode;
mod written;
mod zed;

use std::fmt;

use clap::ValueEnum;
use serde_json::{Map, Value};
use written::Dialect;

/// A client that can be told of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Client {
    /// Anthropic's command line.
    ClaudeCode,
    /// Anthropic's desktop application.
    ClaudeDesktop,
    /// Cursor, the editor and its command line.
    Cursor,
    /// Visual Studio Code with Copilot.
    #[value(name = "vscode")]
    VsCode,
    /// The command line of `OpenAI`.
    Codex,
    /// Google's command line.
    Gemini,
    /// The editor Zed.
    Zed,
}

/// For whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// Everything that this user does.
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

/// A file of a client, and what it shall say.
#[derive(Clone, Debug)]
pub struct File {
    /// Where it is.
    pub base: Base,
    /// Its path from there.
    pub path: &'static str,
    form: Form,
    sayings: Vec<Saying>,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Json(Dialect),
    Toml,
}

#[derive(Clone, Debug)]
enum Saying {
    /// The value at the end of these keys.
    Value(Vec<String>, Value),
    /// Strings at the end of the list at the end of these keys.
    Items(Vec<String>, Vec<String>),
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

/// What is known of a client.
struct About {
    shown: &'static str,
    /// The file that names servers, and the keys above the name; none where there is no such scope.
    servers: fn(Scope) -> Option<Servers>,
    /// What else its own files say of a server besides program and arguments.
    more: &'static [(&'static str, &'static str)],
    /// What they say is true where the server is all that it has.
    alone: &'static [&'static str],
    exclusive: Exclusive,
    /// How it is started without them for once, and no file is changed.
    once: Option<&'static str>,
    /// The files that take its own tools away.
    taken: fn(Scope, &Server) -> Vec<File>,
    /// How it writes a path that begins at the project, if it has a word for that.
    project: Option<&'static str>,
}

struct Servers {
    base: Base,
    path: &'static str,
    form: Form,
    key: &'static str,
}

/// Why a file is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(String);

impl Unreadable {
    fn not_a(what: &str, path: &[&str]) -> Self {
        Self(format!("`{}` is not {what}", path.join(".")))
    }

    /// The change came to something else than it should.
    fn unexpected() -> Self {
        Self("it is written in a way that cannot be changed safely".into())
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

impl Client {
    fn about(self) -> &'static About {
        match self {
            Self::ClaudeCode => &claude_code::ABOUT,
            Self::ClaudeDesktop => &claude_desktop::ABOUT,
            Self::Cursor => &cursor::ABOUT,
            Self::VsCode => &vscode::ABOUT,
            Self::Codex => &codex::ABOUT,
            Self::Gemini => &gemini::ABOUT,
            Self::Zed => &zed::ABOUT,
        }
    }

    /// What people call it.
    pub fn shown(self) -> &'static str {
        self.about().shown
    }

    /// How far its own tools can be taken away.
    pub fn exclusive(self) -> Exclusive {
        self.about().exclusive
    }

    /// How it is started without its own tools for once, with no file changed; for a server named `preopen`.
    pub fn once(self) -> Option<&'static str> {
        self.about().once
    }

    /// A path that begins in the project, as the client's own files have to say it: `.` and all below it.
    ///
    /// ```
    /// use preopen::install::{Client, Scope};
    ///
    /// assert_eq!(Client::Cursor.in_project("src:rw"), "${workspaceFolder}/src:rw");
    /// assert_eq!(Client::ClaudeCode.in_project("src:rw"), "src:rw", "it starts servers in the project");
    /// ```
    pub fn in_project(self, path: &str) -> String {
        match self.about().project {
            Some(word) => match path.strip_prefix('.').unwrap_or(path) {
                rest if rest.is_empty() || rest.starts_with(['/', ':']) => format!("{word}{rest}"),
                _ => format!("{word}/{path}"),
            },
            None => path.to_owned(),
        }
    }

    /// The files that have to say something for the server to be started, and with `exclusive` for nothing
    /// else to touch files; nothing where the client has no such scope.
    pub fn files(self, server: &Server, scope: Scope, exclusive: bool) -> Option<Vec<File>> {
        let about = self.about();
        let servers = (about.servers)(scope)?;
        let mut entry = Map::new();
        entry.insert("command".into(), server.command.as_str().into());
        entry.insert("args".into(), server.args.clone().into());
        entry.extend(about.more.iter().map(|(key, value)| ((*key).into(), (*value).into())));
        if exclusive {
            entry.extend(about.alone.iter().map(|key| ((*key).into(), true.into())));
        }
        let keys = vec![servers.key.to_owned(), server.name.clone()];
        let mut files = vec![File {
            base: servers.base,
            path: servers.path,
            form: servers.form,
            sayings: vec![Saying::Value(keys, entry.into())],
        }];
        for file in if exclusive { self.taken(server, scope) } else { vec![] } {
            match files.iter_mut().find(|f| (f.base, f.path) == (file.base, file.path)) {
                Some(same) => same.sayings.extend(file.sayings),
                None => files.push(file),
            }
        }
        Some(files)
    }

    /// The files that take the client's own tools away, as far as that can be.
    pub fn taken(self, server: &Server, scope: Scope) -> Vec<File> {
        (self.about().taken)(scope, server)
    }
}

impl File {
    /// Where it is, as people say it.
    pub fn place(&self) -> String {
        let base = match self.base {
            Base::Home => "~/",
            Base::Settings => "~/.config/",
            Base::Codex => "~/.codex/",
            Base::Project => "",
        };
        format!("{base}{}", self.path)
    }

    /// The text that the file shall have; it may have none yet.
    ///
    /// # Errors
    /// [`Unreadable`] for a file that is not what the client reads, or says something else in that place.
    pub fn said(&self, text: Option<&str>) -> Result<String, Unreadable> {
        let text = text.unwrap_or_default().to_owned();
        self.sayings.iter().try_fold(text, |text, saying| self.put_in(&text, saying))
    }

    /// The text without what was put in. What it said already before that, when it was `before`, stays.
    ///
    /// # Errors
    /// As [`Self::said`].
    pub fn unsaid(&self, text: &str, before: Option<&str>) -> Result<String, Unreadable> {
        let is_theirs = |saying: &&Saying| {
            before.is_some_and(|text| self.put_in(text, saying).is_ok_and(|same| same == text))
        };
        let mut ours = self.sayings.iter().rev().filter(|saying| !is_theirs(saying));
        ours.try_fold(text.to_owned(), |text, saying| self.take_out(&text, saying))
    }

    /// Is the first of what is to be said there, whatever it says exactly?
    pub fn is_told(&self, text: &str) -> bool {
        let first = self.sayings.first();
        first.is_some_and(|saying| self.take_out(text, saying).is_ok_and(|without| without != text))
    }

    fn put_in(&self, text: &str, saying: &Saying) -> Result<String, Unreadable> {
        match (saying, self.form) {
            (Saying::Value(path, value), Form::Json(dialect)) => {
                json::set(text, &keys(path), value, dialect)
            }
            (Saying::Items(path, items), Form::Json(dialect)) => {
                json::append(text, &keys(path), &keys(items), dialect)
            }
            (Saying::Value(path, value), Form::Toml) => toml::set(text, &keys(path), value),
            (Saying::Items(..), Form::Toml) => Err(Unreadable::unexpected()),
        }
    }

    fn take_out(&self, text: &str, saying: &Saying) -> Result<String, Unreadable> {
        match (saying, self.form) {
            (Saying::Value(path, _), Form::Json(dialect)) => {
                json::remove(text, &keys(path), dialect)
            }
            (Saying::Items(path, items), Form::Json(dialect)) => {
                json::take(text, &keys(path), &keys(items), dialect)
            }
            (Saying::Value(path, _), Form::Toml) => toml::remove(text, &keys(path)),
            (Saying::Items(..), Form::Toml) => Err(Unreadable::unexpected()),
        }
    }

    /// The client's own program for this change, and what to run it with, one after the other; nothing where
    /// it has none.
    pub fn own_program(
        &self,
        text: Option<&str>,
        is_removal: bool,
    ) -> Option<(&'static str, Vec<Vec<String>>)> {
        let Some(Saying::Value(keys, entry)) = self.sayings.first() else { return None };
        let is_named = text.is_some_and(|text| self.is_told(text));
        let entry = (!is_removal).then(|| entry.to_string());
        let is_its_own = (self.base, self.path) == (Base::Home, claude_code::FILE);
        let name = keys.last().filter(|_| is_its_own)?;
        Some(claude_code::own_program(name, is_named, entry))
    }

    /// Does the text say nothing at all?
    pub fn is_empty(&self, text: &str) -> bool {
        match self.form {
            Form::Json(dialect) => json::is_empty(text, dialect),
            Form::Toml => toml::is_empty(text),
        }
    }

    /// The entry to copy by hand.
    pub fn alone(&self) -> String {
        self.said(None).unwrap_or_default()
    }
}

fn keys(all: &[String]) -> Vec<&str> {
    all.iter().map(String::as_str).collect()
}
