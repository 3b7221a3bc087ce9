//! [`Kept`]: the matches of a file, while it is searched.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;

use grep_matcher::Matcher as _;
use grep_searcher::{Searcher, Sink, SinkContext, SinkContextKind, SinkMatch};

use super::hits::{Hits, Line, Lines, Outcome, Position, Wanted};
use super::pattern::{Pattern, Timed};
use super::shown::Shown;

/// Most lines of one match that are shown as a match.
const MOST_LINES: usize = 20;
/// Bytes after lines that match that an assertion at their end can see.
const LOOK_AHEAD: usize = 128;

/// The matches of a file, and their context, while it is searched.
pub(super) struct Kept<'a> {
    matcher: &'a Timed<'a>,
    wanted: Wanted,
    from: Position,
    hits: Hits,
    lines: VecDeque<Line>,
    /// How many of these match.
    matching: usize,
    /// Where the last lines are wanted: how much of what is counted lies after `from`.
    counted_after: u64,
    shown: Shown,
}

impl<'a> Kept<'a> {
    /// Starts empty. Matches up to `from`, which an earlier page has shown, are only counted. With `has_escapes`,
    /// pages of the file show some bytes as escapes.
    pub(super) fn new(
        matcher: &'a Timed<'a>,
        wanted: Wanted,
        from: Position,
        has_escapes: bool,
    ) -> Self {
        Self {
            matcher,
            wanted,
            from,
            hits: Hits::default(),
            lines: VecDeque::new(),
            matching: 0,
            counted_after: 0,
            shown: Shown::new(has_escapes),
        }
    }

    /// Lets it be searched, and tells what came of that.
    pub(super) fn search(mut self, search: impl FnOnce(&mut Self) -> io::Result<()>) -> Outcome {
        let is_whole = search(&mut self).is_ok();
        if let Lines::Last { of, .. } = self.wanted.output {
            self.leave_last(of as u64);
        }
        let hits = Hits {
            lines: self.lines.into(),
            has_escapes: self.shown.has_shown_escapes,
            ..self.hits
        };
        if is_whole { Outcome::Searched(hits) } else { Outcome::Partly(hits) }
    }

    /// Is the next match wanted?
    fn wants_more(&self) -> bool {
        match self.wanted.output {
            Lines::Any | Lines::Counted | Lines::Matches => false,
            Lines::First { of, .. } => self.hits.selected < of as u64,
            Lines::Last { .. } => true,
        }
    }

    /// Is there room on the page for what stands there?
    fn has_room(&self, position: Position) -> bool {
        let is_full = match self.wanted.output {
            Lines::First { page, .. } => self.matching > page,
            _ => false,
        };
        !is_full && self.wanted.output.are_open(position, self.from)
    }

    /// Counts a match, on this page or another.
    fn select(&mut self, counts: u64, position: Position) {
        match self.wanted.output {
            Lines::Last { .. } if !self.wanted.output.are_open(position, self.from) => {
                self.counted_after += counts;
            }
            _ => self.hits.selected += counts,
        }
    }

    /// Keeps lines, in the first of which so much begins that is counted; no match where that is nothing.
    fn push(&mut self, number: u64, counts: u64, bytes: &[u8]) {
        let is_match = counts > 0;
        for (at, (line, number)) in lines_of(bytes).zip(number..).enumerate() {
            if !self.has_room(Position::end_of(number)) {
                continue;
            }
            let text = if is_match {
                self.shown.matching(self.matcher, line)
            } else {
                self.shown.context(line)
            };
            let counts = if at == 0 { counts } else { 0 };
            self.keep(Line { number, is_match, part: None, counts, text });
        }
    }

    fn keep(&mut self, line: Line) {
        self.matching += usize::from(line.is_match);
        self.lines.push_back(line);
        if let Lines::Last { page, .. } = self.wanted.output {
            let most = page.saturating_add(1);
            while self.matching > most {
                self.drop_first();
            }
        }
    }

    /// Drops the first line that matches, with the lines around it.
    fn drop_first(&mut self) {
        while let Some(line) = self.lines.pop_front() {
            if line.is_match {
                self.matching -= 1;
                break;
            }
        }
        let first = self.lines.iter().find(|line| line.is_match).map_or(u64::MAX, |l| l.number);
        let from = first.saturating_sub(self.wanted.before as u64);
        while self.lines.front().is_some_and(|line| !line.is_match && line.number < from) {
            self.lines.pop_front();
        }
    }

    /// Keeps only those that are among the last ones of the file.
    fn leave_last(&mut self, of: u64) {
        let left = of.saturating_sub(self.counted_after);
        let mut counted = 0;
        let mut matching = 0;
        for line in self.lines.iter().rev().filter(|line| line.is_match) {
            if counted >= left {
                break;
            }
            counted += line.counts;
            matching += 1;
        }
        while self.matching > matching {
            self.drop_first();
        }
        // What stands before a match of an earlier page.
        if self.matching == 0 {
            self.lines.clear();
        }
        self.hits.selected = self.hits.count.min(of).max(self.counted_after + counted);
    }

    /// Keeps each match of a matching line separately.
    fn keep_matches(&mut self, number: u64, found: &SinkMatch<'_>) -> io::Result<()> {
        let (text, range) = Self::text_of(self.matcher.pattern, found);
        // The line of the last match, how many matches begin in it, the column of the last one, and the place up to which
        // lines and characters are counted.
        let mut number = number;
        let mut nth = 0;
        let mut column = 1;
        let mut counted = range.start;
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
            let position = Position { line: number, matches: nth };
            if self.wants_more() {
                self.select(1, position);
                if self.has_room(position) {
                    let text = self.lines_of_match(number, matched);
                    let part = Some((nth, column));
                    self.keep(Line { number, is_match: true, part, counts: 1, text });
                }
            }
            true
        })
    }

    /// How many matches begin in lines that match.
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

    /// Keeps matches over line ends. Those that touch each other come as one from the searcher; each counts separately,
    /// with the lines that it spans. Matches that share a line are kept together.
    fn keep_spans(&mut self, number: u64, found: &SinkMatch<'_>) -> io::Result<()> {
        let (text, range) = Self::text_of(self.matcher.pattern, found);
        let all = found.bytes_range_in_buffer();
        let line_end = |at: usize| {
            let rest = text.get(at..all.end).unwrap_or_default();
            memchr::memchr(b'\n', rest).map_or(all.end, |end| at + end + 1)
        };
        let mut span = Span { number, start: all.start, end: all.start, counts: 0 };
        let matcher = self.matcher;
        let searched = matcher.find_iter_at(text, range.start, |found| {
            if !range.contains(&found.start()) {
                return false;
            }
            // What matches after the last line end belongs to the last line.
            let begins_a_line = found.start() >= span.end && found.start() < all.end;
            if span.counts > 0 && begins_a_line {
                self.keep_span(&span, text);
                let lines = text.get(span.start..span.end).unwrap_or_default();
                let number = span.number + memchr::memchr_iter(b'\n', lines).count() as u64;
                span = Span { number, start: span.end, end: span.end, counts: 0 };
            }
            span.counts += 1;
            // A match that ends with a line end does not reach into the next line.
            let last = found.end().saturating_sub(1).max(found.start());
            span.end = span.end.max(line_end(last));
            true
        });
        // The searcher can see one more match than this, since it does not look at what lies before the last one.
        span.end = all.end;
        self.keep_span(&span, text);
        searched
    }

    fn keep_span(&mut self, span: &Span, text: &[u8]) {
        self.hits.count += span.counts;
        if span.counts > 0 && self.wants_more() {
            self.select(span.counts, Position::end_of(span.number));
            let lines = text.get(span.start..span.end).unwrap_or_default();
            self.push(span.number, span.counts, lines);
        }
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

/// Lines of a text that matches span.
struct Span {
    /// The number of the first one.
    number: u64,
    start: usize,
    end: usize,
    /// How many matches begin in them.
    counts: u64,
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
        if self.matcher.pattern.multiline && self.wanted.output.are_shown() {
            self.keep_spans(number, found)?;
            return Ok(true);
        }
        let (lines, counted) =
            if self.matcher.pattern.multiline || self.wanted.output == Lines::Matches {
                self.count_matches(found)
            } else {
                (found.lines().count() as u64, Ok(()))
            };
        self.hits.count += lines;
        counted?;
        if self.wants_more() {
            self.select(lines, Position::end_of(number));
            self.push(number, lines, found.bytes());
        }
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> io::Result<bool> {
        let number = context.line_number().unwrap_or(0);
        // After the last match that is wanted, only the lines that follow it immediately.
        let follows = *context.kind() == SinkContextKind::After
            && self.lines.back().is_some_and(|last| number == last.number + 1);
        if self.has_room(Position::end_of(number)) && (self.wants_more() || follows) {
            self.push(number, 0, context.bytes());
        }
        Ok(true)
    }
}
