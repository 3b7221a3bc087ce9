//! Writing into a file where it lies: for a file that cannot be replaced, as containers mount single ones.
//!
//! It is not atomic. A program that reads meanwhile sees old and new bytes mixed, and a killed process leaves them so.
//! Nothing does this unasked, and the operator has to permit it (`--in-place`): the kernel refuses to shorten any file
//! otherwise. A file with other names would change under all of them, perhaps outside the grant, and is left alone.
//!
//! May import: `limits`, `error`, `system`.

use std::ops::Range;
use std::os::fd::OwnedFd;

use rustix::io::Errno;

use crate::cap::change::change_lock::ChangeLock;
use crate::cap::change::write::{Expect, Written};
use crate::cap::handle::file_state::FileState;
use crate::cap::handle::open::To;
use crate::cap::handle::step::Kind;
use crate::cap::place::Place;
use crate::cap::rights::Write;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::system;

/// The change that every tool makes that does not write in place.
const REPLACE: &str = "to replace the file instead, leave in_place=true out in edit_file, or use mode=overwrite in write_file";

impl Place<Write> {
    /// Writes contents into the file that is there.
    ///
    /// # Errors
    /// `right_missing` where the operator does not permit it; `not_found`; `bad_args` for a file with other names;
    /// `stale` as expected otherwise; the codes of [`Self::put`]. Nothing is changed then, unless the sentence says how
    /// much was written.
    pub fn put_in_place<'b>(
        &self,
        contents: impl IntoIterator<Item = &'b [u8]>,
        expect: Expect,
        budget: &Budget,
    ) -> Result<Written, ToolError> {
        if !self.grants.may_write_in_place() {
            let sentence = "the server does not permit writing files in place";
            let permit = "the user can start the server with `--in-place`";
            // What cannot be replaced either is not sent back there.
            let hint = if self.is_mount_point() {
                permit.to_owned()
            } else {
                format!("{REPLACE}; {permit}")
            };
            return Err(ToolError::new(Code::RightMissing, sentence).hint(hint));
        }
        self.name_of_file()?;
        if self.found_kind() != Some(Kind::File) {
            let sentence =
                format!("`{}` does not exist, so there is nothing to write into", self.requested);
            return Err(ToolError::new(Code::NotFound, sentence)
                .hint("mode=create of write_file makes a new file"));
        }
        let lock = ChangeLock::of(&self.parent, budget)?;
        let (Some((fd, found)), _) = self.old_as_expected(expect, To::Write)? else {
            return Err(self.stale_error());
        };
        if found.stat.links > 1 {
            let sentence = format!(
                "`{}` has other names (hard links), and writing in place would change the file under all of them",
                self.requested
            );
            return Err(ToolError::new(Code::BadArgs, sentence)
                .hint(format!("{REPLACE}: the other names then keep the old contents")));
        }
        // Nothing stops it from here on: a part is worse than all.
        budget.step()?;
        let parts: Vec<&[u8]> = contents.into_iter().collect();
        let size = found.stat.size;
        // The bytes past the old end are written first. If there is no space for them, the old bytes are still whole.
        let longer = write_part(&fd, &parts, size..u64::MAX).map_err(|(_, errno)| errno);
        if let Err(errno) = longer
            && shorten(&fd, size).is_ok()
        {
            return Err(self.os("write", errno));
        }
        let ended = longer
            .map_err(|errno| (0, errno))
            .and_then(|()| write_part(&fd, &parts, 0..size))
            .and_then(|()| {
                let length = parts.iter().map(|part| part.len() as u64).sum();
                let shortened = if length < size { shorten(&fd, length) } else { Ok(()) };
                shortened.map_err(|errno| (length, errno))
            })
            .map_err(|(written, errno)| self.partly_written(written, errno));
        drop(lock);
        ended?;
        system::sync_contents(&fd).map_err(|errno| self.may_not_last("changed", errno))?;
        let found = self.stat(&fd)?;
        Ok(Written::in_place(FileState::new(&found.stat)))
    }
}

impl Place<Write> {
    fn partly_written(&self, written: u64, errno: Errno) -> ToolError {
        let error = self.os("write", errno);
        let sentence = format!(
            "{written} bytes were written at the beginning of `{}`, which now holds a mix of new and old bytes",
            self.requested
        );
        ToolError::new(error.code(), sentence)
            .hint("write the whole file again")
            .detail(std::io::Error::from(errno))
    }
}

/// Writes what belongs at these offsets; or says how many bytes of it were written, and why not all of them.
fn write_part(fd: &OwnedFd, parts: &[&[u8]], at: Range<u64>) -> Result<(), (u64, Errno)> {
    let mut begin = 0_u64;
    let mut written = 0_u64;
    for part in parts {
        let end = begin + part.len() as u64;
        let within =
            |offset: u64| usize::try_from(offset.clamp(begin, end) - begin).unwrap_or(part.len());
        let mut rest = part.get(within(at.start)..within(at.end)).unwrap_or_default();
        let mut offset = at.start.max(begin);
        while !rest.is_empty() {
            match rustix::io::pwrite(fd, rest, offset) {
                Ok(0) => return Err((written, Errno::NOSPC)),
                Ok(count) => {
                    (offset, written) = (offset + count as u64, written + count as u64);
                    rest = rest.get(count..).unwrap_or_default();
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err((written, errno)),
            }
        }
        begin = end;
    }
    Ok(())
}

fn shorten(fd: &OwnedFd, size: u64) -> Result<(), Errno> {
    loop {
        match rustix::fs::ftruncate(fd, size) {
            Err(Errno::INTR) => {}
            other => return other,
        }
    }
}
