//! What patterns mean, name by name. docs/globs.md has the same by examples.

use std::sync::Arc;

use super::*;
use crate::tools::globs::argument::Globs;
use crate::tools::globs::meaning::Meaning;

#[test]
fn patterns_mean_what_users_mean() {
    for (pattern, path, wanted) in [
        ("*.rs", "a.rs", true),
        ("*.rs", "a/b/c.rs", true),
        ("*.rs", "a.rs/b", false),
        ("src/**/x", "src/a/b/x", true),
        ("src/**/x", "src/x", true),
        ("src/**/x", "a/src/x", false),
        ("**/x", "x", true),
        ("src/*.rs", "src/a/b.rs", false),
        ("./src/*.rs", "src/b.rs", true),
        ("src//./*.rs", "src/b.rs", true),
        ("*.{ts,tsx}", "a/b.tsx", true),
        ("main", "src/domain.rs", true),
        ("main", "src/Main.java", true),
        ("Main", "src/main.rs", false),
        ("src/main", "a/src/main.rs", true),
        ("src/main", "a/src/b/main.rs", false),
        ("tests/", "a/tests/", true),
        ("tests/", "a/tests", false),
        ("/main", "domain.rs", true),
        ("/main", "src/main.rs", false),
        ("/src/main", "src/main.rs", true),
        ("/src/main", "a/src/main.rs", false),
        ("*", "a/b", true),
        ("**/*", "a/b", true),
        ("/*", "a/b", false),
        ("a*", "a\nb", true),
        ("?", "\n", true),
        ("?", "é", true),
        ("??", "é", false),
        ("[é]", "é", true),
        ("[!é]", "a", true),
        ("[!a]", "é", true),
        ("[!a]", "a", false),
        ("[[:digit:]_]*", "7up", true),
        ("[[:alpha:]]*", "7up", false),
        ("é", "café", true),
        ("É", "café", false),
        ("{a,b}*.c", "d/bx.c", true),
        ("src/{a,b}", "src/b", true),
        ("{a/b,c}", "c", true),
        ("{a/b,c}", "x/c", false),
        ("foo{,.txt}", "foo", true),
        ("a**c", "abc", true),
        ("a**c", "a/c", false),
        ("src/**", "src/a/b", true),
        ("src/**", "src/", false),
        ("src/{**,x}", "src/a/b", true),
        ("a\\*b", "a*b", true),
        ("a\\*b", "axb", false),
        ("*.ts,*.tsx", "a.tsx", true),
        ("*.ts, *.tsx", "a.tsx", true),
        ("*.ts,!*.d.ts", "a.ts", true),
        ("*.ts,!*.d.ts", "a.d.ts", false),
        ("!*.md", "a.rs", true),
        ("!*.md", "a.md", false),
        ("!*.md,a.md", "a.md", true),
        ("!*.md,a.md", "b.rs", false),
    ] {
        // Beside another pattern it means the same, whether that is a name or a path.
        for others in [vec![], vec!["zz*"], vec!["zz/**"]] {
            if pattern.starts_with('!') && !others.is_empty() {
                continue;
            }
            let all: Vec<&str> = others.into_iter().chain([pattern]).collect();
            assert_eq!(takes(&compiled(&all).unwrap(), path), wanted, "{all:?} on {path}");
        }
    }
    assert!(!takes(&compiled(&[]).unwrap(), "a/b"));
    for pattern in ["", "/", "./", "!", ",", "../a", "a/../b", "x,../y"] {
        assert_eq!(compiled(&["b", pattern]).err().unwrap().code(), Code::BadArgs, "{pattern}");
    }
}

#[test]
fn what_cannot_be_read_is_an_error_unless_it_is_a_name() {
    for pattern in ["a[", "{a", "a}", "[z-a]", "[[:digits:]]"] {
        let patterns = compiled(&[pattern]).unwrap();
        assert_eq!(patterns.check().unwrap_err().code(), Code::BadArgs, "{pattern}");
        assert!(!takes(&patterns, "x"), "{pattern}");
        assert_eq!(patterns.literally(), None, "{pattern}");
        takes(&patterns, &format!("b/{pattern}"));
        assert_eq!(patterns.literally(), Some(vec![Taken::All(Meaning::WHOLE)]), "{pattern}");
    }
}

#[test]
fn a_glob_is_watched_for_as_a_name() {
    for (glob, path, meaning) in [
        ("app/[id]/page.tsx", "app/[id]/page.tsx", Some(Meaning::WHOLE)),
        ("app/**/[postId]/**", "app/a/[postId]/x.ts", Some(Meaning::BRACKETS)),
        ("app/[id]/*.{ts,tsx}", "app/[id]/a.ts", Some(Meaning::BRACKETS)),
        ("*.md,[id]/*.ts", "[id]/a.ts", Some(Meaning::BRACKETS)),
        ("!app/[id]/**", "app/[id]/a.ts", Some(Meaning::BRACKETS)),
        ("{a,b}.txt", "{a,b}.txt", Some(Meaning::WHOLE)),
        ("a,b.txt", "a,b.txt", Some(Meaning::WHOLE)),
        ("app/[[...slug]]/*", "app/[[...slug]]/x", Some(Meaning::BRACKETS)),
        ("a?", "a?", Some(Meaning::WHOLE)),
        ("app/[id]/page.tsx", "app/i/page.tsx", None),
        ("!a", "!a", None),
        ("!*.ts", "!bang.ts", None),
        ("*.{ts,tsx}", "x.{ts,tsx}", None),
        ("[*].ts", "[ab].ts", None),
        ("**/[a-z]/**", "[a-z]/k.ts", None),
        ("*.ts,!a.ts", "*.ts,!a.ts", None),
        ("!a[b]", "ab", None),
        ("*.ts,a?", "x.ts", None),
    ] {
        let patterns = whole(&[glob]).unwrap();
        takes(&patterns, path);
        let taken = patterns.literally().map(|taken| taken[0].of_piece(taken_at(glob)).unwrap());
        assert_eq!(taken, meaning, "{glob} on {path}");
        if meaning.is_none() {
            continue;
        }
        let again = patterns.with_names_seen(&budget()).unwrap().unwrap();
        assert_eq!(takes(&again, path), !glob.starts_with("!app"), "{glob} on {path}");
    }
}

#[test]
fn brackets_are_a_name_where_one_is_there_and_a_class_otherwise() {
    let patterns = whole(&["app/[id]/*"]).unwrap();
    takes(&patterns, "app/i/a");
    assert_eq!(patterns.literally(), None);
    takes(&patterns, "app/[id]/a");
    assert_eq!(patterns.literally(), Some(vec![brackets(1)]));
    let range = whole(&["app/[a-z]/*"]).unwrap();
    takes(&range, "app/[a-z]/a");
    assert_eq!(range.literally(), None);
}

#[test]
fn a_list_of_negations_leaves_out_nothing_where_it_says_what_is_left_out() {
    let globs = |all: &[&str]| Globs(all.iter().map(|&glob| glob.to_owned()).collect());
    for (all, path, want) in [
        (&["!a.ts"][..], "b.ts", false),
        (&["!a.ts"], "a.ts", false),
        (&["*.ts", "!a.ts"], "b.ts", true),
        (&["*.ts", "!a.ts"], "a.ts", false),
        (&["!a.ts", "*.ts"], "a.ts", true),
    ] {
        let begins = Begins::Above(None);
        let left = globs(all).compile_to_leave_out("exclude", begins, &budget()).unwrap();
        assert_eq!(takes(&left, path), want, "{all:?} on {path}");
        let again = left.again(&budget()).unwrap();
        assert_eq!(takes(&again, path), want, "{all:?} on {path}");
    }
}

#[test]
fn patterns_that_are_too_large_together_are_refused() {
    let many = compiled(&vec!["x".repeat(1_000).as_str(); 21]).err().unwrap();
    assert_eq!(many.code(), Code::OverLimit);
}

/// The piece of a list that has the brackets.
fn taken_at(glob: &str) -> usize {
    glob.split(',').position(|piece| piece.contains('[')).unwrap_or_default()
}

fn brackets(pieces: usize) -> Taken {
    Taken::Each(vec![Meaning::BRACKETS; pieces])
}

/// A slash at its end marks a directory.
fn takes(patterns: &NamePatterns, path: &str) -> bool {
    let (inner, is_directory) = match path.strip_suffix('/') {
        Some(inner) => (inner, true),
        None => (path, false),
    };
    let begin = inner.rfind('/').map_or(0, |slash| slash + 1);
    let (way, name) = inner.as_bytes().split_at(begin);
    let at = Spot { grant: "grant", in_grant: way, way, root_as_given: b"", name, is_directory };
    patterns.say_of(at) == Says::Take
}

fn compiled(patterns: &[&str]) -> Result<NamePatterns, ToolError> {
    new(patterns, Text::Part)
}

fn whole(patterns: &[&str]) -> Result<NamePatterns, ToolError> {
    new(patterns, Text::Whole)
}

fn new(patterns: &[&str], text: Text) -> Result<NamePatterns, ToolError> {
    let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
    // Above no grant, and so without a name of one.
    let patterns = patterns.as_slice();
    let mut all = NamePatterns::new("pattern", patterns, text, Begins::Above(None), &budget())?;
    all.readings.is_above_grants = false;
    all.again(&budget())
}

fn budget() -> Budget {
    let clock = crate::limits::Clock::new(std::time::Instant::now);
    Budget::new(Arc::default(), clock, crate::limits::CallMonitor::unattended())
}
