//! [`no_match`]: why a text that is to be replaced is not there, and what is there instead.
//!
//! What comes near is shown as it stands in the file, bare, so that the next call can copy it; what cannot be seen
//! is named, and given in a form in which it can be sent. Nothing is ever replaced because it comes near.
//!
//! May import: `error`, `limits`. This is no diff: what is wrong is said in words.

use std::ops::Range;

use super::alike::{Window, equal_but_for};
use super::applied::applied;
use super::coded::{Coded, otherwise_coded};
use super::find::{Count, Needle, lf, lines};
use super::lookalike::{Looks, same_looking};
use super::numbers::without_numbers;
use super::returns::{has_lone_return, other_line_ends};
use super::sendable::{named, sendable, showing};
use super::similar::{Alike, most_alike, most_equal, says_something};
use super::unlike::{in_words, kinds, odd_characters};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Spent};

/// Lines of `old_text` above which nothing near is looked for.
const MAX_OLD_LINES: usize = 10_000;
/// Of the likeness of a place, how much makes it nearer than lines of which few are equal.
const NEARER: f64 = 0.8;
/// What all sentences begin with.
pub(super) const MISSING: &str = "`old_text` is not in the file";

/// An edit whose old text is not there. Both texts have LF as their only line end.
#[derive(Clone, Copy)]
pub(super) struct Missing<'e> {
    pub(super) old: &'e str,
    pub(super) new: &'e str,
    /// May what is to be sent instead be there more than once?
    pub(super) replace_all: bool,
    /// Characters of the file that are shown.
    pub(super) room: usize,
}

/// The refusal of an edit whose old text does not occur in `text`.
pub(super) fn no_match(
    text: &str,
    missing: Missing<'_>,
    budget: &Budget,
) -> Result<ToolError, Spent> {
    let Missing { old, new, .. } = missing;
    if text.is_empty() {
        return Ok(ToolError::new(Code::NoMatch, format!("{MISSING}, which is empty"))
            .hint("`old_text` \"\" puts `new_text` there; so does write_file"));
    }
    let (near, refusal) = diagnosed(text, missing, budget)?;
    Ok(match applied(text, old, new, budget)? {
        Some(applied) if applied.is_done(near) => {
            let line = applied.line;
            let sentence = format!("{MISSING}, but `new_text` is: already applied at line {line}");
            ToolError::new(Code::NoMatch, sentence)
                .hint("nothing is left to do here, unless another place was meant")
        }
        Some(applied) => refusal
            .and_hint(&format!("`new_text` is in the file already, at line {}", applied.line)),
        None => refusal,
    })
}

/// What comes nearest to the old text, and the refusal that shows it.
fn diagnosed(
    text: &str,
    missing: Missing<'_>,
    budget: &Budget,
) -> Result<(Option<Window>, ToolError), Spent> {
    let Missing { old, room, .. } = missing;
    if let Some(window) = without_numbers(text, old, budget)? {
        let sentence = format!(
            "{MISSING}: its lines begin with line numbers, which are no part of the file; without \
             them it is at {}",
            named(window)
        );
        let error = showing(text, window, None, &sentence, room)
            .hint("leave the line numbers out of `old_text` and `new_text`");
        return Ok((Some(window), error));
    }
    if let Some(place) = other_line_ends(text, old, budget)? {
        let near = window(text, &place);
        return Ok((Some(near), in_returns(text, missing, &place, budget)?));
    }
    if let Some(looks) = same_looking(text, old, budget)? {
        let error = looking_the_same(text, missing, &looks, budget)?;
        return Ok((Some(window(text, &looks.place)), error));
    }
    if let Some((coded, place)) = otherwise_coded(text, old, budget)? {
        let near = window(text, &place);
        return Ok((Some(near), in_code(text, missing, coded, place, budget)?));
    }
    let old_lines: Vec<&str> = old.split_inclusive('\n').take(MAX_OLD_LINES + 1).collect();
    if old_lines.len() <= MAX_OLD_LINES
        && let Some(near) = near(text, old, &old_lines, budget)?
    {
        return Ok((Some(near.window), near.refusal(text, missing)));
    }
    let error = ToolError::new(Code::NoMatch, format!("{MISSING}, and nothing that comes near it"));
    let hint = "read the file again with read_text_file, and copy `old_text` from it";
    Ok((None, error.hint(hint)))
}

/// The lines that hold a place.
fn window(text: &str, place: &Range<usize>) -> Window {
    let before = text.as_bytes().get(..place.start).unwrap_or_default();
    let first = memchr::memchr_iter(b'\n', before).count();
    let within = text.get(place.clone()).unwrap_or_default();
    Window { first, count: within.split_inclusive('\n').count().max(1) }
}

/// The refusal where a place looks like the old text: which characters differ, and what to send.
fn looking_the_same(
    text: &str,
    missing: Missing<'_>,
    looks: &Looks,
    budget: &Budget,
) -> Result<ToolError, Spent> {
    let window = window(text, &looks.place);
    let verb = if window.count == 1 { "differs" } else { "differ" };
    let mut sentence = format!(
        "{MISSING}: nearest is {}, which {verb} in {}",
        named(window),
        kinds(text, missing.old, &looks.unlike)
    );
    for words in in_words(text, missing.old, &looks.unlike) {
        sentence += &format!("\n{words}");
    }
    if !looks.others.is_empty() {
        let mut others = lines(text, looks.others.iter().map(|place| place.start));
        others.dedup();
        let others: Vec<_> = others.iter().map(ToString::to_string).collect();
        let line = if others.len() == 1 { "line" } else { "lines" };
        sentence += &format!("\nthe same text is also on {line} {}", others.join(", "));
    }
    let odd: Vec<_> = looks.unlike.iter().map(|unlike| unlike.place.clone()).collect();
    let hint = what_to_send(text, missing, &looks.place, &odd, budget)?;
    Ok(ToolError::new(Code::NoMatch, sentence).hint(hint))
}

/// The refusal where one text has carriage returns alone where the other has line ends.
fn in_returns(
    text: &str,
    missing: Missing<'_>,
    place: &Range<usize>,
    budget: &Budget,
) -> Result<ToolError, Spent> {
    let within = text.get(place.clone()).unwrap_or_default();
    let returns = "carriage returns (`\\r`, U+000D) that no line feed follows";
    let what = if has_lone_return(within) {
        format!("the file has {returns} where `old_text` has line ends")
    } else {
        format!("`old_text` has {returns} where the file has line ends")
    };
    let sentence = format!("{MISSING}: {what}, at {}", named(window(text, place)));
    let hint = what_to_send(text, missing, place, &[], budget)?;
    Ok(ToolError::new(Code::NoMatch, sentence).hint(hint))
}

/// The refusal where one text has in code what the other has in characters.
fn in_code(
    text: &str,
    missing: Missing<'_>,
    coded: Coded,
    place: Range<usize>,
    budget: &Budget,
) -> Result<ToolError, Spent> {
    let window = window(text, &place);
    let sentence =
        format!("{MISSING}: {}; with these converted, it is at {}", coded.as_str(), named(window));
    let hint = what_to_send(text, missing, &place, &[], budget)?;
    Ok(showing(text, window, Some(&place), &sentence, missing.room)
        .hint(format!("{hint}, and write `new_text` the same way")))
}

/// The hint that gives a place of the file as it can be sent.
fn what_to_send(
    text: &str,
    missing: Missing<'_>,
    place: &Range<usize>,
    odd: &[Range<usize>],
    budget: &Budget,
) -> Result<String, Spent> {
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
        format!("send `old_text` as this JSON string: {sent}")
    })
}

/// What comes near a text.
struct Near {
    window: Window,
    /// Where in the text it is, if it is a place within a line.
    place: Option<Range<usize>>,
    sentence: String,
}

impl Near {
    fn refusal(&self, text: &str, missing: Missing<'_>) -> ToolError {
        let window = self.window;
        let mut sentence = format!("{MISSING}: nearest is {}", self.sentence);
        let start = text.split_inclusive('\n').take(window.first).map(str::len).sum::<usize>();
        let rest = text.get(start..).unwrap_or_default();
        let lines = rest.split_inclusive('\n').take(window.count.max(1)).map(str::len);
        let whole = start..start + lines.sum::<usize>();
        let place = self.place.clone().unwrap_or(whole);
        let odd = odd_characters(text, &place, missing.old);
        for words in in_words(text, missing.old, &odd) {
            sentence += &format!("\n{words}");
        }
        let error = showing(text, window, self.place.as_ref(), &sentence, missing.room);
        let within = text.get(place).unwrap_or_default();
        match sendable(within, &[], missing.room).filter(|_| !odd.is_empty()) {
            Some(sent) => error.hint(format!("as a JSON string, that place is {sent}")),
            None => {
                error.hint("copy `old_text` from the lines above, or see more with read_text_file")
            }
        }
    }
}

/// What comes nearest, and how it differs.
fn near(text: &str, old: &str, old_lines: &[&str], budget: &Budget) -> Result<Option<Near>, Spent> {
    let lines = |window, sentence: String| {
        let sentence = format!("{}, {sentence}", named(window));
        Some(Near { window, place: None, sentence })
    };
    if let Some((window, differences)) = equal_but_for(text, old, budget)? {
        let mut names: Vec<_> = differences.iter().map(|difference| difference.as_str()).collect();
        let Some(last) = names.pop() else {
            // All that `old` can have more is a line end after the last line.
            return Ok(lines(window, "where the file ends without a line end".into()));
        };
        let list =
            if names.is_empty() { last } else { &format!("{} and {last}", names.join(", ")) };
        let verb = if window.count == 1 { "differs" } else { "differ" };
        return Ok(lines(window, format!("which {verb} in {list}")));
    }
    let equal = most_equal(text, old_lines, budget)?;
    let of = old_lines.len();
    if let Some((window, count)) = equal
        && 2 * count >= old_lines.iter().filter(|line| says_something(line)).count()
    {
        return Ok(lines(window, format!("where {count} of the {of} lines of `old_text` are")));
    }
    // The longest line says most about where the place is.
    let longest = old_lines.iter().enumerate().rev().max_by_key(|(_, line)| line.trim().len());
    let Some((above, wanted)) = longest else { return Ok(None) };
    let found = most_alike(text, wanted, budget)?;
    Ok(match (found, equal) {
        (Some(found), None) => Some(within_a_line(text, &found, above, of)),
        (Some(found), Some(_)) if found.likeness >= NEARER => {
            Some(within_a_line(text, &found, above, of))
        }
        (_, Some((window, count))) => {
            lines(window, format!("where {count} of the {of} lines of `old_text` are"))
        }
        (None, None) => None,
    })
}

/// The place that is like the line of `old_text` that has `above` lines above it, of `count` lines.
fn within_a_line(text: &str, found: &Alike, above: usize, count: usize) -> Near {
    let first = found.line.saturating_sub(above);
    let lines = text.split_inclusive('\n').skip(first).take(count).count();
    let before = text.get(..found.place.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let (at, column) = (found.line + 1, line.chars().count() + 1);
    let (window, percent) = (Window { first, count: lines }, found.likeness * 100.0);
    let sentence = if count == 1 {
        format!("line {at}, column {column}, which is {percent:.0} % alike")
    } else {
        let (lines, above) = (named(window), above + 1);
        format!(
            "{lines}, of which line {at}, column {column}, is {percent:.0} % like line {above} of \
             `old_text`"
        )
    };
    Near { window, place: (count == 1).then(|| found.place.clone()), sentence }
}

#[cfg(test)]
mod tests {
    use super::super::meter::plenty;
    use super::*;

    fn said(text: &str, old: &str, new: &str) -> String {
        let missing = Missing { old, new, replace_all: false, room: 4_000 };
        no_match(text, missing, &plenty()).unwrap().to_string()
    }

    #[test]
    fn what_is_there_already_is_said_first() {
        let text = "one\r\ntwo\r\nthree\r\n";
        let told = said(text, "2\nthree", "two\nthree");
        assert!(
            told.starts_with(
                "no_match: `old_text` is not in the file, but `new_text` is: already applied at line 2\n"
            ),
            "{told}"
        );
        assert!(!said("a a", "b", "a").contains("already"), "twice is not applied");
        assert!(!said("a\n", "b", "\n").contains("already"), "a blank line says nothing");
    }

    #[test]
    fn line_numbers_of_an_answer_are_noticed() {
        let text = "x\n  let a = 1;\n\n  b\n";
        for old in [
            "2:  let a = 1;\n3:\n4:  b",
            "2-  let a = 1;\n3-\n4-  b",
            "   2\t  let a = 1;\n   3\t\n   4\t  b\n",
            "2→  let a = 1;\n3→\n4→  b",
            "2|   let a = 1;\n3| \n4|   b",
            "2:   let a = 1;\n3: \n4:   b",
            "2:  let a = 1;\n\n4:  b",
        ] {
            let told = said(text, old, "y");
            assert!(told.contains("begin with line numbers"), "{told}");
            assert!(
                told.contains("at lines 2-4\nlines 2-4:\n  let a = 1;\n\n  b\nhint:"),
                "{told}"
            );
        }
        assert!(!said(text, "2:  let a = 1;\n  b", "y").contains("numbers"), "not all lines");
    }

    #[test]
    fn the_nearest_lines_are_shown_bare() {
        let text = "fn a() {\r\n    one();\r\n    two();\r\n}\r\n";
        assert_eq!(
            said(text, "  one();\n  two();\n", "x"),
            "no_match: `old_text` is not in the file: nearest is lines 2-3, which differ in \
             indentation\nlines 2-3:\n    one();\n    two();\n\
             hint: copy `old_text` from the lines above, or see more with read_text_file"
        );
        let told = said(text, "FN A( ) {", "x");
        assert!(
            told.contains("is line 1, which differs in blanks within lines and upper"),
            "{told}"
        );
        let told = said(text, "fn a() {\n    three();\n    two();\n}\n", "x");
        assert!(
            told.contains("is lines 1-4, where 2 of the 4 lines of `old_text` are\n"),
            "{told}"
        );
        let told = said(text, "fn b() {\n  three();\n", "x");
        let like = "lines 1-2, of which line 1, column 1, is 88 % like line 1 of `old_text`\n";
        assert!(told.contains(like), "{told}");
        assert_eq!(
            said(text, "nothing of the kind", "x"),
            "no_match: `old_text` is not in the file, and nothing that comes near it\n\
             hint: read the file again with read_text_file, and copy `old_text` from it"
        );
        assert!(
            said("", "a", "x").contains("not in the file, which is empty\nhint: `old_text` \"\"")
        );
        let told = said("a\nlast", "a\nlast\n", "x");
        assert!(told.contains("is lines 1-2, where the file ends without a line end\n"), "{told}");
    }

    #[test]
    fn what_is_shown_is_bounded() {
        let text = (1..=30).map(|n| format!("Line {n}\n")).collect::<Vec<_>>().concat();
        let told = said(&text, &text.to_lowercase(), "x");
        assert!(told.contains("\nlines 1-30, the first 20 of them:\nLine 1\n"), "{told}");
        assert!(told.contains("Line 20\nhint"), "{told}");
        let text = format!("{}A\n", "é".repeat(4_500));
        let told = said(&text, &text.to_lowercase(), "x");
        assert!(told.contains("\nline 1, the first 4000 characters:\né"), "{told}");
        assert!(told.chars().count() < 4_400);
    }
}
