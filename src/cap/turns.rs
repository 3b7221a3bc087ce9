//! [`Turns`]: one change of a name at a time, in this process.
//!
//! Two calls that change the same file take turns, so that the one that comes second sees what the first
//! has done. Other processes do not ask: against them there is the comparison just before the rename.
//!
//! May import: `path`, `limits`, `error`. Absent on purpose: order. Who waits longest is not first; every turn is
//! short, and who waits can be cancelled.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::fold::fold;
use super::{Grants, Place, Right};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, join};

/// How long somebody waits before looking whether the call is still wanted.
const PATIENCE: Duration = Duration::from_millis(20);

/// Device and number of a directory, and a name in it as the laxest file system reads it.
type Key = (u64, u64, String);

/// The names that are being changed.
#[derive(Default)]
pub(super) struct Turns {
    taken: Mutex<HashSet<Key>>,
    free: Condvar,
}

/// While it is kept, no other call changes that name.
#[must_use]
pub struct Turn {
    grants: Grants,
    key: Key,
}

impl<R: Right> Place<R> {
    /// Waits until no other call of this process changes this place, and looks at it again.
    ///
    /// # Errors
    /// `timed_out`, `cancelled`; `stale` when it has become a link meanwhile.
    pub fn turn(&mut self, budget: &Budget) -> Result<Turn, ToolError> {
        let turn = Turn::wait(&self.grants, self.key()?, budget)?;
        self.look_again()?;
        Ok(turn)
    }

    /// Which name in which directory it is.
    fn key(&self) -> Result<Key, ToolError> {
        let Some(name) = &self.name else { return Err(self.is_root()) };
        let names: Vec<Name> = self.missing.iter().chain([name]).cloned().collect();
        let stat = rustix::fs::fstat(&self.parent).map_err(|errno| self.os("look at", errno))?;
        Ok((stat.st_dev, stat.st_ino, fold(&join(&names))))
    }
}

/// Waits for the turns of two places, in the same order as everybody.
///
/// # Errors
/// As [`Place::turn`].
pub fn turns<R: Right, S: Right>(
    one: &mut Place<R>,
    other: &mut Place<S>,
    budget: &Budget,
) -> Result<(Turn, Option<Turn>), ToolError> {
    let (first, second) = (one.key()?, other.key()?);
    let first_turn = Turn::wait(&one.grants, first.clone().min(second.clone()), budget)?;
    let second_turn = if first == second {
        None
    } else {
        Some(Turn::wait(&one.grants, first.max(second), budget)?)
    };
    one.look_again()?;
    other.look_again()?;
    Ok((first_turn, second_turn))
}

impl Turn {
    fn wait(grants: &Grants, key: Key, budget: &Budget) -> Result<Self, ToolError> {
        let turns = &grants.inner().turns;
        let mut taken = turns.taken();
        while !taken.insert(key.clone()) {
            budget.step()?;
            let waited = turns.free.wait_timeout(taken, PATIENCE);
            (taken, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        drop(taken);
        Ok(Self { grants: grants.clone(), key })
    }
}

impl Turns {
    fn taken(&self) -> MutexGuard<'_, HashSet<Key>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let turns = &self.grants.inner().turns;
        turns.taken().remove(&self.key);
        turns.free.notify_all();
    }
}
