//! [`Sandbox`]: a tree to serve, with a secret next to it.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, RenameFlags};
use tempfile::TempDir;

use crate::step::Step;

/// The contents of `outside/secret.txt`. No answer may contain it.
pub const SECRET: &str = "FLAG{the-secret-outside}";
/// The prefix of every secret, and of the name of every file that must not be listed.
pub const FLAG: &str = "FLAG{";

/// A temporary directory with `grant/`, which is granted, and `outside/`, which is not.
#[must_use]
pub struct Sandbox {
    root: TempDir,
    /// The value of `{SECRET}`.
    secret: String,
    mounts: Vec<PathBuf>,
    /// Directories that are too deep for the standard library to remove, since it uses one descriptor per level.
    deep: Vec<PathBuf>,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// Creates a sandbox with a secret in `outside/secret.txt`.
    pub fn new() -> Self {
        Self::without_outside().file("outside/secret.txt", SECRET)
    }

    /// Creates a sandbox with only the grant.
    pub fn without_outside() -> Self {
        Self::at(tempfile::tempdir().unwrap(), SECRET).dir("grant")
    }

    /// Creates the tree of every attack: one file inside, secrets in the contents and names of files outside, and a
    /// sibling directory whose name has the prefix `grant`.
    pub fn for_attacks() -> Self {
        Self::new()
            .file("grant/sub/file.txt", "inside\n")
            .file("outside/FLAG{outside}", "")
            .file("FLAG{beside}", "")
            .file("grant_sibling/secret.txt", SECRET)
    }

    /// Creates a tree like that of [`Self::for_attacks`], with another secret, in the directory `within`.
    pub fn planted(within: &Path, secret: &str) -> Self {
        Self::at(tempfile::tempdir_in(within).unwrap(), secret).restored()
    }

    /// Restores the tree that [`Self::planted`] creates. Unchanged files stay, so that a server can keep its handle on
    /// the granted directory, and the disk has little to write.
    pub fn restored(self) -> Self {
        let planted = [
            ("grant/sub/file.txt".to_owned(), "inside\n".to_owned()),
            ("outside/secret.txt".to_owned(), self.secret.clone()),
            (format!("outside/{}", self.secret), String::new()),
            ("grant_sibling/secret.txt".to_owned(), self.secret.clone()),
        ];
        self.clear(Path::new(""), &planted);
        planted.into_iter().fold(self, |sandbox, (path, text)| {
            if sandbox.path(&path).exists() { sandbox } else { sandbox.file(&path, text) }
        })
    }

    /// Removes everything below `at` that differs from the planted files.
    fn clear(&self, at: &Path, planted: &[(String, String)]) {
        for entry in std::fs::read_dir(self.path(at)).unwrap().map(Result::unwrap) {
            let path = at.join(entry.file_name());
            let kind = entry.file_type().unwrap();
            let is_as_planted = kind.is_file()
                && entry.metadata().unwrap().nlink() == 1
                && planted.iter().any(|(name, text)| {
                    path == Path::new(name)
                        && std::fs::read(entry.path()).is_ok_and(|old| old == text.as_bytes())
                });
            let is_above = || planted.iter().any(|(name, _)| Path::new(name).starts_with(&path));
            if kind.is_dir() && is_above() {
                self.clear(&path, planted);
            } else if kind.is_dir() {
                std::fs::remove_dir_all(entry.path()).unwrap();
            } else if !is_as_planted {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    }

    fn at(root: TempDir, secret: &str) -> Self {
        Self { root, secret: secret.into(), mounts: vec![], deep: vec![] }
    }

    /// Creates a file.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.parent(path);
        std::fs::write(self.path(path), text).unwrap();
        self
    }

    /// Creates a directory and its parents.
    pub fn dir(self, path: &str) -> Self {
        std::fs::create_dir_all(self.path(path)).unwrap();
        self
    }

    /// Creates a symbolic link. In the target, `{root}` stands for this sandbox.
    pub fn link(self, path: &str, target: &str) -> Self {
        self.parent(path);
        symlink(self.spelled(target), self.path(path)).unwrap();
        self
    }

    /// Creates a hard link.
    pub fn hard_link(self, path: &str, existing: &str) -> Self {
        self.parent(path);
        std::fs::hard_link(self.path(existing), self.path(path)).unwrap();
        self
    }

    /// Creates a FIFO.
    pub fn fifo(self, path: &str) -> Self {
        self.parent(path);
        assert!(special(&self.path(path), FileType::Fifo), "cannot create a FIFO");
        self
    }

    /// Creates an endless device like `/dev/zero`, or a link to a FIFO if this user cannot create devices.
    pub fn device(self, path: &str) -> Self {
        self.parent(path);
        if special(&self.path(path), FileType::CharacterDevice) {
            self
        } else {
            self.fifo("grant/instead_of_a_device").link(path, "instead_of_a_device")
        }
    }

    /// Creates a socket without a listener.
    pub fn socket(self, path: &str) -> Self {
        drop(std::os::unix::net::UnixListener::bind(self.path(path)).unwrap());
        self
    }

    /// Sets a mode.
    pub fn mode(self, path: &str, mode: u32) -> Self {
        std::fs::set_permissions(self.path(path), PermissionsExt::from_mode(mode)).unwrap();
        self
    }

    fn parent(&self, path: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
    }
}

impl Sandbox {
    /// Returns a path in the sandbox.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// Returns `path` and `rights` as the SPEC of a grant.
    pub fn spec(&self, path: &str, rights: &str) -> String {
        format!("{}:{rights}", self.path(path).display())
    }

    /// Replaces `{root}` in `text` with the path of the sandbox.
    #[must_use]
    pub fn spelled(&self, text: &str) -> String {
        text.replace("{root}", self.root.path().to_str().unwrap())
    }

    /// Returns whether this user may mount.
    #[must_use]
    pub fn may_mount() -> bool {
        let sandbox = Self::new().dir("at");
        let paths = [sandbox.path("outside"), sandbox.path("at")];
        let tried = Command::new("mount").arg("--bind").args(&paths).output();
        tried.is_ok_and(|tried| tried.status.success())
            && Command::new("umount").arg(&paths[1]).status().is_ok_and(|status| status.success())
    }

    /// Applies the steps.
    pub fn take(mut self, steps: &[Step]) -> Self {
        for step in steps {
            self = self.step(*step);
        }
        self
    }

    fn step(self, step: Step) -> Self {
        match step {
            Step::File(path, text) => {
                let text = text.replace("{SECRET}", &self.secret);
                self.file(path, text)
            }
            Step::Dir(path) => self.dir(path),
            Step::Link(path, target) => self.link(path, target),
            Step::HardLink(path, existing) => self.hard_link(path, existing),
            Step::Fifo(path) => self.fifo(path),
            Step::Socket(path) => self.socket(path),
            Step::Device(path) => self.device(path),
            Step::Mode(path, mode) => self.mode(path, mode),
            Step::Sparse(path, size) => {
                self.parent(path);
                std::fs::File::create(self.path(path)).unwrap().set_len(size).unwrap();
                self
            }
            Step::Deep(path, depth) => {
                let mut sandbox = self.dir(path);
                let deep = sandbox.path(path);
                sandbox.deep.push(deep);
                let mut at = std::fs::File::open(sandbox.path(path)).unwrap();
                for _ in 0..depth {
                    rustix::fs::mkdirat(&at, "d", Mode::from_raw_mode(0o755)).unwrap();
                    let flags = rustix::fs::OFlags::RDONLY | rustix::fs::OFlags::DIRECTORY;
                    at = rustix::fs::openat(&at, "d", flags, Mode::empty()).unwrap().into();
                }
                sandbox
            }
            Step::Rename(from, to) => {
                let flags = RenameFlags::NOREPLACE;
                rustix::fs::renameat_with(CWD, self.path(from), CWD, self.path(to), flags).unwrap();
                self
            }
            Step::Remove(path) => {
                let gone = self.path(path);
                if gone.is_dir() && !gone.is_symlink() {
                    std::fs::remove_dir_all(gone).unwrap();
                } else {
                    std::fs::remove_file(gone).unwrap();
                }
                self
            }
            Step::Bind(at, of) => {
                let of = self.path(of);
                self.mount(at, &["--bind", of.to_str().unwrap()])
            }
            Step::Proc(at) => self.mount(at, &["-t", "proc", "proc"]),
        }
    }

    fn mount(mut self, at: &str, how: &[&str]) -> Self {
        let is_file = how.last().is_some_and(|of| Path::new(of).is_file());
        self = if is_file { self.file(at, "") } else { self.dir(at) };
        let at = self.path(at);
        assert!(Command::new("mount").args(how).arg(&at).status().unwrap().success(), "mount");
        self.mounts.push(at);
        self
    }
}

/// Creates a FIFO or a device like `/dev/zero`. Returns whether that succeeded.
#[cfg(not(target_vendor = "apple"))]
fn special(at: &Path, kind: FileType) -> bool {
    let mode = Mode::from_raw_mode(0o644);
    let zero = rustix::fs::makedev(1, 5);
    let device = if kind == FileType::Fifo { 0 } else { zero };
    rustix::fs::mknodat(CWD, at, kind, mode, device).is_ok()
}

/// Creates a FIFO with a command, since this system has no such call. Cannot create devices.
#[cfg(target_vendor = "apple")]
fn special(at: &Path, kind: FileType) -> bool {
    let made = || Command::new("mkfifo").arg(at).status().is_ok_and(|status| status.success());
    kind == FileType::Fifo && made()
}

impl Drop for Sandbox {
    /// Unmounts before the directory is removed, since otherwise the mounted files would be removed with it.
    fn drop(&mut self) {
        for at in self.mounts.drain(..).rev() {
            let gone = Command::new("umount")
                .arg("-l")
                .arg(&at)
                .status()
                .is_ok_and(|status| status.success());
            assert!(gone, "{} is still mounted", at.display());
        }
        for at in self.deep.drain(..) {
            let _ = Command::new("rm").arg("-rf").arg(at).status();
        }
    }
}
