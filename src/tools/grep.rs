//! `grep`: lines that match, in the files below a directory, grouped by file in the order of paths.
//!
//! Threads search; what they keep is what fits the page, so memory does not grow with what is found.

use std::cmp::Ordering;

use ::ignore::types::{Types, TypesBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use super::encoding::{MAX_LABEL, named};
use super::grep_answer::{Found, answer};
use super::name_pattern::{Globs, MAX_CHARS, NamePatterns};
use super::searching::{Look, Looked, MAX_CURSOR, PassedBy, Respect, everywhere, yes};
use crate::cap::{
    Kind, OpenFile, Read, Scope, Scoped, Skipped, Target, Walked, WalkedDir, WalkedEntry,
};
use crate::error::{Code, ToolError};
use crate::grep::{Lines, Meaning, Outcome, Pattern, Search, Wanted};
use crate::limits::{Budget, Work};
use crate::path::{VirtualPath, percent_decoded};
use crate::text::Coding;
use crate::tool::Tool;

/// Lines on one page, where the client does not say.
const PAGE: usize = 250;
/// Lines of one file, where the client does not say.
const PER_FILE: usize = 20;
/// Most lines about a match.
const MOST_CONTEXT: usize = 100;

pub(super) struct Grep;

#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the client's")]
pub(super) struct Args {
    /// A regular expression of ripgrep's.
    #[schemars(example = r"fn \w+\(", length(max = MAX_CHARS))]
    pattern: String,
    /// A directory or file; else everywhere.
    #[serde(default)]
    #[schemars(example = &"src")]
    path: VirtualPath,
    /// Only these globs.
    #[serde(default)]
    #[schemars(example = ["*.rs"])]
    glob: Globs,
    /// A file type of ripgrep's: rust, py, js.
    #[serde(default, rename = "type")]
    #[schemars(example = &"rust", length(max = 50))]
    kind: Option<String>,
    /// The pattern is plain text.
    #[serde(default)]
    #[schemars(example = false)]
    literal: bool,
    /// Whatever the case.
    #[serde(default)]
    #[schemars(example = true)]
    ignore_case: bool,
    /// Only whole words.
    #[serde(default)]
    #[schemars(example = false)]
    word: bool,
    /// Matches may span lines.
    #[serde(default)]
    #[schemars(example = false)]
    multiline: bool,
    /// Lines, paths, or a count for each file.
    #[serde(default)]
    #[schemars(example = &"content")]
    output: Output,
    /// Lines before each match.
    #[serde(default)]
    #[schemars(example = 2)]
    before: Option<usize>,
    /// Lines behind each match.
    #[serde(default)]
    #[schemars(example = 2)]
    after: Option<usize>,
    /// Lines before and behind.
    #[serde(default)]
    #[schemars(example = 2)]
    context: Option<usize>,
    /// false: also what git ignores.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    respect_ignore: bool,
    /// false: no dotfiles.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    hidden: bool,
    /// Most lines, or files.
    #[serde(default)]
    #[schemars(example = 250, range(min = 1))]
    limit: Option<usize>,
    /// Most lines of one file; 0 for all.
    #[serde(default)]
    #[schemars(example = 20, range(min = 0))]
    per_file: Option<usize>,
    /// Each file's last lines, not the first.
    #[serde(default)]
    #[schemars(example = false)]
    from_end: bool,
    /// From the previous answer.
    #[serde(default)]
    #[schemars(example = "after:120:src/main.rs", length(max = MAX_CURSOR))]
    cursor: Option<String>,
    /// The encoding of files that are not UTF-8.
    #[serde(default)]
    #[schemars(example = &"shift_jis", length(max = MAX_LABEL))]
    encoding: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Output {
    #[default]
    Content,
    Files,
    Count,
}

impl Tool for Grep {
    const NAME: &'static str = "grep";
    const ABOUT: &'static str = "Finds lines by CONTENT. Each file's path, then `412:text` of its lines (`413-text` \
        around them).";
    const SEARCHES: bool = true;
    type Needs = Scope<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Scoped<Read>, budget: &Budget) -> Result<String, ToolError> {
        let asked = Asked::new(args, budget)?;
        let mut found = Found::default();
        let below = |target: &Target<Read>| asked.in_all(target);
        let unsearched = everywhere(at, below, |part| found.add(part, asked.page))?;
        Ok(answer(&asked, &found, &unsearched))
    }
}

/// What is asked for.
pub(super) struct Asked<'a> {
    pub(super) pattern: Pattern,
    pub(super) wanted: Wanted,
    pub(super) globs: NamePatterns,
    pub(super) types: Option<Types>,
    pub(super) output: Output,
    pub(super) respects: Respect,
    pub(super) hidden: bool,
    pub(super) page: usize,
    pub(super) after: Option<(String, u64)>,
    pub(super) coding: Option<Coding>,
    pub(super) budget: &'a Budget,
}

impl<'a> Asked<'a> {
    fn new(args: &Args, budget: &'a Budget) -> Result<Self, ToolError> {
        let meaning = Meaning {
            literal: args.literal,
            ignore_case: args.ignore_case,
            word: args.word,
            multiline: args.multiline,
        };
        let about = |one: Option<usize>| one.or(args.context).unwrap_or(0).min(MOST_CONTEXT);
        let per_file = match args.per_file.unwrap_or(PER_FILE) {
            0 => usize::MAX,
            some => some,
        };
        let _busy = budget.begin(Work::Patterns);
        let most = budget.limits().max_list_entries;
        let page = args.limit.unwrap_or(PAGE).clamp(1, most);
        // All lines are the same from either end.
        let from_end = args.from_end && per_file < usize::MAX;
        let wanted = Wanted {
            output: match args.output {
                Output::Content if from_end => Lines::Last(per_file.min(most)),
                Output::Content => Lines::First { of: per_file, page },
                Output::Count => Lines::Counted,
                Output::Files => Lines::Any,
            },
            before: about(args.before),
            after: about(args.after),
        };
        Ok(Self {
            pattern: Pattern::new("pattern", &args.pattern, meaning)?,
            wanted,
            globs: args.glob.compile("glob", budget)?,
            types: args.kind.as_deref().map(types).transpose()?,
            output: args.output,
            respects: Respect(args.respect_ignore),
            hidden: args.hidden,
            page,
            after: args.cursor.as_deref().map(read_cursor).transpose()?,
            coding: named(args.encoding.as_deref())?,
            budget,
        })
    }

    fn in_all(&self, target: &Target<Read>) -> Result<Looked<Self>, ToolError> {
        let place = target.place(self.budget)?;
        if let Some(Kind::File) = place.what() {
            let mut found = Found::default();
            self.search(&place.open_file()?, || place.shown(), &mut found);
            let found = vec![(PassedBy::default(), found)];
            return Ok(Walked { found, skipped: Skipped::default(), is_cut: false });
        }
        self.below(&place, self.budget)
    }

    fn search(&self, file: &OpenFile, shown: impl Fn() -> String, found: &mut Found) {
        // What an earlier page has shown of this file.
        let behind = match &self.after {
            None => 0,
            Some((path, line)) => match shown().cmp(path) {
                Ordering::Less => u64::MAX,
                Ordering::Equal => *line,
                Ordering::Greater => 0,
            },
        };
        let search = found.search.get_or_insert_with(|| {
            Search::new(self.pattern.clone(), self.wanted).in_coding(self.coding)
        });
        let hits = match search.file(file, behind, self.budget) {
            Outcome::Searched(hits) => hits,
            Outcome::Partly(hits) => {
                found.failed += 1;
                hits
            }
            Outcome::Binary => return found.binary += 1,
        };
        if hits.count > 0 {
            found.total_files += 1;
            found.total_lines += hits.count;
            if behind == 0 || !hits.lines.is_empty() {
                found.insert(shown(), hits, self.page);
            }
        }
    }
}

impl Look for Asked<'_> {
    type Found = Found;
    const IS_WORK: bool = true;

    fn respects(&self) -> Respect {
        self.respects
    }

    fn is_meant(&self, dir: &WalkedDir, WalkedEntry { name, kind }: WalkedEntry<'_>) -> bool {
        let is_wanted = match kind {
            Kind::Directory => true,
            Kind::File => self.is_named(dir, name),
            Kind::Link | Kind::Special => false,
        };
        is_wanted && (self.hidden || !name.starts_with(b"."))
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        let WalkedEntry { name, kind } = entry;
        if kind == Kind::File {
            match dir.open_file(name) {
                Some(file) => self.search(&file, || dir.shown(name), found),
                None => found.failed += 1,
            }
        }
        true
    }
}

impl Asked<'_> {
    fn is_named(&self, dir: &WalkedDir, name: &[u8]) -> bool {
        use std::os::unix::ffi::OsStrExt as _;
        (self.globs.is_empty() || self.globs.is_match(dir.path(), name))
            && self.types.as_ref().is_none_or(|types| {
                types.matched(std::ffi::OsStr::from_bytes(name), false).is_whitelist()
            })
    }
}

fn types(name: &str) -> Result<Types, ToolError> {
    let mut types = TypesBuilder::new();
    types.add_defaults().select(name);
    types.build().map_err(|_| {
        let name = crate::path::printable(name);
        ToolError::new(Code::BadArgs, format!("`type` `{name}` is not one of ripgrep's"))
            .hint("use `glob`, such as [\"*.rs\"]")
    })
}

fn read_cursor(cursor: &str) -> Result<(String, u64), ToolError> {
    let read = || {
        let (line, path) = cursor.strip_prefix("after:")?.split_once(':')?;
        let line = if line == "end" { u64::MAX } else { line.parse().ok()? };
        Some((String::from_utf8(percent_decoded(path)?).ok()?, line))
    };
    read().ok_or_else(|| {
        ToolError::new(Code::BadArgs, "`cursor` is none that grep gave")
            .hint("leave it out to begin at the top, or pass it back unchanged")
    })
}
