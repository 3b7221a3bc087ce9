//! The errors of a walk by name.
//!
//! May import: `path`, `error`. This module decides nothing.

use cap_std::fs::Dir;
use rustix::io::Errno;

use super::by_name::{MAX_DEPTH, Walk};
use super::suggest::{hint_for, missing};
use crate::error::{Code, ToolError};
use crate::path::Name;

impl Walk<'_> {
    pub(super) fn missing(&self, parent: &Dir, name: &Name) -> ToolError {
        let error = missing(self.said);
        // Nobody reads the hints of a walk without a budget.
        if self.budget.is_none() { error } else { error.hint(self.names_there(parent, name)) }
    }

    /// A new name would be, or could be taken for, another name of something.
    pub(super) fn alias(&self, parent: &Dir, name: &Name) -> ToolError {
        let sentence = format!("`{}` can be a second name of something else there", self.said);
        ToolError::new(Code::BadPath, sentence).hint(self.names_there(parent, name))
    }

    fn names_there(&self, parent: &Dir, name: &Name) -> String {
        hint_for(self.grants, self.grant, parent, &self.below(None), name)
    }

    pub(super) fn too_deep(&self) -> ToolError {
        let sentence = format!("`{}` is more than {MAX_DEPTH} directories deep", self.said);
        ToolError::new(Code::OverLimit, sentence)
    }

    pub(super) fn not_a_directory(&self, below: &[Name]) -> ToolError {
        let shown = self.grants.shown(self.grant, below);
        ToolError::new(Code::NotADirectory, format!("`{shown}` is not a directory"))
    }

    pub(super) fn circle(&self) -> ToolError {
        ToolError::new(Code::BadPath, format!("`{}` leads through too many links", self.said))
            .hint("a link on the way points back at itself")
    }

    pub(super) fn os(&self, doing: &str, errno: Errno) -> ToolError {
        ToolError::os(doing, &self.said.to_string(), &errno.into())
    }
}
