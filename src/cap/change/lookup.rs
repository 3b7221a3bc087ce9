//! [`Turn`]: which changes of this process may go on at the same time.
//!
//! Changes of different files do; changes of one file take turns, so that the one that comes second sees
//! what the first has done. Changing a tree or creating directories takes an exclusive lock on the file
//! system: between the check of a tree and its move no other call puts anything into it. Other servers
//! are kept out by `change_lock` during the last steps of a change, and other programs by nothing: against them there is
//! the comparison just before the rename.
//!
//! May import: `path`, `limits`, `error`, `system`. Turns are not fair: the call that waits longest is not first.
//! A waiting call can be cancelled.

use std::collections::{HashMap, HashSet};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::cap::rules::fold::fold;
use crate::cap::target::Look;
use crate::cap::{Grants, Place, Right, Target, Write};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Spent};
use crate::path::Name;
use crate::system;

/// How long somebody waits before looking whether the call is still wanted.
const PATIENCE: Duration = Duration::from_millis(20);

/// Device and number of a directory, and a name in it as the laxest file system reads it.
type Key = (u64, u64, String);

/// Everything that is being changed.
#[derive(Default)]
pub(in crate::cap) struct Turns {
    taken: Mutex<Taken>,
    free: Condvar,
}

#[derive(Default)]
struct Taken {
    devices: HashMap<u64, Changes>,
    names: HashSet<Key>,
}

/// The changes on one file system.
#[derive(Default)]
struct Changes {
    beside_others: usize,
    alone: bool,
    /// How many wait for the exclusive lock: no others are let in before them.
    to_be_alone: usize,
}

/// While it is kept, no other call changes what it is for.
#[must_use]
pub struct Turn {
    grants: Grants,
    /// The file systems, and whether it is alone there.
    devices: Vec<(u64, bool)>,
    name: Option<Key>,
}

impl<R: Right> Target<R> {
    /// Looks it up for a change, as [`Self::place`] does.
    ///
    /// # Errors
    /// Those of [`Self::place`]; `timed_out` and `cancelled` while another call changes it.
    pub fn to_change(&self, budget: &Budget) -> Result<(Place<R>, Turn), ToolError> {
        self.hold(Look::THERE, false, budget)
    }

    /// Looks it up for its removal, a link at the end as a link; alone if a whole tree is to go.
    ///
    /// # Errors
    /// As [`Self::to_change`].
    pub fn to_remove(&self, is_tree: bool, budget: &Budget) -> Result<(Place<R>, Turn), ToolError> {
        self.hold(Look::TO_TAKE, is_tree, budget)
    }

    fn hold(
        &self,
        look: Look,
        is_alone: bool,
        budget: &Budget,
    ) -> Result<(Place<R>, Turn), ToolError> {
        let mut turn = Turn { grants: self.grants.clone(), devices: vec![], name: None };
        if !is_alone {
            turn.take(self.device(), false, budget)?;
            let mut place = self.look(look, budget)?;
            place.check_new_names(None)?;
            if place.missing.is_empty() {
                if let Some(name) = place.name.clone() {
                    let stat = system::stat(&place.parent).map_err(|e| place.os("look at", e))?;
                    turn.take_name((stat.device, stat.inode, fold(&name.to_string())), budget)?;
                    place.look_again()?;
                }
                return Ok((place, turn));
            }
            // Directories are to be made: who else makes them must be done, or not yet begun.
            turn.give_back();
        }
        turn.take(self.device(), true, budget)?;
        let place = self.look(look, budget)?;
        place.check_new_names(None)?;
        Ok((place, turn))
    }

    fn device(&self) -> u64 {
        self.grants.inner().grants.get(self.grant).map_or(0, |grant| grant.device)
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
    ) -> Result<(Place<Write>, Turn), ToolError> {
        self.hold(Look { may_be_missing: true, ..Look::THERE }, is_tree, budget)
    }

    /// Looks it up for a directory that is to be made, and nothing in it.
    ///
    /// # Errors
    /// As [`Self::to_make`].
    pub fn to_make_directory(&self, budget: &Budget) -> Result<(Place<Write>, Turn), ToolError> {
        let look = Look { may_be_missing: true, may_be_named_as_grant: true, ..Look::THERE };
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
) -> Result<(Place<R>, Place<Write>, Turn), ToolError> {
    let mut turn = Turn { grants: source.grants.clone(), devices: vec![], name: None };
    let mut devices = [source.device(), destination.device()];
    // Everybody in the same order, or two could wait for each other.
    devices.sort_unstable();
    for device in devices {
        if turn.devices.iter().all(|(taken, _)| *taken != device) {
            turn.take(device, true, budget)?;
        }
    }
    let from = source.look(Look::TO_TAKE, budget)?;
    let look = Look { follows: false, may_be_missing: true, ..Look::THERE };
    let to = match destination.find(look, budget) {
        // Where one entry can have two names, only the one that is listed is looked up.
        Err(error) if error.code() == Code::BadPath => {
            from.respelled(source, destination, budget)?.ok_or(error)?
        }
        // Otherwise a name could not be changed to one that looks the same, such as one with plain blanks.
        Ok(to) if to.meant.is_some() && from.grant == to.grant && from.below == to.below => {
            destination.find(Look { exact: true, ..look }, budget)?
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
        && above(&from.below) == above(&to.below)
        && looks_like == from.name.as_ref()
}

impl Turn {
    fn take(&mut self, device: u64, alone: bool, budget: &Budget) -> Result<(), Spent> {
        let turns = &self.grants.inner().turns;
        let mut taken = turns.taken();
        taken.devices.entry(device).or_default().to_be_alone += usize::from(alone);
        let waited = turns.wait(taken, budget, |taken| {
            let changes = taken.devices.entry(device).or_default();
            let is_free = if alone {
                changes.beside_others == 0 && !changes.alone
            } else {
                changes.to_be_alone == 0 && !changes.alone
            };
            if is_free {
                changes.beside_others += usize::from(!alone);
                changes.alone = alone;
            }
            is_free
        });
        turns.taken().devices.entry(device).or_default().to_be_alone -= usize::from(alone);
        turns.free.notify_all();
        waited?;
        self.devices.push((device, alone));
        Ok(())
    }

    fn take_name(&mut self, key: Key, budget: &Budget) -> Result<(), Spent> {
        let turns = &self.grants.inner().turns;
        turns.wait(turns.taken(), budget, |taken| taken.names.insert(key.clone()))?;
        self.name = Some(key);
        Ok(())
    }

    fn give_back(&mut self) {
        let turns = &self.grants.inner().turns;
        let mut taken = turns.taken();
        if let Some(key) = self.name.take() {
            taken.names.remove(&key);
        }
        for (device, alone) in self.devices.drain(..) {
            let changes = taken.devices.entry(device).or_default();
            changes.beside_others -= usize::from(!alone);
            changes.alone &= !alone;
        }
        drop(taken);
        turns.free.notify_all();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Turns {
    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until `take` succeeds. Waiting does not count as a step: a call that only waits lets others run in its
    /// place.
    fn wait(
        &self,
        mut taken: MutexGuard<'_, Taken>,
        budget: &Budget,
        mut take: impl FnMut(&mut Taken) -> bool,
    ) -> Result<(), Spent> {
        while !take(&mut taken) {
            budget.is_wanted()?;
            let waited = self.free.wait_timeout(taken, PATIENCE);
            (taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }
}
