//! What the tools that search have in common: where they search, and what they pass by.
//!
//! A tool says by a [`Look`] what to make of entries. Why an entry is left out is counted here, once for all tools.

use super::left_out::{PassedBy, Unsearched};
use super::name_pattern::{NamePatterns, Says};
use super::trying::Names;
use crate::cap::{
    Kind, Listing, Place, Read, Scoped, Target, Visit, Walked, WalkedDir, WalkedEntry, walk,
};
use crate::error::{Group, ToolError};
use crate::ignore::{IgnoreFiles, Ignored, is_of_versions};
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

/// What an entry is to a search, ignore rules apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is looked at; a directory perhaps looked into.
    Meant,
    /// A directory that is only looked into.
    Entered,
    /// Of another name or kind than is searched for.
    Other,
    /// Of the name that is searched for, but not of the kind.
    OtherKind,
    /// Left out, with all below it, by a glob of this argument.
    Excluded(&'static str),
    /// Left out, with all below it, because its name begins with a dot.
    Dotfile,
}

/// What a search tool does with the entries of a tree. The walk itself, and which entries it skips,
/// are the same for all tools.
pub(super) trait Look: Sync {
    /// What one thread has found.
    type Found: Default + Send;
    /// As for [`Visit`].
    const IS_WORK: bool;

    /// Is what is ignored passed by?
    fn respects(&self) -> Respect;

    /// Classifies an entry for this search. An ignored entry counts as ignored only if nothing else leaves it out.
    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged;

    /// Looks at one that is meant; for a directory the answer says whether to go on into it.
    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Self::Found) -> bool;

    /// Where a glob leads to a directory that is left out, or a name in it: the path, as clients say it.
    fn led_to(&self, _: &WalkedDir, _: Option<&[u8]>) -> Option<String> {
        None
    }

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
        if ignored.is_left_out() {
            let meant = [None, Some(entry.name)];
            let mut meant = meant.into_iter().filter_map(|name| self.look.led_to(dir, name));
            if let Some(path) = meant.next_back() {
                passed_by.meant_in_worktree.one(path);
            }
            return false;
        }
        let judged = self.look.judge(dir, entry);
        match judged {
            Judged::Excluded(by) => {
                passed_by.excluded.one(dir, entry);
                passed_by.excluded_by = Some(by);
                return false;
            }
            Judged::Other if entry.kind != Kind::Link => return false,
            // What a program keeps versions in is never searched, and the descriptions say so.
            _ if is_of_versions(entry.name) => {
                let meant = self.look.led_to(dir, Some(entry.name));
                if judged != Judged::Entered || meant.is_some() {
                    passed_by.versions.one(dir.shown(entry.name));
                }
                return false;
            }
            _ => {}
        }
        // The walk stops soon after.
        let Some(is_ignored) = ignored.covers(dir, entry, self.files) else { return false };
        if is_ignored {
            let is_entered = entry.kind == Kind::Directory && judged == Judged::OtherKind;
            if matches!(judged, Judged::Meant | Judged::Entered) || is_entered {
                passed_by.ignored.one(dir, entry);
            }
            let is_named = judged == Judged::Meant || is_entered;
            let named = is_named.then(|| dir.shown(entry.name));
            if let Some(path) = named.or_else(|| self.look.led_to(dir, Some(entry.name))) {
                passed_by.meant_ignored.one(path);
            }
            return false;
        }
        match judged {
            Judged::Meant => {
                passed_by.named += 1;
                return self.look.look(dir, entry, found);
            }
            Judged::Dotfile => passed_by.dotfiles.one(dir, entry),
            Judged::OtherKind => passed_by.other_kind.one(dir.shown(entry.name)),
            Judged::Entered | Judged::Excluded(_) | Judged::Other => {}
        }
        if entry.kind == Kind::Link && judged != Judged::Dotfile {
            passed_by.links.one(dir.shown(entry.name));
        }
        entry.kind == Kind::Directory && judged != Judged::Dotfile
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

/// Does a search below one place come to the other, as far as ignore rules decide? A place that it leaves out, and that
/// is named as well, is searched for itself.
pub(super) fn reaches(
    from: &Place<Read>,
    to: &Place<Read>,
    respects: Respect,
    budget: &Budget,
) -> bool {
    if !to.is_within(from) {
        return false;
    }
    // The search stops at its first step.
    if budget.step().is_err() {
        return true;
    }
    let files = IgnoreFiles::new(from, budget);
    let mut ignored = respects.above(from, &files);
    let marks: [&[u8]; 5] = [b".rgignore", b".ignore", b".gitignore", b".git", b".jj"];
    for (dir, entry) in &WalkedDir::way(from, to) {
        ignored = respects.inside(dir, &dir.look_for(&marks), &ignored, &files);
        let entry = WalkedEntry { name: entry.0.as_slice(), kind: entry.1 };
        let is_left_out = ignored.is_left_out()
            || is_of_versions(entry.name)
            || (respects.0 && ignored.covers(dir, entry, &files).unwrap_or(false));
        if is_left_out {
            return false;
        }
    }
    // The place itself can be a linked worktree.
    !(respects.0
        && WalkedDir::itself(from, to).is_some_and(|dir| {
            respects.inside(&dir, &dir.look_for(&marks), &ignored, &files).is_left_out()
        }))
}

/// Counts what each of some meanings would match.
pub(super) struct Probe<'a, Fits> {
    pub(super) names: &'a Names,
    pub(super) others: &'a [NamePatterns],
    pub(super) respects: Respect,
    /// Is an entry of the kind that is searched for?
    pub(super) fits: Fits,
}

/// How many names each meaning matches.
#[derive(Default)]
pub(super) struct Counts(pub(super) Vec<u64>);

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.0.resize(self.0.len().max(other.0.len()), 0);
        for (own, other) in self.0.iter_mut().zip(&other.0) {
            *own += other;
        }
    }
}

impl<Fits: Fn(&WalkedDir, WalkedEntry<'_>) -> bool + Sync> Look for Probe<'_, Fits> {
    type Found = Counts;
    const IS_WORK: bool = false;

    fn respects(&self) -> Respect {
        self.respects
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        if self.names.leave(dir, entry).is_some() {
            return Judged::Excluded(self.names.exclude.argument());
        }
        if entry.kind == Kind::Directory || (self.fits)(dir, entry) {
            Judged::Meant
        } else {
            Judged::Other
        }
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, found: &mut Counts) -> bool {
        let is_directory = entry.kind == Kind::Directory;
        found.0.resize(self.others.len(), 0);
        if (self.fits)(dir, entry) {
            for (other, matches) in self.others.iter().zip(&mut found.0) {
                let says = other.say(dir, entry.name, is_directory);
                *matches += u64::from(says == Says::Take);
            }
        }
        is_directory
    }
}

/// Searches below each place of a call; `add` takes what each thread has found. Of several grants, one that the host
/// does not give, such as a drive that is gone, is said to be skipped, and the others are searched.
pub(super) fn everywhere<F>(
    at: &Scoped<Read>,
    below: impl Fn(&Target<Read>) -> Result<Walked<(PassedBy, F)>, ToolError>,
    mut add: impl FnMut(F),
) -> Result<Unsearched, ToolError> {
    let targets = match at {
        Scoped::One(target) => std::slice::from_ref(target),
        Scoped::Roots(targets) => targets,
    };
    let mut unsearched = Unsearched::default();
    let mut refused = vec![];
    for target in targets {
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
