//! A DELIBERATELY WEAK server that changes files: it refuses a change if the text of the path contains a protected name.
//! Do not use it as an example.

use std::io;
use std::path::Path;

use crate::sequences::{Call, PAYLOAD};

/// Names that the weak server refuses in any path.
const PROTECTED: [&str; 9] = [
    ".git",
    ".vscode",
    ".claude",
    ".husky",
    "lefthook.yml",
    ".bash_profile",
    ".zprofile",
    "mise.toml",
    ".config",
];

impl Call {
    /// Makes the change unless its path contains a protected name. DELIBERATELY WEAK.
    ///
    /// # Errors
    /// If the change is refused or fails.
    pub fn by_name(self, grant: &Path) -> io::Result<()> {
        let at = |path: &str| {
            // The source of a copy is not checked, since it is only read.
            if path.split('/').any(|name| PROTECTED.contains(&name)) {
                return Err(io::Error::from(io::ErrorKind::PermissionDenied));
            }
            Ok(grant.join(path))
        };
        let with_parents = |path: &str| {
            let path = at(path)?;
            std::fs::create_dir_all(path.parent().unwrap_or(grant))?;
            Ok::<_, io::Error>(path)
        };
        match self {
            Self::Write(path) => std::fs::write(with_parents(path)?, PAYLOAD),
            Self::Move(from, to) => std::fs::rename(at(from)?, with_parents(to)?),
            Self::Copy(from, to) => copy(&grant.join(from), &with_parents(to)?),
            Self::MakeDirectory(path) => std::fs::create_dir_all(at(path)?),
            Self::Delete(path) => {
                let path = at(path)?;
                if path.symlink_metadata()?.is_dir() {
                    std::fs::remove_dir_all(path)
                } else {
                    std::fs::remove_file(path)
                }
            }
        }
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    if !from.is_dir() {
        return std::fs::copy(from, to).map(drop);
    }
    let entries: Vec<_> = std::fs::read_dir(from)?.collect::<Result<_, _>>()?;
    std::fs::create_dir_all(to)?;
    for entry in entries {
        if entry.path() != *to {
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
