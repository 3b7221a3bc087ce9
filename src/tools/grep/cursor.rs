//! Cursors of `grep`: the file and the place in it at which a page ended.
//!
//! May import: `error`, `grep`, `path`.

use crate::error::{Code, ToolError};
use crate::grep::{Lines, Position};
use crate::path::{percent_decoded, percent_encoded};

/// A cursor as answers show it: after a place or, where the last lines are wanted, before one.
pub(super) fn written(path: &str, position: Position, lines: Lines) -> String {
    let place = match position {
        position if position == lines.finish() => "after:end".into(),
        Position { line, matches } => {
            let side = if lines.are_last() { "before" } else { "after" };
            match matches {
                u64::MAX => format!("{side}:{line}"),
                matches => format!("{side}:{line}.{matches}"),
            }
        }
    };
    format!("{place}:{}", percent_encoded(path.as_bytes()))
}

/// The file and the place that a cursor names.
///
/// # Errors
/// `bad_args` for a cursor that no answer of `grep` has shown, or none with the same `from_end`.
pub(super) fn read(cursor: &str, lines: Lines) -> Result<(String, Position), ToolError> {
    let read = || {
        let (side, rest) = cursor.split_once(':')?;
        let (place, path) = rest.split_once(':')?;
        let position = match place.split_once('.') {
            _ if place == "end" && side == "after" => lines.finish(),
            None => Position::end_of(place.parse().ok()?),
            Some((line, matches)) => {
                Position { line: line.parse().ok()?, matches: matches.parse().ok()? }
            }
        };
        let is_backwards = match side {
            _ if position == lines.finish() => lines.are_last(),
            "before" => true,
            "after" => false,
            _ => return None,
        };
        Some((String::from_utf8(percent_decoded(path)?).ok()?, position, is_backwards))
    };
    match read() {
        Some((_, _, is_backwards)) if is_backwards != lines.are_last() => {
            let value = !lines.are_last();
            let sentence = format!("`cursor` is from a search with from_end={value}");
            Err(ToolError::new(Code::BadArgs, sentence)
                .hint("leave it out to begin again, or pass it back with the same arguments"))
        }
        Some((path, position, _)) => Ok((path, position)),
        None => Err(ToolError::new(Code::BadArgs, "`cursor` is not one that grep returned")
            .hint("leave it out to begin at the top, or pass it back unchanged")),
    }
}
