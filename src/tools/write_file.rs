//! `write_file`: new contents for a file, whole or not at all; or more at its end.

use std::borrow::Cow;

use data_encoding::BASE64;
use schemars::JsonSchema;
use serde::Deserialize;

use super::changing::{closing, facts, if_match, lines};
use super::encoding::{MAX_LABEL, named};
use super::searching::yes;
use crate::cap::{Expect, OpenFile, Place, Target, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::text::{self, Coding, LineEnds, Piece, Range, Room};
use crate::tool::Tool;
use crate::words::number;

/// Bytes of an old file that are looked at as they are.
const SMALL: usize = 64 << 10;
const MARK: &[u8] = "\u{FEFF}".as_bytes();
const ESCAPE: u8 = 0x1b;

pub(super) struct WriteFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file.
    #[schemars(example = "src/main.rs")]
    path: VirtualPath,
    /// The text.
    #[schemars(example = "fn main() {}\n")]
    content: Option<String>,
    /// Bytes instead of a text.
    #[schemars(example = "iVBORw0KGgo=")]
    content_base64: Option<String>,
    /// Replace what is there, refuse to, or add at the end.
    #[serde(default)]
    mode: Mode,
    /// false: the parent must exist.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    create_parents: bool,
    /// Only if still this version.
    #[schemars(example = &"k3f9a2c1xq", length(max = 100))]
    if_match: Option<String>,
    /// The encoding of the file, where it is not UTF-8.
    #[serde(default)]
    #[schemars(example = &"shift_jis", length(max = MAX_LABEL))]
    encoding: Option<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Mode {
    #[default]
    Overwrite,
    Create,
    Append,
}

impl Tool for WriteFile {
    const NAME: &'static str = "write_file";
    const ABOUT: &'static str = "Writes a whole file, or appends. For parts use edit_file.";
    type Needs = Write;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Write>, budget: &Budget) -> Result<String, ToolError> {
        let contents = args.contents()?;
        let coding = named(args.encoding.as_deref())?;
        let (place, turn) = at.to_make(false, budget)?;
        if !args.create_parents {
            place.needs_its_directory()?;
        }
        let old = match place.what() {
            Some(_) => Some(place.open_file()?),
            None => None,
        };
        if_match(args.if_match.as_deref(), old.as_ref(), &at, budget)?;
        let mut said = match (&old, args.mode) {
            (Some(old), Mode::Append) => append(&contents, coding, &place, &at, old, budget)?,
            (_, mode) => {
                let contents = encoded(coding, &contents, args)?;
                let expect = match (&old, mode) {
                    (None, Mode::Append) | (_, Mode::Create) => Expect::Nothing,
                    (Some(old), _) if args.if_match.is_some() => Expect::This(old.state()),
                    _ => Expect::Anything,
                };
                put(&contents, &place, &at, old.as_ref(), expect, budget)?
            }
        };
        drop(turn);
        said.insert_str(0, &format!("Successfully wrote to {}", at.shown()));
        Ok(said)
    }
}

impl Args {
    fn contents(&self) -> Result<Cow<'_, [u8]>, ToolError> {
        match (&self.content, &self.content_base64) {
            (Some(text), None) => Ok(text.as_bytes().into()),
            (None, Some(coded)) => {
                let coded: Vec<u8> = coded.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
                let bytes = BASE64.decode(&coded).map_err(|why| {
                    ToolError::new(Code::BadArgs, "`content_base64` is no base 64").detail(why)
                })?;
                Ok(bytes.into())
            }
            (Some(_), Some(_)) => Err(ToolError::new(
                Code::BadArgs,
                "`content` and `content_base64` are two ways to say what to write",
            )
            .hint("use one of them")),
            (None, None) => Err(ToolError::new(Code::BadArgs, "`content` is missing")
                .hint("an empty file has the content \"\"")),
        }
    }
}

/// Puts the contents there, and says what became of the old ones.
fn put(
    contents: &[u8],
    place: &Place<Write>,
    at: &Target<Write>,
    old: Option<&OpenFile>,
    expect: Expect,
    budget: &Budget,
) -> Result<String, ToolError> {
    if let (Some(_), Expect::Nothing) = (old, expect) {
        let sentence = format!("`{}` exists already", at.said());
        return Err(ToolError::new(Code::AlreadyExists, sentence)
            .hint("mode=overwrite replaces it; edit_file changes a part of it"));
    }
    let before = old.map(|old| Before::of(old, budget)).transpose()?;
    let written = place.put([contents], expect, budget)?;
    let now = Text::of(contents);
    let mut all = vec![match (&before, &now) {
        (None, Some(now)) => format!("new file of {}", lines(now.lines)),
        (None, None) => format!("new file of {} bytes", number(contents.len() as u64)),
        (Some(Some(Before { text: Text { lines: total, .. }, .. })), Some(now)) => {
            format!("replaced {} with {}", lines(*total), number(now.lines))
        }
        (Some(_), _) => format!(
            "replaced {} bytes with {}",
            number(old.map_or(0, OpenFile::size)),
            number(contents.len() as u64)
        ),
    }];
    if let Some(now) = &now {
        all.extend(now.compared(before.flatten().as_ref()));
    }
    all.extend(facts(place, at, &written));
    let version = text::version_of([contents], &written.state).to_string();
    budget.is_version(&version);
    all.push(format!("version {version}"));
    Ok(closing(&all))
}

/// The contents in the coding that the client names. UTF-16 and UTF-32 get a mark, so that they are
/// detected again.
fn encoded<'c>(
    coding: Option<Coding>,
    contents: &'c [u8],
    args: &Args,
) -> Result<Cow<'c, [u8]>, ToolError> {
    let (Some(coding), Some(text)) = (coding, &args.content) else { return Ok(contents.into()) };
    text::encoded(coding, text).map(Cow::Owned).map_err(|c| {
        let sentence = format!("{} has no character `{c}`", coding.name());
        ToolError::new(Code::BadArgs, sentence).hint("leave `encoding` out to write UTF-8")
    })
}

/// Adds the contents at the end of the file, in its encoding and with its line ends.
fn append(
    contents: &[u8],
    coding: Option<Coding>,
    place: &Place<Write>,
    at: &Target<Write>,
    old: &OpenFile,
    budget: &Budget,
) -> Result<String, ToolError> {
    let fitted = text::fitted(contents, coding, old, budget)?;
    let written = place.append(&fitted)?;
    let mut all = vec![match Text::of(contents) {
        Some(text) => format!("appended {}", lines(text.lines)),
        None => format!("appended {} bytes", number(contents.len() as u64)),
    }];
    if fitted != contents {
        all.push("in the encoding and with the line ends of the file".into());
    }
    all.extend(facts(place, at, &written));
    // It is done: whatever ends the call now, the answer must not say that it is not.
    let version = place.open_file().and_then(|file| text::version(&file, budget));
    if let Ok(version) = version.map(|version| version.to_string()) {
        budget.is_version(&version);
        all.push(format!("version {version}"));
    }
    Ok(closing(&all))
}

/// What can be said of the old contents.
struct Before {
    text: Text,
    /// Where it is not UTF-8 without a mark.
    encoding: Option<String>,
}

impl Before {
    /// Nothing if they are no text, or too long to be read for that.
    fn of(old: &OpenFile, budget: &Budget) -> Result<Option<Self>, ToolError> {
        if let Some(text) = Self::small(old, budget)? {
            return Ok(Some(Self { text, encoding: None }));
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
        Ok(Some(Self { text: Text { lines, ends: page.ends }, encoding: page.encoding }))
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
struct Text {
    lines: u64,
    ends: LineEnds,
}

impl Text {
    fn of(contents: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(contents).ok().filter(|text| !text.contains('\0'))?;
        let mut all = Self { lines: 0, ends: LineEnds::None };
        for line in text.split_inclusive('\n') {
            all.lines += 1;
            all.ends = all.ends.and(LineEnds::of(line));
        }
        Some(all)
    }

    /// Its line ends and encoding, where the old ones were others.
    fn compared(&self, before: Option<&Before>) -> Vec<String> {
        let ends = self.ends.as_str();
        let Some(before) = before else { return vec![ends.into()] };
        let old = before.text.ends;
        let is_other = old != self.ends && ![old, self.ends].contains(&LineEnds::None);
        let was = if is_other { format!(", was {}", old.as_str()) } else { String::new() };
        let encoding = before.encoding.as_ref().map(|encoding| format!("UTF-8, was {encoding}"));
        std::iter::once(format!("{ends}{was}")).chain(encoding).collect()
    }
}
