//! `edit_file`: texts in a file are replaced by others; every other byte stays what it was.

mod flat_edit;

use std::borrow::Cow;

use schemars::JsonSchema;
use serde::Deserialize;

use super::shared::change_answer::{IN_PLACE, facts, footer, if_match};
use super::shared::encoding::{MAX_LABEL, can_hold, named};
use super::shared::read_whole::{Most, whole};
use crate::cap::{Expect, Place, Target, Write};
use crate::error::{Code, ToolError};
use crate::format::{count, number};
use crate::limits::{Budget, Work};
use crate::path::VirtualPath;
use crate::text::{self, Coding, Diff, Document, Edited, Meant};
use crate::tool::{Object, Tool};
use flat_edit::gathered;

/// Characters of an answer that are kept free for its closing lines, in which a path may stand.
const CLOSING: usize = 6_000;
/// Lines of the diff that is shown after a change. What was asked for is known to who asked.
const DIFF_LINES: usize = 20;
/// Lines of it where nothing is changed: it is all that there is.
const DRY_LINES: usize = 400;

/// Most edits of one call.
const MAX_EDITS: usize = 1_000;
/// How often the edits are made again because the file was changed meanwhile.
const MAX_TRIES: usize = 50;

pub(super) struct EditFile;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// The file.
    #[schemars(example = "src/main.rs")]
    path: VirtualPath,
    /// In order, all or none.
    #[schemars(example = edits_example(), length(max = MAX_EDITS))]
    edits: Vec<Edit>,
    /// Only show the diff.
    #[serde(default)]
    #[schemars(example = true)]
    dry_run: bool,
    /// Only if still this version.
    #[schemars(example = &"k3f9a2c1xq", length(max = 100))]
    if_match: Option<String>,
    /// Write into the file (not atomic).
    #[serde(default)]
    #[schemars(example = true)]
    in_place: bool,
    /// Its encoding, where the bytes do not tell.
    #[serde(default)]
    #[schemars(example = &"shift_jis", length(max = MAX_LABEL))]
    encoding: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
struct Edit {
    /// Text that is there once.
    #[schemars(example = &"old")]
    old_text: String,
    /// Text to put in its place.
    #[schemars(example = &"new")]
    new_text: String,
    /// Replace every one.
    #[serde(default)]
    replace_all: bool,
}

fn edits_example() -> serde_json::Value {
    serde_json::json!([{"old_text": "old", "new_text": "new"}])
}

impl Tool for EditFile {
    const NAME: &'static str = "edit_file";
    const ABOUT: &'static str = "Replaces texts in a file; other bytes stay.";
    type Needs = Write;
    type Args = Args;
    type Output = String;

    fn arranged(sent: Object) -> Object {
        gathered(sent)
    }

    fn paths(args: &Args) -> &VirtualPath {
        &args.path
    }

    fn run(args: &Args, at: Target<Write>, budget: &Budget) -> Result<String, ToolError> {
        let Some(first) = args.edits.first() else {
            return Err(ToolError::new(Code::BadArgs, "`edits` holds no edit"));
        };
        let coding = named(args.encoding.as_deref())?;
        can_hold(args.encoding.as_deref(), args.edits.iter().map(|edit| &*edit.new_text))?;
        let (place, turn) = at.to_change(budget).map_err(|error| match error.code() {
            Code::NotFound if first.old_text.is_empty() => {
                error.hint("write_file makes a new file")
            }
            _ => error,
        })?;
        let mut tries = 1;
        let said = loop {
            match args.edited(&place, &at, coding, budget) {
                // Edits without a version are of whatever is there: also of what somebody else has put there meanwhile.
                Err(error)
                    if error.code() == Code::Stale
                        && args.if_match.is_none()
                        && tries < MAX_TRIES =>
                {
                    tries += 1;
                    budget.step()?;
                }
                said => break said?,
            }
        };
        drop(turn);
        Ok(said)
    }
}

impl Args {
    /// Applies the edits to the current contents of the file.
    fn edited(
        &self,
        place: &Place<Write>,
        at: &Target<Write>,
        coding: Option<Coding>,
        budget: &Budget,
    ) -> Result<String, ToolError> {
        let file = place.open_file()?;
        if_match(self.if_match.as_deref(), Some(&file), at, budget)?;
        let most = Most { bytes: budget.limits().max_edit_bytes, limit: "max_edit_bytes" };
        let _held = budget.hold(file.size())?;
        let bytes = whole(&file, at.requested(), most, budget)?;
        let busy = budget.begin(Work::Edits);
        let texts = self.edits.iter().flat_map(|edit| [&*edit.old_text, &*edit.new_text]);
        let marked = self.encoding.as_deref().is_some_and(text::asks_for_mark);
        let document = Document::new_as(coding, &at.requested().to_string(), bytes, texts)?;
        let document = document.marked_if_empty(marked);
        let as_given: Vec<_> = self.edits.iter().map(Edit::as_text).collect();
        let meant = document.meant(&as_given, budget)?;
        let both = self.edits.iter().zip(&meant.all);
        let edits: Vec<_> = both.map(|(edit, meant)| edit.meant(meant)).collect();
        let edited = match document.apply(&edits, budget) {
            Err(refused) => return Err(document.misread(refused, &as_given, budget)?),
            Ok(edited) => edited,
        };
        let pieces = match document.edited(&edited, budget) {
            Err(refused) => return Err(document.named_edit(refused, &edits, budget)?),
            Ok(pieces) => pieces,
        };
        let lines = if self.dry_run { DRY_LINES } else { DIFF_LINES };
        let chars = budget.limits().max_result_chars.saturating_sub(CLOSING);
        let mut diff = text::unified(document.text(), &edited, text::Most { lines, chars });
        diff.text = document.diff_as_shown(&diff.text);
        drop(busy);
        let mut all = vec![summary(&edited, &diff)];
        all.extend_from_slice(&diff.unseen);
        all.extend(meant.notes);
        all.extend(document.note().map(str::to_owned));
        if self.dry_run {
            all.extend(document.encoding().map(Cow::into_owned));
        } else {
            all.extend(document.encoding_after(&pieces)?);
        }
        if self.dry_run {
            all.extend(
                place.resolved_path_if_different(at).map(|real| format!("links lead to {real}")),
            );
            all.push(format!("nothing was written; version {}", text::version(&file, budget)?));
        } else {
            if budget.is_audited() {
                let before = text::version_of([document.bytes()], &file.state());
                budget.was_version(&before.to_string());
            }
            let contents = || pieces.iter().map(Cow::as_ref);
            let expect = Expect::This(file.state());
            let written = if self.in_place {
                place.put_in_place(contents(), expect, budget)?
            } else {
                place.put(contents(), expect, budget)?
            };
            all.extend(self.in_place.then(|| IN_PLACE.into()));
            all.extend(facts(place, at, &written));
            let version = text::version_of(contents(), &written.state).to_string();
            budget.is_version(&version);
            all.push(format!("version {version}"));
        }
        Ok(format!("{}{}{}", diff.text, left_out(&diff), footer(&all).trim_start()))
    }
}

impl Edit {
    fn meant<'m>(&self, meant: &'m Meant<'_>) -> text::Edit<'m> {
        text::Edit {
            old_text: &meant.old_text,
            new_text: &meant.new_text,
            replace_all: self.replace_all,
        }
    }

    fn as_text(&self) -> text::Edit<'_> {
        text::Edit {
            old_text: &self.old_text,
            new_text: &self.new_text,
            replace_all: self.replace_all,
        }
    }
}

/// How many changed lines are not shown, and the changes that are not.
fn left_out(diff: &Diff) -> String {
    let text::Unshown { count: unshown, named } = &diff.unshown;
    if diff.left_out == 0 {
        return String::new();
    }
    let mut left_out = count(diff.left_out as u64, "changed line", "changed lines");
    left_out += " left out";
    if !named.is_empty() {
        left_out += &format!(": {}", named.join(", "));
    }
    match unshown - named.len() {
        0 => {}
        more => left_out += &format!(" and {}", count(more as u64, "more change", "more changes")),
    }
    format!("[{left_out}]\n")
}

/// How many replacements, and which lines they changed.
fn summary(edited: &Edited, diff: &Diff) -> String {
    let made = edited.made();
    let replaced: usize = made.iter().map(|made| made.count).sum();
    let lines = match made {
        [one] => format!(" {}", one.on),
        all => format!(" by {} edits", all.len()),
    };
    let changed = diff.removed + diff.added;
    format!(
        "{} {}{lines}; -{} +{} {}",
        number(replaced as u64),
        if replaced == 1 { "replacement" } else { "replacements" },
        number(diff.removed as u64),
        number(diff.added as u64),
        if changed == 1 { "line" } else { "lines" }
    )
}
