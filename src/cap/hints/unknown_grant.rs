//! The answer to a path that lies in no grant, or cannot name anything.
//!
//! May import: `path`, `error`. This module looks only inside the grants; what lies outside changes no answer.

use crate::cap::grants::Grants;
use crate::cap::hints::as_glob::as_glob;
use crate::cap::hints::existing::existing;
use crate::cap::hints::new_path::end_in_directory;
use crate::cap::hints::suggest::{MAX_OFFERED, did_you_mean, elsewhere, read_as};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::{BadPath, Name, VirtualPath};

const RESTART: &str = "the user has to restart the server when the directory is there";

impl Grants {
    /// Says what is wrong with the path, and which one may be meant.
    pub(in crate::cap) fn bad_path(&self, path: &VirtualPath, why: BadPath) -> ToolError {
        let error = ToolError::bad_path(path, why);
        if why == BadPath::Parent { self.with_meant(path, error, |_| false) } else { error }
    }

    /// Says which grants there are, which are not available, and which path may be meant.
    pub(in crate::cap) fn unknown(&self, path: &VirtualPath, names: Option<&[Name]>) -> ToolError {
        if let Some(shut) = names.and_then(|n| n.first()).map(ToString::to_string)
            && let Some(shut) = self.inner().unavailable.iter().find(|u| u.name == shut)
        {
            return ToolError::new(
                Code::UnknownGrant,
                format!("grant `{}` is not available: {}", shut.name, shut.reason),
            )
            .hint(RESTART);
        }
        let sentence = match names {
            None => format!("`{path}` lies in no grant"),
            Some(_) => {
                format!("`{path}` does not begin with the name of a grant: {}", self.names())
            }
        };
        let error = ToolError::new(Code::UnknownGrant, sentence)
            .hint(format!("paths are {}", self.how_paths_look()));
        self.with_meant(path, error, |_| false)
    }

    /// The same error with a hint of the paths that exist and may be meant, and of those arguments that the tool `has`.
    fn with_meant(
        &self,
        path: &VirtualPath,
        error: ToolError,
        has: impl Fn(&str) -> bool,
    ) -> ToolError {
        match read_as(self, path, has).as_slice() {
            [] => error,
            meant => error.hint(did_you_mean(meant)),
        }
    }

    /// The same error with all that may be meant, for the tool that is called.
    pub(in crate::cap) fn with_hints(
        &self,
        path: &VirtualPath,
        error: ToolError,
        budget: &Budget,
    ) -> ToolError {
        let is_about_the_path = matches!(error.code(), Code::UnknownGrant | Code::BadPath)
            && error.shown_hint().is_some_and(|hint| !hint.starts_with(RESTART));
        if !is_about_the_path {
            return error;
        }
        let meant = read_as(self, path, |argument| budget.takes(argument));
        if !meant.is_empty() {
            return error.hint(did_you_mean(&meant));
        }
        if let Some(hint) = as_glob(self, path, false, budget) {
            return error.hint(hint);
        }
        // A name that does not exist yet, in a directory that does.
        let new = end_in_directory(self, path).or_else(|| self.without_slash(path));
        let first = self.inner().grants.first();
        let mut paths = first.map_or_else(Vec::new, |first| elsewhere(self, first, path, budget));
        if let Some(new) = new
            && !paths.iter().any(|path| path.starts_with(&format!("`{new}")))
        {
            paths.insert(0, format!("`{new}`"));
            paths.truncate(MAX_OFFERED);
        }
        match paths.as_slice() {
            [] => match as_glob(self, path, true, budget) {
                Some(hint) => error.hint(hint),
                None => error,
            },
            paths => error.hint(did_you_mean(paths)),
        }
    }

    /// The path without its first slash, if its first name is there.
    fn without_slash(&self, path: &VirtualPath) -> Option<String> {
        let rest = path.as_requested().strip_prefix('/')?;
        let (first, _) = rest.split_once('/')?;
        let (grant, names) = self.place_of(&VirtualPath::from(rest))?;
        (!existing(self, first).is_empty()).then(|| self.display_path(&grant, &names))
    }
}
