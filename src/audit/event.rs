//! [`Event`]: what the trail records of a call.
//!
//! May import: `cap`, `error`, `path`, `format`.

use std::time::Duration;

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
    /// The paths as the client sent them, escaped.
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
    /// The paths as the client sent them, escaped.
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
