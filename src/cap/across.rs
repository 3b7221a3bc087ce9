//! Moving where no rename leads: to another grant, or to another file system.
//!
//! The copy is complete, compared with the source and on the disk before anything of the source goes; so
//! whatever happens in between, there is at least one whole tree. It takes the right to remove the source.
//!
//! May import: `path`, `limits`, `error`. Absent on purpose: links and special files. A tree that holds
//! any is left as it is.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

use super::beneath::{Kind, lstat};
use super::copy::{Copied, Copy, Likeness, open_file};
use super::scan::{For, scan};
use super::tree::{Act, Node, Pace, open_directory, remove_one, traverse};
use super::write::sync_directory;
use super::{Place, Remove, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;

impl Place<Remove> {
    /// Moves what is here to a place that no rename leads to.
    ///
    /// # Errors
    /// As [`Place::copy_to`]; `special_file` for a link, or a tree with a link or special file in it;
    /// `protected` where a rule speaks of something in it. The source is whole then. Where it cannot be
    /// removed, the sentence says that both are there.
    pub fn move_across(
        &self,
        to: &Place<Write>,
        overwrite: bool,
        budget: &Budget,
    ) -> Result<Copied, ToolError> {
        self.may_go_to(to, overwrite)?;
        match self.kind() {
            Kind::File => {
                let copied = self.copy_file_to(to, overwrite, Likeness::Everything, budget)?;
                self.unlink(budget).map_err(|error| {
                    error.and("the copy is complete, and the source is still there")
                })?;
                self.sync_moved()?;
                Ok(copied)
            }
            Kind::Directory => self.move_tree_across(to, budget),
            Kind::Link | Kind::Special => {
                let sentence = format!(
                    "`{}` is a link, which is not moved to another grant or file system",
                    self.said
                );
                Err(ToolError::new(Code::SpecialFile, sentence))
            }
        }
    }

    fn move_tree_across(&self, to: &Place<Write>, budget: &Budget) -> Result<Copied, ToolError> {
        let Some(name) = &self.name else { return Err(self.is_root()) };
        let census = scan(self, Some(to), For::LeavingTheGrant, budget)?;
        let shown = self.said.to_string();
        let pace = Pace::of(budget, &shown);
        let mut copy = None;
        let copied = self.copy_tree_to(to, census, Likeness::Everything, budget, |top| {
            let own =
                || top.try_clone_to_owned().map_err(|error| ToolError::os("read", &shown, &error));
            let buffer = vec![0; 256 << 10];
            let room = 0;
            let mut compare = Comparison {
                copy: Copy { room, pace: &pace, buffer },
                beside: Beside::new(own()?),
            };
            traverse(&self.parent, name, &mut compare, &pace)?;
            copy = Some(own()?);
            Ok(())
        })?;
        let Some(copy) = copy else { return Ok(copied) };
        let mut removal = Removal { pace: &pace, beside: Beside::new(copy) };
        traverse(&self.parent, name, &mut removal, &pace).map_err(|error| {
            error.and("the copy is complete, and a part of the source is still there")
        })?;
        self.sync_moved()?;
        Ok(copied)
    }

    /// Puts on the disk that the source is gone.
    fn sync_moved(&self) -> Result<(), ToolError> {
        sync_directory(&self.parent).map_err(|errno| self.may_not_last("moved", errno))
    }
}

/// The open directories of the copy, down to the one beside that which is traversed.
struct Beside {
    top: Option<OwnedFd>,
    stack: Vec<OwnedFd>,
}

impl Beside {
    fn new(top: OwnedFd) -> Self {
        Self { top: Some(top), stack: vec![] }
    }

    fn enter(&mut self, node: &Node<'_>) -> Result<(), Errno> {
        let next = match (self.top.take(), self.stack.last()) {
            (Some(top), _) => top,
            (None, Some(parent)) => open_directory(parent, node.name)?,
            (None, None) => return Err(Errno::NOENT),
        };
        self.stack.push(next);
        Ok(())
    }

    fn parent(&self) -> Result<BorrowedFd<'_>, Errno> {
        self.stack.last().map(OwnedFd::as_fd).ok_or(Errno::NOENT)
    }
}

/// Is every file of the source in the copy, byte for byte?
struct Comparison<'a> {
    copy: Copy<'a>,
    beside: Beside,
}

impl Act for Comparison<'_> {
    fn enter(&mut self, node: &Node<'_>, _: &OwnedFd) -> Result<(), ToolError> {
        self.beside.enter(node).map_err(|errno| changed(self.copy.pace, node.below, errno))
    }

    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        let pace = self.copy.pace;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let copy = self.beside.parent().and_then(|parent| {
            rustix::fs::openat(parent, node.name.as_os_str(), flags, Mode::empty())
        });
        let copy = copy.map_err(|errno| changed(pace, node.below, errno))?;
        let from = open_file(node).map_err(|errno| pace.os("read", node.below, errno))?;
        self.copy.compare(&from, copy.as_fd(), node.below)
    }

    fn leave(&mut self, _: &Node<'_>) -> Result<(), ToolError> {
        self.beside.stack.pop();
        Ok(())
    }
}

/// Removes of the source what the copy has. What came later stays.
struct Removal<'a> {
    pace: &'a Pace<'a>,
    beside: Beside,
}

impl Act for Removal<'_> {
    fn enter(&mut self, node: &Node<'_>, _: &OwnedFd) -> Result<(), ToolError> {
        self.beside.enter(node).map_err(|errno| changed(self.pace, node.below, errno))
    }

    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        let copy = self.beside.parent().and_then(|parent| lstat(parent, node.name));
        let copy = copy.map_err(|errno| changed(self.pace, node.below, errno))?;
        let is =
            lstat(node.parent, node.name).map_err(|e| self.pace.os("look at", node.below, e))?;
        let marks = |stat: &rustix::fs::Stat| (stat.st_size, stat.st_mtime, stat.st_mtime_nsec);
        if marks(&copy) != marks(&is) {
            return Err(changed(self.pace, node.below, Errno::STALE));
        }
        remove_one(node).map_err(|errno| self.pace.os("remove", node.below, errno))
    }

    fn leave(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        self.beside.stack.pop();
        remove_one(node).map_err(|errno| self.pace.os("remove", node.below, errno))
    }
}

/// The source is no longer what was copied.
fn changed(pace: &Pace<'_>, below: &[Name], errno: Errno) -> ToolError {
    let sentence = format!("`{}` was changed while it was moved", pace.path(below));
    ToolError::new(Code::Stale, sentence).detail(std::io::Error::from(errno))
}
