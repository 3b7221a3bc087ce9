//! [`Before`]: what is known of a file that is overwritten, and [`Kept`]: what of its form the new contents keep.
//!
//! A text keeps the line ends of the file, unless it has its own, and its byte order mark, which no client is shown.
//!
//! May import: `cap` (for open files), `error`, `limits`, `text`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::cap::{OpenFile, Right, Target};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::{self, Coding, LineEnds, Piece, Range, Room};

/// Characters of an escape.
const ESCAPE_LEN: usize = 4;
/// Bytes of an old file that are looked at as they are.
const SMALL: usize = 64 << 10;
pub(super) const MARK: &[u8] = "\u{FEFF}".as_bytes();
const ESCAPE: u8 = 0x1b;
/// What a file is in of which nothing else is known.
const UTF_8: &str = "UTF-8";

/// New contents in the form of the file that they replace.
pub(super) struct Kept<'c> {
    pub(super) contents: Cow<'c, [u8]>,
    /// The line ends of the file were kept where the contents had others.
    ends: bool,
    /// Its byte order mark was.
    mark: bool,
    /// The encoding that the contents are to be written in, if it was asked for.
    coding: Option<Coding>,
}

impl<'c> Kept<'c> {
    /// The contents as they are.
    pub(super) fn nothing(contents: &'c [u8]) -> Self {
        Self { contents: contents.into(), ends: false, mark: false, coding: None }
    }

    /// A text with the line ends that are `wanted`, or in the form of what was there.
    pub(super) fn of(
        contents: &'c [u8],
        wanted: Option<LineEnds>,
        coding: Option<Coding>,
        before: Option<&Before>,
    ) -> Self {
        let Ok(given) = std::str::from_utf8(contents) else { return Self::nothing(contents) };
        let old = before.map_or(LineEnds::None, |before| before.text.ends);
        let text = wanted.map_or_else(|| old.fit(given), |wanted| wanted.write(given));
        let ends = wanted.is_none() && text != given;
        let is_utf8 = coding.is_none_or(|coding| coding == Coding::Utf8);
        let had_mark = before.is_some_and(|before| before.has_mark);
        let mark = had_mark && is_utf8 && !contents.starts_with(MARK);
        let contents = match text {
            text if mark => Cow::Owned([MARK, text.as_bytes()].concat()),
            Cow::Borrowed(_) => contents.into(),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        Self { contents, ends, mark, coding }
    }

    /// The line ends and the encoding of the new text, and what the old ones were.
    pub(super) fn told(&self, now: &Text, before: Option<&Before>, written: &[u8]) -> Vec<String> {
        let ends = now.ends.as_str();
        let Some(before) = before else {
            return std::iter::once(ends.into()).chain(self.form(written)).collect();
        };
        let old = before.text.ends;
        let mut all = vec![match (self.ends, now.ends.differs_from(old)) {
            (true, _) => {
                format!("{ends} as before, although the content had LF (line_ends=lf writes LF)")
            }
            (false, true) => format!("{ends}, was {}", old.as_str()),
            (false, false) => ends.into(),
        }];
        match &before.encoding {
            _ if self.mark => all.push("byte order mark kept".into()),
            // The contents have their own.
            _ if before.has_mark && self.coding.is_none() => {}
            before => {
                let before = before.as_deref().unwrap_or(UTF_8);
                let now = self.form(written).unwrap_or_else(|| UTF_8.into());
                let is_same = now == before || (written.is_ascii() && before == UTF_8);
                if !is_same {
                    all.push(format!("{now}, was {before}"));
                }
            }
        }
        all
    }

    /// The encoding of what was written, unless it is UTF-8 without a mark.
    fn form(&self, written: &[u8]) -> Option<String> {
        let coding = self.coding.unwrap_or(Coding::Utf8);
        let is_marked = coding.is_marked() || (coding == Coding::Utf8 && written.starts_with(MARK));
        let mark = if is_marked { " with BOM" } else { "" };
        (is_marked || coding != Coding::Utf8).then(|| format!("{}{mark}", coding.name()))
    }
}

/// The escape in a text that stands for a byte of the file on one of its pages, if there is one. A page may have been read
/// in the encoding that is named, or without it.
///
/// # Errors
/// The codes of the host; `timed_out`, `cancelled`.
pub(super) fn escape_in<'c>(
    contents: &'c [u8],
    old: &OpenFile,
    named: Option<Coding>,
    budget: &Budget,
) -> Result<Option<&'c str>, ToolError> {
    let text = std::str::from_utf8(contents).unwrap_or_default();
    let mut written: BTreeMap<u8, &str> = BTreeMap::new();
    for (at, _) in text.match_indices("\\x") {
        if let Some(escape) = text.get(at..at + ESCAPE_LEN)
            && let Some(byte) = text::byte_of_escape(escape)
        {
            written.entry(byte).or_insert(escape);
        }
    }
    let wanted = written.keys().copied().collect();
    let mut byte = text::shown_byte(old, None, &wanted, budget)?;
    if byte.is_none() && named.is_some() {
        byte = text::shown_byte(old, named, &wanted, budget)?;
    }
    Ok(byte.and_then(|byte| written.get(&byte).copied()))
}

/// What can be said of the old contents.
pub(super) struct Before {
    pub(super) text: Text,
    /// Where it is not UTF-8 without a mark.
    encoding: Option<String>,
    /// Whether it begins with the byte order mark of UTF-8.
    has_mark: bool,
}

/// Refuses a text that has escapes of a page of the file that it replaces. They stand for bytes there, and would be written
/// as the characters that they consist of. The bytes would be lost.
///
/// # Errors
/// `bad_args`; those of [`escape_in`].
pub(super) fn no_escapes_of<R: Right>(
    (contents, named): (&[u8], Option<Coding>),
    old: &OpenFile,
    at: &Target<R>,
    budget: &Budget,
) -> Result<(), ToolError> {
    let Some(escape) = escape_in(contents, old, named, budget)? else { return Ok(()) };
    let sentence = format!(
        "`content` holds `{escape}`, which read_text_file shows for a byte of `{}`, and would be written as {ESCAPE_LEN} \
         characters in its place",
        at.said()
    );
    Err(ToolError::new(Code::BadArgs, sentence).hint(
        "edit_file leaves all other bytes unchanged; use `content_base64` to write the bytes, or these \
         characters if they are meant",
    ))
}

impl Before {
    /// `None` if the old contents are not text, or are too long to examine.
    pub(super) fn of(old: &OpenFile, budget: &Budget) -> Result<Option<Self>, ToolError> {
        if let Some(text) = Self::small(old, budget)? {
            return Ok(Some(Self { text, encoding: None, has_mark: false }));
        }
        if old.size() > text::MAX_HASHED {
            return Ok(None);
        }
        let whole = Piece::Lines { first: 1, count: u64::MAX };
        let room = Room { chars: budget.limits().max_result_chars, before_line: 0 };
        let page = match text::read(old, whole, room, budget) {
            Err(error) if error.code() == Code::NotText => return Ok(None),
            page => page?,
        };
        budget.was_version(&page.version.to_string());
        let Range::Lines { total: Some(lines), .. } = page.range else { return Ok(None) };
        let has_mark = old.read_at(&mut [0; MARK.len()], 0)? == MARK;
        let text = Text { lines, ends: page.ends };
        Ok(Some(Self { text, encoding: page.encoding, has_mark }))
    }

    /// The same of what is nearly always there, at a part of the price: a small text in plain UTF-8.
    fn small(old: &OpenFile, budget: &Budget) -> Result<Option<Text>, ToolError> {
        let size = usize::try_from(old.size()).unwrap_or(usize::MAX);
        if size > SMALL {
            return Ok(None);
        }
        let mut buffer = vec![0; size + 1];
        let bytes = old.read_at(&mut buffer, 0)?;
        // A mark, or what switches an older encoding, says that it is not.
        let is_plain = bytes.len() == size && !bytes.starts_with(MARK) && !bytes.contains(&ESCAPE);
        let text = if is_plain { Text::of(bytes) } else { None };
        if text.is_some() && budget.is_audited() {
            budget.was_version(&text::version_of([bytes], &old.state()).to_string());
        }
        Ok(text)
    }
}

/// What can be said of a text.
pub(super) struct Text {
    pub(super) lines: u64,
    pub(super) ends: LineEnds,
}

impl Text {
    pub(super) fn of(contents: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(contents).ok().filter(|text| !text.contains('\0'))?;
        let mut all = Self { lines: 0, ends: LineEnds::None };
        for line in text.split_inclusive('\n') {
            all.lines += 1;
            all.ends = all.ends.and(LineEnds::of(line));
        }
        Some(all)
    }
}
