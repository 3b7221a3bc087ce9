//! [`fitted`]: a text in the form of the file that it is appended to: its encoding and its line ends.
//!
//! May import: `cap` (for open files), `error`. Absent on purpose: reading the file whole.

use std::borrow::Cow;

use encoding_rs::UTF_8;

use super::document::is_iso_2022_jp;
use super::encoding::{Encoding, Sample};
use super::line_ends::LineEnds;
use super::transcode::encode;
use crate::cap::OpenFile;
use crate::error::{Code, ToolError};

/// Bytes at each end of the file by which its form is told.
const SAMPLE: usize = 64 << 10;

/// `contents`, if they are a text and the file is one, in its form; else as they are.
///
/// # Errors
/// `bad_args` for a character that the file's encoding cannot hold; `not_text` in ISO-2022-JP; the codes of the host.
pub fn fitted<'c>(contents: &'c [u8], file: &OpenFile) -> Result<Cow<'c, [u8]>, ToolError> {
    let as_they_are = Ok(Cow::Borrowed(contents));
    let Ok(text) = std::str::from_utf8(contents) else { return as_they_are };
    let (mut begin, mut end) = (vec![0; SAMPLE], vec![0; SAMPLE]);
    let is_long = file.size() > SAMPLE as u64;
    let begin = file.read_at(&mut begin, 0)?;
    // A whole number of characters, in the encodings where all have two bytes.
    let end = file.read_at(&mut end, (file.size().saturating_sub(SAMPLE as u64) + 1) & !1)?;
    let first = Sample { bytes: begin, cut_begin: false, cut_end: is_long };
    let last = Sample { bytes: end, cut_begin: true, cut_end: false };
    let samples: &[Sample<'_>] = if is_long { &[last] } else { &[] };
    let Ok(encoding) = Encoding::detect(first, samples) else { return as_they_are };
    let lines = memchr::memrchr(b'\n', begin).and_then(|end| begin.get(..=end));
    if is_iso_2022_jp(lines.unwrap_or(begin)) {
        let sentence =
            format!("`{}` is in ISO-2022-JP, to which nothing is appended", file.shown());
        return Err(ToolError::new(Code::NotText, sentence)
            .hint("mode=overwrite rewrites the file in UTF-8"));
    }
    let text = match ends(encoding, begin) {
        LineEnds::Crlf if !text.contains('\r') => Cow::Owned(text.replace('\n', "\r\n")),
        _ => Cow::Borrowed(text),
    };
    if encoding.bare() == UTF_8 {
        return Ok(match text {
            Cow::Borrowed(_) => Cow::Borrowed(contents),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        });
    }
    let encoded = encode(encoding.bare(), &text).map_err(|c| {
        let (shown, name) = (file.shown(), encoding.bare().name());
        let sentence = format!("{name}, the encoding of `{shown}`, has no character `{c}`");
        ToolError::new(Code::BadArgs, sentence).hint("mode=overwrite rewrites the file in UTF-8")
    })?;
    Ok(Cow::Owned(encoded.into_owned()))
}

/// How the lines at the beginning of the file end.
fn ends(encoding: Encoding, begin: &[u8]) -> LineEnds {
    let bytes = usize::try_from(encoding.mark()).ok().and_then(|mark| begin.get(mark..));
    let text = encoding.decode_up_to(bytes.unwrap_or_default(), SAMPLE);
    let text = text.map(|(text, _)| text).unwrap_or_default();
    text.split_inclusive('\n').map(LineEnds::of).fold(LineEnds::None, LineEnds::and)
}
