//! [`with_bytes`]: a pattern that was copied from a page which shows bytes as escapes.
//!
//! A page shows a byte that is not text as `\xE9`. In an expression that is the character é, and in plain text it is four
//! characters.
//!
//! May import: `text` (how escapes are read).

use crate::text::byte_of_escape;

/// The expression in which each escape is the byte that it shows; `None` if that is what the pattern says already.
pub(super) fn with_bytes(pattern: &str, is_literal: bool) -> Option<String> {
    let mut expression = String::new();
    let mut rest = pattern;
    let mut plain = String::new();
    let mut is_other = false;
    while let Some(c) = rest.chars().next() {
        if let Some(byte) = byte_of_escape(rest) {
            expression += &regex_syntax::escape(&std::mem::take(&mut plain));
            // What is ASCII means the same in an expression.
            is_other |= is_literal || !byte.is_ascii();
            expression += &match byte {
                0x80.. => format!("(?-u:\\x{byte:02X})"),
                _ => format!("\\x{byte:02X}"),
            };
            rest = rest.get(4..)?;
            continue;
        }
        // A backslash of an expression takes the next character with it.
        let taken = if c == '\\' && !is_literal {
            rest.chars().take(2).map(char::len_utf8).sum()
        } else {
            c.len_utf8()
        };
        let part = rest.get(..taken)?;
        if is_literal {
            plain += part;
        } else {
            expression += part;
        }
        rest = rest.get(taken..)?;
    }
    expression += &regex_syntax::escape(&plain);
    is_other.then_some(expression)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_escape_is_the_byte_that_a_page_shows() {
        for (pattern, is_literal, wanted) in [
            (r"caf\xE9 (x)", true, Some(r"caf(?-u:\xE9) \(x\)")),
            (r"caf\xe9.*", false, Some(r"caf(?-u:\xE9).*")),
            (r"a\x00b", true, Some(r"a\x00b")),
            (r"a\x00b", false, None),
            (r"a\\xE9", false, None),
            (r"\x5CxE9", true, Some(r"\x5CxE9")),
            (r"a\xg0", true, None),
            ("plain", true, None),
        ] {
            assert_eq!(with_bytes(pattern, is_literal).as_deref(), wanted, "{pattern}");
        }
    }
}
