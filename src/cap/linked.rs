//! Guarded names that are links: what they lead to has another name, and runs code all the same.
//!
//! Looked for are links in the directories above what is to be changed, where projects have them
//! (`.vscode -> tools/vscode`). A link that lies elsewhere in the tree is not found; the threat model says
//! so.
//!
//! May import: `path`, `error`, `system`. Absent on purpose: a walk through the whole tree for each change.

use std::collections::HashMap;
use std::ops::ControlFlow;
use std::sync::{Arc, LazyLock};

use cap_std::fs::Dir;
use rustix::fs::FileType;
use rustix::io::Errno;

use super::beneath::{Found, Kind, enter, lstat};
use super::by_name::Walk;
use super::fold::fold;
use super::guards::{GUARDED, protected};
use super::resolve::At;
use super::rules::Verdict;
use super::target::Look;
use super::tree::open_directory;
use super::{Read, Right, Target};
use crate::error::ToolError;
use crate::path::Name;
use crate::system::Names;

/// How many names of a directory are read before it is faster to ask for each guard.
const MAX_LISTED: usize = 1_000;

/// The guards that are plain names, and not patterns, by the first of their names, folded.
static PLAIN: LazyLock<HashMap<String, Vec<Vec<Name>>>> = LazyLock::new(|| {
    let mut plain = HashMap::<_, Vec<_>>::new();
    for glob in GUARDED.iter().map(|glob| glob.trim_start_matches("**/").trim_end_matches("/**")) {
        let names = glob.split('/').map(|name| Name::from_bytes(name.as_bytes())).collect();
        let (first, _) = glob.split_once('/').unwrap_or((glob, ""));
        if let Some(names) = names
            && !glob.contains(['*', '{'])
        {
            plain.entry(fold(first)).or_default().push(names);
        }
    }
    plain
});

/// Refuses a change of what a guarded link above it leads to.
pub(super) fn refuse<R: Right>(target: &Target<R>, at: &At) -> Result<(), ToolError> {
    let Some(grant) = target.grants.inner().grants.get(at.grant) else { return Ok(()) };
    if grant.rules.guard_none() {
        return Ok(());
    }
    let Some((_, parents)) = at.below.split_last() else { return Ok(()) };
    let (mut dir, mut above) = (Arc::clone(&grant.dir), vec![]);
    for next in parents.iter().map(Some).chain([None]) {
        for guard in that_may_lead(&dir) {
            let way = [above.as_slice(), guard].concat();
            if leads_to(target, at, &way) {
                let shown = target.grants.shown(at.grant, &at.below);
                return Err(protected(&shown, &way, Verdict::Guarded));
            }
        }
        // What cannot be entered is still to be made.
        let Some((next, Ok(inside))) = next.map(|next| (next, enter(&dir, next))) else { break };
        dir = Arc::new(inside);
        above.push(next.clone());
    }
    Ok(())
}

/// The guards of which the first name is here, as a link or on the way to one.
fn that_may_lead(dir: &Dir) -> Vec<&'static Vec<Name>> {
    let (mut there, mut seen) = (vec![], 0);
    let listed = open_directory(dir, None).and_then(|dir| {
        Names::new().of(&dir, |name, kind| {
            if kind != FileType::RegularFile {
                there.extend(PLAIN.get(&fold(&String::from_utf8_lossy(name))));
            }
            seen += 1;
            if seen < MAX_LISTED { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })
    });
    let is_whole = listed.is_ok() && seen < MAX_LISTED;
    let guards = if is_whole { there } else { PLAIN.values().collect() };
    let may_lead = |guard: &&Vec<Name>| {
        let kind = guard.first().ok_or(Errno::NOENT).and_then(|first| lstat(dir, first));
        let kind = kind.map(|stat| Found::new(stat).kind);
        kind.is_ok_and(|kind| kind == Kind::Link || guard.len() > 1)
    };
    guards.into_iter().flatten().filter(may_lead).collect()
}

/// Does this guarded path lead, by links, to what is to be changed, or to a directory above it?
fn leads_to<R: Right>(target: &Target<R>, at: &At, way: &[Name]) -> bool {
    let Some(grant) = target.grants.inner().grants.get(at.grant) else { return false };
    if grant.rules.judge(way) != Verdict::Guarded {
        return false;
    }
    let look = Look { follows: true, may_be_missing: true };
    let path = target.said.clone();
    let guard = Target::<Read>::new(target.grants.clone(), at.grant, way.to_vec(), false, path);
    let found = Walk::new(&guard, look, None).run();
    found.is_ok_and(|found| {
        found.grant == at.grant && found.below != way && at.below.starts_with(&found.below)
    })
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use super::super::tests::{FOLLOWED, TO_MAKE, check, led, preopen, tree};
    use super::super::{Grants, Rights, Rules, Write};
    use super::*;

    #[test]
    fn what_a_guarded_link_leads_to_is_guarded() {
        let temp = tree(&[
            "g/.vscode -> tools/vscode",
            "g/tools/vscode/tasks.json",
            "g/tools/other",
            "g/.config/git -> ../conf",
            "g/conf/x",
            "g/sub/.husky -> ../hooks",
            "g/a/.vscode -> cfg",
            "g/a/cfg/tasks.json",
            "g/a/b/f",
            "g/hooks/a",
            "g/sub/f",
            "g/.gitmodules",
            "o/x",
        ]);
        let rules = Rules::default().guarding(&[], &[], &[]).unwrap();
        let all = vec![
            preopen(&temp, "g", Rights::RWD, rules),
            preopen(&temp, "o", Rights::RWD, Rules::default()),
        ];
        let grants = Grants::new(all, vec![], false).unwrap();
        let check = |table: &[(&str, &str)]| check::<Write>(&grants, TO_MAKE, table);
        check(&[
            ("tools/vscode/tasks.json", "protected"),
            ("tools/vscode/new/er", "protected"),
            ("tools/vscode", "protected"),
            ("tools/other", "g/tools/other File"),
            ("tools", "g/tools Directory"),
            ("conf/x", "protected"),
            ("sub/f", "g/sub/f File"),
            ("a/cfg/tasks.json", "protected"),
            ("a/cfg/new/er", "protected"),
            ("a/cfg", "protected"),
            ("a/b/f", "g/a/b/f File"),
            ("f", "g/f new"),
        ]);
        assert_eq!(
            led::<Read>(&grants, "tools/vscode/tasks.json", FOLLOWED),
            "g/tools/vscode/tasks.json File"
        );
        // A link that lies elsewhere is not looked for, unless what is to be changed lies below it.
        check(&[("hooks/a", "g/hooks/a File")]);
        // In a directory so full that it is not read to its end, each guard is asked for by name.
        for n in 0..1_100 {
            std::fs::write(temp.path().join(format!("g/{n}")), "").unwrap();
        }
        check(&[
            ("tools/vscode/tasks.json", "protected"),
            ("conf/x", "protected"),
            ("tools/other", "g/tools/other File"),
        ]);
    }
}
