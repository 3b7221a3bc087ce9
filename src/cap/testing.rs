//! Trees for the tests of this layer, granted in this process.

use crate::cap::grants::grant::Grant;
use std::os::unix::fs::symlink;
use std::sync::Arc;
use std::time::Instant;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use tempfile::TempDir;

use crate::cap::grants::Grants;
use crate::cap::grants::above::Above;
use crate::cap::grants::grant::Preopen;
use crate::cap::handle::step::FoundEntry;
use crate::cap::place::LookupOptions;
use crate::cap::resolve::resolve;
use crate::cap::resolve::walk::PathWalk;
use crate::cap::rights::{Right, Rights};
use crate::cap::rules::Rules;
use crate::error::Code;
use crate::limits::{Budget, CallMonitor, Clock};
use crate::path::{Name, VirtualPath, join};

pub(in crate::cap) const FOLLOWED: LookupOptions = LookupOptions::THERE;
pub(in crate::cap) const ITSELF: LookupOptions =
    LookupOptions { follows: false, ..LookupOptions::THERE };
pub(in crate::cap) const TO_MAKE: LookupOptions =
    LookupOptions { may_be_missing: true, ..LookupOptions::THERE };

/// Directories `g` and `o`, to be granted, and what is in them: `f` a file, `d/` a directory, `l -> t` a link.
pub(in crate::cap) fn tree(entries: &[&str]) -> TempDir {
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

pub(in crate::cap) fn preopen(temp: &TempDir, name: &str, rights: Rights, rules: Rules) -> Preopen {
    let path = std::fs::canonicalize(temp.path().join(name)).unwrap();
    let names = path.to_str().unwrap().split('/').filter_map(|n| Name::from_bytes(n.as_bytes()));
    let dir = Dir::open_ambient_dir(&path, ambient_authority()).unwrap();
    let spellings = vec![names.collect()];
    let above = Above::default();
    Preopen {
        name: name.into(),
        rights,
        rules,
        dir,
        written_as: name.into(),
        host_aliases: spellings,
        above,
    }
}

/// Both directories, with all rights and without rules.
pub(in crate::cap) fn granted(temp: &TempDir) -> Grants {
    let both = ["g", "o"].map(|name| preopen(temp, name, Rights::RWD, Rules::default()));
    Grants::new(both.into(), vec![], false).unwrap()
}

pub(in crate::cap) fn budget() -> Budget {
    Budget::new(Arc::default(), Clock::new(Instant::now), CallMonitor::unattended())
}

/// Where a path of the first grant leads, in words; the same by both ways.
pub(in crate::cap) fn resolve_both_ways<R: Right>(
    grants: &Grants,
    path: &str,
    look: LookupOptions,
) -> String {
    let path = VirtualPath::from(if path.is_empty() { "g".into() } else { format!("g/{path}") });
    let target = grants.attenuate::<R>(&path).unwrap();
    let place = match resolve(&target, look, &budget()) {
        Err(error) => error.code().to_string(),
        Ok(at) => {
            said(grants, &at.grant, &at.rel_path, at.found.as_ref(), &at.missing, at.name.as_ref())
        }
    };
    let walked = match PathWalk::new(&target, look, Some(&budget())).run() {
        Err(error) => error.code().to_string(),
        Ok(at) => {
            said(grants, &at.grant, &at.below, at.found.as_ref(), &at.missing, at.name.as_ref())
        }
    };
    assert!(place == walked || place == Code::Protected.to_string(), "{place} {walked}");
    place
}

fn said(
    grants: &Grants,
    grant: &Grant,
    below: &[Name],
    found: Option<&FoundEntry>,
    missing: &[Name],
    name: Option<&Name>,
) -> String {
    assert_eq!(below.last(), name, "the name is the last one of the way");
    let missing = if missing.is_empty() { String::new() } else { format!(" in {}", join(missing)) };
    let kind = found.map_or("new".into(), |found| format!("{:?}", found.kind));
    format!("{} {kind}{missing}", grants.display_path(grant, below))
}

pub(in crate::cap) fn check<R: Right>(
    grants: &Grants,
    look: LookupOptions,
    table: &[(&str, &str)],
) {
    for (path, want) in table {
        assert_eq!(resolve_both_ways::<R>(grants, path, look), *want, "{path}");
    }
}
