//! [`no_match`]: why a text that is to be replaced is not there, and what is there instead.
//!
//! What comes near is shown as it stands in the file, bare, so that the next call can copy it. Nothing
//! is ever replaced because it comes near.
//!
//! May import: `error`, `limits`. Absent on purpose: a diff; what is wrong is said in words.

use super::alike::{Window, bare, equal_but_for};
use super::find::{Count, Needle, lines};
use super::similar::{most_alike, most_equal};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Spent};

/// Lines of `old_text` above which nothing near is looked for.
const MAX_OLD_LINES: usize = 10_000;
/// Lines that are shown.
const MAX_SHOWN: usize = 20;
/// Characters that are shown.
const MAX_CHARS: usize = 4_000;

/// What all sentences begin with.
const MISSING: &str = "`old_text` is not in the file";

/// The refusal of an edit whose `old` does not occur in `text`. Both, and `new`, have LF alone.
pub(super) fn no_match(
    text: &str,
    old: &str,
    new: &str,
    budget: &Budget,
) -> Result<ToolError, Spent> {
    if !new.trim().is_empty()
        && let [place] = Needle::new(new, text).find(text, Count::All, 2, budget)?.as_slice()
        && let [line] = lines(text, [place.start]).as_slice()
    {
        let sentence = format!("{MISSING}, but `new_text` is: already applied at line {line}");
        return Ok(ToolError::new(Code::NoMatch, sentence)
            .hint("nothing is left to do here, unless another place was meant"));
    }
    if let Some(window) = without_numbers(text, old, budget)? {
        let sentence = format!(
            "{MISSING}: its lines begin with line numbers, which are no part of the file; without \
             them it is at {}",
            named(window)
        );
        return Ok(showing(text, window, &sentence)
            .hint("leave the line numbers out of `old_text` and `new_text`"));
    }
    let old_lines: Vec<&str> = old.split_inclusive('\n').take(MAX_OLD_LINES + 1).collect();
    if old_lines.len() <= MAX_OLD_LINES
        && let Some((window, sentence)) = near(text, old, &old_lines, budget)?
    {
        let sentence = format!("{MISSING}: nearest is {}, {sentence}", named(window));
        return Ok(showing(text, window, &sentence)
            .hint("copy `old_text` from the lines above, or see more with read_text_file"));
    }
    Ok(ToolError::new(Code::NoMatch, format!("{MISSING}, and nothing that comes near it"))
        .hint("read the file again with read_text_file, and copy `old_text` from it"))
}

/// The lines that come nearest, and how they differ.
fn near(
    text: &str,
    old: &str,
    old_lines: &[&str],
    budget: &Budget,
) -> Result<Option<(Window, String)>, Spent> {
    if let Some((window, differences)) = equal_but_for(text, old, budget)? {
        let mut names: Vec<_> = differences.iter().map(|difference| difference.as_str()).collect();
        let Some(last) = names.pop() else {
            // All that `old` can have more is a line end behind the last line.
            return Ok(Some((window, "where the file ends without a line end".into())));
        };
        let list =
            if names.is_empty() { last } else { &format!("{} and {last}", names.join(", ")) };
        let verb = if window.count == 1 { "differs" } else { "differ" };
        return Ok(Some((window, format!("which {verb} in {list}"))));
    }
    if let Some((window, count)) = most_equal(text, old_lines, budget)? {
        let of = old_lines.len();
        return Ok(Some((window, format!("where {count} of the {of} lines of `old_text` are"))));
    }
    let first = old_lines.iter().position(|line| !line.trim().is_empty());
    let Some((above, wanted)) = first.and_then(|at| Some((at, *old_lines.get(at)?))) else {
        return Ok(None);
    };
    Ok(most_alike(text, wanted, budget)?.map(|(line, likeness)| {
        let first = line.saturating_sub(above);
        let rest = text.split_inclusive('\n').skip(first);
        let count = rest.take(old_lines.len()).count();
        let which = if above == 0 { "its first line" } else { "its first line that is not blank" };
        let percent = likeness * 100.0;
        (Window { first, count }, format!("of which {which} is {percent:.0} % alike"))
    }))
}

/// Where the text is, if each of its lines begins with a number that is not of the file.
fn without_numbers(text: &str, old: &str, budget: &Budget) -> Result<Option<Window>, Spent> {
    for blank in ["", " "] {
        let mut bare = String::with_capacity(old.len());
        for line in old.split_inclusive('\n') {
            match unnumbered(line) {
                Some(rest) => bare += rest.strip_prefix(blank).unwrap_or(rest),
                None if line.trim().is_empty() => bare += line,
                None => return Ok(None),
            }
        }
        if bare.trim().is_empty() {
            return Ok(None);
        }
        let found = Needle::new(&bare, text).find(text, Count::All, 1, budget)?;
        if let [place] = found.as_slice()
            && let [line] = lines(text, [place.start]).as_slice()
        {
            let count = bare.split_inclusive('\n').count();
            return Ok(Some(Window { first: line - 1, count }));
        }
    }
    Ok(None)
}

/// A line without the number that answers put before lines: `12:`, `12-`, `12|`, `12→`, `12` and a tab.
fn unnumbered(line: &str) -> Option<&str> {
    let line = line.trim_start_matches([' ', '\t']);
    let rest = line.trim_start_matches(|c: char| c.is_ascii_digit());
    if rest.len() == line.len() {
        return None;
    }
    rest.strip_prefix("| ").or_else(|| rest.strip_prefix([':', '-', '\t', '→', '|']))
}

fn named(window: Window) -> String {
    let first = window.first + 1;
    match window.count {
        0 | 1 => format!("line {first}"),
        count => format!("lines {first}-{}", window.first + count),
    }
}

/// The sentence, and under it the lines, ready to be copied.
fn showing(text: &str, window: Window, sentence: &str) -> ToolError {
    let lines = text.split_inclusive('\n').skip(window.first).take(window.count.min(MAX_SHOWN));
    let lines = lines.map(bare).collect::<Vec<_>>().join("\n");
    let cut = lines.char_indices().nth(MAX_CHARS).map_or(lines.len(), |(at, _)| at);
    let shown = lines.get(..cut).unwrap_or_default();
    let shortened = match (cut < lines.len(), window.count > MAX_SHOWN) {
        (true, _) => format!(", the first {MAX_CHARS} characters"),
        (false, true) => format!(", the first {MAX_SHOWN} of them"),
        (false, false) => String::new(),
    };
    let sentence = format!("{sentence}\n{}{shortened}:\n{shown}", named(window));
    ToolError::new(Code::NoMatch, sentence)
}

#[cfg(test)]
mod tests {
    use super::super::meter::plenty;
    use super::*;

    fn said(text: &str, old: &str, new: &str) -> String {
        no_match(text, old, new, &plenty()).unwrap().to_string()
    }

    #[test]
    fn what_is_there_already_is_said_first() {
        let text = "one\r\ntwo\r\nthree\r\n";
        let told = said(text, "2\nthree", "two\nthree");
        assert!(told.starts_with(
            "no_match: `old_text` is not in the file, but `new_text` is: already applied at line 2\n"
        ));
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
        assert!(told.contains("lines 1-2, of which its first line is 88 % alike\n"), "{told}");
        assert_eq!(
            said(text, "nothing of the kind", "x"),
            "no_match: `old_text` is not in the file, and nothing that comes near it\n\
             hint: read the file again with read_text_file, and copy `old_text` from it"
        );
        assert!(said("", "a", "x").contains("nothing that comes near"));
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
