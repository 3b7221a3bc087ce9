//! [`Recoded`]: other encodings in which a file matches that was read by a guess and did not.
//!
//! May import: `cap` (for open files), `limits`, `text` (for encodings).

use super::hits::{Lines, Outcome, Position, Wanted};
use super::pattern::Pattern;
use super::search::Search;
use crate::cap::OpenFile;
use crate::limits::Budget;
use crate::text::{Coding, likely};

/// Bytes that one thread reads once more.
const MOST_BYTES: u64 = 64 << 20;
/// Whether a file matches is all that is asked.
const ANY: Wanted = Wanted { output: Lines::Any, before: 0, after: 0, only_matching: false };

/// A pattern with characters that encodings write as different bytes.
pub struct Recoded {
    pattern: Pattern,
    /// The encodings that have all of its characters.
    codings: Vec<(&'static str, Coding)>,
    left: u64,
}

impl Recoded {
    /// For a pattern, which is compiled as well. It tries nothing where each encoding writes the pattern as the same bytes.
    pub fn new(text: &str, pattern: &Pattern) -> Self {
        let codings = if pattern.is_beyond_ascii { likely(text) } else { vec![] };
        Self { pattern: pattern.clone(), codings, left: MOST_BYTES }
    }

    /// The first encoding in which a file matches that is read as `guessed` otherwise.
    pub fn matching(
        &mut self,
        file: &OpenFile,
        guessed: &str,
        budget: &Budget,
    ) -> Option<&'static str> {
        let Self { pattern, codings, left } = self;
        for (label, coding) in codings.iter().filter(|(_, coding)| coding.name() != guessed) {
            *left = left.checked_sub(file.size())?;
            budget.step().ok()?;
            let mut search = Search::new(pattern.clone(), ANY).in_coding(Some(*coding));
            let outcome = search.file(file, Position::START, budget);
            if matches!(outcome, Outcome::Searched(hits) | Outcome::Partly(hits) if hits.count > 0)
            {
                return Some(label);
            }
        }
        None
    }
}
