//! What is told of one attack: both sides, traced where it can be.

use std::process::{Command, Stdio};

use crate::common::{PATIENCE, Run, command};

/// May this user trace programs? Says so if not. What a process that cannot be looked into names, strace shows to
/// root alone.
fn may_trace() -> bool {
    let tried = Command::new("strace").args(["-qq", "true"]).stderr(Stdio::null()).status();
    let may = rustix::process::geteuid().is_root() && tried.is_ok_and(|status| status.success());
    if !may {
        eprintln!("not run: this user may not trace programs");
    }
    may
}

#[test]
fn the_calls_of_both_sides_are_real() {
    if !may_trace() {
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
fn each_attack_can_be_explained_for_programs() {
    let run = Run::of(&["run", "count-oracle", "--explain", "--json", "--patience", PATIENCE]);
    let told = run.json();
    let (left, right) = (&told["sides"][0], &told["sides"][1]);
    assert_eq!(left["server"], "resolved", "the strongest that loses");
    assert_eq!(left["finding"]["verdict"], "escaped");
    assert_eq!(right["finding"]["verdict"], "contained");
    if may_trace() {
        assert!(!left["calls"].as_array().unwrap().is_empty());
        assert!(!right["calls"].as_array().unwrap().is_empty());
    }
}

/// Without strace nothing is made up: the weak server's own record is shown as what it is.
#[test]
fn without_an_eye_it_is_said_so() {
    let (temporary, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut run =
        command(&temporary, &["run", "link-directory", "--explain", "--patience", PATIENCE]);
    let output = run.env("PATH", empty.path()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("NOT TRACED") && text.contains("its own record"), "{text}");
    assert!(text.contains("starts_with(\"l/secret.txt\")"), "{text}");
    assert!(!text.contains("openat2("), "{text}");
}
