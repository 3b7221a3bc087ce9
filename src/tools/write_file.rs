//! `write_file`: new contents for a file, whole or not at all; more at its end; or, if it is asked for, into the file.

use std::borrow::Cow;

use data_encoding::BASE64;
use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::change_answer::{IN_PLACE, facts, footer, if_match, lines};
use super::shared::defaults::yes;
use super::shared::encoding::{MAX_LABEL, can_hold, named};
use super::shared::replaced::{Before, Kept, MARK, Text, escape_in, no_escapes_of};
use crate::cap::{Expect, OpenFile, Place, Target, Write};
use crate::error::{Code, ToolError};
use crate::format::{noun, number};
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::text::{self, Coding, LineEnds};
use crate::tool::Tool;

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
    /// Replace the file, refuse to, add at the end, or write into the file (not atomic).
    #[serde(default)]
    mode: Mode,
    /// false: the parent must exist.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    create_parents: bool,
    /// Only if still this version.
    #[schemars(example = &"k3f9a2c1xq", length(max = 100))]
    if_match: Option<String>,
    /// As in the file that is there, if left out.
    #[serde(default)]
    line_ends: Option<Ends>,
    /// The encoding of the file, where it is not UTF-8.
    #[serde(default)]
    #[schemars(example = &"shift_jis", length(max = MAX_LABEL))]
    encoding: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Ends {
    Lf,
    Crlf,
}

impl From<Ends> for LineEnds {
    fn from(ends: Ends) -> Self {
        match ends {
            Ends::Lf => Self::Lf,
            Ends::Crlf => Self::Crlf,
        }
    }
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    #[default]
    Overwrite,
    Create,
    Append,
    InPlace,
}

impl Tool for WriteFile {
    const NAME: &'static str = "write_file";
    const ABOUT: &'static str = "Writes a whole file, or appends; edit_file changes a part.";
    type Needs = Write;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Write>, budget: &Budget) -> Result<String, ToolError> {
        let contents = args.contents()?;
        let as_given = args.content.is_none();
        let wanted = args.line_ends.map(LineEnds::from);
        let for_text = [("line_ends", wanted.is_some()), ("encoding", args.encoding.is_some())];
        if let Some((name, _)) = for_text.iter().find(|(_, is_given)| as_given && *is_given) {
            return Err(ToolError::new(Code::BadArgs, format!("`{name}` is for `content`"))
                .hint("the bytes of `content_base64` are written as they are"));
        }
        let coding = named(args.encoding.as_deref())?;
        can_hold(args.encoding.as_deref(), args.content.as_deref())?;
        let marked = args.encoding.as_deref().is_some_and(text::asks_for_mark);
        let new = New { bytes: &contents, as_given, wanted, coding, marked };
        let mut said = match args.written(&new, &at, budget) {
            // Another server has made the file meanwhile, so now there is something to append to.
            Err(error) if args.mode == Mode::Append && error.code() == Code::AlreadyExists => {
                args.written(&new, &at, budget)?
            }
            said => said?,
        };
        said.insert_str(0, &format!("Successfully wrote to {}", at.display_path()));
        Ok(said)
    }
}

impl Args {
    /// Writes it, and says what became of the old contents.
    fn written(
        &self,
        new: &New<'_>,
        at: &Target<Write>,
        budget: &Budget,
    ) -> Result<String, ToolError> {
        let (place, _turn) = at.to_make(false, budget)?;
        if !self.create_parents {
            place.needs_its_directory()?;
        }
        let old = match place.found_kind() {
            Some(_) => Some(place.open_file()?),
            None => None,
        };
        if_match(self.if_match.as_deref(), old.as_ref(), at, budget)?;
        match (&old, self.mode) {
            (Some(old), Mode::Append) => {
                let expect = match self.if_match {
                    Some(_) => Expect::This(old.state()),
                    None => Expect::Anything,
                };
                append(new, &place, at, (old, expect), budget)
            }
            (_, mode) => {
                let expect = match (&old, mode) {
                    (None, Mode::Append) | (_, Mode::Create) => Expect::Nothing,
                    (Some(old), _) if self.if_match.is_some() => Expect::This(old.state()),
                    _ => Expect::Anything,
                };
                put(new, &place, at, old.as_ref(), (mode, expect), budget)
            }
        }
    }

    fn contents(&self) -> Result<Cow<'_, [u8]>, ToolError> {
        match (&self.content, &self.content_base64) {
            (Some(text), None) => Ok(text.as_bytes().into()),
            (None, Some(coded)) => {
                let coded: Vec<u8> = coded.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
                let bytes = BASE64.decode(&coded).map_err(|why| {
                    ToolError::new(Code::BadArgs, "`content_base64` is not valid base64")
                        .detail(why)
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

/// The contents to write.
struct New<'c> {
    bytes: &'c [u8],
    /// Byte for byte as given, whatever is there.
    as_given: bool,
    /// The line ends that were asked for.
    wanted: Option<LineEnds>,
    /// The encoding that was asked for.
    coding: Option<Coding>,
    /// Whether a byte order mark was requested.
    marked: bool,
}

/// Puts the contents there, and says what became of the old ones.
fn put(
    new: &New<'_>,
    place: &Place<Write>,
    at: &Target<Write>,
    old: Option<&OpenFile>,
    (mode, expect): (Mode, Expect),
    budget: &Budget,
) -> Result<String, ToolError> {
    if let (Some(_), Expect::Nothing) = (old, expect) {
        let sentence = format!("`{}` exists already", at.requested());
        let hint = match place.own_spelling() {
            Some(own) => format!("the file is {own}: give that path if it is meant"),
            None => "mode=overwrite replaces it; edit_file changes a part of it".to_owned(),
        };
        return Err(ToolError::new(Code::AlreadyExists, sentence).hint(hint));
    }
    let before = old.map(|old| Before::of(old, budget)).transpose()?;
    let known = before.as_ref().and_then(Option::as_ref);
    if let Some(old) = old.filter(|_| !new.as_given) {
        no_escapes_of((new.bytes, new.coding), old, at, budget)?;
    }
    let kept = if new.as_given {
        Kept::nothing(new.bytes)
    } else {
        Kept::of(new.bytes, new.wanted, new.coding, known)
    };
    // A mark at the beginning is not a line.
    let now = Text::of(kept.contents.strip_prefix(MARK).unwrap_or(&kept.contents));
    let contents = &*encoded(new, &kept.contents)?;
    let written = match mode {
        Mode::InPlace => place.put_in_place([contents], expect, budget)?,
        _ => place.put([contents], expect, budget)?,
    };
    let mut all = vec![match (&before, &now) {
        (None, Some(now)) => format!("new file of {}", lines(now.lines)),
        (None, None) => format!("new file of {}", bytes(contents.len() as u64)),
        (Some(Some(Before { text: Text { lines: total, .. }, .. })), Some(now)) => {
            format!("replaced {} with {}", lines(*total), number(now.lines))
        }
        (Some(_), _) => format!(
            "replaced {} with {}",
            bytes(old.map_or(0, OpenFile::size)),
            number(contents.len() as u64)
        ),
    }];
    if let Some(now) = &now {
        all.extend(kept.summary(now, known, contents));
    }
    if !new.as_given && text::may_be_misread(contents) {
        let reading = text::Reading::of_pieces(&[contents.into()])?;
        all.extend(reading.became(new.coding.unwrap_or(Coding::Utf8), None));
    }
    all.extend((mode == Mode::InPlace).then(|| IN_PLACE.into()));
    all.extend(facts(place, at, &written));
    let version = text::version_of([contents], &written.state).to_string();
    budget.is_version(&version);
    all.push(format!("version {version}"));
    Ok(footer(&all))
}

fn bytes(count: u64) -> String {
    format!("{} {}", number(count), noun(count, "byte", "bytes"))
}

/// The contents in the encoding that was asked for. UTF-16 and UTF-32 get a mark, so that they are detected again.
fn encoded<'c>(new: &New<'_>, contents: &'c [u8]) -> Result<Cow<'c, [u8]>, ToolError> {
    let text = std::str::from_utf8(contents);
    let (Some(coding), Ok(text), false) = (new.coding, text, new.as_given) else {
        return Ok(contents.into());
    };
    text::encoded(coding, text, new.marked).map(Cow::Owned).map_err(|c| {
        let sentence = format!("{} has no character `{c}`", coding.name());
        ToolError::new(Code::BadArgs, sentence).hint("leave `encoding` out to write UTF-8")
    })
}

/// Adds the contents at the end of the file, in its encoding and with its line ends.
fn append(
    new: &New<'_>,
    place: &Place<Write>,
    at: &Target<Write>,
    (old, expect): (&OpenFile, Expect),
    budget: &Budget,
) -> Result<String, ToolError> {
    let New { bytes: contents, as_given, wanted, coding, marked } = *new;
    let escape = if as_given { None } else { escape_in(contents, old, coding, budget)? };
    let fitted = if as_given {
        text::Fitted::as_given(contents)
    } else {
        text::fitted(contents, (coding, marked), wanted, old, budget)?
    };
    let written = place.append(&fitted.bytes, expect, budget)?;
    // Neither a mark at the beginning of the file nor the line end of its last line is a line.
    let added = contents.strip_prefix(MARK).filter(|_| fitted.is_first).unwrap_or(contents);
    let after_return = added.strip_prefix(b"\r").unwrap_or(added);
    let after_end = after_return.strip_prefix(b"\n").filter(|_| fitted.ends_last_line());
    let appended = if as_given { None } else { Text::of(after_end.unwrap_or(added)) };
    let mut all = vec![match &appended {
        Some(text) => format!("appended {}", lines(text.lines)),
        None => format!("appended {}", bytes(contents.len() as u64)),
    }];
    all.extend(fitted.note.clone());
    if let Some(escape) = escape {
        all.push(format!("`{escape}` was appended as characters; `content_base64` appends bytes"));
    }
    if fitted.gets_mark {
        all.push("with a byte order mark, since the file was empty".into());
    } else if fitted.is_first && old.size() > 0 && contents.starts_with(MARK) {
        all.push("the content begins with U+FEFF, which the file has already".into());
    } else if !as_given && contents.starts_with(MARK) && !fitted.is_first {
        all.push("the content begins with U+FEFF, which is now in the middle of the file".into());
    }
    if let Some(coding) = fitted.new_coding {
        all.push(format!("in {coding}; the file was ASCII"));
    } else if fitted.is_changed && wanted.is_none() && !fitted.gets_mark {
        all.push("in the encoding and with the line ends of the file".into());
    }
    all.extend(fitted.told_of_ends());
    all.extend(facts(place, at, &written));
    // It is done: whatever ends the call now, the answer must not say that it is not.
    let file = place.open_file();
    if let Some((coding, before)) = fitted.may_become
        && let Ok(now) = file.as_ref().map(|file| text::Reading::of_file(file, budget))
        && let Ok(now) = now
    {
        all.extend(now.became(coding, before));
    }
    let version = file.and_then(|file| text::version(&file, budget));
    if let Ok(version) = version.map(|version| version.to_string()) {
        budget.is_version(&version);
        all.push(format!("version {version}"));
    }
    Ok(footer(&all))
}
