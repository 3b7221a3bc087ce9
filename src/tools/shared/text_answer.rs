//! How a page of text is shown to a client: the closing line, and line numbers.
//!
//! Shared by the tools that show text, so that a model learns one form.
//!
//! May import: `text`, `format`.

use crate::format::count;
use crate::text::{Before, Escaped, LineEnds, Page, Range, StartsAt, has_lone_return};

/// Characters of an answer that are kept free for its closing line.
pub(in crate::tools) const CLOSING: usize = 600;

/// `[lines 2390-2449 of 5310; LF; version k3f9a2c1xq; continue with offset=2450]`. `resume` names the tool that takes the
/// arguments, if that is another one.
pub(in crate::tools) fn footer(page: &Page, elsewhere: Option<String>, resume: &str) -> String {
    let mut facts = vec![range(page.range)];
    if page.ends != LineEnds::None {
        facts.push(page.ends.as_str().into());
        facts.extend(page.is_unended.then(|| "the last line has no end".into()));
    } else if matches!(page.range, Range::Lines { count: 1.., .. }) {
        facts.push("no line end".into());
    }
    let has_lone_returns = match page.range {
        // A piece by bytes may end between the two characters of a line end.
        Range::Bytes { .. } => has_lone_return(page.text.trim_end_matches('\r')),
        // Lines are without their ends.
        _ => page.text.contains('\r'),
    };
    if has_lone_returns {
        facts.push("with lone carriage returns (U+000D), which do not end lines".into());
    }
    facts.extend(page.encoding.clone());
    facts.extend(page.note.clone());
    facts.extend(escaped(&page.escaped));
    if page.shortened > 0 {
        facts.push(format!("{} shortened", lines(page.shortened)));
    }
    facts.extend(elsewhere.map(|real| format!("links lead to {real}")));
    facts.push(format!("version {}", page.version));
    facts.extend(page.before.map(|before| left_out(before, resume)));
    facts.extend(next(page.range, resume));
    format!("[{}]", facts.join("; "))
}

/// Each line with `N:` before it.
pub(in crate::tools) fn numbered(text: &str, first: u64) -> String {
    // The text comes first: a range that is asked for one number more than it has would overflow.
    let lines = text.split_terminator('\n').zip(first..);
    lines.map(|(line, number)| format!("{number}:{line}\n")).collect::<Vec<_>>().concat()
}

/// What of the text is shown as escapes.
fn escaped(escaped: &Escaped) -> Option<String> {
    const BACKSLASH: &str = "a \\ before x and two digits is shown as \\x5C";
    let Escaped { count: escapes, places, example, has_backslashes } = escaped;
    let backslash = if *has_backslashes { format!(", {BACKSLASH}") } else { String::new() };
    match escapes {
        0 if *has_backslashes => Some(BACKSLASH.into()),
        0 => None,
        1 => {
            let place = places.first().copied().unwrap_or_default();
            Some(format!("1 byte is shown as {example}, at byte {place}{backslash}"))
        }
        _ => {
            let at: Vec<_> = places.iter().map(ToString::to_string).collect();
            let more = if *escapes > places.len() as u64 { " and more" } else { "" };
            Some(format!(
                "{escapes} bytes are shown as escapes such as {example}, at bytes {}{more}{backslash}",
                at.join(", ")
            ))
        }
    }
}

fn range(range: Range) -> String {
    match range {
        Range::Lines { total: Some(0), .. } | Range::Bytes { size: 0, .. } => "empty file".into(),
        Range::Lines { first, count, total } => {
            let last = first.saturating_add(count).saturating_sub(1);
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            format!("lines {first}-{last}{of}")
        }
        Range::Tail { count } => format!("the last {}", lines(count)),
        Range::Bytes { from, to, size } if from == to => {
            let size = count(size, "byte", "bytes");
            format!("no character begins there; the file has {size}")
        }
        Range::Bytes { from, to, size } => {
            format!("bytes {from}-{} of {size}", to.saturating_sub(1))
        }
    }
}

/// The argument that goes on, where there is more.
fn next(range: Range, resume: &str) -> Option<String> {
    match range {
        Range::Lines { first, count, total } => {
            let next = first.saturating_add(count);
            let is_more = total.is_none_or(|total| next <= total);
            is_more.then(|| format!("continue with {resume}offset={next}"))
        }
        Range::Tail { .. } => None,
        Range::Bytes { to, size, .. } => {
            (to < size).then(|| format!("continue with {resume}byte_offset={to}"))
        }
    }
}

/// Reports the lines of a tail that did not fit, and the argument that shows them.
fn left_out(before: Before, resume: &str) -> String {
    let lines = count(before.lines, "line", "lines");
    let shows = match before.from {
        StartsAt::Line(line) => format!("{resume}offset={line}"),
        StartsAt::Byte(byte) => format!("{resume}byte_offset={byte}"),
    };
    format!("the {lines} before these did not fit, see {shows}")
}

fn lines(lines: u64) -> String {
    count(lines, "line", "lines")
}
