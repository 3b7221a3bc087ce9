//! [`apply`]: texts are replaced by others, in order, all of them or none.
//!
//! An old text must occur exactly once, unless it is said that all are meant: which of several was
//! meant is never guessed. Each edit sees what the one before left; only then is the text copied.
//!
//! May import: `error`, `limits`. It knows no expressions, no places by number, and no approximate
//! matches.

use std::borrow::Cow;

use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::text::edit::document::Document;
use crate::text::edit::edited::{Edited, Made, Replacement};
use crate::text::edit::failures::Failures;
use crate::text::edit::one_edit::{Attempt, Edit, attempt};
use crate::text::encoding::escapes::Marks;

/// The text after all edits. Where some fail, the others are tried all the same, so that the error is about each.
///
/// # Errors
/// `no_match`, `not_unique`; `bad_args` for an edit that means nothing; `over_limit` above
/// [`MAX_REPLACEMENTS`](crate::text::edit::occurrences::MAX_REPLACEMENTS) or [`MAX_EDITED_BYTES`](crate::text::edit::replace::MAX_EDITED_BYTES);
/// `timed_out`, `cancelled`.
pub fn apply(text: &str, edits: &[Edit<'_>], budget: &Budget) -> Result<Edited, ToolError> {
    all_of(text, edits, None, budget)
}

impl Document {
    /// The same of this text. An error shows bad bytes as a page does.
    ///
    /// # Errors
    /// Those of [`apply`].
    pub fn apply(&self, edits: &[Edit<'_>], budget: &Budget) -> Result<Edited, ToolError> {
        all_of(self.text(), edits, self.marks, budget)
            .map_err(|refused| refused.reworded(|text| self.as_told(text)))
    }

    /// The refusal of [`Self::edited`] with the first of several edits that leads to it.
    ///
    /// # Errors
    /// `timed_out`, `cancelled`.
    pub fn named_edit(
        &self,
        refused: ToolError,
        edits: &[Edit<'_>],
        budget: &Budget,
    ) -> Result<ToolError, ToolError> {
        if !matches!(refused.code(), Code::NotText | Code::BadArgs) || edits.len() == 1 {
            return Ok(refused);
        }
        // The first so many can be made, and one more cannot.
        let mut made = 0;
        let mut failing = edits.len();
        while failing - made > 1 {
            budget.step()?;
            let middle = made.midpoint(failing);
            let edited = self.apply(edits.get(..middle).unwrap_or_default(), budget)?;
            let is_made = self.edited(&edited, budget).is_ok();
            *(if is_made { &mut made } else { &mut failing }) = middle;
        }
        Ok(refused.about(&format!("edits[{made}]")))
    }
}

fn all_of(
    text: &str,
    edits: &[Edit<'_>],
    marks: Option<Marks>,
    budget: &Budget,
) -> Result<Edited, ToolError> {
    let mut edited = Edited::untouched(text.len());
    let mut failures = Failures::of(text, edits).with_marks(marks);
    for (at, edit) in edits.iter().enumerate() {
        let before = if at == 0 { Cow::Borrowed(text) } else { edited.text(text) };
        match one(&before, (at, *edit), &failures, budget) {
            Ok((replacements, made)) => edited.splice(replacements, made),
            Err(error) if matches!(error.code(), Code::TimedOut | Code::Cancelled) => {
                return Err(error);
            }
            Err(error) => failures.push(at, error),
        }
    }
    failures.error().map_or(Ok(edited), Err)
}

/// What one edit does to a text, or the error that explains why it fails.
fn one(
    text: &str,
    (at, edit): (usize, Edit<'_>),
    failures: &Failures<'_>,
    budget: &Budget,
) -> Result<(Vec<Replacement>, Made), ToolError> {
    match attempt(failures.file(), text, edit, budget)? {
        Attempt::Made(replacements, made) => Ok((replacements, made)),
        Attempt::Missing => Err(failures.no_match(text, (at, edit), budget)?),
        Attempt::NotUnique(found) => Err(failures.not_unique(text, (at, edit), &found, budget)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn edit<'a>(old_text: &'a str, new_text: &'a str) -> Edit<'a> {
        Edit { old_text, new_text, replace_all: false }
    }

    fn all<'a>(old_text: &'a str, new_text: &'a str) -> Edit<'a> {
        Edit { replace_all: true, ..edit(old_text, new_text) }
    }

    fn after(text: &str, edits: &[Edit<'_>]) -> String {
        apply(text, edits, &plenty()).unwrap().text(text).into_owned()
    }

    fn refused(text: &str, edits: &[Edit<'_>]) -> String {
        apply(text, edits, &plenty()).unwrap_err().to_string()
    }

    #[test]
    fn edits_see_what_the_ones_before_left() {
        let edits = [edit("one", "two"), edit("two\nx", "three\ny"), all("e", "E")];
        assert_eq!(after("one\r\nx\r\ne\r\n", &edits), "thrEE\r\ny\r\nE\r\n");
        let edited = apply("one\r\nx\r\ne\r\n", &edits, &plenty()).unwrap();
        assert_eq!(edited.made()[2], Made { count: 3, on: "on lines 1, 3".into() });
    }

    #[test]
    fn refusals_name_the_edit_where_there_are_several() {
        assert_eq!(
            refused("a", &[edit("", "x")]),
            "bad_args: `old_text` is empty, and the file is not\nhint: to add to the file, send a \
             line of it as `old_text` and the same line with the addition as `new_text`; write_file \
             mode=append adds at its end, mode=overwrite replaces all of it"
        );
        let said = refused("a", &[edit("a", "b"), edit("b\r\n", "b\r\n")]);
        assert!(said.starts_with("bad_args: edits[1]: `new_text` is the same"), "{said}");
        let said = refused("a", &[edit("a", "b"), edit("a", "c")]);
        assert!(said.starts_with("no_match: edits[1]: `old_text`"), "{said}");
    }

    #[test]
    fn an_empty_file_takes_a_text_as_it_is() {
        assert_eq!(after("", &[edit("", "a\r\nb\n")]), "a\r\nb\n");
        assert_eq!(after("", &[edit("", "a"), edit("a", "b")]), "b");
        assert!(refused("", &[edit("", "")]).starts_with("bad_args: "));
    }

    #[test]
    fn every_failing_edit_is_told() {
        let text = "one\ntwo\ntwo\nfour\n";
        let said = refused(text, &[edit("oen", "1"), edit("four", "4"), edit("two", "2")]);
        assert!(
            said.starts_with("no_match: 2 of the 3 edits fail, and nothing was written\n"),
            "{said}"
        );
        assert!(said.contains("\nedits[0]: no_match: `old_text` is not in the file"), "{said}");
        assert!(said.contains("\nedits[2]: not_unique: `old_text` occurs 2 times"), "{said}");
        assert!(said.ends_with("\nhint: correct these, and send all 3 edits again"), "{said}");
        assert!(!said.contains("edits[1]"), "{said}");
        let said = refused(text, &[edit("four", "4"), edit("five", "5")]);
        assert!(said.ends_with("; nothing was written: send all 2 edits again"), "{said}");
        // What an edit that fails would have put there is not there.
        let said = refused(text, &[edit("oen", "uno"), edit("uno", "1")]);
        assert!(
            said.contains("edits[1]: no_match: `old_text` is part of the new text of edits[0]"),
            "{said}"
        );
        let all: Vec<_> = (0..1_000).map(|_| edit("nowhere", "x")).collect();
        let said = refused(text, &all);
        assert!(said.contains("1000 of the 1000 edits fail"), "{said}");
        assert!(said.contains("\nedits[19]: "), "{said}");
        assert!(said.contains("\nso do edits[20], "), "{said}");
        assert!(said.len() < 16_000, "{}", said.len());
    }

    #[test]
    fn what_was_meant_is_not_guessed() {
        let said = refused("aa\nb\naa\n", &[edit("aa", "x")]);
        assert_eq!(
            said,
            "not_unique: `old_text` occurs 2 times, on lines 1, 3\n\
             hint: add lines around it to `old_text`, or set `replace_all`"
        );
        let said = refused("aaa", &[edit("aa", "x")]);
        assert!(said.contains("occurs 2 times, on line 1\n"), "overlapping ones too: {said}");
        let said = refused(&"a\n".repeat(30), &[edit("a", "x")]);
        assert!(said.contains("30 times") && said.contains("19, 20 and more"), "{said}");
        let said = refused(&"a".repeat(100_001), &[edit("a", "x")]);
        assert!(said.contains("more than 100000 times, the first on line 1\n"), "{said}");
        let said = refused(&"ab ".repeat(25), &[edit("ab", "x")]);
        assert!(said.contains("occurs 25 times, on line 1\n"), "{said}");
    }

    #[test]
    fn replacements_are_bounded() {
        assert_eq!(after(&"a".repeat(100_000), &[all("a", "")]), "");
        let said = refused(&"a".repeat(100_001), &[all("a", "")]);
        assert!(said.starts_with("over_limit: `old_text` occurs more than 100000"), "{said}");
        let long = "x".repeat(64 << 10);
        let said = refused(&"a".repeat(2_000), &[all("a", &long)]);
        assert!(said.starts_with("over_limit: the edited text would be longer"), "{said}");
    }

    #[test]
    fn a_call_that_is_taken_back_ends() {
        use crate::limits::{CallMonitor, Clock};
        let clock = Clock::new(std::time::Instant::now);
        let budget = Budget::new(std::sync::Arc::default(), clock, CallMonitor::new(|| true));
        let error = apply("a", &[edit("a", "b")], &budget).unwrap_err();
        assert_eq!(error.code(), Code::Cancelled);
    }
}
