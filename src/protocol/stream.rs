//! [`Stream`]: standard input or output, waited for without a thread and left as it is.
//!
//! Each thread between a client and its answer is one more switch of threads in every call. Setting
//! `O_NONBLOCK` would avoid them at the cost of others: the flag belongs to the open file, which may
//! be a terminal or a log that other processes use. So the stream is polled, and each read and write
//! is asked not to wait.
//!
//! May import: nothing of this crate. Absent on purpose: lines.

use std::io::{self, IoSlice, IoSliceMut};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ReadWriteFlags, preadv2, pwritev2};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// Means the place where the stream is, for it has no other.
const HERE: u64 = u64::MAX;
/// So many bytes a pipe takes at once when it takes any.
const PIPE_BUF: usize = if cfg!(target_os = "linux") { 4096 } else { 512 };

/// One of the two standard streams.
#[derive(Debug)]
pub(super) enum Stream {
    /// One that another process fills or empties.
    Polled(AsyncFd<OwnedFd>),
    /// A file: the system does not poll them, since they are always ready.
    Ready(OwnedFd),
}

impl Stream {
    /// To be read, or to be written.
    ///
    /// # Errors
    /// When the system has no room for one more thing to be polled.
    #[expect(
        deprecated,
        reason = "the new name is `unsafe`, for types that can change their descriptor"
    )]
    pub(super) fn new(fd: OwnedFd, interest: Interest) -> io::Result<Self> {
        match AsyncFd::try_with_interest(fd, interest) {
            Ok(polled) => Ok(Self::Polled(polled)),
            Err(error) => match error.into_parts() {
                (fd, error) if error.raw_os_error() == Some(Errno::PERM.raw_os_error()) => {
                    Ok(Self::Ready(fd))
                }
                (_, error) => Err(error),
            },
        }
    }

    /// Reads what there is, once there is something; nothing at the end.
    pub(super) async fn read(&self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Ready(fd) => again(|| Ok(rustix::io::read(fd, &mut *into)?)),
            Self::Polled(fd) => loop {
                let read = |fd: &AsyncFd<OwnedFd>| again(|| read_now(fd.as_fd(), into));
                // An error means that it would have to wait, after all.
                if let Ok(read) = fd.readable().await?.try_io(read) {
                    return read;
                }
            },
        }
    }

    /// Writes all of it, as the other side makes room.
    pub(super) async fn write_all(&self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let written = match self {
                Self::Ready(fd) => again(|| Ok(rustix::io::write(fd, bytes)?))?,
                Self::Polled(fd) => {
                    let write = |fd: &AsyncFd<OwnedFd>| again(|| write_now(fd.as_fd(), bytes));
                    match fd.writable().await?.try_io(write) {
                        Ok(written) => written?,
                        Err(_) => continue,
                    }
                }
            };
            bytes = bytes.get(written..).unwrap_or_default();
        }
        Ok(())
    }
}

/// Reads without waiting.
fn read_now(fd: BorrowedFd<'_>, into: &mut [u8]) -> io::Result<usize> {
    match preadv2(fd, &mut [IoSliceMut::new(into)], HERE, ReadWriteFlags::NOWAIT) {
        Err(error) if cannot_be_asked(error) => {
            is_ready(fd, PollFlags::IN)?;
            Ok(rustix::io::read(fd, into)?)
        }
        read => Ok(read?),
    }
}

/// Writes as much as there is room for.
fn write_now(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    match pwritev2(fd, &[IoSlice::new(bytes)], HERE, ReadWriteFlags::NOWAIT) {
        Err(error) if cannot_be_asked(error) => {
            is_ready(fd, PollFlags::OUT)?;
            Ok(rustix::io::write(fd, bytes.get(..PIPE_BUF).unwrap_or(bytes))?)
        }
        written => Ok(written?),
    }
}

/// Is it a stream, a terminal for one, or a system, that cannot be asked not to wait?
fn cannot_be_asked(error: Errno) -> bool {
    [Errno::OPNOTSUPP, Errno::NOSYS, Errno::INVAL, Errno::SPIPE].contains(&error)
}

/// An error of its own kind says no.
fn is_ready(fd: BorrowedFd<'_>, what: PollFlags) -> io::Result<()> {
    let mut polled = [PollFd::from_borrowed_fd(fd, what)];
    let ready = poll(&mut polled, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }))?;
    if ready == 0 { Err(io::ErrorKind::WouldBlock.into()) } else { Ok(()) }
}

/// Begins anew when a signal came in between.
fn again<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
