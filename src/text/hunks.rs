//! [`Diff`]: changed lines with some around them, in the form of unified diffs.
//!
//! May import: `limits`. It does not find the changes; `diff` does.

use std::ops::Range;

use super::alike::bare;
use crate::limits::cost;

/// Lines shown around a change.
const CONTEXT: usize = 3;
/// Characters of a line that are shown.
const MAX_CHARS: usize = 500;

/// How long a diff may be.
#[derive(Clone, Copy, Debug)]
pub struct Most {
    /// How many lines.
    pub lines: usize,
    /// How many characters in all.
    pub chars: usize,
}

/// How two texts differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Hunks as `diff -u` has them, without names of files.
    pub text: String,
    /// How many lines are removed in all.
    pub removed: usize,
    /// How many lines are added in all.
    pub added: usize,
    /// How many lines of the diff are left out, at its end.
    pub left_out: usize,
}

/// Whole lines in the place of others.
#[derive(Clone, Debug)]
pub(super) struct Change {
    /// Where the removed ones are in the text, and the first of them, from 0.
    pub(super) range: Range<usize>,
    pub(super) line: usize,
    /// How many are removed.
    pub(super) removed: usize,
    /// How many are added.
    pub(super) added: usize,
    /// The added ones.
    pub(super) new: String,
}

/// Puts changes into hunks, as they come.
pub(super) struct Hunks<'t> {
    text: &'t str,
    most: Most,
    /// Lines and characters that the diff has.
    lines: usize,
    chars: usize,
    diff: Diff,
    /// Lines added and removed by the hunks before.
    before: (usize, usize),
    /// The changes of the next hunk.
    open: Vec<Change>,
}

impl<'t> Hunks<'t> {
    /// For changes of a text.
    pub(super) fn new(text: &'t str, most: Most) -> Self {
        let (diff, open) = (Diff::default(), vec![]);
        Self { text, most, lines: 0, chars: 0, diff, before: (0, 0), open }
    }

    /// The next change.
    pub(super) fn push(&mut self, change: Change) {
        let end = self.open.last().map_or(change.line, |last| last.line + last.removed);
        if change.line > end + 2 * CONTEXT {
            self.close();
        }
        self.diff.removed += change.removed;
        self.diff.added += change.added;
        self.open.push(change);
    }

    /// No change is left.
    pub(super) fn finish(mut self) -> Diff {
        self.close();
        self.diff
    }

    fn close(&mut self) {
        let open = std::mem::take(&mut self.open);
        let (Some(first), Some(last)) = (open.first(), open.last()) else { return };
        let bytes = self.text.as_bytes();
        let before = bytes.get(..first.range.start).unwrap_or_default();
        let start = memchr::memrchr_iter(b'\n', before).nth(CONTEXT).map_or(0, |at| at + 1);
        let behind = bytes.get(last.range.end..).unwrap_or_default();
        let end = memchr::memchr_iter(b'\n', behind)
            .nth(CONTEXT - 1)
            .map_or(bytes.len(), |at| last.range.end + at + 1);
        let lines =
            |range: Range<usize>| self.text.get(range).unwrap_or_default().split_inclusive('\n');
        let line = first.line - lines(start..first.range.start).count();
        let old = last.line + last.removed - line + lines(last.range.end..end).count();
        let (added, removed) =
            open.iter().fold((0, 0), |(a, r), change| (a + change.added, r + change.removed));
        let new = old + added - removed;
        let new_line = line + self.before.0 - self.before.1;
        self.before.0 += added;
        self.before.1 += removed;
        // A side without lines is told by the line before it.
        let number = |line: usize, count: usize| line + usize::from(count > 0);
        let (from, to) = (number(line, old), number(new_line, new));
        self.say(format_args!("@@ -{from},{old} +{to},{new} @@"));
        let mut at = start;
        for change in &open {
            self.show(' ', self.text.get(at..change.range.start));
            self.show('-', self.text.get(change.range.clone()));
            self.show('+', Some(&change.new));
            at = change.range.end;
        }
        self.show(' ', self.text.get(at..end));
    }

    fn show(&mut self, sign: char, lines: Option<&str>) {
        for line in lines.unwrap_or_default().split_inclusive('\n') {
            let text = bare(line);
            // Counting characters takes time, and most lines have fewer bytes.
            let chars = if text.len() > MAX_CHARS { text.chars().count() } else { 0 };
            match text.char_indices().nth(MAX_CHARS) {
                Some((cut, _)) if chars > MAX_CHARS => {
                    let (shown, left) = (text.get(..cut).unwrap_or_default(), chars - MAX_CHARS);
                    self.say(format_args!("{sign}{shown} [... {left} more characters]"));
                }
                _ => self.say(format_args!("{sign}{text}")),
            }
            if !line.ends_with('\n') {
                self.say(format_args!("\\ No newline at end of file"));
            }
        }
    }

    fn say(&mut self, line: std::fmt::Arguments<'_>) {
        // After the first line without room all others are left out: a diff with gaps would mislead.
        if self.lines == self.most.lines || self.diff.left_out > 0 {
            self.diff.left_out += 1;
            return;
        }
        let line = format!("{line}\n");
        let chars = self.chars + cost(&line);
        if chars > self.most.chars {
            self.diff.left_out += 1;
            return;
        }
        self.lines += 1;
        self.chars = chars;
        self.diff.text += &line;
    }
}
