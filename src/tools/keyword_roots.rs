//! The roots of a `keyword_search`: which places they stand for, and why some cannot be searched.

use std::collections::BTreeMap;

use super::searching::{Respect, reaches};
use crate::cap::{Place, Read, Scoped, Target};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;

/// Each root with its path as it was given. A root above all grants stands for every grant.
pub(super) fn roots<'a>(
    paths: &[VirtualPath],
    targets: &'a [Result<Scoped<Read>, ToolError>],
) -> Vec<(String, Result<&'a Target<Read>, ToolError>)> {
    let mut roots = vec![];
    for (path, target) in paths.iter().zip(targets) {
        match target {
            Ok(Scoped::One(target)) => roots.push((path.to_string(), Ok(target))),
            Ok(Scoped::Roots(all)) => roots.extend(all.iter().map(|root| (root.shown(), Ok(root)))),
            Err(error) => roots.push((path.to_string(), Err(error.clone()))),
        }
    }
    roots
}

/// The places of the roots that exist. A root inside another is searched with that, unless it would be left out there.
/// Why other roots cannot be searched goes to `errors`.
///
/// # Errors
/// The first error if no root can be searched; `timed_out`, `cancelled`.
pub(super) fn places(
    respects: Respect,
    roots: Vec<(String, Result<&Target<Read>, ToolError>)>,
    errors: &mut BTreeMap<String, String>,
    budget: &Budget,
) -> Result<Vec<Place<Read>>, ToolError> {
    let mut places: Vec<Place<Read>> = vec![];
    let is_searched =
        |place: &Place<Read>, from: &Place<Read>| reaches(from, place, respects, budget);
    let mut first = None;
    for (path, target) in roots {
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
                errors.insert(path, refused.to_string());
                first.get_or_insert(refused);
            }
        }
    }
    match first {
        Some(error) if places.is_empty() => Err(error),
        _ => Ok(places),
    }
}
