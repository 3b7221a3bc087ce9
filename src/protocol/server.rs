//! [`Server`]: the adapter between `rmcp` and the dispatcher.
//!
//! Requests become calls on the blocking pool, so that a slow file system never stops the protocol;
//! a cancelled request stops its call at the next step of its budget.
//!
//! May import: `args`, `cap` (to tell of rights), `dispatch`, `limits`, `path`, `tool`. It keeps no
//! state, which the stateless era forbids: no call depends on an earlier one.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, CustomRequest,
    CustomResult, ErrorCode, Implementation, InitializeRequestParams, InitializeResult,
    ListToolsResult, PaginatedRequestParams, ProgressNotificationParam, ProgressToken,
    ProtocolVersion, ResourceContents, ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{Peer, RequestContext};
use rmcp::{ErrorData, RoleServer, ServerHandler};
use tokio::task::{JoinError, JoinHandle};

use super::admission::{Admission, Admitted};
use super::instructions::instructions;
use super::mending::Unreadable;
use super::room::Room;
use crate::args::for_clients;
use crate::cap::Rights;
use crate::dispatch::{Dispatcher, Fault, Offered};
use crate::limits::CallMonitor;
use crate::path::percent_encoded;
use crate::tool::{Content, Entry, MediaKind};

/// The one revision in which several messages may be sent as one, a batch. It is not agreed on: the answers to a batch have to
/// be held until all are there, however large they are and however long one takes. A client that asks for it gets the
/// revision before, which each client of that time knows.
const WITH_BATCHES: ProtocolVersion = ProtocolVersion::V_2025_03_26;

/// What `rmcp` serves.
pub(super) struct Server {
    dispatcher: Arc<Dispatcher>,
    config: ServerConfig,
    tools: Vec<Tool>,
    admission: Admission,
    room: Room,
}

impl Server {
    pub(super) fn new(dispatcher: Arc<Dispatcher>, room: Room) -> Self {
        let capabilities = ServerCapabilities::builder().enable_tools().build();
        let us = Implementation::new("preopen", env!("CARGO_PKG_VERSION"));
        let config = ServerConfig::new(capabilities)
            .with_server_info(us)
            .with_instructions(instructions(dispatcher.grants()));
        let tools = dispatcher.offered().iter().map(tool).collect();
        let admission = Admission::new(dispatcher.limits());
        Self { dispatcher, config, tools, admission, room }
    }
}

impl Server {
    /// Waits for a call. Tells the client every now and then that it goes on, if it does; if it does
    /// not, it waits for a file system, and others may run in its place. Nothing if it is lost: it has
    /// not even noticed that its time is over.
    async fn wait<T>(
        &self,
        mut call: JoinHandle<T>,
        admitted: &mut Admitted,
        watch: &CallMonitor,
        token: Option<ProgressToken>,
        peer: &Peer<RoleServer>,
    ) -> Option<Result<T, JoinError>> {
        let limits = self.dispatcher.limits();
        let pause = Duration::from_millis(limits.progress_ms.max(1));
        let patience = Duration::from_millis(limits.call_deadline_ms).saturating_add(pause);
        let mut steps = 0;
        let mut waited = Duration::ZERO;
        loop {
            if let Ok(ended) = tokio::time::timeout(pause, &mut call).await {
                return Some(ended);
            }
            waited = waited.saturating_add(pause);
            if watch.steps() > steps {
                steps = watch.steps();
                admitted.release_search_slot();
                if let Some(token) = token.clone() {
                    #[expect(clippy::cast_precision_loss, reason = "a count of steps, to be shown")]
                    let progress = ProgressNotificationParam::new(token, steps as f64);
                    // A client that is gone needs no progress.
                    let _ = peer.notify_progress(progress).await;
                }
            } else if waited > patience {
                return None;
            } else {
                admitted.release_slots();
            }
        }
    }
}

impl ServerHandler for Server {
    fn get_info(&self) -> ServerConfig {
        self.config.clone()
    }

    /// Opens a session, unless the client began without one. Then it must not: `rmcp` would refuse every request that
    /// does not name its version, as requests in a session do not.
    async fn initialize(
        &self,
        request: InitializeRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<InitializeResult, ErrorData> {
        if context.peer.peer_info().is_none() {
            return Err(unknown_method("initialize"));
        }
        let mut answer = self.negotiate_initialize(&request)?;
        if request.protocol_version == WITH_BATCHES {
            answer.protocol_version = ProtocolVersion::V_2024_11_05;
        }
        Ok(answer)
    }

    fn supported_protocol_versions(&self) -> Cow<'static, [ProtocolVersion]> {
        let known = ProtocolVersion::KNOWN_VERSIONS.iter();
        known.filter(|version| **version != WITH_BATCHES).cloned().collect()
    }

    async fn list_tools(
        &self,
        page: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        match page.and_then(|page| page.cursor) {
            None => Ok(ListToolsResult::with_all_items(self.tools.clone())),
            Some(_) => {
                Err(ErrorData::invalid_params("invalid cursor: all tools are on one page", None))
            }
        }
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Until the call has ended, whether it is still wanted or not.
        let _request_bytes = self.room.bytes_of(&context.id);
        if let Some(Unreadable { argument, why, hint }) = context.extensions.get() {
            let watch = CallMonitor::unattended().on(context.id.to_string());
            return match self.dispatcher.unreadable(&request.name, argument, why, hint, watch) {
                Ok(answer) => Ok(result(answer).into()),
                Err(fault) => Err(error(fault)),
            };
        }
        let most = self.dispatcher.most_answer_bytes(&request.name);
        // `rmcp` spawns a task for each request as it reads it, and one thread polls new tasks in that order. Nothing
        // is awaited before this, so calls ask for their places in the order in which they were sent.
        let admission = async {
            let admitted = self.admission.admit(self.dispatcher.work(&request.name)).await;
            admitted.with_room(self.room.answer(most).await)
        };
        // A request that is cancelled while it waits would hold its arguments until its turn comes.
        let mut admitted = tokio::select! {
            admitted = admission => admitted,
            () = context.ct.cancelled() => {
                self.dispatcher.withdrawn(&request.name);
                return Err(crashed("the request was cancelled"));
            }
        };
        let dispatcher = Arc::clone(&self.dispatcher);
        let name = request.name.clone();
        let ct = context.ct.clone();
        let watch = CallMonitor::new(move || ct.is_cancelled()).on(context.id.to_string());
        let watched = watch.clone();
        let call = tokio::task::spawn_blocking(move || {
            dispatcher.call(&request.name, request.arguments.unwrap_or_default(), watch)
        });
        let token = context.meta.get_progress_token();
        let ended = self.wait(call, &mut admitted, &watched, token, &context.peer).await;
        let room = admitted.into_room();
        let answer = match ended {
            Some(Ok(Ok(answer))) => answer,
            None => self.dispatcher.missed_deadline(&name, &watched),
            Some(Ok(Err(fault))) => return Err(error(fault)),
            Some(Err(_)) => return Err(crashed("the call was not run")),
        };
        let answer = answer.map_err(|refusal| refusal.to_string());
        // The answer, and the line that is made of it.
        let bytes = match &answer {
            Ok(content) => content.iter().map(Content::len).sum::<usize>().saturating_mul(2),
            Err(refusal) => refusal.len().saturating_mul(2),
        };
        let room = match room {
            Some(room) => Some(room),
            None => self.room.answer(bytes).await,
        };
        if let Some(room) = room {
            self.room.answered(&context.id, room, bytes);
        }
        Ok(result(answer).into())
    }

    /// What `rmcp` could not read as a request of its kind.
    async fn on_custom_request(
        &self,
        request: CustomRequest,
        context: RequestContext<RoleServer>,
    ) -> Result<CustomResult, ErrorData> {
        const OURS: [&str; 3] = ["server/discover", "tools/list", "tools/call"];
        const OF_SESSIONS: [&str; 2] = ["initialize", "ping"];
        let method = crate::path::printable(&request.method.chars().take(100).collect::<String>());
        let has_sessions = context.protocol_version().is_none_or(|era| era.has_initialize());
        let is_known = OURS.contains(&method.as_str())
            || (has_sessions && OF_SESSIONS.contains(&method.as_str()));
        Err(if is_known {
            ErrorData::invalid_params(format!("invalid params for {method}"), None)
        } else {
            unknown_method(&method)
        })
    }
}

/// The result of a call: its answer, or why it was refused.
fn result(answer: Result<Vec<Content>, impl ToString>) -> CallToolResult {
    let refused = answer.is_err();
    let content = answer.unwrap_or_else(|why| vec![Content::Text(why.to_string())]);
    let mut result = CallToolResult::success(content.into_iter().map(block).collect());
    result.is_error = Some(refused);
    result
}

fn error(fault: Fault) -> ErrorData {
    match fault {
        Fault::UnknownTool(why) => ErrorData::invalid_params(why, None),
        Fault::Crashed(call) => crashed(&format!("it is call {call} in the log")),
    }
}

fn block(content: Content) -> ContentBlock {
    match content {
        Content::Text(text) => ContentBlock::text(text),
        Content::Media { kind: MediaKind::Image, mime, base64, .. } => {
            ContentBlock::image(base64, mime)
        }
        Content::Media { kind: MediaKind::Audio, mime, base64, .. } => {
            ContentBlock::audio(base64, mime)
        }
        Content::Media { kind: MediaKind::Bytes, mime, path, base64 } => {
            let uri = format!("preopen:///{}", percent_encoded(path.as_bytes()));
            ContentBlock::resource(ResourceContents::blob(base64, uri).with_mime_type(mime))
        }
    }
}

fn unknown_method(method: &str) -> ErrorData {
    ErrorData::new(ErrorCode::METHOD_NOT_FOUND, format!("method not found: {method}"), None)
}

fn crashed(why: &str) -> ErrorData {
    ErrorData::internal_error(format!("internal error: {why}"), None)
}

fn tool(offered: &Offered) -> Tool {
    let entry = &offered.entry;
    let schema = for_clients(offered.schema.clone());
    Tool::new_with_raw(entry.name, Some(entry.about.into()), schema).annotate(hints(entry))
}

/// What clients may know before a call. Those that do not mean anything are not said: what only reads
/// destroys nothing. The others are always said, as clients differ in what they take for granted.
fn hints(entry: &Entry) -> ToolAnnotations {
    let changes = entry.rights.contains(Rights::WRITE) || entry.rights.contains(Rights::REMOVE);
    let hints = ToolAnnotations::new().read_only(!changes).open_world(false);
    if changes { hints.destructive(!entry.adds_only).idempotent(entry.adds_only) } else { hints }
}
