//! [`guess`]: which of the older encodings a text is probably in.
//!
//! May import: nothing of this crate.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

use crate::text::detect::evidence::Evidence;
use crate::text::encoding::coding::{Coding, is_alone};
use crate::text::encoding::runs::{Run, runs};

/// Bytes that are looked at: more would take longer and tell nothing new.
const MOST: usize = 16 << 10;
/// Bytes of a line from which it is taken in parts.
const LONG: usize = 1 << 10;
/// Of a text in a multi-byte encoding, one byte in so many may be in lines that have bad bytes.
const BAD: usize = 4;

/// The encoding that these bytes, which are not UTF-8, are most probably in.
pub(in crate::text) fn guess(evidence: &Evidence<'_>) -> &'static Encoding {
    let lines = lines(evidence);
    let guess = of_lines(lines.iter().copied());
    let len = |lines: &[&[u8]]| lines.iter().map(|line| line.len()).sum::<usize>();
    let all = len(&lines);
    // A single bad byte, or a character that is cut, rules a multi-byte encoding out for the detector.
    // So it is asked again about the lines that have none.
    let mut best = (guess, 0);
    for candidate in [SHIFT_JIS, EUC_JP, GBK, EUC_KR, BIG5] {
        let valid: Vec<&[u8]> =
            lines.iter().filter_map(|line| valid_part(candidate, line)).collect();
        let kept = len(&valid);
        if kept == all && guess == candidate {
            return guess;
        }
        let is_enough = kept > best.1 && (all - kept) * BAD <= all;
        if is_enough && is_dense(&valid) && of_lines(valid.into_iter()) == candidate {
            best = (candidate, kept);
        }
    }
    best.0
}

/// Do most bytes beyond ASCII stand beside another one? In texts in Latin letters they stand apart.
fn is_dense(lines: &[&[u8]]) -> bool {
    let mut all = 0_usize;
    let mut beside = 0_usize;
    for line in lines {
        for pair in line.windows(2) {
            if let [first, second] = pair
                && *first >= 0x80
            {
                all += 1;
                beside += usize::from(*second >= 0x80);
            }
        }
    }
    beside * 2 >= all
}

fn of_lines<'l>(lines: impl Iterator<Item = &'l [u8]>) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    for line in lines {
        detector.feed(line, false);
        detector.feed(b"\n", false);
    }
    detector.guess(None, Utf8Detection::Deny)
}

/// The line without a character that is cut at its end; `None` where it has bad bytes.
fn valid_part<'l>(encoding: &'static Encoding, line: &'l [u8]) -> Option<&'l [u8]> {
    let mut is_valid = true;
    let cut = runs(Coding::Standard(encoding), line, &mut |run| {
        is_valid &= matches!(run, Run::Text(..));
    });
    line.get(..line.len() - cut).filter(|_| is_valid)
}

/// The lines that are not ASCII, as far as they are whole; long ones in parts.
fn lines<'e>(evidence: &'e Evidence<'_>) -> Vec<&'e [u8]> {
    let mut lines = vec![];
    let mut len = 0;
    for piece in &evidence.pieces {
        let mut parts: Vec<&[u8]> = vec![];
        let mut rest: &[u8] = &piece.bytes;
        while !rest.is_empty() {
            let line = memchr::memchr(b'\n', rest).unwrap_or(rest.len() - 1) + 1;
            let end = match rest.get(LONG..line) {
                // Where it is cut, it is cut after a byte that is a character of its own.
                Some(long) => {
                    long.iter().position(|byte| is_alone(*byte)).map_or(line, |at| LONG + at + 1)
                }
                None => line,
            };
            let (part, behind) = rest.split_at_checked(end).unwrap_or((rest, &[]));
            parts.push(part);
            rest = behind;
        }
        let is_only = parts.len() == 1;
        let count = parts.len();
        for (n, part) in parts.into_iter().enumerate() {
            let is_cut = (n == 0 && piece.is_cut_before) || (n + 1 == count && piece.is_cut_after);
            if part.is_ascii() || (is_cut && !is_only) {
                continue;
            }
            if is_only && piece.is_cut_before {
                continue;
            }
            let part = part.get(..MOST - len).unwrap_or(part);
            lines.push(part);
            len += part.len();
            if len >= MOST {
                return lines;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guessed(bytes: &[u8]) -> &'static str {
        guess(&Evidence::of(bytes).unwrap()).name()
    }

    fn written(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        let (bytes, _, is_lossy) = encoding.encode(text);
        assert!(!is_lossy, "{}", encoding.name());
        bytes.into_owned()
    }

    const JAPANESE: &str = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。";
    const KOREAN: &str =
        "나는 고양이로소이다. 이름은 아직 없다. 어디서 태어났는지 도무지 모르겠다.";
    const CHINESE: &str =
        "我是猫，还没有名字。在哪里出生的，一点也不知道。只记得在一个阴暗潮湿的地方。";
    const TAIWANESE: &str =
        "我是貓，還沒有名字。在哪裡出生的，一點也不知道。只記得在一個陰暗潮濕的地方。";

    #[test]
    fn a_cut_character_or_a_bad_byte_does_not_change_the_guess() {
        for (encoding, text) in [
            (SHIFT_JIS, JAPANESE),
            (EUC_JP, JAPANESE),
            (EUC_KR, KOREAN),
            (GBK, CHINESE),
            (BIG5, TAIWANESE),
        ] {
            let bytes = written(encoding, &format!("{text}\n").repeat(40));
            assert_eq!(guessed(&bytes), encoding.name());
            assert_eq!(guessed(&bytes[..bytes.len() - 2]), encoding.name(), "cut at the end");
            let mut bad = bytes.clone();
            bad.insert(bytes.len() / 2, 0xFF);
            assert_eq!(guessed(&bad), encoding.name(), "a bad byte");
            let long = written(encoding, &text.repeat(400));
            assert_eq!(guessed(&long), encoding.name(), "one long line");
        }
        let large = written(SHIFT_JIS, &format!("{JAPANESE}\n").repeat(17_000));
        assert!(large.len() > 1 << 20);
        assert_eq!(guessed(&large), "Shift_JIS", "guessed from pieces");
    }
}
