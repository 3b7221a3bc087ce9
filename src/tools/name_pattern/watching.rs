//! What is noted while a search uses its globs: which have matched a name, and which could have another meaning.
//!
//! May import: `cap`, its neighbours. Of a glob that has matched, nothing more is noted.

use super::super::glob_foreign::Foreign;
use super::super::glob_list::{FromGrant, SPECIAL};
use super::super::glob_meaning::{Keeps, Meaning, Spelling, Taken};
use super::super::glob_sets::{Sets, Spot};
use super::super::glob_watch::Watched;
use super::super::glob_way::{Left, led_to, reaches};
use super::super::glob_ways::{Rest, Ways};
use super::{FEW_GLOBS, MOST_WATCHED, NamePatterns, Says, Text};
use crate::cap::WalkedDir;
use crate::path::brief;

impl NamePatterns {
    /// The same patterns, with a note for each that has to be watched.
    pub(super) fn watching(self) -> Self {
        let (mut watched, mut each, mut takes_away) = (vec![], vec![], vec![]);
        let (mut alike, mut from_grant) = (vec![], vec![]);
        for (nth, (given, taken)) in self.given.iter().zip(&self.taken).enumerate() {
            let meanings = match taken {
                Taken::All(meaning) => {
                    each.push(Watched::new(nth, *meaning));
                    continue;
                }
                Taken::Each(meanings) => meanings,
            };
            if given.could_be_a_name() && *taken == Taken::as_written(given) {
                watched.push(Watched::new(nth, Meaning::of(Spelling::Whole)));
                if self.readings.text == Text::Part {
                    watched.push(Watched::new(nth, Meaning::of(Spelling::WholePart)));
                }
            }
            for (n, (piece, meaning)) in given.pieces.iter().zip(meanings).enumerate() {
                if *meaning == Meaning::WRITTEN && piece.with_names().is_some() {
                    watched.push(Watched::of_piece(nth, n, Meaning::BRACKETS));
                }
                if piece.takes {
                    each.push(Watched::of_piece(nth, n, *meaning));
                }
                if piece.takes == self.leaves_out {
                    takes_away.push(Watched::of_piece(nth, n, *meaning));
                    alike.push(Watched::of_piece(nth, n, Meaning::of(Spelling::Similar)));
                    if piece.from_grant == FromGrant::Perhaps {
                        let meaning = Meaning::of(Spelling::FromGrant);
                        from_grant.push(Watched::of_piece(nth, n, meaning));
                    }
                    if *meaning == Meaning::WRITTEN && piece.could_have_braces_of_names() {
                        let meaning = Meaning { keeps: Keeps::AllButStars, ..*meaning };
                        watched.push(Watched::of_piece(nth, n, meaning));
                    }
                }
            }
        }
        if takes_away.len() > FEW_GLOBS {
            (takes_away, alike, from_grant) = (vec![], vec![], vec![]);
            watched.retain(|one| one.meaning.keeps != Keeps::AllButStars);
        }
        // What is left out needs no other meaning.
        if each.len() > MOST_WATCHED || self.leaves_out {
            each = vec![];
        }
        Self { watched, each, takes_away, alike, from_grant, ..self }
    }

    /// Notes the globs of which this is the exact name.
    pub(super) fn watch(&self, at: Spot<'_>) {
        let could_be = |byte: &u8| SPECIAL.contains(byte);
        let is_watched = !self.watched.is_empty()
            && [at.name, at.in_grant, at.root_as_given]
                .iter()
                .any(|path| path.iter().any(could_be));
        if is_watched {
            self.see(&self.watched, at);
        }
    }

    /// Notes which globs that take away match a name, or look like it.
    pub(super) fn note(&self, at: Spot<'_>, takes: Option<bool>) {
        self.see(&self.from_grant, at);
        if takes.is_some() {
            self.see(&self.takes_away, at);
        }
        // What looks like a text that can be typed is hardly ever ASCII itself.
        if !at.name.is_ascii() {
            self.see(&self.alike, at);
        }
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
        self.given.iter().all(|given| given.pieces.iter().all(|piece| piece.takes))
    }

    /// Notes which of these match.
    fn see(&self, watched: &[Watched], at: Spot<'_>) {
        for watched in watched.iter().filter(|one| !one.is_seen()) {
            watched.see(at, || self.compiled(watched));
        }
    }

    fn compiled(&self, watched: &Watched) -> Option<Sets> {
        let given = self.given.get(watched.nth)?;
        let signed = match (watched.piece, watched.meaning.spelling) {
            (None, Spelling::Whole) if !watched.meaning.is_inside => {
                self.readings.exact(given).ok()?
            }
            (None, _) => self.readings.all_of(given, watched.meaning).ok()?,
            (Some(n), spelling @ (Spelling::Similar | Spelling::FromGrant))
                if self.is_tried(watched) =>
            {
                self.readings.both(given.pieces.get(n)?, spelling)
            }
            (Some(n), _) => vec![self.readings.piece(given.pieces.get(n)?, watched.meaning).ok()?],
        };
        Sets::of_one(&signed)
    }

    /// Is it watched for in another meaning than it is used in?
    fn is_tried(&self, watched: &Watched) -> bool {
        let used = watched.piece.and_then(|n| self.taken.get(watched.nth)?.of_piece(n));
        used != Some(watched.meaning)
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
            for (n, piece) in given.pieces.iter().enumerate().filter(|(_, piece)| piece.takes) {
                let Some(path) = led_to(piece, self.readings.text, dir, name, left) else {
                    continue;
                };
                self.mark_leading(nth, n);
                first.get_or_insert(path);
            }
        }
        first
    }

    /// Notes which globs that take away lead to a directory that another one takes away.
    pub(in crate::tools) fn lead_into(&self, dir: &WalkedDir, name: &[u8]) {
        for one in self.takes_away.iter().filter(|one| !one.is_seen()) {
            let given = self.given.get(one.nth);
            let piece = given.zip(one.piece).and_then(|(given, n)| given.pieces.get(n));
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
            taken
                .of_piece(n)
                .is_some_and(|meaning| meaning.spelling == Spelling::Written && !meaning.is_inside)
        };
        self.given.is_empty()
            || self.starts_from_all
            || self.given.iter().zip(&self.taken).any(|(given, taken)| {
                let mut pieces = given.pieces.iter().enumerate().filter(|(_, piece)| piece.takes);
                pieces.any(|(n, piece)| {
                    !is_written(taken, n) || reaches(piece, self.readings.text, dir, name)
                })
            })
    }

    /// The absolute paths among those that matched nothing: they lie in no grant. Not those of which the first name
    /// `is_there`, where the search begins.
    pub(in crate::tools) fn elsewhere(&self, is_there: impl Fn(&str) -> bool) -> Vec<String> {
        let idle = self.each.iter().filter(|one| !one.is_seen() && !one.leads());
        let texts = idle.filter_map(|one| self.text_of(one)).filter(|text| !is_there(text));
        let mut notes: Vec<String> = texts.filter_map(|text| lies_elsewhere(&text)).collect();
        notes.truncate(FEW_GLOBS);
        notes
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
        let is_it = |one: &&Watched| one.nth == nth && one.piece.is_none_or(|other| other == n);
        self.each.iter().filter(is_it).for_each(Watched::mark_leading);
    }

    /// What follows of a glob that leads through this link.
    pub(in crate::tools) fn through(&self, dir: &WalkedDir, link: &[u8]) -> Option<Rest<'_>> {
        let ways = || Ways::new(&self.given, &self.taken, self.readings);
        self.ways.get_or_init(ways).through(Spot::new(dir, link, true))
    }

    /// The globs that take away and matched nothing, where there are few.
    pub(in crate::tools) fn idle_that_take_away(&self) -> Vec<String> {
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

    /// Has no glob matched a name, or led to an entry that was left out?
    pub(in crate::tools) fn match_nothing(&self) -> bool {
        self.each.iter().all(|one| !one.is_seen() && !one.leads())
    }

    /// The globs that matched nothing and lead to nothing that was left out, where there are few in all. All of them are
    /// told in one.
    pub(in crate::tools) fn idle(&self) -> Vec<String> {
        let idle: Vec<&Watched> =
            self.each.iter().filter(|one| !one.is_seen() && !one.leads()).collect();
        if idle.len() > 1 && idle.len() == self.each.len() {
            return vec![self.in_words()];
        }
        if self.each.len() > FEW_GLOBS {
            return vec![];
        }
        idle.into_iter()
            .filter_map(|one| Some(format!("{} `{}`", self.argument, brief(&self.text_of(one)?))))
            .collect()
    }

    /// The text of one that is watched.
    pub(super) fn text_of(&self, one: &Watched) -> Option<String> {
        let given = self.given.get(one.nth)?;
        Some(match (one.piece, given.pieces.as_slice()) {
            (Some(n), [_, _, ..]) => given.pieces.get(n)?.text(),
            _ => given.text.clone(),
        })
    }
}

/// What to say of a glob that as an absolute path lies in no grant.
fn lies_elsewhere(text: &str) -> Option<String> {
    let shown = brief(text);
    if text.starts_with('~') && text.contains('/') {
        return Some(format!("`{shown}` lies in no grant"));
    }
    let is_absolute = text.strip_prefix('/').is_some_and(|rest| rest.contains('/'));
    is_absolute.then(|| {
        format!("`{shown}` begins at the top of what is searched; as an absolute path it lies in no grant")
    })
}
