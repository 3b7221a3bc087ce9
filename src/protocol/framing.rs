//! [`Input`]: bytes become messages, a line each.
//!
//! What is no message gets its answer from here: the code that JSON-RPC has for it, and the id when it
//! can be read. Only what `rmcp` can read reaches `rmcp`.
//!
//! May import: nothing outside `protocol`. This module does not know what a method means.

use std::ops::Range;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{CallToolRequest, ClientRequest, JsonRpcMessage, JsonRpcRequest};
use rmcp::service::RxJsonRpcMessage;
use serde_json::{Value, json};

use super::stream::Stream;

/// JSON-RPC: the text is no JSON.
const PARSE_ERROR: i32 = -32700;
/// JSON-RPC: the JSON is no request.
pub(super) const INVALID_REQUEST: i32 = -32600;
/// JSON-RPC: the parameters are not those of the method.
const INVALID_PARAMS: i32 = -32602;
/// Lines of more bytes than that are looked through before they are read: what they hold may take many times as much.
const LARGE: usize = 1 << 20;
/// Most values in a large line. A number takes two bytes of it, and thirty-two or more of memory.
const MAX_VALUES: usize = 200_000;
/// Bytes read at a time.
const CHUNK: usize = 32 << 10;
/// Bytes of memory that are kept from one message to the next.
const KEPT: usize = 1 << 20;

/// What a client sends.
pub(super) type Message = RxJsonRpcMessage<RoleServer>;

/// What a client sends, line by line.
pub(super) struct Input {
    stream: Arc<Stream>,
    max_bytes: usize,
    chunk: Vec<u8>,
    /// What of the chunk was not looked at yet.
    unread: Range<usize>,
    /// What there is of the line; never more than `max_bytes`.
    line: Vec<u8>,
    /// How long the last line was.
    heard_bytes: usize,
    /// Was the rest of it dropped, because it is too long?
    is_cut: bool,
    has_ended: bool,
}

impl Input {
    pub(super) fn new(stream: Arc<Stream>, max_bytes: usize) -> Self {
        let (chunk, line) = (vec![0; CHUNK], vec![]);
        Self {
            stream,
            max_bytes,
            chunk,
            unread: 0..0,
            line,
            heard_bytes: 0,
            is_cut: false,
            has_ended: false,
        }
    }

    /// The next message, or the answer to what is none; nothing at the end. The last line counts even
    /// if it has no end. Nothing is lost when this is dropped before it is ready.
    pub(super) async fn next(&mut self) -> Option<Result<Message, Unheard>> {
        loop {
            let is_whole = self.take_up();
            if (is_whole || self.has_ended)
                && let Some(heard) = self.heard()
            {
                return Some(heard);
            }
            if self.unread.is_empty() {
                if self.has_ended {
                    return None;
                }
                match self.stream.read(&mut self.chunk).await {
                    Ok(0) | Err(_) => self.has_ended = true,
                    Ok(read) => self.unread = 0..read,
                }
            }
        }
    }

    /// How many bytes the last message had.
    pub(super) fn heard_bytes(&self) -> usize {
        self.heard_bytes
    }

    /// Has the client closed its end? There may still be bytes to read.
    pub(super) fn has_hung_up(&self) -> bool {
        self.stream.has_hung_up()
    }

    /// Moves bytes from the chunk to the line, as many as belong to it. Is it whole now?
    fn take_up(&mut self) -> bool {
        let unread = self.chunk.get(self.unread.clone()).unwrap_or_default();
        let end = memchr::memchr(b'\n', unread);
        let of_line = unread.get(..end.unwrap_or(unread.len())).unwrap_or_default();
        let room = self.max_bytes - self.line.len();
        self.is_cut |= of_line.len() > room;
        self.line.extend_from_slice(of_line.get(..room).unwrap_or(of_line));
        self.unread.start += of_line.len() + usize::from(end.is_some());
        end.is_some()
    }

    /// What the line says; nothing if it is blank. Makes room for the next one.
    fn heard(&mut self) -> Option<Result<Message, Unheard>> {
        let heard = if std::mem::take(&mut self.is_cut) {
            Some(Err(Unheard::too_long(self.max_bytes)))
        } else {
            (!self.line.iter().all(u8::is_ascii_whitespace)).then(|| parse(&self.line))
        };
        self.heard_bytes = self.line.len();
        self.line.clear();
        self.line.shrink_to(KEPT);
        heard
    }
}

/// A line that is no message.
pub(super) struct Unheard {
    id: Option<Value>,
    code: i32,
    message: String,
}

impl Unheard {
    pub(super) fn new(id: Option<Value>, code: i32, message: &str) -> Self {
        Self { id, code, message: message.to_owned() }
    }

    fn too_long(max_bytes: usize) -> Self {
        Self::new(None, INVALID_REQUEST, &format!("the message is longer than {max_bytes} bytes"))
    }

    pub(super) fn answer(self) -> Vec<u8> {
        let mut answer =
            json!({"jsonrpc": "2.0", "error": {"code": self.code, "message": self.message}});
        if let (Some(id), Some(object)) = (self.id, answer.as_object_mut()) {
            object.insert("id".into(), id);
        }
        let mut line = answer.to_string().into_bytes();
        line.push(b'\n');
        line
    }
}

/// Are there more values in a line than one may hold? A value is counted by what stands before it.
fn has_too_many_values(line: &[u8]) -> bool {
    let (mut at, mut values) = (0, 0);
    while at < line.len() && values <= MAX_VALUES {
        match line.get(at) {
            Some(b'"') => at = end_of_string(line, at + 1),
            Some(b',' | b'[' | b'{') => values += 1,
            _ => {}
        }
        at += 1;
    }
    values > MAX_VALUES
}

/// Where the string ends whose characters begin there.
fn end_of_string(line: &[u8], mut at: usize) -> usize {
    while let Some(found) = line.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        at += found;
        if line.get(at) == Some(&b'"') {
            return at;
        }
        // The character after a backslash is part of the string.
        at += 2;
    }
    line.len()
}

fn parse(line: &[u8]) -> Result<Message, Unheard> {
    if line.len() > LARGE && has_too_many_values(line) {
        let why = format!("the message holds more than {MAX_VALUES} values");
        return Err(Unheard::new(None, INVALID_REQUEST, &why));
    }
    // `rmcp` tries every kind of message in turn. Nearly all are of this one, so it comes first.
    if let Ok(JsonRpcRequest { jsonrpc, id, request }) =
        serde_json::from_slice::<JsonRpcRequest<CallToolRequest>>(line)
    {
        let request = ClientRequest::CallToolRequest(request);
        return Ok(JsonRpcMessage::Request(JsonRpcRequest { jsonrpc, id, request }));
    }
    // The short way, for what is well-formed. A list may still have a cursor that `rmcp` overlooks.
    match serde_json::from_slice::<Message>(line) {
        Ok(JsonRpcMessage::Request(JsonRpcRequest {
            request: ClientRequest::ListToolsRequest(_),
            ..
        }))
        | Err(_) => {}
        Ok(message) => return Ok(message),
    }
    let value: Value = serde_json::from_slice(line).map_err(|_| {
        Unheard::new(None, PARSE_ERROR, "parse error: the line is not one JSON value in UTF-8")
    })?;
    let Some(object) = value.as_object() else {
        return Err(Unheard::new(
            None,
            INVALID_REQUEST,
            "invalid request: a message is one JSON object",
        ));
    };
    let id = object.get("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64()).cloned();
    // `rmcp` would take a cursor of the wrong kind for none, and give the first page again.
    let cursor = object.get("params").and_then(|params| params.get("cursor"));
    if cursor.is_some_and(|cursor| !cursor.is_string()) {
        return Err(Unheard::new(id, INVALID_PARAMS, "invalid cursor: it is not a string"));
    }
    let has_method = object.get("method").is_some_and(Value::is_string);
    serde_json::from_value(value).map_err(|_| {
        let why = if has_method {
            "the message does not have the form of its kind"
        } else {
            "`method` is missing"
        };
        Unheard::new(id, INVALID_REQUEST, &format!("invalid request: {why}"))
    })
}
