//! What a search for contents says when nothing matches: which other reading of its pattern would have matched.
//!
//! An agent that gets no match goes on as if the thing did not exist. So the same files are searched once more, for what
//! the pattern may have meant instead, and their names for the pattern itself. That is done where the files are small
//! together; what it finds does not depend on the time it takes.
//!
//! May import: `cap`, `grep`, `limits`, `text`, `format`, its neighbours.

use super::search::{Judged, Look, Respect};
use crate::cap::{Kind, OpenFile, Place, Read, Tally, WalkedDir, WalkedEntry};
use crate::format::count;
use crate::grep::{
    Lines, Meaning, Other, Outcome, Position, Reading, SIMILAR, Search, Wanted, as_name, readings,
};
use crate::limits::{Budget, Work};
use crate::text::{is_invisible, is_look_alike, odd_characters};

/// Most files that are searched once more.
const MOST_FILES: u64 = 20_000;
/// Most bytes of them.
const MOST_BYTES: u64 = 64 << 20;
/// Most other readings that one answer names, and most characters.
const MOST_NAMED: usize = 3;
/// Bytes of a file that are looked at once more before it is searched for what looks like the pattern.
const SMALL: usize = 1 << 20;
/// Most characters of a text for which an expression is made.
const MOST_EXACT: usize = 200;
/// How a text matches that is not the same.
const SAME_LOOKING: &str = "characters that look the same or are invisible";

/// How much was searched.
#[derive(Clone, Copy, Default)]
pub(in crate::tools) struct Volume {
    pub(in crate::tools) files: u64,
    pub(in crate::tools) bytes: u64,
}

impl Volume {
    /// One more file, of a size.
    pub(in crate::tools) fn file(&mut self, bytes: u64) {
        self.add(Self { files: 1, bytes });
    }

    /// What another thread has searched.
    pub(in crate::tools) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
    }

    fn is_small(&self) -> bool {
        self.files <= MOST_FILES && self.bytes <= MOST_BYTES
    }
}

/// How a tool calls its own arguments.
pub(in crate::tools) struct Arguments {
    pub(in crate::tools) any_case: &'static str,
    pub(in crate::tools) text: &'static str,
    pub(in crate::tools) expression: &'static str,
    pub(in crate::tools) pattern: &'static str,
    pub(in crate::tools) multiline: &'static str,
}

/// A search that matched nothing.
pub(in crate::tools) struct Nothing<'a, L> {
    pub(in crate::tools) look: &'a L,
    pub(in crate::tools) places: &'a [Place<Read>],
    pub(in crate::tools) pattern: &'a str,
    pub(in crate::tools) meaning: Meaning,
    pub(in crate::tools) only_matching: bool,
    pub(in crate::tools) searched: &'a Volume,
    pub(in crate::tools) arguments: &'a Arguments,
}

impl<L: Look> Nothing<'_, L> {
    /// Describes other readings of the pattern that match, with an example of each.
    pub(in crate::tools) fn facts(&self, budget: &Budget) -> Vec<String> {
        let busy = budget.begin(Work::Patterns);
        let others = readings(self.pattern, self.meaning, budget);
        drop(busy);
        let name = as_name(self.pattern);
        if !self.searched.is_small() {
            let facts = self.untried(&others).into_iter().chain(self.literal_bar());
            return facts.chain(self.unseen()).collect();
        }
        // To the end of each file, which tells whether it is a text.
        let output = Lines::Counted;
        let wanted = Wanted { output, before: 0, after: 0, only_matching: self.only_matching };
        let name = name.as_deref();
        let is_ascii = self.pattern.is_ascii();
        let tried = Tried { look: self.look, others: &others, wanted, name, is_ascii, budget };
        let mut found = TriedFound::default();
        for place in self.places {
            if place.found_kind() == Some(Kind::File) {
                if let Ok(file) = place.open_file() {
                    tried.file(&file, || place.display_path(), &mut found);
                }
            } else if let Ok(walked) = tried.below(place, budget) {
                walked.found.into_iter().for_each(|(_, other)| found.add(other));
            }
        }
        let mut facts = self.matching(&others, &found);
        facts.truncate(MOST_NAMED);
        if let Tally { count: names @ 1.., example: Some(example) } = &found.names {
            let names = count(*names, "name holds", "names hold");
            facts.push(format!("{names} the pattern, such as {example}: use search_files"));
        }
        if facts.is_empty() {
            self.literal_bar().into_iter().chain(self.unseen()).collect()
        } else {
            facts
        }
    }

    /// Which characters of the pattern nobody sees.
    fn unseen(&self) -> Option<String> {
        let is_unseen = |c: &char| is_invisible(*c) || (!c.is_ascii() && c.is_whitespace());
        let unseen: String = self.pattern.chars().filter(is_unseen).collect();
        let mut named = odd_characters(&unseen, "");
        named.truncate(MOST_NAMED);
        (!named.is_empty())
            .then(|| format!("the {} has {}", self.arguments.pattern, named.join(", ")))
    }

    fn matching(&self, others: &[Other], found: &TriedFound) -> Vec<String> {
        let is_similar = |reading: &Reading| matches!(reading, Reading::Rewritten(_, SIMILAR));
        let mut tried: Vec<_> =
            others.iter().map(|other| &other.reading).zip(&found.files).collect();
        tried.retain(|(_, files)| files.count > 0);
        // What is similar looks the same as well, and one of the two is told.
        let similar = tried.iter().position(|(reading, _)| is_similar(reading));
        let looks = tried.iter().any(|(reading, _)| **reading == Reading::SameLooking);
        let similar = similar.filter(|_| looks).map(|at| tried.remove(at));
        let mut facts = vec![];
        let spans_lines = tried.iter().any(|(reading, _)| **reading == Reading::OverLines);
        for (reading, files) in tried {
            let Some(example) = &files.example else { continue };
            if spans_lines && matches!(reading, Reading::DotsOverLines(_)) {
                continue;
            }
            let files = count(files.count, "file matches", "files match");
            facts.push(match (reading, &found.looks) {
                (Reading::SameLooking, Some(Looks { line, text, .. })) => {
                    let exact = exactly(text).map(|text| Reading::Rewritten(text, SAME_LOOKING));
                    let how = similar.map(|(reading, _)| reading).or(exact.as_ref());
                    let how = how.map_or_else(|| SAME_LOOKING.into(), |how| self.worded(how));
                    let odd = self.odd(text);
                    format!("{files} with {how}, such as {example} on line {line}{odd}")
                }
                _ => format!("{files} with {}, such as {example}", self.worded(reading)),
            });
        }
        facts
    }

    /// Which characters make the difference between the pattern and a text that looks the same.
    fn odd(&self, text: &str) -> String {
        let named = |text: &str, other: &str| {
            let mut named = odd_characters(text, other);
            named.truncate(MOST_NAMED);
            named.join(", ")
        };
        match (named(text, self.pattern), named(self.pattern, text)) {
            (has, lacks) if has.is_empty() && lacks.is_empty() => String::new(),
            (has, lacks) if lacks.is_empty() => format!(", which has {has}"),
            (has, lacks) if has.is_empty() => {
                format!(", which does not have the {lacks} of the {}", self.arguments.pattern)
            }
            (has, lacks) => {
                format!(", which has {has} and not the {lacks} of the {}", self.arguments.pattern)
            }
        }
    }

    /// Readings that were not tried, those that are asked for by an argument.
    fn untried(&self, others: &[Other]) -> Option<String> {
        let is_short = |reading: &&Reading| {
            !matches!(
                reading,
                Reading::Rewritten(..) | Reading::SameLooking | Reading::DotsOverLines(_)
            )
        };
        let readings = others.iter().map(|other| &other.reading).filter(is_short);
        let words: Vec<_> = readings.take(MOST_NAMED).map(|reading| self.worded(reading)).collect();
        (!words.is_empty()).then(|| {
            format!(
                "other readings were not tried because there is too much to search: {}",
                words.join(", ")
            )
        })
    }

    fn literal_bar(&self) -> Option<String> {
        let has_bar = !self.meaning.literal && self.pattern.contains(r"\|");
        has_bar.then(|| r"`\|` is a literal bar here, `|` separates alternatives".into())
    }

    /// The argument that asks for a reading.
    fn worded(&self, reading: &Reading) -> String {
        match reading {
            Reading::AnyCase => self.arguments.any_case.into(),
            Reading::Text => self.arguments.text.into(),
            Reading::Expression => self.arguments.expression.into(),
            Reading::PartsOfWords => "word=false".into(),
            Reading::OverLines => self.arguments.multiline.into(),
            Reading::DotsOverLines(expression) => {
                format!("{} and pattern=`{expression}`", self.arguments.multiline)
            }
            Reading::SameLooking => SAME_LOOKING.into(),
            Reading::Bytes(expression) => {
                let why = r"`\x` and two digits in an answer stand for a byte";
                self.worded(&Reading::Rewritten(expression.clone(), why))
            }
            Reading::Rewritten(expression, why) => {
                let also = if self.meaning.literal { self.arguments.expression } else { "" };
                let and = if also.is_empty() { "" } else { " and " };
                format!("{}=`{expression}`{and}{also} ({why})", self.arguments.pattern)
            }
        }
    }
}

/// Searches the files that another search means for other readings.
struct Tried<'a, L> {
    look: &'a L,
    others: &'a [Other],
    wanted: Wanted,
    name: Option<&'a str>,
    /// Is the pattern ASCII?
    is_ascii: bool,
    budget: &'a Budget,
}

#[derive(Default)]
struct TriedFound {
    searches: Vec<Search>,
    /// The files that match each reading.
    files: Vec<Tally>,
    /// What is called as the pattern says.
    names: Tally,
    /// The first text that looks like the pattern.
    looks: Option<Looks>,
}

/// A text that looks like the pattern.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Looks {
    path: String,
    line: u64,
    text: String,
}

/// The expression that matches this text and nothing else, if it is short. Characters that cannot be told from others are
/// written as escapes.
fn exactly(text: &str) -> Option<String> {
    if text.chars().count() > MOST_EXACT {
        return None;
    }
    let mut expression = String::new();
    for c in regex_syntax::escape(text).chars() {
        match c {
            '\n' => expression.push_str(r"\n"),
            c if is_look_alike(c) => expression += &format!(r"\u{{{:x}}}", u32::from(c)),
            c => expression.push(c),
        }
    }
    Some(expression)
}

impl TriedFound {
    fn add(&mut self, other: Self) {
        self.files.resize_with(self.files.len().max(other.files.len()), Tally::default);
        for (files, more) in self.files.iter_mut().zip(other.files) {
            files.add(more);
        }
        self.names.add(other.names);
        self.looks = self.looks.take().into_iter().chain(other.looks).min();
    }
}

impl<L> Tried<'_, L> {
    fn file(&self, file: &OpenFile, shown: impl Fn() -> String, found: &mut TriedFound) {
        if found.files.is_empty() {
            found.files.resize_with(self.others.len(), Tally::default);
            let searches = self.others.iter().map(|other| {
                let first = Lines::First { of: 1, page: 1 };
                let wanted = match other.reading {
                    Reading::SameLooking => {
                        Wanted { output: first, only_matching: true, ..self.wanted }
                    }
                    Reading::Bytes(_) => Wanted { output: first, ..self.wanted },
                    _ => self.wanted,
                };
                Search::new(other.pattern.clone(), wanted)
            });
            found.searches = searches.collect();
        }
        let each = self.others.iter().zip(&mut found.searches).zip(&mut found.files);
        for ((other, search), files) in each {
            if other.reading == Reading::SameLooking && self.has_only_ascii(file) {
                continue;
            }
            let outcome = search.file(file, Position::START, self.budget);
            let (Outcome::Searched(hits) | Outcome::Partly(hits)) = outcome else { continue };
            let is_match = match other.reading {
                Reading::Bytes(_) => hits.has_escapes,
                _ => hits.count > 0,
            };
            if !is_match {
                continue;
            }
            files.one(shown());
            if let (Reading::SameLooking, Some(first)) = (&other.reading, hits.lines.first()) {
                let path = shown();
                let line = first.number;
                let text = first.text.clone();
                found.looks =
                    found.looks.take().into_iter().chain([Looks { path, line, text }]).min();
            }
        }
    }

    /// Are the pattern and a small file ASCII without controls? Nothing in it then only looks like the pattern.
    fn has_only_ascii(&self, file: &OpenFile) -> bool {
        let is_plain = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
        let size = usize::try_from(file.size()).unwrap_or(usize::MAX);
        if size > SMALL || !self.is_ascii {
            return false;
        }
        let mut buffer = vec![0; size];
        file.read_at(&mut buffer, 0).is_ok_and(|bytes| bytes.iter().all(is_plain))
    }
}

impl<L: Look> Look for Tried<'_, L> {
    type Found = TriedFound;
    const IS_WORK: bool = true;
    const COUNTS_LINKS: bool = false;

    fn respects(&self) -> Respect {
        self.look.respects()
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        match self.look.judge(dir, entry) {
            // Names of directories are looked at as well.
            Judged::Entered | Judged::OtherKind if entry.kind == Kind::Directory => Judged::Meant,
            judged => judged,
        }
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut TriedFound) -> bool {
        if let Some(name) = self.name {
            // Of a directory that is called so, not all that lies in it.
            let path = [dir.path(), entry.name].concat();
            let path = String::from_utf8_lossy(&path).to_lowercase();
            let is_new = path.rfind(name).is_some_and(|at| at + name.len() > dir.path().len());
            if is_new {
                found.names.one(dir.display_path(entry.name));
            }
        }
        if entry.kind == Kind::File
            && !self.others.is_empty()
            && let Some(file) = dir.open_file(entry.name)
        {
            self.file(&file, || dir.display_path(entry.name), found);
        }
        true
    }
}
