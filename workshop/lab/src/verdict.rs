//! [`Verdict`]: what an attack came to. It follows from the flag, from what lies outside and from time and
//! memory; never from what a message seems to say.
//!
//! May import: nothing of the lab.

use std::time::Duration;

use serde::Serialize;

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// What lies outside came out, or was changed.
    Escaped,
    /// A file that other programs run was written.
    Planted,
    /// No answer came.
    Hung,
    /// Memory grew with what was read.
    Swelled,
    /// None of it.
    Contained,
    /// What has to be served was served.
    Served,
    /// What has to be served was not.
    Unserved,
    /// No tool is good for it.
    NotMapped,
    /// The server ended, or spoke no protocol.
    Failed,
}

impl Verdict {
    /// The word for it, as tables show it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Escaped => "ESCAPED",
            Self::Planted => "PLANTED",
            Self::Hung => "HUNG",
            Self::Swelled => "SWELLED",
            Self::Contained => "contained",
            Self::Served => "served",
            Self::Unserved => "NOT SERVED",
            Self::NotMapped => "not mapped",
            Self::Failed => "FAILED",
        }
    }

    /// Did the attack reach what it was there for?
    pub const fn is_harm(self) -> bool {
        matches!(self, Self::Escaped | Self::Planted | Self::Hung | Self::Swelled)
    }

    /// Is it as it should be?
    pub const fn is_fine(self) -> bool {
        matches!(self, Self::Contained | Self::Served | Self::NotMapped)
    }
}

/// A verdict, and what it rests on.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The name of the attack.
    pub id: &'static str,
    /// What came of it.
    pub verdict: Verdict,
    /// In words: how it was seen, or why not.
    pub note: String,
    /// The request that shows it.
    pub request: String,
    /// What was answered, as far as it shows it.
    pub answer: String,
    /// How many calls it took.
    pub calls: u64,
    /// How long it took.
    #[serde(serialize_with = "as_nanoseconds", rename = "took_ns")]
    pub took: Duration,
}

fn as_nanoseconds<S: serde::Serializer>(took: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX))
}
