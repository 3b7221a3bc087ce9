//! Reads and writes that do not wait.
//!
//! May import: nothing of this crate.

use rustix::event::PollFd;
use rustix::event::PollFlags;
use rustix::event::poll;
use rustix::fs::Timespec;
use std::io;
use std::os::fd::BorrowedFd;

/// Reads as soon as there is something; an error of its own kind says that there is nothing yet.
pub(super) fn read_if_ready(fd: BorrowedFd<'_>, into: &mut [u8]) -> io::Result<usize> {
    is_ready(fd, PollFlags::IN)?;
    Ok(rustix::io::read(fd, into)?)
}

/// Writes as much as there is room for in any case, once there is room.
pub(super) fn write_if_ready(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    is_ready(fd, PollFlags::OUT)?;
    Ok(rustix::io::write(fd, bytes.get(..PIPE_BUF).unwrap_or(bytes))?)
}

pub(super) fn is_ready(fd: BorrowedFd<'_>, what: PollFlags) -> io::Result<()> {
    let mut polled = [PollFd::from_borrowed_fd(fd, what)];
    let ready = poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    if ready == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
}

/// So many bytes a pipe takes at once when it takes any.
const PIPE_BUF: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };
