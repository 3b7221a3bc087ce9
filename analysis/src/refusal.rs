//! [`Refusal`]: why a source cannot be analysed.

use std::fmt;

/// Most bytes of a source. Parsing is one step that nothing interrupts, so it has to be a short one.
pub const MOST_BYTES: usize = 4 << 20;

/// Why a source is not looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has more than [`MOST_BYTES`], or more in them than code of that size has.
    TooLarge,
    /// It is nested deeper than can be parsed.
    TooDeep,
    /// It is no Python of today.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge => {
                write!(f, "the source is larger than {MOST_BYTES} bytes, or as dense as one")
            }
            Self::TooDeep => write!(f, "the source is nested too deep to be parsed"),
            Self::Syntax { line, what } => {
                write!(f, "the source is not valid Python: line {line}: {what}")
            }
        }
    }
}

impl std::error::Error for Refusal {}
