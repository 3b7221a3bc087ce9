//! [`Version`]: which contents a file had when it was read.
//!
//! Up to [`MAX_HASHED`] bytes it covers the contents: the same bytes have the same version, whatever
//! was done to the file in between. Above, hashing would cost more than the read, and it covers what
//! the file system says: which file, its size, and the times of its last change.
//!
//! May import: `cap` (for open files), `error`, `limits`. A version is not a security measure: fifty bits tell
//! accidental changes apart. An attacker who can forge one can also change the file after the check.

use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

use crate::cap::{FileState, OpenFile};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::text::read::buffer::buffer;

/// Bytes up to which a version covers the contents.
pub const MAX_HASHED: u64 = 16 << 20;
/// Bytes read at a time.
const CHUNK: usize = 256 << 10;
/// Characters of a version: five bits each.
const CHARS: usize = 10;

/// A short name for the contents of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version(String);

/// Does this look like a version? Whether any file has it is another matter.
pub fn is_version(text: &str) -> bool {
    let is_of_one = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() == CHARS && text.bytes().all(is_of_one)
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The SHA-256 of the whole file, in hexadecimal.
///
/// # Errors
/// The codes of the host; `timed_out` for a file that takes longer than a call may.
pub fn sha256(file: &OpenFile, budget: &Budget) -> Result<String, ToolError> {
    let mut hash = Versioner(Some(Sha256::new()));
    hash.read_all(file, budget)?;
    Ok(HEXLOWER.encode(&hash.0.unwrap_or_default().finalize()))
}

/// The version of a file that was just written, from its contents or, where they are many, from what
/// the file system says of it.
pub fn version_of<'a>(contents: impl IntoIterator<Item = &'a [u8]>, state: &FileState) -> Version {
    let mut versioner = Versioner::of(state);
    if versioner.needs_all() {
        contents.into_iter().for_each(|part| versioner.update(part));
    }
    versioner.finish(state)
}

/// The version of what is in `file` now.
///
/// # Errors
/// The codes of the host; `timed_out`.
pub fn version(file: &OpenFile, budget: &Budget) -> Result<Version, ToolError> {
    let mut versioner = Versioner::new(file);
    if versioner.needs_all() {
        versioner.read_all(file, budget)?;
    }
    Ok(versioner.finish(&file.state()))
}

/// Makes a version out of the contents as they go by.
pub(in crate::text) struct Versioner(Option<Sha256>);

impl Versioner {
    /// Begins with the first byte of `file`.
    pub(in crate::text) fn new(file: &OpenFile) -> Self {
        Self::of(&file.state())
    }

    fn of(state: &FileState) -> Self {
        Self((state.size <= MAX_HASHED).then(Sha256::new))
    }

    /// Does it need every byte?
    pub(in crate::text) fn needs_all(&self) -> bool {
        self.0.is_some()
    }

    /// The next bytes, in order.
    pub(in crate::text) fn update(&mut self, bytes: &[u8]) {
        if let Some(hash) = &mut self.0 {
            hash.update(bytes);
        }
    }

    fn read_all(&mut self, file: &OpenFile, budget: &Budget) -> Result<(), ToolError> {
        let mut buffer = buffer(file, CHUNK);
        let mut offset = 0;
        loop {
            budget.step()?;
            let room = buffer.len();
            let chunk = file.read_at(&mut buffer, offset)?;
            self.update(chunk);
            offset += chunk.len() as u64;
            if chunk.len() < room {
                return Ok(());
            }
        }
    }

    /// The version of what went by.
    pub(in crate::text) fn finish(self, state: &FileState) -> Version {
        let hash = match self.0 {
            Some(hash) => hash.finalize(),
            None => Sha256::digest(state.to_bytes()),
        };
        Version(BASE32_NOPAD.encode(&hash).to_ascii_lowercase().chars().take(CHARS).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_have_the_same_version() {
        let version = |parts: &[&[u8]]| {
            let mut hash = Sha256::new();
            for part in parts {
                hash.update(part);
            }
            BASE32_NOPAD.encode(&hash.finalize()).to_ascii_lowercase()
        };
        assert_eq!(version(&[b"ab", b"c"]), version(&[b"abc"]));
        assert!(version(&[b"abc"]).starts_with("xj4bnp4pahh6"));
    }
}
