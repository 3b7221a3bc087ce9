//! What a name that does not exist yet may be.
//!
//! May import: `path`, `error`. This module does not look at rules; those are judged on the way.

use crate::cap::handle::step::lstat;
use crate::cap::hints::existing::existing;
use crate::cap::hints::new_path::{foreign, in_existing_directory, mistaken};
use crate::cap::place::Place;
use crate::cap::rights::Right;
use crate::error::{Code, ToolError};
use crate::path::{Name, Reading, begins_elsewhere, has_backslash_inside, readings};

/// Longest extension of a file.
const MAX_EXTENSION: usize = 8;

impl<R: Right> Place<R> {
    /// Refuses to make a name that would deceive a reader of a list. A moved entry may keep the name that it
    /// has, `kept`: then no more names deceive than before, and a move can be undone.
    pub(in crate::cap) fn check_new_names(&self, kept: Option<&Name>) -> Result<(), ToolError> {
        if self.found.is_some() {
            return Ok(());
        }
        let own = self.name.as_ref().filter(|name| Some(*name) != kept);
        if self.missing.iter().chain(own).any(Name::deceives) {
            let sentence =
                format!("`{}` has a control or invisible character in a name", self.requested);
            return Err(ToolError::new(Code::BadPath, sentence)
                .hint("new names cannot contain one: it would mislead readers of a listing"));
        }
        if own.is_some() || !self.missing.is_empty() { self.check_spelling() } else { Ok(()) }
    }

    /// Refuses to make names of a path that is written for another program, such as `src\new.ts`, `C:/src/new.ts`,
    /// `src/a.ts:12` beside `src/a.ts`, or `src/a.ts` with a blank after it.
    fn check_spelling(&self) -> Result<(), ToolError> {
        if let Some(meant) = self.meant_by_mistake().or_else(|| self.without_blanks()) {
            return Err(mistaken(&self.grants, &self.requested, Some(meant)));
        }
        let said = self.requested.as_requested();
        let is_foreign = (self.is_new_from_the_root() && begins_elsewhere(said))
            || self.new_parts().any(has_backslash_inside);
        if is_foreign { Err(foreign(&self.grants, &self.requested)) } else { Ok(()) }
    }

    fn is_new_from_the_root(&self) -> bool {
        self.rel_path.len() == self.missing.len() + 1
    }

    /// What the client wrote for the names that are to be made, the last one first.
    fn new_parts(&self) -> impl Iterator<Item = &str> {
        let parts =
            self.requested.as_requested().rsplit('/').filter(|part| !matches!(*part, "" | "."));
        parts.take(self.missing.len() + 1)
    }

    /// The path that the client's is a mistaken spelling of: it exists or, where no line of a file is named, its
    /// directory does.
    fn meant_by_mistake(&self) -> Option<String> {
        let is_mention = |reading: &Reading| {
            self.requested.as_requested().starts_with('@') && !reading.path.starts_with('@')
        };
        let mut mistakes = readings(self.requested.as_requested());
        mistakes.retain(|reading| {
            reading.is_plain_mistake && (self.is_new_from_the_root() || !is_mention(reading))
        });
        for reading in &mistakes {
            if let Some((grant, names)) = existing(&self.grants, &reading.path).into_iter().next() {
                let path = self.grants.display_path(&grant, &names);
                return Some(format!("`{path}`"));
            }
        }
        // A new file has no lines yet, so the path is the one without them.
        mistakes.retain(|reading| reading.line.is_none() || has_extension(&reading.path));
        mistakes.sort_by_key(|reading| reading.line.is_none());
        let path = mistakes.iter().find_map(|reading| {
            in_existing_directory(&self.grants, &reading.path).or_else(|| {
                let first = reading.path.split('/').next().filter(|_| is_mention(reading))?;
                (!existing(&self.grants, first).is_empty()).then(|| reading.path.clone())
            })
        });
        path.map(|path| format!("`{path}`"))
    }

    /// The path without blanks at the ends of new names, if that leads to something that is there.
    fn without_blanks(&self) -> Option<String> {
        let first = self.missing.first().or(self.name.as_ref())?;
        let is_in_hex = (0..=self.missing.len()).any(|at| self.requested.is_in_hex(at));
        let trimmed = trimmed(first).filter(|_| !is_in_hex)?;
        let above = self.rel_path.len().checked_sub(self.missing.len() + 1)?;
        let there = [self.rel_path.get(..above)?, std::slice::from_ref(&trimmed)].concat();
        if self.rules().hide(&there) || lstat(&self.parent, &trimmed).is_err() {
            return None;
        }
        let further = self.rel_path.get(above + 1..)?.iter();
        let further = further.map(|name| {
            crate::cap::change::new_names::trimmed(name).unwrap_or_else(|| name.clone())
        });
        let path = there.into_iter().chain(further).collect::<Vec<_>>();
        Some(format!("`{}`", self.grants.display_path(&self.grant, &path)))
    }
}

/// The name without blanks at its ends, if it has some.
fn trimmed(name: &Name) -> Option<Name> {
    let text = std::str::from_utf8(name.as_bytes()).ok()?;
    let trimmed = text.trim();
    (trimmed != text).then(|| Name::from_bytes(trimmed.as_bytes())).flatten()
}

/// Does the path end like a file name, such as `a.ts`? `v1.2` does not.
fn has_extension(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| {
        extension.starts_with(|c: char| c.is_ascii_alphabetic())
            && extension.len() <= MAX_EXTENSION
            && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}
