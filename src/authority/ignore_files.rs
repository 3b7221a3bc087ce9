//! What ignore files above a granted directory say, and the user's own: read once, before the seal.
//!
//! A grant may begin deep in a repository (`--allow packages/web`), and the rules for it lie at the repository's root.
//! So this goes up from the handle, by `..` and at most [`MAX_STEPS`] times, and reads what ripgrep reads there:
//! `.rgignore` and `.ignore` of every directory, `.gitignore` up to the root of the repository, and its `info/exclude`.
//!
//! Others may have put files there (`/tmp/.git`, `/tmp/.gitignore`), which could hide what is in the grant. Git asks for
//! `safe.directory` then. Here a directory or a file counts only if it belongs to this user, to root or to the owner of
//! the granted directory, who could put ignore files into the grant itself. As git does, the look ends where another
//! file system begins. Links are not followed.
//!
//! A `.git` file is followed only if its repository points back to it. Otherwise the author of a tree could
//! have any file called `info/exclude` read.
//!
//! May import: `cap`, `git`, `system`. This module does not know what the rules mean.

use std::ffi::OsStr;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;

use cap_std::AmbientAuthority;
use rustix::fs::{FileType, Mode, OFlags};

use super::host::Opened;
use super::plain_file::beginning;
use super::user_git;
use crate::cap::{Above, AboveLevel, AboveText, MAX_ABOVE_TEXT};
use crate::git::{Config, GitFile};
use crate::system::{self, Stat};

/// Most directories above a grant that are looked at.
const MAX_STEPS: usize = 64;
/// Most bytes of ignore files that are kept for one grant.
const MAX_ALL: usize = 128 << 10;
/// Most bytes of a repository's configuration that are read.
const MAX_CONFIG: usize = 64 << 10;

/// What is the same for all grants.
pub(super) struct Usual {
    global: Option<AboveText>,
}

impl Usual {
    pub(super) fn new(ambient: AmbientAuthority) -> Self {
        Self { global: user_git::excludes(ambient) }
    }
}

/// What was found above one grant.
pub(super) struct UpwardLook {
    pub(super) above: Above,
    /// The same for the operator: which ignore files apply.
    pub(super) sentences: Vec<String>,
}

impl UpwardLook {
    /// Looks upward from a granted directory.
    ///
    /// # Ambient Authority
    /// Leaves the handle: it reads ignore files in the directories above, and those of a repository elsewhere whose
    /// worktree the directory is.
    pub(super) fn from(opened: &Opened, usual: &Usual, ambient: AmbientAuthority) -> Self {
        let mut found =
            Found { owners: vec![], left: MAX_ALL, of_git: 0, others: 0, is_foreign: false };
        let mut above = Above { global: usual.global.clone(), ..Above::default() };
        let start = rustix::fs::openat(&opened.dir, ".", system::PASS, Mode::empty());
        let start = start.ok().and_then(|fd| Some((system::stat(&fd).ok()?, fd)));
        if let Some((stat, fd)) = start {
            let user = rustix::process::geteuid().as_raw();
            found.owners = vec![0, user, stat.uid];
            let own = found.repository(&fd, ambient);
            let is_repository = own.is_some();
            if let Some(Repository { exclude, ignores_case, .. }) = own.filter(|own| own.is_pointed)
            {
                above.exclude = exclude;
                above.ignores_case = ignores_case;
            }
            let names = opened.spellings.first().map_or(&[][..], Vec::as_slice);
            above.levels = found.levels(fd, &stat, names, is_repository, ambient);
        }
        let sentences = found.sentences(&above);
        Self { above, sentences }
    }
}

/// What was found so far, and whom to believe.
struct Found {
    /// Whose files count.
    owners: Vec<u32>,
    /// Bytes that may still be kept.
    left: usize,
    /// How many files of git were read.
    of_git: usize,
    /// How many `.ignore` and `.rgignore` files were read.
    others: usize,
    /// Was something passed by because it belongs to another user?
    is_foreign: bool,
}

/// What holds in one repository.
struct Repository {
    exclude: Option<AboveText>,
    ignores_case: bool,
    /// Was it reached through a `.git` file?
    is_pointed: bool,
}

impl Found {
    /// The directories above, from the top. `names` is the path of the lowest one.
    fn levels(
        &mut self,
        mut at: OwnedFd,
        lowest: &Stat,
        names: &[crate::path::Name],
        mut is_in_repository: bool,
        ambient: AmbientAuthority,
    ) -> Vec<AboveLevel> {
        let mut levels = vec![];
        let mut way = vec![];
        let mut below = (lowest.device, lowest.inode);
        let begins_itself = is_in_repository;
        for name in names.iter().rev().take(MAX_STEPS) {
            let Ok(above) = rustix::fs::openat(&at, "..", system::PASS, Mode::empty()) else {
                break;
            };
            let Ok(stat) = system::stat(&above) else { break };
            // Rules are about the name by which the directory above knows the one below.
            let known = system::lstat(&above, name.as_os_str());
            let is_its_name = known.is_ok_and(|known| (known.device, known.inode) == below);
            if stat.device != lowest.device || !is_its_name {
                break;
            }
            if !self.believes(&stat) {
                break;
            }
            below = (stat.device, stat.inode);
            way = [name.as_bytes(), b"/", &way].concat();
            let mut level = AboveLevel {
                rgignore: self.text(&above, ".rgignore"),
                ignore: self.text(&above, ".ignore"),
                way: way.clone(),
                ..AboveLevel::default()
            };
            if !is_in_repository {
                level.gitignore = self.text(&above, ".gitignore");
                if let Some(repository) = self.repository(&above, ambient) {
                    is_in_repository = true;
                    level.is_repository = true;
                    level.exclude = repository.exclude;
                    level.ignores_case = repository.ignores_case;
                }
            }
            levels.push(level);
            at = above;
        }
        if !is_in_repository || begins_itself {
            // Without a repository `.gitignore` means nothing.
            self.of_git = 0;
            for level in &mut levels {
                level.gitignore = None;
            }
        }
        levels.retain(|level| {
            let AboveLevel { rgignore, ignore, gitignore, is_repository, .. } = level;
            *is_repository || [rgignore, ignore, gitignore].into_iter().any(Option::is_some)
        });
        levels.reverse();
        levels
    }

    /// Returns whether the owner of the file is trusted, and records if one was not.
    fn believes(&mut self, stat: &Stat) -> bool {
        let is_ours = self.owners.contains(&stat.uid);
        self.is_foreign |= !is_ours;
        is_ours
    }

    /// Reads an ignore file in a directory.
    fn text(&mut self, dir: impl AsFd, name: &str) -> Option<AboveText> {
        let most = MAX_ABOVE_TEXT.min(self.left);
        let (bytes, stat, is_whole) = beginning(dir, OsStr::new(name), most)?;
        if !self.believes(&stat) {
            return None;
        }
        self.left -= bytes.len();
        match name {
            ".ignore" | ".rgignore" => self.others += 1,
            _ => self.of_git += 1,
        }
        Some(AboveText { bytes, is_whole })
    }

    /// What holds in the repository that begins in this directory, if one does.
    fn repository(&mut self, dir: &OwnedFd, ambient: AmbientAuthority) -> Option<Repository> {
        let plain = Repository { exclude: None, ignores_case: false, is_pointed: false };
        let Ok(git) = system::lstat(dir, ".git") else {
            let jj = system::lstat(dir, ".jj").ok()?;
            return self.believes(&jj).then_some(plain);
        };
        if !self.believes(&git) {
            return None;
        }
        match git.kind {
            FileType::Directory => {
                let flags = system::PASS | OFlags::NOFOLLOW;
                let Ok(git) = rustix::fs::openat(dir, ".git", flags, Mode::empty()) else {
                    return Some(plain);
                };
                let (exclude, ignores_case) = self.of_directory(&git);
                Some(Repository { exclude, ignores_case, is_pointed: false })
            }
            FileType::RegularFile => Some(match self.pointed(dir, &git, ambient) {
                Some((exclude, ignores_case)) => {
                    Repository { exclude, ignores_case, is_pointed: true }
                }
                None => plain,
            }),
            _ => Some(plain),
        }
    }

    /// `info/exclude`, and whether case is ignored.
    fn of_directory(&mut self, git: &OwnedFd) -> (Option<AboveText>, bool) {
        let flags = system::PASS | OFlags::NOFOLLOW;
        let info = rustix::fs::openat(git, "info", flags, Mode::empty());
        let exclude = info.ok().and_then(|info| self.text(&info, "exclude"));
        let config = beginning(git, OsStr::new("config"), MAX_CONFIG);
        let config = config.filter(|(_, stat, _)| self.believes(stat));
        let ignores_case =
            config.is_some_and(|(text, ..)| Config::new(&text).is_true("core.ignorecase"));
        (exclude, ignores_case)
    }

    /// The same of the repository that the `.git` file in a directory names, if that names this directory, too.
    ///
    /// # Ambient Authority
    /// Opens a directory by a path that a file holds.
    fn pointed(
        &mut self,
        dir: &OwnedFd,
        git: &Stat,
        ambient: AmbientAuthority,
    ) -> Option<(Option<AboveText>, bool)> {
        let (text, ..) = beginning(dir, OsStr::new(".git"), GitFile::MAX_BYTES)?;
        let file = GitFile::new(&text)?;
        let of_worktree = open_by_path(dir, file.path(), ambient)?;
        if !self.believes(&system::stat(&of_worktree).ok()?) {
            return None;
        }
        let small = |name: &str| {
            let (text, ..) = beginning(&of_worktree, OsStr::new(name), GitFile::MAX_BYTES)?;
            Some(text)
        };
        let is_same =
            |stat: &Stat, other: &Stat| (stat.device, stat.inode) == (other.device, other.inode);
        if let Some(back) = small("gitdir") {
            let named = system::lstat(&of_worktree, OsStr::from_bytes(back.trim_ascii()));
            is_same(&named.ok()?, git).then_some(())?;
            let common = file.common(small("commondir").as_deref());
            let common = open_by_path(dir, common.path(), ambient)?;
            let is_ours = self.believes(&system::stat(&common).ok()?);
            return is_ours.then(|| self.of_directory(&common));
        }
        // A submodule: its configuration says where its files are.
        let config = Config::new(&small("config")?);
        let back = open_by_path(&of_worktree, config.last("core.worktree")?, ambient)?;
        let named = system::stat(&back).ok()?;
        is_same(&named, &system::stat(dir).ok()?).then(|| self.of_directory(&of_worktree))
    }

    fn sentences(&self, above: &Above) -> Vec<String> {
        let files = |count: usize| match count {
            1 => "1 file".to_owned(),
            _ => format!("{count} files"),
        };
        let mut all = vec![];
        if above.levels.iter().any(|level| level.is_repository) {
            all.push(format!("those of the repository above the grant ({})", files(self.of_git)));
        } else if above.exclude.is_some() {
            all.push("`info/exclude` of the repository that it is a worktree of".into());
        }
        if self.others > 0 {
            all.push(format!("`.ignore` and `.rgignore` above the grant ({})", files(self.others)));
        }
        if above.global.is_some() {
            all.push("the user's list for all repositories".into());
        }
        if self.is_foreign {
            all.push("not those above that belong to another user".into());
        }
        all
    }
}

/// Opens a directory by a path that git wrote, relative to another one or absolute.
///
/// # Ambient Authority
/// Opens any directory of the host.
fn open_by_path(dir: impl AsFd, path: &[u8], _: AmbientAuthority) -> Option<OwnedFd> {
    rustix::fs::openat(dir, OsStr::from_bytes(path), system::PASS, Mode::empty()).ok()
}
