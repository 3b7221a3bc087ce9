//! [`Kept`]: what is kept of a file while it is searched.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use grep_matcher::Matcher as _;
use grep_searcher::{Searcher, Sink, SinkContext, SinkContextKind, SinkMatch};

use super::pattern::{Pattern, Timed};
use super::shown::Shown;
use super::{Hits, Line, Lines, Outcome, Position, Wanted};

/// Most lines of one match that are shown as a match.
const MOST_LINES: usize = 20;
/// Bytes after lines that match that an assertion at their end can see.
const LOOK_AHEAD: usize = 128;

/// What is kept of a file while it is searched.
pub(super) struct Kept<'a> {
    matcher: &'a Timed<'a>,
    wanted: Wanted,
    after: Position,
    hits: Hits,
    lines: VecDeque<Line>,
    /// How many of these match.
    matching: usize,
    shown: Shown,
}

impl<'a> Kept<'a> {
    /// Nothing yet. What lies at or before the position `after` was shown already: it is only counted. With `has_escapes`,
    /// pages of the file show some bytes as escapes.
    pub(super) fn new(
        matcher: &'a Timed<'a>,
        wanted: Wanted,
        after: Position,
        has_escapes: bool,
    ) -> Self {
        Self {
            matcher,
            wanted,
            after,
            hits: Hits::default(),
            lines: VecDeque::new(),
            matching: 0,
            shown: Shown::new(has_escapes),
        }
    }

    /// Lets it be searched, and tells what came of that.
    pub(super) fn search(mut self, search: impl FnOnce(&mut Self) -> io::Result<()>) -> Outcome {
        let is_whole = search(&mut self).is_ok();
        let lines = self.lines.into_iter().filter(|line| line.position() > self.after).collect();
        let hits = Hits { lines, has_escapes: self.shown.has_shown_escapes, ..self.hits };
        if is_whole { Outcome::Searched(hits) } else { Outcome::Partly(hits) }
    }

    /// Is the next match wanted?
    fn wants_more(&self) -> bool {
        match self.wanted.output {
            Lines::Any | Lines::Counted | Lines::Matches => false,
            Lines::First { of, .. } => self.hits.selected < of as u64,
            Lines::Last(_) => true,
        }
    }

    /// Is there room on the page for what stands there?
    fn has_room(&self, position: Position) -> bool {
        match self.wanted.output {
            Lines::First { page, .. } => position > self.after && self.matching <= page,
            _ => true,
        }
    }

    fn push(&mut self, number: u64, is_match: bool, bytes: &[u8]) {
        for (line, number) in lines_of(bytes).zip(number..) {
            let text = if is_match {
                self.shown.matching(self.matcher, line)
            } else {
                self.shown.context(line)
            };
            self.keep(Line { number, is_match, part: None, text });
        }
    }

    fn keep(&mut self, line: Line) {
        self.matching += usize::from(line.is_match);
        self.lines.push_back(line);
        let Lines::Last(most) = self.wanted.output else { return };
        if self.matching > most {
            // With the oldest match go the lines around it.
            while self.matching > most {
                if let Some(Line { is_match: true, .. }) = self.lines.pop_front() {
                    self.matching -= 1;
                }
            }
            let first = self.lines.iter().find(|line| line.is_match).map_or(0, |line| line.number);
            let from = first.saturating_sub(self.wanted.before as u64);
            while self.lines.front().is_some_and(|line| !line.is_match && line.number < from) {
                self.lines.pop_front();
            }
        }
        self.hits.selected = self.matching as u64;
    }

    /// Keeps the matches in lines that match, each by itself.
    fn keep_matches(&mut self, number: u64, found: &SinkMatch<'_>) -> io::Result<()> {
        let (text, range) = Self::text_of(self.matcher.pattern, found);
        // The line of the last match, how many matches begin in it, the column of the last one, and the place up to which
        // lines and characters are counted.
        let (mut number, mut nth, mut column, mut counted) = (number, 0, 1, range.start);
        let matcher = self.matcher;
        matcher.find_iter_at(text, range.start, |found| {
            if !range.contains(&found.start()) {
                return false;
            }
            let Some(matched) = text.get(found.start()..found.end()).filter(|m| !m.is_empty())
            else {
                return true;
            };
            let mut between = text.get(counted..found.start()).unwrap_or_default();
            if let Some(line_end) = memchr::memrchr(b'\n', between) {
                number += memchr::memchr_iter(b'\n', between).count() as u64;
                between = between.get(line_end + 1..).unwrap_or_default();
                (nth, column) = (0, 1);
            }
            column += chars(between);
            (nth, counted) = (nth + 1, found.start());
            self.hits.count += 1;
            if self.wants_more() {
                self.hits.selected += 1;
                if self.has_room(Position { line: number, matches: nth }) {
                    let text = self.lines_of_match(number, matched);
                    self.keep(Line { number, is_match: true, part: Some((nth, column)), text });
                }
            }
            true
        })
    }

    /// How many matches begin in lines that match: those that touch each other come as one.
    fn count_matches(&self, found: &SinkMatch<'_>) -> (u64, io::Result<()>) {
        let (text, range) = Self::text_of(self.matcher.pattern, found);
        let mut count = 0;
        let counted = self.matcher.find_iter_at(text, range.start, |found| {
            let is_within = range.contains(&found.start());
            count += u64::from(is_within);
            is_within
        });
        (count, counted)
    }

    /// Where the matches in lines that match are looked for once more, and the places at which they may begin. An assertion
    /// at their ends may depend on the lines around; so far as the searcher has these, and not beyond what is cheap.
    fn text_of<'t>(pattern: &Pattern, found: &SinkMatch<'t>) -> (&'t [u8], Range<usize>) {
        if !pattern.multiline {
            let line = pattern.without_line_end(found.bytes());
            return (line, 0..line.len() + 1);
        }
        let Range { start, end } = found.bytes_range_in_buffer();
        let cut = found.buffer().len().min(end + LOOK_AHEAD);
        // What matches after the last line end belongs to the next line, where there is one.
        let is_last = !found.bytes().ends_with(b"\n");
        (found.buffer().get(..cut).unwrap_or_default(), start..end + usize::from(is_last))
    }

    /// A match that begins in a line; each further line of it begins with its own number.
    fn lines_of_match(&mut self, number: u64, matched: &[u8]) -> String {
        let mut text = String::new();
        let mut lines = lines_of(matched).zip(number..);
        for (line, number) in lines.by_ref().take(MOST_LINES) {
            let line = self.shown.one_match(line);
            text += &if text.is_empty() { line } else { format!("\n{number}:1:{line}") };
        }
        match lines.count() {
            0 => text,
            1 => format!("{text}\n[1 more line of this match]"),
            more => format!("{text}\n[{more} more lines of this match]"),
        }
    }
}

/// Lines without their ends.
fn lines_of(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n');
    lines.map(|line| line.strip_suffix(b"\r").unwrap_or(line))
}

/// Characters of UTF-8; of other bytes about as many.
fn chars(text: &[u8]) -> u64 {
    text.iter().filter(|&&byte| byte & 0xC0 != 0x80).count() as u64
}

impl Sink for Kept<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        if self.wanted.output == Lines::Any {
            self.hits.count = 1;
            return Ok(false);
        }
        let number = found.line_number().unwrap_or(0);
        if self.wanted.only_matching {
            self.keep_matches(number, found)?;
            return Ok(true);
        }
        // Over line ends there are matches, as ripgrep counts them, and not lines that match.
        let (lines, counted) =
            if self.matcher.pattern.multiline || self.wanted.output == Lines::Matches {
                self.count_matches(found)
            } else {
                (found.lines().count() as u64, Ok(()))
            };
        self.hits.count += lines;
        counted?;
        if self.wants_more() {
            self.hits.selected += lines;
            if self.has_room(Position::end_of(number)) {
                self.push(number, true, found.bytes());
            }
        }
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> io::Result<bool> {
        let number = context.line_number().unwrap_or(0);
        // After the last match that is wanted, only the lines that follow it immediately.
        let follows = *context.kind() == SinkContextKind::After
            && self.lines.back().is_some_and(|last| number == last.number + 1);
        if self.has_room(Position::end_of(number)) && (self.wants_more() || follows) {
            self.push(number, false, context.bytes());
        }
        Ok(true)
    }
}
