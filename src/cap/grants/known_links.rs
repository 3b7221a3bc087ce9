//! [`ProtectedLinks`]: what is known of the links of all grants, kept from one change to the next.
//!
//! May import: `limits`, `path`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::Duration;

use crate::cap::grants::link_index::LinkIndex;
use crate::limits::{Budget, StopReason};
use crate::path::Name;

/// How long a call waits before it looks again whether another one still reads the index.
pub(in crate::cap) const PATIENCE: Duration = Duration::from_millis(1);

/// The indexes of all grants, and what follows from them.
#[derive(Default)]
pub(in crate::cap) struct ProtectedLinks(Mutex<State>);

#[derive(Default)]
pub(in crate::cap) struct State {
    pub(in crate::cap) indexes: Vec<LinkIndex>,
    pub(in crate::cap) places: Option<Arc<[ProtectedPlace]>>,
}

impl ProtectedLinks {
    pub(in crate::cap) fn lock(
        &self,
        budget: &Budget,
    ) -> Result<MutexGuard<'_, State>, StopReason> {
        loop {
            match self.0.try_lock() {
                Ok(state) => return Ok(state),
                Err(TryLockError::Poisoned(poisoned)) => {
                    let mut state = PoisonError::into_inner(poisoned);
                    *state = State::default();
                    return Ok(state);
                }
                Err(TryLockError::WouldBlock) => {
                    budget.check_active()?;
                    std::thread::sleep(PATIENCE);
                }
            }
        }
    }
}

/// A place that a link at a protected name leads to.
#[derive(Debug)]
pub(in crate::cap) struct ProtectedPlace {
    /// The grant whose rules protect it.
    pub(in crate::cap) grant: usize,
    /// The protected name that the link gives it, from the root of that grant.
    pub(in crate::cap) alias: Vec<Name>,
    /// The place itself, from the root of the host, folded; and how many names that are.
    pub(in crate::cap) place: String,
    pub(in crate::cap) depth: usize,
    /// `true` if the link lies in a directory that git takes for a repository.
    pub(in crate::cap) is_in_repository: bool,
    /// The links and directories that were passed on the way, folded in the same way.
    pub(in crate::cap) passed: Vec<String>,
}
