//! The JSON text that `keyword_search` answers with.
//!
//! Its fields are those of the server that the requirements come from.
//!
//! May import: nothing of this crate.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

/// A file that is named: how often the keyword occurs in it, most first, then its path.
pub(super) type Key = (Reverse<u64>, String);

pub(super) fn file(((Reverse(occurrences), path), size): (&Key, &u64)) -> (String, File) {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    let extension = extension.map_or(String::new(), |(_, extension)| format!(".{extension}"));
    (path.clone(), File { occurrences: *occurrences, size_bytes: *size, extension })
}

/// To two places.
#[expect(clippy::cast_precision_loss, reason = "a figure for readers")]
pub(super) fn rounded(part: u64, all: u64) -> f64 {
    (part as f64 * 100.0 / all as f64).round() / 100.0
}

#[derive(Serialize)]
pub(super) struct Answer<'a> {
    pub(super) keyword: &'a str,
    pub(super) root_paths: Vec<String>,
    pub(super) options: Options<'a>,
    #[serde(serialize_with = "in_order")]
    pub(super) files: Vec<(String, File)>,
    pub(super) summary: Summary,
    pub(super) metadata: Metadata,
}

#[derive(Serialize)]
pub(super) struct Options<'a> {
    pub(super) case_insensitive: bool,
    pub(super) use_regex: bool,
    pub(super) include_patterns: Vec<&'a str>,
    pub(super) exclude_patterns: Vec<&'a str>,
}

#[derive(Serialize)]
pub(super) struct File {
    pub(super) occurrences: u64,
    pub(super) size_bytes: u64,
    pub(super) extension: String,
}

#[derive(Serialize)]
pub(super) struct Summary {
    pub(super) total_files_searched: u64,
    pub(super) total_files_with_matches: u64,
    pub(super) total_occurrences: u64,
    pub(super) files_with_errors: u64,
    pub(super) most_frequent_file: Option<String>,
    pub(super) max_occurrences: u64,
    pub(super) match_percentage: f64,
    pub(super) average_occurrences_per_matching_file: f64,
}

#[derive(Serialize)]
pub(super) struct Metadata {
    /// They are not searched.
    pub(super) binary_files: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) errors: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<String>,
}

/// An object whose members keep their order.
fn in_order<S: Serializer>(files: &[(String, File)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(files.iter().map(|(path, file)| (path, file)))
}
