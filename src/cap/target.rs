//! [`Target`]: designation and authority in one value, and [`Place`], a target that was looked up.
//!
//! A handle for `docs` used with the path `scratch/x` would be a confused deputy; so the two never
//! travel apart. A `Target<R>` carries the right `R` in its type: what a tool cannot do with its
//! target does not compile. Only `Grants::attenuate` makes targets.
//!
//! May import: `path`, `limits`, `error`. Absent on purpose: a public constructor, any access to the handle.

use std::marker::PhantomData;
use std::sync::Arc;

use cap_std::fs::Dir;

use super::beneath::Found;
use super::resolve;
use super::{Grants, Right};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath, brief};

/// A place that a client named, with the right `R` to it. Nothing is opened yet.
pub struct Target<R> {
    pub(super) grants: Grants,
    pub(super) grant: usize,
    pub(super) names: Vec<Name>,
    pub(super) must_be_dir: bool,
    pub(super) said: VirtualPath,
    right: PhantomData<fn() -> R>,
}

impl<R: Right> Target<R> {
    pub(super) fn new(
        grants: Grants,
        grant: usize,
        names: Vec<Name>,
        must_be_dir: bool,
        said: VirtualPath,
    ) -> Self {
        Self { grants, grant, names, must_be_dir, said, right: PhantomData }
    }

    /// The path as the client said it.
    pub fn said(&self) -> &VirtualPath {
        &self.said
    }

    /// The path as the client could say it, links not followed.
    pub fn shown(&self) -> String {
        self.grants.shown(self.grant, &self.names)
    }

    /// Looks the target up: links are followed inside the grants, and the handle of the directory
    /// that holds it is pinned. Every later step of the call works on that place, which is noted in
    /// the budget for the audit trail.
    ///
    /// # Errors
    /// `not_found`, `not_a_directory`, `escapes_grant`, `bad_path` (a circle of links), `protected`
    /// (for a change), `special_file`, `os_denied` and the other codes of the host; `timed_out`.
    pub fn place(&self, budget: &Budget) -> Result<Place<R>, ToolError> {
        self.look(Look::THERE, budget)
    }

    pub(super) fn look(&self, look: Look, budget: &Budget) -> Result<Place<R>, ToolError> {
        let place = resolve::resolve(self, look, budget)?;
        budget.touch(place.shown());
        Ok(place)
    }
}

/// How a target is looked up.
#[derive(Clone, Copy)]
pub(super) struct Look {
    /// Is a link at the end followed?
    pub(super) follows: bool,
    /// Need nothing be there?
    pub(super) may_be_missing: bool,
}

impl Look {
    pub(super) const THERE: Self = Self { follows: true, may_be_missing: false };
}

/// One name in one directory, whose handle is held. `R` is the right it was reached by.
pub struct Place<R> {
    pub(super) grants: Grants,
    pub(super) grant: usize,
    /// The directory that holds it; for the root of a grant, the root itself.
    pub(super) parent: Arc<Dir>,
    /// Its name there; none for the root of a grant.
    pub(super) name: Option<Name>,
    /// Its real path below the grant: every link on the way is resolved.
    pub(super) below: Vec<Name>,
    /// What was found under the name; nothing when it does not exist.
    pub(super) found: Option<Found>,
    /// The directories that are still to be made between `parent` and `name`.
    pub(super) missing: Vec<Name>,
    /// Does the path end as only a directory's can?
    pub(super) must_be_dir: bool,
    pub(super) said: VirtualPath,
    pub(super) right: PhantomData<fn() -> R>,
}

impl<R: Right> Place<R> {
    /// The real path as clients say it: where links led.
    pub fn shown(&self) -> String {
        self.grants.shown(self.grant, &self.below)
    }

    /// The real path, where it differs from the one that was said because links were followed;
    /// shortened where it is very long.
    pub fn elsewhere(&self, target: &Target<R>) -> Option<String> {
        (self.grant != target.grant || self.below != target.names).then(|| brief(&self.shown()))
    }

    /// Is it the same as another, or below it? By their resolved names, so that a search counts
    /// nothing twice; access is never decided by this.
    pub fn is_within(&self, other: &Self) -> bool {
        self.grant == other.grant && self.below.starts_with(&other.below)
    }
}
