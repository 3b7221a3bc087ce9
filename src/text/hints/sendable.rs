//! [`sendable`]: a text as a string of JSON in which every character can be seen, to be sent as it stands;
//! [`showing`]: lines of a file in a refusal.
//!
//! May import: `error`.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::text::cropped;
use crate::text::hints::equal_but_for::Window;
use crate::text::line_ends::bare;
use crate::text::lookalike::unseen::escaped;

/// Lines that are shown.
pub(in crate::text) const MAX_SHOWN: usize = 20;
/// Characters of a line that is shown around a place in it.
const MAX_LINE: usize = 1_000;

/// The text in quotes, with what is `odd` in it escaped; `None` where it has more characters than `most`.
pub(in crate::text) fn sendable(text: &str, odd: &[Range<usize>], most: usize) -> Option<String> {
    let mut sent = String::from('"');
    let mut odd = odd.iter().peekable();
    for (at, c) in text.char_indices() {
        while odd.peek().is_some_and(|range| range.end <= at) {
            odd.next();
        }
        let is_crlf = c == '\r' && text.as_bytes().get(at + 1) == Some(&b'\n');
        if is_crlf && !text.get(..at).is_some_and(|before| before.ends_with('\r')) {
            // A line feed stands for it. After a lone return it stays, or the line feed would make a CRLF of that one.
            continue;
        }
        let is_odd = !c.is_ascii() && odd.peek().is_some_and(|range| range.contains(&at));
        escaped(c, is_odd, &mut sent);
        if sent.len() / 4 > most {
            return None;
        }
    }
    sent.push('"');
    (sent.chars().count() <= most).then_some(sent)
}

/// `line 3` or `lines 3-5`.
pub(in crate::text) fn named(window: Window) -> String {
    let first = window.first + 1;
    match window.count {
        0 | 1 => format!("line {first}"),
        count => format!("lines {first}-{}", window.first + count),
    }
}

/// The sentence, and under it the lines, ready to be copied: at most `most` characters of them. A long line is
/// cropped around `place`, if that is in it.
pub(in crate::text) fn showing(
    text: &str,
    window: Window,
    place: Option<&Range<usize>>,
    sentence: &str,
    most: usize,
) -> ToolError {
    let mut at = 0;
    let lines = text.split_inclusive('\n').map(|line| {
        let begin = at;
        at += line.len();
        (begin, line)
    });
    let lines = lines.skip(window.first).take(window.count.min(MAX_SHOWN));
    let lines: Vec<_> = lines
        .map(|(begin, line)| {
            let place =
                place.filter(|place| begin <= place.start && place.start < begin + line.len());
            let line = bare(line);
            match place {
                Some(place) => {
                    let end = place.end.min(begin + line.len()).max(place.start);
                    let part = place.start - begin..end - begin;
                    cropped::shown(line, &[part], MAX_LINE.min(most))
                }
                None => {
                    let end = line.floor_char_boundary(4 * (most + 1));
                    line.get(..end).unwrap_or_default().to_owned()
                }
            }
        })
        .collect();
    let lines = lines.join("\n");
    let cut = lines.char_indices().nth(most).map_or(lines.len(), |(at, _)| at);
    let shown = lines.get(..cut).unwrap_or_default();
    let shortened = match (cut < lines.len(), window.count > MAX_SHOWN) {
        (true, _) => format!(", the first {most} characters"),
        (false, true) => format!(", the first {MAX_SHOWN} of them"),
        (false, false) => String::new(),
    };
    let sentence = format!("{sentence}\n{}{shortened}:\n{shown}", named(window));
    ToolError::new(Code::NoMatch, sentence)
}
