//! Opens the file whose path a file of the grant holds, such as `gitdir: ../.git/worktrees/x`, if it lies in the
//! same grant.
//!
//! An absolute path is translated by the names of the grant, as those of clients are. `..` takes a name away: no
//! link is followed on the way from the root of the grant, so no link can stand before it. May import: `path`.

use crate::cap::handle::step::{pass, stays_on_mount};
use crate::cap::read::OpenFile;
use crate::cap::read::walked::WalkedDir;
use crate::path::Name;

impl WalkedDir {
    /// Opens the regular file at a path that is relative to this directory, or absolute. `None` if it lies outside
    /// the grant, is hidden, or is not there.
    pub fn open_pointed(&self, path: &[u8]) -> Option<OpenFile> {
        let below = self.names_of(path)?;
        let grant = &self.grant;
        if grant.rules.hide(&below) {
            return None;
        }
        let (name, way) = below.split_last()?;
        let root = pass_root(grant)?;
        let at = way.iter().try_fold(root, |at, step| {
            let stays = stays_on_mount(grant.mount, &at, step);
            pass(&at, step).ok().filter(|_| stays)
        })?;
        self.file_in(&at, name)
    }

    /// The names from the root of the grant.
    fn names_of(&self, path: &[u8]) -> Option<Vec<Name>> {
        let is_absolute = path.first() == Some(&b'/');
        let mut names = if is_absolute { vec![] } else { self.below.clone() };
        for part in path.split(|byte| *byte == b'/') {
            match part {
                b"" | b"." => {}
                b".." => {
                    names.pop()?;
                }
                name => names.push(Name::from_bytes(name)?),
            }
        }
        if !is_absolute {
            return Some(names);
        }
        let (grant, depth) = self.grants.inner().spelled(&names)?;
        (*grant == self.grant).then(|| names.split_off(depth))
    }
}

fn pass_root(grant: &crate::cap::grants::grant::Grant) -> Option<std::os::fd::OwnedFd> {
    use std::os::fd::AsFd as _;
    grant.dir.as_fd().try_clone_to_owned().ok()
}
