//! [`Grants`]: the directories handed to this process, with what is known of them.
//!
//! A grant is a handle, rights and rules. All of it is fixed at startup, except the locks of changes and the index of
//! links, which one call leaves to the next. `attenuate` turns a path into authority over a part of a grant.
//!
//! May import: `error`, `limits`, `path`, `system`. Nothing here opens a host path. The host paths of a grant are lists of
//! names, against which paths of clients are compared.

pub(super) mod above;
pub(super) mod grant;
pub(super) mod grant_info;
pub(super) mod known_links;
pub(super) mod link_index;
pub(super) mod link_tree;
pub(super) mod locks;

use std::sync::Arc;

use crate::cap::grants::grant::{Grant, Preopen, Unavailable};
use crate::cap::grants::known_links::ProtectedLinks;
use crate::cap::grants::locks::ChangeLocks;
use crate::cap::handle::resolver::Resolver;
use crate::cap::rights::Rights;
use crate::path::{Name, join};

/// All grants of this process, fixed at startup. Cheap to clone.
#[derive(Clone)]
pub struct Grants(Arc<Inner>);

pub(super) struct Inner {
    pub(super) grants: Vec<Arc<Grant>>,
    pub(super) unavailable: Vec<Unavailable>,
    pub(super) resolver: Resolver,
    pub(super) turns: Arc<ChangeLocks>,
    pub(super) protected_links: ProtectedLinks,
    may_write_in_place: bool,
}

impl Grants {
    /// Takes over the opened directories.
    ///
    /// # Errors
    /// When a handle cannot be looked at, or this system cannot keep `one_file_system`.
    pub fn new(
        preopens: Vec<Preopen>,
        unavailable: Vec<Unavailable>,
        one_file_system: bool,
    ) -> std::io::Result<Self> {
        let resolver = preopens.first().map_or(Resolver::Walk, |p| Resolver::probe(&p.dir));
        let grants = preopens.into_iter().enumerate();
        let grants = grants.map(|(number, p)| Grant::new(number, p, one_file_system).map(Arc::new));
        let grants = grants.collect::<std::io::Result<_>>()?;
        let turns = Arc::default();
        let protected_links = ProtectedLinks::default();
        Ok(Self(Arc::new(Inner {
            grants,
            unavailable,
            resolver,
            turns,
            protected_links,
            may_write_in_place: false,
        })))
    }

    /// Permits to write files where they lie. Only before they are shared: at startup.
    #[must_use]
    pub fn writing_in_place(mut self, may: bool) -> Self {
        if let Some(inner) = Arc::get_mut(&mut self.0) {
            inner.may_write_in_place = may;
        }
        self
    }

    /// May a file be written where it lies, if a call asks for it?
    pub fn may_write_in_place(&self) -> bool {
        self.0.may_write_in_place
    }

    /// All rights that some grant has.
    pub fn rights(&self) -> Rights {
        self.0.grants.iter().fold(Rights::NONE, |all, grant| all.union(grant.rights))
    }

    /// How paths are resolved on this system.
    pub fn resolver(&self) -> Resolver {
        self.0.resolver
    }

    /// Do paths begin with the name of a grant? Not where there is but one.
    pub fn are_named_in_paths(&self) -> bool {
        self.0.grants.len() + self.0.unavailable.len() > 1
    }

    /// The handle and the rights of each grant: for the kernel's own rules, and for nothing else.
    #[cfg(all(target_os = "linux", not(preopen_portable)))]
    pub(crate) fn handles(&self) -> impl Iterator<Item = (impl std::os::fd::AsFd, Rights)> {
        self.0.grants.iter().map(|grant| (&*grant.dir, grant.rights))
    }

    pub(super) fn inner(&self) -> &Inner {
        &self.0
    }

    /// The path as clients say it.
    pub(super) fn display_path(&self, grant: &Grant, below: &[Name]) -> String {
        let name = &grant.name;
        match (self.are_named_in_paths(), below) {
            (false, _) => join(below),
            (true, []) => name.to_owned(),
            (true, _) => format!("{name}/{}", join(below)),
        }
    }

    /// What stands in front of the names below a grant: its name and a slash, or nothing.
    pub(super) fn in_front_of_paths(&self, grant: &Grant) -> String {
        let name = &grant.name;
        if self.are_named_in_paths() { format!("{name}/") } else { String::new() }
    }

    /// A clause for hints and instructions.
    pub fn how_paths_look(&self) -> String {
        if self.are_named_in_paths() {
            "`NAME/path/in/it`, where NAME is the name of a granted directory".into()
        } else {
            "relative to the granted directory, such as `src/main.rs`".into()
        }
    }

    pub(super) fn names(&self) -> String {
        let names: Vec<_> = self.0.grants.iter().map(|g| format!("`{}`", g.name)).collect();
        names.join(", ")
    }
}

impl Inner {
    /// Finds the grant with the longest spelling that is a prefix of an absolute path. Returns it with the number of
    /// names in that prefix.
    pub(super) fn spelled(&self, names: &[Name]) -> Option<(&Arc<Grant>, usize)> {
        let all =
            self.grants.iter().flat_map(|grant| grant.spellings.iter().map(move |s| (grant, s)));
        let fits = all.filter(|(_, spelling)| names.starts_with(spelling));
        fits.map(|(grant, spelling)| (grant, spelling.len())).max_by_key(|(_, len)| *len)
    }
}
