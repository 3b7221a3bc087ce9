//! [`copied`]: a text that was copied from an answer, a diff or a message together with marks that are not part of
//! the file.
//!
//! Each kind of mark is taken off, and what remains is looked for. Where it is in the file, it was copied.
//!
//! May import: `limits`. `line_numbers` handles line numbers without other marks.

use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::find::{Count, Needle};
use crate::text::hints::line_numbers::unnumbered;
use crate::text::hints::similar::says_something;

/// Bytes of a text above which it is not looked at.
const MAX_LEN: usize = 256 << 10;
/// Pieces between marks that are looked for.
const MAX_PIECES: usize = 16;
/// Bytes of a mark of a long line, at most.
const MAX_MARK: usize = 200;

/// A copied text, and where it is.
pub(in crate::text) struct Copied {
    /// What was copied with it: `it has X, which are not part of the file`.
    pub(in crate::text) marks: &'static str,
    pub(in crate::text) place: Range<usize>,
    /// Is it only a piece, because the marks stand for text that was left out?
    pub(in crate::text) is_piece: bool,
}

type Strip = fn(&str) -> Vec<String>;

/// Ways to take marks off, the likeliest first.
const STRIPS: [(&str, Strip); 7] = [
    ("the marks of a diff at the beginning of its lines (`+`, `-` or a blank)", undiffed),
    ("the fence of a code block around it (```)", unfenced),
    ("the path and the line number of a match before its lines", unmatched),
    ("line numbers before its lines", unnumbered_lines),
    ("quote marks (`> `) before its lines", unquoted_lines),
    ("quotes around it", unquoted),
    ("the last line of an answer, in brackets", without_closing),
];

/// The place of `old` without the marks that were copied with it.
pub(in crate::text) fn copied(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Copied>, StopReason> {
    if old.len() > MAX_LEN {
        return Ok(None);
    }
    let place = |part: &str| -> Result<Option<Range<usize>>, StopReason> {
        if !says_something(part) || part == old {
            return Ok(None);
        }
        let found = Needle::new(part, text).find(text, Count::All, 1, budget)?;
        Ok(found.into_iter().next())
    };
    for (marks, strip) in STRIPS {
        for bare in strip(old) {
            if let Some(place) = place(&bare)? {
                return Ok(Some(Copied { marks, place, is_piece: false }));
            }
            // A fence may be around lines with numbers, and so on.
            for (_, other) in STRIPS.iter().filter(|(other, _)| *other != marks) {
                for bare in other(&bare) {
                    if let Some(place) = place(&bare)? {
                        return Ok(Some(Copied { marks, place, is_piece: false }));
                    }
                }
            }
        }
    }
    let marks = "marks for text that an answer left out, such as `[... 100 more bytes; ...]`";
    for piece in pieces(old) {
        if let Some(place) = place(piece)? {
            return Ok(Some(Copied { marks, place, is_piece: true }));
        }
    }
    Ok(None)
}

/// The lines with a part of each left out, if each one that is not blank has it.
fn each_line(old: &str, bare: impl Fn(&str) -> Option<&str>) -> Option<String> {
    let mut all = String::with_capacity(old.len());
    for line in old.split_inclusive('\n') {
        match bare(line) {
            Some(rest) => all += rest,
            None if line.trim().is_empty() => all += line,
            None => return None,
        }
    }
    Some(all)
}

/// The text before and after a diff.
fn undiffed(old: &str) -> Vec<String> {
    let is_head = |line: &str| {
        ["@@ ", "--- ", "+++ ", "diff ", "index "].iter().any(|head| line.starts_with(head))
    };
    let lines = || {
        old.split_inclusive('\n')
            .skip_while(|line| is_head(line))
            .filter(|line| !line.starts_with("@@ "))
    };
    if !lines().any(|line| line.starts_with(['+', '-'])) {
        return vec![];
    }
    let side = |kept: &[char]| {
        let mut all = String::new();
        for line in lines() {
            match line.chars().next() {
                Some(c) if kept.contains(&c) || c == ' ' => {
                    all += line.get(1..).unwrap_or_default();
                }
                Some('\n') => all += line,
                Some('+' | '-') => {}
                // The first line may have been copied without the blank before it.
                _ => return None,
            }
        }
        Some(all)
    };
    [side(&['-']), side(&['+']), side(&['+', '-'])].into_iter().flatten().collect()
}

/// The text within a fence, or after or before one.
fn unfenced(old: &str) -> Vec<String> {
    let is_fence = |line: &str| {
        let line = line.trim();
        line.starts_with("```") || line.starts_with("~~~")
    };
    let mut lines: Vec<&str> = old.split_inclusive('\n').collect();
    let before = lines.len();
    if lines.first().is_some_and(|line| is_fence(line)) {
        lines.remove(0);
    }
    if lines.last().is_some_and(|line| is_fence(line)) {
        lines.pop();
    }
    if lines.len() == before {
        return vec![];
    }
    let all = lines.concat();
    let short = all.strip_suffix('\n').map(str::to_owned);
    std::iter::once(all).chain(short).collect()
}

/// The lines without what stands before matches in several files: `src/main.rs:12:`.
fn unmatched(old: &str) -> Vec<String> {
    let bare = |line: &str| -> Option<usize> {
        // A path may itself contain `:` or `-` before digits.
        let (path, rest) = line.split_once([':', '-'])?;
        let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
        let is_match =
            !path.is_empty() && number.len() < rest.len() && number.starts_with([':', '-']);
        is_match.then(|| line.len() - number.len() + 1)
    };
    each_line(old, |line| bare(line).and_then(|at| line.get(at..))).into_iter().collect()
}

fn unnumbered_lines(old: &str) -> Vec<String> {
    let without = |blank| {
        each_line(old, |line| {
            let rest = unnumbered(line)?;
            Some(rest.strip_prefix(blank).unwrap_or(rest))
        })
    };
    ["", " "].into_iter().filter_map(without).collect()
}

fn unquoted_lines(old: &str) -> Vec<String> {
    each_line(old, |line| line.strip_prefix("> ").or_else(|| line.strip_prefix('>')))
        .into_iter()
        .collect()
}

fn unquoted(old: &str) -> Vec<String> {
    let trimmed = old.trim();
    let within = ['"', '\'', '`']
        .iter()
        .find_map(|quote| trimmed.strip_prefix(*quote)?.strip_suffix(*quote));
    within.map(str::to_owned).into_iter().collect()
}

/// The text without a line such as `[lines 1-20 of 20; LF; version k3f9a2c1xq]` or `--- path`.
fn without_closing(old: &str) -> Vec<String> {
    let text = old.strip_suffix('\n').unwrap_or(old);
    let (all, last) = text.rsplit_once('\n').unwrap_or(("", text));
    let is_closing = last.starts_with('[') && last.ends_with(']');
    let (head, rest) = old.split_once('\n').unwrap_or((old, ""));
    let mut found = vec![];
    if is_closing && !all.is_empty() {
        found.extend([format!("{all}\n"), all.to_owned()]);
    }
    if head.starts_with("--- ") && !rest.is_empty() {
        found.push(rest.to_owned());
    }
    found
}

/// What is between the marks for text that was left out, the longest first.
fn pieces(old: &str) -> Vec<&str> {
    let mut all = vec![];
    let mut from = 0;
    let mut at = 0;
    while let Some(open) = old.get(at..).and_then(|rest| rest.find('[')).map(|found| at + found) {
        at = open + 1;
        let rest = old.get(at..).unwrap_or_default();
        let within = rest.split_once(']').map(|(within, _)| within);
        if let Some(within) = within.filter(|within| within.len() <= MAX_MARK && is_mark(within)) {
            all.push(old.get(from..open).unwrap_or_default());
            at += within.len() + 1;
            from = at;
        }
    }
    if from == 0 {
        return vec![];
    }
    all.push(old.get(from..).unwrap_or_default());
    // A blank is before a mark, and one after it at the beginning of a line.
    let mut tried: Vec<&str> =
        all.iter().flat_map(|piece| [*piece, piece.trim_matches(' ')]).collect();
    tried.sort_by_key(|piece| std::cmp::Reverse(piece.len()));
    tried.truncate(MAX_PIECES);
    tried
}

/// `... 8 more bytes; continue with byte_offset=8`, `... 3 more characters`, `12 bytes`, `2 more matches in this line: ...`.
fn is_mark(within: &str) -> bool {
    let count = within.strip_prefix("... ").unwrap_or(within);
    let count = count.strip_prefix("at least ").unwrap_or(count);
    let words = count.trim_start_matches(|c: char| c.is_ascii_digit());
    let words_of =
        [" more byte", " byte", " more character", " character", " more match", " more line"];
    words.len() < count.len() && words_of.iter().any(|of| words.starts_with(of))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn found<'t>(text: &'t str, old: &str) -> Option<(&'t str, bool)> {
        let found = copied(text, old, &plenty()).unwrap()?;
        Some((&text[found.place], found.is_piece))
    }

    #[test]
    fn marks_are_taken_off() {
        let text = "fn a() {\n    one();\n    two();\n}\n";
        for (old, place) in [
            ("-    one();\n+    three();\n", "    one();\n"),
            ("+    one();\n+    two();\n", "    one();\n    two();\n"),
            (
                "@@ -1,4 +1,4 @@\n fn a() {\n-    0();\n+    one();\n     two();\n",
                "fn a() {\n    one();\n    two();\n",
            ),
            ("```rust\nfn a() {\n    one();\n```\n", "fn a() {\n    one();\n"),
            ("```\none();\n```", "one();\n"),
            ("```\n2:    one();\n3:    two();\n```", "    one();\n    two();\n"),
            ("src/a.rs:2:    one();\nsrc/a.rs:3:    two();", "    one();\n    two();"),
            ("2 |     one();\n3 |     two();", "    one();\n    two();"),
            ("> fn a() {\n>     one();", "fn a() {\n    one();"),
            ("`two();`", "two();"),
            ("    two();\n}\n[lines 1-4 of 4; LF; version abc]", "    two();\n}\n"),
        ] {
            assert_eq!(found(text, old), Some((place, false)), "{old:?}");
        }
        assert_eq!(found(text, "+ nothing\n- of it\n"), None);
        assert_eq!(found(text, "```\n```"), None);
    }

    #[test]
    fn pieces_between_marks_are_found() {
        let text = format!("{}end\nnext\n", "abcdefghij".repeat(30));
        for old in [
            "abcdefghij [... 290 more bytes; continue with byte_offset=10]",
            "abcdefghij [... at least 290 more bytes; continue with byte_offset=10]\nnext\n",
            "[200 bytes]abcdefghij[80 bytes][12 more matches in this line: only_matching=true]",
            "[... 20 characters] abcdefghij [... 1 more character]",
        ] {
            assert_eq!(found(&text, old), Some(("abcdefghij", true)), "{old:?}");
        }
        assert_eq!(found(&text, "abcdefghij[3]"), None, "an index");
    }
}
