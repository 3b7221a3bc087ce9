//! Why something did not get its place, in words.
//!
//! May import: `path`, `error`. This module decides nothing.

use rustix::io::Errno;

use crate::cap::change::removable::mount_point;
use crate::cap::change::rename_noreplace::NotPlaced;
use crate::cap::handle::name_refused::name_refused;
use crate::cap::handle::step::{Kind, is_mounted_on, mount_of};
use crate::cap::place::Place;
use crate::cap::rights::{Right, Write};
use crate::error::{Code, ToolError};
use crate::path::Name;

impl Place<Write> {
    /// Why the new contents, or what is moved there, did not get their name.
    pub(in crate::cap) fn not_placed(&self, why: NotPlaced) -> ToolError {
        match why {
            NotPlaced::Os(Errno::EXIST) => self.exists_error(),
            NotPlaced::Os(errno) => self.os("write", errno),
            NotPlaced::NameRefused => match &self.name {
                Some(name) => name_refused(name),
                None => self.root_error(),
            },
            NotPlaced::NoPromise => {
                let sentence = format!(
                    "the file system of `{}` cannot promise that nothing is replaced, so nothing was changed",
                    self.requested
                );
                ToolError::new(Code::OsError, sentence)
                    .hint("name a place on another file system, or ask the user to do it by hand")
            }
        }
    }

    /// Why the directory `name` on the way, or at its end, was not made.
    pub(in crate::cap) fn not_made(&self, why: NotPlaced, name: &Name) -> ToolError {
        match why {
            NotPlaced::NameRefused => name_refused(name),
            NotPlaced::Os(errno @ (Errno::ACCESS | Errno::PERM)) if self.missing.is_empty() => {
                self.not_written_beside(errno)
            }
            NotPlaced::Os(errno) if self.missing.is_empty() => self.os("make", errno),
            NotPlaced::Os(errno) => self.os("make the directory of", errno),
            NotPlaced::NoPromise => self.not_placed(why),
        }
    }

    /// Why nothing can be written beside the entry.
    pub(in crate::cap) fn not_begun(&self, errno: Errno) -> ToolError {
        match errno {
            _ if self.is_mount_point() => self.mount_point(),
            Errno::ACCESS | Errno::PERM => self.not_written_beside(errno),
            _ => self.os("write", errno),
        }
    }
}

impl<R: Right> Place<R> {
    /// Is the existing file or directory a mount point, which no rename can replace?
    pub(in crate::cap) fn is_mount_point(&self) -> bool {
        let Some(name) = self.name.as_ref().filter(|_| self.found.is_some()) else { return false };
        is_mounted_on(mount_of(&self.parent).ok(), &self.parent, name)
    }

    /// It is mounted there, as containers mount single files, and was to get new contents.
    pub(in crate::cap) fn mount_point(&self) -> ToolError {
        let error = mount_point(&self.requested.to_string());
        if self.kind() != Kind::File {
            return error;
        }
        error.hint(if self.grants.may_write_in_place() {
            "use mode=in_place in write_file (in_place=true in edit_file) to write into the mounted file itself; not atomic"
        } else {
            "only the user can permit writing into the mounted file itself, by starting the server with `--in-place`"
        })
    }
}
