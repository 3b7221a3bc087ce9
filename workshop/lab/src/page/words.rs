//! Texts as the page shows them, so that no browser takes any of them for more than text.
//!
//! May import: nothing of the lab. Absent on purpose: trust in anything that a server said.

/// A text of anybody's.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    for c in raw.chars() {
        match c {
            '&' => out += "&amp;",
            '<' => out += "&lt;",
            '>' => out += "&gt;",
            '"' => out += "&quot;",
            '\'' => out += "&#39;",
            '\n' => out.push(c),
            c if deceives(c) => out += &format!("\\u{{{:x}}}", u32::from(c)),
            c => out.push(c),
        }
    }
    out
}

/// A text of the lab's own, in which backticks stand around names.
pub(super) fn marked(own: &str) -> String {
    joined(own.split('`').enumerate().map(|(nth, part)| match nth % 2 {
        0 => text(part),
        _ => format!("<code>{}</code>", text(part)),
    }))
}

/// A name, apart from what is around it.
pub(super) fn code(name: &str) -> String {
    format!("<bdi><code>{}</code></bdi>", text(name))
}

/// What was sent or answered, its lines as they were; at most so many characters of it.
pub(super) fn block(raw: &str, most: usize) -> String {
    let shown: String = raw.chars().take(most).collect();
    let left_out = raw.chars().count().saturating_sub(most);
    let more =
        if left_out > 0 { format!(" … {left_out} more characters") } else { String::new() };
    format!("<pre><bdi>{}</bdi>{more}</pre>", text(&shown))
}

/// Pieces of the page, one behind the other.
pub(super) fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect()
}

/// Does it move the line, reorder it, or stand for nothing that one sees?
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_said_is_more_than_text() {
        assert_eq!(
            text("</script><b a='\"'>&"),
            "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;"
        );
        assert_eq!(text("a\u{202E}b\x1b[2J\nc"), "a\\u{202e}b\\u{1b}[2J\nc");
        assert_eq!(marked("open `<a>` & go"), "open <code>&lt;a&gt;</code> &amp; go");
    }

    #[test]
    fn what_is_cut_off_is_told() {
        assert_eq!(block("abcdef", 4), "<pre><bdi>abcd</bdi> … 2 more characters</pre>");
        assert_eq!(block("äbc", 3), "<pre><bdi>äbc</bdi></pre>");
    }
}
