//! [`Lines`]: one JSON-RPC message a line, in both directions.
//!
//! A reader thread and a writer thread, because standard input and output cannot be polled on every
//! system. What is no message is answered here, with the code that JSON-RPC has for it and the id
//! when it can be read; only what `rmcp` understands reaches `rmcp`.
//!
//! May import: nothing of this crate. Absent on purpose: what a method means.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::thread::{self, JoinHandle};

use rmcp::RoleServer;
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use serde_json::{Value, json};
use tokio::sync::mpsc;

/// Messages that may wait in each direction before the other side has to wait.
const WAITING: usize = 64;

/// JSON-RPC: the text is no JSON.
const PARSE_ERROR: i32 = -32700;
/// JSON-RPC: the JSON is no request.
const INVALID_REQUEST: i32 = -32600;

/// A transport over a pair of byte streams.
pub(super) struct Lines {
    incoming: mpsc::Receiver<RxJsonRpcMessage<RoleServer>>,
    outgoing: Option<mpsc::Sender<Vec<u8>>>,
    writer: Option<JoinHandle<()>>,
}

impl Lines {
    pub(super) fn new(
        input: impl Read + Send + 'static,
        output: impl Write + Send + 'static,
        max_bytes: usize,
    ) -> Self {
        let (to_server, incoming) = mpsc::channel(WAITING);
        let (outgoing, lines) = mpsc::channel(WAITING);
        let reader = Reader { input: BufReader::new(input), max_bytes, outgoing: outgoing.clone() };
        // The reader is never joined: it may be blocked on an input that does not end.
        drop(thread::spawn(move || reader.run(&to_server)));
        let writer = thread::spawn(move || write_lines(output, lines));
        Self { incoming, outgoing: Some(outgoing), writer: Some(writer) }
    }
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let outgoing = self.outgoing.clone();
        async move {
            let outgoing = outgoing.ok_or(io::ErrorKind::BrokenPipe)?;
            let mut line = serde_json::to_vec(&message)?;
            line.push(b'\n');
            outgoing.send(line).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
        }
    }

    async fn receive(&mut self) -> Option<RxJsonRpcMessage<RoleServer>> {
        self.incoming.recv().await
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outgoing = None;
        self.incoming.close();
        if let Some(writer) = self.writer.take() {
            // Everything that was answered shall have been written.
            let _ = tokio::task::spawn_blocking(move || writer.join()).await;
        }
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
    fn run(mut self, to_server: &mpsc::Sender<RxJsonRpcMessage<RoleServer>>) {
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

fn parse(line: &[u8]) -> Result<RxJsonRpcMessage<RoleServer>, Unheard> {
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
