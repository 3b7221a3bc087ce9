//! What is noted while a search uses its globs: which have matched a name, and which could have another meaning.
//!
//! May import: `cap`, its neighbours. Of a glob that has matched, nothing more is noted.

use super::{FEW_GLOBS, MOST_WATCHED, NamePatterns, Says};
use crate::cap::WalkedDir;
use crate::tools::globs::candidates::{Candidate, Candidates};
use crate::tools::globs::given::SPECIAL;
use crate::tools::globs::led_to::{Left, begins_below, is_one_path, led_to, reaches};
use crate::tools::globs::meaning::{Keeps, Meaning, Spelling, Taken};
use crate::tools::globs::sets::{Sets, Signed, Spot};
use crate::tools::globs::through_links::{Rest, Ways};
use crate::tools::globs::watched::Watched;

/// Most bytes of all globs of one argument, each times its meanings, that are watched for in other meanings.
const MAX_WATCHED_BYTES: usize = 60_000;

impl NamePatterns {
    /// The same patterns, with a note for each that has to be watched.
    pub(super) fn watching(self) -> Self {
        let mut each = vec![];
        let mut takes_away = vec![];
        let mut alike = vec![];
        let mut tops = vec![];
        for (nth, (given, taken)) in self.given.iter().zip(&self.taken).enumerate() {
            let meanings = match taken {
                Taken::All(meaning) => {
                    each.push(Watched::new(nth, *meaning));
                    continue;
                }
                Taken::Each(meanings) => meanings,
            };
            for (n, (piece, meaning)) in given.own.pieces.iter().zip(meanings).enumerate() {
                if piece.takes {
                    each.push(Watched::of_piece(nth, n, *meaning));
                }
                // In a list of exclusions, a `!` glob that matches nothing is reported as well.
                if self.leaves_out || !piece.takes {
                    takes_away.push(Watched::of_piece(nth, n, *meaning));
                    alike.push(Watched::of_piece(nth, n, Meaning::of(Spelling::Similar)));
                }
                let first = given.first_directory(n).filter(|_| tops.len() < MOST_WATCHED);
                tops.extend(first.map(|_| Watched::of_piece(nth, n, Meaning::WRITTEN)));
            }
        }
        if takes_away.len() > FEW_GLOBS {
            (takes_away, alike) = (vec![], vec![]);
        }
        // What is left out needs no other meaning.
        if each.len() > MOST_WATCHED || self.leaves_out {
            (each, tops) = (vec![], vec![]);
        }
        Self { tops, each, takes_away, alike, ..self }
    }

    /// Notes the globs of which this is the exact name.
    pub(super) fn watch(&self, at: Spot<'_>) {
        let could_be = |bytes: &[u8]| bytes.iter().any(|b| *b == b' ' || SPECIAL.contains(b));
        let paths = [at.name, at.in_grant, at.root_as_given, at.grant.as_bytes()];
        if paths.into_iter().any(could_be) {
            self.names.get_or_init(|| self.as_names()).see_at(at);
        }
        if at.way.is_empty() {
            for top in self.tops.iter().filter(|one| !one.is_seen()) {
                top.see(at, || self.top_of(top));
            }
        }
    }

    /// Notes which globs that take away match a name, or look like it.
    pub(super) fn note(&self, at: Spot<'_>, takes: Option<bool>) {
        self.away.get_or_init(|| self.as_away()).see_at(at);
        if takes.is_some() {
            self.see(&self.takes_away, at);
        }
        // What looks like a text that can be typed is hardly ever ASCII itself.
        if !at.name.is_ascii() {
            self.see(&self.alike, at);
        }
    }

    /// The meanings of the globs as names.
    fn as_names(&self) -> Candidates {
        let text = self.readings.text;
        let mut all = Candidates::default();
        for (nth, given) in self.given.iter().enumerate() {
            self.add(&mut all, (nth, None), Meaning::whole_text_names(&given.own, text));
            for (n, piece) in given.own.pieces.iter().enumerate() {
                if piece.takes != self.leaves_out {
                    self.add(&mut all, (nth, Some(n)), Meaning::names(piece, text));
                }
            }
        }
        all
    }

    /// What the globs can mean that take away. Of many, no meaning is only shown.
    fn as_away(&self) -> Candidates {
        let text = self.readings.text;
        let are_many = self.takes_away.is_empty();
        let mut all = Candidates::default();
        for (nth, given) in self.given.iter().enumerate() {
            let pieces = given.own.pieces.iter().enumerate();
            for (n, piece) in pieces.filter(|(_, piece)| piece.takes == self.leaves_out) {
                let mut meanings = Meaning::here(piece, text);
                if !are_many {
                    meanings.extend(Meaning::hints(given, n, piece, text));
                }
                if meanings != [Meaning::WRITTEN] {
                    self.add(&mut all, (nth, Some(n)), meanings);
                }
            }
        }
        all
    }

    /// Adds one glob in these meanings.
    fn add(&self, all: &mut Candidates, of: (usize, Option<usize>), meanings: Vec<Meaning>) {
        let own = self.given.get(of.0).map(|given| &given.own);
        let piece = own.and_then(|own| of.1.map_or(Some(&own.whole), |n| own.pieces.get(n)));
        let bytes = piece.map_or(0, |piece| piece.glob.len()).saturating_mul(meanings.len());
        if all.take_bytes(bytes, MAX_WATCHED_BYTES) {
            let compiled = meanings.into_iter().map(|one| (one, self.tried(of, one)));
            self.add_compiled(all, of, compiled.collect());
        }
    }

    /// Adds one glob in meanings that are compiled; nothing of one that cannot be.
    pub(super) fn add_compiled(
        &self,
        all: &mut Candidates,
        (nth, piece): (usize, Option<usize>),
        meanings: Vec<(Meaning, Option<Vec<Signed>>)>,
    ) {
        let own = self.given.get(nth).map(|given| &given.own);
        // Of a text that takes away only, another spelling can take.
        let takes = match (own, piece) {
            (Some(own), Some(n)) => own.pieces.get(n).is_none_or(|piece| piece.takes),
            (Some(own), None) if meanings.iter().all(|(one, _)| one.foreign.is_none()) => {
                own.whole.takes
            }
            _ => true,
        };
        let mut compiled = vec![];
        let mut signed = vec![];
        for (meaning, some) in meanings {
            // Another meaning can be too large, or malformed, where the one that was written is not.
            let some =
                some.map(|some| some.into_iter().filter(|one| one.tells).collect::<Vec<_>>());
            if let Some(some) = some
                && let Some(sets) = Sets::of_one(&some)
            {
                compiled.push((meaning, sets));
                signed.extend(some.into_iter().filter(|one| one.takes == takes));
            }
        }
        if !compiled.is_empty() {
            all.add(Candidate::new((nth, piece), takes, compiled), signed);
        }
    }

    /// One glob in another meaning.
    pub(super) fn tried(
        &self,
        (nth, piece): (usize, Option<usize>),
        meaning: Meaning,
    ) -> Option<Vec<Signed>> {
        self.readings.compile(self.given.get(nth)?, piece, meaning).ok()
    }

    /// The first directory of a glob that a slash anchors.
    fn top_of(&self, top: &Watched) -> Option<Sets> {
        let first = self.given.get(top.nth)?.first_directory(top.piece?)?;
        Sets::of_one(&[self.readings.piece(&first, top.meaning).ok()?])
    }

    /// Does the first name exist of a glob that a slash anchors, as a directory or a link? Then it is not the path of another machine.
    pub(super) fn has_top(&self, nth: usize, piece: Option<usize>) -> bool {
        let is_it = |one: &&Watched| one.nth == nth && (piece.is_none() || one.piece == piece);
        self.tops.iter().filter(is_it).any(Watched::is_seen)
    }

    /// Notes which globs match a name for which they can be meant.
    pub(in crate::tools) fn matched(&self, dir: &WalkedDir, name: &[u8], is_directory: bool) {
        match self.each.as_slice() {
            // Nothing else can have matched.
            [one] if one.is_seen() => {}
            [one] if self.takes_all_given() => one.mark(),
            each => self.see(each, Spot::new(dir, name, is_directory)),
        }
    }

    fn takes_all_given(&self) -> bool {
        self.given.iter().all(|given| given.own.pieces.iter().all(|piece| piece.takes))
    }

    /// Notes which of these match.
    fn see(&self, watched: &[Watched], at: Spot<'_>) {
        for watched in watched.iter().filter(|one| !one.is_seen()) {
            watched.see(at, || self.compiled(watched));
        }
    }

    fn compiled(&self, watched: &Watched) -> Option<Sets> {
        let compile = |meaning| self.tried((watched.nth, watched.piece), meaning);
        if watched.meaning == Meaning::of(Spelling::Similar) {
            let kept = [Keeps::AllButStars, Keeps::Brackets, Keeps::Nothing];
            let all =
                kept.into_iter().filter_map(|keeps| compile(Meaning { keeps, ..watched.meaning }));
            return Sets::of_one(&all.flatten().collect::<Vec<_>>());
        }
        Sets::of_one(&compile(watched.meaning)?)
    }

    /// Where a glob leads to a directory that was left out, or a name in it: the path, as clients say it. Notes those
    /// that do.
    pub(in crate::tools) fn led_to(
        &self,
        dir: &WalkedDir,
        name: Option<&[u8]>,
        left: Left,
    ) -> Option<String> {
        let mut first = None;
        for (nth, given) in self.given.iter().enumerate() {
            for (n, piece) in given.own.pieces.iter().enumerate().filter(|(_, piece)| piece.takes) {
                let Some(path) = led_to(piece, self.readings.text, dir, name, left) else {
                    continue;
                };
                self.mark_leading(nth, n);
                if left != Left::Worktree && is_one_path(piece, self.readings.text) {
                    self.of_piece(nth, n).for_each(Watched::mark_naming);
                }
                first.get_or_insert(path);
            }
        }
        first
    }

    /// Notes which globs that take away lead to a directory that another one takes away.
    pub(in crate::tools) fn lead_into(&self, dir: &WalkedDir, name: &[u8]) {
        for one in self.takes_away.iter().filter(|one| !one.is_seen()) {
            let given = self.given.get(one.nth);
            let piece = given.zip(one.piece).and_then(|(given, n)| given.own.pieces.get(n));
            let leads = piece.is_some_and(|piece| {
                led_to(piece, self.readings.text, dir, Some(name), Left::Directory).is_some()
            });
            if leads {
                one.mark();
            }
        }
    }

    /// Could one of them match something below an entry of a directory?
    pub(in crate::tools) fn reach(&self, dir: &WalkedDir, name: &[u8]) -> bool {
        let is_written = |taken: &Taken, n: usize| {
            taken.of_piece(n).is_some_and(|meaning| {
                meaning.spelling == Spelling::Written
                    && !meaning.is_inside
                    && !meaning.reads_whole_text()
            })
        };
        self.given.is_empty()
            || self.starts_from_all
            || self.given.iter().zip(&self.taken).any(|(given, taken)| {
                let mut pieces =
                    given.own.pieces.iter().enumerate().filter(|(_, piece)| piece.takes);
                pieces.any(|(n, piece)| {
                    !is_written(taken, n) || reaches(piece, self.readings.text, dir, name)
                })
            })
    }

    /// Does the path that one of them begins with exist below an entry of a directory?
    pub(in crate::tools) fn begin_below(&self, dir: &WalkedDir, name: &[u8]) -> bool {
        let pieces = self.given.iter().flat_map(|given| &given.own.pieces);
        let mut takes = pieces.filter(|piece| piece.takes).take(FEW_GLOBS);
        takes.any(|piece| begins_below(piece, self.readings.text, dir, name))
    }

    /// Is this grant found, where the search begins above all grants? Notes those that match its name.
    pub(in crate::tools) fn find_grant(&self, name: &str) -> bool {
        let is_found = self.say_of_grant(name) == Says::Take;
        if is_found {
            self.see(&self.each, Spot::of_grant(name.as_bytes()));
        }
        is_found
    }

    /// Notes the glob that leads through a link, or those that match its name.
    pub(in crate::tools) fn leads_through(
        &self,
        dir: &WalkedDir,
        link: &[u8],
        glob: Option<(usize, usize)>,
    ) {
        let Some((nth, n)) = glob else {
            let at = Spot::new(dir, link, true);
            let each = self.each.iter().filter(|one| !one.leads());
            each.filter(|one| one.is_match(at, || self.compiled(one)))
                .for_each(Watched::mark_leading);
            return;
        };
        self.mark_leading(nth, n);
    }

    fn mark_leading(&self, nth: usize, n: usize) {
        self.of_piece(nth, n).for_each(Watched::mark_leading);
    }

    fn of_piece(&self, nth: usize, n: usize) -> impl Iterator<Item = &Watched> {
        let is_it =
            move |one: &&Watched| one.nth == nth && one.piece.is_none_or(|other| other == n);
        self.each.iter().filter(is_it)
    }

    /// What follows of a glob that leads through this link.
    pub(in crate::tools) fn through(&self, dir: &WalkedDir, link: &[u8]) -> Option<Rest<'_>> {
        let ways = || Ways::new(&self.given, &self.taken, self.readings);
        self.ways.get_or_init(ways).through(Spot::new(dir, link, true))
    }
}
