//! [`Refusal`]: why a source cannot be analysed.

use std::fmt;

/// The maximum size of a source, in bytes. Parsing cannot be interrupted, so it must be short.
pub const MOST_BYTES: usize = 4 << 20;

/// Why a source cannot be analysed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It has more than [`MOST_BYTES`], or more tokens than ordinary code of that size.
    TooLarge,
    /// It is nested too deeply to be parsed.
    TooDeep,
    /// It is not valid in the current version of Python.
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The error on that line.
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
