//! `run --explain`: both sides of one attack, traced if possible.

use std::process::{Command, Stdio};

use crate::common::{PATIENCE, Run, command};

/// Returns whether this user may trace programs, and prints a note if not. Only root sees the paths of a process that
/// protects itself from inspection.
fn can_trace() -> bool {
    let tried = Command::new("strace").args(["-qq", "true"]).stderr(Stdio::null()).status();
    let can_trace =
        rustix::process::geteuid().is_root() && tried.is_ok_and(|status| status.success());
    if !can_trace {
        eprintln!("skipped: this user cannot trace programs");
    }
    can_trace
}

#[test]
fn explain_shows_traced_calls_of_both_sides() {
    if !can_trace() {
        return;
    }
    let run = Run::of(&["run", "link-directory", "--explain", "--patience", PATIENCE]);
    let text = run.text();
    assert_eq!(run.code(), 0, "{}", run.errors());
    for part in [
        "traced by strace",
        "openat2(3<grant>, \"l\"",
        "RESOLVE_BENEATH",
        "-1 ELOOP",
        "openat(AT_FDCWD",
        "<outside/secret.txt>",
        "escapes_grant",
        "FLAG_",
        "Why: ",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let long: Vec<_> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:#?}");
    assert!(run.left.is_empty(), "{:?}", run.left);
}

#[test]
fn explain_supports_json() {
    let run = Run::of(&["run", "count-oracle", "--explain", "--json", "--patience", PATIENCE]);
    let explained = run.json();
    let (left, right) = (&explained["sides"][0], &explained["sides"][1]);
    assert_eq!(left["server"], "resolved", "the strongest server that loses");
    assert_eq!(left["finding"]["verdict"], "escaped");
    assert_eq!(right["finding"]["verdict"], "contained");
    if can_trace() {
        assert!(!left["calls"].as_array().unwrap().is_empty());
        assert!(!right["calls"].as_array().unwrap().is_empty());
    }
}

/// Without strace, the output shows the weak server's own record and labels it as such.
#[test]
fn missing_strace_is_reported() {
    let (temporary, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut run =
        command(&temporary, &["run", "link-directory", "--explain", "--patience", PATIENCE]);
    let output = run.env("PATH", empty.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("NOT TRACED") && text.contains("server's record"), "{text}");
    assert!(text.contains("starts_with(\"l/secret.txt\")"), "{text}");
    assert!(!text.contains("openat2("), "{text}");
}
