//! Every attack against every server: the expected results.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::common::{PATIENCE, Run, command, left, verdicts};

/// Attacks that succeed against servers that check only the text of a path.
const LEXICAL: &[&str] = &[
    "dotdot",
    "dotdot-below",
    "dotdot-past-root",
    "sibling-prefix",
    "list-dotdot",
    "link-file",
    "link-absolute",
    "link-directory",
    "link-chain",
    "link-up",
    "link-magic",
    "list-link",
    "write-dotdot",
    "write-link",
    "write-parent",
];
/// Attacks that succeed only against a server without any check.
const NO_CHECK: &[&str] = &["absolute", "absolute-proc"];
/// Attacks that succeed against every server that opens by path, with the verdict.
const BY_PATH: &[(&str, &str)] = &[
    ("root-replaced", "escaped"),
    ("hard-link", "escaped"),
    ("exists-oracle", "escaped"),
    ("search-link", "escaped"),
    ("search-directory", "escaped"),
    ("count-oracle", "escaped"),
    ("fifo", "hung"),
    ("fifo-in-search", "hung"),
    ("device", "hung"),
    ("bad-regex", "hung"),
    ("huge-file", "swelled"),
    ("write-dangling", "escaped"),
    ("write-hard-link", "escaped"),
    ("write-git-hook", "planted"),
    ("write-mcp-json", "planted"),
    ("write-vscode-task", "planted"),
    ("shell-beside-it", "escaped"),
];
/// Attacks that no file server can stop.
const KNOWN: &[&str] = &["hard-link", "shell-beside-it"];
const CONTROLS: &[&str] = &["ok-read", "ok-link", "ok-list", "ok-find", "ok-grep", "ok-write"];

/// Runs all attacks once for all tests.
fn tour() -> &'static Run {
    static TOUR: OnceLock<Run> = OnceLock::new();
    TOUR.get_or_init(|| Run::of(&["--json", "--patience", PATIENCE]))
}

fn report() -> Value {
    tour().json()
}

#[test]
fn weak_servers_lose_exactly_the_expected_attacks() {
    let report = report();
    for server in ["join", "prefix", "checked", "resolved"] {
        let is_lexical = matches!(server, "join" | "prefix");
        let mut want: BTreeMap<&str, &str> = BY_PATH.iter().copied().collect();
        want.extend(CONTROLS.iter().map(|id| (*id, "served")));
        want.extend(
            LEXICAL.iter().map(|id| (*id, if is_lexical { "escaped" } else { "contained" })),
        );
        let at_all = if server == "join" { "escaped" } else { "contained" };
        want.extend(NO_CHECK.iter().map(|id| (*id, at_all)));
        let got = verdicts(&report, server);
        let wrong: Vec<_> = got
            .iter()
            .filter(|(id, verdict)| want.get(id.as_str()) != Some(&verdict.as_str()))
            .collect();
        assert!(wrong.is_empty(), "{server}: {wrong:?}");
        assert_eq!(got.len(), want.len());
    }
}

#[test]
fn preopen_loses_only_attacks_that_no_server_stops() {
    let report = report();
    for (id, verdict) in verdicts(&report, "preopen") {
        let want = match id.as_str() {
            id if KNOWN.contains(&id) => "escaped",
            id if CONTROLS.contains(&id) => "served",
            _ => "contained",
        };
        assert_eq!(verdict, want, "{id}");
    }
    assert_eq!(report["held"], true);
    assert_eq!(tour().code(), 0, "{}", tour().errors());
}

#[test]
fn unstoppable_attacks_are_marked() {
    let report = report();
    let attacks = report["attacks"].as_array().unwrap();
    assert!(attacks.len() - CONTROLS.len() >= 24, "only {}", attacks.len());
    for attack in attacks {
        let id = attack["id"].as_str().unwrap();
        assert_eq!(attack["known"].is_string(), KNOWN.contains(&id), "{id}");
    }
}

#[test]
fn an_escape_shows_the_flag() {
    let attack =
        report()["attacks"].as_array().unwrap().iter().find(|a| a["id"] == "link-file").cloned();
    let finding = &attack.unwrap()["findings"]["prefix"];
    let (request, answer) =
        (finding["request"].as_str().unwrap(), finding["answer"].as_str().unwrap());
    assert!(request.contains("tools/call") && !request.contains("FLAG_"), "{request}");
    assert!(answer.contains("FLAG_"), "{answer}");
}

#[test]
fn the_weak_server_loses_the_race_and_preopen_holds() {
    let report = report();
    let races = report["races"].as_array().unwrap();
    let of = |server: &str| races.iter().find(|race| race["server"] == server).unwrap();
    let (resolved, ours) = (of("resolved"), of("preopen"));
    // Without a spare processor, a recorded round is replayed and marked as a replay.
    assert!(
        resolved["escapes"].as_u64().unwrap() == 1 || resolved["is_replay"] == true,
        "{resolved}"
    );
    assert!(ours["escapes"] == 0 && ours["calls"].as_u64().unwrap() > 0, "{ours}");
    assert!(ours["swaps"].as_u64().unwrap() > 0, "{ours}");
}

#[test]
fn a_run_leaves_no_files() {
    assert_eq!(tour().left, Vec::<std::path::PathBuf>::new());
}

#[test]
fn an_interrupted_run_leaves_no_files() {
    let temporary = tempfile::tempdir().unwrap();
    let mut command = command(&temporary, &["race", "--seconds", "60", "--json"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let started = Instant::now();
    while left(&temporary).is_empty() {
        assert!(started.elapsed() < Duration::from_secs(20), "the run never started");
        std::thread::sleep(Duration::from_millis(10));
    }
    std::thread::sleep(Duration::from_millis(300));
    let id = child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(!errors.contains("panicked"), "{errors}");
    assert_eq!(left(&temporary), Vec::<std::path::PathBuf>::new());
}

#[test]
fn output_has_at_most_eighty_columns_and_no_colours() {
    let run = Run::of(&["run", "sibling-prefix"]);
    let text = run.text();
    assert!(text.contains("ESCAPED") && text.contains("contained"), "{text}");
    assert!(!text.contains('\x1b'), "{text}");
    for shown in [text, Run::of(&["list"]).text(), Run::of(&["run", "race-file"]).text()] {
        let long: Vec<_> = shown.lines().filter(|line| line.chars().count() > 80).collect();
        assert!(long.is_empty(), "{long:#?}");
    }
    assert_eq!(run.code(), 0);
}

#[test]
fn invalid_arguments_are_explained() {
    for (args, word) in [
        (&["run", "no-such-attack"][..], "preopen-lab list"),
        (&["attack", "--", "/no/such/program"], "cannot start"),
        (&["attack", "--"], "required"),
    ] {
        let run = Run::of(args);
        assert_eq!(run.code(), 2, "{args:?}");
        assert!(run.errors().contains(word), "{args:?}: {}", run.errors());
    }
}

#[test]
fn a_missing_preopen_is_reported() {
    let temporary = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(crate::common::lab());
    command.env("TMPDIR", temporary.path()).args(["--preopen", "/no/such/preopen"]);
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--preopen PATH"));
}
