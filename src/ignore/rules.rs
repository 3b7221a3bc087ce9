//! [`Compiled`]: the rules of ignore files as tables and patterns, bounded for the whole process.
//!
//! Equal files are compiled once, and small ones are kept for the next search. One bound holds for everything that is
//! compiled at one time, for all calls.
//!
//! Most rules are names, or endings such as `*.log`: they are found in tables. Rules with other wildcards are tried
//! one after the other, and cost most.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::rule::{Pattern, Rule, has_wildcards, is_blank, lines};
use super::wild::Wild;
use crate::cap::{AboveText, MAX_ABOVE_TEXT, OpenFile};
use crate::limits::{Budget, Work};

/// Most bytes of one file that are read.
pub const MAX_BYTES: usize = MAX_ABOVE_TEXT;
/// Most rules of one file that are compiled.
pub const MAX_RULES: usize = 4_000;
/// Most bytes of those rules of one file that have wildcards.
pub const MAX_WILDCARD_BYTES: usize = 16 << 10;
/// Most bytes of rules that are compiled at one time, in all calls together. A byte of a rule with wildcards counts as
/// so many more.
const MAX_HELD_BYTES: usize = 320 << 10;
const WILDCARD_WEIGHT: usize = 6;
/// With more bytes of rules with wildcards than this, matching one name is slow.
const COSTLY: usize = 2 << 10;
/// Most bytes of one file that is kept for the next search, and of all of them.
const MAX_KEPT_BYTES: usize = 16 << 10;
const MAX_ALL_KEPT_BYTES: usize = 64 << 10;
/// Editors of Windows write it at the beginning of UTF-8 texts.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The rules of texts, and whether they ignore case.
type Kept = HashMap<(Vec<u8>, bool), Arc<Rules>>;

/// What is compiled now.
#[derive(Default)]
pub(super) struct Compiled {
    /// By the text that it was compiled from: that of a file changes, and its times may not.
    kept: Mutex<Kept>,
    held_bytes: Arc<AtomicUsize>,
}

/// The rules of one file.
pub(super) struct Rules {
    names: HashMap<Vec<u8>, Last>,
    paths: HashMap<Vec<u8>, Last>,
    /// By their ending from the last dot on, such as `.log`.
    extensions: HashMap<Vec<u8>, Last>,
    /// In the order of the file.
    others: Vec<Other>,
    ignores_case: bool,
    is_costly: bool,
    _held: Held,
}

/// One rule of a file: its number there, and whether it ignores. Of two that match, the later one wins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Matched {
    number: usize,
    ignores: bool,
}

/// The last rule for a name, and the last one for directories only.
#[derive(Default)]
struct Last {
    any: Option<Matched>,
    directory: Option<Matched>,
}

/// A rule that is not in a table.
struct Other {
    rule: Matched,
    for_directories: bool,
    test: Test,
}

enum Test {
    Ending(Vec<u8>),
    Name(Wild),
    Below(Vec<u8>, Wild),
}

impl Rules {
    /// Is the path from the directory of the file ignored? `None` if no rule matches it.
    pub(super) fn matched(&self, path: &[u8], is_dir: bool) -> Option<bool> {
        let folded = self.ignores_case.then(|| path.to_ascii_lowercase());
        let path = folded.as_deref().unwrap_or(path);
        let name = memchr::memrchr(b'/', path).and_then(|at| path.get(at + 1..)).unwrap_or(path);
        let extension = memchr::memrchr(b'.', name).and_then(|at| name.get(at..));
        let mut last = [
            find(&self.names, name, is_dir),
            find(&self.paths, path, is_dir),
            extension.and_then(|extension| find(&self.extensions, extension, is_dir)),
        ]
        .into_iter()
        .max()
        .flatten();
        for other in self.others.iter().rev() {
            if last.is_some_and(|last| last.number > other.rule.number) {
                break;
            }
            if (is_dir || !other.for_directories) && other.test.matches(path, name) {
                last = Some(other.rule);
            }
        }
        last.map(|last| last.ignores)
    }

    /// Does a look at one name take its time?
    pub(super) fn is_costly(&self) -> bool {
        self.is_costly
    }

    fn new(text: &[u8], ignores_case: bool, is_costly: bool, held: Held) -> Self {
        let mut rules = Self {
            names: HashMap::new(),
            paths: HashMap::new(),
            extensions: HashMap::new(),
            others: vec![],
            ignores_case,
            is_costly,
            _held: held,
        };
        for (number, line) in lines(text).enumerate() {
            if let Some(rule) = Rule::new(line, ignores_case) {
                rules.add(number, rule);
            }
        }
        rules
    }

    fn add(&mut self, number: usize, Rule { ignores, for_directories, pattern }: Rule) {
        let rule = Matched { number, ignores };
        let add = |to: &mut HashMap<Vec<u8>, Last>, key| {
            let last = to.entry(key).or_default();
            *(if for_directories { &mut last.directory } else { &mut last.any }) = Some(rule);
        };
        let test = match pattern {
            Pattern::Name(name) => return add(&mut self.names, name),
            Pattern::Path(path) => return add(&mut self.paths, path),
            Pattern::Ending(ending) if memchr::memrchr(b'.', &ending) == Some(0) => {
                return add(&mut self.extensions, ending);
            }
            Pattern::Ending(ending) => Test::Ending(ending),
            Pattern::Wild(wild) => Test::Name(wild),
            Pattern::Below(start, wild) => Test::Below(start, wild),
        };
        self.others.push(Other { rule, for_directories, test });
    }
}

fn find(table: &HashMap<Vec<u8>, Last>, key: &[u8], is_dir: bool) -> Option<Matched> {
    let last = table.get(key)?;
    if is_dir { last.any.max(last.directory) } else { last.any }
}

impl Test {
    fn matches(&self, path: &[u8], name: &[u8]) -> bool {
        match self {
            Self::Ending(ending) => name.ends_with(ending),
            Self::Name(wild) => wild.matches(name),
            Self::Below(start, wild) => {
                path.strip_prefix(start.as_slice()).is_some_and(|rest| wild.matches(rest))
            }
        }
    }
}

/// The text of a file as far as its rules apply.
pub(super) struct Text {
    lines: Vec<u8>,
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
    /// Compiles the rules of a text, and tells whether none was left out.
    pub(super) fn rules(
        &self,
        text: impl FnOnce() -> Option<Text>,
        ignores_case: bool,
        budget: &Budget,
    ) -> (Option<Arc<Rules>>, bool) {
        // The walk ends at its next step.
        if budget.step().is_err() {
            return (None, true);
        }
        let Some(Text { lines, wildcard_bytes, is_whole }) = text() else { return (None, true) };
        let key = (lines, ignores_case);
        if let Some(known) = self.kept().get(&key) {
            return (Some(Arc::clone(known)), is_whole);
        }
        let _busy = budget.begin(Work::IgnoreRules);
        let Some(held) = self.hold(key.0.len() + wildcard_bytes * WILDCARD_WEIGHT) else {
            return (None, false);
        };
        let rules = Arc::new(Rules::new(&key.0, ignores_case, wildcard_bytes > COSTLY, held));
        self.keep(key, &rules);
        (Some(rules), is_whole)
    }

    /// Room for so many bytes. Cached rules are dropped to make room.
    fn hold(&self, bytes: usize) -> Option<Held> {
        let fits = |held: usize| Some(held + bytes).filter(|held| *held <= MAX_HELD_BYTES);
        let hold = || self.held_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits);
        if hold().is_err() {
            self.kept().clear();
            hold().ok()?;
        }
        Some(Held(Arc::clone(&self.held_bytes), bytes))
    }

    fn keep(&self, key: (Vec<u8>, bool), rules: &Arc<Rules>) {
        if key.0.len() > MAX_KEPT_BYTES {
            return;
        }
        let mut kept = self.kept();
        let bytes: usize = kept.keys().map(|(text, _)| text.len()).sum();
        if bytes + key.0.len() > MAX_ALL_KEPT_BYTES {
            kept.clear();
        }
        kept.insert(key, Arc::clone(rules));
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Text {
    /// Reads what is within the bounds.
    pub(super) fn read(file: &OpenFile) -> Option<Self> {
        let size = usize::try_from(file.size()).unwrap_or(usize::MAX);
        let mut buffer = vec![0; MAX_BYTES.min(size)];
        let bytes = file.read_at(&mut buffer, 0).ok()?;
        Some(Self::within_bounds(bytes, size <= bytes.len()))
    }

    /// What was read at startup.
    pub(super) fn above(text: &AboveText) -> Self {
        Self::within_bounds(&text.bytes, text.is_whole)
    }

    fn within_bounds(bytes: &[u8], mut is_whole: bool) -> Self {
        // Half a line could mean something else.
        let end = if is_whole { Some(bytes.len()) } else { memchr::memrchr(b'\n', bytes) };
        let all = bytes.get(..end.unwrap_or(0)).unwrap_or_default();
        let all = all.strip_prefix(BYTE_ORDER_MARK).unwrap_or(all);
        let mut end = 0;
        let mut rules = 0;
        let mut wildcard_bytes = 0;
        for line in all.split_inclusive(|byte| *byte == b'\n') {
            let rule = line.strip_suffix(b"\n").unwrap_or(line);
            let is_rule = !is_blank(rule);
            let wildcards = if is_rule && has_wildcards(rule) { line.len() } else { 0 };
            rules += usize::from(is_rule);
            if rules > MAX_RULES || wildcard_bytes + wildcards > MAX_WILDCARD_BYTES {
                is_whole = false;
                break;
            }
            wildcard_bytes += wildcards;
            end += line.len();
        }
        let lines = all.get(..end).unwrap_or_default().to_vec();
        Self { lines, wildcard_bytes, is_whole }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &[u8], ignores_case: bool) -> Rules {
        let Text { lines, .. } = Text::within_bounds(text, true);
        Rules::new(&lines, ignores_case, false, Held(Arc::default(), 0))
    }

    #[test]
    fn the_last_rule_that_matches_wins_whatever_its_kind() {
        let all = b"*.log\n!keep.log\na?c\n!abc\n/x/abc\nout/\n!*t\n*~\n!x**/k~";
        let rules = rules(all, false);
        for (path, is_dir, want) in [
            ("a.log", false, Some(true)),
            ("d/keep.log", false, Some(false)),
            ("axc", false, Some(true)),
            ("y/abc", false, Some(false)),
            ("x/abc", false, Some(true)),
            ("out", true, Some(false)),
            ("f~", false, Some(true)),
            ("xy/z/k~", false, Some(false)),
            ("other", false, None),
        ] {
            assert_eq!(rules.matched(path.as_bytes(), is_dir), want, "{path}");
        }
    }

    #[test]
    fn marks_line_ends_escapes_and_nuls_are_read_as_git_reads_them() {
        for (text, path, want) in [
            (&b"\xef\xbb\xbfa"[..], &b"a"[..], Some(true)),
            (b"\n\xef\xbb\xbfa", b"a", None),
            (b"a\r\nb\r\n", b"a", Some(true)),
            (b"b\r", b"b", Some(true)),
            (b"a\0b", b"a", Some(true)),
            (b"a\0b", b"a\0b", None),
            (b"\\#a", b"#a", Some(true)),
            (b"#a", b"#a", None),
            (b" #a", b" #a", Some(true)),
            (b"\\!a", b"!a", Some(true)),
            (b"!!a", b"!a", Some(false)),
            (b"a\\ ", b"a ", Some(true)),
            (b"a ", b"a", Some(true)),
            (b"caf\xe9", b"caf\xe9", Some(true)),
            (b"*.\xff", b"a.\xff", Some(true)),
            (b"{a,b}", b"a", None),
            (b"//a", b"a", None),
            (b"/", b"a", None),
            (b"**", b"x/a", Some(true)),
        ] {
            let said = String::from_utf8_lossy(text);
            assert_eq!(rules(text, false).matched(path, false), want, "{said:?}");
        }
    }

    #[test]
    fn case_counts_unless_the_repository_says_otherwise() {
        for text in ["Name", "*.Txt", "/Some/Path", "n?mE", "SOME/p*"] {
            let paths = ["name", "a.txt", "some/path", "NAME"];
            let matched = |folds| {
                let rules = rules(text.as_bytes(), folds);
                paths.iter().any(|path| rules.matched(path.as_bytes(), false) == Some(true))
            };
            assert!(matched(true) && !matched(false), "{text}");
        }
    }
}
