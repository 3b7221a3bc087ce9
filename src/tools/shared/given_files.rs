//! Files that a search is given by their path, and paths that its globs give and that do not exist.
//!
//! May import: `cap`, `error`, `limits`, its neighbours.

use super::left_out::Unsearched;
use super::trying::Names;
use crate::cap::{Place, Read, Scoped};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::tools::globs::{Begins, NamePatterns, Text};

/// The names for a search of nothing but files that are given as `place`, which filters of names do not hold for. `filters`
/// are the arguments, with whether the client used them; the note names those.
///
/// # Errors
/// `bad_args` where a glob cannot be read, as in any search.
pub(in crate::tools) fn unfiltered(
    names: &Names,
    filters: &[(&str, bool)],
    place: &str,
    budget: &Budget,
) -> Result<(Names, Option<String>), ToolError> {
    names.include.check()?;
    names.exclude.check()?;
    let none =
        |argument| NamePatterns::new(argument, &[], Text::Whole, Begins::Above(None), budget);
    let empty = Names {
        include: none(names.include.argument())?,
        exclude: none(names.exclude.argument())?,
    };
    let used = filters.iter().filter(|(_, is_used)| *is_used);
    let used: Vec<String> = used.map(|(argument, _)| format!("`{argument}`")).collect();
    let note = (!used.is_empty()).then(|| {
        let does = if used.len() == 1 { "does" } else { "do" };
        format!("{} {does} not apply to a file given as `{place}`", used.join(" and "))
    });
    Ok((empty, note))
}

/// Where a search began.
pub(in crate::tools) trait Began {
    /// Hints about the paths that these globs begin with.
    fn likely_meant(&self, globs: &[String], budget: &Budget) -> Vec<String>;
    /// Is the first name of this glob there?
    fn has_beginning(&self, glob: &str) -> bool;
}

/// Notes which globs are paths that do not exist.
pub(in crate::tools) fn note_mistaken(
    unsearched: &mut Unsearched,
    include: &NamePatterns,
    globs: &[String],
    began: &impl Began,
    budget: &Budget,
) {
    if unsearched.is_cut() {
        return;
    }
    let elsewhere = include.elsewhere(|glob| began.has_beginning(glob));
    if elsewhere.is_empty() && may_be_mistaken(unsearched, include) {
        unsearched.note(began.likely_meant(globs, budget));
    }
    unsearched.note(elsewhere);
}

impl Began for Scoped<Read> {
    fn likely_meant(&self, globs: &[String], budget: &Budget) -> Vec<String> {
        Self::likely_meant(self, globs, budget)
    }

    fn has_beginning(&self, glob: &str) -> bool {
        Self::has_beginning(self, glob)
    }
}

impl Began for Place<Read> {
    fn likely_meant(&self, globs: &[String], budget: &Budget) -> Vec<String> {
        Self::likely_meant(self, globs, budget)
    }

    fn has_beginning(&self, glob: &str) -> bool {
        Self::has_beginning(self, glob)
    }
}

/// Did no glob match a name, in any meaning, and was nothing of such a name left out? Then its path may be mistaken.
fn may_be_mistaken(unsearched: &Unsearched, include: &NamePatterns) -> bool {
    !unsearched.has_found_names() && unsearched.other_kind().count == 0 && include.match_nothing()
}
