//! [`searched`]: in what form a file is searched: as it lies there, or turned into UTF-8 on the way.
//!
//! Bad bytes stay what they are on that way, so a search sees them as in a file of UTF-8.
//!
//! May import: `cap` (for open files), `error`, `limits`.

use std::borrow::Cow;
use std::ops::Range;

use encoding_rs::ISO_2022_JP;

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::text::detect::by_chance::is_text_by_chance;
use crate::text::detect::detected::{Binary, Encoding};
use crate::text::detect::evidence::{Evidence, InFile};
use crate::text::detect::named_encoding::usable;
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::{Rest, shown};
use crate::text::encoding::runs::{Run, all_runs, runs};

/// In what form a file is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Searched {
    /// Bytes of the byte order mark before the text.
    pub mark: u64,
    /// Does a page of the text show anything as escapes?
    pub has_escapes: bool,
    /// The encoding, where it is a guess.
    pub guessed: Option<&'static str>,
    /// What turns it into UTF-8, where it is something else.
    pub transcoder: Option<Transcoder>,
}

impl Searched {
    /// UTF-8 and nothing else, as nearly every file is.
    pub const PLAIN: Self = Self { mark: 0, has_escapes: false, guessed: None, transcoder: None };
}

/// Is this UTF-8 and nothing else? A quick look at what nearly every file is.
pub fn is_plain(bytes: &[u8]) -> bool {
    memchr::memchr2(0, 0x1b, bytes).is_none()
        && !bytes.starts_with(Coding::Utf8.mark())
        && std::str::from_utf8(bytes).is_ok_and(|text| !is_text_by_chance(text))
}

/// In what form a file is searched; `None` where it is not a text. `named` is the coding in which the
/// client wants what is not surely in another one; `whole` are all bytes of the file, if they were read. A large file is
/// looked through to its end if its encoding `matters`.
///
/// # Errors
/// The codes of the host; `timed_out`, `cancelled`.
pub fn searched(
    named: Option<Coding>,
    file: &OpenFile,
    whole: Option<&[u8]>,
    matters: bool,
    budget: &Budget,
) -> Result<Option<Searched>, ToolError> {
    let in_file = InFile(file, budget);
    let evidence = match whole {
        Some(whole) => Evidence::of(whole)?,
        None if matters => Evidence::through(&in_file)?,
        None => Evidence::of(&in_file)?,
    };
    // Nearly every file is ASCII, and has the same text in most encodings.
    let is_ascii = evidence.pieces.iter().all(|piece| piece.bytes.is_ascii());
    let named = usable(named.filter(|_| !is_ascii), &evidence).0;
    let encoding = match Encoding::of(&evidence, named) {
        Ok(encoding) => encoding,
        Err(Binary) => return Ok(None),
    };
    let coding = encoding.coding();
    Ok(Some(Searched {
        mark: encoding.mark(),
        has_escapes: encoding.has_escapes(),
        guessed: encoding.is_guessed().then(|| coding.name()),
        transcoder: (coding != Coding::Utf8).then_some(Transcoder(coding)),
    }))
}

/// Turns text into UTF-8, and leaves bad bytes as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transcoder(Coding);

impl Transcoder {
    /// Appends `bytes`, which begin with a character, to `utf8`. Returns how many bytes at their end
    /// belong to what comes after them: none if they are the last.
    pub fn transcode(self, bytes: &[u8], is_last: bool, utf8: &mut Vec<u8>) -> usize {
        let Self(coding) = self;
        let mut each = |run: Run<'_>| match run {
            Run::Text(text, _) => utf8.extend_from_slice(text.as_bytes()),
            Run::Bad(bad) => utf8.extend_from_slice(bad),
        };
        if is_last {
            all_runs(coding, bytes, &mut each);
            return 0;
        }
        // What its bytes mean depends on those before them in the same line.
        let line = memchr::memrchr(b'\n', bytes).map(|at| at + 1);
        let lines = match line.filter(|_| coding == Coding::Standard(ISO_2022_JP)) {
            Some(end) => bytes.get(..end).unwrap_or(bytes),
            None => bytes,
        };
        bytes.len() - lines.len() + runs(coding, lines, &mut each)
    }
}

/// A line of UTF-8 as a page shows it.
pub fn line_shown(line: &[u8], has_escapes: bool) -> Cow<'_, str> {
    shown(Coding::Utf8, line, 0, Rest::None, has_escapes).text
}

/// Formats part of a UTF-8 line as a page shows it, without characters that are cut off at its ends.
/// Also returns the range of bytes that was shown.
pub fn part_shown(
    line: &[u8],
    part: Range<usize>,
    has_escapes: bool,
) -> (Cow<'_, str>, Range<usize>) {
    let Range { start, end } = part;
    let continues = |byte: &&u8| **byte & 0xC0 == 0x80;
    let cut = match start {
        0 => 0,
        _ => line.iter().skip(start).take(3).take_while(continues).count(),
    };
    let start = (start + cut).min(end);
    let rest = if end < line.len() { Rest::Some } else { Rest::None };
    let bytes = line.get(start..end).unwrap_or_default();
    let found = shown(Coding::Utf8, bytes, 0, rest, has_escapes);
    (found.text, start..start + found.taken)
}

#[cfg(test)]
mod tests {
    use encoding_rs::SHIFT_JIS;

    use super::*;

    #[test]
    fn pieces_become_utf8_and_bad_bytes_stay() {
        let transcoder = Transcoder(Coding::Standard(SHIFT_JIS));
        let bytes = b"\x93\xfa\xff\x96\x7b\n\x8c";
        for at in 0..bytes.len() {
            let mut utf8 = vec![];
            let (first, second) = bytes.split_at(at);
            let left = transcoder.transcode(first, false, &mut utf8);
            let second = [&first[first.len() - left..], second].concat();
            assert_eq!(transcoder.transcode(&second, true, &mut utf8), 0);
            assert_eq!(utf8, [b"\xe6\x97\xa5\xff\xe6\x9c\xac\n\x8c".as_slice()].concat(), "{at}");
        }
    }

    #[test]
    fn a_part_of_a_line_has_whole_characters() {
        let line = "日本語".as_bytes();
        assert_eq!(part_shown(line, 0..9, false), ("日本語".into(), 0..9));
        assert_eq!(part_shown(line, 1..8, false), ("本".into(), 3..6));
        assert_eq!(part_shown(b"ab\xE9cd", 1..4, false), ("b\\xE9c".into(), 1..4));
    }
}
