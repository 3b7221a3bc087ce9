//! [`Lines`]: the transport between a client and `rmcp`, one JSON-RPC message a line.
//!
//! Only what means something to `rmcp` reaches it; the rest is answered here. Answers leave in the
//! order in which they are ready, each whole.
//!
//! May import: `limits`. This module does not know what a method means.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{
    ClientNotification, JsonRpcError, JsonRpcMessage, JsonRpcNotification, JsonRpcRequest,
    JsonRpcResponse,
};
use rmcp::service::TxJsonRpcMessage;
use rmcp::transport::Transport;
use tokio::sync::{OwnedSemaphorePermit, mpsc};
use tokio::task::JoinHandle;

use super::framing::Input;
use super::invalid::{INVALID_REQUEST, InvalidLine};
use super::message::Message;
use super::room::{Place, Room};
use super::stream::Stream;
use crate::limits::Limits;

/// Answers that may wait to be written before the calls that make them have to.
const WAITING: usize = 64;
/// Bytes that most answers fit in.
const USUAL: usize = 1 << 10;
/// Bytes that are written at a time.
const CHUNK: usize = 64 << 10;

/// A transport over a pair of byte streams.
pub(super) struct Lines {
    input: Input,
    outgoing: Option<mpsc::Sender<Line>>,
    room: Room,
    /// A request that was read and for which there was no room yet.
    held_back: Option<Message>,
    /// An answer from here that is still to be sent.
    owed: Option<Vec<u8>>,
    idle: Idle,
}

/// An answer on its way, and the room that it takes.
struct Line {
    bytes: Vec<u8>,
    _room: Option<OwnedSemaphorePermit>,
}

impl Lines {
    /// The transport, and the task that writes; it ends when all that was sent has been written, or
    /// the client reads no more.
    pub(super) fn new(
        input: Stream,
        output: Stream,
        room: Room,
        limits: &Limits,
    ) -> (Self, JoinHandle<()>) {
        let (outgoing, lines) = mpsc::channel(WAITING);
        let input = Input::new(Arc::new(input), limits.max_message_bytes);
        let idle = Idle::new(Duration::from_millis(limits.drain_ms));
        let writer = tokio::spawn(write(output, lines, Arc::clone(&idle.written)));
        let outgoing = Some(outgoing);
        let held_back = None;
        (Self { input, outgoing, room, held_back, owed: None, idle }, writer)
    }

    /// What of a message concerns `rmcp`, or the answer that it gets from here.
    ///
    /// A second request with an id could not be told apart from the first by its answer, even if the first was cancelled. A response
    /// answers nothing, since nothing is asked of clients; and a notification means something only if
    /// it cancels a request that runs. (Before a session begins, `rmcp` would end on either.)
    fn admit(
        &mut self,
        message: Message,
        place: Option<Place>,
    ) -> Result<Option<Message>, InvalidLine> {
        let concerns = match &message {
            JsonRpcMessage::Request(JsonRpcRequest { id, .. }) => {
                if !place.is_some_and(|place| self.room.enter(id, place)) {
                    let why = "invalid request: the id is that of a request without an answer yet";
                    let id = Some(id.clone().into_json_value());
                    return Err(InvalidLine::new(id, INVALID_REQUEST, why));
                }
                true
            }
            JsonRpcMessage::Notification(JsonRpcNotification {
                notification: ClientNotification::CancelledNotification(cancelled),
                ..
            }) => {
                let id = cancelled.params.request_id.as_ref();
                id.is_some_and(|id| self.room.cancel(id))
            }
            _ => false,
        };
        Ok(concerns.then_some(message))
    }

    /// The next message with its place in the room, or the answer to what is not one. `None` at the end of the input.
    async fn next(&mut self) -> Option<Result<(Message, Option<Place>), InvalidLine>> {
        if self.held_back.is_none() {
            match self.input.next().await? {
                Err(unheard) => return Some(Err(unheard)),
                Ok(message @ JsonRpcMessage::Request(_)) => self.held_back = Some(message),
                // It takes no place. A cancellation has to be read when every place is taken, since it frees one.
                Ok(message) => return Some(Ok((message, None))),
            }
        }
        // `rmcp` may drop this future at any `await`: what was read is kept until it has a place.
        let request = self.room.request();
        let request = self.idle.unless_abandoned(&self.input, request).await??;
        let bytes = self.room.request_bytes(self.input.heard_bytes());
        let bytes = self.idle.unless_abandoned(&self.input, bytes).await??;
        let message = self.held_back.take()?;
        Some(Ok((message, Some(Place::new(request, bytes)))))
    }

    /// Sends what is owed. An answer that repeats a long id takes room like any other.
    async fn pay(&mut self, outgoing: &mpsc::Sender<Line>) -> Option<()> {
        let Some(bytes) = self.owed.as_ref().map(Vec::len) else { return Some(()) };
        let mut room = None;
        if bytes > CHUNK {
            let answer = self.room.answer(bytes);
            room = self.idle.unless_abandoned(&self.input, answer).await?;
        }
        let line = self.idle.unless_abandoned(&self.input, outgoing.reserve()).await?.ok()?;
        if let Some(bytes) = self.owed.take() {
            line.send(Line { bytes, _room: room });
        }
        Some(())
    }
}

impl Transport<RoleServer> for Lines {
    type Error = io::Error;

    fn send(
        &mut self,
        message: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let outgoing = self.outgoing.clone();
        let place = match &message {
            JsonRpcMessage::Response(JsonRpcResponse { id, .. })
            | JsonRpcMessage::Error(JsonRpcError { id: Some(id), .. }) => self.room.leave(id),
            _ => None,
        };
        async move {
            let outgoing = outgoing.ok_or(io::ErrorKind::BrokenPipe)?;
            let mut bytes = Vec::with_capacity(USUAL);
            serde_json::to_writer(&mut bytes, &message)?;
            drop(message);
            bytes.push(b'\n');
            if bytes.len() > CHUNK {
                bytes.shrink_to_fit();
            }
            // The place of the request is free when the line is in the queue; the room of the answer, when it is written.
            let line = outgoing.reserve().await.map_err(|_| io::ErrorKind::BrokenPipe)?;
            line.send(Line { bytes, _room: place.and_then(Place::into_answer) });
            Ok(())
        }
    }

    /// The next message; the end, too, when the client reads no more.
    async fn receive(&mut self) -> Option<Message> {
        loop {
            let outgoing = self.outgoing.clone()?;
            self.pay(&outgoing).await?;
            let heard = tokio::select! {
                heard = self.next() => heard?,
                () = outgoing.closed() => return None,
            };
            match heard.and_then(|(message, place)| self.admit(message, place)) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(unheard) => self.owed = Some(unheard.answer()),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outgoing = None;
        Ok(())
    }
}

/// For how long nothing has happened while the input was not read.
struct Idle {
    /// Grows with each part of an answer that is written.
    written: Arc<AtomicU64>,
    seen: u64,
    waited: Duration,
    patience: Duration,
}

impl Idle {
    fn new(patience: Duration) -> Self {
        Self { written: Arc::default(), seen: 0, waited: Duration::ZERO, patience }
    }

    /// The result of a future; `None` if the client has closed its end and takes no answers either. Nothing is read
    /// meanwhile, so the end of the input would not be seen while bytes are left in the pipe.
    async fn unless_abandoned<T>(
        &mut self,
        input: &Input,
        wanted: impl Future<Output = T>,
    ) -> Option<T> {
        let pause =
            (self.patience / 8).clamp(Duration::from_millis(10), Duration::from_millis(500));
        let mut wanted = std::pin::pin!(wanted);
        loop {
            if let Ok(given) = tokio::time::timeout(pause, &mut wanted).await {
                self.waited = Duration::ZERO;
                return Some(given);
            }
            let written = self.written.load(Ordering::Relaxed);
            if written != self.seen || !input.has_hung_up() {
                (self.seen, self.waited) = (written, Duration::ZERO);
                continue;
            }
            self.waited += pause;
            if self.waited >= self.patience {
                tracing::debug!("the client has closed its input, and takes no answers");
                return None;
            }
        }
    }
}

async fn write(output: Stream, mut lines: mpsc::Receiver<Line>, written: Arc<AtomicU64>) {
    while let Some(line) = lines.recv().await {
        for part in line.bytes.chunks(CHUNK) {
            if let Err(error) = output.write_all(part).await {
                tracing::debug!(%error, "the client reads no more");
                return;
            }
            written.fetch_add(1, Ordering::Relaxed);
        }
    }
}
