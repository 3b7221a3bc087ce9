//! What the right to remove allows at a [`Place`].
//!
//! A link is removed as a link. A tree is looked at whole before the first entry of it goes, and then
//! goes from its leaves, each by its name in the directory that holds it.
//!
//! May import: `limits`, `error`. The root of a grant is never removed.

use crate::cap::change::change_lock::ChangeLock;
use crate::cap::change::check_tree::{Census, For, scan};
use crate::cap::change::temp::remove_stale_temps;
use crate::cap::change::traverse::{Act, Node, Pace, remove_one, traverse};
use crate::cap::handle::directory::sync_directory;
use crate::cap::handle::file_state::FileState;
use crate::cap::handle::step::Kind;
use crate::cap::place::Place;
use crate::cap::rights::Remove;
use crate::error::{Code, ToolError};
use crate::limits::Budget;

impl Place<Remove> {
    /// Removes the file or link.
    ///
    /// # Errors
    /// `is_a_directory`, `special_file`, `os_denied` and the other codes of the host.
    pub fn remove(&self, budget: &Budget) -> Result<(), ToolError> {
        self.unlink(None, budget)?;
        self.sync_removal()
    }

    /// Removes the file if it is still in this state.
    ///
    /// # Errors
    /// As [`Self::remove`]; `stale` for a file that was changed since.
    pub fn remove_unchanged(&self, state: &FileState, budget: &Budget) -> Result<(), ToolError> {
        self.unlink(Some(state), budget)?;
        self.sync_removal()
    }

    /// Removes the file or link without syncing the directory; a file only in this state, if one is given.
    pub(in crate::cap) fn unlink(
        &self,
        unchanged: Option<&FileState>,
        budget: &Budget,
    ) -> Result<(), ToolError> {
        let Some(name) = &self.name else { return Err(self.root_error()) };
        match self.found_kind() {
            None => return Err(self.not_found()),
            Some(Kind::Special) => return Err(self.special()),
            Some(Kind::Directory) => {
                let sentence = format!("`{}` is a directory", self.requested);
                return Err(ToolError::new(Code::IsADirectory, sentence)
                    .hint("recursive=true removes it and everything in it"));
            }
            Some(Kind::File | Kind::Link) => {}
        }
        budget.step()?;
        let lock = ChangeLock::of(&self.parent, budget)?;
        // Asked last: no system has a call that removes a file only in a given state.
        if unchanged.is_some_and(|state| !self.is_still(state)) {
            return Err(self.stale_error());
        }
        rustix::fs::unlinkat(&self.parent, name.as_os_str(), rustix::fs::AtFlags::empty())
            .map_err(|errno| self.not_gone("remove", errno))?;
        drop(lock);
        remove_stale_temps(&self.parent, budget).remove(budget);
        Ok(())
    }

    /// Removes the directory and everything in it.
    ///
    /// # Errors
    /// As [`Self::remove`]; `protected` where a rule speaks of something in it; `over_limit`. Nothing is
    /// removed then. Where the host refuses in the middle, the sentence says how far it came.
    pub fn remove_tree(&self, budget: &Budget) -> Result<Census, ToolError> {
        let Some(name) = &self.name else { return Err(self.root_error()) };
        if self.kind() != Kind::Directory {
            self.remove(budget)?;
            let is_link = self.kind() == Kind::Link;
            return Ok(Census {
                files: u64::from(!is_link),
                links: u64::from(is_link),
                ..Census::default()
            });
        }
        let census = scan::<_, crate::cap::rights::Write>(self, None, For::Removal, budget)?;
        let shown = self.requested.to_string();
        let pace = Pace::of(budget, &shown);
        let mut removal = Removal { removed: 0, pace: &pace };
        if let Err(error) = traverse(&self.parent, name, &mut removal, &pace) {
            let _ = self.sync_removal();
            let told = match removal.removed {
                0 => "nothing was removed".into(),
                n => format!("{n} of its entries were removed before that"),
            };
            return Err(error.and(&told));
        }
        remove_stale_temps(&self.parent, budget).remove(budget);
        self.sync_removal()?;
        Ok(census)
    }

    /// Puts on the disk that it is gone.
    fn sync_removal(&self) -> Result<(), ToolError> {
        sync_directory(&self.parent).map_err(|errno| {
            let sentence = format!(
                "`{}` was removed, but the system could not confirm that the removal would survive a crash",
                self.requested
            );
            ToolError::new(Code::OsError, sentence)
                .hint("check it again before relying on it")
                .detail(std::io::Error::from(errno))
        })
    }
}

/// A directory whose entries were all removed holds something again.
pub(in crate::cap) fn not_empty(error: ToolError) -> ToolError {
    if error.code() != Code::NotEmpty {
        return error;
    }
    error.hint(
        "something was added meanwhile, or a program still has a removed file open: NFS keeps it as `.nfs` and digits until \
         it is closed",
    )
}

struct Removal<'a> {
    removed: u64,
    pace: &'a Pace<'a>,
}

impl Act for Removal<'_> {
    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        remove_one(node).map_err(|errno| not_empty(self.pace.os("remove", node.below, errno)))?;
        self.removed += 1;
        Ok(())
    }

    fn leave(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        self.entry(node)
    }
}
