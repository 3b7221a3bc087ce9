//! The argument `encoding`: what a client says that a text is written in.

use crate::error::{Code, ToolError};
use crate::text::Coding;

/// Most characters of a label.
pub(super) const MAX_LABEL: usize = 40;

/// Labels of ASCII and of ISO-8859-1. Text in them is read as windows-1252, which contains both.
const ASCII: [&str; 3] = ["ascii", "us-ascii", "ansi_x3.4-1968"];
const LATIN_1: [&str; 10] = [
    "latin1",
    "iso-8859-1",
    "iso8859-1",
    "iso88591",
    "iso_8859-1",
    "iso_8859-1:1987",
    "iso-ir-100",
    "l1",
    "cp819",
    "ibm819",
];

/// Refuses texts that are to be written and have characters that the encoding by its label does not have.
///
/// # Errors
/// `bad_args` for the first such character.
pub(super) fn can_hold<'t>(
    label: Option<&str>,
    texts: impl IntoIterator<Item = &'t str>,
) -> Result<(), ToolError> {
    let label = label.unwrap_or_default().trim();
    let is_one_of = |labels: &[&str]| {
        let dashed = label.replace('_', "-");
        labels
            .iter()
            .any(|one| one.eq_ignore_ascii_case(label) || one.eq_ignore_ascii_case(&dashed))
    };
    let last = match label {
        _ if is_one_of(&ASCII) => '\u{7f}',
        _ if is_one_of(&LATIN_1) => '\u{ff}',
        _ => return Ok(()),
    };
    let lost = texts.into_iter().find_map(|text| text.chars().find(|c| *c > last));
    lost.map_or(Ok(()), |c| {
        let sentence = format!("{label} has no character `{c}`");
        Err(ToolError::new(Code::BadArgs, sentence)
            .hint("name the encoding that has it, such as windows-1252, or leave `encoding` out"))
    })
}

/// The coding that a client names, if it does.
///
/// # Errors
/// `bad_args` for a label that nobody knows.
pub(super) fn named(label: Option<&str>) -> Result<Option<Coding>, ToolError> {
    let Some(label) = label else { return Ok(None) };
    let coding = Coding::of_label(label).ok_or_else(|| {
        let label = crate::path::printable(label);
        ToolError::new(Code::BadArgs, format!("`encoding` `{label}` is not one that is known")).hint(
            "names such as utf-8, windows-1252, shift_jis, euc-kr, gb18030, big5, koi8-r, utf-16le \
             and utf-32be are",
        )
    })?;
    Ok(Some(coding))
}
