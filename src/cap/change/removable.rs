//! Can an entry be removed from its directory? A change that ends with removals asks before it begins, so that it is
//! refused whole and does not stop half way.
//!
//! The answer is advice: the kernel decides when the entry is removed, and a file system may have reasons of its own.
//!
//! May import: `error`, `path`, `system`. Nothing is tried: a removal that is tried may succeed.

use std::os::fd::AsFd;

use rustix::io::Errno;

use crate::cap::handle::hindrance::Hindrance;
use crate::cap::handle::step::{is_mounted_on, lstat, mount_of};
use crate::cap::place::Place;
use crate::cap::rights::Right;
use crate::error::{Code, ToolError};
use crate::path::Name;
use crate::system::{self, Mark, may_act_as_owner};

/// The bit of a directory in which only the owner of an entry, or of the directory, removes it.
const STICKY: u32 = 0o1000;

/// Why an entry cannot be removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cap) enum Obstacle {
    /// The permissions of its directory, or a read-only mount.
    Directory(Errno),
    /// A mark on it.
    Mark(Mark),
    /// A mark on its directory.
    DirectoryMark(Mark),
    /// Its directory is sticky, and it belongs to another user.
    Owner,
    /// Something is mounted on it.
    MountPoint,
}

/// What a directory says of every entry in it.
pub(in crate::cap) struct Holder {
    refuses: Option<Obstacle>,
    mount: Option<u64>,
    /// Do only owners remove entries?
    is_sticky: bool,
}

impl Holder {
    pub(in crate::cap) fn of(dir: impl AsFd) -> Self {
        let dir = dir.as_fd();
        let refuses = match (system::may_change_names(dir), system::mark_of(dir)) {
            (Err(Errno::ROFS), _) => Some(Obstacle::Directory(Errno::ROFS)),
            (_, Some(mark)) => Some(Obstacle::DirectoryMark(mark)),
            (Err(errno), None) => Some(Obstacle::Directory(errno)),
            (Ok(()), None) => None,
        };
        let is_sticky =
            system::stat(dir).is_ok_and(|stat| stat.mode & STICKY != 0 && !may_act_as_owner(&stat));
        Self { refuses, mount: mount_of(dir).ok(), is_sticky }
    }

    /// Why `name` in this directory cannot be removed; `None` if nothing is known to prevent it.
    pub(in crate::cap) fn obstacle(&self, dir: impl AsFd, name: &Name) -> Option<Obstacle> {
        let dir = dir.as_fd();
        if self.refuses.is_some() {
            return self.refuses;
        }
        if let Some(mounted) = self.mount_point(dir, name) {
            return Some(mounted);
        }
        if let Some(mark) = system::mark_at(dir, name.as_os_str()) {
            return Some(Obstacle::Mark(mark));
        }
        let is_theirs =
            self.is_sticky && lstat(dir, name).is_ok_and(|stat| !may_act_as_owner(&stat));
        is_theirs.then_some(Obstacle::Owner)
    }

    /// The mount point at `name`, if there is one.
    pub(in crate::cap) fn mount_point(&self, dir: impl AsFd, name: &Name) -> Option<Obstacle> {
        is_mounted_on(self.mount, dir, name).then_some(Obstacle::MountPoint)
    }
}

impl Obstacle {
    /// The refusal. Nothing was changed yet.
    pub(in crate::cap) fn error(self, shown: &str) -> ToolError {
        match self {
            Self::Directory(errno) => {
                let refused = ToolError::os("remove", shown, &errno.into());
                match errno {
                    Errno::ROFS => refused,
                    _ => refused.hint("ask the user to permit writing in its directory"),
                }
            }
            Self::Mark(mark) => marked(shown, mark),
            Self::DirectoryMark(mark) => marked_directory(shown, mark),
            Self::Owner => {
                let sentence = format!(
                    "`{shown}` belongs to another user, and only its owner may remove it from its directory"
                );
                ToolError::new(Code::OsDenied, sentence)
            }
            Self::MountPoint => mount_point(shown),
        }
    }
}

impl<R: Right> Place<R> {
    /// Refuses what cannot be removed from its place.
    pub(in crate::cap) fn can_be_removed(&self) -> Result<(), ToolError> {
        let Some(name) = &self.name else { return Err(self.root_error()) };
        match Holder::of(&*self.parent).obstacle(&*self.parent, name) {
            Some(obstacle) => Err(obstacle.error(&self.requested.to_string())),
            None => Ok(()),
        }
    }

    /// What keeps it from being changed.
    pub(in crate::cap) fn hindrance(&self) -> Option<Hindrance> {
        let Some(name) = &self.name else {
            let mark = system::mark_of(&*self.parent).map(of_mark);
            return mark.or_else(|| self.permissions_hinder(None));
        };
        if self.is_mount_point() {
            return Some(Hindrance::MountPoint);
        }
        let mark = system::mark_at(&*self.parent, name.as_os_str()).map(of_mark);
        mark.or_else(|| system::mark_of(&*self.parent).map(|_| Hindrance::MarkedDirectory))
            .or_else(|| self.permissions_hinder(Some(name)))
    }

    /// Why the system refuses to change it, where more is known than the system says.
    pub(in crate::cap) fn known_reason(&self, errno: Errno) -> Option<ToolError> {
        match errno {
            Errno::BUSY if self.is_mount_point() => Some(self.mount_point()),
            Errno::PERM | Errno::ACCESS => self.is_marked_error(),
            _ => None,
        }
    }

    /// Why it gets no new contents, where that is a mark on it or on its directory: the system does not say which.
    pub(in crate::cap) fn is_marked_error(&self) -> Option<ToolError> {
        let name = self.name.as_ref()?;
        let shown = self.requested.to_string();
        if let Some(mark) = system::mark_at(&*self.parent, name.as_os_str()) {
            let error = marked(&shown, mark);
            return Some(match mark {
                Mark::AppendOnly => error.hint("mode=append of write_file adds to its end"),
                Mark::Immutable => error,
            });
        }
        system::mark_of(&*self.parent).map(|mark| marked_directory(&shown, mark))
    }

    /// Why the system refused to move or remove it.
    pub(in crate::cap) fn not_gone(&self, doing: &str, errno: Errno) -> ToolError {
        match self.can_be_removed() {
            Err(error) if [Errno::BUSY, Errno::PERM, Errno::ACCESS].contains(&errno) => error,
            _ => ToolError::os(doing, &self.requested.to_string(), &errno.into()),
        }
    }
}

/// It is mounted there, and something below the top of a tree or at it is to go.
pub(in crate::cap) fn mount_point(shown: &str) -> ToolError {
    let sentence = format!("`{shown}` is a mount point and cannot be replaced, moved or removed");
    ToolError::new(Code::OsBusy, sentence).hint("only the user can unmount it")
}

fn of_mark(mark: Mark) -> Hindrance {
    match mark {
        Mark::Immutable => Hindrance::Immutable,
        Mark::AppendOnly => Hindrance::AppendOnly,
    }
}

fn marked(shown: &str, mark: Mark) -> ToolError {
    let sentence = format!("`{shown}` is marked as {}", in_words(mark));
    ToolError::new(Code::OsDenied, sentence).hint(only_the_user(mark))
}

fn marked_directory(shown: &str, mark: Mark) -> ToolError {
    let sentence = format!("`{shown}` lies in a directory that is marked as {}", in_words(mark));
    ToolError::new(Code::OsDenied, sentence).hint(only_the_user(mark))
}

fn in_words(mark: Mark) -> &'static str {
    match mark {
        Mark::Immutable => "immutable",
        Mark::AppendOnly => "append-only",
    }
}

fn only_the_user(mark: Mark) -> &'static str {
    match mark {
        Mark::Immutable => "only the user can remove the mark (`chattr -i`)",
        Mark::AppendOnly => "only the user can remove the mark (`chattr -a`)",
    }
}
