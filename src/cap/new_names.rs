//! What a name that does not exist yet may be.
//!
//! May import: `path`, `error`. This module does not look at rules; those are judged on the way.

use super::suggest::{did_you_mean, existing};
use super::{Place, Right};
use crate::error::{Code, ToolError};
use crate::path::{Name, Reading, readings};

impl<R: Right> Place<R> {
    /// Refuses to make a name that would deceive whoever lists it. What is moved may keep the name that it
    /// has, `kept`: then no more names deceive than before, and a move can be undone.
    pub(super) fn check_new_names(&self, kept: Option<&Name>) -> Result<(), ToolError> {
        if self.found.is_some() {
            return Ok(());
        }
        let own = self.name.as_ref().filter(|name| Some(*name) != kept);
        if self.missing.iter().chain(own).any(Name::deceives) {
            let sentence =
                format!("`{}` has a control or invisible character in a name", self.said);
            return Err(ToolError::new(Code::BadPath, sentence)
                .hint("no new name gets one: it would mislead whoever lists it"));
        }
        if own.is_some() { self.check_spelling() } else { Ok(()) }
    }

    /// Refuses to make names of a path that is written for another program, such as `src\new.ts` beside `src/`,
    /// `src/a.ts:12` beside `src/a.ts`, or `~/new.ts`.
    fn check_spelling(&self) -> Result<(), ToolError> {
        let said = self.said.as_said();
        let is_url = said.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("file:"));
        let is_at_root = self.below.len() == self.missing.len() + 1;
        if is_at_root && (is_url || said.starts_with("~/")) {
            let sentence =
                format!("`{said}` is not a path in a granted directory", said = self.said);
            let meant = self.meant_by_mistake();
            let hint = if meant.is_empty() {
                format!("paths are {}", self.grants.how_paths_look())
            } else {
                did_you_mean(&meant)
            };
            return Err(ToolError::new(Code::BadPath, sentence).hint(hint));
        }
        let meant = self.meant_by_mistake();
        if meant.is_empty() {
            return Ok(());
        }
        let sentence = format!("`{}` would be a new name, and looks like a mistake", self.said);
        Err(ToolError::new(Code::BadPath, sentence).hint(format!(
            r"{} To use a character literally, write it as `\xHH`",
            did_you_mean(&meant)
        )))
    }

    /// The paths, in backticks, that the client's path is a mistaken spelling of: they exist or, where no line of a file
    /// is named, their directory does.
    fn meant_by_mistake(&self) -> Vec<String> {
        let mistakes = readings(self.said.as_said()).into_iter().filter(|r| r.is_plain_mistake);
        for reading in mistakes {
            if let Some((grant, names)) = existing(&self.grants, &reading.path).into_iter().next() {
                return vec![format!(
                    "`{}`{}",
                    self.grants.shown(grant, &names),
                    reading.arguments()
                )];
            }
            if let Some(path) = self.in_existing_directory(&reading) {
                return vec![format!("`{path}`")];
            }
        }
        vec![]
    }

    fn in_existing_directory(&self, reading: &Reading) -> Option<String> {
        if reading.line.is_some() {
            return None;
        }
        let (directory, name) = match reading.path.trim_end_matches('/').rsplit_once('/') {
            Some((directory, name)) => (directory, name),
            None if self.grants.are_named_in_paths() => return None,
            None => ("", reading.path.as_str()),
        };
        let name = Name::from_bytes(name.as_bytes())?;
        let (grant, names) = existing(&self.grants, directory).into_iter().next()?;
        Some(self.grants.shown(grant, &[names, vec![name]].concat()))
    }
}
