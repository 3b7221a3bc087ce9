//! The argument `encoding`: what a client says that a text is written in.
//!
//! May import: `error`, `path`, `text`.

use crate::error::{Code, ToolError};
use crate::text::{Coding, nearest_labels, plain_label};

/// Most characters of a label.
pub(in crate::tools) const MAX_LABEL: usize = 40;

/// Labels of ASCII and of ISO-8859-1, their letters and digits. Text in them is read as windows-1252, which contains both.
const ASCII: [&str; 4] = ["ascii", "usascii", "ansix341968", "20127"];
const LATIN_1: [&str; 11] = [
    "latin1",
    "iso88591",
    "iso885911987",
    "isoir100",
    "isolatin1",
    "l1",
    "cp819",
    "ibm819",
    "819",
    "cp28591",
    "28591",
];
/// Names of whatever a system uses, which is another encoding on each.
const OF_A_SYSTEM: [&str; 6] = ["ansi", "oem", "dos", "mbcs", "default", "system"];

/// Encodings with states that browsers replace, and UTF-7: nothing is read or written in them.
const REPLACED: [&str; 8] = [
    "hzgb2312",
    "iso2022kr",
    "csiso2022kr",
    "iso2022cn",
    "iso2022cnext",
    "replacement",
    "utf7",
    "unicode11utf7",
];

/// Refuses texts that are to be written and have characters that the encoding by its label does not have.
///
/// # Errors
/// `bad_args` for the first such character.
pub(in crate::tools) fn can_hold<'t>(
    label: Option<&str>,
    texts: impl IntoIterator<Item = &'t str>,
) -> Result<(), ToolError> {
    let label = label.unwrap_or_default().trim();
    let last = match &*plain_label(label) {
        plain if ASCII.contains(&plain) => '\u{7f}',
        plain if LATIN_1.contains(&plain) => '\u{ff}',
        _ => return Ok(()),
    };
    let lost = texts.into_iter().find_map(|text| text.chars().find(|c| *c > last));
    let Some(c) = lost else { return Ok(()) };
    let sentence = format!("{label} has no character `{c}`");
    let other = Coding::of_label("windows-1252");
    let has_it = other.is_some_and(|other| other.encode(c.encode_utf8(&mut [0; 4])).is_ok());
    let hint = if has_it {
        format!("encoding=windows-1252 contains {label} and has the character")
    } else {
        "write_file with mode=overwrite, encoding=utf-8 and the whole contents writes the file in UTF-8, which has it".into()
    };
    Err(ToolError::new(Code::BadArgs, sentence).hint(hint))
}

/// The coding that a client names, if it does.
///
/// # Errors
/// `bad_args` for a label that nobody knows.
pub(in crate::tools) fn named(label: Option<&str>) -> Result<Option<Coding>, ToolError> {
    let Some(label) = label else { return Ok(None) };
    let coding = Coding::of_label(label).ok_or_else(|| {
        let near: Vec<_> = nearest_labels(label).iter().map(|near| format!("`{near}`")).collect();
        let hint = if OF_A_SYSTEM.contains(&&*plain_label(label)) {
            "it differs by system: name the encoding itself, such as windows-1252, windows-1251, shift_jis or cp850"
                .to_owned()
        } else if REPLACED.contains(&&*plain_label(label)) {
            "no tool reads or writes it; `content_base64` of write_file writes its bytes".to_owned()
        } else if near.is_empty() {
            "known encodings include utf-8, windows-1252, shift_jis, euc-kr, gb18030, big5, koi8-r, utf-16le \
             and utf-32be"
                .to_owned()
        } else {
            format!("did you mean {}?", near.join(" or "))
        };
        let label = crate::path::printable(label);
        let sentence = format!("`encoding` `{label}` is not known");
        ToolError::new(Code::BadArgs, sentence).hint(hint)
    })?;
    Ok(Some(coding))
}
