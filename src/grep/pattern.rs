//! [`Pattern`]: the expression that lines are held against.
//!
//! It is ripgrep's: linear in what it reads, whatever it says, and bounded in size.

use std::cell::Cell;
use std::io;

use grep_matcher::{ByteSet, LineMatchKind, LineTerminator, Match, Matcher, NoCaptures};
use grep_regex::{RegexMatcher, RegexMatcherBuilder};

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

impl Pattern {
    /// Compiles a pattern; `argument` is where the client wrote it.
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
        let matcher = builder.build(pattern).map_err(|error| bad(argument, &error.to_string()))?;
        Ok(Self { matcher, multiline: meaning.multiline })
    }
}

/// A pattern that is held against one file, under a budget. One match takes linear time; but many, each
/// of which looks at all that follows, take the square of it.
pub(super) struct Timed<'a> {
    pub(super) pattern: &'a Pattern,
    budget: &'a Budget,
    finds: Cell<u32>,
}

impl<'a> Timed<'a> {
    pub(super) fn new(pattern: &'a Pattern, budget: &'a Budget) -> Self {
        Self { pattern, budget, finds: Cell::new(0) }
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
        Ok(self.pattern.matcher.shortest_match_at(text, at)?)
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
    let sentence = format!("`{argument}` is no expression that is understood: {reason}");
    let hint = if why.contains("look-around") || why.contains("backreferences") {
        "every expression has to be found in linear time: say it without, or search for a part of it"
    } else if why.contains("line") && why.contains("\\n") {
        "multiline=true lets a match go over line ends"
    } else {
        "literal=true searches for the text as it stands"
    };
    ToolError::new(Code::BadArgs, sentence).hint(hint)
}
