//! [`Shown`]: how a line or a match is shown, however long it is.
//!
//! A line of a few hundred bytes is shown whole. Of a longer one the first matches are shown, each with some text around
//! it, and the gaps and the remaining matches are counted.

use std::borrow::Cow;
use std::ops::Range;

use grep_matcher::Matcher as _;

use super::pattern::Timed;
use crate::format;
use crate::text::{line_shown, part_shown};

/// Bytes that are shown of a long line.
const SHOWN: usize = 400;
/// Most matches of a long line that are shown.
const MOST_REGIONS: usize = 8;
/// Bytes around each match of a long line with several.
const AROUND: usize = 40;
/// Most bytes of one match in a long line with several.
const OF_A_MATCH: usize = 100;
/// Most matches of one line that are counted.
const MOST_COUNTED: usize = 10_000;

/// Makes lines ready to be shown, and notes whether any of their bytes are shown as escapes.
pub(super) struct Shown {
    /// Do pages of the file show some bytes as escapes?
    has_escapes: bool,
    pub(super) has_shown_escapes: bool,
}

impl Shown {
    pub(super) fn new(has_escapes: bool) -> Self {
        Self { has_escapes, has_shown_escapes: false }
    }

    /// A line that does not match.
    pub(super) fn context(&mut self, line: &[u8]) -> String {
        let from_start = 0..line.len().min(SHOWN);
        self.regions(line, &[from_start])
    }

    /// A line that matches.
    pub(super) fn matching(&mut self, matcher: &Timed<'_>, line: &[u8]) -> String {
        if line.len() <= SHOWN {
            return self.whole(line);
        }
        let (first, count) = matches(matcher, line);
        let [several @ .., _] = first.as_slice() else { return self.context(line) };
        if several.is_empty() {
            let at = first.first().map_or(0, |only| only.start);
            let from = at.saturating_sub(SHOWN / 4).min(line.len() - SHOWN);
            let around = from..from + SHOWN;
            return self.regions(line, &[around]);
        }
        let mut regions: Vec<Range<usize>> = vec![];
        for found in &first {
            let end = found.end.min(found.start + OF_A_MATCH) + AROUND;
            let region = found.start.saturating_sub(AROUND)..end.min(line.len());
            match regions.last_mut() {
                Some(last) if region.start <= last.end => last.end = last.end.max(region.end),
                _ => regions.push(region),
            }
        }
        let mut text = self.regions(line, &regions);
        if count > first.len() {
            let at_least = if count == MOST_COUNTED { "at least " } else { "" };
            let more = count - first.len();
            let matches = if more == 1 { "match" } else { "matches" };
            text += &format!("[{at_least}{more} more {matches} in this line: only_matching=true]");
        }
        text
    }

    /// A match, or a line of one.
    pub(super) fn one_match(&mut self, text: &[u8]) -> String {
        self.context(text)
    }

    fn whole(&mut self, bytes: &[u8]) -> String {
        self.noted(line_shown(bytes, self.has_escapes), bytes)
    }

    /// The parts of a line, with what lies between them counted.
    fn regions(&mut self, line: &[u8], regions: &[Range<usize>]) -> String {
        let gap = |bytes: usize| match bytes {
            0 => String::new(),
            bytes => format!("[{}]", format::count(bytes as u64, "byte", "bytes")),
        };
        let mut text = String::new();
        let mut done = 0;
        for region in regions {
            // A character that is cut at an end is not shown.
            let (part, range) = part_shown(line, region.clone(), self.has_escapes);
            text += &gap(range.start.saturating_sub(done));
            text += &self.noted(part, line.get(range.clone()).unwrap_or_default());
            done = range.end;
        }
        text + &gap(line.len().saturating_sub(done))
    }

    /// Notes that bytes are shown as escapes, where they are.
    fn noted(&mut self, text: Cow<'_, str>, bytes: &[u8]) -> String {
        self.has_shown_escapes |= text.as_bytes() != bytes;
        text.into_owned()
    }
}

/// The first matches in a line, and how many there are.
fn matches(matcher: &Timed<'_>, line: &[u8]) -> (Vec<Range<usize>>, usize) {
    let mut first = vec![];
    let mut count = 0;
    // Where the time is over, what was found so far is shown.
    let _ = matcher.find_iter(line, |found| {
        if first.len() < MOST_REGIONS {
            first.push(found.start()..found.end());
        }
        count += 1;
        count < MOST_COUNTED
    });
    (first, count)
}
