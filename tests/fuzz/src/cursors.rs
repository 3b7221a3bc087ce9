//! Pages of listings and searches: read one after the other they give each entry once, whatever names
//! there are and however small a page is; and any text as a cursor is refused or gives entries that are there.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use arbitrary::{Arbitrary, Result, Unstructured};
use preopen::dispatch::Dispatcher;
use preopen::limits::Limits;
use serde_json::{Value, json};

use crate::served::{Served, call};

/// Pages that are read before it is clear that they never end.
const MOST_PAGES: usize = 200;

/// The tools that give pages, and what is asked of each besides.
fn ways() -> [(&'static str, Value); 5] {
    [
        ("list_directory", json!({"sort_by": "name"})),
        ("list_directory", json!({"sort_by": "size", "sizes": true})),
        ("directory_tree", json!({"respect_ignore": false})),
        ("search_files", json!({"pattern": "*", "type": "any", "respect_ignore": false})),
        ("grep", json!({"pattern": "x", "output": "files", "respect_ignore": false})),
    ]
}

pub fn run(bytes: &[u8]) {
    let _ = paged(Unstructured::new(bytes));
}

fn paged(mut bytes: Unstructured<'_>) -> Result<()> {
    let limit = bytes.int_in_range(1..=5_usize)?;
    let cursor = <&str>::arbitrary(&mut bytes)?;
    let served = Served::new("ro");
    let mut at = served.at("");
    for _ in 0..bytes.int_in_range(0..=12_usize)? {
        let name = <&[u8]>::arbitrary(&mut bytes)?;
        let is_possible = !matches!(name, b"" | b"." | b"..")
            && name.len() < 100
            && !name.contains(&0)
            && !name.contains(&b'/');
        let path = at.join(OsStr::from_bytes(name));
        if !is_possible || path.exists() {
            continue;
        }
        if bool::arbitrary(&mut bytes)? && path.components().count() < 12 {
            std::fs::create_dir(&path).unwrap();
            at = path;
        } else {
            std::fs::write(path, "x\n".repeat(name.len())).unwrap();
        }
    }
    let only = ["list_directory", "directory_tree", "search_files", "grep"];
    let dispatcher = served.dispatcher(Limits::default(), &only);
    for (tool, asked) in ways() {
        let whole = entries(tool, &call(&dispatcher, tool, &asked).unwrap());
        let pages = all_pages(&dispatcher, tool, &asked, limit);
        let distinct: BTreeSet<&String> = pages.iter().collect();
        if tool != "directory_tree" {
            // A tree repeats the directories above what it goes on with.
            assert_eq!(distinct.len(), pages.len(), "{tool}: {pages:?}");
        }
        assert_eq!(distinct, whole.iter().collect(), "{tool} by {limit}");
        let with = with(&asked, &[("cursor", json!(cursor))]);
        if let Ok(answer) = call(&dispatcher, tool, &with) {
            assert!(
                entries(tool, &answer).iter().all(|entry| whole.contains(entry)),
                "{tool} {cursor:?}: {answer}"
            );
        }
    }
    Ok(())
}

/// The lines of an answer but for the last, which tells of the page.
fn entries(tool: &str, answer: &str) -> Vec<String> {
    // Names may begin with blanks, and be nothing else. A tree has them before each name, a list before a size.
    let is_indented = matches!(tool, "directory_tree" | "list_directory");
    let as_told = |line: &str| if is_indented { line.trim_start() } else { line }.to_owned();
    let mut lines: Vec<String> = answer.lines().map(as_told).collect();
    lines.pop();
    // How many are not shown depends on the page.
    lines.retain(|line| !tells_of_more(line));
    if tool == "directory_tree" {
        lines = lines.iter().map(|line| last_name(line).to_owned()).collect();
    }
    lines
}

/// Is it a directory with `(3 more)` behind it? A name may hold that as well, but no slash before it.
fn tells_of_more(line: &str) -> bool {
    let count = line.strip_suffix(" more)").and_then(|line| line.rsplit_once("/ ("));
    count.is_some_and(|(_, count)| count.parse::<u64>().is_ok())
}

/// A tree shows names below what is above them, and whole paths where a page begins in between.
fn last_name(entry: &str) -> &str {
    let name = entry.strip_suffix('/').unwrap_or(entry);
    name.rsplit_once('/').map_or(name, |(_, name)| name).trim_start()
}

fn all_pages(dispatcher: &Dispatcher, tool: &str, asked: &Value, limit: usize) -> Vec<String> {
    let (mut all, mut next) = (vec![], vec![("limit", json!(limit))]);
    for _ in 0..MOST_PAGES {
        let answer = call(dispatcher, tool, &with(asked, &next))
            .unwrap_or_else(|(_, why)| panic!("{tool} {next:?}: {why}"));
        all.extend(entries(tool, &answer));
        let Some((_, cursor)) = answer.rsplit_once("cursor=") else { return all };
        let cursor = cursor.trim_end().trim_end_matches(']');
        next = vec![("limit", json!(limit)), ("cursor", json!(cursor))];
    }
    panic!("{tool} never ends: {all:?}");
}

fn with(asked: &Value, more: &[(&str, Value)]) -> Value {
    let mut asked = asked.clone();
    for (name, value) in more {
        asked[*name] = value.clone();
    }
    asked
}
