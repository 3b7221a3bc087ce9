//! `move_file`: another name for a file, link or directory; and nothing of that name is lost.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::change_answer::{footer, made, other_names};
use super::shared::defaults::yes;
use crate::cap::{Copied, MovePaths, Remove, Renamed, Route, Target, Write, to_move};
use crate::error::ToolError;
use crate::format::count;
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tool::Tool;

pub(super) struct MoveFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// What to move.
    #[schemars(example = &"src/old.rs")]
    source: VirtualPath,
    /// Its whole new path.
    #[schemars(example = &"src/new.rs")]
    destination: VirtualPath,
    /// Replace a file that is there.
    #[serde(default)]
    #[schemars(example = false)]
    overwrite: bool,
    /// false: the parent must exist.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    create_parents: bool,
}

impl Tool for MoveFile {
    const NAME: &'static str = "move_file";
    const ABOUT: &'static str = "Moves or renames a file or directory. A link is moved as a link.";
    type Needs = MovePaths;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> (&VirtualPath, &VirtualPath) {
        (&args.source, &args.destination)
    }

    fn run(args: &Args, at: Route, budget: &Budget) -> Result<String, ToolError> {
        match at {
            Route::Within { source, destination, removable } => {
                match within(args, &source, &destination, budget)? {
                    Renamed::Moved { made: n, other_names: names } => {
                        let facts: Vec<String> =
                            made(n).into_iter().chain(other_names(names)).collect();
                        Ok(summary(&source.display_path(), &destination.display_path(), &facts))
                    }
                    Renamed::OtherFileSystem => across(args, &removable?, &destination, budget),
                }
            }
            Route::Across { source, destination } => across(args, &source, &destination, budget),
        }
    }
}

fn within(
    args: &Args,
    source: &Target<Write>,
    destination: &Target<Write>,
    budget: &Budget,
) -> Result<Renamed, ToolError> {
    let (from, to, _turn) = to_move(source, destination, budget)?;
    if !args.create_parents {
        to.needs_its_directory()?;
    }
    from.rename_to(&to, args.overwrite, budget)
}

fn across(
    args: &Args,
    source: &Target<Remove>,
    destination: &Target<Write>,
    budget: &Budget,
) -> Result<String, ToolError> {
    let (from, to, _turn) = to_move(source, destination, budget)?;
    if !args.create_parents {
        to.needs_its_directory()?;
    }
    let Copied { census, bytes, made: n, other_names: names, lost } =
        from.move_across(&to, args.overwrite, budget)?;
    let mut facts = vec![format!(
        "copied and compared {}, then removed the source",
        count(bytes, "byte", "bytes")
    )];
    if census.directories > 0 {
        facts.push(format!(
            "{} in {}",
            count(census.files, "file", "files"),
            count(census.directories, "directory", "directories")
        ));
    }
    facts.extend(made(n));
    facts.extend(other_names(names));
    facts.extend(lost.in_words());
    Ok(summary(&source.display_path(), &destination.display_path(), &facts))
}

fn summary(from: &str, to: &str, facts: &[String]) -> String {
    format!("Successfully moved {from} to {to}{}", footer(facts))
}
