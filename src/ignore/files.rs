//! [`IgnoreFiles`]: the ignore files of one search, and what was left out of them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use super::rules::{Compiled, Rules, Text};
use crate::cap::{Above, AboveLevel, AboveText, Kind, OpenFile, Place, Read, Tally, WalkedDir};
use crate::git::{Config, GitFile};
use crate::limits::Budget;

/// Most bytes of a repository's configuration that are read.
const MAX_CONFIG: usize = 64 << 10;
/// How a footer calls an ignore file that was read at startup: its path is not shown.
const NOT_SHOWN: &str = "one that is read at startup";

/// The ignore files of one search.
pub struct IgnoreFiles<'a> {
    budget: &'a Budget,
    above: &'a Above,
    compiled: Arc<Compiled>,
    global: OnceLock<Option<Arc<Rules>>>,
    global_folded: OnceLock<Option<Arc<Rules>>>,
    left_out: Mutex<LeftOut>,
}

/// What a search left out, or what did not apply.
#[derive(Clone, Debug, Default)]
pub struct LeftOut {
    /// The files of which rules were left out.
    pub rules: Tally,
    /// Linked worktrees.
    pub worktrees: Tally,
}

/// What holds in a repository, and not beyond it.
#[derive(Default)]
pub(super) struct OfRepository {
    /// `info/exclude`.
    pub(super) exclude: Option<Arc<Rules>>,
    /// The user's list.
    pub(super) global: Option<Arc<Rules>>,
    pub(super) ignores_case: bool,
    /// Is it a linked worktree of a repository?
    pub(super) is_worktree: bool,
}

impl<'a> IgnoreFiles<'a> {
    /// Those of a search below this place.
    pub fn new(place: &'a Place<Read>, budget: &'a Budget) -> Self {
        Self {
            budget,
            above: place.above_grant(),
            compiled: budget.kept().of(),
            global: OnceLock::new(),
            global_folded: OnceLock::new(),
            left_out: Mutex::default(),
        }
    }

    /// What was left out.
    pub fn left_out(self) -> LeftOut {
        self.left_out.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn budget(&self) -> &Budget {
        self.budget
    }

    /// The directories above the grant of which rules are known, from the top.
    pub(super) fn levels(&self) -> &'a [AboveLevel] {
        &self.above.levels
    }

    /// The way from the topmost of them to the grant.
    pub(super) fn way(&self) -> &'a [u8] {
        self.levels().first().map_or(&[], |top| &top.way)
    }

    /// The rules of a text that was read at startup.
    pub(super) fn above(&self, text: Option<&AboveText>, ignores_case: bool) -> Option<Arc<Rules>> {
        let text = || Some(Text::above(text?));
        self.compile(text, ignores_case, || NOT_SHOWN.to_owned())
    }

    /// The rules of a file; `None` if it cannot be read, or has none that apply.
    pub(super) fn rules(
        &self,
        dir: &WalkedDir,
        names: &[&[u8]],
        ignores_case: bool,
    ) -> Option<Arc<Rules>> {
        let file = open(dir, names)?;
        self.compile(
            || Text::read(&file),
            ignores_case,
            || dir.display_path(names.first().copied().unwrap_or_default()),
        )
    }

    /// What holds in the repository above the grant.
    pub(super) fn repository_above(&self, level: &AboveLevel) -> OfRepository {
        let ignores_case = level.ignores_case;
        OfRepository {
            exclude: self.above(level.exclude.as_ref(), ignores_case),
            global: self.global(ignores_case),
            ignores_case,
            is_worktree: false,
        }
    }

    /// What holds in the repository that begins in this directory. `git` is what its `.git` is.
    pub(super) fn repository(&self, dir: &WalkedDir, git: Option<Kind>) -> OfRepository {
        match git {
            Some(Kind::Directory) => {
                let config = open(dir, &[b".git", b"config"]);
                let ignores_case = config.is_some_and(|file| says_ignore_case(&file));
                OfRepository {
                    exclude: self.rules(dir, &[b".git", b"info", b"exclude"], ignores_case),
                    global: self.global(ignores_case),
                    ignores_case,
                    is_worktree: false,
                }
            }
            Some(Kind::File) => self.pointed_repository(dir).unwrap_or_else(|| self.plain()),
            _ => self.plain(),
        }
    }

    /// One of which nothing is known but that it is there.
    fn plain(&self) -> OfRepository {
        OfRepository { global: self.global(false), ..OfRepository::default() }
    }

    /// The repository at the path in the `.git` file of a directory.
    fn pointed_repository(&self, dir: &WalkedDir) -> Option<OfRepository> {
        let text = read(&dir.open_file(b".git")?, GitFile::MAX_BYTES)?;
        let file = GitFile::new(&text)?;
        let is_worktree = file.is_worktree();
        let opened = |path: &[u8]| dir.open_pointed(path);
        if opened(&file.path_to(b"HEAD")).is_none() {
            // It lies outside the grant. That of the granted directory itself was read at startup.
            let known = Some(self.above).filter(|_| dir.path_in_grant().is_empty());
            let ignores_case = known.is_some_and(|above| above.ignores_case);
            return Some(OfRepository {
                exclude: known.and_then(|above| self.above(above.exclude.as_ref(), ignores_case)),
                global: self.global(ignores_case),
                ignores_case,
                is_worktree,
            });
        }
        let commondir = opened(&file.path_to(b"commondir"));
        let commondir = commondir.and_then(|file| read(&file, GitFile::MAX_BYTES));
        let common = file.common(commondir.as_deref());
        let config = opened(&common.path_to(b"config"));
        let ignores_case = config.is_some_and(|file| says_ignore_case(&file));
        let exclude = opened(&common.path_to(b"info/exclude"));
        let compile = |file: OpenFile| {
            self.compile(|| Text::read(&file), ignores_case, || dir.display_path(b".git"))
        };
        Some(OfRepository {
            exclude: exclude.and_then(compile),
            global: self.global(ignores_case),
            ignores_case,
            is_worktree,
        })
    }

    /// Notes a linked worktree that is not searched.
    pub(super) fn leave_out_worktree(&self, dir: &WalkedDir) {
        let shown = dir.shown_itself().trim_end_matches('/').to_owned();
        self.note().worktrees.one(shown);
    }

    /// The user's list for all repositories.
    fn global(&self, ignores_case: bool) -> Option<Arc<Rules>> {
        let known = if ignores_case { &self.global_folded } else { &self.global };
        let text = self.above.global.as_ref();
        known.get_or_init(|| self.above(text, ignores_case)).clone()
    }

    fn compile(
        &self,
        text: impl FnOnce() -> Option<Text>,
        ignores_case: bool,
        shown: impl FnOnce() -> String,
    ) -> Option<Arc<Rules>> {
        let (rules, is_whole) = self.compiled.rules(text, ignores_case, self.budget);
        if !is_whole {
            self.note().rules.one(shown());
        }
        rules
    }

    fn note(&self) -> MutexGuard<'_, LeftOut> {
        self.left_out.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn open(dir: &WalkedDir, names: &[&[u8]]) -> Option<OpenFile> {
    match names {
        [name] => dir.open_file(name),
        names => dir.open_below(names),
    }
}

/// The beginning of a file.
fn read(file: &OpenFile, most: usize) -> Option<Vec<u8>> {
    let mut buffer = vec![0; most.min(usize::try_from(file.size()).unwrap_or(most))];
    Some(file.read_at(&mut buffer, 0).ok()?.to_vec())
}

/// Is `core.ignoreCase` true in this configuration?
fn says_ignore_case(file: &OpenFile) -> bool {
    read(file, MAX_CONFIG).is_some_and(|text| Config::new(&text).is_true("core.ignorecase"))
}
