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
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::{Budget, Spent};

/// Device and number of a directory, and a name in it as the laxest file system reads it.
pub(in crate::cap) type Key = (u64, u64, String);

/// Everything that is being changed.
#[derive(Default)]
pub(in crate::cap) struct Turns {
    taken: Mutex<Taken>,
    free: Condvar,
}

#[derive(Default)]
pub(in crate::cap) struct Taken {
    devices: HashMap<u64, Changes>,
    names: HashSet<Key>,
}

/// The changes on one file system.
#[derive(Default)]
pub(in crate::cap) struct Changes {
    beside_others: usize,
    alone: bool,
    /// How many wait for the exclusive lock: no others are let in before them.
    to_be_alone: usize,
}

/// While it is kept, no other call changes what it is for.
#[must_use]
pub struct Turn {
    turns: Arc<Turns>,
    /// The file systems, and whether it is alone there.
    devices: Vec<(u64, bool)>,
    name: Option<Key>,
}

impl Turn {
    pub(in crate::cap) fn new(turns: &Arc<Turns>) -> Self {
        Self { turns: Arc::clone(turns), devices: vec![], name: None }
    }

    /// Does this change hold a lock of the file system?
    pub(in crate::cap) fn holds(&self, device: u64) -> bool {
        self.devices.iter().any(|(taken, _)| *taken == device)
    }

    pub(in crate::cap) fn take(
        &mut self,
        device: u64,
        alone: bool,
        budget: &Budget,
    ) -> Result<(), Spent> {
        let turns = &self.turns;
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

    pub(in crate::cap) fn take_name(&mut self, key: Key, budget: &Budget) -> Result<(), Spent> {
        let turns = &self.turns;
        turns.wait(turns.taken(), budget, |taken| taken.names.insert(key.clone()))?;
        self.name = Some(key);
        Ok(())
    }

    pub(in crate::cap) fn give_back(&mut self) {
        let turns = &self.turns;
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

/// How long somebody waits before looking whether the call is still wanted.
pub(in crate::cap) const PATIENCE: Duration = Duration::from_millis(20);
