//! [`Stream`]: standard input or output, waited for without a thread and left as it is.
//!
//! Each thread between a client and its answer is one more switch of threads in every call. Setting
//! `O_NONBLOCK` would avoid them at the cost of others: the flag belongs to the open file, which may
//! be a terminal or a log that other processes use. So the stream is polled, and each read and write
//! is asked not to wait, where the system can be asked.
//!
//! May import: `system`. This module does not know lines.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use crate::system::{has_hung_up, is_always_ready, means_always_ready, read_now, write_now};

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
        if is_always_ready(fd.as_fd()) {
            return Ok(Self::Ready(fd));
        }
        match AsyncFd::try_with_interest(fd, interest) {
            Ok(polled) => Ok(Self::Polled(polled)),
            Err(error) => match error.into_parts() {
                (fd, error) if means_always_ready(&error) => Ok(Self::Ready(fd)),
                (_, error) => Err(error),
            },
        }
    }

    /// Has the other side closed its end? What it wrote before may still be there to read.
    pub(super) fn has_hung_up(&self) -> bool {
        match self {
            Self::Polled(fd) => has_hung_up(fd.get_ref().as_fd()),
            Self::Ready(_) => false,
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

/// Repeats a call that a signal interrupted.
fn again<T>(mut act: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    loop {
        match act() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            done => return done,
        }
    }
}
