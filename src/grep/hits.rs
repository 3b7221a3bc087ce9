//! What a search of one file is to find, and what it found: data without functions that search.
//!
//! May import: nothing of this crate.

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
    pub(super) fn are_open(self, position: Position, from: Position) -> bool {
        if self.are_last() { position < from } else { position > from }
    }

    pub(super) fn are_shown(self) -> bool {
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
