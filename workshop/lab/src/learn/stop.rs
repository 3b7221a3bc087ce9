//! [`Stop`]: why an exercise is not solved.

use std::io;

/// What was seen, a line each, if it is solved.
pub type Checked = Result<Vec<String>, Stop>;

/// Why it is not solved.
#[derive(Debug)]
pub enum Stop {
    /// Not yet: what was seen, and what to look at.
    NotYet {
        /// What came of the attempt.
        seen: String,
        /// What to look at next.
        look: String,
    },
    /// It could not be tried.
    Failed(io::Error),
}

impl Stop {
    /// Not yet.
    pub fn not_yet(seen: impl Into<String>, look: impl Into<String>) -> Self {
        Self::NotYet { seen: seen.into(), look: look.into() }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}
