//! [`Watched`]: one glob of an argument, of which it is noted whether it has matched.
//!
//! May import: its neighbours. It is compiled when it is first needed: most names need it never.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use super::meaning::Meaning;
use super::sets::{Sets, Spot};

/// A glob that is watched for in one meaning.
pub(super) struct Watched {
    /// Which of those that were given.
    pub(super) nth: usize,
    /// Which part of it, where only that is watched for.
    pub(super) piece: Option<usize>,
    pub(super) meaning: Meaning,
    sets: OnceLock<Option<Sets>>,
    is_seen: AtomicBool,
    leads: AtomicBool,
    names_left_out: AtomicBool,
}

impl Watched {
    pub(super) fn new(nth: usize, meaning: Meaning) -> Self {
        Self {
            nth,
            piece: None,
            meaning,
            sets: OnceLock::new(),
            is_seen: AtomicBool::new(false),
            leads: AtomicBool::new(false),
            names_left_out: AtomicBool::new(false),
        }
    }

    /// One piece of a string of globs.
    pub(super) fn of_piece(nth: usize, piece: usize, meaning: Meaning) -> Self {
        Self { piece: Some(piece), ..Self::new(nth, meaning) }
    }

    /// Notes a name that the glob matches. `compile` is called once.
    pub(super) fn see(&self, at: Spot<'_>, compile: impl FnOnce() -> Option<Sets>) {
        if !self.is_seen() && self.is_match(at, compile) {
            self.mark();
        }
    }

    /// Does the glob match a name, or take it away? `compile` is called once.
    pub(super) fn is_match(&self, at: Spot<'_>, compile: impl FnOnce() -> Option<Sets>) -> bool {
        let sets = self.sets.get_or_init(compile);
        sets.as_ref().is_some_and(|sets| sets.takes(at).is_some())
    }

    /// Notes that the glob has matched a name.
    pub(super) fn mark(&self) {
        self.is_seen.store(true, Ordering::Relaxed);
    }

    /// Notes that the glob leads to something that was left out.
    pub(super) fn mark_leading(&self) {
        self.leads.store(true, Ordering::Relaxed);
    }

    /// Does the glob lead to something that was left out?
    pub(super) fn leads(&self) -> bool {
        self.leads.load(Ordering::Relaxed)
    }

    /// Notes that the glob is the path of something that exists and was left out.
    pub(super) fn mark_naming(&self) {
        self.names_left_out.store(true, Ordering::Relaxed);
    }

    /// Is the glob the path of something that exists and was left out?
    pub(super) fn names_left_out(&self) -> bool {
        self.names_left_out.load(Ordering::Relaxed)
    }

    /// Has the glob matched a name?
    pub(super) fn is_seen(&self) -> bool {
        self.is_seen.load(Ordering::Relaxed)
    }
}
