//! A directory that git would take for a repository, whatever the directory is called.
//!
//! `cd docs && git status` runs what `docs/config` names (`core.fsmonitor`), if `docs` holds `HEAD`,
//! `objects` and `refs`: git calls that a bare repository (`is_git_directory` in git's `setup.c`). None of
//! these names is protected elsewhere. So a change is refused if its name means something to git and the
//! directory already holds what makes it a repository, or would with this change.

use std::os::fd::AsFd;

use cap_std::fs::Dir;

use super::beneath::{Kind, enter};
use super::fold::fold;
use super::rules::Rules;
use crate::path::Name;
use crate::system;

/// The file that every repository has.
const HEAD: &str = "HEAD";
/// What makes a directory with `HEAD` a repository; `commondir` stands for the other two.
const PARTS: [&str; 3] = ["objects", "refs", "commondir"];
/// What git obeys in a repository, and what makes one.
const OBEYED: [&str; 8] =
    ["config", "config.worktree", "hooks", "objects", "refs", "commondir", "modules", "worktrees"];

/// Would a change of `name` in `parent` make a repository, or change how one is obeyed?
pub(super) fn is_part_of_repository(parent: impl AsFd, name: &Name) -> bool {
    let folded = fold(&String::from_utf8_lossy(name.as_bytes()));
    let parent = parent.as_fd();
    let kind_of = |name: &str| system::lstat(parent, name).map(|stat| Kind::from(stat.kind));
    if folded.eq_ignore_ascii_case(HEAD) {
        PARTS.iter().any(|part| kind_of(part).is_ok())
    } else {
        // A directory called `HEAD` is not git's.
        OBEYED.contains(&folded.as_str()) && kind_of(HEAD).is_ok_and(|kind| kind != Kind::Directory)
    }
}

/// Is the place `below` the grant such a part, or does it lie in one?
pub(super) fn lies_in_repository(root: &Dir, below: &[Name], rules: &Rules) -> bool {
    let means_something = |name: &Name| {
        let folded = fold(&String::from_utf8_lossy(name.as_bytes()));
        folded.eq_ignore_ascii_case(HEAD) || OBEYED.contains(&folded.as_str())
    };
    if !below.iter().any(means_something) || rules.is_unprotected(below) {
        return false;
    }
    let mut dir = root.try_clone();
    for name in below {
        // What cannot be entered is a file, or is still to be made: nothing is beside it.
        let Ok(parent) = dir else { return false };
        if is_part_of_repository(&parent, name) {
            return true;
        }
        dir = enter(&parent, name).map_err(Into::into);
    }
    false
}

#[cfg(test)]
mod tests {
    use super::super::tests::{TO_MAKE, check, preopen, tree};
    use super::super::{Grants, Rights, Rules, Write};

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
        let rules = Rules::default().guarding(&open, &[], &[]).unwrap();
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
                ("bare/description", "g/bare/description new"),
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
