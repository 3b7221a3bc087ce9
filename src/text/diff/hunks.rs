//! [`Diff`]: changed lines with context, as a unified diff.
//!
//! If space is short, context lines are dropped first, then whole changes, the largest first. A dropped change is
//! listed by its line numbers, so every change is either shown or listed.
//!
//! May import: nothing of this crate. It does not find the changes; `unified` does.

use std::ops::Range;

use crate::text::diff::change::{Change, Hunk, Most};
use crate::text::diff::hunk_lines::Page;
use crate::text::diff::unseen_changes::unseen_changes;

/// Lines shown around a change: as many as there is room for.
const CONTEXTS: [usize; 3] = [3, 1, 0];
/// Lines that have to be left for a part of a change.
const MIN_PART: usize = 5;
/// Changes that are named.
const MAX_NAMED: usize = 20;

/// How two texts differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// Hunks as `diff -u` has them, without names of files. What is left out within one stands in brackets.
    pub text: String,
    /// How many lines are removed in all.
    pub removed: usize,
    /// How many lines are added in all.
    pub added: usize,
    /// How many removed and added lines are not in `text`.
    pub left_out: usize,
    /// The changes of which nothing is in `text`.
    pub unshown: Unshown,
    /// The first changes that cannot be seen in `text`, in words.
    pub unseen: Vec<String>,
}

/// Changes of which nothing is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unshown {
    /// How many there are.
    pub count: usize,
    /// Where the first of them are in the new text, and how many lines they remove and add.
    pub named: Vec<String>,
}

/// Puts changes into hunks.
pub(in crate::text) struct Hunks<'t> {
    text: &'t str,
    most: Most,
    changes: Vec<Change>,
}

impl<'t> Hunks<'t> {
    /// For changes of a text.
    pub(in crate::text) fn new(text: &'t str, most: Most) -> Self {
        Self { text, most, changes: vec![] }
    }

    /// The next change.
    pub(in crate::text) fn push(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// No change is left.
    pub(in crate::text) fn finish(self) -> Diff {
        let sum = |of: fn(&Change) -> usize| self.changes.iter().map(of).sum();
        let diff = Diff {
            removed: sum(|change| change.removed),
            added: sum(|change| change.added),
            unseen: unseen_changes(self.text, &self.changes),
            ..Diff::default()
        };
        for context in CONTEXTS {
            let mut page = Page::new(self.text, self.most);
            if self.hunks(context).all(|hunk| page.whole(&hunk)) {
                return Diff { text: page.text, ..diff };
            }
        }
        self.part(diff)
    }

    /// As much as there is room for.
    fn part(&self, mut diff: Diff) -> Diff {
        let hunks: Vec<_> = self.hunks(0).collect();
        let lines = |hunk: &Hunk<'_>| -> usize {
            hunk.changes.iter().map(|change| change.removed + change.added).sum()
        };
        let mut smallest: Vec<usize> = (0..hunks.len()).collect();
        smallest.sort_by_key(|at| hunks.get(*at).map(lines));
        let mut shown = vec![None; hunks.len()];
        let mut page = Page::new(self.text, self.most);
        for at in smallest {
            let (Some(hunk), Some(shown)) = (hunks.get(at), shown.get_mut(at)) else { continue };
            if !page.whole(hunk) {
                break;
            }
            *shown = Some((page.take(), 0));
        }
        let first = shown.iter().position(Option::is_none);
        if let Some(at) = first.filter(|_| page.lines_left() >= MIN_PART)
            && let (Some(hunk), Some(shown)) = (hunks.get(at), shown.get_mut(at))
        {
            let left_out = page.part(hunk);
            *shown = Some((page.take(), left_out));
        }
        for (hunk, shown) in hunks.iter().zip(shown) {
            let left_out = match shown {
                Some((text, left_out)) => {
                    diff.text += &text;
                    left_out
                }
                None => {
                    diff.unshown.count += 1;
                    if diff.unshown.named.len() < MAX_NAMED {
                        diff.unshown.named.push(hunk.name.clone());
                    }
                    lines(hunk)
                }
            };
            diff.left_out += left_out;
        }
        diff
    }

    /// The hunks, with so many lines around the changes of each.
    fn hunks(&self, context: usize) -> impl Iterator<Item = Hunk<'_>> {
        let mut rest = self.changes.as_slice();
        let mut before = (0, 0);
        std::iter::from_fn(move || {
            let first = rest.first()?;
            let mut end = first.line + first.removed;
            let count = rest.iter().skip(1).take_while(|change| {
                let is_near = change.line <= end + 2 * context;
                end = change.line + change.removed;
                is_near
            });
            let (changes, further) = rest.split_at_checked(1 + count.count())?;
            rest = further;
            Some(self.hunk(changes, context, &mut before))
        })
    }

    /// One hunk; the hunks before it added and removed so many lines.
    fn hunk<'c>(
        &self,
        changes: &'c [Change],
        context: usize,
        before: &mut (usize, usize),
    ) -> Hunk<'c> {
        let bytes = self.text.as_bytes();
        let first = changes.first();
        let last = changes.last();
        let (begin, begin_line) = first.map_or((0, 0), |first| (first.range.start, first.line));
        let (end, end_line) =
            last.map_or((0, 0), |last| (last.range.end, last.line + last.removed));
        let above = bytes.get(..begin).unwrap_or_default();
        let start = memchr::memrchr_iter(b'\n', above).nth(context).map_or(0, |at| at + 1);
        let below = bytes.get(end..).unwrap_or_default();
        let stop = match context.checked_sub(1) {
            None => end,
            Some(nth) => {
                memchr::memchr_iter(b'\n', below).nth(nth).map_or(bytes.len(), |at| end + at + 1)
            }
        };
        let lines = |range: Range<usize>| {
            self.text.get(range).unwrap_or_default().split_inclusive('\n').count()
        };
        let line = begin_line - lines(start..begin);
        let old = end_line - line + lines(end..stop);
        let (added, removed) =
            changes.iter().fold((0, 0), |(a, r), change| (a + change.added, r + change.removed));
        let new = old + added - removed;
        let new_line = line + before.0 - before.1;
        let at = begin_line + before.0 - before.1;
        before.0 += added;
        before.1 += removed;
        // A side without lines is located by the line before it.
        let number = |line: usize, count: usize| line + usize::from(count > 0);
        let from = number(line, old);
        let to = number(new_line, new);
        let place = match added {
            0 => format!("after line {at}"),
            1 => format!("line {}", at + 1),
            _ => format!("lines {}-{}", at + 1, at + added),
        };
        Hunk {
            range: start..stop,
            head: format!("@@ -{from},{old} +{to},{new} @@"),
            changes,
            name: format!("{place} (-{removed} +{added})"),
        }
    }
}
