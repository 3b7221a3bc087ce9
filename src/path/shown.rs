//! How bytes from outside are shown: on one line, with nothing in them that hides or reorders what follows,
//! and so that they can be read back.
//!
//! May import: nothing. It does not know what a name or a path is.

use std::fmt::{self, Write as _};

/// Text from outside, quoted in a sentence: as [`printable`] shows it, visibly shortened if it is very long.
pub fn brief(text: &str) -> String {
    const SHOWN: usize = 300;
    match text.char_indices().nth(SHOWN) {
        None => printable(text),
        Some((cut, _)) => {
            let begin = printable(text.get(..cut).unwrap_or_default());
            format!("{begin}... ({} bytes)", text.len())
        }
    }
}

/// Bytes as part of a URI or a cursor (RFC 3986): what is not unreserved, nor a slash, is `%HH`.
pub fn percent_encoded(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(*byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
    }
    text
}

/// The bytes that [`percent_encoded`] made this of.
pub fn percent_decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = vec![];
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        rest = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                after
            }
            (b'%', _) => return None,
            _ => {
                bytes.push(*first);
                after
            }
        };
    }
    Some(bytes)
}

/// Text from outside, safe to print: one line, nothing that hides or reorders what follows.
pub fn printable(text: &str) -> String {
    let mut out = String::new();
    let _ = write_escaped(&mut out, text.as_bytes(), false);
    out
}

/// Writes `bytes` with `\xHH` for what is not plain text. With `invertible`, a literal backslash
/// that would read as such an escape is itself escaped.
pub(super) fn write_escaped(
    out: &mut impl fmt::Write,
    bytes: &[u8],
    invertible: bool,
) -> fmt::Result {
    // Nearly every name there is.
    let is_plain = bytes.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\\');
    if let (true, Ok(text)) = (is_plain, std::str::from_utf8(bytes)) {
        return out.write_str(text);
    }
    for chunk in bytes.utf8_chunks() {
        let mut rest = chunk.valid();
        while let Some(c) = rest.chars().next() {
            let (this, after) = rest.split_at(c.len_utf8());
            if deceives(c) || (invertible && escape_at(rest.as_bytes()).is_some()) {
                write_hex(out, this.as_bytes())?;
            } else {
                out.write_char(c)?;
            }
            rest = after;
        }
        write_hex(out, chunk.invalid())?;
    }
    Ok(())
}

fn write_hex(out: &mut impl fmt::Write, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(out, "\\x{byte:02X}"))
}

/// Characters that move the cursor, reorder the line or are invisible by design. Joiners are not
/// among them: scripts and emoji need those.
pub(super) fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
            | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// The byte that `bytes` begins with the escape of, if it does.
pub(super) fn escape_at(bytes: &[u8]) -> Option<u8> {
    let digit = |b: u8| match b {
        b'0'..=b'9' => Some(b - b'0'),
        b'A'..=b'F' => Some(b - b'A' + 10),
        _ => None,
    };
    match bytes {
        [b'\\', b'x', high, low, ..] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    }
}

/// What a part of a path stands for, in bytes: escapes are read.
pub(super) fn decode(part: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, after @ ..] = rest {
        if let Some(byte) = escape_at(rest) {
            bytes.push(byte);
            rest = rest.get(4..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    bytes
}

/// The same with digits of either case; `None` where that makes no difference.
pub(super) fn decode_any_case(part: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![];
    let mut rest = part;
    let mut is_any = false;
    while let [first, after @ ..] = rest {
        let upper: Vec<u8> = rest
            .iter()
            .take(4)
            .map(|b| match b {
                b'a'..=b'f' => b.to_ascii_uppercase(),
                other => *other,
            })
            .collect();
        if let Some(byte) = escape_at(&upper) {
            is_any = true;
            bytes.push(byte);
            rest = rest.get(4..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    is_any.then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_into_a_uri_comes_out_again() {
        assert_eq!(percent_encoded(b"a-b_c.d~/e f%\xFF"), "a-b_c.d~/e%20f%25%FF");
        for byte in 0..=u8::MAX {
            let bytes = [b'x', byte, b'2'];
            assert_eq!(percent_decoded(&percent_encoded(&bytes)).unwrap(), bytes);
        }
        for broken in ["%", "a%2", "%zz", "%é"] {
            assert_eq!(percent_decoded(broken), None, "{broken}");
        }
    }

    #[test]
    fn what_is_said_in_passing_is_short_and_plain() {
        assert_eq!(brief("short"), "short");
        assert_eq!(brief("a\n\u{202E}\u{85}"), r"a\x0A\xE2\x80\xAE\xC2\x85");
        assert_eq!(brief(&"é".repeat(301)), format!("{}... (602 bytes)", "é".repeat(300)));
        assert_eq!(printable("a\tb"), r"a\x09b");
    }

    #[test]
    fn characters_that_deceive_are_known_and_no_others() {
        for c in [
            '\0',
            '\u{7F}',
            '\u{9B}',
            '\u{61C}',
            '\u{200E}',
            '\u{202A}',
            '\u{2069}',
            '\u{FEFF}',
            '\u{FFF9}',
            '\u{E0041}',
        ] {
            assert!(deceives(c), "{c:?}");
        }
        for c in ['a', '~', 'é', '\u{200D}', '\u{2030}', '\u{1F600}', '\u{FFFD}'] {
            assert!(!deceives(c), "{c:?}");
        }
    }

    #[test]
    fn every_byte_has_one_escape_and_is_read_from_it() {
        for byte in 0..=u8::MAX {
            assert_eq!(decode(&format!("a\\x{byte:02X}b")), [b'a', byte, b'b']);
        }
        for text in [r"\x4", r"\x", r"\xff", r"\X41", r"\\", "x41"] {
            assert_eq!(decode(text), text.as_bytes(), "{text}");
        }
        for (text, want) in
            [(r"a\xffb", Some(&b"a\xFFb"[..])), (r"\xE9\xfF", Some(b"\xE9\xFF")), (r"a\xg", None)]
        {
            assert_eq!(decode_any_case(text.as_bytes()).as_deref(), want, "{text}");
        }
    }
}
