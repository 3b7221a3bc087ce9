//! `search_files`: names by pattern, below a directory, in the order of their paths.
//!
//! A page is the first paths after the cursor, as in `list_directory`: memory does not grow with
//! the tree, and a cursor needs no state here.

mod cursor;
mod order;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::globs::{Begins, Candidates, Globs, MAX_CHARS, NamePatterns, Text};
use super::shared::defaults::yes;
use super::shared::everywhere::everywhere;
use super::shared::given_files::note_mistaken;
use super::shared::left_out::Unsearched;
use super::shared::pages::{CLOSING, MAX_CURSOR};
use super::shared::probing::Probe;
use super::shared::search::{Judged, Look, Respect};
use super::shared::since;
use super::shared::trying::{Attempted, Names, find};
use crate::cap::{Kind, OneOrAll, Read, Scoped, Tally, Target, WalkedDir, WalkedEntry};
use crate::error::ToolError;
use crate::format::count;
use crate::limits::{Budget, cost};
use crate::path::VirtualPath;
use crate::tool::Tool;
use cursor::{read_cursor, write_cursor};
use order::{Key, SortBy};

/// Paths on one page, where the client does not say.
const PAGE: usize = 200;

pub(super) struct SearchFiles;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// A glob (`src/**/*.{ts,tsx}`), or a part of a name, in any case unless it has a capital.
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
    /// What it is; any when left out.
    #[serde(default, rename = "type")]
    #[schemars(example = &"file")]
    kind: Wanted,
    /// Changed since: 2h, 1d, yesterday, 2026-11-01T12:00.
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
    File,
    Dir,
    Symlink,
    #[default]
    Any,
}

impl Tool for SearchFiles {
    const NAME: &'static str = "search_files";
    const ABOUT: &'static str =
        "Finds by NAME; for contents use grep. One path a line; directories end with /.";
    const SEARCHES: bool = true;
    type Needs = OneOrAll<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        let begins = Begins::of(&at);
        let pattern = std::slice::from_ref(&args.pattern);
        let names = Names {
            include: NamePatterns::new("pattern", pattern, Text::Part, begins, budget)?,
            exclude: args.exclude.compile_to_leave_out("exclude", begins, budget)?,
        };
        let after = args.modified_after.as_deref();
        let after = after.map(|given| since::seconds("modified_after", given, budget));
        let cursor = args.cursor.as_deref().map(|cursor| read_cursor(cursor, args.sort_by));
        let asked = Asked {
            kind: args.kind,
            modified_after: after.transpose()?,
            sort_by: args.sort_by,
            respects: Respect(args.respect_ignore),
            after: cursor.transpose()?,
            page: args.limit.unwrap_or(PAGE).clamp(1, budget.limits().max_list_entries),
        };
        let attempt = |names: &Names| {
            let search = Search { asked: &asked, names };
            let mut found = Found::default();
            let below = |target: &Target<Read>| search.below(&target.place(budget)?, budget);
            let mut unsearched = everywhere(&at, names, below, |part| found.add(part, asked.page))?;
            search.grants(&at, &mut found, &mut unsearched, budget);
            Ok((found, unsearched))
        };
        let walk = |names: &Names, candidates: &Candidates| {
            let fits = |_: &WalkedDir, entry: WalkedEntry<'_>| asked.is_wanted(entry.kind);
            let respects = asked.respects;
            let hidden = true;
            Probe { names, candidates, respects, hidden, fits }.everywhere(&at, budget)?;
            if let (Scoped::Roots(grants), true) = (&at, asked.is_wanted(Kind::Directory)) {
                for grant in grants {
                    candidates.see_grant(grant.grant_name());
                }
            }
            Ok(())
        };
        let Attempted { found, mut unsearched, names } = find(names, budget, attempt, walk)?;
        note_mistaken(&mut unsearched, &names.include, pattern, &at, budget);
        Ok(answer(&found, &asked, &unsearched, budget))
    }
}

/// The arguments of a call, parsed, without the names.
struct Asked {
    kind: Wanted,
    /// In seconds since 1970.
    modified_after: Option<i64>,
    sort_by: SortBy,
    respects: Respect,
    after: Option<Key>,
    page: usize,
}

/// What is searched for.
struct Search<'a> {
    asked: &'a Asked,
    names: &'a Names,
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    /// The first paths after the cursor.
    paths: BTreeSet<Key>,
    total: usize,
    before: usize,
    /// What was changed before the time that is asked for.
    older: Tally,
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

    /// Keeps a path, or counts it where an earlier page has shown it.
    fn file(&mut self, key: Key, asked: &Asked) {
        if asked.after.as_ref().is_some_and(|after| key <= *after) {
            self.before += 1;
        } else {
            self.keep(key, asked.page);
        }
    }

    /// The time by which an entry is sorted, where `time` gives that of its last change. Nothing for an entry that is
    /// not found: what is gone, has no time, or was changed before the time that is asked for.
    fn time(
        &mut self,
        asked: &Asked,
        time: impl FnOnce() -> Result<Option<i64>, ToolError>,
        shown: impl FnOnce() -> String,
    ) -> Option<i64> {
        if asked.modified_after.is_none() && asked.sort_by == SortBy::Path {
            return Some(0);
        }
        let Ok(time) = time() else {
            self.undated.one(shown());
            return None;
        };
        let time = time?;
        if asked.modified_after.is_some_and(|after| time < after) {
            self.older.one(shown());
            return None;
        }
        Some(if asked.sort_by == SortBy::Path { 0 } else { time })
    }

    fn add(&mut self, other: Self, page: usize) {
        self.total += other.total;
        self.before += other.before;
        self.older.add(other.older);
        self.undated.add(other.undated);
        for key in other.paths {
            self.keep(key, page);
        }
    }
}

impl Asked {
    fn is_wanted(&self, kind: Kind) -> bool {
        match self.kind {
            Wanted::File => kind == Kind::File,
            Wanted::Dir => kind == Kind::Directory,
            Wanted::Symlink => kind == Kind::Link,
            Wanted::Any => true,
        }
    }
}

impl Look for Search<'_> {
    type Found = Found;
    const IS_WORK: bool = false;

    fn respects(&self) -> Respect {
        self.asked.respects
    }

    fn include(&self) -> Option<&NamePatterns> {
        Some(&self.names.include)
    }

    fn is_otherwise_meant(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> bool {
        self.asked.modified_after.is_none_or(
            |after| matches!(dir.modified_s(entry.name), Ok(Some(time)) if time >= after),
        )
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        self.names.judge(dir, entry, || self.asked.is_wanted(entry.kind))
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        self.matched(dir, entry, found);
        true
    }
}

impl Search<'_> {
    /// Finds the grants whose names the pattern matches, where several are searched.
    fn grants(
        &self,
        at: &Scoped<Read>,
        found: &mut Found,
        unsearched: &mut Unsearched,
        budget: &Budget,
    ) {
        let asked = self.asked;
        let Scoped::Roots(grants) = at else { return };
        for grant in grants {
            let is_found = self.names.include.find_grant(grant.grant_name());
            if !is_found || self.names.leave_grant(grant.grant_name()).is_some() {
                continue;
            }
            if !asked.is_wanted(Kind::Directory) {
                unsearched.add_other_kind(grant.display_path());
                continue;
            }
            let time = || Ok(Some(grant.place(budget)?.info()?.modified_s));
            unsearched.add_one();
            let Some(modified) = found.time(asked, time, || grant.display_path()) else { continue };
            found.total += 1;
            found.file((Reverse(modified), format!("{}/", grant.display_path())), asked);
        }
    }

    fn matched(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) {
        let asked = self.asked;
        let time = || dir.modified_s(entry.name);
        let Some(modified) = found.time(asked, time, || dir.display_path(entry.name)) else {
            return;
        };
        found.total += 1;
        if asked.sort_by == SortBy::Path {
            // All of this directory comes after a full page, so its path is not needed.
            let last = found.paths.last().filter(|_| found.paths.len() >= asked.page);
            if last.is_some_and(|(_, last)| dir.shown_itself() > last.as_str()) {
                return;
            }
        }
        let mut shown = dir.display_path(entry.name);
        if entry.kind == Kind::Directory {
            shown.push('/');
        }
        found.file((Reverse(modified), shown), asked);
    }
}

fn answer(found: &Found, asked: &Asked, unsearched: &Unsearched, budget: &Budget) -> String {
    let room = budget.limits().search_chars().saturating_sub(CLOSING);
    let mut text = String::new();
    let mut chars = 0;
    let mut shown = 0;
    let mut last = None;
    for key in &found.paths {
        let (Reverse(modified), path) = key;
        let line = match asked.sort_by {
            SortBy::Path => format!("{path}\n"),
            SortBy::Mtime => format!("{path} ({})\n", since::shown(*modified)),
        };
        chars += cost(&line);
        if shown > 0 && chars > room {
            break;
        }
        text += &line;
        shown += 1;
        last = Some(key);
    }
    let total = found.total;
    let before = found.before;
    let mut facts = vec![match total {
        0 => "nothing matches".into(),
        _ if shown == total => count(total as u64, "match", "matches"),
        _ if shown == 0 => {
            format!("nothing after the cursor; {} in all", count(total as u64, "match", "matches"))
        }
        _ => format!(
            "{}-{} of {}",
            before + 1,
            before + shown,
            count(total as u64, "match", "matches")
        ),
    }];
    if shown < found.paths.len() {
        facts.push(format!("the page is full at {room} characters"));
    }
    if let Tally { count: others @ 1.., example: Some(example) } = unsearched.other_kind()
        && total == 0
    {
        let others =
            count(*others, "entry of another kind matches", "entries of other kinds match");
        facts.push(format!("{others} (e.g. {example}); set type=any to include them"));
    }
    if let Tally { count: older @ 1.., example: Some(example) } = &found.older
        && total == 0
    {
        let entries = count(*older, "entry", "entries");
        facts.push(format!("{entries} changed before modified_after (e.g. {example})"));
    }
    if let Tally { count: skipped @ 1.., example: Some(example) } = &found.undated {
        let entries = count(*skipped, "entry", "entries");
        facts.push(format!("{entries} skipped whose time cannot be read (e.g. {example})"));
    }
    facts.extend(unsearched.facts("path", budget));
    if let Some(last) = last.filter(|_| before + shown < total) {
        facts.push(format!("continue with cursor={}", write_cursor(last, asked.sort_by)));
    }
    format!("{text}[{}]", facts.join("; "))
}
