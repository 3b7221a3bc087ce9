//! [`WalkedDir`] and [`Listing`]: what somebody who walks gets to see, and to open.
//!
//! May import: `path`, `error`. Absent on purpose: a way up, and a way in by more than one name.

use std::ffi::OsStr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rustix::fs::{FileType, Mode, OFlags};

use super::beneath::{Kind, lstat};
use super::read::OpenFile;
use super::rules::Verdict;
use super::{Place, Read};
use crate::error::ToolError;
use crate::path::{Name, join};

/// An open directory on a walk.
pub struct WalkedDir {
    pub(super) fd: OwnedFd,
    pub(super) grants: super::Grants,
    pub(super) grant: usize,
    /// The way to it from the root of the grant.
    pub(super) below: Vec<Name>,
    /// How many of these lead to the root of the walk.
    pub(super) root_depth: usize,
    /// The same as bytes: empty, or ending with a slash.
    pub(super) path: Vec<u8>,
    /// How many of those lead to the root of the walk.
    pub(super) root_len: usize,
    pub(super) open: Arc<AtomicUsize>,
}

/// One name in a directory.
#[derive(Clone, Copy, Debug)]
pub struct WalkedEntry<'a> {
    /// The name.
    pub name: &'a [u8],
    /// What it stands for; a link is a link.
    pub kind: Kind,
}

/// The names in a directory, hidden ones left out.
#[derive(Default)]
pub struct Listing {
    bytes: Vec<u8>,
    /// Where each name ends, and what it stands for.
    ends: Vec<(usize, Kind)>,
}

/// What a walk did not look into, and why.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skipped {
    /// Directories that could not be read.
    pub unreadable: u64,
    /// Directories that lie too deep.
    pub too_deep: u64,
    /// Directories of other file systems that are not to be crossed into, or hold no data.
    pub elsewhere: u64,
    /// One of them, as clients say it.
    pub example: Option<String>,
}

impl Skipped {
    /// What another walk of the same call skipped as well.
    pub fn add(&mut self, other: Self) {
        self.unreadable += other.unreadable;
        self.too_deep += other.too_deep;
        self.elsewhere += other.elsewhere;
        self.example = self.example.take().or(other.example);
    }
}

impl WalkedDir {
    /// The directory that a place is, as the root of a walk.
    ///
    /// # Errors
    /// Those of [`Place::entries`].
    pub(super) fn root(place: &Place<Read>) -> Result<Self, ToolError> {
        let path = place.below.iter().flat_map(|name| [name.as_bytes(), b"/"].concat());
        let path: Vec<u8> = path.collect();
        Ok(Self {
            fd: place.open_directory()?,
            grants: place.grants.clone(),
            grant: place.grant,
            below: place.below.clone(),
            root_depth: place.below.len(),
            root_len: path.len(),
            path,
            open: Arc::new(AtomicUsize::new(1)),
        })
    }

    /// The directories between the root of a place's grant and the place, from the top; up to the
    /// first that cannot be opened.
    pub fn above(place: &Place<Read>) -> Vec<Self> {
        let mut all: Vec<Self> = vec![];
        let grant = place.grants.inner().grants.get(place.grant);
        let root = grant.and_then(|grant| grant.dir.as_fd().try_clone_to_owned().ok());
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let mut next = root;
        for depth in 0..place.below.len() {
            let Some(fd) = next else { break };
            let name = place.below.get(depth).map(Name::as_os_str).unwrap_or_default();
            next = rustix::fs::openat(&fd, name, flags, Mode::empty()).ok();
            let below = place.below.get(..depth).unwrap_or_default().to_vec();
            let path: Vec<u8> =
                below.iter().flat_map(|name| [name.as_bytes(), b"/"].concat()).collect();
            all.push(Self {
                fd,
                grants: place.grants.clone(),
                grant: place.grant,
                below,
                root_depth: 0,
                root_len: 0,
                path,
                open: Arc::new(AtomicUsize::new(1)),
            });
        }
        all
    }

    /// The way to it from the root of the walk: empty, or ending with a slash.
    pub fn path(&self) -> &[u8] {
        self.path.get(self.root_len..).unwrap_or_default()
    }

    /// The way to it from the root of the grant: empty, or ending with a slash.
    pub fn path_in_grant(&self) -> &[u8] {
        &self.path
    }

    /// The path of a name in it, as clients say it.
    pub fn shown(&self, name: &[u8]) -> String {
        match Name::from_bytes(name) {
            Some(name) => {
                let below: Vec<Name> = self.below.iter().chain([&name]).cloned().collect();
                self.grants.shown(self.grant, &below)
            }
            None => join(&self.below),
        }
    }

    /// Which of these names are there, and are not hidden.
    pub fn look_for(&self, names: &[&[u8]]) -> Listing {
        let mut there = Listing::default();
        let grant = self.grants.inner().grants.get(self.grant);
        for name in names.iter().filter_map(|name| Name::from_bytes(name)) {
            let is_open = grant.is_some_and(|grant| {
                grant.rules.judge(self.below.iter().chain([&name])) != Verdict::Hidden
            });
            if let Ok(stat) = lstat(&self.fd, &name)
                && is_open
            {
                there.push(name.as_bytes(), FileType::from_raw_mode(stat.st_mode).into());
            }
        }
        there
    }

    /// Opens a regular file in it; nothing if it is none, or cannot be opened.
    pub fn open_file(&self, name: &[u8]) -> Option<OpenFile> {
        self.file_in(&self.fd, name)
    }

    /// Opens a regular file some directories further down; nothing where one of them is none.
    pub fn open_below(&self, names: &[&[u8]]) -> Option<OpenFile> {
        let (name, way) = names.split_last()?;
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let enter = |at: OwnedFd, step: &[u8]| {
            rustix::fs::openat(&at, OsStr::from_bytes(step), flags, Mode::empty()).ok()
        };
        let at = way.iter().try_fold(self.fd.try_clone().ok()?, |at, step| enter(at, step))?;
        self.file_in(&at, name)
    }

    /// When what has this name last changed, in seconds since 1970.
    pub fn modified(&self, name: &[u8]) -> Option<i64> {
        lstat(&self.fd, &Name::from_bytes(name)?).ok().map(|stat| stat.st_mtime)
    }
}

impl WalkedDir {
    fn file_in(&self, at: &OwnedFd, name: &[u8]) -> Option<OpenFile> {
        let flags =
            OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(at, OsStr::from_bytes(name), flags, Mode::empty()).ok()?;
        let device = self.grants.inner().grants.get(self.grant)?.device;
        // Its name alone: the whole path would cost more than many a file that is searched.
        OpenFile::walked(fd, device, String::from_utf8_lossy(name).into_owned())
    }
}

impl Drop for WalkedDir {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Listing {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Each name and what it stands for.
    pub fn iter(&self) -> impl Iterator<Item = WalkedEntry<'_>> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|(end, _)| *end));
        begins.zip(&self.ends).map(|(begin, (end, kind))| WalkedEntry {
            name: self.bytes.get(begin..*end).unwrap_or_default(),
            kind: *kind,
        })
    }

    pub(super) fn push(&mut self, name: &[u8], kind: Kind) {
        self.bytes.extend_from_slice(name);
        self.ends.push((self.bytes.len(), kind));
    }

    pub(super) fn chunks(&self, size: usize) -> Vec<Self> {
        let mut parts = vec![];
        for (i, entry) in self.iter().enumerate() {
            if i % size == 0 {
                parts.push(Self::default());
            }
            if let Some(part) = parts.last_mut() {
                part.push(entry.name, entry.kind);
            }
        }
        parts
    }
}
