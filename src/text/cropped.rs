//! [`shown`]: a long line, cropped around the parts that matter; [`changed`]: which parts of a line those are that
//! another line has in another way.
//!
//! May import: nothing of this crate.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

/// Bytes of what differs in two lines above which it is not looked into.
const MAX_DIFFERING: usize = 1 << 20;
/// Characters between two changes of a line that are shown as one.
const MIN_APART: usize = 40;
/// Characters that are shown of each of several parts, if there is room.
const MIN_PART: usize = 80;

/// A line in about `most` characters: where it is longer, the parts and what is around them, and how much is left
/// out. The parts are in order and apart.
pub(super) fn shown(line: &str, parts: &[Range<usize>], most: usize) -> String {
    // Counting characters takes time, and most lines have fewer bytes.
    if line.len() <= most || line.chars().nth(most).is_none() {
        return line.to_owned();
    }
    let count = parts.len().min((most / MIN_PART).max(1));
    let (mut text, mut at) = (String::new(), 0);
    let whole = 0..0;
    let first = parts.iter().take(count).chain(parts.is_empty().then_some(&whole));
    for part in first.map(|part| with_context(line, part, most / count.max(1))) {
        if part.start > at {
            let left_out = line.get(at..part.start).unwrap_or_default().chars().count();
            let blank = if text.is_empty() { "" } else { " " };
            text += &format!("{blank}[... {left_out} characters] ");
        }
        text += line.get(part.start.max(at)..part.end).unwrap_or_default();
        at = at.max(part.end);
    }
    let left_out = line.get(at..).unwrap_or_default().chars().count();
    let further = match parts.len() - count.min(parts.len()) {
        0 => String::new(),
        1 => ", with 1 more change".into(),
        n => format!(", with {n} more changes"),
    };
    if left_out > 0 {
        text += &format!(" [... {left_out} more characters{further}]");
    }
    text
}

/// A part with as much around it as makes it `most` characters long, or as many of its characters.
fn with_context(line: &str, part: &Range<usize>, most: usize) -> Range<usize> {
    let (before, after) = line.split_at_checked(part.start).unwrap_or_default();
    // Even of a part that has no room as a whole it is shown what is before it.
    let len = after.get(..part.len()).unwrap_or_default().chars().take(most - most / 4).count();
    let room = most - len;
    let back = |chars: usize| {
        let starts = before.char_indices().rev();
        let start = starts.take(chars).last();
        start.map_or((before.len(), 0), |(at, _)| {
            (at, before.get(at..).unwrap_or_default().chars().count())
        })
    };
    let forward = |chars: usize| {
        after.char_indices().nth(chars).map_or(line.len(), |(at, _)| part.start + at)
    };
    let behind = after.chars().skip(len).take(room).count();
    // What has no room on one side, the other side gets.
    let (start, taken) = back((room / 2).max(room.saturating_sub(behind)));
    start..forward(most - taken)
}

/// Where two lines differ: parts of the one, and those of the other in their place.
pub(super) fn changed(old: &str, new: &str) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let begin = same_begin(old.chars(), new.chars());
    let rest = |line: &'_ str| line.len() - begin;
    let most = rest(old).min(rest(new));
    let end = same_begin(old.chars().rev(), new.chars().rev()).min(most);
    // A character must not be cut where the same end begins within what is the same at the beginning.
    let end = (0..=end).rev().find(|end| old.is_char_boundary(old.len() - end)).unwrap_or_default();
    let (old_part, new_part) = (begin..old.len() - end, begin..new.len() - end);
    let (one, other) = (
        old.get(old_part.clone()).unwrap_or_default(),
        new.get(new_part.clone()).unwrap_or_default(),
    );
    if one.len().max(other.len()) > MAX_DIFFERING || one.is_empty() || other.is_empty() {
        return (vec![old_part], vec![new_part]);
    }
    by_words(one, other, begin)
}

fn same_begin(one: impl Iterator<Item = char>, other: impl Iterator<Item = char>) -> usize {
    one.zip(other).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum()
}

/// The same of what lies between the first and the last difference, word by word; both begin at `begin`.
fn by_words(old: &str, new: &str, begin: usize) -> (Vec<Range<usize>>, Vec<Range<usize>>) {
    let mut input = InternedInput::default();
    let (old_words, new_words) = (words(old), words(new));
    input.update_before(old_words.iter().map(|(_, word)| *word));
    input.update_after(new_words.iter().map(|(_, word)| *word));
    let place = |words: &[(usize, &str)], len: usize, range: Range<u32>| {
        let at = |word: u32| words.get(word as usize).map_or(len, |(at, _)| *at);
        begin + at(range.start)..begin + at(range.end)
    };
    let (mut before, mut after): (Vec<Range<usize>>, Vec<Range<usize>>) = (vec![], vec![]);
    for hunk in Diff::compute(Algorithm::Histogram, &input).hunks() {
        let one = place(&old_words, old.len(), hunk.before);
        let other = place(&new_words, new.len(), hunk.after);
        match (before.last_mut(), after.last_mut()) {
            (Some(last), Some(last_new)) if one.start - last.end < MIN_APART => {
                (last.end, last_new.end) = (one.end, other.end);
            }
            _ => {
                before.push(one);
                after.push(other);
            }
        }
    }
    (before, after)
}

/// Words and the characters between them, and where each begins.
fn words(text: &str) -> Vec<(usize, &str)> {
    let (mut words, mut start, mut was_word) = (vec![], 0, false);
    for (at, c) in text.char_indices() {
        let is_word = c.is_alphanumeric();
        if at > start && !(is_word && was_word) {
            words.push((start, text.get(start..at).unwrap_or_default()));
            start = at;
        }
        was_word = is_word;
    }
    words.push((start, text.get(start..).unwrap_or_default()));
    words
}

#[cfg(test)]
#[expect(clippy::single_range_in_vec_init, reason = "lines have one part or several")]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cropped_around_its_parts() {
        let line = format!("{}X{}", "a".repeat(300), "b".repeat(300));
        let part = 300..301;
        let want = "[... 296 characters] aaaaXbbbbb [... 295 more characters]";
        assert_eq!(shown(&line, std::slice::from_ref(&part), 10), want);
        assert_eq!(shown("short", &[], 10), "short");
        assert_eq!(shown(&line, &[], 4), "aaaa [... 597 more characters]");
        assert_eq!(shown(&line, &[600..601], 4), "[... 597 characters] bbbb");
        let long = "é".repeat(50);
        assert_eq!(
            shown(&long, &[20..80], 8),
            "[... 9 characters] éééééééé [... 33 more characters]"
        );
    }

    #[test]
    fn several_changes_of_a_line_are_shown() {
        let old =
            format!("one {}two {}three{}", "a ".repeat(500), "b ".repeat(500), " c".repeat(500));
        let new = old.replace("one", "1").replace("two", "2").replace("three", "3");
        let (before, after) = changed(&old, &new);
        assert_eq!(before.len(), 3);
        let text = shown(&new, &after, 300);
        assert!(text.starts_with("1 a a"), "{text}");
        assert!(text.contains(" a 2 b ") && text.contains(" b 3 c "), "{text}");
        assert_eq!(text.matches("[... ").count(), 3, "{text}");
        let text = shown(&new, &after, 160);
        assert!(text.ends_with(", with 1 more change]"), "{text}");
    }

    #[test]
    fn no_character_is_cut() {
        let (before, after) = changed("aé", "aè");
        assert_eq!((before, after), (vec![1..3], vec![1..3]));
        assert_eq!(changed("xx", "xxx"), (vec![2..2], vec![2..3]));
        assert_eq!(changed("ab é", "ab ab é"), (vec![3..3], vec![3..6]));
        // The last byte of both is the same, the character is not.
        assert_eq!(changed("é", "©").0, [0..2]);
    }
}
