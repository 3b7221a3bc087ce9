//! [`Search`]: searches open files for a pattern, one after the other.
//!
//! May import: `cap` (for open files), `limits`, `text` (for encodings).

use grep_searcher::Searcher;

use super::hits::{Hits, Outcome, Position, Wanted};
use super::kept::Kept;
use super::pattern::{Pattern, Timed};
use super::searcher::searcher;
use super::segments;
use super::stream::{Stream, Transcoded};
use crate::cap::OpenFile;
use crate::limits::Budget;
use crate::text::{self, Coding, Searched};

/// Bytes up to which a file is read at once.
const AT_ONCE: u64 = 1 << 20;

/// Bytes from which a file is searched by several threads.
const HUGE: u64 = 16 << 20;

/// Searches files, one after the other: buffers are used again.
pub struct Search {
    pattern: Pattern,
    wanted: Wanted,
    named: Option<Coding>,
    searcher: Searcher,
    buffer: Vec<u8>,
}

impl Search {
    /// Searches for `pattern`.
    pub fn new(pattern: Pattern, wanted: Wanted) -> Self {
        let searcher = searcher(&pattern, wanted);
        Self { pattern, wanted, named: None, searcher, buffer: vec![] }
    }

    /// The same, where files that are neither UTF-8 nor marked are in this coding.
    #[must_use]
    pub fn in_coding(self, named: Option<Coding>) -> Self {
        Self { named, ..self }
    }

    /// Searches one file, from a position: what lies before it (where the last lines are wanted, after it) was shown
    /// already, and is only counted.
    pub fn file(&mut self, file: &OpenFile, from: Position, budget: &Budget) -> Outcome {
        let is_small = file.size() <= AT_ONCE;
        // Not a byte more: to be told of its end would take another call.
        let size = if is_small { usize::try_from(file.size()).unwrap_or(0) } else { 0 };
        if self.buffer.len() < size {
            self.buffer.resize(size, 0);
        }
        let mut buffer = std::mem::take(&mut self.buffer);
        let text = file.read_at(buffer.get_mut(..size).unwrap_or_default(), 0);
        let outcome = match text {
            Ok(text) => self.text(file, is_small.then_some(text), from, budget),
            Err(_) => Outcome::Partly(Hits::default()),
        };
        self.buffer = buffer;
        outcome
    }

    /// Searches a file, all bytes of which are known if it is small.
    fn text(
        &mut self,
        file: &OpenFile,
        whole: Option<&[u8]>,
        from: Position,
        budget: &Budget,
    ) -> Outcome {
        let named = self.named;
        let form = |matters| match whole {
            Some(whole) if text::is_plain(whole) => Ok(Some(Searched::PLAIN)),
            _ => text::searched(named, file, whole, matters, budget),
        };
        let matters = named.is_some() || self.pattern.is_beyond_ascii;
        let first = match form(matters) {
            Ok(Some(form)) => form,
            Ok(None) => return Outcome::Binary,
            Err(_) => return Outcome::Partly(Hits::default()),
        };
        let outcome = self.in_form(first, file, whole, from, budget);
        let (Outcome::Searched(hits) | Outcome::Partly(hits)) = &outcome else { return outcome };
        if first != Searched::PLAIN || whole.is_some() || matters || !hits.has_escapes {
            return outcome;
        }
        // Its samples did not show what these lines have.
        match form(true) {
            Ok(Some(form)) if form != first => self.in_form(form, file, whole, from, budget),
            _ => outcome,
        }
    }

    /// The same of a file that is searched in a form.
    fn in_form(
        &mut self,
        form: Searched,
        file: &OpenFile,
        whole: Option<&[u8]>,
        from: Position,
        budget: &Budget,
    ) -> Outcome {
        let Self { pattern, wanted, searcher, .. } = self;
        let Searched { mark, has_escapes, guessed, transcoder } = form;
        let is_split = file.size() >= HUGE
            && !(transcoder.is_some() || pattern.multiline)
            && wanted.before + wanted.after == 0
            && from == wanted.output.beginning();
        let matcher = Timed::new(pattern, budget);
        let kept = Kept::new(&matcher, *wanted, from, has_escapes);
        let mut outcome = match (whole, transcoder) {
            (Some(whole), None) => {
                let text = usize::try_from(mark).ok().and_then(|mark| whole.get(mark..));
                let text = text.unwrap_or_default();
                kept.search(|kept| searcher.search_slice(&matcher, text, kept))
            }
            (None, None) if is_split => segments::search(pattern, *wanted, form, file, budget),
            (_, None) => {
                let stream = Stream { file, offset: mark, budget };
                kept.search(|kept| searcher.search_reader(&matcher, stream, kept))
            }
            (_, Some(transcoder)) => {
                let stream = Stream { file, offset: mark, budget };
                let stream = Transcoded::new(stream, transcoder);
                kept.search(|kept| searcher.search_reader(&matcher, stream, kept))
            }
        };
        if let Outcome::Searched(hits) | Outcome::Partly(hits) = &mut outcome {
            hits.guessed = guessed;
        }
        outcome
    }
}
