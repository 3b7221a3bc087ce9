//! [`Failures`]: which edits of a call fail and why, as one error.
//!
//! Only the first ones are diagnosed: a diagnosis goes through the whole file several times.
//!
//! May import: `error`, `limits`.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::limits::{Budget, StopReason};
use crate::text::edit::earlier::{Earlier, MORE_LINES};
use crate::text::edit::occurrences::{counted, on_lines};
use crate::text::edit::one_edit::Edit;
use crate::text::encoding::escapes::Marks;
use crate::text::hints::missing::{MISSING, Missing};
use crate::text::hints::no_match::no_match;
use crate::text::line_ends::{lf, with_lone_returns};

/// The most failed edits that are explained.
const MAX_DIAGNOSED: usize = 5;
/// The most failed edits that are listed with their error.
const MAX_TOLD: usize = 20;
/// The most further failed edits that are named.
const MAX_NAMED: usize = 50;
/// Characters of the file that are shown for one edit, where it is the only one.
const ROOM: usize = 4_000;

/// The edits of a call that fail.
pub(in crate::text) struct Failures<'e> {
    text: &'e str,
    edits: &'e [Edit<'e>],
    all: Vec<(usize, ToolError)>,
    /// The characters that stand for bad bytes in all these texts.
    marks: Option<Marks>,
}

impl<'e> Failures<'e> {
    /// None of these edits of `text` has failed yet.
    pub(in crate::text) fn of(text: &'e str, edits: &'e [Edit<'e>]) -> Self {
        Self { text, edits, all: vec![], marks: None }
    }

    /// The same where these characters stand for bad bytes.
    pub(in crate::text) fn with_marks(self, marks: Option<Marks>) -> Self {
        Self { marks, ..self }
    }

    /// The text before all edits.
    pub(in crate::text) fn file(&self) -> &'e str {
        self.text
    }

    /// The next one fails.
    pub(in crate::text) fn push(&mut self, at: usize, error: ToolError) {
        self.all.push((at, error));
    }

    /// The error for an edit whose old text is not in `text`.
    pub(in crate::text) fn no_match(
        &self,
        text: &str,
        (at, edit): (usize, Edit<'_>),
        budget: &Budget,
    ) -> Result<ToolError, StopReason> {
        if self.all.len() >= MAX_DIAGNOSED {
            return Ok(ToolError::new(Code::NoMatch, MISSING));
        }
        let old = &*lf(edit.old_text);
        let new = &*lf(edit.new_text);
        let put_there = self.all.iter().find(|(at, _)| {
            self.edits.get(*at).is_some_and(|failed| lf(failed.new_text).contains(old))
        });
        let earlier = self.earlier(at, old, budget)?;
        if let Some(earlier) = &earlier
            && let Some(error) = earlier.no_match(budget)?
        {
            return Ok(error);
        }
        if let Some((at, _)) = put_there {
            let sentence =
                format!("`old_text` is part of the new text of edits[{at}], which fails");
            return Ok(ToolError::new(Code::NoMatch, sentence));
        }
        let room = if self.edits.len() == 1 { ROOM } else { 2 * ROOM / MAX_DIAGNOSED };
        let old = &*with_lone_returns(old);
        let missing = Missing { old, new, replace_all: edit.replace_all, room, marks: self.marks };
        let error = no_match(text, missing, budget)?;
        let lines = |text: &str| memchr::memchr_iter(b'\n', text.as_bytes()).count();
        let is_shifted = earlier.is_some() && lines(text) != lines(self.text);
        Ok(if is_shifted {
            error.and_hint("line numbers are those after the edits before this one")
        } else {
            error
        })
    }

    /// The error for an edit whose old text is at each place of `found` in `text`.
    pub(in crate::text) fn not_unique(
        &self,
        text: &str,
        (at, edit): (usize, Edit<'_>),
        found: &[Range<usize>],
        budget: &Budget,
    ) -> Result<ToolError, StopReason> {
        if self.all.len() < MAX_DIAGNOSED
            && let Some(earlier) = self.earlier(at, &lf(edit.old_text), budget)?
        {
            return earlier.not_unique(text, found, budget);
        }
        let sentence = format!("`old_text` occurs {}, {}", counted(found), on_lines(text, found));
        Ok(ToolError::new(Code::NotUnique, sentence).hint(MORE_LINES))
    }

    /// What the edits before one did to its old text, if any was made.
    fn earlier(
        &self,
        at: usize,
        old: &str,
        budget: &Budget,
    ) -> Result<Option<Earlier<'e>>, StopReason> {
        if self.all.len() >= at {
            return Ok(None);
        }
        let failed: Vec<usize> = self.all.iter().map(|(at, _)| *at).collect();
        Earlier::new((self.text, self.edits), &failed, (at, old), budget).map(Some)
    }

    /// All of them, if there are any.
    pub(in crate::text) fn error(self) -> Option<ToolError> {
        let of = self.edits.len();
        let failed = self.all.len();
        let mut all = self.all.into_iter();
        let (at, first) = all.next()?;
        if of == 1 {
            return Some(first);
        }
        if failed == 1 {
            let again = format!("nothing was written: send all {of} edits again");
            return Some(first.about(&format!("edits[{at}]")).and_hint(&again));
        }
        let code = first.code();
        let mut sentence = format!("{failed} of the {of} edits fail, and nothing was written");
        sentence += &format!("\nedits[{at}]: {first}");
        for (at, refused) in all.by_ref().take(MAX_TOLD - 1) {
            sentence += &format!("\nedits[{at}]: {refused}");
        }
        let further: Vec<_> = all.map(|(at, _)| format!("edits[{at}]")).collect();
        if let Some(named) = further.get(..further.len().min(MAX_NAMED)).filter(|n| !n.is_empty()) {
            let more = match further.len() - named.len() {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            sentence += &format!("\nso do {}{more}", named.join(", "));
        }
        let again = format!("correct these, and send all {of} edits again");
        Some(ToolError::new(code, sentence).hint(again))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::text::edit::apply::apply;
    use crate::text::edit::one_edit::Edit;
    use crate::text::meter::plenty;

    fn refused(text: &str, old_text: &str) -> Option<String> {
        let edit = Edit { old_text, new_text: "other", replace_all: false };
        apply(text, &[edit], &plenty()).err().map(|refused| refused.to_string())
    }

    /// The texts that a hint gives as strings of JSON.
    fn strings(said: &str) -> Vec<String> {
        let hint = said.split("\nhint: ").nth(1).unwrap_or_default();
        let begin = ["this JSON string: ", "JSON string it is ", "that place is "];
        let rest = begin.iter().filter_map(|begin| Some(hint.split_once(begin)?.1));
        let first = |rest: &str| serde_json::Deserializer::from_str(rest).into_iter().next();
        rest.map(|rest| first(rest).unwrap().unwrap()).collect()
    }

    #[test]
    fn lone_returns_are_named_and_the_string_of_the_hint_matches() {
        for (text, old) in [
            ("key=value\r\r\nnext=1\r\r\n", "key=value\nnext=1"),
            ("\"\"\r\r\n\rz\n", "\"\"\nz"),
            ("\nx=1日本語()x=1()\r\n", "()\r\r\n"),
            ("foo();\r\nbar();\r\n", "foo();\r\r\nbar"),
            ("foo();\nbar();\n", "foo();\r\r\nbar"),
            ("foo();\r\r\nbar();\r\n", "foo();\n\nbar"),
            ("a\ra\r\n", "aa\r"),
            ("foo();\r\r\nbar();\r\n", "foo();\r\r\r\nbar"),
        ] {
            let said = refused(text, old).unwrap();
            assert!(said.contains("U+000D"), "{text:?} {old:?}: {said}");
            let [string] = &strings(&said)[..] else { panic!("{text:?} {old:?}: {said}") };
            assert_eq!(refused(text, string), None, "{text:?} {old:?}: {said}");
        }
    }

    #[test]
    fn invisible_characters_that_differ_are_named_or_given_as_a_string() {
        for (text, old) in [
            ("\rax=1foo(); ", "\r\tx=1"),
            ("a\u{200b}b c\u{200b}\n", "b\u{200b} c"),
            ("é\r\n\u{200b}\u{200b}xe\u{301}\r\n", " é\r\n\u{200b}"),
            ("BAD\t\r\nfoo();\n", "BAD\r\r\n"),
        ] {
            let said = refused(text, old).unwrap();
            let strings = strings(&said);
            assert!(!strings.is_empty(), "{text:?} {old:?}: {said}");
            for string in strings {
                assert_eq!(refused(text, &string), None, "{text:?} {old:?}: {said}");
            }
        }
    }

    fn pieces() -> impl Strategy<Value = Vec<&'static str>> {
        let all = [
            "\r",
            "\n",
            "\r\n",
            "a",
            "foo();",
            "x=1",
            "\"",
            " ",
            "\t",
            "\u{200b}",
            "\u{e9}",
            "é",
            "日本語",
            "—",
            "\u{a0}",
            "\\",
            "\u{1}",
            "value",
        ];
        proptest::collection::vec(proptest::sample::select(all.to_vec()), 1..14)
    }

    proptest! {
        #[test]
        fn the_string_of_every_hint_matches(
            text in pieces(),
            (from, len) in (0_usize..14, 1_usize..8),
            (at, other) in (0_usize..8, pieces()),
        ) {
            let mut old: Vec<_> = text.iter().copied().skip(from % text.len()).take(len).collect();
            let at = at % old.len();
            match other.as_slice() {
                [one] => old[at] = *one,
                [one, _] => old.insert(at, *one),
                _ => drop(old.remove(at)),
            }
            let text = text.concat();
            let old = old.concat();
            for string in refused(&text, &old).iter().flat_map(|said| strings(said)) {
                let again = refused(&text, &string).unwrap_or_default();
                prop_assert!(!again.contains("no_match"), "{text:?} {old:?} {string:?}: {again}");
            }
        }
    }
}
