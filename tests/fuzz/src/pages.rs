//! Any bytes as a file, read a piece at a time: pieces that follow each other are the whole, bad bytes
//! included, and each line is where it was said to be, whatever was read of the file before.

use std::sync::{LazyLock, Mutex};

use arbitrary::{Result, Unstructured};
use preopen::cap::OpenFile;
use preopen::text::{Page, Piece, Range, Room, read};

use crate::served::{Served, budget};

/// Far more than there are pieces in what the fuzzer makes.
const MOST_PIECES: u64 = 100_000;

static SERVED: LazyLock<Mutex<Served>> = LazyLock::new(|| Mutex::new(Served::new("ro")));

pub fn run(bytes: &[u8]) {
    let _ = paged(Unstructured::new(bytes));
}

fn paged(mut bytes: Unstructured<'_>) -> Result<()> {
    let (first, count) = (bytes.int_in_range(1..=40_u64)?, bytes.int_in_range(1..=20_u64)?);
    let chars = bytes.int_in_range(1..=400_usize)?;
    // Long lines and many of them, without the fuzzer's having to write them out.
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
    escapes_are_the_bytes_that_they_show(&file, &contents, count.max(4));
    // The other ways need to know what a line is.
    let Ok(text) = String::from_utf8(contents) else { return Ok(()) };
    if text.contains('\0') || text.starts_with('\u{feff}') || looks_older(&file) {
        return Ok(());
    }
    whole_by_bytes(&file, &text, count.max(4));
    lines_are_those(&file, &text, first, count);
    Ok(())
}

fn piece_of(file: &OpenFile, piece: Piece, chars: usize) -> std::result::Result<Page, String> {
    read(file, piece, Room { chars, before_line: 0 }, &budget()).map_err(|error| error.to_string())
}

/// It may be UTF-8 and be taken for something else, such as ISO-2022-JP.
fn looks_older(file: &OpenFile) -> bool {
    piece_of(file, Piece::Bytes { offset: 0, count: 1 << 20 }, 1 << 20)
        .map_or(true, |page| page.encoding.is_some())
}

/// Bytes after bytes, until there are no more.
fn whole_by_bytes(file: &OpenFile, text: &str, count: u64) {
    // A small file would otherwise be read a few bytes at a time, thousands of times.
    let count = count.max(text.len() as u64 / 100);
    let (mut got, mut offset) = (String::new(), 0);
    for _ in 0..MOST_PIECES {
        let page = piece_of(file, Piece::Bytes { offset, count }, 1 << 20).unwrap();
        let Range::Bytes { from, to, size } = page.range else { panic!("{:?}", page.range) };
        assert_eq!((from, size), (offset, text.len() as u64));
        got += &page.text;
        if to == size {
            break;
        }
        assert!(to > offset, "it does not go on at {offset} of {size}");
        offset = to;
    }
    assert_eq!(got, text);
}

/// What is shown of a text with bad bytes or NULs can be turned back into its bytes.
fn escapes_are_the_bytes_that_they_show(file: &OpenFile, contents: &[u8], count: u64) {
    let Ok(page) = piece_of(file, Piece::Bytes { offset: 0, count }, 1 << 20) else { return };
    let has_escapes = page.encoding.as_deref().is_some_and(|name| {
        name.starts_with("UTF-8") && (name.contains("bad byte") || name.contains("NUL"))
    });
    if !has_escapes {
        return;
    }
    let count = count.max(contents.len() as u64 / 20);
    let mut offset = if contents.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
    let (begin, mut got) = (offset, vec![]);
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

fn lines_are_those(file: &OpenFile, text: &str, first: u64, count: u64) {
    let lines = model(text);
    let page = match piece_of(file, Piece::Lines { first, count }, 1 << 24) {
        Ok(page) => page,
        Err(why) => panic!("{why}"),
    };
    if page.shortened > 0 {
        return;
    }
    let (skip, take) = (usize::try_from(first - 1).unwrap(), usize::try_from(count).unwrap());
    let expected: Vec<&str> = lines.iter().skip(skip).take(take).copied().collect();
    assert_eq!(plain(&page.text), expected, "lines {first}+{count} of {text:?}");
    let Range::Lines { total: Some(total), .. } = page.range else { panic!("{:?}", page.range) };
    assert_eq!(total, lines.len() as u64);
}

/// The lines, without their ends. A carriage return is of the end only where a line feed follows.
fn model(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').map(bare).collect()
}

fn plain(text: &str) -> Vec<&str> {
    text.split_terminator('\n').collect()
}

fn bare(line: &str) -> &str {
    line.strip_suffix("\r\n").or(line.strip_suffix('\n')).unwrap_or(line)
}
