//! [`same_looking`]: the place in a text that looks like another text and is not the same, and which characters
//! make the difference.
//!
//! May import: `limits`. `hints/equal_but_for` finds differences that can be seen, such as another number of
//! blanks.

use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::lookalike::folded::{Fold, folded, places};
use crate::text::lookalike::one_char::{first, fold_first};
use crate::text::lookalike::typed::{may_be_typed, typed};
use crate::text::lookalike::unlike::Unlike;
use crate::text::lookalike::unseen::is_invisible;

/// Characters that one difference spans at most.
const MAX_SPAN: usize = 64;
/// Other places that look the same and are named.
const MAX_OTHERS: usize = 5;

/// What looks the same.
#[derive(Debug)]
pub(in crate::text) struct Looks {
    /// Where in the file's text.
    pub(in crate::text) place: Range<usize>,
    pub(in crate::text) unlike: Vec<Unlike>,
    /// Where else something looks the same.
    pub(in crate::text) others: Vec<Range<usize>>,
}

/// The first place in `text` that looks like `old`, which has LF as its only line end; or that is the same typed in
/// another way.
pub(in crate::text) fn same_looking(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Looks>, StopReason> {
    Ok(match same_under(fold_first, has_odd, text, old, budget)? {
        None => same_under(typed, may_be_typed, text, old, budget)?,
        looks => looks,
    })
}

/// The first place that is the same when both are folded. Folding can only change a text of which `may_differ` is true.
fn same_under(
    fold: Fold,
    may_differ: fn(&str) -> bool,
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Looks>, StopReason> {
    let needle = folded(old, fold);
    let may_differ = if may_differ(old) { |_: &str| true } else { may_differ };
    let found = places(text, &needle, fold, may_differ, MAX_OTHERS + 1, budget)?;
    let mut found = found.into_iter().map(|place| with_edges(text, place, old));
    let Some(place) = found.next() else { return Ok(None) };
    let unlike = differences_under(fold, text.get(place.clone()).unwrap_or_default(), old);
    let unlike = unlike.into_iter().map(|one| one.after(place.start)).collect();
    Ok(Some(Looks { place, unlike, others: found.collect() }))
}

/// Do two texts look the same?
pub(in crate::text) fn look_same(one: &str, other: &str) -> bool {
    folded(one, fold_first) == folded(other, fold_first)
}

/// Is there a character in it that folding may change?
fn has_odd(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_odd = |at: usize, byte: u8| match byte {
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        byte => byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n'),
    };
    !text.is_ascii() || bytes.iter().enumerate().any(|(at, byte)| is_odd(at, *byte))
}

/// The place, and those invisible characters around it that are at the same ends of `old`.
fn with_edges(text: &str, place: Range<usize>, old: &str) -> Range<usize> {
    let mut start = place.start;
    let mut end = place.end;
    let begin = old.trim_start_matches(is_invisible);
    let mut edge = old.strip_suffix(begin).unwrap_or_default().chars();
    while let Some(c) = edge.next_back()
        && text.get(..start).is_some_and(|before| before.ends_with(c))
    {
        start -= c.len_utf8();
    }
    let rest = old.trim_end_matches(is_invisible);
    for c in old.strip_prefix(rest).unwrap_or_default().chars() {
        let after = text.get(end..).unwrap_or_default();
        // A return that is half of a line end is another unit.
        if !after.starts_with(c) || after.starts_with("\r\n") {
            break;
        }
        end += c.len_utf8();
    }
    start..end
}

/// Where two texts differ that look the same, in order.
pub(in crate::text) fn differences(place: &str, old: &str) -> Vec<Unlike> {
    differences_under(fold_first, place, old)
}

/// Where two texts differ that are the same when both are folded, in order.
fn differences_under(fold: Fold, place: &str, old: &str) -> Vec<Unlike> {
    let mut all = vec![];
    let mut at = 0;
    let mut sent = 0;
    loop {
        let here = place.get(at..);
        let there = old.get(sent..);
        let here = here.unwrap_or_default();
        let there = there.unwrap_or_default();
        let (one, other) = match (first(here), first(there)) {
            (None, None) => return all,
            (Some((one, _)), Some((other, _)))
                if one == other
                    && let Some((len, sent_len)) = same_unit(fold, here, there) =>
            {
                (at, sent) = (at + len, sent + sent_len);
                continue;
            }
            (Some((one, _)), Some((other, _))) if is_invisible(one) || is_invisible(other) => {
                let (one, other) = invisible(here, there);
                for (from, c) in here.get(..one).unwrap_or_default().char_indices() {
                    let from = at + from;
                    all.push(Unlike { place: from..from + c.len_utf8(), sent: sent..sent });
                }
                for (from, c) in there.get(..other).unwrap_or_default().char_indices() {
                    let at = at + one;
                    let from = sent + from;
                    all.push(Unlike { place: at..at, sent: from..from + c.len_utf8() });
                }
                (at, sent) = (at + one, sent + other);
                continue;
            }
            _ => span(fold, here, there),
        };
        all.push(Unlike { place: at..at + one, sent: sent..sent + other });
        (at, sent) = (at + one, sent + other);
    }
}

/// How long the first unit of both texts is, if it is the same: two hyphens are one unit, and three another.
fn same_unit(fold: Fold, one: &str, other: &str) -> Option<(usize, usize)> {
    let mut folded = String::new();
    let lens = (fold(one, &mut folded), fold(other, &mut folded));
    let is_same = one.get(..lens.0) == other.get(..lens.1);
    let is_line_end = one.starts_with(['\r', '\n']);
    (is_same || is_line_end).then_some(lens)
}

/// How long the invisible characters at the beginning of both texts are, but for the last ones, which are the same.
fn invisible(one: &str, other: &str) -> (usize, usize) {
    let mut len = gap(one);
    let mut other_len = gap(other);
    let last = |text: &str, len| text.get(..len).and_then(|text| text.chars().next_back());
    while let (Some(c), Some(d)) = (last(one, len), last(other, other_len))
        && c == d
    {
        (len, other_len) = (len - c.len_utf8(), other_len - d.len_utf8());
    }
    (len, other_len)
}

/// How long the invisible characters are that a text begins with.
fn gap(text: &str) -> usize {
    let mut len = 0;
    while let Some((c, bytes)) = text.get(len..).and_then(first)
        && is_invisible(c)
    {
        len += bytes;
    }
    len
}

/// How long the beginnings of both texts are that look the same; at least one character of what there is.
fn span(fold: Fold, one: &str, other: &str) -> (usize, usize) {
    let mut folds = [String::new(), String::new()];
    let mut lens = [0, 0];
    for _ in 0..2 * MAX_SPAN {
        let [here, there] = &folds;
        let takes = match here.len().cmp(&there.len()) {
            std::cmp::Ordering::Less => [true, false],
            std::cmp::Ordering::Greater => [false, true],
            std::cmp::Ordering::Equal => [true, true],
        };
        let mut is_at_end = true;
        for (at, text) in [one, other].into_iter().enumerate() {
            if let (Some(true), Some(folded), Some(len)) =
                (takes.get(at), folds.get_mut(at), lens.get_mut(at))
            {
                let taken = fold(text.get(*len..).unwrap_or_default(), folded);
                is_at_end &= taken == 0;
                *len += taken;
            }
        }
        let [here, there] = &folds;
        if is_at_end || here == there {
            break;
        }
    }
    let [len, other_len] = lens;
    (len, other_len)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    /// What the file has and what was sent, of each difference.
    fn unlike<'t>(text: &'t str, old: &'t str) -> Option<(&'t str, Vec<(&'t str, &'t str)>)> {
        let looks = same_looking(text, old, &plenty()).unwrap()?;
        let both = |one: &Unlike| (&text[one.place.clone()], &old[one.sent.clone()]);
        Some((&text[looks.place.clone()], looks.unlike.iter().map(both).collect()))
    }

    #[test]
    fn each_differing_character_is_found() {
        for (text, old, place, want) in [
            ("xa\u{200b}b", "ab", "a\u{200b}b", vec![("\u{200b}", "")]),
            ("ab", "a\u{ad}b\u{feff}", "ab", vec![("", "\u{ad}"), ("", "\u{feff}")]),
            ("a\u{a0}b", "a b", "a\u{a0}b", vec![("\u{a0}", " ")]),
            ("caf\u{e9}s", "cafe\u{301}s", "caf\u{e9}s", vec![("\u{e9}", "e\u{301}")]),
            (
                "\u{ea}\u{323}",
                "\u{1eb9}\u{302}",
                "\u{ea}\u{323}",
                vec![("\u{ea}\u{323}", "\u{1eb9}\u{302}")],
            ),
            ("각x", "\u{1100}\u{1161}\u{11a8}x", "각x", vec![("각", "\u{1100}\u{1161}\u{11a8}")]),
            ("say …", "say ...", "say …", vec![("…", "...")]),
            ("a\u{200b}\u{200d}b", "a\u{200d}b", "a\u{200b}\u{200d}b", vec![("\u{200b}", "")]),
            ("a\u{200b}b", "a\u{2060}b", "a\u{200b}b", vec![("\u{200b}", ""), ("", "\u{2060}")]),
            ("a\u{7}\r\nb\r\n", "a\nb\n", "a\u{7}\r\nb\r\n", vec![("\u{7}", "")]),
            ("\u{feff}a\u{200b}b", "\u{feff}ab", "\u{feff}a\u{200b}b", vec![("\u{200b}", "")]),
            ("a\rb", "ab", "a\rb", vec![("\r", "")]),
            ("раss", "pass", "раss", vec![("р", "p"), ("а", "a")]),
        ] {
            assert_eq!(unlike(text, old), Some((place, want)), "{text:?} {old:?}");
        }
        assert_eq!(unlike("a  b", "a b"), None, "a difference that can be seen");
        assert_eq!(unlike("abc", "\u{200b}"), None, "nothing to be seen");
        assert_eq!(unlike("Ab", "a\u{200b}b"), None);
    }

    #[test]
    fn what_looks_the_same_elsewhere_is_found_too() {
        let text = "a\u{200b}b\nx\na\u{ad}b\n";
        let looks = same_looking(text, "ab", &plenty()).unwrap().unwrap();
        assert_eq!(looks.others.len(), 1);
    }
}
