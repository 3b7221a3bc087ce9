//! A directory that git would take for a repository, whatever the directory is called.
//!
//! `cd docs && git status` runs what `docs/config` names (`core.fsmonitor`), if `docs` holds `HEAD`,
//! `objects` and `refs`: git calls that a bare repository (`is_git_directory` in git's `setup.c`). None of
//! these names is protected elsewhere. So everything in such a directory is protected, and a change is
//! refused that would make one.

use std::os::fd::{AsFd as _, BorrowedFd};

use cap_std::fs::Dir;

use crate::cap::handle::open::{To, open};
use crate::cap::handle::step::{Kind, enter};
use crate::cap::rules::Rules;
use crate::cap::rules::fold::fold;
use crate::path::Name;
use crate::system;

/// The file that every repository has.
const HEAD: &str = "HEAD";
/// What makes a directory with `HEAD` a repository; `commondir` stands for the other two.
const PARTS: [&str; 3] = ["objects", "refs", "commondir"];
/// What makes a repository, and what git obeys in one.
const OBEYED: [&str; 8] =
    ["config", "config.worktree", "hooks", "objects", "refs", "commondir", "modules", "worktrees"];
/// A file with this name says after `gitdir:` where the repository is.
const GIT_FILE: &[u8] = b".git";
/// More bytes than a path has.
const MAX_POINTER: usize = 8 << 10;

/// Is this the name of a file by which git finds a repository?
pub(in crate::cap) fn finds_one(name: &[u8]) -> bool {
    name == GIT_FILE
        || name.eq_ignore_ascii_case(b"head")
        || name.eq_ignore_ascii_case(b"commondir")
}

/// Would git take a directory with these entries for a repository?
pub(in crate::cap) fn is_made_of(names: &[(Name, Kind)]) -> bool {
    let find = |wanted: &str| {
        names.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(wanted.as_bytes()))
    };
    let [objects, refs, common] = PARTS.map(|part| find(part).is_some());
    find(HEAD).is_some_and(|(_, kind)| *kind != Kind::Directory) && ((objects && refs) || common)
}

/// The path in a file by which git finds a repository: `.git`, or `commondir` in a repository.
pub(in crate::cap) fn pointer(dir: &Dir, name: &Name, is_repository: bool) -> Option<Vec<u8>> {
    let is_git_file = name.as_bytes() == GIT_FILE;
    let is_common = is_repository && name.as_bytes().eq_ignore_ascii_case(b"commondir");
    if !is_git_file && !is_common {
        return None;
    }
    let file = open(dir, name, To::Read).ok()?;
    let mut text = vec![0; MAX_POINTER];
    let length = rustix::io::pread(&file, text.as_mut_slice(), 0).ok()?;
    text.truncate(length);
    let path = if is_git_file { text.strip_prefix(b"gitdir:")? } else { text.as_slice() };
    Some(path.trim_ascii().to_vec())
}

/// The entries of a directory, as far as an answer may depend on them.
struct Siblings<'a> {
    dir: BorrowedFd<'a>,
    /// The names of the directory from the root of the grant.
    below: &'a [Name],
    rules: &'a Rules,
}

impl Siblings<'_> {
    /// A hidden name counts as there, whether it is or not: the answer must not tell.
    fn kind_of(&self, name: &str) -> Option<Kind> {
        let hidden = Name::from_bytes(name.as_bytes())
            .is_some_and(|name| self.rules.hide(self.below.iter().chain([&name])));
        if hidden {
            return Some(Kind::File);
        }
        system::lstat(self.dir, name).ok().map(|stat| Kind::from(stat.kind))
    }

    /// A directory called `HEAD` is not git's.
    fn has_head(&self) -> bool {
        self.kind_of(HEAD).is_some_and(|kind| kind != Kind::Directory)
    }

    fn is_repository(&self) -> bool {
        self.has_head() && {
            let [objects, refs, common] = PARTS.map(|part| self.kind_of(part).is_some());
            (objects && refs) || common
        }
    }

    /// Would a change of this name make a repository, or change what git obeys in one?
    fn is_part(&self, name: &Name) -> bool {
        let folded = fold(&String::from_utf8_lossy(name.as_bytes()));
        if folded.eq_ignore_ascii_case(HEAD) {
            PARTS.iter().any(|part| self.kind_of(part).is_some())
        } else {
            OBEYED.contains(&folded.as_str()) && self.has_head()
        }
    }
}

/// Would the entry `name` of the directory at `below` make that a repository, or change what git obeys in it?
pub(in crate::cap) fn is_part_of_repository(
    dir: BorrowedFd<'_>,
    below: &[Name],
    name: &Name,
    rules: &Rules,
) -> bool {
    Siblings { dir, below, rules }.is_part(name)
}

/// Is the directory at `below` a repository?
pub(in crate::cap) fn is_repository(dir: BorrowedFd<'_>, below: &[Name], rules: &Rules) -> bool {
    Siblings { dir, below, rules }.is_repository()
}

/// Is the place `below` the grant such a part, or does it lie in a repository? A grant that is itself a
/// repository was granted as one: only what git obeys in it is protected.
pub(in crate::cap) fn lies_in_repository(root: &Dir, below: &[Name], rules: &Rules) -> bool {
    if rules.is_unprotected(below) {
        return false;
    }
    let mut dir = root.try_clone();
    for (depth, name) in below.iter().enumerate() {
        // What cannot be entered is a file, or is still to be made: nothing is beside it.
        let Ok(parent) = dir else { return false };
        let above = below.get(..depth).unwrap_or_default();
        let siblings = Siblings { dir: parent.as_fd(), below: above, rules };
        if siblings.is_part(name) || (depth > 0 && siblings.is_repository()) {
            return true;
        }
        dir = enter(&parent, name).map_err(Into::into);
    }
    false
}

#[cfg(test)]
mod tests {
    use crate::cap::grants::Grants;
    use crate::cap::rights::{Rights, Write};
    use crate::cap::rules::Rules;
    use crate::cap::testing::{TO_MAKE, check, preopen, resolve_both_ways, tree};

    #[test]
    fn an_answer_does_not_tell_whether_a_hidden_part_is_there() {
        let temp = tree(&["g/with/HEAD", "g/with/f", "g/without/f"]);
        let rules = Rules::new(&["HEAD".into()], &[]).unwrap().protecting(&[], &[], &[]).unwrap();
        let all = ["g", "o"].map(|name| preopen(&temp, name, Rights::RWD, rules.clone()));
        let grants = Grants::new(all.into(), vec![], false).unwrap();
        for part in ["objects", "config", "hooks/x", "new"] {
            let [with, without] = ["with", "without"].map(|dir| {
                let answer = resolve_both_ways::<Write>(&grants, &format!("{dir}/{part}"), TO_MAKE);
                answer.replace(dir, "dir")
            });
            assert_eq!(with, without, "{part}");
        }
    }

    #[test]
    fn no_change_makes_a_repository_or_changes_what_git_obeys_in_one() {
        let temp = tree(&[
            "g/bare/HEAD",
            "g/bare/config",
            "g/bare/hooks/",
            "g/bare/objects/",
            "g/bare/refs/",
            "g/only-head/HEAD",
            "g/only-parts/objects/",
            "g/only-parts/refs/",
            "g/common/commondir",
            "g/src/head/",
            "g/src/HEAD/",
            "g/src/config/",
            "g/opened/HEAD",
        ]);
        let open = ["/opened/**".to_owned()];
        let rules = Rules::default().protecting(&open, &[], &[]).unwrap();
        let all = ["g", "o"].map(|name| preopen(&temp, name, Rights::RWD, rules.clone()));
        let grants = Grants::new(all.into(), vec![], false).unwrap();
        let protected = [
            "bare/HEAD",
            "bare/config",
            "bare/CONFIG",
            "bare/hooks/pre-commit",
            "bare/objects/aa/bb",
            "bare/refs/heads/x",
            "bare/commondir",
            "bare/config.worktree",
            "bare/description",
            "bare/rebase-merge/git-rebase-todo",
            "only-head/config",
            "only-head/hooks",
            "only-head/objects/x",
            "only-head/refs",
            "only-parts/HEAD",
            "only-parts/head",
            "common/HEAD",
        ];
        check::<Write>(&grants, TO_MAKE, &protected.map(|path| (path, "protected")));
        check::<Write>(
            &grants,
            TO_MAKE,
            &[
                ("bare", "g/bare Directory"),
                ("only-head/readme", "g/only-head/readme new"),
                ("only-parts/config", "g/only-parts/config new"),
                ("src/config/x", "g/src/config/x new"),
                ("src/hooks", "g/src/hooks new"),
                ("opened/config", "g/opened/config new"),
                ("new/HEAD", "g/new/HEAD new in new"),
            ],
        );
    }
}
