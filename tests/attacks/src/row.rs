//! [`Row`]: one attack.

use crate::sandbox::Sandbox;
use crate::step::Step;
use crate::victims::{Harm, Victim};

/// What an attack exploits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The spelling of the path.
    Spelling,
    /// Symbolic links in the tree.
    Links,
    /// Hard links, mounts and special files.
    Special,
    /// Other names of a hidden file.
    Aliases,
    /// Changes after the server has started.
    Changes,
    /// Limits on sizes.
    Limits,
}

/// One attack: a tree, a path, and the required answer.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// What it exploits.
    pub kind: Kind,
    /// Its name, unique within its kind.
    pub id: &'static str,
    /// The tree when the server starts, in addition to the files of [`Sandbox::for_attacks`].
    pub tree: &'static [Step],
    /// Changes after the server has started.
    pub later: &'static [Step],
    /// Globs that the server must hide.
    pub hide: &'static [&'static str],
    /// More arguments for the server.
    pub args: &'static [&'static str],
    /// The requested path, with placeholders; [`Row::spelled`] fills them in.
    pub path: &'static str,
    /// The expected code of the answer.
    pub code: &'static str,
    /// Tools with another code, and that code.
    pub except: &'static [(&'static str, &'static str)],
    /// The weak servers that it harms.
    pub harms: &'static [(Victim, Harm)],
    /// Why it harms no weak server, or why preopen does not stop it.
    pub because: Option<&'static str>,
    /// Whether preopen does not stop it. Then `because` explains why.
    pub is_known: bool,
}

impl Row {
    /// Creates an attack on the tree of every sandbox, without additions.
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

    /// Returns its unique name.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{:?}/{}", self.kind, self.id).to_lowercase()
    }

    /// Returns the expected code for a tool that reads.
    #[must_use]
    pub fn code_of(&self, tool: &str) -> &'static str {
        self.except.iter().find(|(name, _)| *name == tool).map_or(self.code, |(_, code)| code)
    }

    /// Returns the path that the client sends. `{root}` stands for the sandbox, and `{N*text}` for the text repeated N
    /// times.
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

    /// Returns whether the attack depends on file modes, which do not restrict root.
    #[must_use]
    pub fn is_about_modes(&self) -> bool {
        self.tree.iter().any(|step| matches!(step, Step::Mode(..)))
    }

    /// Returns whether the attack needs a bind mount. Only Linux has them.
    #[must_use]
    pub fn binds(&self) -> bool {
        self.tree.iter().chain(self.later).any(|step| matches!(step, Step::Bind(..)))
    }

    /// Returns whether the attack needs the right to mount.
    #[must_use]
    pub fn mounts(&self) -> bool {
        self.tree
            .iter()
            .chain(self.later)
            .any(|step| matches!(step, Step::Bind(..) | Step::Proc(_)))
    }
}
