//! [`LinkIndex`]: the directories and symbolic links of one grant, kept from one call to the next.
//!
//! The index exists for one question: where does a link at a protected name lead? The answer must not
//! depend on where in the tree that link is. So each change of a file begins by bringing the index up to
//! date: every directory is asked for its times, and only those whose times changed are read again.
//!
//! The index holds names and texts, never handles: a directory that is moved out of the grant takes no
//! authority with it. It decides what is refused, not what is reached.
//!
//! It does not enter other mounts, since a network drive that does not answer would then stop every
//! change. On the way to a changed file it does ([`LinkIndex::refresh_along`]), as the change itself will.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use cap_std::fs::Dir;
use rustix::fs::FileType;
use rustix::io::Errno;

use crate::cap::grants::grant::Grant;
use crate::cap::grants::link_tree::{Directory, Entry, Key, Stamp};
use crate::cap::handle::directory::open_directory;
use crate::cap::handle::step::{FoundEntry, Kind, enter, lstat, open_beneath, read_link};
use crate::cap::rules::repository;
use crate::limits::{Budget, StopReason};
use crate::path::Name;
use crate::system::{self, Names};

/// Most directories that one index holds.
const MAX_DIRECTORIES: usize = 100_000;
/// Most bytes of names and link texts that one index holds.
const MAX_BYTES: usize = 32 << 20;
/// Most directories below one another.
const MAX_DEPTH: usize = 512;
/// Most time that one call spends on the index.
const MAX_TIME: Duration = Duration::from_secs(5);
/// Bringing the index up to date may take up to this much time at each change.
const CHEAP: Duration = Duration::from_secs(2);
/// If it takes longer than that, it is done only after this many times as long.
const PAUSE: u32 = 10;

/// The directories and links of one grant.
#[derive(Default)]
pub(in crate::cap) struct LinkIndex {
    root: Directory,
    /// When the last pass over the whole tree ended, and how long it took.
    last_pass: Option<(Instant, Duration)>,
    pass: u64,
    /// The latest change of a directory that was seen, by the clock of the file system.
    latest_change: (i64, u64),
}

impl LinkIndex {
    /// The root of the grant.
    pub(in crate::cap) fn root(&self) -> &Directory {
        &self.root
    }

    /// Brings the whole index up to date. Returns whether a link changed.
    ///
    /// # Errors
    /// [`StopReason`]; what was read until then is kept.
    pub(in crate::cap) fn refresh(
        &mut self,
        grant: &Grant,
        budget: &Budget,
    ) -> Result<bool, StopReason> {
        let started = budget.now();
        let is_due = self.last_pass.is_none_or(|(ended, took)| {
            took < CHEAP || started.saturating_duration_since(ended) > took * PAUSE
        });
        self.pass += 1;
        if !is_due {
            return Ok(false);
        }
        let mut pass = Pass::new(self, grant, budget, started + MAX_TIME);
        let outcome = pass.directory(&grant.dir, &mut self.root, 0);
        self.latest_change = pass.latest_change;
        outcome?;
        let ended = budget.now();
        self.last_pass = Some((ended, ended.saturating_duration_since(started)));
        Ok(pass.has_changed)
    }

    /// Brings the directories on the way to `below` up to date, whatever the bounds of the index and
    /// whichever mount they are on. Returns whether a link changed.
    ///
    /// # Errors
    /// [`StopReason`].
    pub(in crate::cap) fn refresh_along(
        &mut self,
        grant: &Grant,
        below: &[Name],
        budget: &Budget,
    ) -> Result<bool, StopReason> {
        let mut pass = Pass::new(self, grant, budget, budget.now() + MAX_TIME);
        let mut handle = grant.dir.try_clone();
        let mut directory = &mut self.root;
        for name in below {
            let Ok(dir) = &handle else { break };
            if directory.pass != pass.number {
                pass.read_if_changed(dir, directory)?;
            }
            // What cannot be entered is a file, or is still to be made.
            let Ok(inside) = enter(dir, name) else { break };
            let Some(next) = directory.directory(name) else { break };
            handle = Ok(inside);
            directory = next;
        }
        self.latest_change = pass.latest_change;
        Ok(pass.has_changed)
    }
}

/// One pass over the tree, or along one way in it.
struct Pass<'a> {
    number: u64,
    grant: &'a Grant,
    budget: &'a Budget,
    end: Instant,
    directories: usize,
    bytes: usize,
    reader: Names,
    /// Do the times of a directory change whenever its entries do?
    times_tell: bool,
    /// Was a link added, removed or changed?
    has_changed: bool,
    latest_change: (i64, u64),
}

impl<'a> Pass<'a> {
    fn new(index: &LinkIndex, grant: &'a Grant, budget: &'a Budget, end: Instant) -> Self {
        Self {
            number: index.pass,
            latest_change: index.latest_change,
            grant,
            budget,
            end,
            directories: 0,
            bytes: 0,
            reader: Names::new(),
            // FUSE, 9p and shares give the times of another system. FAT has second names, too, but no links.
            times_tell: !grant.may_alias,
            has_changed: false,
        }
    }

    /// Brings a directory and all below it up to date. What is beyond the bounds is left as it was.
    fn directory(
        &mut self,
        dir: &Dir,
        known: &mut Directory,
        depth: usize,
    ) -> Result<(), StopReason> {
        self.directories += 1;
        let is_over = self.directories > MAX_DIRECTORIES
            || self.bytes > MAX_BYTES
            || depth > MAX_DEPTH
            || self.budget.now() > self.end;
        if is_over {
            return Ok(());
        }
        self.read_if_changed(dir, known)?;
        self.bytes += known.bytes;
        known.pass = self.number;
        for (key, entry) in &mut known.entries {
            let Entry::Directory(inside) = entry else { continue };
            let Some(name) = Name::from_bytes(&key.name) else { continue };
            if self.is_known_leaf(dir, &name, inside) {
                self.budget.step()?;
                self.directories += 1;
                self.bytes += inside.bytes;
                inside.pass = self.number;
                continue;
            }
            match self.enter(dir, &name) {
                Some(dir) => self.directory(&dir, inside, depth + 1)?,
                None => self.has_changed |= inside.clear(),
            }
        }
        Ok(())
    }

    /// Is it a directory without directories, and as it was read? Nearly all are, and are not opened for it.
    /// What is mounted there meanwhile has another device, and is not asked: it may be a drive that does not
    /// answer.
    fn is_known_leaf(&self, parent: &Dir, name: &Name, known: &Directory) -> bool {
        let Some(before) = known.stamp.filter(|before| before.is_settled() && self.times_tell)
        else {
            return false;
        };
        let stat = known.is_leaf.then(|| system::lstat_cached(parent, name.as_os_str()));
        let Some(Ok(stat)) = stat else { return false };
        stat.device == self.grant.device
            && before.is_same_state(&Stamp::new(&stat, before.read, before.latest_change))
    }

    /// The directory `name`, if it is on the same mount as its parent.
    fn enter(&self, parent: &Dir, name: &Name) -> Option<Dir> {
        match open_beneath(parent, std::slice::from_ref(name), true) {
            Err(Errno::NOSYS | Errno::PERM) => {
                let stat = lstat(parent, name).ok()?;
                (stat.device == self.grant.device).then(|| enter(parent, name).ok()).flatten()
            }
            entered => entered.ok(),
        }
    }

    /// Reads the names of a directory, unless its times show that they are known.
    fn read_if_changed(&mut self, dir: &Dir, known: &mut Directory) -> Result<(), StopReason> {
        self.budget.step()?;
        let Ok(stat) = system::stat(dir) else {
            self.has_changed |= known.clear();
            return Ok(());
        };
        let mut stamp = Stamp::new(&stat, self.budget.now(), self.latest_change);
        self.latest_change = self.latest_change.max(stat.changed);
        if let Some(before) = known.stamp.filter(|before| before.is_same_state(&stamp)) {
            if before.is_settled() && self.times_tell {
                return Ok(());
            }
            stamp.first_seen = before.first_seen;
        }
        let is_other = known.stamp.is_some_and(|before| before.identity != stamp.identity);
        if is_other {
            self.has_changed |= known.clear();
        }
        match self.names(dir)? {
            Some(names) => self.replace(dir, known, names),
            None => self.has_changed |= known.clear(),
        }
        known.stamp = Some(stamp);
        Ok(())
    }

    /// The directories and links in a directory, and the files that git reads to find a repository; none if it
    /// cannot be read.
    fn names(&mut self, dir: &Dir) -> Result<Option<Vec<(Name, Kind)>>, StopReason> {
        let Ok(opened) = open_directory(dir, None) else { return Ok(None) };
        let mut names = vec![];
        let mut seen = 0_usize;
        let mut stopped = Ok(());
        let budget = self.budget;
        let read = self.reader.of(&opened, |bytes, kind| {
            seen += 1;
            if seen.is_multiple_of(1_000) {
                stopped = budget.step();
            }
            if kind != FileType::RegularFile || repository::finds_one(bytes) {
                names.extend(Name::from_bytes(bytes).map(|name| (name, Kind::from(kind))));
            }
            if stopped.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        stopped?;
        if read.is_err() {
            return Ok(None);
        }
        // A file system may not tell what a name is; then each is asked.
        for (name, kind) in &mut names {
            if *kind == Kind::Special {
                *kind = lstat(dir, name).map_or(Kind::Special, |stat| FoundEntry::new(stat).kind);
            }
        }
        Ok(Some(names))
    }

    /// Takes over what was read; directories that were known stay known.
    fn replace(&mut self, dir: &Dir, known: &mut Directory, names: Vec<(Name, Kind)>) {
        let mut before = std::mem::take(&mut known.entries);
        known.bytes = 0;
        let is_repository = repository::is_made_of(&names);
        self.has_changed |= known.is_repository != is_repository;
        known.is_repository = is_repository;
        known.is_leaf = names.iter().all(|(_, kind)| *kind != Kind::Directory);
        for (name, kind) in names {
            let key = Key::new(&name);
            let old = before.remove(&key);
            let new = match (kind, old) {
                (Kind::Directory, Some(old @ Entry::Directory(_))) => old,
                (Kind::Directory, old) => {
                    self.has_changed |= old.is_some();
                    Entry::Directory(Box::default())
                }
                (Kind::Link, old) => {
                    let Ok(text) = read_link(dir, &name) else { continue };
                    let is_known = matches!(&old, Some(Entry::Link(before)) if *before == text);
                    self.has_changed |= !is_known;
                    Entry::Link(text)
                }
                (Kind::File, old) => {
                    let Some(text) = repository::pointer(dir, &name, is_repository) else {
                        continue;
                    };
                    let is_known = matches!(&old, Some(Entry::Link(before)) if *before == text);
                    self.has_changed |= !is_known;
                    Entry::Link(text)
                }
                (Kind::Special, _) => continue,
            };
            known.bytes += 2 * key.name.len() + key.folded.len() + new.text_len();
            known.entries.insert(key, new);
        }
        self.has_changed |= before.values().any(Entry::holds_link);
    }
}
