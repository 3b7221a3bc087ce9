//! [`Edited`]: a text after edits, as parts of the text before and what is new between them.
//!
//! A large file with a small edit is never copied: an old part is a range. Ranges increase, so that
//! the file can be written, and compared, in one pass.
//!
//! May import: nothing of this crate. It does not know how a place is found, or what replaces it.

use std::borrow::Cow;
use std::ops::Range;

/// A part of an edited text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Bytes of the text before, untouched.
    Old(Range<usize>),
    /// What was put in.
    New(String),
}

/// What one edit did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// How many replacements it made.
    pub count: usize,
    /// Where they were, in words, in the text as the edits before left it: `on lines 1, 3`.
    pub on: String,
}

/// A text after edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edited {
    parts: Vec<Part>,
    made: Vec<Made>,
}

/// A part of a text, and its replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::text) struct Replacement {
    pub(in crate::text) range: Range<usize>,
    pub(in crate::text) with: String,
}

impl Edited {
    /// A text of so many bytes, nothing done to it.
    pub(in crate::text) fn untouched(len: usize) -> Self {
        let mut parts = vec![];
        push(&mut parts, Part::Old(0..len));
        Self { parts, made: vec![] }
    }

    /// The parts, in the order of the text.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What each edit did.
    pub fn made(&self) -> &[Made] {
        &self.made
    }

    /// The whole text: `before` is the text that was edited.
    pub fn text<'t>(&self, before: &'t str) -> Cow<'t, str> {
        match self.parts.as_slice() {
            [Part::Old(range)] if range.len() == before.len() => before.into(),
            parts => {
                let mut text = String::with_capacity(parts.iter().map(Part::len).sum());
                for part in parts {
                    text += part.text(before);
                }
                text.into()
            }
        }
    }

    /// Replaces, in one pass; the replacements are in order and apart.
    pub(in crate::text) fn splice(&mut self, replacements: Vec<Replacement>, made: Made) {
        let mut before = Cursor { parts: &self.parts, taken: 0 };
        let mut parts = vec![];
        let mut at = 0;
        for Replacement { range, with } in replacements {
            before.take(range.start.saturating_sub(at), |part| push(&mut parts, part));
            before.take(range.len(), drop);
            push(&mut parts, Part::New(with));
            at = range.end;
        }
        before.take(usize::MAX, |part| push(&mut parts, part));
        self.parts = parts;
        self.made.push(made);
    }
}

impl Part {
    /// Its bytes as text, of the text `before`.
    pub(in crate::text) fn text<'p>(&'p self, before: &'p str) -> &'p str {
        match self {
            Self::Old(range) => before.get(range.clone()).unwrap_or_default(),
            Self::New(text) => text,
        }
    }

    /// How many bytes of text it is.
    pub(in crate::text) fn len(&self) -> usize {
        match self {
            Self::Old(range) => range.len(),
            Self::New(text) => text.len(),
        }
    }

    fn piece(&self, from: usize, to: usize) -> Self {
        match self {
            Self::Old(range) => Self::Old(range.start + from..range.start + to),
            Self::New(text) => Self::New(text.get(from..to).unwrap_or_default().into()),
        }
    }
}

/// Appends a part, joined with the last one where the two are one.
fn push(parts: &mut Vec<Part>, part: Part) {
    match (parts.last_mut(), part) {
        (_, part) if part.len() == 0 => {}
        (Some(Part::New(last)), Part::New(new)) => *last += &new,
        (Some(Part::Old(last)), Part::Old(old)) if last.end == old.start => last.end = old.end,
        (_, part) => parts.push(part),
    }
}

/// Goes through parts, some bytes at a time.
struct Cursor<'p> {
    parts: &'p [Part],
    /// How many bytes of the first part are behind it.
    taken: usize,
}

impl Cursor<'_> {
    /// Hands on the next so many bytes, or all that are left.
    fn take(&mut self, mut bytes: usize, mut hand_on: impl FnMut(Part)) {
        while bytes > 0
            && let [part, rest @ ..] = self.parts
        {
            let to = part.len().min(self.taken.saturating_add(bytes));
            bytes -= to - self.taken;
            hand_on(part.piece(self.taken, to));
            self.taken = to;
            if to == part.len() {
                (self.parts, self.taken) = (rest, 0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacement(range: Range<usize>, with: &str) -> Replacement {
        Replacement { range, with: with.into() }
    }

    #[test]
    fn parts_are_cut_and_joined() {
        let text = "one two three";
        let mut edited = Edited::untouched(text.len());
        assert!(matches!(edited.text(text), Cow::Borrowed(_)));
        edited.splice(vec![replacement(0..3, "1"), replacement(8..13, "3")], Made::default());
        assert_eq!(edited.text(text), "1 two 3");
        edited.splice(vec![replacement(1..1, "00"), replacement(4..5, "")], Made::default());
        assert_eq!(edited.text(text), "100 tw 3");
        let new = |text: &str| Part::New(text.into());
        assert_eq!(edited.parts(), [new("100"), Part::Old(3..6), Part::Old(7..8), new("3"),]);
        edited.splice(vec![replacement(1..2, ""), replacement(6..8, "x")], Made::default());
        assert_eq!(edited.text(text), "10 twx");
        assert_eq!(edited.made().len(), 3);
    }

    #[test]
    fn an_empty_text_has_no_parts() {
        let mut edited = Edited::untouched(0);
        assert!(edited.parts().is_empty());
        edited.splice(vec![replacement(0..0, "new")], Made::default());
        assert_eq!(edited.text(""), "new");
    }
}
