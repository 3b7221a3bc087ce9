//! [`Report`]: what was found, and how sure that is.
//!
//! May import: nothing of this crate. Absent on purpose: how it is shown.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Most findings that are kept; the rest are counted.
pub const MOST_ISSUES: usize = 1_000;

/// What kind of slowness.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// One query for each round of a loop.
    NPlusOneQuery,
    /// A coroutine stops all others while it waits.
    BlockingIoInAsync,
    /// A loop that does much more than it has to.
    InefficientLoop,
    /// A whole file in memory.
    MemoryInefficiency,
    /// Awaited one after the other, though nothing asks for the order.
    MissingAsyncOpportunity,
    /// The same result is computed in each round.
    RepeatedComputation,
}

impl Category {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::NPlusOneQuery,
        Self::BlockingIoInAsync,
        Self::InefficientLoop,
        Self::MemoryInefficiency,
        Self::MissingAsyncOpportunity,
        Self::RepeatedComputation,
    ];

    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NPlusOneQuery => "n_plus_one_query",
            Self::BlockingIoInAsync => "blocking_io_in_async",
            Self::InefficientLoop => "inefficient_loop",
            Self::MemoryInefficiency => "memory_inefficiency",
            Self::MissingAsyncOpportunity => "missing_async_opportunity",
            Self::RepeatedComputation => "repeated_computation",
        }
    }

    /// How bad it is where it is true: all of a category are equally so.
    pub const fn severity(self) -> Severity {
        match self {
            Self::NPlusOneQuery => Severity::High,
            Self::BlockingIoInAsync => Severity::Critical,
            Self::InefficientLoop | Self::MemoryInefficiency | Self::MissingAsyncOpportunity => {
                Severity::Medium
            }
            Self::RepeatedComputation => Severity::Low,
        }
    }
}

/// How bad a finding is, if it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A constant factor, or less.
    Low,
    /// More time or memory with each further item.
    Medium,
    /// A round trip with each further item.
    High,
    /// All that runs in the process waits.
    Critical,
}

impl Severity {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How sure it is that the code does what a finding says. Nothing here knows types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// True, and perhaps of no weight.
    Low,
    /// By names that usually mean this, or not knowing how much there is.
    Medium,
    /// Seen in the source: an import, an assignment, a literal.
    High,
}

impl Confidence {
    /// Its name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// What kind of slowness.
    pub category: Category,
    /// How sure that is.
    pub confidence: Confidence,
    /// The first line, from 1.
    pub line_number: usize,
    /// The last line.
    pub end_line_number: usize,
    /// What is there.
    pub description: String,
    /// What could be there.
    pub suggestion: &'static str,
    /// The first line of it; ` ...` at its end where there is more.
    pub code_snippet: String,
    /// The function that it is in, if it is in one.
    pub function_name: Option<String>,
}

/// What was found in a source: the most severe findings first, then in the order of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    kept: BTreeMap<(Reverse<Severity>, usize, Category), Issue>,
    counts: BTreeMap<Category, usize>,
}

impl Report {
    /// The findings, at most [`MOST_ISSUES`].
    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.kept.values()
    }

    /// How many there are of a category, kept or not.
    pub fn of_category(&self, category: Category) -> usize {
        self.counts.get(&category).copied().unwrap_or(0)
    }

    /// How many there are of a severity, kept or not.
    pub fn of_severity(&self, severity: Severity) -> usize {
        Category::ALL
            .into_iter()
            .filter(|category| category.severity() == severity)
            .map(|category| self.of_category(category))
            .sum()
    }

    /// How many there are in all.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// One more, which begins at a byte of the source. There is one of a category at a place.
    pub(crate) fn add(&mut self, at: usize, category: Category, issue: impl FnOnce() -> Issue) {
        let key = (Reverse(category.severity()), at, category);
        if self.kept.contains_key(&key) {
            return;
        }
        *self.counts.entry(category).or_default() += 1;
        let is_full = self.kept.len() >= MOST_ISSUES;
        if is_full && self.kept.last_key_value().is_some_and(|(last, _)| *last < key) {
            return;
        }
        self.kept.insert(key, issue());
        if is_full {
            self.kept.pop_last();
        }
    }
}
