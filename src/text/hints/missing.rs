//! [`Missing`]: an edit whose old text is not in the file, and the hint that gives a place of the file as it can be
//! sent.
//!
//! May import: `limits`.

use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::encoding::escapes::Marks;
use crate::text::find::{Count, Needle};
use crate::text::hints::equal_but_for::Window;
use crate::text::hints::sendable::sendable;
use crate::text::line_ends::lf;

/// The hint with a text that works as it stands.
pub(in crate::text) const SEND: &str = "send `old_text` as this JSON string:";

/// What all sentences begin with.
pub(in crate::text) const MISSING: &str = "`old_text` is not in the file";

/// An edit whose old text is not there. Both texts have LF as their only line end, but for what
/// [`with_lone_returns`](crate::text::line_ends::with_lone_returns) makes of the old one.
#[derive(Clone, Copy)]
pub(in crate::text) struct Missing<'e> {
    pub(in crate::text) old: &'e str,
    pub(in crate::text) new: &'e str,
    /// Whether the text to send may occur more than once.
    pub(in crate::text) replace_all: bool,
    /// Characters of the file that are shown.
    pub(in crate::text) room: usize,
    /// The characters that stand for bad bytes in both texts.
    pub(in crate::text) marks: Option<Marks>,
}

/// The lines that hold a place.
pub(in crate::text) fn lines_of(text: &str, place: &Range<usize>) -> Window {
    let before = text.as_bytes().get(..place.start).unwrap_or_default();
    let first = memchr::memchr_iter(b'\n', before).count();
    let within = text.get(place.clone()).unwrap_or_default();
    Window { first, count: within.split_inclusive('\n').count().max(1) }
}

/// The hint that gives a place of the file as it can be sent.
pub(in crate::text) fn what_to_send(
    text: &str,
    missing: Missing<'_>,
    place: &Range<usize>,
    odd: &[Range<usize>],
    budget: &Budget,
) -> Result<String, StopReason> {
    let within = text.get(place.clone()).unwrap_or_default();
    let odd: Vec<_> = odd
        .iter()
        .map(|odd| odd.start.saturating_sub(place.start)..odd.end.saturating_sub(place.start))
        .collect();
    let Some(sent) = sendable(within, &odd, missing.room) else {
        return Ok("use fewer lines in `old_text`, only ones that match the file".into());
    };
    let exact = lf(within);
    let most = if missing.replace_all { 1 } else { 2 };
    let count = Needle::new(&exact, text).find(text, Count::All, most, budget)?.len();
    Ok(if count == 2 {
        format!(
            "the file has it more than once; as a JSON string it is {sent}: add the text around it to \
             `old_text`"
        )
    } else {
        format!("{SEND} {sent}")
    })
}
