//! [`Rules`]: names inside a grant that are narrower than the grant: hidden, read only, protected, and the
//! server's own.
//!
//! Rules are judged on resolved names, never on what the client spelled, and on every prefix, so
//! that a rule for a directory holds for all below it. They face a caller who was talked into
//! something and whatever already lies in the tree; they do not face a process that can copy a
//! hidden file to another name (see the threat model).
//!
//! May import: `path`. There is no I/O here.

pub(super) mod fold;
pub(super) mod glob_parts;
pub(super) mod glob_pieces;
pub(super) mod glob_tops;
pub(super) mod globs;
pub(super) mod protected_names;
pub(super) mod refusal;
pub(super) mod repository;
pub(super) mod spelled;
pub(super) mod temp_name;

use std::collections::HashSet;

use crate::cap::rules::glob_tops::{beginnings, top};
use crate::cap::rules::globs::{BadGlob, Globs};
use crate::cap::rules::protected_names::globs;
use crate::cap::rules::spelled::{SpelledPath, Spelling};
use crate::cap::rules::temp_name::is_temp;
use crate::path::Name;

/// The compiled rules of one grant.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    hide: Globs,
    readonly: Globs,
    protected: Globs,
    /// Directories on the way to a protected name: `.config`, on the way to `.config/git`.
    way_to_protected: Globs,
    unprotect: Globs,
    /// The grant itself, with the names above it: a guard of several names may begin there.
    root: SpelledPath,
    /// The server's own files, folded.
    own: HashSet<String>,
    /// The directories that a rule begins with, folded: to move one would move what the rule is about.
    beginnings: HashSet<String>,
}

/// What the rules say to a change of one name, the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As if it did not exist. Changes are refused by the name, without a look at the entry.
    Hidden,
    /// The server's own configuration or program.
    Own,
    /// The operator says that it is only read.
    ReadOnly,
    /// It runs code without being asked.
    Protected,
    /// As the grant says.
    Open,
}

impl Rules {
    /// Compiles the globs, which are relative to the grant.
    ///
    /// A glob without `/` holds for a name at any depth, as in `.gitignore`; `x/**` covers `x`
    /// itself; a leading `/` pins it to the top. Case, Unicode composition and compatibility, characters
    /// that are invisible by design, and dots and blanks at the end make no difference.
    ///
    /// # Errors
    /// [`BadGlob`] names the first glob that cannot be read, or can match nothing.
    pub fn new(hide: &[String], readonly: &[String]) -> Result<Self, BadGlob> {
        Self::new_in(&[], hide, readonly)
    }

    /// The same for a grant with these spellings: its name, and its absolute paths. A glob that begins with one holds
    /// as it is written, and without it.
    ///
    /// # Errors
    /// As [`Self::new`]; [`BadGlob`] also names a glob that is the absolute path of the whole grant.
    pub fn new_in(
        spellings: &[Vec<Name>],
        hide: &[String],
        readonly: &[String],
    ) -> Result<Self, BadGlob> {
        let tops: Vec<_> = spellings.iter().map(|names| top(names)).collect();
        let globs = hide.iter().chain(readonly);
        let beginnings = globs.flat_map(|glob| beginnings(&tops, glob)).collect();
        Ok(Self {
            hide: Globs::new_in(&tops, hide, Spelling::Any)?,
            readonly: Globs::new_in(&tops, readonly, Spelling::Any)?,
            beginnings,
            ..Self::default()
        })
    }

    /// The same, and what no grant that is written to lets be changed: names that run code, but for
    /// those that `unprotect` opens, and the server's `own` files. `above` are the names of the grant
    /// itself, from the root of the host.
    ///
    /// `unprotect` opens names as it spells them, and no other spelling: a file system that keeps
    /// `.ENVRC` and `.envrc` apart has two files, of which the operator opened one.
    ///
    /// # Errors
    /// [`BadGlob`] names the first glob of `unprotect` that cannot be read, or can match nothing.
    pub fn protecting(
        self,
        unprotect: &[String],
        own: &[Vec<Name>],
        above: &[Name],
    ) -> Result<Self, BadGlob> {
        let mut beginnings = self.beginnings;
        for names in own {
            beginnings.extend((1..names.len()).filter_map(|n| Some(folded(names.get(..n)?))));
        }
        let names: Vec<&str> = globs().map(|(glob, _)| glob).collect();
        let ways: Vec<String> = names.iter().flat_map(|glob| ways_to(glob)).collect();
        let protected = Globs::built_in(&names)?;
        let way_to_protected = Globs::built_in(&ways)?;
        let own = own.iter().map(|names| folded(names)).collect();
        let unprotect = Globs::new(unprotect, Spelling::AsWritten)?;
        let root = SpelledPath::root(above);
        Ok(Self { protected, way_to_protected, unprotect, root, own, beginnings, ..self })
    }

    /// May every name be seen, as far as the operator says?
    pub(crate) fn hide_none(&self) -> bool {
        self.hide.is_empty()
    }

    /// Is nothing protected?
    pub(crate) fn protect_nothing(&self) -> bool {
        self.protected.is_empty()
    }

    /// Is there no rule at all?
    pub(crate) fn are_none(&self) -> bool {
        let globs = [&self.hide, &self.readonly, &self.protected];
        globs.iter().all(|globs| globs.is_empty()) && self.own.is_empty()
    }

    /// Is the place `below` the grant, or a directory on the way to it, as if it did not exist?
    pub(crate) fn hide<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> bool {
        let mut path = SpelledPath::default();
        below.into_iter().any(|name| {
            is_unfinished(name)
                || (!self.hide.is_empty() && {
                    path.push(name);
                    self.hide.match_path(path.below())
                })
        })
    }

    /// What holds for a change of the place `below` the grant, given all directories on the way.
    pub(crate) fn judge<'a>(&self, below: impl IntoIterator<Item = &'a Name> + Clone) -> Verdict {
        if self.hide(below.clone()) { Verdict::Hidden } else { self.judge_unhidden(below) }
    }

    /// The same, as if nothing were hidden: how a name is answered that is not there.
    pub(crate) fn judge_unhidden<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> Verdict {
        let mut path = self.root.clone();
        let mut written = SpelledPath::new(Spelling::AsWritten);
        let mut verdict = Verdict::Open;
        for name in below {
            path.push(name);
            if !self.unprotect.is_empty() {
                written.push(name);
            }
            verdict = match verdict {
                Verdict::Own => Verdict::Own,
                _ if self.own.contains(path.folded()) => Verdict::Own,
                Verdict::ReadOnly => Verdict::ReadOnly,
                _ if self.readonly.match_path(path.below()) => Verdict::ReadOnly,
                // What is opened is open as far as it is known until here, and not to protections further down.
                _ if self.unprotect.match_path(written.below()) => Verdict::Open,
                _ if self.protected.match_path(path.whole()) => Verdict::Protected,
                before => before,
            };
        }
        verdict
    }

    /// Does the place have a protected name, or is it a directory on the way to one? A symbolic link there
    /// gives a protected name to what it leads to.
    pub(super) fn is_on_way_to_protected(&self, below: &[Name]) -> bool {
        let whole = self.whole(below);
        self.way_to_protected.match_path(whole.whole()) || self.is_protected(below)
    }

    /// Is the name protected, whatever other rules hold for it? A link that is hidden or read only leads on
    /// like any other.
    pub(super) fn is_protected(&self, below: &[Name]) -> bool {
        let mut path = self.root.clone();
        let mut written = SpelledPath::new(Spelling::AsWritten);
        let mut is_protected = false;
        for name in below {
            path.push(name);
            written.push(name);
            if self.unprotect.match_path(written.below()) {
                is_protected = false;
            } else if self.protected.match_path(path.whole()) {
                is_protected = true;
            }
        }
        is_protected
    }

    /// Does `unprotect` open the place, or a directory above it?
    pub(super) fn is_unprotected<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> bool {
        let path = SpelledPath::of(below, Spelling::AsWritten);
        self.unprotect.match_path_or_above(path.whole())
    }

    /// Why the place is protected, as a clause.
    pub(super) fn protected_because(&self, below: &[Name]) -> &'static str {
        let whole = self.whole(below);
        let matches = |glob: &str| {
            Globs::new(&[glob], Spelling::Any)
                .is_ok_and(|glob| glob.match_path_or_above(whole.whole()))
        };
        let row = globs().find(|(glob, _)| matches(glob));
        row.map_or("a program runs or obeys it without being asked", |(_, row)| row.because)
    }

    fn whole(&self, below: &[Name]) -> SpelledPath {
        let mut whole = self.root.clone();
        for name in below {
            whole.push(name);
        }
        whole
    }

    /// Does a guard match the granted directory itself, or one above it? Then no guard holds for what is below.
    pub(crate) fn protect_the_grant(&self) -> bool {
        self.protected.match_path_or_above(self.root.whole())
    }

    /// May the place `below` the grant be changed, as far as the rules say?
    pub(crate) fn permit_change(&self, below: &[Name]) -> bool {
        self.judge(below) == Verdict::Open
    }

    /// Does a rule begin with this place, so that it is neither moved, replaced nor removed?
    pub(crate) fn begin_with(&self, below: &[Name]) -> bool {
        !self.beginnings.is_empty() && self.beginnings.contains(&folded(below))
    }
}

/// Does it belong to a change that is not finished? Also where a file system ignores case.
fn is_unfinished(name: &Name) -> bool {
    is_temp(&name.as_bytes().to_ascii_lowercase())
}

pub(super) fn folded(names: &[Name]) -> String {
    SpelledPath::of(names, Spelling::Any).folded().to_owned()
}

/// The directories that lead to what a glob protects, each as a glob of its own.
fn ways_to(glob: &str) -> Vec<String> {
    let names: Vec<&str> =
        glob.trim_start_matches("**/").trim_end_matches("/**").split('/').collect();
    let way = |length: usize| names.get(..length).map(|names| format!("**/{}", names.join("/")));
    (1..names.len()).filter_map(way).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::VirtualPath;

    fn names(path: &str) -> Vec<Name> {
        VirtualPath::from(path).parse().unwrap().names
    }

    fn hidden(glob: &str, path: &str) -> bool {
        let rules = Rules::new(&[glob.to_owned()], &[]).unwrap();
        let hides = rules.hide(&names(path));
        let verdict = rules.judge(&names(path));
        assert_eq!(hides, verdict == Verdict::Hidden);
        hides
    }

    #[test]
    fn a_rule_holds_at_its_depth_and_for_all_below() {
        for (glob, path) in [
            (".env*", ".env"),
            (".env*", "a/b/.env.local"),
            ("**/*.pem", "k.pem"),
            ("**/*.pem", "a/k.pem"),
            ("secrets/**", "secrets"),
            ("secrets/**", "secrets/a/b"),
            ("/build", "build/x"),
            ("a/*/c", "a/b/c"),
            ("{x,y}.key", "d/y.key"),
            ("**/.git/hooks/**", "sub/.git/hooks"),
        ] {
            assert!(hidden(glob, path), "{glob} should hide {path}");
        }
        for (glob, path) in
            [("/build", "a/build"), ("a/*/c", "a/b/d/c"), (".env*", "env"), ("a/b", "c/a/b")]
        {
            assert!(!hidden(glob, path), "{glob} should not hide {path}");
        }
    }

    #[test]
    fn no_other_spelling_of_a_name_gets_past_a_rule() {
        for path in
            [".VSCODE", ".v\u{17F}code", ".vs\u{200D}code", "a/.vScOdE/x", ".v\u{FE0F}scode"]
        {
            assert!(hidden(".vscode", path), "{path}");
        }
        assert!(hidden("\u{E9}t\u{E9}", "e\u{301}te\u{301}"), "NFC rule, NFD name");
        assert!(hidden("stra\u{DF}e", "STRASSE"));
        assert!(hidden(".config", ".con\u{FB01}g"));
        assert!(hidden(".git", "．git") && hidden(".git", "．ｇｉｔ/x"), "compatibility forms");
        assert!(
            hidden("keep.", "keep") && hidden("cr?", "cr\u{E9}") && hidden("?.pem", "e\u{301}.pem")
        );
    }

    #[test]
    fn every_protected_name_can_match_and_so_can_each_way_to_one() {
        let names: Vec<&str> = globs().map(|(glob, _)| glob).collect();
        let ways: Vec<String> = names.iter().flat_map(|glob| ways_to(glob)).collect();
        assert!(Globs::new(&names, Spelling::Any).is_ok() && !ways.is_empty());
        assert!(Globs::new(&ways, Spelling::Any).is_ok());
    }

    #[test]
    fn the_strictest_rule_wins() {
        let rules = Rules::new(&["v/k".into()], &["v/**".into()]).unwrap();
        let rules =
            rules.protecting(&["v/**".into(), "**/opened".into()], &[names("v/own")], &[]).unwrap();
        for (path, verdict) in [
            ("v/x", Verdict::ReadOnly),
            ("v/.git", Verdict::ReadOnly),
            ("v/k", Verdict::Hidden),
            ("v/own", Verdict::Own),
            ("V/OWN", Verdict::Own),
            ("v/own/opened", Verdict::Own),
            (".git/x", Verdict::Protected),
            ("w", Verdict::Open),
        ] {
            assert_eq!(rules.judge(&names(path)), verdict, "{path}");
        }
        assert!(rules.begin_with(&names("V")) && !rules.begin_with(&names("v/own")));
        assert!(!rules.hide_none() && !rules.protect_nothing());
        let none = Rules::default();
        assert!(none.hide_none() && none.protect_nothing());
    }

    #[test]
    fn what_runs_code_is_protected_unless_it_is_opened() {
        let open = [".vscode/settings.json".into(), "**/.github/workflows/**".into()];
        let rules = Rules::default().protecting(&open, &[], &names("home/.config")).unwrap();
        for path in [
            ".git",
            "a/.git/hooks/pre-commit",
            ".GIT/config",
            "GIT~1/x",
            ".vscode",
            ".vscode/tasks.json",
            "x/.mcp.json",
            "lefthook.yml",
            ".lefthook-local.json",
            "d/p.code-workspace",
            ".bash_profile",
            "a/.config/fish/config.fish",
            ".github/actions/a/action.yml",
            ".v\u{17F}code/tasks.json",
            ".vscode/settings.json/.git/config",
            ".git./config",
            "fish/config.fish",
        ] {
            assert_eq!(rules.judge(&names(path)), Verdict::Protected, "{path}");
        }
        for path in [
            ".vscode/settings.json",
            ".github/workflows/ci.yml",
            ".gitignore",
            ".gitattributes",
            "other/git",
            ".github/CODEOWNERS",
            "other/fish/config.fish",
            "Makefile",
            "mcp.json",
            ".config/mine/init.lua",
            "a.git",
        ] {
            assert_eq!(rules.judge(&names(path)), Verdict::Open, "{path}");
        }
        assert_eq!(
            Rules::default().judge(&names(".git")),
            Verdict::Open,
            "where nothing is written"
        );
    }
}
