//! [`Pattern`] and [`Search`]: lines that match, in one open file.
//!
//! Text streams by in a window, so memory does not grow with a file; a huge file is searched by several
//! threads, a segment each. What holds a NUL is no text and is not searched; UTF-16 is, by its mark.
//! A file in an older encoding is searched as it stands, and once more in its encoding where that
//! matters: for a pattern beyond ASCII, or a line that is to be shown.
//!
//! May import: `cap` (for open files), `error`, `limits`, `text` (for encodings). Absent on purpose: which
//! files are searched.

mod kept;
mod line_ends;
mod pattern;
mod readings;
mod segments;
mod shown;

use std::io;

use grep_searcher::{BinaryDetection, Encoding, Searcher, SearcherBuilder};

use self::kept::Kept;
use self::pattern::Timed;
pub use self::pattern::{Meaning, Pattern};
pub use self::readings::{Other, Reading, as_name, readings};
use crate::cap::OpenFile;
use crate::limits::Budget;
use crate::text;

/// Most bytes of one line, or of one match over several lines, that is held to be searched.
const MOST_HELD: usize = 8 << 20;
/// Bytes up to which a file is read at once.
const AT_ONCE: u64 = 1 << 20;
/// Bytes from which a file is searched by several threads.
const HUGE: u64 = 16 << 20;
/// Bytes of a larger file that tell its encoding.
const SAMPLE: usize = 64 << 10;

/// What of a file is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Which of its matching lines.
    pub output: Lines,
    /// Lines before each match.
    pub before: usize,
    /// Lines after each match.
    pub after: usize,
    /// Each match by itself, and not the lines that match. Then matches are counted, and no lines.
    pub only_matching: bool,
}

/// Which of the matching lines of a file are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// None: whether there is any is all that is asked, and the file is left at its first.
    Any,
    /// None, but all are counted.
    Counted,
    /// None, but all matches are counted, of which a line may hold several.
    Matches,
    /// The first ones; of these no more than a page takes, and one to say that there is more.
    First {
        /// How many of the file.
        of: usize,
        /// How many a page takes.
        page: usize,
    },
    /// So many of the last ones.
    Last(usize),
}

/// A line of a file, or a match in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Does it match, or does it stand near one that does?
    pub is_match: bool,
    /// For a match by itself: which match of its line it is, and the character at which it begins; both from 1.
    pub part: Option<(u64, u64)>,
    /// Its text, shortened around the matches if it is very long.
    pub text: String,
}

impl Line {
    /// Where it ends.
    pub fn position(&self) -> Position {
        match self.part {
            Some((matches, _)) => Position { line: self.number, matches },
            None => Position::end_of(self.number),
        }
    }
}

/// How far a file was shown: a line, and how many of its matches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The number of a line, or 0 before the first.
    pub line: u64,
    /// How many of the matches in it; `u64::MAX` for all of the line.
    pub matches: u64,
}

impl Position {
    /// Before the first line.
    pub const START: Self = Self { line: 0, matches: 0 };
    /// After the last line.
    pub const END: Self = Self { line: u64::MAX, matches: u64::MAX };

    /// The end of a line.
    pub fn end_of(line: u64) -> Self {
        Self { line, matches: u64::MAX }
    }
}

/// What was found in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many lines match, or matches there are: all of them, or 1 where the file was left at its
    /// first.
    pub count: u64,
    /// How many of these are among those that are wanted, on this page or another.
    pub selected: u64,
    /// Of the wanted lines those for this page, in order.
    pub lines: Vec<Line>,
}

/// What came of searching one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This, possibly nothing.
    Searched(Hits),
    /// It is no text.
    Binary,
    /// This, but it could not be searched to its end.
    Partly(Hits),
}

/// Searches files, one after the other: buffers are used again.
pub struct Search {
    pattern: Pattern,
    wanted: Wanted,
    searcher: Searcher,
    buffer: Vec<u8>,
}

impl Search {
    /// Searches for `pattern`.
    pub fn new(pattern: Pattern, wanted: Wanted) -> Self {
        let searcher = searcher(&pattern, wanted, None);
        Self { pattern, wanted, searcher, buffer: vec![] }
    }

    /// Searches one file. What lies at or before the position `after` was shown already: it is only counted.
    pub fn file(&mut self, file: &OpenFile, after: Position, budget: &Budget) -> Outcome {
        let Self { pattern, wanted, searcher, buffer } = self;
        let is_small = file.size() <= AT_ONCE;
        // Not a byte more: to be told of its end would take another call.
        let size = if is_small { usize::try_from(file.size()).unwrap_or(0) } else { SAMPLE };
        if buffer.len() < size {
            buffer.resize(size, 0);
        }
        let Ok(text) = file.read_at(buffer.get_mut(..size).unwrap_or_default(), 0) else {
            return Outcome::Partly(Hits::default());
        };
        let is_utf16 = text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF");
        if !is_utf16 && memchr::memchr(0, text).is_some() {
            return Outcome::Binary;
        }
        let is_split = file.size() >= HUGE
            && !(is_utf16 || pattern.multiline)
            && wanted.before + wanted.after == 0
            && after == Position::START;
        let matcher = Timed::new(pattern, budget);
        let kept = || Kept::new(&matcher, *wanted, after);
        let once = if is_small {
            kept().search(|kept| searcher.search_slice(&matcher, text, kept))
        } else if is_split {
            segments::search(pattern, *wanted, file, budget)
        } else {
            let stream = Stream { file, offset: 0, budget };
            kept().search(|kept| searcher.search_reader(&matcher, stream, kept))
        };
        let matters = pattern.is_beyond_ascii && !is_utf16 && !is_utf8_so_far(text);
        let foreign = once.foreign.or_else(|| matters.then(Vec::new));
        let encoding = foreign.and_then(|line| text::older_encoding(text, &line));
        let Some(encoding) = encoding.and_then(|name| Encoding::new(name).ok()) else {
            return once.outcome;
        };
        let mut searcher = self::searcher(pattern, *wanted, Some(encoding));
        let stream = Stream { file, offset: 0, budget };
        kept().search(|kept| searcher.search_reader(&matcher, stream, kept)).outcome
    }
}

fn searcher(pattern: &Pattern, wanted: Wanted, encoding: Option<Encoding>) -> Searcher {
    let shows = matches!(wanted.output, Lines::First { .. } | Lines::Last(_));
    let about = |lines| if shows { lines } else { 0 };
    SearcherBuilder::new()
        .line_number(shows)
        .multi_line(pattern.multiline)
        .line_terminator(pattern.line_end)
        .before_context(about(wanted.before))
        .after_context(about(wanted.after))
        .heap_limit(Some(MOST_HELD))
        .binary_detection(BinaryDetection::quit(0))
        .encoding(encoding)
        .build()
}

/// But for a character that is cut at the end.
fn is_utf8_so_far(text: &[u8]) -> bool {
    std::str::from_utf8(text).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// A file as it streams by, under a budget.
struct Stream<'a> {
    file: &'a OpenFile,
    offset: u64,
    budget: &'a Budget,
}

impl io::Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.budget.step().map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let read = self.file.read_at(buffer, self.offset).map_err(|_| io::ErrorKind::Other)?.len();
        self.offset += read as u64;
        Ok(read)
    }
}
