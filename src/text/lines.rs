//! [`window`]: some lines of a file, and what must be known to go on reading.
//!
//! The file streams through one buffer: lines before the window are only counted, lines in it are
//! kept, lines behind it are counted as far as that is cheap. Memory depends on the window alone.
//!
//! May import: `cap` (for open files), `error`, `limits`. Absent on purpose: reading to the end by
//! default, and trusting the size that a file had when it was opened.

use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// Bytes read at a time.
const CHUNK: usize = 64 << 10;
/// Bytes up to which the lines behind the window are counted: beyond, the total is left out.
const MAX_COUNTED: u64 = 64 << 20;

/// Which lines.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// The first, counted from 1.
    pub first: u64,
    /// How many at most.
    pub lines: u64,
    /// How many characters at most, line ends included. The first line is given whatever it takes,
    /// shortened like any other.
    pub chars: usize,
}

/// Lines of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Window {
    /// The lines, each with a LF behind it.
    pub text: String,
    /// How many there are.
    pub lines: u64,
    /// How many lines the whole file has; none when counting them would have read too much.
    pub total: Option<u64>,
    /// How lines end, as far as the file was read.
    pub ends: LineEnds,
    /// How many lines were too long to be given whole. Each says so at its end.
    pub shortened: u64,
}

/// How the lines of a file end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// No line has an end.
    #[default]
    None,
    /// `\n`.
    Lf,
    /// `\r\n`.
    Crlf,
    /// Some lines so, some so.
    Mixed,
}

impl LineEnds {
    /// For the closing line of an answer.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "no line end",
            Self::Lf => "LF",
            Self::Crlf => "CRLF",
            Self::Mixed => "mixed LF and CRLF",
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, other) => other,
            (one, other) if one == other => one,
            _ => Self::Mixed,
        }
    }
}

/// Reads the lines that are `wanted`.
///
/// # Errors
/// `not_text` when one of them is no UTF-8 or holds a NUL; the codes of the host; `timed_out`.
pub fn window(file: &OpenFile, wanted: Wanted, budget: &Budget) -> Result<Window, ToolError> {
    let mut scan = Scan {
        wanted,
        line_bytes: budget.limits().max_shown_line_bytes,
        out: Window::default(),
        chars: 0,
        line: 1,
        kept: vec![],
        dropped: 0,
        last: None,
        full: false,
    };
    let mut buffer = vec![0; CHUNK];
    let mut offset = 0;
    loop {
        budget.step()?;
        let chunk = file.read_at(&mut buffer, offset)?;
        offset += chunk.len() as u64;
        scan.chunk(chunk).map_err(|why| not_text(file, why))?;
        if chunk.len() < CHUNK {
            scan.end().map_err(|why| not_text(file, why))?;
            return Ok(scan.out);
        }
        if scan.full && offset >= MAX_COUNTED {
            return Ok(scan.out);
        }
    }
}

struct Scan {
    wanted: Wanted,
    line_bytes: usize,
    out: Window,
    chars: usize,
    /// The line that is being read, from 1.
    line: u64,
    /// Its bytes, as far as they are kept.
    kept: Vec<u8>,
    /// How many are not.
    dropped: u64,
    /// The byte before the one that is looked at.
    last: Option<u8>,
    /// Is the window complete?
    full: bool,
}

impl Scan {
    fn chunk(&mut self, chunk: &[u8]) -> Result<(), &'static str> {
        let mut rest = chunk;
        while let Some(at) = memchr::memchr(b'\n', rest) {
            let (line, after) = rest.split_at(at);
            self.keep(line);
            let before = line.last().copied().or(self.last);
            let end = if before == Some(b'\r') { LineEnds::Crlf } else { LineEnds::Lf };
            self.out.ends = self.out.ends.and(end);
            self.finish_line(end)?;
            self.last = Some(b'\n');
            rest = after.get(1..).unwrap_or_default();
        }
        self.keep(rest);
        self.last = rest.last().copied().or(self.last);
        Ok(())
    }

    fn end(&mut self) -> Result<(), &'static str> {
        if self.last.is_some_and(|byte| byte != b'\n') {
            self.finish_line(LineEnds::None)?;
        }
        self.out.total = Some(self.line - 1);
        Ok(())
    }

    fn wants_this_line(&self) -> bool {
        !self.full && self.line >= self.wanted.first
    }

    fn keep(&mut self, bytes: &[u8]) {
        if !self.wants_this_line() {
            return;
        }
        // A few bytes more than are shown: where to cut depends on them.
        let room = (self.line_bytes + 4).saturating_sub(self.kept.len());
        let (kept, dropped) = bytes.split_at(room.min(bytes.len()));
        self.kept.extend_from_slice(kept);
        self.dropped += dropped.len() as u64;
    }

    fn finish_line(&mut self, end: LineEnds) -> Result<(), &'static str> {
        if self.wants_this_line() {
            if end == LineEnds::Crlf && self.dropped == 0 {
                self.kept.pop();
            }
            self.take_line()?;
            self.kept.clear();
            self.dropped = 0;
        }
        self.line += 1;
        Ok(())
    }

    fn take_line(&mut self) -> Result<(), &'static str> {
        if self.kept.contains(&0) {
            return Err("it holds NUL bytes, as binary files do");
        }
        let mut shown = self.kept.as_slice();
        if shown.len() > self.line_bytes {
            let cut = (0..=self.line_bytes)
                .rev()
                .find(|i| shown.get(*i).is_none_or(|b| b & 0xC0 != 0x80));
            shown = shown.get(..cut.unwrap_or(0)).unwrap_or_default();
        }
        let left_out = self.kept.len() as u64 + self.dropped - shown.len() as u64;
        let mut line = std::str::from_utf8(shown).map_err(|_| "it is not UTF-8")?.to_owned();
        if left_out > 0 {
            line += &format!(" [... {left_out} more bytes of this line]");
        }
        line.push('\n');
        let chars = line.chars().count();
        if self.out.lines > 0 && self.chars + chars > self.wanted.chars {
            self.full = true;
            return Ok(());
        }
        self.chars += chars;
        self.out.shortened += u64::from(left_out > 0);
        self.out.text += &line;
        self.out.lines += 1;
        self.full = self.out.lines >= self.wanted.lines;
        Ok(())
    }
}

fn not_text(file: &OpenFile, why: &str) -> ToolError {
    ToolError::new(Code::NotText, format!("`{}` cannot be shown as text: {why}", file.shown()))
        .hint("get_file_info says how large it is and when it changed")
}
