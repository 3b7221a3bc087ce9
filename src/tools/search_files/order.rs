//! The order of the answer of `search_files`.
//!
//! May import: nothing of this crate.

use std::cmp::Reverse;

use schemars::JsonSchema;
use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum SortBy {
    #[default]
    Path,
    Mtime,
}

/// Where a path stands in the order: newest first, where times count.
pub(super) type Key = (Reverse<i64>, String);
