//! Standard error: what is logged, what never is, and that a reader who is not there stops nothing.

use std::fs::File;
use std::io::{PipeReader, Read as _};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, request};

/// In files, arguments and answers, and never in a log.
const MARKER: &str = "contents-of-a-file-7391";

#[test]
fn a_standard_error_that_nobody_reads_stops_nothing() {
    let sandbox = Sandbox::new().file("grant/f", "fine\n");
    let (mut unread, stderr) = std::io::pipe().unwrap();
    let args = ["--log", "trace", sandbox.path("grant").to_str().unwrap()].map(str::to_owned);
    let mut client = start(&args, stderr.into());
    // Far more than a pipe and the queue hold together.
    let long = "d/".repeat(1_500);
    for id in 1..=400 {
        let refused = json!({"path": format!("{long}{id}")});
        client.send(&request(id, "read_text_file", &refused));
        assert_eq!(client.receive()["result"]["isError"], true);
    }
    assert_eq!(client.call("read_text_file", &json!({"path": "f"})).code(), "ok");
    // Once it is read again, the log says how much is missing.
    let reader =
        std::thread::spawn(move || read_until(&mut unread, "lines of the log were dropped"));
    while !reader.is_finished() {
        client.call("read_text_file", &json!({"path": "f"}));
        std::thread::sleep(Duration::from_millis(5));
    }
    let text = reader.join().unwrap();
    assert!(text.contains("read_text_file") && text.contains("not_found"), "{text:.2000}");
    assert_eq!(client.finish().1, 0);
}

#[test]
fn a_full_standard_error_stops_neither_the_start_nor_the_end() {
    let sandbox = Sandbox::new().file("grant/f", "fine\n");
    let grant = sandbox.path("grant").to_str().unwrap().to_owned();
    let (_unread, stderr) = std::io::pipe().unwrap();
    fill(&stderr);
    let mut client = start(std::slice::from_ref(&grant), stderr.try_clone().unwrap().into());
    assert_eq!(client.call("read_text_file", &json!({"path": "f"})).code(), "ok");
    assert_eq!(client.finish().1, 0);
    // A start that is refused ends as well.
    let client = start(&["--audit-required".into(), grant], stderr.into());
    assert_eq!(client.finish().1, 2);
}

#[test]
fn contents_reach_no_log_and_no_trail_at_any_level() {
    for level in ["error", "warn", "info", "debug", "trace"] {
        let text = format!("x = 1\n{MARKER}\n");
        let sandbox = Sandbox::new().file("grant/f", &text).file("grant/sub/g", &text);
        let (log, trail) = (sandbox.path("log"), sandbox.path("trail"));
        let args =
            ["--log", level, "--audit", trail.to_str().unwrap(), &sandbox.spec("grant", "rwd")];
        let mut client = start(&args.map(str::to_owned), File::create(&log).unwrap().into());
        let mut seen = 0;
        for (tool, arguments) in calls_with_contents() {
            let answer = client.call(tool, &arguments).text;
            seen += usize::from(answer.contains(MARKER));
        }
        assert!(seen > 5, "{seen} answers have the marker");
        client.send(&format!("{{\"jsonrpc\": \"2.0\", \"id\": \"{MARKER}\""));
        client.receive();
        client.send(&json!({"jsonrpc": "2.0", "id": 7, "method": MARKER}).to_string());
        client.receive();
        assert_eq!(client.finish().1, 0);
        for file in [log, trail] {
            let text = std::fs::read_to_string(&file).unwrap();
            let line = text.lines().find(|line| line.contains(MARKER));
            assert_eq!(line, None, "at level {level}");
        }
        let log = std::fs::read_to_string(sandbox.path("log")).unwrap();
        let calls = log.lines().filter(|line| line.contains("answered")).count();
        assert_eq!(calls > 5, ["debug", "trace"].contains(&level), "{level}: {log}");
        assert!(!log.contains("rmcp"), "{level}: {log}");
    }
}

/// Calls that read, write and look for the marker, and some that are refused.
fn calls_with_contents() -> Vec<(&'static str, Value)> {
    let edit = json!([{"old_text": MARKER, "new_text": format!("{MARKER} {MARKER}")}]);
    vec![
        ("read_text_file", json!({"path": "f"})),
        ("read_multiple_files", json!({"paths": ["f", "sub/g"]})),
        ("read_media_file", json!({"path": "f"})),
        ("grep", json!({"pattern": MARKER})),
        ("grep", json!({"pattern": format!("({MARKER}")})),
        ("keyword_search", json!({"keyword": MARKER, "root_paths": ["."]})),
        ("search_files", json!({"pattern": "*", "exclude": [MARKER]})),
        ("performance_check", json!({"source_code": format!("x = '{MARKER}'")})),
        ("performance_check", json!({"source_code": format!("x = = '{MARKER}'")})),
        ("write_file", json!({"path": "new", "content": MARKER})),
        ("write_file", json!({"path": "new", "content": MARKER, "mode": "append"})),
        ("edit_file", json!({"path": "f", "edits": edit, "dry_run": true})),
        ("edit_file", json!({"path": "f", "edits": edit})),
        ("edit_file", json!({"path": "f", "edits": edit, "if_match": MARKER})),
        ("edit_file", json!({"path": "sub/g", "edits": [{"old_text": MARKER}]})),
        (
            "edit_file",
            json!({"path": "sub/g", "edits": [{"old_text": format!("{MARKER}?"), "new_text": ""}]}),
        ),
        // Contents in the place of something else.
        ("write_file", json!({"path": "new", "content": [MARKER]})),
        ("write_file", json!({"path": "new", "mode": MARKER, "content": MARKER})),
        ("write_file", json!({"path": "new", "content": MARKER, MARKER: MARKER})),
        ("read_text_file", json!({"path": "f", "limit": MARKER})),
        ("read_text_file", json!({"path": "f", "limit": 1e300})),
        ("list_directory", json!({"cursor": MARKER})),
    ]
}

fn start(args: &[String], stderr: Stdio) -> Client {
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    Client::with_stderr(&args, Era::Modern, stderr)
}

/// Reads until the text is there; the other end stays open meanwhile.
fn read_until(from: &mut PipeReader, wanted: &str) -> String {
    let (mut bytes, mut chunk) = (vec![], [0; 4096]);
    while !String::from_utf8_lossy(&bytes).contains(wanted) {
        let read = from.read(&mut chunk).unwrap();
        assert!(read > 0, "it ends without `{wanted}`");
        bytes.extend_from_slice(&chunk[..read]);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Fills a pipe to the last byte.
fn fill(pipe: &std::io::PipeWriter) {
    let flags = rustix::fs::fcntl_getfl(pipe).unwrap();
    rustix::fs::fcntl_setfl(pipe, flags | rustix::fs::OFlags::NONBLOCK).unwrap();
    for size in [4096, 1] {
        while rustix::io::write(pipe, &vec![b'.'; size]).is_ok() {}
    }
    rustix::fs::fcntl_setfl(pipe, flags).unwrap();
}
