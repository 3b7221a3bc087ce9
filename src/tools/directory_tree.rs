//! `directory_tree`: what lies below a directory, as indented text, level by level.
//!
//! A page is the first entries after the cursor in the order of (depth, path), so that a level is
//! complete before the next begins, and a wide directory cannot hide its neighbours. What a directory
//! holds beyond the page is counted on its line.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Deserialize;

use super::globs::{Begins, Globs, NamePatterns, Text};
use super::shared::defaults::yes;
use super::shared::everywhere::everywhere;
use super::shared::left_out::Unsearched;
use super::shared::pages::{CLOSING, MAX_CURSOR};
use super::shared::search::{Judged, Look, Respect};
use super::shared::trying::{Attempted, Names, find};
use crate::cap::{Kind, OneOrAll, Read, Scoped, Target, WalkedDir, WalkedEntry};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::limits::{Budget, cost};
use crate::path::{VirtualPath, percent_decoded, percent_encoded};
use crate::tool::Tool;

/// Levels, where the client does not say.
const DEPTH: usize = 3;
/// Entries on one page, where the client does not say.
const PAGE: usize = 400;

pub(super) struct DirectoryTree;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The top when left out.
    #[serde(default)]
    #[schemars(example = &"src")]
    path: VirtualPath,
    /// Levels to go down.
    #[serde(default)]
    #[schemars(example = 3, range(min = 1))]
    max_depth: Option<usize>,
    /// Globs to leave out.
    #[serde(default)]
    #[schemars(example = ["target"])]
    exclude: Globs,
    /// false: also what git ignores.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    respect_ignore: bool,
    /// Most entries.
    #[serde(default)]
    #[schemars(example = 400, range(min = 1))]
    limit: Option<usize>,
    /// From the previous answer.
    #[serde(default)]
    #[schemars(example = "after:2:src/cap", length(max = MAX_CURSOR))]
    cursor: Option<String>,
}

impl Tool for DirectoryTree {
    const NAME: &'static str = "directory_tree";
    const ABOUT: &'static str = "The tree below a directory, indented; directories end with /, links with @, special \
        files with =. `(12 more)` are not shown.";
    const SEARCHES: bool = true;
    type Needs = OneOrAll<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        let begins = Begins::of(&at);
        let names = Names {
            include: NamePatterns::new("path", &[], Text::Whole, begins, budget)?,
            exclude: args.exclude.compile_to_leave_out("exclude", begins, budget)?,
        };
        let asked = Asked {
            respects: Respect(args.respect_ignore),
            depth: args.max_depth.unwrap_or(DEPTH).max(1),
            page: args.limit.unwrap_or(PAGE).clamp(1, budget.limits().max_list_entries),
            after: args.cursor.as_deref().map(read_cursor).transpose()?,
        };
        let attempt = |names: &Names| {
            let tree = Tree { asked: &asked, names };
            let mut found = Found::default();
            let below = |target: &Target<Read>| tree.below(&target.place(budget)?, budget);
            let unsearched = everywhere(&at, names, below, |part| found.add(part, asked.page))?;
            Ok((found, unsearched))
        };
        let Attempted { found, unsearched, .. } = find(names, budget, attempt, |_, _| Ok(()))?;
        Ok(asked.answer(&found, &unsearched, budget))
    }
}

/// Where an entry stands in the order: its depth below the place that is shown, and its path. A
/// directory's path ends with a slash, a link's with @, a special file's with =.
type Key = (usize, String);

/// The arguments, without the names.
struct Asked {
    respects: Respect,
    depth: usize,
    page: usize,
    after: Option<Key>,
}

/// The tree to show.
struct Tree<'a> {
    asked: &'a Asked,
    names: &'a Names,
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    /// The first entries after the cursor.
    entries: BTreeSet<Key>,
    /// How many entries are in each of the first directories after the cursor.
    inside: BTreeMap<Key, usize>,
    /// How many entries after the cursor are in each of the first directories before it that have any.
    left_inside: BTreeMap<Key, usize>,
    total: usize,
    before: usize,
}

impl Found {
    fn keep(&mut self, key: Key, page: usize) {
        self.entries.insert(key);
        if self.entries.len() > page {
            self.entries.pop_last();
        }
    }

    /// Counts entries of a directory.
    fn count_inside(&mut self, directory: Key, entries: usize, page: usize) {
        count_in(&mut self.inside, directory, entries, page);
    }

    /// Counts entries after the cursor of a directory before it.
    fn count_left(&mut self, directory: Key, entries: usize, page: usize) {
        count_in(&mut self.left_inside, directory, entries, page);
    }

    fn add(&mut self, other: Self, page: usize) {
        self.total += other.total;
        self.before += other.before;
        other.entries.into_iter().for_each(|key| self.keep(key, page));
        for (directory, entries) in other.inside {
            self.count_inside(directory, entries, page);
        }
        for (directory, entries) in other.left_inside {
            self.count_left(directory, entries, page);
        }
    }
}

/// Counts entries of a directory. At most a page of directories is shown, the first ones.
fn count_in(counts: &mut BTreeMap<Key, usize>, directory: Key, entries: usize, page: usize) {
    *counts.entry(directory).or_default() += entries;
    if counts.len() > page {
        counts.pop_last();
    }
}

impl Look for Tree<'_> {
    type Found = Found;
    const IS_WORK: bool = false;

    fn respects(&self) -> Respect {
        self.asked.respects
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        self.names.leave(dir, entry).map_or(Judged::Meant, Judged::Excluded)
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        let above = dir.depth();
        let is_behind = |key: &Key| self.asked.after.as_ref().is_none_or(|after| key > after);
        let directory = (above, dir.shown_itself().to_owned());
        let is_new = is_behind(&directory);
        if above > 0 && is_new {
            found.count_inside(directory.clone(), 1, self.asked.page);
        }
        if above == self.asked.depth {
            // One level further down there is only counted.
            return false;
        }
        let mark = match entry.kind {
            Kind::File => "",
            Kind::Directory => "/",
            Kind::Link => "@",
            Kind::Special => "=",
        };
        let key = (above + 1, dir.display_path(entry.name) + mark);
        found.total += 1;
        if is_behind(&key) {
            found.keep(key, self.asked.page);
            if above > 0 && !is_new {
                found.count_left(directory, 1, self.asked.page);
            }
        } else {
            found.before += 1;
        }
        true
    }
}

impl Asked {
    fn answer(&self, found: &Found, unsearched: &Unsearched, budget: &Budget) -> String {
        let room = budget.limits().search_chars().saturating_sub(CLOSING);
        let shown = Shown::new(found, room);
        let count_shown = shown.entries.len();
        let total = found.total;
        let mut facts = vec![match count_shown {
            _ if total == 0 => "nothing".into(),
            0 => format!("nothing after the cursor; {}", count(total as u64, "entry", "entries")),
            _ if count_shown == total => count(total as u64, "entry", "entries"),
            _ => {
                format!("entries {}-{} of {total}", found.before + 1, found.before + count_shown)
            }
        }];
        if count_shown < found.entries.len() {
            facts.push(format!("the page is full at {room} characters"));
        }
        if shown.is_deeper(self.depth) {
            facts.push(format!("max_depth={} shows more", self.depth + 1));
        }
        facts.extend(unsearched.facts("path", budget));
        let last = shown.entries.last().filter(|_| found.before + count_shown < total);
        if let Some((depth, path)) = last {
            let path = percent_encoded(path.as_bytes());
            facts.push(format!("continue with cursor=after:{depth}:{path}"));
        }
        format!("{}[{}]", shown.text(), facts.join("; "))
    }
}

/// The entries that fit one answer, and how many more there are in directories.
struct Shown<'a> {
    entries: BTreeSet<&'a Key>,
    /// Only of directories that are shown themselves.
    more: BTreeMap<&'a Key, usize>,
}

impl<'a> Shown<'a> {
    fn new(found: &'a Found, room: usize) -> Self {
        let mut used = 0;
        let mut last = "";
        let mut entries = BTreeSet::new();
        for key in &found.entries {
            let (depth, path) = key;
            let above = parent(path);
            // With its indentation, and the count after a directory.
            used += cost(path).saturating_sub(cost(above)) + depth + 18;
            if above != last && !found.entries.contains(&(depth - 1, above.to_owned())) {
                used += cost(above) + 18;
            }
            if used > room && !entries.is_empty() {
                break;
            }
            last = above;
            entries.insert(key);
        }
        let mut more: BTreeMap<_, _> = found
            .inside
            .iter()
            .filter(|(directory, _)| entries.contains(directory))
            .chain(&found.left_inside)
            .map(|(directory, inside)| (directory, *inside))
            .collect();
        for (depth, path) in &entries {
            let above = (depth - 1, parent(path).to_owned());
            if let Some(rest) = more.get_mut(&above) {
                *rest -= 1;
            }
        }
        // Of the directories before the cursor, those that lead in.
        let leads_in: BTreeSet<_> =
            entries.iter().map(|(depth, path)| (depth - 1, parent(path))).collect();
        let is_shown = |directory: &Key| {
            entries.contains(directory) || leads_in.contains(&(directory.0, &*directory.1))
        };
        more.retain(|directory, rest| *rest > 0 && is_shown(directory));
        Self { entries, more }
    }

    /// Is there something in the directories of the last level?
    fn is_deeper(&self, depth: usize) -> bool {
        self.more.keys().any(|(level, _)| *level == depth)
    }

    /// How many more there are in a directory.
    fn more_in(&self, depth: usize, path: &str) -> String {
        let more = self.more.get(&(depth, path.to_owned()));
        more.map(|more| format!(" ({more} more)")).unwrap_or_default()
    }

    /// A line an entry below its directory; where that was on an earlier page, its path leads in.
    fn text(&self) -> String {
        let mut lines: Vec<&Key> = self.entries.iter().copied().collect();
        lines.sort_by(|(_, one), (_, other)| one.split('/').cmp(other.split('/')));
        let mut text = String::new();
        // The directories that the last line stands in, each with its indentation.
        let mut above: Vec<&str> = vec![];
        for key in lines {
            let (depth, path) = key;
            let parent = parent(path);
            while above.last().is_some_and(|directory| *directory != parent) {
                above.pop();
            }
            if above.is_empty() && !parent.is_empty() {
                text += parent;
                text += &self.more_in(depth - 1, parent);
                text.push('\n');
                above.push(parent);
            }
            let name = path.get(parent.len()..).unwrap_or(path);
            text += &" ".repeat(above.len());
            text += name;
            text += &self.more_in(*depth, path);
            text.push('\n');
            if path.ends_with('/') {
                above.push(path);
            }
        }
        text
    }
}

/// The directory of a path, with its slash.
fn parent(path: &str) -> &str {
    let inner = path.strip_suffix('/').unwrap_or(path);
    inner.rfind('/').and_then(|end| inner.get(..=end)).unwrap_or_default()
}

fn read_cursor(cursor: &str) -> Result<Key, ToolError> {
    let read = || {
        let (depth, path) = cursor.strip_prefix("after:")?.split_once(':')?;
        Some((depth.parse().ok()?, String::from_utf8(percent_decoded(path)?).ok()?))
    };
    read().ok_or_else(|| {
        ToolError::new(Code::BadArgs, "`cursor` is none that a tree gave")
            .hint("leave it out to begin at the top, or pass it back unchanged")
    })
}
