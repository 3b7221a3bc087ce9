//! [`Pattern`]: the expression that lines are held against.
//!
//! It is ripgrep's: linear in what it reads, whatever it says, and bounded in size.

use std::cell::Cell;
use std::io;

use grep_matcher::{ByteSet, LineMatchKind, LineTerminator, Match, Matcher, NoCaptures};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};

use super::line_ends::{Said, text_with_any_line_end};
use super::syntax::MOST_NESTED;
use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// Most characters of a pattern.
const MOST_CHARS: usize = 1_000;
/// Most bytes of a compiled pattern: one that takes more also takes seconds to compile.
const MOST_COMPILED: usize = 8 << 20;

/// What to search for.
#[derive(Clone, Debug)]
pub struct Pattern {
    pub(super) matcher: RegexMatcher,
    pub(super) multiline: bool,
    /// What ends a line for it. `\n` ends one for every pattern; the question is whether a `\r` before it is part of the
    /// line.
    pub(super) line_end: LineTerminator,
    /// Does it span lines only because it names a line feed?
    names_line_feed: bool,
    /// May it match characters that encodings write as different bytes?
    pub(super) is_beyond_ascii: bool,
}

/// How a pattern is meant.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument that the client may set")]
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

impl Pattern {
    /// Compiles a pattern; `argument` is where the client wrote it. One that names a line feed spans lines.
    ///
    /// # Errors
    /// `bad_args`, with what is wrong; `over_limit` for one that is too large.
    pub fn new(argument: &str, pattern: &str, meaning: Meaning) -> Result<Self, ToolError> {
        let chars = pattern.chars().count();
        if chars == 0 || chars > MOST_CHARS {
            let sentence =
                format!("`{argument}` has {chars} characters; it needs 1 to {MOST_CHARS}");
            return Err(ToolError::new(Code::BadArgs, sentence));
        }
        Self::within(MOST_COMPILED, argument, pattern, meaning)
    }

    /// The same of a pattern of any length, with a bound on the bytes of the compiled pattern.
    pub(super) fn within(
        most_bytes: usize,
        argument: &str,
        pattern: &str,
        meaning: Meaning,
    ) -> Result<Self, ToolError> {
        let said =
            if meaning.literal { Said::in_text(pattern) } else { Said::in_expression(pattern) };
        let multiline = meaning.multiline || said.line_feed;
        let mut builder = RegexMatcherBuilder::new();
        builder
            .multi_line(true)
            .unicode(true)
            .case_insensitive(meaning.ignore_case)
            .word(meaning.word)
            .size_limit(most_bytes)
            .nest_limit(MOST_NESTED);
        // A pattern that names `\r` is about bytes, such as one that looks for files with `\r\n`.
        let line_end =
            if said.carriage_return { LineTerminator::byte(b'\n') } else { LineTerminator::crlf() };
        builder.crlf(line_end.is_crlf());
        if multiline {
            builder.line_terminator(None);
        } else if !line_end.is_crlf() {
            builder.line_terminator(Some(b'\n'));
        }
        let built = if !said.line_feed || said.carriage_return {
            builder.fixed_strings(meaning.literal).build(pattern)
        } else if meaning.literal {
            builder.build(&text_with_any_line_end(pattern))
        } else {
            builder.build(&said.with_any_line_end(pattern))
        };
        let matcher = built.map_err(|error| bad(argument, &error.to_string()))?;
        Ok(Self {
            matcher,
            multiline,
            line_end,
            names_line_feed: said.line_feed && !meaning.multiline,
            is_beyond_ascii: !pattern.is_ascii()
                || (!meaning.literal && [r"\x", r"\u", r"\U"].iter().any(|e| pattern.contains(e))),
        })
    }

    /// May a match span lines? Then matches are counted, and not lines.
    pub fn spans_lines(&self) -> bool {
        self.multiline
    }

    /// Does it span lines although nobody asked for that, because it names a line feed?
    pub fn spans_lines_by_itself(&self) -> bool {
        self.names_line_feed
    }

    /// May it match characters that encodings write as different bytes?
    pub fn is_beyond_ascii(&self) -> bool {
        self.is_beyond_ascii
    }

    /// Can a match hold a line feed? Only if it may span lines.
    pub(super) fn can_match_line_feed(&self) -> bool {
        let never = self.matcher.non_matching_bytes().is_some_and(|bytes| bytes.contains(b'\n'));
        self.multiline && !never
    }

    /// A line, or the lines that match together, without the end of the last line where `$` would match before it.
    pub(super) fn without_line_end<'t>(&self, text: &'t [u8]) -> &'t [u8] {
        if self.multiline {
            return text;
        }
        let text = text.strip_suffix(b"\n").unwrap_or(text);
        let is_crlf = self.line_end.is_crlf();
        text.strip_suffix(b"\r").filter(|_| is_crlf).unwrap_or(text)
    }
}

/// A pattern that is held against one file, under a budget. One match takes linear time; but many, each
/// of which looks at all that follows, take the square of it.
pub(super) struct Timed<'a> {
    pub(super) pattern: &'a Pattern,
    budget: &'a Budget,
    finds: Cell<u32>,
    is_by_line: bool,
}

impl<'a> Timed<'a> {
    pub(super) fn new(pattern: &'a Pattern, budget: &'a Budget) -> Self {
        let is_by_line = !pattern.multiline && pattern.matcher.line_terminator().is_none();
        Self { pattern, budget, finds: Cell::new(0), is_by_line }
    }

    fn step(&self) -> io::Result<()> {
        let finds = self.finds.get().wrapping_add(1);
        self.finds.set(finds);
        // A clock takes longer than most finds.
        if finds.is_multiple_of(16) && self.budget.step().is_err() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        Ok(())
    }
}

impl Matcher for Timed<'_> {
    type Captures = NoCaptures;
    type Error = io::Error;

    fn find_at(&self, text: &[u8], at: usize) -> io::Result<Option<Match>> {
        self.step()?;
        Ok(self.pattern.matcher.find_at(text, at)?)
    }

    fn new_captures(&self) -> io::Result<NoCaptures> {
        Ok(NoCaptures::new())
    }

    fn shortest_match_at(&self, text: &[u8], at: usize) -> io::Result<Option<usize>> {
        self.step()?;
        // Where `\A` or `\z` stand in the pattern, lines are held against it one by one, and these are the line's ends.
        let text = if self.is_by_line { self.pattern.without_line_end(text) } else { text };
        Ok(self.pattern.matcher.shortest_match_at(text, at.min(text.len()))?)
    }

    fn non_matching_bytes(&self) -> Option<&ByteSet> {
        self.pattern.matcher.non_matching_bytes()
    }

    fn line_terminator(&self) -> Option<LineTerminator> {
        self.pattern.matcher.line_terminator()
    }

    fn find_candidate_line(&self, text: &[u8]) -> io::Result<Option<LineMatchKind>> {
        self.step()?;
        Ok(self.pattern.matcher.find_candidate_line(text)?)
    }
}

fn bad(argument: &str, why: &str) -> ToolError {
    if why.contains("size limit") {
        let sentence = format!("`{argument}` is too large once it is compiled");
        return ToolError::new(Code::OverLimit, sentence)
            .hint("bounded repetitions such as {1,500} are written out; make them smaller");
    }
    // The last line of the reason is the reason; those above draw the place.
    let reason = why.lines().last().unwrap_or(why).trim_start_matches("error: ");
    let sentence = format!("`{argument}` is not a valid regular expression: {reason}");
    let as_text = if argument == "keyword" { "use_regex=false" } else { "literal=true" };
    let hint = if why.contains("look-around") || why.contains("backreferences") {
        "every expression has to be found in linear time: say it without, or search for a part of it"
            .into()
    } else if why.contains("repetition operator missing expression") {
        format!(
            "{as_text} searches for the text as it stands; for names by a glob use search_files"
        )
    } else {
        format!("{as_text} searches for the text as it stands")
    };
    ToolError::new(Code::BadArgs, sentence).hint(hint)
}
