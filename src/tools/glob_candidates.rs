//! [`Candidates`]: other meanings of the globs that matched nothing, of which a walk finds out which match.
//!
//! May import: `cap`, its neighbours.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::glob_meaning::Meaning;
use super::glob_sets::{Sets, Signed, Spot};
use crate::cap::WalkedDir;

/// The other meanings of some globs.
#[derive(Default)]
pub(super) struct Candidates {
    pub(super) all: Vec<Candidate>,
    /// All meanings of all globs.
    signed: Vec<Signed>,
    /// The same as one, where they are not too large for it.
    any: OnceLock<Option<Sets>>,
    names_seen: AtomicUsize,
}

/// Of more names than this, most match none, and compiling all meanings as one takes less time than it saves.
const MANY_NAMES: usize = 1_000;

/// The other meanings of one glob.
pub(super) struct Candidate {
    /// Which of those that were given.
    pub(super) nth: usize,
    /// Which piece of it; all of it where there is none.
    pub(super) piece: Option<usize>,
    /// The likeliest first.
    pub(super) meanings: Vec<(Meaning, Sets)>,
    /// The first that has matched.
    first: AtomicUsize,
}

impl Candidate {
    pub(super) fn new(nth: usize, piece: Option<usize>, meanings: Vec<(Meaning, Sets)>) -> Self {
        Self { nth, piece, meanings, first: AtomicUsize::new(usize::MAX) }
    }

    /// The first meaning that has matched a name.
    pub(super) fn found(&self) -> Option<Meaning> {
        self.meanings.get(self.first.load(Ordering::Relaxed)).map(|(meaning, _)| *meaning)
    }

    fn see(&self, at: Spot<'_>) {
        let first = self.first.load(Ordering::Relaxed);
        let is_match = |(_, sets): &(Meaning, Sets)| sets.takes(at) == Some(true);
        if let Some(found) = self.meanings.iter().take(first).position(is_match) {
            self.first.fetch_min(found, Ordering::Relaxed);
        }
    }
}

impl Candidates {
    pub(super) fn new(all: Vec<Candidate>, signed: Vec<Signed>) -> Self {
        Self { all, signed, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.iter().all(|one| one.meanings.is_empty())
    }

    /// Notes which meanings match the name of a grant that would be found.
    pub(super) fn see_grant(&self, name: &str) {
        let at = Spot::of_grant(name.as_bytes());
        self.all.iter().for_each(|one| one.see(at));
    }

    /// Notes which meanings match the name of something that would be found.
    pub(super) fn see(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) {
        let at = Spot::new(dir, name, is_directory);
        let are_many = self.names_seen.fetch_add(1, Ordering::Relaxed) >= MANY_NAMES;
        let any = are_many.then(|| self.any.get_or_init(|| Sets::new(&self.signed)).as_ref());
        let is_none = any.flatten().is_some_and(|any| any.takes(at).is_none());
        if !is_none {
            self.all.iter().for_each(|one| one.see(at));
        }
    }
}
