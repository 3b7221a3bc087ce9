//! Files and directories that this user may read and not write to: what each tool says, what it says that helps, and that
//! this helps.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::common::{Client, NOBODY, Sandbox, tree};
use crate::hostile_drives::{refused, start_as_nobody, way};

/// Where files may not be written to, by their mode or their owner, or by their directory.
fn sandbox() -> Sandbox {
    let sandbox = Sandbox::new()
        .file("g/plain", "plain\n")
        .file("g/f444", "one\n")
        .file("g/theirs", "one\n")
        .file("g/f000", "one\n")
        .file("g/shut/f644", "one\n")
        .file("g/shut/f444", "one\n")
        .dir("g/open");
    let is_root = rustix::process::geteuid().is_root();
    for (path, _) in tree(&sandbox, "") {
        if is_root && path != "g/theirs" {
            std::os::unix::fs::chown(sandbox.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let theirs = if is_root { 0o644 } else { 0o444 };
    for (path, mode) in [
        ("", 0o755),
        ("g/f444", 0o444),
        ("g/theirs", theirs),
        ("g/f000", 0),
        ("g/shut/f444", 0o444),
        ("g/shut", 0o555),
    ] {
        std::fs::set_permissions(sandbox.path(path), PermissionsExt::from_mode(mode)).unwrap();
    }
    sandbox
}

/// Every change of the contents of a file.
fn changes(path: &str) -> Vec<(&'static str, Value)> {
    let over = |source| json!({"source": source, "destination": path, "overwrite": true});
    vec![
        ("write_file", json!({"path": path, "content": "x\n", "mode": "overwrite"})),
        ("write_file", json!({"path": path, "content": "x\n", "mode": "append"})),
        ("edit_file", json!({"path": path, "old_text": "one", "new_text": "x"})),
        ("copy_file", over("plain")),
        ("move_file", over("plain")),
    ]
}

#[test]
fn a_file_that_can_be_read_and_not_written_to_is_described_as_that() {
    let sandbox = sandbox();
    let mut client = start_as_nobody(&sandbox, &["g"]);
    let ask = "the user to permit writing to it";
    for (path, hint) in [
        ("f444", format!("\nhint: use another path, or ask {ask}")),
        ("theirs", format!("\nhint: use another path, or ask {ask}")),
        ("shut/f444", format!("\nhint: ask {ask}")),
    ] {
        let says = format!("os_denied: the server's user may not write to `{path}`");
        for call in changes(path) {
            refused(&mut client, &sandbox, call, "os_denied", &[&says, &hint]);
        }
        // It is read, and copied to another path.
        let read = client.call("read_text_file", &json!({"path": path}));
        assert!(read.text.starts_with("one\n"), "{path}: {read:?}");
        let copied =
            client.call("copy_file", &way(path, &format!("open/{}", path.replace('/', "-"))));
        assert_eq!(copied.code(), "ok", "{path}: {copied:?}");
    }
    let says =
        "os_denied: the server's user may not read `f000`\nhint: ask the user to permit reading it";
    for call in [
        ("read_text_file", json!({"path": "f000"})),
        ("edit_file", json!({"path": "f000", "old_text": "one", "new_text": "x"})),
        ("copy_file", way("f000", "open/f000")),
    ] {
        refused(&mut client, &sandbox, call, "os_denied", &[says]);
    }
}

#[test]
fn a_directory_that_may_not_be_written_to_is_described_as_that() {
    let sandbox = sandbox();
    let mut client = start_as_nobody(&sandbox, &["g"]);
    let of_file = "\nhint: ask the user to permit writing in that directory; mode=append of write_file adds to its end";
    let of_new = "\nhint: use a path in another directory, or ask the user to permit writing in that directory";
    let of_move = "\nhint: the directory of `shut/f644` may not be written to; use another destination, or ask";
    let gone = "\nhint: ask the user to permit writing in its directory";
    let of_changes = changes("shut/f644");
    for (at, hint) in [(0, of_file), (2, of_file), (3, of_file), (4, of_move)] {
        refused(&mut client, &sandbox, of_changes[at].clone(), "os_denied", &["`shut/f644`", hint]);
    }
    for (call, hint) in [
        (("write_file", json!({"path": "shut/new", "content": "x"})), of_new),
        (("create_directory", json!({"path": "shut/new"})), of_new),
        (("copy_file", way("plain", "shut/new")), of_new),
        (("copy_file", way("open", "shut/new")), of_new),
        (("delete_file", json!({"path": "shut/f644"})), gone),
        (("move_file", way("shut/f644", "moved")), gone),
    ] {
        refused(&mut client, &sandbox, call, "os_denied", &["`shut/", hint]);
    }
    // What the hint names works.
    assert_eq!(client.call(of_changes[1].0, &of_changes[1].1).code(), "ok");
    assert_eq!(std::fs::read_to_string(sandbox.path("g/shut/f644")).unwrap(), "one\nx\n");
}

#[test]
fn the_rights_that_are_shown_are_those_that_the_permissions_leave() {
    let sandbox = sandbox();
    let mut client = start_as_nobody(&sandbox, &["g"]);
    let can_be_moved =
        "rwd (the server's user may not write to it: can be moved and deleted, but not changed)";
    for (path, rights) in [
        ("plain", "rwd"),
        ("open", "rwd"),
        ("f444", can_be_moved),
        ("theirs", can_be_moved),
        (
            "shut/f644",
            "rw (the permissions of its directory protect it: can be appended to, but not replaced, moved or deleted)",
        ),
        ("shut/f444", "ro (its permissions and those of its directory permit no change)"),
        (
            "shut",
            "rwd (the server's user may not write to the directory: nothing in it can be created, replaced, moved or deleted)",
        ),
    ] {
        assert_eq!(shown_rights(&mut client, path), rights, "{path}");
    }
    // As it says: moved and deleted.
    for path in ["f444", "theirs"] {
        assert_eq!(client.call("move_file", &way(path, "open/moved")).code(), "ok", "{path}");
        assert_eq!(
            client.call("delete_file", &json!({"path": "open/moved"})).code(),
            "ok",
            "{path}"
        );
    }
}

/// A file of another group loses that, and what it permitted to that group, when it is replaced.
#[test]
fn an_answer_says_what_a_replaced_file_did_not_keep() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("not run: this user may not give files away");
        return;
    }
    let sandbox = sandbox();
    let at = sandbox.path("g/plain");
    for (mode, owner, says, left) in [
        (0o664, NOBODY, "not kept: group, some permissions of the group or of others;", 0o644),
        (0o644, NOBODY, "not kept: group;", 0o644),
        (0o666, 1234, "not kept: owner, group;", 0o666),
        (0o4755, NOBODY, "not kept: group, set-user-ID or set-group-ID bit;", 0o755),
    ] {
        std::fs::write(&at, "one\n").unwrap();
        std::os::unix::fs::chown(&at, Some(owner), Some(1234)).unwrap();
        std::fs::set_permissions(&at, PermissionsExt::from_mode(mode)).unwrap();
        let mut client = start_as_nobody(&sandbox, &["g"]);
        let edit = json!({"path": "plain", "old_text": "one", "new_text": "two"});
        let answer = client.call("edit_file", &edit);
        assert!(answer.text.contains(says), "{mode:o}: {answer:?}");
        assert_eq!(answer.text.matches("not kept").count(), 1, "{answer:?}");
        assert_eq!(std::fs::metadata(&at).unwrap().permissions().mode() & 0o7777, left, "{mode:o}");
    }
}

fn shown_rights(client: &mut Client, path: &str) -> String {
    let info = client.call("get_file_info", &json!({"path": path})).text;
    info.lines().find_map(|line| line.strip_prefix("rights: ")).unwrap_or(&info).to_owned()
}
