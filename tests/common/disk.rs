//! File systems made for a test, and everything that lies in one.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::Sandbox;

/// Names and contents below a directory, temps and all; a link is its target.
pub fn tree(sandbox: &Sandbox, at: &str) -> Vec<(String, String)> {
    let (root, mut all, mut todo) = (sandbox.path(at), vec![], vec![sandbox.path(at)]);
    while let Some(directory) = todo.pop() {
        for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            let text = if kind.is_symlink() {
                format!("-> {}", std::fs::read_link(&path).unwrap().display())
            } else if kind.is_dir() {
                todo.push(path.clone());
                "/".into()
            } else if kind.is_file() {
                String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()
            } else {
                "special".into()
            };
            all.push((path.strip_prefix(&root).unwrap().display().to_string(), text));
        }
    }
    all.sort();
    all
}

/// What is mounted in a sandbox, gone when it is dropped.
pub struct Mounted(PathBuf);

impl Mounted {
    /// A file system in memory, bounded by options such as `size=64k`.
    pub fn tmpfs(sandbox: &Sandbox, path: &str, options: &str) -> Self {
        let at = sandbox.path(path);
        std::fs::create_dir_all(&at).unwrap();
        mount(&["-t", "tmpfs", "-o", options, "tmpfs"], &at);
        Self(at)
    }

    /// A directory mounted on itself, which can be made read only without the rest of its disk.
    pub fn on_itself(sandbox: &Sandbox, path: &str) -> Self {
        let at = sandbox.path(path);
        mount(&["--bind", at.to_str().unwrap()], &at);
        Self(at)
    }

    /// Mounts it again with other options, such as `remount,ro`.
    pub fn remount(&self, options: &str) {
        mount(&["-o", options], &self.0);
    }
}

fn mount(args: &[&str], at: &Path) {
    assert!(Command::new("mount").args(args).arg(at).status().unwrap().success(), "{args:?}");
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let gone = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(gone.is_ok_and(|status| status.success()), "{} is still mounted", self.0.display());
    }
}
