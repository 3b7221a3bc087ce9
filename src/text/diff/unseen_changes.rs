//! [`unseen_changes`]: which changes of a line a diff shows twice as the same, in words.
//!
//! May import: nothing of this crate.

use crate::text::diff::change::Change;
use crate::text::line_ends::bare;
use crate::text::lookalike::same_looking::{differences, look_same};
use crate::text::lookalike::unlike::changed_in_words;

/// Lines that are compared.
const MAX_LINES: usize = 200;
/// Bytes of a line above which it is not.
const MAX_LINE: usize = 10_000;
/// Changes that are told.
const MAX_TOLD: usize = 6;

/// What changed in lines of `text` that look as before.
pub(in crate::text) fn unseen_changes(text: &str, changes: &[Change]) -> Vec<String> {
    let lines = changes.iter().filter(|change| change.removed == change.added).flat_map(|change| {
        let old = text.get(change.range.clone()).unwrap_or_default().split_inclusive('\n');
        let both = old.zip(change.new.split_inclusive('\n'));
        both.enumerate().map(|(at, (old, new))| (change.line + at + 1, bare(old), bare(new)))
    });
    let short = lines.take(MAX_LINES).filter(|(_, old, new)| {
        old != new && old.len().max(new.len()) <= MAX_LINE && look_same(old, new)
    });
    let told = short.flat_map(|(line, old, new)| {
        let unlike = differences(old, new);
        unlike.iter().map(|one| changed_in_words(line, old, new, one)).collect::<Vec<_>>()
    });
    told.take(MAX_TOLD).collect()
}
