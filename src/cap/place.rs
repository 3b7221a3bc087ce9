//! [`Place`]: a target that was looked up. The handle of the directory that holds it is pinned.
//!
//! May import: `path`.

use crate::cap::grants::grant::Grant;
use std::marker::PhantomData;
use std::sync::Arc;

use cap_std::fs::Dir;

use crate::cap::grants::Grants;
use crate::cap::grants::above::Above;
use crate::cap::handle::step::FoundEntry;
use crate::cap::rights::Right;
use crate::cap::target::Target;
use crate::path::{Name, VirtualPath, brief};

/// How a target is looked up.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four questions that do not depend on each other"
)]
pub(in crate::cap) struct LookupOptions {
    /// Is a link at the end followed?
    pub(in crate::cap) follows: bool,
    /// May the last component be missing?
    pub(in crate::cap) may_be_missing: bool,
    /// Must names match exactly? Otherwise a name that looks alike is accepted.
    pub(in crate::cap) exact: bool,
    /// Will the entry be moved or deleted? Then only its exact name is accepted.
    pub(in crate::cap) takes_away: bool,
    /// May something new get the name of the only grant?
    pub(in crate::cap) may_be_named_as_grant: bool,
}

impl LookupOptions {
    pub(in crate::cap) const THERE: Self = Self {
        follows: true,
        may_be_missing: false,
        exact: false,
        takes_away: false,
        may_be_named_as_grant: false,
    };
    /// For a removal or a move: a link at the end is removed or moved itself.
    pub(in crate::cap) const TO_TAKE: Self =
        Self { follows: false, takes_away: true, ..Self::THERE };
}

/// One name in one directory, whose handle is held. `R` is the right it was reached by.
pub struct Place<R> {
    pub(in crate::cap) grants: Grants,
    pub(in crate::cap) grant: Arc<Grant>,
    /// The directory that holds it; for the root of a grant, the root itself.
    pub(in crate::cap) parent: Arc<Dir>,
    /// Its name there; none for the root of a grant.
    pub(in crate::cap) name: Option<Name>,
    /// Its real path below the grant: every link on the way is resolved.
    pub(in crate::cap) rel_path: Vec<Name>,
    /// What was found under the name; nothing when it does not exist.
    pub(in crate::cap) found: Option<FoundEntry>,
    /// The directories that are still to be made between `parent` and `name`.
    pub(in crate::cap) missing: Vec<Name>,
    /// Does the path end as only a directory's can?
    pub(in crate::cap) must_be_dir: bool,
    /// The names below the grant for which those of the client stand, where these are others.
    pub(in crate::cap) meant: Option<Vec<Name>>,
    /// The names that look like those of the client, where something new is another name beside them.
    pub(in crate::cap) resembles: Option<Vec<Name>>,
    pub(in crate::cap) requested: VirtualPath,
    pub(in crate::cap) right: PhantomData<fn() -> R>,
}

impl<R: Right> Place<R> {
    /// The real path as clients say it: where links led.
    pub fn display_path(&self) -> String {
        self.grants.display_path(&self.grant, &self.rel_path)
    }

    /// The real path, where links led elsewhere than the client's path; shortened where it is very long.
    pub fn resolved_path_if_different(&self, target: &Target<R>) -> Option<String> {
        let meant = self.meant.as_ref().unwrap_or(&target.names);
        (self.grant != target.grant || self.rel_path != *meant).then(|| brief(&self.display_path()))
    }

    /// Is it the same as another, or below it? By their resolved names, so that a search counts
    /// nothing twice; access is never decided by this.
    pub fn is_within(&self, other: &Self) -> bool {
        self.grant == other.grant && self.rel_path.starts_with(&other.rel_path)
    }
}

/// Where a walk ended.
pub(in crate::cap) struct Resolved {
    pub(in crate::cap) grant: Arc<Grant>,
    pub(in crate::cap) parent: Arc<Dir>,
    pub(in crate::cap) name: Option<Name>,
    pub(in crate::cap) below: Vec<Name>,
    pub(in crate::cap) found: Option<FoundEntry>,
    /// The directories that are still to be made between `parent` and `name`.
    pub(in crate::cap) missing: Vec<Name>,
    pub(in crate::cap) must_be_dir: bool,
    /// What the names of the client stand for, where look-alikes were used.
    pub(in crate::cap) meant: Option<Vec<Name>>,
    /// What a new name looks like and is not.
    pub(in crate::cap) resembles: Option<Vec<Name>>,
}

impl<R: Right> Place<R> {
    /// What lies above the grant of this place.
    pub fn above_grant(&self) -> &Above {
        &self.grant.above
    }
}
