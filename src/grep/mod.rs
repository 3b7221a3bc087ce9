//! [`Pattern`] and [`Search`]: lines that match, in one open file.
//!
//! Text streams by in a window, so memory does not grow with a file; a huge file is searched by several
//! threads, a segment each. What is UTF-8 is searched as it lies there, bad bytes and NULs included; what
//! is in another encoding is turned into UTF-8 on the way. `text` decides which, as it does for pages.
//!
//! May import: `cap` (for open files), `error`, `limits`, `text` (for encodings), `words`. It does not
//! choose the files.

mod kept;
mod line_ends;
mod page_escapes;
mod pattern;
mod readings;
mod recoded;
mod segments;
mod shown;
mod similar;

use std::io;

use grep_searcher::{BinaryDetection, Searcher, SearcherBuilder};

use self::kept::Kept;
use self::pattern::Timed;
pub use self::pattern::{Meaning, Pattern};
pub use self::readings::{Other, Reading, SIMILAR, as_name, readings};
pub use self::recoded::Recoded;
use crate::cap::OpenFile;
use crate::limits::Budget;
use crate::text::{self, Coding, Searched, Transcoder};

/// Most bytes of one line, or of one match over several lines, that is held to be searched.
const MOST_HELD: usize = 8 << 20;
/// Bytes up to which a file is read at once.
const AT_ONCE: u64 = 1 << 20;
/// Bytes from which a file is searched by several threads.
const HUGE: u64 = 16 << 20;
/// Bytes that are turned into UTF-8 at a time.
const CHUNK: usize = 64 << 10;

/// What of a file is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Which of its matching lines.
    pub output: Lines,
    /// Lines before each match.
    pub before: usize,
    /// Lines after each match.
    pub after: usize,
    /// Each match, and not the lines that match. Then matches are counted, and no lines.
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
    /// The last ones; of these no more than a page takes, and one to say that there is more.
    Last {
        /// How many of the file.
        of: usize,
        /// How many a page takes.
        page: usize,
    },
}

impl Lines {
    /// Where a search begins in a file of which nothing was shown: from the end if the last lines are wanted.
    pub fn beginning(self) -> Position {
        if self.are_last() { Position::END } else { Position::START }
    }

    /// Where a search is when all of a file was shown.
    pub fn finish(self) -> Position {
        if self.are_last() { Position::START } else { Position::END }
    }

    /// Are the last lines wanted, so that pages go backwards?
    pub fn are_last(self) -> bool {
        matches!(self, Self::Last { .. })
    }

    /// Does a search that was interrupted at `from` still have to show what ends at `position`?
    fn are_open(self, position: Position, from: Position) -> bool {
        if self.are_last() { position < from } else { position > from }
    }

    fn are_shown(self) -> bool {
        matches!(self, Self::First { .. } | Self::Last { .. })
    }
}

/// A line of a file, or a match in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Does it match, or does it stand near one that does?
    pub is_match: bool,
    /// For a single match: which match of its line it is, and the character at which it begins; both from 1.
    pub part: Option<(u64, u64)>,
    /// How many of what is counted begin here: 0 in the further lines of a match that spans lines.
    pub counts: u64,
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
    /// Is anything in these lines shown as an escape?
    pub has_escapes: bool,
    /// The encoding of the file, where it is a guess.
    pub guessed: Option<&'static str>,
}

/// What came of searching one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// This, possibly nothing.
    Searched(Hits),
    /// It is not text.
    Binary,
    /// This, but it could not be searched to its end.
    Partly(Hits),
}

/// Searches files, one after the other: buffers are used again.
pub struct Search {
    pattern: Pattern,
    wanted: Wanted,
    named: Option<Coding>,
    searcher: Searcher,
    buffer: Vec<u8>,
}

impl Search {
    /// Searches for `pattern`.
    pub fn new(pattern: Pattern, wanted: Wanted) -> Self {
        let searcher = searcher(&pattern, wanted);
        Self { pattern, wanted, named: None, searcher, buffer: vec![] }
    }

    /// The same, where files that are neither UTF-8 nor marked are in this coding.
    #[must_use]
    pub fn in_coding(self, named: Option<Coding>) -> Self {
        Self { named, ..self }
    }

    /// Searches one file, from a position: what lies before it (where the last lines are wanted, after it) was shown
    /// already, and is only counted.
    pub fn file(&mut self, file: &OpenFile, from: Position, budget: &Budget) -> Outcome {
        let is_small = file.size() <= AT_ONCE;
        // Not a byte more: to be told of its end would take another call.
        let size = if is_small { usize::try_from(file.size()).unwrap_or(0) } else { 0 };
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let text = file.read_at(buffer.get_mut(..size).unwrap_or_default(), 0);
        let outcome = match text {
            Ok(text) => self.text(file, is_small.then_some(text), from, budget),
            Err(_) => Outcome::Partly(Hits::default()),
        };
        self.buffer = buffer;
        outcome
    }

    /// Searches a file, all bytes of which are known if it is small.
    fn text(
        &mut self,
        file: &OpenFile,
        whole: Option<&[u8]>,
        from: Position,
        budget: &Budget,
    ) -> Outcome {
        let named = self.named;
        let form = |matters| match whole {
            Some(whole) if text::is_plain(whole) => Ok(Some(Searched::PLAIN)),
            _ => text::searched(named, file, whole, matters, budget),
        };
        let matters = named.is_some() || self.pattern.is_beyond_ascii;
        let first = match form(matters) {
            Ok(Some(form)) => form,
            Ok(None) => return Outcome::Binary,
            Err(_) => return Outcome::Partly(Hits::default()),
        };
        let outcome = self.in_form(first, file, whole, from, budget);
        let (Outcome::Searched(hits) | Outcome::Partly(hits)) = &outcome else { return outcome };
        if first != Searched::PLAIN || whole.is_some() || matters || !hits.has_escapes {
            return outcome;
        }
        // Its samples did not show what these lines have.
        match form(true) {
            Ok(Some(form)) if form != first => self.in_form(form, file, whole, from, budget),
            _ => outcome,
        }
    }

    /// The same of a file that is searched in a form.
    fn in_form(
        &mut self,
        form: Searched,
        file: &OpenFile,
        whole: Option<&[u8]>,
        from: Position,
        budget: &Budget,
    ) -> Outcome {
        let Self { pattern, wanted, searcher, .. } = self;
        let Searched { mark, has_escapes, guessed, transcoder } = form;
        let is_split = file.size() >= HUGE
            && !(transcoder.is_some() || pattern.multiline)
            && wanted.before + wanted.after == 0
            && from == wanted.output.beginning();
        let matcher = Timed::new(pattern, budget);
        let kept = Kept::new(&matcher, *wanted, from, has_escapes);
        let mut outcome = match (whole, transcoder) {
            (Some(whole), None) => {
                let text = usize::try_from(mark).ok().and_then(|mark| whole.get(mark..));
                let text = text.unwrap_or_default();
                kept.search(|kept| searcher.search_slice(&matcher, text, kept))
            }
            (None, None) if is_split => segments::search(pattern, *wanted, form, file, budget),
            (_, None) => {
                let stream = Stream { file, offset: mark, budget };
                kept.search(|kept| searcher.search_reader(&matcher, stream, kept))
            }
            (_, Some(transcoder)) => {
                let stream = Stream { file, offset: mark, budget };
                let stream = Transcoded::new(stream, transcoder);
                kept.search(|kept| searcher.search_reader(&matcher, stream, kept))
            }
        };
        if let Outcome::Searched(hits) | Outcome::Partly(hits) = &mut outcome {
            hits.guessed = guessed;
        }
        outcome
    }
}

fn searcher(pattern: &Pattern, wanted: Wanted) -> Searcher {
    let shows = wanted.output.are_shown();
    let about = |lines| if shows { lines } else { 0 };
    SearcherBuilder::new()
        .line_number(shows)
        .multi_line(pattern.multiline)
        .line_terminator(pattern.line_end)
        .before_context(about(wanted.before))
        .after_context(about(wanted.after))
        .heap_limit(Some(MOST_HELD))
        // `text` has already found out which files are texts, and in which encoding.
        .binary_detection(BinaryDetection::none())
        .bom_sniffing(false)
        .build()
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

/// A file that is turned into UTF-8 as it streams by.
struct Transcoded<'a> {
    stream: Stream<'a>,
    transcoder: Transcoder,
    /// Bytes of the file that begin with a character.
    raw: Vec<u8>,
    utf8: Vec<u8>,
    /// How many of these were handed on.
    taken: usize,
    is_over: bool,
}

impl<'a> Transcoded<'a> {
    fn new(stream: Stream<'a>, transcoder: Transcoder) -> Self {
        Self { stream, transcoder, raw: vec![], utf8: vec![], taken: 0, is_over: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let Self { stream, transcoder, raw, utf8, taken, is_over } = self;
        let held = raw.len();
        raw.resize(held + CHUNK, 0);
        let read = io::Read::read(stream, raw.get_mut(held..).unwrap_or_default())?;
        raw.truncate(held + read);
        // A line that is never over must not be held.
        *is_over = read == 0;
        utf8.clear();
        *taken = 0;
        let is_last = *is_over || held > MOST_HELD;
        let left = transcoder.transcode(raw, is_last, utf8);
        raw.drain(..raw.len() - left);
        Ok(())
    }
}

impl io::Read for Transcoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.utf8.len() && !self.is_over {
            self.fill()?;
        }
        let rest = self.utf8.get(self.taken..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..len), rest.get(..len)) {
            to.copy_from_slice(from);
        }
        self.taken += len;
        Ok(len)
    }
}
