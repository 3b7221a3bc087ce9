//! What the tools that search have in common: where they search, what they pass by, and how that is
//! told.

use crate::cap::{
    Kind, Listing, Place, Read, Scoped, Skipped, Tally, Target, Walked, WalkedDir, WalkedEntry,
};
use crate::error::ToolError;
use crate::ignore::{Ignored, is_of_versions};
use crate::limits::Budget;

/// Characters of an answer that are kept free for its closing line.
pub(super) const CLOSING: usize = 2_000;

/// For arguments that hold unless the client says no.
pub(super) fn yes() -> bool {
    true
}

/// Is what `.gitignore` and the like name to be passed by?
#[derive(Clone, Copy)]
pub(super) struct Respect(pub(super) bool);

impl Respect {
    /// What is ignored at a place, because of what lies above it.
    pub(super) fn above(self, place: &Place<Read>) -> Ignored {
        if self.0 { Ignored::above(place) } else { Ignored::default() }
    }

    /// What is ignored in a directory.
    pub(super) fn inside(self, dir: &WalkedDir, names: &Listing, above: &Ignored) -> Ignored {
        if self.0 { above.and_in(dir, names) } else { above.clone() }
    }
}

/// What a search passed by because it is ignored.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedBy {
    files: Tally,
    directories: Tally,
}

impl PassedBy {
    /// Is an entry passed by? Ignored ones are counted; what a program keeps versions in is never
    /// searched, and the descriptions say so.
    pub(super) fn takes(
        &mut self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        ignored: &Ignored,
    ) -> bool {
        if is_of_versions(entry.name) {
            return true;
        }
        let is_ignored = ignored.covers(dir, entry);
        if is_ignored {
            let is_directory = entry.kind == Kind::Directory;
            let tally = if is_directory { &mut self.directories } else { &mut self.files };
            tally.one(dir.shown(entry.name));
        }
        is_ignored
    }

    /// What another thread passed by as well.
    pub(super) fn add(&mut self, other: Self) {
        self.files.add(other.files);
        self.directories.add(other.directories);
    }

    fn fact(&self) -> Option<String> {
        let counts =
            [(&self.files, "file", "files"), (&self.directories, "directory", "directories")];
        let some = counts.iter().filter(|(tally, ..)| tally.count > 0);
        let all: Vec<_> = some.map(|(tally, one, more)| count(tally.count, one, more)).collect();
        // Directories say more.
        let example = self.directories.example.as_ref().or(self.files.example.as_ref())?;
        Some(format!("ignored {}, such as {example}: respect_ignore=false", all.join(" and ")))
    }
}

/// What became of the walks of a call.
#[derive(Default)]
pub(super) struct Unsearched {
    skipped: Skipped,
    is_cut: bool,
}

impl Unsearched {
    /// What became of one more walk.
    pub(super) fn add(&mut self, skipped: Skipped, is_cut: bool) {
        self.skipped.add(skipped);
        self.is_cut |= is_cut;
    }

    /// What was not searched, each with its reason.
    pub(super) fn facts(&self, passed_by: &PassedBy, budget: &Budget) -> Vec<String> {
        let mut facts: Vec<_> = passed_by.fact().into_iter().collect();
        let Skipped { unreadable, too_deep, elsewhere } = &self.skipped;
        for (tally, which) in
            [(unreadable, "unreadable"), (too_deep, "too deep"), (elsewhere, "foreign")]
        {
            let directories = if tally.count == 1 { "directory" } else { "directories" };
            if let Some(example) = &tally.example {
                facts.push(format!(
                    "skipped {} {which} {directories}, such as {example}",
                    tally.count
                ));
            }
        }
        if self.is_cut {
            let ms = budget.limits().call_deadline_ms;
            facts.push(format!("STOPPED after {ms} ms: not everything was searched"));
        }
        facts
    }
}

/// Searches below each place of a call; `add` takes what each thread has found.
pub(super) fn everywhere<F>(
    at: Scoped<Read>,
    below: impl Fn(&Target<Read>) -> Result<Walked<F>, ToolError>,
    mut add: impl FnMut(F),
) -> Result<Unsearched, ToolError> {
    let targets = match at {
        Scoped::One(target) => vec![target],
        Scoped::Roots(targets) => targets,
    };
    let mut unsearched = Unsearched::default();
    for target in &targets {
        let walked = below(target)?;
        walked.found.into_iter().for_each(&mut add);
        unsearched.add(walked.skipped, walked.is_cut);
    }
    Ok(unsearched)
}

/// A number and what it counts.
pub(super) fn count(n: u64, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}
