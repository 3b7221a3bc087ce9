//! What a search for contents says when nothing matches: which other reading of its pattern would have matched.
//!
//! An agent that gets no match goes on as if the thing did not exist. So the same files are searched once more, for what
//! the pattern may have meant instead, and their names for the pattern itself. That is done where the files are small
//! together; what it finds does not depend on the time it takes.

use super::searching::{Judged, Look, Respect, count};
use crate::cap::{Kind, OpenFile, Place, Read, Tally, WalkedDir, WalkedEntry};
use crate::grep::{
    Lines, Meaning, Other, Outcome, Position, Reading, Search, Wanted, as_name, readings,
};
use crate::limits::{Budget, Work};

/// Most files that are searched once more.
const MOST_FILES: u64 = 20_000;
/// Most bytes of them.
const MOST_BYTES: u64 = 64 << 20;
/// Most other readings that one answer names.
const MOST_NAMED: usize = 3;

/// How much was searched.
#[derive(Clone, Copy, Default)]
pub(super) struct Volume {
    pub(super) files: u64,
    pub(super) bytes: u64,
}

impl Volume {
    /// One more file, of a size.
    pub(super) fn file(&mut self, bytes: u64) {
        self.add(Self { files: 1, bytes });
    }

    /// What another thread has searched.
    pub(super) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.bytes += other.bytes;
    }

    fn is_small(&self) -> bool {
        self.files <= MOST_FILES && self.bytes <= MOST_BYTES
    }
}

/// How a tool calls its own arguments.
pub(super) struct Arguments {
    pub(super) any_case: &'static str,
    pub(super) text: &'static str,
    pub(super) expression: &'static str,
    pub(super) pattern: &'static str,
    pub(super) multiline: &'static str,
}

/// A search that matched nothing.
pub(super) struct Nothing<'a, L> {
    pub(super) look: &'a L,
    pub(super) places: &'a [Place<Read>],
    pub(super) pattern: &'a str,
    pub(super) meaning: Meaning,
    pub(super) only_matching: bool,
    pub(super) searched: &'a Volume,
    pub(super) arguments: &'a Arguments,
}

impl<L: Look> Nothing<'_, L> {
    /// Describes other readings of the pattern that match, with an example of each.
    pub(super) fn facts(&self, budget: &Budget) -> Vec<String> {
        let busy = budget.begin(Work::Patterns);
        let others = readings(self.pattern, self.meaning, budget);
        drop(busy);
        let name = as_name(self.pattern);
        if !self.searched.is_small() {
            return self.untried(&others).into_iter().chain(self.literal_bar()).collect();
        }
        // To the end of each file, which tells whether it is a text.
        let output = Lines::Counted;
        let wanted = Wanted { output, before: 0, after: 0, only_matching: self.only_matching };
        let name = name.as_deref();
        let tried = Tried { look: self.look, others: &others, wanted, name, budget };
        let mut found = TriedFound::default();
        for place in self.places {
            if place.what() == Some(Kind::File) {
                if let Ok(file) = place.open_file() {
                    tried.file(&file, || place.shown(), &mut found);
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
        if facts.is_empty() { self.literal_bar().into_iter().collect() } else { facts }
    }

    fn matching(&self, others: &[Other], found: &TriedFound) -> Vec<String> {
        let mut facts = vec![];
        let spans_lines = others
            .iter()
            .zip(&found.files)
            .any(|(other, files)| other.reading == Reading::OverLines && files.example.is_some());
        for (other, files) in others.iter().zip(&found.files) {
            let Some(example) = &files.example else { continue };
            if spans_lines && matches!(other.reading, Reading::DotsOverLines(_)) {
                continue;
            }
            let files = count(files.count, "file matches", "files match");
            facts.push(format!("{files} with {}, such as {example}", self.worded(&other.reading)));
        }
        facts
    }

    /// Readings that were not tried, those that are asked for by an argument.
    fn untried(&self, others: &[Other]) -> Option<String> {
        let is_short = |reading: &&Reading| {
            !matches!(reading, Reading::Rewritten(..) | Reading::DotsOverLines(_))
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
    budget: &'a Budget,
}

#[derive(Default)]
struct TriedFound {
    searches: Vec<Search>,
    /// The files that match each reading.
    files: Vec<Tally>,
    /// What is called as the pattern says.
    names: Tally,
}

impl TriedFound {
    fn add(&mut self, other: Self) {
        self.files.resize_with(self.files.len().max(other.files.len()), Tally::default);
        for (files, more) in self.files.iter_mut().zip(other.files) {
            files.add(more);
        }
        self.names.add(other.names);
    }
}

impl<L> Tried<'_, L> {
    fn file(&self, file: &OpenFile, shown: impl Fn() -> String, found: &mut TriedFound) {
        if found.files.is_empty() {
            found.files.resize_with(self.others.len(), Tally::default);
            let searches =
                self.others.iter().map(|other| Search::new(other.pattern.clone(), self.wanted));
            found.searches = searches.collect();
        }
        for (search, files) in found.searches.iter_mut().zip(&mut found.files) {
            let outcome = search.file(file, Position::START, self.budget);
            if let Outcome::Searched(hits) | Outcome::Partly(hits) = outcome
                && hits.count > 0
            {
                files.one(shown());
            }
        }
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
                found.names.one(dir.shown(entry.name));
            }
        }
        if entry.kind == Kind::File
            && !self.others.is_empty()
            && let Some(file) = dir.open_file(entry.name)
        {
            self.file(&file, || dir.shown(entry.name), found);
        }
        true
    }
}
