//! [`Client`]: the programs that can start this server, and the files that each of them reads.
//!
//! May import: nothing of this crate.

use crate::install::about::About;
use crate::install::about::Exclusive;
use crate::install::about::File;
use crate::install::about::Saying;
use crate::install::about::Scope;
use crate::install::about::Server;
use clap::ValueEnum;
use serde_json::Map;

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

impl Client {
    fn about(self) -> &'static About {
        match self {
            Self::ClaudeCode => &super::claude_code::ABOUT,
            Self::ClaudeDesktop => &super::claude_desktop::ABOUT,
            Self::Cursor => &super::cursor::ABOUT,
            Self::VsCode => &super::vscode::ABOUT,
            Self::Codex => &super::codex::ABOUT,
            Self::Gemini => &super::gemini::ABOUT,
            Self::Zed => &super::zed::ABOUT,
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
