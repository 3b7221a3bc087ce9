//! Lists that several rows share: which weak servers a row harms, and which tools answer differently.

use crate::victims::{Harm, Victim};

/// Harms only the server that joins paths.
pub(super) const JOIN: &[(Victim, Harm)] = &[(Victim::Join, Harm::Leaks)];
/// Harms the two servers that do not resolve links.
pub(super) const LEXICAL: &[(Victim, Harm)] =
    &[(Victim::Join, Harm::Leaks), (Victim::Prefix, Harm::Leaks)];
/// Harms all three servers.
pub(super) const EVERY: &[(Victim, Harm)] =
    &[(Victim::Join, Harm::Leaks), (Victim::Prefix, Harm::Leaks), (Victim::Canonical, Harm::Leaks)];
/// Makes all three servers hang.
pub(super) const HANGS: &[(Victim, Harm)] =
    &[(Victim::Join, Harm::Hangs), (Victim::Prefix, Harm::Hangs), (Victim::Canonical, Harm::Hangs)];
/// Answers of the tools that accept a directory.
pub(super) const OF_DIRECTORY: &[(&str, &str)] = &[
    ("list_directory", "ok"),
    ("directory_tree", "ok"),
    ("get_file_info", "ok"),
    ("search_files", "ok"),
    ("grep", "ok"),
    ("keyword_search", "ok"),
];
/// Answers of the tools that require a directory, for a file.
pub(super) const OF_FILE: &[(&str, &str)] = &[
    ("list_directory", "not_a_directory"),
    ("directory_tree", "not_a_directory"),
    ("search_files", "not_a_directory"),
];
/// As [`OF_FILE`], where the file holds the secret, which is not valid Python.
pub(super) const OF_SECRET: &[(&str, &str)] = &[
    ("list_directory", "not_a_directory"),
    ("directory_tree", "not_a_directory"),
    ("search_files", "not_a_directory"),
    ("performance_check", "bad_args"),
];
