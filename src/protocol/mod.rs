//! MCP: bytes in, calls out, answers back. The only place that knows the protocol exists.
//!
//! Both eras are served at once, as `rmcp` negotiates them: `initialize` up to 2025-11-25, and the
//! stateless 2026-07-28. The framing is ours, because every line deserves an answer.
//!
//! May import: `args` (for schemas), `cap` (to tell of rights), `dispatch`, `limits`, `path`, `tool`; `rmcp` and `tokio`, which no module outside this one may name. Absent
//! on purpose: the file system.

mod instructions;
mod server;
mod transport;

use std::io::{Read, Write};
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceExt as _;

use crate::dispatch::Dispatcher;

/// Serves until the input ends, then lets running calls finish.
///
/// # Errors
/// When the runtime cannot be built. A client that goes away is no error.
pub fn serve(
    dispatcher: Dispatcher,
    input: impl Read + Send + 'static,
    output: impl Write + Send + 'static,
) -> std::io::Result<()> {
    let limits = dispatcher.limits().clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .max_blocking_threads(server::most_at_once(&limits) + 4)
        .build()?;
    let server = server::Server::new(Arc::new(dispatcher));
    let (transport, written) = transport::Lines::new(input, output, &limits);
    runtime.block_on(async {
        // An error here means that the input ended before a session began: nothing is left to do.
        match server.serve(transport).await {
            Ok(session) => match session.waiting().await {
                Ok(reason) => tracing::debug!(?reason, "the session ended"),
                Err(error) => tracing::error!(%error, "the session broke off"),
            },
            Err(error) => tracing::debug!(%error, "no session began"),
        }
    });
    // A call that hangs in the kernel must not keep the process alive, nor a client that reads no
    // more; but what was answered shall have been written.
    let patience = Duration::from_millis(limits.drain_ms);
    runtime.shutdown_timeout(patience);
    let _ = written.recv_timeout(patience);
    Ok(())
}
