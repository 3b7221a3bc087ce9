//! [`Attack`]: the tree to set up, the request to send, and what counts as harm. This module holds only data.
//!
//! It does not know any server, and it does not judge answers.

use preopen_attacks::{Row, Step, Victim};

/// What a client wants done, independent of the name of the tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// Reads the text of a file.
    Read,
    /// Lists the names in a directory.
    List,
    /// Finds files below a directory by a part of their name.
    Find,
    /// Finds lines that contain a text, in files below a directory.
    Grep,
    /// Counts the occurrences of a text in files below a directory.
    Count,
    /// Finds lines that match a regular expression, in files below a directory.
    Regex,
    /// Replaces the contents of a file.
    Write,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::List, Self::Find, Self::Grep, Self::Count, Self::Regex, Self::Write];

    /// Describes what a tool for this verb does.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Read => "reads a file",
            Self::List => "lists a directory",
            Self::Find => "finds files by name",
            Self::Grep => "finds text in files",
            Self::Count => "counts text in files",
            Self::Regex => "searches with regular expressions",
            Self::Write => "writes a file",
        }
    }
}

/// One request to a server, before it is translated into a tool call.
#[derive(Clone, Debug)]
pub struct Request {
    /// What the server should do.
    pub verb: Verb,
    /// The path: relative to the grant, or absolute.
    pub path: String,
    /// The text to search for or to write.
    pub text: String,
}

/// What counts as harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// Nothing: this is a control. A server that does not serve it is useless.
    Served,
    /// The flag is in the answer.
    Flag,
    /// The flag can be extracted letter by letter from differences between answers.
    Letters,
    /// The name of a file outside can be extracted in the same way.
    Names,
    /// Something outside the grant is changed or created.
    Outside,
    /// A file that other programs run is created.
    Config,
    /// The server does not answer.
    Answer,
    /// The memory of the server grows by this many bytes.
    Memory(u64),
    /// The agent gets the flag through a shell, not through the server.
    Shell,
}

/// The tree of an attack, and the path to request.
#[derive(Clone, Copy, Debug)]
pub enum Scene {
    /// A row of the attack suite that preopen's own tests run, by name.
    Row(&'static str),
    /// A scene that only the lab has.
    Own {
        /// The tree to set up.
        tree: &'static [Step],
        /// The path to request.
        path: &'static str,
        /// The checks that do not stop it.
        beats: &'static [Victim],
    },
}

/// One attack.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// Its unique name.
    pub id: &'static str,
    /// A short description.
    pub title: &'static str,
    /// The tree and the path.
    pub scene: Scene,
    /// What the client requests.
    pub verb: Verb,
    /// The text to search for or to write. `{flag}` stands for the prefix of every flag.
    pub text: &'static str,
    /// What counts as harm.
    pub goal: Goal,
    /// The CWE number of the weakness.
    pub cwe: u16,
    /// Its entry in the OWASP list for MCP, if there is one.
    pub owasp: Option<&'static str>,
    /// Whether the attack needs a server of its own, because it may leave the server hanging or without its
    /// directory.
    pub needs_own_server: bool,
    /// Why the attack works on some servers, and why it fails on others.
    pub why: &'static str,
}

/// The tree and the path of an attack, after looking up its row.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The tree to set up before the server starts.
    pub tree: &'static [Step],
    /// The changes to make after the server has started.
    pub later: &'static [Step],
    /// The row of the attack suite, if the attack uses one.
    pub row: Option<&'static Row>,
    /// The path to request.
    pub path: &'static str,
}

impl Attack {
    /// Returns the tree and the path, or `None` if the row does not exist. A test rules that out.
    pub fn setting(&self) -> Option<Setting> {
        match self.scene {
            Scene::Own { tree, path, .. } => Some(Setting { tree, later: &[], row: None, path }),
            Scene::Row(name) => preopen_attacks::all().find(|row| row.name() == name).map(|row| {
                Setting { tree: row.tree, later: row.later, row: Some(row), path: row.path }
            }),
        }
    }

    /// Returns whether this check fails to stop the attack.
    pub fn beats(&self, check: Victim) -> bool {
        match self.scene {
            Scene::Own { beats, .. } => beats.contains(&check),
            Scene::Row(_) => self
                .setting()
                .and_then(|setting| setting.row)
                .is_some_and(|row| row.harms.iter().any(|(victim, _)| *victim == check)),
        }
    }

    /// Returns why no file server can stop this attack, if that is the case.
    pub fn known_limit(&self) -> Option<&'static str> {
        if self.goal == Goal::Shell {
            return Some(
                "a shell next to the server reaches everything that its user can reach; \
                 `preopen install CLIENT --exclusive` takes the shell away from the agent",
            );
        }
        self.setting()?.row.filter(|row| row.is_known)?.because
    }

    /// Returns the CWE and OWASP tags as displayed.
    pub fn tags(&self) -> String {
        match self.owasp {
            Some(owasp) => format!("CWE-{} {owasp}", self.cwe),
            None => format!("CWE-{}", self.cwe),
        }
    }
}

impl Attack {
    pub(crate) const fn from_row(
        id: &'static str,
        row: &'static str,
        title: &'static str,
        why: &'static str,
    ) -> Self {
        Self {
            id,
            title,
            scene: Scene::Row(row),
            verb: Verb::Read,
            text: "",
            goal: Goal::Flag,
            cwe: 22,
            owasp: Some("MCP02"),
            needs_own_server: false,
            why,
        }
    }

    pub(crate) const fn own(
        id: &'static str,
        title: &'static str,
        tree: &'static [Step],
        path: &'static str,
        why: &'static str,
    ) -> Self {
        let scene = Scene::Own { tree, path, beats: &Victim::ALL };
        Self { scene, ..Self::from_row(id, "", title, why) }
    }

    pub(crate) const fn verb(self, verb: Verb, text: &'static str) -> Self {
        Self { verb, text, ..self }
    }

    pub(crate) const fn goal(self, goal: Goal) -> Self {
        Self { goal, ..self }
    }

    pub(crate) const fn tagged(self, cwe: u16, owasp: Option<&'static str>) -> Self {
        Self { cwe, owasp, ..self }
    }

    pub(crate) const fn on_own_server(self) -> Self {
        Self { needs_own_server: true, ..self }
    }

    pub(crate) const fn only(self, checks: &'static [Victim]) -> Self {
        match self.scene {
            Scene::Own { tree, path, .. } => {
                Self { scene: Scene::Own { tree, path, beats: checks }, ..self }
            }
            Scene::Row(_) => self,
        }
    }
}
