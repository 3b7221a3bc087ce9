//! [`Rules`]: names inside a grant that are narrower than the grant: `hide`, `readonly`, `protected`.
//!
//! Rules are judged on resolved names, never on what the client spelled, and on every prefix, so
//! that a rule for a directory holds for all below it. They face a caller who was talked into
//! something and whatever already lies in the tree; they do not face a process that can copy a
//! hidden file to another name (see the threat model).
//!
//! May import: `path`. Absent on purpose: I/O.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::fold::fold;
use crate::path::Name;

/// The compiled rules of one grant.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    hide: GlobSet,
    readonly: GlobSet,
    protected: GlobSet,
}

/// What the rules say of one name, the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As if it did not exist; changes are refused by the name alone.
    Hidden,
    /// Read, but not changed: `protected` or `readonly` names it.
    Unchangeable,
    /// As the grant says.
    Open,
}

/// A glob that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadGlob {
    /// As it was written.
    pub glob: String,
    /// Why not.
    pub why: String,
}

impl Rules {
    /// Compiles the globs, which are relative to the grant.
    ///
    /// A glob without `/` holds for a name at any depth, as in `.gitignore`; `x/**` covers `x`
    /// itself; a leading `/` pins it to the top. Case, Unicode composition and characters that are
    /// invisible by design make no difference.
    ///
    /// # Errors
    /// [`BadGlob`] names the first glob that cannot be read.
    pub fn new(
        hide: &[String],
        readonly: &[String],
        protected: &[String],
    ) -> Result<Self, BadGlob> {
        Ok(Self {
            hide: compile(hide)?,
            readonly: compile(readonly)?,
            protected: compile(protected)?,
        })
    }

    /// Is there none?
    pub(crate) fn are_none(&self) -> bool {
        self.hide.is_empty() && self.readonly.is_empty() && self.protected.is_empty()
    }

    /// What holds for the place `below` the grant, given all directories on the way.
    pub(crate) fn judge<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> Verdict {
        if self.are_none() {
            return Verdict::Open;
        }
        let mut path = String::new();
        let mut verdict = Verdict::Open;
        for name in below {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&fold(&String::from_utf8_lossy(name.as_bytes())));
            if self.hide.is_match(&path) {
                return Verdict::Hidden;
            }
            if self.readonly.is_match(&path) || self.protected.is_match(&path) {
                verdict = Verdict::Unchangeable;
            }
        }
        verdict
    }
}

fn compile(globs: &[String]) -> Result<GlobSet, BadGlob> {
    let mut set = GlobSetBuilder::new();
    for glob in globs {
        let bad = |why: String| BadGlob { glob: glob.clone(), why };
        let odd = |part: &str| matches!(part, "" | "." | "..");
        let inner = glob.strip_prefix('/').unwrap_or(glob);
        let inner = inner.strip_suffix('/').unwrap_or(inner);
        if inner.split('/').any(odd) {
            return Err(bad("no name has `.`, `..` or nothing between two `/`".into()));
        }
        if glob.starts_with('!') || glob.trim() != glob {
            return Err(bad("it begins with `!`, or has a blank at an end".into()));
        }
        // Every prefix is judged, so a rule for what is below a directory is a rule for it.
        let folded = fold(glob);
        let mut pattern = folded.as_str();
        while let Some(directory) =
            pattern.strip_suffix("/**").or_else(|| pattern.strip_suffix('/'))
        {
            pattern = directory;
        }
        let pattern = match pattern.strip_prefix('/') {
            Some(pinned) => pinned.to_owned(),
            None if pattern.contains('/') => pattern.to_owned(),
            None => format!("**/{pattern}"),
        };
        if matches!(pattern.as_str(), "" | "**/" | "**/**") {
            return Err(bad("it names nothing".into()));
        }
        let glob =
            GlobBuilder::new(&pattern).literal_separator(true).backslash_escape(true).build();
        set.add(glob.map_err(|e| bad(e.kind().to_string()))?);
    }
    set.build().map_err(|e| BadGlob { glob: globs.join(", "), why: e.kind().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::VirtualPath;

    fn hidden(glob: &str, path: &str) -> bool {
        let rules = Rules::new(&[glob.to_owned()], &[], &[]).unwrap();
        rules.judge(&VirtualPath::from(path).parse().unwrap().names) == Verdict::Hidden
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
    }

    #[test]
    fn a_bad_glob_is_named() {
        assert_eq!(Rules::new(&["a[".into()], &[], &[]).unwrap_err().glob, "a[");
        for glob in ["/", "", "./.env", "a/../b", "a//b", "a/./b", "!x", ".env ", "**"] {
            assert!(Rules::new(&[glob.into()], &[], &[]).is_err(), "{glob:?} could never match");
        }
    }

    #[test]
    fn the_strictest_rule_wins() {
        let rules = Rules::new(&["v/k".into()], &["v/**".into()], &[]).unwrap();
        let judge = |path: &str| rules.judge(&VirtualPath::from(path).parse().unwrap().names);
        assert_eq!(judge("v/x"), Verdict::Unchangeable);
        assert_eq!(judge("v/k"), Verdict::Hidden);
        assert_eq!(judge("w"), Verdict::Open);
    }
}
