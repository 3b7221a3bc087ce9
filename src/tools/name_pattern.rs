//! [`NamePatterns`]: names as users write them, for the tools that search.
//!
//! `*.rs` is a name at any depth, `src/**/x` a path below the place that is searched, and what has no
//! wildcard is a part of a name. Case counts as soon as there is a capital letter in it.
//!
//! All patterns of an argument are one expression, with one bound. A set that knows which of them matches would take
//! a table of all its states times all its patterns.

use globset::GlobBuilder;
use grep_matcher::Matcher as _;
use grep_regex::{RegexMatcher, RegexMatcherBuilder};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::error::{Code, ToolError};
use crate::limits::{Budget, Work};

/// Most globs of one argument.
const MAX_GLOBS: usize = 100;
/// Most characters of all globs of one argument: compiling them takes up to a kilobyte for each.
const MAX_ALL_CHARS: usize = 20_000;
/// Most bytes of what they compile to, and of the cache of each thread.
const MAX_COMPILED_BYTES: usize = 4 << 20;
/// Most characters of a pattern.
pub(super) const MAX_CHARS: usize = 1_000;

/// An argument that is a list of globs.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
#[schemars(inline)]
pub(super) struct Globs(
    #[schemars(length(max = MAX_GLOBS), inner(length(max = MAX_CHARS)))] Vec<String>,
);

/// Patterns for names. A name matches if it matches any of them.
pub(super) struct NamePatterns {
    /// `None` if there are no patterns.
    any: Option<RegexMatcher>,
    /// Do they speak of the way to the name as well?
    by_path: bool,
    /// Does one of them match every name?
    match_all: bool,
}

impl Globs {
    /// Compiles the globs; `argument` is where the client wrote them.
    ///
    /// # Errors
    /// `over_limit` where they are too long together; those of [`NamePatterns::new`].
    pub(super) fn compile(
        &self,
        argument: &str,
        budget: &Budget,
    ) -> Result<NamePatterns, ToolError> {
        let chars: usize = self.0.iter().map(|glob| glob.chars().count()).sum();
        if chars > MAX_ALL_CHARS {
            let sentence = format!(
                "the globs of `{argument}` have {chars} characters in all, over the limit of {MAX_ALL_CHARS}"
            );
            return Err(
                ToolError::new(Code::OverLimit, sentence).hint("give fewer or shorter globs")
            );
        }
        NamePatterns::new(argument, &self.0, budget)
    }

    /// The globs as they were given.
    pub(super) fn as_given(&self) -> &[String] {
        &self.0
    }
}

impl NamePatterns {
    /// Compiles patterns; `argument` is where the client wrote them.
    ///
    /// # Errors
    /// `bad_args` where one cannot be read, `over_limit` where they are too large together; `timed_out`, `cancelled`.
    pub(super) fn new(
        argument: &str,
        patterns: &[String],
        budget: &Budget,
    ) -> Result<Self, ToolError> {
        let _busy = budget.begin(Work::Patterns);
        let by_path = patterns.iter().any(|pattern| inner(pattern).contains('/'));
        let mut expressions = vec![];
        for pattern in patterns {
            budget.step()?;
            expressions.push(expression(argument, pattern, by_path)?);
        }
        let match_all = patterns.iter().any(|glob| ["*", "**", "**/*"].contains(&inner(glob)));
        let any = if expressions.is_empty() { None } else { Some(any_of(argument, &expressions)?) };
        budget.step()?;
        Ok(Self { any, by_path, match_all })
    }

    /// Are there none?
    pub(super) fn is_empty(&self) -> bool {
        self.any.is_none()
    }

    /// Does the name in the directory at the end of `way` match? The way is empty, or ends with a slash.
    pub(super) fn is_match(&self, way: &[u8], name: &[u8]) -> bool {
        let Some(any) = self.any.as_ref().filter(|_| !self.match_all) else {
            return self.match_all;
        };
        let is_match =
            if self.by_path { any.is_match(&[way, name].concat()) } else { any.is_match(name) };
        // This matcher has no errors.
        is_match.unwrap_or(false)
    }
}

fn any_of(argument: &str, expressions: &[String]) -> Result<RegexMatcher, ToolError> {
    let mut builder = RegexMatcherBuilder::new();
    builder
        .dot_matches_new_line(true)
        .size_limit(MAX_COMPILED_BYTES)
        .dfa_size_limit(MAX_COMPILED_BYTES);
    builder.build_many(expressions).map_err(|_| {
        let sentence = format!("the globs of `{argument}` are too large once they are compiled");
        ToolError::new(Code::OverLimit, sentence).hint("give fewer or shorter globs")
    })
}

/// One pattern as an expression for names, or for the whole paths to them.
fn expression(argument: &str, pattern: &str, by_path: bool) -> Result<String, ToolError> {
    if pattern.is_empty() {
        let sentence = format!("`{argument}` holds an empty glob");
        return Err(ToolError::new(Code::BadArgs, sentence));
    }
    let inner = inner(pattern);
    let has_wildcard = inner.contains(['*', '?', '[', '{']);
    let part = if has_wildcard { inner.to_owned() } else { format!("*{inner}*") };
    // A path with a wildcard begins where the search does; everything else is found at any depth.
    let begins_at_top = has_wildcard && inner.contains('/');
    let glob = if by_path && !begins_at_top { format!("**/{part}") } else { part };
    GlobBuilder::new(&glob)
        .literal_separator(true)
        .case_insensitive(!has_wildcard && !pattern.chars().any(char::is_uppercase))
        .build()
        .map(|glob| glob.regex().to_owned())
        .map_err(|error| not_a_glob(argument, error.kind()))
}

/// A pattern without what means nothing at its ends.
fn inner(pattern: &str) -> &str {
    pattern.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/')
}

fn not_a_glob(argument: &str, why: &globset::ErrorKind) -> ToolError {
    ToolError::new(Code::BadArgs, format!("`{argument}` holds something that is not a glob: {why}"))
        .hint("`*.rs` is a name at any depth, `src/**/*.rs` a path, `main` a part of a name")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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
            ("a*", "", "a\nb", true),
            ("?", "", "\n", true),
            ("é", "", "café", true),
            ("É", "", "café", false),
            ("{a,b}*.c", "d/", "bx.c", true),
            ("src/{a,b}", "src/", "b", true),
        ] {
            // Beside another pattern it means the same, whether that is a name or a path.
            for others in [vec![], vec!["zz*"], vec!["zz/**"]] {
                let all: Vec<&str> = others.into_iter().chain([pattern]).collect();
                let is_match = compiled(&all).unwrap().is_match(way.as_bytes(), name.as_bytes());
                assert_eq!(is_match, wanted, "{all:?} on {way}{name}");
            }
        }
        assert!(!compiled(&[]).unwrap().is_match(b"a/", b"b"));
        assert_eq!(compiled(&["a["]).err().unwrap().code(), Code::BadArgs);
        assert_eq!(compiled(&["b", ""]).err().unwrap().code(), Code::BadArgs);
    }

    #[test]
    fn patterns_that_are_too_large_together_are_refused() {
        // Not by their number, but by what they compile to.
        let large = "[!\u{1}-\u{10000}]*".repeat(50);
        assert_eq!(compiled(&vec![large.as_str(); 4_000]).err().unwrap().code(), Code::OverLimit);
    }

    fn compiled(patterns: &[&str]) -> Result<NamePatterns, ToolError> {
        let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
        let clock = crate::limits::Clock::new(std::time::Instant::now);
        let budget = Budget::new(Arc::default(), clock, crate::limits::Watch::unattended());
        NamePatterns::new("pattern", &patterns, &budget)
    }
}
