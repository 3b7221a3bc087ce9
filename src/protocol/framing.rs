//! [`Input`]: bytes become messages, a line each.
//!
//! A line that is not a message gets its answer from here: the code that JSON-RPC has for it, and the id wherever one can be
//! found. Only what `rmcp` can read reaches `rmcp`. Some clients write several messages on one line; each is read.
//!
//! May import: `args`. This module does not know what a method means.

use std::ops::Range;
use std::sync::Arc;

use super::invalid::InvalidLine;
use super::message::{Message, parse};
use super::outline::Outline;
use super::stream::Stream;
use crate::args::end_of_string;

/// Bytes read at a time.
const CHUNK: usize = 32 << 10;
/// Bytes of memory that are kept from one message to the next.
const KEPT: usize = 1 << 20;

/// A mark that some programs of Windows put before what they write.
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What a client sends, line by line.
pub(super) struct Input {
    stream: Arc<Stream>,
    max_bytes: usize,
    chunk: Vec<u8>,
    /// What of the chunk was not looked at yet.
    unread: Range<usize>,
    /// What there is of the line; never more than `max_bytes`.
    line: Vec<u8>,
    /// Whether the line has all its bytes.
    is_whole: bool,
    /// Where the next message of a whole line begins.
    next_at: usize,
    /// How long the last message was.
    heard_bytes: usize,
    /// What is known of a line that is too long, since its rest is dropped.
    cut: Option<Outline>,
    has_ended: bool,
}

impl Input {
    pub(super) fn new(stream: Arc<Stream>, max_bytes: usize) -> Self {
        let chunk = vec![0; CHUNK];
        let line = vec![];
        Self {
            stream,
            max_bytes,
            chunk,
            unread: 0..0,
            line,
            is_whole: false,
            next_at: 0,
            heard_bytes: 0,
            cut: None,
            has_ended: false,
        }
    }

    /// The next message, or the answer to a line that is not one; `None` at the end of the input. The last line counts even
    /// if it has no end. Cancel-safe.
    pub(super) async fn next(&mut self) -> Option<Result<Message, InvalidLine>> {
        loop {
            self.is_whole = self.is_whole || self.fill_line() || self.has_ended;
            if self.is_whole {
                if let Some(heard) = self.parse_line() {
                    return Some(heard);
                }
                self.begin_line();
            }
            if self.unread.is_empty() {
                if self.has_ended {
                    return None;
                }
                match self.stream.read(&mut self.chunk).await {
                    Ok(0) | Err(_) => self.has_ended = true,
                    Ok(read) => self.unread = 0..read,
                }
            }
        }
    }

    /// How many bytes the last message had.
    pub(super) fn heard_bytes(&self) -> usize {
        self.heard_bytes
    }

    /// Has the client closed its end? There may still be bytes to read.
    pub(super) fn has_hung_up(&self) -> bool {
        self.stream.has_hung_up()
    }

    /// Moves bytes from the chunk to the line, as many as belong to it. Is it whole now?
    fn fill_line(&mut self) -> bool {
        let unread = self.chunk.get(self.unread.clone()).unwrap_or_default();
        let end = memchr::memchr(b'\n', unread);
        let of_line = unread.get(..end.unwrap_or(unread.len())).unwrap_or_default();
        let room = self.max_bytes - self.line.len();
        if of_line.len() > room && self.cut.is_none() {
            let mut outline = Outline::default();
            outline.feed(without_mark(&self.line));
            self.cut = Some(outline);
        }
        match &mut self.cut {
            Some(outline) => outline.feed(of_line),
            None => self.line.extend_from_slice(of_line),
        }
        self.unread.start += of_line.len() + usize::from(end.is_some());
        end.is_some()
    }

    /// The next message of a whole line, or the answer to what is not one; `None` if there are no more.
    fn parse_line(&mut self) -> Option<Result<Message, InvalidLine>> {
        if let Some(outline) = self.cut.take() {
            let found = outline.finish();
            (self.next_at, self.heard_bytes) = (self.line.len(), self.line.len());
            return found
                .expects_answer
                .then(|| Err(InvalidLine::too_long(found.ids, self.max_bytes)));
        }
        if self.next_at == 0 {
            self.next_at = self.line.len() - without_mark(&self.line).len();
        }
        loop {
            let rest = self.line.get_mut(self.next_at..).unwrap_or_default();
            let blanks = rest.len() - rest.trim_ascii_start().len();
            let rest = rest.get_mut(blanks..).filter(|rest| !rest.is_empty())?;
            let end = end_of_message(rest);
            self.next_at += blanks + end;
            self.heard_bytes = end;
            match parse(rest.get_mut(..end).unwrap_or_default()) {
                Ok(Some(message)) => return Some(Ok(message)),
                Ok(None) => {}
                Err(invalid) => return Some(Err(invalid)),
            }
        }
    }

    /// Makes room for the next line.
    fn begin_line(&mut self) {
        self.line.clear();
        self.line.shrink_to(KEPT);
        (self.is_whole, self.next_at) = (false, 0);
    }
}

/// Where the first message of a line ends if another one follows it; otherwise the end of the line.
fn end_of_message(line: &[u8]) -> usize {
    let mut at = 0;
    let mut depth = 0_usize;
    while let Some(byte) = line.get(at) {
        match byte {
            b'"' => at = end_of_string(line, at + 1),
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => {
                let rest = line.get(at + 1..).unwrap_or_default();
                let is_followed = depth == 1 && rest.trim_ascii_start().starts_with(b"{");
                return if is_followed { at + 1 } else { line.len() };
            }
            b'}' | b']' => depth -= 1,
            _ if depth == 0 => return line.len(),
            _ => {}
        }
        at += 1;
    }
    line.len()
}

/// A line without the mark that some programs put before the first one, and without the NUL that a line end in UTF-16 leaves.
fn without_mark(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\0").unwrap_or(line);
    line.strip_prefix(UTF8_MARK).unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_on_one_line_are_told_apart() {
        for (line, end) in [
            (&b"{}{}"[..], 2),
            (br#"{"a":"}{"} {"b":1}"#, 10),
            (br#"{"a":[{}]}{"#, 10),
            (b"[{}]{}", 4),
            (b"{\"a\":NaN}\t{}", 9),
        ] {
            assert_eq!(end_of_message(line), end, "{}", String::from_utf8_lossy(line));
        }
        for line in [
            &b"{} x"[..],
            b"{}}{}",
            b"{},{}",
            b"{}[]",
            b"{",
            b"}",
            b"x{}{}",
            b"\"{}{}",
            br#"{"a":"}{}"#,
            b"",
        ] {
            assert_eq!(end_of_message(line), line.len(), "{}", String::from_utf8_lossy(line));
        }
    }
}
