//! The audit trail: what is recorded, in which order, and that every change of it is found.

use std::path::{Path, PathBuf};

use preopen::audit::{Sink, Start, last_hash, report, sha256, verify};
use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Client, Era, Mounted, Sandbox, preopen};

fn log(sandbox: &Sandbox) -> PathBuf {
    sandbox.path("audit.jsonl")
}

fn start(sandbox: &Sandbox, more: &[&str]) -> Client {
    let (grant, log) = (sandbox.spec("grant", "rwd"), log(sandbox));
    let args = [&["--audit", log.to_str().unwrap(), "--allow", &grant], more].concat();
    Client::start(&args, Era::Modern)
}

fn records(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What the program says to `preopen audit`, and whether it is content.
fn audit(args: &[&str]) -> (String, bool) {
    let output = preopen(&[&["audit"], args].concat()).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (String::from_utf8(said).unwrap(), output.status.success())
}

/// A place that is looked up twice would be a second moment at which it can be another file.
#[test]
fn a_call_looks_up_each_path_once() {
    let sandbox = Sandbox::new().file("grant/f.py", "x = 1\n").file("grant/d/g.py", "y = 2\n");
    let mut client = start(&sandbox, &[]);
    let calls = [
        ("read_text_file", json!({"path": "f.py"})),
        ("read_multiple_files", json!({"paths": ["f.py"]})),
        ("get_file_info", json!({"path": "f.py"})),
        ("performance_check", json!({"file_path": "f.py"})),
        ("grep", json!({"pattern": "x", "path": "f.py"})),
        ("write_file", json!({"path": "f.py", "content": "x = 3\n"})),
        ("edit_file", json!({"path": "f.py", "edits": [{"old_text": "3", "new_text": "4"}]})),
        ("delete_file", json!({"path": "f.py"})),
    ];
    for (tool, arguments) in &calls {
        assert_eq!(client.call(tool, arguments).code(), "ok", "{tool}");
    }
    assert_eq!(client.finish().1, 0);
    let records = records(&log(&sandbox));
    let calls_made: Vec<_> = records.iter().filter(|record| record["kind"] == "call").collect();
    assert_eq!(calls_made.len(), calls.len());
    for record in calls_made {
        assert_eq!(record["places"], json!(["f.py"]), "{record}");
    }
}

#[test]
fn a_change_is_on_record_before_it_is_made_and_after() {
    let sandbox = Sandbox::new().file("grant/f", "old secret\n");
    let mut client = start(&sandbox, &[]);
    let read = json!({"name": "read_text_file", "arguments": {"path": "f"}});
    let read = client.request("tools/call", read).to_string();
    let edits = json!([{"old_text": "old", "new_text": "new"}]);
    client.call("edit_file", &json!({"path": "f", "edits": edits}));
    client.call("edit_file", &json!({"path": "f", "edits": edits}));
    client.call("write_file", &json!({"path": "f", "content": "other"}));
    client.call("write_file", &json!({"path": ".mcp.json", "content": "{}"}));
    client.call("delete_file", &json!({"path": "../f"}));
    assert_eq!(client.finish().1, 0);
    let records = records(&log(&sandbox));
    let brief: Vec<_> = records
        .iter()
        .map(|r| {
            let text =
                |key: &str| r.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
            (text("kind"), text("tool"), text("decision"), text("code"))
        })
        .collect();
    let row = |kind: &str, tool: &str, decision: &str, code: &str| {
        (kind.to_owned(), tool.to_owned(), decision.to_owned(), code.to_owned())
    };
    assert_eq!(
        brief,
        [
            row("start", "", "", ""),
            row("call", "read_text_file", "allow", ""),
            row("intent", "edit_file", "", ""),
            row("call", "edit_file", "allow", ""),
            row("intent", "edit_file", "", ""),
            row("call", "edit_file", "error", "no_match"),
            row("intent", "write_file", "", ""),
            row("call", "write_file", "allow", ""),
            row("intent", "write_file", "", ""),
            row("call", "write_file", "deny", "protected"),
            row("call", "delete_file", "error", "bad_path"),
            row("end", "", "", ""),
        ]
    );
    assert_eq!(records[0]["grants"][0]["rights"], "rwd");
    assert!(records[0]["walls"][0].as_str().unwrap().contains("handles and types hold"));
    let before = records[3]["before"].as_str().unwrap();
    assert!(read.contains(before), "the version that was read");
    assert_eq!(records[3]["after"], records[7]["before"], "what the next call finds");
    assert_ne!(records[3]["request"], records[5]["request"]);
    assert_eq!((&records[11]["calls"], &records[11]["changes"]), (&json!(6), &json!(2)));
    assert!(!std::fs::read_to_string(log(&sandbox)).unwrap().contains("secret"), "no contents");
    let (said, is_sound) = audit(&["verify", log(&sandbox).to_str().unwrap()]);
    assert!(is_sound && said.contains("12 records of 1 servers"), "{said}");
}

#[test]
fn several_servers_write_into_one_file() {
    let sandbox = Sandbox::new().file("grant/f", "x");
    let mut clients = [start(&sandbox, &[]), start(&sandbox, &[]), start(&sandbox, &[])];
    for _ in 0..20 {
        for client in &mut clients {
            client.call("get_file_info", &json!({"path": "f"}));
        }
    }
    let [mut first, second, third] = clients;
    assert_eq!(second.finish().1, 0);
    assert_eq!(third.finish().1, 0);
    let path = log(&sandbox);
    let (said, is_sound) = audit(&["verify", path.to_str().unwrap()]);
    assert!(is_sound && said.contains("wrote no end record"), "{said}");
    first.call("get_file_info", &json!({"path": "f"}));
    assert_eq!(first.finish().1, 0);
    let (said, is_sound) = audit(&["verify", path.to_str().unwrap()]);
    assert!(
        is_sound && said.contains("67 records of 3 servers") && !said.contains("no end record"),
        "{said}"
    );
}

/// Calls by the thousand, in this process, with names that would like to be more than a part of a line.
fn trail(calls: usize) -> Vec<u8> {
    let sandbox = Sandbox::new();
    let grants = crate::common::grants(&[sandbox.spec("grant", "ro").parse().unwrap()]);
    let path = sandbox.path("log");
    let out = std::fs::File::create(&path).unwrap();
    let begin = Start { version: "1", config: None, grants: vec![], walls: vec![] };
    let now = authority::wall_clock(authority::mint());
    let sink = Sink::new(out, now, "s".into(), &[], begin).unwrap();
    let clock = authority::clock(authority::mint());
    let dispatcher =
        Dispatcher::new(TOOLS, grants, Limits::default(), clock, Some(sink), &[]).unwrap();
    let hostile = [
        "a\n{\"v\":2,\"kind\":\"end\"}",
        "\u{1b}[2J",
        "\u{9b}31m",
        "\u{202e}gpj",
        "\u{e0041}",
        "\\xFF",
        "\",\"hash\":\"0",
        "\r\n",
        "\u{2028}",
        "=cmd|' /C calc'!A1",
        "plain",
    ];
    for i in 0..calls {
        let path = ("path".to_owned(), Value::from(hostile[i % hostile.len()]));
        let arguments = serde_json::Map::from_iter([path]);
        let _ = dispatcher.call("get_file_info", arguments, CallMonitor::unattended());
    }
    dispatcher.end();
    std::fs::read(path).unwrap()
}

/// `dev/run trail` does it with a hundred thousand calls.
#[test]
fn whatever_is_changed_is_named() {
    let calls = std::env::var("AUDIT_CALLS").map_or(20_000, |n| n.parse().unwrap());
    let whole = trail(calls);
    let (start, end) = (0, calls + 1);
    let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
    assert_eq!(lines.len(), calls + 2, "each is one line, and so are the start and the end");
    assert!(lines.iter().all(|line| serde_json::from_slice::<Value>(line).is_ok()));
    let text = std::str::from_utf8(&whole).unwrap();
    assert!(
        text.chars().all(|c| c == '\n' || (c.is_ascii() && !c.is_ascii_control())),
        "plain lines"
    );
    let sound = verify(whole.as_slice()).unwrap().unwrap();
    assert_eq!((sound.records, sound.sessions, sound.open.len()), (calls as u64 + 2, 1, 0));
    assert_eq!(last_hash(&whole).as_ref(), Some(&sound.last));

    let of = |lines: &[&[u8]]| verify(lines.concat().as_slice()).unwrap().unwrap_err();
    for at in [start, 1, calls / 2, end] {
        let mut changed = lines.clone();
        let mut line = lines[at].to_vec();
        let digit = line.iter().position(u8::is_ascii_digit).unwrap();
        line[digit] ^= 1;
        changed[at] = &line;
        assert_eq!(of(&changed).line, at as u64 + 1, "one byte");
        if at < end {
            let mut changed = lines.clone();
            changed.remove(at);
            assert_eq!(
                of(&changed).line,
                at as u64 + 1,
                "a line is gone: the one after it shows that"
            );
            let mut changed = lines.clone();
            changed.swap(at, at + 1);
            assert_eq!(of(&changed).line, at as u64 + 1, "two in another order");
        }
        let mut changed = lines.clone();
        changed.insert(at + 1, b"{\"kind\":\"call\"}\n");
        assert_eq!(of(&changed).line, at as u64 + 2, "one that was not there");
        let mut changed = lines.clone();
        changed.insert(at + 1, lines[at]);
        assert_eq!(of(&changed).line, at as u64 + 2, "one twice");
    }
    // What it cannot show is said: the end cut off at a line.
    let cut = verify(lines[..10].concat().as_slice()).unwrap().unwrap();
    assert_eq!(cut.open, ["s"]);
}

/// What a client makes as long as it can is still one record.
#[test]
fn no_call_makes_a_record_that_cannot_be_read() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox, &[]);
    let paths = vec!["\u{1}".repeat(4_000); 100];
    let params = json!({"name": "read_multiple_files", "arguments": {"paths": paths}, "_meta": crate::common::modern_meta()});
    let id = "\u{1b}".repeat(1 << 20);
    let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
    client.send(&call.to_string());
    client.receive();
    assert_eq!(client.finish().1, 0);
    let whole = std::fs::read(log(&sandbox)).unwrap();
    assert!(whole.len() < 64 << 10, "{} bytes", whole.len());
    let record = &records(&log(&sandbox))[1];
    assert_eq!(
        (record["paths"].as_array().unwrap().len(), &record["shortened"]),
        (100, &json!(100))
    );
    let (tail, _) = audit(&["tail", log(&sandbox).to_str().unwrap()]);
    assert!(tail.contains("(100 shortened)"), "{tail}");
    let sound = verify(whole.as_slice()).unwrap().unwrap();
    start(&sandbox, &[]).finish();
    assert_eq!(records(&log(&sandbox))[3]["prev"], json!(sound.last), "it is found again");
}

#[test]
fn a_server_goes_on_behind_a_line_that_was_torn() {
    let sandbox = Sandbox::new();
    start(&sandbox, &[]).finish();
    let mut whole = std::fs::read(log(&sandbox)).unwrap();
    whole.extend(b"{\"v\":2,\"session\":\"");
    std::fs::write(log(&sandbox), &whole).unwrap();
    assert_eq!(verify(whole.as_slice()).unwrap().unwrap_err().line, 3);
    start(&sandbox, &[]).finish();
    let whole = std::fs::read(log(&sandbox)).unwrap();
    let sound = verify(whole.as_slice()).unwrap().unwrap();
    assert_eq!((sound.records, sound.sessions, sound.lost), (4, 2, 1));
}

/// A disk that takes half of some lines.
struct Half(std::fs::File, usize);

impl std::io::Write for Half {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.1 += 1;
        if (3..5).contains(&self.1) {
            self.0.write_all(&bytes[..bytes.len() / 2])?;
            return Err(std::io::ErrorKind::StorageFull.into());
        }
        self.0.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn torn_lines_are_as_many_as_the_next_record_says() {
    let sandbox = Sandbox::new();
    let path = sandbox.path("log");
    let out = Half(std::fs::File::create(&path).unwrap(), 0);
    let begin = Start { version: "1", config: None, grants: vec![], walls: vec![] };
    let now = authority::wall_clock(authority::mint());
    let sink = Sink::new(out, now, "s".into(), &[], begin).unwrap();
    let intent = |call| preopen::audit::Intent {
        call,
        tool: "write_file",
        right: preopen::cap::Rights::WRITE,
        paths: &[],
    };
    let written: Vec<bool> = (1..5).map(|call| sink.intend(&intent(call)).is_ok()).collect();
    assert_eq!(written, [true, false, false, true]);
    sink.end();
    let whole = std::fs::read(path).unwrap();
    let sound = verify(whole.as_slice()).unwrap().unwrap();
    assert_eq!((sound.records, sound.lost), (4, 2));
    let lines: Vec<&[u8]> = whole.split_inclusive(|b| *b == b'\n').collect();
    let more = [&lines[..3], &[b"torn\n"], &lines[3..]].concat().concat();
    assert_eq!(verify(more.as_slice()).unwrap().unwrap_err().line, 3, "one more than was lost");
}

#[test]
fn no_change_goes_unrecorded_where_that_is_required() {
    if !Sandbox::may_mount() {
        eprintln!("not run: this user may not mount");
        return;
    }
    for is_required in [true, false] {
        let sandbox = Sandbox::new().file("grant/f", "old").dir("logs");
        let _mounted = Mounted::tmpfs(&sandbox, "logs", "size=64k");
        let (grant, path) = (sandbox.spec("grant", "rw"), sandbox.path("logs/audit.jsonl"));
        let filler = sandbox.path("logs/filler");
        let mut args = vec!["--audit", path.to_str().unwrap(), "--allow", &grant];
        args.extend(is_required.then_some("--audit-required"));
        let mut client = Client::start(&args, Era::Modern);
        client.call("read_text_file", &json!({"path": "f"}));
        let _ = std::fs::write(&filler, vec![0; 1 << 20]);
        let long = "x".repeat(200);
        for _ in 0..100 {
            // Until what is left of the last page is full.
            client.call("read_text_file", &json!({"path": long}));
        }
        let answer = client.call("write_file", &json!({"path": "f", "content": "new"}));
        let is = std::fs::read_to_string(sandbox.path("grant/f")).unwrap();
        let want = if is_required { ("not_recorded", "old") } else { ("ok", "new") };
        assert_eq!((answer.code(), is.as_str()), want, "{answer:?}");
        assert_eq!(client.call("read_text_file", &json!({"path": "f"})).code(), "ok");
        std::fs::remove_file(&filler).unwrap();
        let answer = client.call("write_file", &json!({"path": "f", "content": "newer"}));
        assert_eq!(answer.code(), "ok", "there is room again: {answer:?}");
        assert_eq!(client.finish().1, 0);
        let sound = verify(std::fs::read(&path).unwrap().as_slice()).unwrap();
        assert!(
            sound.as_ref().is_ok_and(|trail| trail.lost > 0),
            "what is lost is told: {sound:?}"
        );
    }
}

#[test]
fn a_full_file_is_put_aside_at_a_start_and_the_chain_goes_on() {
    let sandbox = Sandbox::new().file("grant/f", "x");
    let path = log(&sandbox);
    start(&sandbox, &[]).finish();
    let last = verify(std::fs::read(&path).unwrap().as_slice()).unwrap().unwrap().last;
    // As if it had grown: blank lines are not records.
    let mut grown = std::fs::read(&path).unwrap();
    let mut filled = vec![b'\n'; 64 << 20];
    filled.append(&mut grown);
    std::fs::write(&path, filled).unwrap();
    start(&sandbox, &[]).finish();
    let aside = sandbox.path("audit.jsonl.1");
    assert!(aside.exists());
    assert_eq!(records(&path)[0]["prev"], json!(last));
    let (said, is_sound) = audit(&["verify", path.to_str().unwrap()]);
    assert!(is_sound && said.contains(&format!("after a record with the hash {last}")), "{said}");
}

#[test]
fn a_trail_is_shown_filtered_and_exported() {
    let sandbox = Sandbox::new().file("grant/f", "x").link("grant/out", "/etc/passwd");
    let mut client = start(&sandbox, &[]);
    client.call("read_text_file", &json!({"path": "f"}));
    client.call("read_text_file", &json!({"path": "out"}));
    client.call("get_file_info", &json!({"path": "a,\"b"}));
    client.finish();
    let path = log(&sandbox);
    let path = path.to_str().unwrap();
    let (all, _) = audit(&["tail", path]);
    assert_eq!(all.lines().count(), 5, "{all}");
    assert!(!all.contains('\u{1b}'), "no colours where there is no terminal");
    let (refused, _) = audit(&["tail", path, "--refused", "--code", "escapes_grant"]);
    assert!(
        refused.lines().count() == 1
            && refused.contains("deny   read_text_file out  escapes_grant"),
        "{refused}"
    );
    assert_eq!(audit(&["tail", path, "--tool", "get_file_info"]).0.lines().count(), 1);
    assert_eq!(audit(&["tail", path, "--path", "ou"]).0.lines().count(), 1);
    assert_eq!(audit(&["tail", path, "--last", "2"]).0.lines().count(), 2);
    let (table, _) = audit(&["export", path, "--format", "csv"]);
    assert_eq!(table.split("\r\n").count(), 7, "{table}");
    assert!(table.contains(r#","a,""b","#), "{table}");
    let (list, _) = audit(&["export", path, "--format", "json"]);
    assert_eq!(serde_json::from_str::<Vec<Value>>(&list).unwrap().len(), 5);
    let (said, is_ok) = audit(&["verify", "no/such/file"]);
    assert!(!is_ok && said.contains("cannot be opened"), "{said}");

    // A line that is not a record is skipped and reported, and nothing else is lost.
    let mut bytes = std::fs::read(path).unwrap();
    bytes.splice(0..0, *b"torn \xff\n");
    std::fs::write(path, bytes).unwrap();
    let (all, is_ok) = audit(&["tail", path]);
    assert!(is_ok && all.lines().count() == 6 && all.contains("not a record"), "{all}");
    for (format, records) in [("csv", 6), ("json", 5)] {
        let (told, is_ok) = audit(&["export", path, "--format", format]);
        assert!(!is_ok && told.contains("1 line of") && told.contains("is not a record"), "{told}");
        assert!(told.matches('\n').count() >= records, "{told}");
    }
}

/// A chain of these records, so that only what they tell is wrong with them.
fn chained(records: &[Value]) -> String {
    let (mut text, mut prev) = (String::new(), String::new());
    for (seq, told) in records.iter().enumerate() {
        let mut record = told.as_object().unwrap().clone();
        record.insert("v".into(), json!(2));
        record.insert("session".into(), told.get("session").cloned().unwrap_or(json!("s")));
        record.insert("seq".into(), json!(seq));
        record.insert("prev".into(), json!(prev));
        let line = Value::from(record).to_string();
        prev = sha256(line.as_bytes());
        text += &format!("{},\"hash\":\"{prev}\"}}\n", line.strip_suffix('}').unwrap());
    }
    text
}

fn call(time: &str, right: &str, decision: &str, code: &str, path: &str) -> Value {
    json!({"kind": "call", "time": time, "tool": "a_tool", "right": right, "decision": decision, "code": code,
        "paths": [path], "places": [path]})
}

/// The text between two others.
fn between<'a>(page: &'a str, from: &str, to: &str) -> &'a str {
    let rest = page.split_once(from).unwrap_or_else(|| panic!("no {from} in {page}")).1;
    rest.split_once(to).unwrap().0
}

/// The numbers of the row of a name in the part with this id.
fn row(page: &str, id: &str, name: &str) -> Vec<u64> {
    let part = between(page, &format!("<section id=\"{id}\""), "</section>");
    let name = format!("><bdi><code>{name}</code></bdi></th>");
    let row = between(part, &name, "</tr>");
    let cells = row.split("</td>").filter_map(|cell| cell.rsplit_once('>'));
    cells.filter_map(|(_, number)| number.replace(',', "").parse().ok()).collect()
}

fn tile(page: &str, name: &str) -> u64 {
    let value = between(page, &format!("<dt>{name}</dt><dd>"), "<");
    value.replace(',', "").parse().unwrap()
}

#[test]
fn the_page_of_a_trail_has_its_numbers() {
    let sandbox =
        Sandbox::new().file("grant/f", "x").file("grant/d/g", "y").link("grant/out", "/etc/passwd");
    let mut client = start(&sandbox, &[]);
    for _ in 0..3 {
        client.call("read_text_file", &json!({"path": "f"}));
    }
    client.call("read_text_file", &json!({"path": "out"}));
    client.call("read_text_file", &json!({"path": "none"}));
    client.call("write_file", &json!({"path": "d/g", "content": "secret"}));
    client.call("delete_file", &json!({"path": ".git/config"}));
    client.finish();
    let (path, out) = (log(&sandbox), sandbox.path("page.html"));
    let (path, out) = (path.to_str().unwrap(), out.to_str().unwrap());
    let (page, is_ok) = audit(&["report", path]);
    assert!(is_ok && page.starts_with("<!DOCTYPE html>"), "{page}");
    assert_eq!(audit(&["report", path, "--output", out]), (String::new(), true));
    assert_eq!(std::fs::read_to_string(out).unwrap(), page, "the same page");

    let records = records(&log(&sandbox));
    let count = |key: &str, value: &str| records.iter().filter(|r| r[key] == value).count() as u64;
    let end = records.last().unwrap();
    assert_eq!(json!(tile(&page, "Calls")), end["calls"]);
    assert_eq!(json!(tile(&page, "Changes")), end["changes"]);
    assert_eq!(json!(tile(&page, "Refused")), end["denied"]);
    assert_eq!(json!(tile(&page, "Failed")), end["errors"]);
    assert_eq!(tile(&page, "Records"), records.len() as u64);
    assert_eq!(
        tile(&page, "Reads"),
        count("decision", "allow") - end["changes"].as_u64().unwrap(),
        "{page}"
    );
    assert_eq!(row(&page, "refusals", "escapes_grant"), [count("code", "escapes_grant"), 0]);
    assert_eq!(row(&page, "refusals", "not_found"), [0, count("code", "not_found")]);
    assert_eq!(row(&page, "paths", "f"), [3, 3, 0, 0, 0], "all, reads, changes, refused, failed");
    assert_eq!(row(&page, "paths", "out"), [1, 0, 0, 1, 0]);
    assert_eq!(row(&page, "places", "grant/f"), [3, 3, 0, 0, 0]);
    assert_eq!(row(&page, "places", "grant/d/g")[2], 1);
    assert_eq!(row(&page, "directories", "grant")[1], 3);
    assert_eq!(row(&page, "tools", "read_text_file"), [5, 3, 0, 1, 1]);
    let servers = between(&page, "<section id=\"servers\"", "</section>");
    assert!(servers.contains("grant:rwd") && servers.contains("handles and types hold"));
    assert!(servers.contains(", ended</summary>") && !servers.contains("differ"), "{servers}");
    assert!(page.contains("✓ The trail is sound"), "{page}");
    assert!(page.contains("The chain does not detect records that are missing at the end"));
    assert!(page.contains(end["hash"].as_str().unwrap()) && !page.contains("secret"));
}

#[test]
fn a_page_loads_nothing_and_takes_no_name_for_more() {
    let hostile = [
        "<script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onmouseover='alert(1)",
        "</code></style></title><svg onload=alert(1)>",
        "&lt;b&gt;",
        "a\nb\r\u{0}",
        "\u{202e}gpj",
        "<!--",
    ];
    let mut records = vec![];
    for name in hostile {
        // In each place where a trail has room for a text.
        records.push(
            json!({"kind": "start", "session": name, "time": name, "version": name, "config": name,
            "grants": [{"name": name, "rights": name}], "walls": [name]}),
        );
        for (decision, right) in [("allow", "ro"), ("allow", "rw"), ("deny", "ro"), (name, name)] {
            records.push(json!({"kind": "call", "session": name, "time": name, "tool": name, "right": right,
                "decision": decision, "code": name, "paths": [name], "places": [name], "before": name,
                "after": name, "detail": name}));
        }
        let mut timed = call("2026-01-02T03:04:05Z", "ro", "allow", "", name);
        timed["session"] = json!(name);
        records.push(timed);
    }
    let lines: Vec<_> = chained(&records).lines().map(str::to_owned).collect();
    for name in hostile {
        let page = report(name, (lines.join("\n") + "\n").as_bytes()).unwrap().html;
        let tags: std::collections::BTreeSet<_> = page
            .split('<')
            .skip(1)
            .map(|tag| tag.split(|c: char| !c.is_ascii_alphanumeric() && c != '/' && c != '!'))
            .filter_map(|mut words| words.next())
            .map(|tag| tag.trim_start_matches('/'))
            .collect();
        let known = "!DOCTYPE a bdi body br caption code dd details div dl dt figcaption figure footer g h1 h2 head \
            header html i li main meta nav p rect section span strong style summary svg table tbody td th thead \
            title tr ul";
        let known: Vec<_> = known.split_whitespace().collect();
        assert!(tags.iter().all(|tag| known.contains(tag)), "{tags:?}");
        for word in ["http:", "https:", "url(", "@import", "//", "<script", "<!--"] {
            assert!(!page.contains(word), "{word}");
        }
        let own = page.split_once("<body>").unwrap().1;
        for tag in own.split('<').skip(1).filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag)
        {
            assert!(!["alert", " on", "src"].iter().any(|word| tag.contains(word)), "{tag}");
        }
        assert!(page.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}')), "{name}");
        assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'"));
    }
}

#[test]
fn a_page_of_an_unsound_trail_says_so_at_its_top_and_nothing_is_written_over() {
    let sandbox = Sandbox::new().file("grant/f", "x");
    let mut client = start(&sandbox, &[]);
    for _ in 0..3 {
        client.call("read_text_file", &json!({"path": "f"}));
    }
    client.finish();
    let path = log(&sandbox);
    let whole = std::fs::read_to_string(&path).unwrap();
    let (said, is_ok) =
        audit(&["report", path.to_str().unwrap(), "--output", path.to_str().unwrap()]);
    assert!(!is_ok && said.contains("there is something of that name"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), whole);
    let line = whole.lines().nth(2).unwrap();
    std::fs::write(&path, whole.replace(line, &line.replace("allow", "deny"))).unwrap();
    let (page, is_ok) = audit(&["report", path.to_str().unwrap()]);
    assert!(!is_ok, "scripts notice as well");
    let top = between(&page, "<main>", "</section>");
    assert!(top.contains("✗ The trail is not what was written"), "{top}");
    assert!(top.contains("Line 3: it was changed after it was written"), "{top}");
    assert_eq!((tile(&page, "Calls"), tile(&page, "Refused")), (3, 1), "all is counted");
    assert!(page.contains("differ"), "and the end says otherwise");
    // Cut off at the end: sound, and what it lacks is said.
    let cut: String = whole.lines().take(3).map(|line| format!("{line}\n")).collect();
    let page = report("cut", cut.as_bytes()).unwrap();
    assert!(page.verdict.is_ok() && page.html.contains("A server wrote no end record"));
    assert!(page.html.contains(", end not recorded</summary>"));
    // An empty file, and a file that is not a trail.
    assert!(report("empty", &b""[..]).unwrap().html.contains("0 records of 0 servers"));
    let noise = report("noise", &b"\xff\n{}\n{\"kind\":\"call\",\"paths\":1}\n"[..]).unwrap();
    assert!(
        noise.verdict.is_err() && noise.html.contains("3 lines cannot be read"),
        "{}",
        noise.html
    );
}

#[test]
fn a_page_says_what_it_leaves_out() {
    let mut records = vec![json!({"kind": "start", "time": "2026-01-01T00:00:00Z"})];
    records.extend((0..6_000).map(|i| {
        let time = format!("2026-01-{:02}T00:00:{:02}Z", 1 + i / 600, i % 60);
        call(&time, "ro", "allow", "", &format!("grant/{i}"))
    }));
    records.extend(
        (0..60).map(|_| call("2026-01-20T00:00:00Z", "rw", "deny", "protected", "grant/0")),
    );
    records.push(json!({"kind": "intent", "time": "2026-01-20T00:00:00Z", "call": 7}));
    let Ok(page) = report("big", chained(&records).as_bytes()) else { panic!("not read") };
    let (page, verdict) = (page.html, page.verdict);
    assert!(verdict.is_ok(), "{verdict:?}");
    assert_eq!((tile(&page, "Calls"), tile(&page, "Reads")), (6_060, 6_000));
    assert_eq!(row(&page, "places", "grant/0"), [61, 1, 0, 60, 0]);
    assert_eq!(row(&page, "directories", "grant"), [6_060, 6_000, 0, 60, 0]);
    assert!(page.contains("4,960 more places are not shown; they were touched 4,960 times."));
    assert!(page.contains("how often they were touched is known: 1,000 times (1,000 reads,"));
    assert!(page.contains("The last 50 of 60 refusals and failures"));
    assert!(page.contains("<span class=\"warn\">1 change</span>: call 7"));
    assert!(page.len() < 400_000, "{}", page.len());
}
