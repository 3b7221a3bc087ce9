//! [`read`]: a piece of a text file as a client may see it, and what must be known to go on.
//!
//! Three ways to say which piece: lines from the beginning, the last lines, or bytes (for files whose
//! lines are longer than an answer). All of them come out as text in UTF-8, whatever the file is
//! written in, with no character split and nothing left out that is not said.
//!
//! May import: `cap` (for open files), `error`, `limits`. This module does not know what an answer looks like.

use std::borrow::Cow;

use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::format;
use crate::limits::{Budget, cost};
use crate::text::detect::detected::Encoding;
use crate::text::detect::evidence::{Evidence, InFile};
use crate::text::detect::looked_through::EASILY;
use crate::text::detect::named_encoding::usable;
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::{Escaped, Rest, Shown, shown};
use crate::text::line_ends::LineEnds;
use crate::text::read::buffer::buffer;
use crate::text::read::character_start::rest_of_character;
use crate::text::read::piece::{Before, Page, Piece, Range, Room, StartsAt};
use crate::text::read::scan::{Begin, RawLine, Scanned, Span, scan, scan_from};
use crate::text::read::tail::{Tail, tail};
use crate::text::read::version::{MAX_HASHED, version};

/// Bytes that are read at once: a whole small file, by which its encoding is detected, or the beginning of
/// another one.
const SMALL: usize = 1 << 20;
const START: usize = 64 << 10;
/// Names the tool that takes the arguments that continue a page, before them, if the calling tool does not.
pub const ELSEWHERE: &str = "read_text_file ";
/// Most bytes of one character, in any encoding; and characters of an escape.
const LONGEST: usize = 4;

/// Reads a piece of `file`, as much of it as there is room for, for a tool that cannot go on within a line: the page names
/// `read_text_file` for that.
///
/// # Errors
/// `not_text` when it is none; the codes of the host; `timed_out`, `cancelled`.
pub fn read(file: &OpenFile, piece: Piece, room: Room, budget: &Budget) -> Result<Page, ToolError> {
    read_by(None, ELSEWHERE, file, piece, room, budget)
}

/// The same for `read_text_file`, in the coding that the client named; else in the one that the file's bytes show.
///
/// # Errors
/// Those of [`read`].
pub fn read_as(
    named: Option<Coding>,
    file: &OpenFile,
    piece: Piece,
    room: Room,
    budget: &Budget,
) -> Result<Page, ToolError> {
    read_by(named, "", file, piece, room, budget)
}

fn read_by(
    named: Option<Coding>,
    resume: &'static str,
    file: &OpenFile,
    piece: Piece,
    room: Room,
    budget: &Budget,
) -> Result<Page, ToolError> {
    let is_small = file.size() < SMALL as u64;
    let mut start = buffer(file, if is_small { SMALL } else { START });
    let most = start.len();
    let start = file.read_at(&mut start, 0)?;
    let begin = Begin { bytes: start, is_whole: start.len() < most };
    let in_file = InFile(file, budget);
    let evidence = if begin.is_whole {
        Evidence::of(start)?
    } else if file.size() <= EASILY {
        Evidence::through(&in_file)?
    } else {
        Evidence::of(&in_file)?
    };
    let (named, note) = usable(named, &evidence);
    let encoding = Encoding::of(&evidence, named).map_err(|_| binary(file, resume))?;
    let reader = Reader { file, begin, encoding, room, resume, budget };
    let page = Page { note, ..reader.read(piece)? };
    let is_plain = named.is_none() && encoding.name().is_none();
    if !is_plain || begin.is_whole || page.escaped.count == 0 {
        return Ok(page);
    }
    // No sample has what this page shows.
    let evidence = evidence.with_places(&in_file, &page.escaped.places)?;
    match Encoding::of(&evidence, named) {
        Ok(other) if other != encoding => {
            let again = Reader { encoding: other, ..reader }.read(piece)?;
            Ok(Page { note: page.note, ..again })
        }
        _ => Ok(page),
    }
}

/// Is only a part of the file looked at for its encoding?
fn file_is_sampled(file: &OpenFile) -> bool {
    file.size() > EASILY
}

/// Which lines stay where there is no room for all.
#[derive(Clone, Copy)]
enum Keep {
    First,
    Last,
}

/// A file whose encoding is known.
#[derive(Clone, Copy)]
struct Reader<'a> {
    file: &'a OpenFile,
    begin: Begin<'a>,
    encoding: Encoding,
    room: Room,
    /// The tool that goes on, where it is another one.
    resume: &'static str,
    budget: &'a Budget,
}

impl Reader<'_> {
    fn read(self, piece: Piece) -> Result<Page, ToolError> {
        let Self { file, begin, encoding, room, budget, .. } = self;
        let unit = encoding.coding().unit();
        let span = |first, lines| Span {
            first,
            lines,
            // A character takes four bytes at most, so this many bytes hold enough of them.
            bytes: room.chars.max(1).saturating_mul(4),
            line_bytes: budget.limits().max_shown_line_bytes.min(room.chars.max(1)),
        };
        match piece {
            // A mark is not a line.
            Piece::Lines { .. } | Piece::Tail { .. } if self.has_only_a_mark() => {
                let first = if let Piece::Lines { first, .. } = piece { first } else { 1 };
                let span = span(first, 1);
                let mut found = scan(file, begin, unit, span, budget)?;
                found.lines.clear();
                found.total = Some(0);
                Ok(self.lines(&found, span, Keep::First))
            }
            Piece::Bytes { offset, count } => self.bytes(offset, count),
            Piece::Lines { first, count } => {
                let span = span(first, count);
                let found = scan(file, begin, unit, span, budget)?;
                Ok(self.lines(&found, span, Keep::First))
            }
            Piece::Tail { count } if file.size() <= MAX_HASHED => {
                // It is read whole in any case, for its version.
                let total = scan(file, begin, unit, span(u64::MAX, 1), budget)?.total.unwrap_or(0);
                let Tail { lines, fitting, .. } = tail(file, unit, span(1, count), budget)?;
                let first = |lines: u64| total.saturating_sub(lines.saturating_sub(1)).max(1);
                let span = span(first(fitting), fitting);
                let found = scan(file, begin, unit, span, budget)?;
                let page = self.lines(&found, span, Keep::Last);
                let Range::Lines { first: shown, .. } = page.range else { return Ok(page) };
                let from = first(lines);
                let left_out = shown.saturating_sub(from);
                let before = Before { lines: left_out, from: StartsAt::Line(from) };
                Ok(Page { before: (left_out > 0).then_some(before), ..page })
            }
            Piece::Tail { count } => {
                let tail = tail(file, unit, span(1, count), budget)?;
                let span = span(1, tail.fitting);
                let found = scan_from(file, begin, unit, tail.fitting_start, span, budget, None)?;
                let page = self.lines(&found, span, Keep::Last);
                let Range::Lines { count: shown, .. } = page.range else { return Ok(page) };
                let left_out = tail.lines.saturating_sub(shown);
                let before = Before { lines: left_out, from: StartsAt::Byte(tail.start.offset) };
                let before = (left_out > 0).then_some(before);
                Ok(Page { range: Range::Tail { count: shown }, before, ..page })
            }
        }
    }

    fn has_only_a_mark(&self) -> bool {
        self.encoding.mark() > 0 && self.file.size() <= self.encoding.mark()
    }

    /// The lines that were found as a page, as many as there is room for.
    fn lines(self, found: &Scanned, span: Span, keep: Keep) -> Page {
        let page = self.page(found, span, keep, self.encoding.has_escapes());
        // Of a large file only pieces were looked at, and this one was not among them.
        if page.escaped.count > 0 && !self.encoding.has_escapes() {
            return self.page(found, span, keep, true);
        }
        page
    }

    fn page(self, found: &Scanned, span: Span, keep: Keep, escapes: bool) -> Page {
        let skipped = match keep {
            Keep::First => 0,
            Keep::Last => self.too_many(found, span, escapes),
        };
        let first = span.first.saturating_add(skipped as u64);
        let mut page = Page {
            text: String::with_capacity(found.len()),
            range: Range::Lines { first, count: 0, total: found.total },
            ends: LineEnds::None,
            is_unended: false,
            encoding: self.encoding.name().map(Into::into),
            is_sampled: file_is_sampled(self.file),
            note: None,
            escaped: Escaped::default(),
            shortened: 0,
            before: None,
            version: found.version.clone(),
        };
        let mut used = 0;
        let mut count = 0_u64;
        for line in found.lines.iter().skip(skipped) {
            let (line_text, cut, escaped) = self.line(line, found.bytes(line), span, escapes);
            used += cost(&line_text) + 1 + self.room.before_line;
            if count > 0 && used > self.room.chars {
                break;
            }
            count += 1;
            page.text += &line_text;
            page.text.push('\n');
            page.ends = page.ends.and(line.end);
            page.escaped.add(escaped);
            page.shortened += u64::from(cut);
        }
        page.range = Range::Lines { first, count, total: found.total };
        page.is_unended = count > 0 && page.ends == LineEnds::None;
        page.ends = found.ends.unwrap_or(page.ends);
        page
    }

    /// How many of the first lines have to go so that there is room for the last ones.
    fn too_many(self, found: &Scanned, span: Span, escapes: bool) -> usize {
        let mut used = 0;
        let lines = found.lines.iter().rev().take_while(|line| {
            let (text, ..) = self.line(line, found.bytes(line), span, escapes);
            used += cost(&text) + 1 + self.room.before_line;
            used <= self.room.chars
        });
        let fitting = lines.count().max(1);
        found.lines.len().saturating_sub(fitting)
    }

    /// The text of a line, whether it had to be shortened, and what of it is escaped.
    fn line<'l>(
        self,
        line: &RawLine,
        bytes: &'l [u8],
        span: Span,
        escapes: bool,
    ) -> (Cow<'l, str>, bool, Escaped) {
        let mark = if line.offset == 0 { self.encoding.mark() } else { 0 };
        let bytes = usize::try_from(mark).ok().and_then(|mark| bytes.get(mark..));
        let bytes = bytes.unwrap_or_default();
        let len = line.len.saturating_sub(mark);
        let place = line.offset + mark;
        let coding = self.encoding.coding();
        if len <= span.line_bytes as u64 {
            let Shown { text, escaped, .. } = shown(coding, bytes, place, Rest::None, escapes);
            if escaped.count == 0 || text.chars().count() <= span.line_bytes {
                return (text, false, escaped);
            }
        }
        let Shown { text, taken, escaped } =
            fitting(coding, bytes, place, span.line_bytes, span.line_bytes, escapes);
        let left = len.saturating_sub(taken as u64);
        let next = place + taken as u64;
        let least = if line.is_endless { "at least " } else { "" };
        let note = format!(
            "{text} [... {least}{}; continue with {}byte_offset={next}]",
            format::count(left, "more byte", "more bytes"),
            self.resume
        );
        (note.into(), true, escaped)
    }

    fn bytes(self, offset: u64, count: u64) -> Result<Page, ToolError> {
        let Self { file, encoding, room, budget, .. } = self;
        let coding = encoding.coding();
        // So many bytes never take less room than that.
        let least = LONGEST * coding.unit().width();
        let most = usize::try_from(count).unwrap_or(usize::MAX).min(room.chars).max(least);
        // However far past the end, it is past the end: the system takes no larger offset.
        let offset = offset.min(file.size().saturating_add(LONGEST as u64));
        let offset = offset - offset % coding.unit().width() as u64;
        let mut buffer = vec![0; most + 2 * least];
        let wanted = buffer.len();
        let raw = file.read_at(&mut buffer, offset)?;
        let skip = match offset {
            0 => usize::try_from(encoding.mark()).unwrap_or(0),
            _ => rest_of_character(file, coding, offset, raw)?,
        };
        let rest = raw.get(skip..).unwrap_or_default();
        let from = offset + skip as u64;
        let piece = rest.get(..most).unwrap_or(rest);
        let is_last = raw.len() < wanted && piece.len() == rest.len();
        let escapes = encoding.has_escapes();
        let show = |escapes| {
            if is_last {
                let all = shown(coding, piece, from, Rest::None, escapes);
                if cost(&all.text) <= room.chars.max(least) {
                    return all;
                }
            }
            fitting(coding, piece, from, most, room.chars, escapes)
        };
        let mut found = show(escapes);
        if found.escaped.count > 0 && !escapes {
            found = show(true);
        }
        let to = from + found.taken as u64;
        let size = if found.taken > 0 { file.size().max(to) } else { file.size() };
        Ok(Page {
            text: found.text.into_owned(),
            range: Range::Bytes { from, to, size },
            ends: LineEnds::None,
            is_unended: false,
            encoding: encoding.name().map(Into::into),
            is_sampled: file_is_sampled(file),
            note: None,
            escaped: found.escaped,
            shortened: 0,
            before: None,
            version: version(file, budget)?,
        })
    }
}

/// At most `most` of these bytes as they are shown, and fewer where that would take more than `chars`
/// characters. More bytes follow.
fn fitting(
    coding: Coding,
    bytes: &[u8],
    place: u64,
    most: usize,
    chars: usize,
    escapes: bool,
) -> Shown<'_> {
    let mut most = most;
    loop {
        let piece = bytes.get(..most).unwrap_or(bytes);
        let found = shown(coding, piece, place, Rest::Some, escapes);
        let used = cost(&found.text);
        let least = LONGEST * coding.unit().width();
        if most <= least || used <= chars {
            return found;
        }
        // By how much it is too long tells how much of it has room, more or less.
        most = (most.min(bytes.len()).saturating_mul(chars) / used * 15 / 16).max(least);
    }
}

fn binary(file: &OpenFile, resume: &str) -> ToolError {
    let sentence = format!("`{}` is a binary file, not text", file.display_path());
    let with = if resume.is_empty() { "name" } else { "call read_text_file with" };
    ToolError::new(Code::NotText, sentence).hint(format!(
        "read_media_file returns images, audio and other binary files; if it is text, {with} its `encoding`"
    ))
}
