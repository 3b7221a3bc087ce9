//! The server's own files: what decides what it may do the next time it starts. Where they lie in a
//! grant that is written to, they are not to be changed through it. The names that lead to the programs of a
//! directory are found in the same way.
//!
//! May import: `path`. Names matter here, not contents: the next start follows them, so every
//! link on the way to a file is one of them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use cap_std::AmbientAuthority;

use super::host::{Identity, as_listed, identities_upwards, names, open_dir};
use crate::path::Name;

/// Most links on the way to a file.
const MAX_LINKS: usize = 40;
/// Stands for every name of a program.
const ANY_PROGRAM: &str = "program";

/// Every name that leads to the config file or to the program, and where it really lies.
pub(super) struct OwnFiles(Vec<(Vec<Identity>, Vec<Name>)>);

impl OwnFiles {
    #[expect(clippy::disallowed_methods, reason = "which program this is, before the start")]
    pub(super) fn new(config: Option<&Path>, ambient: AmbientAuthority) -> Self {
        let program = std::env::current_exe().ok();
        let called = called(ambient);
        let mut own = Self(vec![]);
        for path in config.into_iter().chain(program.as_deref()).chain(called.as_deref()) {
            if let Ok(path) = std::path::absolute(path) {
                own.follow(&path, MAX_LINKS, ambient);
            }
        }
        own
    }

    /// Every name that leads to programs in a directory: a link on the way, or what is missing of it, counts too,
    /// since a change of it decides which programs are found.
    pub(super) fn programs_in(directory: &Path, ambient: AmbientAuthority) -> Self {
        let mut ways = Self(vec![]);
        if let Ok(path) = std::path::absolute(directory.join(ANY_PROGRAM)) {
            ways.follow(&path, MAX_LINKS, ambient);
        }
        ways
    }

    /// Their names below a granted directory.
    pub(super) fn below(&self, grant: Identity) -> Vec<Vec<Name>> {
        let within = self.0.iter().filter_map(|(chain, path)| {
            let depth = chain.iter().position(|identity| *identity == grant)?;
            // The directories between the grant and the file, and the file itself.
            path.get(path.len().checked_sub(depth + 1)?..).map(<[Name]>::to_vec)
        });
        within.collect()
    }

    /// Notes the path's last name, and that of every link on the way, and of what is missing first.
    #[expect(clippy::disallowed_methods, reason = "where the operator's own files lie")]
    fn follow(&mut self, path: &Path, links: usize, ambient: AmbientAuthority) {
        let prefixes: Vec<&Path> = path.ancestors().collect();
        for prefix in prefixes.into_iter().rev() {
            let (Some(parent), Some(name)) = (prefix.parent(), prefix.file_name()) else {
                continue;
            };
            let target = std::fs::read_link(prefix).ok();
            // A user who creates a missing directory decides where the rest of the path leads.
            let is_missing = std::fs::symlink_metadata(prefix).is_err();
            if target.is_some() || is_missing || prefix == path {
                self.note(parent, name, ambient);
            }
            if let Some(target) = target {
                let rest = path.strip_prefix(prefix).unwrap_or(Path::new(""));
                if let Some(left) = links.checked_sub(1) {
                    // Nothing after the file itself, or it would end like a directory.
                    let next = parent.join(target);
                    let next = if rest.as_os_str().is_empty() { next } else { next.join(rest) };
                    self.follow(&next, left, ambient);
                }
                return;
            }
        }
    }

    #[expect(clippy::disallowed_methods, reason = "where the operator's own files lie")]
    fn note(&mut self, parent: &Path, name: &OsStr, ambient: AmbientAuthority) {
        let Ok(dir) = open_dir(parent, ambient) else { return };
        let Ok(canonical) = std::fs::canonicalize(parent) else { return };
        let path = names(&as_listed(&canonical.join(name), &dir, ambient));
        if let (Ok(chain), Some(path)) = (identities_upwards(&dir, ambient), path) {
            self.0.push((chain, path));
        }
    }
}

/// What this program was called as, by which it will be called again: a path, or the first of that name
/// where programs are looked for.
///
/// # Ambient Authority
/// Reads the arguments and the environment, and looks where programs are.
#[expect(clippy::disallowed_methods, reason = "what the operator called, before the start")]
fn called(_: AmbientAuthority) -> Option<PathBuf> {
    let name = PathBuf::from(std::env::args_os().next()?);
    if name.components().count() > 1 {
        return Some(name);
    }
    let places = std::env::var_os("PATH")?;
    let candidates = std::env::split_paths(&places).map(|place| place.join(&name));
    candidates.into_iter().find(|path| std::fs::metadata(path).is_ok_and(|is| is.is_file()))
}
