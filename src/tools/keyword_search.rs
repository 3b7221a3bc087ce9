//! `keyword_search`: how often a word occurs in each file, and a summary, as one JSON text.
//!
//! The arguments and the fields of the summary are those of the server that the requirements come
//! from. The files with the most occurrences come first; of the others at most a page is kept.

mod answer;
mod roots;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::globs::{Begins, Candidates, Globs, MAX_CHARS, NamePatterns};
use super::shared::defaults::yes;
use super::shared::given_files::{note_mistaken, unfiltered};
use super::shared::guessed::Guessed;
use super::shared::left_out::Unsearched;
use super::shared::otherwise::{Arguments, Nothing, Volume};
use super::shared::pages::CLOSING;
use super::shared::probing::Probe;
use super::shared::repeated::Repeated;
use super::shared::search::{Judged, Look, Respect};
use super::shared::trying::{Attempted, Names, find};
use crate::cap::{Kind, ManyOrAll, OpenFile, Place, Read, Scoped, WalkedDir, WalkedEntry};
use crate::error::{Code, ToolError};
use crate::format::count;
use crate::grep::{Lines, Meaning, Outcome, Pattern, Position, Search, Wanted};
use crate::limits::{Budget, Work, cost};
use crate::path::VirtualPath;
use crate::tool::Tool;
use answer::{Answer, Key, Metadata, Options, Summary, file, rounded};
use roots::{grants, places, roots};

/// Most files that are named in one answer.
const MOST_FILES: usize = 1_000;

/// How other readings of a keyword are asked for.
const ARGUMENTS: Arguments = Arguments {
    any_case: "case_insensitive=true",
    text: "use_regex=false",
    expression: "use_regex=true",
    pattern: "keyword",
    multiline: "the tool grep, multiline=true",
};

pub(super) struct KeywordSearch;

#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument that the client may set")]
pub(super) struct Args {
    /// What to look for.
    #[schemars(example = &"TODO", length(max = MAX_CHARS))]
    keyword: String,
    /// Directories or files.
    #[schemars(example = ["src"])]
    root_paths: Vec<VirtualPath>,
    /// Whatever the case.
    #[serde(default)]
    #[schemars(example = true)]
    case_insensitive: bool,
    /// The keyword is a regular expression.
    #[serde(default)]
    #[schemars(example = false)]
    use_regex: bool,
    /// Only these globs.
    #[serde(default)]
    #[schemars(example = ["*.rs"])]
    include_patterns: Globs,
    /// Globs to leave out.
    #[serde(default)]
    #[schemars(example = ["target"])]
    exclude_patterns: Globs,
    /// Also files without it.
    #[serde(default)]
    #[schemars(example = false)]
    include_zero: bool,
    /// false: also what git ignores.
    #[serde(default = "yes")]
    #[schemars(example = true)]
    respect_ignore: bool,
}

impl Tool for KeywordSearch {
    const NAME: &'static str = "keyword_search";
    const ABOUT: &'static str = "Counts a keyword in each file, most first, with a summary, as JSON. To see lines use grep.";
    const SEARCHES: bool = true;
    type Needs = ManyOrAll<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &[VirtualPath] {
        &args.root_paths
    }

    fn run(
        args: &Args,
        targets: Vec<Result<Scoped<Read>, ToolError>>,
        budget: &Budget,
    ) -> Result<String, ToolError> {
        if targets.is_empty() {
            return Err(ToolError::new(Code::BadArgs, "`root_paths` holds no path"));
        }
        let are_roots = |target: &&Scoped<Read>| matches!(target, Scoped::Roots(_));
        let named = || targets.iter().filter_map(|target| target.as_ref().ok());
        let first = named().find(are_roots).or_else(|| named().next());
        let begins = first.map_or(Begins::Above(None), Begins::of);
        let names = Names {
            include: args.include_patterns.compile("include_patterns", begins, budget)?,
            exclude: args.exclude_patterns.compile_to_leave_out(
                "exclude_patterns",
                begins,
                budget,
            )?,
        };
        let pattern = pattern(args, budget)?;
        let mut errors = BTreeMap::new();
        let zero = args.include_zero;
        let respects = Respect(args.respect_ignore);
        let roots = roots(&args.root_paths, &targets);
        let places = places(roots, respects, &mut errors, budget)?;
        let filters = [
            ("include_patterns", !args.include_patterns.as_given().is_empty()),
            ("exclude_patterns", !args.exclude_patterns.as_given().is_empty()),
        ];
        let (names, filter_note) =
            if places.iter().all(|place| place.found_kind() == Some(Kind::File)) {
                unfiltered(&names, &filters, "root_paths", budget)?
            } else {
                (names, None)
            };
        let grants = grants(&targets);
        let leave = |names: &Names, place: &Place<Read>| {
            grants.get(&place.display_path()).and_then(|grant| names.leave_grant(grant))
        };
        // Globs hold for what lies in directories, and not for files that are given.
        let is_directory = |place: &Place<Read>| place.found_kind() != Some(Kind::File);
        let attempt = |names: &Names| {
            let pattern = pattern.clone();
            let keyword = &*args.keyword;
            let asked = Asked { pattern, keyword, names, zero, respects, budget };
            let mut found = Found::default();
            let mut unsearched = Unsearched::default();
            for place in &places {
                if let Some(by) = leave(names, place) {
                    unsearched.left_out_grant(by, place.display_path());
                    continue;
                }
                asked.search(place, &mut found, &mut unsearched)?;
            }
            Ok((found, unsearched))
        };
        let walk = |names: &Names, candidates: &Candidates| {
            let fits = |_: &WalkedDir, entry: WalkedEntry<'_>| entry.kind == Kind::File;
            let probe = Probe { names, candidates, respects, hidden: true, fits };
            let searched =
                |place: &&Place<Read>| is_directory(place) && leave(names, place).is_none();
            for place in places.iter().filter(searched) {
                probe.below(place, budget)?;
            }
            Ok(())
        };
        let Attempted { found, mut unsearched, names } = find(names, budget, attempt, walk)?;
        unsearched.note(filter_note);
        if let Some(place) = places.iter().find(|place| is_directory(place)) {
            let globs = args.include_patterns.as_given();
            note_mistaken(&mut unsearched, &names.include, globs, place, budget);
        }
        if pattern.spans_lines_by_itself() {
            let note = "the keyword holds a line feed: it is searched over line ends";
            unsearched.note([note.to_owned()]);
        }
        if found.matching == 0 && !unsearched.is_cut() {
            unsearched.note(found.guessed.facts(true, " of grep"));
            let names = &names;
            let keyword = &*args.keyword;
            let asked = Asked { pattern, keyword, names, zero, respects, budget };
            unsearched.note(asked.otherwise(args, &found, &places));
        }
        Ok(Searched { found, unsearched, errors }.answer(args, budget))
    }
}

impl Args {
    fn meaning(&self) -> Meaning {
        Meaning {
            literal: !self.use_regex,
            ignore_case: self.case_insensitive,
            ..Meaning::default()
        }
    }
}

fn pattern(args: &Args, budget: &Budget) -> Result<Pattern, ToolError> {
    let _busy = budget.begin(Work::Patterns);
    Pattern::new("keyword", &args.keyword, args.meaning())
}

/// The arguments of a call, parsed.
struct Asked<'a> {
    pattern: Pattern,
    keyword: &'a str,
    names: &'a Names,
    zero: bool,
    respects: Respect,
    budget: &'a Budget,
}

/// What one thread has found.
#[derive(Default)]
struct Found {
    search: Option<Search>,
    /// The first files, and the size of each in bytes.
    files: BTreeMap<Key, u64>,
    volume: Volume,
    matching: u64,
    occurrences: u64,
    binary: u64,
    guessed: Guessed,
    failed: u64,
}

impl Found {
    fn keep(&mut self, key: Key, size: u64) {
        self.files.insert(key, size);
        if self.files.len() > MOST_FILES {
            self.files.pop_last();
        }
    }

    fn add(&mut self, other: Self) {
        other.files.into_iter().for_each(|(key, size)| self.keep(key, size));
        self.volume.add(other.volume);
        self.matching += other.matching;
        self.occurrences += other.occurrences;
        self.binary += other.binary;
        self.guessed.add(other.guessed);
        self.failed += other.failed;
    }
}

impl Asked<'_> {
    /// Describes other readings of a keyword that occurs nowhere.
    fn otherwise(&self, args: &Args, found: &Found, places: &[Place<Read>]) -> Vec<String> {
        let nothing = Nothing {
            look: self,
            places,
            pattern: &args.keyword,
            meaning: args.meaning(),
            only_matching: false,
            searched: &found.volume,
            arguments: &ARGUMENTS,
        };
        nothing.facts(self.budget)
    }

    fn count(&self, file: &OpenFile, shown: impl Fn() -> String, found: &mut Found) {
        let wanted = Wanted { output: Lines::Matches, before: 0, after: 0, only_matching: false };
        let search = found.search.get_or_insert_with(|| Search::new(self.pattern.clone(), wanted));
        let hits = match search.file(file, Position::START, self.budget) {
            Outcome::Searched(hits) => hits,
            Outcome::Partly(hits) => {
                found.failed += 1;
                hits
            }
            Outcome::Binary => {
                found.binary += 1;
                return;
            }
        };
        let occurrences = hits.count;
        if let (0, Some(guessed)) = (occurrences, hits.guessed) {
            let pattern = (self.keyword, &self.pattern);
            found.guessed.file(file, guessed, pattern, shown(), self.budget);
        }
        found.volume.file(file.size());
        found.matching += u64::from(occurrences > 0);
        found.occurrences += occurrences;
        if occurrences > 0 || self.zero {
            found.keep((Reverse(occurrences), shown()), file.size());
        }
    }
}

impl Asked<'_> {
    fn search(
        &self,
        place: &Place<Read>,
        found: &mut Found,
        unsearched: &mut Unsearched,
    ) -> Result<(), ToolError> {
        if let Some(Kind::File) = place.found_kind() {
            self.count(&place.open_file()?, || place.display_path(), found);
            unsearched.add_one();
            return Ok(());
        }
        unsearched.add(self.below(place, self.budget)?, |part| found.add(part));
        Ok(())
    }
}

impl Look for Asked<'_> {
    type Found = Found;
    const IS_WORK: bool = true;

    fn respects(&self) -> Respect {
        self.respects
    }

    fn include(&self) -> Option<&NamePatterns> {
        Some(&self.names.include)
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        self.names.judge(dir, entry, || entry.kind == Kind::File)
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        let WalkedEntry { name, kind } = entry;
        if kind == Kind::File {
            match dir.open_file(name) {
                Some(file) => self.count(&file, || dir.display_path(name), found),
                None => found.failed += 1,
            }
        }
        true
    }
}

/// What became of a call.
struct Searched {
    found: Found,
    unsearched: Unsearched,
    /// Roots that could not be searched, as they were said, and why.
    errors: BTreeMap<String, String>,
}

impl Searched {
    fn answer(self, args: &Args, budget: &Budget) -> String {
        let Self { found, unsearched, errors } = self;
        let room = budget.limits().search_chars().saturating_sub(CLOSING);
        let mut repeated = Repeated::new(room / 2);
        let keyword = repeated.one(&args.keyword).unwrap_or_default();
        let errors = errors.into_iter().filter(|(path, why)| repeated.take_room(&[path, why]));
        let errors = errors.collect();
        let root_paths = args.root_paths.iter().map(ToString::to_string);
        let root_paths = root_paths.filter(|path| repeated.take_room(&[path])).collect();
        let include_patterns = repeated.all(args.include_patterns.as_given());
        let exclude_patterns = repeated.all(args.exclude_patterns.as_given());
        let mut used = repeated.used;
        let fits = |((_, path), _): &(&Key, &u64)| {
            // With the names of the fields.
            used += cost(path) + 90;
            used <= room
        };
        let named: Vec<_> = found.files.iter().take_while(fits).map(file).collect();
        let of = |part: u64, all: u64| if all == 0 { 0.0 } else { rounded(part, all) };
        let top = found.files.first_key_value().filter(|((Reverse(most), _), _)| *most > 0);
        let could_be_named = if args.include_zero { found.volume.files } else { found.matching };
        let mut notes = unsearched.facts("root_paths", budget);
        if could_be_named > named.len() as u64 {
            let more = could_be_named - named.len() as u64;
            let files = count(more, "more file is", "more files are");
            notes.push(format!("{files} counted in the summary, and not named"));
        }
        if repeated.left_out > 0 {
            let arguments = count(repeated.left_out, "argument or error", "arguments and errors");
            notes.push(format!("{arguments} not shown: the answer has no room for them"));
        }
        let answer = Answer {
            keyword,
            root_paths,
            options: Options {
                case_insensitive: args.case_insensitive,
                use_regex: args.use_regex,
                include_patterns,
                exclude_patterns,
            },
            files: named,
            summary: Summary {
                total_files_searched: found.volume.files,
                total_files_with_matches: found.matching,
                total_occurrences: found.occurrences,
                files_with_errors: found.failed,
                most_frequent_file: top.map(|((_, path), _)| path.clone()),
                max_occurrences: top.map_or(0, |((Reverse(most), _), _)| *most),
                match_percentage: of(100 * found.matching, found.volume.files),
                average_occurrences_per_matching_file: of(found.occurrences, found.matching),
            },
            metadata: Metadata { binary_files: found.binary, errors, notes },
        };
        // Strings, numbers and maps of strings: there is nothing that could fail.
        serde_json::to_string(&answer).unwrap_or_default()
    }
}
