//! What a name that does not exist yet may be.
//!
//! May import: `path`, `error`. This module does not look at rules; those are judged on the way.

use super::{Place, Right};
use crate::error::{Code, ToolError};
use crate::path::Name;

impl<R: Right> Place<R> {
    /// Refuses to make a name that would deceive whoever lists it. What is moved may keep the name that it
    /// has, `kept`: then no more names deceive than before, and a move can be undone.
    pub(super) fn check_new_names(&self, kept: Option<&Name>) -> Result<(), ToolError> {
        if self.found.is_some() {
            return Ok(());
        }
        let own = self.name.as_ref().filter(|name| Some(*name) != kept);
        if self.missing.iter().chain(own).any(Name::deceives) {
            let sentence =
                format!("`{}` has a control or invisible character in a name", self.said);
            return Err(ToolError::new(Code::BadPath, sentence)
                .hint("no new name gets one: it would mislead whoever lists it"));
        }
        Ok(())
    }
}
