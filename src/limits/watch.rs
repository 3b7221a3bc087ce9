//! [`CallMonitor`]: the caller's side of a running call. It can cancel the call, and sees that it makes progress and what
//! it is busy with.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Work of our own that may take long, as opposed to waiting for a file system. A call that runs out of time in it
/// says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// It compiles globs and expressions.
    Patterns,
    /// It compiles the rules of ignore files.
    IgnoreRules,
    /// It replaces texts and compares the result.
    Edits,
    /// It looks for slow code.
    Analysis,
}

impl Work {
    const ALL: [Self; 4] = [Self::Patterns, Self::IgnoreRules, Self::Edits, Self::Analysis];

    /// What the call does then, in words.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Patterns => "compiling its globs and expressions",
            Self::IgnoreRules => "compiling the rules of ignore files",
            Self::Edits => "applying its edits",
            Self::Analysis => "analysing the source",
        }
    }
}

/// The caller's side of a running call. Clones watch the same call.
#[derive(Clone)]
pub struct CallMonitor {
    pub(super) request: String,
    pub(super) cancelled: Arc<dyn Fn() -> bool + Send + Sync>,
    pub(super) steps: Arc<AtomicU64>,
    /// How many threads of the call do each kind of work.
    busy: Arc<[AtomicUsize; Work::ALL.len()]>,
}

/// The call is busy with some work until this is dropped.
#[must_use]
pub struct Busy(Arc<[AtomicUsize; Work::ALL.len()]>, Work);

impl CallMonitor {
    /// A watch on a call that is cancelled as soon as `cancelled` returns true.
    pub fn new(cancelled: impl Fn() -> bool + Send + Sync + 'static) -> Self {
        let cancelled = Arc::new(cancelled);
        let request = String::new();
        Self { request, cancelled, steps: Arc::default(), busy: Arc::default() }
    }

    /// The same, on the request that the client numbered so.
    #[must_use]
    pub fn on(self, request: String) -> Self {
        Self { request, ..self }
    }

    /// A watch that nobody keeps.
    pub fn unattended() -> Self {
        Self::new(|| false)
    }

    /// Steps that the call has made: it only grows.
    pub fn steps(&self) -> u64 {
        self.steps.load(Ordering::Relaxed)
    }

    /// The work of our own that the call is busy with. `None`: it may be waiting for a file system.
    pub fn work(&self) -> Option<Work> {
        let is_busy = |work: &Work| self.count(*work).load(Ordering::Relaxed) > 0;
        Work::ALL.into_iter().find(is_busy)
    }

    pub(super) fn begin(&self, work: Work) -> Busy {
        self.count(work).fetch_add(1, Ordering::Relaxed);
        Busy(Arc::clone(&self.busy), work)
    }

    fn count(&self, work: Work) -> &AtomicUsize {
        of(&self.busy, work)
    }
}

impl Drop for Busy {
    fn drop(&mut self) {
        of(&self.0, self.1).fetch_sub(1, Ordering::Relaxed);
    }
}

fn of(busy: &[AtomicUsize; Work::ALL.len()], work: Work) -> &AtomicUsize {
    let [patterns, ignore_rules, edits, analysis] = busy;
    match work {
        Work::Patterns => patterns,
        Work::IgnoreRules => ignore_rules,
        Work::Edits => edits,
        Work::Analysis => analysis,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_watch_sees_what_any_thread_is_busy_with() {
        let watch = CallMonitor::unattended();
        for work in Work::ALL {
            assert_eq!(watch.work(), None);
            let one = watch.begin(work);
            let other = watch.clone().begin(work);
            drop(one);
            assert_eq!(watch.work(), Some(work));
            drop(other);
        }
        assert_eq!(watch.work(), None);
    }
}
