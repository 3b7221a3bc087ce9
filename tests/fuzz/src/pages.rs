//! Any bytes as a file, read in pieces: consecutive pieces are the whole file, including invalid bytes, and each line has
//! the right number, whatever was read before.

use std::sync::{LazyLock, Mutex};

use arbitrary::{Result, Unstructured};
use preopen::cap::OpenFile;
use preopen::text::{Page, Piece, Range, Room, read};

use crate::served::{Served, budget};

/// The maximum number of pieces, far more than any input needs.
const MOST_PIECES: u64 = 100_000;

static SERVED: LazyLock<Mutex<Served>> = LazyLock::new(|| Mutex::new(Served::new("ro")));

pub fn run(bytes: &[u8]) {
    let _ = paged(Unstructured::new(bytes));
}

fn paged(mut bytes: Unstructured<'_>) -> Result<()> {
    let first = bytes.int_in_range(1..=40_u64)?;
    let count = bytes.int_in_range(1..=20_u64)?;
    let chars = bytes.int_in_range(1..=400_usize)?;
    // Repeat the input, so that the fuzzer can make long lines and many lines from few bytes.
    let times = [1, 1, 1, 7, 300][bytes.int_in_range(0..=4_usize)?];
    let contents = bytes.take_rest().repeat(times);
    let served = SERVED.lock().unwrap();
    served.put("f", &contents);
    let file = served.open("f");
    for piece in [
        Piece::Lines { first, count },
        Piece::Tail { count },
        Piece::Bytes { offset: first, count },
    ] {
        if let Ok(page) = piece_of(&file, piece, chars) {
            assert!(!page.text.contains('\0'), "{page:?}");
        }
    }
    check_escapes(&file, &contents, count.max(4));
    // The other checks need valid text.
    let Ok(text) = String::from_utf8(contents) else { return Ok(()) };
    if text.contains('\0') || text.starts_with('\u{feff}') || has_legacy_encoding(&file) {
        return Ok(());
    }
    check_whole_by_bytes(&file, &text, count.max(4));
    check_lines(&file, &text, first, count);
    Ok(())
}

fn piece_of(file: &OpenFile, piece: Piece, chars: usize) -> std::result::Result<Page, String> {
    read(file, piece, Room { chars, before_line: 0 }, &budget()).map_err(|error| error.to_string())
}

/// Returns whether a file is read in another encoding than UTF-8, such as ISO-2022-JP. Valid UTF-8 may be, too.
fn has_legacy_encoding(file: &OpenFile) -> bool {
    piece_of(file, Piece::Bytes { offset: 0, count: 1 << 20 }, 1 << 20)
        .map_or(true, |page| page.encoding.is_some())
}

/// Reads a file by ranges of bytes and compares the whole.
fn check_whole_by_bytes(file: &OpenFile, text: &str, count: u64) {
    // Otherwise a file could need thousands of reads of a few bytes.
    let count = count.max(text.len() as u64 / 100);
    let mut got = String::new();
    let mut offset = 0;
    for _ in 0..MOST_PIECES {
        let page = piece_of(file, Piece::Bytes { offset, count }, 1 << 20).unwrap();
        let Range::Bytes { from, to, size } = page.range else { panic!("{:?}", page.range) };
        assert_eq!((from, size), (offset, text.len() as u64));
        got += &page.text;
        if to == size {
            break;
        }
        assert!(to > offset, "no progress at {offset} of {size}");
        offset = to;
    }
    assert_eq!(got, text);
}

/// Checks that text with escaped invalid bytes or NULs can be converted back to the bytes of the file.
fn check_escapes(file: &OpenFile, contents: &[u8], count: u64) {
    let Ok(page) = piece_of(file, Piece::Bytes { offset: 0, count }, 1 << 20) else { return };
    let has_escapes = page.encoding.as_deref().is_some_and(|name| {
        name.starts_with("UTF-8") && (name.contains("bad byte") || name.contains("NUL"))
    });
    if !has_escapes {
        return;
    }
    let count = count.max(contents.len() as u64 / 20);
    let mut offset = if contents.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let begin = offset;
    let mut got = vec![];
    while offset < contents.len() as u64 {
        let page = piece_of(file, Piece::Bytes { offset, count }, 1 << 20).unwrap();
        let Range::Bytes { from, to, .. } = page.range else { panic!("{:?}", page.range) };
        assert!(from == offset && to > from, "{page:?}");
        let mut rest = page.text.as_str();
        while let Some(c) = rest.chars().next() {
            let digits = rest.strip_prefix("\\x").and_then(|rest| rest.get(..2));
            let digits = digits.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
            let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            if let Some(byte) = byte {
                got.push(byte);
                rest = &rest[4..];
            } else {
                got.extend(c.to_string().bytes());
                rest = &rest[c.len_utf8()..];
            }
        }
        offset = to;
    }
    let want = &contents[usize::try_from(begin).unwrap()..];
    assert!(got == want, "{got:?} instead of {want:?}");
}

fn check_lines(file: &OpenFile, text: &str, first: u64, count: u64) {
    let lines = model(text);
    let page = match piece_of(file, Piece::Lines { first, count }, 1 << 24) {
        Ok(page) => page,
        Err(why) => panic!("{why}"),
    };
    if page.shortened > 0 {
        return;
    }
    let skip = usize::try_from(first - 1).unwrap();
    let take = usize::try_from(count).unwrap();
    let expected: Vec<&str> = lines.iter().skip(skip).take(take).copied().collect();
    assert_eq!(plain(&page.text), expected, "lines {first}+{count} of {text:?}");
    let Range::Lines { total: Some(total), .. } = page.range else { panic!("{:?}", page.range) };
    assert_eq!(total, lines.len() as u64);
}

/// Returns the lines without their ends. A carriage return belongs to the end only before a line feed.
fn model(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').map(bare).collect()
}

fn plain(text: &str) -> Vec<&str> {
    text.split_terminator('\n').collect()
}

fn bare(line: &str) -> &str {
    line.strip_suffix("\r\n").or(line.strip_suffix('\n')).unwrap_or(line)
}
