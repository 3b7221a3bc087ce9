//! [`mend`]: a call whose arguments hold what JSON cannot say, made readable enough to be refused.
//!
//! A text cut inside a character (`"a\ud83d"`, which JavaScript sends), a number too large for any type, a byte that is not
//! UTF-8: no reader of JSON takes the line, and without an answer the call would wait for its timeout. So the place is
//! overwritten, the call is read, and it is refused by the name of the argument. It is never run: what the client meant is
//! not known.
//!
//! May import: `args`.

use std::ops::Range;

use serde_json::Value;

use crate::args::end_of_string;

/// More open objects and lists than the reader of JSON takes.
const MAX_DEPTH: usize = 128;

/// The argument of a call that cannot be read, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unreadable {
    /// Such as `content` or `edits[2].old_text`.
    pub(super) argument: String,
    /// What is wrong with it.
    pub(super) why: &'static str,
    /// What to send in its place.
    pub(super) hint: &'static str,
}

impl Unreadable {
    /// An argument that a call gives twice.
    pub(super) fn doubled(argument: String) -> Self {
        Self { argument, why: "is given twice", hint: "give each argument once" }
    }
}

/// Overwrites what JSON cannot say in the arguments of a call. `None` if there is nothing of the kind, or if it is elsewhere
/// in the line.
pub(super) fn mend(line: &mut [u8]) -> Option<Unreadable> {
    let mut path: Vec<Step> = vec![];
    let mut at = 0;
    let mut first = None;
    while let Some(byte) = line.get(at).copied() {
        match byte {
            b'"' => {
                let end = end_of_string(line, at + 1);
                let why = mend_string(line.get_mut(at + 1..end)?);
                note(&mut first, line, &path, why)?;
                if let Some(Step::Member { key, in_key: true }) = path.last_mut() {
                    *key = at + 1..end;
                }
                at = end;
            }
            b'{' => path.push(Step::Member { key: 0..0, in_key: true }),
            b'[' => path.push(Step::Item(0)),
            b'}' | b']' => {
                path.pop()?;
            }
            b':' => {
                if let Some(Step::Member { in_key, .. }) = path.last_mut() {
                    *in_key = false;
                }
            }
            b',' => match path.last_mut() {
                Some(Step::Member { in_key, .. }) => *in_key = true,
                Some(Step::Item(n)) => *n += 1,
                None => return None,
            },
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => {
                let is_end = |byte: &u8| b",]}:[{\" \t\r\n".contains(byte);
                let word = line.get_mut(at..)?;
                let end = word.iter().position(is_end).unwrap_or(word.len());
                let why = mend_word(word.get_mut(..end)?);
                note(&mut first, line, &path, why)?;
                at += end.max(1) - 1;
            }
        }
        if path.len() > MAX_DEPTH {
            return None;
        }
        at += 1;
    }
    first
}

/// What is wrong with a number such as `1e999` or `+1`.
const NO_NUMBER: &str = "is not a number that can be read";

fn hint(why: &str) -> &'static str {
    if why == NO_NUMBER {
        "write numbers as JSON does, such as 200 or -1.5, up to 1.8e308"
    } else if why == "is not JSON" {
        "JSON has true, false, null and numbers such as 200; it has no NaN and no Infinity"
    } else {
        "send the whole value again, as JSON in UTF-8"
    }
}

/// Where in a message something is.
enum Step {
    /// In an object, in the member with this name.
    Member { key: Range<usize>, in_key: bool },
    /// In a list, the item of this number.
    Item(usize),
}

/// Notes the first thing that was mended. `None` if it is not in the arguments of a call.
fn note(
    first: &mut Option<Unreadable>,
    line: &[u8],
    path: &[Step],
    why: Option<&'static str>,
) -> Option<()> {
    let Some(why) = why else { return Some(()) };
    let name = |step: &Step| match step {
        Step::Member { key, .. } => String::from_utf8(line.get(key.clone())?.to_vec()).ok(),
        Step::Item(_) => None,
    };
    let (params, rest) = path.split_first()?;
    let (arguments, inner) = rest.split_first()?;
    if name(params)? != "params" || name(arguments)? != "arguments" {
        return None;
    }
    let mut argument = String::new();
    for (n, step) in inner.iter().enumerate() {
        match step {
            Step::Member { in_key: true, .. } if n == 0 => {
                argument = "the name of an argument".into();
            }
            Step::Member { in_key: true, .. } => argument += ", in the name of a member",
            Step::Member { .. } => {
                let dot = if n == 0 { "" } else { "." };
                argument = format!("{argument}{dot}{}", name(step)?);
            }
            Step::Item(item) => argument = format!("{argument}[{item}]"),
        }
    }
    first.get_or_insert(Unreadable { argument, why, hint: hint(why) });
    Some(())
}

/// Overwrites what a string cannot hold, and says what it was.
fn mend_string(text: &mut [u8]) -> Option<&'static str> {
    let mut why = None;
    if std::str::from_utf8(text).is_err() {
        why = Some("is not UTF-8");
        text.iter_mut().filter(|byte| !byte.is_ascii()).for_each(|byte| *byte = b'?');
    }
    if text.iter().any(|byte| *byte < b' ') {
        why = Some("holds a control character that is not escaped");
        text.iter_mut().filter(|byte| **byte < b' ').for_each(|byte| *byte = b' ');
    }
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += found;
        let unit = |at: usize, text: &[u8]| {
            let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
            u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
        };
        at += match (unit(at, text), unit(at + 6, text)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                why = Some("holds half of a character (a lone surrogate)");
                text.get_mut(at..at + 6)?.copy_from_slice(b"\\ufffd");
                6
            }
            _ => 2,
        };
    }
    why
}

/// Overwrites a number or a word that is not JSON, and says what it was.
fn mend_word(word: &mut [u8]) -> Option<&'static str> {
    if serde_json::from_slice::<Value>(word).is_ok() {
        return None;
    }
    let is_number = word.first().is_some_and(|byte| b"-+.0123456789".contains(byte));
    word.fill(b' ');
    *word.first_mut()? = b'0';
    Some(if is_number { NO_NUMBER } else { "is not JSON" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mended(arguments: &[u8]) -> (Option<Unreadable>, bool) {
        let head =
            br#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"x","arguments":"#;
        let mut line = [head, arguments, b"}}"].concat();
        let unreadable = mend(&mut line);
        (unreadable, serde_json::from_slice::<Value>(&line).is_ok())
    }

    #[test]
    fn what_json_cannot_say_is_named_and_the_rest_can_be_read() {
        for (arguments, argument, why) in [
            (&br#"{"path":"a","content":"a\ud83d"}"#[..], "content", "half of a character"),
            (br#"{"content":"\ude00x"}"#, "content", "half of a character"),
            (br#"{"content":"\ud83d\ud83d\ude00"}"#, "content", "half of a character"),
            (
                br#"{"edits":[{},{"old_text":"\uD83D"}]}"#,
                "edits[1].old_text",
                "half of a character",
            ),
            (br#"{"limit":1e999}"#, "limit", "number"),
            (br#"{"limit":-1e999,"x":1}"#, "limit", "number"),
            (br#"{"limit":NaN}"#, "limit", "not JSON"),
            (br#"{"limit":+1}"#, "limit", "number"),
            (br#"{"word":True}"#, "word", "not JSON"),
            (b"{\"content\":\"a\xffb\"}", "content", "not UTF-8"),
            (b"{\"content\":\"a\tb\"}", "content", "control character"),
            (br#"{"a\ud83d":1}"#, "the name of an argument", "half of a character"),
        ] {
            let (unreadable, is_json) = mended(arguments);
            let unreadable = unreadable.unwrap();
            let text = String::from_utf8_lossy(arguments);
            assert_eq!(unreadable.argument, argument, "{text}");
            assert!(unreadable.why.contains(why) && is_json, "{text}: {unreadable:?}");
        }
    }

    #[test]
    fn what_is_whole_or_elsewhere_is_left() {
        for arguments in [
            &br#"{"content":"\ud83d\ude00 \\ud83d \u00e9","n":[1,-2.5e3,true,false,null]}"#[..],
            br#"{"path":"a"}"#,
        ] {
            assert_eq!(mended(arguments), (None, true));
        }
        for line in [
            &br#"{"id":1e999,"params":{"arguments":{}}}"#[..],
            br#"{"params":{"name":"\ud83d","arguments":{}}}"#,
            br#"{"params":{"_meta":{"a":1e999},"arguments":{}}}"#,
            br#"[{"params":{"arguments":{"a":1e999}}}]"#,
            b"\xff",
            b"]",
            b",",
            b"\"",
            b"{\"a\\",
        ] {
            assert_eq!(mend(&mut line.to_vec()), None, "{}", String::from_utf8_lossy(line));
        }
        assert_eq!(mend(&mut vec![b'['; 100_000]), None);
    }
}
