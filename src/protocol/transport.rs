//! [`Lines`]: one JSON-RPC message a line, in both directions.
//!
//! A reader thread and a writer thread, because standard input and output cannot be polled on every
//! system. What is no message is answered here, with the code that JSON-RPC has for it and the id
//! when it can be read; only what `rmcp` understands reaches `rmcp`.
//!
//! May import: `limits`. Absent on purpose: what a method means.

use std::collections::HashMap;
use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use rmcp::RoleServer;
use rmcp::model::{
    ClientNotification, ClientRequest, JsonRpcError, JsonRpcMessage, JsonRpcNotification,
    JsonRpcRequest, JsonRpcResponse, RequestId,
};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::limits::Limits;

/// Messages that may wait in each direction before the other side has to wait.
const WAITING: usize = 64;

/// JSON-RPC: the text is no JSON.
const PARSE_ERROR: i32 = -32700;
/// JSON-RPC: the JSON is no request.
const INVALID_REQUEST: i32 = -32600;
/// JSON-RPC: the parameters are not those of the method.
const INVALID_PARAMS: i32 = -32602;

/// What a client sends.
type Message = RxJsonRpcMessage<RoleServer>;

/// A transport over a pair of byte streams.
pub(super) struct Lines {
    incoming: mpsc::Receiver<Message>,
    outgoing: Option<mpsc::Sender<Vec<u8>>>,
    /// The requests that `rmcp` was given and whose answer is not yet on its way to the writer. Each
    /// holds a permit until then, so that answers which nobody reads do not pile up.
    running: HashMap<RequestId, OwnedSemaphorePermit>,
    room: Arc<Semaphore>,
    /// An answer from here that is still to be sent.
    owed: Option<Unheard>,
}

impl Lines {
    /// The transport, and a receiver that is disconnected when all that was sent has been written.
    pub(super) fn new(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        limits: &Limits,
    ) -> (Self, Receiver<Infallible>) {
        let (to_server, incoming) = mpsc::channel(1);
        let (outgoing, lines) = mpsc::channel(WAITING);
        let reader = Reader {
            input: BufReader::new(input),
            max_bytes: limits.max_message_bytes,
            outgoing: outgoing.clone(),
        };
        // The reader is never joined: it may be blocked on an input that does not end.
        drop(thread::spawn(move || reader.run(&to_server)));
        let (writing, written) = channel();
        drop(thread::spawn(move || {
            write_lines(output, lines);
            drop(writing);
        }));
        let room = Arc::new(Semaphore::new(limits.max_requests_waiting.clamp(1, 100_000)));
        let lines =
            Self { incoming, outgoing: Some(outgoing), running: HashMap::new(), room, owed: None };
        (lines, written)
    }

    /// What of a message concerns `rmcp`, or the answer that it gets from here.
    ///
    /// A second request with an id could not be told apart from the first by its answer. A response
    /// answers nothing, since nothing is asked of clients; and a notification says something only if
    /// it takes back a request that runs. (Before a session begins, `rmcp` would end on either.)
    fn admit(
        &mut self,
        message: Message,
        permit: OwnedSemaphorePermit,
    ) -> Result<Option<Message>, Unheard> {
        let concerns = match &message {
            JsonRpcMessage::Request(JsonRpcRequest { id, .. }) => {
                if self.running.contains_key(id) {
                    let why = "invalid request: the id is that of a request without an answer yet";
                    let id = Some(id.clone().into_json_value());
                    return Err(Unheard::new(id, INVALID_REQUEST, why));
                }
                self.running.insert(id.clone(), permit);
                true
            }
            JsonRpcMessage::Notification(JsonRpcNotification {
                notification: ClientNotification::CancelledNotification(cancelled),
                ..
            }) => {
                let id = cancelled.params.request_id.as_ref();
                id.is_some_and(|id| self.running.remove(id).is_some())
            }
            _ => false,
        };
        Ok(concerns.then_some(message))
    }
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let outgoing = self.outgoing.clone();
        let permit = match &message {
            JsonRpcMessage::Response(JsonRpcResponse { id, .. })
            | JsonRpcMessage::Error(JsonRpcError { id: Some(id), .. }) => self.running.remove(id),
            _ => None,
        };
        async move {
            let outgoing = outgoing.ok_or(io::ErrorKind::BrokenPipe)?;
            let mut line = serde_json::to_vec(&message)?;
            line.push(b'\n');
            let sent = outgoing.send(line).await;
            drop(permit);
            sent.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }

    /// The next message; the end, too, when the client reads no more.
    async fn receive(&mut self) -> Option<Message> {
        loop {
            let outgoing = self.outgoing.clone()?;
            // `rmcp` may drop this future at any `await`: what is owed is kept until it has a place.
            if self.owed.is_some() {
                let place = outgoing.reserve().await.ok()?;
                if let Some(unheard) = self.owed.take() {
                    place.send(unheard.answer());
                }
            }
            let room = Arc::clone(&self.room);
            let permit = tokio::select! {
                permit = room.acquire_owned() => permit.ok()?,
                () = outgoing.closed() => return None,
            };
            let message = tokio::select! {
                message = self.incoming.recv() => message?,
                () = outgoing.closed() => return None,
            };
            match self.admit(message, permit) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(unheard) => self.owed = Some(unheard),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outgoing = None;
        self.incoming.close();
        Ok(())
    }
}

fn write_lines(mut output: impl Write, mut lines: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = lines.blocking_recv() {
        if let Err(error) = output.write_all(&line).and_then(|()| output.flush()) {
            tracing::debug!(%error, "the client reads no more");
            return;
        }
    }
}

struct Reader<R> {
    input: BufReader<R>,
    max_bytes: usize,
    outgoing: mpsc::Sender<Vec<u8>>,
}

enum Line {
    Whole,
    TooLong,
    End,
}

impl<R: Read> Reader<R> {
    fn run(mut self, to_server: &mpsc::Sender<Message>) {
        let mut line = vec![];
        loop {
            let heard = match self.read_line(&mut line) {
                Ok(Line::Whole) if line.iter().all(u8::is_ascii_whitespace) => continue,
                Ok(Line::Whole) => parse(&line),
                Ok(Line::TooLong) => Err(Unheard::too_long(self.max_bytes)),
                Ok(Line::End) | Err(_) => return,
            };
            let sent = match heard {
                Ok(message) => to_server.blocking_send(message).is_ok(),
                Err(unheard) => self.outgoing.blocking_send(unheard.answer()).is_ok(),
            };
            if !sent {
                return;
            }
        }
    }

    /// The next line without its end; the last one counts even if it has none.
    fn read_line(&mut self, line: &mut Vec<u8>) -> io::Result<Line> {
        line.clear();
        let most = self.max_bytes as u64 + 1;
        if self.input.by_ref().take(most).read_until(b'\n', line)? == 0 {
            return Ok(Line::End);
        }
        if line.len() > self.max_bytes && line.last() != Some(&b'\n') {
            self.skip_line()?;
            return Ok(Line::TooLong);
        }
        Ok(Line::Whole)
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let buffer = self.input.fill_buf()?;
            let end = buffer.iter().position(|byte| *byte == b'\n');
            let (used, done) = match end {
                Some(at) => (at + 1, true),
                None => (buffer.len(), buffer.is_empty()),
            };
            self.input.consume(used);
            if done {
                return Ok(());
            }
        }
    }
}

/// A line that is no message.
struct Unheard {
    id: Option<Value>,
    code: i32,
    message: String,
}

impl Unheard {
    fn new(id: Option<Value>, code: i32, message: &str) -> Self {
        Self { id, code, message: message.to_owned() }
    }

    fn too_long(max_bytes: usize) -> Self {
        Self::new(None, INVALID_REQUEST, &format!("the message is longer than {max_bytes} bytes"))
    }

    fn answer(self) -> Vec<u8> {
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

fn parse(line: &[u8]) -> Result<Message, Unheard> {
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
