//! [`Report`]: the findings and the confidence in them. This module does not display them.

use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The maximum number of findings in a report. More findings are only counted.
pub const MOST_ISSUES: usize = 1_000;

/// The kind of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// A loop runs one query in each iteration.
    NPlusOneQuery,
    /// A coroutine blocks all others while it waits.
    BlockingIoInAsync,
    /// A loop does much more work than necessary.
    InefficientLoop,
    /// A whole file is held in memory.
    MemoryInefficiency,
    /// Operations are awaited one after the other, although the order does not matter.
    MissingAsyncOpportunity,
    /// The same result is computed in each iteration.
    RepeatedComputation,
}

impl Category {
    /// All categories.
    pub const ALL: [Self; 6] = [
        Self::NPlusOneQuery,
        Self::BlockingIoInAsync,
        Self::InefficientLoop,
        Self::MemoryInefficiency,
        Self::MissingAsyncOpportunity,
        Self::RepeatedComputation,
    ];

    /// Returns the name in answers.
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

    /// Returns the severity, which is the same for all findings of a category.
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

/// The impact of a finding, if it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// At most a constant factor.
    Low,
    /// More time or memory for each item.
    Medium,
    /// A round trip for each item.
    High,
    /// The whole process waits.
    Critical,
}

impl Severity {
    /// All severities.
    pub const ALL: [Self; 4] = [Self::Low, Self::Medium, Self::High, Self::Critical];

    /// Returns the name in answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// How certain it is that a finding is true. The analysis does not know types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Confidence {
    /// True, but perhaps irrelevant.
    Low,
    /// Based on names that usually mean this, or on an unknown amount of data.
    Medium,
    /// The source shows it, by an import, an assignment or a literal.
    High,
}

impl Confidence {
    /// Returns the name in answers.
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
    /// The kind of the finding.
    pub category: Category,
    /// How certain the finding is.
    pub confidence: Confidence,
    /// The first line, from 1.
    pub line_number: usize,
    /// The last line.
    pub end_line_number: usize,
    /// Describes the slow code.
    pub description: String,
    /// Describes faster code.
    pub suggestion: &'static str,
    /// The first line of the code, followed by ` ...` if there is more.
    pub code_snippet: String,
    /// The enclosing function, if there is one.
    pub function_name: Option<String>,
}

/// The findings in a source: the most severe ones first, then in the order of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    kept: BTreeMap<(Reverse<Severity>, usize, Category), Issue>,
    counts: BTreeMap<Category, usize>,
}

impl Report {
    /// Returns the findings, at most [`MOST_ISSUES`].
    pub fn issues(&self) -> impl Iterator<Item = &Issue> {
        self.kept.values()
    }

    /// Returns the number of findings of a category, including those that were only counted.
    pub fn of_category(&self, category: Category) -> usize {
        self.counts.get(&category).copied().unwrap_or(0)
    }

    /// Returns the number of findings of a severity, including those that were only counted.
    pub fn of_severity(&self, severity: Severity) -> usize {
        Category::ALL
            .into_iter()
            .filter(|category| category.severity() == severity)
            .map(|category| self.of_category(category))
            .sum()
    }

    /// Returns the total number of findings.
    pub fn total(&self) -> usize {
        self.counts.values().sum()
    }

    /// Adds a finding at a byte of the source, unless there is one of the same category at that place.
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
