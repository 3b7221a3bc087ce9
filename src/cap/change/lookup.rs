//! Looks a target up for a change, and takes the locks that the change needs.
//!
//! May import: `error`, `limits`, `system`.

use crate::cap::grants::locks::{ChangeGuard, Lock};
use crate::cap::place::{LookupOptions, Place};
use crate::cap::rights::{Right, Write};
use crate::cap::rules::fold::fold;
use crate::cap::target::Target;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;
use crate::system;

impl<R: Right> Target<R> {
    /// Looks it up for a change, as [`Self::place`] does.
    ///
    /// # Errors
    /// Those of [`Self::place`]; `timed_out` and `cancelled` while another call changes it.
    pub fn to_change(&self, budget: &Budget) -> Result<(Place<R>, ChangeGuard), ToolError> {
        self.hold(LookupOptions::THERE, false, budget)
    }

    /// Looks it up for its removal, a link at the end as a link; exclusively if a whole tree is to go.
    ///
    /// # Errors
    /// As [`Self::to_change`].
    pub fn to_remove(
        &self,
        is_tree: bool,
        budget: &Budget,
    ) -> Result<(Place<R>, ChangeGuard), ToolError> {
        self.hold(LookupOptions::TO_TAKE, is_tree, budget)
    }

    fn hold(
        &self,
        look: LookupOptions,
        is_alone: bool,
        budget: &Budget,
    ) -> Result<(Place<R>, ChangeGuard), ToolError> {
        let mut turn = ChangeGuard::new(&self.grants.inner().turns);
        if !is_alone {
            turn.take(&Lock::Device(self.device()), false, budget)?;
            let mut place = self.look(look, budget)?;
            place.check_new_names(None)?;
            if place.missing.is_empty() {
                if let Some(name) = place.name.clone() {
                    let stat = system::stat(&place.parent).map_err(|e| place.os("look at", e))?;
                    let name = Lock::Name(stat.device, stat.inode, fold(&name.to_string()));
                    turn.take(&name, true, budget)?;
                    place.look_again()?;
                }
                return Ok((place, turn));
            }
            // Directories are to be made: who else makes them must be done, or not yet begun.
            turn.give_back();
        }
        turn.take(&Lock::Device(self.device()), true, budget)?;
        let place = self.look(look, budget)?;
        place.check_new_names(None)?;
        Ok((place, turn))
    }

    fn device(&self) -> u64 {
        self.grant.device
    }
}

impl Target<Write> {
    /// Looks it up for a change that may make it, with the directories on the way; alone if what is made
    /// is a tree.
    ///
    /// # Errors
    /// As [`Self::to_change`], but for `not_found`.
    pub fn to_make(
        &self,
        is_tree: bool,
        budget: &Budget,
    ) -> Result<(Place<Write>, ChangeGuard), ToolError> {
        self.hold(LookupOptions { may_be_missing: true, ..LookupOptions::THERE }, is_tree, budget)
    }

    /// Looks it up for a directory that is to be made, and nothing in it.
    ///
    /// # Errors
    /// As [`Self::to_make`].
    pub fn to_make_directory(
        &self,
        budget: &Budget,
    ) -> Result<(Place<Write>, ChangeGuard), ToolError> {
        let look = LookupOptions {
            may_be_missing: true,
            may_be_named_as_grant: true,
            ..LookupOptions::THERE
        };
        self.hold(look, true, budget)
    }
}

/// Looks up both ends of a move, alone where either lies.
///
/// # Errors
/// As [`Target::to_change`] for both.
pub fn to_move<R: Right>(
    source: &Target<R>,
    destination: &Target<Write>,
    budget: &Budget,
) -> Result<(Place<R>, Place<Write>, ChangeGuard), ToolError> {
    let mut turn = ChangeGuard::new(&source.grants.inner().turns);
    let mut devices = [source.device(), destination.device()];
    // Everybody in the same order, or two could wait for each other.
    devices.sort_unstable();
    for device in devices.map(Lock::Device) {
        if !turn.holds(&device) {
            turn.take(&device, true, budget)?;
        }
    }
    let from = source.look(LookupOptions::TO_TAKE, budget)?;
    let look = LookupOptions { follows: false, may_be_missing: true, ..LookupOptions::THERE };
    let to = match destination.find(look, budget) {
        // Where one entry can have two names, only the one that is listed is looked up.
        Err(error) if error.code() == Code::BadPath => {
            from.respelled(source, destination, budget)?.ok_or(error)?
        }
        // Otherwise a name could not be changed to one that looks the same, such as one with plain blanks.
        Ok(to) if to.meant.is_some() && from.grant == to.grant && from.rel_path == to.rel_path => {
            destination.find(LookupOptions { exact: true, ..look }, budget)?
        }
        to => to?,
    };
    // What goes away is not beside the new name.
    let to = if to.resembles.is_some() && is_beside(&from, &to) {
        Place { resembles: None, ..to }
    } else {
        to
    };
    to.note(destination, budget);
    to.check_new_names(from.name.as_ref())?;
    Ok((from, to, turn))
}

/// Does `to` look like `from`, in the same directory?
fn is_beside<R: Right>(from: &Place<R>, to: &Place<Write>) -> bool {
    let above = |below: &[Name]| below.split_last().map(|(_, above)| above.to_vec());
    let looks_like = to.resembles.as_ref().and_then(|names| names.last());
    from.grant == to.grant
        && above(&from.rel_path) == above(&to.rel_path)
        && looks_like == from.name.as_ref()
}
