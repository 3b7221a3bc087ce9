//! [`traverse`]: everything in a tree, one entry after the other, for changes.
//!
//! Each entry is reached from the handle of the directory that holds it, links are entries and no ways,
//! and a directory comes before what is in it and again behind it. What lies deeper than [`MAX_DEPTH`],
//! or on another mount, ends the traversal: a tree is moved, copied or removed whole or not at all.
//!
//! May import: `path`, `limits`, `error`, `system`. It uses one thread, and the file system's order.

use std::ops::ControlFlow;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::fs::{AtFlags, FileType};
use rustix::io::Errno;

use crate::cap::change::removable::mount_point;
use crate::cap::handle::directory::open_directory;
use crate::cap::handle::step::{FoundEntry, Kind, is_mounted_on, lstat, mount_of};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::{Name, join};
use crate::system::Names;

/// Most directories below one another: each is held open.
const MAX_DEPTH: usize = 512;
/// What helps where a tree is too deep or has too many entries.
const SMALLER: &str = "nothing was changed; work on smaller parts of it";
/// Most entries of a tree that is cleaned up.
const MAX_CLEANED: usize = 4_000_000;

/// What is done with what is in a tree.
pub(in crate::cap) trait Act {
    /// A directory was opened; what is in it comes next.
    fn enter(&mut self, _: &Node<'_>, _: &OwnedFd) -> Result<(), ToolError> {
        Ok(())
    }

    /// Something that is not a directory.
    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError>;

    /// A directory with whose entries all is done.
    fn leave(&mut self, _: &Node<'_>) -> Result<(), ToolError> {
        Ok(())
    }

    /// The refusal of a directory that is a mount point.
    fn mount_point(&self, _: &Node<'_>, shown: &str) -> ToolError {
        mount_point(shown)
    }

    /// Is it passed by, with all that is in it?
    fn is_passed_by(&self, _: &[Name]) -> bool {
        false
    }
}

/// One entry of a tree.
pub(in crate::cap) struct Node<'a> {
    /// The directory that holds it.
    pub(in crate::cap) parent: BorrowedFd<'a>,
    pub(in crate::cap) name: &'a Name,
    pub(in crate::cap) kind: Kind,
    /// The way to it from the top of the tree, which itself is at the end of no way.
    pub(in crate::cap) below: &'a [Name],
}

/// What a traversal may use.
pub(in crate::cap) struct Pace<'a> {
    /// None for what is cleaned up when a call has ended.
    pub(in crate::cap) budget: Option<&'a Budget>,
    /// Most entries.
    pub(in crate::cap) most: usize,
    /// How the tree is called in errors.
    pub(in crate::cap) shown: &'a str,
}

impl<'a> Pace<'a> {
    /// As much as a call may use.
    pub(in crate::cap) fn of(budget: &'a Budget, shown: &'a str) -> Self {
        Self { budget: Some(budget), most: budget.limits().max_tree_entries, shown }
    }

    pub(in crate::cap) fn step(&self) -> Result<(), ToolError> {
        if let Some(budget) = self.budget {
            budget.step()?;
        }
        Ok(())
    }

    /// The system refused something about an entry.
    pub(in crate::cap) fn os(&self, doing: &str, below: &[Name], errno: Errno) -> ToolError {
        ToolError::os(doing, &self.path(below), &errno.into())
    }

    /// An entry is no longer what it was when it was read.
    pub(in crate::cap) fn changed(&self, below: &[Name]) -> ToolError {
        let sentence = format!("`{}` was changed while it was copied", self.path(below));
        ToolError::new(Code::Stale, sentence).hint("nothing was copied; try again")
    }

    /// The path of an entry, as clients say it.
    pub(in crate::cap) fn path(&self, below: &[Name]) -> String {
        if below.is_empty() { self.shown.into() } else { format!("{}/{}", self.shown, join(below)) }
    }
}

struct Level {
    fd: OwnedFd,
    name: Name,
    rest: std::vec::IntoIter<(Name, FileType)>,
}

/// Does `act` for the directory `name` in `parent` and for everything in it.
///
/// # Errors
/// Those of `act`; `over_limit`, `os_busy` for a mount point, and the codes of the host.
pub(in crate::cap) fn traverse(
    parent: impl AsFd,
    name: &Name,
    act: &mut impl Act,
    pace: &Pace<'_>,
) -> Result<(), ToolError> {
    let parent = parent.as_fd();
    let mount = mount_of(parent).ok();
    let mut stack = Vec::<Level>::new();
    let mut below = Vec::<Name>::new();
    let mut seen = 0_usize;
    let mut next = Some(name.clone());
    loop {
        if let Some(name) = next.take() {
            let holder = stack.last().map_or(parent, |level| level.fd.as_fd());
            let node = Node { parent: holder, name: &name, kind: Kind::Directory, below: &below };
            if is_mounted_on(mount, holder, &name) {
                return Err(act.mount_point(&node, &pace.path(&below)));
            }
            let fd = open_directory(holder, &name).map_err(|e| pace.os("open", &below, e))?;
            // Something may have been mounted meanwhile.
            if mount.is_some_and(|mount| mount_of(&fd).is_ok_and(|at| at != mount)) {
                return Err(act.mount_point(&node, &pace.path(&below)));
            }
            act.enter(&node, &fd)?;
            let names = read(&fd, pace, &mut seen).map_err(|e| match e {
                Stopped::Spent(error) => error,
                Stopped::Host(errno) => pace.os("list", &below, errno),
            })?;
            stack.push(Level { fd, name, rest: names.into_iter() });
        }
        let Some(level) = stack.last_mut() else { return Ok(()) };
        let Some((name, said)) = level.rest.next() else {
            let Some(Level { fd: _open, name, .. }) = stack.pop() else { return Ok(()) };
            let holder = stack.last().map_or(parent, |level| level.fd.as_fd());
            let node = Node { parent: holder, name: &name, kind: Kind::Directory, below: &below };
            act.leave(&node)?;
            below.pop();
            continue;
        };
        pace.step()?;
        below.push(name.clone());
        if act.is_passed_by(&below) {
            below.pop();
            continue;
        }
        let kind = match said {
            FileType::Unknown => match lstat(&level.fd, &name) {
                Ok(stat) => FoundEntry::new(stat).kind,
                Err(errno) => return Err(pace.os("look at", &below, errno)),
            },
            said => said.into(),
        };
        if kind == Kind::Directory {
            if stack.len() >= MAX_DEPTH {
                let sentence =
                    format!("`{}` is more than {MAX_DEPTH} directories deep", pace.shown);
                return Err(ToolError::new(Code::OverLimit, sentence).hint(SMALLER));
            }
            next = Some(name);
        } else {
            act.entry(&Node { parent: level.fd.as_fd(), name: &name, kind, below: &below })?;
            below.pop();
        }
    }
}

enum Stopped {
    Host(Errno),
    Spent(ToolError),
}

/// The names in one directory; all names of the tree together are bounded.
fn read(fd: &OwnedFd, pace: &Pace<'_>, seen: &mut usize) -> Result<Vec<(Name, FileType)>, Stopped> {
    let mut names = vec![];
    let mut stopped = None;
    let read = Names::new().of(fd, |name, kind| {
        *seen += 1;
        if *seen > pace.most {
            let sentence = format!("`{}` holds more than {} entries", pace.shown, pace.most);
            stopped = Some(ToolError::new(Code::OverLimit, sentence).hint(SMALLER));
        } else if seen.is_multiple_of(1_000) {
            stopped = pace.step().err();
        }
        names.extend(Name::from_bytes(name).map(|name| (name, kind)));
        if stopped.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    match (read, stopped) {
        (_, Some(error)) => Err(Stopped::Spent(error)),
        (Err(errno), None) => Err(Stopped::Host(errno)),
        (Ok(()), None) => Ok(names),
    }
}

/// Removes one entry of a tree: a directory has to be empty.
pub(in crate::cap) fn remove_one(node: &Node<'_>) -> Result<(), Errno> {
    let is_directory = node.kind == Kind::Directory;
    let flags = if is_directory { AtFlags::REMOVEDIR } else { AtFlags::empty() };
    rustix::fs::unlinkat(node.parent, node.name.as_os_str(), flags)
}

/// Removes a whole tree that is nobody's, as far as that is possible.
pub(in crate::cap) fn remove_all(
    parent: impl AsFd,
    name: &Name,
    budget: Option<&Budget>,
) -> Result<(), ToolError> {
    let pace = Pace { budget, most: MAX_CLEANED, shown: "" };
    traverse(parent, name, &mut RemoveAll, &pace)
}

struct RemoveAll;

impl Act for RemoveAll {
    fn entry(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        remove_one(node).map_err(|errno| ToolError::os("remove", "", &errno.into()))
    }

    fn leave(&mut self, node: &Node<'_>) -> Result<(), ToolError> {
        self.entry(node)
    }
}
