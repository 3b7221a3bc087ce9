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
//! May import: `cap` (for rights), `error`, `path` (to shorten), `format`. `authority` opens the file at startup and
//! hands in the clock. The file is not changed for another one while the server runs: after the seal none can be
//! opened.

mod bounded;
mod chain;
mod charts;
mod event;
mod gathered;
mod lines;
mod page;
mod report;
mod shown;
mod sink;
mod style;
mod tally;
mod verify;
mod view;

pub use chain::{LONGEST, Start, StartedGrant, last_hash, sha256};
pub use event::{Event, Intent, Outcome};
pub use lines::Lines;
pub use report::{Page, report};
pub use sink::Sink;
pub use verify::{Trail, UNSEEN, Unsound, verify};
pub use view::{Filter, Record, csv, line};
