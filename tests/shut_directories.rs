//! Directories that a user may not write to, pass through or list, and sticky ones: what cannot be done is refused whole,
//! in a sentence that is true of the file and of its directory.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};

use serde_json::json;

use crate::common::{NOBODY, Sandbox, tree};
use crate::hostile_drives::{refused, start_as_nobody, way};

/// A tree that belongs to a user without rights.
fn given_to_nobody(sandbox: &Sandbox) {
    if rustix::process::geteuid().is_root() {
        for (path, _) in tree(sandbox, "") {
            std::os::unix::fs::chown(sandbox.path(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
}

fn mode(sandbox: &Sandbox, path: &str, mode: u32) {
    std::fs::set_permissions(sandbox.path(path), PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn what_permissions_keep_in_its_place_is_neither_copied_nor_removed_in_part() {
    let sandbox = Sandbox::new()
        .file("from/shut/a", "a")
        .file("from/d/1", "1")
        .file("from/d/shut/2", "2")
        .file("from/sticky/theirs", "t")
        .file("from/sticky/tree/in", "in")
        .dir("to");
    let at = |path: &str| sandbox.path(path);
    if rustix::process::geteuid().is_root() {
        for path in ["from", "from/d", "from/d/1", "from/d/shut", "from/d/shut/2", "to"] {
            std::os::unix::fs::chown(at(path), Some(NOBODY), Some(NOBODY)).unwrap();
        }
    }
    let mode = |path: &str, mode| {
        std::fs::set_permissions(at(path), PermissionsExt::from_mode(mode)).unwrap();
    };
    for (path, bits) in [
        ("", 0o755),
        ("from/shut", 0o555),
        ("from/d/shut", 0o555),
        ("from/sticky", 0o1777),
        ("from/sticky/tree", 0o777),
    ] {
        mode(path, bits);
    }
    let is_anothers = at("from/sticky").metadata().unwrap().uid() != NOBODY
        && rustix::process::geteuid().is_root();
    let mut client = start_as_nobody(&sandbox, &["from", "to"]);
    for call in [
        ("move_file", way("from/shut/a", "to/new/a")),
        ("move_file", way("from/d", "to/d")),
        ("delete_file", json!({"path": "from/d", "recursive": true})),
        ("delete_file", json!({"path": "from/shut/a"})),
    ] {
        let removed =
            if call.1.to_string().contains("shut") { "from/shut/a" } else { "from/d/shut/2" };
        let says = format!("the server's user may not remove `{removed}`");
        refused(&mut client, &sandbox, call, "os_denied", &[&says]);
    }
    if is_anothers {
        for (tool, arguments, what) in [
            ("move_file", way("from/sticky/theirs", "to/t"), "theirs"),
            ("move_file", way("from/sticky/theirs", "from/t"), "theirs"),
            ("move_file", way("from/sticky/tree", "to/tree"), "tree"),
            ("delete_file", json!({"path": "from/sticky/theirs"}), "theirs"),
            ("delete_file", json!({"path": "from/sticky/tree", "recursive": true}), "tree"),
        ] {
            let says = format!("`from/sticky/{what}` belongs to another user");
            refused(&mut client, &sandbox, (tool, arguments), "os_denied", &[&says]);
        }
    }
    mode("from/shut", 0o755);
    mode("from/d/shut", 0o755);
}

#[test]
fn permission_errors_name_the_file_or_the_directory_that_refused() {
    let sandbox = Sandbox::new()
        .file("g/no-write/f", "f")
        .file("g/no-pass/f", "f")
        .file("g/no-list/f", "f")
        .file("g/a", "a")
        .file("g/d/in", "in");
    given_to_nobody(&sandbox);
    let shut = [("", 0o755), ("g/no-write", 0o500)];
    for (path, bits) in shut {
        mode(&sandbox, path, bits);
    }
    let mut client = start_as_nobody(&sandbox, &["g"]);
    let over = json!({"source": "a", "destination": "no-write/f", "overwrite": true});
    for (call, says) in [
        (
            ("write_file", json!({"path": "no-write/f", "content": "x"})),
            "may not write in the directory of `no-write/f`",
        ),
        (
            ("copy_file", way("a", "no-write/new")),
            "may not write in the directory of `no-write/new`",
        ),
        (("copy_file", way("d", "no-write/new")), "may not write"),
        (("move_file", way("a", "no-write/new")), "may not move `a` to `no-write/new`"),
        (("move_file", way("d", "no-write/new")), "may not move `d` to `no-write/new`"),
        (("move_file", over), "may not move `a` to `no-write/f`"),
        (("move_file", way("no-write/f", "n")), "may not remove `no-write/f`"),
        (("delete_file", json!({"path": "no-write/f"})), "may not remove `no-write/f`"),
        (
            ("delete_file", json!({"path": "no-write", "recursive": true})),
            "may not remove `no-write/f`; nothing was changed",
        ),
    ] {
        refused(&mut client, &sandbox, call, "os_denied", &[&format!("the server's user {says}")]);
    }
    // The file itself may be written to, and a directory is renamed whatever is in it.
    let append = json!({"path": "no-write/f", "content": "x", "mode": "append"});
    assert_eq!(client.call("write_file", &append).code(), "ok");
    mode(&sandbox, "g/no-pass", 0o600);
    mode(&sandbox, "g/no-list", 0o300);
    for (from, code) in [("no-write", "ok"), ("no-pass", "ok"), ("no-list", "os_denied")] {
        let answer = client.call("move_file", &way(from, &format!("{from}-moved")));
        assert_eq!(answer.code(), code, "{from}: {answer:?}");
    }
    for path in ["no-write-moved", "no-pass-moved", "no-list"] {
        mode(&sandbox, &format!("g/{path}"), 0o700);
        assert!(sandbox.path(format!("g/{path}/f")).exists(), "{path}");
    }
}
