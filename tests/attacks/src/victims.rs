//! DELIBERATELY WEAK servers. Do not use them as an example: they exist to be broken.
//!
//! They are the three usual ways to keep a client inside a directory by checking paths. Real servers have shipped each
//! of them and had to be fixed.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use globset::GlobBuilder;

use crate::sandbox::FLAG;

/// How long a read of one page may take, even on a slow machine.
const PATIENCE: Duration = Duration::from_millis(300);
/// A file that yields this many bytes counts as endless.
const ENDLESS: u64 = 1 << 20;

/// A way to keep a client inside a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// Joins the path to the directory and opens it.
    Join,
    /// As `Join`, but requires that the text of the joined path starts with that of the directory.
    Prefix,
    /// As `Join`, but requires that the resolved path is below the directory.
    Canonical,
}

/// What an attack does to a victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// The server reveals a secret.
    Leaks,
    /// The server waits or reads for ever.
    Hangs,
}

impl Victim {
    /// All victims, weakest first.
    pub const ALL: [Self; 3] = [Self::Join, Self::Prefix, Self::Canonical];

    /// Requests a path from this server and returns the harm. A file is read, and a directory is listed.
    #[must_use]
    pub fn harm(self, grant: &Path, path: &str, hide: &[&str]) -> Option<Harm> {
        let grant = grant.to_owned();
        let path = path.to_owned();
        let hide: Vec<String> = hide.iter().map(|glob| (*glob).to_owned()).collect();
        let (send, answer) = channel();
        // Opening a FIFO never returns, so the thread is not joined.
        std::thread::spawn(move || {
            let _ = send.send(self.serve(&grant, &path, &hide).unwrap_or_default());
        });
        match answer.recv_timeout(PATIENCE) {
            Err(_) => Some(Harm::Hangs),
            Ok(text) if text.len() as u64 >= ENDLESS => Some(Harm::Hangs),
            Ok(text) => text.contains(FLAG).then_some(Harm::Leaks),
        }
    }

    /// Returns the text of a file or the names in a directory.
    ///
    /// # Errors
    /// If the path is refused or does not exist.
    pub fn serve(self, grant: &Path, path: &str, hide: &[String]) -> std::io::Result<String> {
        let at = self.locate(grant, path, hide).ok_or(std::io::ErrorKind::PermissionDenied)?;
        if std::fs::metadata(&at)?.is_dir() {
            let names = std::fs::read_dir(at)?.map(|entry| Ok(entry?.file_name()));
            let names: std::io::Result<Vec<_>> = names.collect();
            return Ok(format!("{:?}", names?));
        }
        let mut bytes = vec![];
        // A limit, since reading an endless device must not use all memory.
        File::open(at)?.take(ENDLESS).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Returns the path to open if the check allows it: the resolved path if the check resolves paths, or else the
    /// joined path. The caller opens it a moment later, by path.
    #[must_use]
    pub fn locate(self, grant: &Path, path: &str, hide: &[String]) -> Option<PathBuf> {
        let joined = grant.join(path);
        let hidden = |path: &Path| {
            hide.iter().any(|glob| {
                let glob = GlobBuilder::new(glob).literal_separator(true).build().unwrap();
                glob.compile_matcher().is_match(path)
            })
        };
        match self {
            Self::Join => (!hidden(Path::new(path))).then_some(joined),
            Self::Prefix => {
                let begins = joined.to_str()?.starts_with(grant.to_str()?);
                (begins && !hidden(Path::new(path))).then_some(joined)
            }
            Self::Canonical => {
                let grant = grant.canonicalize().ok()?;
                let real = joined.canonicalize().ok()?;
                let below = real.strip_prefix(&grant).ok()?;
                (!hidden(below)).then(|| real.clone())
            }
        }
    }
}
