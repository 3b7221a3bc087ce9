//! [`Unlike`]: characters in which two texts differ that look the same, and those differences in words.
//!
//! May import: `format`. `same_looking` finds where the texts differ.

use std::ops::Range;

use crate::format;
use crate::text::encoding::escapes::Marks;
use crate::text::lookalike::typed::as_typed;
use crate::text::lookalike::unseen::{is_invisible, is_odd_blank, named, plain};

/// Characters of one difference that are named.
const MAX_CHARS: usize = 64;
/// Differences that are named, each once for all its places.
const MAX_NAMED: usize = 12;
/// Places that are named of each.
const MAX_PLACES: usize = 20;
/// Characters of a text among which odd ones are looked for.
const MAX_LOOKED_AT: usize = 100_000;

/// Characters in one text, and those in their place in the other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::text) struct Unlike {
    /// Where they are in the file's text.
    pub(in crate::text) place: Range<usize>,
    /// Where they are in the text that was sent.
    pub(in crate::text) sent: Range<usize>,
}

impl Unlike {
    /// The same in a text of which this one is a part that begins at `start`.
    pub(in crate::text) fn after(self, start: usize) -> Self {
        Self { place: self.place.start + start..self.place.end + start, ..self }
    }
}

/// In what the texts differ, in a few words.
pub(in crate::text) fn kinds(text: &str, old: &str, unlike: &[Unlike]) -> String {
    let both = |one: &Unlike| {
        let of = |text: &str, range: &Range<usize>| {
            text.get(range.clone()).unwrap_or_default().chars().collect::<Vec<_>>()
        };
        [of(text, &one.place), of(old, &one.sent)].concat()
    };
    let mut is_unseen = false;
    let mut is_shape = false;
    let mut is_form = false;
    let mut is_typed = false;
    for chars in unlike.iter().map(both) {
        if chars.iter().any(|c| as_typed(*c).is_some()) {
            is_typed = true;
        } else if chars.iter().any(|c| is_invisible(*c)) {
            is_unseen = true;
        } else if chars.iter().any(|c| plain(*c) != *c && !plain(*c).is_alphanumeric())
            || chars.iter().all(|c| *c == '-')
        {
            is_shape = true;
        } else {
            is_form = true;
        }
    }
    let kinds = [
        (is_unseen, "invisible characters"),
        (is_shape, "the kind of quotes, dashes or spaces"),
        (is_form, "characters that look the same"),
        (is_typed, "signs that one of the two has as ASCII"),
    ];
    let kinds: Vec<_> = kinds.iter().filter(|(is_so, _)| *is_so).map(|(_, kind)| *kind).collect();
    kinds.join(" and ")
}

/// The characters of a place that are invisible or easily taken for others and that `old` does not have at all;
/// and those of `old` that the place does not have.
pub(in crate::text) fn odd_characters(text: &str, place: &Range<usize>, old: &str) -> Vec<Unlike> {
    let here = text.get(place.clone()).unwrap_or_default();
    let is_odd = |text: &str, at: usize, c: char| match c {
        '\r' => text.as_bytes().get(at + 1) != Some(&b'\n'),
        c => is_invisible(c) || is_odd_blank(c) || plain(c) != c,
    };
    let odd = |one: &str, other: &str| -> Vec<Range<usize>> {
        let mut known: Vec<(char, bool)> = vec![];
        let mut is_elsewhere = |c: char| match known.iter().find(|(k, _)| *k == c) {
            Some((_, is_elsewhere)) => *is_elsewhere,
            None => {
                let is_elsewhere = other.match_indices(c).any(|(at, _)| is_odd(other, at, c));
                known.push((c, is_elsewhere));
                is_elsewhere
            }
        };
        let chars = one.char_indices().take(MAX_LOOKED_AT).filter(|(at, c)| is_odd(one, *at, *c));
        chars.filter(|(_, c)| !is_elsewhere(*c)).map(|(at, c)| at..at + c.len_utf8()).collect()
    };
    let ours = odd(here, old).into_iter();
    let ours = ours.map(|at| Unlike { place: at, sent: 0..0 }.after(place.start));
    let theirs = odd(old, here).into_iter().map(|sent| Unlike { place: 0..0, sent });
    ours.chain(theirs).collect()
}

/// Characters of both texts, and the places at which the ones stand for the others.
type Group = (Vec<char>, Vec<char>, Vec<usize>);

/// What the differences are, in words: each pair of characters once, with its places.
///
/// `marks` are the characters that stand for bad bytes.
pub(in crate::text) fn in_words(
    text: &str,
    old: &str,
    unlike: &[Unlike],
    marks: Option<Marks>,
) -> Vec<String> {
    let (mut groups, mut more): (Vec<Group>, usize) = (vec![], 0);
    let chars = |text: &str, range: &Range<usize>| -> Vec<char> {
        text.get(range.clone()).unwrap_or_default().chars().take(MAX_CHARS).collect()
    };
    for one in unlike {
        let here = chars(text, &one.place);
        let sent = chars(old, &one.sent);
        // What only the sent text has is found in that.
        let at = if here.is_empty() { one.sent.start } else { one.place.start };
        let count = groups.len();
        match groups.iter_mut().find(|(a, b, _)| (a, b) == (&here, &sent)) {
            Some((_, _, places)) => places.push(at),
            None if count < MAX_NAMED => groups.push((here, sent, vec![at])),
            None => more += 1,
        }
    }
    let mut all: Vec<String> = groups
        .into_iter()
        .map(|(here, sent, at)| {
            let names = |chars: &[char]| {
                let names = chars.iter().map(|c| named_or_byte(*c, marks));
                names.collect::<Vec<_>>().join(" and ")
            };
            match (here.is_empty(), sent.is_empty()) {
                (true, _) => format!(
                    "`old_text` has {} at its {}, the file does not",
                    names(&sent),
                    columns(old, &at)
                ),
                (_, true) => format!(
                    "the file has {} at {}, `old_text` does not",
                    names(&here),
                    columns(text, &at)
                ),
                _ => format!(
                    "the file has {} at {}, where `old_text` has {}",
                    names(&here),
                    columns(text, &at),
                    names(&sent).trim_end_matches(',')
                ),
            }
        })
        .collect();
    if more > 0 {
        let places = format::count(more as u64, "further place", "further places");
        all.push(format!("{places} with other characters"));
    }
    all
}

/// What one change of a line did: `line 3, column 5: U+200B ZERO WIDTH SPACE taken out`.
pub(in crate::text) fn changed_in_words(
    line: usize,
    old: &str,
    new: &str,
    unlike: &Unlike,
) -> String {
    let names = |text: &str, range: &Range<usize>| {
        let chars = text.get(range.clone()).unwrap_or_default().chars().take(MAX_CHARS);
        chars.map(named).collect::<Vec<_>>().join(" and ")
    };
    let was = names(old, &unlike.place);
    let is = names(new, &unlike.sent);
    let before = old.get(..unlike.place.start).unwrap_or_default();
    let column = before.chars().count() + 1;
    let what = match (was.is_empty(), is.is_empty()) {
        (true, _) => format!("{is} put in"),
        (_, true) => format!("{was} taken out"),
        _ => format!("{was} became {is}"),
    };
    format!("line {line}, column {column}: {what}")
}

/// The name of a character, or of the byte that it stands for.
fn named_or_byte(c: char, marks: Option<Marks>) -> String {
    match marks.and_then(|marks| marks.byte_of(c)) {
        // `Document::as_told` turns the character into the escape of its byte.
        Some(byte) => format!("the byte {byte:02X}, shown as `{c}`,"),
        None => named(c),
    }
}

/// `line 3, columns 5, 9; line 4, column 1`: places in order. A column is a character.
fn columns(text: &str, places: &[usize]) -> String {
    let mut lines = vec![];
    let mut line = 1;
    let mut start = 0;
    let mut seen = 0;
    for place in places.iter().take(MAX_PLACES) {
        let between = text.get(seen..*place).unwrap_or_default();
        if let Some(end) = between.rfind('\n') {
            line += between.matches('\n').count();
            start = seen + end + 1;
        }
        seen = *place;
        let column = text.get(start..*place).unwrap_or_default().chars().count() + 1;
        match lines.last_mut() {
            Some((last, columns)) if *last == line => columns,
            _ => {
                lines.push((line, vec![]));
                let Some((_, columns)) = lines.last_mut() else { continue };
                columns
            }
        }
        .push(column.to_string());
    }
    let lines = lines.iter().map(|(line, columns)| match columns.as_slice() {
        [column] => format!("line {line}, column {column}"),
        columns => format!("line {line}, columns {}", columns.join(", ")),
    });
    let all = lines.collect::<Vec<_>>().join("; ");
    match places.len().saturating_sub(MAX_PLACES) {
        0 => all,
        more => format!("{all}; and {}", format::count(more as u64, "more place", "more places")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_named_with_their_columns() {
        let text = "é\u{200b}\nx\u{200b}a\u{200b}\u{a0}";
        let at = |place: usize, len: usize| Unlike { place: place..place + len, sent: 0..0 };
        let unlike = [at(2, 3), at(7, 3), at(11, 3), Unlike { place: 14..16, sent: 0..1 }];
        assert_eq!(
            in_words(text, " ", &unlike, None),
            [
                "the file has U+200B ZERO WIDTH SPACE at line 1, column 2; line 2, columns 2, 4, \
                 `old_text` does not",
                "the file has U+00A0 NO-BREAK SPACE at line 2, column 5, where `old_text` has \
                 U+0020 SPACE"
            ]
        );
        assert_eq!(
            kinds(text, " ", &unlike),
            "invisible characters and the kind of quotes, dashes or spaces"
        );
        let sent = [Unlike { place: 0..0, sent: 3..5 }];
        assert_eq!(
            in_words("ab", "a\nb\u{ad}", &sent, None),
            ["`old_text` has U+00AD SOFT HYPHEN at its line 2, column 2, the file does not"]
        );
    }

    #[test]
    fn what_is_named_is_bounded() {
        let text = "\u{200b}".repeat(100);
        let odd = odd_characters(&text, &(0..text.len()), "x");
        let words = in_words(&text, "x", &odd, None);
        assert!(words[0].contains(" 19, 20; and 80 more places, "), "{words:?}");
        let text: String = ('\u{2000}'..'\u{2010}').collect();
        let words = in_words(&text, "x", &odd_characters(&text, &(0..text.len()), "x"), None);
        assert_eq!(words.len(), MAX_NAMED + 1);
        assert_eq!(words[MAX_NAMED], "4 further places with other characters");
    }
}
