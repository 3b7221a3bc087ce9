//! [`Candidates`]: what globs can mean, of which a search finds out which match.
//!
//! May import: `cap`, its neighbours.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::meaning::Meaning;
use super::sets::{Sets, Signed, Spot};
use crate::cap::WalkedDir;

/// The meanings of some globs.
#[derive(Default)]
pub(in crate::tools) struct Candidates {
    pub(super) all: Vec<Candidate>,
    /// Bytes of the globs, each times its meanings.
    bytes: usize,
    /// All meanings of all globs.
    signed: Vec<Signed>,
    /// The same as one, where they are not too large for it.
    any: OnceLock<Option<Sets>>,
    names_seen: AtomicUsize,
}

/// Of more names than this, most match none, and compiling all meanings as one takes less time than it saves.
const MANY_NAMES: usize = 1_000;

/// The meanings of one glob.
pub(super) struct Candidate {
    /// Which of those that were given.
    pub(super) nth: usize,
    /// Which piece of it; all of it where there is none.
    pub(super) piece: Option<usize>,
    /// Does it take what it matches?
    takes: bool,
    /// The likeliest first.
    meanings: Vec<(Meaning, Sets)>,
    /// The first that has matched.
    first: AtomicUsize,
    /// The first path that one which is only shown has matched.
    example: Mutex<Option<(usize, String)>>,
}

impl Candidate {
    pub(super) fn new(
        (nth, piece): (usize, Option<usize>),
        takes: bool,
        meanings: Vec<(Meaning, Sets)>,
    ) -> Self {
        let first = AtomicUsize::new(usize::MAX);
        let example = Mutex::default();
        Self { nth, piece, takes, meanings, first, example }
    }

    /// The first meaning that has matched a name.
    pub(super) fn found(&self) -> Option<Meaning> {
        self.meanings.get(self.first.load(Ordering::Relaxed)).map(|(meaning, _)| *meaning)
    }

    /// A path that the found meaning matched, relative to the searched directory; only for meanings that are only suggested.
    pub(super) fn example(&self) -> Option<String> {
        let example = self.example.lock().unwrap_or_else(PoisonError::into_inner);
        example.as_ref().map(|(_, path)| path.clone())
    }

    fn see(&self, at: Spot<'_>) {
        let first = self.first.load(Ordering::Relaxed);
        let is_match = |(_, sets): &(Meaning, Sets)| sets.takes(at) == Some(self.takes);
        let is_shown =
            |nth: usize| self.meanings.get(nth).is_some_and(|(one, _)| one.is_only_suggested());
        let tried = if is_shown(first) { first + 1 } else { first };
        let Some(found) = self.meanings.iter().take(tried).position(is_match) else { return };
        self.first.fetch_min(found, Ordering::Relaxed);
        if is_shown(found) {
            let path = String::from_utf8_lossy(&[at.way, at.name].concat()).into_owned();
            let mut example = self.example.lock().unwrap_or_else(PoisonError::into_inner);
            let other = (found, path);
            if example.as_ref().is_none_or(|known| other < *known) {
                *example = Some(other);
            }
        }
    }
}

impl Candidates {
    /// Adds a glob in these meanings.
    pub(super) fn add(&mut self, candidate: Candidate, signed: impl IntoIterator<Item = Signed>) {
        self.all.push(candidate);
        self.signed.extend(signed);
    }

    /// Takes so many bytes of the room for globs; `false` where they do not fit.
    pub(super) fn take_bytes(&mut self, bytes: usize, most: usize) -> bool {
        let fits = self.bytes.saturating_add(bytes) <= most;
        self.bytes += if fits { bytes } else { 0 };
        fits
    }

    pub(in crate::tools) fn is_empty(&self) -> bool {
        self.all.iter().all(|one| one.meanings.is_empty())
    }

    /// The one for this glob.
    pub(super) fn of(&self, nth: usize, piece: Option<usize>) -> Option<&Candidate> {
        self.all.iter().find(|one| (one.nth, one.piece) == (nth, piece))
    }

    /// Notes which meanings match the name of a grant that would be found.
    pub(in crate::tools) fn see_grant(&self, name: &str) {
        self.see_at(Spot::of_grant(name.as_bytes()));
    }

    /// Notes which meanings match the name of something that would be found.
    pub(in crate::tools) fn see(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) {
        self.see_at(Spot::new(dir, name, is_directory));
    }

    /// Notes which meanings match a name.
    pub(super) fn see_at(&self, at: Spot<'_>) {
        if self.all.is_empty() {
            return;
        }
        let are_many = self.names_seen.fetch_add(1, Ordering::Relaxed) >= MANY_NAMES;
        let any = are_many.then(|| self.any.get_or_init(|| Sets::new(&self.signed)).as_ref());
        let is_none = any.flatten().is_some_and(|any| any.takes(at).is_none());
        if !is_none {
            self.all.iter().for_each(|one| one.see(at));
        }
    }
}
