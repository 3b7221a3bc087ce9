//! [`Ignored`]: what `.gitignore` and `.ignore` say of names, as git and ripgrep read them.
//!
//! The files are read through the handles of the walk, from the root of the grant down. What lies
//! outside a grant, such as the user's own list for all repositories, is not known here. The nearest
//! file wins; `.ignore` wins over `.gitignore`, and both over `.git/info/exclude`. As with git,
//! `.gitignore` says nothing outside a repository, and nothing beyond the nearest one.
//!
//! May import: `cap`. Absent on purpose: walking; the crate that knows the patterns could do that too,
//! by path.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};

use ::ignore::Match;
use ::ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::cap::{Kind, Listing, OpenFile, Place, Read, WalkedDir, WalkedEntry};

/// Bytes of one file with patterns that are read.
const MOST: usize = 1 << 20;

/// How many compiled files are kept for the next search, and how long each of them may be.
const KEPT: usize = 512;
const MOST_KEPT: usize = 16 << 10;

/// Directories that belong to a program that keeps versions, and are never searched.
const VERSIONS: [&[u8]; 4] = [b".git", b".hg", b".svn", b".jj"];

/// What is ignored in a directory, and in all below it.
#[derive(Clone, Default)]
pub struct Ignored(Option<Arc<Level>>);

struct Level {
    above: Ignored,
    /// Bytes of the way to its directory from the root of the grant.
    len: usize,
    own: Option<Arc<Gitignore>>,
    git: Option<Arc<Gitignore>>,
    exclude: Option<Arc<Gitignore>>,
    is_repository: bool,
    /// Is it one, or any directory above it?
    is_in_repository: bool,
}

/// Does the name belong to a program that keeps versions?
pub fn is_of_versions(name: &[u8]) -> bool {
    VERSIONS.contains(&name)
}

impl Ignored {
    /// What the directories above a place say of it and of all below.
    pub fn above(place: &Place<Read>) -> Self {
        let files: [&[u8]; 3] = [b".ignore", b".gitignore", b".git"];
        WalkedDir::above(place)
            .iter()
            .fold(Self::default(), |above, dir| above.and_in(dir, &dir.look_for(&files)))
    }

    /// The same, and what the files in this directory say.
    #[must_use]
    pub fn and_in(&self, dir: &WalkedDir, names: &Listing) -> Self {
        let (mut own, mut git, mut is_repository) = (false, false, false);
        for entry in names.iter().filter(|entry| entry.name.starts_with(b".")) {
            match entry.name {
                b".ignore" => own = true,
                b".gitignore" => git = true,
                b".git" => is_repository = true,
                _ => {}
            }
        }
        if !(own || git || is_repository) {
            return self.clone();
        }
        let is_in_one = self.0.as_ref().is_some_and(|level| level.is_in_repository);
        let exclude = || dir.open_below(&[b".git", b"info", b"exclude"]);
        Self(Some(Arc::new(Level {
            above: self.clone(),
            len: dir.path_in_grant().len(),
            own: own.then(|| dir.open_file(b".ignore")).flatten().as_ref().and_then(patterns),
            git: git.then(|| dir.open_file(b".gitignore")).flatten().as_ref().and_then(patterns),
            exclude: is_repository.then(exclude).flatten().as_ref().and_then(patterns),
            is_repository,
            is_in_repository: is_repository || is_in_one,
        })))
    }

    /// Is the entry of this directory ignored?
    pub fn covers(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> bool {
        let Some(nearest) = &self.0 else { return false };
        let path = [dir.path_in_grant(), entry.name].concat();
        let is_dir = entry.kind == Kind::Directory;
        let (mut own, mut git, mut exclude) = (None, None, None);
        let mut beyond = false;
        for level in self.levels() {
            let below = Path::new(OsStr::from_bytes(path.get(level.len..).unwrap_or_default()));
            own = own.or_else(|| said(level.own.as_deref(), below, is_dir));
            if nearest.is_in_repository && !beyond {
                git = git.or_else(|| said(level.git.as_deref(), below, is_dir));
                exclude = exclude.or_else(|| said(level.exclude.as_deref(), below, is_dir));
            }
            beyond |= level.is_repository;
        }
        own.or(git).or(exclude).unwrap_or(false)
    }

    /// From the nearest up.
    fn levels(&self) -> impl Iterator<Item = &Level> {
        std::iter::successors(self.0.as_deref(), |level| level.above.0.as_deref())
    }
}

fn said(patterns: Option<&Gitignore>, below: &Path, is_dir: bool) -> Option<bool> {
    match patterns?.matched(below, is_dir) {
        Match::None => None,
        Match::Ignore(_) => Some(true),
        Match::Whitelist(_) => Some(false),
    }
}

/// What a file says; a line that is no pattern says nothing, as with git.
fn patterns(file: &OpenFile) -> Option<Arc<Gitignore>> {
    let mut buffer = vec![0; MOST.min(usize::try_from(file.size()).unwrap_or(MOST))];
    let text = String::from_utf8_lossy(file.read_at(&mut buffer, 0).ok()?).into_owned();
    if let Some(known) = compiled().get(&text) {
        return Some(Arc::clone(known));
    }
    let mut patterns = GitignoreBuilder::new("");
    for line in text.lines() {
        let _ = patterns.add_line(None, line);
    }
    let patterns = Arc::new(patterns.build().ok()?);
    if text.len() <= MOST_KEPT {
        let mut compiled = compiled();
        if compiled.len() >= KEPT {
            compiled.clear();
        }
        compiled.insert(text, Arc::clone(&patterns));
    }
    Some(patterns)
}

/// What was compiled before, by the text that it was compiled from: that of a file changes, and its
/// times may not.
fn compiled() -> MutexGuard<'static, HashMap<String, Arc<Gitignore>>> {
    static COMPILED: LazyLock<Mutex<HashMap<String, Arc<Gitignore>>>> =
        LazyLock::new(Mutex::default);
    COMPILED.lock().unwrap_or_else(PoisonError::into_inner)
}
