//! [`Chain`]: records as lines, each of which holds the hash of the one before.
//!
//! A line ends with `,"hash":"..."}`, the SHA-256 of the record without that field. To change, remove or swap
//! lines without notice, one has to rewrite all lines after them: `prev` links the lines of one server, and
//! `beside` links a line to the one before it in the file, if another server wrote that.
//!
//! May import: nothing of this crate. There is no key: a user who can write the file can
//! rewrite all of it. The last hash, kept elsewhere, shows that.

use std::time::SystemTime;

use chrono::{DateTime, SecondsFormat, Utc};
use data_encoding::HEXLOWER;
use serde::Serialize;
use sha2::{Digest as _, Sha256};

/// The version of the record's form.
const VERSION: u8 = 2;
/// No line is longer, in bytes. Those of this version are far shorter: paths and places have a bound of 16 KiB each.
/// Those of earlier ones held a hundred of each, whole.
pub const LONGEST: u64 = 8 << 20;
/// What stands before the hash of a line.
pub(super) const BEFORE_HASH: &str = ",\"hash\":\"";
/// The bytes from there to the end of the line: enough to find its hash.
pub(super) const HASH_LEN: usize = BEFORE_HASH.len() + 64 + "\"}\n".len();

/// The server as it starts.
#[derive(Clone, Debug, Serialize)]
pub struct Start {
    /// The version of the program.
    pub version: &'static str,
    /// The SHA-256 of the config file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub config: Option<String>,
    /// What is granted.
    pub grants: Vec<StartedGrant>,
    /// Which walls hold, in words.
    pub walls: Vec<String>,
}

/// A granted directory.
#[derive(Clone, Debug, Serialize)]
pub struct StartedGrant {
    /// What clients call it.
    pub name: String,
    /// What may be done in it.
    pub rights: String,
    /// The device of its file system, and its number there; nothing if it is not available.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<(u64, u64)>,
}

/// What a record tells.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(super) enum Told {
    Start(Start),
    Intent {
        call: u64,
        tool: String,
        right: String,
        paths: Vec<String>,
        #[serde(skip_serializing_if = "is_zero")]
        shortened: usize,
    },
    Call(Call),
    End(Totals),
}

#[derive(Clone, Debug, Serialize)]
pub(super) struct Call {
    #[serde(rename = "call")]
    pub(super) number: u64,
    pub(super) request: String,
    pub(super) tool: String,
    pub(super) right: String,
    /// Is the right one to change? The totals count by it.
    #[serde(skip)]
    pub(super) changes: bool,
    pub(super) paths: Vec<String>,
    pub(super) places: Vec<String>,
    /// How many of the paths and places are shortened.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) shortened: usize,
    pub(super) decision: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) detail: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) before: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) after: Option<String>,
    pub(super) bytes_out: usize,
    pub(super) dur_us: u64,
}

/// All that was done from start to end.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Totals {
    pub(super) calls: u64,
    pub(super) denied: u64,
    pub(super) errors: u64,
    pub(super) changes: u64,
}

/// The lines of one server.
pub(super) struct Chain {
    session: String,
    seq: u64,
    /// The hash of the last line.
    last: String,
    /// Records that could not be written since the last line.
    pub(super) lost: u64,
}

#[derive(Serialize)]
struct Body<'a> {
    v: u8,
    session: &'a str,
    seq: u64,
    time: String,
    #[serde(flatten)]
    told: &'a Told,
    #[serde(skip_serializing_if = "is_none")]
    lost: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    beside: Option<&'a str>,
    prev: &'a str,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how it is called")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "that is how it is called")]
const fn is_zero(count: &usize) -> bool {
    *count == 0
}

impl Chain {
    /// A chain that continues a file with this end. If the end is not a whole line, a record was lost there.
    pub(super) fn new(session: String, end: &[u8]) -> Self {
        let last = last_hash(end).unwrap_or_default();
        Self { session, seq: 0, last, lost: u64::from(is_torn(end)) }
    }

    /// The next line, and its hash. It is the next one only when it is [`Self::written`].
    ///
    /// `seen` is the hash of the last line in the file. If another server wrote that line, this one names it. Otherwise
    /// the lines of a server that ran at the same time could all be taken out: no chain would be broken.
    pub(super) fn line(
        &self,
        told: &Told,
        time: SystemTime,
        seen: Option<&str>,
    ) -> serde_json::Result<(Vec<u8>, String)> {
        let time = DateTime::<Utc>::from(time).to_rfc3339_opts(SecondsFormat::Millis, true);
        let session = self.session.as_str();
        let prev = self.last.as_str();
        let seq = self.seq;
        let lost = self.lost;
        let beside = seen.filter(|seen| *seen != prev);
        let body = Body { v: VERSION, session, seq, time, told, lost, beside, prev };
        let mut line = serde_json::to_vec(&body)?;
        let hash = sha256(&line);
        line.pop();
        line.extend([BEFORE_HASH, &hash, "\"}\n"].concat().bytes());
        Ok((line, hash))
    }

    /// The line with this hash is in the file.
    pub(super) fn written(&mut self, hash: String) {
        (self.last, self.seq, self.lost) = (hash, self.seq + 1, 0);
    }

    /// The hash of the last line.
    pub(super) fn last(&self) -> &str {
        &self.last
    }
}

/// A line without its hash, and the hash; nothing if it has none.
pub(super) fn parted(line: &[u8]) -> Option<(Vec<u8>, String)> {
    let text = std::str::from_utf8(line).ok()?.trim_end_matches('\n');
    let (body, rest) = text.rsplit_once(BEFORE_HASH)?;
    let hash = rest.strip_suffix("\"}")?;
    let is_hash = hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit());
    is_hash.then(|| ([body, "}"].concat().into_bytes(), hash.to_owned()))
}

/// As people compare it.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// Does it end within a line?
pub(super) fn is_torn(end: &[u8]) -> bool {
    !end.is_empty() && !end.ends_with(b"\n")
}

/// The hash of the last whole line in the end of a file.
pub fn last_hash(end: &[u8]) -> Option<String> {
    let lines = end.split_inclusive(|byte| *byte == b'\n').rev();
    lines.filter(|line| line.ends_with(b"\n")).find_map(|line| Some(parted(line)?.1))
}
