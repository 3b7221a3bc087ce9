//! [`Sink`]: where records go: a queue, and one thread that writes what comes out of it.
//!
//! A record that a caller waits for is written at once. The others are gathered for a moment, so that the thread
//! is not woken for each of many small calls.
//!
//! May import: `error`, `path` (to shorten). A record is never dropped because the queue is full: the call
//! waits.

use std::io::{self, Write};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::bounded::bounded;
use super::chain::{Call, Chain, HASH_LEN, Start, Told, Totals, is_torn, last_hash};
use crate::audit::event::{Event, Intent, Outcome};
use crate::error::Group;
use crate::path::brief;

/// Records that wait to be written.
const QUEUE: usize = 1_024;
/// How long those are gathered that nobody waits for.
const GATHER: Duration = Duration::from_millis(10);
/// How long the end waits for the last records: the disk may hang, and the process is to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where records go.
pub struct Sink {
    queue: Arc<Queue>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// There is something to write.
    more: Condvar,
    /// There is room.
    room: Condvar,
}

#[derive(Default)]
struct Waiting {
    messages: Vec<Message>,
    /// Does somebody wait for one of them?
    is_urgent: bool,
    /// Nothing comes any more.
    has_ended: bool,
}

struct Message {
    told: Told,
    time: SystemTime,
    /// Whom to tell how it went.
    tell: Option<SyncSender<io::Result<()>>>,
}

impl Sink {
    /// A sink that appends to `out`. `end`: its last [`LONGEST`](crate::audit::chain::LONGEST) bytes or all of it; `now` gives the
    /// time of each record, and `session` tells this server from others.
    ///
    /// # Errors
    /// When there is no thread for it, or the first record cannot be written.
    pub fn new(
        out: impl Write + Send + 'static,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
        session: String,
        end: &[u8],
        start: Start,
    ) -> io::Result<Self> {
        Self::beside(out, |_| vec![], now, session, end, start)
    }

    /// The same for a file into which other servers may write too. `last` reads as many bytes at its end as it is asked for;
    /// it is called before each record.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn beside(
        out: impl Write + Send + 'static,
        last: impl Fn(usize) -> Vec<u8> + Send + 'static,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
        session: String,
        end: &[u8],
        start: Start,
    ) -> io::Result<Self> {
        let queue = Arc::new(Queue::default());
        let writer = Writer {
            out: Box::new(out),
            last: Box::new(last),
            chain: Chain::new(session, end),
            is_torn: is_torn(end),
            totals: Totals::default(),
        };
        let thread = std::thread::Builder::new().name("audit".into());
        let from = Arc::clone(&queue);
        thread.spawn(move || writer.run(&from))?;
        let sink = Self { queue, now: Box::new(now) };
        sink.written(Told::Start(start))?;
        Ok(sink)
    }

    /// Records that a change will be made, and waits until that is written.
    ///
    /// # Errors
    /// When it could not be written whole.
    pub fn intend(&self, intent: &Intent<'_>) -> io::Result<()> {
        let (paths, shortened) = bounded(intent.paths.to_vec());
        self.written(Told::Intent {
            call: intent.call,
            tool: intent.tool.into(),
            right: intent.right.to_string(),
            paths,
            shortened,
        })
    }

    /// Records a call.
    pub fn record(&self, event: Event<'_>) {
        let (decision, code, detail, bytes_out) = match &event.outcome {
            Outcome::Answered { bytes } => ("allow", None, None, *bytes),
            Outcome::Refused(error) => {
                let denied = error.code().group() == Group::Policy;
                let decision = if denied { "deny" } else { "error" };
                (decision, Some(error.code().as_str()), error.log_detail(), 0)
            }
            Outcome::Fault(what) => ("error", Some(*what), None, 0),
        };
        let [before, after] = event.versions;
        let (paths, short_paths) = bounded(event.paths);
        let (places, short_places) = bounded(event.places);
        let call = Call {
            number: event.call,
            request: brief(&event.request),
            tool: event.tool.into(),
            right: event.right.to_string(),
            changes: event.right.allow_change(),
            paths,
            places,
            shortened: short_paths + short_places,
            decision,
            code: code.map(Into::into),
            detail: detail.map(brief),
            before,
            after,
            bytes_out,
            dur_us: u64::try_from(event.took.as_micros()).unwrap_or(u64::MAX),
        };
        self.queue.send(Message { told: Told::Call(call), time: (self.now)(), tell: None });
    }

    /// Records the end, with the totals, and waits a while for it. Later records are dropped.
    pub fn end(&self) {
        let (tell, told) = sync_channel(1);
        let end = Told::End(Totals::default());
        let is_first = self.queue.send(Message { told: end, time: (self.now)(), tell: Some(tell) });
        if is_first && told.recv_timeout(PATIENCE).is_err() {
            tracing::error!("the end of the audit trail could not be written");
        }
    }

    /// Records something and waits until it is written.
    fn written(&self, told: Told) -> io::Result<()> {
        let (tell, written) = sync_channel(1);
        self.queue.send(Message { told, time: (self.now)(), tell: Some(tell) });
        written.recv().map_err(|_| io::Error::other("the audit trail has ended"))?
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether it was accepted: nothing is after the end.
    fn send(&self, message: Message) -> bool {
        let mut waiting = self.waiting();
        // The end is not held up by a disk that hangs.
        let is_end = matches!(message.told, Told::End(_));
        while waiting.messages.len() >= QUEUE && !waiting.has_ended && !is_end {
            waiting = self.room.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        if waiting.has_ended {
            // The end comes twice: when the server ends, and when the sink is dropped.
            if !is_end {
                tracing::warn!("a call that ended after the end of the audit trail is not in it");
            }
            return false;
        }
        waiting.has_ended = is_end;
        waiting.is_urgent |= message.tell.is_some();
        waiting.messages.push(message);
        let len = waiting.messages.len();
        let is_urgent = waiting.is_urgent;
        drop(waiting);
        if len == 1 || len == QUEUE || is_urgent {
            self.more.notify_one();
        }
        true
    }

    /// Written next.
    fn next(&self) -> Vec<Message> {
        let mut waiting = self.waiting();
        while waiting.messages.is_empty() {
            waiting = self.more.wait(waiting).unwrap_or_else(PoisonError::into_inner);
        }
        if !waiting.is_urgent {
            let gathers =
                |waiting: &mut Waiting| !waiting.is_urgent && waiting.messages.len() < QUEUE;
            let gathered = self.more.wait_timeout_while(waiting, GATHER, gathers);
            (waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        }
        waiting.is_urgent = false;
        let messages = std::mem::take(&mut waiting.messages);
        drop(waiting);
        self.room.notify_all();
        messages
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.end();
    }
}

/// What the thread has.
struct Writer {
    out: Box<dyn Write + Send>,
    /// The last bytes of the file, which other servers may have written.
    last: Box<dyn Fn(usize) -> Vec<u8> + Send>,
    chain: Chain,
    /// Did the last write fail, perhaps within a line?
    is_torn: bool,
    totals: Totals,
}

impl Writer {
    fn run(mut self, queue: &Queue) {
        loop {
            for Message { told, time, tell } in queue.next() {
                let told = self.counted(told);
                let is_end = matches!(told, Told::End(_));
                let written = self.write(&told, time);
                if let Err(error) = &written {
                    tracing::error!(%error, "the audit record could not be written");
                }
                if is_end {
                    tracing::info!(hash = self.chain.last(), "the last hash of the audit trail");
                }
                if let Some(tell) = tell {
                    let _ = tell.send(written);
                }
                if is_end {
                    return;
                }
            }
        }
    }

    fn counted(&mut self, told: Told) -> Told {
        match &told {
            Told::Call(call) => {
                self.totals.calls += 1;
                self.totals.denied += u64::from(call.decision == "deny");
                self.totals.errors += u64::from(call.decision == "error");
                self.totals.changes += u64::from(call.changes && call.decision == "allow");
            }
            Told::End(_) => return Told::End(self.totals),
            Told::Start(_) | Told::Intent { .. } => {}
        }
        told
    }

    /// One line, in one write.
    fn write(&mut self, told: &Told, time: SystemTime) -> io::Result<()> {
        let seen = last_hash(&(self.last)(HASH_LEN));
        let (mut line, hash) = self.chain.line(told, time, seen.as_deref())?;
        if self.is_torn {
            // What is left of a record that could not be written must not swallow this one.
            line.insert(0, b'\n');
        }
        let written = self.out.write_all(&line).and_then(|()| self.out.flush());
        self.is_torn = written.is_err();
        if written.is_ok() {
            self.chain.written(hash);
        } else {
            self.chain.lost += 1;
        }
        written
    }
}
