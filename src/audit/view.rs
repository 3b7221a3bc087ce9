//! [`Record`]: a line of a trail as people read it, or a table.
//!
//! May import: `path` (to escape). It does not check the trail; `verify` does. It escapes
//! every text again: another program that can write the trail must not write to the terminal.

use std::fmt::Write as _;

use serde::Deserialize;

use crate::path::printable;

/// What is shown of a line.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Record {
    pub(super) kind: String,
    pub(super) session: String,
    pub(super) time: String,
    pub(super) call: u64,
    pub(super) tool: String,
    pub(super) right: String,
    pub(super) paths: Vec<String>,
    pub(super) places: Vec<String>,
    pub(super) shortened: u64,
    pub(super) decision: String,
    pub(super) code: String,
    pub(super) before: String,
    pub(super) after: String,
    pub(super) bytes_out: u64,
    pub(super) dur_us: u64,
    pub(super) detail: String,
    pub(super) lost: u64,
    pub(super) version: String,
    pub(super) config: String,
    pub(super) grants: Vec<Grant>,
    pub(super) walls: Vec<String>,
    pub(super) calls: u64,
    pub(super) denied: u64,
    pub(super) errors: u64,
    pub(super) changes: u64,
}

/// A granted directory, as the start of a server names it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Grant {
    pub(super) name: String,
    pub(super) rights: String,
}

/// Which records are shown.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only those of this tool.
    pub tool: Option<String>,
    /// Only those with this code.
    pub code: Option<String>,
    /// Only those that were refused.
    pub refused: bool,
    /// Only those that name a path with this in it.
    pub path: Option<String>,
}

impl Filter {
    /// Is the record to be shown?
    pub fn passes(&self, record: &Record) -> bool {
        let mut paths = record.paths.iter().chain(&record.places);
        self.tool.as_ref().is_none_or(|tool| *tool == record.tool)
            && self.code.as_ref().is_none_or(|code| *code == record.code)
            && (!self.refused || ["deny", "error"].contains(&record.decision.as_str()))
            && self.path.as_ref().is_none_or(|part| paths.any(|path| path.contains(part.as_str())))
    }
}

impl Record {
    /// Reads a line; `None` if it is not a record.
    pub fn read(line: &str) -> Option<Self> {
        serde_json::from_str(line).ok().filter(|record: &Self| !record.kind.is_empty())
    }
}

/// The record in one line; with colours if somebody sees them.
pub fn line(record: &Record, colours: bool) -> String {
    let time = printable(record.time.get(11..23).unwrap_or(&record.time));
    let (word, colour) = match (record.kind.as_str(), record.decision.as_str()) {
        ("call", "deny") => ("deny", "31"),
        ("call", "error") => ("error", "33"),
        ("call", _) => ("ok", "32"),
        (other, _) => (other, "36"),
    };
    let word = printable(word);
    let word =
        if colours { format!("\x1b[{colour}m{word:<6}\x1b[0m") } else { format!("{word:<6}") };
    let mut text = record.tool.clone();
    for path in if record.paths.is_empty() { &record.places } else { &record.paths } {
        let _ = write!(text, " {path}");
    }
    if record.shortened > 0 {
        let _ = write!(text, "  ({} shortened)", record.shortened);
    }
    if !record.code.is_empty() {
        let _ = write!(text, "  {}", record.code);
    }
    if !record.after.is_empty() {
        let _ = write!(text, "  version {}", record.after);
    }
    if record.kind == "call" {
        let ms = record.dur_us / 1_000;
        let us = record.dur_us % 1_000;
        let _ = write!(text, "  {ms}.{us:03} ms");
    }
    format!("{time} {word} {}", printable(&text)).trim_end().to_owned()
}

/// The record as a row of a table, or the names of the columns.
pub fn csv(record: Option<&Record>) -> String {
    let Some(r) = record else {
        return "time,session,kind,call,tool,right,decision,code,paths,places,before,after,bytes_out,dur_us".into();
    };
    let call = r.call.to_string();
    let bytes = r.bytes_out.to_string();
    let took = r.dur_us.to_string();
    let lines =
        |all: &[String]| all.iter().map(|one| printable(one)).collect::<Vec<_>>().join("\n");
    let paths = lines(&r.paths);
    let places = lines(&r.places);
    let [time, session, kind, tool] =
        [&r.time, &r.session, &r.kind, &r.tool].map(|one| printable(one));
    let [right, decision, code] = [&r.right, &r.decision, &r.code].map(|one| printable(one));
    let [before, after] = [&r.before, &r.after].map(|one| printable(one));
    let row = [
        time, session, kind, call, tool, right, decision, code, paths, places, before, after,
        bytes, took,
    ];
    row.map(|cell| quoted(&cell)).join(",")
}

/// A cell, so that no program takes it for several, or for a formula.
fn quoted(cell: &str) -> String {
    let cell = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{cell}")
    } else {
        cell.into()
    };
    if cell.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trail_that_somebody_else_wrote_moves_no_cursor_and_adds_no_line() {
        let odd = r"x\u001b[2J\u202e\u007f\u0085\ny";
        let fields =
            ["kind", "session", "time", "tool", "right", "decision", "code", "before", "after"];
        let fields = fields.map(|field| format!("\"{field}\":\"{odd}\"")).join(",");
        let record =
            Record::read(&format!("{{{fields},\"paths\":[\"{odd}\"],\"places\":[]}}")).unwrap();
        let escaped = r"x\x1B[2J\xE2\x80\xAE\x7F\xC2\x85\x0Ay";
        let odd = |text: &str| text.chars().any(|c| c.is_control() || c == '\u{202E}');
        for shown in [line(&record, false), csv(Some(&record))] {
            assert!(!odd(&shown), "{shown:?}");
            assert!(shown.contains(escaped), "{shown:?}");
        }
    }
}
