//! The answer to a path that lies in no grant, or cannot name anything.
//!
//! May import: `path`, `error`. This module looks only inside the grants; what lies outside changes no answer.

use super::Grants;
use super::suggest::{did_you_mean, read_as};
use crate::error::{Code, ToolError};
use crate::path::{BadPath, Name, VirtualPath};

impl Grants {
    /// Says what is wrong with the path, and which one may be meant.
    pub(super) fn bad_path(&self, path: &VirtualPath, why: BadPath) -> ToolError {
        let error = ToolError::bad_path(path, why);
        if why != BadPath::Parent {
            return error;
        }
        match read_as(self, path).as_slice() {
            [] => error,
            meant => error.hint(did_you_mean(meant)),
        }
    }

    /// Says which grants there are, which are not available, and which path may be meant.
    pub(super) fn unknown(&self, path: &VirtualPath, names: Option<&[Name]>) -> ToolError {
        if let Some(shut) = names.and_then(|n| n.first()).map(ToString::to_string)
            && let Some(shut) = self.inner().unavailable.iter().find(|u| u.name == shut)
        {
            return ToolError::new(
                Code::UnknownGrant,
                format!("grant `{}` is not available: {}", shut.name, shut.reason),
            )
            .hint("the user has to restart the server when the directory is there");
        }
        let sentence = match names {
            None => format!("`{path}` lies in no grant"),
            Some(_) => {
                format!("`{path}` does not begin with the name of a grant: {}", self.names())
            }
        };
        let hint = match read_as(self, path).as_slice() {
            [] => format!("paths are {}", self.how_paths_look()),
            meant => did_you_mean(meant),
        };
        ToolError::new(Code::UnknownGrant, sentence).hint(hint)
    }
}
