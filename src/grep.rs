//! [`Pattern`] and [`Search`]: lines that match, in one open file.
//!
//! The expression is ripgrep's: linear in what it reads, whatever it says, and bounded in size. Text
//! streams by in a window, so memory does not grow with a file. What holds a NUL is no text and is not
//! searched; UTF-16 is, by its mark.
//!
//! May import: `cap` (for open files), `error`, `limits`. Absent on purpose: which files are searched.

use std::collections::VecDeque;
use std::io;

use grep_matcher::Matcher as _;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use grep_searcher::{
    BinaryDetection, Searcher, SearcherBuilder, Sink, SinkContext, SinkContextKind, SinkFinish,
    SinkMatch,
};

use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// Most characters of a pattern.
const MOST_CHARS: usize = 1_000;
/// Most bytes of a compiled pattern: one that takes more also takes long to compile.
const MOST_COMPILED: usize = 1 << 20;
/// Most bytes of one line, or of one match over several lines, that is held to be searched.
const MOST_HELD: usize = 8 << 20;
/// Bytes up to which a file is read at once.
const AT_ONCE: u64 = 1 << 20;
/// Bytes that are shown of a long line, about its match.
const SHOWN: usize = 400;

/// What to search for.
#[derive(Clone, Debug)]
pub struct Pattern {
    matcher: RegexMatcher,
    multiline: bool,
}

/// How a pattern is meant.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the client's")]
pub struct Meaning {
    /// As it is written, and not as an expression.
    pub literal: bool,
    /// Whatever the case.
    pub ignore_case: bool,
    /// Only whole words.
    pub word: bool,
    /// Over line ends.
    pub multiline: bool,
}

/// What of a file is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Which of its matching lines.
    pub output: Lines,
    /// Lines before each match.
    pub before: usize,
    /// Lines behind each match.
    pub after: usize,
}

/// Which of the matching lines of a file are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// None: whether there is any is all that is asked, and the file is left at its first.
    Any,
    /// None, but all are counted.
    Counted,
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

/// A line of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number, from 1.
    pub number: u64,
    /// Does it match, or does it stand near one that does?
    pub is_match: bool,
    /// What it says; shortened about the match where it is very long.
    pub text: String,
}

/// What was found in one file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// How many lines match: all of them, or 1 where the file was left at its first.
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
    /// It could not be searched to its end.
    Failed,
}

/// Searches files, one after the other: buffers are used again.
pub struct Search {
    pattern: Pattern,
    wanted: Wanted,
    searcher: Searcher,
    buffer: Vec<u8>,
}

impl Pattern {
    /// Compiles a pattern.
    ///
    /// # Errors
    /// `bad_args`, with what is wrong; `over_limit` for one that is too large.
    pub fn new(pattern: &str, meaning: Meaning) -> Result<Self, ToolError> {
        let chars = pattern.chars().count();
        if chars == 0 || chars > MOST_CHARS {
            let sentence = format!("`pattern` has {chars} characters; it needs 1 to {MOST_CHARS}");
            return Err(ToolError::new(Code::BadArgs, sentence));
        }
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(true)
            .unicode(true)
            .fixed_strings(meaning.literal)
            .case_insensitive(meaning.ignore_case)
            .word(meaning.word)
            .size_limit(MOST_COMPILED)
            .nest_limit(50);
        if !meaning.multiline {
            builder.line_terminator(Some(b'\n'));
        }
        let matcher = builder.build(pattern).map_err(|error| bad(&error.to_string()))?;
        Ok(Self { matcher, multiline: meaning.multiline })
    }
}

fn bad(why: &str) -> ToolError {
    if why.contains("size limit") {
        return ToolError::new(Code::OverLimit, "`pattern` is too large once it is compiled")
            .hint("bounded repetitions such as {1,500} are written out; make them smaller");
    }
    // The last line of the reason is the reason; those above draw the place.
    let reason = why.lines().last().unwrap_or(why).trim_start_matches("error: ");
    let sentence = format!("`pattern` is no expression that is understood: {reason}");
    let hint = if why.contains("look-around") || why.contains("backreferences") {
        "every expression has to be found in linear time: say it without, or search for a part of it"
    } else if why.contains("line") && why.contains("\\n") {
        "multiline=true lets a match go over line ends"
    } else {
        "literal=true searches for the text as it stands"
    };
    ToolError::new(Code::BadArgs, sentence).hint(hint)
}

impl Search {
    /// Searches for `pattern`.
    pub fn new(pattern: Pattern, wanted: Wanted) -> Self {
        let shows = matches!(wanted.output, Lines::First { .. } | Lines::Last(_));
        let about = |lines| if shows { lines } else { 0 };
        let searcher = SearcherBuilder::new()
            .line_number(true)
            .multi_line(pattern.multiline)
            .before_context(about(wanted.before))
            .after_context(about(wanted.after))
            .heap_limit(Some(MOST_HELD))
            .binary_detection(BinaryDetection::quit(0))
            .build();
        Self { pattern, wanted, searcher, buffer: vec![] }
    }

    /// Searches one file. Lines up to number `behind` were shown already: they are counted alone.
    pub fn file(&mut self, file: &OpenFile, behind: u64, budget: &Budget) -> Outcome {
        let mut kept = Kept {
            matcher: &self.pattern.matcher,
            multiline: self.pattern.multiline,
            output: self.wanted.output,
            behind,
            budget,
            hits: Hits::default(),
            lines: VecDeque::new(),
            matching: 0,
            is_binary: false,
        };
        let searched = if file.size() <= AT_ONCE {
            let size = usize::try_from(file.size()).unwrap_or(0) + 1;
            if self.buffer.len() < size {
                self.buffer.resize(size, 0);
            }
            let Ok(text) = file.read_at(self.buffer.get_mut(..size).unwrap_or_default(), 0) else {
                return Outcome::Failed;
            };
            let is_utf16 = text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF");
            if !is_utf16 && memchr::memchr(0, text).is_some() {
                return Outcome::Binary;
            }
            self.searcher.search_slice(&self.pattern.matcher, text, &mut kept)
        } else {
            let reader = Stream { file, offset: 0, budget };
            self.searcher.search_reader(&self.pattern.matcher, reader, &mut kept)
        };
        match searched {
            _ if kept.is_binary => Outcome::Binary,
            Ok(()) => {
                kept.hits.lines =
                    kept.lines.into_iter().filter(|line| line.number > behind).collect();
                Outcome::Searched(kept.hits)
            }
            Err(_) => Outcome::Failed,
        }
    }
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

/// What is kept of a file while it is searched.
struct Kept<'a> {
    matcher: &'a RegexMatcher,
    multiline: bool,
    output: Lines,
    behind: u64,
    budget: &'a Budget,
    hits: Hits,
    lines: VecDeque<Line>,
    /// How many of these match.
    matching: usize,
    is_binary: bool,
}

impl Kept<'_> {
    /// Is the next match wanted?
    fn wants_more(&self) -> bool {
        match self.output {
            Lines::Any | Lines::Counted => false,
            Lines::First { of, .. } => self.hits.selected < of as u64,
            Lines::Last(_) => true,
        }
    }

    /// Is there room on the page for a line?
    fn has_room(&self, number: u64) -> bool {
        match self.output {
            Lines::First { page, .. } => number > self.behind && self.matching <= page,
            _ => true,
        }
    }

    fn push(&mut self, number: u64, is_match: bool, bytes: &[u8]) {
        let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n');
        for (line, number) in lines.zip(number..) {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let text = self.shortened(line);
            self.lines.push_back(Line { number, is_match, text });
            self.matching += usize::from(is_match);
        }
        let Lines::Last(most) = self.output else { return };
        while self.matching > most {
            // With the oldest match goes what stands before it.
            if let Some(Line { is_match: true, .. }) = self.lines.pop_front() {
                self.matching -= 1;
            }
        }
        self.hits.selected = self.matching as u64;
    }

    fn shortened(&self, line: &[u8]) -> String {
        if line.len() <= SHOWN {
            return String::from_utf8_lossy(line).into_owned();
        }
        let at = self.matcher.find(line).ok().flatten().map_or(0, |found| found.start());
        let from = at.saturating_sub(SHOWN / 4).min(line.len() - SHOWN);
        let part = String::from_utf8_lossy(line.get(from..from + SHOWN).unwrap_or_default());
        // A character that is cut at an end is not shown.
        let part = part.trim_matches('\u{FFFD}');
        let (before, after) = (from, line.len() - from - SHOWN);
        let left = |n: usize| if n > 0 { format!("[{n} bytes]") } else { String::new() };
        format!("{}{part}{}", left(before), left(after))
    }
}

impl Sink for Kept<'_> {
    type Error = io::Error;

    fn matched(&mut self, _: &Searcher, found: &SinkMatch<'_>) -> io::Result<bool> {
        self.budget.step().map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        if self.output == Lines::Any {
            self.hits.count = 1;
            return Ok(false);
        }
        // Over line ends there are matches, as ripgrep counts them, and not lines that match.
        let mut lines = 0;
        if self.multiline {
            // Matches that touch each other come as one.
            self.matcher.find_iter(found.bytes(), |_| {
                lines += 1;
                true
            })?;
        } else {
            lines = found.lines().count() as u64;
        }
        self.hits.count += lines;
        let number = found.line_number().unwrap_or(0);
        if self.wants_more() {
            self.hits.selected += lines;
            if self.has_room(number) {
                self.push(number, true, found.bytes());
            }
        }
        Ok(true)
    }

    fn context(&mut self, _: &Searcher, context: &SinkContext<'_>) -> io::Result<bool> {
        let number = context.line_number().unwrap_or(0);
        // Behind the last match that is wanted, only what follows it at once.
        let follows = *context.kind() == SinkContextKind::After
            && self.lines.back().is_some_and(|last| number == last.number + 1);
        if self.has_room(number) && (self.wants_more() || follows) {
            self.push(number, false, context.bytes());
        }
        Ok(true)
    }

    fn binary_data(&mut self, _: &Searcher, _: u64) -> io::Result<bool> {
        self.is_binary = true;
        Ok(false)
    }

    fn finish(&mut self, _: &Searcher, finish: &SinkFinish) -> io::Result<()> {
        self.is_binary |= finish.binary_byte_offset().is_some();
        Ok(())
    }
}
