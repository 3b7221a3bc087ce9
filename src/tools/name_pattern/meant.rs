//! What globs were found to mean besides what they say, and what else they may mean.
//!
//! May import: `limits`, `error`, its neighbours.

use super::super::glob_candidates::{Candidate, Candidates};
use super::super::glob_foreign::Foreign;
use super::super::glob_list::{FromGrant, Given};
use super::super::glob_meaning::{Keeps, Meaning, Spelling, Taken};
use super::super::glob_sets::{Sets, Signed};
use super::super::glob_watch::Watched;
use super::{FEW_GLOBS, NamePatterns};
use crate::error::ToolError;
use crate::limits::{Budget, Work};
use crate::path::brief;

/// Most bytes of all globs of one argument that are tried in other meanings.
const MAX_TRIED_BYTES: usize = 2_000;
/// Most other meanings that are tried at once.
const MOST_TRIED: usize = 400;

impl NamePatterns {
    /// The same patterns as they were found to be meant: as names that are there, and from the top of the grant.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::tools) fn reread(&self, budget: &Budget) -> Result<Option<Self>, ToolError> {
        let named = self.literally();
        let found = self.from_grant.iter().filter(|one| one.is_seen() && self.is_idle(one));
        let found: Vec<_> = found.filter_map(|one| Some((one.nth, one.piece?))).collect();
        if named.is_none() && found.is_empty() {
            return Ok(None);
        }
        let mut again = self.uncompiled();
        let taken = named.unwrap_or_else(|| self.taken.clone());
        for (nth, n) in found {
            let piece = again.given.get_mut(nth).and_then(|given| given.pieces.get_mut(n));
            if let Some(piece) = piece {
                piece.from_grant = FromGrant::Yes;
            }
        }
        again.taken(taken, budget).map(Some)
    }

    /// What the patterns are taken for with those as names that were seen as such; `None` if none was.
    pub(in crate::tools) fn literally(&self) -> Option<Vec<Taken>> {
        let mut taken = self.taken.clone();
        let mut is_any = false;
        for watched in self.watched.iter().filter(|one| one.is_seen()) {
            let is_written = |n| {
                let now = taken.get(watched.nth).and_then(|taken| taken.of_piece(n));
                now == Some(Meaning::WRITTEN)
            };
            let is_other = watched.meaning.keeps == Keeps::AllButStars;
            if is_other && !(self.is_idle(watched) && watched.piece.is_some_and(is_written)) {
                continue;
            }
            is_any = true;
            let whole = taken.get_mut(watched.nth);
            match (watched.piece, whole) {
                (Some(n), Some(Taken::Each(_))) => set(&mut taken, watched.nth, n, watched.meaning),
                // All of it comes before a part of it.
                (None, Some(whole @ Taken::Each(_))) => *whole = Taken::All(watched.meaning),
                _ => {}
            }
        }
        is_any.then_some(taken)
    }

    /// Has one that takes away matched nothing as it is written?
    fn is_idle(&self, one: &Watched) -> bool {
        let is_it = |other: &&Watched| (one.nth, one.piece) == (other.nth, other.piece);
        !self.takes_away.iter().filter(is_it).any(Watched::is_seen)
    }

    /// # Errors
    /// `bad_args` if one of the patterns is not a glob.
    pub(in crate::tools) fn check(&self) -> Result<(), ToolError> {
        self.malformed.clone().map_or(Ok(()), Err)
    }

    /// Other meanings of the globs that matched nothing. Of those that lead to something that was left out, only what
    /// lies in other directories of that name.
    ///
    /// # Errors
    /// `timed_out`, `cancelled`.
    pub(in crate::tools) fn candidates(&self, budget: &Budget) -> Result<Candidates, ToolError> {
        let _busy = budget.begin(Work::Patterns);
        let idle = || self.each.iter().filter(|one| !one.is_seen());
        let bytes: usize = idle().filter_map(|one| Some(self.text_of(one)?.len())).sum();
        if bytes > MAX_TRIED_BYTES {
            return Ok(Candidates::default());
        }
        let (mut all, mut signed, mut tried) = (vec![], vec![], 0);
        let mut add = |nth, piece: Option<usize>, meanings: Vec<Meaning>| {
            let mut compiled = vec![];
            for meaning in meanings {
                budget.step()?;
                tried += 1;
                // Another meaning can be too large, or malformed, where the one that was written is not.
                let Some(some) = self.tried(nth, piece, meaning).filter(|_| tried <= MOST_TRIED)
                else {
                    continue;
                };
                if let Some(sets) = Sets::of_one(&some) {
                    compiled.push((meaning, sets));
                    signed.extend(some.into_iter().filter(|one| one.takes));
                }
            }
            all.push(Candidate::new(nth, piece, compiled));
            Ok::<(), ToolError>(())
        };
        for one in idle() {
            let (Some(given), Some(taken)) = (self.given.get(one.nth), self.taken.get(one.nth))
            else {
                continue;
            };
            let mut meanings = self.others(one, given, taken);
            if one.leads() {
                meanings.retain(|meaning| meaning.spelling == one.meaning.spelling);
            }
            add(one.nth, one.piece, meanings)?;
        }
        // Some spellings of other programs have commas.
        for (nth, given) in self.given.iter().enumerate() {
            let of_it = || self.each.iter().filter(|one| one.nth == nth && one.piece.is_some());
            let is_idle = of_it().all(|one| !one.is_seen() && !one.leads());
            if given.pieces.len() > 1 && is_idle && of_it().next().is_some() {
                add(nth, None, Meaning::foreign(given, self.readings.text))?;
            }
        }
        Ok(Candidates::new(all, signed))
    }

    /// Other meanings of one glob that matched nothing.
    fn others(&self, one: &Watched, given: &Given, taken: &Taken) -> Vec<Meaning> {
        let text = self.readings.text;
        match (one.piece.and_then(|n| given.pieces.get(n)), taken) {
            (Some(piece), Taken::Each(_)) => {
                let is_all = given.pieces.len() == 1;
                let foreign = if is_all { Meaning::foreign(given, text) } else { vec![] };
                Meaning::others(piece, text, one.meaning.keeps, foreign)
            }
            // What lies in a directory of that name.
            (None, Taken::All(meaning)) if text == super::Text::Whole => {
                vec![Meaning { is_inside: true, ..*meaning }]
            }
            _ => vec![],
        }
    }

    /// One glob in another meaning.
    fn tried(&self, nth: usize, piece: Option<usize>, meaning: Meaning) -> Option<Vec<Signed>> {
        let given = self.given.get(nth)?;
        let is_of_all = matches!(
            meaning.spelling,
            Spelling::Foreign(_)
                | Spelling::ForeignBelow(_)
                | Spelling::Whole
                | Spelling::WholePart
        );
        match piece {
            Some(n) if !is_of_all => {
                Some(vec![self.readings.piece(given.pieces.get(n)?, meaning).ok()?])
            }
            _ => self.readings.all_of(given, meaning).ok(),
        }
    }

    /// The same patterns, with those that matched nothing taken for what a walk found. Nothing where it found nothing.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::tools) fn retaken(
        &self,
        candidates: &Candidates,
        budget: &Budget,
    ) -> Result<Option<Self>, ToolError> {
        let mut taken = self.taken.clone();
        let (mut changed, mut is_any) = (vec![false; taken.len()], false);
        for one in &candidates.all {
            let Some(meaning) = one.found() else { continue };
            let Some(is_changed) = changed.get_mut(one.nth) else { continue };
            let is_of_all = matches!(
                meaning.spelling,
                Spelling::Foreign(_) | Spelling::ForeignBelow(_) | Spelling::Whole
            );
            match one.piece {
                Some(n) if !is_of_all => set(&mut taken, one.nth, n, meaning),
                // The pieces of it come before all of it.
                None if *is_changed => continue,
                _ => {
                    if let Some(whole) = taken.get_mut(one.nth) {
                        *whole = Taken::All(meaning);
                    }
                }
            }
            *is_changed = true;
            is_any = true;
        }
        if is_any { self.uncompiled().taken(taken, budget).map(Some) } else { Ok(None) }
    }

    /// The same patterns, of which nothing is noted yet.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::tools) fn again(&self, budget: &Budget) -> Result<Self, ToolError> {
        self.uncompiled().taken(self.taken.clone(), budget)
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

    /// How each glob was taken, where that needs saying. Nothing of one that matches nothing even so.
    pub(in crate::tools) fn taken_for(&self) -> Vec<String> {
        let mut notes = vec![];
        for (nth, (given, taken)) in self.given.iter().zip(&self.taken).enumerate() {
            let is_idle = |piece: Option<usize>| {
                let is_it = |one: &&Watched| (one.nth, one.piece) == (nth, piece);
                self.each.iter().filter(is_it).any(|one| !one.is_seen())
            };
            match taken {
                Taken::All(_) if is_idle(None) => {}
                Taken::All(meaning) => notes.extend(self.in_words_as(given, &given.text, *meaning)),
                Taken::Each(meanings) => {
                    let is_list = given.pieces.len() > 1;
                    let each = given.pieces.iter().zip(meanings).enumerate();
                    for (_, (piece, meaning)) in each.filter(|(n, _)| !is_idle(Some(*n))) {
                        let text = if is_list { piece.text() } else { given.text.clone() };
                        notes.extend(self.in_words_as(given, &text, *meaning));
                    }
                }
            }
        }
        notes.truncate(FEW_GLOBS);
        notes
    }

    fn in_words_as(&self, given: &Given, text: &str, meaning: Meaning) -> Option<String> {
        let other = match meaning.spelling {
            Spelling::Foreign(nth) | Spelling::ForeignBelow(nth) => {
                match &given.foreign.get(nth)?.reading {
                    Foreign::Globs(globs, _) => format!("`{}`", brief(globs)),
                    Foreign::Expression(_) => "it as a regular expression for the path".into(),
                }
            }
            _ => String::new(),
        };
        meaning.in_words(&brief(text), self.argument, &other)
    }
}

/// Sets what one piece is taken for.
fn set(taken: &mut [Taken], nth: usize, n: usize, meaning: Meaning) {
    if let Some(Taken::Each(meanings)) = taken.get_mut(nth)
        && let Some(one) = meanings.get_mut(n)
    {
        *one = meaning;
    }
}
