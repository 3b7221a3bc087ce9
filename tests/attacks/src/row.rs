//! [`Row`]: one attack.

use crate::sandbox::Sandbox;
use crate::step::Step;
use crate::victims::{Harm, Victim};

/// What an attack plays on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// How the path is spelled.
    Spelling,
    /// Links in the tree.
    Links,
    /// Hard links, mounts, and what is no file.
    Special,
    /// Other names for what a rule hides.
    Aliases,
    /// What changes after the server has started.
    Changes,
    /// Sizes.
    Limits,
}

/// One attack: a tree, a path, and what a server must make of it.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it plays on.
    pub kind: Kind,
    /// Its name among those of its kind.
    pub id: &'static str,
    /// What lies there when the server starts, beside a file that is granted and some that are not.
    pub tree: &'static [Step],
    /// What is done once it runs.
    pub later: &'static [Step],
    /// Globs that the server is told to hide.
    pub hide: &'static [&'static str],
    /// More arguments for the server.
    pub args: &'static [&'static str],
    /// What the client asks for; [`Row::spelled`] gives the whole of it.
    pub path: &'static str,
    /// The code of the answer.
    pub code: &'static str,
    /// Tools that answer otherwise, and how.
    pub except: &'static [(&'static str, &'static str)],
    /// The weak servers that it harms.
    pub harms: &'static [(Victim, Harm)],
    /// Why it harms none, or why preopen gives out what lies there.
    pub because: Option<&'static str>,
    /// Does preopen not stop this? Then `because` says who else must.
    pub is_known: bool,
}

impl Row {
    /// An attack with what lies in every sandbox, and nothing else.
    #[must_use]
    pub const fn new(kind: Kind, id: &'static str, path: &'static str, code: &'static str) -> Self {
        Self {
            kind,
            id,
            tree: &[],
            later: &[],
            hide: &[],
            args: &[],
            path,
            code,
            except: &[],
            harms: &[],
            because: None,
            is_known: false,
        }
    }

    pub(crate) const fn tree(self, tree: &'static [Step]) -> Self {
        Self { tree, ..self }
    }

    pub(crate) const fn later(self, later: &'static [Step]) -> Self {
        Self { later, ..self }
    }

    pub(crate) const fn hide(self, hide: &'static [&'static str]) -> Self {
        Self { hide, ..self }
    }

    pub(crate) const fn args(self, args: &'static [&'static str]) -> Self {
        Self { args, ..self }
    }

    pub(crate) const fn except(self, except: &'static [(&'static str, &'static str)]) -> Self {
        Self { except, ..self }
    }

    pub(crate) const fn code(self, code: &'static str) -> Self {
        Self { code, ..self }
    }

    pub(crate) const fn harms(self, harms: &'static [(Victim, Harm)]) -> Self {
        Self { harms, ..self }
    }

    pub(crate) const fn harmless(self, because: &'static str) -> Self {
        Self { because: Some(because), ..self }
    }

    pub(crate) const fn known(self, because: &'static str) -> Self {
        Self { because: Some(because), is_known: true, ..self }
    }

    /// Its name among all.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:?}/{}", self.kind, self.id).to_lowercase()
    }

    /// The code of the answer of a tool that reads.
    #[must_use]
    pub fn code_of(&self, tool: &str) -> &'static str {
        self.except.iter().find(|(name, _)| *name == tool).map_or(self.code, |(_, code)| code)
    }

    /// The path as the client says it: `{root}` is the sandbox, `{N*text}` is the text so often.
    #[must_use]
    pub fn spelled(&self, sandbox: &Sandbox) -> String {
        let path = sandbox.spelled(self.path);
        let Some((before, rest)) = path.split_once('{') else { return path };
        let Some((repeat, after)) = rest.split_once('}') else { return path };
        match repeat.split_once('*').map(|(n, text)| (n.parse(), text)) {
            Some((Ok(n), text)) => format!("{before}{}{after}", str::repeat(text, n)),
            _ => path,
        }
    }

    /// Does it need a user whom a mode refuses? Root is never refused.
    #[must_use]
    pub fn is_about_modes(&self) -> bool {
        self.tree.iter().any(|step| matches!(step, Step::Mode(..)))
    }

    /// Does it need a directory or file that is there twice, by one file system? Linux alone can do that.
    #[must_use]
    pub fn binds(&self) -> bool {
        self.tree.iter().chain(self.later).any(|step| matches!(step, Step::Bind(..)))
    }

    /// Does it need the right to mount?
    #[must_use]
    pub fn mounts(&self) -> bool {
        self.tree
            .iter()
            .chain(self.later)
            .any(|step| matches!(step, Step::Bind(..) | Step::Proc(_)))
    }
}
