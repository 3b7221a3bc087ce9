//! [`no_match`]: why the text to replace was not found, and what the file has instead.
//!
//! What comes near is shown as it stands in the file, bare, so that the next call can copy it; what cannot be seen
//! is named, and given in a form in which it can be sent. Nothing is ever replaced because it comes near.
//!
//! May import: `error`, `limits`. This is not a diff: it describes the differences in words.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::limits::{Budget, StopReason};
use crate::text::find::lines;
use crate::text::hints::already_applied::applied;
use crate::text::hints::coded::{Coded, otherwise_coded};
use crate::text::hints::copied_marks::{Copied, copied};
use crate::text::hints::equal_but_for::Window;
use crate::text::hints::line_numbers::without_numbers;
use crate::text::hints::lone_returns::other_line_ends;
use crate::text::hints::missing::{MISSING, Missing, SEND, lines_of, what_to_send};
use crate::text::hints::near::near;
use crate::text::hints::sendable::{named, showing};
use crate::text::line_ends::{has_lone_return, lf};
use crate::text::lookalike::same_looking::{Looks, same_looking};
use crate::text::lookalike::unlike::{in_words, kinds};

/// Lines of `old_text` above which nothing near is looked for.
const MAX_OLD_LINES: usize = 10_000;

/// The refusal of an edit whose old text does not occur in `text`.
pub(in crate::text) fn no_match(
    text: &str,
    missing: Missing<'_>,
    budget: &Budget,
) -> Result<ToolError, StopReason> {
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
        Some(applied) if applied.is_telling(near) => refusal
            .and_hint(&format!("`new_text` is in the file already, at line {}", applied.line)),
        _ => refusal,
    })
}

/// What comes nearest to the old text, and the refusal that shows it.
fn diagnosed(
    text: &str,
    missing: Missing<'_>,
    budget: &Budget,
) -> Result<(Option<Window>, ToolError), StopReason> {
    let Missing { old, room, .. } = missing;
    if let Some(window) = without_numbers(text, old, budget)? {
        let sentence = format!(
            "{MISSING}: its lines begin with line numbers, which are not part of the file; without \
             them it is at {}",
            named(window)
        );
        let error = showing(text, window, None, &sentence, room)
            .hint("leave the line numbers out of `old_text` and `new_text`");
        return Ok((Some(window), error));
    }
    if let Some(place) = other_line_ends(text, old, budget)? {
        let near = lines_of(text, &place);
        return Ok((Some(near), in_returns(text, missing, &place, budget)?));
    }
    if let Some(looks) = same_looking(text, old, budget)? {
        let error = looking_the_same(text, missing, &looks, budget)?;
        return Ok((Some(lines_of(text, &looks.place)), error));
    }
    if let Some((coded, place)) = otherwise_coded(text, old, budget)? {
        let near = lines_of(text, &place);
        return Ok((Some(near), in_code(text, missing, coded, place, budget)?));
    }
    if let Some(copied) = copied(text, old, budget)? {
        let near = lines_of(text, &copied.place);
        return Ok((Some(near), with_marks(text, missing, &copied, budget)?));
    }
    let old_lines: Vec<&str> = old.split_inclusive('\n').take(MAX_OLD_LINES + 1).collect();
    if old_lines.len() <= MAX_OLD_LINES
        && let Some(near) = near(text, old, &old_lines, budget)?
    {
        return Ok((Some(near.window), near.refusal(text, missing, budget)?));
    }
    let error = ToolError::new(Code::NoMatch, format!("{MISSING}, and nothing that comes near it"));
    let hint = "read the file again with read_text_file, and copy `old_text` from it";
    Ok((None, error.hint(hint)))
}

/// The refusal where a place looks like the old text: which characters differ, and what to send.
fn looking_the_same(
    text: &str,
    missing: Missing<'_>,
    looks: &Looks,
    budget: &Budget,
) -> Result<ToolError, StopReason> {
    let window = lines_of(text, &looks.place);
    let verb = if window.count == 1 { "differs" } else { "differ" };
    let mut sentence = format!(
        "{MISSING}: nearest is {}, which {verb} in {}",
        named(window),
        kinds(text, missing.old, &looks.unlike)
    );
    for words in in_words(text, missing.old, &looks.unlike, missing.marks) {
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
) -> Result<ToolError, StopReason> {
    let within = text.get(place.clone()).unwrap_or_default();
    let returns = "carriage returns (`\\r`, U+000D) that no line feed follows";
    // A place in the file whose line ends are CRLF is found with the return that ends the text as half of one.
    let cut = missing
        .old
        .strip_suffix('\r')
        .filter(|old| within.strip_suffix("\r\n").is_some_and(|within| lf(within) == *old));
    if cut.is_some() {
        let place = place.start..place.end.saturating_sub(2);
        let sentence = format!(
            "{MISSING}: it ends in a carriage return (`\\r`, U+000D), which in the file is half of the line end \
             `\\r\\n`, at {}",
            named(lines_of(text, &place))
        );
        let hint = what_to_send(text, missing, &place, &[], budget)?;
        return Ok(ToolError::new(Code::NoMatch, sentence)
            .hint(format!("{hint}; to include the line end, add `\\n` or `\\r\\n`")));
    }
    let what = if has_lone_return(within) {
        format!("the file has {returns} where `old_text` has line ends")
    } else {
        format!("`old_text` has {returns} where the file has line ends")
    };
    let sentence = format!("{MISSING}: {what}, at {}", named(lines_of(text, place)));
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
) -> Result<ToolError, StopReason> {
    let window = lines_of(text, &place);
    let sentence =
        format!("{MISSING}: {}; {}, it is at {}", coded.as_str(), coded.under(), named(window));
    let hint = what_to_send(text, missing, &place, &[], budget)?;
    Ok(showing(text, window, Some(&place), &sentence, missing.room)
        .hint(format!("{hint}, and write `new_text` the same way")))
}

/// The refusal where marks were copied with the text.
fn with_marks(
    text: &str,
    missing: Missing<'_>,
    copied: &Copied,
    budget: &Budget,
) -> Result<ToolError, StopReason> {
    let at = named(lines_of(text, &copied.place));
    let rest = if copied.is_piece { "a part of it between them" } else { "without them it" };
    let sentence = format!(
        "{MISSING}: it has {}, which are not part of the file; {rest} is at {at}",
        copied.marks
    );
    let sendable = what_to_send(text, missing, &copied.place, &[], budget)?;
    let hint = if copied.is_piece && !sendable.starts_with(SEND) {
        "send a piece of it that has no marks and is in the file once; read_text_file with byte_offset shows the \
         rest of a long line"
    } else {
        &sendable
    };
    Ok(ToolError::new(Code::NoMatch, sentence)
        .hint(format!("{hint}; leave the marks out of `new_text` too")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn said(text: &str, old: &str, new: &str) -> String {
        let missing = Missing { old, new, replace_all: false, room: 4_000, marks: None };
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
            told.contains("is lines 1-4, where 3 of the 4 lines of `old_text` are\n"),
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
