//! [`runs`]: bytes as runs of text and of bytes that are not valid in their coding.
//!
//! Every byte is in exactly one run, so what is made of the runs can be turned back into the file.
//!
//! May import: nothing of this crate. It knows no replacement character.

use encoding_rs::{DecoderResult, ISO_2022_JP};

use crate::text::encoding::coding::Coding;

/// Bytes that are decoded at a time. Each time begins at a character, so no state is carried over.
const CHUNK: usize = 16 << 10;

/// A part of some bytes.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::text) enum Run<'a> {
    /// Text, and how many bytes it is in its coding.
    Text(&'a str, usize),
    /// Bytes that are not valid where they stand.
    Bad(&'a [u8]),
}

/// Hands on the runs of `bytes`, which begin with a character, in order. Returns how many bytes at the
/// end are the beginning of a character; they are in no run.
pub(in crate::text) fn runs(coding: Coding, bytes: &[u8], each: &mut impl FnMut(Run<'_>)) -> usize {
    match coding {
        Coding::Utf8 => utf8(bytes, each),
        Coding::Standard(encoding) => standard(encoding, bytes, each),
        Coding::Dos(page) => {
            for piece in bytes.chunks(CHUNK) {
                let text: String = piece.iter().map(|byte| page.character(*byte)).collect();
                each(Run::Text(&text, piece.len()));
            }
            0
        }
        Coding::Utf32Le | Coding::Utf32Be => utf32(coding, bytes, each),
    }
}

/// The same of bytes after which nothing comes: the beginning of a character is bad there.
pub(in crate::text) fn all_runs(coding: Coding, bytes: &[u8], each: &mut impl FnMut(Run<'_>)) {
    let cut = runs(coding, bytes, each);
    if let Some(rest) = bytes.get(bytes.len() - cut..).filter(|rest| !rest.is_empty()) {
        each(Run::Bad(rest));
    }
}

fn utf8(mut bytes: &[u8], each: &mut impl FnMut(Run<'_>)) -> usize {
    loop {
        let (valid, bad) = match std::str::from_utf8(bytes) {
            Ok(text) => (text, Some(0)),
            Err(error) => {
                let valid = bytes.get(..error.valid_up_to()).unwrap_or_default();
                (std::str::from_utf8(valid).unwrap_or_default(), error.error_len())
            }
        };
        if !valid.is_empty() {
            each(Run::Text(valid, valid.len()));
        }
        let rest = bytes.get(valid.len()..).unwrap_or_default();
        match bad {
            Some(0) => return 0,
            None => return rest.len(),
            Some(len) => {
                let (bad, behind) = rest.split_at_checked(len).unwrap_or_default();
                each(Run::Bad(bad));
                bytes = behind;
            }
        }
    }
}

fn standard(
    encoding: &'static encoding_rs::Encoding,
    bytes: &[u8],
    each: &mut impl FnMut(Run<'_>),
) -> usize {
    let mut at = 0;
    let mut text = String::new();
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        // What the bytes of a line mean depends on those before them in this one.
        let has_state = encoding == ISO_2022_JP;
        let piece = rest.get(..CHUNK).filter(|_| !has_state).unwrap_or(rest);
        let mut decoder = encoding.new_decoder_without_bom_handling();
        text.clear();
        let room = decoder.max_utf8_buffer_length_without_replacement(piece.len());
        text.reserve(room.unwrap_or(CHUNK * 4).max(16));
        let (result, read) = decoder.decode_to_string_without_replacement(piece, &mut text, false);
        let (valid, bad) = match result {
            DecoderResult::Malformed(bad, after) => {
                let end = read.saturating_sub(usize::from(after));
                (end.saturating_sub(usize::from(bad)), usize::from(bad))
            }
            DecoderResult::InputEmpty | DecoderResult::OutputFull => {
                text.reserve(16);
                let end = decoder.decode_to_string_without_replacement(&[], &mut text, true);
                let cut = match end.0 {
                    DecoderResult::Malformed(bad, after) => usize::from(bad) + usize::from(after),
                    DecoderResult::InputEmpty | DecoderResult::OutputFull => 0,
                };
                (piece.len().saturating_sub(cut), 0)
            }
        };
        if !text.is_empty() {
            each(Run::Text(&text, valid));
        }
        if bad > 0 {
            each(Run::Bad(piece.get(valid..valid + bad).unwrap_or_default()));
        } else if valid == 0 || (valid < piece.len() && piece.len() == rest.len()) {
            return rest.len() - valid;
        }
        at += valid + bad;
    }
    0
}

fn utf32(coding: Coding, bytes: &[u8], each: &mut impl FnMut(Run<'_>)) -> usize {
    let (units, rest) = bytes.as_chunks::<4>();
    let mut text = String::new();
    for unit in units {
        match coding.utf32(*unit) {
            Some(c) => text.push(c),
            None => {
                flush(&mut text, each);
                each(Run::Bad(unit));
            }
        }
        if text.len() >= CHUNK {
            flush(&mut text, each);
        }
    }
    flush(&mut text, each);
    rest.len()
}

fn flush(text: &mut String, each: &mut impl FnMut(Run<'_>)) {
    if !text.is_empty() {
        each(Run::Text(text, text.chars().count() * 4));
        text.clear();
    }
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, EUC_JP, EUC_KR, GB18030, SHIFT_JIS, UTF_16BE, UTF_16LE};

    use super::*;

    fn told(coding: Coding, bytes: &[u8]) -> (String, usize) {
        let mut said = String::new();
        let mut len = 0;
        let cut = runs(coding, bytes, &mut |run| match run {
            Run::Text(text, bytes) => {
                said += text;
                len += bytes;
            }
            Run::Bad(bad) => {
                said += &format!("<{}>", data_encoding::HEXUPPER.encode(bad));
                len += bad.len();
            }
        });
        assert_eq!(len + cut, bytes.len(), "{coding:?} {bytes:x?}");
        (said, cut)
    }

    #[test]
    fn bad_bytes_stand_apart_and_a_cut_character_is_left() {
        let standard = Coding::Standard;
        for (coding, bytes, want, cut) in [
            (Coding::Utf8, b"a\xE9b\xE6\x97".as_slice(), "a<E9>b", 2),
            (Coding::Utf8, b"\x80\xE6\x97x", "<80><E697>x", 0),
            (standard(SHIFT_JIS), b"\x93\xfa\xff\x96\x7b\x8c", "日<FF>本", 1),
            (standard(EUC_JP), b"\xc6\xfc\xff\xcb\xdca\x8f\xa2", "日<FF>本a", 2),
            (standard(UTF_16LE), b"a\0\x00\xd8b\0\x3e\xd8", "a<00D8>b", 2),
            (standard(UTF_16BE), b"\0a\0", "a", 1),
            (Coding::Utf32Le, b"a\0\0\0\0\0\x11\0b\0\0\0\0", "a<00001100>b", 1),
        ] {
            assert_eq!(told(coding, bytes), (want.to_owned(), cut), "{coding:?}");
        }
    }

    #[test]
    fn long_texts_are_whole_over_the_chunks() {
        let text = "aあ漢\n".repeat(20_000);
        for encoding in [SHIFT_JIS, EUC_JP, GB18030, BIG5, UTF_16LE, UTF_16BE] {
            let coding = Coding::Standard(encoding);
            let bytes = coding.encode(&text).unwrap();
            assert_eq!(told(coding, &bytes), (text.clone(), 0), "{}", encoding.name());
        }
        let text = "a가\n".repeat(20_000);
        let coding = Coding::Standard(EUC_KR);
        assert_eq!(told(coding, &coding.encode(&text).unwrap()), (text, 0));
    }
}
