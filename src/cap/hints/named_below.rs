//! Looks below the grants for entries that have the last name of a path: a file that was moved, or whose directory was
//! left out. Only for the hints of errors.
//!
//! Only names that the client could list are looked at: nothing hidden, nothing that a link leads to, no other
//! file system. The work is bounded by entries, depth and time, and charged to the budget.
//!
//! May import: `path`, `limits`, `system`. This module does not word anything.

use std::cmp::Reverse;
use std::collections::VecDeque;
use std::ops::ControlFlow;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::fs::FileType;

use crate::cap::grants::Grants;
use crate::cap::grants::grant::Grant;
use crate::cap::handle::open::{To, reopen};
use crate::cap::handle::resolver::Resolver;
use crate::cap::handle::step::{enter, lstat, mount_of, open_beneath};
use crate::cap::hints::stems::{Extended, extended};
use crate::cap::rights::Rights;
use crate::cap::rules::fold::fold;
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self, Names};

/// Most entries that are read for one hint, in all grants.
const MAX_READ: usize = 20_000;
/// Entries between two looks at the budget.
const CHUNK: usize = 500;
/// Most directories between a grant and an entry that is found.
const MAX_DEPTH: usize = 24;
/// Longest time for one hint.
const MAX_TIME: Duration = Duration::from_millis(200);
/// Most entries that are found.
const MAX_FOUND: usize = 3;
/// Directories whose contents are made or fetched by programs: they are large, and nobody means what is in them.
const MADE: [&[u8]; 16] = [
    b"node_modules",
    b".git",
    b".hg",
    b".svn",
    b".jj",
    b".venv",
    b"venv",
    b"__pycache__",
    b"target",
    b".tox",
    b".nox",
    b".cache",
    b".mypy_cache",
    b".pytest_cache",
    b".gradle",
    b".next",
];

/// Is this the name of a directory whose contents programs make or fetch?
pub fn is_made(name: &[u8]) -> bool {
    MADE.contains(&name)
}

/// The entries below the grants whose path ends like one of `wanted`, perhaps with an extension; those first of which
/// most names agree.
/// `first` is the grant to begin with.
pub(in crate::cap) fn named_below(
    grants: &Grants,
    first: &Grant,
    wanted: &[Vec<Name>],
    budget: &Budget,
) -> Vec<(Arc<Grant>, Vec<Name>)> {
    let wanted: Vec<Vec<String>> = wanted.iter().map(|names| folded(names)).collect();
    let mut search = Search {
        grants,
        budget,
        wanted,
        left: MAX_READ,
        until: budget.now() + MAX_TIME,
        found: vec![],
    };
    let (first, others): (Vec<_>, Vec<_>) =
        grants.inner().grants.iter().partition(|grant| grant.as_ref() == first);
    for grant in first.into_iter().chain(others) {
        search.grant(grant);
    }
    let (best, is_exact) = match search.found.first() {
        Some(first) => (first.agree, first.extended == Extended::Not),
        None => return vec![],
    };
    // Where a directory agrees as well, the many files with a common name elsewhere are not meant. Nor is what has an
    // extension more, where something has the exact name.
    let is_near = |found: &Found| {
        (found.agree > 1 || best == 1) && (found.extended == Extended::Not || !is_exact)
    };
    search.found.into_iter().filter(is_near).map(|found| (found.grant, found.below)).collect()
}

struct Search<'a> {
    grants: &'a Grants,
    budget: &'a Budget,
    wanted: Vec<Vec<String>>,
    /// Entries that may still be read.
    left: usize,
    until: Instant,
    found: Vec<Found>,
}

struct Found {
    /// How many names at the end agree.
    agree: usize,
    extended: Extended,
    grant: Arc<Grant>,
    below: Vec<Name>,
}

impl Search<'_> {
    fn grant(&mut self, grant: &Arc<Grant>) {
        if !grant.rights.contains(Rights::READ) {
            return;
        }
        let mut waiting = VecDeque::from([vec![]]);
        while let Some(below) = waiting.pop_front() {
            if self.is_over() {
                return;
            }
            if let Some(dir) = self.open(grant, &below) {
                self.directory(grant, &dir, &below, &mut waiting);
            }
        }
    }

    fn directory(
        &mut self,
        grant: &Arc<Grant>,
        dir: &OwnedFd,
        below: &[Name],
        waiting: &mut VecDeque<Vec<Name>>,
    ) {
        let _ = Names::new().of(dir, |listed, kind| {
            self.left = self.left.saturating_sub(1);
            if self.left.is_multiple_of(CHUNK) && self.is_over() {
                return ControlFlow::Break(());
            }
            let is_wanted = self.is_wanted(listed);
            let may_be_entered =
                matches!(kind, FileType::Directory | FileType::Unknown) && !is_made(listed);
            if !is_wanted && !may_be_entered {
                return ControlFlow::Continue(());
            }
            let Some(name) = Name::from_bytes(listed) else { return ControlFlow::Continue(()) };
            let path = [below, std::slice::from_ref(&name)].concat();
            if grant.rules.hide(&path) {
                return ControlFlow::Continue(());
            }
            if is_wanted {
                self.keep(grant, &path);
            }
            let is_directory = || match kind {
                FileType::Unknown => lstat(dir, &name).is_ok_and(|stat| stat.kind.is_dir()),
                kind => kind.is_dir(),
            };
            if may_be_entered && path.len() < MAX_DEPTH && is_directory() {
                waiting.push_back(path);
            }
            ControlFlow::Continue(())
        });
    }

    fn is_wanted(&self, listed: &[u8]) -> bool {
        let Ok(listed) = std::str::from_utf8(listed) else { return false };
        let mut last = self.wanted.iter().filter_map(|names| names.last());
        if listed.is_ascii() {
            return last.any(|name| {
                let start = listed.get(..name.len()).unwrap_or_default();
                let ends = matches!(listed.as_bytes().get(name.len()), None | Some(b'.'));
                ends && start.eq_ignore_ascii_case(name)
            });
        }
        let listed = fold(listed);
        last.any(|name| extended(&listed, name).is_some())
    }

    fn keep(&mut self, grant: &Arc<Grant>, below: &[Name]) {
        let path = folded(below);
        let agree = |wanted: &Vec<String>| {
            let extended = extended(path.last()?, wanted.last()?)?;
            let above = wanted.iter().rev().skip(1).zip(path.iter().rev().skip(1));
            Some((1 + above.take_while(|(one, other)| one == other).count(), extended))
        };
        let best = self.wanted.iter().filter_map(agree);
        let best = best.min_by_key(|(agree, extended)| (Reverse(*agree), *extended));
        let Some((agree, extended)) = best else { return };
        let grant = Arc::clone(grant);
        self.found.push(Found { agree, extended, grant, below: below.to_vec() });
        self.found.sort_by(|a, b| {
            let order = b.agree.cmp(&a.agree).then(a.extended.cmp(&b.extended));
            let order = order.then(a.below.len().cmp(&b.below.len()));
            order.then_with(|| (a.grant.number, &a.below).cmp(&(b.grant.number, &b.below)))
        });
        self.found.truncate(MAX_FOUND);
    }

    /// The directory at the end of these names. None of them is a link, and all are on the grant's own file system.
    fn open(&self, grant: &Grant, below: &[Name]) -> Option<OwnedFd> {
        let dir = match self.grants.resolver() {
            Resolver::OpenAt2 => open_beneath(&grant.dir, below, true).ok()?,
            Resolver::Walk => {
                let root = grant.dir.try_clone().ok()?;
                below.iter().try_fold(root, |dir, name| enter(&dir, name)).ok()?
            }
        };
        let fd = reopen(&dir, To::List).ok()?;
        let is_own = system::stat(&fd).is_ok_and(|stat| stat.device == grant.device)
            && grant.mount.is_none_or(|mount| mount_of(&fd).is_ok_and(|at| at == mount));
        is_own.then_some(fd)
    }

    fn is_over(&self) -> bool {
        self.left == 0 || self.budget.step().is_err() || self.budget.now() > self.until
    }
}

fn folded(names: &[Name]) -> Vec<String> {
    names.iter().map(|name| fold(&String::from_utf8_lossy(name.as_bytes()))).collect()
}
