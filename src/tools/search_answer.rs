//! What a search says of itself in its last line: what was not searched, and how it is.

use std::collections::BTreeSet;

use crate::cap::Skipped;

/// What a search passed by because of what `.gitignore` and the like say.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedBy {
    files: u64,
    directories: u64,
    /// The first of them in the order of paths, so that the same call gives the same answer.
    examples: BTreeSet<String>,
}

impl PassedBy {
    /// One more.
    pub(super) fn count(&mut self, is_directory: bool, shown: impl FnOnce() -> String) {
        if is_directory {
            self.directories += 1;
        } else {
            self.files += 1;
        }
        // Directories say more, and there are far fewer of them.
        if is_directory || self.examples.is_empty() {
            self.examples.insert(shown());
            if self.examples.len() > 1 {
                self.examples.pop_last();
            }
        }
    }

    /// What another thread passed by as well.
    pub(super) fn add(&mut self, other: Self) {
        self.files += other.files;
        self.directories += other.directories;
        self.examples.extend(other.examples);
    }

    fn fact(&self) -> Option<String> {
        let some = |n: u64, one: &str, more: &str| match n {
            0 => None,
            1 => Some(format!("1 {one}")),
            n => Some(format!("{n} {more}")),
        };
        let directories = some(self.directories, "directory", "directories");
        let all: Vec<_> =
            some(self.files, "file", "files").into_iter().chain(directories).collect();
        let example = self.examples.first()?;
        Some(format!("ignored {}, such as {example}: respect_ignore=false", all.join(" and ")))
    }
}

/// What was not searched, each with its reason.
pub(super) fn not_searched(
    passed_by: &PassedBy,
    skipped: &Skipped,
    cut_ms: Option<u64>,
) -> Vec<String> {
    let mut facts: Vec<_> = passed_by.fact().into_iter().collect();
    let such_as =
        skipped.example.as_ref().map_or(String::new(), |shown| format!(", such as {shown}"));
    for (count, which) in [
        (skipped.unreadable, "unreadable"),
        (skipped.too_deep, "too deep"),
        (skipped.elsewhere, "foreign"),
    ] {
        let directories = if count == 1 { "directory" } else { "directories" };
        if count > 0 {
            facts.push(format!("skipped {count} {which} {directories}{such_as}"));
        }
    }
    if let Some(ms) = cut_ms {
        facts.push(format!("STOPPED after {ms} ms: not everything was searched"));
    }
    facts
}
