//! [`Rules`]: names inside a grant that are narrower than the grant: hidden, read only, guarded, and the
//! server's own.
//!
//! Rules are judged on resolved names, never on what the client spelled, and on every prefix, so
//! that a rule for a directory holds for all below it. They face a caller who was talked into
//! something and whatever already lies in the tree; they do not face a process that can copy a
//! hidden file to another name (see the threat model).
//!
//! May import: `path`. Absent on purpose: I/O.

use std::collections::HashSet;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use super::fold::fold;
use super::protected_names::globs;
use super::temp::is_temp;
use crate::path::Name;

/// The compiled rules of one grant.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    hide: GlobSet,
    readonly: GlobSet,
    guarded: GlobSet,
    /// Directories on the way to a protected name: `.config`, on the way to `.config/git`.
    way_to_guarded: GlobSet,
    unprotect: GlobSet,
    /// The names above the grant, folded: a guard of several names may begin there.
    above: String,
    /// The server's own files, folded.
    own: HashSet<String>,
    /// The directories that a rule begins with, folded: to move one would move what the rule is about.
    beginnings: HashSet<String>,
}

/// What the rules say to a change of one name, the strictest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// As if it did not exist; changes are refused by the name alone.
    Hidden,
    /// The server's own configuration or program.
    Own,
    /// The operator says that it is only read.
    ReadOnly,
    /// It runs code without being asked.
    Guarded,
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
    pub fn new(hide: &[String], readonly: &[String]) -> Result<Self, BadGlob> {
        let beginnings = hide.iter().chain(readonly).flat_map(|glob| beginnings(glob)).collect();
        Ok(Self {
            hide: compile(hide)?,
            readonly: compile(readonly)?,
            beginnings,
            ..Self::default()
        })
    }

    /// The same, and what no grant that is written to lets be changed: names that run code, but for
    /// those that `unprotect` opens, and the server's `own` files. `above` are the names of the grant
    /// itself, from the root of the host.
    ///
    /// # Errors
    /// [`BadGlob`] names the first glob of `unprotect` that cannot be read.
    pub fn guarding(
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
        let guarded = compile(&names)?;
        let beginnings_of_guards: Vec<String> =
            names.iter().flat_map(|glob| ways_to(glob)).collect();
        let way_to_guarded = compile(&beginnings_of_guards)?;
        let own = own.iter().map(|names| folded(names)).collect();
        let (unprotect, above) = (compile(unprotect)?, folded(above));
        Ok(Self { guarded, way_to_guarded, unprotect, above, own, beginnings, ..self })
    }

    /// May every name be seen, as far as the operator says?
    pub(crate) fn hide_none(&self) -> bool {
        self.hide.is_empty()
    }

    /// Is nothing guarded?
    pub(crate) fn guard_none(&self) -> bool {
        self.guarded.is_empty()
    }

    /// Is the place `below` the grant, or a directory on the way to it, as if it did not exist?
    pub(crate) fn hide<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> bool {
        let mut path = String::new();
        below.into_iter().any(|name| {
            is_temp(name.as_bytes())
                || (!self.hide.is_empty() && self.hide.is_match(down(&mut path, name)))
        })
    }

    /// What holds for a change of the place `below` the grant, given all directories on the way.
    pub(crate) fn judge<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> Verdict {
        let (mut path, mut whole) = (String::new(), self.above.clone());
        let mut verdict = Verdict::Open;
        for name in below {
            let path = down(&mut path, name);
            if is_temp(name.as_bytes()) || self.hide.is_match(path) {
                return Verdict::Hidden;
            }
            let is_guarded = self.guarded.is_match(down(&mut whole, name));
            verdict = match verdict {
                Verdict::Own => Verdict::Own,
                _ if self.own.contains(path) => Verdict::Own,
                Verdict::ReadOnly => Verdict::ReadOnly,
                _ if self.readonly.is_match(path) => Verdict::ReadOnly,
                // What is opened is open as far as it is known until here, and not to guards further down.
                _ if self.unprotect.is_match(path) => Verdict::Open,
                _ if is_guarded => Verdict::Guarded,
                before => before,
            };
        }
        verdict
    }

    /// Does the place have a protected name, or is it a directory on the way to one? A symbolic link there
    /// gives a protected name to what it leads to.
    pub(super) fn is_on_way_to_protected(&self, below: &[Name]) -> bool {
        let whole = self.above.clone() + "/" + &folded(below);
        self.judge(below) == Verdict::Guarded
            || self.way_to_guarded.is_match(whole.trim_start_matches('/'))
    }

    /// Does `unprotect` open the place, or a directory above it?
    pub(super) fn is_unprotected<'a>(&self, below: impl IntoIterator<Item = &'a Name>) -> bool {
        let mut path = String::new();
        below.into_iter().any(|name| self.unprotect.is_match(down(&mut path, name)))
    }

    /// Why the place is protected, as a clause.
    pub(super) fn protected_because(&self, below: &[Name]) -> &'static str {
        let mut whole = self.above.clone();
        let matched = below
            .iter()
            .find_map(|name| self.guarded.matches(down(&mut whole, name)).first().copied());
        let row = matched.and_then(|index| globs().nth(index));
        row.map_or("a program runs or obeys it without being asked", |(_, row)| row.because)
    }

    /// Does a guard match the granted directory itself, or one above it? Then no guard holds for what is below.
    pub(crate) fn guard_the_grant(&self) -> bool {
        let ends = self.above.match_indices('/').map(|(at, _)| at).chain([self.above.len()]);
        ends.filter_map(|end| self.above.get(..end)).any(|path| self.guarded.is_match(path))
    }

    /// May the place `below` the grant be changed, as far as the rules say?
    pub(crate) fn let_change(&self, below: &[Name]) -> bool {
        self.judge(below) == Verdict::Open
    }

    /// Does a rule begin with this place, so that it is neither moved, replaced nor removed?
    pub(crate) fn begin_with(&self, below: &[Name]) -> bool {
        !self.beginnings.is_empty() && self.beginnings.contains(&folded(below))
    }
}

/// `path`, and the folded name below it.
fn down<'p>(path: &'p mut String, name: &Name) -> &'p str {
    if !path.is_empty() {
        path.push('/');
    }
    let folded = fold(&String::from_utf8_lossy(name.as_bytes()));
    // Where Windows has written, a dot or blank at the end is no part of the name.
    let told = folded.trim_end_matches(['.', ' ']);
    path.push_str(if told.is_empty() { &folded } else { told });
    path
}

pub(super) fn folded(names: &[Name]) -> String {
    let mut path = String::new();
    for name in names {
        down(&mut path, name);
    }
    path
}

/// The directories that a glob spells out before it first leaves something open.
fn beginnings(glob: &str) -> Vec<String> {
    let folded = fold(glob);
    let names: Vec<&str> = folded.trim_matches('/').split('/').collect();
    let is_plain = |name: &&&str| !name.contains(['*', '?', '[', '{', '\\']);
    // The last one is what the glob is about.
    let plain = names.iter().take_while(is_plain).count().min(names.len().saturating_sub(1));
    (1..=plain).filter_map(|n| Some(names.get(..n)?.join("/"))).collect()
}

/// The directories that lead to what a glob protects, each as a glob of its own.
fn ways_to(glob: &str) -> Vec<String> {
    let names: Vec<&str> =
        glob.trim_start_matches("**/").trim_end_matches("/**").split('/').collect();
    let way = |length: usize| names.get(..length).map(|names| format!("**/{}", names.join("/")));
    (1..names.len()).filter_map(way).collect()
}

fn compile(globs: &[impl AsRef<str>]) -> Result<GlobSet, BadGlob> {
    let mut set = GlobSetBuilder::new();
    for glob in globs.iter().map(AsRef::as_ref) {
        let bad = |why: String| BadGlob { glob: glob.to_owned(), why };
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
        let built = GlobBuilder::new(&pattern)
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build();
        set.add(built.map_err(|e| bad(e.kind().to_string()))?);
    }
    set.build().map_err(|e| {
        let all: Vec<&str> = globs.iter().map(AsRef::as_ref).collect();
        BadGlob { glob: all.join(", "), why: e.kind().to_string() }
    })
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
        let (hides, verdict) = (rules.hide(&names(path)), rules.judge(&names(path)));
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
    }

    #[test]
    fn a_bad_glob_is_named() {
        assert_eq!(Rules::new(&["a[".into()], &[]).unwrap_err().glob, "a[");
        for glob in ["/", "", "./.env", "a/../b", "a//b", "a/./b", "!x", ".env ", "**"] {
            assert!(Rules::new(&[glob.into()], &[]).is_err(), "{glob:?} could never match");
        }
    }

    #[test]
    fn the_strictest_rule_wins() {
        let rules = Rules::new(&["v/k".into()], &["v/**".into()]).unwrap();
        let rules =
            rules.guarding(&["v/**".into(), "**/opened".into()], &[names("v/own")], &[]).unwrap();
        for (path, verdict) in [
            ("v/x", Verdict::ReadOnly),
            ("v/.git", Verdict::ReadOnly),
            ("v/k", Verdict::Hidden),
            ("v/own", Verdict::Own),
            ("V/OWN", Verdict::Own),
            ("v/own/opened", Verdict::Own),
            (".git/x", Verdict::Guarded),
            ("w", Verdict::Open),
        ] {
            assert_eq!(rules.judge(&names(path)), verdict, "{path}");
        }
        assert!(rules.begin_with(&names("V")) && !rules.begin_with(&names("v/own")));
        assert!(!rules.hide_none() && !rules.guard_none());
        let none = Rules::default();
        assert!(none.hide_none() && none.guard_none());
    }

    #[test]
    fn what_runs_code_is_guarded_unless_it_is_opened() {
        let open = [".vscode/settings.json".into(), "**/.github/workflows/**".into()];
        let rules = Rules::default().guarding(&open, &[], &names("home/.config")).unwrap();
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
            assert_eq!(rules.judge(&names(path)), Verdict::Guarded, "{path}");
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

    #[test]
    fn the_beginning_of_a_rule_is_what_it_spells_out() {
        for (glob, want) in [
            ("a/b/*.c", &["a", "a/b"][..]),
            ("/A/b/c", &["a", "a/b"]),
            ("a/**", &["a"]),
            ("**/a/b", &[]),
            ("*.pem", &[]),
            ("secret", &[]),
        ] {
            assert_eq!(beginnings(glob), want, "{glob}");
        }
    }
}
