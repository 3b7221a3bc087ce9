//! What globs were found to mean besides what they say, and what else they may mean.
//!
//! May import: `limits`, `error`, its neighbours.

use super::super::glob_foreign::Foreign;
use super::super::glob_list::FromGrant;
use super::super::glob_meaning::Meaning;
use super::super::glob_watch::Watched;
use super::NamePatterns;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::brief;

/// Most bytes of all globs of one argument that are tried in other meanings.
const MAX_TRIED_BYTES: usize = 2_000;

impl NamePatterns {
    /// The same patterns as they were found to be meant: as names that are there, and from the top of the grant.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::tools) fn reread(&self, budget: &Budget) -> Result<Option<Self>, ToolError> {
        let literally = self.literally();
        let of = |one: &&Watched, other: &Watched| (one.nth, one.piece) == (other.nth, other.piece);
        let is_idle =
            |one: &&Watched| !self.takes_away.iter().any(|other| of(one, other) && other.is_seen());
        let found = self.from_grant.iter().filter(|one| one.is_seen()).filter(is_idle);
        let found: Vec<_> = found.filter_map(|one| Some((one.nth, one.piece?))).collect();
        if literally.is_none() && found.is_empty() {
            return Ok(None);
        }
        let mut again = self.uncompiled();
        for (nth, n) in found {
            let piece = again.given.get_mut(nth).and_then(|given| given.pieces.get_mut(n));
            if let Some(piece) = piece {
                piece.from_grant = FromGrant::Yes;
            }
        }
        again.meaning(literally.unwrap_or_else(|| self.meanings.clone()), budget).map(Some)
    }

    /// The meanings with those globs taken as names that were seen as such; `None` if none was.
    pub(in crate::tools) fn literally(&self) -> Option<Vec<Meaning>> {
        let mut meanings = self.meanings.clone();
        let mut is_any = false;
        for watched in self.watched.iter().filter(|one| one.is_seen()) {
            // All of it comes before a part of it.
            if let Some(meaning @ Meaning::Glob) = meanings.get_mut(watched.nth) {
                *meaning = watched.meaning;
                is_any = true;
            }
        }
        is_any.then_some(meanings)
    }

    /// What each pattern is taken for.
    pub(in crate::tools) fn meanings(&self) -> &[Meaning] {
        &self.meanings
    }

    /// # Errors
    /// `bad_args` where one of the patterns is no glob.
    pub(in crate::tools) fn check(&self) -> Result<(), ToolError> {
        self.malformed.clone().map_or(Ok(()), Err)
    }

    /// The same patterns in another meaning, where that can differ.
    pub(in crate::tools) fn instead(&self, meaning: Meaning) -> Option<Vec<Meaning>> {
        let meanings = self.given.iter().zip(&self.meanings).map(|(given, now)| {
            if given.is_positive() && *now == Meaning::Glob { meaning } else { *now }
        });
        let bytes: usize = self.given.iter().map(|given| given.text.len()).sum();
        let can_differ = bytes <= MAX_TRIED_BYTES
            && self.given.iter().any(|given| meaning.can_differ(given, self.readings.text));
        can_differ.then(|| meanings.collect())
    }

    /// The same patterns, compiled from what was given.
    pub(in crate::tools) fn again(
        &self,
        meanings: Vec<Meaning>,
        budget: &Budget,
    ) -> Result<Self, ToolError> {
        self.uncompiled().meaning(meanings, budget)
    }

    fn uncompiled(&self) -> Self {
        Self {
            argument: self.argument,
            readings: self.readings,
            leaves_out: self.leaves_out,
            given: self.given.clone(),
            ..Self::none()
        }
    }

    /// How the patterns were taken, where that needs saying.
    pub(in crate::tools) fn taken_for(&self) -> Option<String> {
        let differ = |meaning: &&Meaning| **meaning != Meaning::Glob;
        let meaning = self.meanings.iter().find(differ)?;
        let mut all = self.given.iter().zip(&self.meanings).filter(|(_, is)| *is == meaning);
        if let Meaning::Foreign(nth) = meaning {
            let (given, other) =
                all.find_map(|(given, _)| Some((given, given.foreign.get(*nth)?)))?;
            let how = match &other.reading {
                Foreign::Globs(globs, _) => format!("`{}`", brief(globs)),
                Foreign::Expression(_) => "it as a regular expression for the path".into(),
            };
            let text = brief(&given.text);
            let argument = self.argument;
            return Some(format!(
                "nothing matches {argument} `{text}` as it is written; these match {how}"
            ));
        }
        let text = brief(&all.next()?.0.text);
        Some(meaning.in_words(&text, self.argument))
    }
}
