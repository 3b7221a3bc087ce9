//! [`Ignored`]: the names that ignore files exclude, by the rules of git and ripgrep.
//!
//! Precedence, strongest first: `.rgignore`, `.ignore`, `.gitignore`, `.git/info/exclude`, the user's list for all
//! repositories. Among files of one kind the nearest wins. Git's files apply only in a repository (a directory with
//! `.git` or `.jj`), up to the nearest root. Lines have git's syntax.
//!
//! The files are read through the handles of the walk, from the root of the grant down. Those above the grant, and the
//! user's, were read at startup ([`Above`](crate::cap::Above)).
//!
//! A linked worktree below the searched directory is left out: it holds the same files once more.
//!
//! The rules that apply at once are bounded, since they take many times their size in memory. What is left out is
//! counted, and the answer says so.
//!
//! May import: `cap`, `git`, `limits`. This module does not walk.

mod files;
mod rule;
mod rules;
mod wild;

use std::sync::Arc;

use crate::cap::{Kind, Listing, Place, Read, WalkedDir, WalkedEntry};
use crate::limits::Work;

use self::files::OfRepository;
pub use self::files::{IgnoreFiles, LeftOut};
use self::rules::Rules;
pub use self::rules::{MAX_BYTES, MAX_RULES, MAX_WILDCARD_BYTES};

/// Directories that belong to a program that keeps versions, and are never searched.
const VERSIONS: [&[u8]; 4] = [b".git", b".hg", b".svn", b".jj"];

/// What is ignored in a directory, and in all below it.
#[derive(Clone, Default)]
pub struct Ignored(Option<Arc<Level>>);

#[derive(Default)]
struct Level {
    above: Ignored,
    /// Bytes of the way to its directory, from the topmost one of which rules are known.
    len: usize,
    /// Of `.rgignore`, `.ignore` and `.gitignore`.
    own: [Option<Arc<Rules>>; 3],
    /// Set where a repository begins.
    repository: Option<OfRepository>,
    /// Is matching one name slow, because of the rules here or above?
    is_costly: bool,
    /// Is this directory, or one above it, a repository?
    is_in_repository: bool,
    /// Does the repository that this directory lies in ignore case?
    ignores_case: bool,
    kind: Whole,
}

/// What is searched of a directory.
#[derive(Default, PartialEq, Eq)]
enum Whole {
    #[default]
    Searched,
    /// It is a linked worktree below the searched directory.
    LeftOut,
}

/// Which names in a directory matter.
#[derive(Default)]
struct Marks {
    own: [bool; 3],
    git: Option<Kind>,
    is_jj: bool,
}

/// Is this the directory of a version control system, such as `.git`?
pub fn is_version_control(name: &[u8]) -> bool {
    VERSIONS.contains(&name)
}

impl Ignored {
    /// What the directories above a place say of it and of all below.
    pub fn above(place: &Place<Read>, files: &IgnoreFiles<'_>) -> Self {
        let names: [&[u8]; 5] = [b".rgignore", b".ignore", b".gitignore", b".git", b".jj"];
        WalkedDir::above(place).iter().fold(Self::above_grant(files), |above, dir| {
            above.and_in(dir, &dir.look_for(&names), files)
        })
    }

    /// What was read at startup.
    fn above_grant(files: &IgnoreFiles<'_>) -> Self {
        files.levels().iter().fold(Self::default(), |above, level| {
            let repository = level.is_repository.then(|| files.repository_above(level));
            let ignores_case = above.ignores_case(repository.as_ref());
            let own = [
                files.above(level.rgignore.as_ref(), false),
                files.above(level.ignore.as_ref(), false),
                files.above(level.gitignore.as_ref(), ignores_case),
            ];
            let len = files.way().len().saturating_sub(level.way.len());
            above.with(Level { len, own, repository, ignores_case, ..Level::default() })
        })
    }

    /// The same, and what the files in this directory say.
    #[must_use]
    pub fn and_in(&self, dir: &WalkedDir, names: &Listing, files: &IgnoreFiles<'_>) -> Self {
        let Some(marks) = Marks::of(names) else { return self.clone() };
        let repository = marks.begins_repository().then(|| files.repository(dir, marks.git));
        if repository.as_ref().is_some_and(|new| new.is_worktree) && dir.depth() > 0 {
            files.leave_out_worktree(dir);
            return Self(Some(Arc::new(Level { kind: Whole::LeftOut, ..Level::default() })));
        }
        let ignores_case = self.ignores_case(repository.as_ref());
        let [rg, own, git] = marks.own;
        let read = |is_there: bool, name: &[u8], ignores_case| {
            is_there.then(|| files.rules(dir, &[name], ignores_case)).flatten()
        };
        let own = [
            read(rg, b".rgignore", false),
            read(own, b".ignore", false),
            read(git, b".gitignore", ignores_case),
        ];
        let len = files.way().len() + dir.path_in_grant().len();
        self.with(Level { len, own, repository, ignores_case, ..Level::default() })
    }

    fn with(&self, level: Level) -> Self {
        let of_repository = level.repository.iter().flat_map(|of| [&of.exclude, &of.global]);
        let is_costly =
            level.own.iter().chain(of_repository).flatten().any(|rules| rules.is_costly());
        let above = self.0.as_deref();
        Self(Some(Arc::new(Level {
            is_costly: is_costly || above.is_some_and(|above| above.is_costly),
            is_in_repository: level.repository.is_some()
                || above.is_some_and(|above| above.is_in_repository),
            above: self.clone(),
            ..level
        })))
    }

    fn ignores_case(&self, repository: Option<&OfRepository>) -> bool {
        let above = || self.0.as_ref().is_some_and(|level| level.ignores_case);
        repository.map_or_else(above, |new| new.ignores_case)
    }

    /// Is all that is in this directory left out, though the directory itself is not ignored?
    pub fn is_left_out(&self) -> bool {
        self.0.as_ref().is_some_and(|level| level.kind == Whole::LeftOut)
    }

    /// Is the entry of this directory ignored? `None` if the call must stop, which is
    /// checked only where matching is slow.
    pub fn covers(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        files: &IgnoreFiles<'_>,
    ) -> Option<bool> {
        let Some(nearest) = &self.0 else { return Some(false) };
        if nearest.is_costly {
            files.budget().step().ok()?;
        }
        let _busy = nearest.is_costly.then(|| files.budget().begin(Work::IgnoreRules));
        let path = [files.way(), dir.path_in_grant(), entry.name].concat();
        let is_dir = entry.kind == Kind::Directory;
        let mut rg = None;
        let mut own = None;
        let mut git = None;
        let mut exclude = None;
        let mut global = None;
        let mut is_beyond = !nearest.is_in_repository;
        for level in self.levels() {
            let below = path.get(level.len..).unwrap_or_default();
            let matched = |rules: &Option<Arc<Rules>>| rules.as_ref()?.matched(below, is_dir);
            let [of_rg, of_all, of_git] = &level.own;
            rg = rg.or_else(|| matched(of_rg));
            own = own.or_else(|| matched(of_all));
            if is_beyond {
                continue;
            }
            git = git.or_else(|| matched(of_git));
            if let Some(repository) = &level.repository {
                exclude = matched(&repository.exclude);
                global = matched(&repository.global);
                is_beyond = true;
            }
        }
        Some(rg.or(own).or(git).or(exclude).or(global).unwrap_or(false))
    }

    /// From the nearest up.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        std::iter::successors(self.0.as_deref(), |level| level.above.0.as_deref())
    }
}

impl Marks {
    /// `None` if nothing in the directory matters, as in most.
    fn of(names: &Listing) -> Option<Self> {
        let mut marks = Self::default();
        let mut is_marked = false;
        let [rg, own, git] = &mut marks.own;
        for entry in names.iter().filter(|entry| entry.name.starts_with(b".")) {
            match entry.name {
                b".rgignore" => *rg = true,
                b".ignore" => *own = true,
                b".gitignore" => *git = true,
                b".git" => marks.git = Some(entry.kind),
                b".jj" => marks.is_jj = true,
                _ => continue,
            }
            is_marked = true;
        }
        is_marked.then_some(marks)
    }

    fn begins_repository(&self) -> bool {
        self.git.is_some() || self.is_jj
    }
}
