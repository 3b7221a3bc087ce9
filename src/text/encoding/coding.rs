//! [`Coding`]: how characters are written as bytes.
//!
//! May import: nothing of this crate. It does not detect a coding; `detected` does. `labels` finds the one
//! that a client names.

use std::borrow::Cow;

use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE};

use crate::text::encoding::code_unit::{Order, Unit};
use crate::text::encoding::encode;

/// The character that a byte order mark is.
pub(in crate::text) const MARK: char = '\u{feff}';

/// How characters are written as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// UTF-8.
    Utf8,
    /// Another one that browsers know: UTF-16 and the older ones.
    Standard(&'static encoding_rs::Encoding),
    /// A code page of DOS.
    Dos(&'static Dos),
    /// UTF-32, the low byte first.
    Utf32Le,
    /// UTF-32, the high byte first.
    Utf32Be,
}

/// A code page of DOS: ASCII, and a character for each further byte.
#[derive(Debug, PartialEq, Eq)]
pub struct Dos {
    name: &'static str,
    characters: &'static [char; 128],
}

const DOS: &[Dos] = &[
    Dos { name: "CP437", characters: &oem_cp::code_table::DECODING_TABLE_CP437 },
    Dos { name: "CP737", characters: &oem_cp::code_table::DECODING_TABLE_CP737 },
    Dos { name: "CP775", characters: &oem_cp::code_table::DECODING_TABLE_CP775 },
    Dos { name: "CP850", characters: &oem_cp::code_table::DECODING_TABLE_CP850 },
    Dos { name: "CP852", characters: &oem_cp::code_table::DECODING_TABLE_CP852 },
    Dos { name: "CP855", characters: &oem_cp::code_table::DECODING_TABLE_CP855 },
    Dos { name: "CP858", characters: &oem_cp::code_table::DECODING_TABLE_CP858 },
    Dos { name: "CP860", characters: &oem_cp::code_table::DECODING_TABLE_CP860 },
    Dos { name: "CP861", characters: &oem_cp::code_table::DECODING_TABLE_CP861 },
    Dos { name: "CP862", characters: &oem_cp::code_table::DECODING_TABLE_CP862 },
    Dos { name: "CP863", characters: &oem_cp::code_table::DECODING_TABLE_CP863 },
    Dos { name: "CP865", characters: &oem_cp::code_table::DECODING_TABLE_CP865 },
];

impl Dos {
    fn of_number(number: &str) -> Option<&'static Self> {
        DOS.iter().find(|page| page.name.strip_prefix("CP") == Some(number))
    }

    /// The character of a byte.
    pub(in crate::text) fn character(&self, byte: u8) -> char {
        let high = usize::from(byte).checked_sub(128).and_then(|at| self.characters.get(at));
        high.copied().unwrap_or(char::from(byte))
    }

    fn byte(&self, c: char) -> Option<u8> {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => Some(byte),
            _ => {
                (128..=u8::MAX).zip(self.characters).find(|(_, other)| **other == c).map(|(b, _)| b)
            }
        }
    }
}

impl Coding {
    /// The coding of a label as it is registered.
    pub(in crate::text) fn of_known_label(label: &str) -> Option<Self> {
        match label {
            "utf-32le" => Some(Self::Utf32Le),
            "utf-32be" => Some(Self::Utf32Be),
            "utf-8-sig" => Some(Self::Utf8),
            _ => {
                if let Some(page) = label.strip_prefix("cp").and_then(Dos::of_number) {
                    return Some(Self::Dos(page));
                }
                let encoding = encoding_rs::Encoding::for_label_no_replacement(label.as_bytes())?;
                Some(if encoding == UTF_8 { Self::Utf8 } else { Self::Standard(encoding) })
            }
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "UTF-8",
            Self::Standard(encoding) => encoding.name(),
            Self::Dos(page) => page.name,
            Self::Utf32Le => "UTF-32LE",
            Self::Utf32Be => "UTF-32BE",
        }
    }

    /// Is each byte a character?
    pub fn has_single_bytes(self) -> bool {
        match self {
            Self::Dos(_) => true,
            Self::Standard(encoding) => encoding.is_single_byte(),
            Self::Utf8 | Self::Utf32Le | Self::Utf32Be => false,
        }
    }

    /// How wide its units are.
    pub(in crate::text) fn unit(self) -> Unit {
        match self {
            Self::Standard(encoding) if encoding == UTF_16LE => Unit::Two(Order::Little),
            Self::Standard(encoding) if encoding == UTF_16BE => Unit::Two(Order::Big),
            Self::Utf8 | Self::Standard(_) | Self::Dos(_) => Unit::Byte,
            Self::Utf32Le => Unit::Four(Order::Little),
            Self::Utf32Be => Unit::Four(Order::Big),
        }
    }

    /// Does a new file in this coding get a mark, so that it is detected again?
    pub fn is_marked(self) -> bool {
        self.unit().width() > 1
    }

    /// The byte order mark that files in this coding may begin with.
    pub(in crate::text) fn mark(self) -> &'static [u8] {
        match self {
            Self::Utf8 => b"\xEF\xBB\xBF",
            Self::Standard(encoding) if encoding == UTF_16LE => b"\xFF\xFE",
            Self::Standard(encoding) if encoding == UTF_16BE => b"\xFE\xFF",
            Self::Standard(_) | Self::Dos(_) => b"",
            Self::Utf32Le => b"\xFF\xFE\0\0",
            Self::Utf32Be => b"\0\0\xFE\xFF",
        }
    }

    /// The coding whose mark `start` begins with. UTF-32 comes first: its mark begins with one of UTF-16.
    pub(in crate::text) fn of_mark(start: &[u8]) -> Option<Self> {
        let all = [
            Self::Utf32Le,
            Self::Utf32Be,
            Self::Utf8,
            Self::Standard(UTF_16LE),
            Self::Standard(UTF_16BE),
        ];
        all.into_iter().find(|coding| start.starts_with(coding.mark()))
    }

    /// The text that these bytes are; `None` where some of them are not valid.
    pub(in crate::text) fn decode(self, bytes: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
            Self::Standard(encoding) => {
                encoding.decode_without_bom_handling_and_without_replacement(bytes)
            }
            Self::Dos(page) => {
                Some(Cow::Owned(bytes.iter().map(|byte| page.character(*byte)).collect()))
            }
            Self::Utf32Le | Self::Utf32Be => {
                let (units, []) = bytes.as_chunks::<4>() else { return None };
                let text: Option<String> = units.iter().map(|unit| self.utf32(*unit)).collect();
                text.map(Cow::Owned)
            }
        }
    }

    /// The bytes of a text, without a mark.
    ///
    /// # Errors
    /// The first character that this coding does not have.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, char> {
        match self {
            Self::Utf8 => Ok(text.as_bytes().into()),
            Self::Standard(encoding) => encode::encode(encoding, text),
            Self::Dos(page) => text.chars().map(|c| page.byte(c).ok_or(c)).collect(),
            Self::Utf32Le => Ok(text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect()),
            Self::Utf32Be => Ok(text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()),
        }
    }

    /// The character of one unit of UTF-32.
    pub(in crate::text) fn utf32(self, unit: [u8; 4]) -> Option<char> {
        char::from_u32(match self {
            Self::Utf32Be => u32::from_be_bytes(unit),
            _ => u32::from_le_bytes(unit),
        })
    }
}

/// Is this byte a character of its own in every encoding that contains ASCII? Digits, letters and some
/// signs can be the second half of another one.
pub(in crate::text) fn is_alone(byte: u8) -> bool {
    byte < 0x30
}

/// A whole text in a coding. UTF-16 and UTF-32 begin with a mark, and other codings that have one do if `marked`.
///
/// # Errors
/// The first character that the coding does not have.
pub fn encoded(coding: Coding, text: &str, marked: bool) -> Result<Vec<u8>, char> {
    let mark = if coding.is_marked() || marked { coding.mark() } else { b"" };
    // A text that begins with a mark of its own needs no second one.
    let text = if mark.is_empty() { text } else { text.strip_prefix(MARK).unwrap_or(text) };
    Ok([mark, &coding.encode(text)?].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_pages_of_dos_are_read_and_written() {
        let page = Coding::of_label("cp850").unwrap();
        assert_eq!(page.decode(b"d\x82j\x85 10").unwrap(), "déjà 10");
        assert_eq!(page.encode("déjà 10").unwrap(), b"d\x82j\x85 10".as_slice());
        assert_eq!(page.encode("10 €"), Err('€'));
    }

    #[test]
    fn utf32_is_read_and_written() {
        for coding in [Coding::Utf32Le, Coding::Utf32Be] {
            let bytes = coding.encode("aé🦀").unwrap();
            assert_eq!(bytes.len(), 12);
            assert_eq!(coding.decode(&bytes).unwrap(), "aé🦀");
            assert_eq!(coding.decode(&bytes[1..]), None);
            assert_eq!(coding.decode(b"\xff\xff\xff\xff"), None);
        }
    }
}
