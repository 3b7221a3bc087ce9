//! [`Lines`]: the transport between a client and `rmcp`, one JSON-RPC message a line.
//!
//! Only what means something to `rmcp` reaches it; the rest is answered here. Answers leave in the
//! order in which they are ready, each whole.
//!
//! May import: `limits`. Absent on purpose: what a method means.

use std::collections::HashMap;
use std::io;
use std::sync::Arc;

use rmcp::RoleServer;
use rmcp::model::{
    ClientNotification, JsonRpcError, JsonRpcMessage, JsonRpcNotification, JsonRpcRequest,
    JsonRpcResponse, RequestId,
};
use rmcp::service::TxJsonRpcMessage;
use rmcp::transport::Transport;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::framing::{INVALID_REQUEST, Input, Message, Unheard};
use super::stream::Stream;
use crate::limits::Limits;

/// Answers that may wait to be written before the calls that make them have to.
const WAITING: usize = 64;
/// Bytes that most answers fit in.
const USUAL: usize = 1 << 10;

/// A transport over a pair of byte streams.
pub(super) struct Lines {
    input: Input,
    outgoing: Option<mpsc::Sender<Vec<u8>>>,
    /// The requests that `rmcp` was given and whose answer is not yet on its way to the writer. Each
    /// holds a permit until then, so that answers which nobody reads do not pile up.
    running: HashMap<RequestId, OwnedSemaphorePermit>,
    room: Arc<Semaphore>,
    /// An answer from here that is still to be sent.
    owed: Option<Unheard>,
}

impl Lines {
    /// The transport, and the task that writes; it ends when all that was sent has been written, or
    /// the client reads no more.
    pub(super) fn new(input: Stream, output: Stream, limits: &Limits) -> (Self, JoinHandle<()>) {
        let (outgoing, lines) = mpsc::channel(WAITING);
        let room = Arc::new(Semaphore::new(limits.max_requests_waiting.clamp(1, 100_000)));
        let input = Input::new(input, limits.max_message_bytes);
        let (outgoing, running) = (Some(outgoing), HashMap::new());
        (Self { input, outgoing, running, room, owed: None }, tokio::spawn(write(output, lines)))
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
            let mut line = Vec::with_capacity(USUAL);
            serde_json::to_writer(&mut line, &message)?;
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
            let heard = tokio::select! {
                heard = self.input.next() => heard?,
                () = outgoing.closed() => return None,
            };
            match heard.and_then(|message| self.admit(message, permit)) {
                Ok(Some(message)) => return Some(message),
                Ok(None) => {}
                Err(unheard) => self.owed = Some(unheard),
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outgoing = None;
        Ok(())
    }
}

async fn write(output: Stream, mut lines: mpsc::Receiver<Vec<u8>>) {
    while let Some(line) = lines.recv().await {
        if let Err(error) = output.write_all(&line).await {
            tracing::debug!(%error, "the client reads no more");
            return;
        }
    }
}
