//! `list_directory`: what is in one directory, sorted, a page at a time.
//!
//! A page is the smallest entries after the cursor, kept in a heap of the page's size while the
//! directory streams by: memory does not grow with the directory, and a cursor needs no state here.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::left_out::RESERVED;
use super::shared::pages::MAX_CURSOR;
use super::shared::since;
use crate::cap::{Entry, Kind, OneOrAll, Read, Scoped, Target};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::limits::{Budget, cost};
use crate::path::{Name, VirtualPath, percent_decoded, percent_encoded};
use crate::tool::{Alias, Tool};

/// Characters of an answer that are kept free for its closing line.
const CLOSING: usize = 2_000;

pub(super) struct ListDirectory;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The top when left out.
    #[serde(default)]
    #[schemars(example = &"src")]
    path: VirtualPath,
    /// Also each file's size.
    #[serde(default)]
    #[schemars(example = true)]
    sizes: bool,
    /// Order: by name, largest first, or newest first.
    #[serde(default)]
    #[schemars(example = &"name")]
    sort_by: SortBy,
    /// Most entries.
    #[serde(default)]
    #[schemars(example = 100, range(min = 1))]
    limit: Option<usize>,
    /// From the previous answer.
    #[serde(default)]
    #[schemars(example = "name:main.rs", length(max = MAX_CURSOR))]
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SortBy {
    #[default]
    Name,
    Size,
    Mtime,
}

impl Tool for ListDirectory {
    const NAME: &'static str = "list_directory";
    const ALSO: &'static [Alias] =
        &[Alias { name: "list_directory_with_sizes", implies: &["sizes"] }];
    const ABOUT: &'static str =
        "Lists a directory: [DIR], [FILE], [LINK] or [SPECIAL] and the name.";
    type Needs = OneOrAll<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        match at {
            Scoped::One(target) => directory(args, &target, budget),
            Scoped::Roots(roots) => granted(args, &roots),
        }
    }
}

/// The granted directories, in the order in which they were granted.
fn granted(args: &Args, roots: &[Target<Read>]) -> Result<String, ToolError> {
    let names: Vec<String> = roots.iter().map(Target::display_path).collect();
    let before = match &args.cursor {
        None => 0,
        Some(cursor) => {
            let (_, after) = read_cursor(cursor, SortBy::Name)?;
            let at = names.iter().position(|name| name.as_bytes() == after.as_bytes());
            at.ok_or_else(bad_cursor)? + 1
        }
    };
    let page = args.limit.unwrap_or(usize::MAX).max(1);
    let shown: Vec<&String> = names.iter().skip(before).take(page).collect();
    let total = count(names.len() as u64, "granted directory", "granted directories");
    let lines: Vec<String> = shown.iter().map(|name| format!("[DIR] {name}\n")).collect();
    let facts = match shown.last() {
        _ if shown.len() == names.len() => total,
        None => format!("nothing after the cursor; {total} in all"),
        Some(last) => {
            let end = before + shown.len();
            let range = format!("{}-{end} of {total}", before + 1);
            if end == names.len() {
                range
            } else {
                let name = percent_encoded(last.as_bytes());
                format!("{range}; continue with cursor=name:{name}")
            }
        }
    };
    Ok(format!("{}[{facts}]", lines.concat()))
}

/// Where an entry stands in the order. The value is turned round, so that the largest comes first.
type Key = (Reverse<i128>, Name);

fn directory(args: &Args, target: &Target<Read>, budget: &Budget) -> Result<String, ToolError> {
    let after =
        args.cursor.as_deref().map(|cursor| read_cursor(cursor, args.sort_by)).transpose()?;
    let page = args.limit.unwrap_or(usize::MAX).min(budget.limits().max_list_entries).max(1);
    let place = target.place(budget)?;
    let mut entries = place.entries(budget)?;
    let mut heap: BinaryHeap<(Key, Line)> = BinaryHeap::new();
    let mut total = 0_usize;
    let mut before = 0_usize;
    while let Some(entry) = entries.next() {
        let entry = entry?;
        let value = match args.sort_by {
            SortBy::Name => 0,
            SortBy::Size => entries.info(&entry).map_or(0, |info| size(&entry, info.size)),
            SortBy::Mtime => entries.info(&entry).map_or(0, |info| info.modified_s.into()),
        };
        let Entry { name, kind } = entry;
        let key = (Reverse(value), name);
        total += 1;
        if after.as_ref().is_some_and(|after| key <= *after) {
            before += 1;
            continue;
        }
        heap.push((key, Line(kind)));
        if heap.len() > page {
            heap.pop();
        }
    }
    let mut text = String::new();
    let mut chars = 0;
    let mut shown = 0;
    let mut last = None;
    let mut is_full = false;
    let room = budget.limits().max_result_chars.saturating_sub(CLOSING);
    for (key, Line(kind)) in heap.into_sorted_vec() {
        let mut line = format!("[{}] {}", label(kind), key.1);
        if args.sizes && kind == Kind::File {
            let entry = Entry { name: key.1.clone(), kind };
            line += &match entries.info(&entry) {
                Ok(info) => format!(" ({})", count(info.size, "byte", "bytes")),
                Err(error) if error.code() == Code::NotFound => " (gone)".into(),
                Err(refused) => format!(" (its size cannot be told: {})", refused.code()),
            };
        }
        if let (SortBy::Mtime, Reverse(modified)) = (args.sort_by, key.0) {
            let modified = i64::try_from(modified).unwrap_or_default();
            line += &format!(" ({})", since::shown(modified));
        }
        line.push('\n');
        chars += cost(&line);
        if shown > 0 && chars > room {
            is_full = true;
            break;
        }
        text += &line;
        shown += 1;
        last = Some(key);
    }
    let mut facts = vec![match total {
        _ if shown == total => count(total as u64, "entry", "entries"),
        _ if shown == 0 => format!("no entries after the cursor; {total} in all"),
        _ => format!("entries {}-{} of {total}", before + 1, before + shown),
    }];
    if is_full {
        facts.push(format!("the page is full at {room} characters"));
    }
    facts.extend(
        place.resolved_path_if_different(target).map(|real| format!("links lead to {real}")),
    );
    match entries.unfinished() {
        0 => {}
        n => facts.push(format!("left out {n} with {RESERVED}")),
    }
    if let Some(last) = last.filter(|_| before + shown < total) {
        facts.push(format!("continue with cursor={}", write_cursor(&last, args.sort_by)));
    }
    Ok(format!("{text}[{}]", facts.join("; ")))
}

/// The kind of an entry, equal to any other, so that a heap orders only by key.
struct Line(Kind);

impl PartialEq for Line {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}
impl Eq for Line {}
impl PartialOrd for Line {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Line {
    fn cmp(&self, _: &Self) -> std::cmp::Ordering {
        std::cmp::Ordering::Equal
    }
}

fn label(kind: Kind) -> &'static str {
    match kind {
        Kind::Directory => "DIR",
        Kind::File => "FILE",
        Kind::Link => "LINK",
        Kind::Special => "SPECIAL",
    }
}

/// Only files have a size that means something to a reader.
fn size(entry: &Entry, size: u64) -> i128 {
    if entry.kind == Kind::File { size.into() } else { -1 }
}

/// In characters that every model and client passes back as they are.
fn write_cursor((Reverse(value), name): &Key, sort_by: SortBy) -> String {
    let name = percent_encoded(name.as_bytes());
    match sort_by {
        SortBy::Name => format!("name:{name}"),
        SortBy::Size => format!("size:{value}:{name}"),
        SortBy::Mtime => format!("mtime:{value}:{name}"),
    }
}

fn read_cursor(cursor: &str, sort_by: SortBy) -> Result<Key, ToolError> {
    let read = || {
        let (order, rest) = cursor.split_once(':')?;
        let (value, name) = match (order, sort_by) {
            ("name", SortBy::Name) => (0, rest),
            ("size", SortBy::Size) | ("mtime", SortBy::Mtime) => {
                let (value, name) = rest.split_once(':')?;
                (value.parse().ok()?, name)
            }
            _ => return None,
        };
        Some((Reverse(value), Name::from_bytes(&percent_decoded(name)?)?))
    };
    read().ok_or_else(bad_cursor)
}

fn bad_cursor() -> ToolError {
    ToolError::new(Code::BadArgs, "`cursor` is not from this listing and sort order")
        .hint("leave it out to begin at the top, or pass it back unchanged with the same sort_by")
}
