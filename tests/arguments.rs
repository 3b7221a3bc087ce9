//! What an argument of a change guards, it guards in every tool that has it, whatever the others say.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, NOBODY, Sandbox, Without, for_everybody, tree};

fn way(source: &str, destination: &str) -> Value {
    json!({"source": source, "destination": destination})
}

/// `arguments` and one more.
fn with(mut arguments: Value, name: &str, value: impl Into<Value>) -> Value {
    arguments[name] = value.into();
    arguments
}

#[test]
fn no_directory_is_made_where_create_parents_is_false() {
    for (tool, arguments) in [
        ("write_file", json!({"path": "grant/new/x", "content": "x"})),
        ("write_file", json!({"path": "grant/new/x", "content": "x", "mode": "append"})),
        ("write_file", json!({"path": "grant/new/x", "content": "x", "mode": "create"})),
        ("copy_file", way("grant/a", "grant/new/x")),
        ("copy_file", way("grant/d", "grant/new/x")),
        ("copy_file", way("grant/a", "other/new/x")),
        ("move_file", way("grant/a", "grant/new/x")),
        ("move_file", way("grant/d", "grant/new/x")),
        ("move_file", way("grant/a", "other/new/x")),
        ("move_file", way("grant/d", "other/new/x")),
    ] {
        let sandbox = Sandbox::new().file("grant/a", "a").file("grant/d/in", "in").dir("other");
        let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"));
        let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
        let before = [tree(&sandbox, "grant"), tree(&sandbox, "other")];
        let refused = client.call(tool, &with(arguments.clone(), "create_parents", false));
        assert_eq!(refused.code(), "not_found", "{tool} {arguments}: {refused:?}");
        assert!(refused.text.contains("/new` does not exist"), "{tool} {arguments}: {refused:?}");
        assert_eq!(
            [tree(&sandbox, "grant"), tree(&sandbox, "other")],
            before,
            "{tool} {arguments}"
        );
        let made = client.call(tool, &with(arguments.clone(), "create_parents", true));
        assert_eq!(made.code(), "ok", "{tool} {arguments}: {made:?}");
    }
}

/// A directory that everybody may write to, with a file that is somebody else's: the kernel lets a rename replace it.
#[test]
fn a_file_that_the_user_may_not_write_to_is_replaced_by_no_tool() {
    let sandbox = Sandbox::new()
        .file("grant/theirs", "old")
        .file("grant/mine", "mine")
        .file("other/mine", "mine")
        .mode("", 0o755)
        .mode("grant", 0o777)
        .mode("grant/theirs", 0o444)
        .mode("other", 0o777);
    let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"));
    let mut command = Command::new(for_everybody());
    command.args(["--allow", &specs[0], "--allow", &specs[1]]);
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
    let edits = json!([{"old_text": "old", "new_text": "new"}]);
    let over = |from: &str| with(way(from, "grant/theirs"), "overwrite", true);
    for (tool, arguments) in [
        ("write_file", json!({"path": "grant/theirs", "content": "new"})),
        ("write_file", json!({"path": "grant/theirs", "content": "new", "mode": "append"})),
        ("edit_file", json!({"path": "grant/theirs", "edits": edits})),
        ("copy_file", over("grant/mine")),
        ("copy_file", over("other/mine")),
        ("move_file", over("grant/mine")),
        ("move_file", over("other/mine")),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "os_denied", "{tool} {arguments}: {answer:?}");
        let is = std::fs::read_to_string(sandbox.path("grant/theirs")).unwrap();
        assert_eq!(is, "old", "{tool} {arguments}");
        assert!(sandbox.path("grant/mine").exists() && sandbox.path("other/mine").exists());
    }
}

#[test]
fn overwrite_replaces_files_and_links_and_never_a_directory() {
    for (tool, from) in [
        ("copy_file", "a"),
        ("copy_file", "d"),
        ("move_file", "a"),
        ("move_file", "d"),
        ("move_file", "l"),
    ] {
        for (to, is_directory) in
            [("file", false), ("link", false), ("full", true), ("empty", true)]
        {
            let sandbox = Sandbox::new()
                .file("grant/a", "a")
                .file("grant/d/in", "in")
                .link("grant/l", "a")
                .file("grant/file", "file")
                .link("grant/link", "file")
                .file("grant/full/in", "in")
                .dir("grant/empty");
            let mut client =
                Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
            let before = tree(&sandbox, "grant");
            let unasked = client.call(tool, &way(from, to));
            assert_eq!(unasked.code(), "already_exists", "{tool} {from} {to}: {unasked:?}");
            let asked = client.call(tool, &with(way(from, to), "overwrite", true));
            let want = if is_directory || from == "d" { "already_exists" } else { "ok" };
            assert_eq!(asked.code(), want, "{tool} {from} {to}: {asked:?}");
            let has_changed = tree(&sandbox, "grant") != before;
            assert_eq!(has_changed, want == "ok", "{tool} {from} {to}");
        }
    }
}

#[test]
fn a_directory_is_removed_only_where_recursive_is_true() {
    for (path, recursive, code) in [
        ("d", false, "is_a_directory"),
        ("empty", false, "is_a_directory"),
        ("d", true, "ok"),
        ("empty", true, "ok"),
        ("to_d", false, "ok"),
        ("to_d", true, "ok"),
        ("a", true, "ok"),
        ("", true, "is_a_directory"),
        (".", true, "is_a_directory"),
    ] {
        let sandbox = Sandbox::new()
            .file("grant/a", "a")
            .file("grant/d/in", "in")
            .dir("grant/empty")
            .link("grant/to_d", "d");
        let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
        let answer = client.call("delete_file", &json!({"path": path, "recursive": recursive}));
        assert_eq!(answer.code(), code, "{path} {recursive}: {answer:?}");
        // What a link leads to stays.
        let stays = code != "ok" || path != "d";
        assert_eq!(sandbox.path("grant/d/in").exists(), stays, "{path} {recursive}");
        assert!(sandbox.path("grant").exists());
    }
}
