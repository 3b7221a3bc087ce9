//! Guarded names that are links: what they lead to has another name, and runs code all the same.
//!
//! Looked for are links in the directories above what is to be changed, where projects have them
//! (`.vscode -> tools/vscode`). A link that lies elsewhere in the tree is not found; the threat model says
//! so.
//!
//! May import: `path`, `error`. Absent on purpose: a walk through the whole tree for each change.

use std::sync::{Arc, LazyLock};

use super::beneath::{Found, Kind, enter, lstat};
use super::by_name::Walk;
use super::guards::{GUARDED, protected};
use super::resolve::At;
use super::rules::Verdict;
use super::target::Look;
use super::{Read, Right, Target};
use crate::error::ToolError;
use crate::path::Name;

/// The guards that are plain names, and not patterns.
static PLAIN: LazyLock<Vec<Vec<Name>>> = LazyLock::new(|| {
    let inner = |glob: &'static str| glob.trim_start_matches("**/").trim_end_matches("/**");
    let plain = GUARDED.iter().map(|glob| inner(glob)).filter(|glob| !glob.contains(['*', '{']));
    let names =
        |glob: &str| glob.split('/').map(|name| Name::from_bytes(name.as_bytes())).collect();
    plain.filter_map(names).collect()
});

/// Refuses a change of what a guarded link above it leads to.
pub(super) fn refuse<R: Right>(target: &Target<R>, at: &At) -> Result<(), ToolError> {
    let Some(grant) = target.grants.inner().grants.get(at.grant) else { return Ok(()) };
    if grant.rules.guard_none() {
        return Ok(());
    }
    let mut dir = Arc::clone(&grant.dir);
    for (depth, next) in at.below.iter().enumerate() {
        for guard in PLAIN.iter() {
            let Some(first) = guard.first() else { continue };
            let Ok(stat) = lstat(&dir, first) else { continue };
            let may_lead = guard.len() > 1 || Found::new(stat).kind == Kind::Link;
            let way: Vec<Name> = at.below.iter().take(depth).chain(guard).cloned().collect();
            if may_lead && leads_to(target, at, &way) {
                let shown = target.grants.shown(at.grant, &at.below);
                return Err(protected(&shown, &way, Verdict::Guarded));
            }
        }
        match enter(&dir, next) {
            Ok(inside) => dir = Arc::new(inside),
            // The end, or what is still to be made.
            Err(_) => break,
        }
    }
    Ok(())
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
