//! [`search`]: a huge file, by several threads, a segment each.
//!
//! A segment holds the lines that begin in it. What was found is put together in order, so the answer
//! is that of one thread; what one segment has found is held, and no more than a page of the whole.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use grep_searcher::Searcher;

use super::hits::{Hits, Lines, Outcome, Wanted};
use super::kept::Kept;
use super::pattern::{Pattern, Timed};
use super::searcher::{MOST_HELD, searcher};
use crate::cap::{OpenFile, search_threads};
use crate::limits::Budget;
use crate::text::Searched;

/// Bytes of a segment: few enough to stay in a core's own cache between its passes.
const SEGMENT: usize = 1 << 20;
/// Bytes that are read at a time for the rest of a segment's last line.
const STEP: usize = 64 << 10;

/// Searches a file for lines; several at a time, without context.
pub(super) fn search(
    pattern: &Pattern,
    wanted: Wanted,
    form: Searched,
    file: &OpenFile,
    budget: &Budget,
) -> Outcome {
    let segments = file.size().div_ceil(SEGMENT as u64);
    let all = All { pattern, wanted, form, file, budget, segments, state: Mutex::default() };
    std::thread::scope(|scope| {
        for _ in 1..search_threads(budget) {
            scope.spawn(|| all.work());
        }
        all.work();
    });
    let State { whole, .. } = all.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    if whole.is_cut { Outcome::Partly(whole.hits) } else { Outcome::Searched(whole.hits) }
}

struct All<'a> {
    pattern: &'a Pattern,
    wanted: Wanted,
    form: Searched,
    file: &'a OpenFile,
    budget: &'a Budget,
    segments: u64,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The segment that nobody has taken yet.
    next: u64,
    /// What was found in segments, as long as one before them is missing.
    parts: BTreeMap<u64, Part>,
    /// How many segments are in `whole`.
    joined: u64,
    whole: Whole,
}

/// What was found in the segments up to one.
#[derive(Default)]
struct Whole {
    hits: Hits,
    /// Lines so far, as long as somebody needs their numbers.
    lines: u64,
    is_cut: bool,
}

/// What was found in one segment.
struct Part {
    outcome: Outcome,
    /// Lines in it; not counted where nobody needs their numbers.
    lines: u64,
}

impl All<'_> {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn work(&self) {
        let mut searcher = searcher(self.pattern, self.wanted);
        let mut buffer = vec![];
        loop {
            let (segment, output) = {
                let mut state = self.state();
                let is_over = state.next == self.segments || self.is_enough(&state.whole);
                if is_over {
                    return;
                }
                state.next += 1;
                let output =
                    if self.is_full(&state.whole) { Lines::Counted } else { self.wanted.output };
                (state.next - 1, output)
            };
            let part = self.part(segment, output, &mut searcher, &mut buffer);
            self.join(segment, part);
        }
    }

    /// Is the rest of no interest?
    fn is_enough(&self, whole: &Whole) -> bool {
        whole.is_cut || (self.wanted.output == Lines::Any && whole.hits.count > 0)
    }

    /// Are all wanted lines found? Then the rest is only counted.
    fn is_full(&self, whole: &Whole) -> bool {
        match self.wanted.output {
            Lines::First { of, page } => {
                whole.hits.selected >= of as u64 || whole.hits.lines.len() > page
            }
            _ => false,
        }
    }

    fn part(
        &self,
        segment: u64,
        output: Lines,
        searcher: &mut Searcher,
        buffer: &mut Vec<u8>,
    ) -> Part {
        let Some(text) = self.text(segment, buffer) else {
            return Part { outcome: Outcome::Partly(Hits::default()), lines: 0 };
        };
        let matcher = Timed::new(self.pattern, self.budget);
        let wanted = Wanted { output, ..self.wanted };
        let kept = Kept::new(&matcher, wanted, output.beginning(), self.form.has_escapes);
        let outcome = kept.search(|kept| searcher.search_slice(&matcher, text, kept));
        let lines =
            if output.are_shown() { memchr::memchr_iter(b'\n', text).count() as u64 } else { 0 };
        Part { outcome, lines }
    }

    /// The lines that begin in a segment; nothing where they cannot be read, or one is too long.
    fn text<'b>(&self, segment: u64, buffer: &'b mut Vec<u8>) -> Option<&'b [u8]> {
        self.budget.step().ok()?;
        // The byte before it tells whether a line begins with it.
        let lead = usize::from(segment > 0);
        let from = segment * SEGMENT as u64 - lead as u64;
        let mut len = self.read(buffer, 0, lead + SEGMENT, from)?.len();
        // The rest of its last line.
        while buffer.get(..len)?.last() != Some(&b'\n') {
            if len > SEGMENT + MOST_HELD {
                return None;
            }
            match self.read(buffer, len, STEP, from)? {
                [] => break,
                rest => len += memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1),
            }
        }
        let begin = match segment {
            0 => usize::try_from(self.form.mark).unwrap_or(0),
            // None begins in a segment that lies within a line.
            _ => match memchr::memchr(b'\n', buffer.get(..len.min(SEGMENT))?) {
                Some(at) => at + 1,
                None => len,
            },
        };
        buffer.get(begin..len)
    }

    /// Reads up to `most` bytes after the first `len` in the buffer, which begins at `from`.
    fn read<'b>(
        &self,
        buffer: &'b mut Vec<u8>,
        len: usize,
        most: usize,
        from: u64,
    ) -> Option<&'b [u8]> {
        if buffer.len() < len + most {
            buffer.resize(len + most, 0);
        }
        self.file.read_at(buffer.get_mut(len..len + most)?, from + len as u64).ok()
    }

    fn join(&self, segment: u64, part: Part) {
        let mut state = self.state();
        state.parts.insert(segment, part);
        let State { parts, joined, whole, .. } = &mut *state;
        while let Some(part) = parts.remove(joined) {
            *joined += 1;
            if !self.is_enough(whole) {
                self.append(whole, part);
            }
        }
    }

    fn append(&self, whole: &mut Whole, Part { outcome, lines }: Part) {
        let mut hits = match outcome {
            Outcome::Binary => Hits::default(),
            Outcome::Partly(hits) => {
                whole.is_cut = true;
                hits
            }
            Outcome::Searched(hits) => hits,
        };
        for line in &mut hits.lines {
            line.number += whole.lines;
        }
        whole.lines += lines;
        let all = &mut whole.hits;
        all.count += hits.count;
        all.has_escapes |= hits.has_escapes;
        all.lines.append(&mut hits.lines);
        match self.wanted.output {
            Lines::Any => all.count = all.count.min(1),
            Lines::Counted | Lines::Matches => {}
            Lines::First { of, page } => {
                all.selected = all.count.min(of as u64);
                all.lines.truncate(of.min(page.saturating_add(1)));
            }
            Lines::Last { of, page } => {
                let most = of.min(page.saturating_add(1));
                all.lines.drain(..all.lines.len().saturating_sub(most));
                all.selected = all.count.min(of as u64);
            }
        }
    }
}
