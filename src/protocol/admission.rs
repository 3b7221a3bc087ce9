//! [`Admission`]: which calls may run at once, and which wait.
//!
//! Calls begin in the order in which the client sent them, as far as one of them changes something: a change waits for
//! all earlier calls to end, and every call for earlier changes. So a client may send a change and what depends on it
//! without waiting for the answer. The order goes by calls and not by paths, since links give one file several paths.
//! Reads run side by side. Nothing waits for a search, which may take long, nor for a call that runs for longer than
//! `progress_ms`. From then on only the locks of `cap` keep changes of one file apart.
//!
//! Of calls that search trees fewer are let in at a time than of all: they use a processor for as long
//! as they last, and a small read would find every place taken by them. One that lasts lets the next
//! in, or a few searches of a slow drive would hold up those of all others.
//!
//! May import: `dispatch` (for what a call works on), `limits`. This module does not run the calls.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::dispatch::Work;
use crate::limits::Limits;

/// Calls that may wait for a file system beside those that run. With as many as that, further ones
/// wait for them to end.
const MOST_STALLED: usize = 32;

/// More than the calls that can run at once: the permits that a change takes, so that no other call runs.
const ALL: u32 = 1 << 20;

/// The places that there are.
pub(super) struct Admission {
    /// A change takes all permits, any other call one. They are given out in the order in which calls ask for them.
    order: Arc<Semaphore>,
    /// One permit for each call that may run at once.
    calls: Arc<Semaphore>,
    /// One permit for each of them that may search.
    searches: Arc<Semaphore>,
}

/// One call that was let in, until this is dropped.
pub(super) struct Admitted {
    order: Option<OwnedSemaphorePermit>,
    search: Option<OwnedSemaphorePermit>,
    call: Option<OwnedSemaphorePermit>,
    /// The room for its answer.
    room: Option<OwnedSemaphorePermit>,
}

impl Admission {
    /// All of them.
    pub(super) fn new(limits: &Limits) -> Self {
        let searches = limits.max_searches_in_flight.clamp(1, most_at_once(limits));
        Self {
            order: Arc::new(Semaphore::new(ALL as usize)),
            calls: Arc::new(Semaphore::new(most_at_once(limits))),
            searches: Arc::new(Semaphore::new(searches)),
        }
    }

    /// Waits for a place, unless the call ends at once: what touches no file need not wait for calls that do. Calls take
    /// their place in the order when this is first polled.
    pub(super) async fn admit(&self, work: Work) -> Admitted {
        let order = match work {
            Work::Nothing => return Admitted { order: None, search: None, call: None, room: None },
            Work::Change => permits(&self.order, ALL).await,
            Work::Files => permits(&self.order, 1).await,
            // It has waited for the changes before it, and those after it do not wait for it.
            Work::Trees => permits(&self.order, 1).await.and(None),
        };
        let search = if work == Work::Trees { permits(&self.searches, 1).await } else { None };
        let call = permits(&self.calls, 1).await;
        Admitted { order, search, call, room: None }
    }
}

impl Admitted {
    /// The same, with room for its answer.
    pub(super) fn with_room(self, room: Option<OwnedSemaphorePermit>) -> Self {
        Self { room, ..self }
    }

    /// Ends the call's turn. Gives the room for its answer, unless it stalled.
    pub(super) fn into_room(self) -> Option<OwnedSemaphorePermit> {
        self.room
    }

    /// It has made progress for a while: the next search, and later calls, may begin beside it.
    pub(super) fn release_search_slot(&mut self) {
        drop(self.order.take());
        drop(self.search.take());
    }

    /// It makes none, so it waits for a file system: others may run in its place.
    pub(super) fn release_slots(&mut self) {
        self.release_search_slot();
        drop(self.call.take());
        drop(self.room.take());
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
async fn permits(of: &Arc<Semaphore>, permits: u32) -> Option<OwnedSemaphorePermit> {
    Arc::clone(of).acquire_many_owned(permits).await.ok()
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// The place, if there is one now.
    fn now(admission: &Admission, work: Work) -> Option<Admitted> {
        match pin!(admission.admit(work)).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(admitted) => Some(admitted),
            Poll::Pending => None,
        }
    }

    fn admission(max_calls_in_flight: usize, max_searches_in_flight: usize) -> Admission {
        Admission::new(&Limits { max_calls_in_flight, max_searches_in_flight, ..Limits::default() })
    }

    #[test]
    fn searches_leave_places_to_other_calls() {
        let admission = admission(3, 2);
        let searches = [now(&admission, Work::Trees), now(&admission, Work::Trees)];
        assert!(searches.iter().all(Option::is_some));
        assert!(now(&admission, Work::Trees).is_none(), "the third search waits");
        let read = now(&admission, Work::Files);
        assert!(read.is_some(), "a read does not");
        assert!(now(&admission, Work::Files).is_none(), "the fourth call waits");
        assert!(now(&admission, Work::Nothing).is_some(), "what touches no file never does");
        drop(searches);
        assert!(now(&admission, Work::Trees).is_some(), "the place of one that ended is another's");
        drop(read);
    }

    #[test]
    fn a_search_that_lasts_lets_the_next_begin_and_one_that_stalls_any_call() {
        let admission = admission(2, 1);
        let mut slow = now(&admission, Work::Trees).unwrap();
        assert!(now(&admission, Work::Trees).is_none());
        slow.release_search_slot();
        let next = now(&admission, Work::Trees);
        assert!(next.is_some() && now(&admission, Work::Files).is_none(), "both still run");
        slow.release_slots();
        assert!(now(&admission, Work::Files).is_some());
    }

    #[test]
    fn a_change_waits_for_earlier_calls_and_all_calls_for_earlier_changes() {
        let admission = admission(9, 9);
        let reads = [now(&admission, Work::Files), now(&admission, Work::Files)];
        assert!(reads.iter().all(Option::is_some), "reads run side by side");
        let mut change = pin!(admission.admit(Work::Change));
        let mut context = Context::from_waker(Waker::noop());
        assert!(change.as_mut().poll(&mut context).is_pending(), "reads came before it");
        for work in [Work::Files, Work::Trees, Work::Change] {
            assert!(now(&admission, work).is_none(), "{work:?} comes after a change");
        }
        drop(reads);
        let Poll::Ready(mut change) = change.poll(&mut context) else { panic!("its turn") };
        assert!(now(&admission, Work::Files).is_none(), "the change is not done");
        assert!(now(&admission, Work::Nothing).is_some());
        change.release_search_slot();
        assert!(now(&admission, Work::Change).is_some(), "it takes too long to wait for");
    }

    #[test]
    fn a_change_waits_for_no_search() {
        let admission = admission(9, 9);
        let search = now(&admission, Work::Trees);
        assert!(search.is_some() && now(&admission, Work::Change).is_some());
    }

    #[test]
    fn a_search_is_a_call_too() {
        let admission = admission(1, 8);
        let read = now(&admission, Work::Files);
        assert!(now(&admission, Work::Trees).is_none());
        drop(read);
        assert!(now(&admission, Work::Trees).is_some());
    }

    #[test]
    fn there_is_always_a_place_for_one() {
        let admission = admission(0, 0);
        assert!(now(&admission, Work::Trees).is_some());
        assert!(now(&admission, Work::Files).is_some());
    }
}
