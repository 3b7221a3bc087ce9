//! `list_allowed_directories`: what was granted, as anyone may know it. It touches no file.
//!
//! It does not tell whether the directories still exist, nor where they are beyond what the
//! operator wrote.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::cap::{GrantInfo, GrantList};
use crate::error::ToolError;
use crate::format::count;
use crate::limits::{Budget, cost};
use crate::path::printable;
use crate::tool::Tool;

/// Characters of an answer that are kept free for its closing lines.
const CLOSING: usize = 200;

pub(super) struct ListAllowedDirectories;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {}

impl Tool for ListAllowedDirectories {
    const NAME: &'static str = "list_allowed_directories";
    const ABOUT: &'static str = "Lists the granted directories, their rights, and how paths look.";
    type Needs = GrantList;
    type Args = Args;
    type Output = String;

    fn paths(_: &Args) {}

    fn run(_: &Args, grants: Vec<GrantInfo>, budget: &Budget) -> Result<String, ToolError> {
        let mut text = String::from("Allowed directories:\n");
        let room = budget.limits().max_result_chars.saturating_sub(CLOSING);
        for (i, grant) in grants.iter().enumerate() {
            let what = match &grant.unavailable {
                None if grant.is_mounted_read_only && grant.rights.allow_change() => {
                    "read only: the file system is mounted read only".to_owned()
                }
                None => grant.rights.in_words().to_owned(),
                Some(reason) => format!("not available: {reason}"),
            };
            let line = format!("{} ({what}): {}\n", grant.name, printable(&grant.written_as));
            if i > 0 && cost(&text) + cost(&line) > room {
                text += &format!(
                    "[{} not shown: the answer is full]\n",
                    count((grants.len() - i) as u64, "more directory is", "more directories are")
                );
                break;
            }
            text += &line;
        }
        text += match grants.as_slice() {
            [_] => "[paths are relative to it, such as `src/main.rs`]",
            _ => "[paths begin with the name, such as `NAME/src/main.rs`]",
        };
        Ok(text)
    }
}
