//! What the right to write allows at a [`Place`]: put contents there, whole or not at all.
//!
//! Contents are never changed where they lie. New ones are written to a [`Temp`] in the same directory,
//! which gets the old file's owner and mode before the first byte, is synced before it is renamed,
//! and renamed in one step: a reader sees, at any time, the old bytes or the new. Then the directory
//! is synced. (`append` and `in_place` are the exceptions.)
//!
//! May import: `path`, `limits`, `error`, `system`. Nothing is truncated, and no link at the end is followed: a
//! place is what the link led to.

use std::os::fd::OwnedFd;

use rustix::fs::Mode;
use rustix::io::Errno;

use crate::cap::change::change_lock::ChangeLock;
use crate::cap::change::temp::{Temp, remove_stale_temps};
use crate::cap::handle::attributes::{Lost, keep};
use crate::cap::handle::directory::sync_directory;
use crate::cap::handle::file_state::FileState;
use crate::cap::handle::open::To;
use crate::cap::handle::overlay::is_copied_up;
use crate::cap::handle::step::{FoundEntry, Kind, lstat};
use crate::cap::place::Place;
use crate::cap::rights::{Right, Write};
use crate::cap::rules::Rules;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self, Stat};

/// Bytes written between two looks at the budget.
const CHUNK: usize = 1 << 20;
/// What a new file may be, before the user's umask and the directory's own list take from it.
pub(in crate::cap) const NEW_FILE: u32 = 0o666;
/// What a file is until it has what it keeps of another one.
pub(in crate::cap) const SECRET: Mode = Mode::RUSR.union(Mode::WUSR);

/// What a move that fails at its source says.
const UNDONE: &str = "so the copy was removed again, and nothing was moved";

/// What a file is to be like that is put somewhere.
pub(in crate::cap) enum AttributeSource<'a> {
    /// The one that it replaces; a new one gets this mode.
    New(Mode),
    /// The one that is moved there, and what removes it where it was.
    Moved(&'a OwnedFd, &'a Stat, &'a dyn Fn() -> Result<(), ToolError>),
}

impl AttributeSource<'_> {
    fn remove_source(&self) -> Result<(), ToolError> {
        match self {
            Self::New(_) => Ok(()),
            Self::Moved(_, _, remove) => remove(),
        }
    }
}

/// A file that is there, open for writing, and what it was then.
pub(in crate::cap) type Old = (OwnedFd, FoundEntry);

/// What a write expects to find in its place.
#[derive(Clone, Copy, Debug)]
pub enum Expect {
    /// Nothing.
    Nothing,
    /// Nothing, or any file.
    Anything,
    /// This file, unchanged.
    This(FileState),
}

/// What came of a write.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// The file as it is now.
    pub state: FileState,
    /// Other names of the file that was replaced: they keep the old contents.
    pub other_names: u64,
    /// Directories that were made on the way.
    pub made: usize,
    /// Attributes of the replaced or moved file that were not kept.
    pub lost: Lost,
}

impl Written {
    /// What came of a write into the file that is there.
    pub(in crate::cap) fn in_place(state: FileState) -> Self {
        Self { state, other_names: 0, made: 0, lost: Lost::default() }
    }
}

impl<R: Right> Place<R> {
    /// The rules of its grant.
    pub(in crate::cap) fn rules(&self) -> &Rules {
        &self.grant.rules
    }

    /// Looks at it again, now that nobody else of this process changes it.
    pub(in crate::cap) fn look_again(&mut self) -> Result<(), ToolError> {
        let Some(name) = self.name.as_ref().filter(|_| self.missing.is_empty()) else {
            return Ok(());
        };
        let was_link = self.found_kind() == Some(Kind::Link);
        self.found = match lstat(&self.parent, name) {
            Ok(stat) => Some(FoundEntry::new(stat)),
            Err(Errno::NOENT) => None,
            Err(errno) => return Err(self.os("look at", errno)),
        };
        if !was_link && self.found_kind() == Some(Kind::Link) {
            Err(self.stale_error())
        } else {
            Ok(())
        }
    }

    /// The root of a grant is neither replaced nor moved nor removed.
    pub(in crate::cap) fn root_error(&self) -> ToolError {
        let sentence = format!("`{}` is the granted directory itself", self.requested);
        ToolError::new(Code::IsADirectory, sentence).hint("use the path of something in it")
    }

    pub(in crate::cap) fn stale_error(&self) -> ToolError {
        let sentence =
            format!("`{}` was changed by another program while this call ran", self.requested);
        ToolError::new(Code::Stale, sentence)
            .hint("this call changed nothing; read the file again and repeat the call")
    }

    /// The change is done and visible, but a crash could undo it. `was` describes the change, after the path.
    pub(in crate::cap) fn may_not_last(&self, was: &str, errno: Errno) -> ToolError {
        let code = self.os("change", errno).code();
        let sentence = format!(
            "`{}` was {was}, but the system could not confirm that the change would survive a crash",
            self.requested
        );
        ToolError::new(code, sentence)
            .hint("check it again before relying on it")
            .detail(std::io::Error::from(errno))
    }

    /// Is what is there now still this file, unchanged?
    pub(in crate::cap) fn is_still(&self, state: &FileState) -> bool {
        let Some(name) = &self.name else { return false };
        lstat(&self.parent, name).is_ok_and(|stat| FileState::new(&stat) == *state)
    }
}

impl Place<Write> {
    /// Puts contents there, whole or not at all. Directories on the way are made.
    ///
    /// # Errors
    /// `is_a_directory`, `special_file`, `already_exists`, `stale` as expected otherwise, `os_denied` when
    /// the user may not write to the file that is there, `os_full` and the other codes of the host,
    /// `timed_out` and `cancelled`: nothing is changed then.
    pub fn put<'b>(
        &self,
        contents: impl IntoIterator<Item = &'b [u8]>,
        expect: Expect,
        budget: &Budget,
    ) -> Result<Written, ToolError> {
        let fill = |temp: &Temp| {
            for part in contents.into_iter().flat_map(|part| part.chunks(CHUNK)) {
                budget.step()?;
                write_all(temp, part).map_err(|errno| self.os("write", errno))?;
            }
            Ok(())
        };
        self.put_by(&AttributeSource::New(system::mode(NEW_FILE)), expect, budget, fill)
    }

    /// The same, with `fill` to write the contents.
    pub(in crate::cap) fn put_by(
        &self,
        like: &AttributeSource<'_>,
        expect: Expect,
        budget: &Budget,
        fill: impl FnOnce(&Temp) -> Result<(), ToolError>,
    ) -> Result<Written, ToolError> {
        let name = self.name_of_file()?;
        let (parent, made) = self.parents()?;
        let (old, expect) = self.old_as_expected(expect, To::Write)?;
        let left = remove_stale_temps(&parent, budget);
        let (mode, model) = match (like, &old) {
            (AttributeSource::New(mode), None) => (*mode, None),
            (AttributeSource::New(_), Some((fd, found))) => (SECRET, Some((fd, &found.stat))),
            (AttributeSource::Moved(fd, stat, _), _) => (SECRET, Some((*fd, *stat))),
        };
        let mut temp = Temp::file(&parent, mode).map_err(|errno| self.not_begun(errno))?;
        let lost = match model {
            Some((fd, stat)) => {
                keep(fd, stat, temp.fd()).map_err(|errno| self.os("change", errno))?
            }
            None => Lost::default(),
        };
        let names = old.as_ref().map_or(0, |(_, found)| found.stat.links);
        let other_names = names.saturating_sub(1);
        fill(&temp)?;
        system::sync_contents(temp.fd()).map_err(|errno| self.os("write", errno))?;
        // The last moment at which it can be asked.
        budget.step()?;
        let lock = ChangeLock::of(&parent, budget)?;
        let placed = match expect {
            Expect::This(state) if !self.is_still(&state) => return Err(self.stale_error()),
            Expect::Nothing => temp.rename_noreplace(name),
            Expect::This(_) | Expect::Anything => temp.rename_over(name),
        };
        drop(lock);
        placed.map_err(|why| self.not_placed(why))?;
        let stat = system::stat(temp.fd()).map_err(|e| self.os("look at", e))?;
        made.sync();
        let synced = self.sync(left.sync());
        let is_synced = synced.is_ok();
        let is_move = matches!(like, AttributeSource::Moved(..));
        if let Err(error) = synced.and_then(|()| like.remove_source()) {
            // Only a refusal says for certain that the source is still there.
            let is_source_there = is_move && (!is_synced || is_refusal(error.code()));
            let is_new = matches!(expect, Expect::Nothing);
            if is_source_there && is_new && temp.take_back(name, &stat) {
                return Err(if is_synced { error.and(UNDONE) } else { self.undone(&error) });
            }
            made.keep();
            return Err(if is_move && is_synced { source_stays(error) } else { error });
        }
        let made = made.keep();
        left.remove(budget);
        Ok(Written { state: FileState::new(&stat), other_names, made, lost })
    }

    /// The copy of a move was removed again, since a crash could have lost it.
    fn undone(&self, error: &ToolError) -> ToolError {
        let sentence = format!(
            "the system could not confirm that a copy at `{}` would survive a crash, {UNDONE}",
            self.requested
        );
        ToolError::new(error.code(), sentence).detail(error.log_detail().unwrap_or_default())
    }

    /// The name of a file that is there, or can be.
    pub(in crate::cap) fn name_of_file(&self) -> Result<&Name, ToolError> {
        match (&self.name, self.found_kind()) {
            (None, _) => Err(self.root_error()),
            (Some(_), Some(Kind::Directory)) => Err(ToolError::new(
                Code::IsADirectory,
                format!("`{}` is a directory", self.requested),
            )),
            (Some(_), Some(Kind::Special)) => Err(self.special()),
            (Some(_), None) if self.must_be_dir => {
                let sentence = format!("`{}` ends like the path of a directory", self.requested);
                Err(ToolError::new(Code::IsADirectory, sentence)
                    .hint("a file's path ends with its name; create_directory makes directories"))
            }
            (Some(name), _) => Ok(name),
        }
    }

    /// The existing file, opened for writing: a user who may not do that may not replace it either.
    fn old(&self, how: To) -> Result<Option<Old>, ToolError> {
        let (Some(_), Some(name)) = (&self.found, &self.name) else { return Ok(None) };
        let fd = match self.open(name, how) {
            Ok(fd) => fd,
            Err(error) if error.code() == Code::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        let found = self.stat(&fd)?;
        if found.kind == Kind::File { Ok(Some((fd, found))) } else { Err(self.special()) }
    }

    /// The same, and the state to expect from then on. On an overlay the open itself changes the file's metadata, so
    /// the state is taken from the open file if nobody else changed it before.
    pub(in crate::cap) fn old_as_expected(
        &self,
        expect: Expect,
        how: To,
    ) -> Result<(Option<Old>, Expect), ToolError> {
        let Expect::This(state) = expect else { return Ok((self.old(how)?, expect)) };
        if !self.is_still(&state) {
            return Err(self.stale_error());
        }
        let Some((fd, found)) = self.old(how)? else { return Err(self.stale_error()) };
        let now = FileState::new(&found.stat);
        if now != state && !is_copied_up(&fd, &state, &now) {
            return Err(self.stale_error());
        }
        Ok((Some((fd, found)), Expect::This(now)))
    }

    /// Fails if the user may not write to the existing file.
    pub(in crate::cap) fn check_writable(&self) -> Result<(), ToolError> {
        self.old(To::Write).map(drop)
    }

    /// The name of the entry that exists, or can be created.
    pub(in crate::cap) fn name_of_entry(&self) -> Result<&Name, ToolError> {
        self.name.as_ref().ok_or_else(|| self.root_error())
    }

    /// Something has the name already.
    pub(in crate::cap) fn exists_error(&self) -> ToolError {
        let what = match self.found_kind() {
            Some(Kind::Directory) => "a directory of that name",
            Some(Kind::Link) => "a link of that name",
            Some(Kind::Special) => "a special file of that name",
            Some(Kind::File) | None => "a file of that name",
        };
        let error = ToolError::new(
            Code::AlreadyExists,
            format!("`{}` exists already: {what}", self.requested),
        );
        match self.own_spelling() {
            Some(own) => error.hint(format!("its name is {own}")),
            None => error,
        }
    }

    /// Puts on the disk what was made on the way as well, now that its directory is: `synced` says so.
    pub(in crate::cap) fn sync(&self, synced: Result<(), Errno>) -> Result<(), ToolError> {
        let outer = if self.missing.is_empty() { Ok(()) } else { sync_directory(&self.parent) };
        synced.and(outer).map_err(|errno| self.may_not_last("changed", errno))
    }
}

/// Does the system, or a check, refuse a removal, so that nothing was removed?
fn is_refusal(code: Code) -> bool {
    matches!(code, Code::OsDenied | Code::OsBusy | Code::Stale)
}

/// Writes all of it.
pub(in crate::cap) fn write_all(temp: &Temp, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(temp.fd(), bytes) {
            Ok(0) => return Err(Errno::NOSPC),
            Ok(written) => bytes = bytes.get(written..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// The source of a move was not removed.
pub(in crate::cap) fn source_stays(error: ToolError) -> ToolError {
    error
        .and("the copy is complete, but the source was not removed")
        .hint("compare the two before you remove either")
}
