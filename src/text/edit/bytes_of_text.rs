//! Compares a text with its bytes in its encoding: [`places`] finds where the bytes of a character begin, and [`are`]
//! checks that bytes decode to a text.
//!
//! All of it streams: memory does not grow with the file.
//!
//! May import: `limits`. It makes no replacement characters, and does not know encodings with a
//! state, in which the same bytes mean different texts.

use encoding_rs::{Decoder, DecoderResult, Encoding};

use crate::limits::{Budget, StopReason};
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::Marks;
use crate::text::encoding::runs::{Run, all_runs, runs};
use crate::text::meter::Meter;

/// Bytes that are decoded at a time.
const CHUNK: usize = 16 << 10;
/// Bytes of UTF-8 that one byte becomes at most, in any encoding: one of three for half a `か`.
const GROWTH: usize = 3;
/// Bytes of one character at most, in any encoding.
const LONGEST: usize = 4;

/// Where in `bytes`, all of which are valid, the places of the decoded text are, which come in order;
/// nothing where one of them is within what the bytes of one character are.
pub(in crate::text) fn places(
    coding: Coding,
    bytes: &[u8],
    text: &str,
    wanted: impl Iterator<Item = usize>,
    budget: &Budget,
) -> Result<Option<Vec<usize>>, StopReason> {
    match coding {
        Coding::Utf8 => Ok(Some(wanted.collect())),
        Coding::Standard(encoding) => places_in(encoding, bytes, wanted, budget),
        // All characters have as many bytes.
        Coding::Dos(_) | Coding::Utf32Le | Coding::Utf32Be => {
            let mut meter = Meter::new(budget);
            let mut done = 0;
            let mut at = 0;
            let mut found = vec![];
            for place in wanted {
                let Some(between) = text.get(done..place) else { return Ok(None) };
                meter.spend(between.len())?;
                at += between.chars().count() * coding.unit().width();
                done = place;
                found.push(at);
            }
            Ok(Some(found))
        }
    }
}

fn places_in(
    encoding: &'static Encoding,
    bytes: &[u8],
    wanted: impl Iterator<Item = usize>,
    budget: &Budget,
) -> Result<Option<Vec<usize>>, StopReason> {
    let mut pass = Pass::new(encoding);
    let mut meter = Meter::new(budget);
    let mut found = vec![];
    let mut at = 0;
    let mut done = 0_usize;
    for place in wanted {
        while done < place {
            // Never so many that the place could be passed; at last one by one.
            let sure = ((place - done) / GROWTH).saturating_sub(LONGEST).clamp(1, CHUNK);
            let piece = bytes.get(at..).unwrap_or_default();
            let piece = piece.get(..sure).unwrap_or(piece);
            meter.spend(piece.len())?;
            let Some(text) = pass.decode(piece).filter(|_| !piece.is_empty()) else {
                return Ok(None);
            };
            done += text.len();
            at += piece.len();
        }
        if done != place {
            return Ok(None);
        }
        found.push(at);
    }
    Ok(Some(found))
}

/// Are these bytes, one after the other, the texts beside them? Bad bytes are `marks` in the texts.
pub(in crate::text) fn are<'a>(
    coding: Coding,
    marks: Option<Marks>,
    pieces: impl Iterator<Item = (&'a [u8], &'a str)>,
    budget: &Budget,
) -> Result<bool, StopReason> {
    let mut meter = Meter::new(budget);
    let mut expected = Expected::default();
    let mut held: Vec<u8> = vec![];
    let mut are = true;
    for (bytes, text) in pieces {
        expected.then(text);
        for piece in bytes.chunks(CHUNK) {
            meter.spend(piece.len())?;
            // What begins a character at the end of the piece before belongs to this one.
            held.extend_from_slice(piece);
            let cut = runs(coding, &held, &mut |run| are &= expected.is_next(&run, marks));
            held.drain(..held.len() - cut);
            if !are {
                return Ok(false);
            }
        }
    }
    all_runs(coding, &held, &mut |run| are &= expected.is_next(&run, marks));
    Ok(are && expected.is_over())
}

/// Text that is to come.
#[derive(Default)]
struct Expected<'t> {
    /// What of the texts before has not come yet: no more than a character.
    earlier: String,
    text: &'t str,
}

impl<'t> Expected<'t> {
    fn then(&mut self, text: &'t str) {
        self.earlier += self.text;
        self.text = text;
    }

    fn is_over(&self) -> bool {
        self.earlier.is_empty() && self.text.is_empty()
    }

    /// Does the next run come next? If so, it has come.
    fn is_next(&mut self, run: &Run<'_>, marks: Option<Marks>) -> bool {
        match (run, marks) {
            (Run::Text(text, _), _) => self.comes(text),
            (Run::Bad(_), None) => false,
            (Run::Bad(bad), Some(marks)) => {
                let bad: String = bad.iter().map(|byte| marks.mark(*byte)).collect();
                self.comes(&bad)
            }
        }
    }

    fn comes(&mut self, text: &str) -> bool {
        let earlier = self.earlier.len().min(text.len());
        let Some((now, then)) = text.split_at_checked(earlier) else { return false };
        if !self.earlier.starts_with(now) {
            return false;
        }
        self.earlier.drain(..earlier);
        match self.text.strip_prefix(then) {
            Some(rest) => {
                self.text = rest;
                true
            }
            None => false,
        }
    }
}

/// A decoder that goes through bytes, some at a time.
struct Pass {
    decoder: Decoder,
    buffer: Vec<u8>,
}

impl Pass {
    fn new(encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_without_bom_handling();
        Self { decoder, buffer: vec![0; CHUNK * GROWTH + 64] }
    }

    /// The next bytes, at most a chunk of them, as UTF-8.
    fn decode(&mut self, bytes: &[u8]) -> Option<&[u8]> {
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(bytes, &mut self.buffer, false);
        let is_done = result == DecoderResult::InputEmpty && read == bytes.len();
        self.buffer.get(..written).filter(|_| is_done)
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030, SHIFT_JIS, UTF_16BE, UTF_16LE};

    use super::*;
    use crate::text::encoding::encode::encode;
    use crate::text::encoding::escapes::Taken;
    use crate::text::meter::plenty;

    fn found(encoding: &'static Encoding, bytes: &[u8], wanted: &[usize]) -> Option<Vec<usize>> {
        places_in(encoding, bytes, wanted.iter().copied(), &plenty()).unwrap()
    }

    #[test]
    fn every_place_of_a_text_is_found() {
        let text = "a\u{e9}\r\n\u{3042}\u{ff71}x\u{1f980}".repeat(20);
        for encoding in [UTF_16LE, UTF_16BE, GB18030] {
            let bytes = encode(encoding, &text).unwrap();
            let wanted: Vec<_> =
                text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let want: Vec<_> =
                wanted.iter().map(|at| encode(encoding, &text[..*at]).unwrap().len()).collect();
            assert_eq!(found(encoding, &bytes, &wanted), Some(want.clone()));
            for (at, want) in wanted.into_iter().zip(want) {
                assert_eq!(found(encoding, &bytes, &[at, at]), Some(vec![want, want]));
            }
        }
        let long = "x".repeat(100_000) + "あ";
        let bytes = encode(SHIFT_JIS, &long).unwrap();
        assert_eq!(found(SHIFT_JIS, &bytes, &[99_999, 100_003]), Some(vec![99_999, 100_002]));
        assert_eq!(found(SHIFT_JIS, &bytes, &[100_004]), None);
    }

    #[test]
    fn two_characters_of_one_sequence_are_not_torn_apart() {
        assert_eq!(found(BIG5, b"a\x88\x62b", &[1, 5, 6]), Some(vec![1, 3, 4]));
        assert_eq!(found(BIG5, b"a\x88\x62b", &[3]), None);
    }

    #[test]
    fn bytes_are_compared_piece_by_piece() {
        let mut taken = Taken::new();
        taken.see("");
        let marks = taken.free();
        let check = |pieces: &[(&[u8], &str)]| {
            are(Coding::Standard(SHIFT_JIS), marks, pieces.iter().copied(), &plenty()).unwrap()
        };
        let bad = marks.unwrap().mark(0xFF).to_string();
        let lead = marks.unwrap().mark(0x82).to_string();
        assert!(check(&[(b"a\x82\xa0", "aあ"), (b"b", "b")]));
        assert!(!check(&[(b"a\x82", "a"), (b"b", "b")]), "half a character before another one");
        assert!(!check(&[(b"a", "a"), (b"b\x82", "b")]), "or at the end");
        assert!(!check(&[(b"a", "ab")]));
        assert!(!check(&[(b"ab", "a")]));
        assert!(check(&[(b"a\xff", &format!("a{bad}")), (b"b\x82", &format!("b{lead}"))]));
        assert!(
            !check(&[(b"a\x82", &format!("a{lead}")), (b"\xa0", "x")]),
            "it is another character"
        );
    }
}
