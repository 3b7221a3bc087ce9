//! A directory of the host: its handle, which one it is, and what lies above it.
//!
//! Which directory it is says its device and inode; what it lies in says going up from its handle.
//! Absolute paths are kept as names that clients may use, and decide nothing.
//!
//! May import: `path`, `cap`, `doctor` (where a grant is, to show it), `system`. Paths are not compared.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};

use cap_std::AmbientAuthority;
use cap_std::fs::Dir;
use rustix::fs::Mode;

use crate::authority::refusal::plain;
use crate::cap::may_alias;
use crate::doctor::HostPlace;
use crate::path::Name;
use crate::system;

/// Most directories above a granted one. Deeper than any path can be said.
const MAX_DEPTH: usize = 4096;

/// Which directory it is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
}

pub(super) struct Opened {
    pub(super) dir: Dir,
    pub(super) place: HostPlace,
    /// Itself, and every directory above it.
    pub(super) chain: Vec<Identity>,
    pub(super) spellings: Vec<Vec<Name>>,
}

impl Opened {
    #[expect(clippy::disallowed_methods, reason = "names of a directory that the operator granted")]
    pub(super) fn new(path: &Path, ambient: AmbientAuthority) -> Result<Self, String> {
        let open = || -> io::Result<_> {
            let dir = open_dir(path, ambient)?;
            let canonical = as_listed(&std::fs::canonicalize(path)?, &dir, ambient);
            Ok((identities_upwards(&dir, ambient)?, dir, canonical))
        };
        let (chain, dir, canonical) = open().map_err(|error| why_not(path, &error))?;
        let Some(Identity { device, inode }) = chain.first().copied() else {
            return Err("it cannot be looked at".into());
        };
        let spellings = host_aliases(path, &canonical, &chain, ambient);
        Ok(Self { dir, place: HostPlace { canonical, device, inode }, chain, spellings })
    }

    pub(super) fn identity(&self) -> Identity {
        Identity { device: self.place.device, inode: self.place.inode }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a directory that the operator named, before the start"
)]
pub(super) fn open_dir(path: &Path, ambient: AmbientAuthority) -> io::Result<Dir> {
    Dir::open_ambient_dir(path, ambient)
}

fn why_not(path: &Path, error: &io::Error) -> String {
    let spelled = path.to_string_lossy();
    let known = ["~", "$", "file:"].into_iter().find(|start| spelled.starts_with(start));
    match known {
        Some(start) => format!(
            "{} (no shell and no client has replaced the `{start}`; write the whole path)",
            plain(error)
        ),
        None => plain(error).to_owned(),
    }
}

/// The absolute path with each name as its directory lists it. A file system can open an entry by a second
/// name (`ALLOWL~1.TOM`), and rules are about the names that calls reach. `dir` is the last directory of the
/// path: if its file system gives no second names and no name has a `~`, the path is returned as it is.
pub(super) fn as_listed(path: &Path, dir: &Dir, ambient: AmbientAuthority) -> PathBuf {
    if !path.as_os_str().as_bytes().contains(&b'~') && !may_alias(dir) {
        return path.to_owned();
    }
    let mut listed = PathBuf::from("/");
    for part in path.components() {
        let Component::Normal(name) = part else { continue };
        let other = open_dir(&listed, ambient).ok().and_then(|dir| listed_name(&dir, name));
        listed.push(other.as_deref().unwrap_or(name));
    }
    listed
}

/// The name that a directory lists for what it opens by this one; nothing where that is the same.
fn listed_name(dir: &Dir, name: &OsStr) -> Option<OsString> {
    if !name.as_bytes().contains(&b'~') && !may_alias(dir) {
        return None;
    }
    let names = dir.entries().ok()?.flatten().map(|entry| entry.file_name());
    let names: Vec<OsString> = names.collect();
    if names.iter().any(|listed| listed == name) {
        return None;
    }
    let which = |name: &OsStr| system::lstat(dir, name).ok().map(|is| (is.device, is.inode));
    let wanted = which(name)?;
    names.into_iter().find(|listed| which(listed) == Some(wanted))
}

/// The directory itself and each one above it, by going up from its handle.
///
/// # Ambient Authority
/// Leaves the handle: it looks at every directory up to the root of the host.
pub(super) fn identities_upwards(dir: &Dir, _: AmbientAuthority) -> io::Result<Vec<Identity>> {
    let mut at = rustix::fs::openat(dir, ".", system::PASS, Mode::empty())?;
    let mut chain: Vec<Identity> = vec![];
    while chain.len() < MAX_DEPTH {
        let stat = system::stat(&at)?;
        let here = Identity { device: stat.device, inode: stat.inode };
        if chain.last() == Some(&here) {
            break;
        }
        chain.push(here);
        at = rustix::fs::openat(&at, "..", system::PASS, Mode::empty())?;
    }
    Ok(chain)
}

/// The absolute paths that may name the directory, the canonical one first.
#[expect(
    clippy::disallowed_methods,
    reason = "finds where the client started us; used only for names"
)]
pub(super) fn host_aliases(
    path: &Path,
    canonical: &Path,
    chain: &[Identity],
    ambient: AmbientAuthority,
) -> Vec<Vec<Name>> {
    let logical = std::env::var_os("PWD").map(PathBuf::from);
    let starts = [std::env::current_dir().ok(), logical];
    let candidates = starts.into_iter().flatten().map(|start| start.join(path));
    // `PWD` is whatever the environment says: believed only where it leads to the same directory.
    let same = candidates.filter(|candidate| {
        open_dir(candidate, ambient).and_then(|d| identities_upwards(&d, ambient)).ok().as_deref()
            == Some(chain)
    });
    let mut all: Vec<_> =
        std::iter::once(canonical.to_owned()).chain(same).filter_map(|p| names(&p)).collect();
    let mut seen = vec![];
    all.retain(|spelling| {
        !seen.contains(spelling) && {
            seen.push(spelling.clone());
            true
        }
    });
    all
}

/// An absolute path as names; none where it has `..` in it.
pub(super) fn names(path: &Path) -> Option<Vec<Name>> {
    let parts =
        path.components().filter(|part| !matches!(part, Component::RootDir | Component::CurDir));
    parts
        .map(|part| match part {
            Component::Normal(name) => Name::from_bytes(name.as_bytes()),
            _ => None,
        })
        .collect()
}
