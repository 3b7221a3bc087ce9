//! [`Encoding`]: in what form a file's text is written, told from its bytes.
//!
//! Two questions, at two times. Before lines can be found, how wide a character's unit is: UTF-16
//! must not be searched byte by byte. When lines have been found, which encoding they are in: told
//! from the beginning of the file and from the very bytes that are to be shown.
//!
//! May import: nothing of this crate. Absent on purpose: an encoding that the caller chooses, and
//! replacement characters: what does not decode is not shown as if it did.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

/// Share of control characters, one in so many, from which bytes are taken for no text.
const CONTROLS: usize = 20;

/// How wide the units of a text are, and in which order their bytes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// One byte: UTF-8 and all encodings that contain ASCII.
    Byte,
    /// Two bytes, the low one first.
    Utf16Le,
    /// Two bytes, the high one first.
    Utf16Be,
}

/// In what form a text is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Encoding {
    encoding: &'static encoding_rs::Encoding,
    /// Bytes of the byte order mark at the beginning of the file.
    mark: usize,
}

/// Some bytes of a text, and where a character may be cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) cut_begin: bool,
    pub(super) cut_end: bool,
}

/// The bytes are no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Binary;

/// The name of the older encoding that a text is in, told from the beginning of its file and from one
/// of its lines; nothing where it is in UTF-8 or UTF-16, or no text.
pub fn older_encoding(begin: &[u8], line: &[u8]) -> Option<&'static str> {
    let begin = Sample { bytes: begin, cut_begin: false, cut_end: true };
    let line = Sample { bytes: line, cut_begin: true, cut_end: true };
    let Encoding { encoding, mark } = Encoding::detect(begin, &[line]).ok()?;
    (mark == 0 && ![UTF_8, UTF_16LE, UTF_16BE].contains(&encoding)).then(|| encoding.name())
}

impl Unit {
    /// Told from the beginning of the file.
    pub(super) fn of(start: &[u8]) -> Self {
        match encoding_rs::Encoding::for_bom(start) {
            Some((encoding, _)) if encoding == UTF_16LE => Self::Utf16Le,
            Some((encoding, _)) if encoding == UTF_16BE => Self::Utf16Be,
            Some(_) => Self::Byte,
            // Without a mark: half of the bytes of Western text in UTF-16 are zero, and all of those
            // stand at even or all at odd places.
            None if !start.contains(&0) => Self::Byte,
            None => {
                let zeros =
                    |odd: usize| start.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
                let (even, odd) = (zeros(0), zeros(1));
                let most = start.len() / 2;
                match most {
                    0..=3 => Self::Byte,
                    _ if odd * 10 >= most * 7 && even * 20 <= most => Self::Utf16Le,
                    _ if even * 10 >= most * 7 && odd * 20 <= most => Self::Utf16Be,
                    _ => Self::Byte,
                }
            }
        }
    }

    /// Bytes of one unit.
    pub(super) fn width(self) -> usize {
        match self {
            Self::Byte => 1,
            Self::Utf16Le | Self::Utf16Be => 2,
        }
    }

    /// Where the line ends of `chunk` begin, which itself begins at a whole unit.
    pub(super) fn line_ends(self, chunk: &[u8]) -> impl Iterator<Item = usize> {
        memchr::memchr_iter(b'\n', chunk).filter_map(move |at| match self {
            Self::Byte => Some(at),
            Self::Utf16Le => (at % 2 == 0 && chunk.get(at + 1) == Some(&0)).then_some(at),
            Self::Utf16Be => {
                let high = at.checked_sub(1)?;
                (at % 2 == 1 && chunk.get(high) == Some(&0)).then_some(high)
            }
        })
    }

    /// How many line ends `chunk` has.
    pub(super) fn count_lines(self, chunk: &[u8]) -> u64 {
        let count = match self {
            // Counting alone is several times as fast as finding.
            Self::Byte => memchr::memchr_iter(b'\n', chunk).count(),
            Self::Utf16Le | Self::Utf16Be => self.line_ends(chunk).count(),
        };
        count as u64
    }

    /// Is U+0000 among these bytes, which begin at a whole unit? No text has it.
    fn is_null_in(self, bytes: &[u8]) -> bool {
        match self {
            Self::Byte => memchr::memchr(0, bytes).is_some(),
            Self::Utf16Le | Self::Utf16Be => bytes.chunks_exact(2).any(|unit| unit == [0, 0]),
        }
    }

    /// The bytes of a line feed.
    pub(super) fn line_feed(self) -> &'static [u8] {
        match self {
            Self::Byte => b"\n",
            Self::Utf16Le => b"\n\0",
            Self::Utf16Be => b"\0\n",
        }
    }

    /// The bytes of a carriage return.
    pub(super) fn carriage_return(self) -> &'static [u8] {
        match self {
            Self::Byte => b"\r",
            Self::Utf16Le => b"\r\0",
            Self::Utf16Be => b"\0\r",
        }
    }
}

impl Encoding {
    /// Told from the beginning of the file and from bytes that are to be shown.
    pub(super) fn detect(begin: Sample<'_>, shown: &[Sample<'_>]) -> Result<Self, Binary> {
        let start = begin.bytes;
        let all = || std::iter::once(begin).chain(shown.iter().copied());
        let unit = Unit::of(start);
        // Whatever the encoding, and whatever its mark promises.
        if all().any(|sample| unit.is_null_in(sample.bytes)) {
            return Err(Binary);
        }
        if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(start) {
            return Ok(Self { encoding, mark });
        }
        match unit {
            Unit::Utf16Le => return Ok(Self { encoding: UTF_16LE, mark: 0 }),
            Unit::Utf16Be => return Ok(Self { encoding: UTF_16BE, mark: 0 }),
            Unit::Byte => {}
        }
        if all().all(Sample::is_utf8) {
            return Ok(Self { encoding: UTF_8, mark: 0 });
        }
        let controls = |bytes: &[u8]| bytes.iter().filter(|b| is_control(**b)).count();
        let (odd, len) = all()
            .map(|sample| sample.bytes)
            .fold((0, 0), |(n, len), bytes| (n + controls(bytes), len + bytes.len()));
        if odd * CONTROLS > len {
            return Err(Binary);
        }
        let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
        detector.feed(start, shown.is_empty());
        for (i, sample) in shown.iter().enumerate() {
            detector.feed(sample.bytes, i + 1 == shown.len());
        }
        Ok(Self { encoding: detector.guess(None, Utf8Detection::Deny), mark: 0 })
    }

    /// One that is known, to try it without telling it from bytes.
    #[cfg(test)]
    pub(super) fn known(encoding: &'static encoding_rs::Encoding, mark: usize) -> Self {
        Self { encoding, mark }
    }

    /// The same without its mark.
    pub(super) fn bare(self) -> &'static encoding_rs::Encoding {
        self.encoding
    }

    /// Its name, unless it is the one that is taken for granted.
    pub(super) fn name(self) -> Option<Cow<'static, str>> {
        match (self.encoding == UTF_8, self.mark > 0) {
            (true, false) => None,
            (true, true) => Some("UTF-8 with BOM".into()),
            (false, true) => Some(format!("{} with BOM", self.encoding.name()).into()),
            (false, false) => Some(self.encoding.name().into()),
        }
    }

    /// Bytes of the byte order mark at the beginning of the file.
    pub(super) fn mark(self) -> u64 {
        self.mark as u64
    }

    /// The text that these bytes are; nothing where they are none in this encoding.
    pub(super) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        self.encoding.decode_without_bom_handling_and_without_replacement(bytes)
    }

    /// The longest text at the beginning of `bytes` that does not end within a character, of at most
    /// `most` bytes; and how many bytes it takes.
    pub(super) fn decode_up_to(self, bytes: &[u8], most: usize) -> Option<(Cow<'_, str>, usize)> {
        let most = most.min(bytes.len());
        // No character of any of these encodings takes more than four bytes.
        (most.saturating_sub(3)..=most)
            .rev()
            .find_map(|len| Some((self.decode(bytes.get(..len)?)?, len)))
    }

    /// How many of these bytes, at a place that a caller chose, belong to a character before it.
    pub(super) fn rest_of_character(self, bytes: &[u8]) -> usize {
        let continues = |b: &&u8| **b & 0xC0 == 0x80;
        if self.encoding == UTF_8 { bytes.iter().take(3).take_while(continues).count() } else { 0 }
    }
}

impl Sample<'_> {
    /// Is it UTF-8, but for a character that is cut where the sample is?
    fn is_utf8(self) -> bool {
        let continues = |byte: &&u8| **byte & 0xC0 == 0x80;
        let skip = if self.cut_begin {
            self.bytes.iter().take(3).take_while(continues).count()
        } else {
            0
        };
        match std::str::from_utf8(self.bytes.get(skip..).unwrap_or_default()) {
            Ok(_) => true,
            Err(error) => self.cut_end && error.error_len().is_none(),
        }
    }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B | 0x08)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(bytes: &[u8]) -> Sample<'_> {
        Sample { bytes, cut_begin: false, cut_end: false }
    }

    fn name(bytes: &[u8]) -> String {
        Encoding::detect(whole(bytes), &[]).unwrap().name().unwrap_or("UTF-8".into()).into_owned()
    }

    #[test]
    fn encodings_are_told_apart() {
        let (russian, _, _) = encoding_rs::WINDOWS_1251
            .encode("Съешь же ещё этих мягких французских булок, да выпей чаю");
        let (japanese, _, _) =
            encoding_rs::SHIFT_JIS.encode("いろはにほへと ちりぬるを わかよたれそ つねならむ");
        assert_eq!(name("plain".as_bytes()), "UTF-8");
        assert_eq!(name("caf\u{e9}".as_bytes()), "UTF-8");
        assert_eq!(name(b"\xEF\xBB\xBFx"), "UTF-8 with BOM");
        assert_eq!(name(b"\xFF\xFEx\0"), "UTF-16LE with BOM");
        assert_eq!(name(b"\xFE\xFF\0x"), "UTF-16BE with BOM");
        assert_eq!(name(b"p\0l\0a\0i\0n\0\n\0"), "UTF-16LE");
        assert_eq!(name(b"\0p\0l\0a\0i\0n\0\n"), "UTF-16BE");
        assert_eq!(name(b"un caf\xe9 tr\xe8s serr\xe9\n"), "windows-1252");
        assert_eq!(name(&russian), "windows-1251");
        assert_eq!(name(b"caf\xe9"), "windows-1252", "the last byte is no beginning of UTF-8");
        assert_eq!(name(b"\x80 5 euro\n"), "windows-1252", "nor the first one its end");
        assert_eq!(name(&japanese), "Shift_JIS");
    }

    #[test]
    fn what_is_no_text_is_binary() {
        assert_eq!(Encoding::detect(whole(b"\x7fELF\0\0\0\x01\x02"), &[]), Err(Binary));
        assert_eq!(Encoding::detect(whole(b"text first"), &[whole(b"then \0")]), Err(Binary));
        assert_eq!(Encoding::detect(whole(b"\xEF\xBB\xBFx"), &[whole(b"then \0")]), Err(Binary));
        assert_eq!(Encoding::detect(whole(b"\xFF\xFEx\0\0\0"), &[]), Err(Binary));
        assert_eq!(Encoding::detect(whole(b"\xFE\xFF\0x"), &[whole(b"\0y\0\0")]), Err(Binary));
        assert_eq!(
            Encoding::detect(whole(b"\x1f\x8b\x08\x01\x02\x03\xff\xfe\xfd\x80\x81\x05"), &[]),
            Err(Binary)
        );
    }

    #[test]
    fn no_character_is_split() {
        let utf8 = Encoding::detect(whole(b""), &[]).unwrap();
        assert_eq!(utf8.decode_up_to("aé".as_bytes(), 2), Some(("a".into(), 1)));
        assert_eq!(utf8.decode_up_to("a🦀b".as_bytes(), 4), Some(("a".into(), 1)));
        assert_eq!(utf8.rest_of_character(&"é".as_bytes()[1..]), 1);
    }
}
