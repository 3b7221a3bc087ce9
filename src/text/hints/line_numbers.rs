//! [`without_numbers`]: the place of a text whose lines begin with the line numbers of an answer.
//!
//! May import: `limits`.

use crate::limits::{Budget, StopReason};
use crate::text::find::{Count, Needle, lines};
use crate::text::hints::equal_but_for::Window;

/// Where the text is, if each of its lines begins with a number that is not of the file.
pub(in crate::text) fn without_numbers(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Window>, StopReason> {
    for blank in ["", " "] {
        let mut bare = String::with_capacity(old.len());
        for line in old.split_inclusive('\n') {
            match unnumbered(line) {
                Some(rest) => bare += rest.strip_prefix(blank).unwrap_or(rest),
                None if line.trim().is_empty() => bare += line,
                None => return Ok(None),
            }
        }
        if bare.trim().is_empty() {
            return Ok(None);
        }
        let found = Needle::new(&bare, text).find(text, Count::All, 1, budget)?;
        if let [place] = found.as_slice()
            && let [line] = lines(text, [place.start]).as_slice()
        {
            let count = bare.split_inclusive('\n').count();
            return Ok(Some(Window { first: line - 1, count }));
        }
    }
    Ok(None)
}

/// A line without the number that answers and other programs put before lines: `12:`, `12-`, `12|`, `12 |`, `12→`,
/// `L12:`, `12` and a tab.
pub(in crate::text) fn unnumbered(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t']);
    let number = line.strip_prefix(['L', '#']).unwrap_or(line);
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == number.len() {
        return None;
    }
    let apart = rest.trim_start_matches(' ');
    let is_bar = apart.starts_with(['|', '│', '→', ':']);
    let rest = if is_bar { apart } else { rest };
    rest.strip_prefix("| ")
        .or_else(|| rest.strip_prefix("│ "))
        .or_else(|| rest.strip_prefix([':', '-', '\t', '→', '|', '│']))
}
