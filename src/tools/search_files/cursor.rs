//! The cursor of `search_files`: the last path of a page, and its time where that is the order.
//!
//! May import: `error`, `path`, its neighbours.

use std::cmp::Reverse;

use super::order::{Key, SortBy};
use crate::error::{Code, ToolError};
use crate::path::{percent_decoded, percent_encoded};

/// In characters that every model and client passes back as they are.
pub(super) fn write_cursor((Reverse(modified), path): &Key, sort_by: SortBy) -> String {
    let path = percent_encoded(path.as_bytes());
    match sort_by {
        SortBy::Path => format!("after:{path}"),
        SortBy::Mtime => format!("mtime:{modified}:{path}"),
    }
}

pub(super) fn read_cursor(cursor: &str, sort_by: SortBy) -> Result<Key, ToolError> {
    let read = || {
        let (order, rest) = cursor.split_once(':')?;
        let (modified, path) = match (order, sort_by) {
            ("after", SortBy::Path) => (0, rest),
            ("mtime", SortBy::Mtime) => {
                let (modified, path) = rest.split_once(':')?;
                (modified.parse().ok()?, path)
            }
            _ => return None,
        };
        Some((Reverse(modified), String::from_utf8(percent_decoded(path)?).ok()?))
    };
    read().ok_or_else(|| {
        ToolError::new(Code::BadArgs, "`cursor` is none that this search and order gave").hint(
            "leave it out to begin at the top, or pass it back unchanged with the same sort_by",
        )
    })
}
