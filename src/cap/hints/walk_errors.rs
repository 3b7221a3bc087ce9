//! The errors of a walk by name.
//!
//! May import: `path`, `error`. This module decides nothing.

use cap_std::fs::Dir;
use rustix::io::Errno;

use crate::cap::hints::suggest::{Missing, listing, missing};
use crate::cap::resolve::walk::{MAX_DEPTH, PathWalk};
use crate::error::{Code, ToolError};
use crate::path::Name;

const NO_SLASH: &str = "a file's path has no `/` at its end";
pub(in crate::cap) const IT_IS_A_FILE: &str = "it is a file: read_text_file reads it";

impl PathWalk<'_> {
    pub(in crate::cap) fn missing(&self, parent: &Dir, name: &Name) -> ToolError {
        let budget = self.budget.filter(|_| self.gives_hints);
        if !self.is_at_said_name() {
            // Without the name and without names like it: it may be hidden, and a hidden one must not be told from a
            // missing one.
            let sentence =
                format!("`{}` goes through a link whose target does not exist", self.requested);
            let error = ToolError::new(Code::NotFound, sentence);
            return match budget {
                Some(_) => {
                    error.hint(listing(&self.grants.display_path(&self.start, self.above_link())))
                }
                None => error,
            };
        }
        let error = missing(self.requested);
        let Some(budget) = budget else { return error };
        let below = self.below(None);
        let missing = self.missing_in(parent, &below, name);
        error.hint(missing.hint(self.requested, !self.todo.is_empty(), budget))
    }

    /// The names of the client up to the directory with the link that the walk followed last.
    fn above_link(&self) -> &[Name] {
        let link = self.said_names.len().saturating_sub(self.said_left + 1);
        self.said_names.get(..link).unwrap_or_default()
    }

    /// A new name would be, or could be taken for, another name of something.
    pub(in crate::cap) fn alias(&self, parent: &Dir, name: &Name) -> ToolError {
        let sentence = format!("`{}` could be an alias of an existing entry there", self.requested);
        let below = self.below(None);
        ToolError::new(Code::BadPath, sentence)
            .hint(self.missing_in(parent, &below, name).hint_of_names())
    }

    fn missing_in<'a>(&'a self, dir: &'a Dir, below: &'a [Name], wanted: &'a Name) -> Missing<'a> {
        Missing { grants: self.grants, grant: &self.grant, dir, below, wanted }
    }

    pub(in crate::cap) fn too_deep(&self) -> ToolError {
        let sentence = format!("`{}` is more than {MAX_DEPTH} directories deep", self.requested);
        ToolError::new(Code::OverLimit, sentence)
    }

    pub(in crate::cap) fn not_a_directory(&self, below: &[Name]) -> ToolError {
        let shown = self.grants.display_path(&self.grant, below);
        let is_end = self.todo.is_empty() && self.dir_only;
        let hint = if is_end { NO_SLASH } else { IT_IS_A_FILE };
        ToolError::new(Code::NotADirectory, format!("`{shown}` is not a directory")).hint(hint)
    }

    pub(in crate::cap) fn circle(&self) -> ToolError {
        ToolError::new(Code::BadPath, format!("`{}` leads through too many links", self.requested))
            .hint("the symbolic links form a loop; use a path without them")
    }

    pub(in crate::cap) fn os(&self, doing: &str, errno: Errno) -> ToolError {
        ToolError::os(doing, &self.requested.to_string(), &errno.into())
    }
}
