//! [`Globs`]: globs as operators write them, which match names in every spelling.
//!
//! A glob has the forms that a name has ([`SpelledPath`]), and matches when one of them matches one of the
//! name: `?.pem` hides `é.pem`, and `keep.` hides `KEEP`. A glob that silently matches nothing would be a
//! hole, so each is tried on a name that it was made for, and one that fails is refused at the start.
//!
//! May import: `path`. This module does not know what a rule does. (The crate `globset` reads bytes: its
//! `?` is one byte of a character, and so are the members of its classes.)

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;

use crate::cap::rules::fold::{composed, fold};
use crate::cap::rules::glob_parts::{
    Alternative, Component, Part, Reading, alternatives, listed_alternatives, literal_alternatives,
};
use crate::cap::rules::glob_pieces::{NamePattern, match_all};
use crate::cap::rules::glob_tops::{Top, below, is_whole_grant};
use crate::cap::rules::spelled::{Forms, SpelledPath, Spelling, trimmed};

/// A glob that cannot be read, or can match no name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadGlob {
    /// As it was written.
    pub glob: String,
    /// Why not.
    pub why: String,
}

/// Compiled globs, relative to a grant.
#[derive(Clone, Debug, Default)]
pub(in crate::cap) struct Globs {
    all: Vec<Glob>,
    /// Those whose last name is literal, by each form of it: nearly all of many.
    by_last_name: HashMap<String, Vec<usize>>,
    others: Vec<usize>,
}

impl Globs {
    /// Compiles globs. One without `/` holds for a name at any depth, as in `.gitignore`; `x/**` covers
    /// `x` itself; a leading `/` pins it to the top.
    ///
    /// # Errors
    /// [`BadGlob`] names the first that cannot be read, or can match nothing.
    pub(in crate::cap) fn new(globs: &[impl AsRef<str>], by: Spelling) -> Result<Self, BadGlob> {
        Self::new_in(&[], globs, by)
    }

    /// The same for a grant to which each of `tops` leads: a glob that begins with one also holds without it.
    ///
    /// # Errors
    /// As [`Self::new`]; a glob that names the whole grant.
    pub(in crate::cap) fn new_in(
        tops: &[Top],
        globs: &[impl AsRef<str>],
        by: Spelling,
    ) -> Result<Self, BadGlob> {
        Self::compile(tops, globs, by, |glob, alternative| {
            let example = alternative.example().map(|names| SpelledPath::of(&names, by));
            example.is_some_and(|path| glob.matches(path.whole()))
        })
    }

    /// The same for the globs of this program. A test tries them, so that each start need not.
    ///
    /// # Errors
    /// [`BadGlob`] names the first that cannot be read.
    pub(in crate::cap) fn built_in(globs: &[impl AsRef<str>]) -> Result<Self, BadGlob> {
        Self::compile(&[], globs, Spelling::Any, |_, _| true)
    }

    fn compile(
        tops: &[Top],
        globs: &[impl AsRef<str>],
        by: Spelling,
        can_match: impl Fn(&Glob, &Alternative) -> bool,
    ) -> Result<Self, BadGlob> {
        let mut compiled = Self::default();
        for glob in globs.iter().map(AsRef::as_ref) {
            let bad = |why: &str| BadGlob { glob: glob.to_owned(), why: why.to_owned() };
            if glob.starts_with('!') || glob.trim() != glob {
                return Err(bad("it begins with `!`, or has a blank at an end"));
            }
            // What opens something opens what it says, and nothing besides.
            let opens = by == Spelling::AsWritten;
            let meant =
                if opens { alternatives(glob, Reading::Glob) } else { listed_alternatives(glob) };
            for alternative in meant.map_err(|why| bad(&why))? {
                let glob = Glob::new(&alternative, by);
                if !can_match(&glob, &alternative) {
                    return Err(bad("it can match no name"));
                }
                if is_whole_grant(&alternative, tops) {
                    return Err(bad("it names the whole grant"));
                }
                compiled.add_with(glob, &alternative, tops, by);
            }
            let literal = if opens { vec![] } else { literal_alternatives(glob) };
            for alternative in literal {
                compiled.add_with(Glob::new(&alternative, by), &alternative, tops, by);
            }
        }
        Ok(compiled)
    }

    /// Adds a glob, and what it means without the way to the grant.
    fn add_with(&mut self, glob: Glob, of: &Alternative, tops: &[Top], by: Spelling) {
        self.add(glob);
        for shorter in below(of, tops) {
            self.add(Glob::new(&shorter, by));
        }
    }

    pub(in crate::cap) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Does one of the globs match the whole path?
    pub(in crate::cap) fn match_path(&self, path: &[Forms]) -> bool {
        let Some(last) = path.last() else { return false };
        let known = last.iter().filter_map(|form| self.by_last_name.get(form)).flatten();
        let mut globs = known.chain(&self.others).filter_map(|nth| self.all.get(*nth));
        globs.any(|glob| glob.matches(path))
    }

    /// Does one of them match the path, or a directory above it?
    pub(in crate::cap) fn match_path_or_above(&self, path: &[Forms]) -> bool {
        (1..=path.len()).any(|length| self.match_path(path.get(..length).unwrap_or_default()))
    }

    fn add(&mut self, glob: Glob) {
        let nth = self.all.len();
        let literal = |pattern: &NamePattern| match pattern {
            NamePattern::Literal(name) => Some(name.clone()),
            NamePattern::Pieces { .. } => None,
        };
        let literals = match glob.steps.last() {
            Some(Step::Name(patterns)) => patterns.iter().map(literal).collect::<Option<Vec<_>>>(),
            Some(Step::Deep) | None => None,
        };
        match literals {
            Some(names) => {
                for name in names {
                    self.by_last_name.entry(name).or_default().push(nth);
                }
            }
            None => self.others.push(nth),
        }
        self.all.push(glob);
    }
}

/// One glob without braces.
#[derive(Clone, Debug)]
struct Glob {
    /// May it begin at any depth? Then no `**` is among the steps, so that only the last names count.
    is_at_any_depth: bool,
    steps: Vec<Step>,
}

/// One component of a glob.
#[derive(Clone, Debug)]
enum Step {
    /// Any number of names.
    Deep,
    /// One name, in each form.
    Name(Vec<NamePattern>),
}

impl Glob {
    fn new(of: &Alternative, by: Spelling) -> Self {
        let about = of.about();
        let starts_deep = about.first() == Some(&Component::Deep);
        let from_there = if starts_deep { about.get(1..).unwrap_or_default() } else { about };
        let has_deep = from_there.contains(&Component::Deep);
        let is_at_any_depth = !has_deep && (starts_deep || (!of.is_pinned && about.len() == 1));
        let steps = if has_deep { about } else { from_there };
        let step = |component: &Component| match component {
            Component::Deep => Step::Deep,
            Component::Name(parts) => Step::Name(patterns(parts, by)),
        };
        Self { is_at_any_depth, steps: steps.iter().map(step).collect() }
    }

    fn matches(&self, path: &[Forms]) -> bool {
        let skipped = path.len().saturating_sub(self.steps.len());
        let from = if self.is_at_any_depth { skipped } else { 0 };
        let path = path.get(from..).unwrap_or_default().iter();
        let is_deep = |step: &Step| matches!(step, Step::Deep);
        let is_one = |step: &Step, name: &&Forms| match step {
            Step::Deep => false,
            Step::Name(patterns) => {
                patterns.iter().any(|pattern| name.iter().any(|form| pattern.matches(form)))
            }
        };
        match_all(&self.steps, path, is_deep, is_one)
    }
}

/// What matches one name, in each form that differs from those before it.
fn patterns(parts: &[Part], by: Spelling) -> Vec<NamePattern> {
    let any_case = by == Spelling::Any;
    if by == Spelling::AsWritten {
        return vec![NamePattern::new(parts, any_case, |text, _| text.nfc().collect())];
    }
    // Only as far as there is text: `*.` must not become `*`.
    let cut = |text: String, is_last| if is_last { trimmed(&text).to_owned() } else { text };
    let mut all = vec![
        NamePattern::new(parts, any_case, |text, is_last| cut(fold(text), is_last)),
        NamePattern::new(parts, any_case, |text, is_last| cut(composed(text), is_last)),
        NamePattern::new(parts, any_case, |text, _| composed(text)),
    ];
    all.dedup();
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::{Name, VirtualPath};

    fn names(path: &str) -> Vec<Name> {
        VirtualPath::from(path).parse().unwrap().names
    }

    fn is_match(glob: &str, path: &str, by: Spelling) -> bool {
        let globs = Globs::new(&[glob], by).unwrap();
        let mut spelled = SpelledPath::new(by);
        names(path).iter().any(|name| {
            spelled.push(name);
            globs.match_path(spelled.below())
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
            ("key[[:digit:]_]", "key7"),
            ("app/[id]/x", "app/i/x"),
            ("app/[id]/x", "app/[id]/x"),
            ("app/[id]/*.{a,b}", "app/[ID]/x.b"),
            ("{a,b}.txt", "{a,b}.txt"),
            ("*.pem,*.key", "x.key"),
            ("*.pem, *.key", "x.key"),
            ("a,b", "a,b"),
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

    proptest::proptest! {
        /// Where bytes are characters, a glob means what it means to ripgrep.
        #[test]
        fn plain_globs_mean_what_they_mean_to_globset(
            glob in r"/?(\*\*/)?([ab.]|\*|\?|\[a-b\]|\{a,b\*\}|[ab]/[ab*?]|[ab]/\*\*/[ab]){1,4}(/|/\*\*)?",
            path in "[ab][ab.]{0,2}(/[ab][ab.]{0,2}){0,3}",
        ) {
            let path = path.split('/').filter_map(|n| Name::from_bytes(n.as_bytes()));
            let path: Vec<Name> = path.collect();
            if let Ok(globs) = Globs::new(&[&glob], Spelling::AsWritten) {
                let mut about = glob.as_str();
                while let Some(shorter) = about.strip_suffix("/**").or(about.strip_suffix('/')) {
                    about = shorter;
                }
                let about = match about.strip_prefix('/') {
                    Some(pinned) => pinned.to_owned(),
                    None if about.contains('/') => about.to_owned(),
                    None => format!("**/{about}"),
                };
                let mut model = globset::GlobBuilder::new(&about);
                let model = model.literal_separator(true).build().unwrap().compile_matcher();
                let spelled = SpelledPath::of(&path, Spelling::AsWritten);
                let is_match = globs.match_path(spelled.below());
                proptest::prop_assert_eq!(is_match, model.is_match(crate::path::join(&path)));
            }
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
            ("[id]", "i", true),
            ("[id]", "[id]", false),
            ("a,b", "a", false),
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
            "key[[:digits:]]",
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
}
