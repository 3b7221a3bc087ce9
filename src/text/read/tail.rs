//! [`tail`]: the last lines of a file, found backwards.
//!
//! May import: `cap` (for open files), `error`, `limits`.

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::text::encoding::code_unit::Unit;
use crate::text::read::line_index::LineStart;
use crate::text::read::scan::{CHUNK, KEPT, Span};

/// The last lines of a file.
#[derive(Clone, Copy, Debug)]
pub(in crate::text) struct Tail {
    /// How many there are, and where the first of them begins.
    pub(in crate::text) lines: u64,
    pub(in crate::text) start: LineStart,
    /// How many of the last ones have room in a span, more or less, and where those begin.
    pub(in crate::text) fitting: u64,
    pub(in crate::text) fitting_start: LineStart,
}

/// The last lines of a file, found backwards: as many as `span` has, and of those the ones that its bytes have room for.
pub(in crate::text) fn tail(
    file: &OpenFile,
    unit: Unit,
    span: Span,
    budget: &Budget,
) -> Result<Tail, ToolError> {
    let width = unit.width() as u64;
    let mut buffer = vec![0; CHUNK];
    let mut lines = 0;
    let mut used = 0_usize;
    let size = file.size() - file.size() % width;
    let mut behind = size;
    let mut fitting = 0;
    let mut fitting_start = None;
    let mut line_end = size;
    // The line that begins at `offset`, whose number from the end is `number`.
    let mut line = |number: u64, offset: u64| {
        let len = usize::try_from(line_end.saturating_sub(offset)).unwrap_or(usize::MAX);
        used = used.saturating_add(len.min(span.line_bytes.saturating_add(KEPT)) + 1);
        line_end = offset;
        if number == fitting + 1 && (used <= span.bytes || number == 1) {
            (fitting, fitting_start) = (number, Some(offset));
        }
    };
    while behind > 0 {
        budget.step()?;
        let from = behind.saturating_sub(CHUNK as u64);
        let wanted = usize::try_from(behind - from).unwrap_or(CHUNK);
        let chunk = file.read_at(buffer.get_mut(..wanted).unwrap_or_default(), from)?;
        let ends: Vec<usize> = unit.line_ends(chunk).collect();
        for end in ends.into_iter().rev() {
            let offset = from + end as u64 + width;
            // The line end at the very end of the file begins no further line.
            if offset < size {
                lines += 1;
                line(lines, offset);
                if lines == span.lines {
                    let fitting_start = fitting_start.unwrap_or(offset);
                    return Ok(Tail::new(lines, offset, fitting, fitting_start));
                }
            }
        }
        behind = from;
    }
    let lines = if size > 0 { lines + 1 } else { 0 };
    line(lines, 0);
    Ok(Tail::new(lines, 0, fitting, fitting_start.unwrap_or(0)))
}

impl Tail {
    fn new(lines: u64, start: u64, fitting: u64, fitting_start: u64) -> Self {
        // The lines before the tail are not counted.
        let at =
            |offset| if offset == 0 { LineStart::FIRST } else { LineStart { offset, line: 1 } };
        Self { lines, start: at(start), fitting, fitting_start: at(fitting_start) }
    }
}
