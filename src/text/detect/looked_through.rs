//! [`Evidence::through`]: evidence of a large file that also has the places where the file is not as its samples are.
//!
//! One line in an older encoding decides in which encoding a text is that is ASCII otherwise, and may be far from every
//! sample.
//!
//! May import: `error`.

use std::borrow::Cow;

use crate::error::ToolError;
use crate::text::detect::byte_counts::Counted;
use crate::text::detect::evidence::{Evidence, Sample, Source};

/// Bytes of a file that is looked through for every page, since to count its lines it is read to its end.
pub(in crate::text) const EASILY: u64 = 64 << 20;
/// Bytes that are looked through at a time.
const CHUNK: usize = 256 << 10;
/// Bytes of a piece that is added, and of these how many before the place that it is added for.
const PIECE: usize = 16 << 10;
const BEFORE: u64 = 4 << 10;
/// Most pieces that are added for bytes that are not UTF-8, for NULs, and for characters of UTF-8.
const MOST: usize = 24;
/// Bytes of a character that may stand after its first one.
const REST: usize = 3;

impl<'a> Evidence<'a> {
    /// The evidence of a file that is looked through to its end, unless its samples tell already that it is not wholly
    /// UTF-8.
    ///
    /// # Errors
    /// Those of [`Self::of`].
    pub(in crate::text) fn through(source: &'a (impl Source + ?Sized)) -> Result<Self, ToolError> {
        let mut evidence = Self::of(source)?;
        if evidence.is_whole || !evidence.is_plain() {
            return Ok(evidence);
        }
        let mut characters = if evidence.has_characters_of_utf8() { 0 } else { MOST };
        let mut bad = MOST;
        let mut nuls = MOST;
        let mut at = 0;
        let mut is_inside = false;
        while bad > 0 {
            let chunk = source.piece(at, CHUNK)?;
            if chunk.is_empty() {
                break;
            }
            let continues = |byte: &&u8| is_inside && **byte & 0xC0 == 0x80;
            let skip = chunk.iter().take(REST).take_while(continues).count();
            let rest = chunk.get(skip..).unwrap_or_default();
            at += skip as u64;
            is_inside = false;
            let (valid, error_len) = match std::str::from_utf8(rest) {
                Ok(text) => (text.as_bytes(), None),
                Err(error) => {
                    (rest.get(..error.valid_up_to()).unwrap_or_default(), Some(error.error_len()))
                }
            };
            let character = match characters {
                0 => None,
                _ if valid.is_ascii() => None,
                _ => valid.iter().position(|byte| !byte.is_ascii()),
            };
            let nul = if nuls > 0 { memchr::memchr(0, valid) } else { None };
            let first = character.into_iter().chain(nul).min();
            let is_last = at + rest.len() as u64 >= source.size();
            let place = match (first, error_len) {
                (Some(first), _) => {
                    *(if nul == Some(first) { &mut nuls } else { &mut characters }) -= 1;
                    at + first as u64
                }
                (None, None) => {
                    at += rest.len() as u64;
                    continue;
                }
                // The character goes on in the next chunk.
                (None, Some(None)) if !is_last && !valid.is_empty() => {
                    at += valid.len() as u64;
                    continue;
                }
                (None, Some(_)) => {
                    bad -= 1;
                    at + valid.len() as u64
                }
            };
            at = evidence.add(source, place)?.max(place + 1);
            is_inside = true;
        }
        Ok(evidence)
    }

    /// The same with the bytes about some places.
    ///
    /// # Errors
    /// Those of [`Self::of`].
    pub(in crate::text) fn with_places(
        mut self,
        source: &'a (impl Source + ?Sized),
        places: &[u64],
    ) -> Result<Self, ToolError> {
        for place in places.iter().take(MOST) {
            self.add(source, *place)?;
        }
        Ok(self)
    }

    /// Adds the bytes about a place, unless they are not text. Returns where they end.
    fn add(&mut self, source: &'a (impl Source + ?Sized), place: u64) -> Result<u64, ToolError> {
        let from = place.saturating_sub(BEFORE);
        let bytes: Cow<'a, [u8]> = source.piece(from, PIECE)?;
        let end = from + bytes.len() as u64;
        if !Counted::of_head(&bytes).is_binary() {
            let is_cut_after = end < source.size();
            self.pieces.push(Sample { bytes, is_cut_before: from > 0, is_cut_after });
        }
        Ok(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::detect::detected::Encoding;

    fn name(bytes: &[u8]) -> Option<String> {
        let encoding = Encoding::detect(&Evidence::through(bytes).unwrap()).unwrap();
        encoding.name().map(Cow::into_owned)
    }

    #[test]
    fn one_line_far_from_the_samples_is_found() {
        let ascii = b"ascii only line\n".repeat(60_000);
        let with = |line: &[u8]| [&ascii, line, &ascii].concat();
        assert_eq!(name(&with(b"caf\xe9 cr\xe8me\n")).as_deref(), Some("windows-1252 (guessed)"));
        assert_eq!(name(&with("café\n".as_bytes())), None);
        assert_eq!(name(&with(b"\0\x01\xff\x02".repeat(5_000).as_slice())), None, "not a text");
        let both =
            with(&["café naïve “Straße”\n".repeat(30).as_bytes(), &ascii, b"\xe9\n"].concat());
        assert_eq!(name(&both).as_deref(), Some("UTF-8 with bad bytes"));
        for shift in 0..4 {
            let text = [&b"....".as_slice()[..shift], "日本語".repeat(200_000).as_bytes()].concat();
            assert_eq!(name(&text), None, "characters are cut where chunks are");
        }
    }
}
