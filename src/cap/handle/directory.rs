//! Opens, lists and syncs one directory.
//!
//! May import: `path`, `system`.

use std::os::fd::{AsFd, OwnedFd};

use cap_std::fs::Dir;
use rustix::io::Errno;

use crate::cap::handle::open::{To, open, reopen};
use crate::path::Name;
use crate::system;

/// Opens a directory to read it: one in `parent`, or with no name `parent` itself.
pub(in crate::cap) fn open_directory<'n>(
    parent: impl AsFd,
    name: impl Into<Option<&'n Name>>,
) -> Result<OwnedFd, Errno> {
    match name.into() {
        Some(name) => open(parent, name, To::List),
        None => reopen(parent, To::List),
    }
}

/// The names in a directory, for hints: an error ends them.
pub(in crate::cap) fn names(dir: &Dir) -> impl Iterator<Item = Name> + use<> {
    let stream = reopen(dir, To::List).and_then(rustix::fs::Dir::new).ok();
    let raw = stream.into_iter().flatten().map_while(Result::ok);
    raw.filter_map(|raw| Name::from_bytes(raw.file_name().to_bytes()))
}

/// Puts the names in a directory on the disk.
pub(in crate::cap) fn sync_directory(dir: &Dir) -> Result<(), Errno> {
    sync_names(open_directory(dir, None))
}

/// The same for one that was opened for reading. One that cannot be read cannot be asked to.
pub(in crate::cap) fn sync_names(opened: Result<impl AsFd, Errno>) -> Result<(), Errno> {
    match opened.and_then(system::sync) {
        // Some file systems have no such thing.
        Err(Errno::ACCESS | Errno::INVAL) => Ok(()),
        Err(errno) if system::is_unsupported(errno) => Ok(()),
        other => other,
    }
}
