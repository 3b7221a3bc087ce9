//! [`Earlier`]: what the edits of a call do to the old text of a later one.
//!
//! An old text is looked for in what the edits before left. Where it is missing there, or there more than once, the
//! file itself may have it once: then the call is wrong, and not the text.
//!
//! May import: `error`, `limits`.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::limits::{Budget, StopReason};
use crate::text::edit::edited::Edited;
use crate::text::edit::occurrences::{MAX_REPLACEMENTS, counted, on_lines};
use crate::text::edit::one_edit::{Attempt, Edit, attempt};
use crate::text::find::{Count, Needle};
use crate::text::hints::missing::MISSING;

/// Edits that are named.
const MAX_NAMED: usize = 5;

/// How often a text occurs in the file, and after each edit that was made.
pub(in crate::text) struct Earlier<'e> {
    text: &'e str,
    edits: &'e [Edit<'e>],
    /// Which edit fails.
    at: usize,
    /// Where the text is in the file.
    in_file: Vec<Range<usize>>,
    /// The edits that were made, and how often the text was there after each.
    made: Vec<(usize, usize)>,
    /// The last edit after which the text was there, and where.
    last: Option<(usize, String)>,
}

impl<'e> Earlier<'e> {
    /// Makes the edits before `at` again, except `failed`, and looks for `old`, which has LF only, after each.
    pub(in crate::text) fn new(
        (text, edits): (&'e str, &'e [Edit<'e>]),
        failed: &[usize],
        (at, old): (usize, &str),
        budget: &Budget,
    ) -> Result<Self, StopReason> {
        let places = |text: &str| {
            Needle::new(old, text).find(text, Count::All, MAX_REPLACEMENTS + 1, budget)
        };
        let in_file = places(text)?;
        let mut earlier = Self { text, edits, at, in_file, made: vec![], last: None };
        let mut edited = Edited::untouched(text.len());
        for (number, edit) in edits.iter().enumerate().take(at) {
            if failed.contains(&number) {
                continue;
            }
            let before = edited.text(text);
            let Ok(Attempt::Made(replacements, made)) = attempt(text, &before, *edit, budget)
            else {
                budget.step()?;
                continue;
            };
            drop(before);
            edited.splice(replacements, made);
            let after = edited.text(text);
            let found = places(&after)?;
            earlier.made.push((number, found.len()));
            if !found.is_empty() {
                earlier.last = Some((number, on_lines(&after, &found)));
            }
        }
        Ok(earlier)
    }

    /// The error for a text that is missing, if an edit of the call is why.
    pub(in crate::text) fn no_match(
        &self,
        budget: &Budget,
    ) -> Result<Option<ToolError>, StopReason> {
        let changing = self.edits_where(|before, after| after < before);
        let verb = if changing.len() == 1 { "changes" } else { "change" };
        let sentence = match (self.in_file.as_slice(), &self.last) {
            ([], None) => return Ok(None),
            ([], Some((by, on))) => {
                let changed = self.made.iter().find(|(edit, _)| edit > by);
                let Some((changing, _)) = changed else { return Ok(None) };
                format!(
                    "{MISSING}: edits[{by}] of this call puts it there, {on}, and edits[{changing}] changes it"
                )
            }
            (found, _) => format!(
                "`old_text` is in the file, {}, but {} of this call {verb} it",
                on_lines(self.text, found),
                named(&changing)
            ),
        };
        let error = ToolError::new(Code::NoMatch, sentence);
        Ok(Some(error.hint(self.hint(&changing, budget)?)))
    }

    /// The error for a text that is there more than once, at `found` in `now`.
    pub(in crate::text) fn not_unique(
        &self,
        now: &str,
        found: &[Range<usize>],
        budget: &Budget,
    ) -> Result<ToolError, StopReason> {
        let putting = self.edits_where(|before, after| after > before);
        let count = counted(found);
        let on = on_lines(now, found);
        let after = named(&self.made.iter().map(|(edit, _)| *edit).collect::<Vec<_>>());
        let sentence = match self.in_file.as_slice() {
            [_] => format!(
                "`old_text` is in the file once, {}, but {count} after {after} of this call, {on}: {} {} it there",
                on_lines(self.text, &self.in_file),
                named(&putting),
                if putting.len() == 1 { "puts" } else { "put" }
            ),
            [] => format!("{MISSING}, but occurs {count} after {after} of this call, {on}"),
            // As it is in the file, and its lines are those of the file.
            there if there.len() == found.len() => {
                format!("`old_text` occurs {count}, {}", on_lines(self.text, there))
            }
            _ => format!("`old_text` occurs {count} after {after} of this call, {on}"),
        };
        let error = ToolError::new(Code::NotUnique, sentence);
        let hint = match self.in_file.as_slice() {
            [_] if self.may_come_first(budget)? => self.hint(&putting, budget)?,
            _ => MORE_LINES.into(),
        };
        Ok(error.hint(hint))
    }

    /// The edits that changed how often the text is there.
    fn edits_where(&self, is_so: impl Fn(usize, usize) -> bool) -> Vec<usize> {
        let mut before = self.in_file.len();
        let mut all = vec![];
        for (edit, count) in &self.made {
            if is_so(before, *count) {
                all.push(*edit);
            }
            before = *count;
        }
        all
    }

    /// How to send these edits and the one that fails so that all can be made.
    fn hint(&self, others: &[usize], budget: &Budget) -> Result<String, StopReason> {
        let at = self.at;
        let first = others.first().copied().unwrap_or_default();
        Ok(if self.may_come_first(budget)? {
            format!(
                "each edit applies to the result of the edits before it: put edits[{at}] before edits[{first}]"
            )
        } else {
            let with = named(others);
            format!(
                "each edit applies to the result of the edits before it: merge edits[{at}] and {with} into one edit, or write \
                 `old_text` as {with} leaves it"
            )
        })
    }

    /// Could all edits be made if this one was made before the others?
    fn may_come_first(&self, budget: &Budget) -> Result<bool, StopReason> {
        let mut edited = Edited::untouched(self.text.len());
        let order = std::iter::once(self.at).chain(self.made.iter().map(|(edit, _)| *edit));
        for number in order {
            budget.step()?;
            let Some(edit) = self.edits.get(number) else { return Ok(false) };
            let before = edited.text(self.text);
            if edit.old_text.is_empty() {
                return Ok(false);
            }
            let Ok(Attempt::Made(replacements, made)) = attempt(self.text, &before, *edit, budget)
            else {
                budget.step()?;
                return Ok(false);
            };
            drop(before);
            edited.splice(replacements, made);
        }
        Ok(true)
    }
}

/// What to do where a text is there more than once.
pub(in crate::text) const MORE_LINES: &str =
    "add lines around it to `old_text`, or set `replace_all`";

/// `edits[0]`, `edits[0], edits[1] and edits[4]`.
fn named(edits: &[usize]) -> String {
    let mut names: Vec<_> = edits.iter().take(MAX_NAMED).map(|at| format!("edits[{at}]")).collect();
    if edits.len() > MAX_NAMED {
        names.push(format!("{} more", edits.len() - MAX_NAMED));
    }
    let last = names.pop().unwrap_or_default();
    if names.is_empty() { last } else { format!("{} and {last}", names.join(", ")) }
}
