//! [`LineEnds`]: how the lines of a text end.
//!
//! May import: nothing of this crate. Absent on purpose: the lone carriage return. It ended lines last in
//! 2001, and is a character like any other since.

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
