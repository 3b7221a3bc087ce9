//! Appending: the one change that is made where a file lies, by a single write at its end, wherever the system
//! takes all of it at once.
//!
//! Killed in the middle, it leaves the old bytes and a beginning of the new. A file with other names would
//! change under all of them, and is left alone.
//!
//! May import: `limits`, `error`, `system`. A part that was written is not taken back: another program may have
//! appended after it.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use crate::cap::change::change_lock::ChangeLock;
use crate::cap::change::write::{Expect, Written};
use crate::cap::handle::file_state::FileState;
use crate::cap::handle::open::To;
use crate::cap::place::Place;
use crate::cap::rights::Write;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::system;

impl Place<Write> {
    /// Appends to the file, at its end.
    ///
    /// # Errors
    /// As [`Self::put`], `stale` as expected otherwise; `bad_args` for a file with other names, which would change with it. Where only a part was
    /// appended, the error says how much.
    pub fn append(
        &self,
        contents: &[u8],
        expect: Expect,
        budget: &Budget,
    ) -> Result<Written, ToolError> {
        self.name_of_file()?;
        // A file that another server replaced meanwhile has no name any more, and what was appended to it would be lost.
        let lock = ChangeLock::of(&self.parent, budget)?;
        let (old, _) = self.old_as_expected(expect, To::Append)?;
        let (fd, found) = old.ok_or_else(|| self.not_found())?;
        if found.stat.links > 1 {
            let sentence = format!(
                "`{}` has other names (hard links), and appending would change the file under all of them",
                self.requested
            );
            return Err(ToolError::new(Code::BadArgs, sentence).hint(
                "write the whole contents with mode=overwrite: the other names then keep the old contents",
            ));
        }
        let (appended, ended) = append_all(&fd, contents);
        drop(lock);
        if appended == 0
            && let Err(errno) = ended
        {
            return Err(self.os("append to", errno));
        }
        system::sync_contents(&fd).map_err(|errno| {
            // Repeating the call would append twice.
            let was = format!("lengthened by {appended} of {} bytes", contents.len());
            self.may_not_last(&was, errno)
        })?;
        ended.map_err(|errno| {
            let sentence = format!(
                "only {appended} of {} bytes were appended to `{}`",
                contents.len(),
                self.requested
            );
            ToolError::new(self.os("append to", errno).code(), sentence)
                .hint("read the end of the file; `content_base64` then appends the rest as it is")
                .detail(std::io::Error::from(errno))
        })?;
        let found = self.stat(&fd)?;
        Ok(Written::in_place(FileState::new(&found.stat)))
    }
}

/// How many bytes were appended, and why not all of them.
fn append_all(fd: &OwnedFd, contents: &[u8]) -> (usize, Result<(), Errno>) {
    let mut appended = 0;
    loop {
        let rest = contents.get(appended..).unwrap_or_default();
        match rustix::io::write(fd, rest) {
            // It would never end.
            Ok(0) if !rest.is_empty() => return (appended, Err(Errno::NOSPC)),
            Ok(written) => appended += written,
            Err(Errno::INTR) => continue,
            Err(errno) => return (appended, Err(errno)),
        }
        // A drive on a network may take a part at a time; a full disk takes a part, and then says that it is full.
        if appended >= contents.len() {
            return (appended, Ok(()));
        }
    }
}
