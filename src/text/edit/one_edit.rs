//! [`Edit`]: one text to be replaced by another, and [`attempt`]: what it finds in a text.
//!
//! May import: `error`, `limits`. It does not explain why an old text is missing; `failures` does.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::edit::edited::{Made, Replacement};
use crate::text::edit::occurrences::{MAX_REPLACEMENTS, on_lines};
use crate::text::edit::replace::replacements;
use crate::text::find::{Count, Needle};
use crate::text::line_ends::{LineEnds, lf};

/// One text to be replaced by another. CRLF and LF are the same in both.
#[derive(Clone, Copy, Debug)]
pub struct Edit<'a> {
    /// The text to replace.
    pub old_text: &'a str,
    /// Its replacement.
    pub new_text: &'a str,
    /// Are all occurrences replaced, from the left, each after the one before?
    pub replace_all: bool,
}

/// What an edit finds in a text.
pub(in crate::text) enum Attempt {
    /// It can be made.
    Made(Vec<Replacement>, Made),
    /// The old text is not there.
    Missing,
    /// The old text is at more than one place, and the edit does not replace all of them.
    NotUnique(Vec<Range<usize>>),
}

/// Tries one edit in `text`, which is what the edits before it left of `file`.
///
/// # Errors
/// `bad_args` for an edit that means nothing; `over_limit` above [`MAX_REPLACEMENTS`] or
/// [`MAX_EDITED_BYTES`](crate::text::edit::replace::MAX_EDITED_BYTES); `timed_out`, `cancelled`.
pub(in crate::text) fn attempt(
    file: &str,
    text: &str,
    edit: Edit<'_>,
    budget: &Budget,
) -> Result<Attempt, ToolError> {
    let old = lf(edit.old_text);
    let new = lf(edit.new_text);
    // The edits before may have taken out all line ends of the file.
    let is_crlf = || !text.contains('\n') && new.contains('\n') && begins_with_crlf(file);
    if old.is_empty() && text.is_empty() && !new.is_empty() {
        // There is only one place for it, and no line end that it has to match.
        let made = Made { count: 1, on: "on line 1".into() };
        let place = std::slice::from_ref(&(0..0));
        let put_in =
            if is_crlf() { LineEnds::Crlf.write(edit.new_text) } else { edit.new_text.into() };
        return Ok(Attempt::Made(replacements(text, place, &put_in, budget)?, made));
    }
    if old.is_empty() {
        return Err(ToolError::new(Code::BadArgs, "`old_text` is empty, and the file is not")
            .hint(
                "to add to the file, send a line of it as `old_text` and the same line with the \
             addition as `new_text`; write_file mode=append adds at its end, mode=overwrite \
             replaces all of it",
            ));
    }
    if old == new && edit.old_text != edit.new_text {
        let sentence = "`old_text` and `new_text` differ only in CRLF and LF, and an edit keeps the line ends of the file";
        return Err(ToolError::new(Code::BadArgs, sentence).hint(
            "write_file with the whole text and `line_ends` set to lf or crlf changes them",
        ));
    }
    if old == new {
        return Err(ToolError::new(Code::BadArgs, "`new_text` is the same as `old_text`")
            .hint("give the replacement in `new_text`"));
    }
    let count = if edit.replace_all { Count::Apart } else { Count::All };
    let found = Needle::new(&old, text).find(text, count, MAX_REPLACEMENTS + 1, budget)?;
    match (found.len(), edit.replace_all) {
        (0, _) => return Ok(Attempt::Missing),
        (2.., false) => return Ok(Attempt::NotUnique(found)),
        (count, true) if count > MAX_REPLACEMENTS => return Err(too_many()),
        _ => {}
    }
    let made = Made { count: found.len(), on: on_lines(text, &found) };
    let put_in = if is_crlf() { LineEnds::Crlf.write(edit.new_text) } else { new.as_ref().into() };
    Ok(Attempt::Made(replacements(text, &found, &put_in, budget)?, made))
}

/// Does the first line of a text end with CRLF? Lines that are put where no line end is left end as that one.
fn begins_with_crlf(text: &str) -> bool {
    let end = memchr::memchr(b'\n', text.as_bytes());
    let before = end.and_then(|end| text.as_bytes().get(..end));
    before.is_some_and(|before| before.ends_with(b"\r"))
}

fn too_many() -> ToolError {
    let sentence = format!("`old_text` occurs more than {MAX_REPLACEMENTS} times");
    ToolError::new(Code::OverLimit, sentence).hint("edit in steps, by longer texts")
}
