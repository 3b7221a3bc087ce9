//! Any text from an operator: an allowlist file, a SPEC on the command line, and globs.

use std::path::Path;

use preopen::allowlist::{Allowlist, GrantSpec, is_name};
use preopen::cap::Rules;

pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Allowlist::parse(&text, Path::new("/base")) {
        Ok(list) => {
            for spec in &list.allow {
                assert!(spec.name.as_deref().is_none_or(is_name), "{spec:?}");
                assert!(spec.path.is_absolute(), "{spec:?}");
            }
        }
        Err(why) => assert!(!why.is_empty()),
    }
    for line in text.lines() {
        spec(line);
        globs(line);
    }
}

/// Checks that a parsed SPEC can be printed and parsed again with the same result.
fn spec(text: &str) {
    let Ok(spec) = text.parse::<GrantSpec>() else { return };
    let again: GrantSpec = spec.to_string().parse().unwrap_or_else(|why| panic!("{text:?}: {why}"));
    assert_eq!(again.rights(), spec.rights(), "{text:?}");
    assert_eq!((again.name, again.path), (spec.name, spec.path), "{text:?}");
}

fn globs(text: &str) {
    let globs: Vec<String> = text.split(' ').map(Into::into).collect();
    let (hide, readonly) = globs.split_at(globs.len() / 2);
    match Rules::new(hide, readonly) {
        Err(bad) => assert!(globs.contains(&bad.glob), "{text:?}"),
        Ok(rules) => drop(rules.protecting(&globs, &[], &[])),
    }
}
