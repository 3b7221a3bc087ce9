//! [`Held`]: the room that a call takes for a file that it holds whole. All calls share one room.
//!
//! Calls wait for it, so that sixteen edits of large files do not take sixteen times the memory of one. A call takes room
//! once, so none waits for a call that waits for it.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::limits::budget::{Budget, StopReason};

/// How long to wait before another look whether the call is still wanted.
const PAUSE: Duration = Duration::from_millis(50);

/// What calls hold now.
#[derive(Default)]
struct Memory {
    bytes: Mutex<u64>,
    freed: Condvar,
}

/// So many bytes of it, until this is dropped.
#[must_use]
pub struct Held {
    memory: Arc<Memory>,
    bytes: u64,
}

impl Budget {
    /// Waits for room for a file of so many bytes. All files that are held take at most `max_edit_bytes` together; a
    /// larger one waits until no other is held.
    ///
    /// # Errors
    /// [`StopReason`] when the call must stop.
    pub fn hold(&self, bytes: u64) -> Result<Held, StopReason> {
        let memory: Arc<Memory> = self.kept().of();
        let most = self.limits().max_edit_bytes;
        let bytes = bytes.min(most);
        let mut held = memory.lock();
        while *held + bytes > most {
            self.check_active()?;
            let waited = memory.freed.wait_timeout(held, PAUSE);
            (held, _) = waited.unwrap_or_else(PoisonError::into_inner);
        }
        *held += bytes;
        drop(held);
        Ok(Held { memory, bytes })
    }
}

impl Memory {
    fn lock(&self) -> MutexGuard<'_, u64> {
        self.bytes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        *self.memory.lock() -= self.bytes;
        self.memory.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::limits::budget::{Clock, Limits};
    use crate::limits::kept::Kept;
    use crate::limits::watch::CallMonitor;

    #[test]
    fn a_call_waits_for_room_until_its_deadline() {
        let limits = Limits { max_edit_bytes: 100, call_deadline_ms: 100, ..Limits::default() };
        let limits = Arc::new(limits);
        let kept = Kept::default();
        let budget = || {
            let clock = Clock::new(Instant::now);
            Budget::new(Arc::clone(&limits), clock, CallMonitor::unattended()).keeping(kept.clone())
        };
        let first = budget().hold(60).unwrap();
        let second = budget().hold(40).unwrap();
        assert!(matches!(budget().hold(1), Err(StopReason::TimedOut { .. })));
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| budget().hold(1_000).is_ok());
            drop((first, second));
            assert!(waiting.join().unwrap(), "a larger one takes all there is");
        });
    }
}
