//! [`Attack`]: what lies there, what is asked for, and what would be a harm. Data, no more.
//!
//! May import: the crate of the attacks. Absent on purpose: any server, weak or not, and every opinion on
//! what an answer says.

use preopen_attacks::{Row, Step, Victim};

/// What a client wants done, whatever a server calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// The text of a file.
    Read,
    /// The names in a directory.
    List,
    /// Files by a part of their name, below a directory.
    Find,
    /// Lines with a text, below a directory.
    Grep,
    /// How often a text is there, below a directory.
    Count,
    /// Lines that match an expression, below a directory.
    Regex,
    /// New contents of a file.
    Write,
}

impl Verb {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Read, Self::List, Self::Find, Self::Grep, Self::Count, Self::Regex, Self::Write];

    /// What a tool for it does, in words.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Read => "reads a file",
            Self::List => "lists a directory",
            Self::Find => "finds files by name",
            Self::Grep => "finds text in files",
            Self::Count => "counts text in files",
            Self::Regex => "searches with expressions",
            Self::Write => "writes a file",
        }
    }
}

/// One thing that is asked of a server.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is to be done.
    pub verb: Verb,
    /// With what: relative to the grant, or absolute.
    pub path: String,
    /// What is searched for, or written.
    pub text: String,
}

/// What would be a harm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// None: it has to be served, or the server is of no use.
    Served,
    /// The flag is in the answer.
    Flag,
    /// The flag is put together letter by letter, from what differs between answers.
    Letters,
    /// The same with the name of a file outside.
    Names,
    /// Something outside is changed or made.
    Outside,
    /// A file that other programs run is made.
    Config,
    /// No answer comes.
    Answer,
    /// The server's memory grows by so many bytes.
    Memory(u64),
    /// The flag comes by another way than the server.
    Shell,
}

/// The tree, and the path in it.
#[derive(Clone, Copy, Debug)]
pub enum Scene {
    /// That of a row of the suite of attacks that the tests of preopen run, by its name.
    Row(&'static str),
    /// One of the lab's own.
    Own {
        /// What lies there.
        tree: &'static [Step],
        /// What is asked for.
        path: &'static str,
        /// The checks that it gets past.
        beats: &'static [Victim],
    },
}

/// One attack.
#[derive(Clone, Copy, Debug)]
pub struct Attack {
    /// Its name among all.
    pub id: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Where.
    pub scene: Scene,
    /// What is asked for.
    pub verb: Verb,
    /// What is searched for, or written. `{flag}` stands for how every flag begins.
    pub text: &'static str,
    /// What would be a harm.
    pub goal: Goal,
    /// The number of the weakness in the CWE list.
    pub cwe: u16,
    /// Its place in OWASP's list for MCP, if it has one.
    pub owasp: Option<&'static str>,
    /// Does it need a server that nobody uses any more? One that waits for ever, or lost its directory.
    pub needs_own_server: bool,
    /// Why it works where it works, and why not where not.
    pub why: &'static str,
}

/// What an attack plays on, once its row was looked up.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// What lies there.
    pub tree: &'static [Step],
    /// What is done once the server runs.
    pub later: &'static [Step],
    /// The row, if it is one of the suite's.
    pub row: Option<&'static Row>,
    /// What is asked for.
    pub path: &'static str,
}

impl Attack {
    /// Where it is, or nothing if its row does not exist, which a test rules out.
    pub fn setting(&self) -> Option<Setting> {
        match self.scene {
            Scene::Own { tree, path, .. } => Some(Setting { tree, later: &[], row: None, path }),
            Scene::Row(name) => preopen_attacks::all().find(|row| row.name() == name).map(|row| {
                Setting { tree: row.tree, later: row.later, row: Some(row), path: row.path }
            }),
        }
    }

    /// Does it get past this check?
    pub fn beats(&self, check: Victim) -> bool {
        match self.scene {
            Scene::Own { beats, .. } => beats.contains(&check),
            Scene::Row(_) => self
                .setting()
                .and_then(|setting| setting.row)
                .is_some_and(|row| row.harms.iter().any(|(victim, _)| *victim == check)),
        }
    }

    /// Why no server of files can stop it alone, if that is so.
    pub fn known_limit(&self) -> Option<&'static str> {
        if self.goal == Goal::Shell {
            return Some(
                "a shell beside a server reaches what its user can, whatever the server holds; \
                 `preopen install CLIENT --exclusive` takes the shell away",
            );
        }
        self.setting()?.row.filter(|row| row.is_known)?.because
    }

    /// Its tags, as they are shown.
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
