//! [`Globs`]: the argument of a tool that is a list of globs.
//!
//! May import: `error`, `limits`, its neighbours.

use schemars::JsonSchema;
use serde::Deserialize;

use super::begins::Begins;
use super::meaning::Text;
use super::name_pattern::NamePatterns;
use crate::error::ToolError;
use crate::limits::Budget;

/// Most characters of a pattern.
pub(in crate::tools) const MAX_CHARS: usize = 1_000;
/// Most globs of one argument.
const MAX_GLOBS: usize = 100;

/// An argument that is a list of globs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(in crate::tools) struct Globs(
    #[schemars(length(max = MAX_GLOBS), inner(length(max = MAX_CHARS)))]
    pub(in crate::tools)  Vec<String>,
);

impl Globs {
    /// Compiles the globs; `argument` is where the client wrote them.
    ///
    /// # Errors
    /// Those of [`NamePatterns::new`].
    pub(in crate::tools) fn compile(
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
    pub(in crate::tools) fn compile_to_leave_out(
        &self,
        argument: &'static str,
        begins: Begins<'_>,
        budget: &Budget,
    ) -> Result<NamePatterns, ToolError> {
        let patterns = self.compile(argument, begins, budget)?;
        patterns.leaving_out(budget)
    }

    /// The globs as they were given.
    pub(in crate::tools) fn as_given(&self) -> &[String] {
        &self.0
    }
}
