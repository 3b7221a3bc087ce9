//! [`fitted`]: a text in the form of the file that it is appended to: its encoding and its line ends.
//!
//! May import: `cap` (for open files), `error`, `limits`. It does not read the file whole.

use std::borrow::Cow;

use encoding_rs::ISO_2022_JP;

use super::coding::Coding;
use super::encoding::{Encoding, is_alone};
use super::escapes::{Rest, shown};
use super::evidence::{Evidence, InFile};
use super::line_ends::LineEnds;
use super::runs::runs;
use super::written::unsure;
use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// Bytes at the beginning of the file by which its line ends are detected.
const SAMPLE: usize = 64 << 10;
/// Bytes at the end of the file that are looked at for a character that is not whole.
const END: usize = 1 << 10;

/// `contents`, if they are a text and the file is one, in its form; else as they are. `named` is the
/// coding that the client names.
///
/// # Errors
/// `bad_args` for a character that the file's encoding cannot hold, and for one beyond ASCII where the
/// encoding is only guessed; `not_text` in ISO-2022-JP and where the file ends within a character; the
/// codes of the host.
pub fn fitted<'c>(
    contents: &'c [u8],
    named: Option<Coding>,
    file: &OpenFile,
    budget: &Budget,
) -> Result<Cow<'c, [u8]>, ToolError> {
    let as_they_are = Ok(Cow::Borrowed(contents));
    let Ok(text) = std::str::from_utf8(contents) else { return as_they_are };
    let in_file = InFile(file, budget);
    let evidence = Evidence::of(&in_file)?;
    let Ok(encoding) = Encoding::of(&evidence, named) else { return as_they_are };
    let coding = encoding.coding();
    if coding == Coding::Standard(ISO_2022_JP) {
        let sentence =
            format!("`{}` is in ISO-2022-JP, to which nothing is appended", file.shown());
        return Err(ToolError::new(Code::NotText, sentence)
            .hint("mode=overwrite rewrites the file in UTF-8"));
    }
    let text = match ends(encoding, evidence.begin()) {
        LineEnds::Crlf if !text.contains('\r') => Cow::Owned(text.replace('\n', "\r\n")),
        _ => Cow::Borrowed(text),
    };
    if coding == Coding::Utf8 {
        return Ok(match text {
            Cow::Borrowed(_) => Cow::Borrowed(contents),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        });
    }
    if ends_within_a_character(coding, file)? {
        let name = coding.name();
        let sentence = format!("`{}` ends within a character of {name}", file.shown());
        return Err(ToolError::new(Code::NotText, sentence).hint(
            "what is appended would become a part of it; edit the end, or rewrite the file",
        ));
    }
    if encoding.is_guessed()
        && let Some(c) = text.chars().find(|c| !c.is_ascii())
    {
        let what = format!("`{c}` would be written in it");
        return Err(unsure(file.shown(), coding.name(), &what));
    }
    let encoded = coding.encode(&text).map_err(|c| {
        let (shown, name) = (file.shown(), coding.name());
        let sentence = format!("{name}, the encoding of `{shown}`, has no character `{c}`");
        ToolError::new(Code::BadArgs, sentence).hint("mode=overwrite rewrites the file in UTF-8")
    })?;
    Ok(Cow::Owned(encoded.into_owned()))
}

/// How the lines at the beginning of the file end.
fn ends(encoding: Encoding, begin: &[u8]) -> LineEnds {
    let bytes = usize::try_from(encoding.mark()).ok().and_then(|mark| begin.get(mark..));
    let bytes = bytes.unwrap_or_default();
    let bytes = bytes.get(..SAMPLE).unwrap_or(bytes);
    let text = shown(encoding.coding(), bytes, 0, Rest::Some, false).text;
    text.split_inclusive('\n').map(LineEnds::of).fold(LineEnds::None, LineEnds::and)
}

/// Do the last bytes of the file begin a character whose rest is missing?
fn ends_within_a_character(coding: Coding, file: &OpenFile) -> Result<bool, ToolError> {
    let width = coding.unit().width();
    if width > 1 {
        return Ok(!file.size().is_multiple_of(width as u64));
    }
    let mut end = [0; END];
    let from = file.size().saturating_sub(END as u64);
    let end = file.read_at(&mut end, from)?;
    let begin = match end.iter().rposition(|byte| is_alone(*byte)) {
        None if from > 0 => return Ok(false),
        begin => begin.unwrap_or(0),
    };
    Ok(runs(coding, end.get(begin..).unwrap_or_default(), &mut |_| {}) > 0)
}
