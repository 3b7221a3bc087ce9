//! [`report`]: a trail, read once, as a page for people: what was touched, what was refused, when, by which server.
//!
//! One reading serves both the verdict of `verify` and the numbers, so that they speak of the same bytes even if the
//! file grows meanwhile. Memory is bounded, whatever the trail: lists are cut, and the page says where.
//!
//! May import: `cap` (for rights). It opens no files and writes no HTML (`page` does).
//! It trusts nothing: a trail may be forged from its first line on, so every text in it may be an attacker's.

use crate::audit::gathered::Gathered;
use std::io::{self, BufRead, Read};

use super::chain::LONGEST;
use super::page;
use super::verify::{Trail, Unsound, verify};

/// A page, and the verdict on the trail.
#[derive(Clone, Debug)]
pub struct Page {
    /// The page, whole and in need of nothing else.
    pub html: String,
    /// What `verify` said.
    pub verdict: Result<Trail, Unsound>,
}

/// Reads a trail, and makes a page of it; `name` is what it is called there.
///
/// # Errors
/// When it cannot be read.
pub fn report(name: &str, trail: impl BufRead) -> io::Result<Page> {
    let mut lines = Tapped { trail, line: vec![], is_long: false, gathered: Gathered::default() };
    let verdict = verify(&mut lines)?;
    // Where `verify` has seen enough, the rest is counted all the same.
    loop {
        let rest = lines.fill_buf()?.len();
        if rest == 0 {
            break;
        }
        lines.consume(rest);
    }
    lines.end_line();
    let html = page::html(name, &lines.gathered, &verdict);
    Ok(Page { html, verdict })
}

/// A trail that hands on each line as it is read.
struct Tapped<R> {
    trail: R,
    line: Vec<u8>,
    /// Is the line longer than any record?
    is_long: bool,
    gathered: Gathered,
}

impl<R> Tapped<R> {
    fn end_line(&mut self) {
        if self.is_long {
            self.gathered.unread += 1;
        } else if !self.line.is_empty() {
            self.gathered.line(&self.line);
        }
        self.line.clear();
        self.is_long = false;
    }
}

impl<R: BufRead> Read for Tapped<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let len = self.fill_buf()?.read(buffer)?;
        self.consume(len);
        Ok(len)
    }
}

impl<R: BufRead> BufRead for Tapped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.trail.fill_buf()
    }

    fn consume(&mut self, len: usize) {
        // What is consumed is in the buffer still.
        let taken = self.trail.fill_buf().ok().and_then(|buffer| buffer.get(..len));
        let taken = taken.unwrap_or_default().to_vec();
        for part in taken.split_inclusive(|byte| *byte == b'\n') {
            let text = part.strip_suffix(b"\n").unwrap_or(part);
            self.is_long |= (self.line.len() + text.len()) as u64 > LONGEST;
            if !self.is_long {
                self.line.extend(text);
            }
            if text.len() < part.len() {
                self.end_line();
            }
        }
        self.trail.consume(len);
    }
}
