//! The one entry of a directory that looks like a name which is not there.
//!
//! It is taken for a read, or for a change where only the Unicode form or the kind of blank differs. Otherwise it is named.
//!
//! May import: `error`, `limits`, `path`.

use cap_std::fs::Dir;

use crate::cap::handle::step::{Kind, lstat};
use crate::cap::resolve::apart::{not_used, spelled_out};
use crate::cap::resolve::lookalike::{Lookalikes, lookalikes};
use crate::cap::resolve::walk::PathWalk;
use crate::cap::rules::Rules;
use crate::error::{Code, ToolError};
use crate::path::Name;

impl PathWalk<'_> {
    /// The name in this directory that is meant by one which does not exist, if exactly one looks like it. Only a name
    /// that the client gave stands for another one; the text of a link does not, nor a name with `\xHH` in it.
    ///
    /// A change accepts only a twin of the name. Otherwise it could change something that nobody named.
    ///
    /// # Errors
    /// Several names look like it, or, for a change, a link does: a planted link must not redirect a change of
    /// a name that it does not have. For a removal, one name is enough.
    pub(in crate::cap) fn lookalike(
        &mut self,
        parent: &Dir,
        name: &Name,
    ) -> Result<Option<Name>, ToolError> {
        let (Some(budget), true) = (self.budget, self.is_at_said_name()) else { return Ok(None) };
        let at = self.said_names.len().saturating_sub(self.todo.len() + 1);
        // Another name was found before, and is gone again.
        let is_said = self.said_names.get(at) == Some(name);
        if self.look.exact || !is_said {
            return Ok(None);
        }
        let below = self.below(None);
        let rules = &self.grant.rules;
        let found = if let Some(real) = spelled_by(parent, &below, name, rules) {
            Lookalikes { twins: vec![real], similar: vec![] }
        } else if self.is_written_in_hex(at) {
            return Ok(None);
        } else {
            lookalikes(parent, &below, name, rules, self.requested, budget)?
        };
        let may_be_meant = if self.changes { found.twins.clone() } else { found.all() };
        match may_be_meant.as_slice() {
            [] if found.similar.is_empty() => Ok(None),
            [] if self.look.may_be_missing => {
                self.resembles = found.similar.first().map(|other| self.with(at, other));
                Ok(None)
            }
            [] => Err(self.not_used(at, name, &found.similar, false)),
            [real] if self.changes && is_link(parent, real) => {
                Err(self.not_used(at, name, &may_be_meant, true))
            }
            [real] if !self.look.takes_away => {
                self.meant = Some(self.with(at, real));
                Ok(Some(real.clone()))
            }
            several => Err(self.not_used(at, name, several, false)),
        }
    }

    fn not_used(&self, at: usize, wanted: &Name, found: &[Name], is_link: bool) -> ToolError {
        let is_to_make = self.look.may_be_missing;
        let code = if is_to_make { Code::AlreadyExists } else { Code::NotFound };
        let above = self.grants.in_front_of_paths(&self.start);
        let path = |name: &Name| spelled_out(&above, &self.with(at, name), self.said_names);
        let paths: Vec<String> = found.iter().map(path).collect();
        not_used(code, self.requested, wanted, &paths, is_link)
    }

    /// What the names of the client stand for so far, with this one in its place.
    fn with(&self, at: usize, name: &Name) -> Vec<Name> {
        let mut names = self.meant.clone().unwrap_or_else(|| self.said_names.to_vec());
        if let Some(place) = names.get_mut(at) {
            *place = name.clone();
        }
        names
    }

    /// Is this character written as the escape of a byte? Then it stands for that byte.
    fn is_written_in_hex(&self, at: usize) -> bool {
        let from_the_end = self.said_names.len().saturating_sub(at + 1);
        self.requested.is_in_hex(from_the_end)
    }

    /// Did the client give the name that is looked at, and not the text of a link?
    pub(in crate::cap) fn is_at_said_name(&self) -> bool {
        self.todo.len() < self.said_left
    }
}

/// The name in `dir`, which is `below` in its grant, that `said` spells with lower-case digits of `\xHH`.
fn spelled_by(dir: &Dir, below: &[Name], said: &Name, rules: &Rules) -> Option<Name> {
    let name = said.with_escapes_read()?;
    let is_there = !rules.hide(below.iter().chain([&name])) && lstat(dir, &name).is_ok();
    is_there.then_some(name)
}

fn is_link(dir: &Dir, name: &Name) -> bool {
    lstat(dir, name).is_ok_and(|stat| Kind::from(stat.kind) == Kind::Link)
}
