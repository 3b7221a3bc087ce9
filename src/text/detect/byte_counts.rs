//! [`Counted`]: what of a file's bytes speaks for and against UTF-8, and against any text.
//!
//! May import: nothing of this crate.

use std::collections::BTreeSet;

use crate::text::detect::evidence::Evidence;
use crate::text::encoding::coding::Coding;
use crate::text::encoding::runs::{Run, runs};

/// Share of control characters, one in so many, from which bytes are not text.
const CONTROLS: u64 = 20;
/// The same for NULs in what is valid UTF-8 and has no other control characters.
pub(in crate::text) const NULS: u64 = 8;
/// So many characters for each sequence that is not UTF-8 do not come by chance.
const MANY: u64 = 16;
/// So many do not either where they are not a few characters again and again.
const SEVERAL: u64 = 4;
/// Bytes after the first ones, of different characters, from which these are more than a few.
const VARIED: usize = 6;
/// Bytes at the beginning of a binary file in which its kind shows.
const HEADER: usize = 32;

/// How much of some bytes is what.
#[derive(Default)]
pub(in crate::text) struct Counted {
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
    /// The same at the ends of lines, where more than the first byte is there: more was appended since.
    cut_lines: u64,
    /// Some of the characters of several bytes, and how many bytes they have after their first ones.
    seen: BTreeSet<char>,
    varied: usize,
}

impl Counted {
    /// Counts a file's evidence.
    pub(in crate::text) fn of(evidence: &Evidence<'_>) -> Self {
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
    pub(in crate::text) fn of_head(bytes: &[u8]) -> Self {
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
        let mut at = 0;
        runs(Coding::Utf8, characters, &mut |run| match run {
            Run::Text(text, len) => {
                at += len;
                self.valid += text.bytes().filter(|byte| *byte >= 0xC0).count() as u64;
                self.see(text);
            }
            Run::Bad(bad) => {
                at += bad.len();
                let ends_line = matches!(characters.get(at), Some(b'\n' | b'\r'));
                let is_cut = ends_line && bad.len() > 1;
                *(if is_cut { &mut self.cut_lines } else { &mut self.bad }) += 1;
            }
        })
    }

    fn see(&mut self, text: &str) {
        for c in text.chars().filter(|c| !c.is_ascii()) {
            if self.varied >= VARIED {
                return;
            }
            if self.seen.insert(c) {
                self.varied += c.len_utf8() - 1;
            }
        }
    }

    /// Are there so many control characters, not counting NULs, that these bytes are not a text?
    pub(in crate::text) fn is_full_of_controls(&self) -> bool {
        self.controls * CONTROLS > self.len
    }

    /// Are these bytes not a text?
    pub(in crate::text) fn is_binary(&self) -> bool {
        let is_clean = self.controls == 0 && self.bad == 0 && self.cut == 0;
        if is_clean {
            return self.nuls * NULS > self.len;
        }
        (self.nuls + self.controls) * CONTROLS > self.len
    }

    /// Is it UTF-8? `None` where only the guess of another encoding can tell.
    pub(in crate::text) fn is_utf8(&self) -> Option<bool> {
        // Half a character at the end of a text is not evidence against it; more than its first byte is evidence.
        let bad = self.bad + u64::from(self.cut == 1 && self.valid == 0);
        match self.valid + self.cut_lines + u64::from(self.cut > 1) {
            valid if valid >= 2 * bad => Some(true),
            valid if valid >= bad => None,
            _ => Some(false),
        }
    }

    /// If it is UTF-8, is that sure? A sequence or two may be valid by chance, also on many equal lines.
    pub(in crate::text) fn is_surely_utf8(&self) -> bool {
        let against = self.bad + self.cut_lines + u64::from(self.cut > 0);
        self.valid >= against * MANY || (self.valid >= against * SEVERAL && self.varied >= VARIED)
    }
}

fn is_control(byte: u8) -> bool {
    byte < 0x20 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B | 0x08)
}

/// Does the file begin as archives, images and programs do?
pub(in crate::text) fn has_binary_header(start: &[u8]) -> bool {
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
