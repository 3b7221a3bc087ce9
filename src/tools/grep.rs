//! `grep`: lines that match, in the files below a directory, grouped by file in the order of paths.
//!
//! Threads search; what they keep is what fits the page, so memory does not grow with what is found.

mod wanted;

use std::cmp::Ordering;

use ::ignore::types::Types;
use schemars::JsonSchema;
use serde::Deserialize;

use super::encoding::{MAX_LABEL, named};
use super::file_types;
use super::given_files::{note_mistaken, unfiltered};
use super::glob_candidates::Candidates;
use super::grep_answer::{Found, answer};
use super::grep_cursor;
use super::left_out::PassedBy;
use super::name_pattern::{Begins, Globs, MAX_CHARS, NamePatterns};
use super::otherwise::{Arguments, Nothing};
use super::probing::Probe;
use super::searching::{Judged, Look, Looked, MAX_CURSOR, Respect, everywhere, yes};
use super::trying::{Attempted, Names, find};
use crate::cap::{
    Kind, OpenFile, Place, Read, Scope, Scoped, Skipped, Target, Walked, WalkedDir, WalkedEntry,
};
use crate::error::ToolError;
use crate::grep::{Meaning, Outcome, Pattern, Position, Search, Wanted};
use crate::limits::{Budget, Work};
use crate::path::VirtualPath;
use crate::text::Coding;
use crate::tool::Tool;
use wanted::{wanted, without_effect};

/// Lines on one page, where the client does not say.
const PAGE: usize = 250;
/// Lines of one file, where the client does not say.
const PER_FILE: usize = 20;

/// How other readings of a pattern are asked for.
const ARGUMENTS: Arguments = Arguments {
    any_case: "ignore_case=true",
    text: "literal=true",
    expression: "literal=false",
    pattern: "pattern",
    multiline: "multiline=true",
};

pub(super) struct Grep;

#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the client's")]
pub(super) struct Args {
    /// A regex, as ripgrep's.
    #[schemars(example = r"fn \w+\(", length(max = MAX_CHARS))]
    pattern: String,
    /// Directory or file; else all.
    #[serde(default)]
    #[schemars(example = &"src")]
    path: VirtualPath,
    /// Only these globs.
    #[serde(default)]
    #[schemars(example = ["*.rs"])]
    glob: Globs,
    /// Globs to leave out.
    #[serde(default)]
    #[schemars(example = ["target"])]
    exclude: Globs,
    /// As ripgrep's: rust, py.
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
    /// As `line:column:match`.
    #[serde(default)]
    #[schemars(example = false)]
    only_matching: bool,
    /// Lines before each match.
    #[serde(default)]
    #[schemars(example = 2)]
    before: Option<usize>,
    /// Lines after each match.
    #[serde(default)]
    #[schemars(example = 2)]
    after: Option<usize>,
    /// Lines before and after.
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
    #[schemars(example = 250, range(min = 1), extend("default" = PAGE))]
    limit: Option<usize>,
    /// Of one file of several; 0: all.
    #[serde(default)]
    #[schemars(example = 20, range(min = 0), extend("default" = PER_FILE))]
    per_file: Option<usize>,
    /// Each file's last lines.
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
        let begins = Begins::of(&at);
        let names = Names {
            include: args.glob.compile("glob", begins, budget)?,
            exclude: args.exclude.compile_to_leave_out("exclude", begins, budget)?,
        };
        let asked = Asked::new(args, budget)?;
        let filters = [
            ("glob", !args.glob.as_given().is_empty()),
            ("exclude", !args.exclude.as_given().is_empty()),
            ("type", args.kind.is_some()),
        ];
        let is_filtered = filters.iter().any(|(_, is_used)| *is_used);
        let (names, note) = match &at {
            Scoped::One(file) if is_filtered && file.place(budget)?.what() == Some(Kind::File) => {
                unfiltered(&names, &filters, "path", budget)?
            }
            _ => (names, None),
        };
        let attempt = |names: &Names| {
            let search = InFiles { asked: &asked, names };
            let mut found = Found::default();
            let below = |target: &Target<Read>| search.below_or_in(&target.place(budget)?);
            let unsearched = everywhere(&at, names, below, |part| found.add(part, asked.page))?;
            Ok((found, unsearched))
        };
        let walk = |names: &Names, candidates: &Candidates| {
            let fits = |_: &WalkedDir, entry: WalkedEntry<'_>| asked.is_searched(entry);
            let (respects, hidden) = (asked.respects, asked.hidden);
            Probe { names, candidates, respects, hidden, fits }.everywhere(&at, budget)
        };
        let Attempted { found, mut unsearched, names } = find(names, budget, attempt, walk)?;
        unsearched.note(note);
        unsearched.note(without_effect(args));
        note_mistaken(&mut unsearched, &names.include, args.glob.as_given(), &at, budget);
        let otherwise = if found.total_files > 0 || unsearched.is_cut() {
            vec![]
        } else {
            InFiles { asked: &asked, names: &names }.otherwise(&found, &at)
        };
        Ok(answer(&asked, &found, &unsearched, otherwise))
    }
}

impl Args {
    fn meaning(&self) -> Meaning {
        Meaning {
            literal: self.literal,
            ignore_case: self.ignore_case,
            word: self.word,
            multiline: self.multiline,
        }
    }
}

/// The arguments of a call, parsed.
pub(super) struct Asked<'a> {
    pub(super) pattern: Pattern,
    pub(super) wanted: Wanted,
    /// Are there globs, or a type, that files have to match?
    pub(super) filters_names: bool,
    pub(super) types: Option<Types>,
    pub(super) output: Output,
    pub(super) respects: Respect,
    pub(super) hidden: bool,
    pub(super) page: usize,
    /// The file and the place in it up to which earlier pages have shown what matches.
    pub(super) from: Option<(String, Position)>,
    pub(super) coding: Option<Coding>,
    pub(super) budget: &'a Budget,
    args: &'a Args,
}

impl<'a> Asked<'a> {
    fn new(args: &'a Args, budget: &'a Budget) -> Result<Self, ToolError> {
        let _busy = budget.begin(Work::Patterns);
        let page = args.limit.unwrap_or(PAGE).clamp(1, budget.limits().max_list_entries);
        let wanted = wanted(args, PER_FILE, page);
        let cursor = args.cursor.as_deref();
        Ok(Self {
            pattern: Pattern::new("pattern", &args.pattern, args.meaning())?,
            wanted,
            filters_names: !args.glob.as_given().is_empty() || args.kind.is_some(),
            types: args.kind.as_deref().map(file_types::named).transpose()?,
            output: args.output,
            respects: Respect(args.respect_ignore),
            hidden: args.hidden,
            page,
            from: cursor.map(|cursor| grep_cursor::read(cursor, wanted.output)).transpose()?,
            coding: named(args.encoding.as_deref())?,
            budget,
            args,
        })
    }

    /// Is it a file of a type that is searched?
    fn is_searched(&self, WalkedEntry { name, kind }: WalkedEntry<'_>) -> bool {
        kind == Kind::File && self.types.as_ref().is_none_or(|all| file_types::matches(all, name))
    }

    fn search(
        &self,
        file: &OpenFile,
        wanted: Wanted,
        shown: impl Fn() -> String,
        found: &mut Found,
    ) {
        // What an earlier page has shown of this file.
        let from = match &self.from {
            None => wanted.output.beginning(),
            Some((path, position)) => match shown().cmp(path) {
                Ordering::Less => wanted.output.finish(),
                Ordering::Equal => *position,
                Ordering::Greater => wanted.output.beginning(),
            },
        };
        let search = found.search.get_or_insert_with(|| {
            Search::new(self.pattern.clone(), wanted).in_coding(self.coding)
        });
        let hits = match search.file(file, from, self.budget) {
            Outcome::Searched(hits) => hits,
            Outcome::Partly(hits) => {
                found.failed += 1;
                hits
            }
            Outcome::Binary => return found.binary.one(shown()),
        };
        found.searched.file(file.size());
        if let (0, Some(guessed)) = (hits.count, hits.guessed) {
            let pattern = (self.args.pattern.as_str(), &self.pattern);
            found.guessed.file(file, guessed, pattern, shown(), self.budget);
        }
        if hits.count > 0 {
            found.total_files += 1;
            found.total_lines += hits.count;
            if from == wanted.output.beginning() || !hits.lines.is_empty() {
                found.insert(shown(), hits, self.page);
            }
        }
    }
}

/// A search in the files that have certain names.
struct InFiles<'a> {
    asked: &'a Asked<'a>,
    names: &'a Names,
}

impl InFiles<'_> {
    /// Searches all below a place, or in it where it is a file.
    fn below_or_in(&self, place: &Place<Read>) -> Result<Looked<Self>, ToolError> {
        let asked = self.asked;
        if let Some(Kind::File) = place.what() {
            let mut found = Found::default();
            found.is_one_file = true;
            // A file that is named is wanted whole.
            let wanted = wanted(asked.args, 0, asked.page);
            asked.search(&place.open_file()?, wanted, || place.shown(), &mut found);
            let found = vec![(PassedBy::nothing_of_one_file(), found)];
            return Ok(Walked { found, skipped: Skipped::default(), is_cut: false });
        }
        self.below(place, asked.budget)
    }

    /// What else the pattern may have meant, where it matched nothing.
    fn otherwise(&self, found: &Found, at: &Scoped<Read>) -> Vec<String> {
        let asked = self.asked;
        let targets = match at {
            Scoped::One(target) => std::slice::from_ref(target),
            Scoped::Roots(targets) => targets,
        };
        let places: Vec<_> =
            targets.iter().filter_map(|target| target.place(asked.budget).ok()).collect();
        let nothing = Nothing {
            look: self,
            places: &places,
            pattern: &asked.args.pattern,
            meaning: asked.args.meaning(),
            only_matching: asked.args.only_matching,
            searched: &found.searched,
            arguments: &ARGUMENTS,
        };
        nothing.facts(asked.budget)
    }
}

impl Look for InFiles<'_> {
    type Found = Found;
    const IS_WORK: bool = true;

    fn respects(&self) -> Respect {
        self.asked.respects
    }

    fn include(&self) -> Option<&NamePatterns> {
        Some(&self.names.include)
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        let judged = self.names.judge(dir, entry, || self.asked.is_searched(entry));
        let is_dotfile = !self.asked.hidden && entry.name.starts_with(b".");
        let is_searched = matches!(judged, Judged::Meant | Judged::Entered)
            || (judged == Judged::OtherKind && entry.kind == Kind::Directory);
        if is_dotfile && (is_searched || entry.kind == Kind::Link) {
            Judged::Dotfile
        } else {
            judged
        }
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        match dir.open_file(entry.name) {
            Some(file) => {
                self.asked.search(&file, self.asked.wanted, || dir.shown(entry.name), found);
            }
            None => found.unopened.one(dir.shown(entry.name)),
        }
        false
    }
}
