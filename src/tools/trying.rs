//! [`find`]: a search whose globs are tried in more than one meaning.
//!
//! First as they are written. Then, if something has one of them as its name, as that name. If no entry has a name
//! that matches, one walk looks which other meaning would match, and that one is searched for. All of it is one call
//! with one budget; the answer says how the globs were taken.

use super::glob_meaning::Meaning;
use super::left_out::Unsearched;
use super::name_pattern::{NamePatterns, Says};
use super::searching::Judged;
use crate::cap::{Kind, WalkedDir, WalkedEntry};
use crate::error::{Code, ToolError};
use crate::limits::Budget;

/// The globs of a call.
pub(super) struct Names {
    /// What is searched for.
    pub(super) include: NamePatterns,
    /// What is left out.
    pub(super) exclude: NamePatterns,
}

impl Names {
    /// Is an entry left out, and by which argument?
    pub(super) fn leave(
        &self,
        dir: &WalkedDir,
        WalkedEntry { name, kind }: WalkedEntry<'_>,
    ) -> Option<&'static str> {
        let is_left = !self.exclude.is_empty()
            && self.exclude.say(dir, name, kind == Kind::Directory) == Says::Take;
        is_left.then(|| self.exclude.argument())
    }

    /// What an entry is by its name; `fits` says whether it is otherwise what is searched for.
    pub(super) fn judge(
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
        let fits = says != Says::Nothing && fits();
        // A link might have led to something that fits.
        let is_concerned = fits || is_directory || entry.kind == Kind::Link;
        if is_concerned && let Some(by) = self.leave(dir, entry) {
            return Judged::Excluded(by);
        }
        match says {
            Says::Take if fits => {
                self.include.see(dir, entry.name, is_directory);
                Judged::Meant
            }
            Says::Take => Judged::OtherKind,
            Says::Leave if is_concerned => Judged::Excluded(self.include.argument()),
            Says::Nothing if is_directory => Judged::Entered,
            Says::Leave | Says::Nothing => Judged::Other,
        }
    }
}

/// What became of the attempts of a call.
pub(super) struct Attempted<F> {
    pub(super) found: F,
    pub(super) unsearched: Unsearched,
    /// The globs in the meaning that was searched for last.
    pub(super) names: Names,
}

/// Searches for `names` by `attempt`, and in another meaning where they match nothing.
///
/// `walk` walks where `attempt` searches, with a probe.
///
/// # Errors
/// Those of both; `bad_args` where a glob cannot be read and is the name of nothing.
pub(super) fn find<F>(
    names: Names,
    budget: &Budget,
    attempt: impl Fn(&Names) -> Result<(F, Unsearched), ToolError>,
    walk: impl Fn(&Names, &[NamePatterns]) -> Result<Vec<u64>, ToolError>,
) -> Result<Attempted<F>, ToolError> {
    let mut names = names;
    let (mut found, mut unsearched) = attempt(&names)?;
    let reread = (names.include.reread(budget)?, names.exclude.reread(budget)?);
    if let (Some(_), _) | (_, Some(_)) = reread {
        let same = |patterns: &NamePatterns| {
            let meanings = patterns.meanings().to_vec();
            patterns.again(meanings, budget)
        };
        let must_match = reread.0.is_some() && names.include.literally().is_some();
        let second_names = Names {
            include: reread.0.map_or_else(|| same(&names.include), Ok)?,
            exclude: reread.1.map_or_else(|| same(&names.exclude), Ok)?,
        };
        let second = attempt(&second_names)?;
        if !must_match || !second.1.found_no_name() {
            found = second.0;
            unsearched = second.1.after(unsearched);
            names = second_names;
        }
    }
    names.exclude.check()?;
    // What is no glob may be one of another program.
    let malformed = names.include.check();
    if unsearched.found_no_name()
        && !unsearched.left_out_what_is_meant()
        && !names.include.is_empty()
    {
        let is_tried = |one: &Meaning| malformed.is_ok() || matches!(one, Meaning::Foreign(_));
        let others = Meaning::others().filter(is_tried);
        let mut compiled = vec![];
        for meanings in others.filter_map(|one| names.include.instead(one)) {
            match names.include.again(meanings, budget) {
                Ok(other) => compiled.push(other),
                // Another meaning can be too large where the one that was written is not.
                Err(error) if error.code() == Code::OverLimit => {}
                Err(error) => return Err(error),
            }
        }
        let others = compiled;
        let matches = walk(&names, &others)?;
        let first = others.into_iter().zip(matches).find(|(_, matches)| *matches > 0);
        if let Some((include, _)) = first {
            names.include = include;
            let last = attempt(&names)?;
            found = last.0;
            unsearched = last.1.after(unsearched);
        }
    }
    names.include.check()?;
    unsearched.note(names.include.taken_for());
    unsearched.note(names.exclude.taken_for());
    unsearched.note_idle(&names.include, &names.exclude);
    Ok(Attempted { found, unsearched, names })
}
