//! [`Compiled`]: the rules of ignore files as matchers, bounded for the whole process.
//!
//! Equal files are compiled once, and small ones are kept for the next search. All that is compiled at one time,
//! whoever uses it, has one bound in bytes of text.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::cap::OpenFile;
use crate::limits::{Budget, Work};

/// Most bytes of one file that are read.
pub const MAX_BYTES: usize = 64 << 10;
/// Most rules of one file that are compiled.
pub const MAX_RULES: usize = 4_000;
/// Most bytes of rules that are compiled at one time, in all calls together.
const MAX_HELD_BYTES: usize = 160 << 10;
/// Most bytes of one file that is kept for the next search, and of all of them.
const MAX_KEPT_BYTES: usize = 16 << 10;
const MAX_ALL_KEPT_BYTES: usize = 64 << 10;

/// What is compiled now.
#[derive(Default)]
pub(super) struct Compiled {
    /// By the text that it was compiled from: that of a file changes, and its times may not.
    kept: Mutex<HashMap<String, Arc<Rules>>>,
    held_bytes: Arc<AtomicUsize>,
}

/// The rules of one file.
pub(super) struct Rules {
    pub(super) matcher: Gitignore,
    _held: Held,
}

/// Bytes that count as held until this is dropped.
struct Held(Arc<AtomicUsize>, usize);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}

impl Compiled {
    /// The rules of a file, and whether they are all of its rules. A line that is not a pattern is passed over, as
    /// git does.
    pub(super) fn rules(&self, file: &OpenFile, budget: &Budget) -> (Option<Arc<Rules>>, bool) {
        // The walk ends at its next step.
        if budget.step().is_err() {
            return (None, true);
        }
        let Some((text, is_whole)) = text(file) else { return (None, true) };
        if let Some(known) = self.kept().get(&text) {
            return (Some(Arc::clone(known)), is_whole);
        }
        let _busy = budget.begin(Work::IgnoreRules);
        let Some(held) = self.hold(text.len()) else { return (None, false) };
        let mut builder = GitignoreBuilder::new("");
        for line in text.lines() {
            let _ = builder.add_line(None, line);
        }
        // The crate has a bound of its own, on what the rules compile to.
        let Ok(matcher) = builder.build() else { return (None, false) };
        let rules = Arc::new(Rules { matcher, _held: held });
        self.keep(text, &rules);
        (Some(rules), is_whole)
    }

    /// Room for so many bytes. What is kept for later makes way for what is needed now.
    fn hold(&self, bytes: usize) -> Option<Held> {
        let fits = |held: usize| Some(held + bytes).filter(|held| *held <= MAX_HELD_BYTES);
        let hold = || self.held_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        if hold().is_err() {
            self.kept().clear();
            hold().ok()?;
        }
        Some(Held(Arc::clone(&self.held_bytes), bytes))
    }

    fn keep(&self, text: String, rules: &Arc<Rules>) {
        if text.len() > MAX_KEPT_BYTES {
            return;
        }
        let mut kept = self.kept();
        let bytes: usize = kept.keys().map(String::len).sum();
        if bytes + text.len() > MAX_ALL_KEPT_BYTES {
            kept.clear();
        }
        kept.insert(text, Arc::clone(rules));
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Arc<Rules>>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lines of a file that are within the bounds, and whether they are all.
fn text(file: &OpenFile) -> Option<(String, bool)> {
    let size = usize::try_from(file.size()).unwrap_or(usize::MAX);
    let mut buffer = vec![0; MAX_BYTES.min(size)];
    let bytes = file.read_at(&mut buffer, 0).ok()?;
    let is_cut = size > bytes.len();
    // Half a line could mean something else.
    let end = if is_cut { memchr::memrchr(b'\n', bytes).unwrap_or(0) } else { bytes.len() };
    let mut text = String::from_utf8_lossy(bytes.get(..end).unwrap_or_default()).into_owned();
    let is_rule = |line: &&str| !line.is_empty() && !line.starts_with('#');
    let mut rules = 0;
    let first_over = text.split_inclusive('\n').position(|line| {
        rules += usize::from(is_rule(&line.trim()));
        rules > MAX_RULES
    });
    if let Some(lines) = first_over {
        let bytes = text.split_inclusive('\n').take(lines).map(str::len).sum();
        text.truncate(bytes);
    }
    Some((text, !is_cut && first_over.is_none()))
}
