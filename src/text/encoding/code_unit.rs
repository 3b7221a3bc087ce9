//! [`Unit`]: how wide the units of a text are, which is all that finding its lines depends on.
//!
//! May import: nothing of this crate.

/// How wide the units of a text are, and in which order their bytes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Unit {
    /// One byte: UTF-8 and all encodings that contain ASCII.
    Byte,
    /// UTF-16.
    Two(Order),
    /// UTF-32.
    Four(Order),
}

/// Which byte of a unit comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Order {
    /// The low one.
    Little,
    /// The high one.
    Big,
}

impl Unit {
    /// Bytes of one unit.
    pub(in crate::text) fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Two(_) => 2,
            Self::Four(_) => 4,
        }
    }

    /// Where the line ends of `chunk` begin, which itself begins at a whole unit.
    pub(in crate::text) fn line_ends(self, chunk: &[u8]) -> impl Iterator<Item = usize> {
        let width = self.width();
        let low = self.low();
        let line_feed = self.line_feed();
        memchr::memchr_iter(b'\n', chunk).filter_map(move |at| {
            let begin = at.checked_sub(low)?;
            let is_line_feed = width == 1
                || (begin.is_multiple_of(width)
                    && chunk.get(begin..begin + width) == Some(line_feed));
            is_line_feed.then_some(begin)
        })
    }

    /// How many line ends `chunk` has.
    pub(in crate::text) fn count_lines(self, chunk: &[u8]) -> u64 {
        let count = match self {
            // Counting is several times as fast as finding.
            Self::Byte => memchr::memchr_iter(b'\n', chunk).count(),
            Self::Two(_) | Self::Four(_) => self.line_ends(chunk).count(),
        };
        count as u64
    }

    /// How many line ends of `chunk` are carriage returns and line feeds. `after_return` tells of what stands before it.
    pub(in crate::text) fn count_crlf(self, chunk: &[u8], after_return: bool) -> u64 {
        let width = self.width();
        let carriage_return = self.carriage_return();
        let count = match self {
            Self::Byte => {
                let is_crlf = |at: &usize| chunk.get(*at + 1) == Some(&b'\n');
                let begins = after_return && chunk.first() == Some(&b'\n');
                memchr::memchr_iter(b'\r', chunk).filter(is_crlf).count() + usize::from(begins)
            }
            Self::Two(_) | Self::Four(_) => {
                let is_crlf = |end: &usize| match end.checked_sub(width) {
                    Some(before) => chunk.get(before..*end) == Some(carriage_return),
                    None => after_return,
                };
                self.line_ends(chunk).filter(is_crlf).count()
            }
        };
        count as u64
    }

    /// Do these bytes begin with the second half of a character of UTF-16?
    pub(in crate::text) fn is_second_half(self, bytes: &[u8]) -> bool {
        let high = match self {
            Self::Two(Order::Little) => bytes.get(1),
            Self::Two(Order::Big) => bytes.first(),
            Self::Byte | Self::Four(_) => None,
        };
        high.is_some_and(|high| (0xDC..0xE0).contains(high))
    }

    /// Where U+0000 stands in bytes that begin at a whole unit.
    pub(in crate::text) fn nuls(self, bytes: &[u8]) -> impl Iterator<Item = usize> {
        let width = self.width();
        memchr::memchr_iter(0, bytes).filter(move |at| {
            at.is_multiple_of(width)
                && bytes.get(*at..at + width).is_some_and(|unit| unit.iter().all(|b| *b == 0))
        })
    }

    /// The bytes of a line feed.
    pub(in crate::text) fn line_feed(self) -> &'static [u8] {
        match self {
            Self::Byte => b"\n",
            Self::Two(Order::Little) => b"\n\0",
            Self::Two(Order::Big) => b"\0\n",
            Self::Four(Order::Little) => b"\n\0\0\0",
            Self::Four(Order::Big) => b"\0\0\0\n",
        }
    }

    /// The bytes of a carriage return.
    pub(in crate::text) fn carriage_return(self) -> &'static [u8] {
        match self {
            Self::Byte => b"\r",
            Self::Two(Order::Little) => b"\r\0",
            Self::Two(Order::Big) => b"\0\r",
            Self::Four(Order::Little) => b"\r\0\0\0",
            Self::Four(Order::Big) => b"\0\0\0\r",
        }
    }

    /// Which byte of a unit is the low one.
    fn low(self) -> usize {
        match self {
            Self::Byte | Self::Two(Order::Little) | Self::Four(Order::Little) => 0,
            Self::Two(Order::Big) => 1,
            Self::Four(Order::Big) => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_feeds_are_whole_units() {
        let found = |unit: Unit, bytes: &[u8]| unit.line_ends(bytes).collect::<Vec<_>>();
        assert_eq!(found(Unit::Byte, b"a\nb\n"), [1, 3]);
        // U+0A00 and U+010A hold the byte of a line feed.
        assert_eq!(found(Unit::Two(Order::Little), b"\0\n\n\x01\n\0"), [4]);
        assert_eq!(found(Unit::Two(Order::Big), b"\n\0\x01\n\0\n"), [4]);
        assert_eq!(found(Unit::Four(Order::Little), b"\n\x01\0\0\n\0\0\0"), [4]);
        assert_eq!(found(Unit::Four(Order::Big), b"\0\x01\0\n\0\0\0\n"), [4]);
    }

    #[test]
    fn carriage_returns_before_line_feeds_are_counted() {
        assert_eq!(Unit::Byte.count_crlf(b"a\r\nb\nc\r\r\n\r", false), 2);
        assert_eq!(Unit::Byte.count_crlf(b"\na\r\n", true), 2);
        assert_eq!(Unit::Two(Order::Little).count_crlf(b"\n\0\r\0\n\0\n\0", true), 2);
        assert_eq!(Unit::Two(Order::Big).count_crlf(b"\0\n\0\r\0\n\0\n", false), 1);
    }

    #[test]
    fn nuls_are_whole_units() {
        let found = |unit: Unit, bytes: &[u8]| unit.nuls(bytes).collect::<Vec<_>>();
        assert_eq!(found(Unit::Byte, b"a\0\0b"), [1, 2]);
        assert_eq!(found(Unit::Two(Order::Little), b"a\0\0\x01\0\0"), [4]);
        assert_eq!(found(Unit::Four(Order::Big), b"\0\0\0a\0\0\0\0"), [4]);
    }
}
