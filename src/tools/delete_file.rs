//! `delete_file`: a file or link; a directory with everything in it only when that is asked for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::change_answer::{footer, if_match};
use crate::cap::{Kind, Remove, Target};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tool::Tool;

pub(super) struct DeleteFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file, link or directory.
    #[schemars(example = &"build/old.log")]
    path: VirtualPath,
    /// Also a directory and all in it.
    #[serde(default)]
    #[schemars(example = false)]
    recursive: bool,
    /// Only if still this version.
    #[schemars(example = &"k3f9a2c1xq", length(max = 100))]
    if_match: Option<String>,
}

impl Tool for DeleteFile {
    const NAME: &'static str = "delete_file";
    const ABOUT: &'static str = "Deletes a file or link, for good. A link's target stays.";
    type Needs = Remove;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Remove>, budget: &Budget) -> Result<String, ToolError> {
        let (place, _turn) = at.to_remove(args.recursive, budget)?;
        let mut version = None;
        if args.if_match.is_some() {
            if place.found_kind() != Some(Kind::File) {
                let sentence = format!("`{}` is not a file, and has no version", at.requested());
                return Err(ToolError::new(Code::BadArgs, sentence).hint("leave `if_match` out"));
            }
            let file = place.open_file()?;
            if_match(args.if_match.as_deref(), Some(&file), &at, budget)?;
            version = Some(file.state());
        }
        let mut facts = vec![];
        match place.found_kind() {
            Some(Kind::Directory) if args.recursive => {
                let census = place.remove_tree(budget)?;
                let counted = [
                    (census.files, "file", "files"),
                    (census.links, "link", "links"),
                    (census.special, "special file", "special files"),
                    (census.directories, "directory", "directories"),
                ];
                let is_told = |(n, one, _): &(u64, &str, &str)| *n > 0 || *one == "file";
                let counted = counted.into_iter().filter(is_told);
                let counted: Vec<_> = counted.map(|(n, one, many)| count(n, one, many)).collect();
                facts.push(counted.join(", "));
            }
            Some(Kind::Link) => {
                place.remove(budget)?;
                facts.push("only the link was deleted, and its target was not changed".into());
            }
            _ => match version {
                Some(state) => place.remove_unchanged(&state, budget)?,
                None => place.remove(budget)?,
            },
        }
        Ok(format!("Successfully deleted {}{}", at.display_path(), footer(&facts)))
    }
}
