//! Copying: a file, or a tree, that appears in its new place whole.
//!
//! A tree is built under a name that no client can use, and renamed. Like `cp`, it is not synced:
//! the source still exists. Links and special
//! files are not copied, only counted: this process cannot make them. Hidden names are not copied, as if
//! they did not exist.
//!
//! May import: `path`, `limits`, `error`, `system`. Holes are read like any other bytes.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, Timespec, Timestamps};
use rustix::io::Errno;

use crate::cap::change::check_tree::{Census, For, scan};
use crate::cap::change::temp::{Temp, remove_stale_temps};
use crate::cap::change::traverse::{Act, Node, Pace, traverse};
use crate::cap::change::write::{AttributeSource, Expect, Written};
use crate::cap::handle::attributes::{Lost, keep, permissions};
use crate::cap::handle::directory::open_directory;
use crate::cap::handle::file_state::FileState;
use crate::cap::handle::open::{To, open};
use crate::cap::handle::step::{FoundEntry, Kind};
use crate::cap::place::Place;
use crate::cap::rights::{Right, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self, Stat};

/// Bytes that are read and written at a time.
pub(in crate::cap) const CHUNK: usize = 256 << 10;

/// What came of a copy.
#[derive(Clone, Copy, Debug, Default)]
pub struct Copied {
    /// What was found in the source. Links and special files of it were left out.
    pub census: Census,
    /// Bytes copied.
    pub bytes: u64,
    /// Directories that were made on the way.
    pub made: usize,
    /// Other names of the file that was replaced: they keep the old contents.
    pub other_names: u64,
    /// What the copy did not get of the file that it replaced, or is moved from.
    pub lost: Lost,
}

impl<R: Right> Place<R> {
    /// Copies what is here to another place.
    ///
    /// # Errors
    /// `already_exists`; `special_file` for a link or special file; `protected` where a rule speaks of a
    /// name that something would get; `over_limit`; `stale` for a file that changes meanwhile; the codes of
    /// the host. Nothing is to be seen of the copy then.
    pub fn copy_to(
        &self,
        to: &Place<Write>,
        overwrite: bool,
        budget: &Budget,
    ) -> Result<Copied, ToolError> {
        self.may_go_to(to, overwrite)?;
        match self.kind() {
            Kind::File => self.copy_file_to(to, overwrite, None, budget),
            Kind::Directory => {
                let census = scan(self, Some(to), For::Copying, budget)?;
                self.copy_tree_to(to, census, CopyMode::Contents, budget, |_| Ok(()))
            }
            Kind::Link | Kind::Special => Err(self.special()),
        }
    }

    /// Copies a file. In a move, `remove_source` ends it: the copy keeps times and attributes, and is compared.
    pub(in crate::cap) fn copy_file_to(
        &self,
        to: &Place<Write>,
        overwrite: bool,
        remove_source: Option<&dyn Fn() -> Result<(), ToolError>>,
        budget: &Budget,
    ) -> Result<Copied, ToolError> {
        let Some(name) = &self.name else { return Err(self.root_error()) };
        let from = self.open(name, To::Read)?;
        let found = self.stat(&from)?;
        if found.kind != Kind::File {
            return Err(self.special());
        }
        let expect = if overwrite { Expect::Anything } else { Expect::Nothing };
        let shown = self.requested.to_string();
        let pace = Pace::of(budget, &shown);
        let mut bytes = 0;
        let like = match remove_source {
            None => AttributeSource::New(permissions(&found.stat)),
            Some(remove) => AttributeSource::Moved(&from, &found.stat, remove),
        };
        let written = to.put_by(&like, expect, budget, |temp| {
            let mut copy = Copier {
                room: budget.limits().max_copy_bytes,
                pace: &pace,
                buffer: vec![0; CHUNK],
            };
            bytes = copy.contents(&from, FileState::new(&found.stat).size, temp.fd(), &[])?;
            if remove_source.is_some() {
                keep_times(&found.stat, temp.fd()).map_err(|e| to.os("write", e))?;
                copy.compare(&from, temp.fd(), &[])?;
            }
            match system::stat(&from) {
                Ok(stat) if FileState::new(&stat) == FileState::new(&found.stat) => Ok(()),
                _ => Err(self.stale_error()),
            }
        })?;
        let census = Census { files: 1, ..Census::default() };
        let Written { made, other_names, lost, .. } = written;
        Ok(Copied { census, bytes, made, other_names, lost })
    }

    /// Copies a tree that was looked at; `check` looks at the copy before it is put in its place.
    pub(in crate::cap) fn copy_tree_to(
        &self,
        to: &Place<Write>,
        census: Census,
        likeness: CopyMode,
        budget: &Budget,
        check: impl FnOnce(BorrowedFd<'_>) -> Result<(), ToolError>,
    ) -> Result<Copied, ToolError> {
        let (Some(from_name), Some(name)) = (&self.name, &to.name) else {
            return Err(self.root_error());
        };
        let rules = self.rules();
        let (parent, made) = to.parents()?;
        let left = remove_stale_temps(&parent, budget);
        let mode = self.found.as_ref().map_or(Mode::RWXU, |found| permissions(&found.stat));
        let temp = Temp::directory(&parent, mode);
        let mut temp = temp.map_err(|errno| to.not_begun(errno))?;
        let shown = self.requested.to_string();
        let pace = Pace::of(budget, &shown);
        let top = temp
            .fd()
            .try_clone_to_owned()
            .map_err(|error| ToolError::os("write", &shown, &error))?;
        let mut tree = TreeCopy {
            copy: Copier {
                room: budget.limits().max_copy_bytes,
                pace: &pace,
                buffer: vec![0; CHUNK],
            },
            likeness,
            hides: |below: &[Name]| rules.hide(self.rel_path.iter().chain(below)),
            top: Some(top),
            stack: vec![],
            narrow: vec![],
            bytes: 0,
            lost: Lost::default(),
        };
        traverse(&self.parent, from_name, &mut tree, &pace)?;
        let bytes = tree.bytes;
        let narrow = tree.narrow;
        let lost = tree.lost;
        if likeness == CopyMode::Everything {
            // The source is to go.
            system::sync_tree(temp.fd()).map_err(|errno| to.os("write", errno))?;
        }
        check(temp.fd())?;
        budget.step()?;
        temp.rename_noreplace(name).map_err(|errno| to.not_placed(errno))?;
        // Who may not write to a directory could neither have filled it nor moved it.
        for (below, mode) in narrow {
            let _ = descend(temp.fd(), &below).and_then(|dir| rustix::fs::fchmod(dir, mode));
        }
        let made = made.keep();
        to.sync(left.sync())?;
        left.remove(budget);
        Ok(Copied { census, bytes, made, other_names: 0, lost })
    }
}

/// What a copy gets besides the contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cap) enum CopyMode {
    /// The permissions, as far as the user's umask leaves them.
    Contents,
    /// Owner, permissions, attributes and times: for a move.
    Everything,
}

/// Gives a file or directory the times of another.
fn keep_times(stat: &Stat, to: BorrowedFd<'_>) -> Result<(), Errno> {
    let nanoseconds = |n: u64| i64::try_from(n).unwrap_or(0);
    let time = |(tv_sec, n)| Timespec { tv_sec, tv_nsec: nanoseconds(n) };
    let times = Timestamps { last_access: time(stat.read), last_modification: time(stat.modified) };
    rustix::fs::futimens(to, &times)
}

/// Copies contents, as long as there is room.
pub(in crate::cap) struct Copier<'a> {
    /// Bytes that may still be copied.
    pub(in crate::cap) room: u64,
    pub(in crate::cap) pace: &'a Pace<'a>,
    pub(in crate::cap) buffer: Vec<u8>,
}

impl Copier<'_> {
    /// Copies a file of so many bytes; gives how many there were. One that grows does not hold it up.
    fn contents(
        &mut self,
        from: &OwnedFd,
        size: u64,
        to: BorrowedFd<'_>,
        below: &[Name],
    ) -> Result<u64, ToolError> {
        // Before the first byte: a hole can be larger than any disk.
        let Some(room) = self.room.checked_sub(size) else {
            let most = self.pace.budget.map_or(0, |budget| budget.limits().max_copy_bytes);
            let sentence =
                format!("`{}` has more than {most} bytes, the limit for a copy", self.pace.shown);
            return Err(ToolError::new(Code::OverLimit, sentence)
                .hint("copy smaller parts, or ask the user to raise `max_copy_bytes`"));
        };
        self.room = room;
        let mut offset = 0;
        loop {
            self.pace.step()?;
            let most = usize::try_from(size.saturating_sub(offset)).unwrap_or(CHUNK).min(CHUNK);
            let buffer = self.buffer.get_mut(..most).unwrap_or_default();
            let read = match rustix::io::pread(from, buffer, offset) {
                Ok(0) => return Ok(offset),
                Ok(read) => read,
                Err(Errno::INTR) => continue,
                Err(errno) => return Err(self.pace.os("read", below, errno)),
            };
            let mut rest = self.buffer.get(..read).unwrap_or_default();
            while !rest.is_empty() {
                match rustix::io::pwrite(to, rest, offset) {
                    Ok(0) => return Err(self.pace.os("write", below, Errno::NOSPC)),
                    Ok(written) => {
                        offset += written as u64;
                        rest = rest.get(written..).unwrap_or_default();
                    }
                    Err(Errno::INTR) => {}
                    Err(errno) => return Err(self.pace.os("write the copy of", below, errno)),
                }
            }
        }
    }

    /// Compares both, byte for byte.
    pub(in crate::cap) fn compare(
        &mut self,
        from: &OwnedFd,
        to: BorrowedFd<'_>,
        below: &[Name],
    ) -> Result<(), ToolError> {
        let mut other = vec![0; CHUNK];
        let mut offset = 0;
        loop {
            self.pace.step()?;
            let os = |errno| self.pace.os("read", below, errno);
            let a = rustix::io::pread(from, self.buffer.as_mut_slice(), offset).map_err(os)?;
            let b = rustix::io::pread(to, other.as_mut_slice(), offset).map_err(os)?;
            if self.buffer.get(..a) != other.get(..b) {
                return Err(self.pace.changed(below));
            }
            if a == 0 {
                return Ok(());
            }
            offset += a as u64;
        }
    }
}

/// A copy of a tree in the making: the open directories of the new tree, down to the one that is filled.
struct TreeCopy<'a, H> {
    copy: Copier<'a>,
    likeness: CopyMode,
    hides: H,
    top: Option<OwnedFd>,
    stack: Vec<(OwnedFd, Stat)>,
    /// Directories that are to be narrower than they can be while they are filled, and their modes.
    narrow: Vec<(Vec<Name>, Mode)>,
    bytes: u64,
    lost: Lost,
}

impl<H: Fn(&[Name]) -> bool> Act for TreeCopy<'_, H> {
    fn enter(&mut self, node: &Node<'_>, from: &OwnedFd) -> Result<(), ToolError> {
        let os = |errno| self.copy.pace.os("copy", node.below, errno);
        let stat = system::stat(from).map_err(os)?;
        let new = match (self.top.take(), self.stack.last()) {
            (Some(top), _) => top,
            (None, Some((parent, _))) => {
                let mode = permissions(&stat) | Mode::RWXU;
                rustix::fs::mkdirat(parent, node.name.as_os_str(), mode)
                    .and_then(|()| open_directory(parent, node.name))
                    .map_err(os)?
            }
            (None, None) => return Err(os(Errno::NOENT)),
        };
        self.stack.push((new, stat));
        Ok(())
    }

    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        let Some((parent, _)) = self.stack.last() else { return Ok(()) };
        if node.kind != Kind::File {
            return Ok(());
        }
        let pace = self.copy.pace;
        let os = |errno| pace.os("copy", node.below, errno);
        let from = open_file(node).map_err(os)?;
        let stat = system::stat(&from).map_err(os)?;
        if FoundEntry::new(stat).kind != Kind::File {
            return Err(os(Errno::NXIO));
        }
        let is_moved = self.likeness == CopyMode::Everything;
        let mode = if is_moved { Mode::RUSR | Mode::WUSR } else { permissions(&stat) };
        let to = open(parent, node.name, To::Create(mode)).map_err(os)?;
        if is_moved {
            self.lost = self.lost.and(keep(&from, &stat, to.as_fd()).map_err(os)?);
        }
        let state = FileState::new(&stat);
        self.bytes += self.copy.contents(&from, state.size, to.as_fd(), node.below)?;
        if is_moved {
            keep_times(&stat, to.as_fd()).map_err(os)?;
            system::sync_part(&to).map_err(os)?;
        }
        match system::stat(&from) {
            Ok(stat) if FileState::new(&stat) == state => Ok(()),
            _ => Err(pace.changed(node.below)),
        }
    }

    fn leave(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        let Some((new, stat)) = self.stack.pop() else { return Ok(()) };
        let os = |errno| self.copy.pace.os("copy", node.below, errno);
        if self.likeness == CopyMode::Everything {
            let fd = open_directory(node.parent, node.name).map_err(os)?;
            let lost = keep(&fd, &stat, new.as_fd())
                .map_err(|errno| self.copy.pace.os("copy", node.below, errno))?;
            self.lost = self.lost.and(lost);
            keep_times(&stat, new.as_fd()).map_err(os)?;
            system::sync_part(&new).map_err(os)?;
        }
        if !permissions(&stat).contains(Mode::RWXU) {
            let is = permissions(&system::stat(&new).map_err(os)?);
            rustix::fs::fchmod(&new, is | Mode::RWXU).map_err(os)?;
            self.narrow.push((node.below.to_vec(), is & permissions(&stat)));
        }
        Ok(())
    }

    fn is_passed_by(&self, below: &[Name]) -> bool {
        (self.hides)(below)
    }
}

/// The directory at the end of these names.
fn descend(top: BorrowedFd<'_>, below: &[Name]) -> Result<OwnedFd, Errno> {
    let top = open_directory(top, None)?;
    below.iter().try_fold(top, open_directory)
}

/// Opens the regular file that a node is.
pub(in crate::cap) fn open_file(node: &Node<'_>) -> Result<OwnedFd, Errno> {
    open(node.parent, node.name, To::Read)
}
