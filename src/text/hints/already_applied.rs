//! [`applied`]: where the new text of an edit is, whose old text is not there.
//!
//! May import: `limits`. That a short text is there says nothing: `}` is in most files.

use crate::limits::{Budget, StopReason};
use crate::text::find::{Count, Needle, lines};
use crate::text::hints::equal_but_for::Window;
use crate::text::hints::similar::says_something;

/// Words from which a text of one line is not there by chance.
const SEVERAL: usize = 3;
/// Characters below which a text may be anywhere.
const SHORT: usize = 4;

/// Where the new text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) struct Applied {
    /// The line, from 1.
    pub(in crate::text) line: usize,
    /// Its lines.
    window: Window,
    /// Is it too long to be there by chance?
    is_long: bool,
    /// Is it so short that it may be anywhere?
    is_short: bool,
}

/// The only place of `new` in the text; `None` where that would say nothing about the edit. Both texts have LF as
/// their only line end.
pub(in crate::text) fn applied(
    text: &str,
    old: &str,
    new: &str,
    budget: &Budget,
) -> Result<Option<Applied>, StopReason> {
    let words = new.split(|c: char| !c.is_alphanumeric() && c != '_');
    let words = words.filter(|word| !word.is_empty()).take(SEVERAL).count();
    // What is left when something is taken out was there before.
    if words == 0 || old.contains(new.trim()) {
        return Ok(None);
    }
    let found = Needle::new(new, text).find(text, Count::All, 2, budget)?;
    let ([place], Some(line)) =
        (found.as_slice(), lines(text, found.first().map(|place| place.start)).first().copied())
    else {
        return Ok(None);
    };
    let count = text.get(place.clone()).unwrap_or_default().split_inclusive('\n').count();
    let is_long = words >= SEVERAL || new.lines().filter(|line| says_something(line)).count() > 1;
    let window = Window { first: line - 1, count: count.max(1) };
    let is_short = new.trim().chars().count() < SHORT;
    Ok(Some(Applied { line, window, is_long, is_short }))
}

impl Applied {
    /// Is the edit done, as far as can be told? `near` is the place that comes nearest to the old text.
    pub(in crate::text) fn is_done(&self, near: Option<Window>) -> bool {
        self.is_long && near.is_none_or(|near| self.meets(near))
    }

    /// Does it help to know where it is?
    pub(in crate::text) fn is_telling(&self, near: Option<Window>) -> bool {
        !self.is_short || near.is_some_and(|near| self.meets(near))
    }

    fn meets(&self, near: Window) -> bool {
        near.first < self.window.first + self.window.count
            && self.window.first < near.first + near.count.max(1)
    }
}
