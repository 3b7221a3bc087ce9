//! Texts and numbers as the page of a report shows them.
//!
//! May import: `format`. It does not rely on the trail having escaped anything.

use chrono::{DateTime, Utc};

use crate::format::number;

/// A text so that no browser takes any of it for more than text, and no reader for another text.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            c if deceives(c) => out += &format!("\\u{{{:x}}}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// A text of this program, in which backticks stand around names.
pub(super) fn marked(own: &str) -> String {
    let parts = own.split('`').enumerate();
    joined(parts.map(|(i, part)| match i % 2 {
        0 => text(&part.replace('\n', " ")),
        _ => format!("<code>{}</code>", text(part)),
    }))
}

/// Does it move the line, reorder it, or stand for nothing that one sees?
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FEFF}' | '\u{FFA0}'
            | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A time of the trail, to the second; what is none is shown as it is.
pub(super) fn time(raw: &str) -> String {
    DateTime::parse_from_rfc3339(raw).map_or_else(
        |_| if raw.is_empty() { "no time".into() } else { text(raw) },
        |time| time.with_timezone(&Utc).format("%Y-%m-%d %H:%M:%S").to_string(),
    )
}

/// So many of them.
pub(super) fn counted(n: u64, one: &str) -> String {
    format!("{} {one}{}", number(n), if n == 1 { "" } else { "s" })
}

/// A cell of a table.
pub(super) fn cell(n: u64) -> String {
    let class = if n == 0 { "n zero" } else { "n" };
    format!("<td class=\"{class}\">{}</td>", number(n))
}

/// One after the other.
pub(super) fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().concat()
}

/// A size.
pub(super) fn bytes(n: u64) -> String {
    match n {
        0..10_000 => format!("{} B", number(n)),
        10_000..10_000_000 => format!("{} kB", number(n / 1_000)),
        _ => format!("{} MB", number(n / 1_000_000)),
    }
}

/// Microseconds as people read them.
pub(super) fn seconds(micros: u64) -> String {
    match micros {
        0..10_000_000 => format!("{} ms", number(micros / 1_000)),
        _ => format!("{} s", number(micros / 1_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_nothing_but_text() {
        let hostile = "<script>\"'&\u{202e}\n\u{0}\u{1b}[2J\u{200b}é";
        let inert = "&lt;script&gt;&quot;&#39;&amp;\\u{202e}\\u{a}\\u{0}\\u{1b}[2J\\u{200b}é";
        assert_eq!(text(hostile), inert);
        assert_eq!(time("<b>"), "&lt;b&gt;");
        assert_eq!(time("2026-01-02T03:04:05.678+01:00"), "2026-01-02 02:04:05");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!((counted(1, "line"), counted(2, "line")), ("1 line".into(), "2 lines".into()));
    }
}
