//! [`read`]: a piece of a text file as a client may see it, and what must be known to go on.
//!
//! Three ways to say which piece: lines from the beginning, the last lines, or bytes (for files whose
//! lines are longer than an answer). All of them come out as text in UTF-8, whatever the file is
//! written in, with no character split and nothing left out that is not said.
//!
//! May import: `cap` (for open files), `error`, `limits`. Absent on purpose: what an answer looks like.

use std::borrow::Cow;

use super::encoding::{Encoding, Sample, Unit};
use super::line_ends::LineEnds;
use super::scan::{Begin, RawLine, Scanned, Span, buffer, scan, scan_from, tail};
use super::version::{MAX_HASHED, Version, version};
use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::limits::{Budget, cost};

/// Bytes from the beginning of a file by which its encoding is told.
const START: usize = 64 << 10;
/// Most bytes of one character, in any encoding.
const LONGEST: usize = 4;

/// Which piece of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Lines from one on.
    Lines {
        /// The first, from 1.
        first: u64,
        /// How many at most.
        count: u64,
    },
    /// The last lines.
    Tail {
        /// How many at most.
        count: u64,
    },
    /// Bytes from one on.
    Bytes {
        /// The first, from 0.
        offset: u64,
        /// How many at most.
        count: u64,
    },
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The text, in UTF-8. Lines end with LF; a piece by bytes is as it is.
    pub text: String,
    /// Which piece it is.
    pub range: Range,
    /// How the lines of it end in the file.
    pub ends: LineEnds,
    /// The encoding of the file, where it is not UTF-8 without a mark.
    pub encoding: Option<String>,
    /// How many of its lines are shortened. Each says so at its end.
    pub shortened: u64,
    /// The version of the contents.
    pub version: Version,
}

/// Which piece of a file a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Some lines, counted from the beginning of the file.
    Lines {
        /// The first, from 1.
        first: u64,
        /// How many.
        count: u64,
        /// How many the file has, where that was cheap to count.
        total: Option<u64>,
    },
    /// Some of the last lines of a file that is too large to count the others.
    Tail {
        /// How many.
        count: u64,
        /// Where the next line begins, in bytes; none at the end of the file.
        next: Option<u64>,
    },
    /// Bytes `from..to` of a file that has `size`.
    Bytes {
        /// The first, from 0.
        from: u64,
        /// The one behind the last.
        to: u64,
        /// How many the file has.
        size: u64,
    },
}

/// How much of a text fits into an answer.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Characters by their [`cost`], line ends included. A single line is given whatever it takes, shortened like any
    /// other.
    pub chars: usize,
    /// Characters that will be put before each line.
    pub before_line: usize,
}

/// Reads a piece of `file`, as much of it as there is room for.
///
/// # Errors
/// `not_text` when it is none; the codes of the host; `timed_out`, `cancelled`.
pub fn read(file: &OpenFile, piece: Piece, room: Room, budget: &Budget) -> Result<Page, ToolError> {
    let mut start = buffer(file, START);
    let most = start.len();
    let start = file.read_at(&mut start, 0)?;
    let begin = Begin { bytes: start, is_whole: start.len() < most };
    let unit = Unit::of(start);
    if unit == Unit::Byte && start.contains(&0) {
        // Known at once: a sparse file need not be searched for the end of its first line.
        return Err(binary(file));
    }
    let span = |first, lines| Span {
        first,
        lines,
        // A character takes four bytes at most, so this many bytes hold enough of them.
        bytes: room.chars.max(1).saturating_mul(4),
        line_bytes: budget.limits().max_shown_line_bytes.min(room.chars.max(1)),
    };
    match piece {
        Piece::Bytes { offset, count } => bytes(file, begin, offset, count, room, budget),
        Piece::Lines { first, count } => {
            let span = span(first, count);
            let found = scan(file, begin, unit, span, budget)?;
            Ok(lines(file, begin, &found, span, room)?.0)
        }
        Piece::Tail { count } if file.size() <= MAX_HASHED => {
            // It is read whole in any case, for its version.
            let total = scan(file, begin, unit, span(u64::MAX, 1), budget)?.total.unwrap_or(0);
            let first = total.saturating_sub(count.saturating_sub(1)).max(1);
            read(file, Piece::Lines { first, count }, room, budget)
        }
        Piece::Tail { count } => {
            let from = tail(file, unit, count, budget)?;
            let span = span(1, count);
            let found = scan_from(file, begin, unit, from, span, budget, false)?;
            let (page, shown) = lines(file, begin, &found, span, room)?;
            let next = found.lines.get(shown).map(|line| line.offset);
            Ok(Page { range: Range::Tail { count: shown as u64, next }, ..page })
        }
    }
}

/// The lines that were found as a page, as many as there is room for; and how many those are.
fn lines(
    file: &OpenFile,
    begin: Begin<'_>,
    found: &Scanned,
    span: Span,
    room: Room,
) -> Result<(Page, usize), ToolError> {
    // What is shown of a file that was read whole is in its beginning.
    let apart = if begin.is_whole { &[] } else { found.lines.as_slice() };
    let shown: Vec<Sample<'_>> = apart.iter().map(|line| found.sample(line)).collect();
    let encoding = Encoding::detect(begin.sample(), &shown).map_err(|_| binary(file))?;
    let (mut ends, mut shortened) = (LineEnds::None, 0);
    let mut text = String::with_capacity(found.len());
    let (mut used, mut count) = (0, 0);
    for line in &found.lines {
        let (line_text, cut) = decode(line, found.bytes(line), encoding, span.line_bytes)
            .ok_or_else(|| undecodable(file, encoding, span.first.saturating_add(count as u64)))?;
        used += cost(&line_text) + 1 + room.before_line;
        if count > 0 && used > room.chars {
            break;
        }
        count += 1;
        text += &line_text;
        text.push('\n');
        ends = ends.and(line.end);
        shortened += u64::from(cut);
    }
    let page = Page {
        text,
        range: Range::Lines { first: span.first, count: count as u64, total: found.total },
        ends,
        encoding: encoding.name().map(Into::into),
        shortened,
        version: found.version.clone(),
    };
    Ok((page, count))
}

/// The text of a line, and whether it had to be shortened.
fn decode<'a>(
    line: &RawLine,
    bytes: &'a [u8],
    encoding: Encoding,
    most: usize,
) -> Option<(Cow<'a, str>, bool)> {
    let mark = if line.offset == 0 { encoding.mark() } else { 0 };
    let bytes = bytes.get(usize::try_from(mark).ok()?..).unwrap_or_default();
    let len = line.len.saturating_sub(mark);
    if len <= most as u64 {
        return Some((encoding.decode(bytes)?, false));
    }
    let (text, taken) = encoding.decode_up_to(bytes, most)?;
    let (left, next) = (len - taken as u64, line.offset + mark + taken as u64);
    let least = if line.is_endless { "at least " } else { "" };
    let said = format!("{text} [... {least}{left} more bytes; continue with byte_offset={next}]");
    Some((said.into(), true))
}

fn bytes(
    file: &OpenFile,
    begin: Begin<'_>,
    offset: u64,
    count: u64,
    room: Room,
    budget: &Budget,
) -> Result<Page, ToolError> {
    // So many bytes never take less room than that.
    let mut most = usize::try_from(count).unwrap_or(usize::MAX).min(room.chars).max(LONGEST);
    // Behind the end is behind the end, however far: the system takes no larger offset.
    let offset = offset.min(file.size().saturating_add(2));
    let offset = offset - offset % Unit::of(begin.bytes).width() as u64;
    // A character may be cut at either end.
    let mut buffer = vec![0; most + 2 * LONGEST];
    let wanted = buffer.len();
    let raw = file.read_at(&mut buffer, offset)?;
    let piece = Sample { bytes: raw, cut_begin: offset > 0, cut_end: raw.len() == wanted };
    let encoding = Encoding::detect(begin.sample(), &[piece]).map_err(|_| binary(file))?;
    let skip = match offset {
        0 => usize::try_from(encoding.mark()).unwrap_or(0),
        _ => encoding.rest_of_character(raw),
    };
    let rest = raw.get(skip..).unwrap_or_default();
    let (text, taken) = loop {
        let (text, taken) = encoding
            .decode_up_to(rest, most)
            // Nothing taken of something would be the same answer for ever.
            .filter(|(_, taken)| *taken > 0 || rest.is_empty())
            .ok_or_else(|| undecodable(file, encoding, 0))?;
        let used = cost(&text);
        if used <= room.chars || most <= LONGEST {
            break (text, taken);
        }
        // By how much it is too long tells how much of it has room, more or less.
        most = (most.saturating_mul(room.chars) / used * 15 / 16).max(LONGEST);
    };
    let from = offset + skip as u64;
    let to = from + taken as u64;
    let size = if taken > 0 { file.size().max(to) } else { file.size() };
    Ok(Page {
        text: text.into_owned(),
        range: Range::Bytes { from, to, size },
        ends: LineEnds::None,
        encoding: encoding.name().map(Into::into),
        shortened: 0,
        version: version(file, budget)?,
    })
}

fn binary(file: &OpenFile) -> ToolError {
    let sentence = format!("`{}` is no text: it holds bytes as only binary files do", file.shown());
    ToolError::new(Code::NotText, sentence).hint(
        "read_media_file gives images, audio and other binary files; get_file_info says what it is",
    )
}

/// `line` is 0 for a piece by bytes.
fn undecodable(file: &OpenFile, encoding: Encoding, line: u64) -> ToolError {
    let name = encoding.name().unwrap_or("UTF-8".into());
    let place = if line > 0 { format!("line {line}") } else { "that piece".into() };
    ToolError::new(Code::NotText, format!("{place} of `{}` is not valid {name}", file.shown()))
        .hint("read another piece, or the bytes with read_media_file")
}
