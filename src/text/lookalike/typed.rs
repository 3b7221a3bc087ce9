//! [`typed`]: folds a character and the way in which a keyboard types it to one form: `--` and a dash, `->` and an
//! arrow, `(c)` and a copyright sign, besides all characters that look alike.
//!
//! May import: nothing of this crate.

use crate::text::lookalike::one_char::fold_first;

/// Hyphens that may stand for a dash; one does as well. More of them are a ruled line.
const MAX_HYPHENS: usize = 3;

/// Appends to `folded` the next character, or the one that a typed sequence such as `--` stands for. Returns the bytes read.
pub(in crate::text) fn typed(text: &str, folded: &mut String) -> usize {
    let hyphens = text.bytes().take_while(|byte| *byte == b'-').count();
    if hyphens > MAX_HYPHENS {
        folded.extend(std::iter::repeat_n('-', hyphens));
        return hyphens;
    }
    // An arrow may begin with hyphens.
    if hyphens > 0 && !text.get(hyphens..).is_some_and(|rest| rest.starts_with('>')) {
        folded.push('—');
        return hyphens;
    }
    for quotes in ["``", "''"] {
        if text.starts_with(quotes) {
            folded.push('"');
            return quotes.len();
        }
    }
    let Some(c) = text.chars().next() else { return 0 };
    match c {
        '\u{2010}'..='\u{2015}' | '\u{2212}' => folded.push('—'),
        _ => match as_typed(c) {
            Some(typed) => folded.push_str(typed),
            None => return fold_first(text, folded),
        },
    }
    c.len_utf8()
}

/// How a keyboard types a sign.
pub(in crate::text) fn as_typed(c: char) -> Option<&'static str> {
    Some(match c {
        '→' => "->",
        '←' => "<-",
        '⇒' => "=>",
        '≤' => "<=",
        '≥' => ">=",
        '≠' => "!=",
        '×' => "x",
        '÷' => "/",
        '•' => "*",
        '©' => "(c)",
        '®' => "(r)",
        _ => return None,
    })
}

/// Is there something in it that can be typed in another way?
pub(in crate::text) fn may_be_typed(text: &str) -> bool {
    !text.is_ascii()
        || ["--", "``", "''", "->", "<-", "(c)", "(r)"].iter().any(|s| text.contains(s))
}
