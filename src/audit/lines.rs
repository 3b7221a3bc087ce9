//! [`Lines`]: the lines of a trail, one after the other, whatever it holds.
//!
//! May import: nothing but [`LONGEST`]. It does not use `BufRead::lines`: there one line may be
//! the whole file, and the first byte that is not UTF-8 ends it.

use std::io::{self, BufRead, Read as _};

use super::chain::LONGEST;

/// The lines of a trail that may still grow.
#[derive(Debug)]
pub struct Lines<R> {
    trail: R,
    /// What was read of a line that has not ended.
    begun: Vec<u8>,
    /// Is it longer than any record? Then what was read of it is gone.
    is_long: bool,
}

impl<R: BufRead> Lines<R> {
    /// Those that are still to be read.
    pub fn new(trail: R) -> Self {
        Self { trail, begun: vec![], is_long: false }
    }

    /// The next complete line, or `…`, which is not a record, for one that is longer than any record; none, if
    /// there is none yet.
    ///
    /// # Errors
    /// Those of reading.
    pub fn ended(&mut self) -> io::Result<Option<String>> {
        loop {
            let room = LONGEST.saturating_sub(self.begun.len() as u64) + 1;
            let read = (&mut self.trail).take(room).read_until(b'\n', &mut self.begun)?;
            if self.begun.last() == Some(&b'\n') {
                self.begun.pop();
                return Ok(Some(self.begun_text()));
            }
            if read == 0 {
                return Ok(None);
            }
            if self.begun.len() as u64 > LONGEST {
                self.is_long = true;
                self.begun.clear();
            }
        }
    }

    /// What there is of a line that has not ended, once no other has.
    pub fn unended(&mut self) -> Option<String> {
        let is_there = self.is_long || !self.begun.is_empty();
        is_there.then(|| self.begun_text())
    }

    fn begun_text(&mut self) -> String {
        let text = if self.is_long { "…".into() } else { String::from_utf8_lossy(&self.begun) };
        let text = text.into_owned();
        self.begun.clear();
        self.is_long = false;
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(trail: &[u8]) -> Vec<String> {
        let mut lines = Lines::new(trail);
        let mut all = vec![];
        while let Some(line) = lines.ended().unwrap() {
            all.push(line);
        }
        all.extend(lines.unended());
        all
    }

    #[test]
    fn every_line_is_given_once_whether_it_has_ended_or_not() {
        assert_eq!(all(b""), [""; 0]);
        assert_eq!(all(b"a\n\nb\n"), ["a", "", "b"]);
        assert_eq!(all(b"a\nb"), ["a", "b"]);
        assert_eq!(all(b"a\xFF\nb\n"), ["a\u{FFFD}", "b"]);
    }

    #[test]
    fn a_line_longer_than_any_record_takes_no_memory_and_no_other_with_it() {
        let just = "x".repeat(usize::try_from(LONGEST).unwrap());
        let long = just.clone() + "x";
        let trail = format!("a\n{long}\n{just}\nb\n{long}");
        let read = all(trail.as_bytes());
        assert_eq!(read.iter().map(String::len).collect::<Vec<_>>(), [1, 3, just.len(), 1, 3]);
        let mut lines = Lines::new(trail.as_bytes());
        while lines.ended().unwrap().is_some() {
            assert!(lines.begun.capacity() < 3 * just.len());
        }
    }

    #[test]
    fn a_line_that_ends_later_is_given_whole() {
        let first = io::Cursor::new(b"be".to_vec());
        let mut lines = Lines::new(first);
        assert_eq!(lines.ended().unwrap(), None);
        lines.trail.get_mut().extend(b"gun\n");
        assert_eq!(lines.ended().unwrap().as_deref(), Some("begun"));
    }
}
