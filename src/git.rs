//! Git's own small files: `.git` where that is a file, and configuration. Bytes in, values out.
//!
//! Only what ignore rules depend on is read: [`GitFile`] says where the repository of a worktree lies, and
//! [`Config`] has the variables of a configuration file. Imports nothing.

mod config;

pub use config::Config;

/// A `.git` file: the directory at its path is the repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitFile(Vec<u8>);

impl GitFile {
    /// Most bytes that are read. No path is longer.
    pub const MAX_BYTES: usize = 8 << 10;

    /// Reads the text of one. `None` if it is not one.
    pub fn new(text: &[u8]) -> Option<Self> {
        let path = text.strip_prefix(b"gitdir:")?.trim_ascii();
        (!path.is_empty() && !path.contains(&0)).then(|| Self(path.to_vec()))
    }

    /// The path of the repository, relative to the directory of the file or absolute.
    pub fn path(&self) -> &[u8] {
        &self.0
    }

    /// The path of a file in the repository.
    pub fn path_to(&self, file: &[u8]) -> Vec<u8> {
        [self.path(), b"/", file].concat()
    }

    /// The path of the directory that all worktrees of the repository share. `commondir` is the text of the file of
    /// that name in the repository; a submodule has none.
    #[must_use]
    pub fn common(&self, commondir: Option<&[u8]>) -> Self {
        match commondir.map(<[u8]>::trim_ascii).filter(|path| !path.is_empty()) {
            None => self.clone(),
            Some(path) if path.first() == Some(&b'/') => Self(path.to_vec()),
            Some(path) => Self(self.path_to(path)),
        }
    }

    /// Is this a linked worktree (`git worktree add`)? A submodule is not: its repository is under `modules`.
    pub fn is_worktree(&self) -> bool {
        let mut parts = self.0.rsplit(|byte| *byte == b'/').filter(|part| !part.is_empty());
        let _name = parts.next();
        let parent = parts.next();
        let above = parts.next();
        // A submodule may be called `worktrees/x`.
        parent == Some(b"worktrees") && above != Some(b"modules")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worktrees_and_submodules_are_told_apart_by_where_their_repository_lies() {
        for (text, want) in [
            ("gitdir: /r/.git/worktrees/x\n", Some(true)),
            ("gitdir: ../.git/worktrees/x", Some(true)),
            ("gitdir:/r.git/worktrees/x/", Some(true)),
            ("gitdir: ../.git/modules/x", Some(false)),
            ("gitdir: ../.git/modules/worktrees/x", Some(false)),
            ("gitdir: /r/.git/modules/a/worktrees/x", Some(true)),
            ("gitdir: elsewhere", Some(false)),
            ("gitdir: ", None),
            ("ref: x", None),
            ("", None),
        ] {
            let is_worktree = GitFile::new(text.as_bytes()).map(|file| file.is_worktree());
            assert_eq!(is_worktree, want, "{text:?}");
        }
    }

    #[test]
    fn the_shared_directory_is_where_commondir_says() {
        let file = GitFile::new(b"gitdir: ../.git/worktrees/x\n").unwrap();
        for (commondir, want) in [
            (None, "../.git/worktrees/x"),
            (Some("../..\n"), "../.git/worktrees/x/../.."),
            (Some("/r/.git"), "/r/.git"),
        ] {
            let common = file.common(commondir.map(str::as_bytes));
            assert_eq!(String::from_utf8_lossy(common.path()), want);
        }
    }
}
