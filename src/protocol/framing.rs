//! [`Input`]: bytes become messages, a line each.
//!
//! A line that is not a message gets its answer from here: the code that JSON-RPC has for it, and the id wherever one can be
//! found. Only what `rmcp` can read reaches `rmcp`.
//!
//! May import: nothing outside `protocol`. This module does not know what a method means.

use std::ops::Range;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{CallToolRequest, ClientRequest, JsonRpcMessage, JsonRpcRequest};
use rmcp::service::RxJsonRpcMessage;
use serde_json::{Value, json};

use super::mending::{end_of_string, mend};
use super::outline::{Outline, id_of, outline_of};
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

/// A mark that some programs of Windows put before what they write.
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

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
    /// What is known of a line that is too long, since its rest is dropped.
    cut: Option<Outline>,
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
            cut: None,
            has_ended: false,
        }
    }

    /// The next message, or the answer to what is none; nothing at the end. The last line counts even
    /// if it has no end. Nothing is lost when this is dropped before it is ready.
    pub(super) async fn next(&mut self) -> Option<Result<Message, InvalidLine>> {
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
        if of_line.len() > room && self.cut.is_none() {
            let mut outline = Outline::default();
            outline.feed(without_mark(&self.line));
            self.cut = Some(outline);
        }
        match &mut self.cut {
            Some(outline) => outline.feed(of_line),
            None => self.line.extend_from_slice(of_line),
        }
        self.unread.start += of_line.len() + usize::from(end.is_some());
        end.is_some()
    }

    /// What the line says; nothing if it is blank. Makes room for the next one.
    fn heard(&mut self) -> Option<Result<Message, InvalidLine>> {
        let mark = self.line.len() - without_mark(&self.line).len();
        let line = self.line.get_mut(mark..).unwrap_or_default();
        let heard = if let Some(outline) = self.cut.take() {
            Some(Err(InvalidLine::too_long(outline.id(), self.max_bytes)))
        } else {
            (!line.iter().all(u8::is_ascii_whitespace)).then(|| parse(line))
        };
        self.heard_bytes = self.line.len();
        self.line.clear();
        self.line.shrink_to(KEPT);
        heard
    }
}

/// A line that is no message.
pub(super) struct InvalidLine {
    id: Option<Value>,
    code: i32,
    message: String,
}

impl InvalidLine {
    pub(super) fn new(id: Option<Value>, code: i32, message: &str) -> Self {
        Self { id, code, message: message.to_owned() }
    }

    fn too_long(id: Option<Value>, max_bytes: usize) -> Self {
        Self::new(id, INVALID_REQUEST, &format!("the message is longer than {max_bytes} bytes"))
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

/// A line without the mark that some programs put before the first one, and without the NUL that a line end in UTF-16 leaves.
fn without_mark(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\0").unwrap_or(line);
    line.strip_prefix(UTF8_MARK).unwrap_or(line)
}

/// Is it UTF-16, with a mark or by its many NULs?
fn is_utf16(line: &[u8]) -> bool {
    let has_mark = line.starts_with(b"\xFF\xFE") || line.starts_with(b"\xFE\xFF");
    has_mark || line.iter().take(4).filter(|byte| **byte == 0).count() > 1
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

fn parse(line: &mut [u8]) -> Result<Message, InvalidLine> {
    if line.len() > LARGE && has_too_many_values(line) {
        let why = format!("the message holds more than {MAX_VALUES} values");
        return Err(InvalidLine::new(id_of(line), INVALID_REQUEST, &why));
    }
    // `rmcp` tries every kind of message in turn. Nearly all are of this one, so it comes first.
    if let Some(call) = call(line) {
        return Ok(call);
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
    match serde_json::from_slice(line) {
        Ok(value) => read(value, outline_of(line).has_several_ids()),
        Err(_) => mended(line),
    }
}

/// A call of a tool, which is what nearly every line is.
fn call(line: &[u8]) -> Option<Message> {
    let JsonRpcRequest { jsonrpc, id, request } =
        serde_json::from_slice::<JsonRpcRequest<CallToolRequest>>(line).ok()?;
    let request = ClientRequest::CallToolRequest(request);
    Some(JsonRpcMessage::Request(JsonRpcRequest { jsonrpc, id, request }))
}

/// The message that a JSON value is, which `rmcp` could not read at once.
fn read(mut value: Value, has_several_ids: bool) -> Result<Message, InvalidLine> {
    let Some(object) = value.as_object_mut() else {
        let why = "invalid request: a message is one JSON object, and there are no batches";
        return Err(InvalidLine::new(None, INVALID_REQUEST, why));
    };
    // Clients send `null` for what they leave out.
    if object.get("params").is_some_and(Value::is_null) {
        object.remove("params");
    }
    if let Some(Value::Object(params)) = object.get_mut("params") {
        params.retain(|_, value| !value.is_null());
    }
    if has_several_ids {
        let why = "invalid request: the message has several ids";
        return Err(InvalidLine::new(None, INVALID_REQUEST, why));
    }
    let id = object.get("id").filter(|id| id.is_string() || id.is_i64() || id.is_u64()).cloned();
    // `rmcp` would take a cursor of the wrong kind for none, and give the first page again.
    let cursor = object.get("params").and_then(|params| params.get("cursor"));
    if cursor.is_some_and(|cursor| !cursor.is_string()) {
        return Err(InvalidLine::new(id, INVALID_PARAMS, "invalid cursor: it is not a string"));
    }
    let has_method = object.get("method").is_some_and(Value::is_string);
    serde_json::from_value(value).map_err(|_| {
        let why = if has_method {
            "the message does not have the form of its kind"
        } else {
            "`method` is missing"
        };
        InvalidLine::new(id, INVALID_REQUEST, &format!("invalid request: {why}"))
    })
}

/// Repairs a line that is not quite JSON into a call marked to be refused; otherwise returns the error to answer.
fn mended(line: &mut [u8]) -> Result<Message, InvalidLine> {
    if is_utf16(line) {
        let ascii: Vec<u8> =
            line.iter().filter(|byte| !b"\0\xFE\xFF".contains(byte)).copied().collect();
        let why = "parse error: the line is UTF-16; messages are UTF-8 \
            (PowerShell: $OutputEncoding = [Text.UTF8Encoding]::new())";
        return Err(InvalidLine::new(id_of(&ascii), PARSE_ERROR, why));
    }
    let id = id_of(line);
    if let Some(unreadable) = mend(line)
        && id.is_some()
        && let Some(JsonRpcMessage::Request(mut request)) = call(line)
    {
        if let ClientRequest::CallToolRequest(request) = &mut request.request {
            request.extensions.insert(unreadable);
        }
        return Ok(JsonRpcMessage::Request(request));
    }
    let why = "parse error: the line is not one JSON value in UTF-8, nested at most 127 deep";
    Err(InvalidLine::new(id, PARSE_ERROR, why))
}
