//! What is never granted: the machine itself, and by default the home directory; and two grants of
//! which one lies in the other while they say different things.
//!
//! May import: `allowlist`. There is no list of names of secrets: the operator hides
//! what a project should not show.

use std::path::{Path, PathBuf};

use cap_std::AmbientAuthority;

use super::host::{Identity, Opened, identities_upwards, open_dir};
use crate::allowlist::GrantSpec;
use crate::authority::permit::Permit;
use crate::authority::refusal::Refusal;
use crate::cap::is_pseudo;

/// Directories that are never granted, and the home directory.
pub(super) struct Forbidden {
    root: Option<Identity>,
    system: Vec<Identity>,
    /// The home directory and all above it, unless they are permitted.
    home: Vec<Identity>,
}

impl Forbidden {
    pub(super) fn new(permit: Permit, ambient: AmbientAuthority) -> Self {
        let chain = |path: &Path| {
            open_dir(path, ambient).and_then(|dir| identities_upwards(&dir, ambient)).ok()
        };
        let itself = |path: &str| chain(Path::new(path)).and_then(|chain| chain.first().copied());
        let homes = homes(ambient).into_iter().filter(|_| !permit.home);
        Self {
            root: itself("/"),
            system: ["/proc", "/sys", "/dev"].into_iter().filter_map(itself).collect(),
            home: homes.filter_map(|home| chain(&home)).flatten().collect(),
        }
    }

    pub(super) fn check(&self, spec: &GrantSpec, dir: &Opened) -> Result<(), Refusal> {
        let path = spec.path.display();
        let identity = dir.identity();
        let in_system = self.system.iter().any(|system| dir.chain.contains(system));
        if self.root == Some(identity) || in_system || is_pseudo(&dir.dir).unwrap_or(true) {
            return Err(Refusal {
                sentence: format!(
                    "`{path}` is `{}`, which is never granted: it holds the machine, not a project",
                    dir.place.canonical.display()
                ),
                hint: "grant the directory that the work is in, such as `--allow ~/project`".into(),
            });
        }
        if self.home.contains(&identity) {
            return Err(Refusal {
                sentence: format!(
                    "`{path}` is the home directory, or above it: keys, passwords and history lie there"
                ),
                hint: "grant a project in it instead. Some clients start servers in the home directory, \
                       so that `.` means it: in Cursor and VS Code write `--allow ${workspaceFolder}`. \
                       If you do mean it, add `--allow-home`"
                    .into(),
            });
        }
        Ok(())
    }
}

/// The home directory as the environment has it, and as the system has it: either may be wrong.
///
/// # Ambient Authority
/// Reads the environment, and who the users of the system are.
#[expect(clippy::disallowed_methods, reason = "to refuse the home directory, it must be known")]
fn homes(_: AmbientAuthority) -> Vec<PathBuf> {
    let user = rustix::process::getuid().as_raw().to_string();
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let of_user = passwd.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        let [_, _, id, _, _, home, _] = fields.as_slice() else { return None };
        (*id == user).then(|| PathBuf::from(home))
    });
    std::env::home_dir().into_iter().chain(of_user).filter(|home| home.has_root()).collect()
}

/// Refuses two grants of which one lies in the other, unless they say the same: the kernel's own
/// rules are a union, so that the narrower one could not be kept.
pub(super) fn refuse_nesting(opened: &[(String, &GrantSpec, Opened)]) -> Result<(), Refusal> {
    for (i, (_, outer, outer_dir)) in opened.iter().enumerate() {
        for (j, (_, inner, inner_dir)) in opened.iter().enumerate() {
            // Globs are relative to their grant: the same text in two grants names different things.
            let of =
                |spec: &&GrantSpec| [spec.hide.len(), spec.readonly.len(), spec.unprotect.len()];
            let globs = [of(outer), of(inner)].concat();
            let same = outer.rights() == inner.rights() && globs.iter().all(|count| *count == 0);
            if i == j || same || !inner_dir.chain.contains(&outer_dir.identity()) {
                continue;
            }
            return Err(Refusal {
                sentence: format!(
                    "`{}` lies in `{}`, and they have different rights, or globs",
                    inner.path.display(),
                    outer.path.display()
                ),
                hint: "grant them with the same rights, or only the outer one and, in a file for \
                       `--config`, `readonly = [\"sub/**\"]` or `hide = [...]` for what is narrower"
                    .into(),
            });
        }
    }
    Ok(())
}
