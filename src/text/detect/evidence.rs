//! [`Evidence`]: the bytes of a file by which its encoding is detected.
//!
//! They depend on the size and the bytes of the file and on nothing else: whatever part of it is read,
//! searched or edited, the encoding is the same. A small file is looked at whole, a large one in pieces.
//!
//! May import: `cap` (for open files), `error`, `limits`.

use std::borrow::Cow;

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::limits::Budget;

/// Bytes of a file that is looked at whole.
pub(in crate::text) const WHOLE: u64 = 1 << 20;
/// Bytes at the beginning of a larger one.
pub(in crate::text) const BEGIN: usize = 64 << 10;
/// Bytes of each further piece.
const PIECE: usize = 16 << 10;
/// One further piece is read per `SPAN` bytes of the file, and at most `MOST_PIECES`.
const SPAN: u64 = 256 << 10;
const MOST_PIECES: u64 = 24;

/// Where bytes come from.
pub(in crate::text) trait Source {
    /// How many there are.
    fn size(&self) -> u64;
    /// Some of them, fewer at the end.
    fn piece(&self, at: u64, most: usize) -> Result<Cow<'_, [u8]>, ToolError>;
}

impl Source for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn piece(&self, at: u64, most: usize) -> Result<Cow<'_, [u8]>, ToolError> {
        let rest = usize::try_from(at).ok().and_then(|at| self.get(at..)).unwrap_or_default();
        Ok(rest.get(..most).unwrap_or(rest).into())
    }
}

/// Bytes in pieces, one after the other.
pub(in crate::text) struct Pieces<'a>(pub(in crate::text) &'a [Cow<'a, [u8]>]);

impl Source for Pieces<'_> {
    fn size(&self) -> u64 {
        self.0.iter().map(|piece| piece.len() as u64).sum()
    }

    fn piece(&self, at: u64, most: usize) -> Result<Cow<'_, [u8]>, ToolError> {
        let mut before = usize::try_from(at).unwrap_or(usize::MAX);
        let mut bytes = vec![];
        for piece in self.0 {
            let rest = piece.get(before..).unwrap_or_default();
            before = before.saturating_sub(piece.len());
            let room = most - bytes.len();
            bytes.extend_from_slice(rest.get(..room).unwrap_or(rest));
            if bytes.len() == most {
                break;
            }
        }
        Ok(bytes.into())
    }
}

/// An open file, under the budget of its call.
pub(in crate::text) struct InFile<'a>(
    pub(in crate::text) &'a OpenFile,
    pub(in crate::text) &'a Budget,
);

impl Source for InFile<'_> {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn piece(&self, at: u64, most: usize) -> Result<Cow<'_, [u8]>, ToolError> {
        self.1.step()?;
        let mut bytes = vec![0; most];
        let read = self.0.read_at(&mut bytes, at)?.len();
        bytes.truncate(read);
        Ok(bytes.into())
    }
}

/// The bytes by which the encoding of a file is detected.
#[derive(Debug)]
pub(in crate::text) struct Evidence<'a> {
    pub(in crate::text) pieces: Vec<Sample<'a>>,
    /// Are they all bytes of the file?
    pub(in crate::text) is_whole: bool,
}

/// One piece of a file.
#[derive(Clone, Debug)]
pub(in crate::text) struct Sample<'a> {
    pub(in crate::text) bytes: Cow<'a, [u8]>,
    /// May a character be cut at its beginning?
    pub(in crate::text) is_cut_before: bool,
    /// May one be cut at its end?
    pub(in crate::text) is_cut_after: bool,
}

impl<'a> Evidence<'a> {
    /// The evidence of a file.
    ///
    /// # Errors
    /// The codes of the host; `timed_out`, `cancelled`.
    pub(in crate::text) fn of(source: &'a (impl Source + ?Sized)) -> Result<Self, ToolError> {
        let size = source.size();
        if size <= WHOLE {
            let bytes = source.piece(0, usize::try_from(size).unwrap_or(0))?;
            let piece = Sample { bytes, is_cut_before: false, is_cut_after: false };
            return Ok(Self { pieces: vec![piece], is_whole: true });
        }
        let begin = source.piece(0, BEGIN)?;
        let mut pieces = vec![Sample { bytes: begin, is_cut_before: false, is_cut_after: true }];
        let count = (size / SPAN).clamp(1, MOST_PIECES);
        let last = size - PIECE as u64;
        for n in 1..=count {
            // It begins with a whole unit of any encoding; the last one ends with the file.
            let at = if n == count { last } else { last / count * n };
            let (at, over) = (at - at % 4, at % 4);
            let bytes = source.piece(at, PIECE + usize::try_from(over).unwrap_or(0))?;
            pieces.push(Sample { bytes, is_cut_before: true, is_cut_after: n < count });
        }
        Ok(Self { pieces, is_whole: false })
    }

    /// The first bytes of the file.
    pub(in crate::text) fn begin(&self) -> &[u8] {
        self.pieces.first().map(|piece| piece.bytes.as_ref()).unwrap_or_default()
    }

    /// How many bytes it is.
    pub(in crate::text) fn len(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.bytes.len() as u64).sum()
    }

    /// Is there a character of UTF-8 that has several bytes?
    pub(in crate::text) fn has_characters_of_utf8(&self) -> bool {
        let has_one = |piece: &Sample<'_>| {
            let mut chunks = piece.in_utf8().utf8_chunks();
            chunks.any(|chunk| !chunk.valid().is_ascii())
        };
        self.pieces.iter().any(has_one)
    }

    /// Is all of it UTF-8 without a NUL, as nearly every file is?
    pub(in crate::text) fn is_plain(&self) -> bool {
        self.pieces.iter().all(Sample::is_plain)
    }
}

impl Sample<'_> {
    fn is_plain(&self) -> bool {
        let bytes = self.in_utf8();
        memchr::memchr(0, bytes).is_none()
            && match std::str::from_utf8(bytes) {
                Ok(_) => true,
                Err(error) => self.is_cut_after && error.error_len().is_none(),
            }
    }

    /// Its bytes from the first character of UTF-8 on.
    pub(in crate::text) fn in_utf8(&self) -> &[u8] {
        let continues = |byte: &&u8| **byte & 0xC0 == 0x80;
        let most = if self.is_cut_before { 3 } else { 0 };
        let skip = self.bytes.iter().take(most).take_while(continues).count();
        self.bytes.get(skip..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pieces_reach_from_the_beginning_to_the_end() {
        for size in [WHOLE + 1, 3 << 20, 200 << 20] {
            struct Counted(u64, std::cell::RefCell<Vec<(u64, usize)>>);
            impl Source for Counted {
                fn size(&self) -> u64 {
                    self.0
                }
                fn piece(&self, at: u64, most: usize) -> Result<Cow<'_, [u8]>, ToolError> {
                    self.1.borrow_mut().push((at, most));
                    Ok(vec![b'x'; most].into())
                }
            }
            let source = Counted(size, std::cell::RefCell::default());
            let evidence = Evidence::of(&source).unwrap();
            assert!(!evidence.is_whole && evidence.is_plain());
            let asked = source.1.borrow();
            assert_eq!(asked[0], (0, BEGIN));
            assert!(asked.is_sorted());
            let (at, most) = asked[asked.len() - 1];
            assert_eq!((at % 4, at + most as u64), (0, size));
            let all: usize = asked.iter().map(|(_, most)| most).sum();
            assert!(all <= 512 << 10, "{all}");
        }
    }

    #[test]
    fn plain_is_utf8_without_nuls() {
        let is_plain = |bytes: &[u8]| Evidence::of(bytes).unwrap().is_plain();
        assert!(is_plain(b"") && is_plain("aé".as_bytes()));
        assert!(!is_plain(b"a\0") && !is_plain(b"a\xE9") && !is_plain(b"a\xE6\x97"));
        let long = "é".repeat(2 << 20);
        assert!(is_plain(long.as_bytes()), "characters may be cut where pieces are");
        assert!(!is_plain(&long.as_bytes()[1..]), "but not at the ends of the file");
        assert!(!is_plain(&long.as_bytes()[..long.len() - 1]));
    }
}
