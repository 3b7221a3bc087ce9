//! [`Outline`]: the ids of messages that cannot be read, and whether they expect an answer.
//!
//! A client waits for the answer to each id that it sent. This scanner finds the id of a line that is too long, too deep or
//! not quite JSON. It takes the line in pieces and holds little of it, wherever the id is: some clients send it last.
//!
//! May import: nothing outside `protocol`.

use serde_json::Value;

use super::invalid::usable;

/// The longest id that is found, in bytes as sent.
const MAX_ID: usize = 2 << 20;
/// The most ids of one line that are kept.
const MAX_IDS: usize = 16;
/// The longest name of a member that is looked at: `jsonrpc` and similar, each letter escaped.
const MAX_KEY: usize = 64;
/// What the methods of all notifications of MCP begin with.
const NOTIFICATIONS: &str = "notifications/";

/// What is known of a line so far.
#[derive(Default)]
pub(super) struct Outline {
    /// Objects and lists that are open.
    depth: u64,
    in_string: bool,
    /// Was the last character of the string a backslash?
    is_escaped: bool,
    /// Is the line a list of messages?
    is_batch: bool,
    part: Part,
    /// The name of the member that is read.
    key: Vec<u8>,
    /// The id or the method as it was sent.
    value: Vec<u8>,
    message: Seen,
    ids: Vec<Value>,
    id_bytes: usize,
    messages: Messages,
}

/// A part of a message, which is an object.
#[derive(Clone, Copy, Default, PartialEq)]
enum Part {
    /// Outside any message.
    #[default]
    Outside,
    Key,
    Id,
    Method,
    OtherValue,
    /// What follows is not looked at.
    End,
}

/// What was seen of one message.
#[derive(Default)]
struct Seen {
    has_id: bool,
    id: Option<Value>,
    method: Method,
    /// Whether it has a `result` or an `error`.
    has_outcome: bool,
}

#[derive(Default, PartialEq)]
enum Method {
    #[default]
    None,
    OfNotification,
    Other,
}

/// What was seen of the messages that have ended.
#[derive(Default, PartialEq)]
enum Messages {
    #[default]
    None,
    /// Responses and notifications, which are never answered.
    Unanswered,
    SomeExpectAnswer,
}

impl Seen {
    fn expects_answer(&self) -> bool {
        let is_response = self.has_outcome && self.method == Method::None;
        let is_notification = !self.has_id && self.method == Method::OfNotification;
        !is_response && !is_notification
    }
}

impl Outline {
    /// Looks at the next piece of the line.
    pub(super) fn feed(&mut self, mut piece: &[u8]) {
        while let Some((byte, rest)) = piece.split_first() {
            if self.part == Part::End {
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

    /// The line has ended: what is known of it.
    pub(super) fn finish(mut self) -> Found {
        // The last message may have no end. Then its last id may not be whole.
        if !matches!(self.part, Part::Outside | Part::End) {
            self.message.has_id |= self.part == Part::Id;
            self.part = Part::End;
            self.end_message();
        }
        Found {
            expects_answer: self.messages != Messages::Unanswered,
            ids: if self.is_batch { vec![] } else { self.ids },
        }
    }

    /// Does the string belong to a name, an id or a method?
    fn is_kept(&self) -> bool {
        self.is_in_message() && matches!(self.part, Part::Key | Part::Id | Part::Method)
    }

    /// Is this the object of a message itself, and nothing inside its members?
    fn is_in_message(&self) -> bool {
        self.depth == self.outside() + 1
    }

    /// The depth between messages.
    fn outside(&self) -> u64 {
        u64::from(self.is_batch)
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
        if self.part == Part::Outside {
            return self.byte_outside(byte);
        }
        let in_message = self.is_in_message();
        match byte {
            b',' if in_message => {
                self.end_member();
                self.part = Part::Key;
            }
            b'}' if in_message => {
                self.end_message();
                self.depth -= 1;
                self.part = Part::Outside;
            }
            b']' if in_message => {
                self.end_message();
                self.part = Part::End;
            }
            b':' if in_message && self.part == Part::Key => self.part = self.part_named(),
            b'"' => {
                self.in_string = true;
                self.keep(byte);
            }
            b'{' | b'[' => {
                self.keep(byte);
                self.depth += 1;
            }
            b'}' | b']' => self.depth -= 1,
            _ => self.keep(byte),
        }
    }

    /// Looks at a byte before, between or after messages.
    fn byte_outside(&mut self, byte: u8) {
        let is_first = self.depth == 0 && self.messages == Messages::None;
        match byte {
            b'{' if self.depth == self.outside() => {
                self.depth += 1;
                self.part = Part::Key;
                self.message = Seen::default();
            }
            b'[' if is_first && !self.is_batch => (self.is_batch, self.depth) = (true, 1),
            byte if byte.is_ascii_whitespace() => {}
            _ if self.depth == 0 => self.part = Part::End,
            // What else a batch holds is not a message, and gets the answer of the batch.
            b',' if self.depth == 1 => {}
            b']' if self.depth == 1 => self.part = Part::End,
            b'"' => {
                self.messages = Messages::SomeExpectAnswer;
                self.in_string = true;
            }
            b'{' | b'[' => {
                self.messages = Messages::SomeExpectAnswer;
                self.depth += 1;
            }
            b'}' | b']' if self.depth > 1 => self.depth -= 1,
            _ => self.messages = Messages::SomeExpectAnswer,
        }
    }

    /// Keeps a byte of a name or value that may be needed, up to a limit.
    fn keep(&mut self, byte: u8) {
        let (kept, most) = match self.part {
            Part::Key if self.is_in_message() => (&mut self.key, MAX_KEY),
            Part::Id | Part::Method if self.is_in_message() => (&mut self.value, MAX_ID),
            _ => return,
        };
        let is_blank = byte.is_ascii_whitespace() && kept.is_empty();
        if kept.len() <= most && !is_blank {
            kept.push(byte);
        }
    }

    /// What the value is whose name was read.
    fn part_named(&mut self) -> Part {
        let name = serde_json::from_slice::<String>(&self.key).unwrap_or_default();
        match name.as_str() {
            "id" => Part::Id,
            "method" => Part::Method,
            "result" | "error" => {
                self.message.has_outcome = true;
                Part::OtherValue
            }
            _ => Part::OtherValue,
        }
    }

    fn end_member(&mut self) {
        match self.part {
            Part::Id => {
                self.message.has_id = true;
                if self.message.id.is_none() && self.value.len() <= MAX_ID {
                    let id = serde_json::from_slice::<Value>(&self.value).ok();
                    self.message.id = id.as_ref().and_then(usable);
                }
            }
            Part::Method => {
                let method = serde_json::from_slice::<String>(&self.value).unwrap_or_default();
                let is_notification = method.starts_with(NOTIFICATIONS);
                self.message.method =
                    if is_notification { Method::OfNotification } else { Method::Other };
            }
            _ => {}
        }
        self.key.clear();
        self.value.clear();
    }

    fn end_message(&mut self) {
        self.end_member();
        let message = std::mem::take(&mut self.message);
        if message.expects_answer() {
            self.messages = Messages::SomeExpectAnswer;
            if let Some(id) = message.id {
                self.id_bytes += id.as_str().map_or(0, str::len);
                if self.ids.len() < MAX_IDS && self.id_bytes <= MAX_ID {
                    self.ids.push(id);
                }
            }
        } else if self.messages == Messages::None {
            self.messages = Messages::Unanswered;
        }
    }
}

/// What is known of a line that cannot be read.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    /// Whether the client waits for an answer: not if all that the line holds are responses and notifications.
    pub(super) expects_answer: bool,
    /// The ids to answer under: one a message. None for a batch, which is answered as a whole.
    pub(super) ids: Vec<Value>,
}

/// What is known of a whole line.
pub(super) fn found_in(line: &[u8]) -> Found {
    let mut outline = Outline::default();
    outline.feed(line);
    outline.finish()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn first_id(line: &[u8]) -> Option<Value> {
        found_in(line).ids.into_iter().next()
    }

    #[test]
    fn the_id_is_found_wherever_it_is() {
        for (line, id) in [
            (r#"{"jsonrpc":"2.0","id":7,"method":"x"}"#, json!(7)),
            (r#"{"method":"x","params":{"id":1,"a":[{"id":2}]},"jsonrpc":"2.0","id":7}"#, json!(7)),
            (r#"{"params":"\\","id":-3}"#, json!(-3)),
            (r#"{"params":"\",\"id\":5,\"","id":7,"x":1e999}"#, json!(7)),
            (r#"{"id":7,"x":{"#, json!(7)),
            (r#"{"id":7]}}"#, json!(7)),
            (r#"{"id":7,]]}}]"#, json!(7)),
            (r#"{"id":7} x"#, json!(7)),
            (r#"{"id":1,"id":2}"#, json!(1)),
            (r#"{"id":null,"id":2}"#, json!(2)),
            (r#"{"\u0069d":7,"x":NaN}"#, json!(7)),
            (r#"{ "\u0069\u0064" : "\u0061" ,"#, json!("a")),
            (r#"{"id":1.0,"#, json!(1)),
            (r#"{} {"id":7}"#, json!(7)),
            ("{\"id\":\"\u{e9}\"}", json!("\u{e9}")),
        ] {
            assert_eq!(first_id(line.as_bytes()), Some(id.clone()), "{line}");
            let mut outline = Outline::default();
            line.as_bytes().chunks(1).for_each(|byte| outline.feed(byte));
            assert_eq!(outline.finish().ids.first(), Some(&id), "byte by byte: {line}");
        }
    }

    #[test]
    fn what_is_no_id_of_this_message_is_not_taken_for_it() {
        for line in [
            "",
            "[{\"id\":7}]",
            "\"id\":7",
            r#"{"id":"#,
            r#"{"id":7"#,
            r#"{"id":"a"#,
            r#"{"id":null,"x":1}"#,
            r#"{"id":1.5}"#,
            r#"{"id":{"id":7}}"#,
            r#"{"id":7 8}"#,
            r#"{"id":"\ud800"}"#,
            r#"{"x":"\"id\":7,"}"#,
            r#"x{"id":7}"#,
        ] {
            assert_eq!(first_id(line.as_bytes()), None, "{line}");
        }
        let long = format!("{{\"id\":\"{}\"}}", "x".repeat(MAX_ID));
        assert_eq!(first_id(long.as_bytes()), None);
    }

    #[test]
    fn little_of_a_line_is_held() {
        let mut outline = Outline::default();
        outline.feed(b"{\"");
        for _ in 0..1_000 {
            outline.feed(&[b'k'; 1_000]);
        }
        outline.feed(b"\":1,\"id\":\"");
        for _ in 0..5_000 {
            outline.feed(&[b'i'; 1_000]);
        }
        assert!(outline.key.capacity() < 4 * MAX_KEY && outline.value.capacity() < 3 * MAX_ID);
    }

    #[test]
    fn responses_and_notifications_expect_no_answer() {
        for (line, expects) in [
            (r#"{"id":7,"result":{"x":NaN}}"#, false),
            (r#"{"error":{"code":1},"id":7"#, false),
            (r#"{"r\u0065sult":1,"id":7}"#, false),
            (r#"{"method":"notifications/x","params":["#, false),
            (r#"{"method":"notifications\/x","params":["#, false),
            (r#"[{"id":7,"result":1},{"method":"notifications/x"}]"#, false),
            (r#"[{"id":7,"result":1},{"id":8,"method":"x"}]"#, true),
            (r#"[{"id":7,"result":1},[{"id":1}]]"#, true),
            ("[]", true),
            ("x", true),
            (r#"{"id":7,"result":1,"method":"x"}"#, true),
            (r#"{"id":7,"params":{"result":1}}"#, true),
            (r#"{"id":null,"method":"notifications/x"}"#, true),
            (r#"{"method":"tools/list","params":["#, true),
        ] {
            assert_eq!(found_in(line.as_bytes()).expects_answer, expects, "{line}");
            let mut outline = Outline::default();
            line.as_bytes().chunks(1).for_each(|byte| outline.feed(byte));
            assert_eq!(outline.finish().expects_answer, expects, "byte by byte: {line}");
        }
    }

    #[test]
    fn each_message_of_a_line_is_found_up_to_a_bound() {
        let line = r#"{"id":1}{"id":"b"} {"id":3,"result":1}{"id":4}"#;
        assert_eq!(found_in(line.as_bytes()).ids, [json!(1), json!("b"), json!(4)]);
        assert_eq!(found_in(r#"{"id":7}"#.repeat(100_000).as_bytes()).ids.len(), MAX_IDS);
        let long = format!(r#"{{"id":"{}"}}"#, "x".repeat(MAX_ID / 2)).repeat(5);
        assert_eq!(found_in(long.as_bytes()).ids.len(), 2);
    }
}
