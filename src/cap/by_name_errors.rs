//! The errors of a walk by name.
//!
//! May import: `path`, `error`. This module decides nothing.

use cap_std::fs::Dir;
use rustix::io::Errno;

use super::beneath::{Kind, lstat};
use super::by_name::{MAX_DEPTH, Walk};
use super::lookalike::{ambiguous, lookalikes};
use super::suggest::{Missing, missing};
use crate::error::{Code, ToolError};
use crate::path::{Name, brief};

const NO_SLASH: &str = "a file's path has no `/` at its end";
pub(super) const IT_IS_A_FILE: &str = "it is a file: read_text_file reads it";

impl Walk<'_> {
    /// The name in this directory that is meant by one which does not exist, if exactly one looks like it. Only a name
    /// that the client gave stands for another one; the text of a link does not.
    ///
    /// # Errors
    /// Several names look like it, or, for a change, a link does: a planted link must not redirect a change of
    /// a name that it does not have.
    pub(super) fn lookalike(
        &mut self,
        parent: &Dir,
        name: &Name,
    ) -> Result<Option<Name>, ToolError> {
        let (Some(budget), true) = (self.budget, self.is_at_said_name()) else { return Ok(None) };
        let at = self.said_names.len().saturating_sub(self.todo.len() + 1);
        // It was found before, and is gone again.
        if self.look.exact || self.said_names.get(at) != Some(name) {
            return Ok(None);
        }
        let (below, rules) = (self.below(None), &self.held()?.rules);
        let found = lookalikes(parent, &below, name, rules, self.said, budget)?;
        let [real] = found.as_slice() else {
            return if found.is_empty() {
                Ok(None)
            } else {
                Err(self.ambiguous(name, &found, false))
            };
        };
        if self.changes && lstat(parent, real).is_ok_and(|stat| Kind::from(stat.kind) == Kind::Link)
        {
            return Err(self.ambiguous(name, &found, true));
        }
        let meant = self.meant.get_or_insert_with(|| self.said_names.to_vec());
        if let Some(meant) = meant.get_mut(at) {
            *meant = real.clone();
        }
        Ok(Some(real.clone()))
    }

    fn ambiguous(&self, name: &Name, found: &[Name], is_link: bool) -> ToolError {
        let is_to_make = self.look.may_be_missing;
        let code = if is_to_make { Code::AlreadyExists } else { Code::NotFound };
        ambiguous(code, self.said, name, found, is_link)
    }

    /// Did the client give the name that is looked at, and not the text of a link?
    fn is_at_said_name(&self) -> bool {
        self.todo.len() < self.said_left
    }

    pub(super) fn missing(&self, parent: &Dir, name: &Name) -> ToolError {
        let error = if self.is_at_said_name() {
            missing(self.said)
        } else {
            // The same for a target that is hidden: nothing was looked at.
            let of_link = self.todo.len().saturating_sub(self.said_left);
            let further = self.further().take(of_link).cloned();
            let to: Vec<Name> = self.below(Some(name)).into_iter().chain(further).collect();
            let to = brief(&self.grants.shown(self.grant, &to));
            let sentence =
                format!("`{}` leads through a link to `{to}`, which does not exist", self.said);
            ToolError::new(Code::NotFound, sentence)
        };
        // Nobody reads the hints of a walk without a budget.
        let Some(budget) = self.budget else { return error };
        let below = self.below(None);
        let missing = self.missing_in(parent, &below, name);
        error.hint(if self.is_at_said_name() {
            missing.hint(self.said, !self.todo.is_empty(), budget)
        } else {
            missing.hint_of_names()
        })
    }

    /// A new name would be, or could be taken for, another name of something.
    pub(super) fn alias(&self, parent: &Dir, name: &Name) -> ToolError {
        let sentence = format!("`{}` can be a second name of something else there", self.said);
        let below = self.below(None);
        ToolError::new(Code::BadPath, sentence)
            .hint(self.missing_in(parent, &below, name).hint_of_names())
    }

    fn missing_in<'a>(&'a self, dir: &'a Dir, below: &'a [Name], wanted: &'a Name) -> Missing<'a> {
        Missing { grants: self.grants, grant: self.grant, dir, below, wanted }
    }

    pub(super) fn too_deep(&self) -> ToolError {
        let sentence = format!("`{}` is more than {MAX_DEPTH} directories deep", self.said);
        ToolError::new(Code::OverLimit, sentence)
    }

    pub(super) fn not_a_directory(&self, below: &[Name]) -> ToolError {
        let shown = self.grants.shown(self.grant, below);
        let is_end = self.todo.is_empty() && self.dir_only;
        let hint = if is_end { NO_SLASH } else { IT_IS_A_FILE };
        ToolError::new(Code::NotADirectory, format!("`{shown}` is not a directory")).hint(hint)
    }

    pub(super) fn circle(&self) -> ToolError {
        ToolError::new(Code::BadPath, format!("`{}` leads through too many links", self.said))
            .hint("a link on the way points back at itself")
    }

    pub(super) fn os(&self, doing: &str, errno: Errno) -> ToolError {
        ToolError::os(doing, &self.said.to_string(), &errno.into())
    }
}
