//! Look-alikes: names in one directory that a reader takes for the same name, although their bytes differ.
//!
//! macOS puts U+202F into the names of screenshots and keeps names decomposed, editors set typographic quotes, and a
//! model repeats such a name with the characters of a keyboard. Where a path's own name does not exist, the one
//! name there that looks the same is meant; where several do, the answer shows their code points.
//!
//! Names are only compared here. What is opened is the name that the directory lists, and rules are judged by that
//! name, as for any other. Hidden names are never compared, so no answer depends on them.
//!
//! May import: `path`, `limits`, `error`, `system`. This module does not decide what is opened.

use std::ops::ControlFlow;

use cap_std::fs::Dir;
use rustix::io::Errno;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::canonical_combining_class;

use super::fold::is_ignorable;
use super::rules::Rules;
use super::tree::open_directory;
use crate::error::{Code, ToolError};
use crate::limits::Budget;
use crate::path::{Name, VirtualPath};
use crate::system::Names;

/// Names that are read between two looks at the budget.
const CHUNK: usize = 1_000;
/// Most names of a directory that are read, hidden ones included.
const MAX_READ: usize = 20_000;
/// Most look-alikes that are kept: one more than are shown.
const MAX_FOUND: usize = 4;
/// Most look-alikes that an answer shows.
const MAX_SHOWN: usize = 3;
/// Most code points that are shown of one path.
const MAX_POINTS: usize = 5;

/// The names in `dir`, which is `below` in its grant, that look like `wanted` and may be seen; sorted. A directory
/// that may not be listed has none.
///
/// # Errors
/// The codes of the host; `timed_out` and `cancelled`.
pub(super) fn lookalikes(
    dir: &Dir,
    below: &[Name],
    wanted: &Name,
    rules: &Rules,
    said: &VirtualPath,
    budget: &Budget,
) -> Result<Vec<Name>, ToolError> {
    let Some(looks_wanted) = looks(wanted.as_bytes(), Visible::All) else { return Ok(vec![]) };
    let os = |errno: Errno| ToolError::os("list", &said.to_string(), &errno.into());
    let opened = match open_directory(dir, None) {
        Err(Errno::ACCESS) => return Ok(vec![]),
        opened => opened.map_err(os)?,
    };
    let (mut found, mut seen, mut spent) = (vec![], 0_usize, None);
    let read = Names::new().of(&opened, |listed, _| {
        seen += 1;
        if seen.is_multiple_of(CHUNK) {
            spent = budget.step().err();
        }
        if listed != wanted.as_bytes()
            && is_alike(listed, &looks_wanted)
            && let Some(name) = Name::from_bytes(listed)
            && !rules.hide(below.iter().chain([&name]))
        {
            found.push(name);
        }
        if spent.is_some() || seen >= MAX_READ || found.len() >= MAX_FOUND {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    read.map_err(os)?;
    if let Some(spent) = spent {
        return Err(spent.into());
    }
    found.sort();
    Ok(found)
}

/// Several names look like the one that was given, or one that must be spelled exactly. `code` says what that means
/// for the call.
pub(super) fn ambiguous(
    code: Code,
    said: &VirtualPath,
    wanted: &Name,
    found: &[Name],
    is_link: bool,
) -> ToolError {
    let shown: Vec<String> =
        found.iter().take(MAX_SHOWN).map(|name| spelled_out(name, wanted)).collect();
    let more = if found.len() > MAX_SHOWN { " and others" } else { "" };
    let what = match found {
        [_] if is_link => "a symbolic link looks",
        [_] => "one name looks",
        _ => "several names look",
    };
    let shown = shown.join(", ");
    let sentence = format!("`{said}` does not exist, but {what} like `{wanted}`: {shown}{more}");
    ToolError::new(code, sentence)
        .hint(r"repeat the name that is meant as it is shown here, with `\xHH` for a byte")
}

/// Says which path was used in place of `said`: both as names below `above`, which is empty or ends with a slash.
pub(super) fn stands_for(above: &str, said: &[Name], real: &[Name]) -> String {
    let each = |of: &[Name], other: &[Name]| {
        let names = of.iter().zip(other).map(|(name, other)| escaped(name, other));
        let path = names.collect::<Vec<_>>().join("/");
        let points: Vec<char> =
            of.iter().zip(other).flat_map(|(name, other)| odd(name, other)).collect();
        format!("`{above}{path}`{}", code_points(points))
    };
    format!(
        "{} stands for {}, the only name there that looks like it",
        each(said, real),
        each(real, said)
    )
}

/// A name as it can be repeated in a path, and the code points in which it differs from another.
fn spelled_out(name: &Name, other: &Name) -> String {
    format!("`{}`{}", escaped(name, other), code_points(odd(name, other)))
}

/// A name with `\xHH` for the characters that a reader cannot tell from others, as far as it differs from `other`.
fn escaped(name: &Name, other: &Name) -> String {
    let (name, other) = (name.to_string(), other.to_string());
    let (before, middle, after) = difference(&name, &other);
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
    let (name, other) = (text(name), text(other));
    let (_, middle, _) = difference(&name, &other);
    middle.chars().filter(|c| is_odd(*c)).collect()
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

/// Does the character look like another one, like part of one, or like nothing at all?
fn is_odd(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let alone = String::from(c);
    let is_itself = looks(alone.as_bytes(), Visible::Only).is_some_and(|looks| looks == alone);
    canonical_combining_class(c) != 0 || !is_itself
}

/// Does a listed name look like the wanted one? A listed name may have more blanks at its ends, and characters that are
/// invisible by design, which a client leaves out. The other way round it is another name: whoever puts such
/// characters into a path means something by them.
fn is_alike(listed: &[u8], wanted: &str) -> bool {
    let is = |visible| looks(listed, visible).is_some_and(|looks| looks == wanted);
    is(Visible::All) || (!listed.iter().all(u8::is_ascii_graphic) && is(Visible::Only))
}

/// What of a name counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visible {
    /// Everything.
    All,
    /// What can be seen: no blanks at the ends, and nothing that is invisible by design.
    Only,
}

/// The form in which names that look the same are equal: decomposed, with one kind of blank, quote and dash, and one
/// blank for several. Case counts, and so does whether a number is raised or in a circle. `None` for what is not
/// UTF-8, or nothing to look at.
fn looks(name: &[u8], what: Visible) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    if name.bytes().all(|byte| byte.is_ascii_graphic()) {
        return (!name.is_empty()).then(|| name.to_owned());
    }
    let counts = |c: &char| what == Visible::All || !is_ignorable(*c);
    let compatible: String = name
        .chars()
        .map(of_keyboard)
        .flat_map(|c| {
            let keeps = c.is_numeric() && !('\u{FF10}'..='\u{FF19}').contains(&c);
            let (own, wide) = if keeps { (Some(c), None) } else { (None, Some(c)) };
            own.into_iter().chain(wide.into_iter().nfkd())
        })
        .map(of_keyboard)
        .collect();
    let mut looks = String::new();
    for c in compatible.nfd().filter(counts) {
        match (c.is_whitespace(), looks.ends_with(' ')) {
            (true, true) => {}
            (true, false) => looks.push(' '),
            (false, _) => looks.push(c),
        }
    }
    let looks = if what == Visible::Only { looks.trim().to_owned() } else { looks };
    (!looks.trim().is_empty()).then_some(looks)
}

/// The quote, dash or blank of a keyboard for one that is typographic.
fn of_keyboard(c: char) -> char {
    match c {
        '\u{2018}'..='\u{201B}' | '\u{2032}' | '\u{B4}' | '\u{2B9}' | '\u{2BC}' | '\u{2C8}' => '\'',
        '\u{201C}'..='\u{201F}' | '\u{2033}' | '\u{2BA}' | '\u{2DD}' => '"',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{2043}' => '-',
        '\u{2800}' => ' ',
        c => c,
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a tree to look at")]
mod tests {
    use std::sync::Arc;
    use std::time::Instant;

    use super::super::tests::{budget, tree};
    use super::*;
    use crate::limits::{Clock, Watch};

    fn name(name: &str) -> Name {
        Name::from_bytes(name.as_bytes()).unwrap()
    }

    fn look_the_same(listed: &str, wanted: &str) -> bool {
        let wanted = looks(wanted.as_bytes(), Visible::All);
        wanted.is_some_and(|wanted| is_alike(listed.as_bytes(), &wanted))
    }

    #[test]
    fn names_look_the_same_up_to_form_blanks_quotes_and_dashes() {
        for (one, other) in [
            ("Screenshot 2.40\u{202F}PM.txt", "Screenshot 2.40 PM.txt"),
            ("caf\u{E9}", "cafe\u{301}"),
            ("a\u{A0}b", "a\u{3000}b"),
            ("a\u{2009}b", "a b"),
            ("a  b", "a b"),
            ("a\tb", "a b"),
            (" a.txt ", "a.txt"),
            ("it\u{2019}s", "it's"),
            ("\u{201C}x\u{201D}", "\"x\""),
            ("a\u{2013}b", "a-b"),
            ("a\u{2014}b", "a\u{2011}b"),
            ("\u{FF21}\u{FF11}", "A1"),
            ("\u{FB01}le", "file"),
            ("a\u{200B}b\u{FEFF}", "ab"),
            ("a\u{200B}b", "a\u{200B}b"),
            ("\u{AC00}", "\u{1100}\u{1161}"),
            ("a\u{323}\u{307}", "a\u{307}\u{323}"),
            ("\u{FF0D}", "-"),
            ("x\u{2026}", "x..."),
        ] {
            assert!(look_the_same(one, other), "{one:?} {other:?}");
            let may_be_left_out = one.contains('\u{200B}') || one.starts_with(' ');
            assert!(may_be_left_out || look_the_same(other, one), "{other:?} {one:?}");
        }
        for (one, other) in [
            ("readme", "README"),
            ("a\u{B2}", "a2"),
            ("\u{2460}", "1"),
            ("\u{BD}", "1\u{2044}2"),
            ("caf\u{E9}", "cafe"),
            ("\u{430}", "a"),
            ("a b", "ab"),
            ("a-b", "a_b"),
            ("\u{200B}", "\u{200C}"),
            ("ab", "a\u{200B}b"),
            ("ab", "ab "),
            ("ab", "ab\n"),
            ("ab", "ab\u{E0041}"),
            (" ", "\u{A0}"),
        ] {
            assert!(!look_the_same(one, other), "{one:?} {other:?}");
        }
        assert_eq!(looks(b"caf\xE9", Visible::All), None);
    }

    #[test]
    fn only_names_that_may_be_seen_are_look_alikes_and_a_cancelled_call_stops() {
        let files: Vec<String> = (0..1_500).map(|n| format!("g/file-{n}")).collect();
        let mut files: Vec<&str> = files.iter().map(String::as_str).collect();
        files.extend(["g/it\u{2019}s", "g/it\u{2032}s", "g/a\u{A0}b", "g/a\u{2009}b"]);
        let temp = tree(&files);
        let dir = Dir::open_ambient_dir(temp.path().join("g"), cap_std::ambient_authority());
        let (dir, said) = (dir.unwrap(), VirtualPath::from("said"));
        let rules = Rules::new(&["it\u{2019}s".into(), "a*b".into()], &[]).unwrap();
        let found = |wanted: &str, budget: &Budget| {
            lookalikes(&dir, &[], &name(wanted), &rules, &said, budget)
        };
        assert_eq!(found("it's", &budget()).unwrap(), [name("it\u{2032}s")]);
        assert_eq!(found("a b", &budget()).unwrap(), []);
        let cancelled = Budget::new(Arc::default(), Clock::new(Instant::now), Watch::new(|| true));
        assert_eq!(found("it's", &cancelled).unwrap_err().code(), Code::Cancelled);
    }

    #[test]
    fn a_name_is_shown_by_the_code_points_in_which_it_differs() {
        for (real, wanted, shown) in [
            ("2.40\u{202F}PM", "2.40 PM", r"`2.40\xE2\x80\xAFPM` (U+202F)"),
            ("cafe\u{301} e\u{301}", "caf\u{E9} e\u{301}", "`cafe\\xCC\\x81 e\u{301}` (U+0301)"),
            ("caf\u{E9}", "cafe\u{301}", r"`caf\xC3\xA9` (U+00E9)"),
            ("a b", "a\u{A0}b", "`a b`"),
            ("a\u{200E}b", "ab", r"`a\xE2\x80\x8Eb` (U+200E)"),
            ("a\u{2013}b c\u{2013}d", "a-b c-d", r"`a\xE2\x80\x93b c\xE2\x80\x93d` (U+2013)"),
        ] {
            assert_eq!(spelled_out(&name(real), &name(wanted)), shown);
            let path = shown.split('`').nth(1).unwrap();
            assert_eq!(VirtualPath::from(path).parse().unwrap().names, [name(real)]);
        }
        let said = stands_for("", &[name("d"), name("a b")], &[name("d"), name("a\u{A0}b")]);
        assert_eq!(
            said,
            r"`d/a b` stands for `d/a\xC2\xA0b` (U+00A0), the only name there that looks like it"
        );
    }
}
