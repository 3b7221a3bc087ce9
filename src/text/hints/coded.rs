//! [`otherwise_coded`]: the place in a text that another text means in code: with HTML entities for characters,
//! or with the escapes of a string for line ends, tabs and quotes; or the other way round.
//!
//! May import: `limits`. Only the entities are known that models write for characters of programs.

use std::ops::Range;

use crate::limits::{Budget, StopReason};
use crate::text::hints::terminal::{has_escapes, without_escapes};
use crate::text::lookalike::folded::{Fold, folded, places};

/// Characters of the longest code.
const MAX_CODE: usize = 10;

/// May folding change anything in a text?
type May = fn(&str) -> bool;

/// Which code, and which of both texts has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::text) enum Coded {
    /// The text that was sent has entities.
    Entities,
    /// The file has them.
    FileEntities,
    /// The text that was sent has escapes.
    Escapes,
    /// The file has them.
    FileEscapes,
    /// The text that was sent has escapes of a terminal.
    Terminal,
    /// The file has them.
    FileTerminal,
}

impl Coded {
    /// What the difference is, for the sentence of an error.
    pub(in crate::text) fn as_str(self) -> &'static str {
        match self {
            Self::Entities => {
                "it has HTML entities such as `&amp;` or `&lt;` where the file has the characters"
            }
            Self::FileEntities => {
                "it has characters where the file has HTML entities such as `&amp;` or `&lt;`"
            }
            Self::Escapes => {
                "it has escapes such as `\\n`, `\\t` or `\\\"` where the file has the characters"
            }
            Self::FileEscapes => {
                "it has characters where the file has escapes such as `\\n`, `\\t` or `\\\"`"
            }
            Self::Terminal => {
                "it has terminal escapes such as U+001B ESCAPE with `[31m`, and the file has none"
            }
            Self::FileTerminal => {
                "it leaves out terminal escapes that the file has, such as U+001B ESCAPE with `[31m`"
            }
        }
    }

    /// What makes both the same, for the same sentence.
    pub(in crate::text) fn under(self) -> &'static str {
        match self {
            Self::Terminal | Self::FileTerminal => "without these",
            _ => "with these converted",
        }
    }
}

/// The first place of `text` that `old` means in code.
pub(in crate::text) fn otherwise_coded(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<(Coded, Range<usize>)>, StopReason> {
    let first = |needle: &str, fold: Fold, may_differ: May| {
        places(text, needle, fold, may_differ, 1, budget).map(|found| found.into_iter().next())
    };
    let both: [(Fold, May, [Coded; 2]); 3] = [
        (entity, has_entity, [Coded::Entities, Coded::FileEntities]),
        (escape, has_escape, [Coded::Escapes, Coded::FileEscapes]),
        (without_escapes, has_escapes, [Coded::Terminal, Coded::FileTerminal]),
    ];
    for (fold, has_code, [sent, in_file]) in both {
        let decoded = folded(old, fold);
        if decoded != folded(old, plain) {
            // As it is in the file; or where that has some of the codes itself.
            for (fold, may_differ) in [(plain as Fold, any as May), (fold, has_code)] {
                if let Some(place) = first(&decoded, fold, may_differ)? {
                    return Ok(Some((sent, place)));
                }
            }
        }
        if let Some(place) = first(old, fold, has_code)? {
            return Ok(Some((in_file, place)));
        }
    }
    Ok(None)
}

fn any(_: &str) -> bool {
    true
}

fn has_entity(text: &str) -> bool {
    memchr::memchr(b'&', text.as_bytes()).is_some()
}

fn has_escape(text: &str) -> bool {
    memchr::memchr(b'\\', text.as_bytes()).is_some()
}

/// One character, or a CRLF, which is a line feed.
fn plain(text: &str, folded: &mut String) -> usize {
    match text.chars().next() {
        Some('\r') if text.starts_with("\r\n") => {
            folded.push('\n');
            2
        }
        Some(c) => {
            folded.push(c);
            c.len_utf8()
        }
        None => 0,
    }
}

/// One character, or an entity.
fn entity(text: &str, folded: &mut String) -> usize {
    let coded = text.strip_prefix('&').and_then(|rest| {
        let end = rest.bytes().take(MAX_CODE).position(|byte| byte == b';')?;
        let c = match rest.get(..end)? {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            "nbsp" => '\u{a0}',
            "ndash" => '–',
            "mdash" => '—',
            "hellip" => '…',
            "lsquo" => '‘',
            "rsquo" => '’',
            "ldquo" => '“',
            "rdquo" => '”',
            code => numbered(code.strip_prefix('#')?)?,
        };
        Some((c, end + 2))
    });
    match coded {
        Some((c, len)) => {
            folded.push(c);
            len
        }
        None => plain(text, folded),
    }
}

fn numbered(code: &str) -> Option<char> {
    let hex = code.strip_prefix(['x', 'X']);
    let is_number = hex.unwrap_or(code).bytes().all(|byte| byte.is_ascii_hexdigit());
    let number = match hex {
        Some(hex) => u32::from_str_radix(hex, 16),
        None => code.parse(),
    };
    number.ok().filter(|_| is_number).and_then(char::from_u32)
}

/// One character, or an escape as strings of most languages have them.
fn escape(text: &str, folded: &mut String) -> usize {
    let coded = text.strip_prefix('\\').and_then(|rest| {
        Some(match rest.chars().next()? {
            'r' if rest.starts_with("r\\n") => ('\n', 4),
            'n' => ('\n', 2),
            't' => ('\t', 2),
            'r' => ('\r', 2),
            c @ ('"' | '\'' | '\\' | '/' | '`') => (c, 2),
            'u' => return unicode(rest),
            'e' => ('\u{1b}', 2),
            'x' => return hexadecimal(rest),
            '0' if rest.starts_with("033") => ('\u{1b}', 4),
            _ => return None,
        })
    });
    match coded {
        Some((c, len)) => {
            folded.push(c);
            len
        }
        None => plain(text, folded),
    }
}

/// `x1b`, of ASCII.
fn hexadecimal(text: &str) -> Option<(char, usize)> {
    let digits = text.strip_prefix('x')?.get(..2)?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let byte = u8::from_str_radix(digits, 16).ok().filter(|byte| is_number && byte.is_ascii())?;
    Some((char::from(byte), 4))
}

/// `u200b`, or two of them for one character.
fn unicode(text: &str) -> Option<(char, usize)> {
    let unit = |text: &str| {
        let digits = text.strip_prefix('u')?.get(..4)?;
        let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        u16::from_str_radix(digits, 16).ok().filter(|_| is_number)
    };
    let one = unit(text)?;
    if let Some(c) = char::from_u32(u32::from(one)) {
        return Some((c, 6));
    }
    let other = unit(text.get(5..)?.strip_prefix('\\')?)?;
    let c = char::decode_utf16([one, other]).next()?.ok()?;
    Some((c, 12))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    fn found<'t>(text: &'t str, old: &str) -> Option<(Coded, &'t str)> {
        let found = otherwise_coded(text, old, &plenty()).unwrap();
        found.map(|(coded, place)| (coded, &text[place]))
    }

    #[test]
    fn entities_are_found_on_either_side() {
        use Coded::{Entities, FileEntities};
        for (text, old, want) in [
            ("if (a && b)", "a &amp;&amp; b", Some((Entities, "a && b"))),
            ("x < \"y\" 'z'", "&lt; &quot;y&quot; &#39;z&#x27;", Some((Entities, "< \"y\" 'z'"))),
            (
                "<a href=\"?x&amp;y\">",
                "&lt;a href=&quot;?x&amp;y&quot;&gt;",
                Some((Entities, "<a href=\"?x&amp;y\">")),
            ),
            ("say &lt;b&gt; now", "say <b> now", Some((FileEntities, "say &lt;b&gt; now"))),
            ("&amp;lt;", "&lt;", Some((FileEntities, "&amp;lt;"))),
            ("a & b; c", "a & b; d", None),
            ("a", "&nosuch;", None),
            ("a", "&#xD800;", None),
        ] {
            assert_eq!(found(text, old), want, "{text} {old}");
        }
    }

    #[test]
    fn escapes_are_found_on_either_side() {
        use Coded::{Escapes, FileEscapes};
        for (text, old, want) in [
            ("a\r\n\tb", "a\\n\\tb", Some((Escapes, "a\r\n\tb"))),
            ("say(\"a\\n\")", "say(\\\"a\\n\\\")", Some((Escapes, "say(\"a\\n\")"))),
            ("say(\"a\\n\")", "(\"a\n\")", Some((FileEscapes, "(\"a\\n\")"))),
            ("a\u{200b}b", "a\\u200bb", Some((Escapes, "a\u{200b}b"))),
            ("🦀", "\\ud83e\\udd80", Some((Escapes, "🦀"))),
            ("C:\\dir", "C:\\\\dir", Some((Escapes, "C:\\dir"))),
            ("C:\\\\dir", "C:\\dir", Some((FileEscapes, "C:\\\\dir"))),
            ("\u{1b}[1mb", "\\x1b[1mb", Some((Escapes, "\u{1b}[1mb"))),
            ("\u{1b}[1mb", "\\033[1mb", Some((Escapes, "\u{1b}[1mb"))),
            ("\u{1b}[1mb", "\\e[1mb", Some((Escapes, "\u{1b}[1mb"))),
            ("a", "b\\n", None),
            ("a", "\\ud800", None),
        ] {
            assert_eq!(found(text, old), want, "{text} {old}");
        }
    }
}
