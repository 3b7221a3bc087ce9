//! Moving within a grant: one rename, which happens or does not.
//!
//! A link is moved as a link. Nothing is replaced unless that is asked for, and the kernel sees to that (`beside`): a look
//! beforehand would be too early. Another spelling of the same name, where the file system ignores case, is for
//! `respelled`.
//!
//! May import: `limits`, `error`. A move that has to copy is in `across`.

use std::sync::Arc;

use cap_std::fs::Dir;
use rustix::fs::RenameFlags;
use rustix::io::Errno;

use crate::cap::change::change_lock::ChangeLock;
use crate::cap::change::check_tree::{For, scan};
use crate::cap::change::removable::mount_point;
use crate::cap::change::rename_noreplace::{Call, Entry, NotPlaced, rename_beside, why};
use crate::cap::change::temp::remove_stale_temps;
use crate::cap::handle::step::{FoundEntry, Kind, device_of, mount_of};
use crate::cap::place::Place;
use crate::cap::rights::{Right, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::system;

/// What came of a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Renamed {
    /// It was moved.
    Moved {
        /// Directories that were made on the way.
        made: usize,
        /// Other names of the file that was replaced: they keep the old contents.
        other_names: u64,
    },
    /// The places are on different file systems, and nothing was done.
    OtherFileSystem,
}

impl Place<Write> {
    /// Moves what is here to another place in the same grant.
    ///
    /// # Errors
    /// `already_exists`, `special_file`, `protected` where a rule speaks of something in the tree,
    /// `bad_args` for a directory into itself, `os_denied` and the other codes of the host; `os_error`
    /// where the file system cannot promise that nothing is replaced.
    pub fn rename_to(
        &self,
        to: &Self,
        overwrite: bool,
        budget: &Budget,
    ) -> Result<Renamed, ToolError> {
        let Some(from_name) = &self.name else { return Err(self.root_error()) };
        if self.is_respelled_by(to, budget)? {
            return self.respell(to, budget).map(|()| Renamed::Moved { made: 0, other_names: 0 });
        }
        self.may_go_to(to, overwrite)?;
        if self.kind() == Kind::Directory {
            scan(self, Some(to), For::Leaving, budget)?;
        }
        let to_name = to.name_of_entry()?;
        let (parent, made) = to.parents()?;
        let left = remove_stale_temps(&parent, budget);
        budget.step()?;
        let lock = ChangeLock::of_both(&self.parent, &parent, budget)?;
        let renamed = if overwrite {
            let old = from_name.as_os_str();
            let new = to_name.as_os_str();
            rustix::fs::renameat(&self.parent, old, &parent, new)
                .map_err(|errno| why(&parent, errno, Call::Rename(RenameFlags::empty())))
        } else {
            let is_directory = self.kind() == Kind::Directory;
            let from = Entry { dir: &*self.parent, name: from_name, is_directory };
            rename_beside(&from, &parent, to_name)
        };
        drop(lock);
        match renamed {
            Ok(()) => {}
            Err(NotPlaced::Os(Errno::XDEV))
                if self.kind() == Kind::Directory || are_apart(&self.parent, &parent) =>
            {
                return Ok(Renamed::OtherFileSystem);
            }
            // An old Landlock refuses every move of a file from one directory to another. (A directory can be
            // of a lower layer, which no rename moves.)
            Err(NotPlaced::Os(Errno::XDEV)) => return Err(self.os("move", Errno::ACCESS)),
            Err(NotPlaced::Os(Errno::NOENT)) => return Err(self.os("move", Errno::NOENT)),
            Err(NotPlaced::Os(errno)) if overwrite || errno != Errno::EXIST => {
                return Err(self.not_moved(to, errno));
            }
            Err(why) => return Err(to.not_placed(why)),
        }
        let made = made.keep();
        to.sync(left.sync())?;
        crate::cap::handle::directory::sync_directory(&self.parent)
            .map_err(|errno| self.may_not_last("moved", errno))?;
        left.remove(budget);
        let replaced = to.found.as_ref().filter(|found| found.kind == Kind::File);
        let other_names = replaced.map_or(0, |found| found.stat.links.saturating_sub(1));
        Ok(Renamed::Moved { made, other_names })
    }
}

impl Place<Write> {
    /// Why the system refused a rename: something keeps the source where it is, or the destination as it is.
    fn not_moved(&self, to: &Self, errno: Errno) -> ToolError {
        if matches!(errno, Errno::BUSY | Errno::PERM | Errno::ACCESS)
            && let Err(error) = self.can_be_removed()
        {
            return error;
        }
        let both = || {
            ToolError::os(
                "move",
                &format!("{}` to `{}", self.requested, to.requested),
                &errno.into(),
            )
        };
        match errno {
            Errno::BUSY if to.is_mount_point() => mount_point(&to.requested.to_string()),
            Errno::BUSY | Errno::NOENT => self.os("move", errno),
            Errno::PERM | Errno::ACCESS => to.is_marked_error().unwrap_or_else(|| {
                let both = both();
                match system::may_change_names(&*to.parent) {
                    Err(Errno::ACCESS | Errno::PERM) => both.hint(format!(
                        "the directory of `{}` may not be written to; use another destination, or ask the user to \
                         permit it",
                        to.requested
                    )),
                    _ => both,
                }
            }),
            // These are about the new place, and the others may be about either.
            Errno::NOSPC
            | Errno::DQUOT
            | Errno::ROFS
            | Errno::NAMETOOLONG
            | Errno::ISDIR
            | Errno::NOTDIR
            | Errno::NOTEMPTY
            | Errno::EXIST => to.os("write", errno),
            _ => both(),
        }
    }
}

impl<R: Right> Place<R> {
    /// Fails if this entry must not move to `to`. Uses only what is already known of both.
    pub(in crate::cap) fn may_go_to(
        &self,
        to: &Place<Write>,
        overwrite: bool,
    ) -> Result<(), ToolError> {
        match self.found_kind() {
            None => return Err(self.not_found()),
            Some(Kind::Special) => return Err(self.special()),
            Some(_) => {}
        }
        let is_directory = self.kind() == Kind::Directory;
        let in_one_grant = self.grant == to.grant;
        if in_one_grant && self.rel_path == to.rel_path {
            let sentence = format!("`{}` is both the source and the destination", self.requested);
            return Err(ToolError::new(Code::BadArgs, sentence).hint("use another destination"));
        }
        // Grants can lie in one another, and a file can have two names.
        let which =
            |found: &Option<FoundEntry>| found.as_ref().map(|f| (f.stat.device, f.stat.inode));
        if self.found.is_some() && which(&self.found) == which(&to.found) {
            let sentence =
                format!("`{}` and `{}` are one file under two names", self.requested, to.requested);
            return Err(ToolError::new(Code::BadArgs, sentence).hint("use another destination"));
        }
        if in_one_grant && is_directory && to.rel_path.starts_with(&self.rel_path) {
            let sentence =
                format!("`{}` cannot be put into itself, at `{}`", self.requested, to.requested);
            return Err(ToolError::new(Code::BadArgs, sentence)
                .hint("use a destination outside the source"));
        }
        if !is_directory && to.must_be_dir && to.found_kind().is_none() {
            to.name_of_file()?;
        }
        match to.found_kind() {
            Some(Kind::Directory) => Err(to.exists_error().hint(self.hint_of_directory(to))),
            // The hint is its own spelling.
            Some(_) if !overwrite && to.own_spelling().is_some() => Err(to.exists_error()),
            Some(_) if is_directory => {
                Err(to.exists_error().hint("a directory replaces nothing: use another destination"))
            }
            Some(Kind::Special) if overwrite => Err(to.special()),
            Some(Kind::Special) => Err(to
                .exists_error()
                .hint("no tool replaces a special file: use another destination")),
            Some(_) if !overwrite => Err(to.exists_error().hint("overwrite=true replaces it")),
            Some(Kind::File) => to.check_writable(),
            Some(Kind::Link) | None => Ok(()),
        }
    }
}

impl<R: Right> Place<R> {
    /// The hint where the destination is a directory.
    fn hint_of_directory(&self, to: &Place<Write>) -> String {
        let into = to.requested.to_string();
        match &self.name {
            Some(name) => format!(
                "to put it into that directory, use `{}/{name}` as destination",
                into.trim_end_matches('/')
            ),
            None => "use another destination".into(),
        }
    }
}

/// Are two directories of different file systems, or reached by different mounts?
fn are_apart(a: &Arc<Dir>, b: &Arc<Dir>) -> bool {
    let device = |dir: &Arc<Dir>| device_of(dir).ok();
    let mount = |dir: &Arc<Dir>| mount_of(dir).ok();
    device(a) != device(b) || mount(a) != mount(b)
}
