//! The audit trail: what was touched, by which right, and what was decided; never the contents.
//!
//! ```text
//! dispatch -- Intent (before a change), Call (when it ended) -- queue -- one thread -- chain -- file
//!                              the file read again: verify, view, report (tally; page: shown, charts, style)
//! ```
//!
//! A record is one line of JSON whatever a file is called: names arrive here escaped, and JSON escapes the
//! rest. Each line holds the hash of the line before it of the same server, and its own; several servers can
//! write into one file.
//!
//! May import: `cap` (for rights), `error`, `path` (to shorten), `words`. `authority` opens the file at startup and
//! hands in the clock. The file is not changed for another one while the server runs: after the seal none can be
//! opened.

mod bounded;
mod chain;
mod charts;
mod lines;
mod page;
mod report;
mod shown;
mod sink;
mod style;
mod tally;
mod verify;
mod view;

use std::time::Duration;

pub use chain::{LONGEST, Start, StartedGrant, last_hash, sha256};
pub use lines::Lines;
pub use report::{Page, report};
pub use sink::Sink;
pub use verify::{Trail, UNSEEN, Unsound, verify};
pub use view::{Filter, Record, csv, line};

use crate::cap::Rights;
use crate::error::ToolError;

/// A change that is about to be made.
#[derive(Clone, Debug)]
pub struct Intent<'a> {
    /// Which call, counted from the start of the server; errors name it.
    pub call: u64,
    /// The tool.
    pub tool: &'a str,
    /// The right it needs.
    pub right: Rights,
    /// The paths as the client said them, escaped.
    pub paths: &'a [String],
}

/// One call, as it ended.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    /// Which call, counted from the start of the server; errors name it.
    pub call: u64,
    /// How the client numbered its request.
    pub request: String,
    /// The tool.
    pub tool: &'a str,
    /// The right it needs.
    pub right: Rights,
    /// The paths as the client said them, escaped.
    pub paths: Vec<String>,
    /// Where they led: the real places that were reached, escaped.
    pub places: Vec<String>,
    /// Versions of the file before and after a change, where they are known.
    pub versions: [Option<String>; 2],
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
