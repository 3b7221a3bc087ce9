//! [`Turn`]: which changes of this process may go on at the same time.
//!
//! Changes of different files do; changes of one file take turns, so that the one that comes second sees
//! what the first has done. Changing a tree or creating directories takes an exclusive lock on the file
//! system: between the check of a tree and its move no other call puts anything into it. Other servers
//! are kept out by `change_lock` during the last steps of a change, and other programs by nothing: against them there is
//! the comparison just before the rename.
//!
//! May import: `path`, `limits`, `error`, `system`. Turns are fair: calls get a lock in the order in which they asked for
//! it. A waiting call can be cancelled.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::fold::fold;
use super::target::Look;
use super::{Grants, Place, Right, Target, Write};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Spent};
use crate::path::Name;
use crate::system;

/// How long somebody waits before looking whether the call is still wanted.
const PATIENCE: Duration = Duration::from_millis(20);

/// What a call can lock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Lock {
    /// A file system.
    Device(u64),
    /// Device and number of a directory, and a name in it as the laxest file system reads it.
    Name(u64, u64, String),
}

/// Everything that is being changed.
#[derive(Default)]
pub(super) struct Turns {
    queues: Mutex<Queues>,
    free: Condvar,
}

#[derive(Default)]
struct Queues {
    /// Those who have a lock or wait for it, in the order in which they asked.
    of: HashMap<Lock, Vec<Asked>>,
    next: u64,
}

/// Somebody who has a lock, or waits for it.
struct Asked {
    number: u64,
    /// May nobody else have the lock at the same time?
    exclusive: bool,
}

/// While it is kept, no other call changes what it is for.
#[must_use]
pub struct Turn {
    grants: Grants,
    /// The locks, and the number of this turn in the queue of each.
    held: Vec<(Lock, u64)>,
}

impl<R: Right> Target<R> {
    /// Looks it up for a change, as [`Self::place`] does.
    ///
    /// # Errors
    /// Those of [`Self::place`]; `timed_out` and `cancelled` while another call changes it.
    pub fn to_change(&self, budget: &Budget) -> Result<(Place<R>, Turn), ToolError> {
        self.hold(Look::THERE, false, budget)
    }

    /// Looks it up for its removal, a link at the end as a link; exclusively if a whole tree is to go.
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
        let mut turn = Turn { grants: self.grants.clone(), held: vec![] };
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
    let mut turn = Turn { grants: source.grants.clone(), held: vec![] };
    let mut devices = [source.device(), destination.device()];
    // Everybody in the same order, or two could wait for each other.
    devices.sort_unstable();
    for device in devices.map(Lock::Device) {
        if turn.held.iter().all(|(held, _)| *held != device) {
            turn.take(&device, true, budget)?;
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
    /// Waits for a lock. Waiting does not count as a step: a call that only waits lets others run in its place.
    fn take(&mut self, lock: &Lock, exclusive: bool, budget: &Budget) -> Result<(), Spent> {
        let turns = &self.grants.inner().turns;
        let mut queues = turns.queues();
        let number = queues.ask(lock.clone(), exclusive);
        // From here on it is given back, even if the call ends while it waits.
        self.held.push((lock.clone(), number));
        while !queues.is_turn_of(lock, number) {
            budget.is_wanted()?;
            let waited = turns.free.wait_timeout(queues, PATIENCE);
            (queues, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    fn give_back(&mut self) {
        let turns = &self.grants.inner().turns;
        let mut queues = turns.queues();
        for (lock, number) in self.held.drain(..) {
            queues.leave(&lock, number);
        }
        drop(queues);
        turns.free.notify_all();
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Turns {
    fn queues(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    /// Enters the queue of a lock.
    fn ask(&mut self, lock: Lock, exclusive: bool) -> u64 {
        self.next += 1;
        self.of.entry(lock).or_default().push(Asked { number: self.next, exclusive });
        self.next
    }

    /// Those who do not need a lock exclusively share it, unless somebody before them does.
    fn is_turn_of(&self, lock: &Lock, number: u64) -> bool {
        let Some(queue) = self.of.get(lock) else { return true };
        let Some(at) = queue.iter().position(|asked| asked.number == number) else { return true };
        let (before, from) = queue.split_at(at);
        let exclusive = from.first().is_some_and(|asked| asked.exclusive);
        if exclusive { before.is_empty() } else { before.iter().all(|asked| !asked.exclusive) }
    }

    fn leave(&mut self, lock: &Lock, number: u64) {
        let Some(queue) = self.of.get_mut(lock) else { return };
        queue.retain(|asked| asked.number != number);
        if queue.is_empty() {
            self.of.remove(lock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_given_in_the_order_in_which_it_was_asked_for() {
        let mut queues = Queues::default();
        let lock = Lock::Device(1);
        let [a, b, c, d] =
            [false, false, true, false].map(|exclusive| queues.ask(lock.clone(), exclusive));
        let have =
            |queues: &Queues| [a, b, c, d].map(|number| u8::from(queues.is_turn_of(&lock, number)));
        assert_eq!(have(&queues), [1, 1, 0, 0], "nobody passes one that needs it exclusively");
        queues.leave(&lock, a);
        queues.leave(&lock, b);
        assert_eq!(have(&queues)[2..], [1, 0]);
        queues.leave(&lock, c);
        assert_eq!(have(&queues)[3..], [1]);
        queues.leave(&lock, d);
        assert!(queues.of.is_empty(), "nothing is kept");
    }
}
