//! [`Verdict`]: the result of an attack. It follows from the flag, the files outside the grant, time and memory, and
//! never from the text of a message.

use std::time::Duration;

use serde::Serialize;

/// The result of an attack.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Something from outside was revealed, or something outside was changed.
    Escaped,
    /// A file that other programs run was written.
    Planted,
    /// The server did not answer.
    Hung,
    /// The memory of the server grew with the size of the file.
    Swelled,
    /// The attack had no effect.
    Contained,
    /// A harmless request was served.
    Served,
    /// A harmless request was refused.
    Unserved,
    /// The server has no suitable tool.
    NotMapped,
    /// The server ended, or does not speak MCP.
    Failed,
}

impl Verdict {
    /// Returns the word that tables show.
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

    /// Returns whether the attack succeeded.
    pub const fn is_harm(self) -> bool {
        matches!(self, Self::Escaped | Self::Planted | Self::Hung | Self::Swelled)
    }

    /// Returns whether the result is acceptable.
    pub const fn is_fine(self) -> bool {
        matches!(self, Self::Contained | Self::Served | Self::NotMapped)
    }
}

/// A verdict and the evidence for it.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// The name of the attack.
    pub id: &'static str,
    /// The result.
    pub verdict: Verdict,
    /// How the result was detected, or why the attack could not be tried.
    pub note: String,
    /// The decisive request.
    pub request: String,
    /// The decisive part of the answer.
    pub answer: String,
    /// The number of calls.
    pub calls: u64,
    /// How long it took.
    #[serde(serialize_with = "as_nanoseconds", rename = "took_ns")]
    pub took: Duration,
}

fn as_nanoseconds<S: serde::Serializer>(took: &Duration, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_u64(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX))
}
