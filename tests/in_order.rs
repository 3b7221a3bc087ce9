//! Calls that a client sends without waiting for the answers: each one sees the changes that were sent before it.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, request};

fn start(sandbox: &Sandbox) -> Client {
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    client.request("server/discover", json!({}));
    client
}

/// Sends all calls and then reads the answers. Returns the texts in the order of the calls; a refusal begins with its
/// code.
fn sent_at_once(client: &mut Client, calls: &[(&str, Value)]) -> Vec<String> {
    for (id, (tool, arguments)) in (1000..).zip(calls) {
        client.send(&request(id, tool, arguments));
    }
    let mut texts = vec![String::new(); calls.len()];
    for _ in calls {
        let answer = client.receive();
        let at = usize::try_from(answer["id"].as_u64().unwrap() - 1000).unwrap();
        answer["result"]["content"][0]["text"].as_str().unwrap().clone_into(&mut texts[at]);
    }
    texts
}

fn lines(sandbox: &Sandbox, path: &str) -> Vec<String> {
    let text = std::fs::read_to_string(sandbox.path(path)).unwrap();
    text.lines().map(str::to_owned).collect()
}

#[test]
fn changes_of_a_file_are_made_in_the_order_in_which_they_were_sent() {
    let sandbox = Sandbox::new().file("grant/d/f", "").link("grant/link", "d/f");
    let mut client = start(&sandbox);
    let host = sandbox.path("grant/d/f").display().to_string();
    // The same file under several paths.
    let paths = ["d/f", "./d/f", "link", "grant/d/f", &host];
    let append = |n: usize| {
        let content = format!("{n}\n");
        json!({"path": paths[n % paths.len()], "content": content, "mode": "append"})
    };
    let calls: Vec<_> = (0..200).map(|n| ("write_file", append(n))).collect();
    sent_at_once(&mut client, &calls);
    let wanted: Vec<_> = (0..200).map(|n| n.to_string()).collect();
    assert_eq!(lines(&sandbox, "grant/d/f"), wanted);

    let edit = |n: usize| json!({"path": "d/f", "old_text": format!("v{n}\n"), "new_text": format!("v{}\n", n + 1)});
    let write = json!({"path": "d/f", "content": "v0\n", "mode": "overwrite"});
    let calls: Vec<_> = std::iter::once(("write_file", write))
        .chain((0..50).map(|n| ("edit_file", edit(n))))
        .collect();
    sent_at_once(&mut client, &calls);
    assert_eq!(lines(&sandbox, "grant/d/f"), ["v50"]);
}

#[test]
fn changes_that_need_each_other_can_be_sent_at_once() {
    let sandbox = Sandbox::new().file("grant/keep", "x\n");
    let mut client = start(&sandbox);
    let calls = [
        ("create_directory", json!({"path": "d"})),
        ("write_file", json!({"path": "d/a", "content": "one\n"})),
        ("copy_file", json!({"source": "d/a", "destination": "d/b"})),
        ("edit_file", json!({"path": "d/b", "old_text": "one", "new_text": "two"})),
        ("move_file", json!({"source": "d", "destination": "e"})),
        ("write_file", json!({"path": "e/b", "content": "three\n", "mode": "append"})),
        ("delete_file", json!({"path": "e/a"})),
        ("read_text_file", json!({"path": "e/b"})),
        ("list_directory", json!({"path": "e"})),
        ("grep", json!({"path": "", "pattern": "two|three"})),
        ("search_files", json!({"path": "", "pattern": "*"})),
    ];
    let delete = [
        ("delete_file", json!({"path": "e", "recursive": true})),
        ("grep", json!({"path": "", "pattern": "two|three"})),
    ];
    for _ in 0..10 {
        let answers = sent_at_once(&mut client, &calls);
        assert!(answers[7].starts_with("two\nthree\n"), "{answers:#?}");
        assert!(answers[8].starts_with("[FILE] b\n[1 entry]"), "{answers:#?}");
        assert!(answers[9].contains("two") && answers[9].contains("three"), "{answers:#?}");
        assert!(answers[10].contains("e/b") && !answers[10].contains("d/"), "{answers:#?}");
        let answers = sent_at_once(&mut client, &delete);
        assert!(answers[1].contains("no line matches"), "{answers:#?}");
        assert!(!sandbox.path("grant/d").exists() && !sandbox.path("grant/e").exists());
    }
}

#[test]
fn a_read_sees_the_changes_sent_before_it_and_none_sent_after_it() {
    let sandbox = Sandbox::new().file("grant/f", "v0\n");
    let mut client = start(&sandbox);
    let read = || ("read_text_file", json!({"path": "f"}));
    let several = || ("read_multiple_files", json!({"paths": ["f"]}));
    let mut calls = vec![];
    for n in 0..40 {
        calls.extend([read(), several()]);
        calls.push((
            "write_file",
            json!({"path": "f", "content": format!("v{}\n", n + 1), "mode": "overwrite"}),
        ));
    }
    calls.push(read());
    for (at, text) in sent_at_once(&mut client, &calls).iter().enumerate() {
        if at % 3 != 2 {
            assert!(text.contains(&format!("v{}\n", at / 3)), "{at}: {text}");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_change_that_waits_for_a_file_system_holds_up_no_other_call_for_long() {
    use crate::strain::Stalled;

    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\n\
        [limits]\ncall_deadline_ms = 5000\nprogress_ms = 200\ndrain_ms = 1000\n";
    let sandbox =
        Sandbox::new().file("grant/f", "").dir("grant/stalled").file("allowlist.toml", toml);
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    client.request("server/discover", json!({}));
    let Some(_stalled) = Stalled::mount(&sandbox, "grant/stalled") else {
        eprintln!("not run: this user may not mount a FUSE file system");
        return;
    };
    client.send(&request(1, "write_file", &json!({"path": "stalled/x", "content": "x"})));
    client.send(&request(2, "read_text_file", &json!({"path": "stalled/x"})));
    let append = |n| json!({"path": "f", "content": format!("{n}\n"), "mode": "append"});
    let mut calls: Vec<_> = (0..20).map(|n| ("write_file", append(n))).collect();
    calls.push(("read_text_file", json!({"path": "f"})));
    // The answers to the first two calls come later than these.
    let answers = sent_at_once(&mut client, &calls);
    let wanted: String = (0..20).map(|n| format!("{n}\n")).collect();
    assert!(answers[20].starts_with(&wanted), "{answers:#?}");
    for _ in 0..2 {
        let answer = client.receive();
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        assert!(text.starts_with("timed_out: the file system does not answer"), "{answer}");
    }
}

#[test]
fn a_change_that_waits_for_earlier_calls_can_be_cancelled() {
    let sandbox = Sandbox::new().file("grant/f", "old\n");
    let mut client = start(&sandbox);
    let directory = std::fs::File::open(sandbox.path("grant")).unwrap();
    rustix::fs::flock(&directory, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let append = |text: &str| json!({"path": "f", "content": text, "mode": "append"});
    for (id, text) in [(101, "one\n"), (102, "two\n"), (103, "three\n")] {
        client.send(&request(id, "write_file", &append(text)));
    }
    let params = json!({"requestId": 102});
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    client.send(&cancel.to_string());
    let read =
        client.request("tools/call", json!({"name": "list_allowed_directories", "arguments": {}}));
    assert_eq!(read["result"]["isError"], false, "a call that touches no file waits for none");
    drop(directory);
    let ids = [client.receive(), client.receive()].map(|answer| answer["id"].clone());
    assert_eq!(ids, [json!(101), json!(103)]);
    assert_eq!(lines(&sandbox, "grant/f"), ["old", "one", "three"]);
}
