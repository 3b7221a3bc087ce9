//! MCP: bytes in, calls out, answers back. The only place that knows the protocol exists.
//!
//! Both eras are served at once, as `rmcp` negotiates them: `initialize` up to 2025-11-25, and the
//! stateless 2026-07-28. The framing is ours, because every line deserves an answer.
//!
//! May import: `args` (for schemas, and what JSON holds), `cap` (to tell of rights), `dispatch`, `limits`, `path`, `tool`; `rmcp` and `tokio`, which no module outside this one may name. Absent
//! on purpose: the file system.

mod admission;
mod framing;
mod instructions;
mod invalid;
mod mending;
mod message;
mod outline;
mod room;
mod server;
mod stream;
mod transport;

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use rmcp::ServiceExt as _;
use tokio::io::Interest;

use self::stream::Stream;
use crate::dispatch::Dispatcher;

/// Serves until the input ends, then lets running calls finish.
///
/// # Errors
/// When the system has no room for a runtime. A client that goes away is not an error.
pub fn serve(dispatcher: Dispatcher, input: OwnedFd, output: OwnedFd) -> io::Result<()> {
    let limits = dispatcher.limits().clone();
    // A call that hangs in the kernel must not keep the process alive, nor a client that reads no
    // more; but what was answered shall have been written.
    let patience = Duration::from_millis(limits.drain_ms);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(admission::threads(&limits))
        .build()?;
    let dispatcher = Arc::new(dispatcher);
    let room = room::Room::new(&limits);
    let server = server::Server::new(Arc::clone(&dispatcher), room.clone());
    let served = runtime.block_on(async {
        let input = Stream::new(input, Interest::READABLE)?;
        let output = Stream::new(output, Interest::WRITABLE)?;
        let (transport, writer) = transport::Lines::new(input, output, room, &limits);
        // An error here means that the input ended before a session began: nothing is left to do.
        match server.serve(transport).await {
            Ok(session) => match session.waiting().await {
                Ok(reason) => tracing::debug!(?reason, "the session ended"),
                Err(error) => tracing::error!(%error, "the session broke off"),
            },
            Err(error) => tracing::debug!(%error, "no session began"),
        }
        let _ = tokio::time::timeout(patience, writer).await;
        Ok(())
    });
    runtime.shutdown_timeout(patience);
    dispatcher.end();
    served
}
