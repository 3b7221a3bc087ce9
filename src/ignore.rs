//! [`Ignored`]: what `.gitignore` and `.ignore` say of names, as git and ripgrep read them.
//!
//! The files are read through the handles of the walk, from the root of the grant down. What lies
//! outside a grant, such as the user's own list for all repositories, is not known here. The nearest
//! file wins; `.ignore` wins over `.gitignore`, and both over `.git/info/exclude`. As with git,
//! `.gitignore` says nothing outside a repository, and nothing beyond the nearest one.
//!
//! The rules that apply at once are bounded, since they take many times their size in memory. What is left out is
//! counted, and the answer says so.
//!
//! May import: `cap`, `limits`. This module does not walk; the crate that knows the patterns could do that too, by path.

mod rules;

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use crate::cap::{Kind, Listing, Place, Read, Tally, WalkedDir, WalkedEntry};
use crate::limits::{Budget, Work};

use self::rules::{Compiled, Rules};
pub use self::rules::{MAX_BYTES, MAX_RULES, MAX_WILDCARD_BYTES};

/// Directories that belong to a program that keeps versions, and are never searched.
const VERSIONS: [&[u8]; 4] = [b".git", b".hg", b".svn", b".jj"];

/// What is ignored in a directory, and in all below it.
#[derive(Clone, Default)]
pub struct Ignored(Option<Arc<Level>>);

/// The ignore files of one call.
pub struct IgnoreFiles<'a> {
    budget: &'a Budget,
    compiled: Arc<Compiled>,
    left_out: Mutex<Tally>,
}

struct Level {
    above: Ignored,
    /// Bytes of the way to its directory from the root of the grant.
    len: usize,
    own: Option<Arc<Rules>>,
    git: Option<Arc<Rules>>,
    exclude: Option<Arc<Rules>>,
    is_repository: bool,
    /// Is matching one name slow, because of the rules here or above?
    is_costly: bool,
    /// Is this directory, or one above it, a repository?
    is_in_repository: bool,
}

/// Does the name belong to a program that keeps versions?
pub fn is_of_versions(name: &[u8]) -> bool {
    VERSIONS.contains(&name)
}

impl Ignored {
    /// What the directories above a place say of it and of all below.
    pub fn above(place: &Place<Read>, files: &IgnoreFiles<'_>) -> Self {
        let names: [&[u8]; 3] = [b".ignore", b".gitignore", b".git"];
        WalkedDir::above(place)
            .iter()
            .fold(Self::default(), |above, dir| above.and_in(dir, &dir.look_for(&names), files))
    }

    /// The same, and what the files in this directory say.
    #[must_use]
    pub fn and_in(&self, dir: &WalkedDir, names: &Listing, files: &IgnoreFiles<'_>) -> Self {
        let (mut own, mut git, mut is_repository) = (false, false, false);
        for entry in names.iter().filter(|entry| entry.name.starts_with(b".")) {
            match entry.name {
                b".ignore" => own = true,
                b".gitignore" => git = true,
                b".git" => is_repository = true,
                _ => {}
            }
        }
        if !(own || git || is_repository) {
            return self.clone();
        }
        let is_in_one = self.0.as_ref().is_some_and(|level| level.is_in_repository);
        let read = |name: &[&[u8]]| files.rules(dir, name);
        let own = own.then(|| read(&[b".ignore"])).flatten();
        let git = git.then(|| read(&[b".gitignore"])).flatten();
        let exclude = is_repository.then(|| read(&[b".git", b"info", b"exclude"])).flatten();
        let is_costly = [&own, &git, &exclude].into_iter().flatten().any(|rules| rules.is_costly());
        Self(Some(Arc::new(Level {
            above: self.clone(),
            len: dir.path_in_grant().len(),
            own,
            git,
            exclude,
            is_repository,
            is_costly: is_costly || self.is_costly(),
            is_in_repository: is_repository || is_in_one,
        })))
    }

    /// Is the entry of this directory ignored? `None` if the call must stop, which is
    /// checked only where matching is slow.
    pub fn covers(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        files: &IgnoreFiles<'_>,
    ) -> Option<bool> {
        let Some(nearest) = &self.0 else { return Some(false) };
        if nearest.is_costly {
            files.budget.step().ok()?;
        }
        let _busy = nearest.is_costly.then(|| files.budget.begin(Work::IgnoreRules));
        let path = [dir.path_in_grant(), entry.name].concat();
        let is_dir = entry.kind == Kind::Directory;
        let (mut own, mut git, mut exclude) = (None, None, None);
        let mut beyond = false;
        for level in self.levels() {
            let below = Path::new(OsStr::from_bytes(path.get(level.len..).unwrap_or_default()));
            own = own.or_else(|| matched(level.own.as_ref(), below, is_dir));
            if nearest.is_in_repository && !beyond {
                git = git.or_else(|| matched(level.git.as_ref(), below, is_dir));
                exclude = exclude.or_else(|| matched(level.exclude.as_ref(), below, is_dir));
            }
            beyond |= level.is_repository;
        }
        Some(own.or(git).or(exclude).unwrap_or(false))
    }

    /// Does a look at one name take its time?
    fn is_costly(&self) -> bool {
        let Some(level) = &self.0 else { return false };
        level.is_costly
    }

    /// From the nearest up.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        std::iter::successors(self.0.as_deref(), |level| level.above.0.as_deref())
    }
}

fn matched(rules: Option<&Arc<Rules>>, below: &Path, is_dir: bool) -> Option<bool> {
    rules?.matched(below, is_dir)
}

impl<'a> IgnoreFiles<'a> {
    /// Those of the call that has this budget.
    pub fn new(budget: &'a Budget) -> Self {
        Self { budget, compiled: budget.kept().of(), left_out: Mutex::default() }
    }

    /// The files of which rules were left out.
    pub fn left_out(self) -> Tally {
        self.left_out.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The rules of a file; nothing if it cannot be read, or has none that apply.
    fn rules(&self, dir: &WalkedDir, names: &[&[u8]]) -> Option<Arc<Rules>> {
        let file = match names {
            [name] => dir.open_file(name),
            names => dir.open_below(names),
        };
        let (rules, is_whole) = self.compiled.rules(&file?, self.budget);
        if !is_whole {
            let mut left_out = self.left_out.lock().unwrap_or_else(PoisonError::into_inner);
            left_out.one(dir.shown(names.first()?));
        }
        rules
    }
}
