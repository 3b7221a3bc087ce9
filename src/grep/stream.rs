//! [`Stream`] and [`Transcoded`]: the bytes of an open file, read from beginning to end, as UTF-8.
//!
//! May import: `cap` (for open files), `limits`, `text` (for encodings).

use std::io;

use super::searcher::MOST_HELD;
use crate::cap::OpenFile;
use crate::limits::Budget;
use crate::text::Transcoder;

/// Bytes that are turned into UTF-8 at a time.
const CHUNK: usize = 64 << 10;

/// A file as it streams by, under a budget.
pub(super) struct Stream<'a> {
    pub(super) file: &'a OpenFile,
    pub(super) offset: u64,
    pub(super) budget: &'a Budget,
}

impl io::Read for Stream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.budget.step().map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?;
        let read = self.file.read_at(buffer, self.offset).map_err(|_| io::ErrorKind::Other)?.len();
        self.offset += read as u64;
        Ok(read)
    }
}

/// A file that is turned into UTF-8 as it streams by.
pub(super) struct Transcoded<'a> {
    stream: Stream<'a>,
    transcoder: Transcoder,
    /// Bytes of the file that begin with a character.
    raw: Vec<u8>,
    utf8: Vec<u8>,
    /// How many of these were handed on.
    taken: usize,
    is_over: bool,
}

impl<'a> Transcoded<'a> {
    pub(super) fn new(stream: Stream<'a>, transcoder: Transcoder) -> Self {
        Self { stream, transcoder, raw: vec![], utf8: vec![], taken: 0, is_over: false }
    }

    fn fill(&mut self) -> io::Result<()> {
        let Self { stream, transcoder, raw, utf8, taken, is_over } = self;
        let held = raw.len();
        raw.resize(held + CHUNK, 0);
        let read = io::Read::read(stream, raw.get_mut(held..).unwrap_or_default())?;
        raw.truncate(held + read);
        // A line that is never over must not be held.
        *is_over = read == 0;
        utf8.clear();
        *taken = 0;
        let is_last = *is_over || held > MOST_HELD;
        let left = transcoder.transcode(raw, is_last, utf8);
        raw.drain(..raw.len() - left);
        Ok(())
    }
}

impl io::Read for Transcoded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.utf8.len() && !self.is_over {
            self.fill()?;
        }
        let rest = self.utf8.get(self.taken..).unwrap_or_default();
        let len = rest.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..len), rest.get(..len)) {
            to.copy_from_slice(from);
        }
        self.taken += len;
        Ok(len)
    }
}
