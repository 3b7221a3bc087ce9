//! The rows, a file for each [`Kind`](crate::Kind).

mod aliases;
mod changes;
mod limits;
mod links;
mod special;
mod spelling;

use crate::{Harm, Row, Victim};

/// Every attack.
pub fn all() -> impl Iterator<Item = &'static Row> {
    [spelling::ROWS, links::ROWS, special::ROWS, aliases::ROWS, changes::ROWS, limits::ROWS]
        .into_iter()
        .flatten()
}

/// It harms the server that joins paths.
const JOIN: &[(Victim, Harm)] = &[(Victim::Join, Harm::Leaks)];
/// It harms the two that do not look at links.
const LEXICAL: &[(Victim, Harm)] = &[(Victim::Join, Harm::Leaks), (Victim::Prefix, Harm::Leaks)];
/// It harms all three.
const EVERY: &[(Victim, Harm)] =
    &[(Victim::Join, Harm::Leaks), (Victim::Prefix, Harm::Leaks), (Victim::Canonical, Harm::Leaks)];
/// It makes all three wait.
const HANGS: &[(Victim, Harm)] =
    &[(Victim::Join, Harm::Hangs), (Victim::Prefix, Harm::Hangs), (Victim::Canonical, Harm::Hangs)];
/// Tools that take a directory, where the others want a file.
const OF_DIRECTORY: &[(&str, &str)] = &[
    ("list_directory", "ok"),
    ("directory_tree", "ok"),
    ("get_file_info", "ok"),
    ("search_files", "ok"),
    ("grep", "ok"),
    ("keyword_search", "ok"),
];
/// Tools that want a directory, where there is a file.
const OF_FILE: &[(&str, &str)] = &[
    ("list_directory", "not_a_directory"),
    ("directory_tree", "not_a_directory"),
    ("search_files", "not_a_directory"),
];
/// The same, where the file is the secret: that is no Python.
const OF_SECRET: &[(&str, &str)] = &[
    ("list_directory", "not_a_directory"),
    ("directory_tree", "not_a_directory"),
    ("search_files", "not_a_directory"),
    ("performance_check", "bad_args"),
];
