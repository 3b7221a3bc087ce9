//! [`ChangeGuard`]: which changes of this process may go on at the same time.
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
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::{Budget, StopReason};

/// What a call can lock.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::cap) enum Lock {
    /// A file system.
    Device(u64),
    /// Device and number of a directory, and a name in it as the laxest file system reads it.
    Name(u64, u64, String),
}

/// Everything that is being changed.
#[derive(Default)]
pub(in crate::cap) struct ChangeLocks {
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
pub struct ChangeGuard {
    turns: Arc<ChangeLocks>,
    /// The locks, and the number of this turn in the queue of each.
    held: Vec<(Lock, u64)>,
}

impl ChangeGuard {
    pub(in crate::cap) fn new(turns: &Arc<ChangeLocks>) -> Self {
        Self { turns: Arc::clone(turns), held: vec![] }
    }

    /// Does this change hold the lock, or wait for it?
    pub(in crate::cap) fn holds(&self, lock: &Lock) -> bool {
        self.held.iter().any(|(held, _)| held == lock)
    }

    /// Waits for a lock. Waiting does not count as a step: a call that only waits lets others run in its place.
    pub(in crate::cap) fn take(
        &mut self,
        lock: &Lock,
        exclusive: bool,
        budget: &Budget,
    ) -> Result<(), StopReason> {
        let turns = Arc::clone(&self.turns);
        let mut queues = turns.queues();
        let number = queues.ask(lock.clone(), exclusive);
        // From here on it is given back, even if the call ends while it waits.
        self.held.push((lock.clone(), number));
        while !queues.is_turn_of(lock, number) {
            budget.check_active()?;
            let waited = turns.free.wait_timeout(queues, PATIENCE);
            (queues, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        Ok(())
    }

    pub(in crate::cap) fn give_back(&mut self) {
        let turns = Arc::clone(&self.turns);
        let mut queues = turns.queues();
        for (lock, number) in self.held.drain(..) {
            queues.leave(&lock, number);
        }
        drop(queues);
        turns.free.notify_all();
    }
}

impl Drop for ChangeGuard {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl ChangeLocks {
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

/// How long somebody waits before looking whether the call is still wanted.
const PATIENCE: Duration = Duration::from_millis(20);

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
