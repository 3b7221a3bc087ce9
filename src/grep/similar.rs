//! [`similar`] and [`same_looking`]: expressions that also match text which looks like what a pattern says.
//!
//! May import: `text` (which characters look alike).

use regex_syntax::ast::{Ast, Visitor, visit};
use unicode_normalization::UnicodeNormalization as _;

use super::syntax::syntax_tree;
use crate::text::{is_invisible, look_alikes};

/// Characters that are written for each other: quotes, double quotes, dashes.
const LOOK_ALIKE: [&str; 3] = ["'’‘ʼ′´`", "\"“”„″«»", "-‐‑‒–—―−"];
/// Any number of characters that take no space: those that are ignorable, and controls but for tabs and line ends.
const UNSEEN: &str = concat!(
    r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f\u{80}-\u{9f}\u{ad}\u{34f}\u{61c}\u{115f}\u{1160}\u{17b4}\u{17b5}",
    r"\u{180b}-\u{180f}\u{200b}-\u{200f}\u{2028}-\u{202e}\u{2060}-\u{206f}\u{3164}\u{fe00}-\u{fe0f}\u{feff}",
    r"\u{ffa0}\u{e0000}-\u{e0fff}]*"
);

/// An expression that also matches what looks the same: any blanks for a blank, any quote for a quote, any dash for a
/// dash, and letters with marks whether composed or not. In ASCII, so that it shows which is meant.
pub(super) fn similar(expression: &str) -> Option<String> {
    let composed: String = expression.nfc().collect();
    let parsed = syntax_tree(&composed)?;
    let literals = visit(&parsed, Literals::default()).ok()?;
    let mut text = String::new();
    let mut done = 0;
    let mut changed = false;
    let mut after_blank = false;
    for (span, c) in literals {
        let is_blank = c.is_whitespace() && c != '\n' && c != '\r';
        let follows = after_blank && span.start == done;
        after_blank = is_blank;
        let like = match c {
            _ if is_blank && follows => Some(String::new()),
            _ if is_blank => Some(r"\s+".into()),
            _ => match LOOK_ALIKE.iter().find(|like| like.contains(c)) {
                Some(like) => Some(class(like)),
                None if c.is_ascii() => None,
                None => Some(forms(c)),
            },
        };
        let Some(like) = like else { continue };
        changed = true;
        text += composed.get(done..span.start)?;
        text += &like;
        done = span.end;
    }
    text += composed.get(done..)?;
    changed.then_some(text)
}

/// An expression that matches what looks the same: with invisible characters anywhere, and with any character that looks
/// like one of the pattern's. `None` if it has no text.
pub(super) fn same_looking(expression: &str) -> Option<String> {
    let composed: String = expression.nfc().collect();
    let parsed = syntax_tree(&composed)?;
    let literals = visit(&parsed, Literals::default()).ok()?;
    let mut text = String::new();
    let mut done = 0;
    let mut has_text = false;
    for (span, c) in literals {
        if matches!(c, '\n' | '\r') {
            continue;
        }
        text += composed.get(done..span.start)?;
        // Wrapped in a group, so that a repetition after the character applies to the whole group.
        let like = like(c).unwrap_or_default();
        text += &if text.is_empty() { like.clone() } else { format!("(?:{UNSEEN}{like})") };
        has_text |= !like.is_empty();
        done = span.end;
    }
    text += composed.get(done..)?;
    has_text.then_some(text)
}

/// What looks like a character, as an expression; `None` for one that is not seen.
fn like(c: char) -> Option<String> {
    if !c.is_ascii() && is_invisible(c) {
        return None;
    }
    let escaped = |c: char| {
        if c.is_ascii() { regex_syntax::escape(c.encode_utf8(&mut [0; 4])) } else { escaped(c) }
    };
    let mut all = vec![escaped(c), c.nfd().map(escaped).collect()];
    all.extend(look_alikes(c).into_iter().map(escaped));
    all.dedup();
    Some(match all.as_slice() {
        [one] => one.clone(),
        several => format!("(?:{})", several.join("|")),
    })
}

fn class(chars: &str) -> String {
    format!("[{}]", chars.chars().map(escaped).collect::<String>())
}

/// A character in each of its Unicode forms.
fn forms(c: char) -> String {
    let composed = escaped(c);
    let decomposed = c.nfd().map(escaped).collect::<String>();
    if composed == decomposed { composed } else { format!("(?:{composed}|{decomposed})") }
}

fn escaped(c: char) -> String {
    match c {
        '-' => r"\-".into(),
        _ if c.is_ascii() => c.into(),
        _ => format!(r"\u{{{:x}}}", u32::from(c)),
    }
}

/// Where the characters of an expression are that stand for themselves, those of classes left out.
#[derive(Default)]
struct Literals(Vec<(std::ops::Range<usize>, char)>);

impl Visitor for Literals {
    type Output = Vec<(std::ops::Range<usize>, char)>;
    type Err = ();

    fn finish(self) -> Result<Self::Output, ()> {
        Ok(self.0)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), ()> {
        if let Ast::Literal(literal) = ast {
            self.0.push((literal.span.start.offset..literal.span.end.offset, literal.c));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use grep_matcher::Matcher as _;

    use super::super::pattern::{Meaning, Pattern};
    use super::*;

    #[test]
    fn similar_text_is_matched_by_an_expression_in_ascii() {
        let wanted = r"(?:\u{e9}|e\u{301})\s+x";
        assert_eq!(similar("é  x").as_deref(), Some(wanted));
        assert_eq!(similar("e\u{301}  x").as_deref(), Some(wanted));
        assert_eq!(similar("a[' ]b"), None);
        let quoted = similar("it's").unwrap();
        assert!(quoted.is_ascii() && quoted.contains(r"\u{2019}"), "{quoted}");
    }

    #[test]
    fn text_with_unseen_characters_is_matched_by_text_without_and_the_other_way_round() {
        let matches = |pattern: &str, text: &str| {
            let expression = format!("^{}$", same_looking(pattern).unwrap());
            let pattern =
                Pattern::within(1 << 20, "pattern", &expression, Meaning::default()).unwrap();
            pattern.matcher.is_match(text.as_bytes()).unwrap()
        };
        for (pattern, text) in [
            ("zerowidth", "zero\u{200b}width"),
            ("zero\u{200b}width", "zerowidth"),
            ("a✔ b", "a✔\u{fe0f}\u{a0}b"),
            ("\u{feff}ab+", "ab\u{ad}b"),
            (r"f\(x\)", "f(\u{202f}x)".replace('\u{202f}', "\u{2060}").as_str()),
            ("caf\u{e9}", "cafe\u{301}"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("a-'b'", "a–‘b’"),
            ("copy", "сору"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        assert!(!matches("ab", "a b") && !matches("a", "A"));
        assert_eq!(same_looking("\u{200b}"), None);
    }
}
