//! [`Found`]: what one thread of `grep` has found, of which it keeps what fits the page.
//!
//! May import: `cap`, `grep`, its neighbours.

use std::collections::BTreeMap;

use crate::cap::Tally;
use crate::grep::{Hits, Search};
use crate::tools::shared::guessed::Guessed;
use crate::tools::shared::otherwise::Volume;

/// What one thread has found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) search: Option<Search>,
    pub(super) files: BTreeMap<String, Hits>,
    /// Lines of these files that count for the page.
    kept: usize,
    /// Are there more after them that were not kept?
    pub(super) has_more: bool,
    /// Lines that match, or matches if each is shown separately.
    pub(super) total_lines: u64,
    pub(super) total_files: u64,
    pub(super) searched: Volume,
    pub(super) binary: Tally,
    pub(super) guessed: Guessed,
    /// Files that may not be opened, and how many were not searched to their end.
    pub(super) unopened: Tally,
    pub(super) failed: u64,
    /// Was a file named as `path`?
    pub(super) is_one_file: bool,
}

impl Found {
    pub(super) fn insert(&mut self, path: String, hits: Hits, page: usize) {
        self.kept += weight(&hits);
        self.files.insert(path, hits);
        // Matches after a full page are counted, and not kept.
        while let Some(last) = self.files.last_entry() {
            let rest = self.kept - weight(last.get());
            if rest < page {
                break;
            }
            self.kept = rest;
            self.has_more = true;
            last.remove();
        }
    }

    /// Files whose names were meant, whatever became of them.
    pub(super) fn files_met(&self) -> u64 {
        self.searched.files + self.binary.count + self.unopened.count + self.failed
    }

    pub(super) fn add(&mut self, other: Self, page: usize) {
        self.total_lines += other.total_lines;
        self.total_files += other.total_files;
        self.has_more |= other.has_more;
        self.searched.add(other.searched);
        self.binary.add(other.binary);
        self.guessed.add(other.guessed);
        self.is_one_file |= other.is_one_file;
        self.unopened.add(other.unopened);
        self.failed += other.failed;
        for (path, hits) in other.files {
            self.insert(path, hits, page);
        }
    }
}

/// How much of a page a file takes.
fn weight(hits: &Hits) -> usize {
    hits.lines.iter().filter(|line| line.is_match).count().max(1)
}
