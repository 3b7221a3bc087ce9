//! `attack`: servers with other tool names, and programs that are not servers.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::common::{PATIENCE, Run, lab, preopen, verdicts};

/// Attacks a weak server with the tool names of another server.
fn attack_style(style: &str) -> Value {
    let program = lab();
    let server =
        [program.to_str().unwrap(), "serve-victim", "resolved", "--style", style, "--root", "{}"];
    let args = ["attack", "--json", "--seconds", "0.5", "--patience", PATIENCE, "--"];
    let run = Run::of(&[&args[..], &server].concat());
    assert_eq!(run.code(), 1, "{}", run.errors());
    assert!(run.left.is_empty(), "{:?}", run.left);
    run.json()
}

/// Verbs without a tool are not mapped. The others have the same verdicts as with the lab's own tool names.
fn check(style: &str, tools: &[&str], not_mapped: &[&str]) {
    let report = attack_style(style);
    let named = &report["servers"][0]["tools"];
    for tool in tools {
        assert!(named.as_object().unwrap().values().any(|name| name == tool), "{tool}: {named}");
    }
    let want: BTreeMap<_, _> = [
        ("ok-read", "served"),
        ("link-file", "contained"),
        ("dotdot", "contained"),
        ("hard-link", "escaped"),
        ("search-link", "escaped"),
        ("search-directory", "escaped"),
        ("count-oracle", "escaped"),
        ("bad-regex", "hung"),
        ("fifo-in-search", "hung"),
        ("write-dangling", "escaped"),
        ("write-mcp-json", "planted"),
    ]
    .into();
    for (id, verdict) in verdicts(&report, "yours") {
        if not_mapped.contains(&id.as_str()) {
            assert_eq!(verdict, "not_mapped", "{style} {id}");
        } else if let Some(want) = want.get(id.as_str()) {
            assert_eq!(&verdict, want, "{style} {id}");
        }
    }
}

#[test]
fn tools_of_the_official_server_are_mapped() {
    let none = ["search-link", "count-oracle", "bad-regex", "fifo-in-search", "ok-grep"];
    check("official", &["read_text_file", "list_directory", "search_files", "write_file"], &none);
}

#[test]
fn tools_of_rust_mcp_filesystem_are_mapped() {
    check("rust", &["read_text_file", "search_files_content", "search_files"], &[]);
}

#[test]
fn tools_of_mark3labs_server_are_mapped() {
    check("mark3labs", &["read_file", "search_within_files"], &["bad-regex"]);
}

#[test]
fn tools_of_desktop_commander_are_mapped() {
    check("commander", &["read_file", "start_search"], &["bad-regex"]);
}

#[test]
fn a_server_that_only_counts_is_judged_by_counts() {
    let report = attack_style("keyword");
    let of: BTreeMap<_, _> = verdicts(&report, "yours").into_iter().collect();
    for (id, verdict) in [
        ("link-file", "contained"),
        ("dotdot", "contained"),
        ("hard-link", "escaped"),
        ("root-replaced", "escaped"),
        ("count-oracle", "escaped"),
        ("bad-regex", "hung"),
        ("ok-list", "not_mapped"),
        ("write-mcp-json", "not_mapped"),
    ] {
        assert_eq!(of[id], verdict, "{id}");
    }
}

#[test]
fn counts_reveal_a_lost_race() {
    let program = lab();
    let server = [
        program.to_str().unwrap(),
        "serve-victim",
        "resolved",
        "--style",
        "keyword",
        "--root",
        "{}",
    ];
    // The race ends when the server loses. How long that takes depends on the machine.
    let args = ["attack", "--json", "--seconds", "30", "--patience", "300", "--"];
    let report = Run::of(&[&args[..], &server].concat()).json();
    let races = report["races"].as_array().unwrap();
    let directory = races.iter().find(|race| race["id"] == "race-directory").unwrap();
    assert_eq!(directory["escapes"], 1, "{directory}");
    assert!(directory["answer"].as_str().unwrap().contains("secret.txt"), "{directory}");
}

/// preopen, attacked like any other server, loses only to the hard link, which does not count.
#[test]
fn preopen_passes_and_the_junit_report_is_valid_xml() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("junit.xml");
    let program = preopen().to_str().unwrap();
    let run = Run::of(&[
        "attack",
        "--seconds",
        "0.5",
        "--patience",
        PATIENCE,
        "--junit",
        file.to_str().unwrap(),
        "--",
        program,
        "--allow",
        "{}:rwd",
    ]);
    let text = run.text();
    assert_eq!(run.code(), 0, "{text} {}", run.errors());
    assert!(text.contains("keyword_search") && text.contains("ESCAPED*"), "{text}");
    let xml = std::fs::read_to_string(file).unwrap();
    let mut reader = quick_xml::Reader::from_str(&xml);
    let (mut cases, mut failures, mut skipped) = (0, 0, 0);
    loop {
        match reader.read_event().expect("the report is not valid XML") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                cases += usize::from(tag.name().as_ref() == b"testcase");
                failures += usize::from(matches!(tag.name().as_ref(), b"failure" | b"error"));
                skipped += usize::from(tag.name().as_ref() == b"skipped");
            }
            _ => {}
        }
    }
    assert!(cases > 30 && failures == 0 && skipped == 1, "{cases} {failures} {skipped}: {xml}");
}

#[test]
fn escapes_are_failures_in_the_junit_report() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("junit.xml");
    let program = lab();
    let run = Run::of(&[
        "attack",
        "--seconds",
        "0",
        "--patience",
        PATIENCE,
        "--junit",
        file.to_str().unwrap(),
        "--",
        program.to_str().unwrap(),
        "serve-victim",
        "join",
        "--root",
        "{}",
    ]);
    assert_eq!(run.code(), 1);
    let xml = std::fs::read_to_string(file).unwrap();
    let failed = xml.matches("<failure").count();
    assert!(failed > 20, "only {failed}: {xml}");
}

/// Programs that are not servers, and a server that refuses everything.
#[test]
fn programs_that_are_not_servers_are_errors_and_refusing_servers_are_unserved() {
    for (script, word) in
        [("exit 3", "has ended"), ("echo no such thing >&2; exit 1", "no such thing")]
    {
        let run = Run::of(&["attack", "--", "sh", "-c", script]);
        assert_eq!(run.code(), 2, "{script}");
        assert!(run.errors().contains(word), "{script}: {}", run.errors());
    }
    let refuses = r#"while read -r line; do id=$(echo "$line" | sed -n 's/.*"id":\([0-9]*\).*/\1/p')
case "$line" in
*initialize\"*) echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"protocolVersion\":\"2025-06-18\",\"capabilities\":{ }}}";;
*tools/list*) echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"tools\":[{\"name\":\"read_file\",\"inputSchema\":{\"properties\":{\"path\":{\"type\":\"string\"}}}}]}}";;
*tools/call*) echo "{\"jsonrpc\":\"2.0\",\"id\":$id,\"result\":{\"content\":[{\"type\":\"text\",\"text\":\"outside, denied, ESCAPED\"}],\"isError\":true}}";;
esac; done"#;
    let run = Run::of(&[
        "attack",
        "--json",
        "--seconds",
        "0",
        "--patience",
        PATIENCE,
        "--",
        "sh",
        "-c",
        refuses,
    ]);
    let of: BTreeMap<_, _> = verdicts(&run.json(), "yours").into_iter().collect();
    assert_eq!(of["dotdot"], "contained");
    assert_eq!(of["ok-read"], "unserved", "a server that refuses everything is useless");
    assert_eq!(run.code(), 1);
}
