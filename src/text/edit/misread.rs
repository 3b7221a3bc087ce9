//! [`Document::misread`]: the refusal of an old text that is not in a text whose encoding is only guessed, with the
//! encoding in which it is there.
//!
//! May import: `error`, `limits`.

use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::edit::document::Document;
use crate::text::edit::likely_encodings::likely;
use crate::text::edit::one_edit::Edit;
use crate::text::find::{Count, Needle};
use crate::text::line_ends::lf;

/// Bytes of a file that is read in other encodings as well.
const MOST_BYTES: usize = 8 << 20;

impl Document {
    /// The refusal, with the encoding that has what was not found; unchanged where the encoding is sure. `edits` are as
    /// the client gave them.
    ///
    /// # Errors
    /// `timed_out`, `cancelled`.
    pub fn misread(
        &self,
        refused: ToolError,
        edits: &[Edit<'_>],
        budget: &Budget,
    ) -> Result<ToolError, ToolError> {
        if refused.code() != Code::NoMatch || self.is_sure() {
            return Ok(refused);
        }
        let is_missing = |edit: &Edit<'_>| -> Result<bool, ToolError> {
            Ok(!edit.old_text.is_ascii() && !self.has(edit, budget)?)
        };
        let guess = self.encoding.coding().name();
        let read_as = format!("`{}` is read as {guess}, which is a guess", self.shown);
        for (at, edit) in edits.iter().enumerate() {
            if !is_missing(edit)? {
                continue;
            }
            let Some(label) = self.label_with(edit, budget)? else { continue };
            let which = if edits.len() > 1 { format!(" of edits[{at}]") } else { String::new() };
            return Ok(refused
                .hint(format!("{read_as}; with encoding={label} `old_text`{which} is in it")));
        }
        Ok(refused.and_hint(&format!("{read_as}: set `encoding` if it is another one")))
    }

    /// The label of the first encoding in which the old text of an edit is in the file.
    fn label_with(
        &self,
        edit: &Edit<'_>,
        budget: &Budget,
    ) -> Result<Option<&'static str>, ToolError> {
        let bytes = self.bytes();
        if bytes.len() > MOST_BYTES {
            return Ok(None);
        }
        let old = lf(edit.old_text);
        let count = |line: &&str| line.chars().filter(|c| !c.is_ascii()).count();
        let line = old.split('\n').max_by_key(count).unwrap_or_default();
        for (label, coding) in likely(edit.old_text) {
            budget.step()?;
            // Nearly every encoding is ruled out by the bytes of one line.
            let is_near =
                coding.encode(line).is_ok_and(|line| memchr::memmem::find(bytes, &line).is_some());
            if !is_near || coding == self.encoding.coding() {
                continue;
            }
            let Ok(other) =
                Self::new_as(Some(coding), &self.shown, bytes.to_vec(), [edit.old_text])
            else {
                continue;
            };
            if other.encoding.coding() == coding && other.has(edit, budget)? {
                return Ok(Some(label));
            }
        }
        Ok(None)
    }

    /// Is the old text of an edit in this text?
    fn has(&self, edit: &Edit<'_>, budget: &Budget) -> Result<bool, ToolError> {
        let meanings = self.meant(&[*edit], budget)?;
        let Some(meant) = meanings.all.first() else { return Ok(false) };
        let old = lf(&meant.old_text);
        Ok(!Needle::new(&old, self.text()).find(self.text(), Count::All, 1, budget)?.is_empty())
    }
}
