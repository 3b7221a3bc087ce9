//! [`Candidates`]: other meanings of the globs that matched nothing, of which a walk finds out which match.
//!
//! May import: `cap`, its neighbours.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::glob_meaning::Meaning;
use super::glob_sets::{Sets, Spot};
use crate::cap::WalkedDir;

/// The other meanings of some globs.
#[derive(Default)]
pub(super) struct Candidates(pub(super) Vec<Candidate>);

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
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|one| one.meanings.is_empty())
    }

    /// Notes which meanings match the name of something that would be found.
    pub(super) fn see(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) {
        let at = Spot::new(dir, name, is_directory);
        self.0.iter().for_each(|one| one.see(at));
    }
}
