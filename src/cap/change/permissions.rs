//! What the permissions of a file and of its directory keep this user from, in words: what the user may not do, and what
//! helps.
//!
//! A file that may not be written to is not replaced either, though a rename could do it: its owner does not want it
//! changed.
//!
//! May import: `error`, `path`, `system`. The kernel decides at each change. Here is only explained what it decided.

use rustix::io::Errno;

use crate::cap::change::removable::{Holder, Obstacle};
use crate::cap::handle::hindrance::Hindrance;
use crate::cap::handle::open::To;
use crate::cap::handle::step::Kind;
use crate::cap::place::Place;
use crate::cap::rights::Right;
use crate::error::ToolError;
use crate::path::Name;
use crate::system;

impl<R: Right> Place<R> {
    /// Why the system did not open it.
    pub(in crate::cap) fn unopened(&self, how: To, errno: Errno) -> ToolError {
        // A socket cannot be opened; a link was swapped in after the look-up.
        if system::NEVER_OPENED.contains(&errno) {
            return self.special();
        }
        if !is_denial(errno) {
            return self.os("open", errno);
        }
        if let Some(known) = self.known_reason(errno) {
            return known;
        }
        let denied = |doing| ToolError::os(doing, &self.requested.to_string(), &errno.into());
        match how {
            To::Read => denied("read").hint("ask the user to permit reading it"),
            To::List => denied("list").hint("ask the user to permit reading the directory"),
            To::Pass => denied("open"),
            To::Write | To::Append | To::Create(_) => {
                let other = match system::may_change_names(&*self.parent) {
                    Ok(()) => "use another path, or ask",
                    Err(_) => "ask",
                };
                denied("write to").hint(format!("{other} the user to permit writing to it"))
            }
        }
    }

    /// Nothing new can be put into its directory, and so nothing can replace the file that is there.
    pub(in crate::cap) fn not_written_beside(&self, errno: Errno) -> ToolError {
        let refused = self.os("write in the directory of", errno);
        if !is_denial(errno) || self.known_reason(errno).is_some() {
            return refused;
        }
        let ask = "ask the user to permit writing in that directory";
        let is_only_name = self.found.as_ref().is_some_and(|found| found.stat.links == 1);
        if self.found_kind() != Some(Kind::File) {
            return refused.hint(format!("use a path in another directory, or {ask}"));
        }
        if !is_only_name || self.is_not_writable() {
            return refused.hint(ask);
        }
        let in_place = if self.grants.may_write_in_place() {
            ", and mode=in_place (in_place=true in edit_file) writes into the file itself, which is not atomic"
        } else {
            ""
        };
        refused.hint(format!("{ask}; mode=append of write_file adds to its end{in_place}"))
    }

    /// What the permissions keep this user from doing with the entry that is there.
    pub(in crate::cap) fn permissions_hinder(&self, name: Option<&Name>) -> Option<Hindrance> {
        let Some(name) = name else {
            return is_shut(&*self.parent).then_some(Hindrance::NotWritable);
        };
        let obstacle = Holder::of(&*self.parent).obstacle(&*self.parent, name);
        let stays = matches!(obstacle, Some(Obstacle::Directory(errno)) if is_denial(errno))
            || obstacle == Some(Obstacle::Owner);
        match (self.is_not_writable(), stays) {
            (false, false) => None,
            (true, false) => Some(Hindrance::NotWritable),
            (false, true) => Some(Hindrance::Stays),
            (true, true) => Some(Hindrance::NotWritableAndStays),
        }
    }

    /// Is it there, and may this user not write to it?
    fn is_not_writable(&self) -> bool {
        let Some(name) = self.name.as_ref().filter(|_| self.found.is_some()) else { return false };
        system::may_write(&*self.parent, name.as_os_str(), self.kind() == Kind::Directory)
            .is_err_and(is_denial)
    }
}

/// May nothing be added to the directory, or removed from it?
fn is_shut(dir: impl std::os::fd::AsFd) -> bool {
    system::may_change_names(dir).is_err_and(is_denial)
}

fn is_denial(errno: Errno) -> bool {
    matches!(errno, Errno::ACCESS | Errno::PERM)
}
