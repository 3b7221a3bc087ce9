//! Where `keyword_search` searches: its roots, each once.
//!
//! May import: `cap`, `error`, `limits`, `path`, its neighbours.

use std::collections::{BTreeMap, BTreeSet};

use crate::cap::{Place, Read, Scoped, Target};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tools::shared::search::{Respect, reaches};

/// Each root with its path as it was given. A root above all grants stands for every grant.
pub(super) fn roots<'a>(
    said: &[VirtualPath],
    targets: &'a [Result<Scoped<Read>, ToolError>],
) -> Vec<(String, Result<&'a Target<Read>, ToolError>)> {
    let mut roots = vec![];
    for (said, target) in said.iter().zip(targets) {
        match target {
            Ok(Scoped::One(target)) => roots.push((said.to_string(), Ok(target))),
            Ok(Scoped::Roots(all)) => {
                roots.extend(all.iter().map(|root| (root.display_path(), Ok(root))));
            }
            Err(error) => roots.push((said.to_string(), Err(error.clone()))),
        }
    }
    roots
}

/// The grants that are searched because a root is above them.
pub(super) fn grants(targets: &[Result<Scoped<Read>, ToolError>]) -> BTreeSet<String> {
    let lists = targets.iter().filter_map(|target| match target {
        Ok(Scoped::Roots(grants)) => Some(grants),
        _ => None,
    });
    lists.flatten().map(Target::display_path).collect()
}

/// The places of the roots that exist. A root inside another is searched with that, unless it would be left out there.
/// Why other roots cannot be searched goes to `errors`.
///
/// # Errors
/// The first error if no root can be searched; `timed_out`, `cancelled`.
pub(super) fn places(
    roots: Vec<(String, Result<&Target<Read>, ToolError>)>,
    respects: Respect,
    errors: &mut BTreeMap<String, String>,
    budget: &Budget,
) -> Result<Vec<Place<Read>>, ToolError> {
    let mut places: Vec<Place<Read>> = vec![];
    let is_searched =
        |place: &Place<Read>, from: &Place<Read>| reaches(from, place, respects, budget);
    let mut first = None;
    for (said, target) in roots {
        match target.and_then(|target| target.place(budget)) {
            Ok(place) if places.iter().any(|other| is_searched(&place, other)) => {}
            Ok(place) => {
                places.retain(|other| !is_searched(other, &place));
                places.push(place);
            }
            Err(error) if matches!(error.code(), Code::TimedOut | Code::Cancelled) => {
                return Err(error);
            }
            Err(refused) => {
                errors.insert(said, refused.to_string());
                first.get_or_insert(refused);
            }
        }
    }
    match first {
        Some(error) if places.is_empty() => Err(error),
        _ => Ok(places),
    }
}
