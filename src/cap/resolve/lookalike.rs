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

use crate::cap::handle::directory::open_directory;
use crate::cap::rules::Rules;
use crate::cap::rules::fold::{fold, is_ignorable};
use crate::error::ToolError;
use crate::limits::Budget;
use crate::path::{Name, VirtualPath};
use crate::system::Names;

/// Names that are read between two looks at the budget.
const CHUNK: usize = 1_000;
/// Most names of a directory that are read, hidden ones included.
const MAX_READ: usize = 20_000;
/// Most look-alikes that are kept: one more than are shown.
const MAX_FOUND: usize = 4;

/// The names of one directory that look like a wanted one; each list is sorted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cap) struct Lookalikes {
    /// The wanted name in another Unicode form, or with another kind of blank.
    pub(in crate::cap) twins: Vec<Name>,
    /// Other names that only look like it.
    pub(in crate::cap) similar: Vec<Name>,
}

impl Lookalikes {
    /// All of them.
    pub(in crate::cap) fn all(&self) -> Vec<Name> {
        let mut all = [self.twins.as_slice(), &self.similar].concat();
        all.sort();
        all
    }
}

/// The names in `dir`, which is `below` in its grant, that look like `wanted` and may be seen. A directory that may not
/// be listed has none.
///
/// # Errors
/// The codes of the host; `timed_out` and `cancelled`.
pub(in crate::cap) fn lookalikes(
    dir: &Dir,
    below: &[Name],
    wanted: &Name,
    rules: &Rules,
    said: &VirtualPath,
    budget: &Budget,
) -> Result<Lookalikes, ToolError> {
    let mut found = Lookalikes::default();
    let Some(looks_wanted) = looks(wanted.as_bytes(), Visible::All) else { return Ok(found) };
    let wanted_form = form(wanted.as_bytes());
    let os = |errno: Errno| ToolError::os("list", &said.to_string(), &errno.into());
    let opened = match open_directory(dir, None) {
        Err(Errno::ACCESS) => return Ok(found),
        opened => opened.map_err(os)?,
    };
    let mut seen = 0_usize;
    let mut spent = None;
    let read = Names::new().of(&opened, |listed, _| {
        seen += 1;
        if seen.is_multiple_of(CHUNK) {
            spent = budget.step().err();
        }
        let is_twin = || wanted_form.is_some() && form(listed) == wanted_form;
        if listed != wanted.as_bytes()
            && (is_twin() || is_alike(listed, &looks_wanted))
            && let Some(name) = Name::from_bytes(listed)
            && !rules.hide(below.iter().chain([&name]))
        {
            let list = if is_twin() { &mut found.twins } else { &mut found.similar };
            if list.len() < MAX_FOUND {
                list.push(name);
            }
        }
        if spent.is_some() || seen >= MAX_READ || found.twins.len() >= MAX_FOUND {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    read.map_err(os)?;
    if let Some(spent) = spent {
        return Err(spent.into());
    }
    found.twins.sort();
    found.similar.sort();
    Ok(found)
}

/// Folds a name or a glob so that all that look alike, in any case, are equal.
pub fn look(text: &str) -> String {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_ascii_lowercase();
    }
    fold(&looks(text.as_bytes(), Visible::Only).unwrap_or_default())
}

/// Do the texts look the same to a reader?
pub(in crate::cap) fn look_the_same(one: &str, other: &str) -> bool {
    let looks = |text: &str| looks(text.as_bytes(), Visible::Only);
    one != other && looks(one).is_some_and(|one| looks(other) == Some(one))
}

/// Does the character look like another one, like part of one, or like nothing at all?
pub(in crate::cap) fn is_odd(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_control();
    }
    let alone = String::from(c);
    let is_itself = looks(alone.as_bytes(), Visible::Only).is_some_and(|looks| looks == alone);
    canonical_combining_class(c) != 0 || !is_itself
}

/// The form in which two spellings of one name are equal: decomposed, with one kind of blank.
fn form(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?;
    let is_blank = |c: char| c == '\t' || (c.is_whitespace() && !c.is_control());
    let with_blanks = name.chars().map(|c| if is_blank(c) { ' ' } else { c });
    Some(with_blanks.nfd().collect())
}

/// Does a listed name look like the wanted one? A listed name may have more blanks at its ends, and characters that are
/// invisible by design, which a client leaves out. The other way round it is another name: such
/// characters in a path are there on purpose.
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

    use super::*;
    use crate::cap::testing::{budget, tree};
    use crate::error::Code;
    use crate::limits::{CallMonitor, Clock};

    fn name(name: &str) -> Name {
        Name::from_bytes(name.as_bytes()).unwrap()
    }

    fn is_listed_for(listed: &str, wanted: &str) -> bool {
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
            assert!(is_listed_for(one, other), "{one:?} {other:?}");
            let may_be_left_out = one.contains('\u{200B}') || one.starts_with(' ');
            assert!(may_be_left_out || is_listed_for(other, one), "{other:?} {one:?}");
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
            assert!(!is_listed_for(one, other), "{one:?} {other:?}");
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
        let dir = dir.unwrap();
        let said = VirtualPath::from("said");
        let rules = Rules::new(&["it\u{2019}s".into(), "a*b".into()], &[]).unwrap();
        let found = |wanted: &str, budget: &Budget| {
            lookalikes(&dir, &[], &name(wanted), &rules, &said, budget).map(|found| found.all())
        };
        assert_eq!(found("it's", &budget()).unwrap(), [name("it\u{2032}s")]);
        assert_eq!(found("a b", &budget()).unwrap(), []);
        let cancelled =
            Budget::new(Arc::default(), Clock::new(Instant::now), CallMonitor::new(|| true));
        assert_eq!(found("it's", &cancelled).unwrap_err().code(), Code::Cancelled);
    }

    #[test]
    fn a_twin_differs_in_its_unicode_form_or_the_kind_of_its_blanks() {
        let is_twin = |one: &str, other: &str| form(one.as_bytes()) == form(other.as_bytes());
        for (one, other) in [
            ("caf\u{E9}", "cafe\u{301}"),
            ("a\u{A0}b", "a b"),
            ("a\u{2009}b\tc", "a b\u{3000}c"),
            ("\u{AC00}", "\u{1100}\u{1161}"),
        ] {
            assert!(is_twin(one, other), "{one:?} {other:?}");
        }
        for (one, other) in [
            ("a  b", "a b"),
            ("a\u{2014}b", "a-b"),
            ("\u{FB01}le", "file"),
            ("\u{AA}", "a"),
            ("it\u{2019}s", "it's"),
            ("\u{17F}", "s"),
            ("a\u{200B}b", "ab"),
            ("a\nb", "a b"),
            ("a\u{2800}b", "a b"),
            ("a ", "a"),
        ] {
            assert!(!is_twin(one, other), "{one:?} {other:?}");
        }
    }
}
