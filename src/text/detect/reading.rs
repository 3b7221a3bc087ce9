//! [`Reading`]: how tools read some contents if nobody names their encoding. A change can make it another one.
//!
//! May import: `cap` (for open files), `error`, `limits`.

use std::borrow::Cow;

use crate::cap::OpenFile;
use crate::error::ToolError;
use crate::limits::Budget;
use crate::text::detect::by_chance::is_text_by_chance;
use crate::text::detect::detected::{Binary, Encoding};
use crate::text::detect::evidence::{Evidence, InFile, Pieces};
use crate::text::encoding::coding::Coding;

/// What a file that is not a text is called.
const BINARY: &str = "a binary file";
/// The encoding that is not named in answers.
const UTF_8: &str = "UTF-8";

/// May bytes that were written as a text be read as something else? Not those of nearly every text.
pub fn may_be_misread(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes).is_some() || std::str::from_utf8(bytes).map_or(true, is_text_by_chance)
}

/// How some contents are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading(Option<Encoding>);

impl From<Encoding> for Reading {
    fn from(encoding: Encoding) -> Self {
        Self(Some(encoding))
    }
}

impl Reading {
    /// Of a file.
    ///
    /// # Errors
    /// The codes of the host; `timed_out`, `cancelled`.
    pub fn of_file(file: &OpenFile, budget: &Budget) -> Result<Self, ToolError> {
        Ok(Self::of(Encoding::detect(&Evidence::through(&InFile(file, budget))?)))
    }

    /// Of bytes in pieces.
    ///
    /// # Errors
    /// Those of collecting the evidence, of which bytes in memory have none.
    pub fn of_pieces(pieces: &[Cow<'_, [u8]>]) -> Result<Self, ToolError> {
        Ok(Self::of(Encoding::detect(&Evidence::through(&Pieces(pieces))?)))
    }

    /// Of what was detected.
    pub(in crate::text) fn of(detected: Result<Encoding, Binary>) -> Self {
        Self(detected.ok())
    }

    fn name(self) -> Cow<'static, str> {
        match self.0 {
            Some(encoding) => encoding.name().unwrap_or(UTF_8.into()),
            None => BINARY.into(),
        }
    }

    fn coding(self) -> Option<Coding> {
        self.0.map(Encoding::coding)
    }

    fn is_guessed(self) -> bool {
        self.0.is_some_and(Encoding::is_guessed)
    }

    /// What an answer says where contents that were written in a coding are read as something else than that and than
    /// what was there before.
    pub fn became(self, written: Coding, before: Option<Self>) -> Option<String> {
        let now = self.name();
        match before {
            _ if self.coding() == Some(written) => {
                let was_sure = before.is_none_or(|before| !before.is_guessed());
                // An older encoding is always a guess, and a NUL may make a text binary.
                let is_news = written == Coding::Utf8 && self.0.is_some_and(Encoding::is_odd_utf8);
                (is_news && was_sure).then(|| format!("it reads as {now}"))
            }
            Some(before) if before.coding() == self.coding() => None,
            Some(before) => Some(format!(
                "without `encoding`, the file was detected as {}, and now as {now}: set encoding={} to read it as \
                 written",
                before.name(),
                written.name()
            )),
            None if self.0.is_none() => Some(format!("it reads as {now} now")),
            None => Some(format!("without `encoding` it reads as {now}")),
        }
    }
}
