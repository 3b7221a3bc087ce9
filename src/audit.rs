//! The audit trail: one [`Event`] for each call, refused or not, one JSON line for each event.
//!
//! What was touched, by which right, and what was decided; never the contents. A line stays a line
//! whatever a file is called: names arrive here escaped, and JSON escapes the rest.
//!
//! May import: `cap` (for rights), `error`. Absent on purpose: opening the file (`authority` does, at
//! startup), and the clock.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;

use crate::cap::Rights;
use crate::error::{Group, ToolError};

/// The version of the record's form.
const VERSION: u8 = 1;

/// One call, as it ended.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Which call, counted from the start of the server; errors name it.
    pub call: u64,
    /// The tool.
    pub tool: &'a str,
    /// The right it needs.
    pub right: Rights,
    /// The paths as the client said them, escaped.
    pub paths: Vec<String>,
    /// Where they led: the real places that were reached, escaped.
    pub places: Vec<String>,
    /// What came of it.
    pub outcome: Outcome<'a>,
    /// How long it took.
    pub took: Duration,
}

/// What came of a call.
#[derive(Clone, Debug)]
pub enum Outcome<'a> {
    /// An answer of so many bytes.
    Answered {
        /// How many.
        bytes: usize,
    },
    /// A refusal.
    Refused(&'a ToolError),
    /// It was never run, or did not come to its end.
    Fault(&'static str),
}

/// Where events go.
pub struct Sink {
    out: Mutex<Out>,
    now: Box<dyn Fn() -> SystemTime + Send + Sync>,
}

struct Out {
    writer: Box<dyn Write + Send>,
    /// Did the last write fail, perhaps within a line?
    is_torn: bool,
}

#[derive(Serialize)]
struct Record<'a> {
    v: u8,
    time: String,
    call: u64,
    tool: &'a str,
    right: String,
    paths: &'a [String],
    places: &'a [String],
    decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    bytes_out: usize,
    dur_us: u64,
}

impl Sink {
    /// A sink that appends to `out`; `now` gives the time of each record.
    pub fn new(
        out: impl Write + Send + 'static,
        now: impl Fn() -> SystemTime + Send + Sync + 'static,
    ) -> Self {
        let out = Out { writer: Box::new(out), is_torn: false };
        Self { out: Mutex::new(out), now: Box::new(now) }
    }

    /// Appends one line, in one write.
    ///
    /// # Errors
    /// When the line could not be written whole.
    pub fn record(&self, event: &Event<'_>) -> io::Result<()> {
        let (decision, code, detail, bytes_out) = match &event.outcome {
            Outcome::Answered { bytes } => ("allow", None, None, *bytes),
            Outcome::Refused(error) => {
                let denied = error.code().group() == Group::Policy;
                let decision = if denied { "deny" } else { "error" };
                (decision, Some(error.code().as_str()), error.log_detail(), 0)
            }
            Outcome::Fault(what) => ("error", Some(*what), None, 0),
        };
        let record = Record {
            v: VERSION,
            time: DateTime::<Utc>::from((self.now)()).to_rfc3339_opts(SecondsFormat::Millis, true),
            call: event.call,
            tool: event.tool,
            right: event.right.to_string(),
            paths: &event.paths,
            places: &event.places,
            decision,
            code,
            detail,
            bytes_out,
            dur_us: u64::try_from(event.took.as_micros()).unwrap_or(u64::MAX),
        };
        let mut line = serde_json::to_vec(&record)?;
        line.push(b'\n');
        // A writer that panicked holds no half-written state of ours.
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        if out.is_torn {
            // What is left of a record that could not be written must not swallow this one.
            line.insert(0, b'\n');
        }
        let written = out.writer.write_all(&line).and_then(|()| out.writer.flush());
        out.is_torn = written.is_err();
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;
    use std::sync::Arc;

    #[derive(Clone, Default)]
    struct Memory(Arc<Mutex<Vec<u8>>>);

    impl Write for Memory {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }
        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_record_is_one_line_whatever_the_path() {
        let memory = Memory::default();
        let sink = Sink::new(memory.clone(), || SystemTime::UNIX_EPOCH);
        let hostile = "a\n{\"v\":1}\r\u{2028}\u{1b}[2J";
        let refusal = ToolError::new(Code::EscapesGrant, "no");
        let event = Event {
            call: 7,
            tool: "read_text_file",
            right: Rights::READ,
            paths: vec![crate::path::printable(hostile)],
            places: vec![],
            outcome: Outcome::Refused(&refusal),
            took: Duration::from_micros(5),
        };
        sink.record(&event).unwrap();
        sink.record(&Event { outcome: Outcome::Answered { bytes: 3 }, ..event }).unwrap();
        let text = String::from_utf8(memory.0.lock().unwrap().clone()).unwrap();
        let lines: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0]["decision"], "deny");
        assert_eq!(lines[0]["code"], "escapes_grant");
        assert_eq!(lines[1]["decision"], "allow");
        assert_eq!(lines[0]["time"], "1970-01-01T00:00:00.000Z");
        assert!(!text.contains('\u{2028}') && !text.contains('\u{1b}'));
    }
}
