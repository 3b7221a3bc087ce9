//! [`Log`]: what the program writes to standard error, without ever waiting for its reader.
//!
//! Lines wait in a bounded queue, and one thread writes them. A line that finds the queue full is dropped and
//! counted, and the count is written once standard error takes lines again.
//!
//! Only events of this program are logged, whatever the level: `rmcp` logs whole requests and answers, which hold
//! the contents of files. The queue is our own, since the appenders of other crates start their thread when they
//! are made; ours starts after the seal, as Landlock binds a thread and those that it starts.
//!
//! May import: nothing of this crate.

use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tracing::Level;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Most bytes of lines that wait to be written.
const MAX_WAITING_BYTES: usize = 256 << 10;

/// The way to standard error. Clones share one queue.
#[derive(Clone, Default)]
pub struct Log(Arc<Queue>);

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    /// Something was queued.
    more: Condvar,
    /// Everything that was queued is written.
    idle: Condvar,
}

#[derive(Default)]
struct State {
    lines: VecDeque<Vec<u8>>,
    bytes: usize,
    /// Lines that found no room since the last one that was queued.
    dropped: u64,
    /// A line was taken from the queue and is not yet written.
    is_writing: bool,
    has_thread: bool,
}

impl Log {
    /// Logs the events of this program up to `level`, and where it panics.
    pub fn install(&self, level: Level) {
        let only_ours = Targets::new().with_target(env!("CARGO_PKG_NAME"), level);
        let lines = tracing_subscriber::fmt::layer().with_writer(self.clone()).with_ansi(false);
        tracing_subscriber::registry().with(lines.with_filter(only_ours)).init();
        // The hook of the standard library waits for standard error, and prints the message, which may quote the text
        // that a slice failed on.
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(ToString::to_string).unwrap_or_default();
            tracing::error!(place, "a thread panicked: this is a defect of preopen");
        }));
    }

    /// Queues a text that ends with a line feed.
    pub fn say(&self, text: &str) {
        self.push(text.as_bytes());
    }

    /// Starts to write `out`. Call it after the seal.
    ///
    /// # Errors
    /// When the system has no thread for it.
    pub fn start(&self, out: impl Write + Send + 'static) -> io::Result<()> {
        if std::mem::replace(&mut self.state().has_thread, true) {
            return Ok(());
        }
        let log = self.clone();
        std::thread::Builder::new().name("log".into()).spawn(move || log.write_to(out))?;
        Ok(())
    }

    /// Waits until everything is written, but no longer than `patience`.
    pub fn finish(&self, patience: Duration) {
        let is_unwritten = |state: &mut State| state.is_writing || !state.lines.is_empty();
        // Either way there is nothing left to do.
        let _ = self.0.idle.wait_timeout_while(self.state(), patience, is_unwritten);
    }

    fn push(&self, line: &[u8]) {
        let mut state = self.state();
        if state.bytes + line.len() > MAX_WAITING_BYTES {
            state.dropped += 1;
            return;
        }
        let dropped = std::mem::take(&mut state.dropped);
        if dropped > 0 {
            let note =
                format!("preopen: {dropped} lines of the log were dropped, since nobody read it\n");
            state.queue(note.as_bytes());
        }
        state.queue(line);
        drop(state);
        self.0.more.notify_one();
    }

    fn write_to(&self, mut out: impl Write) {
        loop {
            let mut state = self.state();
            state.is_writing = false;
            let line = loop {
                if let Some(line) = state.lines.pop_front() {
                    break line;
                }
                self.0.idle.notify_all();
                state = self.0.more.wait(state).unwrap_or_else(PoisonError::into_inner);
            };
            state.bytes -= line.len();
            state.is_writing = true;
            drop(state);
            // A closed standard error is not a reason to stop serving.
            let _ = out.write_all(&line);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn queue(&mut self, line: &[u8]) {
        self.bytes += line.len();
        self.lines.push_back(line.to_vec());
    }
}

/// Each event is one write.
impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn dropped_log_lines_are_counted_where_they_are_missing() {
        let log = Log::default();
        let line = format!("{}\n", "x".repeat(999));
        for _ in 0..MAX_WAITING_BYTES / 1_000 + 5 {
            log.say(&line);
        }
        let (mut reader, writer) = io::pipe().unwrap();
        log.start(writer).unwrap();
        let mut first = vec![0; MAX_WAITING_BYTES / 1_000 * 1_000];
        reader.read_exact(&mut first).unwrap();
        log.finish(Duration::from_secs(10));
        log.say("last\n");
        let mut rest = [0; 100];
        let mut read = 0;
        while !rest[..read].ends_with(b"last\n") {
            read += reader.read(&mut rest[read..]).unwrap();
        }
        let rest = String::from_utf8_lossy(&rest[..read]);
        assert_eq!(rest, "preopen: 5 lines of the log were dropped, since nobody read it\nlast\n");
    }

    #[test]
    fn the_end_does_not_wait_for_a_reader() {
        let log = Log::default();
        let (_reader, writer) = io::pipe().unwrap();
        log.start(writer).unwrap();
        log.say(&"x".repeat(200_000));
        let start = std::time::Instant::now();
        log.finish(Duration::from_millis(50));
        assert!(start.elapsed() < Duration::from_secs(5));
    }
}
