//! Names that a caller may have meant: for the hint of `not_found`.
//!
//! Only names that the caller could list are looked at, so a hint tells nothing that a listing would
//! not. The work is bounded by constants, whatever lies in the directory.
//!
//! May import: `path`, `error`. It looks into one directory, and no further.

use cap_std::fs::Dir;

use super::Grants;
use super::fold::fold;
use super::read::names;
use super::rules::Rules;
use crate::error::{Code, ToolError};
use crate::path::{Name, VirtualPath};

/// Most directory entries read for one hint, hidden ones included.
const MAX_READ: usize = 20_000;
/// Most names compared for one hint.
const MAX_COMPARED: usize = 1_000;
/// Most bytes of a name that is compared: comparing takes time by the product of both lengths.
const MAX_BYTES: usize = 64;
/// Most names offered.
const MAX_OFFERED: usize = 3;
/// Least likeness, between 0 and 1, of a name that is offered.
const LIKE: f64 = 0.6;

/// Nothing has this name, as far as anybody may know.
pub(super) fn missing(said: &VirtualPath) -> ToolError {
    ToolError::new(Code::NotFound, format!("`{said}` does not exist"))
}

/// What to say next to somebody who said `wanted` in `dir`, which is `below` in its grant.
pub(super) fn hint_for(
    grants: &Grants,
    grant: usize,
    dir: &Dir,
    below: &[Name],
    wanted: &Name,
) -> String {
    let held = grants.inner().grants.get(grant);
    let near = held.map(|held| did_you_mean(dir, &held.rules, below, wanted)).unwrap_or_default();
    if near.is_empty() {
        return format!("list_directory `{}` shows what there is", grants.shown(grant, below));
    }
    let paths = near.iter().map(|name| {
        let path = [below, std::slice::from_ref(name)].concat();
        format!("`{}`", grants.shown(grant, &path))
    });
    format!("did you mean {}?", paths.collect::<Vec<_>>().join(" or "))
}

/// The names in `dir` (which is `below` in its grant) that are most like `wanted`.
fn did_you_mean(dir: &Dir, rules: &Rules, below: &[Name], wanted: &Name) -> Vec<Name> {
    if wanted.as_bytes().len() > MAX_BYTES {
        return vec![];
    }
    let wanted = fold(&wanted.to_string());
    let visible = |name: &Name| !rules.hide(below.iter().chain([name]));
    let mut near: Vec<(f64, Name)> = names(dir)
        .take(MAX_READ)
        .filter(|name| name.as_bytes().len() <= MAX_BYTES)
        .filter(visible)
        .take(MAX_COMPARED)
        .map(|name| {
            (strsim::normalized_damerau_levenshtein(&wanted, &fold(&name.to_string())), name)
        })
        .filter(|(likeness, _)| *likeness >= LIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(MAX_OFFERED).map(|(_, name)| name).collect()
}
