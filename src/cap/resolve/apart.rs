//! Names that look alike, shown so that a reader can tell them apart: with `\xHH` for what looks like something else, and
//! its code points.
//!
//! May import: `path`, `error`. This module looks at nothing; `lookalike` finds the names.

use crate::cap::resolve::lookalike::{is_odd, look_the_same};
use crate::error::{Code, ToolError};
use crate::path::{Name, VirtualPath};

/// Most look-alikes that an answer shows.
const MAX_SHOWN: usize = 3;
/// Most code points that are shown of one path.
const MAX_POINTS: usize = 5;

/// The path that was given does not exist, and what looks like it is not used for it. `paths` are those, in backticks.
/// `code` says what that means for the call.
pub(in crate::cap) fn not_used(
    code: Code,
    said: &VirtualPath,
    wanted: &Name,
    paths: &[String],
    is_link: bool,
) -> ToolError {
    let what = match paths {
        [_] if is_link => "a symbolic link looks",
        [_] => "one name looks",
        _ => "several names look",
    };
    let shown = paths.iter().take(MAX_SHOWN).map(String::as_str).collect::<Vec<_>>().join(" or ");
    let more = if paths.len() > MAX_SHOWN { " or another one" } else { "" };
    ToolError::new(code, format!("`{said}` does not exist, but {what} like `{wanted}`")).hint(
        format!(
            r"did you mean {shown}{more}? Repeat it as it is shown here: `\xHH` stands for a byte"
        ),
    )
}

/// Says which path was used in place of `said`: both as names below `above`, which is empty or ends with a slash.
pub(in crate::cap) fn stands_for(above: &str, said: &[Name], real: &[Name]) -> String {
    format!(
        "{} stands for {}, the only name there that looks like it",
        spelled_out(above, said, real),
        spelled_out(above, real, said)
    )
}

/// Says that a new name is not the only one that looks so.
pub(in crate::cap) fn looks_like(above: &str, new: &[Name], other: &[Name]) -> String {
    format!(
        "{} is a new name; {} looks like it and is another one",
        spelled_out(above, new, other),
        spelled_out(above, other, new)
    )
}

/// A path as it can be repeated, in backticks, and the code points in which it differs from another.
pub(in crate::cap) fn spelled_out(above: &str, path: &[Name], other: &[Name]) -> String {
    let pairs = || path.iter().zip(other);
    let names: Vec<String> = pairs().map(|(name, other)| escaped(name, other)).collect();
    let further = path.iter().skip(other.len()).map(ToString::to_string);
    let shown = names.into_iter().chain(further).collect::<Vec<_>>().join("/");
    let points = pairs().flat_map(|(name, other)| odd(name, other)).collect();
    format!("`{above}{shown}`{}", code_points(points))
}

/// Paths in backticks, each with what follows it: those that look the same are shown by their code points.
pub(in crate::cap) fn told_apart(paths: &[String]) -> Vec<String> {
    let text =
        |path: &str| path.strip_prefix('`')?.rsplit_once('`').map(|(text, _)| text.to_owned());
    let texts: Vec<String> = paths.iter().filter_map(|path| text(path)).collect();
    let shown = |path: &String| {
        let own = text(path)?;
        let other = texts.iter().find(|other| look_the_same(&own, other))?;
        let after = path.get(own.len() + 2..)?;
        let points = code_points(odd_of(&own, other));
        Some(format!("`{}`{points}{after}", escaped_text(&own, other)))
    };
    paths.iter().map(|path| shown(path).unwrap_or_else(|| path.clone())).collect()
}

/// A name with `\xHH` for the characters that a reader cannot tell from others, as far as it differs from `other`.
fn escaped(name: &Name, other: &Name) -> String {
    escaped_text(&name.to_string(), &other.to_string())
}

fn escaped_text(name: &str, other: &str) -> String {
    let (before, middle, after) = difference(name, other);
    let is_odd = odd_in(middle, difference(other, name).1);
    let mut text = before.to_owned();
    for c in middle.chars() {
        if is_odd(c) {
            let mut bytes = [0; 4];
            text.extend(c.encode_utf8(&mut bytes).bytes().map(|byte| format!(r"\x{byte:02X}")));
        } else {
            text.push(c);
        }
    }
    text + after
}

/// The characters of a name that a reader cannot tell from others, as far as it differs from `other`.
fn odd(name: &Name, other: &Name) -> Vec<char> {
    let text = |name: &Name| String::from_utf8_lossy(name.as_bytes()).into_owned();
    odd_of(&text(name), &text(other))
}

fn odd_of(name: &str, other: &str) -> Vec<char> {
    let (_, middle, _) = difference(name, other);
    let is_odd = odd_in(middle, difference(other, name).1);
    middle.chars().filter(|c| is_odd(*c)).collect()
}

/// Which characters of a part are odd beside the `other` part. A reader does not count blanks.
fn odd_in(part: &str, other: &str) -> impl Fn(char) -> bool {
    let blanks = |text: &str| text.chars().filter(|c| c.is_whitespace()).count();
    let are_blanks_odd = blanks(part) != blanks(other);
    move |c| is_odd(c) || (c == ' ' && are_blanks_odd)
}

fn code_points(mut points: Vec<char>) -> String {
    let mut seen = vec![];
    points.retain(|c| {
        let is_new = !seen.contains(c);
        seen.push(*c);
        is_new
    });
    points.truncate(MAX_POINTS);
    if points.is_empty() {
        return String::new();
    }
    let points: Vec<String> = points.iter().map(|c| format!("U+{:04X}", u32::from(*c))).collect();
    format!(" ({})", points.join(" "))
}

/// `text` in three parts: what it begins with as `other` does, what differs, and what it ends with as `other` does.
fn difference<'t>(text: &'t str, other: &str) -> (&'t str, &'t str, &'t str) {
    let alike = |pairs: &mut dyn Iterator<Item = (char, char)>| {
        pairs.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>()
    };
    let before = alike(&mut text.chars().zip(other.chars()));
    let (begin, rest) = text.split_at_checked(before).unwrap_or((text, ""));
    let other = other.get(before..).unwrap_or_default();
    let after = alike(&mut rest.chars().rev().zip(other.chars().rev()));
    let (middle, end) = rest.split_at_checked(rest.len() - after).unwrap_or((rest, ""));
    (begin, middle, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> Name {
        Name::from_bytes(name.as_bytes()).unwrap()
    }

    #[test]
    fn a_name_is_shown_by_the_code_points_in_which_it_differs() {
        for (real, wanted, shown) in [
            ("2.40\u{202F}PM", "2.40 PM", r"`2.40\xE2\x80\xAFPM` (U+202F)"),
            ("cafe\u{301} e\u{301}", "caf\u{E9} e\u{301}", "`cafe\\xCC\\x81 e\u{301}` (U+0301)"),
            ("caf\u{E9}", "cafe\u{301}", r"`caf\xC3\xA9` (U+00E9)"),
            ("a b", "a\u{A0}b", "`a b`"),
            ("a  b", "a b", r"`a \x20b` (U+0020)"),
            ("a ", "a", r"`a\x20` (U+0020)"),
            ("a\u{200E}b", "ab", r"`a\xE2\x80\x8Eb` (U+200E)"),
            ("a\u{2013}b c\u{2013}d", "a-b c-d", r"`a\xE2\x80\x93b c\xE2\x80\x93d` (U+2013)"),
        ] {
            assert_eq!(spelled_out("", &[name(real)], &[name(wanted)]), shown);
            let path = shown.split('`').nth(1).unwrap();
            assert_eq!(VirtualPath::from(path).parse().unwrap().names, [name(real)]);
        }
        let said = stands_for("", &[name("d"), name("a b")], &[name("d"), name("a\u{A0}b")]);
        assert_eq!(
            said,
            r"`d/a b` stands for `d/a\xC2\xA0b` (U+00A0), the only name there that looks like it"
        );
    }

    #[test]
    fn paths_that_look_the_same_are_told_apart() {
        for (paths, shown) in [
            (["`a b`", "`a\u{A0}b`, offset=3"], ["`a b`", r"`a\xC2\xA0b` (U+00A0), offset=3"]),
            (["`d/a  b`", "`d/a b`"], [r"`d/a \x20b` (U+0020)", "`d/a b`"]),
            (["`x/a`", "`y/a`"], ["`x/a`", "`y/a`"]),
            (
                ["`caf\u{E9}`", "`cafe\u{301}`"],
                [r"`caf\xC3\xA9` (U+00E9)", r"`cafe\xCC\x81` (U+0301)"],
            ),
        ] {
            assert_eq!(told_apart(&paths.map(String::from)), shown);
        }
    }
}
