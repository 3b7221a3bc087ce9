//! [`Kept`]: what is kept of a file while it is searched.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::io;

use grep_matcher::Matcher as _;
use grep_searcher::{Searcher, Sink, SinkContext, SinkContextKind, SinkMatch};

use super::pattern::Timed;
use super::{Hits, Line, Lines, Outcome};
use crate::text::{line_shown, part_shown};

/// Bytes that are shown of a long line, about its match.
const SHOWN: usize = 400;

/// What is kept of a file while it is searched.
pub(super) struct Kept<'a> {
    matcher: &'a Timed<'a>,
    output: Lines,
    behind: u64,
    hits: Hits,
    lines: VecDeque<Line>,
    /// How many of these match.
    matching: usize,
    /// Does a page of the file show anything as escapes?
    has_escapes: bool,
}

impl<'a> Kept<'a> {
    /// Nothing yet. Lines up to number `behind` were shown already: they are counted alone.
    pub(super) fn new(
        matcher: &'a Timed<'a>,
        output: Lines,
        behind: u64,
        has_escapes: bool,
    ) -> Self {
        Self {
            matcher,
            output,
            behind,
            hits: Hits::default(),
            lines: VecDeque::new(),
            matching: 0,
            has_escapes,
        }
    }

    /// Lets it be searched, and tells what came of that.
    pub(super) fn search(mut self, search: impl FnOnce(&mut Self) -> io::Result<()>) -> Outcome {
        let is_whole = search(&mut self).is_ok();
        let lines = self.lines.into_iter().filter(|line| line.number > self.behind).collect();
        let hits = Hits { lines, ..self.hits };
        if is_whole { Outcome::Searched(hits) } else { Outcome::Partly(hits) }
    }

    /// Is the next match wanted?
    fn wants_more(&self) -> bool {
        match self.output {
            Lines::Any | Lines::Counted | Lines::Matches => false,
            Lines::First { of, .. } => self.hits.selected < of as u64,
            Lines::Last(_) => true,
        }
    }

    /// Is there room on the page for a line?
    fn has_room(&self, number: u64) -> bool {
        match self.output {
            Lines::First { page, .. } => number > self.behind && self.matching <= page,
            _ => true,
        }
    }

    fn push(&mut self, number: u64, is_match: bool, bytes: &[u8]) {
        let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n');
        for (line, number) in lines.zip(number..) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = self.shortened(line);
            self.lines.push_back(Line { number, is_match, text });
            self.matching += usize::from(is_match);
        }
        let Lines::Last(most) = self.output else { return };
        while self.matching > most {
            // With the oldest match goes what stands before it.
            if let Some(Line { is_match: true, .. }) = self.lines.pop_front() {
                self.matching -= 1;
            }
        }
        self.hits.selected = self.matching as u64;
    }

    fn shortened(&mut self, line: &[u8]) -> String {
        if line.len() <= SHOWN {
            return self.noted(line_shown(line, self.has_escapes), line);
        }
        let at = self.matcher.find(line).ok().flatten().map_or(0, |found| found.start());
        let from = at.saturating_sub(SHOWN / 4).min(line.len() - SHOWN);
        let (part, range) = part_shown(line, from..from + SHOWN, self.has_escapes);
        let part = self.noted(part, line.get(range.clone()).unwrap_or_default());
        let (before, after) = (range.start, line.len() - range.end);
        let left = |n: usize| if n > 0 { format!("[{n} bytes]") } else { String::new() };
        format!("{}{part}{}", left(before), left(after))
    }

    /// Notes that bytes are shown as escapes, where they are.
    fn noted(&mut self, text: Cow<'_, str>, bytes: &[u8]) -> String {
        self.hits.has_escapes |= text.as_bytes() != bytes;
        text.into_owned()
    }
}

impl Sink for Kept<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        if self.output == Lines::Any {
            self.hits.count = 1;
            return Ok(false);
        }
        // Over line ends there are matches, as ripgrep counts them, and not lines that match.
        let mut lines = 0;
        let mut counted = Ok(());
        if self.matcher.pattern.multiline || self.output == Lines::Matches {
            // Matches that touch each other come as one.
            counted = self.matcher.find_iter(found.bytes(), |_| {
                lines += 1;
                true
            });
        } else {
            lines = found.lines().count() as u64;
        }
        self.hits.count += lines;
        counted?;
        let number = found.line_number().unwrap_or(0);
        if self.wants_more() {
            self.hits.selected += lines;
            if self.has_room(number) {
                self.push(number, true, found.bytes());
            }
        }
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> io::Result<bool> {
        let number = context.line_number().unwrap_or(0);
        // Behind the last match that is wanted, only what follows it at once.
        let follows = *context.kind() == SinkContextKind::After
            && self.lines.back().is_some_and(|last| number == last.number + 1);
        if self.has_room(number) && (self.wants_more() || follows) {
            self.push(number, false, context.bytes());
        }
        Ok(true)
    }
}
