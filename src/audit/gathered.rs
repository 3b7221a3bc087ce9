//! [`Gathered`]: what the report shows of a trail.
//!
//! May import: `cap` (for rights).

use crate::audit::tally::Came;
use crate::audit::tally::Count;
use crate::audit::tally::Tally;
use crate::audit::tally::Timeline;
use crate::audit::view::Record;
use crate::cap::Rights;
use chrono::DateTime;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;

/// All that the page tells.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) records: u64,
    /// Lines that are not records.
    pub(super) unread: u64,
    /// Records that could not be written, as the next ones say.
    pub(super) lost: u64,
    pub(super) first: String,
    pub(super) last: String,
    pub(super) calls: Count,
    pub(super) bytes_out: u64,
    pub(super) micros: u64,
    pub(super) timeline: Timeline,
    pub(super) codes: Tally,
    pub(super) tools: Tally,
    pub(super) paths: Tally,
    pub(super) places: Tally,
    pub(super) directories: Tally,
    pub(super) refusals: VecDeque<Seen>,
    pub(super) changes: VecDeque<Seen>,
    pub(super) servers: Vec<Server>,
    /// Records of servers that found no room.
    pub(super) beyond: u64,
    /// Where each server stands in the list.
    known: HashMap<String, usize>,
}

/// A server, as its records tell of it.
#[derive(Debug, Default)]
pub(super) struct Server {
    pub(super) name: String,
    pub(super) start: String,
    pub(super) last: String,
    pub(super) version: String,
    pub(super) config: String,
    pub(super) grants: Vec<String>,
    pub(super) walls: Vec<String>,
    /// Its grant, if it is the only one: its places go without the name.
    only: Option<String>,
    pub(super) calls: Count,
    pub(super) lost: u64,
    /// Its own totals, if it said that it ended: calls, denied, errors, changes.
    pub(super) end: Option<[u64; 4]>,
    /// Changes that were begun, and did not come to an end yet.
    pub(super) begun: HashSet<u64>,
}

/// A call worth a line of its own.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) time: String,
    pub(super) server: String,
    pub(super) tool: String,
    pub(super) paths: Vec<String>,
    pub(super) code: String,
    pub(super) detail: String,
    pub(super) versions: [String; 2],
}

impl Gathered {
    pub(super) fn line(&mut self, line: &[u8]) {
        let text = std::str::from_utf8(line).ok();
        match text.and_then(Record::read) {
            Some(record) => self.record(&record),
            None => self.unread += 1,
        }
    }

    fn record(&mut self, record: &Record) {
        self.records += 1;
        self.lost = self.lost.saturating_add(record.lost);
        if self.first.is_empty() {
            self.first = short(&record.time);
        }
        self.last = short(&record.time);
        let came = (record.kind == "call").then(|| came(record));
        self.server(record, came);
        if let Some(came) = came {
            self.call(record, came);
        }
    }

    fn server(&mut self, record: &Record, came: Option<Came>) {
        let next = self.servers.len();
        let name = short(&record.session);
        let at = match self.known.get(&name) {
            Some(at) => *at,
            None if next < MOST_SERVERS => {
                self.known.insert(name.clone(), next);
                let start = short(&record.time);
                self.servers.push(Server { name, start, ..Server::default() });
                next
            }
            None => {
                self.beyond += 1;
                return;
            }
        };
        let Some(server) = self.servers.get_mut(at) else { return };
        server.last = short(&record.time);
        server.lost = server.lost.saturating_add(record.lost);
        if let Some(came) = came {
            server.calls.add(came);
            server.begun.remove(&record.call);
        }
        match record.kind.as_str() {
            "start" => {
                let grants = record.grants.iter();
                server.grants =
                    some(grants.map(|grant| format!("{}:{}", grant.name, grant.rights)));
                server.only = match record.grants.as_slice() {
                    [grant] => Some(short(&grant.name)),
                    _ => None,
                };
                server.walls = some(record.walls.iter().cloned());
                (server.version, server.config) = (short(&record.version), short(&record.config));
            }
            "intent" if server.begun.len() < MOST_BEGUN => {
                server.begun.insert(record.call);
            }
            "end" => {
                server.end = Some([record.calls, record.denied, record.errors, record.changes]);
            }
            _ => {}
        }
    }

    fn call(&mut self, record: &Record, came: Came) {
        self.calls.add(came);
        self.bytes_out = self.bytes_out.saturating_add(record.bytes_out);
        self.micros = self.micros.saturating_add(record.dur_us);
        let time = DateTime::parse_from_rfc3339(&record.time).ok();
        self.timeline.add(time.map(|time| time.timestamp_millis()), came);
        self.tools.count(&record.tool, came);
        for path in &record.paths {
            self.paths.count(path, came);
        }
        let server = self.known.get(&short(&record.session)).and_then(|at| self.servers.get(*at));
        let only = server.and_then(|server| server.only.as_deref());
        let places: Vec<_> = record.places.iter().map(|place| named(place, only)).collect();
        for place in &places {
            self.places.count(place, came);
        }
        // A directory is touched once by a call that reaches many files in it.
        let directories: HashSet<&str> = places.iter().map(|place| directory(place)).collect();
        for directory in directories {
            self.directories.count(directory, came);
        }
        if !record.code.is_empty() {
            self.codes.count(&record.code, came);
        }
        let last = match came {
            Came::Read => return,
            Came::Changed => &mut self.changes,
            Came::Denied | Came::Failed => &mut self.refusals,
        };
        last.push_back(Seen {
            time: short(&record.time),
            server: short(&record.session),
            tool: short(&record.tool),
            paths: some(record.paths.iter().cloned()),
            code: short(&record.code),
            detail: short(&record.detail),
            versions: [short(&record.before), short(&record.after)],
        });
        if last.len() > LAST {
            last.pop_front();
        }
    }
}

fn came(record: &Record) -> Came {
    let right = |right: Rights| record.right == right.to_string();
    match record.decision.as_str() {
        "deny" => Came::Denied,
        "allow" if right(Rights::NONE) || right(Rights::READ) => Came::Read,
        "allow" => Came::Changed,
        _ => Came::Failed,
    }
}

/// A place, after the name of its grant.
fn named<'a>(place: &'a str, only: Option<&str>) -> Cow<'a, str> {
    match only {
        Some(grant) if place.is_empty() || place == "." => grant.to_owned().into(),
        Some(grant) => format!("{grant}/{place}").into(),
        None => place.into(),
    }
}

/// The directory that a place lies in; a grant lies in itself.
fn directory(place: &str) -> &str {
    place.trim_end_matches('/').rsplit_once('/').map_or(place, |(directory, _)| directory)
}

/// A text of bounded length, which says that it was cut.
fn short(text: &str) -> String {
    let kept = text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or_default();
    if kept.len() < text.len() { format!("{kept}… (cut)") } else { kept.to_owned() }
}

/// The first few, and how many more there are.
fn some(all: impl ExactSizeIterator<Item = String>) -> Vec<String> {
    let more = all.len().saturating_sub(MOST_PARTS);
    let mut some: Vec<_> = all.take(MOST_PARTS).map(|part| short(&part)).collect();
    some.extend((more > 0).then(|| format!("… and {more} more")));
    some
}

/// Most servers that are told apart.
const MOST_SERVERS: usize = 300;

/// Most changes of a server that are awaited at a time.
const MOST_BEGUN: usize = 1_000;

/// How many of the last calls of a kind are kept.
pub(super) const LAST: usize = 50;

/// Most bytes of a text that is shown beside others.
const MOST_TEXT: usize = 400;

/// Most paths, grants or walls of a record that are shown.
const MOST_PARTS: usize = 12;
