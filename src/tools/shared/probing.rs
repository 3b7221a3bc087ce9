//! [`Probe`]: a walk that finds out which other meanings of globs match something.
//!
//! May import: `cap`, its neighbours. It visits what a search visits, and opens no file.

use super::everywhere::everywhere;
use super::search::{Judged, Look, Respect};
use super::trying::Names;
use crate::cap::{Kind, Read, Scoped, Target, WalkedDir, WalkedEntry};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::tools::globs::{Candidates, Says};

/// Looks which candidates match.
pub(in crate::tools) struct Probe<'a, Fits> {
    pub(in crate::tools) names: &'a Names,
    pub(in crate::tools) candidates: &'a Candidates,
    pub(in crate::tools) respects: Respect,
    /// Are names searched that begin with a dot?
    pub(in crate::tools) hidden: bool,
    /// Is an entry of the kind that is searched for?
    pub(in crate::tools) fits: Fits,
}

impl<Fits: Fn(&WalkedDir, WalkedEntry<'_>) -> bool + Sync> Probe<'_, Fits> {
    /// Looks below each place of a call.
    ///
    /// # Errors
    /// Those of [`Look::below`].
    pub(in crate::tools) fn everywhere(
        &self,
        at: &Scoped<Read>,
        budget: &Budget,
    ) -> Result<(), ToolError> {
        let below = |target: &Target<Read>| self.below(&target.place(budget)?, budget);
        everywhere(at, self.names, below, |()| ()).map(drop)
    }
}

impl<Fits: Fn(&WalkedDir, WalkedEntry<'_>) -> bool + Sync> Look for Probe<'_, Fits> {
    type Found = ();
    const IS_WORK: bool = false;
    const COUNTS_LINKS: bool = false;

    fn respects(&self) -> Respect {
        self.respects
    }

    fn judge(&self, dir: &WalkedDir, entry: WalkedEntry<'_>) -> Judged {
        // A file that is left out is what the glob means all the same.
        let Names { include, .. } = self.names;
        let is_left = || {
            self.names.leave(dir, entry).is_some()
                || include.say(dir, entry.name, true) == Says::Leave
        };
        if entry.kind == Kind::Directory && is_left() {
            return Judged::Excluded(self.names.exclude.argument());
        }
        let is_visible = self.hidden || !entry.name.starts_with(b".");
        if is_visible && (entry.kind == Kind::Directory || (self.fits)(dir, entry)) {
            Judged::Meant
        } else {
            Judged::Other
        }
    }

    fn look(&self, dir: &WalkedDir, entry: WalkedEntry<'_>, (): &mut ()) -> bool {
        let is_directory = entry.kind == Kind::Directory;
        if (self.fits)(dir, entry) {
            self.candidates.see(dir, entry.name, is_directory);
        }
        is_directory
    }
}
