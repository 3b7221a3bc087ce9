//! [`verify`]: is a trail what was written? It says which line is the first that is not.
//!
//! May import: nothing of this crate. It gives no verdict on what a chain cannot show; the output lists that.

use std::collections::{HashMap, HashSet, VecDeque};
use std::fmt;
use std::io::{self, BufRead, Read as _};

use serde_json::Value;

use super::chain::{LONGEST, parted, sha256};

/// Behind how many lines before it a server may have started.
const RECENT: usize = 10_000;

/// What a chain does not detect.
pub const UNSEEN: &str = "\
The chain does not detect records that are missing at the end, servers that are missing at the beginning, or a complete
rewrite by somebody who may write the file. Keep the last hash where they cannot write, and compare it with the one that
`--log info` prints; compare the hash that a file goes on from with the last one of the file before it.\n";

/// A sound trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    /// How many records it has.
    pub records: u64,
    /// How many servers wrote it.
    pub sessions: usize,
    /// Servers that did not say that they ended: they run still, were killed, or the end was cut off.
    pub open: Vec<String>,
    /// Records that could not be written, as the next ones say.
    pub lost: u64,
    /// The hash of the last line.
    pub last: String,
    /// What the first line names as the one before: the end of another file, if anything.
    pub before: String,
}

/// Why a trail is not sound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unsound {
    /// The first line that is wrong, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unsound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// One server, as far as it was read.
struct Session {
    seq: u64,
    hash: String,
    has_ended: bool,
}

/// Reads a trail from its beginning.
///
/// # Errors
/// [`Unsound`] for the first line that is not as it was written; an error of the system in the outer result.
pub fn verify(mut trail: impl BufRead) -> io::Result<Result<Trail, Unsound>> {
    let (mut found, mut sessions) = (Trail::default(), HashMap::<String, Session>::new());
    let mut recent = Recent::default();
    let mut number = 0;
    let mut line = vec![];
    // Lines that are not records are torn ones if the next record reports that many lost: the first, and how many.
    let mut torn: Option<(u64, u64)> = None;
    loop {
        line.clear();
        number += 1;
        if (&mut trail).take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            break;
        }
        if line == b"\n" {
            continue;
        }
        let at = |why: String| Unsound { line: number, why };
        let Some((body, hash)) = parted(&line) else {
            let (first, count) = torn.unwrap_or((number, 0));
            torn = Some((first, count + 1));
            continue;
        };
        if sha256(&body) != hash {
            return Ok(Err(at("it was changed after it was written".into())));
        }
        let Ok(record) = serde_json::from_slice::<Value>(&body) else {
            return Ok(Err(at("it is not a record".into())));
        };
        let text =
            |key: &str| record.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let kind = text("kind");
        let name = text("session");
        let prev = text("prev");
        let beside = text("beside");
        let seq = record.get("seq").and_then(Value::as_u64).unwrap_or(u64::MAX);
        let lost = record.get("lost").and_then(Value::as_u64).unwrap_or(0);
        if let Some((line, _)) = torn.take().filter(|(_, count)| *count > lost) {
            return Ok(Err(Unsound { line, why: "it is not a record".into() }));
        }
        let wrong = match sessions.get(&name) {
            None if kind != "start" || seq != 0 => {
                Some("what its server wrote before is not there".into())
            }
            None if found.records == 0 => {
                found.before.clone_from(&prev);
                None
            }
            // Servers that started at the same time have seen the same end.
            None if prev != found.before && !recent.known.contains(&prev) => {
                Some("the last record before its server started is missing".into())
            }
            Some(session) if session.has_ended => Some("its server had ended before".into()),
            Some(session) if session.seq + 1 != seq => Some(format!(
                "it has number {seq} where {} should follow: records are missing, or in another order",
                session.seq + 1
            )),
            Some(session) if session.hash != prev => {
                Some("it follows another record than it says".into())
            }
            None | Some(_) if !beside.is_empty() && !recent.known.contains(&beside) => {
                Some("a record of another server that it refers to is missing".into())
            }
            None | Some(_) => None,
        };
        if let Some(why) = wrong {
            return Ok(Err(at(why)));
        }
        found.records += 1;
        found.lost += lost;
        found.last.clone_from(&hash);
        recent.add(hash.clone());
        sessions.insert(name, Session { seq, hash, has_ended: kind == "end" });
    }
    if let Some((line, _)) = torn {
        return Ok(Err(Unsound { line, why: "it is not a record".into() }));
    }
    found.sessions = sessions.len();
    found.open = sessions.into_iter().filter(|(_, s)| !s.has_ended).map(|(name, _)| name).collect();
    found.open.sort();
    Ok(Ok(found))
}

/// The hashes of the last lines.
#[derive(Default)]
struct Recent {
    known: HashSet<String>,
    order: VecDeque<String>,
}

impl Recent {
    fn add(&mut self, hash: String) {
        self.known.insert(hash.clone());
        self.order.push_back(hash);
        if self.order.len() > RECENT
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}
