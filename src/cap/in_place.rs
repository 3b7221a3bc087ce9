//! Writing into a file where it lies: for a file that cannot be replaced, as containers mount single ones.
//!
//! It is not atomic. Whoever reads meanwhile sees old and new bytes mixed, and a process that is killed leaves them so.
//! Nothing does this unasked, and the operator has to permit it (`--in-place`): the kernel refuses to shorten any file
//! otherwise. A file with other names would change under all of them, perhaps outside the grant, and is left alone.
//!
//! May import: `limits`, `error`, `system`.

use std::os::fd::OwnedFd;

use rustix::io::Errno;

use super::beneath::Kind;
use super::change_lock::ChangeLock;
use super::handle::To;
use super::read::FileState;
use super::write::{Expect, Written};
use super::{Place, Write};
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::system;

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
            let sentence = "the server does not permit to write a file in place";
            return Err(ToolError::new(Code::RightMissing, sentence)
                .hint("leave it out, and the file is replaced; the user can start the server with `--in-place`"));
        }
        self.name_of_file()?;
        if self.what() != Some(Kind::File) {
            let sentence =
                format!("`{}` does not exist, so there is nothing to write into", self.said);
            return Err(
                ToolError::new(Code::NotFound, sentence).hint("mode=create makes a new file")
            );
        }
        let lock = ChangeLock::of(&self.parent, budget)?;
        let (Some((fd, found)), _) = self.old_as_expected(expect, To::Write)? else {
            return Err(self.stale());
        };
        if found.stat.links > 1 {
            let sentence = format!(
                "`{}` has other names, and writing in place would change the file under all of them",
                self.said
            );
            return Err(ToolError::new(Code::BadArgs, sentence)
                .hint("mode=overwrite leaves the other names as they are"));
        }
        // Nothing stops it from here on: a part is worse than all.
        budget.step()?;
        let (written, ended) = write_all(&fd, contents);
        let ended = match ended {
            Ok(()) if written < found.stat.size => shorten(&fd, written),
            other => other,
        };
        drop(lock);
        ended.map_err(|errno| {
            let error = self.os("write", errno);
            if written == 0 {
                return error;
            }
            let sentence = format!(
                "{written} bytes were written into `{}`, which holds new and old bytes now",
                self.said
            );
            ToolError::new(error.code(), sentence)
                .hint("write the whole file again")
                .detail(std::io::Error::from(errno))
        })?;
        system::sync_contents(&fd).map_err(|errno| self.may_not_last("changed", errno))?;
        let found = self.stat(&fd)?;
        Ok(Written { state: FileState::new(&found.stat), other_names: 0, made: 0 })
    }
}

/// How many bytes were written from the beginning on, and why not all of them.
fn write_all<'b>(
    fd: &OwnedFd,
    contents: impl IntoIterator<Item = &'b [u8]>,
) -> (u64, Result<(), Errno>) {
    let mut offset = 0;
    for mut part in contents {
        while !part.is_empty() {
            match rustix::io::pwrite(fd, part, offset) {
                Ok(0) => return (offset, Err(Errno::NOSPC)),
                Ok(written) => {
                    offset += written as u64;
                    part = part.get(written..).unwrap_or_default();
                }
                Err(Errno::INTR) => {}
                Err(errno) => return (offset, Err(errno)),
            }
        }
    }
    (offset, Ok(()))
}

fn shorten(fd: &OwnedFd, size: u64) -> Result<(), Errno> {
    loop {
        match rustix::fs::ftruncate(fd, size) {
            Err(Errno::INTR) => {}
            other => return other,
        }
    }
}
