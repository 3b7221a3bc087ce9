//! Two servers change the same file at the same time: what was answered with ok is in the file, and what was refused is not.

use std::fs::File;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox, request};

/// Changes by each of the two servers.
const CHANGES: usize = 40;

fn start(sandbox: &Sandbox) -> Client {
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    client.request("server/discover", json!({}));
    client
}

/// Lets two servers make their changes of `grant/f` at the same time. Returns the marks of those that were answered with
/// ok, and what was refused.
fn both(
    sandbox: &Sandbox,
    change: impl Fn(&mut Client, &str) -> Answer + Sync,
) -> (Vec<String>, Vec<Answer>) {
    let (mut done, mut refused) = (vec![], vec![]);
    std::thread::scope(|threads| {
        let change = &change;
        let servers = ["a", "b"].map(|server| {
            let mut client = start(sandbox);
            threads.spawn(move || {
                (0..CHANGES)
                    .map(|n| {
                        let mark = format!("{server}{n:03}");
                        let answer = change(&mut client, &mark);
                        (mark, answer)
                    })
                    .collect::<Vec<_>>()
            })
        });
        for (mark, answer) in servers.into_iter().flat_map(|server| server.join().unwrap()) {
            if answer.code() == "ok" {
                done.push(mark);
            } else {
                refused.push(answer);
            }
        }
    });
    done.sort();
    (done, refused)
}

/// The marks in the file.
fn marks(sandbox: &Sandbox) -> Vec<String> {
    let text = std::fs::read_to_string(sandbox.path("grant/f")).unwrap();
    let mut marks: Vec<_> = text.lines().filter(|line| *line != "end").map(str::to_owned).collect();
    marks.sort();
    marks
}

fn edit(mark: &str) -> Value {
    json!({"path": "f", "old_text": "end\n", "new_text": format!("{mark}\nend\n")})
}

fn version(client: &mut Client) -> String {
    let call = json!({"name": "read_text_file", "arguments": {"path": "f"}});
    let answer = client.request("tools/call", call);
    let text = answer["result"]["content"][0]["text"].as_str().unwrap();
    let (_, version) = text.rsplit_once("version ").unwrap();
    version.chars().take_while(char::is_ascii_alphanumeric).collect()
}

#[test]
fn every_edit_of_two_servers_is_made() {
    let sandbox = Sandbox::new().file("grant/f", "end\n");
    let (done, refused) = both(&sandbox, |client, mark| client.call("edit_file", &edit(mark)));
    assert_eq!(marks(&sandbox), done);
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn guarded_changes_of_two_servers_are_made_or_refused() {
    for tool in ["edit_file", "write_file", "append"] {
        let sandbox = Sandbox::new().file("grant/f", "end\n");
        let (done, refused) = both(&sandbox, |client, mark| {
            let known = version(client);
            match tool {
                "edit_file" => {
                    let mut arguments = edit(mark);
                    arguments["if_match"] = known.into();
                    client.call("edit_file", &arguments)
                }
                "write_file" => {
                    // What was read is of this version, or the write is refused.
                    let old = std::fs::read_to_string(sandbox.path("grant/f")).unwrap();
                    let content = format!("{old}{mark}\n");
                    let arguments =
                        json!({"path": "f", "content": content, "if_match": version(client)});
                    if arguments["if_match"] == known.as_str() {
                        client.call("write_file", &arguments)
                    } else {
                        Answer { text: "stale: ".into(), is_error: true }
                    }
                }
                _ => {
                    let arguments = json!({"path": "f", "content": format!("{mark}\n"),
                        "mode": "append", "if_match": known});
                    client.call("write_file", &arguments)
                }
            }
        });
        assert_eq!(marks(&sandbox), done, "{tool}");
        assert!(!done.is_empty(), "{tool}: {refused:?}");
        assert!(refused.iter().all(|answer| answer.code() == "stale"), "{tool}: {refused:?}");
    }
}

#[test]
fn appends_and_edits_of_two_servers_are_both_made() {
    let sandbox = Sandbox::new().file("grant/f", "end\n");
    let (done, refused) = both(&sandbox, |client, mark| {
        if mark.starts_with('a') {
            client.call("edit_file", &edit(mark))
        } else {
            let content = format!("{mark}\n");
            client.call("write_file", &json!({"path": "f", "content": content, "mode": "append"}))
        }
    });
    assert_eq!(marks(&sandbox), done);
    assert!(refused.is_empty(), "{refused:?}");
}

#[test]
fn two_servers_that_append_to_a_new_file_both_do() {
    let sandbox = Sandbox::new().dir("grant");
    let (done, refused) = both(&sandbox, |client, mark| {
        // One server makes the file, and the other appends to it.
        let content = format!("{mark}\n");
        let path = format!("new{}", mark.get(1..).unwrap());
        client.call("write_file", &json!({"path": path, "content": content, "mode": "append"}))
    });
    assert!(refused.is_empty(), "{refused:?}");
    let files = (0..CHANGES).map(|n| sandbox.path(format!("grant/new{n:03}")));
    let text: String = files.map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let mut is: Vec<_> = text.lines().collect();
    is.sort_unstable();
    assert_eq!(is, done);
}

/// Another program may keep a directory locked for as long as it likes. Changes in it wait for a moment, and are made.
#[test]
fn a_lock_of_another_program_stops_no_change() {
    let sandbox = Sandbox::new().file("grant/f", "end\n").dir("grant/d");
    let locked = ["grant", "grant/d"].map(|path| File::open(sandbox.path(path)).unwrap());
    for directory in &locked {
        flock(directory, FlockOperation::LockExclusive).unwrap();
    }
    let mut client = start(&sandbox);
    for (tool, arguments) in [
        ("write_file", json!({"path": "f", "content": "a000\n", "mode": "append"})),
        ("move_file", json!({"source": "f", "destination": "d/f"})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "ok", "{tool}: {answer:?}");
    }
    assert_eq!(std::fs::read_to_string(sandbox.path("grant/d/f")).unwrap(), "end\na000\n");
}

#[test]
fn a_change_that_waits_for_a_lock_can_be_cancelled() {
    let sandbox = Sandbox::new().file("grant/f", "end\n");
    let mut client = start(&sandbox);
    let directory = File::open(sandbox.path("grant")).unwrap();
    flock(&directory, FlockOperation::LockExclusive).unwrap();
    client.send(&request(7, "edit_file", &edit("a000")));
    std::thread::sleep(Duration::from_millis(100));
    client.send(
        &json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
            "params": {"requestId": 7}})
        .to_string(),
    );
    // Calls that come later are answered; the one that was cancelled changes nothing.
    let answer = client.call("read_text_file", &json!({"path": "f"}));
    assert!(answer.text.starts_with("end\n"), "{answer:?}");
    drop(client);
    assert_eq!(std::fs::read_to_string(sandbox.path("grant/f")).unwrap(), "end\n");
}
