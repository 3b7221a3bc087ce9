//! DELIBERATELY WEAK servers. Do not learn from them how to serve files: they are here to be broken.
//!
//! Each is what somebody wrote, shipped and had to mend: the three ways to keep a client inside a
//! directory by looking at its path.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::time::Duration;

use globset::GlobBuilder;

use crate::sandbox::FLAG;

/// Longer than a read of one page takes, even on a slow machine.
const PATIENCE: Duration = Duration::from_millis(300);
/// More than any file has that is not endless.
const ENDLESS: u64 = 1 << 20;

/// A way to keep a client inside a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Victim {
    /// Joins the path to the directory, and opens it.
    Join,
    /// The same, if the joined path begins with the directory's.
    Prefix,
    /// The same, if the joined path without links and `..` lies below the directory's.
    Canonical,
}

/// What an attack does to a victim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harm {
    /// It gives a secret away.
    Leaks,
    /// It waits, or reads, for ever.
    Hangs,
}

impl Victim {
    /// All of them, the weakest first.
    pub const ALL: [Self; 3] = [Self::Join, Self::Prefix, Self::Canonical];

    /// What comes of asking it for a path: to read the file, or to list the directory.
    #[must_use]
    pub fn harm(self, grant: &Path, path: &str, hide: &[&str]) -> Option<Harm> {
        let (grant, path) = (grant.to_owned(), path.to_owned());
        let hide: Vec<String> = hide.iter().map(|glob| (*glob).to_owned()).collect();
        let (send, answer) = channel();
        // Opening a FIFO never ends: the thread is left behind.
        std::thread::spawn(move || {
            let _ = send.send(self.serve(&grant, &path, &hide).unwrap_or_default());
        });
        match answer.recv_timeout(PATIENCE) {
            Err(_) => Some(Harm::Hangs),
            Ok(text) if text.len() as u64 >= ENDLESS => Some(Harm::Hangs),
            Ok(text) => text.contains(FLAG).then_some(Harm::Leaks),
        }
    }

    /// Text of the file, or names in the directory.
    ///
    /// # Errors
    /// When it is refused, or there is nothing.
    pub fn serve(self, grant: &Path, path: &str, hide: &[String]) -> std::io::Result<String> {
        let at = self.locate(grant, path, hide).ok_or(std::io::ErrorKind::PermissionDenied)?;
        if std::fs::metadata(&at)?.is_dir() {
            let names = std::fs::read_dir(at)?.map(|entry| Ok(entry?.file_name()));
            let names: std::io::Result<Vec<_>> = names.collect();
            return Ok(format!("{:?}", names?));
        }
        let mut bytes = vec![];
        // Whoever reads for ever must not take all memory.
        File::open(at)?.take(ENDLESS).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Where the file is, if the check lets it be served: the joined path, or where links and `..` were
    /// resolved to find out, the resolved one. Who opens it does so by path, a moment later.
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
                let (grant, real) = (grant.canonicalize().ok()?, joined.canonicalize().ok()?);
                let below = real.strip_prefix(&grant).ok()?;
                (!hidden(below)).then(|| real.clone())
            }
        }
    }
}
