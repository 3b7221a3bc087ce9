//! [`Sets`]: the globs of an argument as matchers, in the order in which they count.
//!
//! As with ripgrep's `-g`, the last glob that matches decides. Neighbours of equal sign need no order, so each run
//! of them is one expression for names, and one for paths, with one bound for all. (A set that knows which of its
//! globs matches would take a table of all its states times all its globs.)
//!
//! May import: `cap`. This module does not know how globs are written.

use grep_matcher::Matcher as _;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};

use crate::cap::{WalkedDir, look};

/// Most bytes of what the globs of an argument compile to, and of the cache of each thread.
const MAX_COMPILED_BYTES: usize = 4 << 20;

/// The same for one glob that is also matched separately: there may be a hundred.
const MAX_COMPILED_BYTES_OF_ONE: usize = 128 << 10;

/// One glob, as an expression.
pub(super) struct Signed {
    /// Does it take what matches, or leave it out?
    pub(super) takes: bool,
    pub(super) from: From,
    pub(super) only_directories: bool,
    /// Does what it matches show that the meaning holds? Of a list of globs, not one that means the same in another.
    pub(super) tells: bool,
    pub(super) regex: String,
}

/// What an expression is matched with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// A name.
    Name,
    /// A path from the directory that is searched.
    Searched,
    /// A path that begins with the name of the grant.
    Grant,
    /// As `Grant`, but folded, so that letters alike in looks are one.
    FoldedGrant,
}

/// Where a name is.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    /// The grant; empty for a grant itself.
    pub(super) grant: &'a str,
    /// The way from the root of the grant: empty, or ending with a slash.
    pub(super) in_grant: &'a [u8],
    /// The way from the directory that is searched.
    pub(super) way: &'a [u8],
    /// That directory as the client gave it, where links led elsewhere: from the name of the grant on, with a slash at
    /// its end; otherwise empty.
    pub(super) root_as_given: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) is_directory: bool,
}

impl<'a> Spot<'a> {
    pub(super) fn new(dir: &'a WalkedDir, name: &'a [u8], is_directory: bool) -> Self {
        let in_grant = dir.path_in_grant();
        let way = dir.path();
        let grant = dir.grant_name();
        Self { grant, in_grant, way, root_as_given: dir.root_as_given(), name, is_directory }
    }

    /// A grant itself, where the search begins above all grants.
    pub(super) fn of_grant(name: &'a [u8]) -> Self {
        let none: &[u8] = b"";
        Self { grant: "", in_grant: none, way: none, root_as_given: none, name, is_directory: true }
    }
}

/// The globs of an argument.
#[derive(Default)]
pub(super) struct Sets {
    all: Vec<Run>,
    /// Where some globs match directories only, those that can match something else.
    without_directories: Option<Vec<Run>>,
}

/// Neighbours of equal sign.
struct Run {
    takes: bool,
    matchers: Vec<(From, RegexMatcher)>,
}

impl Sets {
    /// Compiles globs; nothing where they are too large together.
    pub(super) fn new(globs: &[Signed]) -> Option<Self> {
        Self::within(globs, MAX_COMPILED_BYTES)
    }

    /// The same for one glob of many.
    pub(super) fn of_one(globs: &[Signed]) -> Option<Self> {
        Self::within(globs, MAX_COMPILED_BYTES_OF_ONE)
    }

    fn within(globs: &[Signed], most_bytes: usize) -> Option<Self> {
        let others = globs.iter().filter(|glob| !glob.only_directories);
        if others.clone().count() == globs.len() {
            return Some(Self { all: runs(globs.iter(), most_bytes)?, without_directories: None });
        }
        let without_directories = Some(runs(others, most_bytes / 2)?);
        Some(Self { all: runs(globs.iter(), most_bytes / 2)?, without_directories })
    }

    /// Does the last glob that matches take it? `None` if none matches.
    pub(super) fn takes(&self, at: Spot<'_>) -> Option<bool> {
        let runs = match &self.without_directories {
            Some(others) if !at.is_directory => others,
            _ => &self.all,
        };
        runs.iter().rev().find(|run| run.is_match(at)).map(|run| run.takes)
    }
}

fn runs<'a>(globs: impl Iterator<Item = &'a Signed>, most_bytes: usize) -> Option<Vec<Run>> {
    let globs: Vec<&Signed> = globs.collect();
    let of_equal_sign: Vec<&[&Signed]> =
        globs.chunk_by(|one, other| one.takes == other.takes).collect();
    let kinds = [From::Name, From::Searched, From::Grant, From::FoldedGrant];
    let count: usize = of_equal_sign
        .iter()
        .map(|run| kinds.iter().filter(|from| run.iter().any(|glob| glob.from == **from)).count())
        .sum();
    let most_bytes = most_bytes / count.max(1);
    let run = |run: &[&Signed]| {
        let mut matchers = vec![];
        for from in kinds {
            let regexes = run.iter().filter(|glob| glob.from == from).map(|glob| &glob.regex);
            // Without anchors of its own, an expression would match a part.
            let regexes: Vec<String> = regexes.map(|regex| format!(r"^(?:{regex})$")).collect();
            if !regexes.is_empty() {
                matchers.push((from, matcher(&regexes, most_bytes)?));
            }
        }
        Some(Run { takes: run.first()?.takes, matchers })
    };
    of_equal_sign.into_iter().map(run).collect()
}

fn matcher(regexes: &[String], most_bytes: usize) -> Option<RegexMatcher> {
    let mut builder = RegexMatcherBuilder::new();
    builder.dot_matches_new_line(true).size_limit(most_bytes).dfa_size_limit(most_bytes);
    builder.build_many(regexes).ok()
}

impl Run {
    fn is_match(&self, at: Spot<'_>) -> bool {
        self.matchers.iter().any(|(from, matcher)| {
            // This matcher has no errors.
            let is_match = |path: &[u8]| matcher.is_match(path).unwrap_or(false);
            match from {
                From::Name => is_match(at.name),
                From::Searched if at.way.is_empty() => is_match(at.name),
                From::Searched => is_match(&[at.way, at.name].concat()),
                From::Grant => {
                    is_match(&in_grant(at)) || as_given(at).is_some_and(|at| is_match(&at))
                }
                From::FoldedGrant => {
                    let is_match = |path: &[u8]| is_match(folded(path).as_bytes());
                    is_match(&in_grant(at)) || as_given(at).is_some_and(|at| is_match(&at))
                }
            }
        })
    }
}

fn in_grant(at: Spot<'_>) -> Vec<u8> {
    let slash: &[u8] = if at.grant.is_empty() { b"" } else { b"/" };
    [at.grant.as_bytes(), slash, at.in_grant, at.name].concat()
}

/// The same by the path that the client gave, where links led elsewhere.
fn as_given(at: Spot<'_>) -> Option<Vec<u8>> {
    (!at.root_as_given.is_empty()).then(|| [at.root_as_given, at.way, at.name].concat())
}

/// A path, each name of it in the form in which look-alikes are equal.
pub(super) fn folded(path: &[u8]) -> String {
    let names = String::from_utf8_lossy(path);
    names.split('/').map(look).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn globs_that_are_too_large_together_are_refused() {
        let glob = |takes, regex: &str| Signed {
            takes,
            from: From::Name,
            only_directories: false,
            tells: true,
            regex: regex.to_owned(),
        };
        let large = r"\w{30}";
        assert!(Sets::new(&[glob(true, large)]).is_some());
        // Many of one sign, or many runs.
        assert!(Sets::new(&[true; 100].map(|takes| glob(takes, large))).is_none());
        let runs: Vec<_> = (0..100).map(|nth| glob(nth % 2 == 0, large)).collect();
        assert!(Sets::new(&runs).is_none());
    }
}
