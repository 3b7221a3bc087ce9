//! [`Piece`]: which part of a text file is asked for, and [`Page`]: the part that is given.
//!
//! May import: `limits` (in what a page costs). `page` reads the pages.

use crate::text::encoding::escapes::Escaped;
use crate::text::line_ends::LineEnds;
use crate::text::read::version::Version;

/// Which piece of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Lines from one on.
    Lines {
        /// The first, from 1.
        first: u64,
        /// How many at most.
        count: u64,
    },
    /// The last lines.
    Tail {
        /// How many at most.
        count: u64,
    },
    /// Bytes from one on.
    Bytes {
        /// The first, from 0.
        offset: u64,
        /// How many at most.
        count: u64,
    },
}

/// A piece of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The text, in UTF-8. Lines end with LF; a piece by bytes is as it is.
    pub text: String,
    /// Which piece it is.
    pub range: Range,
    /// How the lines of the file end, or of the page where the file was not read to its end.
    pub ends: LineEnds,
    /// Has none of its lines an end, as only the last one of a file has none?
    pub is_unended: bool,
    /// The encoding of the file, where it is not UTF-8 without a mark and nothing else.
    pub encoding: Option<String>,
    /// Does the encoding follow from samples, since the file is too large to look through?
    pub is_sampled: bool,
    /// A note about the encoding that the client named.
    pub note: Option<String>,
    /// What of the text is shown as escapes.
    pub escaped: Escaped,
    /// How many of its lines are shortened. Each says so at its end.
    pub shortened: u64,
    /// The lines before these that were asked for too, and for which there is no room.
    pub before: Option<Before>,
    /// The version of the contents.
    pub version: Version,
}

/// Lines at the beginning of a tail that are not on its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// How many.
    pub lines: u64,
    /// Where the first of them begins.
    pub from: StartsAt,
}

/// Where a line begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartsAt {
    /// Its number, from 1.
    Line(u64),
    /// Its first byte, from 0.
    Byte(u64),
}

/// Which piece of a file a page is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Some lines, counted from the beginning of the file.
    Lines {
        /// The first, from 1.
        first: u64,
        /// How many.
        count: u64,
        /// How many the file has, where that was cheap to count.
        total: Option<u64>,
    },
    /// Some of the last lines of a file that is too large to count the others.
    Tail {
        /// How many.
        count: u64,
    },
    /// Bytes `from..to` of a file that has `size`.
    Bytes {
        /// The first, from 0.
        from: u64,
        /// The one after the last.
        to: u64,
        /// How many the file has.
        size: u64,
    },
}

/// How much of a text fits into an answer.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    /// Characters by their [`cost`](crate::limits::cost), line ends included. A single line is given whatever it takes, shortened like any
    /// other.
    pub chars: usize,
    /// Characters that will be put before each line.
    pub before_line: usize,
}
