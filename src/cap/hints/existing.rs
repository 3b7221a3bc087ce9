//! [`existing`]: the places that a path can stand for and that exist.
//!
//! May import: `path`.

use crate::cap::grants::Grants;
use crate::cap::grants::grant::Grant;
use crate::cap::resolve::exists;
use std::sync::Arc;

use crate::cap::rights::Rights;
use crate::path::{Name, VirtualPath};

/// The places that a path can stand for and that exist: as it is, else below the name of a grant in it, else in any
/// grant.
pub(in crate::cap) fn existing(grants: &Grants, path: &str) -> Vec<(Arc<Grant>, Vec<Name>)> {
    let path = VirtualPath::from(path);
    let there = |all: Vec<(Arc<Grant>, Vec<Name>)>| -> Vec<(Arc<Grant>, Vec<Name>)> {
        let exists = |(grant, names): &(Arc<Grant>, Vec<Name>)| exists(grants, grant, names);
        let mut there: Vec<_> = all.into_iter().filter(exists).collect();
        there.dedup();
        there
    };
    let as_it_is = there(grants.place_of(&path).into_iter().collect());
    let Ok(spelling) = path.parse() else { return vec![] };
    if !as_it_is.is_empty() || spelling.names.is_empty() {
        return as_it_is;
    }
    let all = || grants.inner().grants.iter().filter(|grant| grant.rights.contains(Rights::READ));
    let after_name = all().flat_map(|grant| {
        let below = below_grant(grant, &spelling.names).into_iter();
        below.map(move |names| (Arc::clone(grant), names))
    });
    let after_name = there(after_name.collect());
    if !after_name.is_empty() || spelling.absolute {
        return after_name;
    }
    there(all().map(|grant| (Arc::clone(grant), spelling.names.clone())).collect())
}

/// What follows in a path after the name of a grant. Names are compared only to word a hint.
fn below_grant(grant: &Grant, names: &[Name]) -> Vec<Vec<Name>> {
    let is_name = |name: &Name| name.as_bytes() == grant.name.as_bytes();
    let named = names.iter().take(MAX_NAMES).enumerate().filter(|(_, name)| is_name(name));
    named.filter_map(|(at, _)| names.get(at + 1..).map(<[Name]>::to_vec)).collect()
}

/// Most names of a path in front of which a grant's name is looked for.
const MAX_NAMES: usize = 32;
