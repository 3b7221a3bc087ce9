//! `read_text_file`: a piece of a text file, and how to go on.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::encoding::{MAX_LABEL, named};
use super::shared::text_answer::{CLOSING, footer, numbered};
use crate::cap::{Read, Target};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::limits::{Budget, cost};
use crate::path::VirtualPath;
use crate::text::{self, Piece, Range, Room};
use crate::tool::{Alias, Tool};

/// More lines than a page can have.
const MOST_LINES: u64 = 40_000;

pub(super) struct ReadTextFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file.
    #[schemars(example = "src/main.rs")]
    path: VirtualPath,
    /// First line, from 1.
    #[serde(default)]
    #[schemars(example = 201, range(min = 1))]
    offset: Option<u64>,
    /// Lines; else all that fit.
    #[serde(default)]
    #[schemars(example = 200, range(min = 1))]
    limit: Option<u64>,
    /// First lines only.
    #[serde(default)]
    #[schemars(example = 50, range(min = 1))]
    head: Option<u64>,
    /// Last lines only.
    #[serde(default)]
    #[schemars(example = 50, range(min = 1))]
    tail: Option<u64>,
    /// `N:` before each line.
    #[serde(default)]
    #[schemars(example = true)]
    line_numbers: bool,
    /// First byte, for long lines.
    #[serde(default)]
    #[schemars(example = 8000, range(min = 0))]
    byte_offset: Option<u64>,
    /// How many bytes.
    #[serde(default)]
    #[schemars(example = 8000, range(min = 1))]
    byte_limit: Option<u64>,
    /// Its encoding, where the bytes do not tell.
    #[serde(default)]
    #[schemars(example = &"shift_jis", length(max = MAX_LABEL))]
    encoding: Option<String>,
}

impl Tool for ReadTextFile {
    const NAME: &'static str = "read_text_file";
    const ALSO: &'static [Alias] = &[Alias { name: "read_file", implies: &[] }];
    const ABOUT: &'static str = "Reads a text file, or a piece of it. The last line, in brackets, names the lines, the version, \
        and what continues.";
    type Needs = Read;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Read>, budget: &Budget) -> Result<String, ToolError> {
        let piece = args.piece()?;
        let place = at.place(budget)?;
        let file = place.open_file()?;
        let coding = named(args.encoding.as_deref())?;
        let elsewhere = place.resolved_path_if_different(&at);
        let closing_chars = CLOSING + elsewhere.as_ref().map_or(0, |real| cost(real));
        let room = Room {
            chars: budget.limits().max_result_chars.saturating_sub(closing_chars),
            before_line: if args.line_numbers { args.before_line() } else { 0 },
        };
        let mut page = text::read_as(coding, &file, piece, room, budget)?;
        match page.range {
            Range::Lines { first, count: 0, total: Some(total) } if total > 0 => {
                let sentence = format!(
                    "`offset` {first} is past the end: the file has {}",
                    count(total, "line", "lines")
                );
                let hint = format!(
                    "the last page begins near offset={}",
                    total.saturating_sub(199).max(1)
                );
                return Err(ToolError::new(Code::BadArgs, sentence).hint(hint));
            }
            Range::Bytes { size, .. }
                if size > 0 && args.byte_offset.is_some_and(|at| at >= size) =>
            {
                let sentence = format!(
                    "`byte_offset` {} is past the end: the file has {}",
                    args.byte_offset.unwrap_or(size),
                    count(size, "byte", "bytes")
                );
                return Err(ToolError::new(Code::BadArgs, sentence));
            }
            Range::Lines { first, .. } if args.line_numbers => {
                page.text = numbered(&page.text, first);
            }
            _ => {}
        }
        let mut line = footer(&page, elsewhere, "");
        if args.line_numbers && matches!(page.range, Range::Tail { .. }) {
            line +=
                "\n[line numbers unknown: the file is too large to count the lines before these]";
        }
        // A piece by bytes need not end with a line.
        let between = if page.text.is_empty() || page.text.ends_with('\n') { "" } else { "\n" };
        page.text += between;
        page.text += &line;
        Ok(page.text)
    }
}

impl Args {
    /// The room that the longest line number of the page takes before its line.
    fn before_line(&self) -> usize {
        // Of the last lines, nobody knows yet which they are.
        let first = if self.tail.is_some() { 10_000_000 } else { self.offset.unwrap_or(1) };
        cost(&format!("{}:", first.saturating_add(MOST_LINES)))
    }

    /// The one piece that is asked for.
    fn piece(&self) -> Result<Piece, ToolError> {
        let lines = self.offset.is_some() || self.limit.is_some();
        let bytes = self.byte_offset.is_some() || self.byte_limit.is_some();
        match (lines, self.head, self.tail, bytes) {
            (_, None, None, false) => Ok(Piece::Lines {
                first: self.offset.unwrap_or(1),
                count: self.limit.unwrap_or(u64::MAX),
            }),
            (false, Some(count), None, false) => Ok(Piece::Lines { first: 1, count }),
            (false, None, Some(count), false) => Ok(Piece::Tail { count }),
            (false, None, None, true) if self.line_numbers => Err(ToolError::new(
                Code::BadArgs,
                "a piece by bytes has no line numbers",
            )
            .hint("leave `line_numbers` out, or say the piece by `offset` and `limit`")),
            (false, None, None, true) => Ok(Piece::Bytes {
                offset: self.byte_offset.unwrap_or(0),
                count: self.byte_limit.unwrap_or(u64::MAX),
            }),
            _ => Err(ToolError::new(
                Code::BadArgs,
                "`offset` and `limit`, `head`, `tail`, and `byte_offset` are four ways to say which piece",
            )
            .hint("use one of them")),
        }
    }
}
