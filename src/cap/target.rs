//! [`Target`]: designation and authority in one value.
//!
//! A handle for `docs` used with the path `scratch/x` would be a confused deputy; so the two never
//! travel apart. A `Target<R>` carries the right `R` in its type: what a tool cannot do with its
//! target does not compile. Only `Grants::attenuate` makes targets.
//!
//! May import: `path`. There is no public constructor, and no access to the handle.

use crate::cap::grants::grant::Grant;
use std::marker::PhantomData;
use std::sync::Arc;

use crate::cap::grants::Grants;
use crate::cap::rights::Right;
use crate::path::{Name, VirtualPath, join};

/// A place that a client named, with the right `R` to it. Nothing is opened yet.
pub struct Target<R> {
    pub(super) grants: Grants,
    pub(super) grant: Arc<Grant>,
    pub(super) names: Vec<Name>,
    pub(super) must_be_dir: bool,
    pub(super) requested: VirtualPath,
    right: PhantomData<fn() -> R>,
}

impl<R: Right> Target<R> {
    pub(super) fn new(
        grants: Grants,
        grant: Arc<Grant>,
        names: Vec<Name>,
        must_be_dir: bool,
        said: VirtualPath,
    ) -> Self {
        Self { grants, grant, names, must_be_dir, requested: said, right: PhantomData }
    }

    /// The path as the client said it.
    pub fn requested(&self) -> &VirtualPath {
        &self.requested
    }

    /// The path as the client could say it, links not followed.
    pub fn display_path(&self) -> String {
        self.grants.display_path(&self.grant, &self.names)
    }

    /// The name of the grant that it lies in.
    pub fn grant_name(&self) -> &str {
        &self.grant.name
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
        let rest = rest.trim_matches('/');
        let below = join(&self.names);
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
}
