//! [`encode`]: the bytes of a text in UTF-16 or an older encoding.
//!
//! May import: nothing of this crate. It makes no replacement characters.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// A text in an encoding, or the first character that the encoding cannot hold.
pub(in crate::text) fn encode<'t>(
    encoding: &'static Encoding,
    text: &'t str,
) -> Result<Cow<'t, [u8]>, char> {
    if encoding == UTF_16LE {
        return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    let (bytes, _, is_lossy) = encoding.encode(text);
    // Some characters are written as others: a yen sign as a backslash.
    let comes_back = |bytes: &[u8], text: &str| {
        encoding
            .decode_without_bom_handling_and_without_replacement(bytes)
            .is_some_and(|back| back == text)
    };
    if !is_lossy && comes_back(&bytes, text) {
        return Ok(bytes);
    }
    let is_lost = |c: &char| {
        let mut buffer = [0; 4];
        let text: &str = c.encode_utf8(&mut buffer);
        let (bytes, _, is_lossy) = encoding.encode(text);
        is_lossy || !comes_back(&bytes, text)
    };
    Err(text.chars().find(is_lost).or_else(|| text.chars().next()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use encoding_rs::{SHIFT_JIS, WINDOWS_1252};

    use super::*;

    #[test]
    fn what_does_not_come_back_is_not_written() {
        assert_eq!(encode(WINDOWS_1252, "a é €").unwrap(), b"a \xe9 \x80".as_slice());
        assert_eq!(encode(WINDOWS_1252, "a → b"), Err('→'));
        assert_eq!(encode(SHIFT_JIS, "10 ¥"), Err('¥'), "written as a backslash");
    }
}
