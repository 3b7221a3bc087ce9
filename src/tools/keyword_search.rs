//! `keyword_search`: how often a word occurs in each file, and a summary, as one JSON text.
//!
//! The arguments and the fields of the summary are those of the server that the requirements come
//! from. The files with the most occurrences come first; of the others at most a page is kept.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::name_pattern::{Globs, MAX_CHARS, NamePatterns};
use super::repeated::Repeated;
use super::searching::{CLOSING, Look, Respect, Unsearched, count, yes};
use crate::cap::{Each, Kind, OpenFile, Place, Read, Target, WalkedDir, WalkedEntry};
use crate::error::{Code, ToolError};
use crate::grep::{Lines, Meaning, Outcome, Pattern, Search, Wanted};
use crate::limits::{Budget, Work, cost};
use crate::path::VirtualPath;
use crate::tool::Tool;

/// Most files that are named in one answer.
const MOST_FILES: usize = 1_000;

pub(super) struct KeywordSearch;

#[derive(Deserialize, JsonSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the client's")]
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
    type Needs = Each<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> &[VirtualPath] {
        &args.root_paths
    }

    fn run(
        args: &Args,
        targets: Vec<Result<Target<Read>, ToolError>>,
        budget: &Budget,
    ) -> Result<String, ToolError> {
        if targets.is_empty() {
            return Err(ToolError::new(Code::BadArgs, "`root_paths` holds no path"));
        }
        let asked = Asked::new(args, budget)?;
        let mut search = Searched::default();
        let places = search.places(args, targets, budget)?;
        for place in &places {
            search.below(&asked, place)?;
        }
        Ok(search.answer(args, budget))
    }
}

/// What is asked for.
struct Asked<'a> {
    pattern: Pattern,
    include: NamePatterns,
    exclude: NamePatterns,
    zero: bool,
    respects: Respect,
    budget: &'a Budget,
}

/// A file that is named: how often the keyword occurs in it, most first, then its path.
type Key = (Reverse<u64>, String);

/// What one thread has found.
#[derive(Default)]
struct Found {
    search: Option<Search>,
    /// The first files, and the size of each in bytes.
    files: BTreeMap<Key, u64>,
    searched: u64,
    matching: u64,
    occurrences: u64,
    binary: u64,
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
        self.searched += other.searched;
        self.matching += other.matching;
        self.occurrences += other.occurrences;
        self.binary += other.binary;
        self.failed += other.failed;
    }
}

impl<'a> Asked<'a> {
    fn new(args: &Args, budget: &'a Budget) -> Result<Self, ToolError> {
        let meaning = Meaning {
            literal: !args.use_regex,
            ignore_case: args.case_insensitive,
            ..Meaning::default()
        };
        let _busy = budget.begin(Work::Patterns);
        let pattern = Pattern::new("keyword", &args.keyword, meaning)?;
        Ok(Self {
            pattern,
            include: args.include_patterns.compile("include_patterns", budget)?,
            exclude: args.exclude_patterns.compile("exclude_patterns", budget)?,
            zero: args.include_zero,
            respects: Respect(args.respect_ignore),
            budget,
        })
    }

    fn count(&self, file: &OpenFile, shown: impl Fn() -> String, found: &mut Found) {
        let wanted = Wanted { output: Lines::Matches, before: 0, after: 0 };
        let search = found.search.get_or_insert_with(|| Search::new(self.pattern.clone(), wanted));
        let occurrences = match search.file(file, 0, self.budget) {
            Outcome::Searched(hits) => hits.count,
            Outcome::Partly(hits) => {
                found.failed += 1;
                hits.count
            }
            Outcome::Binary => return found.binary += 1,
        };
        found.searched += 1;
        found.matching += u64::from(occurrences > 0);
        found.occurrences += occurrences;
        if occurrences > 0 || self.zero {
            found.keep((Reverse(occurrences), shown()), file.size());
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
            Kind::File => self.include.is_empty() || self.include.is_match(dir.path(), name),
            Kind::Link | Kind::Special => false,
        };
        is_wanted && !self.exclude.is_match(dir.path(), name)
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Found) -> bool {
        let WalkedEntry { name, kind } = entry;
        if kind == Kind::File {
            match dir.open_file(name) {
                Some(file) => self.count(&file, || dir.shown(name), found),
                None => found.failed += 1,
            }
        }
        true
    }
}

/// What became of a call.
#[derive(Default)]
struct Searched {
    found: Found,
    unsearched: Unsearched,
    /// Roots that could not be searched, as they were said, and why.
    errors: BTreeMap<String, String>,
}

impl Searched {
    /// The places of the roots that are there, none of them within another: nothing is counted twice.
    fn places(
        &mut self,
        args: &Args,
        targets: Vec<Result<Target<Read>, ToolError>>,
        budget: &Budget,
    ) -> Result<Vec<Place<Read>>, ToolError> {
        let mut places: Vec<Place<Read>> = vec![];
        let mut first = None;
        for (said, target) in args.root_paths.iter().zip(targets) {
            match target.and_then(|target| target.place(budget)) {
                Ok(place) if places.iter().any(|other| place.is_within(other)) => {}
                Ok(place) => {
                    places.retain(|other| !other.is_within(&place));
                    places.push(place);
                }
                Err(error) if matches!(error.code(), Code::TimedOut | Code::Cancelled) => {
                    return Err(error);
                }
                Err(refused) => {
                    self.errors.insert(said.to_string(), refused.to_string());
                    first.get_or_insert(refused);
                }
            }
        }
        match first {
            Some(error) if places.is_empty() => Err(error),
            _ => Ok(places),
        }
    }

    fn below(&mut self, asked: &Asked<'_>, place: &Place<Read>) -> Result<(), ToolError> {
        if let Some(Kind::File) = place.what() {
            asked.count(&place.open_file()?, || place.shown(), &mut self.found);
            return Ok(());
        }
        let looked = asked.below(place, asked.budget)?;
        self.unsearched.add(looked, |found| self.found.add(found));
        Ok(())
    }

    fn answer(self, args: &Args, budget: &Budget) -> String {
        let Self { found, unsearched, errors } = self;
        let room = budget.limits().search_chars().saturating_sub(CLOSING);
        let mut repeated = Repeated::new(room / 2);
        let keyword = repeated.one(&args.keyword).unwrap_or_default();
        let errors = errors.into_iter().filter(|(path, why)| repeated.has_room(&[path, why]));
        let errors = errors.collect();
        let root_paths = args.root_paths.iter().map(ToString::to_string);
        let root_paths = root_paths.filter(|path| repeated.has_room(&[path])).collect();
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
        let could_be_named = if args.include_zero { found.searched } else { found.matching };
        let mut notes = unsearched.facts(budget);
        if could_be_named > named.len() as u64 {
            let more = could_be_named - named.len() as u64;
            notes.push(format!("{more} more files are counted in the summary, and not named"));
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
                total_files_searched: found.searched,
                total_files_with_matches: found.matching,
                total_occurrences: found.occurrences,
                files_with_errors: found.failed,
                most_frequent_file: top.map(|((_, path), _)| path.clone()),
                max_occurrences: top.map_or(0, |((Reverse(most), _), _)| *most),
                match_percentage: of(100 * found.matching, found.searched),
                average_occurrences_per_matching_file: of(found.occurrences, found.matching),
            },
            metadata: Metadata { binary_files: found.binary, errors, notes },
        };
        // Strings, numbers and maps of strings: there is nothing that could fail.
        serde_json::to_string(&answer).unwrap_or_default()
    }
}

fn file(((Reverse(occurrences), path), size): (&Key, &u64)) -> (String, File) {
    let name = path.rsplit('/').next().unwrap_or_default();
    let extension = name.rsplit_once('.').filter(|(stem, _)| !stem.is_empty());
    let extension = extension.map_or(String::new(), |(_, extension)| format!(".{extension}"));
    (path.clone(), File { occurrences: *occurrences, size_bytes: *size, extension })
}

/// To two places.
#[expect(clippy::cast_precision_loss, reason = "a figure for readers")]
fn rounded(part: u64, all: u64) -> f64 {
    (part as f64 * 100.0 / all as f64).round() / 100.0
}

#[derive(Serialize)]
struct Answer<'a> {
    keyword: &'a str,
    root_paths: Vec<String>,
    options: Options<'a>,
    #[serde(serialize_with = "in_order")]
    files: Vec<(String, File)>,
    summary: Summary,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Options<'a> {
    case_insensitive: bool,
    use_regex: bool,
    include_patterns: Vec<&'a str>,
    exclude_patterns: Vec<&'a str>,
}

#[derive(Serialize)]
struct File {
    occurrences: u64,
    size_bytes: u64,
    extension: String,
}

#[derive(Serialize)]
struct Summary {
    total_files_searched: u64,
    total_files_with_matches: u64,
    total_occurrences: u64,
    files_with_errors: u64,
    most_frequent_file: Option<String>,
    max_occurrences: u64,
    match_percentage: f64,
    average_occurrences_per_matching_file: f64,
}

#[derive(Serialize)]
struct Metadata {
    /// They are not searched.
    binary_files: u64,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    errors: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

/// An object whose members keep their order.
fn in_order<S: Serializer>(files: &[(String, File)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(files.iter().map(|(path, file)| (path, file)))
}
