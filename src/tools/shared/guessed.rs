//! [`Guessed`]: files that a search read in a guessed encoding and that did not match, and what to do about them.
//!
//! May import: `cap` (for open files), `grep`, `limits`.

use std::collections::BTreeMap;

use crate::cap::{OpenFile, Tally};
use crate::format::count;
use crate::grep::{Pattern, Recoded};
use crate::limits::Budget;

/// Most encodings that one answer names.
const MOST_NAMED: usize = 2;

/// Files that did not match as they were read.
#[derive(Default)]
pub(in crate::tools) struct Guessed {
    files: Tally,
    /// What the first of them was read as.
    read_as: Option<&'static str>,
    /// The files that match in other encodings.
    matching: BTreeMap<&'static str, Tally>,
    tried: Option<Recoded>,
}

impl Guessed {
    /// One more file, which was read as `guessed`.
    pub(in crate::tools) fn file(
        &mut self,
        file: &OpenFile,
        guessed: &'static str,
        (text, pattern): (&str, &Pattern),
        shown: String,
        budget: &Budget,
    ) {
        if !pattern.is_beyond_ascii() {
            return;
        }
        let tried = self.tried.get_or_insert_with(|| Recoded::new(text, pattern));
        if let Some(encoding) = tried.matching(file, guessed, budget) {
            self.matching.entry(encoding).or_default().one(shown.clone());
        }
        self.one(Tally { count: 1, example: Some(shown) }, Some(guessed));
    }

    /// What another thread has come across.
    pub(in crate::tools) fn add(&mut self, other: Self) {
        self.one(other.files, other.read_as);
        for (encoding, files) in other.matching {
            self.matching.entry(encoding).or_default().add(files);
        }
    }

    /// What an answer says; `of` tells of which tool `encoding` is an argument. How many files there are is of interest
    /// where `nothing` matches.
    pub(in crate::tools) fn facts(&self, nothing: bool, of: &str) -> Vec<String> {
        let mut matching: Vec<_> = self.matching.iter().collect();
        matching.sort_by_key(|(_, files)| std::cmp::Reverse(files.count));
        matching.truncate(MOST_NAMED);
        let matching = matching.into_iter().filter_map(|(encoding, files)| {
            let example = files.example.as_ref()?;
            let files = count(files.count, "file matches", "files match");
            Some(format!("{files} with encoding={encoding}{of}, such as {example}"))
        });
        let mut facts: Vec<_> = matching.collect();
        if nothing && let (Some(example), Some(read_as)) = (&self.files.example, self.read_as) {
            let files = count(self.files.count, "file is", "files are");
            facts.push(format!(
                "{files} read with a guessed encoding, such as {example} as {read_as}: set `encoding`{of} to use another"
            ));
        }
        facts
    }

    fn one(&mut self, files: Tally, read_as: Option<&'static str>) {
        let before = self.files.example.clone();
        self.files.add(files);
        if self.files.example != before {
            self.read_as = read_as;
        }
    }
}
