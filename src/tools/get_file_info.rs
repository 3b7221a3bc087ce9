//! `get_file_info`: what a path names, without opening it.

use chrono::{DateTime, SecondsFormat};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cap::{Kind, Read, Target};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::tool::Tool;

pub(super) struct GetFileInfo;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file or directory.
    #[schemars(example = "src/main.rs")]
    path: VirtualPath,
}

impl Tool for GetFileInfo {
    const NAME: &'static str = "get_file_info";
    const ABOUT: &'static str = "Tells what a path is: type, size, time of the last change, mode, and what may be done with it.";
    type Needs = Read;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(_: &Args, at: Target<Read>, _: &Budget) -> Result<String, ToolError> {
        let place = at.place()?;
        let info = place.info()?;
        let kind = match info.kind {
            Kind::File => "file",
            Kind::Directory => "directory",
            Kind::Link => "symbolic link",
            Kind::Special => "special file (never opened)",
        };
        let mut lines = vec![format!("path: {}", at.shown())];
        lines.extend(place.elsewhere(&at).map(|real| format!("links lead to: {real}")));
        lines.push(format!("type: {kind}"));
        if info.kind == Kind::File {
            lines.push(format!("size: {} bytes", info.size));
        }
        if let Some(time) = DateTime::from_timestamp(info.modified_s, 0) {
            lines.push(format!("modified: {}", time.to_rfc3339_opts(SecondsFormat::Secs, true)));
        }
        lines.push(format!("mode: {:04o}", info.mode));
        if info.kind == Kind::File && info.links > 1 {
            lines.push(format!("hard links: {}", info.links));
        }
        lines.push(format!("rights: {}", info.rights));
        Ok(lines.join("\n"))
    }
}
