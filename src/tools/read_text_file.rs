//! `read_text_file`: some lines of a text file, and how to go on.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::cap::{Read, Target};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::text::{self, Wanted, Window};
use crate::tool::Tool;

/// Characters of an answer that are kept free for its closing line.
const CLOSING: usize = 400;

pub(super) struct ReadTextFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file.
    #[schemars(example = "src/main.rs")]
    path: VirtualPath,
    /// First line to read, counted from 1.
    #[serde(default = "first_line")]
    #[schemars(example = 201, range(min = 1))]
    offset: u64,
    /// How many lines; without it, as many as fit into an answer.
    #[serde(default)]
    #[schemars(example = 200, range(min = 1))]
    limit: Option<u64>,
}

fn first_line() -> u64 {
    1
}

impl Tool for ReadTextFile {
    const NAME: &'static str = "read_text_file";
    const ABOUT: &'static str = "Reads a text file, or some of its lines. The last line of the answer, in brackets, \
        tells which lines these are and which offset continues.";
    type Needs = Read;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Read>, budget: &Budget) -> Result<String, ToolError> {
        let place = at.place()?;
        let file = place.open_file()?;
        let wanted = Wanted {
            first: args.offset,
            lines: args.limit.unwrap_or(u64::MAX),
            chars: budget.limits().max_result_chars.saturating_sub(CLOSING),
        };
        let window = text::window(&file, wanted, budget)?;
        if let Some(total) = window.total
            && window.lines == 0
            && total > 0
        {
            return Err(ToolError::new(
                Code::BadArgs,
                format!("`offset` {} is behind the end: the file has {total} lines", args.offset),
            )
            .hint(format!("such as {}", total.saturating_sub(199).max(1))));
        }
        let mut facts = vec![range(args.offset, &window), window.ends.as_str().to_owned()];
        if window.shortened > 0 {
            facts.push(format!("{} lines shortened", window.shortened));
        }
        facts.extend(place.elsewhere(&at).map(|real| format!("links lead to {real}")));
        let next = args.offset + window.lines;
        if window.total.is_none_or(|total| next <= total) {
            facts.push(format!("continue with offset={next}"));
        }
        Ok(format!("{}[{}]", window.text, facts.join("; ")))
    }
}

fn range(first: u64, window: &Window) -> String {
    let last = (first + window.lines).saturating_sub(1);
    match window.total {
        Some(0) => "empty file".into(),
        Some(total) => format!("lines {first}-{last} of {total}"),
        None => format!("lines {first}-{last}"),
    }
}
