//! [`fitted`]: a text in the form of the file that it is appended to: its encoding and its line ends. What has no line
//! end before it gets one.
//!
//! May import: `cap` (for open files), `error`. It does not read the file whole.

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

/// What is to be appended.
#[derive(Debug)]
pub struct Fitted<'c> {
    /// All bytes of it.
    pub bytes: Cow<'c, [u8]>,
    /// The line end that they begin with, for the last line of the file.
    pub completes: LineEnds,
    /// How the lines of the file end, as far as that is known.
    pub file: LineEnds,
    /// Are they in another form than what was given, besides that line end?
    pub is_changed: bool,
}

impl<'c> Fitted<'c> {
    /// Bytes that are appended as they are.
    pub fn as_given(contents: &'c [u8]) -> Self {
        let (completes, file) = (LineEnds::None, LineEnds::None);
        Self { bytes: contents.into(), completes, file, is_changed: false }
    }
}

/// `contents`, if they are a text and the file is one, in its form, or with line ends as `wanted`; else as they are.
///
/// # Errors
/// `bad_args` for a character that the file's encoding cannot hold; `not_text` in ISO-2022-JP; the codes of the host.
pub fn fitted<'c>(
    contents: &'c [u8],
    file: &OpenFile,
    wanted: Option<LineEnds>,
) -> Result<Fitted<'c>, ToolError> {
    let as_they_are = Ok(Fitted::as_given(contents));
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
    let in_file = ends(encoding, begin);
    let text = match wanted {
        Some(wanted) => wanted.write(text),
        None => in_file.fit(text),
    };
    let encoded = |text: &str| {
        if encoding.bare() == UTF_8 {
            return Ok(text.as_bytes().to_vec());
        }
        encode(encoding.bare(), text).map(Cow::into_owned).map_err(|c| {
            let (shown, name) = (file.shown(), encoding.bare().name());
            let sentence = format!("{name}, the encoding of `{shown}`, has no character `{c}`");
            ToolError::new(Code::BadArgs, sentence)
                .hint("mode=overwrite rewrites the file in UTF-8")
        })
    };
    let mut bytes = encoded(&text)?;
    let is_changed = bytes != contents;
    let is_complete = end.is_empty() || end.ends_with(&encoded("\n")?);
    let begins_a_line = ["\n", "\r\n"].iter().any(|end| text.starts_with(end));
    let completes = match wanted.unwrap_or(in_file) {
        _ if is_complete || begins_a_line || text.is_empty() => LineEnds::None,
        LineEnds::Lf => LineEnds::Lf,
        LineEnds::Crlf => LineEnds::Crlf,
        // The file does not tell, and what is appended may.
        _ if LineEnds::of_all(&text) == LineEnds::Crlf => LineEnds::Crlf,
        _ => LineEnds::Lf,
    };
    if completes != LineEnds::None {
        bytes.splice(0..0, encoded(completes.end())?);
    }
    Ok(Fitted { bytes: bytes.into(), completes, file: in_file, is_changed })
}

/// How the lines at the beginning of the file end.
fn ends(encoding: Encoding, begin: &[u8]) -> LineEnds {
    let bytes = usize::try_from(encoding.mark()).ok().and_then(|mark| begin.get(mark..));
    let text = encoding.decode_up_to(bytes.unwrap_or_default(), SAMPLE);
    let text = text.map(|(text, _)| text).unwrap_or_default();
    LineEnds::of_all(&text)
}
