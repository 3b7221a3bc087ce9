//! What answers say of globs that matched nothing.
//!
//! May import: its neighbours.

use super::{FEW_GLOBS, NamePatterns};
use crate::path::brief;
use crate::tools::globs::foreign::{Foreign, is_elsewhere};
use crate::tools::globs::given::{FromGrant, Given};
use crate::tools::globs::watched::Watched;

impl NamePatterns {
    /// The absolute paths among those that matched nothing: they lie in no grant. Not those of which the first name
    /// `is_there`, where the search begins.
    pub(in crate::tools) fn elsewhere(&self, is_there: impl Fn(&str) -> bool) -> Vec<String> {
        let idle = self.each.iter().filter(|one| !one.is_seen() && !one.leads());
        let in_a_grant = |one: &&Watched| {
            self.given.get(one.nth).is_some_and(|given| given.lies_in_a_grant(one.piece))
        };
        let idle = idle.filter(|one| !self.has_top(one.nth, one.piece) && !in_a_grant(one));
        let texts = idle.filter_map(|one| self.text_of(one));
        let texts = texts.filter(|text| !is_there(text));
        let mut notes: Vec<String> = texts.filter_map(|text| lies_elsewhere(&text)).collect();
        notes.truncate(FEW_GLOBS);
        notes
    }

    /// The globs that take away and matched nothing, where there are few.
    pub(in crate::tools) fn idle_that_take_away(&self) -> Vec<String> {
        if self.leaves_out && !self.is_empty() && !self.is_positive() {
            let others = self.given.iter().filter(|given| given.is_all_but());
            let mut others = others.filter_map(|given| given.foreign.first());
            let hint = match others.next().map(|other| &other.reading) {
                Some(Foreign::Globs(globs, _)) => format!("did you mean `{}`?", brief(globs)),
                _ => "a glob that begins with `!` excludes nothing".into(),
            };
            return vec![format!("{} ({hint})", self.in_words())];
        }
        let all = self.takes_away.iter().zip(&self.alike);
        let idle = all.filter(|(one, _)| !one.is_seen()).filter_map(|(one, alike)| {
            let given = self.given.get(one.nth)?;
            let piece = given.own.pieces.get(one.piece?)?;
            let text = piece.text();
            let hint = if piece.from_grant == FromGrant::Searched {
                Some("the directory that is searched".into())
            } else if alike.is_seen() {
                Some("a name that looks the same exists".into())
            } else {
                self.hint(one, given, &text)
            };
            let sign = if piece.takes { "" } else { "!" };
            let hint = hint.map_or_else(String::new, |hint| format!(" ({hint})"));
            Some(format!("{} `{sign}{}`{hint}", self.argument, brief(&text)))
        });
        idle.collect()
    }

    /// Has none of those that take away matched anything, or are they too many to tell?
    pub(in crate::tools) fn all_are_idle(&self) -> bool {
        self.takes_away.iter().all(|one| !one.is_seen())
    }

    /// What a glob may mean that takes away, and matched nothing.
    fn hint(&self, one: &Watched, given: &Given, text: &str) -> Option<String> {
        let found = self.away.get().and_then(|away| away.of(one.nth, one.piece));
        let found = found.and_then(|found| Some((found.found()?, found.example()?)));
        if let Some((meaning, path)) = found {
            let reading = meaning.foreign.and_then(|nth| given.foreign.get(nth));
            return Some(match reading.map(|other| &other.reading) {
                Some(Foreign::Globs(globs, _)) => format!("did you mean `{}`?", brief(globs)),
                Some(Foreign::Expression(_)) => "a glob, not a regular expression".into(),
                None if text.contains('*') => {
                    format!("in another case or further down it matches `{}`", brief(&path))
                }
                None => {
                    let name = path.rsplit('/').next().unwrap_or_default();
                    let is_name = !text.trim_end_matches('/').contains('/');
                    let meant = if is_name { name } else { &path };
                    if meant == text {
                        return None;
                    }
                    format!("did you mean `{}`?", brief(meant))
                }
            });
        }
        is_elsewhere(text).then(|| "an absolute path in no grant".into())
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
        Some(match (one.piece, given.own.pieces.as_slice()) {
            (Some(n), [_, _, ..]) => given.own.pieces.get(n)?.said.clone(),
            _ => given.text.clone(),
        })
    }
}

/// What to say of a glob that as an absolute path lies in no grant.
fn lies_elsewhere(text: &str) -> Option<String> {
    let shown = brief(text);
    if text.starts_with('/') {
        let is_absolute = text.trim_start_matches('/').contains('/');
        return is_absolute.then(|| {
            format!("`{shown}` begins at the top of what is searched; as an absolute path it lies in no grant")
        });
    }
    (is_elsewhere(text) && text.contains(['/', '\\']))
        .then(|| format!("`{shown}` is an absolute path and lies in no grant"))
}
