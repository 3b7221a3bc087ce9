//! Paths that a client may have meant: for the hints of `not_found` and `unknown_grant`.
//!
//! Only names that the client could list are looked at, so a hint tells nothing that a listing would
//! not. The work is bounded by constants, whatever lies in the directories.
//!
//! May import: `path`, `limits`, `error`. This module opens nothing that it suggests.

use crate::cap::grants::grant::Grant;
use cap_std::fs::Dir;
use std::sync::Arc;

use crate::cap::grants::Grants;
use crate::cap::handle::directory::names;
use crate::cap::hints::as_glob::as_glob;
use crate::cap::hints::existing::existing;
use crate::cap::hints::named_below::named_below;
use crate::cap::hints::stems::same_stem;
use crate::cap::resolve::apart::{spelled_out, told_apart};
use crate::cap::resolve::lookalike::look_the_same;
use crate::cap::rules::Rules;
use crate::cap::rules::fold::fold;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::{Name, Reading, VirtualPath, readings};

/// Most directory entries read for one hint, hidden ones included.
const MAX_READ: usize = 20_000;
/// Most names compared for one hint.
const MAX_COMPARED: usize = 1_000;
/// Most bytes of a name that is compared: comparing takes time by the product of both lengths.
const MAX_BYTES: usize = 64;
/// Most paths offered.
pub(super) const MAX_OFFERED: usize = 3;
/// Least likeness, between 0 and 1, of a name that is offered.
const LIKE: f64 = 0.6;

/// Nothing has this name, as far as anybody may know.
pub(in crate::cap) fn missing(said: &VirtualPath) -> ToolError {
    ToolError::new(Code::NotFound, format!("`{said}` does not exist"))
}

/// Where a walk ended because a name does not exist.
pub(in crate::cap) struct Missing<'a> {
    pub(in crate::cap) grants: &'a Grants,
    pub(in crate::cap) grant: &'a Arc<Grant>,
    /// The directory that does not have the name, and its names below the grant.
    pub(in crate::cap) dir: &'a Dir,
    pub(in crate::cap) below: &'a [Name],
    pub(in crate::cap) wanted: &'a Name,
}

impl Missing<'_> {
    /// What to do next, for a client that gave `said`. The missing name is the last one of it or, with `is_on_way`, an
    /// earlier one.
    pub(in crate::cap) fn hint(
        &self,
        said: &VirtualPath,
        is_on_way: bool,
        budget: &Budget,
    ) -> String {
        let meant = read_as(self.grants, said, |argument| budget.takes(argument));
        if !meant.is_empty() {
            return did_you_mean(&meant);
        }
        if let Some(hint) = as_glob(self.grants, said, false, budget) {
            return hint;
        }
        let mut paths = if is_on_way { vec![] } else { self.same_stem() };
        paths.extend(elsewhere(self.grants, self.grant, said, budget));
        if paths.is_empty() || !is_on_way {
            paths.extend(self.siblings());
        }
        let as_glob = || as_glob(self.grants, said, true, budget);
        let glob = if paths.is_empty() { as_glob() } else { None };
        glob.unwrap_or_else(|| self.worded(paths))
    }

    /// The same with the names in that directory only.
    pub(in crate::cap) fn hint_of_names(&self) -> String {
        self.worded(self.siblings())
    }

    fn worded(&self, mut paths: Vec<String>) -> String {
        let mut seen = vec![];
        paths.retain(|path| {
            let is_new = !seen.contains(path);
            seen.push(path.clone());
            is_new
        });
        paths.truncate(MAX_OFFERED);
        if paths.is_empty() {
            return listing(&self.grants.display_path(self.grant, self.below));
        }
        did_you_mean(&paths)
    }

    fn siblings(&self) -> Vec<String> {
        self.beside(near)
    }

    /// The names in that directory that are the missing one with an extension, or with another one.
    fn same_stem(&self) -> Vec<String> {
        self.beside(same_stem)
    }

    fn beside(&self, find: impl Fn(&Dir, &Rules, &[Name], &Name) -> Vec<Name>) -> Vec<String> {
        let held = &self.grant;
        let shown = |name: &Name| {
            let path = [self.below, std::slice::from_ref(name)].concat();
            shown_beside(self.grants, self.grant, &path, self.wanted)
        };
        find(self.dir, &held.rules, self.below, self.wanted).iter().map(shown).collect()
    }
}

/// How to see what a directory has.
pub(super) fn listing(shown: &str) -> String {
    format!("list_directory with path=`{shown}` shows what there is")
}

/// `did you mean A, B or C?`, of paths that are in backticks.
pub(in crate::cap) fn did_you_mean(paths: &[String]) -> String {
    format!("did you mean {}?", told_apart(paths).join(" or "))
}

/// Existing paths, in backticks, that the client may have meant by a path in the syntax of a shell, an
/// editor, a diff or a URL, or of another machine. For a line number in it, adds those arguments that the tool `has`.
pub(in crate::cap) fn read_as(
    grants: &Grants,
    said: &VirtualPath,
    has: impl Fn(&str) -> bool,
) -> Vec<String> {
    let as_said = Reading {
        path: said.as_requested().to_owned(),
        line: None,
        last_line: None,
        is_plain_mistake: false,
    };
    for reading in std::iter::once(as_said).chain(readings(said.as_requested())) {
        let there = existing(grants, &reading.path);
        if !there.is_empty() {
            let shown = |(grant, names): &(Arc<Grant>, Vec<Name>)| {
                format!("`{}`{}", grants.display_path(grant, names), reading.arguments(&has))
            };
            return there.iter().take(MAX_OFFERED).map(shown).collect();
        }
    }
    vec![]
}

/// The entries below the grants that have the last name of the path, in backticks.
pub(in crate::cap) fn elsewhere(
    grants: &Grants,
    first: &Grant,
    said: &VirtualPath,
    budget: &Budget,
) -> Vec<String> {
    let read = readings(said.as_requested()).pop();
    let paths = [Some(said.as_requested()), read.as_ref().map(|reading| reading.path.as_str())];
    let names = |path: &str| VirtualPath::from(path).parse().ok().map(|spelling| spelling.names);
    let wanted: Vec<Vec<Name>> =
        paths.into_iter().flatten().filter_map(names).filter(|names| !names.is_empty()).collect();
    if wanted.is_empty() || !budget.take_search_for_hint() {
        return vec![];
    }
    let has = |argument: &str| budget.takes(argument);
    let arguments = read.map(|reading| reading.arguments(has)).unwrap_or_default();
    let found = named_below(grants, first, &wanted, budget);
    let asked = wanted.first().and_then(|names| names.last());
    let shown = |(grant, names): &(Arc<Grant>, Vec<Name>)| match asked {
        Some(asked) => shown_beside(grants, grant, names, asked),
        None => format!("`{}`", grants.display_path(grant, names)),
    };
    found.iter().map(|found| shown(found) + &arguments).collect()
}

/// A path in backticks, with its code points if its last name looks like the one that was asked for.
fn shown_beside(grants: &Grants, grant: &Grant, path: &[Name], asked: &Name) -> String {
    match path.split_last() {
        Some((name, above)) if look_the_same(&name.to_string(), &asked.to_string()) => {
            let other = [above, std::slice::from_ref(asked)].concat();
            spelled_out(&grants.in_front_of_paths(grant), path, &other)
        }
        _ => format!("`{}`", grants.display_path(grant, path)),
    }
}

/// The names in `dir` (which is `below` in its grant) that are most like `wanted`.
fn near(dir: &Dir, rules: &Rules, below: &[Name], wanted: &Name) -> Vec<Name> {
    if wanted.as_bytes().len() > MAX_BYTES {
        return vec![];
    }
    let wanted = fold(&wanted.to_string());
    let visible = |name: &Name| !rules.hide(below.iter().chain([name]));
    let mut near: Vec<(f64, Name)> = names(dir)
        .take(MAX_READ)
        .filter(|name| name.as_bytes().len() <= MAX_BYTES)
        .filter(visible)
        .take(MAX_COMPARED)
        .map(|name| {
            (strsim::normalized_damerau_levenshtein(&wanted, &fold(&name.to_string())), name)
        })
        .filter(|(likeness, _)| *likeness >= LIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(MAX_OFFERED).map(|(_, name)| name).collect()
}
