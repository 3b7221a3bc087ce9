//! [`LineEnds`]: how the lines of a text end.
//!
//! May import: nothing of this crate. A lone carriage return ends no line: it last did in 2001, and is a character
//! like any other since.

use std::borrow::Cow;

/// How lines end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// With the file.
    #[default]
    None,
    /// `\n`.
    Lf,
    /// `\r\n`.
    Crlf,
    /// Some so, some so.
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

    /// How one line ends, which is given with its end.
    pub fn of(line: &str) -> Self {
        match line.strip_suffix('\n') {
            None => Self::None,
            Some(rest) if rest.ends_with('\r') => Self::Crlf,
            Some(_) => Self::Lf,
        }
    }

    /// How the lines of a text end.
    pub fn of_all(text: &str) -> Self {
        text.split_inclusive('\n').map(Self::of).fold(Self::None, Self::and)
    }

    /// How so many lines end, of which so many end with a carriage return and a line feed.
    pub(super) fn of_counts(lines: u64, crlf: u64) -> Self {
        match crlf {
            _ if lines == 0 => Self::None,
            0 => Self::Lf,
            _ if crlf == lines => Self::Crlf,
            _ => Self::Mixed,
        }
    }

    /// The text with these line ends; unchanged for mixed or no line ends.
    pub fn write(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::None | Self::Mixed => text.into(),
            Self::Lf => lf(text),
            Self::Crlf => Cow::Owned(lf(text).replace('\n', "\r\n")),
        }
    }

    /// The text in the form of a file whose lines end so: a text that has a CRLF has its own.
    pub fn fit(self, text: &str) -> Cow<'_, str> {
        if self == Self::Crlf && !text.contains("\r\n") { self.write(text) } else { text.into() }
    }

    /// How lines end so that the last one of a file can be completed: a file with one line says nothing.
    pub fn end(self) -> &'static str {
        if self == Self::Crlf { "\r\n" } else { "\n" }
    }

    /// Do lines end in another way than those of another text? A text without line ends says nothing.
    pub fn differs_from(self, other: Self) -> bool {
        self != other && ![self, other].contains(&Self::None)
    }

    /// How lines end of which some end so and some so. The last line of a file says nothing.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, other) | (other, Self::None) => other,
            (one, other) if one == other => one,
            _ => Self::Mixed,
        }
    }
}

/// The text with LF for each CRLF.
pub(super) fn lf(text: &str) -> Cow<'_, str> {
    if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
}

/// A text that has LF as its only line end, with CRLF for each line end that a lone return stands before. Where both
/// line ends are the same, that return would be taken for half of a CRLF.
pub(super) fn with_lone_returns(lf: &str) -> Cow<'_, str> {
    if lf.contains("\r\n") { lf.replace("\r\n", "\r\r\n").into() } else { lf.into() }
}

/// A line without its end.
pub(super) fn bare(line: &str) -> &str {
    line.strip_suffix('\n').map_or(line, |line| line.strip_suffix('\r').unwrap_or(line))
}

/// Is there a carriage return that no line feed follows?
pub fn has_lone_return(text: &str) -> bool {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'\r', bytes).any(|at| bytes.get(at + 1) != Some(&b'\n'))
}
