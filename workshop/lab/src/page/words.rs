//! Escapes text for the page, so that a browser never interprets it as markup. Text from servers is not trusted.

/// Escapes any text.
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

/// Escapes a text of the lab itself, and marks up names in backticks as code.
pub(super) fn marked(own: &str) -> String {
    joined(own.split('`').enumerate().map(|(nth, part)| match nth % 2 {
        0 => text(part),
        _ => format!("<code>{}</code>", text(part)),
    }))
}

/// Escapes a name and isolates its text direction.
pub(super) fn code(name: &str) -> String {
    format!("<bdi><code>{}</code></bdi>", text(name))
}

/// Returns a preformatted block with at most `most` characters of a text.
pub(super) fn block(raw: &str, most: usize) -> String {
    let shown: String = raw.chars().take(most).collect();
    let left_out = raw.chars().count().saturating_sub(most);
    let more =
        if left_out > 0 { format!(" … {left_out} more characters") } else { String::new() };
    format!("<pre><bdi>{}</bdi>{more}</pre>", text(&shown))
}

/// Concatenates pieces of the page.
pub(super) fn joined(parts: impl IntoIterator<Item = String>) -> String {
    parts.into_iter().collect()
}

/// Returns whether a character is invisible, or changes the order or position of text.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_and_control_characters_are_escaped() {
        assert_eq!(
            text("</script><b a='\"'>&"),
            "&lt;/script&gt;&lt;b a=&#39;&quot;&#39;&gt;&amp;"
        );
        assert_eq!(text("a\u{202E}b\x1b[2J\nc"), "a\\u{202e}b\\u{1b}[2J\nc");
        assert_eq!(marked("open `<a>` & go"), "open <code>&lt;a&gt;</code> &amp; go");
    }

    #[test]
    fn omitted_characters_are_counted() {
        assert_eq!(block("abcdef", 4), "<pre><bdi>abcd</bdi> … 2 more characters</pre>");
        assert_eq!(block("äbc", 3), "<pre><bdi>äbc</bdi></pre>");
    }
}
