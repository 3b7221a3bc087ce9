//! The audit trail against an editor: records, sessions and whole files that somebody took out or added. Every line that is
//! left still has its right hash, so only the order and the links between lines can show it.

use std::io::Read as _;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use preopen::audit::{Intent, LONGEST, Sink, Start, Unsound, sha256, verify};
use preopen::authority;
use preopen::cap::Rights;
use serde_json::{Value, json};

use crate::common::{Client, Era, PATIENCE, Sandbox, ended};

/// Bytes from which on a file is put aside at a start.
const FULL: u64 = 64 << 20;

/// A server's half of the trail, in this process: each record is in the file when the call returns.
struct Server {
    sink: Sink,
    calls: u64,
}

impl Server {
    fn start(sandbox: &Sandbox, granted: &authority::Preopened) -> Self {
        let ambient = authority::mint();
        let file = authority::open_audit(&sandbox.path("trail"), granted, LONGEST, ambient);
        let file = file.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let start = Start { version: "1", config: None, grants: vec![], walls: vec![] };
        let now = authority::wall_clock(ambient);
        let sink = Sink::beside(file.writer, file.last, now, file.session, &file.end, start);
        Self { sink: sink.unwrap(), calls: 0 }
    }

    fn intend(&mut self) {
        self.calls += 1;
        let (call, right) = (self.calls, Rights::WRITE);
        self.sink.intend(&Intent { call, tool: "write_file", right, paths: &[] }).unwrap();
    }

    fn end(self) {
        self.sink.end();
    }
}

fn granted(sandbox: &Sandbox) -> authority::Preopened {
    let spec = sandbox.spec("grant", "ro").parse().unwrap();
    let permit = authority::Permit::default();
    authority::open_grants(&[spec], &[], permit, None, authority::mint()).unwrap()
}

/// The lines of the file, and the session of each.
fn lines(path: &Path) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(path).unwrap();
    let session = |line: &str| {
        let record: Value = serde_json::from_str(line).unwrap();
        record["session"].as_str().unwrap().to_owned()
    };
    text.lines().map(|line| (session(line), format!("{line}\n"))).collect()
}

fn verified(lines: &[String]) -> Result<preopen::audit::Trail, Unsound> {
    verify(lines.concat().as_bytes()).unwrap()
}

/// The trail without one session: what `verify` finds in it.
fn without(lines: &[(String, String)], session: &str) -> Result<preopen::audit::Trail, Unsound> {
    let rest = lines.iter().filter(|(of, _)| of != session).map(|(_, line)| line.clone());
    verified(&rest.collect::<Vec<_>>())
}

fn sessions(lines: &[(String, String)]) -> Vec<String> {
    let mut all: Vec<String> = vec![];
    for (session, _) in lines {
        if !all.contains(session) {
            all.push(session.clone());
        }
    }
    all
}

#[test]
fn a_session_between_two_others_cannot_be_cut_out() {
    let sandbox = Sandbox::new();
    let granted = granted(&sandbox);
    for _ in 0..3 {
        let mut server = Server::start(&sandbox, &granted);
        server.intend();
        server.end();
    }
    let lines = lines(&sandbox.path("trail"));
    let sessions = sessions(&lines);
    assert_eq!((lines.len(), sessions.len()), (9, 3));
    let whole: Vec<_> = lines.iter().map(|(_, line)| line.clone()).collect();
    assert_eq!(verified(&whole).unwrap().before, "", "it begins with an empty file");
    let cut = without(&lines, &sessions[1]).unwrap_err();
    assert_eq!(
        (cut.line, cut.why.as_str()),
        (4, "the last record before its server started is missing")
    );
    // A chain cannot show the other two; `verify` prints what gives them away.
    let first = without(&lines, &sessions[0]).unwrap();
    let end_of_first: Value = serde_json::from_str(&lines[2].1).unwrap();
    assert_eq!(json!(first.before), end_of_first["hash"]);
    let last = without(&lines, &sessions[2]).unwrap();
    let end_of_second: Value = serde_json::from_str(&lines[5].1).unwrap();
    assert_eq!(json!(last.last), end_of_second["hash"]);
    // All but the start of a session.
    let mut headless = whole.clone();
    headless.remove(3);
    assert_eq!(verified(&headless).unwrap_err().line, 4);
    // All but its end: it is named as open, and the next one follows nothing.
    let mut endless = whole;
    endless.remove(5);
    assert_eq!(verified(&endless).unwrap_err().line, 6);
}

/// Two servers write at the same time. Each has its own chain, and `beside` links its records to the other's.
#[test]
fn a_session_beside_another_cannot_be_cut_out() {
    let sandbox = Sandbox::new();
    let granted = granted(&sandbox);
    let mut long = Server::start(&sandbox, &granted);
    let mut short = Server::start(&sandbox, &granted);
    long.intend();
    short.intend();
    short.intend();
    short.end();
    long.intend();
    long.end();
    let lines = lines(&sandbox.path("trail"));
    let whole: Vec<_> = lines.iter().map(|(_, line)| line.clone()).collect();
    let sound = verified(&whole).unwrap();
    assert_eq!((sound.records, sound.sessions, sound.open.len()), (8, 2, 0));
    let sessions = sessions(&lines);
    let cut = without(&lines, &sessions[1]).unwrap_err();
    assert_eq!(
        (cut.line, cut.why.as_str()),
        (2, "a record of another server that it refers to is missing")
    );
    // Two lines of two servers, in the other order.
    let mut swapped = whole.clone();
    swapped.swap(1, 2);
    assert_eq!(verified(&swapped).unwrap_err().line, 2);
    let mut swapped = whole;
    swapped.swap(5, 6);
    assert!(verified(&swapped).is_err());
}

/// A record with these parts, and its hash.
fn record(session: &str, seq: u64, prev: &str, more: Value) -> (String, String) {
    let mut record = more.as_object().unwrap().clone();
    record.insert("v".into(), json!(2));
    record.insert("session".into(), json!(session));
    record.insert("seq".into(), json!(seq));
    record.insert("prev".into(), json!(prev));
    let line = Value::from(record).to_string();
    let hash = sha256(line.as_bytes());
    (format!("{},\"hash\":\"{hash}\"}}\n", line.strip_suffix('}').unwrap()), hash)
}

#[test]
fn a_record_after_the_end_of_its_session_is_named() {
    let (start, first) = record("s", 0, "", json!({"kind": "start"}));
    let (end, second) = record("s", 1, &first, json!({"kind": "end"}));
    let (late, _) = record("s", 2, &second, json!({"kind": "call"}));
    assert_eq!(verified(&[start.clone(), end.clone()]).unwrap().records, 2);
    let unsound = verified(&[start, end, late]).unwrap_err();
    assert_eq!((unsound.line, unsound.why.as_str()), (3, "its server had ended before"));
}

/// Rightly hashed, and linked wrongly.
#[test]
fn a_record_that_does_not_follow_the_one_before_is_named() {
    let (start, first) = record("s", 0, "", json!({"kind": "start"}));
    let elsewhere = sha256(b"elsewhere");
    for (line, why) in [
        (record("s", 2, &first, json!({"kind": "call"})), "it has number 2 where 1"),
        (record("s", 0, &first, json!({"kind": "call"})), "it has number 0 where 1"),
        (record("s", 0, &first, json!({"kind": "start"})), "it has number 0 where 1"),
        (record("s", 1, &elsewhere, json!({"kind": "call"})), "it follows another record"),
        (record("t", 0, &first, json!({"kind": "call"})), "what its server wrote before"),
        (record("t", 1, &first, json!({"kind": "start"})), "what its server wrote before"),
        (record("t", 0, &elsewhere, json!({"kind": "start"})), "the last record before"),
        (
            record("s", 1, &first, json!({"kind": "call", "beside": elsewhere})),
            "a record of another server",
        ),
    ] {
        let unsound = verified(&[start.clone(), line.0]).unwrap_err();
        assert!(unsound.line == 2 && unsound.why.starts_with(why), "{unsound}, not {why}");
    }
    // A file may go on after another one. Its first record is the start of a session even so.
    let (later, hash) = record("s", 0, &elsewhere, json!({"kind": "start"}));
    let (also, _) = record("t", 0, &elsewhere, json!({"kind": "start"}));
    assert_eq!(verified(&[later.clone(), also]).unwrap().before, elsewhere, "both saw that end");
    let (call, _) = record("s", 1, &hash, json!({"kind": "call"}));
    assert_eq!(verified(&[call]).unwrap_err().line, 1);
    let (ungrounded, _) = record("t", 0, "", json!({"kind": "start"}));
    assert_eq!(verified(&[later, ungrounded]).unwrap_err().line, 2, "an empty file is another end");
}

/// It read the end of the file, and others wrote before it did.
#[test]
fn a_server_may_start_some_lines_after_the_end_that_it_saw() {
    let (start, first) = record("s", 0, "", json!({"kind": "start"}));
    let (call, second) = record("s", 1, &first, json!({"kind": "call"}));
    let (more, _) = record("s", 2, &second, json!({"kind": "call"}));
    let (late, _) = record("t", 0, &first, json!({"kind": "start", "beside": second}));
    let sound = verified(&[start, call, more, late]).unwrap();
    assert_eq!((sound.records, sound.sessions), (4, 2));
}

#[test]
fn lines_that_are_not_records_are_named_wherever_they_stand() {
    let (start, first) = record("s", 0, "", json!({"kind": "start"}));
    let (call, _) = record("s", 1, &first, json!({"kind": "call"}));
    let (lossy, _) = record("s", 1, &first, json!({"kind": "call", "lost": 1}));
    let torn = || "{\"v\":2,\"sess\n".to_owned();
    for (trail, line) in [
        (vec![torn(), start.clone()], 1),
        (vec![start.clone(), torn(), call.clone()], 2),
        (vec![start.clone(), call.clone(), torn()], 3),
        (vec![start.clone(), torn(), torn(), lossy.clone()], 2),
        (vec![start.clone(), lossy.clone(), torn(), call], 3),
    ] {
        assert_eq!(verified(&trail).unwrap_err().line, line, "{trail:?}");
    }
    assert_eq!(verified(&[start, torn(), lossy]).unwrap().lost, 1);
}

/// A full file is put aside at each start, under a name that is free.
#[test]
fn a_file_that_was_put_aside_is_never_replaced() {
    let sandbox = Sandbox::new().file("audit.jsonl.2", "somebody else's\n");
    let (path, grant) = (sandbox.path("audit.jsonl"), sandbox.spec("grant", "ro"));
    let (mut last, mut written) = (String::new(), vec![]);
    for _ in 0..3 {
        Client::start(&["--audit", path.to_str().unwrap(), "--allow", &grant], Era::Modern)
            .finish();
        let text = std::fs::read_to_string(&path).unwrap();
        let sound = verify(text.as_bytes()).unwrap().unwrap();
        assert_eq!((sound.records, sound.before), (2, last), "the chain goes on in each file");
        last = sound.last;
        // As if it had grown: a long line before it, of which no byte is on the disk.
        let grown = std::fs::File::create(&path).unwrap();
        grown.set_len(FULL).unwrap();
        grown.write_all_at(format!("\n{text}").as_bytes(), FULL).unwrap();
        written.push(text);
    }
    for (name, text) in [("audit.jsonl.1", &written[0]), ("audit.jsonl.3", &written[1])] {
        let aside = std::fs::read(sandbox.path(name)).unwrap();
        assert!(aside.ends_with(format!("\n{text}").as_bytes()), "{name} holds another session");
    }
    assert_eq!(std::fs::read(sandbox.path("audit.jsonl.2")).unwrap(), b"somebody else's\n");
    assert!(!sandbox.path("audit.jsonl.4").exists());
}

/// The status of a start that ends with its input, and what it said.
fn started(first: &str, args: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]);
    command.arg(env!("CARGO_BIN_EXE_preopen")).args(args);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let status = ended(&mut child);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    (status.code(), said)
}

#[test]
fn a_trail_is_readable_by_its_user_only() {
    let sandbox = Sandbox::new();
    let (path, grant) = (sandbox.path("audit.jsonl"), sandbox.spec("grant", "ro"));
    let args = ["--audit", path.to_str().unwrap(), "--allow", &grant];
    assert_eq!(started("umask 0", &args).0, Some(0));
    assert_eq!(std::fs::metadata(&path).unwrap().mode() & 0o7777, 0o600);
    let output = sandbox.path("page.html");
    let args = ["audit", "report", path.to_str().unwrap(), "--output", output.to_str().unwrap()];
    assert_eq!(started("umask 0", &args).0, Some(0));
    assert_eq!(std::fs::metadata(&output).unwrap().mode() & 0o7777, 0o600);
}

#[test]
fn a_trail_is_a_regular_file_under_its_own_name() {
    let sandbox = Sandbox::new()
        .file("file", "not a trail\n")
        .link("link", "file")
        .link("dangling", "later")
        .fifo("fifo")
        .dir("directory")
        .socket("socket");
    let grant = sandbox.spec("grant", "ro");
    for name in ["link", "dangling", "fifo", "directory", "socket"] {
        let path = sandbox.path(name);
        let (status, said) = started(":", &["--audit", path.to_str().unwrap(), "--allow", &grant]);
        let refused = format!("preopen: the audit file `{}` ", path.display());
        assert!(status == Some(2) && said.contains(&refused), "{name}: {status:?} {said}");
    }
    assert_eq!(std::fs::read_to_string(sandbox.path("file")).unwrap(), "not a trail\n");
    assert!(!sandbox.path("later").exists());
    // A device takes every record and keeps none.
    let (status, said) = started(":", &["--audit", "/dev/null", "--allow", &grant]);
    assert!(status == Some(2) && said.contains("is not a regular file"), "{status:?} {said}");
}

#[test]
fn a_file_is_put_aside_when_it_is_full_and_not_before() {
    let sandbox = Sandbox::new();
    let (path, grant) = (sandbox.path("audit.jsonl"), sandbox.spec("grant", "ro"));
    let args = ["--audit", path.to_str().unwrap(), "--allow", &grant];
    for (size, is_full) in [(FULL - 1, false), (FULL, true)] {
        // No byte of it is on the disk.
        std::fs::File::create(&path).unwrap().set_len(size).unwrap();
        assert_eq!(started(":", &args).0, Some(0));
        let aside = sandbox.path("audit.jsonl.1");
        assert_eq!(aside.exists(), is_full, "{size}");
        assert_eq!(std::fs::metadata(&path).unwrap().len() > size, !is_full, "{size}");
    }
}

#[test]
fn a_server_does_not_start_when_a_full_file_cannot_be_put_aside() {
    let sandbox = Sandbox::new();
    let (path, grant) = (sandbox.path("audit.jsonl"), sandbox.spec("grant", "ro"));
    let args = ["--audit", path.to_str().unwrap(), "--allow", &grant];
    std::fs::File::create(&path).unwrap().set_len(FULL).unwrap();
    for number in 1..10_000 {
        std::fs::File::create(sandbox.path(format!("audit.jsonl.{number}"))).unwrap();
    }
    let (status, said) = started(":", &args);
    assert!(status == Some(2) && said.contains("the audit file"), "{status:?} {said}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), FULL);
    assert_eq!(std::fs::metadata(sandbox.path("audit.jsonl.9999")).unwrap().len(), 0);
}

#[test]
fn a_trail_lies_in_none_of_the_grants() {
    let sandbox = Sandbox::new().dir("grant/sub").dir("other/sub").dir("third");
    let specs = ["grant", "other", "third"].map(|grant| sandbox.spec(grant, "ro"));
    for inside in ["grant", "other/sub", "third"] {
        let path = sandbox.path(inside).join("audit.jsonl");
        let grants = ["--allow", &specs[0], "--allow", &specs[1], "--allow", &specs[2]];
        let args = [&["--audit", path.to_str().unwrap()], &grants[..]].concat();
        for args in [args.clone(), [&["doctor"], args.as_slice()].concat()] {
            let (status, said) = started(":", &args);
            assert!(status == Some(2) && said.contains("lies in a grant"), "{inside}: {said}");
            assert!(!path.exists());
        }
    }
}

#[test]
fn a_change_after_the_end_of_the_trail_is_an_error_and_not_a_record() {
    let sandbox = Sandbox::new();
    let mut server = Server::start(&sandbox, &granted(&sandbox));
    server.intend();
    server.sink.end();
    let whole = std::fs::read(sandbox.path("trail")).unwrap();
    let (send, result) = channel();
    std::thread::spawn(move || {
        let right = Rights::WRITE;
        let late = Intent { call: 9, tool: "write_file", right, paths: &[] };
        send.send(server.sink.intend(&late).is_err()).unwrap();
    });
    assert!(result.recv_timeout(PATIENCE).expect("an answer, in time"));
    assert_eq!(std::fs::read(sandbox.path("trail")).unwrap(), whole);
    assert!(verify(whole.as_slice()).unwrap().unwrap().open.is_empty());
}
