//! [`NamePattern`]: names as users write them, for the tools that search.
//!
//! `*.rs` is a name at any depth, `src/**/x` a path below the place that is searched, and what has no
//! wildcard is a part of a name. Case counts as soon as there is a capital letter in it.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use globset::{GlobBuilder, GlobMatcher};

use crate::error::{Code, ToolError};

/// Most characters of a pattern.
const MOST: usize = 1_000;

/// A pattern for names.
pub(super) struct NamePattern {
    glob: GlobMatcher,
    /// Is it about the way to the name as well?
    is_path: bool,
    /// Does it mean every name?
    is_any: bool,
}

impl NamePattern {
    /// Compiles a pattern; `argument` is where the client wrote it.
    ///
    /// # Errors
    /// `bad_args` where it cannot be read.
    pub(super) fn new(argument: &str, pattern: &str) -> Result<Self, ToolError> {
        let bad = |why: String| {
            ToolError::new(Code::BadArgs, format!("`{argument}` is no glob: {why}")).hint(
                "`*.rs` is a name at any depth, `src/**/*.rs` a path, `main` a part of a name",
            )
        };
        if pattern.is_empty() || pattern.chars().count() > MOST {
            return Err(bad(format!("it has 1 to {MOST} characters")));
        }
        let inner = pattern.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
        let has_wildcard = inner.contains(['*', '?', '[', '{']);
        let is_path = inner.contains('/');
        let glob = match (has_wildcard, is_path) {
            (true, _) => inner.to_owned(),
            (false, false) => format!("*{inner}*"),
            (false, true) => format!("**/*{inner}*"),
        };
        let glob = GlobBuilder::new(&glob)
            .literal_separator(true)
            .case_insensitive(!has_wildcard && !pattern.chars().any(char::is_uppercase))
            .build()
            .map_err(|error| bad(error.kind().to_string()))?;
        let is_any = ["*", "**", "**/*"].contains(&inner);
        Ok(Self { glob: glob.compile_matcher(), is_path, is_any })
    }

    /// Compiles each of several patterns.
    ///
    /// # Errors
    /// Those of [`Self::new`].
    pub(super) fn all(argument: &str, patterns: &[String]) -> Result<Vec<Self>, ToolError> {
        patterns.iter().map(|pattern| Self::new(argument, pattern)).collect()
    }

    /// Is the name in the directory at the end of `way` meant? The way is empty, or ends with a slash.
    pub(super) fn is_match(&self, way: &[u8], name: &[u8]) -> bool {
        if self.is_any {
            true
        } else if self.is_path {
            self.glob.is_match(Path::new(OsStr::from_bytes(&[way, name].concat())))
        } else {
            self.glob.is_match(Path::new(OsStr::from_bytes(name)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_users_mean() {
        for (pattern, way, name, wanted) in [
            ("*.rs", "", "a.rs", true),
            ("*.rs", "a/b/", "c.rs", true),
            ("*.rs", "a.rs/", "b", false),
            ("src/**/x", "src/a/b/", "x", true),
            ("src/**/x", "src/", "x", true),
            ("src/**/x", "a/src/", "x", false),
            ("**/x", "", "x", true),
            ("src/*.rs", "src/a/", "b.rs", false),
            ("./src/*.rs", "src/", "b.rs", true),
            ("*.{ts,tsx}", "a/", "b.tsx", true),
            ("main", "src/", "domain.rs", true),
            ("main", "src/", "Main.java", true),
            ("Main", "src/", "main.rs", false),
            ("src/main", "a/src/", "main.rs", true),
            ("src/main", "a/src/b/", "main.rs", false),
            ("tests/", "a/", "tests", true),
            ("*", "a/", "b", true),
            ("**/*", "a/", "b", true),
        ] {
            let glob = NamePattern::new("pattern", pattern).unwrap();
            let is_match = glob.is_match(way.as_bytes(), name.as_bytes());
            assert_eq!(is_match, wanted, "{pattern} on {way}{name}");
        }
        assert!(NamePattern::new("pattern", "a[").is_err());
        assert!(NamePattern::new("pattern", "").is_err());
    }
}
