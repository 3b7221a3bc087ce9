//! What the right to read allows at a [`Place`]: open a file, list a directory, describe an entry.
//!
//! Only regular files and directories are ever opened, and so that opening cannot block
//! (`O_NONBLOCK`) or take a terminal (`O_NOCTTY`). The type is asked before the open, so that a
//! device is not touched, and of the opened file, so that a swap in between changes nothing.
//!
//! May import: `path`, `limits`, `error`, `system`. No file is read whole, since memory must not grow with it, and
//! none is mapped, since a file that shrinks would kill the server.

pub(super) mod followed;
pub(super) mod pointed;
pub(super) mod tally;
pub(super) mod walk_tree;
pub(super) mod walked;

use std::os::fd::OwnedFd;

use rustix::fs::FileType;
use rustix::io::Errno;

use crate::cap::handle::file_state::FileState;
use crate::cap::handle::hindrance::Hindrance;
use crate::cap::handle::mount::is_mounted_read_only;
use crate::cap::handle::open::{To, open, reopen};
use crate::cap::handle::pseudo::is_pseudo;
use crate::cap::handle::step::{FoundEntry, Kind, lstat};
use crate::cap::hints::walk_errors::IT_IS_A_FILE;
use crate::cap::place::Place;
use crate::cap::rights::{Read, Right, Rights};
use crate::cap::rules::Verdict;
use crate::cap::rules::temp_name::is_temp;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::Name;
use crate::system::{self};

/// An open regular file: it can be read at any offset, and nothing else.
pub struct OpenFile {
    fd: OwnedFd,
    state: FileState,
    shown: String,
}

/// What is known of a file or directory without opening it.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its real path, as clients say it.
    pub shown: String,
    /// What it is.
    pub kind: Kind,
    /// Bytes in it; for a directory, what the file system says.
    pub size: u64,
    /// Last change of its contents, in seconds since 1970.
    pub modified_s: i64,
    /// Last time that it was read, as far as the file system keeps count.
    pub accessed_s: i64,
    /// Permission bits.
    pub mode: u32,
    /// How many names it has.
    pub links: u64,
    /// What the grant allows there, rules included.
    pub rights: Rights,
    /// Is it mounted read only? Then nothing is changed there, whatever the rights.
    pub is_mounted_read_only: bool,
    /// What else keeps it from being changed.
    pub hindrance: Option<Hindrance>,
    /// Does the operator permit to write a file in place?
    pub may_be_written_in_place: bool,
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name.
    pub name: Name,
    /// What it stands for; a link is a link, whatever it leads to.
    pub kind: Kind,
}

/// The entries of a directory in the order of the file system, hidden ones left out.
pub struct Entries<'a> {
    place: &'a Place<Read>,
    budget: &'a Budget,
    stream: rustix::fs::Dir,
    unfinished: u64,
    broken: bool,
}

/// Reading is a part of every right: a grant that is written to is read as well.
impl<R: Right> Place<R> {
    /// Opens the file.
    ///
    /// # Errors
    /// `is_a_directory`, `special_file`, `os_denied` and the other codes of the host.
    pub fn open_file(&self) -> Result<OpenFile, ToolError> {
        match (self.kind(), &self.name) {
            (Kind::File, Some(name)) => {
                let fd = self.open(name, To::Read)?;
                let found = self.stat(&fd)?;
                if found.kind != Kind::File {
                    return Err(self.special());
                }
                Ok(OpenFile { fd, state: FileState::new(&found.stat), shown: self.display_path() })
            }
            _ if self.found.is_none() => Err(self.not_found()),
            (Kind::Directory, _) | (_, None) => {
                let listing = "list_directory shows what is in it";
                let hint = match self.index_file() {
                    Some(path) => format!("did you mean `{path}`? {listing}"),
                    None => listing.into(),
                };
                Err(ToolError::new(
                    Code::IsADirectory,
                    format!("`{}` is a directory", self.requested),
                )
                .hint(hint))
            }
            _ => Err(self.special()),
        }
    }

    /// Opens the directory.
    pub(super) fn open_directory(&self) -> Result<OwnedFd, ToolError> {
        match self.kind() {
            Kind::Directory => {}
            Kind::Special => return Err(self.special()),
            Kind::File | Kind::Link => {
                let sentence = format!("`{}` is not a directory", self.requested);
                return Err(ToolError::new(Code::NotADirectory, sentence).hint(IT_IS_A_FILE));
            }
        }
        let fd = match &self.name {
            Some(name) => self.open(name, To::List)?,
            None => reopen(&self.parent, To::List).map_err(|e| self.unopened(To::List, e))?,
        };
        self.stat(&fd)?;
        Ok(fd)
    }

    /// Describes the entry.
    ///
    /// # Errors
    /// `special_file` for what lies on a pseudo file system.
    pub fn info(&self) -> Result<Info, ToolError> {
        let Some(found) = &self.found else {
            return Err(self.not_found());
        };
        let hindrance = self.hindrance();
        let mut info = Info { hindrance, ..self.describe(found, self.display_path()) };
        let Some(name) = &self.name else {
            info.is_mounted_read_only = is_mounted_read_only(&*self.parent);
            return Ok(info);
        };
        match system::open_path_handle(&self.parent, name.as_os_str()) {
            Ok(fd) => {
                self.refuse_pseudo(found, &fd)?;
                info.is_mounted_read_only = is_mounted_read_only(fd);
            }
            // What lies on the grant's own device is data, and what is known of it is told.
            Err(_) if self.is_on_grants_device(found) => {}
            Err(errno) => return Err(self.unopened(To::Pass, errno)),
        }
        Ok(info)
    }

    pub(super) fn not_found(&self) -> ToolError {
        ToolError::new(Code::NotFound, format!("`{}` does not exist", self.requested))
    }

    fn describe(&self, found: &FoundEntry, shown: String) -> Info {
        let rights = match self.grant.rules.judge(&self.rel_path) {
            Verdict::Open => self.grant.rights,
            _ => Rights::READ,
        };
        Info {
            shown,
            kind: found.kind,
            size: found.stat.size,
            modified_s: found.stat.modified.0,
            accessed_s: found.stat.read.0,
            mode: found.stat.mode,
            links: found.stat.links,
            rights,
            is_mounted_read_only: false,
            hindrance: None,
            may_be_written_in_place: self.grants.may_write_in_place(),
        }
    }

    /// What was found there; nothing if there is nothing.
    pub fn found_kind(&self) -> Option<Kind> {
        self.found.as_ref().map(|found| found.kind)
    }

    pub(super) fn kind(&self) -> Kind {
        self.found.as_ref().map_or(Kind::Special, |found| found.kind)
    }

    pub(super) fn open(&self, name: &Name, how: To) -> Result<OwnedFd, ToolError> {
        open(&self.parent, name, how).map_err(|e| self.unopened(how, e))
    }

    pub(super) fn stat(&self, fd: &OwnedFd) -> Result<FoundEntry, ToolError> {
        let found = FoundEntry::new(system::stat(fd).map_err(|e| self.os("look at", e))?);
        self.refuse_pseudo(&found, fd)?;
        Ok(found)
    }

    /// Refuses what lies on a pseudo file system. The grant's own device was judged at startup.
    fn refuse_pseudo(&self, found: &FoundEntry, fd: &OwnedFd) -> Result<(), ToolError> {
        if self.is_on_grants_device(found) {
            return Ok(());
        }
        match is_pseudo(fd) {
            Ok(false) => Ok(()),
            Ok(true) => Err(self.special()),
            Err(errno) => Err(self.os("look at", errno)),
        }
    }

    fn is_on_grants_device(&self, found: &FoundEntry) -> bool {
        self.grant.device == found.stat.device
    }

    pub(super) fn special(&self) -> ToolError {
        ToolError::special_file(&self.requested)
    }

    pub(super) fn os(&self, doing: &str, errno: Errno) -> ToolError {
        self.known_reason(errno)
            .unwrap_or_else(|| ToolError::os(doing, &self.requested.to_string(), &errno.into()))
    }
}

impl Place<Read> {
    /// Opens the directory for listing.
    ///
    /// # Errors
    /// `not_a_directory`, `special_file`, `os_denied` and the other codes of the host.
    pub fn entries<'a>(&'a self, budget: &'a Budget) -> Result<Entries<'a>, ToolError> {
        let stream =
            rustix::fs::Dir::new(self.open_directory()?).map_err(|e| self.os("list", e))?;
        Ok(Entries { place: self, budget, stream, unfinished: 0, broken: false })
    }
}

impl OpenFile {
    /// A file that was opened on a walk in a grant on `device`; `None` if it is not a regular file, or
    /// is on a file system whose files are not data.
    pub(super) fn walked(fd: OwnedFd, device: u64, shown: String) -> Option<Self> {
        let found = FoundEntry::new(system::stat(&fd).ok()?);
        let is_data = found.stat.device == device || is_pseudo(&fd) == Ok(false);
        let state = FileState::new(&found.stat);
        (found.kind == Kind::File && is_data).then_some(Self { fd, state, shown })
    }

    /// Its real path, as clients say it.
    pub fn display_path(&self) -> &str {
        &self.shown
    }

    /// Bytes in it when it was opened. It may grow or shrink since: trust [`Self::read_at`].
    pub fn size(&self) -> u64 {
        self.state.size
    }

    /// Which file it is, and its state when it was opened.
    pub fn state(&self) -> FileState {
        self.state
    }

    /// Fills `buffer` from `offset` in bytes, and gives what was read: less than `buffer` holds only
    /// at the end of the file.
    ///
    /// # Errors
    /// The codes of the host.
    pub fn read_at<'b>(&self, buffer: &'b mut [u8], offset: u64) -> Result<&'b [u8], ToolError> {
        let mut filled = 0;
        while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
            match rustix::io::pread(&self.fd, rest, offset.saturating_add(filled as u64)) {
                Ok(0) => break,
                Ok(n) => filled += n,
                Err(Errno::INTR) => {}
                Err(errno) => return Err(ToolError::os("read", &self.shown, &errno.into())),
            }
        }
        Ok(buffer.get(..filled).unwrap_or_default())
    }
}

impl Entries<'_> {
    /// Entries so far that were left out because their names are reserved for changes that are not finished.
    pub fn unfinished(&self) -> u64 {
        self.unfinished
    }

    /// What is known of one of the entries.
    ///
    /// # Errors
    /// The codes of the host; `not_found` when it is gone since.
    pub fn info(&self, entry: &Entry) -> Result<Info, ToolError> {
        let below: Vec<_> = self.place.rel_path.iter().chain([&entry.name]).cloned().collect();
        let shown = self.place.grants.display_path(&self.place.grant, &below);
        let found =
            self.look(&entry.name).map_err(|e| ToolError::os("look at", &shown, &e.into()))?;
        Ok(self.place.describe(&found, shown))
    }

    fn look(&self, name: &Name) -> Result<FoundEntry, Errno> {
        lstat(self.stream.fd()?, name).map(FoundEntry::new)
    }

    /// The entry, unless it is hidden, or gone again.
    fn entry(&self, raw: &rustix::fs::DirEntry) -> Option<Entry> {
        let name = Name::from_bytes(raw.file_name().to_bytes())?;
        if self.place.grant.rules.hide(self.place.rel_path.iter().chain([&name])) {
            return None;
        }
        let kind = match raw.file_type() {
            // Some file systems do not say.
            FileType::Unknown => match self.look(&name) {
                Ok(found) => found.kind,
                Err(Errno::NOENT) => return None,
                // It is there, and nothing that could be opened.
                Err(_) => Kind::Special,
            },
            known => known.into(),
        };
        Some(Entry { name, kind })
    }
}

impl Iterator for Entries<'_> {
    type Item = Result<Entry, ToolError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.broken {
            // Charged for hidden entries as well, so that they too end in time.
            let raw = match self.budget.step() {
                Ok(()) => self.stream.next()?.map_err(|errno| self.place.os("list", errno)),
                Err(spent) => Err(spent.into()),
            };
            match raw {
                Ok(raw) if is_temp(raw.file_name().to_bytes()) => self.unfinished += 1,
                Ok(raw) => {
                    if let Some(entry) = self.entry(&raw) {
                        return Some(Ok(entry));
                    }
                }
                Err(error) => {
                    self.broken = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}
