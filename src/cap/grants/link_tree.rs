//! The data of a [`LinkIndex`](crate::cap::grants::link_index::LinkIndex): directories, the links in them, and how to tell
//! whether a directory is still as it was read.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::cap::rules::fold::fold;
use crate::path::Name;
use crate::system::Stat;

/// A directory's times are believed once they have not changed for this long before it was read: two
/// changes within one tick of the file system's clock give one time. FAT has the longest tick, 2 s.
const SETTLED: Duration = Duration::from_secs(3);

/// One directory, as it was last read.
#[derive(Default)]
pub(in crate::cap) struct Directory {
    pub(in crate::cap) entries: BTreeMap<Key, Entry>,
    pub(in crate::cap) stamp: Option<Stamp>,
    /// The pass that last compared its times.
    pub(in crate::cap) pass: u64,
    pub(in crate::cap) bytes: usize,
    /// `true` if git would take it for a repository.
    pub(in crate::cap) is_repository: bool,
    /// `true` if it was read and holds no directory.
    pub(in crate::cap) is_leaf: bool,
}

/// A name, sorted so that spellings which some file system takes for one name are neighbours.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::cap) struct Key {
    pub(in crate::cap) folded: String,
    pub(in crate::cap) name: Vec<u8>,
}

/// What the index knows about a name.
pub(in crate::cap) enum Entry {
    /// A directory.
    Directory(Box<Directory>),
    /// A symbolic link and its text, or a file by which git finds a repository and the path in it.
    Link(Vec<u8>),
}

/// What identifies one state of a directory.
#[derive(Clone, Copy)]
pub(in crate::cap) struct Stamp {
    pub(in crate::cap) identity: (u64, u64),
    pub(in crate::cap) times: [(i64, u64); 2],
    /// When these times were first seen.
    pub(in crate::cap) first_seen: Instant,
    /// When the names were read.
    pub(in crate::cap) read: Instant,
    /// The latest change of any directory that was seen before that.
    pub(in crate::cap) latest_change: (i64, u64),
}

impl Directory {
    /// What has this name; another spelling of it where none is spelled so.
    pub(in crate::cap) fn get(&self, name: &Name) -> Option<&Entry> {
        let key = Key::new(name);
        if let Some(entry) = self.entries.get(&key) {
            return Some(entry);
        }
        let first = Key { folded: key.folded.clone(), name: vec![] };
        let mut same = self.entries.range(first..);
        same.next().filter(|(found, _)| found.folded == key.folded).map(|(_, entry)| entry)
    }

    /// Its entries by name.
    pub(in crate::cap) fn entries(&self) -> impl Iterator<Item = (Name, &Entry)> {
        self.entries.iter().filter_map(|(key, entry)| Some((Name::from_bytes(&key.name)?, entry)))
    }

    /// The directory of this name, which is added if need be; none if the name is known as a link.
    pub(in crate::cap) fn directory(&mut self, name: &Name) -> Option<&mut Self> {
        let entry = self.entries.entry(Key::new(name));
        match entry.or_insert_with(|| Entry::Directory(Box::default())) {
            Entry::Directory(directory) => Some(directory),
            Entry::Link(_) => None,
        }
    }

    /// Forgets what was in it. Returns whether there was a link.
    pub(in crate::cap) fn clear(&mut self) -> bool {
        std::mem::take(self).entries.values().any(Entry::holds_link)
    }
}

impl Key {
    pub(in crate::cap) fn new(name: &Name) -> Self {
        let bytes = name.as_bytes();
        Self { folded: fold(&String::from_utf8_lossy(bytes)), name: bytes.to_vec() }
    }
}

impl Stamp {
    pub(in crate::cap) fn new(stat: &Stat, now: Instant, latest_change: (i64, u64)) -> Self {
        Self {
            identity: (stat.device, stat.inode),
            times: [stat.modified, stat.changed],
            first_seen: now,
            read: now,
            latest_change,
        }
    }

    pub(in crate::cap) fn is_same_state(&self, other: &Self) -> bool {
        self.identity == other.identity && self.times == other.times
    }

    /// Were the names read so long after the last change that no later change can have the same time?
    pub(in crate::cap) fn is_settled(&self) -> bool {
        let [_, (changed, _)] = self.times;
        let (latest, _) = self.latest_change;
        let was_old = latest.saturating_sub(changed) > SETTLED.as_secs().cast_signed();
        was_old || self.read.saturating_duration_since(self.first_seen) >= SETTLED
    }
}

impl Entry {
    /// Is it a link, or a directory with a link in it or below it?
    pub(in crate::cap) fn holds_link(&self) -> bool {
        match self {
            Self::Link(_) => true,
            Self::Directory(directory) => directory.entries.values().any(Self::holds_link),
        }
    }

    pub(in crate::cap) fn text_len(&self) -> usize {
        match self {
            Self::Directory(_) => 0,
            Self::Link(text) => text.len(),
        }
    }
}
