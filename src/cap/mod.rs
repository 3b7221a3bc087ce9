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

mod change;
mod grants;
mod handle;
mod hints;
mod needs;
mod read;
mod resolve;
mod rights;
mod rules;
mod target;

pub use change::check_tree::Census;
pub use change::copy::Copied;
pub use change::lookup::{Turn, to_move};
pub use change::removable::Hindrance;
pub use change::rename::Renamed;
pub use change::write::{Expect, Written};
pub use grants::above::{Above, AboveLevel, AboveText, MAX_ABOVE_TEXT};
pub use grants::announced::{Announced, Unavailable};
pub use grants::{Grants, Preopen};
pub use handle::attributes::Lost;
pub use handle::listed::may_alias;
pub use handle::pseudo::is_pseudo;
pub use handle::step::Kind;
pub use needs::{Each, EachScope, Inventory, Moving, Needs, Perhaps, Route, Scope, Scoped};
pub use read::walk_tree::{Visit, Walked, search_threads, walk};
pub use read::walked::{Listing, Skipped, Tally, WalkedDir, WalkedEntry};
pub use read::{Entries, Entry, FileState, Info, OpenFile};
pub use resolve::Resolver;
pub use resolve::followed::Followed;
pub use resolve::lookalike::look;
pub use rights::{Read, Remove, Right, Rights, UnknownRights, Write};
pub use rules::Rules;
pub use rules::fold::{fold, is_ignorable};
pub use rules::glob_parts::{Part, Reading, Token, separated, tokens};
pub use rules::globs::BadGlob;
pub use rules::protected_names::reference as protected_reference;
pub use target::{Place, Target};

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

    use super::resolve::resolve;
    use super::target::Look;
    use super::{Above, Grants, Preopen, Right, Rights, Rules};
    use crate::cap::handle::step::Found;
    use crate::cap::resolve::walk::Walk;
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
