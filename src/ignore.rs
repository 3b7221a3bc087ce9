//! [`Ignored`]: what `.gitignore` and `.ignore` say of names, as git and ripgrep read them.
//!
//! The files are read through the handles of the walk, from the root of the grant down. What lies
//! outside a grant, such as the user's own list for all repositories, is not known here. The nearest
//! file wins; `.ignore` wins over `.gitignore`, and both over `.git/info/exclude`. As with git,
//! `.gitignore` says nothing outside a repository, and nothing beyond the nearest one.
//!
//! May import: `cap`. Absent on purpose: walking; the crate that knows the patterns could do that too,
//! by path.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::Arc;

use ::ignore::Match;
use ::ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::cap::{Kind, Listing, OpenFile, Place, Read, WalkedDir, WalkedEntry};

/// Bytes of one file with patterns that are read.
const MOST: usize = 1 << 20;

/// Directories that belong to a program that keeps versions, and are never searched.
const VERSIONS: [&[u8]; 4] = [b".git", b".hg", b".svn", b".jj"];

/// What is ignored in a directory, and in all below it.
#[derive(Clone, Default)]
pub struct Ignored(Option<Arc<Level>>);

struct Level {
    above: Ignored,
    /// Bytes of the way to its directory from the root of the grant.
    len: usize,
    own: Option<Gitignore>,
    git: Option<Gitignore>,
    exclude: Option<Gitignore>,
    is_repository: bool,
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
        let exclude = || dir.open_below(&[b".git", b"info", b"exclude"]);
        Self(Some(Arc::new(Level {
            above: self.clone(),
            len: dir.path_in_grant().len(),
            own: own.then(|| dir.open_file(b".ignore")).flatten().as_ref().and_then(patterns),
            git: git.then(|| dir.open_file(b".gitignore")).flatten().as_ref().and_then(patterns),
            exclude: is_repository.then(exclude).flatten().as_ref().and_then(patterns),
            is_repository,
        })))
    }

    /// Is the entry of this directory ignored?
    pub fn covers(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> bool {
        if self.0.is_none() {
            return false;
        }
        let path = [dir.path_in_grant(), entry.name].concat();
        let is_dir = entry.kind == Kind::Directory;
        let (mut own, mut git, mut exclude) = (None, None, None);
        let mut beyond = false;
        let is_in_repository = self.levels().any(|level| level.is_repository);
        for level in self.levels() {
            let below = Path::new(OsStr::from_bytes(path.get(level.len..).unwrap_or_default()));
            own = own.or_else(|| said(level.own.as_ref(), below, is_dir));
            if is_in_repository && !beyond {
                git = git.or_else(|| said(level.git.as_ref(), below, is_dir));
                exclude = exclude.or_else(|| said(level.exclude.as_ref(), below, is_dir));
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
fn patterns(file: &OpenFile) -> Option<Gitignore> {
    let mut buffer = vec![0; MOST.min(usize::try_from(file.size()).unwrap_or(MOST))];
    let text = String::from_utf8_lossy(file.read_at(&mut buffer, 0).ok()?).into_owned();
    let mut patterns = GitignoreBuilder::new("");
    for line in text.lines() {
        let _ = patterns.add_line(None, line);
    }
    patterns.build().ok()
}
