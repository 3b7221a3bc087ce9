//! [`find`]: a search whose globs are tried in more than one meaning.
//!
//! First as they are written. Then, if something has one of them as its name, as that name. One walk looks which other
//! meanings the globs have that matched no name, and these are searched for with the others. What is left out counts as
//! matched. All of it is one call with one budget; the answer says how the globs were taken.
//!
//! May import: `cap`, `error`, `limits`, `globs`, its neighbours.

use super::left_out::Unsearched;
use super::search::Judged;
use crate::cap::{Kind, WalkedDir, WalkedEntry};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::tools::globs::{Candidates, NamePatterns, Says};

/// The globs of a call.
pub(in crate::tools) struct Names {
    /// What is searched for.
    pub(in crate::tools) include: NamePatterns,
    /// What is left out.
    pub(in crate::tools) exclude: NamePatterns,
}

impl Names {
    /// The argument that leaves out an entry, if one does.
    pub(in crate::tools) fn leave(
        &self,
        dir: &WalkedDir,
        WalkedEntry { name, kind }: WalkedEntry<'_>,
    ) -> Option<&'static str> {
        let is_left = !self.exclude.is_empty()
            && self.exclude.say(dir, name, kind == Kind::Directory) == Says::Take;
        if is_left && kind == Kind::Directory {
            self.exclude.lead_into(dir, name);
        }
        is_left.then(|| self.exclude.argument())
    }

    /// The argument that leaves out a grant, if several are searched and one does.
    pub(in crate::tools) fn leave_grant(&self, name: &str) -> Option<&'static str> {
        let is_left = |patterns: &NamePatterns, says: Says| {
            !patterns.is_empty() && patterns.say_of_grant(name) == says
        };
        if is_left(&self.exclude, Says::Take) {
            return Some(self.exclude.argument());
        }
        is_left(&self.include, Says::Leave).then(|| self.include.argument())
    }

    /// What an entry is by its name; `fits` says whether it is otherwise what is searched for.
    pub(in crate::tools) fn judge(
        &self,
        dir: &WalkedDir,
        entry: WalkedEntry<'_>,
        fits: impl Fn() -> bool,
    ) -> Judged {
        let is_directory = entry.kind == Kind::Directory;
        let says = if self.include.is_empty() {
            Says::Take
        } else {
            self.include.say(dir, entry.name, is_directory)
        };
        // A pattern finds everything, a glob files.
        let is_of_a_kind = entry.kind == Kind::File || self.include.finds_directories();
        if says != Says::Nothing && is_of_a_kind {
            self.include.matched(dir, entry.name, is_directory);
        }
        let fits = says != Says::Nothing && fits();
        // A link might have led to something that fits.
        let is_concerned = fits || is_directory || entry.kind == Kind::Link;
        if is_concerned && let Some(by) = self.leave(dir, entry) {
            return Judged::Excluded(by);
        }
        match says {
            Says::Take if fits => Judged::Meant,
            Says::Take => Judged::OtherKind,
            Says::Leave if is_concerned => Judged::Excluded(self.include.argument()),
            Says::Nothing if is_directory => Judged::Entered,
            Says::Leave | Says::Nothing => Judged::Other,
        }
    }
}

/// What became of the attempts of a call.
pub(in crate::tools) struct Attempted<F> {
    pub(in crate::tools) found: F,
    pub(in crate::tools) unsearched: Unsearched,
    /// The globs in the meaning that was searched for last.
    pub(in crate::tools) names: Names,
}

/// Searches for `names` by `attempt`, and for those that match nothing in another meaning.
///
/// `walk` walks where `attempt` searches, with a probe.
///
/// # Errors
/// Those of both; `bad_args` where a glob cannot be read and is the name of nothing.
pub(in crate::tools) fn find<F>(
    names: Names,
    budget: &Budget,
    attempt: impl Fn(&Names) -> Result<(F, Unsearched), ToolError>,
    walk: impl Fn(&Names, &Candidates) -> Result<(), ToolError>,
) -> Result<Attempted<F>, ToolError> {
    let mut names = names;
    let (mut found, mut unsearched) = attempt(&names)?;
    let again = |names: &Names, unsearched: &mut Unsearched| {
        let (found, later) = attempt(names)?;
        *unsearched = later.after(std::mem::take(unsearched));
        Ok::<F, ToolError>(found)
    };
    let include = names.include.with_names_seen(budget)?;
    let exclude = names.exclude.with_names_seen(budget)?;
    if include.is_some() || exclude.is_some() {
        names = Names {
            include: include.map_or_else(|| names.include.again(budget), Ok)?,
            exclude: exclude.map_or_else(|| names.exclude.again(budget), Ok)?,
        };
        found = again(&names, &mut unsearched)?;
    }
    names.exclude.check()?;
    let candidates = names.include.candidates(budget)?;
    if !unsearched.is_cut() && !candidates.is_empty() {
        walk(&names, &candidates)?;
        if let Some(include) = names.include.with_readings_found(&candidates, budget)? {
            let link = unsearched.link_meant_by(&names.include);
            names.include = include;
            found = again(&names, &mut unsearched)?;
            // Where nothing was found, the link is named in any case.
            unsearched.note(link.filter(|_| unsearched.has_found_names()));
        }
    }
    names.include.check()?;
    if unsearched.has_found_names() {
        unsearched.note(names.include.taken_for());
    }
    unsearched.note(names.exclude.taken_for());
    unsearched.note_idle(&names.include, &names.exclude);
    Ok(Attempted { found, unsearched, names })
}
