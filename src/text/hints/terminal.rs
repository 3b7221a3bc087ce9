//! Escapes of a terminal: [`without_escapes`] leaves them out, so that a text is found which a program printed with
//! colours.
//!
//! May import: nothing of this crate.

/// Characters of the longest escape that is left out.
const MAX_ESCAPE: usize = 40;

/// One character, or a CRLF, which is a line feed; nothing for an escape such as `ESC [ 31 m`.
pub(in crate::text) fn without_escapes(text: &str, folded: &mut String) -> usize {
    if let Some(len) = escape(text) {
        return len;
    }
    if text.starts_with("\r\n") {
        folded.push('\n');
        return 2;
    }
    let Some(c) = text.chars().next() else { return 0 };
    folded.push(c);
    c.len_utf8()
}

/// May there be an escape in it?
pub(in crate::text) fn has_escapes(text: &str) -> bool {
    text.contains("\u{1b}[")
}

/// How long the escape is that a text begins with.
fn escape(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}[")?;
    let parameters =
        rest.bytes().take(MAX_ESCAPE).take_while(|byte| (0x20..0x40).contains(byte)).count();
    let last = rest.as_bytes().get(parameters)?;
    (0x40..0x7f).contains(last).then_some(2 + parameters + 1)
}
