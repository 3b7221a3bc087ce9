//! Names that a caller may have meant: for the hint of `not_found`.
//!
//! Only names that the caller could list are offered, so a hint tells nothing that a listing would
//! not. May import: `path`. Absent on purpose: recursion, and any bound that depends on the tree.

use cap_std::fs::Dir;

use super::fold::fold;
use super::rules::{Rules, Verdict};
use crate::path::Name;

/// Most directory entries looked at for one hint.
const MAX_LOOKED_AT: usize = 2_000;
/// Most names offered.
const MAX_OFFERED: usize = 3;
/// Least likeness, between 0 and 1, of a name that is offered.
const LIKE: f64 = 0.6;

/// The names in `dir` (which is `below` in its grant) that are most like `wanted`.
pub(super) fn did_you_mean(dir: &Dir, rules: &Rules, below: &[Name], wanted: &Name) -> Vec<Name> {
    let wanted = fold(&wanted.to_string());
    let mut near: Vec<(f64, Name)> = super::read::names(dir)
        .take(MAX_LOOKED_AT)
        .filter_map(|name| {
            let likeness =
                strsim::normalized_damerau_levenshtein(&wanted, &fold(&name.to_string()));
            (likeness >= LIKE).then_some((likeness, name))
        })
        .filter(|(_, name)| rules.judge(below.iter().chain([name])) != Verdict::Hidden)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    near.into_iter().take(MAX_OFFERED).map(|(_, name)| name).collect()
}
