//! [`WalkedDir`] and [`Listing`]: what somebody who walks gets to see, and to open.
//!
//! May import: `path`, `error`. There is no way up, and no way in by more than one name.

use crate::cap::grants::grant::Grant;
use std::fmt::Write as _;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::cap::handle::open::{To, open};
use crate::cap::handle::step::{FoundEntry, Kind, lstat, pass, stays_on_mount};
use crate::cap::place::Place;
use crate::cap::read::OpenFile;
use crate::cap::rights::Read;
use crate::error::ToolError;
use crate::path::Name;

/// An open directory on a walk.
pub struct WalkedDir {
    pub(in crate::cap) fd: OwnedFd,
    pub(in crate::cap) grants: crate::cap::grants::Grants,
    pub(in crate::cap) grant: Arc<Grant>,
    /// The way to it from the root of the grant.
    pub(in crate::cap) below: Vec<Name>,
    /// How many of these lead to the root of the walk.
    pub(in crate::cap) root_depth: usize,
    /// The same as bytes: empty, or ending with a slash.
    pub(in crate::cap) path: Vec<u8>,
    /// How many of those lead to the root of the walk.
    pub(in crate::cap) root_len: usize,
    /// The path of the root of the walk as the client gave it, from the name of the grant on and with a slash at its
    /// end, where links led elsewhere.
    as_given: Option<Arc<[u8]>>,
    pub(in crate::cap) open: Arc<AtomicUsize>,
    /// Its path as clients say it, with a slash behind; empty for a root that is not named.
    shown: OnceLock<String>,
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
    /// How long each name is, and what it stands for: there may be a million.
    each: Vec<(u16, Kind)>,
}

impl WalkedDir {
    /// The directory that a place is, as the root of a walk.
    ///
    /// # Errors
    /// Those of [`Place::entries`].
    pub(in crate::cap) fn root(place: &Place<Read>) -> Result<Self, ToolError> {
        Ok(Self::new(place.open_directory()?, place, place.rel_path.len()))
    }

    /// The directories between the root of a place's grant and the place, from the top; up to the
    /// first that cannot be opened.
    pub fn above(place: &Place<Read>) -> Vec<Self> {
        let mut all: Vec<Self> = vec![];
        let mut next = place.grant.dir.as_fd().try_clone_to_owned().ok();
        for (depth, name) in place.rel_path.iter().enumerate() {
            let Some(fd) = next else { break };
            next = pass(&fd, name).ok();
            all.push(Self::new(fd, place, depth));
        }
        all
    }

    /// The directories on the way from a place to one below it, each with the name in it that leads on, and what that
    /// is; up to the first that cannot be opened.
    pub fn way(from: &Place<Read>, to: &Place<Read>) -> Vec<(Self, (Vec<u8>, Kind))> {
        let depth = from.rel_path.len();
        let last = to.rel_path.len().saturating_sub(1);
        let kind = |nth: usize| match to.found_kind() {
            Some(kind) if nth == last => kind,
            _ => Kind::Directory,
        };
        let dirs = Self::above(to).into_iter().zip(&to.rel_path).enumerate().skip(depth);
        dirs.map(|(nth, (dir, name))| {
            (dir.walked_from(depth), (name.as_bytes().to_vec(), kind(nth)))
        })
        .collect()
    }

    /// The directory that a place is, as one on a walk from another place above it.
    pub fn itself(from: &Place<Read>, place: &Place<Read>) -> Option<Self> {
        Self::root(place).ok().map(|dir| dir.walked_from(from.rel_path.len()))
    }

    /// The same, on a walk that began at this depth.
    fn walked_from(mut self, depth: usize) -> Self {
        let way = self.below.iter().take(depth);
        self.root_len = way.map(|name| name.as_bytes().len() + 1).sum();
        self.root_depth = depth.min(self.below.len());
        self
    }

    /// The directory so many names below the root of a place's grant, on the way to it.
    fn new(fd: OwnedFd, place: &Place<Read>, depth: usize) -> Self {
        let below: Vec<Name> = place.rel_path.iter().take(depth).cloned().collect();
        let path = below.iter().flat_map(|name| [name.as_bytes(), b"/"].concat());
        let path: Vec<u8> = path.collect();
        Self {
            fd,
            grants: place.grants.clone(),
            grant: Arc::clone(&place.grant),
            root_depth: below.len(),
            below,
            root_len: path.len(),
            as_given: (depth == place.rel_path.len()).then(|| as_given(place)).flatten(),
            path,
            open: Arc::new(AtomicUsize::new(1)),
            shown: OnceLock::new(),
        }
    }

    /// The directory of this name in it, which was opened.
    pub(in crate::cap) fn inside(&self, fd: OwnedFd, name: &Name) -> Self {
        self.open.fetch_add(1, Ordering::Relaxed);
        Self {
            fd,
            grants: self.grants.clone(),
            grant: Arc::clone(&self.grant),
            below: self.names_to(name),
            root_depth: self.root_depth,
            path: [&self.path, name.as_bytes(), b"/"].concat(),
            root_len: self.root_len,
            as_given: self.as_given.clone(),
            open: Arc::clone(&self.open),
            shown: OnceLock::new(),
        }
    }

    /// The way to a name in it, from the root of the grant.
    pub(in crate::cap) fn names_to(&self, name: &Name) -> Vec<Name> {
        self.below.iter().chain([name]).cloned().collect()
    }

    /// How many directories it lies below the root of the walk.
    pub fn depth(&self) -> usize {
        self.below.len() - self.root_depth
    }

    /// The way to it from the root of the walk: empty, or ending with a slash.
    pub fn path(&self) -> &[u8] {
        self.path.get(self.root_len..).unwrap_or_default()
    }

    /// The way to it from the root of the grant: empty, or ending with a slash.
    pub fn path_in_grant(&self) -> &[u8] {
        &self.path
    }

    /// The path of the root of the walk as the client gave it, where links led elsewhere: from the name of the grant on,
    /// with a slash at its end; otherwise empty.
    pub fn root_as_given(&self) -> &[u8] {
        self.as_given.as_deref().unwrap_or_default()
    }

    /// The name of the grant that it lies in.
    pub fn grant_name(&self) -> &str {
        &self.grant.name
    }

    /// The path of a name in it, as clients say it.
    pub fn display_path(&self, name: &[u8]) -> String {
        let above = self.shown_itself();
        let mut path = String::with_capacity(above.len() + name.len());
        path.push_str(above);
        if let Some(name) = Name::from_bytes(name) {
            // Writing to a String cannot fail.
            let _ = write!(path, "{name}");
        }
        path
    }

    /// Its own path, as clients say it, with a slash behind; empty where a root has no name in paths.
    pub fn shown_itself(&self) -> &str {
        self.shown.get_or_init(|| match self.grants.display_path(&self.grant, &self.below) {
            root if self.below.is_empty() && root == "." => String::new(),
            path => path + "/",
        })
    }

    /// Which of these names are there, and are not hidden.
    pub fn look_for(&self, names: &[&[u8]]) -> Listing {
        let mut there = Listing::default();
        for name in names.iter().filter_map(|name| Name::from_bytes(name)) {
            if let Some(kind) = self.kind(&name, FileType::Unknown) {
                there.push(name.as_bytes(), kind);
            }
        }
        there
    }

    /// What a name stands for; nothing if it is hidden, or gone. Some file systems do not say.
    pub(in crate::cap) fn kind(&self, name: &Name, said: FileType) -> Option<Kind> {
        let rules = &self.grant.rules;
        if rules.hide(self.below.iter().chain([name])) {
            return None;
        }
        match said {
            FileType::Unknown => Some(FoundEntry::new(lstat(&self.fd, name).ok()?).kind),
            known => Some(known.into()),
        }
    }

    /// When what has this name in it was last modified, in seconds since 1970; a link is a link. Nothing if
    /// it is gone.
    ///
    /// # Errors
    /// The codes of the host.
    pub fn modified_s(&self, name: &[u8]) -> Result<Option<i64>, ToolError> {
        let Some(known) = Name::from_bytes(name) else { return Ok(None) };
        match lstat(&self.fd, &known) {
            Ok(stat) => Ok(Some(stat.modified.0)),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(ToolError::os("look at", &self.display_path(name), &errno.into())),
        }
    }

    /// Opens a regular file in it; nothing if it is none, or cannot be opened.
    pub fn open_file(&self, name: &[u8]) -> Option<OpenFile> {
        self.file_in(&self.fd, &Name::from_bytes(name)?)
    }

    /// Opens a regular file some directories further down; nothing where one of them is none, or the
    /// file is hidden.
    pub fn open_below(&self, names: &[&[u8]]) -> Option<OpenFile> {
        let names: Vec<Name> =
            names.iter().map(|name| Name::from_bytes(name)).collect::<Option<_>>()?;
        let grant = &self.grant;
        if grant.rules.hide(self.below.iter().chain(&names)) {
            return None;
        }
        let (name, way) = names.split_last()?;
        let enter = |at: OwnedFd, step: &Name| {
            let stays = stays_on_mount(grant.mount, &at, step);
            pass(&at, step).ok().filter(|_| stays)
        };
        let at = way.iter().try_fold(self.fd.try_clone().ok()?, enter)?;
        self.file_in(&at, name)
    }

    /// Is something there, some directories further down, that is not hidden? No link is followed.
    pub fn has_below(&self, names: &[&[u8]]) -> bool {
        let names = names.iter().map(|name| Name::from_bytes(name)).collect::<Option<Vec<_>>>();
        let Some(names) = names else { return false };
        let grant = &self.grant;
        let Some((name, way)) = names.split_last() else { return true };
        if grant.rules.hide(self.below.iter().chain(&names)) {
            return false;
        }
        let enter = |at: OwnedFd, step: &Name| {
            let stays = stays_on_mount(grant.mount, &at, step);
            pass(&at, step).ok().filter(|_| stays)
        };
        let at = self.fd.try_clone().ok().and_then(|fd| way.iter().try_fold(fd, enter));
        at.is_some_and(|at| lstat(&at, name).is_ok())
    }

    pub(in crate::cap) fn file_in(&self, at: &OwnedFd, name: &Name) -> Option<OpenFile> {
        let grant = &self.grant;
        // A file can be a mount point as well.
        if !stays_on_mount(grant.mount, at, name) {
            return None;
        }
        let fd = open(at, name, To::Read).ok()?;
        // Only the name: building the whole path would cost more than searching many files does.
        OpenFile::walked(fd, grant.device, name.to_string())
    }
}

/// The path of a place as the client gave it, from the name of the grant on, where links led elsewhere.
fn as_given(place: &Place<Read>) -> Option<Arc<[u8]>> {
    let (grant, names) = place.grants.place_of(&place.requested)?;
    let names = place.meant.clone().unwrap_or(names);
    if grant == place.grant && names == place.rel_path {
        return None;
    }
    let mut path = [grant.name.as_bytes(), b"/"].concat();
    for name in &names {
        path.extend([name.as_bytes(), b"/"].concat());
    }
    Some(path.into())
}

impl Drop for WalkedDir {
    fn drop(&mut self) {
        self.open.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Listing {
    /// How many names there are.
    pub fn len(&self) -> usize {
        self.each.len()
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.each.is_empty()
    }

    /// Each name and what it stands for.
    pub fn iter(&self) -> impl Iterator<Item = WalkedEntry<'_>> {
        let mut rest = self.bytes.as_slice();
        self.each.iter().map(move |(len, kind)| {
            let (name, behind) = rest.split_at_checked(usize::from(*len)).unwrap_or_default();
            rest = behind;
            WalkedEntry { name, kind: *kind }
        })
    }

    pub(in crate::cap) fn push(&mut self, name: &[u8], kind: Kind) {
        // No file system has longer ones.
        let Ok(len) = u16::try_from(name.len()) else { return };
        self.bytes.extend_from_slice(name);
        self.each.push((len, kind));
    }

    pub(in crate::cap) fn part(&self, which: std::ops::Range<usize>) -> Self {
        let mut part = Self::default();
        for entry in self.iter().take(which.end).skip(which.start) {
            part.push(entry.name, entry.kind);
        }
        part
    }
}
