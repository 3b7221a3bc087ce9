//! Escapes: how bytes that are not text, and NULs, are shown so that nobody takes them for text.
//!
//! Such a byte is shown as `\xE9`. Where a text has escapes, a backslash of its own before `x` and two
//! digits is shown as `\x5C`. So what is shown can be turned back into the bytes of the file.
//!
//! May import: nothing of this crate.

use std::borrow::Cow;

use crate::text::encoding::coding::Coding;
use crate::text::encoding::runs::{Run, all_runs, runs};

/// Places that are noted of the bytes shown as escapes.
const MOST_PLACES: usize = 3;

/// Some bytes as they are shown.
#[derive(Debug)]
pub(in crate::text) struct Shown<'a> {
    pub(in crate::text) text: Cow<'a, str>,
    /// How many bytes it stands for.
    pub(in crate::text) taken: usize,
    pub(in crate::text) escaped: Escaped,
}

/// What is shown as escapes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Escaped {
    /// How many bytes, or NULs of a wider unit.
    pub count: u64,
    /// Where the first of them are in the file.
    pub places: Vec<u64>,
    /// The escape of the first one.
    pub example: String,
    /// Is a backslash of the text shown as an escape as well?
    pub has_backslashes: bool,
}

impl Escaped {
    /// Adds those of a piece that follows.
    pub(in crate::text) fn add(&mut self, more: Self) {
        self.count += more.count;
        self.has_backslashes |= more.has_backslashes;
        if self.example.is_empty() {
            self.example = more.example;
        }
        self.places.extend(more.places);
        self.places.truncate(MOST_PLACES);
    }

    fn note(&mut self, place: u64, example: impl FnOnce() -> String) {
        self.count += 1;
        if self.example.is_empty() {
            self.example = example();
        }
        if self.places.len() < MOST_PLACES {
            self.places.push(place);
        }
    }
}

/// What follows some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Rest {
    /// Nothing of the same line: the beginning of a character at their end is bad.
    None,
    /// More: the beginning of a character at their end is not taken.
    Some,
}

/// `bytes`, which begin with a character at `place` of the file, as they are shown. `escapes` tells
/// whether the text that they are of has escapes anywhere.
pub(in crate::text) fn shown(
    coding: Coding,
    bytes: &[u8],
    place: u64,
    rest: Rest,
    escapes: bool,
) -> Shown<'_> {
    if let Some(text) = coding.decode(bytes).filter(|text| !has_nul(text)) {
        let kept = if escapes { whole_escapes(&text, rest, true) } else { text.len() };
        let taken = bytes.len() - (text.len() - kept) * coding.unit().width();
        if !escapes || (kept == text.len() && !text.contains("\\x")) {
            return Shown { text, taken, escaped: Escaped::default() };
        }
        let text = text.get(..kept).unwrap_or(&text);
        let escaped_text = with_escapes(text, None).into_owned();
        let has_backslashes = escaped_text.len() != text.len();
        let escaped = Escaped { has_backslashes, ..Escaped::default() };
        return Shown { text: escaped_text.into(), taken, escaped };
    }
    let (parts, mut taken) = parts(coding, bytes, rest);
    let is_escaped = |part: &Part| match part {
        Part::Text(text, _) => has_nul(text),
        Part::Bad(..) => true,
    };
    let escapes = escapes || parts.iter().any(is_escaped);
    let mut text = String::new();
    let mut escaped = Escaped::default();
    for (n, part) in parts.iter().enumerate() {
        match part {
            Part::Text(part, _) if !escapes => text += part,
            Part::Text(part, start) => {
                let end = parts.get(n + 1).map_or(taken, Part::start);
                let is_last = n + 1 == parts.len();
                let kept = if is_last { whole_escapes(part, rest, n == 0) } else { part.len() };
                taken -= (part.len() - kept) * coding.unit().width();
                let visible = with_escapes(part.get(..kept).unwrap_or(part), None);
                let nuls = coding.unit().nuls(bytes.get(*start..end).unwrap_or_default());
                nuls.for_each(|nul| escaped.note(place + (start + nul) as u64, || escape(0)));
                escaped.has_backslashes |= visible.contains(BACKSLASH);
                text += &visible;
            }
            Part::Bad(bad, start) => {
                for (place, byte) in (place + *start as u64..).zip(bad) {
                    escaped.note(place, || escape(*byte));
                    text += &escape(*byte);
                }
            }
        }
    }
    Shown { text: text.into(), taken, escaped }
}

/// The runs of some bytes, those of text joined, and how many bytes are in them.
fn parts(coding: Coding, bytes: &[u8], rest: Rest) -> (Vec<Part>, usize) {
    let (mut parts, mut at): (Vec<Part>, usize) = (vec![], 0);
    let mut each = |run: Run<'_>| match (run, parts.last_mut()) {
        (Run::Text(text, len), Some(Part::Text(last, _))) => {
            last.push_str(text);
            at += len;
        }
        (Run::Text(text, len), _) => {
            parts.push(Part::Text(text.into(), at));
            at += len;
        }
        (Run::Bad(bad), _) => {
            parts.push(Part::Bad(bad.into(), at));
            at += bad.len();
        }
    };
    match rest {
        Rest::Some => {
            let cut = runs(coding, bytes, &mut each);
            // Nothing taken of something would be the same answer for ever.
            if cut == bytes.len() {
                all_runs(coding, bytes, &mut each);
            }
        }
        Rest::None => all_runs(coding, bytes, &mut each),
    }
    (parts, at)
}

/// How much of a text can be shown without the beginning of what may look like an escape together with
/// what follows. Of what `is_first` something is always shown.
fn whole_escapes(text: &str, rest: Rest, is_first: bool) -> usize {
    let is_left_out = |at: &usize| rest == Rest::Some && (*at > 0 || !is_first);
    let Some(at) = text.rfind('\\').filter(is_left_out) else { return text.len() };
    let tail = text.get(at..).unwrap_or_default();
    let may_go_on = match tail.strip_prefix("\\x") {
        None => tail == "\\",
        Some(digits) => digits.len() < 2 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
    };
    if may_go_on { at } else { text.len() }
}

enum Part {
    Text(String, usize),
    Bad(Vec<u8>, usize),
}

impl Part {
    fn start(&self) -> usize {
        match self {
            Self::Text(_, start) | Self::Bad(_, start) => *start,
        }
    }
}

/// The escape of a backslash.
const BACKSLASH: &str = "\\x5C";

/// The escape of a byte.
pub(in crate::text) fn escape(byte: u8) -> String {
    format!("\\x{byte:02X}")
}

/// The byte whose escape `text` begins with.
pub fn byte_of_escape(text: &str) -> Option<u8> {
    let digits = text.strip_prefix("\\x")?.get(..2)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u8::from_str_radix(digits, 16).ok()
}

/// Characters of an escape.
pub(in crate::text) const ESCAPE_LEN: usize = 4;

/// A text as it is shown where there are escapes. `bad` tells which characters stand for bad bytes.
pub(in crate::text) fn with_escapes<'t>(text: &'t str, bad: Option<&Marks>) -> Cow<'t, str> {
    let is_marked = |c: char| bad.is_some_and(|bad| bad.byte_of(c).is_some());
    let has_bad = bad.is_some() && text.chars().any(is_marked);
    if !(has_nul(text) || text.contains("\\x") || has_bad) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + ESCAPE_LEN);
    for (at, c) in text.char_indices() {
        match (c, bad.and_then(|bad| bad.byte_of(c))) {
            (_, Some(byte)) => shown += &escape(byte),
            ('\0', _) => shown += &escape(0),
            ('\\', _) if text.get(at..).and_then(byte_of_escape).is_some() => shown += BACKSLASH,
            _ => shown.push(c),
        }
    }
    shown.into()
}

pub(in crate::text) fn has_nul(text: &str) -> bool {
    memchr::memchr(0, text.as_bytes()).is_some()
}

/// Characters that stand for bad bytes in a text that is held to be edited. They are 256 characters
/// for private use that the text itself does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct Marks {
    first: u32,
}

/// The private plane, in blocks of so many characters as a byte has values.
const PRIVATE: u32 = 0x10_0000;
const BLOCK: u32 = 0x100;
const BLOCKS: u32 = 0xFF;

/// Which blocks of the plane the characters of some texts are in.
#[derive(Debug)]
pub(in crate::text) struct Taken([bool; BLOCKS as usize]);

impl Taken {
    /// None yet.
    pub(in crate::text) fn new() -> Self {
        Self([false; BLOCKS as usize])
    }

    /// Those of a text.
    pub(in crate::text) fn see(&mut self, text: &str) {
        // All of the plane begins with this byte of UTF-8.
        for at in memchr::memchr_iter(0xF4, text.as_bytes()) {
            let c = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, u32::from);
            let block = c.checked_sub(PRIVATE).map(|c| (c / BLOCK) as usize);
            if let Some(taken) = block.and_then(|block| self.0.get_mut(block)) {
                *taken = true;
            }
        }
    }

    /// Characters that none of the texts has; `None` where every block is taken.
    pub(in crate::text) fn free(&self) -> Option<Marks> {
        let free = (0..BLOCKS).rev().zip(self.0.iter().rev()).find(|(_, taken)| !**taken)?.0;
        Some(Marks { first: PRIVATE + free * BLOCK })
    }
}

impl Marks {
    /// The character that stands for a byte.
    pub(in crate::text) fn mark(self, byte: u8) -> char {
        char::from_u32(self.first + u32::from(byte)).unwrap_or_default()
    }

    /// The text with the characters of UTF-8 that marks beside each other stand for.
    pub(in crate::text) fn joined(self, text: &str) -> Cow<'_, str> {
        let is_mark = |c: char| self.byte_of(c).is_some();
        if !text.contains(is_mark) {
            return text.into();
        }
        let mut joined = String::with_capacity(text.len());
        let mut rest = text;
        while !rest.is_empty() {
            let plain = rest.find(is_mark).unwrap_or(rest.len());
            let (before, from) = rest.split_at_checked(plain).unwrap_or_default();
            let marked = from.find(|c| !is_mark(c)).unwrap_or(from.len());
            let (marked, after) = from.split_at_checked(marked).unwrap_or_default();
            joined += before;
            let bytes: Vec<u8> = marked.chars().filter_map(|c| self.byte_of(c)).collect();
            for chunk in bytes.utf8_chunks() {
                joined += chunk.valid();
                joined.extend(chunk.invalid().iter().map(|byte| self.mark(*byte)));
            }
            rest = after;
        }
        joined.into()
    }

    /// The byte that a character stands for.
    pub(in crate::text) fn byte_of(self, c: char) -> Option<u8> {
        u8::try_from(u32::from(c).checked_sub(self.first)?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn show(bytes: &[u8], escapes: bool) -> String {
        shown(Coding::Utf8, bytes, 100, Rest::None, escapes).text.into_owned()
    }

    #[test]
    fn bad_bytes_and_nuls_are_escapes_and_literal_ones_are_not_confused_with_them() {
        assert_eq!(show(b"a\xE9b\0c", false), "a\\xE9b\\x00c");
        assert_eq!(show(b"a \\xE9 b", false), "a \\xE9 b", "a clean text is as it is");
        assert_eq!(show(b"a \\xE9 b", true), "a \\x5CxE9 b");
        assert_eq!(show(b"\\xE9 \xE9", false), "\\x5CxE9 \\xE9");
        assert_eq!(show(b"\\\\xe9 \\x \\xg0 \\\xE9", false), "\\\\x5Cxe9 \\x \\xg0 \\\\xE9");
    }

    #[test]
    fn what_is_escaped_is_counted_and_placed() {
        let found = shown(Coding::Utf8, b"a\xE9\0\\x41\xFF\xFE", 100, Rest::None, false).escaped;
        assert_eq!((found.count, found.places.as_slice()), (4, [101, 102, 107].as_slice()));
        assert_eq!((found.example.as_str(), found.has_backslashes), ("\\xE9", true));
        let le = Coding::Standard(encoding_rs::UTF_16LE);
        let found = shown(le, b"a\0\0\0\x00\xD8b\0", 2, Rest::None, false);
        assert_eq!(found.text, "a\\x00\\x00\\xD8b");
        assert_eq!((found.escaped.count, found.escaped.places), (3, vec![4, 6, 7]));
    }

    #[test]
    fn a_character_that_is_cut_is_not_taken() {
        let part = shown(Coding::Utf8, "a日".as_bytes().split_at(3).0, 0, Rest::Some, false);
        assert_eq!((part.text.as_ref(), part.taken), ("a", 1));
        let part = shown(Coding::Utf8, b"a\xE6\x97", 0, Rest::None, false);
        assert_eq!((part.text.as_ref(), part.taken), ("a\\xE6\\x97", 3));
        let part = shown(Coding::Utf8, b"\\xE9 \xE6\x97", 0, Rest::Some, false);
        assert_eq!((part.text.as_ref(), part.taken), ("\\xE9 ", 5), "nothing is escaped");
        for (bytes, want, taken) in [
            (b"ab\\x4".as_slice(), "ab", 2),
            (b"ab\\x41", "ab\\x5Cx41", 6),
            (b"\xFFb\\", "\\xFFb", 2),
            (b"ab\\y", "ab\\y", 4),
        ] {
            let part = shown(Coding::Utf8, bytes, 0, Rest::Some, true);
            assert_eq!((part.text.as_ref(), part.taken), (want, taken), "what may be an escape");
        }
        let part = shown(Coding::Utf8, b"\xE6\x97", 0, Rest::Some, false);
        assert_eq!((part.text.as_ref(), part.taken), ("\\xE6\\x97", 2), "it goes on");
    }

    #[test]
    fn marks_are_characters_that_no_text_has() {
        let absent_from = |text: &str| {
            let mut taken = Taken::new();
            taken.see(text);
            taken.free()
        };
        let last = absent_from("plain").unwrap();
        assert_eq!(last.byte_of(last.mark(0xE9)), Some(0xE9));
        assert_eq!(last.byte_of('a'), None);
        let other = absent_from(&last.mark(7).to_string()).unwrap();
        assert_ne!(other, last);
        let all: String = (0..BLOCKS).filter_map(|n| char::from_u32(PRIVATE + n * BLOCK)).collect();
        assert_eq!(absent_from(&all), None);
    }
}
