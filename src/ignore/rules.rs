//! [`Compiled`]: the rules of ignore files as matchers, bounded for the whole process.
//!
//! Equal files are compiled once, and small ones are kept for the next search. All that is compiled at one time,
//! whoever uses it, has one bound.
//!
//! Rules with wildcards cost most. When the automaton of a set does not fit its cache, the crate falls back to a table
//! of all states times all patterns of the set: 3,000 rules took 7 GiB. So a file is compiled into small sets.

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::ignore::Match;
use ::ignore::gitignore::{Gitignore, GitignoreBuilder};

use crate::cap::OpenFile;
use crate::limits::{Budget, Work};

/// Most bytes of one file that are read.
pub const MAX_BYTES: usize = 64 << 10;
/// Most rules of one file that are compiled.
pub const MAX_RULES: usize = 4_000;
/// Most bytes of those rules of one file that have wildcards.
pub const MAX_WILDCARD_BYTES: usize = 16 << 10;
/// Rules with wildcards in one set.
const WILDCARDS_IN_A_SET: usize = 16;
/// Most bytes of rules that are compiled at one time, in all calls together. A byte of a rule with wildcards counts as
/// so many more.
const MAX_HELD_BYTES: usize = 320 << 10;
const WILDCARD_WEIGHT: usize = 6;
/// With more bytes of rules with wildcards than this, matching one name is slow.
const COSTLY: usize = 2 << 10;
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
    /// In the order of the file.
    sets: Vec<Gitignore>,
    is_costly: bool,
    _held: Held,
}

impl Rules {
    /// Is the path ignored? `None` if no rule matches it. The last rule that matches wins.
    pub(super) fn matched(&self, path: &Path, is_dir: bool) -> Option<bool> {
        self.sets.iter().rev().find_map(|set| match set.matched(path, is_dir) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        })
    }

    /// Does a look at one name take its time?
    pub(super) fn is_costly(&self) -> bool {
        self.is_costly
    }
}

/// The text of a file as far as its rules apply.
struct Text {
    lines: String,
    wildcard_bytes: usize,
    is_whole: bool,
}

/// Bytes that count as held until this is dropped.
struct Held(Arc<AtomicUsize>, usize);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}

impl Compiled {
    /// The rules of a file, and whether they are all of its rules.
    pub(super) fn rules(&self, file: &OpenFile, budget: &Budget) -> (Option<Arc<Rules>>, bool) {
        // The walk ends at its next step.
        if budget.step().is_err() {
            return (None, true);
        }
        let Some(Text { lines: text, wildcard_bytes, is_whole }) = Text::read(file) else {
            return (None, true);
        };
        if let Some(known) = self.kept().get(&text) {
            return (Some(Arc::clone(known)), is_whole);
        }
        let _busy = budget.begin(Work::IgnoreRules);
        let Some(held) = self.hold(text.len() + wildcard_bytes * WILDCARD_WEIGHT) else {
            return (None, false);
        };
        // The crate has a bound of its own, on what the rules of a set compile to.
        let Some(sets) = sets(&text) else { return (None, false) };
        let rules = Rules { sets, is_costly: wildcard_bytes > COSTLY, _held: held };
        let rules = Arc::new(rules);
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

/// The rules of a text as sets. A line that is not a rule is passed over, as git does.
fn sets(text: &str) -> Option<Vec<Gitignore>> {
    let (mut sets, mut builder, mut wildcards) = (vec![], GitignoreBuilder::new(""), 0);
    for line in text.lines() {
        if has_wildcards(line) {
            if wildcards == WILDCARDS_IN_A_SET {
                let full = std::mem::replace(&mut builder, GitignoreBuilder::new(""));
                sets.push(full.build().ok()?);
                wildcards = 0;
            }
            wildcards += 1;
        }
        let _ = builder.add_line(None, line);
    }
    sets.push(builder.build().ok()?);
    Some(sets)
}

/// Does a rule take more than a look into a table of names or extensions?
fn has_wildcards(rule: &str) -> bool {
    let rule = rule.trim_start_matches('!');
    let rule =
        rule.strip_prefix("*.").filter(|ending| !ending.contains(['.', '/'])).unwrap_or(rule);
    rule.contains(['*', '?', '[', '{', '\\'])
}

impl Text {
    /// Reads what is within the bounds.
    fn read(file: &OpenFile) -> Option<Self> {
        let size = usize::try_from(file.size()).unwrap_or(usize::MAX);
        let mut buffer = vec![0; MAX_BYTES.min(size)];
        let bytes = file.read_at(&mut buffer, 0).ok()?;
        let mut is_whole = size <= bytes.len();
        // Half a line could mean something else.
        let end = if is_whole { Some(bytes.len()) } else { memchr::memrchr(b'\n', bytes) };
        let all = String::from_utf8_lossy(bytes.get(..end.unwrap_or(0)).unwrap_or_default());
        let (mut lines, mut rules, mut wildcard_bytes) = (String::new(), 0, 0);
        for line in all.split_inclusive('\n') {
            let is_rule = !line.trim().is_empty() && !line.starts_with('#');
            let wildcards = if is_rule && has_wildcards(line) { line.len() } else { 0 };
            rules += usize::from(is_rule);
            if rules > MAX_RULES || wildcard_bytes + wildcards > MAX_WILDCARD_BYTES {
                is_whole = false;
                break;
            }
            wildcard_bytes += wildcards;
            lines += line;
        }
        Some(Self { lines, wildcard_bytes, is_whole })
    }
}
