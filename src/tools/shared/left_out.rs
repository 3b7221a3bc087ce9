//! What a search left out, by which rule, and which argument changes that.
//!
//! May import: `cap`, `ignore`, `limits`. What is hidden by a rule is never seen here, and so in no count.

use std::collections::BTreeMap;

use super::links::Links;
use crate::cap::{Kind, Skipped, Tally, Walked, WalkedDir, WalkedEntry, is_made};
use crate::format::count;
use crate::ignore::{LeftOut, MAX_BYTES, MAX_RULES, MAX_WILDCARD_BYTES};
use crate::limits::Budget;
use crate::tools::globs::NamePatterns;

/// Why an entry of such a name is left out.
pub(in crate::tools) const RESERVED: &str = "the name of an unfinished change (`.preopen-*.tmp`)";

/// What one thread of a search left out, and how many names it took.
#[derive(Clone, Debug, Default)]
pub(in crate::tools) struct PassedBy {
    /// Entries of the name and kind that is searched for.
    pub(in crate::tools) named: u64,
    pub(in crate::tools) ignored: Sides,
    /// Left out by a glob of each argument.
    pub(in crate::tools) excluded: BTreeMap<&'static str, Sides>,
    /// Left out because they begin with a dot.
    pub(in crate::tools) dotfiles: Sides,
    /// Directories below which no glob matches as it is written, but one begins with a path there. They count where no name
    /// is found.
    pub(in crate::tools) unreached_ignored: Sides,
    pub(in crate::tools) unreached_dotfiles: Sides,
    /// Of the right name, but another kind.
    pub(in crate::tools) other_kind: Tally,
    /// Version control directories whose name is searched for.
    pub(in crate::tools) versions: Tally,
    /// What is searched for, or where a glob leads, that is ignored.
    pub(in crate::tools) meant_ignored: Tally,
    /// Where a glob leads in a linked worktree.
    pub(in crate::tools) meant_in_worktree: Tally,
    /// Links that are not themselves what is searched for.
    pub(in crate::tools) links: Links,
    /// Linked worktrees, and ignore files of which rules were left out.
    pub(in crate::tools) left_out: LeftOut,
}

/// Files and directories.
#[derive(Clone, Debug, Default)]
pub(in crate::tools) struct Sides {
    files: Side,
    directories: Side,
}

/// How many there are, and the best example of them.
#[derive(Clone, Debug, Default)]
struct Side {
    count: u64,
    example: Option<Example>,
}

/// The least is shown, whichever thread came across it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Example {
    use_of_it: Use,
    path: String,
}

/// What an example is good for, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    /// It has the name that is searched for.
    Meant,
    News,
    /// Everyone knows that it is left out.
    Expected,
}

impl Side {
    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.example = match (self.example.take(), other.example) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    fn path(&self) -> Option<&str> {
        self.example.as_ref().map(|example| example.path.as_str())
    }
}

impl Sides {
    pub(in crate::tools) fn one(
        &mut self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        is_meant: bool,
    ) {
        let use_of_it = if is_meant {
            Use::Meant
        } else if dir.path().split(|byte| *byte == b'/').chain([entry.name]).any(is_made) {
            Use::Expected
        } else {
            Use::News
        };
        let example = Some(Example { use_of_it, path: dir.display_path(entry.name) });
        let is_directory = entry.kind == Kind::Directory;
        let side = if is_directory { &mut self.directories } else { &mut self.files };
        side.add(Side { count: 1, example });
    }

    /// A grant of several.
    fn grant(&mut self, path: String) {
        let example = Some(Example { use_of_it: Use::News, path });
        self.directories.add(Side { count: 1, example });
    }

    fn add(&mut self, other: Self) {
        self.files.add(other.files);
        self.directories.add(other.directories);
    }

    /// Is the path shown as an example?
    fn is_example(&self, path: &str) -> bool {
        [&self.files, &self.directories].iter().any(|side| side.path() == Some(path))
    }

    /// How many, what became of them, and an example of each.
    fn fact(&self, became: &str) -> Option<String> {
        let counts =
            [(&self.files, "file", "files"), (&self.directories, "directory", "directories")];
        let some = counts.iter().filter(|(side, ..)| side.count > 0);
        let all: Vec<_> = some.map(|(side, one, more)| count(side.count, one, more)).collect();
        let examples = [self.files.path(), self.directories.path()];
        let examples: Vec<&str> = examples.into_iter().flatten().collect();
        let example = examples.join(", ");
        (!all.is_empty()).then(|| format!("{} {became} (e.g. {example})", all.join(" and ")))
    }
}

impl PassedBy {
    /// For a search of one file that the client named itself.
    pub(in crate::tools) fn nothing_of_one_file() -> Self {
        Self { named: 1, ..Self::default() }
    }

    /// What another thread passed by as well.
    fn add(&mut self, other: Self) {
        self.named += other.named;
        self.ignored.add(other.ignored);
        for (by, excluded) in other.excluded {
            self.excluded.entry(by).or_default().add(excluded);
        }
        self.dotfiles.add(other.dotfiles);
        self.unreached_ignored.add(other.unreached_ignored);
        self.unreached_dotfiles.add(other.unreached_dotfiles);
        self.other_kind.add(other.other_kind);
        self.versions.add(other.versions);
        self.meant_ignored.add(other.meant_ignored);
        self.meant_in_worktree.add(other.meant_in_worktree);
        self.links.add(other.links);
        self.left_out.rules.add(other.left_out.rules);
        self.left_out.worktrees.add(other.left_out.worktrees);
    }

    fn count_unreached(&mut self) {
        self.ignored.add(std::mem::take(&mut self.unreached_ignored));
        self.dotfiles.add(std::mem::take(&mut self.unreached_dotfiles));
    }

    /// Was something left out in which there may be more that matches?
    fn has_left_out(&self) -> bool {
        let ignored = &self.ignored;
        let all = self.excluded.values().chain([ignored, &self.dotfiles]);
        all.into_iter().any(|sides| sides.directories.count > 0)
    }

    /// What was passed by, and what may have been searched though a rule ignores it.
    fn facts(&self, place: &str) -> Vec<String> {
        let ignored = self.ignored.fact("ignored");
        let ignored = ignored.map(|fact| fact + "; set respect_ignore=false to include them");
        let excluded = self.excluded.iter();
        let excluded = excluded.map(|(by, sides)| sides.fact(&format!("left out by {by}")));
        let dotfiles = self.dotfiles.fact("left out as dotfiles");
        let dotfiles = dotfiles.map(|fact| fact + "; set hidden=true to include them");
        let LeftOut { rules, worktrees } = &self.left_out;
        let worktrees = worktrees.example.as_ref().map(|example| {
            let worktrees = count(worktrees.count, "linked worktree", "linked worktrees");
            format!(
                "{worktrees} left out (e.g. {example}); give one as `{place}`, or set respect_ignore=false"
            )
        });
        let cut = rules.example.as_ref().map(|example| {
            let files = count(rules.count, "ignore file", "ignore files");
            format!(
                "rules of {files} left out (e.g. {example}): at most {MAX_RULES} rules of {MAX_BYTES} bytes apply, \
                 {MAX_WILDCARD_BYTES} of them with wildcards"
            )
        });
        let mut facts: Vec<Option<String>> = excluded.collect();
        facts.extend([ignored, worktrees, dotfiles]);
        facts.extend(self.links.facts(place).into_iter().map(Some));
        facts.into_iter().chain([cut]).flatten().collect()
    }
}

/// What became of the walks of a call.
#[derive(Default)]
pub(in crate::tools) struct Unsearched {
    passed_by: PassedBy,
    pub(in crate::tools) skipped: Skipped,
    is_cut: bool,
    /// How globs were taken, and which matched nothing.
    notes: Vec<String>,
    /// Were globs given that may mean what versions are kept in?
    are_versions_named: bool,
}

impl Unsearched {
    /// What became of one more walk; `add` takes what each thread has found.
    pub(in crate::tools) fn add<F>(
        &mut self,
        walked: Walked<(PassedBy, F)>,
        mut add: impl FnMut(F),
    ) {
        for (passed_by, found) in walked.found {
            self.passed_by.add(passed_by);
            add(found);
        }
        self.skipped.add(walked.skipped);
        self.is_cut |= walked.is_cut;
    }

    /// The same, after another search of the same directories in another meaning. What that one could not read may be
    /// why it found nothing, so it is not forgotten.
    pub(in crate::tools) fn after(self, earlier: Self) -> Self {
        let is_cut = self.is_cut || earlier.is_cut;
        Self { skipped: self.skipped.or(earlier.skipped), is_cut, ..self }
    }

    /// Did the time end before the search did?
    pub(in crate::tools) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// A file was searched that the client named itself, or a grant was found.
    pub(in crate::tools) fn add_one(&mut self) {
        self.passed_by.named += 1;
    }

    /// A grant has the name that is searched for, but is of another kind.
    pub(in crate::tools) fn add_other_kind(&mut self, shown: String) {
        self.passed_by.other_kind.one(shown);
    }

    /// Was anything searched that has the name that is searched for?
    pub(in crate::tools) fn has_found_names(&self) -> bool {
        self.passed_by.named > 0
    }

    /// A grant of several was left out by a glob of this argument.
    pub(in crate::tools) fn left_out_grant(&mut self, by: &'static str, shown: String) {
        self.passed_by.excluded.entry(by).or_default().grant(shown);
    }

    /// How many of the right name are of another kind, and one of them.
    pub(in crate::tools) fn other_kind(&self) -> &Tally {
        &self.passed_by.other_kind
    }

    pub(in crate::tools) fn note(&mut self, note: impl IntoIterator<Item = String>) {
        self.notes.extend(note);
    }

    /// What a glob means that names a link, or leads through one.
    pub(in crate::tools) fn link_meant_by(&self, include: &NamePatterns) -> Option<String> {
        self.passed_by.links.meant_by(include.argument())
    }

    /// Says which arguments have globs that matched nothing.
    pub(in crate::tools) fn note_idle(&mut self, include: &NamePatterns, exclude: &NamePatterns) {
        if self.is_cut {
            return;
        }
        let is_named = !include.is_empty() && !include.match_all();
        self.are_versions_named = is_named;
        let no_name = is_named && self.passed_by.named == 0;
        if no_name {
            self.passed_by.count_unreached();
        }
        let ignored = self.passed_by.meant_ignored.example.as_ref().filter(|_| no_name);
        if let Some(example) = ignored.filter(|path| !self.passed_by.ignored.is_example(path)) {
            self.notes.push(format!("{example} is there, but ignored"));
        }
        let in_worktree = self.passed_by.meant_in_worktree.example.as_ref();
        if let Some(example) = in_worktree.filter(|_| no_name) {
            self.notes.push(format!("{example} is there, but lies in a linked worktree"));
        }
        let link = self.link_meant_by(include).filter(|_| no_name);
        let is_link = link.is_some();
        self.notes.extend(link);
        let is_one_pattern = include.argument() == "pattern" && no_name;
        if !is_one_pattern && is_named && !is_link && include.is_positive() {
            let idle = include.idle();
            let what = if include.argument() == "pattern" { "name" } else { "file name" };
            let through = self.passed_by.links.led_through_by(include.argument());
            self.notes.extend(through.filter(|_| !idle.is_empty()));
            let of_those = if self.passed_by.has_left_out() { " that is searched" } else { "" };
            let idle = idle.iter().map(|globs| format!("no {what}{of_those} matches {globs}"));
            self.notes.extend(idle);
        }
        let mut idle = include.idle_that_take_away();
        let each = exclude.idle_that_take_away();
        let has_hints = each.iter().any(|one| one.ends_with(')'));
        let leaves_out = self.passed_by.excluded.contains_key(exclude.argument());
        let is_idle = !leaves_out && !exclude.is_empty() && exclude.all_are_idle();
        idle.extend(if is_idle && !has_hints { vec![exclude.in_words()] } else { each });
        self.notes.extend(idle.iter().map(|globs| format!("nothing matches {globs}")));
    }

    /// What was not searched, each with its reason. `place` is the argument that names where to search.
    pub(in crate::tools) fn facts(&self, place: &str, budget: &Budget) -> Vec<String> {
        let mut facts = self.notes.clone();
        let versions = self.passed_by.versions.example.as_ref();
        if let Some(example) = versions.filter(|_| self.are_versions_named) {
            facts.push(format!(
                "{example} left out: version control directories are searched only if given as `{place}`"
            ));
        }
        facts.extend(self.passed_by.facts(place));
        let Skipped { unreadable, too_deep, elsewhere, unfinished } = &self.skipped;
        for (tally, which) in
            [(unreadable, "unreadable"), (too_deep, "too deep"), (elsewhere, "foreign")]
        {
            let directories = if tally.count == 1 { "directory" } else { "directories" };
            if let Some(example) = &tally.example {
                facts.push(format!(
                    "{} {which} {directories} skipped (e.g. {example})",
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
