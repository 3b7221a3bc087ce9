//! [`NamePatterns`]: names as users write them, for the tools that search.
//!
//! What a glob means is on one page, docs/globs.md. What has no wildcard is a part of a name where the argument is a
//! pattern, and a whole name where it is a glob. A glob that is the exact name of something means that: so such names
//! are watched for while the glob is in use ([`NamePatterns::with_names_seen`]).
//!
//! May import: `cap`, `error`, `limits`, `path`. This module does not walk.

use std::sync::OnceLock;

use super::begins::Begins;
use super::candidates::Candidates;
use super::given::{Given, Piece, not_a_glob};
use super::meaning::{Taken, Text};
use super::readings::Readings;
use super::sets::{Sets, Spot};
use super::through_links::Ways;
use super::watched::Watched;
use crate::cap::WalkedDir;
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Work};
use crate::path::brief;

/// Most characters of all globs of one argument: compiling them takes up to a kilobyte for each.
const MAX_ALL_CHARS: usize = 20_000;
/// Most globs of an argument of which each is named that matches nothing.
const FEW_GLOBS: usize = 10;
/// Most globs of an argument of which it is noted which have matched.
const MOST_WATCHED: usize = 100;

/// What a list of globs says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::tools) enum Says {
    Take,
    /// A glob with `!` matches.
    Leave,
    /// No glob matches.
    Nothing,
}

/// Patterns for names.
pub(in crate::tools) struct NamePatterns {
    argument: &'static str,
    readings: Readings,
    /// Is what they match left out?
    leaves_out: bool,
    given: Vec<Given>,
    /// What each of those that were given is taken for.
    taken: Vec<Taken>,
    sets: Sets,
    /// Does one of them match every name?
    match_all: bool,
    /// Do all of them begin with `!`?
    starts_from_all: bool,
    /// As which names they can be meant. Compiled when they are first needed: few names have such characters.
    names: OnceLock<Candidates>,
    /// What those can mean that take away, where there are few.
    away: OnceLock<Candidates>,
    /// The first directories of those that a slash anchors.
    tops: Vec<Watched>,
    /// Each that takes what it matches, where there are not too many: what matched nothing may have another meaning.
    each: Vec<Watched>,
    /// Each that takes away, where there are few.
    takes_away: Vec<Watched>,
    /// The same, for names that look like what they match.
    alike: Vec<Watched>,
    /// The directories through which they lead.
    ways: OnceLock<Ways>,
    malformed: Option<ToolError>,
}

impl NamePatterns {
    /// Compiles the patterns in `argument`. A malformed glob is an error only if no entry has it as its name:
    /// see [`Self::check`].
    ///
    /// # Errors
    /// `bad_args` where one is empty or leads up, `over_limit` where they are too large together; `timed_out`,
    /// `cancelled`.
    pub(in crate::tools) fn new(
        argument: &'static str,
        patterns: &[String],
        text: Text,
        begins: Begins<'_>,
        budget: &Budget,
    ) -> Result<Self, ToolError> {
        let chars: usize = patterns.iter().map(|glob| glob.chars().count()).sum();
        if chars > MAX_ALL_CHARS {
            let sentence = format!(
                "the globs of `{argument}` have {chars} characters in all, over the limit of {MAX_ALL_CHARS}"
            );
            return Err(
                ToolError::new(Code::OverLimit, sentence).hint("give fewer or shorter globs")
            );
        }
        let given = patterns.iter().map(|pattern| Given::new(argument, pattern, text, begins));
        let given: Vec<Given> = given.collect::<Result<_, _>>()?;
        let readings = Readings { text, is_above_grants: matches!(begins, Begins::Above(_)) };
        let taken = given.iter().map(Given::as_written).collect();
        Self { argument, readings, given, ..Self::none() }.taken(taken, budget)
    }

    fn none() -> Self {
        Self {
            argument: "",
            readings: Readings { text: Text::Whole, is_above_grants: false },
            leaves_out: false,
            given: vec![],
            taken: vec![],
            sets: Sets::default(),
            match_all: false,
            starts_from_all: false,
            names: OnceLock::new(),
            away: OnceLock::new(),
            tops: vec![],
            each: vec![],
            takes_away: vec![],
            alike: vec![],
            ways: OnceLock::new(),
            malformed: None,
        }
    }

    /// The same patterns for what is left out.
    pub(in crate::tools) fn leaving_out(self, budget: &Budget) -> Result<Self, ToolError> {
        let taken = self.taken.clone();
        Self { leaves_out: true, ..self }.taken(taken, budget)
    }

    /// The same patterns, each taken for this.
    fn taken(self, taken: Vec<Taken>, budget: &Budget) -> Result<Self, ToolError> {
        let _busy = budget.begin(Work::Patterns);
        let mut signed = vec![];
        let mut malformed = None;
        for (given, taken) in self.given.iter().zip(&taken) {
            budget.step()?;
            match self.readings.expressions(given, taken) {
                Ok(some) => signed.extend(some),
                Err(why) => malformed = Some(not_a_glob(self.argument, &given.text, &why)),
            }
        }
        let pieces = self.given.iter().flat_map(|given| &given.own.pieces);
        let has_signs = pieces.clone().any(|piece| !piece.takes);
        let are_written =
            self.given.iter().zip(&taken).all(|(given, taken)| *taken == given.as_written());
        let match_all = !has_signs && are_written && pieces.clone().any(Piece::is_everything);
        let starts_from_all =
            !self.leaves_out && has_signs && signed.iter().all(|glob| !glob.takes);
        let sets = Sets::new(&signed).ok_or_else(|| too_large(self.argument))?;
        budget.step()?;
        let patterns = Self { taken, sets, match_all, starts_from_all, malformed, ..self };
        Ok(patterns.watching())
    }

    /// Are there none?
    pub(in crate::tools) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// What the patterns say of a name. Without patterns, nothing is taken.
    pub(in crate::tools) fn say(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) -> Says {
        self.say_of(Spot::new(dir, name, is_directory))
    }

    fn say_of(&self, at: Spot<'_>) -> Says {
        self.watch(at);
        let takes = if self.match_all { Some(true) } else { self.sets.takes(at) };
        self.note(at, takes);
        match takes {
            Some(true) => Says::Take,
            Some(false) => Says::Leave,
            None if self.starts_from_all => Says::Take,
            None => Says::Nothing,
        }
    }

    /// What the patterns say of a grant, where the search begins above all grants.
    pub(in crate::tools) fn say_of_grant(&self, name: &str) -> Says {
        let name = name.as_bytes();
        self.say_of(Spot::of_grant(name))
    }

    /// Does one of them match every name?
    pub(in crate::tools) fn match_all(&self) -> bool {
        self.match_all
    }

    /// Does one of them take what it matches?
    pub(in crate::tools) fn is_positive(&self) -> bool {
        self.given.iter().any(Given::is_positive)
    }

    /// Are they for directories as well?
    pub(in crate::tools) fn finds_directories(&self) -> bool {
        self.readings.text == Text::Part
    }

    /// The argument, and its globs where they are few and short.
    pub(in crate::tools) fn in_words(&self) -> String {
        match self.given.as_slice() {
            [one] => format!("{} `{}`", self.argument, brief(&one.text)),
            _ => format!("any glob of {}", self.argument),
        }
    }

    pub(in crate::tools) fn argument(&self) -> &'static str {
        self.argument
    }
}

fn too_large(argument: &str) -> ToolError {
    let sentence = format!("the globs of `{argument}` are too large once they are compiled");
    ToolError::new(Code::OverLimit, sentence).hint("give fewer or shorter globs")
}

mod idle;
mod meant;
#[cfg(test)]
mod tests;
mod watching;
