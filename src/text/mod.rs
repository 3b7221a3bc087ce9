//! Text as it lies in files: found line by line, without ever holding the file.
//!
//! May import: `cap` (for open files), `error`, `limits`. Absent on purpose: paths.

mod lines;

pub use lines::{LineEnds, Wanted, Window, window};
