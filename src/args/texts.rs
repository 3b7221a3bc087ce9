//! JSON as text: how much a text holds, before it is read as values that take many times as much memory.
//!
//! May import: nothing outside `args`.

use serde::de::DeserializeOwned;

/// Texts of more bytes than that are looked through before they are read.
pub const LARGE: usize = 1 << 20;
/// Most values in a large text. A number takes two bytes of it, and thirty-two or more of memory.
pub const MAX_VALUES: usize = 200_000;

/// The value that a text is. `None` if it is not one, or holds too much.
pub(super) fn parsed<T: DeserializeOwned>(text: &str) -> Option<T> {
    if text.len() > LARGE && has_too_many_values(text.as_bytes()) {
        return None;
    }
    serde_json::from_str(text).ok()
}

/// Does a JSON text hold more values than the limit? Values are counted by the characters before them.
pub fn has_too_many_values(text: &[u8]) -> bool {
    let mut at = 0;
    let mut values = 0;
    while at < text.len() && values <= MAX_VALUES {
        match text.get(at) {
            Some(b'"') => at = end_of_string(text, at + 1),
            Some(b',' | b'[' | b'{') => values += 1,
            _ => {}
        }
        at += 1;
    }
    values > MAX_VALUES
}

/// Where the string ends whose characters begin there.
pub fn end_of_string(text: &[u8], mut at: usize) -> usize {
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if text.get(at) == Some(&b'"') {
            return at;
        }
        // The character after a backslash is part of the string.
        at += 2;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn large_texts_of_many_values_are_not_read() {
        let many = format!("[{}0]", "0,".repeat(LARGE));
        assert_eq!(parsed::<Value>(&many), None);
        let long = format!("[\"{}\"]", ",".repeat(2 * LARGE));
        assert!(parsed::<Value>(&long).is_some());
        assert!(parsed::<Value>("[0,1]").is_some());
    }
}
