//! `get_file_info`: what a path names. Only a regular file is looked into, and a huge one in parts.

use chrono::{DateTime, SecondsFormat};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::cap::{Hindrance, Info, Kind, Place, Read, Rights, Target};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::limits::Budget;
use crate::path::VirtualPath;
use crate::text::{self, Piece, Range, Room};
use crate::tool::Tool;

pub(super) struct GetFileInfo;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file or directory.
    #[schemars(example = "src/main.rs")]
    path: VirtualPath,
    /// Also its SHA-256.
    #[serde(default)]
    #[schemars(example = true)]
    hash: bool,
}

impl Tool for GetFileInfo {
    const NAME: &'static str = "get_file_info";
    const ABOUT: &'static str = "Type, size, times, rights; a text's encoding, lines, version.";
    type Needs = Read;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Read>, budget: &Budget) -> Result<String, ToolError> {
        let place = at.place(budget)?;
        let info = place.info()?;
        let is_file = info.kind == Kind::File;
        let mut lines = vec![format!("path: {}", at.display_path())];
        lines.extend(
            place.resolved_path_if_different(&at).map(|real| format!("links lead to: {real}")),
        );
        lines.push(format!("type: {}", words(info.kind)));
        if is_file {
            lines.push(format!("size: {}", count(info.size, "byte", "bytes")));
        }
        lines.extend(time("modified", info.modified_s));
        lines.extend(time("accessed", info.accessed_s));
        lines.push(format!("mode: {:04o}", info.mode));
        if is_file && info.links > 1 {
            lines.push(format!("hard links: {} (other names of the same file)", info.links));
        }
        lines.push(rights(&info));
        if is_file {
            lines.extend(contents(&place, budget)?);
        }
        if args.hash {
            lines.push(format!("sha256: {}", text::sha256(&place.open_file()?, budget)?));
        }
        Ok(lines.join("\n"))
    }
}

/// What permissions keep the user from doing in a directory.
const NOT_WRITABLE: &str = "the server's user may not write to the directory: nothing in it can be created, replaced, moved or deleted";

/// What can be done there, which may be less than what the grant allows.
fn rights(info: &Info) -> String {
    if info.kind == Kind::Special {
        return "rights: none (no tool opens, changes, moves or deletes a special file)".into();
    }
    if !info.rights.allow_change() {
        return format!("rights: {}", info.rights);
    }
    if info.is_mounted_read_only {
        return format!("rights: {} (the file system is mounted read only)", Rights::RO);
    }
    let is_file = info.kind == Kind::File;
    let into = match (is_file, info.may_be_written_in_place) {
        (false, _) => "",
        (true, false) => "appended to, but ",
        (true, true) => "appended to and written in place, but ",
    };
    let (rights, why) = match info.hindrance {
        None => return format!("rights: {}", info.rights),
        Some(Hindrance::Immutable) => (Rights::RO, "marked as immutable".into()),
        Some(Hindrance::AppendOnly) if is_file => {
            (Rights::RW, "marked as append-only: can only be appended to".into())
        }
        Some(Hindrance::AppendOnly) => (
            Rights::RW,
            "marked as append-only: nothing in it can be replaced, moved or deleted".into(),
        ),
        Some(Hindrance::MountPoint) if is_file => {
            (Rights::RW, format!("a mount point: can be {into}not replaced, moved or deleted"))
        }
        Some(Hindrance::MountPoint) => (
            info.rights,
            "a mount point: what is in it can be changed, but it cannot be moved or deleted".into(),
        ),
        Some(Hindrance::MarkedDirectory) if is_file => (
            Rights::RW,
            format!(
                "in an immutable or append-only directory: can be {into}not replaced, moved or deleted"
            ),
        ),
        Some(Hindrance::MarkedDirectory) => (
            info.rights,
            "in an immutable or append-only directory: cannot be moved or deleted".into(),
        ),
        Some(Hindrance::NotWritable) if is_file => {
            let and_deleted =
                if info.rights.contains(Rights::REMOVE) { " and deleted" } else { "" };
            let why = format!(
                "the server's user may not write to it: can be moved{and_deleted}, but not changed"
            );
            (info.rights, why)
        }
        Some(Hindrance::Stays) if is_file => (
            Rights::RW,
            format!(
                "the permissions of its directory protect it: can be {into}not replaced, moved or deleted"
            ),
        ),
        Some(Hindrance::NotWritableAndStays) if is_file => {
            (Rights::RO, "its permissions and those of its directory permit no change".into())
        }
        Some(Hindrance::NotWritable) => (info.rights, NOT_WRITABLE.into()),
        Some(Hindrance::Stays) => (
            info.rights,
            "the permissions of its directory protect it: cannot be moved or deleted".into(),
        ),
        Some(Hindrance::NotWritableAndStays) => {
            (Rights::RW, format!("{NOT_WRITABLE}, and it cannot be moved or deleted"))
        }
    };
    format!("rights: {rights} ({why})")
}

/// Describes the contents of a file; if it may not be opened, says so.
fn contents(place: &Place<Read>, budget: &Budget) -> Result<Vec<String>, ToolError> {
    let room = Room { chars: budget.limits().max_result_chars, before_line: 0 };
    let page = place.open_file().and_then(|file| {
        // For its version a file is read whole up to that size. Above, one line and samples say what can be said at once.
        let count = if file.size() <= text::MAX_HASHED { u64::MAX } else { 1 };
        text::read(&file, Piece::Lines { first: 1, count }, room, budget)
    });
    match page {
        Ok(page) => {
            let encoding = page.encoding.unwrap_or("UTF-8".into());
            let count = match page.range {
                Range::Lines { total: Some(total), .. } => {
                    format!(", {}", count(total, "line", "lines"))
                }
                _ => {
                    format!(", lines not counted above {} MiB", text::MAX_HASHED >> 20)
                }
            };
            let by = if page.is_sampled { " (detected from samples)" } else { "" };
            let text = format!("text: {encoding}{by}{count}, {}", page.ends.as_str());
            Ok(vec![text, format!("version: {}", page.version)])
        }
        Err(error) => match error.code() {
            Code::NotText => Ok(vec!["text: no, binary".into()]),
            Code::TimedOut | Code::Cancelled => Err(error),
            code => Ok(vec![format!("text: its contents cannot be told: {code}")]),
        },
    }
}

fn time(name: &str, seconds: i64) -> Option<String> {
    let time = DateTime::from_timestamp(seconds, 0)?;
    Some(format!("{name}: {}", time.to_rfc3339_opts(SecondsFormat::Secs, true)))
}

fn words(kind: Kind) -> &'static str {
    match kind {
        Kind::File => "file",
        Kind::Directory => "directory",
        Kind::Link => "symbolic link",
        Kind::Special => "special file",
    }
}
