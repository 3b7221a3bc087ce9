//! [`Room`]: how many requests there may be at once, and how many bytes of requests and of answers.
//!
//! A request takes its place before it reaches `rmcp`, and frees it when its answer is sent to the writer. Its bytes
//! count until its call has ended, cancelled or not. Before a call starts, it reserves room for the largest answer of
//! its tool. When the call ends, it keeps only the room that the answer needs, and frees that when the answer is
//! written. So a client that sends and does not read costs a bounded amount of memory: its calls wait, one more
//! request is read and waits, and then reading stops.
//!
//! May import: `limits`. This module does not know what a request means.

use std::collections::{HashMap, VecDeque};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rmcp::model::RequestId;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::Limits;

/// Bytes that one permit stands for.
const UNIT: usize = 1 << 10;

/// How many cancelled requests are remembered.
const MAX_CANCELLED: usize = 10_000;

/// The room of one server. Clones share it.
#[derive(Clone)]
pub(super) struct Room {
    requests: Arc<Semaphore>,
    request_bytes: Bytes,
    answer_bytes: Bytes,
    places: Arc<Mutex<Places>>,
}

#[derive(Default)]
struct Places {
    /// The requests that were read and whose answer is not yet on its way to the writer.
    taken: HashMap<RequestId, Place>,
    /// Hashes of the ids that were cancelled last: an id may be as long as a message.
    cancelled: VecDeque<u64>,
}

/// What a request holds.
pub(super) struct Place {
    _request: OwnedSemaphorePermit,
    /// Its bytes, until its call takes them.
    bytes: Option<OwnedSemaphorePermit>,
    /// The room of its answer, once there is one.
    answer: Option<OwnedSemaphorePermit>,
}

impl Place {
    pub(super) fn new(request: OwnedSemaphorePermit, bytes: OwnedSemaphorePermit) -> Self {
        Self { _request: request, bytes: Some(bytes), answer: None }
    }
}

impl Room {
    pub(super) fn new(limits: &Limits) -> Self {
        let bytes = Bytes::new(limits.max_waiting_bytes);
        let requests = Arc::new(Semaphore::new(limits.max_requests_waiting.clamp(1, 100_000)));
        let answer_bytes = Bytes::new(limits.max_waiting_bytes);
        Self { requests, request_bytes: bytes, answer_bytes, places: Arc::default() }
    }

    /// Waits for a place for one more request.
    pub(super) async fn request(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.requests).acquire_owned().await.ok()
    }

    /// Waits for room for the bytes of a request.
    pub(super) async fn request_bytes(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        self.request_bytes.take(bytes).await
    }

    /// Waits for room for an answer of up to so many bytes.
    pub(super) async fn answer(&self, most: usize) -> Option<OwnedSemaphorePermit> {
        self.answer_bytes.take(most).await
    }

    /// Gives a request its place; `false` if one with this id has one, or was cancelled: its call may still run, and its
    /// answer would be taken for that of the new one.
    pub(super) fn enter(&self, id: &RequestId, place: Place) -> bool {
        let mut places = self.places();
        let is_new = !places.taken.contains_key(id) && !places.cancelled.contains(&hash(id));
        if is_new {
            places.taken.insert(id.clone(), place);
        }
        is_new
    }

    /// The bytes of a request, for its call to keep while it runs.
    pub(super) fn bytes_of(&self, id: &RequestId) -> Option<OwnedSemaphorePermit> {
        self.places().taken.get_mut(id)?.bytes.take()
    }

    /// Stores the room for the answer of a call that has ended, shrunk to the size of the answer. Frees it if the
    /// request was cancelled, since no answer is sent then.
    pub(super) fn answered(&self, id: &RequestId, room: OwnedSemaphorePermit, bytes: usize) {
        let room = self.answer_bytes.shrunk(room, bytes);
        if let Some(place) = self.places().taken.get_mut(id) {
            place.answer = room;
        }
    }

    /// Ends the place of a request, as its answer is sent. `None` if it has none.
    pub(super) fn leave(&self, id: &RequestId) -> Option<Place> {
        self.places().taken.remove(id)
    }

    /// Ends the place of a request that is cancelled; `false` if it has none.
    pub(super) fn cancel(&self, id: &RequestId) -> bool {
        let mut places = self.places();
        let had_place = places.taken.remove(id).is_some();
        if had_place {
            places.cancelled.push_back(hash(id));
            if places.cancelled.len() > MAX_CANCELLED {
                places.cancelled.pop_front();
            }
        }
        had_place
    }

    fn places(&self) -> MutexGuard<'_, Places> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hash(id: &RequestId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Place {
    /// The room of the answer, to be kept until it is written.
    pub(super) fn into_answer(self) -> Option<OwnedSemaphorePermit> {
        self.answer
    }
}

/// So many bytes that may be taken.
#[derive(Clone)]
struct Bytes {
    permits: Arc<Semaphore>,
    units: u32,
}

impl Bytes {
    fn new(most: usize) -> Self {
        let units = u32::try_from(most / UNIT).unwrap_or(u32::MAX).clamp(1, 1 << 28);
        Self { permits: Arc::new(Semaphore::new(units as usize)), units }
    }

    /// More than the total counts as the total: it waits until nobody else holds any.
    fn units(&self, bytes: usize) -> u32 {
        u32::try_from(bytes.div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.units)
    }

    async fn take(&self, bytes: usize) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).acquire_many_owned(self.units(bytes)).await.ok()
    }

    /// Shrinks a permit to what `bytes` need, and frees the rest.
    fn shrunk(
        &self,
        mut permit: OwnedSemaphorePermit,
        bytes: usize,
    ) -> Option<OwnedSemaphorePermit> {
        let most = permit.num_permits();
        permit.split(most.min(self.units(bytes) as usize))
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    /// What a future gives at once.
    fn now<T>(future: impl Future<Output = Option<T>>) -> Option<T> {
        match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(given) => given,
            Poll::Pending => None,
        }
    }

    fn room() -> Room {
        Room::new(&Limits {
            max_waiting_bytes: 100 << 10,
            max_requests_waiting: 2,
            ..Limits::default()
        })
    }

    fn enter(room: &Room, id: i64, bytes: usize) -> bool {
        let place = now(room.request()).zip(now(room.request_bytes(bytes)));
        place.is_some_and(|(request, bytes)| {
            room.enter(&RequestId::Number(id), Place::new(request, bytes))
        })
    }

    #[test]
    fn requests_are_bounded_in_number_and_in_bytes() {
        let room = room();
        assert!(enter(&room, 1, 60 << 10));
        assert!(!enter(&room, 2, 60 << 10), "too many bytes");
        assert!(enter(&room, 2, 10 << 10));
        assert!(!enter(&room, 3, 1), "too many requests");
        // A call keeps the bytes of its request, though that was cancelled.
        let bytes = room.bytes_of(&RequestId::Number(1));
        assert!(room.leave(&RequestId::Number(1)).is_some());
        assert!(!enter(&room, 3, 60 << 10));
        drop(bytes);
        assert!(enter(&room, 3, 60 << 10));
    }

    #[test]
    fn an_answer_holds_what_it_needs_until_it_is_written() {
        let room = room();
        assert!(enter(&room, 1, 1) && enter(&room, 2, 1));
        let whole = now(room.answer(1 << 30)).unwrap();
        assert!(now(room.answer(1)).is_none(), "what is larger than all there is takes it all");
        room.answered(&RequestId::Number(1), whole, 40 << 10);
        assert!(now(room.answer(61 << 10)).is_none());
        let rest = now(room.answer(60 << 10)).unwrap();
        let written = room.leave(&RequestId::Number(1)).unwrap().into_answer();
        assert!(now(room.answer(1)).is_none());
        drop(written);
        // What was cancelled keeps nothing.
        assert!(room.leave(&RequestId::Number(2)).is_some());
        room.answered(&RequestId::Number(2), rest, 60 << 10);
        assert!(now(room.answer(100 << 10)).is_some());
    }
}
