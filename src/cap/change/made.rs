//! Directories that are made: for their own sake, and on the way to something else.
//!
//! May import: `path`, `limits`, `error`, `system`. A link that was planted on the way is not entered.

use std::sync::Arc;

use cap_std::fs::Dir;
use rustix::fs::AtFlags;
use rustix::io::Errno;

use crate::cap::change::rename_noreplace::{Call, why};
use crate::cap::handle::directory::sync_directory;
use crate::cap::handle::step::{Kind, enter};
use crate::cap::place::Place;
use crate::cap::rights::Write;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;
use crate::system;

const MAKE: Call = Call::MakeDirectory;

impl Place<Write> {
    /// Makes the directory and those on the way; says whether it was not there before.
    ///
    /// # Errors
    /// `already_exists` for a file; `os_denied`, `os_full` and the other codes of the host.
    pub fn make_directory(&self, budget: &Budget) -> Result<bool, ToolError> {
        budget.step()?;
        match (self.found_kind(), &self.name) {
            (Some(Kind::Directory), _) => Ok(false),
            (None, Some(name)) => {
                let (parent, made) = self.parents()?;
                match make(&parent, name) {
                    Ok(()) => {}
                    Err(Errno::EXIST) if enter(&parent, name).is_ok() => return Ok(false),
                    Err(errno) => return Err(self.not_made(why(&parent, errno, MAKE), name)),
                }
                made.keep();
                self.sync(sync_directory(&parent))?;
                Ok(true)
            }
            _ => Err(self.exists_error()),
        }
    }

    /// Fails if a parent directory is missing.
    ///
    /// # Errors
    /// `not_found`, which names the first missing one.
    pub fn needs_its_directory(&self) -> Result<(), ToolError> {
        let Some(first) = self.missing.first() else { return Ok(()) };
        let known = self.rel_path.len().saturating_sub(self.missing.len() + 1);
        let way: Vec<Name> = self.rel_path.iter().take(known).chain([first]).cloned().collect();
        let sentence = format!(
            "the directory `{}` does not exist",
            self.grants.display_path(&self.grant, &way)
        );
        Err(ToolError::new(Code::NotFound, sentence).hint("create_parents=true makes it"))
    }

    /// Opens the parent directory and creates the missing ones. They are removed again on drop unless
    /// [`Made`] is kept.
    pub(in crate::cap) fn parents(&self) -> Result<(Arc<Dir>, Made), ToolError> {
        let mut made = Made(vec![]);
        let mut parent = Arc::clone(&self.parent);
        for name in &self.missing {
            match make(&parent, name) {
                Ok(()) => made.0.push((Arc::clone(&parent), name.clone())),
                // Somebody else was faster. A link that was planted is not entered.
                Err(Errno::EXIST) => {}
                Err(errno) => return Err(self.not_made(why(&parent, errno, MAKE), name)),
            }
            parent = match enter(&parent, name) {
                Ok(dir) => Arc::new(dir),
                Err(Errno::NOTDIR | Errno::LOOP | Errno::NOENT) => return Err(self.stale_error()),
                Err(errno) => return Err(self.os("open the directory of", errno)),
            };
        }
        Ok((parent, made))
    }
}

/// Directories that were made for a change. Dropped, those that are empty are gone again.
pub(in crate::cap) struct Made(Vec<(Arc<Dir>, Name)>);

impl Made {
    /// They stay; says how many they are.
    pub(in crate::cap) fn keep(mut self) -> usize {
        self.sync();
        std::mem::take(&mut self.0).len()
    }

    /// Puts them on the disk. Each was written into the directory above it.
    pub(in crate::cap) fn sync(&self) {
        for (parent, _) in self.0.iter().skip(1) {
            let _ = sync_directory(parent);
        }
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        for (parent, name) in self.0.drain(..).rev() {
            let _ = rustix::fs::unlinkat(&parent, name.as_os_str(), AtFlags::REMOVEDIR);
        }
    }
}

fn make(parent: &Dir, name: &Name) -> Result<(), Errno> {
    rustix::fs::mkdirat(parent, name.as_os_str(), system::mode(0o777))
}
