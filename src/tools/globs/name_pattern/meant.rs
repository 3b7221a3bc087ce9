//! What globs were found to mean besides what they say, and what else they may mean.
//!
//! May import: `limits`, `error`, its neighbours.

use super::{FEW_GLOBS, NamePatterns};
use crate::error::ToolError;
use crate::limits::{Budget, Work};
use crate::path::brief;
use crate::tools::globs::candidates::{Candidate, Candidates};
use crate::tools::globs::foreign::Foreign;
use crate::tools::globs::given::Given;
use crate::tools::globs::meaning::{Keeps, Meaning, Taken, Text};
use crate::tools::globs::watched::Watched;

/// Most bytes of all globs of one argument that are tried in other meanings.
const MAX_TRIED_BYTES: usize = 2_000;
/// Most other meanings that are tried at once.
const MOST_TRIED: usize = 400;

impl NamePatterns {
    /// The same patterns as they were found to be meant: as names that are there, and from the top of the grant.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::tools) fn with_names_seen(
        &self,
        budget: &Budget,
    ) -> Result<Option<Self>, ToolError> {
        self.literally().map(|taken| self.uncompiled().taken(taken, budget)).transpose()
    }

    /// What the patterns are taken for with those as names that were seen as such; `None` if none was.
    pub(super) fn literally(&self) -> Option<Vec<Taken>> {
        let mut taken = self.taken.clone();
        let seen = [self.names.get(), self.away.get()].into_iter().flatten();
        for one in seen.flat_map(|seen| &seen.all) {
            if let Some(meaning) = one.found().filter(|meaning| !meaning.is_only_suggested()) {
                take(&mut taken, one, meaning);
            }
        }
        (taken != self.taken).then_some(taken)
    }

    /// # Errors
    /// `bad_args` if one of the patterns is not a glob.
    pub(in crate::tools) fn check(&self) -> Result<(), ToolError> {
        match &self.malformed {
            Some(refused) => Err(refused.clone()),
            None => Ok(()),
        }
    }

    /// Other meanings of the globs that matched nothing. What was left out on the way keeps none from being tried. Only a
    /// glob that is the path of something left out has no other meaning than what lies in directories of that name.
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
        let mut all = Candidates::default();
        let mut tried = 0;
        let mut add = |of: (usize, Option<usize>), meanings: Vec<Meaning>| {
            let mut compiled = vec![];
            for meaning in meanings {
                budget.step()?;
                tried += 1;
                if tried <= MOST_TRIED {
                    compiled.push((meaning, self.tried(of, meaning)));
                }
            }
            self.add_compiled(&mut all, of, compiled);
            Ok::<(), ToolError>(())
        };
        let text = self.readings.text;
        for (nth, (given, taken)) in self.given.iter().zip(&self.taken).enumerate() {
            let of_it = || self.each.iter().filter(|one| one.nth == nth);
            let idle = || of_it().filter(|one| !one.is_seen());
            let is_all_idle = idle().next().is_some() && idle().count() == of_it().count();
            let is_list = given.own.pieces.len() > 1;
            let names_left_out = of_it().any(Watched::names_left_out);
            match taken {
                Taken::Each(_) if names_left_out || (!is_list && given.is_positive()) => {}
                // What takes away has no other meaning, but for one that is all but a name.
                Taken::Each(_) if !given.is_positive() => {
                    let is_alone = self.given.len() == 1;
                    if is_alone && given.is_all_but() && !self.has_taken_away(nth) {
                        add((nth, None), self.foreign(nth, None, given))?;
                    }
                }
                // Some spellings of other programs have commas.
                Taken::Each(_) if is_all_idle => {
                    let all = Meaning::whole_text_spellings(given, text).into_iter();
                    let all = all.filter(|one| one.foreign.is_none());
                    add((nth, None), all.chain(self.foreign(nth, None, given)).collect())?;
                }
                Taken::Each(_) if idle().next().is_some() => {
                    add((nth, None), Meaning::whole_text_spellings(given, text))?;
                }
                // What lies in a directory of that name.
                Taken::All(meaning) if is_all_idle && text == Text::Whole => {
                    add((nth, None), vec![Meaning { is_inside: true, ..*meaning }])?;
                }
                _ => {}
            }
            for one in idle() {
                let piece = one.piece.and_then(|n| given.own.pieces.get(n));
                let (Some(piece), Taken::Each(_)) = (piece, taken) else { continue };
                let foreign = self.foreign(nth, one.piece, given);
                let mut meanings = Meaning::others(piece, text, one.meaning.keeps, foreign);
                if one.names_left_out() {
                    let own = (one.meaning.foreign, one.meaning.spelling);
                    meanings.retain(|meaning| (meaning.foreign, meaning.spelling) == own);
                }
                add((nth, one.piece), meanings)?;
            }
        }
        Ok(all)
    }

    /// The spellings of other programs that a text, or one piece of it, may be written in.
    fn foreign(&self, nth: usize, piece: Option<usize>, given: &Given) -> Vec<Meaning> {
        let mut all = Meaning::foreign(given, piece, self.readings.text, true);
        if self.has_top(nth, piece) {
            let of = |one: &Meaning| one.foreign.and_then(|nth| given.foreign.get(nth));
            all.retain(|one| !of(one).is_some_and(|other| other.reading.is_end()));
        }
        all
    }

    /// Has one of the globs of a text taken something away?
    fn has_taken_away(&self, nth: usize) -> bool {
        self.takes_away.iter().any(|one| one.nth == nth && one.is_seen())
    }

    /// The same patterns, with those that matched nothing taken for what a walk found. Nothing where it found nothing.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(in crate::tools) fn with_readings_found(
        &self,
        candidates: &Candidates,
        budget: &Budget,
    ) -> Result<Option<Self>, ToolError> {
        let mut taken = self.taken.clone();
        // A name with commas comes before what they separate, and that before the spellings of other programs.
        let of_all = |is_name: bool| {
            let found = candidates.all.iter().filter(|one| one.piece.is_none());
            let found = found.filter_map(|one| Some((one, one.found()?)));
            found.filter(move |(_, meaning)| is_name == (meaning.keeps == Keeps::Whole))
        };
        of_all(true).for_each(|(one, meaning)| take(&mut taken, one, meaning));
        for one in candidates.all.iter().filter(|one| one.piece.is_some()) {
            if let Some(meaning) = one.found() {
                take(&mut taken, one, meaning);
            }
        }
        for (one, meaning) in of_all(false) {
            if taken.get(one.nth) == self.taken.get(one.nth) {
                take(&mut taken, one, meaning);
            }
        }
        if taken == self.taken {
            return Ok(None);
        }
        self.uncompiled().taken(taken, budget).map(Some)
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
                Taken::All(meaning) => {
                    let takes = given.own.whole.takes && !self.leaves_out;
                    notes.extend(self.in_words_as(given, &given.text, *meaning, takes));
                }
                Taken::Each(meanings) => {
                    let is_list = given.own.pieces.len() > 1;
                    let each = given.own.pieces.iter().zip(meanings).enumerate();
                    for (_, (piece, meaning)) in each.filter(|(n, _)| !is_idle(Some(*n))) {
                        let text = if is_list { &piece.said } else { &given.text };
                        let takes = piece.takes && !self.leaves_out;
                        notes.extend(self.in_words_as(given, text, *meaning, takes));
                    }
                }
            }
        }
        notes.truncate(FEW_GLOBS);
        notes
    }

    fn in_words_as(
        &self,
        given: &Given,
        text: &str,
        meaning: Meaning,
        takes: bool,
    ) -> Option<String> {
        let other = match meaning.foreign {
            Some(nth) => match &given.foreign.get(nth)?.reading {
                Foreign::Globs(globs, _) => format!("`{}`", brief(globs)),
                Foreign::Expression(_) => "it as a regular expression for the path".into(),
            },
            None => String::new(),
        };
        meaning.in_words(&brief(text), self.argument, &other, takes)
    }
}

/// Sets what one glob is taken for. All of a text comes before its pieces.
fn take(taken: &mut [Taken], of: &Candidate, meaning: Meaning) {
    match (taken.get_mut(of.nth), of.piece) {
        (Some(whole), None) => *whole = Taken::All(meaning),
        (Some(Taken::Each(meanings)), Some(n)) => {
            if let Some(one) = meanings.get_mut(n) {
                *one = meaning;
            }
        }
        _ => {}
    }
}
