//! [`Turns`]: which calls may run at once, and which wait.
//!
//! Calls that search trees take turns of their own besides: they use a processor for as long as they
//! last, and a small read would find all turns taken by them.
//!
//! May import: `dispatch` (for what a call works on), `limits`. Absent on purpose: the calls.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::dispatch::Work;
use crate::limits::Limits;

/// Calls that may wait for a file system beside those that run. With as many as that, further ones
/// wait for them to end.
const MOST_STALLED: usize = 32;

/// The turns that there are.
pub(super) struct Turns {
    /// One permit for each call that may run at once.
    calls: Arc<Semaphore>,
    /// One permit for each of them that may search.
    searches: Arc<Semaphore>,
}

/// The turn of one call, until it is dropped.
pub(super) struct Turn {
    _search: Option<OwnedSemaphorePermit>,
    _call: Option<OwnedSemaphorePermit>,
}

impl Turns {
    /// All of them.
    pub(super) fn new(limits: &Limits) -> Self {
        let searches = limits.max_searches_in_flight.clamp(1, most_at_once(limits));
        Self {
            calls: Arc::new(Semaphore::new(most_at_once(limits))),
            searches: Arc::new(Semaphore::new(searches)),
        }
    }

    /// Waits for a turn, unless the call ends at once: what touches no file need not wait for calls that do.
    pub(super) async fn take(&self, work: Work) -> Turn {
        let search = if work == Work::Trees { permit(&self.searches).await } else { None };
        let call = if work == Work::Nothing { None } else { permit(&self.calls).await };
        Turn { _search: search, _call: call }
    }
}

/// Threads that calls may take: those that run at once, and those that wait for a file system.
pub(super) fn threads(limits: &Limits) -> usize {
    most_at_once(limits) + MOST_STALLED
}

/// Calls that run at once, in the bounds of what a pool of threads can have.
fn most_at_once(limits: &Limits) -> usize {
    limits.max_calls_in_flight.clamp(1, 512)
}

/// None only of a semaphore that is closed, which these never are.
async fn permit(of: &Arc<Semaphore>) -> Option<OwnedSemaphorePermit> {
    Arc::clone(of).acquire_owned().await.ok()
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// The turn, if there is one now.
    fn now(turns: &Turns, work: Work) -> Option<Turn> {
        match pin!(turns.take(work)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn),
            Poll::Pending => None,
        }
    }

    fn turns(max_calls_in_flight: usize, max_searches_in_flight: usize) -> Turns {
        Turns::new(&Limits { max_calls_in_flight, max_searches_in_flight, ..Limits::default() })
    }

    #[test]
    fn searches_leave_turns_to_other_calls() {
        let turns = turns(3, 2);
        let searches = [now(&turns, Work::Trees), now(&turns, Work::Trees)];
        assert!(searches.iter().all(Option::is_some));
        assert!(now(&turns, Work::Trees).is_none(), "the third search waits");
        let read = now(&turns, Work::Files);
        assert!(read.is_some(), "a read does not");
        assert!(now(&turns, Work::Files).is_none(), "the fourth call waits");
        assert!(now(&turns, Work::Nothing).is_some(), "what touches no file never does");
        drop(searches);
        assert!(now(&turns, Work::Trees).is_some(), "a turn that ended is another's");
        drop(read);
    }

    #[test]
    fn a_search_is_a_call_too() {
        let turns = turns(1, 8);
        let read = now(&turns, Work::Files);
        assert!(now(&turns, Work::Trees).is_none());
        drop(read);
        assert!(now(&turns, Work::Trees).is_some());
    }

    #[test]
    fn there_is_always_a_turn_for_one() {
        let turns = turns(0, 0);
        assert!(now(&turns, Work::Trees).is_some());
        assert!(now(&turns, Work::Files).is_some());
    }
}
