//! What a path stands for if it does not exist as it is spelled: the one place of a grant that is meant.
//!
//! Where there is one grant, its name at the beginning of a path is left out, unless something in the grant has that
//! name. A single name that looks like another one is taken by `resolve/similar_name`. Everything else that a client may
//! have meant is only a hint.
//!
//! May import: `path`, `limits`, `error`. Rules and links are judged by `resolve`, on the names that are used.

use rustix::io::Errno;
use std::sync::Arc;

use crate::cap::handle::step::lstat;
use crate::cap::hints::new_path::foreign;
use crate::cap::place::{LookupOptions, Place};
use crate::cap::resolve::apart::{looks_like, spelled_out, stands_for};
use crate::cap::resolve::resolve;
use crate::cap::rights::{Read, Right, changes};
use crate::cap::rules::Verdict;
use crate::cap::rules::refusal::protected;
use crate::cap::target::Target;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::{Name, begins_elsewhere, brief, join};

/// Most names at the end of a path that need not exist for the real path of the rest to be told.
const MAX_ENDS: usize = 32;

impl<R: Right> Target<R> {
    /// Looks the target up as it is spelled, and else as it is meant.
    pub(in crate::cap) fn find(
        &self,
        look: LookupOptions,
        budget: &Budget,
    ) -> Result<Place<R>, ToolError> {
        let found = match resolve(self, look, budget) {
            Err(error) if error.code() == Code::Protected => {
                return Err(self.protected_as_meant(look, budget).unwrap_or(error));
            }
            found => found,
        };
        let is_missing = match &found {
            // Under the grant's own name only a directory may be made: a file would be in the way of each path that
            // begins with it.
            Ok(place) => {
                !place.missing.is_empty() || (place.found.is_none() && !look.may_be_named_as_grant)
            }
            Err(error) => error.code() == Code::NotFound,
        };
        if !is_missing || look.exact {
            return found;
        }
        let Some(shorter) = self.without_the_grants_name() else { return found };
        let other = resolve(&shorter, look, budget).map(|place| Place {
            meant: Some(place.meant.unwrap_or_else(|| shorter.names.clone())),
            ..place
        });
        match (found, other) {
            (Err(_), other) => other,
            // The path of something new, so the grant's name may be meant as a new directory. It is not where the
            // shorter path leads into a directory that exists.
            (Ok(_), Ok(place)) if place.found.is_some() => Ok(place),
            (Ok(_), Ok(place)) if place.missing.is_empty() && shorter.names.len() > 1 => Ok(place),
            (Ok(_), Err(error)) if error.code() == Code::Protected => Err(error),
            (Ok(_), _) => Err(self.two_places(&shorter)),
        }
    }

    /// A rule refused the path as given. Returns the refusal for the path that was meant, which the user can name in the
    /// allowlist.
    fn protected_as_meant(&self, look: LookupOptions, budget: &Budget) -> Option<ToolError> {
        if let Some(shorter) = self.without_the_grants_name() {
            let refused = resolve(&shorter, look, budget).err()?;
            return (refused.code() == Code::Protected).then_some(refused);
        }
        let first = self.names.first()?;
        if begins_elsewhere(self.requested.as_requested()) && self.is_free(first) {
            return Some(foreign(&self.grants, &self.requested));
        }
        self.protected_where_links_lead(budget)
    }

    /// The refusal by the real path, where links are on the way to the directory.
    fn protected_where_links_lead(&self, budget: &Budget) -> Option<ToolError> {
        let ends = (1..self.names.len()).rev().take(MAX_ENDS);
        let (real, rest) = ends.into_iter().find_map(|at| {
            let (way, rest) = self.names.split_at_checked(at)?;
            let grants = self.grants.clone();
            let said = self.requested.clone();
            let way =
                Target::<Read>::new(grants, Arc::clone(&self.grant), way.to_vec(), false, said);
            let look = LookupOptions { exact: true, ..LookupOptions::THERE };
            let place = resolve(&way, look, budget).ok()?;
            Some((place, rest))
        })?;
        let below = [real.rel_path.as_slice(), rest].concat();
        let rules = &self.grant.rules;
        let verdict = rules.judge(&below);
        let is_other = real.grant == self.grant && below != self.names;
        (is_other && verdict == Verdict::Protected)
            .then(|| protected(&self.requested.to_string(), &below, verdict, rules))
    }

    fn two_places(&self, shorter: &Self) -> ToolError {
        let name = self.names.first().map(ToString::to_string).unwrap_or_default();
        let sentence = format!(
            "`{}` can mean two places: `{name}` is the name of the granted directory",
            self.requested
        );
        ToolError::new(Code::BadPath, sentence).hint(format!(
            "use `{}` for the path in it, or first make a directory of that name in it: create_directory `{name}`",
            join(&shorter.names)
        ))
    }

    /// The same path without the name of the grant in front, if nothing in the only grant has that name.
    fn without_the_grants_name(&self) -> Option<Self> {
        let grant = &self.grant;
        let (first, rest) = self.names.split_first()?;
        let is_named = !self.grants.are_named_in_paths()
            && !self.requested.as_requested().trim_start().starts_with('/')
            && first.to_string() == grant.name;
        (is_named && self.is_free(first)).then(|| {
            let grants = self.grants.clone();
            Self::new(
                grants,
                Arc::clone(&self.grant),
                rest.to_vec(),
                self.must_be_dir,
                self.requested.clone(),
            )
        })
    }

    /// Has nothing in the root of the grant this name, as far as the client may know?
    fn is_free(&self, name: &Name) -> bool {
        let is_missing = lstat(&self.grant.dir, name).is_err_and(|errno| errno == Errno::NOENT);
        self.grant.rules.hide([name]) || is_missing
    }
}

impl<R: Right> Place<R> {
    /// The path as it is really spelled, with its code points, where the client gave a look-alike of it.
    pub fn own_spelling(&self) -> Option<String> {
        let meant = self.meant.as_ref()?;
        let said = self.requested.parse().ok()?.names;
        let said = said.get(said.len().checked_sub(meant.len())?..)?;
        let above = self.grants.in_front_of_paths(&self.grant);
        (said != meant.as_slice()).then(|| spelled_out(&above, meant, said))
    }

    /// Notes the place for the audit trail, and for the answer what the path was taken to mean.
    pub(in crate::cap) fn note(&self, target: &Target<R>, budget: &Budget) {
        budget.note_path(self.display_path());
        let above = target.grants.in_front_of_paths(&target.grant);
        if let Some(other) = &self.resembles {
            let left_out = target.names.len().saturating_sub(other.len());
            let new = target.names.get(left_out..).unwrap_or_default();
            budget.note(looks_like(&above, new, other));
        }
        let Some(meant) = &self.meant else { return };
        let left_out = target.names.len() - meant.len().min(target.names.len());
        let said = target.names.get(left_out..).unwrap_or_default();
        if said != meant.as_slice() {
            budget.note(stands_for(&above, said, meant));
        }
        if left_out > 0 && changes::<R>() {
            let named = join(&target.names);
            let note = format!(
                "`{}` stands for `{}`, below the granted directory",
                brief(&named),
                brief(&join(meant))
            );
            budget.note(note);
        }
    }
}
