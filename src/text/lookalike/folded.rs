//! [`places`]: where a text occurs in another one after both are folded: after characters, or short sequences of
//! them, are replaced by what they stand for.
//!
//! The text is folded a window at a time, so that memory does not grow with it.
//!
//! May import: `limits`. What is folded into what, the caller says.

use std::ops::Range;

use memchr::memmem;

use crate::limits::{Budget, StopReason};
use crate::text::meter::Meter;

/// Bytes of text in which occurrences begin that are looked for at once.
const WINDOW: usize = 512 << 10;
/// Bytes of folded text above which nothing is looked for.
const MAX_NEEDLE: usize = 64 << 10;
/// An occurrence may be up to four times as long as the needle, plus this many bytes.
const SLACK: usize = 16 << 10;

/// A way to fold: appends what the first unit of a text stands for, and gives the unit's length in bytes.
pub(in crate::text) type Fold = fn(&str, &mut String) -> usize;

/// The whole text, folded.
pub(in crate::text) fn folded(text: &str, fold: Fold) -> String {
    let mut all = String::with_capacity(text.len());
    fold_all(text, fold, &mut all, |_, _| {});
    all
}

fn fold_all(text: &str, fold: Fold, all: &mut String, mut unit: impl FnMut(usize, usize)) {
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        unit(at, all.len());
        at += fold(rest, all).max(1);
    }
    unit(text.len(), all.len());
}

/// Where `needle`, which is folded, occurs; at most `most` places, apart from each other. A window of which
/// `may_differ` says no is passed by: nothing in it is changed by folding.
pub(in crate::text) fn places(
    text: &str,
    needle: &str,
    fold: Fold,
    may_differ: fn(&str) -> bool,
    most: usize,
    budget: &Budget,
) -> Result<Vec<Range<usize>>, StopReason> {
    let mut found = vec![];
    let mut meter = Meter::new(budget);
    if needle.trim().is_empty() || needle.len() > MAX_NEEDLE {
        return Ok(found);
    }
    let finder = memmem::Finder::new(needle);
    let mut from = 0;
    let mut all = String::new();
    while from < text.len() {
        let next = text.ceil_char_boundary(from + WINDOW);
        let end = text.ceil_char_boundary(next + 4 * needle.len() + SLACK);
        let window = text.get(from..end).unwrap_or_default();
        meter.spend(window.len())?;
        if may_differ(window) {
            all.clear();
            fold_all(window, fold, &mut all, |_, _| {});
            if finder.find(all.as_bytes()).is_some() {
                for place in within(window, fold, &finder) {
                    if from + place.start >= next || found.len() == most {
                        break;
                    }
                    found.push(from + place.start..from + place.end);
                }
            }
        }
        if found.len() == most {
            break;
        }
        from = next;
    }
    Ok(found)
}

/// The occurrences in a window that begin and end with a unit.
fn within(window: &str, fold: Fold, finder: &memmem::Finder<'_>) -> Vec<Range<usize>> {
    // Where each unit begins in the window, and in what it is folded to.
    let mut units = vec![];
    let mut all = String::new();
    fold_all(window, fold, &mut all, |at, folded| units.push((folded, at)));
    let place = |hit: usize| {
        // Of several units there, the last is the one that is not folded to nothing.
        let first = units.partition_point(|(folded, _)| *folded <= hit).checked_sub(1)?;
        let (is_at, start) = *units.get(first)?;
        let end_at = hit + finder.needle().len();
        let (ends_at, end) = *units.get(units.partition_point(|(folded, _)| *folded < end_at))?;
        (is_at == hit && ends_at == end_at).then_some(start..end)
    };
    finder.find_iter(all.as_bytes()).filter_map(place).collect()
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "a text has one place or several")]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    /// `x` stands for nothing, `3` for `aaa`.
    fn fold(text: &str, all: &mut String) -> usize {
        match text.chars().next() {
            Some('x') => 1,
            Some('3') => {
                all.push_str("aaa");
                1
            }
            Some(c) => {
                all.push(c);
                c.len_utf8()
            }
            None => 0,
        }
    }

    fn found(text: &str, needle: &str) -> Vec<Range<usize>> {
        places(text, needle, fold, |text| text.contains(['x', '3']), 3, &plenty()).unwrap()
    }

    #[test]
    fn places_begin_and_end_with_a_unit() {
        assert_eq!(found("xbxax", "ba"), [1..4], "nothing around it");
        assert_eq!(found("b3", "baaa"), [0..2]);
        assert_eq!(found("b3", "ba"), [] as [Range<usize>; 0], "a part of what one stands for");
        assert_eq!(found("x", "x"), [] as [Range<usize>; 0]);
        assert_eq!(found("abxabxab", "ab"), [0..2, 3..5, 6..8]);
    }

    #[test]
    fn places_at_the_end_of_a_window_are_found_once() {
        for before in WINDOW - 6..WINDOW + 3 {
            let text = format!("{}éaxé x", "-".repeat(before));
            assert_eq!(found(&text, "éaé"), [before..before + 6], "{before}");
        }
    }
}
