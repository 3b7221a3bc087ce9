//! What the tools that search have in common: where they search, what they pass by, and how that is
//! told.

use crate::cap::{
    Kind, Listing, Place, Read, Scoped, Skipped, Tally, Target, Visit, Walked, WalkedDir,
    WalkedEntry, walk,
};
use crate::error::{Group, ToolError};
use crate::ignore::{
    IgnoreFiles, Ignored, LeftOut, MAX_BYTES, MAX_RULES, MAX_WILDCARD_BYTES, is_of_versions,
};
use crate::limits::Budget;

/// Characters of an answer that are kept free for its closing line.
pub(super) const CLOSING: usize = 2_000;

/// What is left out for its name, whoever gave it that name.
pub(super) const RESERVED: &str = "the name of an unfinished change (`.preopen-*.tmp`)";

/// Most characters of a cursor. No answer gives a longer one.
pub(super) const MAX_CURSOR: usize = 40_000;

/// For arguments that hold unless the client says no.
pub(super) fn yes() -> bool {
    true
}

/// What one of these tools looks at in a tree. How it gets there, and what is passed by on the way,
/// is the same for all.
pub(super) trait Look: Sync {
    /// What one thread has found.
    type Found: Default + Send;
    /// As for [`Visit`].
    const IS_WORK: bool;

    /// Is what is ignored passed by?
    fn respects(&self) -> Respect;

    /// Is an entry to be looked at, or into, unless it is ignored? What is ignored counts only then.
    fn is_meant(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> bool;

    /// Looks at one; for a directory the answer says whether to go on into it.
    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Self::Found) -> bool;

    /// Looks at everything below a place.
    ///
    /// # Errors
    /// Those of [`walk`].
    fn below(&self, place: &Place<Read>, budget: &Budget) -> Result<Looked<Self>, ToolError>
    where
        Self: Sized,
    {
        let files = IgnoreFiles::new(place, budget);
        let looking = Looking { look: self, files: &files };
        let mut walked = walk(place, &looking, self.respects().above(place, &files), budget)?;
        if let Some((passed_by, _)) = walked.found.first_mut() {
            passed_by.left_out = files.left_out();
        }
        Ok(walked)
    }
}

/// What became of a [`Look`].
pub(super) type Looked<L> = Walked<(PassedBy, <L as Look>::Found)>;

struct Looking<'a, L> {
    look: &'a L,
    files: &'a IgnoreFiles<'a>,
}

impl<L: Look> Visit for Looking<'_, L> {
    type Known = Ignored;
    type Found = (PassedBy, L::Found);
    const IS_WORK: bool = L::IS_WORK;

    fn enter(&self, dir: &WalkedDir, names: &Listing, above: &Ignored) -> Ignored {
        self.look.respects().inside(dir, names, above, self.files)
    }

    fn entry(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        ignored: &Ignored,
        (passed_by, found): &mut Self::Found,
    ) -> bool {
        self.look.is_meant(dir, entry)
            && !passed_by.takes(dir, entry, ignored, self.files)
            && self.look.look(dir, entry, found)
    }
}

/// Is what `.gitignore` and the like name to be passed by?
#[derive(Clone, Copy)]
pub(super) struct Respect(pub(super) bool);

impl Respect {
    /// What is ignored at a place, because of what lies above it.
    fn above(self, place: &Place<Read>, files: &IgnoreFiles<'_>) -> Ignored {
        if self.0 { Ignored::above(place, files) } else { Ignored::default() }
    }

    /// What is ignored in a directory.
    fn inside(
        self,
        dir: &WalkedDir,
        names: &Listing,
        above: &Ignored,
        files: &IgnoreFiles<'_>,
    ) -> Ignored {
        if self.0 { above.and_in(dir, names, files) } else { above.clone() }
    }
}

/// What a search passed by because it is ignored.
#[derive(Clone, Debug, Default)]
pub(super) struct PassedBy {
    files: Tally,
    directories: Tally,
    left_out: LeftOut,
}

impl PassedBy {
    /// Is an entry passed by? Ignored ones are counted; what a program keeps versions in is never
    /// searched, and the descriptions say so.
    fn takes(
        &mut self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        ignored: &Ignored,
        files: &IgnoreFiles<'_>,
    ) -> bool {
        if is_of_versions(entry.name) || ignored.is_left_out() {
            return true;
        }
        // The walk stops soon after.
        let Some(is_ignored) = ignored.covers(dir, entry, files) else { return true };
        if is_ignored {
            let is_directory = entry.kind == Kind::Directory;
            let tally = if is_directory { &mut self.directories } else { &mut self.files };
            tally.one(dir.shown(entry.name));
        }
        is_ignored
    }

    /// What another thread passed by as well.
    fn add(&mut self, other: Self) {
        self.files.add(other.files);
        self.directories.add(other.directories);
        self.left_out.rules.add(other.left_out.rules);
        self.left_out.worktrees.add(other.left_out.worktrees);
    }

    /// What was passed by, and what may have been searched though a rule ignores it.
    fn facts(&self) -> Vec<String> {
        let LeftOut { rules, worktrees } = &self.left_out;
        let worktrees = worktrees.example.as_ref().map(|example| {
            let worktrees = count(worktrees.count, "linked worktree", "linked worktrees");
            format!(
                "left out {worktrees}, such as {example}: name one as path, or respect_ignore=false"
            )
        });
        let cut = rules.example.as_ref().map(|example| {
            let files = count(rules.count, "ignore file", "ignore files");
            format!(
                "rules of {files} left out, such as {example}: at most {MAX_RULES} rules of {MAX_BYTES} bytes apply, \
                 {MAX_WILDCARD_BYTES} of them with wildcards"
            )
        });
        self.fact().into_iter().chain(worktrees).chain(cut).collect()
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
    passed_by: PassedBy,
    skipped: Skipped,
    is_cut: bool,
}

impl Unsearched {
    /// What became of one more walk; `add` takes what each thread has found.
    pub(super) fn add<F>(&mut self, walked: Walked<(PassedBy, F)>, mut add: impl FnMut(F)) {
        for (passed_by, found) in walked.found {
            self.passed_by.add(passed_by);
            add(found);
        }
        self.skipped.add(walked.skipped);
        self.is_cut |= walked.is_cut;
    }

    /// What was not searched, each with its reason.
    pub(super) fn facts(&self, budget: &Budget) -> Vec<String> {
        let mut facts: Vec<_> = self.passed_by.facts();
        let Skipped { unreadable, too_deep, elsewhere, unfinished } = &self.skipped;
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
        if let Some(example) = &unfinished.example {
            facts.push(format!("left out {} with {RESERVED}, in {example}", unfinished.count));
        }
        if self.is_cut {
            let ms = budget.limits().call_deadline_ms;
            facts.push(format!("STOPPED after {ms} ms: not everything was searched"));
        }
        facts
    }
}

/// Searches below each place of a call; `add` takes what each thread has found. Of several grants, one that the host
/// does not give, such as a drive that is gone, is said to be skipped, and the others are searched.
pub(super) fn everywhere<F>(
    at: Scoped<Read>,
    below: impl Fn(&Target<Read>) -> Result<Walked<(PassedBy, F)>, ToolError>,
    mut add: impl FnMut(F),
) -> Result<Unsearched, ToolError> {
    let targets = match at {
        Scoped::One(target) => vec![target],
        Scoped::Roots(targets) => targets,
    };
    let mut unsearched = Unsearched::default();
    let mut refused = vec![];
    for target in &targets {
        match below(target) {
            Ok(walked) => unsearched.add(walked, &mut add),
            Err(error) if error.code().group() == Group::Host => {
                unsearched.skipped.unreadable.one(target.shown());
                refused.push(error);
            }
            Err(error) => return Err(error),
        }
    }
    match refused.pop() {
        Some(error) if refused.len() + 1 == targets.len() => Err(error),
        _ => Ok(unsearched),
    }
}

/// A number and what it counts.
pub(super) fn count(n: u64, one: &str, more: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { more })
}
