//! [`Sandbox`]: a tree to serve from, with something beside it that must never be seen.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::fs::{CWD, FileType, Mode, RenameFlags};
use tempfile::TempDir;

use crate::step::Step;

/// What lies in `outside/secret.txt`. No answer may hold it.
pub const SECRET: &str = "FLAG{the-secret-outside}";
/// How every secret begins, and the name of every file that must not be listed.
pub const FLAG: &str = "FLAG{";

/// A temporary directory with `grant/` (to be granted) and `outside/` (not).
#[must_use]
pub struct Sandbox {
    root: TempDir,
    /// What `{SECRET}` stands for.
    secret: String,
    mounts: Vec<PathBuf>,
    /// Directories too deep for the library, which keeps one descriptor a level, to remove.
    deep: Vec<PathBuf>,
}

impl Default for Sandbox {
    fn default() -> Self {
        Self::new()
    }
}

impl Sandbox {
    /// With a secret in `outside/secret.txt`.
    pub fn new() -> Self {
        Self::without_outside().file("outside/secret.txt", SECRET)
    }

    /// The same, but that nothing lies beside the grant.
    pub fn without_outside() -> Self {
        Self::at(tempfile::tempdir().unwrap(), SECRET).dir("grant")
    }

    /// What every attack finds: one file to be read, secrets outside under names that are secrets too,
    /// and beside the grant a directory whose name begins like the grant's.
    pub fn for_attacks() -> Self {
        Self::new()
            .file("grant/sub/file.txt", "inside\n")
            .file("outside/FLAG{outside}", "")
            .file("FLAG{beside}", "")
            .file("grant_sibling/secret.txt", SECRET)
    }

    /// The same with a secret of the caller's own, in a directory of the caller's own.
    pub fn planted(within: &Path, secret: &str) -> Self {
        Self::at(tempfile::tempdir_in(within).unwrap(), secret).planted_anew()
    }

    /// What [`Self::planted`] makes, whatever has been made of it since. What is still as it was stays: a
    /// server that holds the granted directory goes on, and the disk has little to do.
    pub fn planted_anew(self) -> Self {
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

    /// Removes what lies below `at` and is not as it is to be planted.
    fn clear(&self, at: &Path, planted: &[(String, String)]) {
        for entry in std::fs::read_dir(self.path(at)).unwrap().map(Result::unwrap) {
            let (path, kind) = (at.join(entry.file_name()), entry.file_type().unwrap());
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

    /// A file.
    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.parent(path);
        std::fs::write(self.path(path), text).unwrap();
        self
    }

    /// A directory and its parents.
    pub fn dir(self, path: &str) -> Self {
        std::fs::create_dir_all(self.path(path)).unwrap();
        self
    }

    /// A link at `path`. In the target, `{root}` stands for this sandbox.
    pub fn link(self, path: &str, target: &str) -> Self {
        self.parent(path);
        symlink(self.spelled(target), self.path(path)).unwrap();
        self
    }

    /// A second name for a file.
    pub fn hard_link(self, path: &str, existing: &str) -> Self {
        self.parent(path);
        std::fs::hard_link(self.path(existing), self.path(path)).unwrap();
        self
    }

    /// A FIFO.
    pub fn fifo(self, path: &str) -> Self {
        self.parent(path);
        assert!(special(&self.path(path), FileType::Fifo), "a FIFO can be made");
        self
    }

    /// A device that never ends (`/dev/zero`); where this user may not make one, a link to a FIFO.
    pub fn device(self, path: &str) -> Self {
        self.parent(path);
        if special(&self.path(path), FileType::CharacterDevice) {
            self
        } else {
            self.fifo("grant/instead_of_a_device").link(path, "instead_of_a_device")
        }
    }

    /// A socket that nobody listens to.
    pub fn socket(self, path: &str) -> Self {
        drop(std::os::unix::net::UnixListener::bind(self.path(path)).unwrap());
        self
    }

    /// Changes a mode.
    pub fn mode(self, path: &str, mode: u32) -> Self {
        std::fs::set_permissions(self.path(path), PermissionsExt::from_mode(mode)).unwrap();
        self
    }

    fn parent(&self, path: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
    }
}

impl Sandbox {
    /// A path in it.
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// `path` as text, with `rights` behind it: a SPEC.
    pub fn spec(&self, path: &str, rights: &str) -> String {
        format!("{}:{rights}", self.path(path).display())
    }

    /// `text` with the sandbox's own path for `{root}`.
    #[must_use]
    pub fn spelled(&self, text: &str) -> String {
        text.replace("{root}", self.root.path().to_str().unwrap())
    }

    /// May this user mount?
    #[must_use]
    pub fn may_mount() -> bool {
        let sandbox = Self::new().dir("at");
        let paths = [sandbox.path("outside"), sandbox.path("at")];
        let tried = Command::new("mount").arg("--bind").args(&paths).output();
        tried.is_ok_and(|tried| tried.status.success())
            && Command::new("umount").arg(&paths[1]).status().is_ok_and(|status| status.success())
    }

    /// Does what the steps say.
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

/// Makes a FIFO or a `/dev/zero`, if this user may.
#[cfg(not(target_vendor = "apple"))]
fn special(at: &Path, kind: FileType) -> bool {
    let (mode, zero) = (Mode::from_raw_mode(0o644), rustix::fs::makedev(1, 5));
    let device = if kind == FileType::Fifo { 0 } else { zero };
    rustix::fs::mknodat(CWD, at, kind, mode, device).is_ok()
}

/// The same where there is no such call: a FIFO by the command for it, and no device.
#[cfg(target_vendor = "apple")]
fn special(at: &Path, kind: FileType) -> bool {
    let made = || Command::new("mkfifo").arg(at).status().is_ok_and(|status| status.success());
    kind == FileType::Fifo && made()
}

impl Drop for Sandbox {
    /// A mount has to go before the directory, or what is mounted would be removed with it.
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
