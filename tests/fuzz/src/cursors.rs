//! Pages of listings and searches contain each entry once, for any names and any page size. Any text as a cursor is
//! refused or returns existing entries.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;

use arbitrary::{Arbitrary, Result, Unstructured};
use preopen::dispatch::Dispatcher;
use preopen::limits::Limits;
use serde_json::{Value, json};

use crate::served::{Served, call};

/// The maximum number of pages of one listing.
const MOST_PAGES: usize = 200;

/// Returns the tools with pages, and their arguments.
fn paged_calls() -> [(&'static str, Value); 5] {
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
    for (tool, asked) in paged_calls() {
        let whole = entries(tool, &call(&dispatcher, tool, &asked).unwrap());
        let pages = all_pages(&dispatcher, tool, &asked, limit);
        let distinct: BTreeSet<&String> = pages.iter().collect();
        if tool != "directory_tree" {
            // A page of a tree repeats the directories above its first entry.
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

/// Returns the lines of an answer, except for the last one, which describes the page.
fn entries(tool: &str, answer: &str) -> Vec<String> {
    // Names may start with blanks or consist of them. A tree has blanks before each name, and a list before each size.
    let is_indented = matches!(tool, "directory_tree" | "list_directory");
    let entry = |line: &str| if is_indented { line.trim_start() } else { line }.to_owned();
    let mut lines: Vec<String> = answer.lines().map(entry).collect();
    lines.pop();
    // The number of omitted entries depends on the page.
    lines.retain(|line| !is_count_of_omitted(line));
    if tool == "directory_tree" {
        lines = lines.iter().map(|line| last_name(line).to_owned()).collect();
    }
    lines
}

/// Returns whether a line is a directory followed by `(3 more)`. A name can contain that too, but without a slash.
fn is_count_of_omitted(line: &str) -> bool {
    let count = line.strip_suffix(" more)").and_then(|line| line.rsplit_once("/ ("));
    count.is_some_and(|(_, count)| count.parse::<u64>().is_ok())
}

/// Returns the name of a tree entry. A tree shows names, and whole paths at the start of a page.
fn last_name(entry: &str) -> &str {
    let name = entry.strip_suffix('/').unwrap_or(entry);
    name.rsplit_once('/').map_or(name, |(_, name)| name).trim_start()
}

fn all_pages(dispatcher: &Dispatcher, tool: &str, asked: &Value, limit: usize) -> Vec<String> {
    let mut all = vec![];
    let mut next = vec![("limit", json!(limit))];
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
