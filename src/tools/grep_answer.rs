//! What `grep` keeps of what it finds, and how a page of it is told.
//!
//! Files in the order of their paths; of these as many as one page takes. The rest is counted.

use std::collections::BTreeMap;

use super::grep::{Asked, Output};
use super::searching::{CLOSING, Unsearched, count};
use crate::grep::{Hits, Search};
use crate::path::percent_encoded;

/// What one thread has found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) search: Option<Search>,
    pub(super) files: BTreeMap<String, Hits>,
    /// Lines of these files that count for the page.
    kept: usize,
    /// Is there more behind them that was not kept?
    has_more: bool,
    pub(super) total_lines: u64,
    pub(super) total_files: u64,
    pub(super) binary: u64,
    pub(super) failed: u64,
}

impl Found {
    pub(super) fn insert(&mut self, path: String, hits: Hits, page: usize) {
        self.kept += weight(&hits);
        self.files.insert(path, hits);
        // What lies behind a full page is counted, and not kept.
        while let Some(last) = self.files.last_entry() {
            let rest = self.kept - weight(last.get());
            if rest < page {
                break;
            }
            self.kept = rest;
            self.has_more = true;
            last.remove();
        }
    }

    pub(super) fn add(&mut self, other: Self, page: usize) {
        self.total_lines += other.total_lines;
        self.total_files += other.total_files;
        self.has_more |= other.has_more;
        self.binary += other.binary;
        self.failed += other.failed;
        for (path, hits) in other.files {
            self.insert(path, hits, page);
        }
    }
}

/// How much of a page a file takes.
fn weight(hits: &Hits) -> usize {
    hits.lines.iter().filter(|line| line.is_match).count().max(1)
}

/// The page, and what it says of itself.
pub(super) fn answer(asked: &Asked<'_>, found: &Found, unsearched: &Unsearched) -> String {
    let room = asked.budget.limits().search_chars().saturating_sub(CLOSING);
    let (mut text, mut used, mut shown) = (String::new(), 0, 0);
    let (mut last, mut is_whole) = (None, !found.has_more);
    // Files whose encoding is a guess, and whether any line has escapes.
    let (mut guessed, mut has_escapes): (Vec<(&str, &str)>, bool) = (vec![], false);
    // Lines around the first match that were left out.
    let mut no_room = 0;
    'files: for (path, hits) in &found.files {
        let head = match asked.output {
            Output::Content if text.is_empty() => format!("{path}\n"),
            Output::Content => format!("\n{path}\n"),
            Output::Files => format!("{path}\n"),
            Output::Count => format!("{path}:{}\n", hits.count),
        };
        if shown > 0 && (shown >= asked.page || used + head.chars().count() > room) {
            is_whole = false;
            break;
        }
        used += head.chars().count();
        text += &head;
        guessed.extend(hits.guessed.map(|encoding| (path.as_str(), encoding)));
        has_escapes |= hits.has_escapes;
        if asked.output != Output::Content {
            shown += 1;
            last = Some((path, u64::MAX));
            continue;
        }
        let mut before = None;
        for line in &hits.lines {
            let between = before.is_some_and(|before| line.number > before + 1)
                && asked.wanted.before + asked.wanted.after > 0;
            let mark = if line.is_match { ':' } else { '-' };
            let gap = if between { "--\n" } else { "" };
            let line_text = format!("{gap}{}{mark}{}\n", line.number, line.text);
            let chars = line_text.chars().count();
            let is_full = shown >= asked.page || used + chars > room;
            if shown > 0 && is_full {
                is_whole = false;
                break 'files;
            }
            // A first match is shown in any case, with as much around it as has room.
            if is_full && !line.is_match {
                no_room += 1;
                continue;
            }
            used += chars;
            text += &line_text;
            shown += usize::from(line.is_match);
            before = Some(line.number);
            last = Some((path, line.number));
        }
        if hits.count > hits.selected {
            let more = hits.count - hits.selected;
            text += &format!("[{more} more in this file: per_file=0]\n");
        }
        last = Some((path, u64::MAX));
    }
    let (lines, files) = (found.total_lines, found.total_files);
    let mut facts = vec![match asked.output {
        _ if files == 0 => "no line matches".into(),
        Output::Files => count(files, "file matches", "files match"),
        _ => format!(
            "{} in {}",
            count(lines, "matching line", "matching lines"),
            count(files, "file", "files")
        ),
    }];
    if found.binary > 0 {
        facts.push(format!("{} not searched", count(found.binary, "binary file", "binary files")));
    }
    if found.failed > 0 {
        facts.push(format!("{} not searched to the end", count(found.failed, "file", "files")));
    }
    facts.extend(told_by_guess(&guessed));
    if has_escapes {
        facts.push("\\x and two digits stand for a byte that is not text".into());
    }
    if no_room > 0 {
        facts.push(format!("{} around the match left out", count(no_room, "line", "lines")));
    }
    facts.extend(unsearched.facts(asked.budget));
    if let Some((path, line)) = last.filter(|_| !is_whole) {
        let line = if line == u64::MAX { "end".into() } else { line.to_string() };
        facts.push(format!(
            "continue with cursor=after:{line}:{}",
            percent_encoded(path.as_bytes())
        ));
    }
    format!("{text}[{}]", facts.join("; "))
}

/// Which of the files on the page were read in an encoding that is a guess.
fn told_by_guess(guessed: &[(&str, &str)]) -> Option<String> {
    match guessed {
        [] => None,
        [(path, encoding)] => Some(format!("{path} is read as {encoding}, a guess")),
        [(path, encoding), rest @ ..] => {
            let files = rest.len() + 1;
            Some(format!(
                "{files} files are read in guessed encodings, such as {path} as {encoding}"
            ))
        }
    }
}
