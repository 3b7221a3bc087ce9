//! [`Sink`]: where records go: a queue, and one thread that writes what comes out of it.
//!
//! May import: `cap` (for rights), `error`. Absent on purpose: dropping a record because the queue is full. Who fills it waits.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use super::chain::{Call, Chain, Start, Told, Totals};
use super::{Event, Intent, Outcome};
use crate::cap::Rights;
use crate::error::Group;

/// Records that wait to be written.
const QUEUE: usize = 1_024;
/// How often, and after which pause, the end looks for room behind the last records.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(20);

/// Where records go.
pub struct Sink {
    queue: SyncSender<Message>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

struct Message {
    told: Told,
    time: SystemTime,
    /// Whom to tell how it went.
    tell: Option<SyncSender<io::Result<()>>>,
}

impl Sink {
    /// A sink that appends to `out`, behind a line with the hash `last`; `now` gives the time of each record,
    /// and `session` tells this server from others.
    ///
    /// # Errors
    /// When there is no thread for it, or the first record cannot be written.
    pub fn new(
        out: impl Write + Send + 'static,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
        session: String,
        last: String,
        start: Start,
    ) -> io::Result<Self> {
        let (queue, messages) = sync_channel(QUEUE);
        let writer = Writer {
            out: Box::new(out),
            chain: Chain::new(session, last),
            is_torn: false,
            totals: Totals::default(),
        };
        let thread = std::thread::Builder::new().name("audit".into());
        let writer = thread.spawn(move || writer.run(&messages))?;
        let sink = Self { queue, now: Box::new(now), writer: Mutex::new(Some(writer)) };
        sink.written(Told::Start(start))?;
        Ok(sink)
    }

    /// Puts on record that a change will be made, and waits until that is written.
    ///
    /// # Errors
    /// When it could not be written whole.
    pub fn intend(&self, intent: &Intent<'_>) -> io::Result<()> {
        self.written(Told::Intent {
            call: intent.call,
            tool: intent.tool.into(),
            right: intent.right.to_string(),
            paths: intent.paths.to_vec(),
        })
    }

    /// Puts a call on record.
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
        let call = Call {
            number: event.call,
            request: event.request,
            tool: event.tool.into(),
            right: event.right.to_string(),
            paths: event.paths,
            places: event.places,
            decision,
            code: code.map(Into::into),
            detail: detail.map(Into::into),
            before,
            after,
            bytes_out,
            dur_us: u64::try_from(event.took.as_micros()).unwrap_or(u64::MAX),
        };
        let message = Message { told: Told::Call(call), time: (self.now)(), tell: None };
        if self.queue.send(message).is_err() {
            tracing::error!("the audit trail has ended before the server");
        }
    }

    /// Puts the end on record, with the totals, and waits a while for it. What is recorded after that is not.
    pub fn end(&self) {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if writer.take().is_none() {
            return;
        }
        let (tell, told) = sync_channel(1);
        let time = (self.now)();
        let mut end = Message { told: Told::End(Totals::default()), time, tell: Some(tell) };
        // A full queue is waited for, but not for ever: the disk may hang, and the process is to end.
        for _ in 0..TRIES {
            match self.queue.try_send(end) {
                Ok(()) if told.recv_timeout(PAUSE * TRIES).is_ok() => return,
                Err(TrySendError::Full(back)) => end = back,
                Ok(()) | Err(TrySendError::Disconnected(_)) => break,
            }
            std::thread::sleep(PAUSE);
        }
        tracing::error!("the end of the audit trail could not be written");
    }

    /// Puts something on record and waits until it is.
    fn written(&self, told: Told) -> io::Result<()> {
        let gone = || io::Error::other("the audit trail has ended");
        let (tell, written) = sync_channel(1);
        let message = Message { told, time: (self.now)(), tell: Some(tell) };
        self.queue.send(message).map_err(|_| gone())?;
        written.recv().map_err(|_| gone())?
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
    chain: Chain,
    /// Did the last write fail, perhaps within a line?
    is_torn: bool,
    totals: Totals,
}

impl Writer {
    fn run(mut self, messages: &Receiver<Message>) {
        while let Ok(Message { told, time, tell }) = messages.recv() {
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

    fn counted(&mut self, told: Told) -> Told {
        match &told {
            Told::Call(call) => {
                self.totals.calls += 1;
                self.totals.denied += u64::from(call.decision == "deny");
                self.totals.errors += u64::from(call.decision == "error");
                let changes = call.right != Rights::NONE.to_string()
                    && call.right != Rights::READ.to_string();
                self.totals.changes += u64::from(changes && call.decision == "allow");
            }
            Told::End(_) => return Told::End(self.totals),
            Told::Start(_) | Told::Intent { .. } => {}
        }
        told
    }

    /// One line, in one write.
    fn write(&mut self, told: &Told, time: SystemTime) -> io::Result<()> {
        let (mut line, hash) = self.chain.line(told, time)?;
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
