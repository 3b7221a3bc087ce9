//! [`Counted`]: what of a file's bytes speaks for and against UTF-8, and against any text.
//!
//! May import: nothing of this crate.

use super::coding::Coding;
use super::evidence::Evidence;
use super::runs::{Run, runs};

/// Share of control characters, one in so many, from which bytes are not text.
const CONTROLS: u64 = 20;
/// The same for NULs in what is valid UTF-8 and has no other control characters.
pub(super) const NULS: u64 = 8;
/// Bytes at the beginning of a binary file in which its kind shows.
const HEADER: usize = 32;

/// How much of some bytes is what.
#[derive(Default)]
pub(super) struct Counted {
    len: u64,
    nuls: u64,
    /// Other control characters that texts do not have.
    controls: u64,
    /// Characters of several bytes.
    valid: u64,
    /// Sequences that are not UTF-8.
    bad: u64,
    /// Bytes at the end of the file that begin a character whose rest is missing.
    cut: u64,
}

impl Counted {
    /// Counts a file's evidence.
    pub(super) fn of(evidence: &Evidence<'_>) -> Self {
        let mut counted = Self::default();
        for piece in &evidence.pieces {
            let cut = counted.add(&piece.bytes, piece.in_utf8());
            if !piece.is_cut_after {
                counted.cut = cut as u64;
            }
        }
        counted
    }

    /// Counts the first bytes of a file.
    pub(super) fn of_head(bytes: &[u8]) -> Self {
        let mut counted = Self::default();
        counted.add(bytes, bytes);
        counted
    }

    /// Counts bytes, of which those from the first character of UTF-8 on are given as well. Returns how
    /// many of them begin a character at their end.
    fn add(&mut self, bytes: &[u8], characters: &[u8]) -> usize {
        self.len += bytes.len() as u64;
        for byte in bytes.iter().filter(|byte| is_control(**byte)) {
            *(if *byte == 0 { &mut self.nuls } else { &mut self.controls }) += 1;
        }
        runs(Coding::Utf8, characters, &mut |run| match run {
            Run::Text(text, _) => {
                self.valid += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
            }
            Run::Bad(_) => self.bad += 1,
        })
    }

    /// Are there so many control characters, not counting NULs, that these bytes are not a text?
    pub(super) fn is_full_of_controls(&self) -> bool {
        self.controls * CONTROLS > self.len
    }

    /// Are these bytes not a text?
    pub(super) fn is_binary(&self) -> bool {
        let is_clean = self.controls == 0 && self.bad == 0 && self.cut == 0;
        if is_clean {
            return self.nuls * NULS > self.len;
        }
        (self.nuls + self.controls) * CONTROLS > self.len
    }

    /// Is it UTF-8? `None` where only the guess of another encoding can tell.
    pub(super) fn is_utf8(&self) -> Option<bool> {
        // Half a character at the end of a text is no evidence against it; more than its first byte is evidence.
        let bad = self.bad + u64::from(self.cut == 1 && self.valid == 0);
        match self.valid + u64::from(self.cut > 1) {
            valid if valid >= 2 * bad => Some(true),
            valid if valid >= bad => None,
            _ => Some(false),
        }
    }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B | 0x08)
}

/// Does the file begin as archives, images, programs and the like do?
pub(super) fn has_binary_header(start: &[u8]) -> bool {
    // A tar file of texts begins with a name and has its sign later.
    if start.get(257..262) == Some(b"ustar") {
        return true;
    }
    let header = start.get(..HEADER).unwrap_or(start);
    // A text may begin with `BM` or `MZ` as images and programs do.
    let is_odd = start.starts_with(b"%PDF-") || header.iter().any(|byte| is_control(*byte));
    let kind = infer::get(start).map(|kind| kind.matcher_type());
    is_odd && kind.is_some_and(|kind| kind != infer::MatcherType::Text)
}
