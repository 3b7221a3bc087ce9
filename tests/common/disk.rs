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
            } else if std::fs::symlink_metadata(&path).unwrap().is_file() {
                // A directory says what lies under a mount, not what is mounted.
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

    #[cfg(target_os = "linux")]
    /// A file mounted on another one, as containers mount single files.
    pub fn file(sandbox: &Sandbox, from: &str, at: &str) -> Self {
        let [from, at] = [from, at].map(|path| sandbox.path(path));
        mount(&["--bind", from.to_str().unwrap()], &at);
        Self(at)
    }

    #[cfg(target_os = "linux")]
    /// What lies in `lower`, to be changed without changing it. `upper` is where the changes go.
    pub fn overlay(sandbox: &Sandbox, path: &str, lower: &str, upper: &str) -> Option<Self> {
        let at = sandbox.path(path);
        let [upper, work] = ["changes", "work"].map(|name| sandbox.path(upper).join(name));
        for directory in [&at, &upper, &work] {
            std::fs::create_dir_all(directory).unwrap();
        }
        let (lower, upper, work) = (sandbox.path(lower), upper.display(), work.display());
        let layers = format!("lowerdir={},upperdir={upper},workdir={work}", lower.display());
        try_mount(&["-t", "overlay", "-o", &layers, "overlay"], &at).then(|| Self(at))
    }

    #[cfg(target_os = "linux")]
    /// A new file system in an image of so many bytes, made by a program with these arguments.
    pub fn image(sandbox: &Sandbox, path: &str, bytes: u64, make: &[&str]) -> Option<Self> {
        let (at, image) = (sandbox.path(path), sandbox.path(format!("{path}.image")));
        std::fs::create_dir_all(&at).unwrap();
        std::fs::File::create(&image).unwrap().set_len(bytes).unwrap();
        let (program, args) = make.split_first().unwrap();
        let made = Command::new(program).args(args).arg(&image).output();
        let is_made = made.is_ok_and(|made| made.status.success());
        (is_made && try_mount(&["-o", "loop", image.to_str().unwrap()], &at)).then(|| Self(at))
    }

    #[cfg(target_os = "linux")]
    /// The same by a program of its own that mounts an image, as ntfs-3g is.
    pub fn by(sandbox: &Sandbox, path: &str, bytes: u64, make: &[&str], by: &str) -> Option<Self> {
        let (at, image) = (sandbox.path(path), sandbox.path(format!("{path}.image")));
        std::fs::create_dir_all(&at).unwrap();
        std::fs::File::create(&image).unwrap().set_len(bytes).unwrap();
        let run = |command: &mut Command| command.output().is_ok_and(|done| done.status.success());
        let (program, args) = make.split_first().unwrap();
        let is_mounted = run(Command::new(program).args(args).arg(&image))
            && run(Command::new(by).arg(&image).arg(&at));
        is_mounted.then(|| Self(at))
    }

    /// Mounts it again with other options, such as `remount,ro`.
    pub fn remount(&self, options: &str) {
        mount(&["-o", options], &self.0);
    }
}

fn mount(args: &[&str], at: &Path) {
    assert!(try_mount(args, at), "{args:?}");
}

fn try_mount(args: &[&str], at: &Path) -> bool {
    Command::new("mount").args(args).arg(at).output().is_ok_and(|done| done.status.success())
}

impl Drop for Mounted {
    fn drop(&mut self) {
        let gone = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(gone.is_ok_and(|status| status.success()), "{} is still mounted", self.0.display());
    }
}
