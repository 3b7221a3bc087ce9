//! The capability core: handles, rights, and the only code that resolves a name.
//!
//! ```text
//! VirtualPath --Grants::attenuate--> Target<R> --place()--> Place<R> --> open, list, look
//!   a name        rights compared     a right     resolved    pinned
//! ```
//!
//! May import: `path`, `limits`, `error`, `system`; `cap_std` and `rustix::fs`, which no module outside
//! `cap`, `authority` and `system` may name (`sandbox` gets borrowed handles from here). There are no host paths here, and no function
//! takes a handle and a path as two arguments.

mod above;
mod across;
mod announced;
mod apart;
mod append;
mod as_glob;
mod attributes;
mod begun;
mod beneath;
mod beside;
mod by_name;
mod by_name_errors;
mod change_lock;
mod copy;
mod fold;
mod follow_links;
mod followed;
mod glob_parts;
mod glob_pieces;
mod glob_tops;
mod globs;
mod grant;
mod handle;
mod in_place;
mod link_index;
mod link_tree;
mod listed;
mod lookalike;
mod made;
mod meant;
mod named_below;
mod needs;
mod new_names;
mod overlay;
mod pointed;
mod protected_links;
mod protected_names;
mod pseudo;
mod read;
mod refusal;
mod removable;
mod remove;
mod rename;
mod repository;
mod resolve;
mod respelled;
mod rights;
mod rules;
mod scan;
mod spelled;
mod stems;
mod suggest;
mod tally;
mod target;
mod temp;
mod through_links;
mod tree;
mod turns;
mod unknown_grant;
mod unplaced;
mod walk;
mod walked;
mod write;

pub use above::{Above, AboveLevel, AboveText, MAX_ABOVE_TEXT};
pub use announced::{Announced, Unavailable};
pub use attributes::Lost;
pub use beneath::Kind;
pub use copy::Copied;
pub use fold::{fold, is_ignorable};
pub use followed::Followed;
pub use glob_parts::{Part, Reading, Token, separated, tokens};
pub use globs::BadGlob;
pub use grant::{Grants, Preopen};
pub use listed::may_alias;
pub use lookalike::look;
pub use named_below::is_made;
pub use needs::{Each, EachScope, Inventory, Moving, Needs, Perhaps, Route, Scope, Scoped};
pub use protected_names::reference as protected_reference;
pub use pseudo::is_pseudo;
pub use read::{Entries, Entry, FileState, Info, OpenFile};
pub use removable::Hindrance;
pub use rename::Renamed;
pub use resolve::Resolver;
pub use rights::{Read, Remove, Right, Rights, UnknownRights, Write};
pub use rules::Rules;
pub use scan::Census;
pub use tally::{Skipped, Tally};
pub use target::{Place, Target};
pub use turns::{Turn, to_move};
pub use walk::{Visit, Walked, search_threads, walk};
pub use walked::{Listing, WalkedDir, WalkedEntry};
pub use write::{Expect, Written};

/// Trees for the tests of this layer, granted in this process.
#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to resolve in")]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::Arc;
    use std::time::Instant;

    use cap_std::ambient_authority;
    use cap_std::fs::Dir;
    use tempfile::TempDir;

    use super::beneath::Found;
    use super::by_name::Walk;
    use super::resolve::resolve;
    use super::target::Look;
    use super::{Above, Grants, Preopen, Right, Rights, Rules};
    use crate::error::Code;
    use crate::limits::{Budget, Clock, Watch};
    use crate::path::{Name, VirtualPath, join};

    pub(super) const FOLLOWED: Look = Look::THERE;
    pub(super) const ITSELF: Look = Look { follows: false, ..Look::THERE };
    pub(super) const TO_MAKE: Look = Look { may_be_missing: true, ..Look::THERE };

    /// Directories `g` and `o`, to be granted, and what is in them: `f` a file, `d/` a directory, `l -> t` a link.
    pub(super) fn tree(entries: &[&str]) -> TempDir {
        let temp = tempfile::tempdir().unwrap();
        let at = |path: &str| temp.path().join(path);
        for entry in ["g/", "o/"].iter().chain(entries) {
            let (path, target) = entry.split_once(" -> ").unwrap_or((entry, ""));
            let (path, parent) = (at(path), at(path).parent().map(ToOwned::to_owned));
            std::fs::create_dir_all(parent.unwrap()).unwrap();
            match (target, entry.ends_with('/')) {
                ("", true) => std::fs::create_dir_all(path).unwrap(),
                ("", false) => std::fs::write(path, "text").unwrap(),
                (target, _) => {
                    symlink(target.replace("{root}", temp.path().to_str().unwrap()), path).unwrap();
                }
            }
        }
        temp
    }

    pub(super) fn preopen(temp: &TempDir, name: &str, rights: Rights, rules: Rules) -> Preopen {
        let path = std::fs::canonicalize(temp.path().join(name)).unwrap();
        let names =
            path.to_str().unwrap().split('/').filter_map(|n| Name::from_bytes(n.as_bytes()));
        let dir = Dir::open_ambient_dir(&path, ambient_authority()).unwrap();
        let spellings = vec![names.collect()];
        let above = Above::default();
        Preopen { name: name.into(), rights, rules, dir, announced: name.into(), spellings, above }
    }

    /// Both directories, with all rights and without rules.
    pub(super) fn granted(temp: &TempDir) -> Grants {
        let both = ["g", "o"].map(|name| preopen(temp, name, Rights::RWD, Rules::default()));
        Grants::new(both.into(), vec![], false).unwrap()
    }

    pub(super) fn budget() -> Budget {
        Budget::new(Arc::default(), Clock::new(Instant::now), Watch::unattended())
    }

    /// Where a path of the first grant leads, in words; the same by both ways.
    pub(super) fn led<R: Right>(grants: &Grants, path: &str, look: Look) -> String {
        let path =
            VirtualPath::from(if path.is_empty() { "g".into() } else { format!("g/{path}") });
        let target = grants.attenuate::<R>(&path).unwrap();
        let place = match resolve(&target, look, &budget()) {
            Err(error) => error.code().to_string(),
            Ok(at) => {
                said(grants, at.grant, &at.below, at.found.as_ref(), &at.missing, at.name.as_ref())
            }
        };
        let walked = match Walk::new(&target, look, Some(&budget())).run() {
            Err(error) => error.code().to_string(),
            Ok(at) => {
                said(grants, at.grant, &at.below, at.found.as_ref(), &at.missing, at.name.as_ref())
            }
        };
        assert!(place == walked || place == Code::Protected.to_string(), "{place} {walked}");
        place
    }

    fn said(
        grants: &Grants,
        grant: usize,
        below: &[Name],
        found: Option<&Found>,
        missing: &[Name],
        name: Option<&Name>,
    ) -> String {
        assert_eq!(below.last(), name, "the name is the last one of the way");
        let missing =
            if missing.is_empty() { String::new() } else { format!(" in {}", join(missing)) };
        let kind = found.map_or("new".into(), |found| format!("{:?}", found.kind));
        format!("{} {kind}{missing}", grants.shown(grant, below))
    }

    pub(super) fn check<R: Right>(grants: &Grants, look: Look, table: &[(&str, &str)]) {
        for (path, want) in table {
            assert_eq!(led::<R>(grants, path, look), *want, "{path}");
        }
    }
}
