//! Whether the coding that a client names is the one of a file: [`usable`] to read it, [`believed`] to change it.
//!
//! All tools follow one rule. A name that the bytes of the file surely contradict is not used, and the answer says so.
//! Where it is only a guess what they are, a file is read in the coding that is named. To write in a wrong one would mix
//! two codings in one file, so a change is refused.
//!
//! May import: `error`.

use encoding_rs::ISO_2022_JP;

use crate::error::{Code, ToolError};
use crate::text::detect::byte_counts::Counted;
use crate::text::detect::detected::{Binary, Encoding, Told};
use crate::text::detect::evidence::{Evidence, Sample};
use crate::text::encoding::coding::Coding;
use crate::text::encoding::escapes::byte_of_escape;

/// Of the bytes beyond ASCII, one in so many may be bad in the coding that is named.
const BAD: u64 = 4;

/// A coding to use, and what an answer says of the one that the client named.
pub(in crate::text) type Usable = (Option<Coding>, Option<String>);

/// The coding to read a file in, unless it is the one that its bytes show.
pub(in crate::text) fn usable(named: Option<Coding>, evidence: &Evidence<'_>) -> Usable {
    let Some(coding) = named else { return (None, None) };
    let Some(against) = contradiction(coding, evidence) else { return (named, None) };
    let Contradiction { is, is_sure } = against;
    if is_sure {
        return (None, Some(unused(coding, &is)));
    }
    (named, Some(format!("`encoding` names {}, but the file {is}", coding.name())))
}

fn unused(coding: Coding, is: &str) -> String {
    format!("`encoding` names {}, which is not used: the file {is}", coding.name())
}

/// The coding to read and write `shown` in. `texts` are those of the change: where they are ASCII, and the file is in
/// a coding that contains ASCII, a wrong name does no harm and is not used.
///
/// # Errors
/// `bad_args` where the bytes contradict the name.
pub(in crate::text) fn believed<'t>(
    shown: &str,
    evidence: &Evidence<'_>,
    named: Option<Coding>,
    mut texts: impl Iterator<Item = &'t str>,
) -> Result<Usable, ToolError> {
    let Some(coding) = named else { return Ok((None, None)) };
    let Some(against) = contradiction(coding, evidence) else { return Ok((named, None)) };
    let is = against.is;
    let is_wide = |coding: Coding| coding.unit().width() > 1;
    let harms = |text: &str| !text.is_ascii() || has_escape(text);
    let detected = Encoding::detect(evidence);
    let has_ascii = detected.is_ok_and(|is| !is_wide(is.coding()));
    if has_ascii && !is_wide(coding) && !texts.any(harms) {
        return Ok((None, Some(unused(coding, &is))));
    }
    let sentence = format!("`{shown}` {is}, and `encoding` names {}", coding.name());
    let whole = "write_file with mode=overwrite and the whole contents rewrites the file in another encoding";
    Err(ToolError::new(Code::BadArgs, sentence).hint(match detected {
        // Without the name a guess would decide.
        Ok(is) if is.is_guessed() => {
            let name = is.coding().name();
            format!("set encoding={name} if the file reads correctly with it; {whole}")
        }
        Ok(_) => format!("leave `encoding` out; {whole}"),
        Err(_) => {
            format!("set `encoding` to the encoding of the file, if it is a text file; {whole}")
        }
    }))
}

/// What the file is, where it is not in a coding.
struct Contradiction {
    is: String,
    is_sure: bool,
}

/// What speaks against the coding that is named.
fn contradiction(named: Coding, evidence: &Evidence<'_>) -> Option<Contradiction> {
    let width = named.unit().width();
    let sure = |is: String| Some(Contradiction { is, is_sure: true });
    if let Some(marked) = Coding::of_mark(evidence.begin()) {
        // `utf-16` names either order, and the mark tells which.
        let is_same = marked == named || (width > 1 && marked.unit().width() == width);
        if is_same {
            return None;
        }
        return sure(format!("begins with the byte order mark of {}", marked.name()));
    }
    let as_named = Encoding::known(named, evidence);
    let guessed = |is: String| Some(Contradiction { is, is_sure: false });
    let invalid = || guessed(format!("has bytes that are not valid {}", named.name()));
    let is = match Encoding::without_statistics(evidence) {
        // A unit that is cut at the end does not make a text another one.
        Err(Binary) if as_named.bad() >= width as u64 => return invalid(),
        Err(Binary) => return None,
        Ok(Told::Is(is)) => is,
        Ok(Told::Older) if width > 1 && is_narrow(evidence) => {
            let is = Encoding::detect(evidence).ok()?;
            return guessed(format!("reads as {}", is.coding().name()));
        }
        Ok(Told::Older) => {
            return if is_refuted(as_named, named, evidence) { invalid() } else { None };
        }
        Ok(Told::Either) => Encoding::detect(evidence).ok()?,
    };
    let coding = is.coding();
    if coding == named || evidence.len() == 0 {
        return None;
    }
    let called =
        || Some(Contradiction { is: format!("is {}", coding.name()), is_sure: !is.is_guessed() });
    if coding.unit().width() > 1 || coding == Coding::Standard(ISO_2022_JP) {
        return called();
    }
    if coding != Coding::Utf8 {
        return if is_refuted(as_named, named, evidence) { invalid() } else { None };
    }
    let is_ascii = evidence.pieces.iter().all(|piece| piece.bytes.is_ascii());
    match (is_ascii, width) {
        (true, 1) => None,
        (true, _) => sure("is ASCII".into()),
        (_, 2..) => called(),
        // Everything is valid in an encoding with single bytes, so that it proves nothing.
        _ if is.has_bad_bytes() && !named.has_single_bytes() => {
            if as_named.has_bad_bytes() || !is.is_guessed() { called() } else { None }
        }
        // It may be valid by chance.
        _ if is.is_guessed() && !is.has_bad_bytes() => {
            if as_named.has_bad_bytes() {
                invalid()
            } else {
                None
            }
        }
        // As much speaks against UTF-8 as for it.
        _ if is.is_guessed() && Counted::of(evidence).is_utf8().is_none() => None,
        _ if evidence.has_characters_of_utf8() => called(),
        _ => None,
    }
}

/// Is a text that is in an older encoding in units of one byte? Blanks and line ends have zero bytes in wider ones.
fn is_narrow(evidence: &Evidence<'_>) -> bool {
    let has = |wanted: &[u8]| {
        let has = |byte: &u8| wanted.contains(byte);
        evidence.pieces.iter().any(|piece| piece.bytes.iter().any(has))
    };
    !has(&[0]) && has(b" \n")
}

/// Is a text that is in an older encoding not in the one that is named?
fn is_refuted(as_named: Encoding, named: Coding, evidence: &Evidence<'_>) -> bool {
    if named == Coding::Utf8 || named.unit().width() > 1 {
        return as_named.has_bad_bytes();
    }
    // A caller that names it knows more than the guess, even if some bytes are bad.
    let high = |piece: &Sample<'_>| piece.bytes.iter().filter(|byte| !byte.is_ascii()).count();
    let high: usize = evidence.pieces.iter().map(high).sum();
    let is_guess = || Encoding::detect(evidence).is_ok_and(|is| is.coding() == named);
    as_named.bad() * BAD > high as u64 && !is_guess()
}

/// Is there what may stand for a byte of the file?
fn has_escape(text: &str) -> bool {
    text.match_indices("\\x").any(|(at, _)| text.get(at..).and_then(byte_of_escape).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contradicted(bytes: &[u8], label: &str) -> bool {
        let coding = Coding::of_label(label).unwrap();
        contradiction(coding, &Evidence::of(bytes).unwrap()).is_some()
    }

    #[test]
    fn bytes_contradict_a_name_or_do_not() {
        let japanese = encoding_rs::SHIFT_JIS.encode("吾輩は猫である。名前はまだ無い。").0;
        let utf16: Vec<u8> = "plain words\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (bytes, label, want) in [
            (b"".as_slice(), "utf-16le", false),
            (b"ascii\n", "latin1", false),
            (b"ascii\n", "utf-8", false),
            (b"ascii\n", "utf-16le", true),
            ("caf\u{e9}\n".as_bytes(), "utf-8", false),
            ("caf\u{e9}\n".as_bytes(), "latin1", true),
            ("caf\u{e9}\n".as_bytes(), "shift_jis", true),
            ("caf\u{e9}\n".as_bytes(), "utf-16le", true),
            ("caf\u{e9}\n".as_bytes(), "cp850", true),
            (b"caf\xc3\xa9 caf\xc3\xa9 \xff\n", "latin1", true),
            (b"caf\xc3\xa9 caf\xc3\xa9 \xff\n", "utf-8", false),
            (b"\x88\xea\x97\x97\n", "shift_jis", false),
            (b"\x88\xea\x97\x97\n", "cp437", false),
            ("日本語のテ\u{30e3}".as_bytes().split_at(16).0, "gbk", true),
            (b"un caf\xe9 tr\xe8s\n", "utf-8", true),
            (b"un caf\xe9 tr\xe8s\n", "cp850", false),
            (b"un caf\xe9 tr\xe8s!\n", "utf-16le", true),
            (b"un caf\xe9 tr\xe8s\n", "shift_jis", true),
            (&japanese, "utf-8", true),
            (&japanese, "shift_jis", false),
            (&utf16, "utf-8", true),
            (&utf16, "utf-16be", true),
            (&utf16, "utf-16le", false),
            (b"\xFE\xFF\0x", "utf-16", false),
            (b"\xFE\xFF\0x", "utf-8", true),
            (b"\xEF\xBB\xBFx", "latin1", true),
            (b"\xEF\xBB\xBFx", "utf-8", false),
            (b"a \x1b$B$\"\x1b(B b", "utf-8", true),
        ] {
            assert_eq!(contradicted(bytes, label), want, "{label} {bytes:x?}");
        }
    }
}
