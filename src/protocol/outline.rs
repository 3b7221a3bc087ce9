//! [`Outline`]: the id of a message that cannot be read as one.
//!
//! A client waits for the answer to each id that it sent. This scanner finds the id of a line that is too long, too deep or
//! not quite JSON. It takes the line in pieces and holds little of it, wherever the id is: some clients send it last.
//!
//! May import: nothing outside `protocol`.

use serde_json::Value;

/// The longest id that is found, in bytes as sent.
const MAX_ID: usize = 1 << 10;
/// The longest name of a member that is told from `id`.
const MAX_KEY: usize = 8;

/// What is known of a line so far.
#[derive(Default)]
pub(super) struct Outline {
    /// Objects and lists that are open.
    depth: u64,
    in_string: bool,
    /// Was the last character of the string a backslash?
    is_escaped: bool,
    /// What the outermost object says now.
    part: Part,
    /// The name of its member.
    key: Vec<u8>,
    /// The id as it was sent.
    id: Vec<u8>,
    found: Found,
}

/// A part of the outermost object.
#[derive(Clone, Copy, Default, PartialEq)]
enum Part {
    /// Nothing yet.
    #[default]
    Before,
    Key,
    Id,
    OtherValue,
    /// The object has ended, or there is none.
    After,
}

#[derive(Default, PartialEq)]
enum Found {
    #[default]
    Nothing,
    Id(Value),
    /// One that is neither a text nor a whole number, or a very long one.
    Unusable,
    Several,
}

impl Outline {
    /// Looks at the next piece of the line.
    pub(super) fn feed(&mut self, mut piece: &[u8]) {
        while let Some((byte, rest)) = piece.split_first() {
            if self.part == Part::After {
                return;
            }
            piece = rest;
            if self.in_string {
                self.string_byte(*byte);
                // What lies in other strings is passed over.
                if self.in_string && !self.is_escaped && !self.is_kept() {
                    let next = memchr::memchr2(b'"', b'\\', piece).unwrap_or(piece.len());
                    piece = piece.get(next..).unwrap_or_default();
                }
            } else {
                self.byte(*byte);
            }
        }
    }

    /// The id of the message, if it has one that an answer can carry.
    pub(super) fn id(self) -> Option<Value> {
        match self.found {
            Found::Id(id) => Some(id),
            Found::Nothing | Found::Unusable | Found::Several => None,
        }
    }

    /// Does the message name its id more than once?
    pub(super) fn has_several_ids(&self) -> bool {
        self.found == Found::Several
    }

    /// Does the string belong to a name or an id?
    fn is_kept(&self) -> bool {
        self.depth == 1 && matches!(self.part, Part::Key | Part::Id)
    }

    fn string_byte(&mut self, byte: u8) {
        self.keep(byte);
        match byte {
            _ if self.is_escaped => self.is_escaped = false,
            b'\\' => self.is_escaped = true,
            b'"' => self.in_string = false,
            _ => {}
        }
    }

    fn byte(&mut self, byte: u8) {
        match (byte, self.depth) {
            (b'{', 0) => (self.depth, self.part) = (1, Part::Key),
            (byte, 0) if byte.is_ascii_whitespace() => {}
            (_, 0) => self.part = Part::After,
            (b',' | b'}', 1) => {
                self.end_member();
                self.part = if byte == b',' { Part::Key } else { Part::After };
            }
            (b':', 1) if self.part == Part::Key => {
                self.part = if self.key.trim_ascii_end() == b"\"id\"" {
                    Part::Id
                } else {
                    Part::OtherValue
                };
            }
            (b'"', _) => {
                self.in_string = true;
                self.keep(byte);
            }
            (b'{' | b'[', _) => {
                self.keep(byte);
                self.depth += 1;
            }
            (b'}' | b']', _) => self.depth -= 1,
            _ => self.keep(byte),
        }
    }

    /// Keeps a byte of a name or an id, as far as it may be one.
    fn keep(&mut self, byte: u8) {
        let (kept, most) = match self.part {
            Part::Key if self.depth == 1 => (&mut self.key, MAX_KEY),
            Part::Id if self.depth == 1 => (&mut self.id, MAX_ID),
            _ => return,
        };
        let is_blank = byte.is_ascii_whitespace() && kept.is_empty();
        if kept.len() <= most && !is_blank {
            kept.push(byte);
        }
    }

    fn end_member(&mut self) {
        if self.part == Part::Id {
            let id = serde_json::from_slice::<Value>(&self.id).ok();
            let id = id.filter(|id| id.is_string() || id.is_i64() || id.is_u64());
            self.found = match (id, &self.found) {
                (Some(id), Found::Nothing) if self.id.len() <= MAX_ID => Found::Id(id),
                (None, Found::Nothing) => Found::Unusable,
                _ => Found::Several,
            };
        }
        self.key.clear();
        self.id.clear();
    }
}

/// The id of a whole line.
pub(super) fn id_of(line: &[u8]) -> Option<Value> {
    outline_of(line).id()
}

/// What is known of a whole line.
pub(super) fn outline_of(line: &[u8]) -> Outline {
    let mut outline = Outline::default();
    outline.feed(line);
    outline
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_id_is_found_wherever_it_is() {
        for (line, id) in [
            (r#"{"jsonrpc":"2.0","id":7,"method":"x"}"#, json!(7)),
            (r#"{"method":"x","params":{"id":1,"a":[{"id":2}]},"jsonrpc":"2.0","id":7}"#, json!(7)),
            (r#" { "id" : "a\"b,}" , "method":"#, json!("a\"b,}")),
            (r#"{"params":"\\","id":-3}"#, json!(-3)),
            (r#"{"params":"\",\"id\":5,\"","id":7,"x":1e999}"#, json!(7)),
            (r#"{"id":7,"x":{"#, json!(7)),
            (r#"{"id":7}}"#, json!(7)),
            (r#"{"id":7} x"#, json!(7)),
            ("{\"id\":\"\u{e9}\"}", json!("\u{e9}")),
        ] {
            assert_eq!(id_of(line.as_bytes()), Some(id.clone()), "{line}");
            let mut outline = Outline::default();
            line.as_bytes().chunks(1).for_each(|byte| outline.feed(byte));
            assert_eq!(outline.id(), Some(id), "byte by byte: {line}");
        }
    }

    #[test]
    fn what_is_no_id_of_this_message_is_not_taken_for_it() {
        for line in [
            "",
            "x",
            "[{\"id\":7}]",
            "\"id\":7",
            r#"{"id":7"#,
            r#"{"id":"#,
            r#"{"id":null,"x":1}"#,
            r#"{"id":1.5}"#,
            r#"{"id":01}"#,
            r#"{"id":1e999}"#,
            r#"{"id":[7]}"#,
            r#"{"id":{"id":7}}"#,
            r#"{"id":7 8}"#,
            r#"{"id":1,"id":2}"#,
            r#"{"id":"\ud800"}"#,
            r#"{"x":{"id":7}}"#,
            r#"{"x":"\"id\":7,"}"#,
            r#"x{"id":7}"#,
            r#"{} {"id":7}"#,
        ] {
            assert_eq!(id_of(line.as_bytes()), None, "{line}");
        }
        let long = format!("{{\"id\":\"{}\"}}", "x".repeat(MAX_ID));
        assert_eq!(id_of(long.as_bytes()), None);
    }

    #[test]
    fn little_of_a_line_is_held() {
        let mut outline = Outline::default();
        outline.feed(b"{\"");
        for _ in 0..1_000 {
            outline.feed(&[b'k'; 1_000]);
        }
        outline.feed(b"\":1,\"id\":\"");
        for _ in 0..1_000 {
            outline.feed(&[b'i'; 1_000]);
        }
        assert!(outline.key.capacity() < 64 && outline.id.capacity() < 4 * MAX_ID);
    }
}
