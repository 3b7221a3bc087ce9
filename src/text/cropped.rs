//! [`shown`]: a long line, cropped around the parts that matter.
//!
//! May import: `format`.

use std::ops::Range;

use crate::format;

/// Bytes between two changes of a line that are shown as one.
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
    let mut text = String::new();
    let mut at = 0;
    let whole = 0..0;
    let first = parts.iter().take(count).chain(parts.is_empty().then_some(&whole));
    for part in first.map(|part| with_context(line, part, most / count.max(1))) {
        if part.start > at {
            let left_out = line.get(at..part.start).unwrap_or_default().chars().count();
            let blank = if text.is_empty() { "" } else { " " };
            text += &format!(
                "{blank}[... {}] ",
                format::count(left_out as u64, "character", "characters")
            );
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
        text += &format!(
            " [... {}{further}]",
            format::count(left_out as u64, "more character", "more characters")
        );
    }
    text
}

/// Extends `part` by the text around it to `most` characters. A part that is too long is cut.
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

/// The parts of a line that begins at `start` in a longer text, of which these are parts, in order. Parts that are
/// near each other are one.
pub(super) fn within<'p>(
    line: &str,
    start: usize,
    parts: impl Iterator<Item = &'p Range<usize>>,
) -> Vec<Range<usize>> {
    let end = start + line.len();
    let mut all: Vec<Range<usize>> = vec![];
    for part in parts.filter(|part| part.start <= end && part.end >= start) {
        let part = part.start.max(start) - start..part.end.min(end) - start;
        match all.last_mut().filter(|last| part.start.saturating_sub(last.end) < MIN_APART) {
            Some(last) => last.end = last.end.max(part.end),
            None => all.push(part),
        }
    }
    all
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
    fn several_parts_of_a_line_are_shown() {
        let line = format!("1 {}2 {}3{}", "a ".repeat(500), "b ".repeat(500), " c".repeat(500));
        let parts = [0..1, 1_002..1_003, 2_004..2_005];
        let text = shown(&line, &parts, 300);
        assert!(text.starts_with("1 a a"), "{text}");
        assert!(text.contains(" a 2 b ") && text.contains(" b 3 c "), "{text}");
        assert_eq!(text.matches("[... ").count(), 3, "{text}");
        let text = shown(&line, &parts, 160);
        assert!(text.ends_with(", with 1 more change]"), "{text}");
    }

    #[test]
    fn parts_of_a_text_are_those_of_its_line() {
        let parts = [0..3, 10..12, 20..21, 100..300];
        assert_eq!(within(&"x".repeat(150), 5, parts.iter()), [5..16, 95..150]);
        assert!(within("", 5, parts.iter()).is_empty());
    }
}
