//! [`Globs`]: a list of globs as a client gives it, and [`Begins`]: where they begin.
//!
//! May import: `cap`, `error`, `limits`, its neighbours.

use schemars::JsonSchema;
use serde::Deserialize;

use super::name_pattern::{MAX_CHARS, NamePatterns, Text};
use crate::cap::{Read, Scoped, Target};
use crate::error::ToolError;
use crate::limits::Budget;

/// Most globs of one argument.
const MAX_GLOBS: usize = 100;

/// An argument that is a list of globs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(super) struct Globs(
    #[schemars(length(max = MAX_GLOBS), inner(length(max = MAX_CHARS)))] pub(super) Vec<String>,
);

/// Where a search begins, as far as globs can spell it.
#[derive(Clone, Copy)]
pub(super) enum Begins<'a> {
    /// In a directory of a grant.
    At(&'a Target<Read>),
    /// Above all grants.
    Above(Option<&'a Target<Read>>),
}

impl<'a> Begins<'a> {
    pub(super) fn of(at: &'a Scoped<Read>) -> Self {
        match at {
            Scoped::One(target) => Self::At(target),
            Scoped::Roots(targets) => Self::Above(targets.first()),
        }
    }

    /// Could a glob begin at the top of the grant, or with its name, and not where the search does?
    pub(super) fn may_be_above(self, glob: &str) -> bool {
        match self {
            Self::At(target) => {
                let first = glob.split('/').next();
                !target.is_whole_grant() || first == Some(target.grant_name())
            }
            Self::Above(_) => false,
        }
    }

    /// Is a glob the path of the directory that is searched, from the top of the grant?
    pub(super) fn is_at(self, glob: &str) -> bool {
        matches!(self, Self::At(target) if target.is_spelled(glob))
    }

    /// The name of the grant that a text begins with as an absolute path, and what follows.
    pub(super) fn spelled_off(self, text: &'a str) -> Option<(String, &'a str)> {
        match self {
            Self::At(target) | Self::Above(Some(target)) => target.spelled_off(text),
            Self::Above(None) => None,
        }
    }
}

impl Globs {
    /// Compiles the globs; `argument` is where the client wrote them.
    ///
    /// # Errors
    /// Those of [`NamePatterns::new`].
    pub(super) fn compile(
        &self,
        argument: &'static str,
        begins: Begins<'_>,
        budget: &Budget,
    ) -> Result<NamePatterns, ToolError> {
        NamePatterns::new(argument, &self.0, Text::Whole, begins, budget)
    }

    /// The same for globs of what is left out: a list of `!` leaves out nothing.
    ///
    /// # Errors
    /// Those of [`NamePatterns::new`].
    pub(super) fn compile_to_leave_out(
        &self,
        argument: &'static str,
        begins: Begins<'_>,
        budget: &Budget,
    ) -> Result<NamePatterns, ToolError> {
        let patterns = self.compile(argument, begins, budget)?;
        patterns.leaving_out(budget)
    }

    /// The globs as they were given.
    pub(super) fn as_given(&self) -> &[String] {
        &self.0
    }
}
