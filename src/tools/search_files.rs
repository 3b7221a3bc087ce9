//! `search_files`: names by pattern, below a directory, in the order of their paths.
//!
//! A page is the first paths behind the cursor, as in `list_directory`: memory does not grow with
//! the tree, and a cursor needs no state here.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveTime};
use schemars::JsonSchema;
use serde::Deserialize;

use super::name_pattern::{Globs, MAX_CHARS, NamePatterns};
use super::searching::{CLOSING, Look, MAX_CURSOR, Respect, Unsearched, count, everywhere, yes};
use crate::cap::{Kind, Read, Scope, Scoped, Tally, Target, WalkedDir, WalkedEntry};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, cost};
use crate::path::{VirtualPath, percent_decoded, percent_encoded};
use crate::tool::Tool;

/// Paths on one page, where the client does not say.
const PAGE: usize = 200;

pub(super) struct SearchFiles;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// A glob (`*.rs`, `src/**/*.{ts,tsx}`) or a part of a name.
    #[schemars(example = "*.rs", length(max = MAX_CHARS))]
    pattern: String,
    /// Everywhere when left out.
    #[serde(default)]
    #[schemars(example = &"src")]
    path: VirtualPath,
    /// Globs to leave out.
    #[serde(default)]
    #[schemars(example = ["target"])]
    exclude: Globs,
    /// What it is.
    #[serde(default, rename = "type")]
    #[schemars(example = &"file")]
    kind: Wanted,
    /// Changed since, as 2026-11-01 or 2026-11-01T12:00:00Z.
    #[serde(default)]
    #[schemars(example = &"2026-11-01", length(max = 100))]
    modified_after: Option<String>,
    /// Order: by path, or newest first.
    #[serde(default)]
    #[schemars(example = &"path")]
    sort_by: SortBy,
    /// false: also what git ignores.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    respect_ignore: bool,
    /// Most paths.
    #[serde(default)]
    #[schemars(example = 200, range(min = 1))]
    limit: Option<usize>,
    /// From the previous answer.
    #[serde(default)]
    #[schemars(example = "after:src/main.rs", length(max = MAX_CURSOR))]
    cursor: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum Wanted {
    #[default]
    File,
    Dir,
    Symlink,
    Any,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SortBy {
    #[default]
    Path,
    Mtime,
}

impl Tool for SearchFiles {
    const NAME: &'static str = "search_files";
    const ABOUT: &'static str =
        "Finds by NAME; for contents use grep. One path a line, directories with a slash behind.";
    const SEARCHES: bool = true;
    type Needs = Scope<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        let page = args.limit.unwrap_or(PAGE).clamp(1, budget.limits().max_list_entries);
        let search = Search {
            pattern: NamePatterns::new("pattern", std::slice::from_ref(&args.pattern), budget)?,
            exclude: args.exclude.compile("exclude", budget)?,
            kind: args.kind,
            modified_after: args.modified_after.as_deref().map(read_time).transpose()?,
            sort_by: args.sort_by,
            respects: Respect(args.respect_ignore),
            after: args
                .cursor
                .as_deref()
                .map(|cursor| read_cursor(cursor, args.sort_by))
                .transpose()?,
            page,
        };
        let mut found = Found::default();
        let below = |target: &Target<Read>| search.below(&target.place(budget)?, budget);
        let unsearched = everywhere(at, below, |part| found.add(part, page))?;
        Ok(answer(&found, args.sort_by, &unsearched, budget))
    }
}

/// Where a path stands in the order: newest first, where times count.
type Key = (Reverse<i64>, String);

/// What is searched for.
struct Search {
    pattern: NamePatterns,
    exclude: NamePatterns,
    kind: Wanted,
    /// In seconds since 1970.
    modified_after: Option<i64>,
    sort_by: SortBy,
    respects: Respect,
    after: Option<Key>,
    page: usize,
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    /// The first paths behind the cursor.
    paths: BTreeSet<Key>,
    total: usize,
    before: usize,
    /// What has no time that could be told, where times count.
    undated: Tally,
}

impl Found {
    /// Keeps a path, if it is among the first.
    fn keep(&mut self, key: Key, page: usize) {
        if self.paths.len() < page || self.paths.last().is_some_and(|last| key < *last) {
            self.paths.insert(key);
            if self.paths.len() > page {
                self.paths.pop_last();
            }
        }
    }

    fn add(&mut self, other: Self, page: usize) {
        self.total += other.total;
        self.before += other.before;
        self.undated.add(other.undated);
        for key in other.paths {
            self.keep(key, page);
        }
    }
}

impl Look for Search {
    type Found = Found;
    const IS_WORK: bool = false;

    fn respects(&self) -> Respect {
        self.respects
    }

    fn is_meant(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> bool {
        (entry.kind == Kind::Directory || self.is_match(dir, entry))
            && !self.exclude.is_match(dir.path(), entry.name)
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        if entry.kind != Kind::Directory || self.is_match(dir, entry) {
            self.matched(dir, entry, found);
        }
        true
    }
}

impl Search {
    fn is_match(&self, dir: &WalkedDir, WalkedEntry { name, kind }: WalkedEntry<'_>) -> bool {
        let is_wanted = match self.kind {
            Wanted::File => kind == Kind::File,
            Wanted::Dir => kind == Kind::Directory,
            Wanted::Symlink => kind == Kind::Link,
            Wanted::Any => true,
        };
        is_wanted && self.pattern.is_match(dir.path(), name)
    }

    fn matched(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) {
        let mut modified = 0;
        if self.modified_after.is_some() || self.sort_by == SortBy::Mtime {
            let time = match dir.modified_s(entry.name) {
                Ok(Some(time)) => time,
                // What is gone by now is not there to be found.
                Ok(None) => return,
                Err(_) => return found.undated.one(dir.shown(entry.name)),
            };
            if self.modified_after.is_some_and(|after| time < after) {
                return;
            }
            modified = time;
        }
        found.total += 1;
        if self.sort_by == SortBy::Path {
            modified = 0;
            // All of this directory is behind a full page: then its path need not be written.
            let last = found.paths.last().filter(|_| found.paths.len() >= self.page);
            if last.is_some_and(|(_, last)| dir.shown_itself() > last.as_str()) {
                return;
            }
        }
        let mut shown = dir.shown(entry.name);
        if entry.kind == Kind::Directory {
            shown.push('/');
        }
        let key = (Reverse(modified), shown);
        if self.after.as_ref().is_some_and(|after| key <= *after) {
            found.before += 1;
        } else {
            found.keep(key, self.page);
        }
    }
}

fn answer(found: &Found, sort_by: SortBy, unsearched: &Unsearched, budget: &Budget) -> String {
    let room = budget.limits().search_chars().saturating_sub(CLOSING);
    let (mut text, mut chars, mut shown, mut last) = (String::new(), 0, 0, None);
    for key in &found.paths {
        let path = &key.1;
        chars += cost(path) + 1;
        if shown > 0 && chars > room {
            break;
        }
        text += path;
        text.push('\n');
        shown += 1;
        last = Some(key);
    }
    let (total, before) = (found.total, found.before);
    let mut facts = vec![match total {
        0 => "nothing matches".into(),
        1 if shown == 1 => "1 matches".into(),
        _ if shown == total => format!("{total} match"),
        _ if shown == 0 => format!("nothing behind the cursor; {total} match in all"),
        _ => format!("{}-{} of {total} that match", before + 1, before + shown),
    }];
    if let Tally { count: skipped @ 1.., example: Some(example) } = &found.undated {
        let entries = count(*skipped, "entry", "entries");
        facts.push(format!("skipped {entries} whose time cannot be told, such as {example}"));
    }
    facts.extend(unsearched.facts(budget));
    if let Some(last) = last.filter(|_| before + shown < total) {
        facts.push(format!("continue with cursor={}", write_cursor(last, sort_by)));
    }
    format!("{text}[{}]", facts.join("; "))
}

fn read_time(said: &str) -> Result<i64, ToolError> {
    let of_day = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
    let time = DateTime::parse_from_rfc3339(said).map(|time| time.to_utc());
    let time = time.or_else(|_| said.parse().map(of_day));
    time.map(|time| time.timestamp()).map_err(|_| {
        ToolError::new(Code::BadArgs, "`modified_after` is no time that is understood")
            .hint("a day as 2026-11-01, which begins at midnight UTC, or a time as 2026-11-01T12:00:00+01:00")
    })
}

/// In characters that every model and client passes back as they are.
fn write_cursor((Reverse(modified), path): &Key, sort_by: SortBy) -> String {
    let path = percent_encoded(path.as_bytes());
    match sort_by {
        SortBy::Path => format!("after:{path}"),
        SortBy::Mtime => format!("mtime:{modified}:{path}"),
    }
}

fn read_cursor(cursor: &str, sort_by: SortBy) -> Result<Key, ToolError> {
    let read = || {
        let (order, rest) = cursor.split_once(':')?;
        let (modified, path) = match (order, sort_by) {
            ("after", SortBy::Path) => (0, rest),
            ("mtime", SortBy::Mtime) => {
                let (modified, path) = rest.split_once(':')?;
                (modified.parse().ok()?, path)
            }
            _ => return None,
        };
        Some((Reverse(modified), String::from_utf8(percent_decoded(path)?).ok()?))
    };
    read().ok_or_else(|| {
        ToolError::new(Code::BadArgs, "`cursor` is none that this search and order gave").hint(
            "leave it out to begin at the top, or pass it back unchanged with the same sort_by",
        )
    })
}
