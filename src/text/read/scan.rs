//! The scan: lines are found in a file that streams by, as bytes, whatever their encoding.
//!
//! Lines before the window are only counted, lines in it are kept, lines after it are counted as far
//! as that is cheap. Memory depends only on the window, not on the file or on one of its lines.
//!
//! May import: `cap` (for open files), `error`, `limits`. It does not rely on the size that
//! the file had when it was opened: it may grow and shrink while it is read.

use std::ops::Range;
use std::sync::Arc;

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::text::encoding::code_unit::Unit;
use crate::text::line_ends::LineEnds;
use crate::text::read::buffer::buffer;
use crate::text::read::line_index::{LineIndex, LineStart, STRIDE};
use crate::text::read::version::{MAX_HASHED, Version, Versioner};

/// Bytes read at a time, of a file that has so many.
pub(in crate::text) const CHUNK: usize = 256 << 10;

/// Bytes up to which the lines after the window are counted; beyond, the total is left out.
const MAX_COUNTED: u64 = 64 << 20;

/// A few bytes more than are shown of a line are kept: where to cut depends on them.
pub(in crate::text) const KEPT: usize = 4;

/// Which lines to keep, and how much of them.
#[derive(Clone, Copy, Debug)]
pub(in crate::text) struct Span {
    /// The first, from 1.
    pub(in crate::text) first: u64,
    /// How many at most.
    pub(in crate::text) lines: u64,
    /// How many bytes at most; the line that passes it is the last one.
    pub(in crate::text) bytes: usize,
    /// How many bytes of one line at most. Further bytes are left out, and counted.
    pub(in crate::text) line_bytes: usize,
}

/// One line, as it lies in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::text) struct RawLine {
    /// Where it begins in the file.
    pub(in crate::text) offset: u64,
    /// Its bytes without the line end, or the first of them: where they are among all that are kept.
    kept: Range<usize>,
    /// How many bytes it has without the line end.
    pub(in crate::text) len: u64,
    /// How it ends.
    pub(in crate::text) end: LineEnds,
    /// Was it left before its end, so that `len` is only how much of it was seen?
    pub(in crate::text) is_endless: bool,
}

/// What a scan found.
#[derive(Debug)]
pub(in crate::text) struct Scanned {
    pub(in crate::text) lines: Vec<RawLine>,
    /// The bytes of all lines, one after the other: a line of its own in memory for each line costs
    /// more than everything else that is done with it.
    kept: Vec<u8>,
    /// How many lines the file has; none when counting them would have read too much.
    pub(in crate::text) total: Option<u64>,
    /// How all of them end, where all bytes of the file were read.
    pub(in crate::text) ends: Option<LineEnds>,
    pub(in crate::text) version: Version,
}

impl Scanned {
    /// The bytes of a line without its end, or the first of them.
    pub(in crate::text) fn bytes(&self, line: &RawLine) -> &[u8] {
        self.kept.get(line.kept.clone()).unwrap_or_default()
    }

    /// Bytes of all lines, with a line end of one byte each.
    pub(in crate::text) fn len(&self) -> usize {
        self.kept.len() + self.lines.len()
    }
}

/// The beginning of a file, which was read already.
#[derive(Clone, Copy)]
pub(in crate::text) struct Begin<'a> {
    pub(in crate::text) bytes: &'a [u8],
    /// Whether it is the whole file.
    pub(in crate::text) is_whole: bool,
}

/// Finds the lines of `span`, counted from the beginning of the file.
pub(in crate::text) fn scan(
    file: &OpenFile,
    begin: Begin<'_>,
    unit: Unit,
    span: Span,
    budget: &Budget,
) -> Result<Scanned, ToolError> {
    if unit != Unit::Byte || file.size() <= MAX_HASHED {
        return scan_from(file, begin, unit, LineStart::FIRST, span, budget, None);
    }
    let index: Arc<LineIndex> = budget.kept().of();
    let (start, total) = verified(file, span.first, &index)?;
    let found = scan_from(file, begin, unit, start, span, budget, Some(&index))?;
    let total = found.total.or(total);
    if let Some(total) = total {
        index.learn_total(file.state(), total);
    }
    Ok(Scanned { total, ..found })
}

/// Finds the lines of `span`, counted from `start`.
pub(in crate::text) fn scan_from(
    file: &OpenFile,
    begin: Begin<'_>,
    unit: Unit,
    start: LineStart,
    span: Span,
    budget: &Budget,
    index: Option<&LineIndex>,
) -> Result<Scanned, ToolError> {
    let mut versioner = Versioner::new(file);
    let mut at = Scan::new(unit, span, start);
    let mut offset = start.offset;
    let mut total = None;
    if offset == 0 {
        versioner.update(begin.bytes);
        at.chunk(begin.bytes, 0);
        offset = begin.bytes.len() as u64;
        if begin.is_whole {
            let total = Some(at.end());
            let ends = Some(at.all_ends());
            return Ok(Scanned { ends, ..at.found(total, versioner.finish(&file.state())) });
        }
    }
    let mut buffer = buffer(file, CHUNK);
    let mut learned = offset;
    loop {
        budget.step()?;
        let room = buffer.len();
        let chunk = file.read_at(&mut buffer, offset)?;
        versioner.update(chunk);
        at.chunk(chunk, offset);
        offset += chunk.len() as u64;
        if chunk.len() < room {
            total = Some(at.end());
            break;
        }
        if let Some(index) = index
            && offset >= learned + STRIDE
            && let Some(last) = memchr::memrchr(b'\n', chunk)
        {
            let begins = offset - (chunk.len() - last - 1) as u64;
            index.learn(file.state(), LineStart { offset: begins, line: at.line });
            learned = offset;
        }
        if versioner.needs_all() || offset < MAX_COUNTED {
            continue;
        }
        if at.is_full() {
            break;
        }
        // A line that goes on for ever must not be followed to its end to be shortened.
        if at.is_inside() && offset - at.current.offset >= MAX_COUNTED {
            at.current.is_endless = true;
            at.finish(false);
            break;
        }
    }
    let ends = (total.is_some() && start == LineStart::FIRST).then(|| at.all_ends());
    Ok(Scanned { ends, ..at.found(total, versioner.finish(&file.state())) })
}

/// Where to begin for `line`: at a place that the index knows, if a line does begin there.
fn verified(
    file: &OpenFile,
    line: u64,
    index: &LineIndex,
) -> Result<(LineStart, Option<u64>), ToolError> {
    let (start, total) = index.nearest(file.state(), line);
    let Some(before) = start.offset.checked_sub(1) else { return Ok((start, total)) };
    if file.read_at(&mut [0], before)? == b"\n" {
        return Ok((start, total));
    }
    index.forget(file.state());
    Ok((LineStart::FIRST, None))
}

struct Scan {
    unit: Unit,
    span: Span,
    /// The line that is being read, from 1.
    line: u64,
    /// The part of it that is kept.
    current: RawLine,
    /// Is a carriage return the last of it?
    returned: bool,
    /// Are there bytes after the last line end?
    open: bool,
    /// How many of the line ends that were seen are carriage returns and line feeds.
    crlf: u64,
    /// Did the last chunk end with a carriage return?
    after_return: bool,
    /// The bytes that are kept of all lines.
    kept: Vec<u8>,
    lines: Vec<RawLine>,
}

impl Scan {
    fn new(unit: Unit, span: Span, start: LineStart) -> Self {
        Self {
            unit,
            span,
            line: start.line,
            current: RawLine { offset: start.offset, ..RawLine::default() },
            returned: false,
            open: false,
            crlf: 0,
            after_return: false,
            kept: vec![],
            lines: vec![],
        }
    }

    fn is_full(&self) -> bool {
        self.lines.len() as u64 >= self.span.lines
            || self.kept.len() + self.lines.len() >= self.span.bytes
    }

    fn is_inside(&self) -> bool {
        self.line >= self.span.first && !self.is_full()
    }

    fn chunk(&mut self, chunk: &[u8], offset: u64) {
        if chunk.is_empty() {
            return;
        }
        self.open = !chunk.ends_with(self.unit.line_feed());
        self.crlf += self.unit.count_crlf(chunk, self.after_return);
        self.after_return = chunk.ends_with(self.unit.carriage_return());
        // Counting is several times as fast as finding: what lies outside the window is counted.
        let lines = if self.is_inside() { 0 } else { self.unit.count_lines(chunk) };
        if self.is_full() || (!self.is_inside() && self.line + lines < self.span.first) {
            self.line += lines;
            return;
        }
        let mut begin = 0;
        for end in self.unit.line_ends(chunk) {
            if self.is_inside() {
                self.keep(chunk.get(begin..end).unwrap_or_default());
                self.finish(true);
            }
            begin = end + self.unit.width();
            self.line += 1;
            self.current.offset = offset + begin as u64;
            if self.is_full() {
                self.line += self.unit.count_lines(chunk.get(begin..).unwrap_or_default());
                return;
            }
        }
        if self.is_inside() {
            self.keep(chunk.get(begin..).unwrap_or_default());
        }
    }

    /// The file has ended: how many lines it has.
    fn end(&mut self) -> u64 {
        if self.open && self.is_inside() {
            self.finish(false);
        }
        self.line - 1 + u64::from(self.open)
    }

    /// The file has ended, and all of it was read: how its lines end.
    fn all_ends(&self) -> LineEnds {
        LineEnds::of_counts(self.line - 1, self.crlf)
    }

    fn keep(&mut self, bytes: &[u8]) {
        self.current.len += bytes.len() as u64;
        if !bytes.is_empty() {
            self.returned = bytes.ends_with(self.unit.carriage_return());
        }
        let room = (self.span.line_bytes + KEPT).saturating_sub(self.current.kept.len());
        self.kept.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        self.current.kept.end = self.kept.len();
    }

    fn finish(&mut self, ended: bool) {
        let mut line = std::mem::take(&mut self.current);
        line.end = match ended {
            false => LineEnds::None,
            true if std::mem::take(&mut self.returned) => {
                line.len -= self.unit.width() as u64;
                LineEnds::Crlf
            }
            true => LineEnds::Lf,
        };
        let len = usize::try_from(line.len).unwrap_or(usize::MAX).min(line.kept.len());
        line.kept.end = line.kept.start + len;
        self.kept.truncate(line.kept.end);
        self.current.kept = line.kept.end..line.kept.end;
        self.lines.push(line);
    }

    fn found(self, total: Option<u64>, version: Version) -> Scanned {
        Scanned { lines: self.lines, kept: self.kept, total, ends: None, version }
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a test makes the file that it reads")]
mod tests {
    use super::*;
    use crate::authority::{self, Permit};
    use crate::cap::Read;
    use crate::limits::{CallMonitor, Clock};

    #[test]
    fn a_place_that_the_index_names_is_verified_before_it_is_used() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("f"), "0123456789\n".repeat(2 << 20)).unwrap();
        let spec = dir.path().to_str().unwrap().parse().unwrap();
        let token = authority::mint();
        let opened = authority::open_grants(&[spec], &[], Permit::default(), None, token).unwrap();
        let target = opened.grants.attenuate::<Read>(&"f".into()).unwrap();
        let clock = Clock::new(std::time::Instant::now);
        let budget = Budget::new(Arc::default(), clock, CallMonitor::unattended());
        let file = target.place(&budget).unwrap().open_file().unwrap();
        let span = Span { first: 1_000_001, lines: 1, bytes: 100, line_bytes: 100 };
        // No line begins there: using it would give line 1,000,001 from the wrong place.
        let index: Arc<LineIndex> = budget.kept().of();
        index.learn(file.state(), LineStart { offset: 5 << 20, line: 1_000_000 });
        let begin = Begin { bytes: &[], is_whole: false };
        let found = scan(&file, begin, Unit::Byte, span, &budget).unwrap();
        assert_eq!(found.lines.first().unwrap().offset, 11_000_000);
        let (known, total) = index.nearest(file.state(), 1_000_001);
        assert!(known.offset > 9 << 20 && total == Some(2 << 20), "forgotten, and learnt again");
    }
}
