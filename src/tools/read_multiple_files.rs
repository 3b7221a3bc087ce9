//! `read_multiple_files`: several text files in one answer, each answered on its own.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::text_answer::{CLOSING, footer};
use crate::cap::{Many, Read, Target};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::limits::{Budget, cost};
use crate::path::VirtualPath;
use crate::text::{self, ELSEWHERE, Piece, Room};
use crate::tool::Tool;

pub(super) struct ReadMultipleFiles;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The files.
    #[schemars(example = paths_example())]
    paths: Vec<VirtualPath>,
    /// First lines of each.
    #[serde(default)]
    #[schemars(example = 50, range(min = 1))]
    head: Option<u64>,
}

fn paths_example() -> [&'static str; 2] {
    ["src/main.rs", "src/lib.rs"]
}

impl Tool for ReadMultipleFiles {
    const NAME: &'static str = "read_multiple_files";
    const ABOUT: &'static str = "Reads several text files, each answered on its own.";
    type Needs = Many<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &[VirtualPath] {
        &args.paths
    }

    fn run(
        args: &Args,
        targets: Vec<Result<Target<Read>, ToolError>>,
        budget: &Budget,
    ) -> Result<String, ToolError> {
        if args.paths.is_empty() {
            return Err(ToolError::new(Code::BadArgs, "`paths` holds no path"));
        }
        let mut room = budget.limits().max_result_chars.saturating_sub(CLOSING);
        let mut answer = String::new();
        let files = targets.len();
        for (i, (path, target)) in args.paths.iter().zip(targets).enumerate() {
            // What short files leave goes to those after them.
            let share = room / (files - i);
            let head = format!("--- {path}\n");
            let chars = share.saturating_sub(CLOSING + cost(&head));
            let text = target.and_then(|target| file(&target, args.head, chars, budget)).or_else(
                |refused| match refused.code() {
                    Code::TimedOut | Code::Cancelled => Err(refused),
                    _ => Ok(refused.to_string()),
                },
            )?;
            let part = format!("{head}{text}\n");
            let part_chars = cost(&part);
            // Long paths take more than their share.
            if part_chars > room && i > 0 {
                answer += &format!(
                    "[{} not shown: the answer is full; read them in another call]\n",
                    count((files - i) as u64, "more file is", "more files are")
                );
                break;
            }
            room = room.saturating_sub(part_chars);
            answer += &part;
        }
        answer.pop();
        Ok(answer)
    }
}

fn file(
    target: &Target<Read>,
    head: Option<u64>,
    chars: usize,
    budget: &Budget,
) -> Result<String, ToolError> {
    let place = target.place(budget)?;
    let piece = Piece::Lines { first: 1, count: head.unwrap_or(u64::MAX) };
    let mut page = text::read(&place.open_file()?, piece, Room { chars, before_line: 0 }, budget)?;
    page.text += &footer(&page, place.resolved_path_if_different(target), ELSEWHERE);
    Ok(page.text)
}
