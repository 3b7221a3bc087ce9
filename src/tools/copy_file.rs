//! `copy_file`: a second file or tree with the same contents.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::change_answer::{footer, made, other_names};
use super::shared::defaults::yes;
use super::shared::left_out::RESERVED;
use crate::cap::{Kind, Read, Target, Write};
use crate::error::ToolError;
use crate::format::{count, noun, number};
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tool::Tool;

pub(super) struct CopyFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// What to copy.
    #[schemars(example = &"src/main.rs")]
    source: VirtualPath,
    /// Its whole new path.
    #[schemars(example = &"src/copy.rs")]
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

impl Tool for CopyFile {
    const NAME: &'static str = "copy_file";
    const ABOUT: &'static str =
        "Copies a file, or a directory with all in it. Links are not copied.";
    type Needs = (Read, Write);
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> (&VirtualPath, &VirtualPath) {
        (&args.source, &args.destination)
    }

    fn run(
        args: &Args,
        (source, destination): (Target<Read>, Target<Write>),
        budget: &Budget,
    ) -> Result<String, ToolError> {
        let from = source.place(budget)?;
        let is_tree = from.found_kind() == Some(Kind::Directory);
        let (to, _turn) = destination.to_make(is_tree, budget)?;
        if !args.create_parents {
            to.needs_its_directory()?;
        }
        let copied = from.copy_to(&to, args.overwrite, budget)?;
        let census = copied.census;
        let mut facts = vec![];
        if from.found_kind() == Some(Kind::Directory) {
            let files = count(census.files, "file", "files");
            facts.push(format!(
                "{files} in {}",
                count(census.directories, "directory", "directories")
            ));
        }
        facts.push(format!("{} {}", number(copied.bytes), noun(copied.bytes, "byte", "bytes")));
        if census.links > 0 {
            facts.push(format!("not copied: {}", count(census.links, "link", "links")));
        }
        if census.special > 0 {
            facts.push(format!(
                "not copied: {}",
                count(census.special, "special file", "special files")
            ));
        }
        if census.reserved > 0 {
            facts.push(format!("not copied: {} with {RESERVED}", census.reserved));
        }
        facts.extend(made(copied.made));
        facts.extend(other_names(copied.other_names));
        facts.extend(copied.lost.in_words());
        facts.extend(
            to.resolved_path_if_different(&destination).map(|real| format!("links lead to {real}")),
        );
        let from = source.display_path();
        let to = destination.display_path();
        Ok(format!("Successfully copied {from} to {to}{}", footer(&facts)))
    }
}
