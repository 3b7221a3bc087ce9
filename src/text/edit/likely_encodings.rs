//! [`likely`]: encodings in which a text that was not found may be in a file that was read by a guess.
//!
//! May import: nothing of this crate.

use crate::text::encoding::coding::Coding;

/// Encodings that are tried, the likeliest first.
const ALL: [&str; 25] = [
    "utf-8",
    "shift_jis",
    "euc-jp",
    "gb18030",
    "big5",
    "euc-kr",
    "windows-1252",
    "windows-1250",
    "windows-1251",
    "windows-1253",
    "windows-1254",
    "windows-1255",
    "windows-1256",
    "windows-1257",
    "windows-1258",
    "windows-874",
    "koi8-r",
    "koi8-u",
    "ibm866",
    "iso-8859-2",
    "iso-8859-15",
    "cp437",
    "cp850",
    "cp852",
    "macintosh",
];
/// Characters of a text from which it is tried in encodings with single bytes: any byte is some character in these.
const FEW: usize = 3;

/// The encodings that have all characters of a text, by their labels.
pub fn likely(text: &str) -> Vec<(&'static str, Coding)> {
    let is_short = text.chars().count() < FEW;
    let has_all = |coding: &Coding| {
        !(is_short && coding.has_single_bytes())
            && text
                .chars()
                .filter(|c| !c.is_ascii())
                .all(|c| coding.encode(c.encode_utf8(&mut [0; 4])).is_ok())
    };
    let known = ALL.iter().filter_map(|label| Some((*label, Coding::of_label(label)?)));
    known.filter(|(_, coding)| has_all(coding)).collect()
}
