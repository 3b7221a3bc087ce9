//! [`Shown`]: how a line or a match is shown, however long it is.
//!
//! A line of a few hundred bytes is shown whole. Of a longer one the first matches are shown, each with some text around
//! it, and the gaps and the remaining matches are counted.

use std::ops::Range;

use grep_matcher::Matcher as _;

use super::pattern::Timed;

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

/// Makes lines ready to be shown, and keeps the first bytes of them that are not UTF-8.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) foreign: Option<Vec<u8>>,
}

impl Shown {
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
        let text = String::from_utf8_lossy(bytes);
        self.note_foreign(&text, bytes);
        text.into_owned()
    }

    /// The parts of a line, with what lies between them counted.
    fn regions(&mut self, line: &[u8], regions: &[Range<usize>]) -> String {
        let gap = |bytes: usize| if bytes > 0 { format!("[{bytes} bytes]") } else { String::new() };
        let (mut text, mut done) = (String::new(), 0);
        for region in regions {
            let bytes = line.get(region.clone()).unwrap_or_default();
            let part = String::from_utf8_lossy(bytes);
            // A character that is cut at an end is not shown.
            let mut part = part.as_ref();
            if region.start > 0 {
                part = part.trim_start_matches(char::REPLACEMENT_CHARACTER);
            }
            if region.end < line.len() {
                part = part.trim_end_matches(char::REPLACEMENT_CHARACTER);
            }
            self.note_foreign(part, bytes);
            text += &gap(region.start - done);
            text += part;
            done = region.end;
        }
        text + &gap(line.len() - done)
    }

    /// Keeps bytes that are to be shown, where as UTF-8 they are not `text`.
    fn note_foreign(&mut self, text: &str, bytes: &[u8]) {
        if self.foreign.is_none() && text.contains(char::REPLACEMENT_CHARACTER) {
            self.foreign = Some(bytes.to_vec());
        }
    }
}

/// The first matches in a line, and how many there are.
fn matches(matcher: &Timed<'_>, line: &[u8]) -> (Vec<Range<usize>>, usize) {
    let (mut first, mut count) = (vec![], 0);
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
