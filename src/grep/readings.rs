//! [`readings`]: what else a pattern may have meant, where it matches nothing.
//!
//! Agents write patterns in the dialects of several programs, and copy text from places that show one character for
//! another. Each reading is a pattern of its own, to be tried.

use super::line_ends::Said;
use super::page_escapes::with_bytes;
use super::pattern::{Meaning, Pattern};
use super::similar::{same_looking, similar};
use crate::limits::Budget;

/// Most characters of a pattern that is read in other ways.
const MOST_CHARS: usize = 300;
/// Most bytes of the compiled pattern of each reading.
const MOST_COMPILED: usize = 1 << 20;
/// Characters that mean something in an expression.
const META: &[char] = &['\\', '.', '+', '*', '?', '(', ')', '|', '[', ']', '{', '}', '^', '$'];

/// Another way to read a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reading {
    /// Whatever the case.
    AnyCase,
    /// Plain text, though it was given as an expression.
    Text,
    /// An expression, though it was given as plain text.
    Expression,
    /// Parts of words as well.
    PartsOfWords,
    /// Matches that span lines.
    OverLines,
    /// Matches that span lines with this expression, in which `.` matches line ends.
    DotsOverLines(String),
    /// This expression, for the reason given.
    Rewritten(String, &'static str),
    /// This expression, in which the escapes that pages show are bytes. It counts where it matches such a byte.
    Bytes(String),
    /// What looks the same, whichever characters it is written with.
    SameLooking,
}

/// Why an expression for similar text was made.
pub const SIMILAR: &str = "other blanks, quotes, dashes or Unicode forms";

/// A pattern read in another way.
pub struct Other {
    /// How it is read.
    pub reading: Reading,
    /// What that comes to.
    pub pattern: Pattern,
}

/// What else a pattern may have meant, the likeliest first.
pub fn readings(pattern: &str, meaning: Meaning, budget: &Budget) -> Vec<Other> {
    if pattern.chars().count() > MOST_CHARS {
        return vec![];
    }
    let has_meta = pattern.contains(META);
    let has_case = pattern.chars().any(|c| c.is_lowercase() || c.is_uppercase());
    let mut others = vec![];
    let mut read = |reading: Reading, pattern: &str, meaning: Meaning| {
        if budget.step().is_err() {
            return;
        }
        if let Ok(pattern) = Pattern::within(MOST_COMPILED, "pattern", pattern, meaning) {
            others.push(Other { reading, pattern });
        }
    };
    if has_case && !meaning.ignore_case {
        read(Reading::AnyCase, pattern, Meaning { ignore_case: true, ..meaning });
    }
    if has_meta && meaning.literal {
        read(Reading::Expression, pattern, Meaning { literal: false, ..meaning });
    }
    if has_meta && !meaning.literal {
        read(Reading::Text, pattern, Meaning { literal: true, ..meaning });
    }
    if meaning.word {
        read(Reading::PartsOfWords, pattern, Meaning { word: false, ..meaning });
    }
    if may_span_lines(pattern, meaning) {
        read(Reading::OverLines, pattern, Meaning { multiline: true, ..meaning });
    }
    if !meaning.multiline && !meaning.literal && Said::in_expression(pattern).dot {
        let over_lines = format!("(?s){pattern}");
        let multiline = Meaning { multiline: true, ..meaning };
        read(Reading::DotsOverLines(over_lines.clone()), &over_lines, multiline);
    }
    let as_expression = Meaning { literal: false, ..meaning };
    // A backslash may have been escaped once too often, and an expression may be meant as a text.
    let single = pattern.replace(r"\\", r"\");
    let mut in_bytes: Vec<String> = vec![];
    for (pattern, is_literal) in
        [(pattern, meaning.literal), (pattern, true), (&*single, meaning.literal)]
    {
        let bytes = with_bytes(pattern, is_literal);
        in_bytes.extend(bytes.filter(|bytes| !in_bytes.contains(bytes)));
    }
    for bytes in in_bytes {
        read(Reading::Bytes(bytes.clone()), &bytes, as_expression);
    }
    for (rewritten, why) in rewritten(pattern, meaning) {
        // In one line, so that it can be shown.
        let rewritten = rewritten.replace('\n', r"\n").replace('\r', r"\r");
        if rewritten != pattern {
            read(Reading::Rewritten(rewritten.clone(), why), &rewritten, as_expression);
        }
    }
    let expression =
        if meaning.literal { regex_syntax::escape(pattern) } else { pattern.to_owned() };
    if let Some(same_looking) = same_looking(&expression) {
        read(Reading::SameLooking, &same_looking, as_expression);
    }
    others
}

/// The text of a pattern that may be meant as the name of a file.
pub fn as_name(pattern: &str) -> Option<String> {
    let text: String = pattern.chars().filter(|c| *c != '\\').collect();
    let is_name = text.chars().all(|c| c.is_alphanumeric() || "._-/@+~[]() ".contains(c));
    (is_name && text.chars().count() >= 3).then(|| text.trim_matches('/').to_lowercase())
}

fn may_span_lines(pattern: &str, meaning: Meaning) -> bool {
    let over_lines = Meaning { multiline: true, ..meaning };
    !meaning.multiline
        && Pattern::within(MOST_COMPILED, "pattern", pattern, over_lines)
            .is_ok_and(|pattern| pattern.can_match_line_feed())
}

/// Expressions that say what a pattern of another dialect, or a copy of a text, is likely to mean.
fn rewritten(pattern: &str, meaning: Meaning) -> Vec<(String, &'static str)> {
    let mut all = vec![];
    let as_expression =
        |text: &str| if meaning.literal { regex_syntax::escape(text) } else { text.to_owned() };
    if !meaning.literal {
        if let Some(expression) = basic(pattern) {
            all.push((expression, "a `\\` before `|`, `+`, `?` or `{` makes it literal here"));
        }
        if pattern.contains(r"\\") {
            all.push((pattern.replace(r"\\", r"\"), "`\\\\` is a literal backslash"));
        }
        if meaning.multiline && Said::in_expression(pattern).dot {
            all.push((format!("(?s){pattern}"), "`.` does not match line ends"));
        }
        if let Some((inner, flags)) = between_slashes(pattern) {
            let flags = if flags.contains('i') { "(?i)" } else { "" };
            all.push((format!("{flags}{inner}"), "slashes are part of a pattern here"));
        }
    }
    if let Some(inner) = between_quotes(pattern) {
        all.push((as_expression(inner), "quotes are part of a pattern here"));
    }
    let trimmed = pattern.trim_matches([' ', '\t', '\n', '\r']);
    if trimmed != pattern && !trimmed.is_empty() {
        all.push((as_expression(trimmed), "leading and trailing blanks and line ends are literal"));
    }
    let lines = pattern.replace("\r\n", "\n");
    let lines = if meaning.literal { lines } else { lines.replace(r"\r\n", r"\n") };
    if lines != pattern {
        all.push((as_expression(&lines), r"`\n` matches either line end, `\r\n` only itself"));
    }
    let decoded = without_entities(pattern);
    if decoded != pattern {
        all.push((as_expression(&decoded), "entities are not decoded"));
    }
    if let Some(similar) = similar(&as_expression(pattern)) {
        all.push((similar, SIMILAR));
    }
    all
}

/// A basic regular expression, as grep without -E reads it, in our dialect. `None` if it does not look like one.
fn basic(pattern: &str) -> Option<String> {
    let is_basic = [r"\|", r"\+", r"\?", r"\{"].iter().any(|mark| pattern.contains(mark));
    let mut text = String::new();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next().filter(|_| is_basic) {
        match (c, chars.as_str().chars().next()) {
            ('\\', Some(next)) => {
                chars.next();
                if !"|(){}+?".contains(next) {
                    text.push('\\');
                }
                text.push(next);
            }
            _ if "|(){}+?".contains(c) => text.extend(['\\', c]),
            _ => text.push(c),
        }
    }
    is_basic.then_some(text)
}

/// `/expression/flags`.
fn between_slashes(pattern: &str) -> Option<(&str, &str)> {
    let (inner, flags) = pattern.strip_prefix('/')?.rsplit_once('/')?;
    let are_flags = flags.chars().all(|c| "gimsuy".contains(c));
    (are_flags && !inner.is_empty()).then_some((inner, flags))
}

fn between_quotes(pattern: &str) -> Option<&str> {
    ['"', '\'', '`'].iter().find_map(|quote| {
        let inner = pattern.strip_prefix(*quote)?.strip_suffix(*quote)?;
        (!inner.is_empty() && !inner.contains(*quote)).then_some(inner)
    })
}

fn without_entities(pattern: &str) -> String {
    let pattern = pattern.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
    pattern.replace("&#39;", "'").replace("&apos;", "'").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_expressions_are_put_into_our_dialect() {
        for (pattern, wanted) in [
            (r"foo\|bar", Some("foo|bar")),
            (r"\(a\|b\)\+", Some("(a|b)+")),
            (r"f(x)\|g", Some(r"f\(x\)|g")),
            (r"a\{2,3\}", Some("a{2,3}")),
            (r"a\?\.b", Some(r"a?\.b")),
            (r"foo\(bar\)", None),
            (r"foo|bar", None),
        ] {
            assert_eq!(basic(pattern).as_deref(), wanted, "{pattern}");
        }
    }

    #[test]
    fn names_of_files_are_told_from_expressions() {
        assert_eq!(as_name(r"src/Main\.rs").as_deref(), Some("src/main.rs"));
        assert_eq!(as_name("fn (a|b)"), None);
        assert_eq!(as_name("ab"), None);
    }
}
