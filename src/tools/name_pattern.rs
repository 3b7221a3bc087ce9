//! [`NamePatterns`]: names as users write them, for the tools that search.
//!
//! What a glob means is on one page, docs/globs.md. What has no wildcard is a part of a name where the argument is a
//! pattern, and a whole name where it is a glob. A glob that is the very name of something means that: so names with
//! a `[` are watched for while the glob is in use ([`NamePatterns::literally`]).
//!
//! May import: `cap`, `error`, `limits`, `path`. This module does not walk.

use std::sync::OnceLock;

pub(super) use super::glob_argument::{Begins, Globs};
use super::glob_foreign::Foreign;
use super::glob_list::{FromGrant, Given, Piece, not_a_glob};
use super::glob_meaning::Meaning;
use super::glob_readings::Readings;
use super::glob_sets::{Sets, Spot};
use super::glob_watch::Watched;
use super::glob_way::led_to;
use super::glob_ways::{Rest, Ways};
use crate::cap::WalkedDir;
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Work};
use crate::path::brief;

/// Most characters of all globs of one argument: compiling them takes up to a kilobyte for each.
const MAX_ALL_CHARS: usize = 20_000;
/// Most globs of an argument of which each is named that matches nothing.
const FEW_GLOBS: usize = 10;
/// Most characters of a pattern.
pub(super) const MAX_CHARS: usize = 1_000;

/// What a text without wildcards is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// A whole name or path.
    Whole,
    /// A part of a name.
    Part,
}

/// What a list of globs says of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Says {
    Take,
    /// A glob with `!` matches.
    Leave,
    /// No glob matches.
    Nothing,
}

/// Patterns for names.
pub(super) struct NamePatterns {
    argument: &'static str,
    readings: Readings,
    /// Is what they match left out?
    leaves_out: bool,
    given: Vec<Given>,
    /// What each of those that were given is taken for.
    meanings: Vec<Meaning>,
    sets: Sets,
    /// Does one of them match every name?
    match_all: bool,
    /// Do all of them begin with `!`?
    starts_from_all: bool,
    /// Those that could be the very name of something.
    watched: Vec<Watched>,
    /// Each, where there are few: the answer names one that matched nothing.
    each: Vec<Watched>,
    /// Each that takes away, where there are few.
    takes_away: Vec<Watched>,
    /// The same, for names that look like what they match.
    alike: Vec<Watched>,
    /// Those of them that may begin at the top of the grant, in that meaning.
    from_grant: Vec<Watched>,
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
    pub(super) fn new(
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
        let meanings = vec![Meaning::Glob; given.len()];
        Self { argument, readings, given, ..Self::none() }.meaning(meanings, budget)
    }

    fn none() -> Self {
        Self {
            argument: "",
            readings: Readings { text: Text::Whole, is_above_grants: false },
            leaves_out: false,
            given: vec![],
            meanings: vec![],
            sets: Sets::default(),
            match_all: false,
            starts_from_all: false,
            watched: vec![],
            each: vec![],
            takes_away: vec![],
            alike: vec![],
            from_grant: vec![],
            ways: OnceLock::new(),
            malformed: None,
        }
    }

    /// The same patterns for what is left out.
    pub(super) fn leaving_out(self, budget: &Budget) -> Result<Self, ToolError> {
        let meanings = self.meanings.clone();
        Self { leaves_out: true, ..self }.meaning(meanings, budget)
    }

    /// The same patterns, each with this meaning.
    pub(super) fn meaning(
        self,
        meanings: Vec<Meaning>,
        budget: &Budget,
    ) -> Result<Self, ToolError> {
        let _busy = budget.begin(Work::Patterns);
        let (mut signed, mut malformed) = (vec![], None);
        for (given, meaning) in self.given.iter().zip(&meanings) {
            budget.step()?;
            match self.readings.expressions(given, *meaning) {
                Ok(some) => signed.extend(some),
                Err(why) => malformed = Some(not_a_glob(self.argument, &given.text, &why)),
            }
        }
        let pieces = self.given.iter().flat_map(|given| &given.pieces);
        let has_signs = pieces.clone().any(|piece| !piece.takes);
        let match_all = !has_signs
            && meanings.iter().all(|meaning| *meaning == Meaning::Glob)
            && pieces.clone().any(Piece::is_everything);
        let starts_from_all =
            !self.leaves_out && has_signs && signed.iter().all(|glob| !glob.takes);
        let sets = Sets::new(&signed).ok_or_else(|| too_large(self.argument))?;
        budget.step()?;
        let mut watched = vec![];
        for (nth, given) in self.given.iter().enumerate() {
            if meanings.get(nth) == Some(&Meaning::Glob) && given.could_be_a_name() {
                watched.push(Watched::new(nth, Meaning::Whole));
            }
            if meanings.get(nth) == Some(&Meaning::Glob) && given.has_names_in_brackets() {
                watched.push(Watched::new(nth, Meaning::Brackets));
            }
        }
        let positive = self.given.iter().enumerate().filter(|(_, given)| given.is_positive());
        let each = positive.filter_map(|(nth, _)| Some(Watched::new(nth, *meanings.get(nth)?)));
        let each: Vec<Watched> = each.collect();
        // One that is alone has matched if anything was found, unless another takes away what it matches.
        let least = if has_signs { 1 } else { 2 };
        let each = if (least..=FEW_GLOBS).contains(&each.len()) { each } else { vec![] };
        let (mut takes_away, mut alike, mut from_grant) = (vec![], vec![], vec![]);
        for (nth, given) in self.given.iter().enumerate() {
            let is_glob = matches!(meanings.get(nth), Some(Meaning::Glob | Meaning::Brackets));
            let pieces = given.pieces.iter().enumerate();
            for (n, piece) in pieces.filter(|(_, piece)| is_glob && piece.takes == self.leaves_out)
            {
                takes_away.push(Watched::of_piece(nth, n, Meaning::Glob));
                alike.push(Watched::of_piece(nth, n, Meaning::Similar));
                if piece.from_grant == FromGrant::Perhaps {
                    from_grant.push(Watched::of_piece(nth, n, Meaning::FromGrant));
                }
            }
        }
        if takes_away.len() > FEW_GLOBS {
            (takes_away, alike, from_grant) = (vec![], vec![], vec![]);
        }
        Ok(Self {
            meanings,
            sets,
            match_all,
            starts_from_all,
            watched,
            each,
            takes_away,
            alike,
            from_grant,
            malformed,
            ..self
        })
    }

    /// Are there none?
    pub(super) fn is_empty(&self) -> bool {
        self.given.is_empty()
    }

    /// What the patterns say of a name. Without patterns, nothing is taken.
    pub(super) fn say(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) -> Says {
        self.say_of(Spot::new(dir, name, is_directory))
    }

    fn say_of(&self, at: Spot<'_>) -> Says {
        if !self.watched.is_empty() {
            self.watch(at);
        }
        self.note(&self.from_grant, at);
        let takes = if self.match_all { Some(true) } else { self.sets.takes(at) };
        if takes.is_some() {
            self.note(&self.takes_away, at);
        }
        if takes == Some(false) {
            self.note(&self.each, at);
        }
        // What looks like a text that can be typed is hardly ever ASCII itself.
        if !at.name.is_ascii() {
            self.note(&self.alike, at);
        }
        match takes {
            Some(true) => Says::Take,
            Some(false) => Says::Leave,
            None if self.starts_from_all => Says::Take,
            None => Says::Nothing,
        }
    }

    /// Notes the globs of which this is the very name.
    fn watch(&self, at: Spot<'_>) {
        let could_be = |byte: &u8| super::glob_list::SPECIAL.contains(byte);
        if !(at.name.iter().any(could_be) || at.in_grant.iter().any(could_be)) {
            return;
        }
        for watched in &self.watched {
            watched.see(at, || {
                let given = self.given.get(watched.nth)?;
                let signed = self.readings.watched(given, watched.meaning).ok()?;
                Sets::of_one(&signed)
            });
        }
    }

    /// Notes which globs match a name that is taken.
    pub(super) fn see(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) {
        self.note(&self.each, Spot::new(dir, name, is_directory));
    }

    /// Notes which of these match.
    fn note(&self, watched: &[Watched], at: Spot<'_>) {
        for watched in watched.iter().filter(|one| !one.is_seen()) {
            watched.see(at, || {
                let given = self.given.get(watched.nth)?;
                let signed = match watched.piece {
                    Some(n) => self.readings.piece(given.pieces.get(n)?, watched.meaning),
                    None => self.readings.watched(given, watched.meaning),
                };
                Sets::of_one(&signed.ok()?)
            });
        }
    }

    /// Where a glob leads to a directory that was left out, or a name in it: the path, as clients say it.
    pub(super) fn led_to(&self, dir: &WalkedDir, name: Option<&[u8]>) -> Option<String> {
        led_to(&self.given, self.readings.text, dir, name)
    }

    /// What follows of a glob that leads through this link.
    pub(super) fn through(&self, dir: &WalkedDir, link: &[u8]) -> Option<Rest<'_>> {
        let ways = || Ways::new(&self.given, &self.meanings, self.readings);
        self.ways.get_or_init(ways).through(Spot::new(dir, link, true))
    }

    /// The globs that take away and matched nothing, where there are few.
    pub(super) fn idle_that_take_away(&self) -> Vec<String> {
        let sign = if self.leaves_out { "" } else { "!" };
        let all = self.takes_away.iter().zip(&self.alike);
        let idle = all.filter(|(one, _)| !one.is_seen()).filter_map(|(one, alike)| {
            let given = self.given.get(one.nth)?;
            let piece = brief(&given.pieces.get(one.piece?)?.text());
            let mut readings = given.foreign.iter().map(|other| &other.reading);
            let is_anchored = given.text.starts_with('^') || given.text.ends_with('$');
            let other = if is_anchored { readings.next_back() } else { readings.next() };
            let other = match other {
                _ if alike.is_seen() => " (a name that looks the same exists)".into(),
                Some(Foreign::Globs(globs, _)) => format!(" (did you mean `{}`?)", brief(globs)),
                Some(Foreign::Expression(_)) => " (a glob, not a regular expression)".into(),
                None => String::new(),
            };
            Some(format!("{} `{sign}{piece}`{other}", self.argument))
        });
        idle.collect()
    }

    /// The globs that matched nothing, where there are few in all.
    pub(super) fn idle(&self) -> Vec<String> {
        let idle = self.each.iter().filter(|one| !one.is_seen());
        let given = idle.filter_map(|one| self.given.get(one.nth));
        given.map(|given| format!("{} `{}`", self.argument, brief(&given.text))).collect()
    }

    /// Does one of them match every name?
    pub(super) fn match_all(&self) -> bool {
        self.match_all
    }

    /// Does one of them take what it matches?
    pub(super) fn is_positive(&self) -> bool {
        self.given.iter().any(Given::is_positive)
    }

    /// The argument, and its globs where they are few and short.
    pub(super) fn in_words(&self) -> String {
        match self.given.as_slice() {
            [one] => format!("{} `{}`", self.argument, brief(&one.text)),
            _ => format!("any glob of {}", self.argument),
        }
    }

    pub(super) fn argument(&self) -> &'static str {
        self.argument
    }
}

fn too_large(argument: &str) -> ToolError {
    let sentence = format!("the globs of `{argument}` are too large once they are compiled");
    ToolError::new(Code::OverLimit, sentence).hint("give fewer or shorter globs")
}

mod meant;
#[cfg(test)]
mod tests;
