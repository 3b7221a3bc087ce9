//! [`Sandbox`]: a tree to serve from, with something beside it that must never be seen.

use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use preopen::allowlist::GrantSpec;
use preopen::authority::{self, Permit};
use preopen::cap::Grants;
use preopen::limits::{Budget, Watch};
use tempfile::TempDir;

/// What lies in `outside/secret.txt`. No answer may hold it.
pub const SECRET: &str = "FLAG{the-secret-outside}";

/// A temporary directory with `grant/` (to be granted) and `outside/` (not).
#[must_use]
pub struct Sandbox {
    root: TempDir,
}

impl Sandbox {
    pub fn new() -> Self {
        let sandbox = Self::without_outside();
        std::fs::create_dir(sandbox.path("outside")).unwrap();
        std::fs::write(sandbox.path("outside/secret.txt"), SECRET).unwrap();
        sandbox
    }

    /// The same, but that nothing lies beside the grant.
    pub fn without_outside() -> Self {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("grant")).unwrap();
        Self { root }
    }

    pub fn file(self, path: &str, text: impl AsRef<[u8]>) -> Self {
        self.parent(path);
        std::fs::write(self.path(path), text).unwrap();
        self
    }

    pub fn dir(self, path: &str) -> Self {
        std::fs::create_dir_all(self.path(path)).unwrap();
        self
    }

    /// A link at `path`. In the target, `{root}` stands for this sandbox.
    pub fn link(self, path: &str, target: &str) -> Self {
        self.parent(path);
        let target = target.replace("{root}", self.root.path().to_str().unwrap());
        symlink(target, self.path(path)).unwrap();
        self
    }

    pub fn hard_link(self, path: &str, existing: &str) -> Self {
        std::fs::hard_link(self.path(existing), self.path(path)).unwrap();
        self
    }

    pub fn fifo(self, path: &str) -> Self {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let kind = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, self.path(path), kind, mode, 0).unwrap();
        self
    }

    /// A device that never ends (`/dev/zero`); where this user may not make one, a link to a FIFO.
    pub fn device(self, path: &str) -> Self {
        let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
        let kind = rustix::fs::FileType::CharacterDevice;
        let zero = rustix::fs::makedev(1, 5);
        match rustix::fs::mknodat(rustix::fs::CWD, self.path(path), kind, mode, zero) {
            Ok(()) => self,
            Err(_) => self.fifo("grant/instead_of_a_device").link(path, "instead_of_a_device"),
        }
    }

    pub fn socket(self, path: &str) -> Self {
        drop(std::os::unix::net::UnixListener::bind(self.path(path)).unwrap());
        self
    }

    pub fn mode(self, path: &str, mode: u32) -> Self {
        std::fs::set_permissions(self.path(path), PermissionsExt::from_mode(mode)).unwrap();
        self
    }

    fn parent(&self, path: &str) {
        std::fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
    }
}

impl Sandbox {
    pub fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(path)
    }

    /// `path` as text, with `rights` behind it: a SPEC.
    pub fn spec(&self, path: &str, rights: &str) -> String {
        format!("{}:{rights}", self.path(path).display())
    }
}

/// The grants of `specs`, in this process.
pub fn grants(specs: &[GrantSpec]) -> Grants {
    authority::open_grants(specs, &[], Permit::default(), authority::mint()).unwrap().grants
}

/// What a call may use, by default.
pub fn budget() -> Budget {
    Budget::new(Arc::default(), authority::clock(authority::mint()), Watch::unattended())
}
