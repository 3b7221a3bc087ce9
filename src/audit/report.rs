//! [`report`]: a trail, read once, as a page for people: what was touched, what was refused, when, by which server.
//!
//! One reading serves both the verdict of `verify` and the numbers, so that they speak of the same bytes even if the
//! file grows meanwhile. Memory is bounded, whatever the trail: lists are cut, and the page says where.
//!
//! May import: `cap` (for rights). It opens no files and writes no HTML (`page` does).
//! It trusts nothing: a trail may be forged from its first line on, so every text in it may be an attacker's.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{self, BufRead, Read};

use chrono::DateTime;

use super::chain::LONGEST;
use super::page;
use super::tally::{Came, Count, Tally, Timeline};
use super::verify::{Trail, Unsound, verify};
use super::view::Record;
use crate::cap::Rights;

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

/// A page, and the verdict on the trail.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page, whole and in need of nothing else.
    pub html: String,
    /// What `verify` said.
    pub verdict: Result<Trail, Unsound>,
}

/// Reads a trail, and makes a page of it; `name` is what it is called there.
///
/// # Errors
/// When it cannot be read.
pub fn report(name: &str, trail: impl BufRead) -> io::Result<Page> {
    let mut lines = Tapped { trail, line: vec![], is_long: false, gathered: Gathered::default() };
    let verdict = verify(&mut lines)?;
    // Where `verify` has seen enough, the rest is counted all the same.
    loop {
        let rest = lines.fill_buf()?.len();
        if rest == 0 {
            break;
        }
        lines.consume(rest);
    }
    lines.end_line();
    let html = page::html(name, &lines.gathered, &verdict);
    Ok(Page { html, verdict })
}

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
    fn line(&mut self, line: &[u8]) {
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

/// A trail that hands on each line as it is read.
struct Tapped<R> {
    trail: R,
    line: Vec<u8>,
    /// Is the line longer than any record?
    is_long: bool,
    gathered: Gathered,
}

impl<R> Tapped<R> {
    fn end_line(&mut self) {
        if self.is_long {
            self.gathered.unread += 1;
        } else if !self.line.is_empty() {
            self.gathered.line(&self.line);
        }
        self.line.clear();
        self.is_long = false;
    }
}

impl<R: BufRead> Read for Tapped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.fill_buf()?.read(buffer)?;
        self.consume(len);
        Ok(len)
    }
}

impl<R: BufRead> BufRead for Tapped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.trail.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        // What is consumed is in the buffer still.
        let taken = self.trail.fill_buf().ok().and_then(|buffer| buffer.get(..len));
        let taken = taken.unwrap_or_default().to_vec();
        for part in taken.split_inclusive(|byte| *byte == b'\n') {
            let text = part.strip_suffix(b"\n").unwrap_or(part);
            self.is_long |= (self.line.len() + text.len()) as u64 > LONGEST;
            if !self.is_long {
                self.line.extend(text);
            }
            if text.len() < part.len() {
                self.end_line();
            }
        }
        self.trail.consume(len);
    }
}
