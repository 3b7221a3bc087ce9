//! `search_files`: names by pattern, below a directory, in the order of their paths.
//!
//! A page is the smallest paths behind the cursor, as in `list_directory`: memory does not grow with
//! the tree, and a cursor needs no state here.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use super::name_pattern::NamePattern;
use super::searching::{CLOSING, PassedBy, Respect, Unsearched, everywhere, yes};
use crate::cap::{
    Kind, Listing, Read, Scope, Scoped, Target, Visit, Walked, WalkedDir, WalkedEntry, walk,
};
use crate::error::{Code, ToolError};
use crate::ignore::Ignored;
use crate::limits::Budget;
use crate::path::{VirtualPath, percent_decoded, percent_encoded};
use crate::tool::Tool;

/// Paths on one page, where the client does not say.
const PAGE: usize = 200;

pub(super) struct SearchFiles;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// A glob (`*.rs`, `src/**/*.{ts,tsx}`) or a part of a name.
    #[schemars(example = "*.rs")]
    pattern: String,
    /// Where to search; everywhere when left out.
    #[serde(default)]
    #[schemars(example = &"src")]
    path: VirtualPath,
    /// Globs of what to leave out.
    #[serde(default)]
    #[schemars(example = ["target"])]
    exclude: Vec<String>,
    /// What it is.
    #[serde(default, rename = "type")]
    #[schemars(example = &"file")]
    kind: Wanted,
    /// Leave out what .gitignore and .ignore name; .git, .hg, .svn and .jj always are.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    respect_ignore: bool,
    /// Most paths of one answer.
    #[serde(default)]
    #[schemars(example = 200, range(min = 1))]
    limit: Option<usize>,
    /// Where to go on: the value that the previous answer named.
    #[serde(default)]
    #[schemars(example = "after:src/main.rs")]
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

impl Tool for SearchFiles {
    const NAME: &'static str = "search_files";
    const ABOUT: &'static str = "Finds by NAME; for contents use grep. One path a line, directories with a slash \
        behind. The last line, in brackets, counts them, says what was not searched, and names the cursor that \
        continues.";
    type Needs = Scope<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        let page = args.limit.unwrap_or(PAGE).clamp(1, budget.limits().max_list_entries);
        let search = Search {
            pattern: NamePattern::new("pattern", &args.pattern)?,
            exclude: NamePattern::all("exclude", &args.exclude)?,
            kind: args.kind,
            respects: Respect(args.respect_ignore),
            after: args.cursor.as_deref().map(read_cursor).transpose()?,
            page,
        };
        let mut found = Found::default();
        let below = |target: &Target<Read>| search.below(target, budget);
        let unsearched = everywhere(at, below, |part| found.add(part, page))?;
        Ok(answer(&found, &unsearched, budget))
    }
}

/// What is searched for.
struct Search {
    pattern: NamePattern,
    exclude: Vec<NamePattern>,
    kind: Wanted,
    respects: Respect,
    after: Option<String>,
    page: usize,
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    /// The first paths behind the cursor.
    paths: BTreeSet<String>,
    total: usize,
    before: usize,
    passed_by: PassedBy,
}

impl Found {
    /// Keeps a path, if it is among the first.
    fn keep(&mut self, path: String, page: usize) {
        if self.paths.len() < page || self.paths.last().is_some_and(|last| path < *last) {
            self.paths.insert(path);
            if self.paths.len() > page {
                self.paths.pop_last();
            }
        }
    }

    fn add(&mut self, other: Self, page: usize) {
        self.total += other.total;
        self.before += other.before;
        self.passed_by.add(other.passed_by);
        for path in other.paths {
            self.keep(path, page);
        }
    }
}

impl Search {
    fn below(&self, target: &Target<Read>, budget: &Budget) -> Result<Walked<Found>, ToolError> {
        let place = target.place(budget)?;
        walk(&place, self, self.respects.above(&place), budget)
    }
}

impl Visit for Search {
    type Known = Ignored;
    type Found = Found;
    const IS_WORK: bool = false;

    fn enter(&self, dir: &WalkedDir, names: &Listing, above: &Ignored) -> Ignored {
        self.respects.inside(dir, names, above)
    }

    fn entry(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        ignored: &Ignored,
        found: &mut Found,
    ) -> bool {
        let (way, WalkedEntry { name, kind }) = (dir.path(), entry);
        let is_excluded = self.exclude.iter().any(|glob| glob.is_match(way, name));
        if is_excluded || found.passed_by.takes(dir, entry, ignored) {
            return false;
        }
        let is_wanted = match self.kind {
            Wanted::File => kind == Kind::File,
            Wanted::Dir => kind == Kind::Directory,
            Wanted::Symlink => kind == Kind::Link,
            Wanted::Any => true,
        };
        if is_wanted && self.pattern.is_match(way, name) {
            found.total += 1;
            let mut shown = dir.shown(name);
            if kind == Kind::Directory {
                shown.push('/');
            }
            if self.after.as_ref().is_some_and(|after| shown <= *after) {
                found.before += 1;
            } else {
                found.keep(shown, self.page);
            }
        }
        true
    }
}

fn answer(found: &Found, unsearched: &Unsearched, budget: &Budget) -> String {
    let room = budget.limits().max_search_chars.saturating_sub(CLOSING);
    let (mut text, mut chars, mut shown, mut last) = (String::new(), 0, 0, None);
    for path in &found.paths {
        chars += path.chars().count() + 1;
        if shown > 0 && chars > room {
            break;
        }
        text += path;
        text.push('\n');
        shown += 1;
        last = Some(path);
    }
    let (total, before) = (found.total, found.before);
    let mut facts = vec![match total {
        0 => "nothing matches".into(),
        1 if shown == 1 => "1 matches".into(),
        _ if shown == total => format!("{total} match"),
        _ if shown == 0 => format!("nothing behind the cursor; {total} match in all"),
        _ => format!("{}-{} of {total} that match", before + 1, before + shown),
    }];
    facts.extend(unsearched.facts(&found.passed_by, budget));
    if let Some(last) = last.filter(|_| before + shown < total) {
        facts.push(format!("continue with cursor=after:{}", percent_encoded(last.as_bytes())));
    }
    format!("{text}[{}]", facts.join("; "))
}

fn read_cursor(cursor: &str) -> Result<String, ToolError> {
    let path = cursor.strip_prefix("after:").and_then(percent_decoded);
    path.and_then(|path| String::from_utf8(path).ok()).ok_or_else(|| {
        ToolError::new(Code::BadArgs, "`cursor` is none that a search gave")
            .hint("leave it out to begin at the top, or pass it back unchanged")
    })
}
