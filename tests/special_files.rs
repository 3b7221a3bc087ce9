//! FIFOs and sockets: every tool refuses them in the same words, and no hint leads back to the same refusal.

use std::os::unix::net::UnixListener;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

const REFUSED: &str = "is a special file, which no tool opens\nhint: special files are FIFOs, sockets, devices and files of \
    /proc or /sys; only the user can work with them";

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new().file("grant/a", "a\n").dir("grant/d").link("grant/link", "fifo");
    for path in ["grant/fifo", "grant/d/fifo"] {
        assert!(Command::new("mkfifo").arg(sandbox.path(path)).status().unwrap().success());
    }
    drop(UnixListener::bind(sandbox.path("grant/socket")).unwrap());
    sandbox
}

#[test]
fn a_special_file_is_refused_in_the_same_words_by_every_tool() {
    let sandbox = sandbox();
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    for path in ["fifo", "socket", "link"] {
        let write = |mode: &str| json!({"path": path, "content": "x", "mode": mode});
        let over = |source, destination| json!({"source": source, "destination": destination, "overwrite": true});
        let mut calls = vec![
            ("read_text_file", json!({"path": path})),
            ("read_media_file", json!({"path": path})),
            ("list_directory", json!({"path": path})),
            ("write_file", write("overwrite")),
            ("write_file", write("create")),
            ("write_file", write("append")),
            ("edit_file", json!({"path": path, "old_text": "a", "new_text": "b"})),
            ("copy_file", over(path, "new")),
            ("copy_file", over(path, "a")),
            ("copy_file", over("a", path)),
        ];
        if path != "link" {
            calls.extend([
                ("move_file", over(path, "new")),
                ("move_file", over("a", path)),
                ("delete_file", json!({"path": path})),
                ("delete_file", json!({"path": path, "recursive": true})),
            ]);
        }
        for (tool, arguments) in calls {
            let answer = client.call(tool, &arguments);
            assert_eq!(
                answer.text,
                format!("special_file: `{path}` {REFUSED}"),
                "{tool} {arguments}"
            );
        }
        let info = client.call("get_file_info", &json!({"path": path})).text;
        assert!(info.contains("\ntype: special file\n"), "{info}");
        assert!(
            info.contains("\nrights: none (no tool opens, changes, moves or deletes"),
            "{info}"
        );
    }
}

/// Follows the hint of a refusal that names `overwrite=true`, and expects the call to succeed then.
fn follows_overwrite(client: &mut Client, tool: &str, mut arguments: Value) -> bool {
    let answer = client.call(tool, &arguments);
    assert_eq!(answer.code(), "already_exists", "{tool} {arguments}: {answer:?}");
    assert!(answer.text.contains("\nhint: "), "{tool} {arguments}: {answer:?}");
    if !answer.text.contains("overwrite=true") {
        return false;
    }
    arguments["overwrite"] = json!(true);
    let answer = client.call(tool, &arguments);
    assert_eq!(answer.code(), "ok", "{tool} {arguments}: {answer:?}");
    true
}

#[test]
fn the_hint_to_overwrite_is_given_where_that_works() {
    let sandbox = sandbox().file("grant/b", "b\n").file("grant/c", "c\n").dir("grant/e");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    for (source, destination, works) in [
        ("a", "fifo", false),
        ("a", "socket", false),
        ("a", "d", false),
        ("d", "a", false),
        ("d", "fifo", false),
        ("d", "e", false),
        ("a", "b", true),
    ] {
        for tool in ["copy_file", "move_file"] {
            let arguments = json!({"source": source, "destination": destination});
            let followed = follows_overwrite(&mut client, tool, arguments);
            assert_eq!(followed, works, "{tool} {source} to {destination}");
        }
    }
    let into = client.call("copy_file", &json!({"source": "c", "destination": "d"})).text;
    assert!(
        into.ends_with("\nhint: to put it into that directory, use `d/c` as destination"),
        "{into}"
    );
    let arguments = json!({"source": "c", "destination": "d/c"});
    assert_eq!(client.call("copy_file", &arguments).code(), "ok");
}

#[test]
fn what_is_deleted_with_a_directory_is_counted_by_its_kind() {
    let sandbox = sandbox().file("grant/d/f", "").link("grant/d/l", "f");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    let answer = client.call("delete_file", &json!({"path": "d", "recursive": true})).text;
    assert!(answer.ends_with("[1 file, 1 link, 1 special file, 1 directory]"), "{answer}");
}
