//! [`rest_of_character`]: where the next character begins at a place that a client chose.
//!
//! May import: `cap` (for open files), `error`.

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::text::encoding::code_unit::Unit;
use crate::text::encoding::coding::{Coding, is_alone};
use crate::text::encoding::runs::{Run, runs};

/// Bytes before the place that are looked at.
const BACK: u64 = 256;
/// Most bytes of one character, in any encoding.
const LONGEST: usize = 4;

/// How many of `bytes`, which lie at `place` of the file, belong to a character that begins before them.
pub(in crate::text) fn rest_of_character(
    file: &OpenFile,
    coding: Coding,
    place: u64,
    bytes: &[u8],
) -> Result<usize, ToolError> {
    if coding.has_single_bytes() {
        return Ok(0);
    }
    let back = place.min(BACK);
    let mut before = vec![0; usize::try_from(back).unwrap_or(0)];
    let before = file.read_at(&mut before, place - back)?;
    Ok(rest(coding, before, bytes, back == place))
}

/// The same of bytes and those before them, which may be the first of the file.
fn rest(coding: Coding, before: &[u8], bytes: &[u8], is_begin: bool) -> usize {
    let begin = match coding.unit() {
        Unit::Byte if coding == Coding::Utf8 => before.iter().rposition(|b| *b & 0xC0 != 0x80),
        Unit::Byte => match before.iter().rposition(|byte| is_alone(*byte)) {
            None if is_begin => Some(0),
            None => Some(most_valid_begin(coding, before)),
            alone => alone,
        },
        unit => before.len().checked_sub(unit.width()),
    };
    let Some(before) = begin.and_then(|begin| before.get(begin..)) else { return 0 };
    let cut = runs(coding, before, &mut |_| {});
    let Some(half) = before.get(before.len() - cut..).filter(|half| !half.is_empty()) else {
        return 0;
    };
    let is_character = |more: &usize| {
        let more = bytes.get(..*more).unwrap_or_default();
        coding.decode(&[half, more].concat()).is_some()
    };
    (1..=LONGEST.min(bytes.len())).find(is_character).unwrap_or(0)
}

/// Where bytes without one that is a character of its own begin with a character: where fewest of them
/// are bad from there on.
fn most_valid_begin(coding: Coding, bytes: &[u8]) -> usize {
    let bad = |begin: &usize| {
        let mut bad = 0;
        runs(coding, bytes.get(*begin..).unwrap_or_default(), &mut |run| {
            bad += usize::from(matches!(run, Run::Bad(_)));
        });
        bad
    };
    (0..LONGEST).min_by_key(bad).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{EUC_JP, GB18030, SHIFT_JIS, UTF_16LE};

    use super::*;

    #[test]
    fn what_belongs_to_the_character_before_is_skipped_and_a_bad_byte_is_not() {
        let standard = Coding::Standard;
        for (coding, bytes, at, want) in [
            (Coding::Utf8, "aé".as_bytes(), 2, 1),
            (Coding::Utf8, "🦀".as_bytes(), 1, 3),
            (Coding::Utf8, b"a\x80b", 1, 0),
            (Coding::Utf8, b"a\x80b", 2, 0),
            (Coding::Utf8, b"\xE6\x97x", 1, 0),
            (standard(SHIFT_JIS), b"\x93\xfa\x96\x7b", 1, 1),
            (standard(SHIFT_JIS), b"\x93\xfa\x96\x7b", 2, 0),
            (standard(SHIFT_JIS), b"\x93\xfa\x96\x7b", 3, 1),
            (standard(EUC_JP), b"a\n\xc6\xfc\xcb\xdc", 5, 1),
            (standard(GB18030), b"\x84\x31\xa4\x37", 2, 2),
            (standard(UTF_16LE), b"\x3e\xd8\x80\xdd", 2, 2),
            (standard(UTF_16LE), b"a\0b\0", 2, 0),
            (Coding::Utf32Le, b"a\0\0\0b\0\0\0", 4, 0),
        ] {
            let (before, after) = bytes.split_at(at);
            assert_eq!(rest(coding, before, after, true), want, "{coding:?} {bytes:x?} {at}");
        }
    }

    #[test]
    fn a_place_in_a_long_run_of_characters_is_found_by_what_is_valid() {
        let line = EUC_JP.encode("名前はまだ無い何処で生れたか").0.repeat(9);
        for at in 100..120 {
            let (before, after) = line.split_at(at);
            assert_eq!(rest(Coding::Standard(EUC_JP), before, after, false), at % 2, "{at}");
            let before = &before[1..];
            assert_eq!(rest(Coding::Standard(EUC_JP), before, after, false), at % 2, "{at}");
        }
    }
}
