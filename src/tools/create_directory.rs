//! `create_directory`: a directory, and those on the way to it.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::cap::{Target, Write};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tool::Tool;

pub(super) struct CreateDirectory;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The directory.
    #[schemars(example = &"docs/images")]
    path: VirtualPath,
}

impl Tool for CreateDirectory {
    const NAME: &'static str = "create_directory";
    const ABOUT: &'static str =
        "Makes a directory and its parents. One that exists is left as it is.";
    const ADDS_ONLY: bool = true;
    type Needs = Write;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Write>, budget: &Budget) -> Result<String, ToolError> {
        let _ = args;
        let (place, _turn) = at.to_make_directory(budget)?;
        let shown = at.display_path();
        Ok(if place.make_directory(budget)? {
            format!("Successfully created directory {shown}")
        } else {
            format!("Directory {shown} exists already")
        })
    }
}
