//! [`Target`]: designation and authority in one value, and [`Place`], a target that was looked up.
//!
//! A handle for `docs` used with the path `scratch/x` would be a confused deputy; so the two never
//! travel apart. A `Target<R>` carries the right `R` in its type: what a tool cannot do with its
//! target does not compile. Only `Grants::attenuate` makes targets.
//!
//! May import: `path`, `limits`, `error`. There is no public constructor, and no access to the handle.

use std::marker::PhantomData;
use std::sync::Arc;

use cap_std::fs::Dir;

use super::beneath::Found;
use super::{Grants, Right};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath, brief, join};

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

    /// The name of the grant that it lies in.
    pub fn grant_name(&self) -> &str {
        self.grants.inner().grants.get(self.grant).map_or("", |grant| grant.name.as_str())
    }

    /// Is it the grant itself?
    pub fn is_whole_grant(&self) -> bool {
        self.names.is_empty()
    }

    /// Does a path lead to it from the top of its grant, with or without the name of the grant, or as an absolute path?
    /// Compares names only.
    pub fn is_spelled(&self, path: &str) -> bool {
        let rest = match self.spelled_off(path) {
            Some((grant, rest)) if grant == self.grant_name() => rest,
            _ => path.trim_start_matches("./"),
        };
        let (rest, below) = (rest.trim_matches('/'), join(&self.names));
        let with_grant = rest.strip_prefix(self.grant_name());
        let in_grant = with_grant.map(|rest| rest.trim_start_matches('/'));
        rest == below || in_grant == Some(below.as_str())
    }

    /// Splits an absolute path or glob into the name of the grant that it lies in and the rest; `None` if it lies in
    /// no grant. Compares names only and does not access the file system.
    pub fn spelled_off<'s>(&self, said: &'s str) -> Option<(String, &'s str)> {
        let path = said.strip_prefix('/')?;
        let after = |spelling: &[Name]| {
            let rest = path.strip_prefix(join(spelling).as_str())?;
            if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') }
        };
        let grants = self.grants.inner().grants.iter();
        let all = grants.flat_map(|grant| {
            grant.spellings.iter().filter_map(|spelling| Some((&grant.name, after(spelling)?)))
        });
        let (name, rest) = all.min_by_key(|(_, rest)| rest.len())?;
        Some((name.clone(), rest))
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
        let place = self.find(look, budget)?;
        place.note(self, budget);
        Ok(place)
    }
}

/// How a target is looked up.
#[derive(Clone, Copy)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "four questions that do not depend on each other"
)]
pub(super) struct Look {
    /// Is a link at the end followed?
    pub(super) follows: bool,
    /// May the last component be missing?
    pub(super) may_be_missing: bool,
    /// Does each name stand for itself only, and not for one that looks like it?
    pub(super) exact: bool,
    /// Is what is found taken away from there? Then only its own name stands for it.
    pub(super) takes_away: bool,
    /// May something new get the name of the only grant?
    pub(super) may_be_named_as_grant: bool,
}

impl Look {
    pub(super) const THERE: Self = Self {
        follows: true,
        may_be_missing: false,
        exact: false,
        takes_away: false,
        may_be_named_as_grant: false,
    };
    /// For a removal or a move: a link at the end is removed or moved itself.
    pub(super) const TO_TAKE: Self = Self { follows: false, takes_away: true, ..Self::THERE };
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
    /// The names below the grant for which those of the client stand, where these are others.
    pub(super) meant: Option<Vec<Name>>,
    /// The names that look like those of the client, where something new is another name beside them.
    pub(super) resembles: Option<Vec<Name>>,
    pub(super) said: VirtualPath,
    pub(super) right: PhantomData<fn() -> R>,
}

impl<R: Right> Place<R> {
    /// The real path as clients say it: where links led.
    pub fn shown(&self) -> String {
        self.grants.shown(self.grant, &self.below)
    }

    /// The real path, where links led elsewhere than the client's path; shortened where it is very long.
    pub fn elsewhere(&self, target: &Target<R>) -> Option<String> {
        let meant = self.meant.as_ref().unwrap_or(&target.names);
        (self.grant != target.grant || self.below != *meant).then(|| brief(&self.shown()))
    }

    /// Is it the same as another, or below it? By their resolved names, so that a search counts
    /// nothing twice; access is never decided by this.
    pub fn is_within(&self, other: &Self) -> bool {
        self.grant == other.grant && self.below.starts_with(&other.below)
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use std::os::unix::fs::symlink;

    use super::super::tests::{FOLLOWED, budget, check, granted, led, preopen, tree};
    use super::super::{Read, Rights, Rules, Write};
    use super::*;

    #[test]
    fn links_into_another_grant_are_read_and_never_changed() {
        let temp = tree(&[
            "o/d/f",
            "g/f",
            "g/rel -> ../o/d/f",
            "g/abs -> {root}/o/d/f",
            "g/dir -> ../o/d",
            "g/root -> ../o",
            "g/odd -> ../x/../o/d/f",
            "g/back -> ../g/f",
            "g/own -> {root}/g/f",
            "g/up -> {root}/x/../o/d/f",
        ]);
        let name = temp.path().file_name().unwrap().to_str().unwrap();
        symlink(format!("../../{name}/o/d/f"), temp.path().join("g/far")).unwrap();
        let grants = granted(&temp);
        let table = [
            ("rel", "o/d/f File"),
            ("abs", "o/d/f File"),
            ("far", "o/d/f File"),
            ("dir/f", "o/d/f File"),
            ("root", "o Directory"),
            ("root/d", "o/d Directory"),
            ("own", "g/f File"),
            // `..` after a name that was not looked up is undefined.
            ("odd", "escapes_grant"),
            ("up", "escapes_grant"),
            ("back", "escapes_grant"),
        ];
        check::<Read>(&grants, FOLLOWED, &table);
        let target = grants.attenuate::<Read>(&VirtualPath::from("g/rel")).unwrap();
        assert_eq!((target.said().to_string(), target.shown()), ("g/rel".into(), "g/rel".into()));
        assert_eq!(target.place(&budget()).unwrap().shown(), "o/d/f");
        for (path, real) in [("g/rel", Some("o/d/f")), ("g/own", Some("g/f")), ("g/f", None)] {
            let target = grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
            let elsewhere = target.place(&budget()).unwrap().elsewhere(&target);
            assert_eq!(elsewhere.as_deref(), real, "{path}");
        }
        let place = |path: &str| {
            let target = grants.attenuate::<Read>(&VirtualPath::from(path)).unwrap();
            target.place(&budget()).unwrap()
        };
        let [inner, outer] = [place("o/d/f"), place("o/d")];
        assert!(inner.is_within(&outer) && outer.is_within(&outer) && !outer.is_within(&inner));
        assert!(!inner.is_within(&place("g/f")) && !inner.is_within(&place("g")));
        for (path, led_to) in table {
            let want = if led_to.starts_with('o') { "escapes_grant" } else { led_to };
            assert_eq!(led::<Write>(&grants, path, FOLLOWED), want, "{path}");
        }
        let blind = [("g", Rights::RO), ("o", Rights::WRITE)];
        let blind = blind.map(|(name, rights)| preopen(&temp, name, rights, Rules::default()));
        let grants = Grants::new(blind.into(), vec![], false).unwrap();
        check::<Read>(&grants, FOLLOWED, &[("rel", "escapes_grant"), ("own", "g/f File")]);
    }
}
