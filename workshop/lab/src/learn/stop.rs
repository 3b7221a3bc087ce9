//! [`Stop`]: why an exercise is not solved.

use std::io;

/// The observations if an exercise is solved, one line each.
pub type Checked = Result<Vec<String>, Stop>;

/// Why an exercise is not solved.
#[derive(Debug)]
pub enum Stop {
    /// The answer is not right yet.
    NotYet {
        /// What the attempt led to.
        seen: String,
        /// What to look at next.
        look: String,
    },
    /// The answer could not be tried.
    Failed(io::Error),
}

impl Stop {
    /// Creates a [`Stop::NotYet`].
    pub fn not_yet(seen: impl Into<String>, look: impl Into<String>) -> Self {
        Self::NotYet { seen: seen.into(), look: look.into() }
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}
