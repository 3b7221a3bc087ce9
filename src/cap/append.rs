//! Appending: the one change that is made where a file lies, by a single write at its end.
//!
//! Killed in the middle, it leaves the old bytes and a beginning of the new. A file with other names would
//! change under all of them, and is left alone.
//!
//! May import: `error`, `system`. Absent on purpose: taking back what was written. Somebody else may have appended
//! behind it.

use rustix::fs::OFlags;
use rustix::io::Errno;

use super::beneath::Kind;
use super::read::FileState;
use super::write::Written;
use super::{Place, Write};
use crate::error::{Code, ToolError};
use crate::system;

impl Place<Write> {
    /// Appends to the file, by one write at its end.
    ///
    /// # Errors
    /// As [`Self::put`]; `bad_args` for a file with other names, which would change with it; `os_full`
    /// says how much was appended.
    pub fn append(&self, contents: &[u8]) -> Result<Written, ToolError> {
        let name = self.name_of_file()?;
        let fd = self.open(name.as_os_str(), OFlags::WRONLY | OFlags::APPEND)?;
        let found = self.stat(&fd)?;
        if found.kind != Kind::File {
            return Err(self.special());
        }
        if found.stat.links > 1 {
            let sentence = format!(
                "`{}` has other names, and appending would change the file under all of them",
                self.said
            );
            return Err(ToolError::new(Code::BadArgs, sentence).hint(
                "mode=overwrite with the whole contents leaves the other names as they are",
            ));
        }
        let appended = loop {
            match rustix::io::write(&fd, contents) {
                Err(Errno::INTR) => {}
                Err(errno) => return Err(self.os("append to", errno)),
                Ok(appended) => break appended,
            }
        };
        system::sync_contents(&fd).map_err(|errno| {
            // Whoever repeats it would append twice.
            let was = format!("lengthened by {appended} of {} bytes", contents.len());
            self.may_not_last(&was, errno)
        })?;
        if appended < contents.len() {
            let sentence = format!(
                "no space is left: {appended} of {} bytes were appended to `{}`",
                contents.len(),
                self.said
            );
            return Err(ToolError::new(Code::OsFull, sentence));
        }
        let found = self.stat(&fd)?;
        Ok(Written { state: FileState::new(&found.stat), other_names: 0, made: 0 })
    }
}
