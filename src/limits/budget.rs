//! [`Limits`] are fixed at startup; a [`Budget`] is the share of one call.
//!
//! May import: nothing of this crate. It does not call `Instant::now`: the [`Clock`] is handed in.

use crate::limits::kept::Kept;
use crate::limits::watch::{Busy, CallMonitor, Work};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use serde::Deserialize;

macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr;)+) => {
        /// The bounds of this server. Each has a default; `[limits]` in the file changes it.
        #[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct Limits { $($(#[doc = $doc])+ pub $field: $type,)+ }

        impl Default for Limits {
            fn default() -> Self { Self { $($field: $default,)+ } }
        }

        impl Limits {
            /// Name, value and meaning of each limit, in the order of the reference page.
            pub fn rows(&self) -> Vec<(&'static str, u64, &'static str)> {
                vec![$((stringify!($field), self.$field as u64, concat!($($doc),+).trim_ascii()),)+]
            }
        }
    };
}

limits! {
    /// Most characters of the text of one result; what is left out is named with the argument that continues. Characters are
    /// weighted by their cost in tokens: an ASCII letter or a blank is 1, a symbol 1.5, a digit 2, and any other 2.5, 5.5 or
    /// 6.5 by its length in UTF-8. So 40000 are at most 25000 tokens.
    max_result_chars: usize = 40_000;
    /// Most characters of the result of a search, counted in the same way.
    max_search_chars: usize = 16_000;
    /// Most entries on one page of a listing, and lines or files on one of a search.
    max_list_entries: usize = 1_000;
    /// Most bytes of one line that a reader sees before the line is shortened.
    max_shown_line_bytes: usize = 8_000;
    /// Most bytes of a file that is read whole, as an image, audio or other bytes.
    max_media_bytes: usize = 4 << 20;
    /// Most bytes of a file that is edited, and of all that are edited at once: they are held in memory.
    max_edit_bytes: u64 = 64 << 20;
    /// Most bytes of a source that is looked through for slow code, at most 4 MiB: that is one step.
    max_source_bytes: u64 = 4 << 20;
    /// Most bytes that one call copies.
    max_copy_bytes: u64 = 4 << 30;
    /// Most entries of a tree that one call moves, copies or removes.
    max_tree_entries: usize = 1_000_000;
    /// Most paths in one call.
    max_paths: usize = 50;
    /// Most bytes of one message on standard input; a longer line is answered and skipped.
    max_message_bytes: usize = 16 << 20;
    /// Most calls that run at once; further ones wait their turn.
    max_calls_in_flight: usize = 16;
    /// Most of them that begin to search whole trees; one that has made progress for `progress_ms` lets the next begin.
    max_searches_in_flight: usize = 4;
    /// Most threads of one search; never more than the machine has for this process.
    max_search_threads: usize = 8;
    /// Most requests that are answered or wait at once; further ones are not read until some are done.
    max_requests_waiting: usize = 256;
    /// Most bytes of requests that wait or run, and as many of answers that are made or not yet read; further requests are not read until some are done.
    max_waiting_bytes: usize = 32 << 20;
    /// Milliseconds between two messages on the progress of a call, where the client asked for them. No call waits longer for an earlier one that runs.
    progress_ms: u64 = 1_000;
    /// Milliseconds after which a call is refused with `timed_out`.
    call_deadline_ms: u64 = 25_000;
    /// Milliseconds that running calls get to finish after standard input has ended.
    drain_ms: u64 = 5_000;
}

impl Limits {
    /// Most characters of the result of a search, which is a result too.
    pub fn search_chars(&self) -> usize {
        self.max_search_chars.min(self.max_result_chars)
    }
}

/// Where the time comes from. The real one is made by `authority`; tests make their own.
#[derive(Clone)]
pub struct Clock {
    now: Arc<dyn Fn() -> Instant + Send + Sync>,
    wall: fn() -> SystemTime,
}

impl Clock {
    /// A clock that reads `now`.
    pub fn new(now: impl Fn() -> Instant + Send + Sync + 'static) -> Self {
        Self { now: Arc::new(now), wall: || SystemTime::UNIX_EPOCH }
    }

    /// The same clock, which also tells the time of day.
    #[must_use]
    pub fn with_wall(self, wall: fn() -> SystemTime) -> Self {
        Self { wall, ..self }
    }

    /// The time by this clock.
    pub fn now(&self) -> Instant {
        (self.now)()
    }
}

/// Most places that are noted of one call.
const MAX_TOUCHED: usize = 100;
/// Most notes that an answer shows.
const MAX_NOTES: usize = 5;
/// Most searches of one call for the hint of an error.
const MAX_HINTS: usize = 3;

/// What one call may still use.
pub struct Budget {
    limits: Arc<Limits>,
    clock: Clock,
    started: Instant,
    watch: CallMonitor,
    kept: Kept,
    touched: Mutex<Vec<String>>,
    notes: Mutex<Vec<String>>,
    hints: AtomicUsize,
    versions: Mutex<[Option<String>; 2]>,
    is_audited: bool,
    /// The arguments that the tool has, where that is known.
    arguments: Option<Arc<[String]>>,
}

/// Why a call must stop now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StopReason {
    /// The deadline has passed.
    TimedOut {
        /// The deadline, in milliseconds.
        ms: u64,
        /// The work that the call was busy with then.
        work: Option<Work>,
    },
    /// The client cancelled the call.
    Cancelled,
}

impl Budget {
    /// A fresh budget; its time starts now.
    pub fn new(limits: Arc<Limits>, clock: Clock, watch: CallMonitor) -> Self {
        let started = clock.now();
        Self {
            limits,
            clock,
            started,
            watch,
            kept: Kept::default(),
            touched: Mutex::default(),
            notes: Mutex::default(),
            hints: AtomicUsize::new(0),
            versions: Mutex::default(),
            is_audited: false,
            arguments: None,
        }
    }

    /// The same, of a call of a tool that has these arguments.
    #[must_use]
    pub fn with_arguments(self, arguments: Arc<[String]>) -> Self {
        Self { arguments: Some(arguments), ..self }
    }

    /// Has the tool this argument, so that an answer may name it?
    pub fn takes(&self, argument: &str) -> bool {
        let arguments = self.arguments.as_ref();
        arguments.is_none_or(|all| all.iter().any(|name| name == argument))
    }

    /// The same, of a call of which an audit trail is kept.
    #[must_use]
    pub fn audited(self, is_audited: bool) -> Self {
        Self { is_audited, ..self }
    }

    /// The same, with state shared between calls.
    #[must_use]
    pub fn keeping(self, kept: Kept) -> Self {
        Self { kept, ..self }
    }

    /// State kept from one call to the next.
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// Notes that the call is busy with this work, until what is returned is dropped.
    pub fn begin(&self, work: Work) -> Busy {
        self.watch.begin(work)
    }

    /// Is an audit trail kept? Then it is worth some time to find out what goes into it.
    pub fn is_audited(&self) -> bool {
        self.is_audited
    }

    /// The bounds that this call shares with all others.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Fails if the call was cancelled or timed out. Does not count as a step.
    ///
    /// # Errors
    /// [`StopReason`] if the call must stop.
    pub fn check_active(&self) -> Result<(), StopReason> {
        if (self.watch.cancelled)() {
            return Err(StopReason::Cancelled);
        }
        let deadline = self.limits.call_deadline_ms;
        if self.elapsed() > Duration::from_millis(deadline) {
            return Err(StopReason::TimedOut { ms: deadline, work: self.watch.work() });
        }
        Ok(())
    }

    /// To be asked once a step of every loop over input.
    ///
    /// # Errors
    /// [`StopReason`] when the call must stop.
    pub fn step(&self) -> Result<(), StopReason> {
        self.watch.steps.fetch_add(1, Ordering::Relaxed);
        self.check_active()
    }

    /// Notes a place that the call reached, for the audit trail.
    pub fn note_path(&self, place: String) {
        let mut touched = self.touched.lock().unwrap_or_else(PoisonError::into_inner);
        if touched.len() < MAX_TOUCHED && !touched.contains(&place) {
            touched.push(place);
        }
    }

    /// The places that the call reached, as far as they were noted.
    pub fn touched(&self) -> Vec<String> {
        self.touched.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The time of day.
    pub fn time_of_day(&self) -> SystemTime {
        (self.clock.wall)()
    }

    /// Notes what the answer has to say besides, whatever the tool makes of the call.
    pub fn note(&self, note: String) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if notes.len() < MAX_NOTES && !notes.contains(&note) {
            notes.push(note);
        }
    }

    /// What the answer has to say besides.
    pub fn notes(&self) -> Vec<String> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Takes one of the few searches that a call may make for the hints of its errors; false if it has made them.
    pub fn take_search_for_hint(&self) -> bool {
        self.hints.fetch_add(1, Ordering::Relaxed) < MAX_HINTS
    }

    /// How the client numbered the request.
    pub fn request(&self) -> &str {
        &self.watch.request
    }

    /// Notes the version that a file had before a change, for the audit trail.
    pub fn was_version(&self, version: &str) {
        let [before, _] = &mut *self.versions();
        *before = Some(version.to_owned());
    }

    /// Notes the version that a file has after a change, for the audit trail.
    pub fn is_version(&self, version: &str) {
        let [_, after] = &mut *self.versions();
        *after = Some(version.to_owned());
    }

    /// The versions that were noted, before and after.
    pub fn changed_versions(&self) -> [Option<String>; 2] {
        self.versions().clone()
    }

    fn versions(&self) -> MutexGuard<'_, [Option<String>; 2]> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The time by the call's clock.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// How long the call has run.
    pub fn elapsed(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.started)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicU64;

    use super::*;

    #[test]
    fn a_budget_ends_at_its_deadline_and_not_before() {
        let ms = Arc::new(AtomicU64::new(0));
        let start = Instant::now();
        let clock = {
            let ms = Arc::clone(&ms);
            Clock::new(move || start + Duration::from_millis(ms.load(Ordering::Relaxed)))
        };
        let budget = Budget::new(Arc::default(), clock, CallMonitor::unattended());
        ms.store(25_000, Ordering::Relaxed);
        assert_eq!(budget.step(), Ok(()));
        ms.store(25_001, Ordering::Relaxed);
        assert_eq!(budget.step(), Err(StopReason::TimedOut { ms: 25_000, work: None }));
    }

    #[test]
    fn a_cancelled_budget_says_so_first() {
        let budget =
            Budget::new(Arc::default(), Clock::new(Instant::now), CallMonitor::new(|| true));
        assert_eq!(budget.step(), Err(StopReason::Cancelled));
    }
}
