//! [`fitted`]: a text in the form of the file that it is appended to: its encoding and its line ends. What has no line
//! end before it gets one.
//!
//! May import: `cap` (for open files), `error`, `limits`. It does not read the file whole.

use std::borrow::Cow;

use encoding_rs::ISO_2022_JP;

use crate::cap::OpenFile;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::detect::detected::Encoding;
use crate::text::detect::evidence::{Evidence, InFile};
use crate::text::detect::named_encoding::believed;
use crate::text::detect::reading::Reading;
use crate::text::edit::document::{REWRITE, not_written};
use crate::text::edit::new_bytes::{lacking, unsure};
use crate::text::encoding::coding::{Coding, MARK, is_alone};
use crate::text::encoding::escapes::{Rest, shown};
use crate::text::encoding::runs::runs;
use crate::text::line_ends::{LineEnds, has_lone_return};
use crate::text::read::buffer::buffer;
use crate::text::read::version::MAX_HASHED;

/// Bytes at the beginning of the file by which its line ends are detected.
const SAMPLE: usize = 64 << 10;
/// Bytes at the end of the file that are looked at for a character that is not whole.
const END: usize = 1 << 10;
/// Bytes that are read at a time.
const CHUNK: usize = 256 << 10;
/// Bytes of a line end, in any encoding.
const LINE_END: usize = 4;

/// Where the file has carriage returns that do not end lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Returns {
    None,
    Inside,
    AtEnd,
}

/// What becomes of the last line of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LastLine {
    /// Nothing: it has a line end, or is continued.
    Stays,
    /// It gets this line end, with which the bytes begin.
    Gets(LineEnds),
    /// The line end that the given text begins with ends it. Does that make a CRLF of a return at its end?
    IsEnded(bool),
}

/// Text to append.
#[derive(Debug)]
pub struct Fitted<'c> {
    /// All bytes of it.
    pub bytes: Cow<'c, [u8]>,
    /// What becomes of the last line of the file.
    last: LastLine,
    /// How the lines of the file end, as far as that is known, and those of the text as it is appended.
    pub file: LineEnds,
    ends: LineEnds,
    returns: Returns,
    /// Are they in another form than what was given, besides that line end?
    pub is_changed: bool,
    /// Do they begin with a byte order mark, because the file was empty?
    pub gets_mark: bool,
    /// Has the file no text before them?
    pub is_first: bool,
    /// The encoding of characters beyond ASCII, where the file had none.
    pub new_coding: Option<&'static str>,
    /// A note about the encoding that the client named.
    pub note: Option<String>,
    /// The encoding of what is appended, and how the file was read before, where it may be read as another one now.
    pub may_become: Option<(Coding, Option<Reading>)>,
}

impl<'c> Fitted<'c> {
    /// Bytes that are appended as they are.
    pub fn as_given(contents: &'c [u8]) -> Self {
        let last = LastLine::Stays;
        let file = LineEnds::None;
        let bytes = contents.into();
        Self {
            bytes,
            last,
            file,
            ends: LineEnds::None,
            returns: Returns::None,
            is_changed: false,
            gets_mark: false,
            is_first: false,
            new_coding: None,
            note: None,
            may_become: None,
        }
    }

    /// Does the line end that the given text begins with end the last line of the file?
    pub fn ends_last_line(&self) -> bool {
        matches!(self.last, LastLine::IsEnded(_))
    }

    /// What an answer says of line ends: of the one that the last line got, and of those that the file and the text have.
    pub fn told_of_ends(&self) -> Vec<String> {
        const RETURNS: &str = "carriage returns (U+000D) that do not end lines";
        const MAKES_CRLF: &str = ", which forms a CRLF with the carriage return before it";
        let mut all = vec![];
        match self.last {
            LastLine::Stays => {}
            LastLine::IsEnded(makes_crlf) => {
                let crlf = if makes_crlf { MAKES_CRLF } else { "" };
                all.push(format!(
                    "the last line had no line end and got the one that the content begins with{crlf}"
                ));
            }
            LastLine::Gets(end) if self.returns == Returns::AtEnd => all.push(format!(
                "the last line had no line end and got one, {}{MAKES_CRLF}",
                end.as_str()
            )),
            LastLine::Gets(end) => {
                all.push(format!("the last line had no line end and got one, {}", end.as_str()));
            }
        }
        if self.returns != Returns::None {
            all.push(format!("the file has {RETURNS}"));
        }
        let ends = self.ends;
        let file = self.file;
        if ends.differs_from(file) && file != LineEnds::Mixed {
            all.push(format!(
                "{}, the file has {}: its line ends are mixed now",
                ends.as_str(),
                file.as_str()
            ));
        } else if ends != LineEnds::None && file == LineEnds::Mixed {
            all.push(format!("{}, the file has {}", ends.as_str(), file.as_str()));
        }
        all
    }
}

/// `contents`, if they are a text, in the form of the file, or with line ends as `wanted`; else as they are.
/// `named` is the coding that the client names. An empty file gets a mark where a new one does, or if it is `marked`.
///
/// # Errors
/// `bad_args` for a character that the file's encoding cannot hold, for one beyond ASCII where the
/// encoding is only guessed, and for a name that the bytes of the file contradict; `not_text` where the
/// file is not a text, in ISO-2022-JP and where the file ends within a character; the codes of the host.
pub fn fitted<'c>(
    contents: &'c [u8],
    (named, marked): (Option<Coding>, bool),
    wanted: Option<LineEnds>,
    file: &OpenFile,
    budget: &Budget,
) -> Result<Fitted<'c>, ToolError> {
    let as_they_are = Ok(Fitted::as_given(contents));
    let Ok(text) = std::str::from_utf8(contents) else { return as_they_are };
    let in_file = InFile(file, budget);
    let decides = named.is_some() || !text.is_ascii();
    let evidence = if decides { Evidence::through(&in_file)? } else { Evidence::of(&in_file)? };
    if text.is_empty() {
        return as_they_are;
    }
    let (named, note) = believed(file.display_path(), &evidence, named, std::iter::once(text))?;
    let encoding = Encoding::of(&evidence, named).map_err(|_| {
        let sentence = format!("`{}` is a binary file", file.display_path());
        ToolError::new(Code::NotText, sentence)
            .hint("`content_base64` appends bytes; if it is a text, name its `encoding`")
    })?;
    let coding = encoding.coding();
    let was_ascii =
        !coding.is_marked() && evidence.pieces.iter().all(|piece| piece.bytes.is_ascii());
    if coding == Coding::Standard(ISO_2022_JP) {
        return Err(has_states(file.display_path(), named, &evidence));
    }
    let in_file = ends(encoding, evidence.begin());
    // A mark after a mark would be a character of the text.
    let is_first = file.size() <= encoding.mark();
    let text = text.strip_prefix(MARK).filter(|_| is_first && file.size() > 0).unwrap_or(text);
    let given = text;
    let text = match wanted {
        Some(wanted) => wanted.write(text),
        None => in_file.fit(text),
    };
    if coding != Coding::Utf8 && ends_within_a_character(coding, file)? {
        let name = coding.name();
        let sentence = format!("`{}` ends within a character of {name}", file.display_path());
        return Err(ToolError::new(Code::NotText, sentence).hint(
            "appended bytes would become part of that character; edit the end, or rewrite the whole file",
        ));
    }
    if encoding.is_guessed()
        && let Some(c) = text.chars().find(|c| !c.is_ascii())
    {
        let what = format!("`{c}` would be written in it");
        return Err(unsure(file.display_path(), coding, c, &what));
    }
    let encoded = |text: &str| {
        let bytes = coding.encode(text).map(Cow::into_owned);
        bytes.map_err(|c| lacking(file.display_path(), coding, c, was_ascii))
    };
    let mut end = [0; LINE_END];
    let end = file.read_at(&mut end, file.size().saturating_sub(LINE_END as u64))?;
    let mut bytes = encoded(&text)?;
    let is_changed = bytes != given.as_bytes();
    let all_ends = all_ends(encoding, file, budget)?;
    let begin = sample(encoding, evidence.begin());
    // A sample may end within a line end.
    let has_returns = has_lone_return(if evidence.is_whole { &begin } else { begin.trim_end() });
    let returns = match has_returns {
        _ if end.ends_with(&encoded("\r")?) => Returns::AtEnd,
        true => Returns::Inside,
        false => Returns::None,
    };
    // Where no line feed ends a line, a carriage return does in other programs, and a line feed after it ends none.
    let is_old_mac = returns == Returns::AtEnd && all_ends.unwrap_or(in_file) == LineEnds::None;
    let has_end = is_first || end.ends_with(&encoded("\n")?);
    let begins_with_end = ["\n", "\r\n"].iter().any(|end| text.starts_with(end));
    let last = match wanted.unwrap_or(in_file) {
        _ if has_end || text.is_empty() => LastLine::Stays,
        _ if begins_with_end => {
            LastLine::IsEnded(returns == Returns::AtEnd && text.starts_with('\n'))
        }
        _ if is_old_mac => LastLine::Stays,
        LineEnds::Lf => LastLine::Gets(LineEnds::Lf),
        LineEnds::Crlf => LastLine::Gets(LineEnds::Crlf),
        // The file does not tell, and what is appended may.
        _ if LineEnds::of_all(&text) == LineEnds::Crlf => LastLine::Gets(LineEnds::Crlf),
        _ => LastLine::Gets(LineEnds::Lf),
    };
    let gets_mark = file.size() == 0 && (marked || coding.is_marked());
    if gets_mark {
        bytes = crate::text::encoding::coding::encoded(coding, &text, marked).unwrap_or(bytes);
    }
    if let LastLine::Gets(end) = last {
        bytes.splice(0..0, encoded(end.end())?);
    }
    let new_coding = (was_ascii && coding != Coding::Utf8 && !text.is_ascii() && !gets_mark)
        .then(|| coding.name());
    let before = named.is_none().then_some(Reading::from(encoding));
    let is_plain = text.is_ascii() && !text.contains('\0') && !encoding.is_guessed();
    Ok(Fitted {
        bytes: bytes.into(),
        last,
        file: all_ends.unwrap_or(in_file),
        ends: LineEnds::of_all(&text),
        returns,
        is_changed,
        gets_mark,
        is_first,
        new_coding,
        note,
        may_become: (!is_plain).then_some((coding, before)),
    })
}

/// The refusal to append in ISO-2022-JP: the file is in it, or the client names it.
fn has_states(shown: &str, named: Option<Coding>, evidence: &Evidence<'_>) -> ToolError {
    let iso = Coding::Standard(ISO_2022_JP);
    let is_in_it = Encoding::detect(evidence).is_ok_and(|is| is.coding() == iso);
    if named.is_some() && !is_in_it {
        return not_written(shown, iso);
    }
    let sentence =
        format!("`{shown}` is in ISO-2022-JP, and appending to that encoding is not supported");
    ToolError::new(Code::NotText, sentence).hint(REWRITE)
}

/// How all lines of the file end; nothing for a huge one.
fn all_ends(
    encoding: Encoding,
    file: &OpenFile,
    budget: &Budget,
) -> Result<Option<LineEnds>, ToolError> {
    if file.size() > MAX_HASHED {
        return Ok(None);
    }
    let unit = encoding.coding().unit();
    let mut buffer = buffer(file, CHUNK);
    let mut offset = 0;
    let mut lines = 0;
    let mut crlf = 0;
    let mut after_return = false;
    loop {
        budget.step()?;
        let room = buffer.len();
        let chunk = file.read_at(&mut buffer, offset)?;
        lines += unit.count_lines(chunk);
        crlf += unit.count_crlf(chunk, after_return);
        after_return = chunk.ends_with(unit.carriage_return());
        offset += chunk.len() as u64;
        if chunk.len() < room {
            return Ok(Some(LineEnds::of_counts(lines, crlf)));
        }
    }
}

/// How the lines at the beginning of the file end.
fn ends(encoding: Encoding, begin: &[u8]) -> LineEnds {
    LineEnds::of_all(&sample(encoding, begin))
}

/// The text at the beginning of the file.
fn sample(encoding: Encoding, begin: &[u8]) -> Cow<'_, str> {
    let bytes = usize::try_from(encoding.mark()).ok().and_then(|mark| begin.get(mark..));
    let bytes = bytes.unwrap_or_default();
    let bytes = bytes.get(..SAMPLE).unwrap_or(bytes);
    shown(encoding.coding(), bytes, 0, Rest::Some, false).text
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
