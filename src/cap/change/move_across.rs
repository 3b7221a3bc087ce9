//! Moving where no rename leads: to another grant, or to another file system.
//!
//! The copy is complete, compared with the source and on the disk before anything of the source goes; so
//! whatever happens in between, there is at least one whole tree. It takes the right to remove the source.
//!
//! May import: `path`, `limits`, `error`, `system`. A tree with links or special files is not
//! moved.

use std::collections::HashMap;
use std::os::fd::{AsFd as _, OwnedFd};

use rustix::io::Errno;

use crate::cap::change::check_tree::{For, scan};
use crate::cap::change::copy::{CHUNK, Copied, Copier, CopyMode, open_file};
use crate::cap::change::remove::not_empty;
use crate::cap::change::traverse::{Act, Node, Pace, remove_one, traverse};
use crate::cap::handle::directory::{open_directory, sync_directory};
use crate::cap::handle::file_state::FileState;
use crate::cap::handle::open::{To, open};
use crate::cap::handle::step::{Kind, lstat};
use crate::cap::place::Place;
use crate::cap::rights::{Remove, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::system;

impl Place<Remove> {
    /// Moves what is here to a place that no rename leads to.
    ///
    /// # Errors
    /// As [`Place::copy_to`]; `special_file` for a link, or a tree with a link or special file in it;
    /// `protected` where a rule speaks of something in it. The source is whole then. A source that cannot be removed is
    /// refused before anything is copied, as far as that is known before; where both are there all the same, the
    /// sentence says so.
    pub fn move_across(
        &self,
        to: &Place<Write>,
        overwrite: bool,
        budget: &Budget,
    ) -> Result<Copied, ToolError> {
        self.may_go_to(to, overwrite)?;
        match self.kind() {
            Kind::File => {
                let Some(found) = &self.found else { return Err(self.not_found()) };
                let before = FileState::new(&found.stat);
                self.can_be_removed()?;
                let remove_source = || self.unlink(Some(&before), budget);
                let copied = self.copy_file_to(to, overwrite, Some(&remove_source), budget)?;
                self.sync_moved()?;
                Ok(copied)
            }
            Kind::Directory => self.move_tree_across(to, budget),
            Kind::Link | Kind::Special => {
                let sentence = format!(
                    "`{}` is a link, and links cannot be moved to another grant or file system",
                    self.requested
                );
                Err(ToolError::new(Code::SpecialFile, sentence)
                    .hint("copy_file copies the file or directory that the link points to"))
            }
        }
    }

    fn move_tree_across(&self, to: &Place<Write>, budget: &Budget) -> Result<Copied, ToolError> {
        let Some(name) = &self.name else { return Err(self.root_error()) };
        let census = scan(self, Some(to), For::LeavingTheGrant, budget)?;
        let shown = self.requested.to_string();
        let pace = Pace::of(budget, &shown);
        let mut copied_as = HashMap::new();
        let copied = self.copy_tree_to(to, census, CopyMode::Everything, budget, |top| {
            let top = top.try_clone_to_owned();
            let top = top.map_err(|error| ToolError::os("read", &shown, &error))?;
            let mut compare = Comparison {
                copy: Copier { room: 0, pace: &pace, buffer: vec![0; CHUNK] },
                top: Some(top),
                stack: vec![],
                seen: HashMap::new(),
            };
            traverse(&self.parent, name, &mut compare, &pace)?;
            copied_as = compare.seen;
            Ok(())
        })?;
        let mut removal = Removal { pace: &pace, copied_as };
        traverse(&self.parent, name, &mut removal, &pace).map_err(|error| {
            error.and("the copy is complete, but not all of the source was removed")
        })?;
        self.sync_moved()?;
        Ok(copied)
    }

    /// Puts on the disk that the source is gone.
    fn sync_moved(&self) -> Result<(), ToolError> {
        sync_directory(&self.parent).map_err(|errno| self.may_not_last("moved", errno))
    }
}

/// Is every file of the source in the copy, byte for byte?
struct Comparison<'a> {
    copy: Copier<'a>,
    /// The open directories of the copy, down to the one beside that which is traversed.
    top: Option<OwnedFd>,
    stack: Vec<OwnedFd>,
    /// What each file of the source was when it was compared.
    seen: HashMap<u64, FileState>,
}

impl Act for Comparison<'_> {
    fn enter(&mut self, node: &Node<'_>, _: &OwnedFd) -> Result<(), ToolError> {
        let next = match (self.top.take(), self.stack.last()) {
            (Some(top), _) => Ok(top),
            (None, Some(parent)) => open_directory(parent, node.name),
            (None, None) => Err(Errno::NOENT),
        };
        self.stack.push(next.map_err(|_| self.copy.pace.changed(node.below))?);
        Ok(())
    }

    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        let pace = self.copy.pace;
        let copy = self.stack.last().and_then(|parent| open(parent, node.name, To::Read).ok());
        let copy = copy.ok_or_else(|| pace.changed(node.below))?;
        let from = open_file(node).map_err(|errno| pace.os("read", node.below, errno))?;
        let stat = system::stat(&from).map_err(|e| pace.os("look at", node.below, e))?;
        self.copy.compare(&from, copy.as_fd(), node.below)?;
        self.seen.insert(stat.inode, FileState::new(&stat));
        Ok(())
    }

    fn leave(&mut self, _: &Node<'_>) -> Result<(), ToolError> {
        self.stack.pop();
        Ok(())
    }
}

/// Removes of the source what is still as it was compared. What came later stays.
struct Removal<'a> {
    pace: &'a Pace<'a>,
    copied_as: HashMap<u64, FileState>,
}

impl Act for Removal<'_> {
    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        let os = |doing, errno| self.pace.os(doing, node.below, errno);
        let is = lstat(node.parent, node.name).map_err(|errno| os("look at", errno))?;
        // Not the time of the last change of any kind: to remove another name of the same file is one.
        let marks = |of: &FileState| (of.device, of.size, of.modified);
        let was = self.copied_as.get(&is.inode);
        let is_as_it_was = was.is_some_and(|was| marks(was) == marks(&FileState::new(&is)));
        if !is_as_it_was {
            let sentence =
                format!("`{}` was changed while it was moved", self.pace.path(node.below));
            return Err(ToolError::new(Code::Stale, sentence));
        }
        remove_one(node).map_err(|errno| os("remove", errno))
    }

    fn leave(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        remove_one(node).map_err(|errno| not_empty(self.pace.os("remove", node.below, errno)))
    }
}
