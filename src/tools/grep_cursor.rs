//! Cursors of `grep`: the file and the place in it at which a page ended.

use crate::error::{Code, ToolError};
use crate::grep::Position;
use crate::path::{percent_decoded, percent_encoded};

/// A cursor as answers show it.
pub(super) fn written(path: &str, position: Position) -> String {
    let line = match position {
        Position::END => "end".into(),
        Position { line, matches: u64::MAX } => line.to_string(),
        Position { line, matches } => format!("{line}.{matches}"),
    };
    format!("after:{line}:{}", percent_encoded(path.as_bytes()))
}

/// The file and the place that a cursor names.
///
/// # Errors
/// `bad_args` for a cursor that no answer of `grep` has shown.
pub(super) fn read(cursor: &str) -> Result<(String, Position), ToolError> {
    let read = || {
        let (line, path) = cursor.strip_prefix("after:")?.split_once(':')?;
        let position = match line.split_once('.') {
            _ if line == "end" => Position::END,
            None => Position::end_of(line.parse().ok()?),
            Some((line, matches)) => {
                Position { line: line.parse().ok()?, matches: matches.parse().ok()? }
            }
        };
        Some((String::from_utf8(percent_decoded(path)?).ok()?, position))
    };
    read().ok_or_else(|| {
        ToolError::new(Code::BadArgs, "`cursor` is none that grep gave")
            .hint("leave it out to begin at the top, or pass it back unchanged")
    })
}
