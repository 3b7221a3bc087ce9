//! [`Globs`]: globs as operators write them, which match names in every spelling; and [`Spelled`], a path as
//! they read it.
//!
//! A name has several forms. Folded, it is equal to whatever some file system takes for the same name;
//! composed, each of its characters is one `char`; and dots at its end are kept or not. A glob has these
//! forms as well, and matches when one of them matches one of the name: `?.pem` hides `é.pem`, and `keep.`
//! hides `KEEP`.
//!
//! A glob that silently matches nothing would be a hole, so each is tried on a name that it was made for,
//! and one that fails is refused at the start.
//!
//! May import: `path`. This module does not know what a rule does. (The crate `globset` reads bytes: its
//! `?` is one byte of a character, and so are the members of its classes.)

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use super::fold::{composed, fold};
use super::glob_parts::{Alternative, Component, Part, alternatives};
use super::glob_pieces::{Piece, match_all, match_name, pieces};
use crate::path::Name;

/// A glob that cannot be read, or can match no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadGlob {
    /// As it was written.
    pub glob: String,
    /// Why not.
    pub why: String,
}

/// How names are compared with a glob.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// In every spelling that some file system takes for the same name: for what takes something away.
    #[default]
    Any,
    /// As the glob is written, up to Unicode composition: for what opens something.
    AsWritten,
}

/// Compiled globs, relative to a grant.
#[derive(Clone, Debug, Default)]
pub(super) struct Globs {
    /// Globs that end with a plain name, by each form of that name. Nearly all do, so that a path is
    /// compared with a few of hundreds.
    by_last_name: HashMap<Vec<char>, Vec<Glob>>,
    others: Vec<Glob>,
}

/// A path as globs read it, name by name.
#[derive(Clone, Debug, Default)]
pub(super) struct Spelled {
    by: Spelling,
    names: Vec<Forms>,
    path: String,
}

/// A name in each form that differs from those before it, the folded one first.
type Forms = Vec<Vec<char>>;

impl Globs {
    /// Compiles globs. One without `/` holds for a name at any depth, as in `.gitignore`; `x/**` covers
    /// `x` itself; a leading `/` pins it to the top.
    ///
    /// # Errors
    /// [`BadGlob`] names the first that cannot be read, or can match nothing.
    pub(super) fn new(globs: &[impl AsRef<str>], by: Spelling) -> Result<Self, BadGlob> {
        let mut all = Self::default();
        for glob in globs.iter().map(AsRef::as_ref) {
            let bad = |why: String| BadGlob { glob: glob.to_owned(), why };
            if glob.starts_with('!') || glob.trim() != glob {
                return Err(bad("it begins with `!`, or has a blank at an end".into()));
            }
            for alternative in alternatives(glob).map_err(bad)? {
                let compiled = Glob::new(&alternative, by);
                let example = alternative.example();
                if !example.is_some_and(|names| compiled.matches(&Spelled::of(&names, by).names)) {
                    return Err(bad("it can match no name".into()));
                }
                all.add(compiled);
            }
        }
        Ok(all)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_last_name.is_empty() && self.others.is_empty()
    }

    pub(super) fn match_path(&self, path: &Spelled) -> bool {
        self.match_names(&path.names)
    }

    /// Does a glob match the path, or a directory above it?
    pub(super) fn match_path_or_above(&self, path: &Spelled) -> bool {
        let above = |length: usize| path.names.get(..length).unwrap_or_default();
        (1..=path.names.len()).any(|length| self.match_names(above(length)))
    }

    fn match_names(&self, path: &[Forms]) -> bool {
        let last = path.last().into_iter().flatten();
        let with_that_name = last.filter_map(|form| self.by_last_name.get(form)).flatten();
        with_that_name.chain(&self.others).any(|glob| glob.matches(path))
    }

    fn add(&mut self, glob: Glob) {
        match glob.last_name() {
            None => self.others.push(glob),
            Some(forms) => {
                for form in forms {
                    self.by_last_name.entry(form).or_default().push(glob.clone());
                }
            }
        }
    }
}

/// The directories that a glob spells out before it first leaves something open, folded. What cannot be
/// read has none; [`Globs::new`] refuses it.
pub(super) fn beginnings(glob: &str) -> Vec<String> {
    let mut all = vec![];
    for Alternative { components, .. } in alternatives(glob).unwrap_or_default() {
        let plain = components.iter().map_while(|component| match component {
            Component::Name(parts) => match parts.as_slice() {
                [Part::Text(text)] => Some(trimmed(&fold(text)).to_owned()),
                _ => None,
            },
            Component::Deep => None,
        });
        let plain: Vec<String> = plain.collect();
        // The last one is what the glob is about.
        let most = plain.len().min(components.len().saturating_sub(1));
        all.extend((1..=most).filter_map(|n| Some(plain.get(..n)?.join("/"))));
    }
    all
}

impl Spelled {
    pub(super) fn new(by: Spelling) -> Self {
        Self { by, ..Self::default() }
    }

    pub(super) fn of<'a>(names: impl IntoIterator<Item = &'a Name>, by: Spelling) -> Self {
        let mut path = Self::new(by);
        for name in names {
            path.push(name);
        }
        path
    }

    /// Goes down to this name.
    pub(super) fn push(&mut self, name: &Name) {
        let text = String::from_utf8_lossy(name.as_bytes());
        let forms = match self.by {
            Spelling::Any => forms(&text),
            Spelling::AsWritten => vec![text.nfc().collect()],
        };
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(forms.first().map_or("", String::as_str));
        self.names.push(forms.iter().map(|form| form.chars().collect()).collect());
    }

    /// The form in which two spellings of one path are equal.
    pub(super) fn folded(&self) -> &str {
        &self.path
    }
}

/// A text in each form that differs from those before it, the folded one first.
fn forms(text: &str) -> Vec<String> {
    let (folded, composed) = (fold(text), composed(text));
    let mut all = vec![trimmed(&folded).to_owned()];
    // As nearly all names are.
    if folded.is_ascii() && folded == composed && all.first() == Some(&folded) {
        return all;
    }
    for form in [trimmed(&composed), &composed] {
        if all.iter().all(|other| other != form) {
            all.push(form.to_owned());
        }
    }
    all
}

/// Where Windows has written, dots and blanks at the end are not a part of a name.
fn trimmed(name: &str) -> &str {
    match name.trim_end_matches(['.', ' ']) {
        "" => name,
        trimmed => trimmed,
    }
}

/// One glob without braces.
#[derive(Clone, Debug)]
struct Glob {
    by: Spelling,
    is_at_any_depth: bool,
    steps: Vec<Step>,
}

/// One component of a glob.
#[derive(Clone, Debug)]
enum Step {
    /// Any number of names.
    Deep,
    /// One name, in each form.
    Name(Vec<Vec<Piece>>),
}

impl Glob {
    fn new(of: &Alternative, by: Spelling) -> Self {
        let about = of.about();
        let step = |component: &Component| match component {
            Component::Deep => Step::Deep,
            Component::Name(parts) => Step::Name(match by {
                Spelling::AsWritten => vec![pieces(parts, |text, _| text.nfc().collect())],
                Spelling::Any => {
                    // Only as far as text is left: `*.` must not become `*`.
                    let cut = |text: &str, is_last| {
                        if is_last { trimmed(text).to_owned() } else { text.to_owned() }
                    };
                    let mut all = vec![
                        pieces(parts, |text, is_last| cut(&fold(text), is_last)),
                        pieces(parts, |text, is_last| cut(&composed(text), is_last)),
                        pieces(parts, |text, _| composed(text)),
                    ];
                    all.dedup();
                    all
                }
            }),
        };
        let is_at_any_depth = !of.is_pinned && about.len() == 1;
        Self { by, is_at_any_depth, steps: about.iter().map(step).collect() }
    }

    /// Its last name in each form, if it is a plain one.
    fn last_name(&self) -> Option<Vec<Vec<char>>> {
        let Some(Step::Name(forms)) = self.steps.last() else { return None };
        let plain = |form: &Vec<Piece>| {
            let char = |piece: &Piece| match piece {
                Piece::Char(c) => Some(*c),
                Piece::One | Piece::Any | Piece::Class { .. } => None,
            };
            form.iter().map(char).collect()
        };
        forms.iter().map(plain).collect()
    }

    fn matches(&self, path: &[Forms]) -> bool {
        // Every prefix of a path is judged, so it is enough to look at the last name.
        let from = if self.is_at_any_depth { path.len().saturating_sub(1) } else { 0 };
        let path = path.get(from..).unwrap_or_default();
        let is_deep = |step: &Step| matches!(step, Step::Deep);
        let is_one = |step: &Step, name: &Forms| match step {
            Step::Deep => false,
            Step::Name(patterns) => patterns.iter().any(|pattern| {
                name.iter().any(|form| match_name(pattern, form, self.by == Spelling::Any))
            }),
        };
        match_all(&self.steps, path, is_deep, is_one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::VirtualPath;

    fn names(path: &str) -> Vec<Name> {
        VirtualPath::from(path).parse().unwrap().names
    }

    fn is_match(glob: &str, path: &str, by: Spelling) -> bool {
        let globs = Globs::new(&[glob], by).unwrap();
        let mut spelled = Spelled::new(by);
        names(path).iter().any(|name| {
            spelled.push(name);
            globs.match_path(&spelled)
        })
    }

    #[test]
    fn a_glob_matches_names_in_either_form() {
        for (glob, path) in [
            ("keep.", "keep."),
            ("keep.", "KEEP"),
            ("keep", "keep. ."),
            ("foo.*", "foo."),
            ("*.", "a."),
            ("{keep.,x}", "keep"),
            ("cr?", "cr\u{E9}"),
            ("cr?", "CRE\u{301}"),
            ("cre?", "cr\u{E9}"),
            ("?.pem", "\u{E9}.pem"),
            ("stra?e", "straße"),
            ("strasse", "STRAẞE"),
            ("[é].pem", "e\u{301}.pem"),
            ("[É].pem", "é.pem"),
            ("[A-z]x", "_x"),
            ("dir./k?y.", "DIR/kéy"),
            ("．git", ".git"),
            (".git", "．git"),
            ("a＊b", "a＊b"),
            ("/top*", "top／x"),
            ("a\\*b", "a*b"),
            ("[,]{a,{b,c}}", ",c"),
            ("…", "..."),
            ("...", "..."),
            ("a/**/b", "a/b"),
            ("a/**/b", "a/x/y/B"),
            ("**/a/*/b*c*d", "x/y/a/z/b.c.c.d"),
        ] {
            assert!(is_match(glob, path, Spelling::Any), "{glob} should match {path}");
        }
        for (glob, path) in [
            ("*.", "a"),
            ("a＊b", "axb"),
            ("a\\*b", "axb"),
            ("cr?", "cr"),
            ("/top*", "x/top"),
            ("a/*/c", "a/b/d/c"),
            ("*a*b", "xbxa"),
        ] {
            assert!(!is_match(glob, path, Spelling::Any), "{glob} should not match {path}");
        }
    }

    #[test]
    fn what_opens_something_matches_only_as_it_is_written() {
        for (glob, path, want) in [
            ("keep.", "keep.", true),
            ("keep.", "keep", false),
            ("?.pem", "e\u{301}.pem", true),
            (".envrc", ".envrc", true),
            (".envrc", ".ENVRC", false),
            (".envrc", ".envrc.", false),
            (".git", "．git", false),
            ("{a,b}/**", "x/b", true),
        ] {
            assert_eq!(is_match(glob, path, Spelling::AsWritten), want, "{glob} and {path}");
        }
    }

    #[test]
    fn a_glob_that_cannot_be_read_or_match_is_refused() {
        let long = "x".repeat(256);
        for glob in [
            "/",
            "",
            "./.env",
            "a/../b",
            "a//b",
            "a/./b",
            "!x",
            ".env ",
            "**",
            "{}",
            "{a,..}",
            "a[",
            "{a",
            "a}",
            "a\\",
            "[z-a]",
            "[/]",
            "[!\0-\u{10FFFF}]",
            "\\.\\.",
            "a\0b",
            &long,
            "{a,b}{c,d}{e,f}{g,h}{i,j}{k,l}{m,n}{o,p}{q,r}{s,t}",
        ] {
            for by in [Spelling::Any, Spelling::AsWritten] {
                let refused = Globs::new(&["fine", glob], by).unwrap_err();
                assert_eq!(refused.glob, glob);
            }
        }
    }

    #[test]
    fn the_beginning_of_a_rule_is_what_it_spells_out() {
        for (glob, want) in [
            ("a/b/*.c", &["a", "a/b"][..]),
            ("/A/b/c", &["a", "a/b"]),
            ("a/**", &["a"]),
            ("a./x", &["a"]),
            ("a/{b,c}/d", &["a", "a/c", "a", "a/b"]),
            ("**/a/b", &[]),
            ("*.pem", &[]),
            ("secret", &[]),
        ] {
            assert_eq!(beginnings(glob), want, "{glob}");
        }
    }
}
