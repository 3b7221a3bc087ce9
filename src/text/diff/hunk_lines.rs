//! [`Page`]: the lines of hunks, as far as there is room for them. Long lines are cropped around what changed.
//!
//! May import: `limits`.

use std::ops::Range;

use crate::limits::cost;
use crate::text::cropped::{shown, within};
use crate::text::diff::change::{Change, Hunk, Most};
use crate::text::line_ends::bare;

/// Characters of a line that are shown.
const MAX_CHARS: usize = 500;
/// Characters that are kept free for notes about lines that are left out.
const NOTES: usize = 100;
const NO_LINE_END: &str = "\\ No newline at end of file";

/// Hunks, one after the other.
pub(in crate::text) struct Page<'t> {
    before: &'t str,
    most: Most,
    pub(in crate::text) text: String,
    lines: usize,
    chars: usize,
}

impl<'t> Page<'t> {
    /// An empty one, for changes of the text `before`.
    pub(in crate::text) fn new(before: &'t str, most: Most) -> Self {
        Self { before, most, text: String::new(), lines: 0, chars: 0 }
    }

    /// What was shown since the last time.
    pub(in crate::text) fn take(&mut self) -> String {
        std::mem::take(&mut self.text)
    }

    /// How many lines there is room for.
    pub(in crate::text) fn lines_left(&self) -> usize {
        self.most.lines - self.lines
    }

    /// Shows a hunk, if there is room for all of it. If not, nothing is shown of it.
    pub(in crate::text) fn whole(&mut self, hunk: &Hunk<'_>) -> bool {
        let len = self.text.len();
        let lines = self.lines;
        let chars = self.chars;
        let is_whole = self.try_whole(hunk).is_some();
        if !is_whole {
            self.text.truncate(len);
            (self.lines, self.chars) = (lines, chars);
        }
        is_whole
    }

    fn try_whole(&mut self, hunk: &Hunk<'_>) -> Option<()> {
        self.line(&hunk.head)?;
        let mut at = hunk.range.start;
        for change in hunk.changes {
            self.around(at..change.range.start)?;
            for side in [Side::Removed, Side::Added] {
                for number in 0..side.count(change) {
                    self.changed(change, side, number)?;
                }
            }
            at = change.range.end;
        }
        self.around(at..hunk.range.end)
    }

    /// Shows the first removed and the first added lines of a hunk's first change. Returns how many lines are left out.
    pub(in crate::text) fn part(&mut self, hunk: &Hunk<'_>) -> usize {
        let lines = |change: &Change| change.removed + change.added;
        let mut left_out: usize = hunk.changes.iter().map(lines).sum();
        let Some(change) = hunk.changes.first().filter(|_| self.line(&hunk.head).is_some()) else {
            return left_out;
        };
        // Half of the room is for each side, and two lines are for what is left out.
        let room = self.lines_left().saturating_sub(2);
        let to_add = change.added.min((room / 2).max(room.saturating_sub(change.removed)));
        for (side, room) in [(Side::Removed, room - to_add), (Side::Added, to_add)] {
            let count = side.count(change);
            let most = self.most.chars;
            self.most.chars = most.saturating_sub(NOTES);
            let shown = (0..count.min(room))
                .take_while(|number| self.changed(change, side, *number).is_some())
                .count();
            self.most.chars = most;
            left_out -= shown;
            let note = match (count - shown, side.as_str()) {
                (0, _) => continue,
                (1, done) => format!("[... 1 more line {done}]"),
                (more, done) => format!("[... {more} more lines {done}]"),
            };
            // There is room for it; and what is left out is counted.
            let _ = self.line(&note);
        }
        left_out
    }

    /// Lines that stay as they are.
    fn around(&mut self, range: Range<usize>) -> Option<()> {
        for line in self.before.get(range).unwrap_or_default().split_inclusive('\n') {
            self.line(&format!(" {}", shown(bare(line), &[], MAX_CHARS)))?;
            if !line.ends_with('\n') {
                self.line(NO_LINE_END)?;
            }
        }
        Some(())
    }

    /// One line that is removed or added.
    fn changed(&mut self, change: &Change, side: Side, number: usize) -> Option<()> {
        let (start, line) = side.line(self.before, change, number)?;
        let text = bare(line);
        let parts = if text.len() > MAX_CHARS {
            within(text, start, change.edits.iter().map(|edit| side.of(edit)))
        } else {
            vec![]
        };
        self.line(&format!("{}{}", side.sign(), shown(text, &parts, MAX_CHARS)))?;
        if !line.ends_with('\n') {
            self.line(NO_LINE_END)?;
        }
        Some(())
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let chars = self.chars + cost(line) + 1;
        if self.lines == self.most.lines || chars > self.most.chars {
            return None;
        }
        self.lines += 1;
        self.chars = chars;
        self.text += line;
        self.text.push('\n');
        Some(())
    }
}

#[derive(Clone, Copy)]
enum Side {
    Removed,
    Added,
}

impl Side {
    fn sign(self) -> char {
        match self {
            Self::Removed => '-',
            Self::Added => '+',
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Removed => "removed",
            Self::Added => "added",
        }
    }

    fn of(self, [taken, put]: &[Range<usize>; 2]) -> &Range<usize> {
        match self {
            Self::Removed => taken,
            Self::Added => put,
        }
    }

    fn count(self, change: &Change) -> usize {
        match self {
            Self::Removed => change.removed,
            Self::Added => change.added,
        }
    }

    /// One of its lines, and where that begins.
    fn line<'l>(
        self,
        before: &'l str,
        change: &'l Change,
        number: usize,
    ) -> Option<(usize, &'l str)> {
        let text = match self {
            Self::Removed => before.get(change.range.clone()).unwrap_or_default(),
            Self::Added => &change.new,
        };
        let mut start = 0;
        let mut lines = text.split_inclusive('\n').inspect(|line| start += line.len());
        let line = lines.nth(number)?;
        drop(lines);
        Some((start - line.len(), line))
    }
}
