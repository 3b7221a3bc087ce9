//! What holds when the machine fails under a change: the old bytes are there, nothing half made is, and
//! the server goes on. A full disk, one that became read only, and a limit on the size of files.

use std::collections::BTreeSet;

use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Client, Era, Mounted, Sandbox, changes, tree};

/// A text of so many bytes, no two lines of it alike.
fn text(what: &str, size: usize) -> String {
    let lines: String = (0..=size / 6).map(|n| format!("{what} {n}\n")).collect();
    lines[..size].to_owned()
}

fn to(source: &str, destination: &str) -> Value {
    json!({"source": source, "destination": destination})
}

fn may_mount() -> bool {
    let may = Sandbox::may_mount();
    if !may {
        eprintln!("not run: this user may not mount");
    }
    may
}

/// Calls that need more room than there is, where `full/a` is `OLD` bytes and ends with `THE END`.
fn too_large(large: &str) -> Vec<(&'static str, Value)> {
    let over = json!({"source": "disk/large", "destination": "full/a", "overwrite": true});
    let mode = json!({"path": "full/new/b", "content": large, "mode": "create"});
    let edits = json!([{"old_text": "THE END", "new_text": large}]);
    vec![
        ("write_file", json!({"path": "full/a", "content": large})),
        ("write_file", json!({"path": "full/new/b", "content": large})),
        ("write_file", json!({"path": "full/new/b", "content": large, "mode": "append"})),
        ("write_file", mode),
        ("edit_file", json!({"path": "full/a", "edits": edits})),
        ("copy_file", to("disk/large", "full/new/b")),
        ("copy_file", over.clone()),
        ("copy_file", to("disk/tree", "full/new/deep/er/tree")),
        ("move_file", to("disk/large", "full/new/b")),
        ("move_file", over),
        ("move_file", to("disk/tree", "full/new/deep/er/tree")),
    ]
}

/// A directory `full` with a file of `old` bytes, and a directory `disk` with `large` ones.
fn with_old_and_large(sandbox: Sandbox, old: usize, large: usize) -> Sandbox {
    let old = text("old", old - 7) + "THE END";
    let large = text("large", large);
    sandbox
        .file("full/a", old)
        .file("disk/large", &large)
        .file("disk/tree/one", "small")
        .file("disk/tree/sub/two", &large)
}

fn specs(sandbox: &Sandbox) -> [String; 4] {
    let allow = || "--allow".to_owned();
    [allow(), sandbox.spec("full", "rwd"), allow(), sandbox.spec("disk", "rwd")]
}

/// None of the calls changes anything, each says that there is no room, and the server goes on.
fn all_are_refused(sandbox: &Sandbox, client: &mut Client, calls: Vec<(&'static str, Value)>) {
    let before = (tree(sandbox, "full"), tree(sandbox, "disk"));
    for (tool, arguments) in calls {
        let answer = client.call(tool, &arguments);
        let asked = arguments.to_string().chars().take(100).collect::<String>();
        assert_eq!(answer.code(), "os_full", "{tool} {asked}: {answer:?}");
        assert!(before == (tree(sandbox, "full"), tree(sandbox, "disk")), "{tool} {asked}");
        let read = client.call("read_text_file", &json!({"path": "disk/tree/one"}));
        assert_eq!(read.code(), "ok", "after {tool} {asked}");
    }
}

/// What did not go in whole is the old bytes and a beginning of the new; the answer says how many.
fn a_part_is_appended(sandbox: &Sandbox, client: &mut Client, more: &str) {
    let old = std::fs::read_to_string(sandbox.path("full/a")).unwrap();
    let append = json!({"path": "full/a", "content": more, "mode": "append"});
    // Its last line is completed.
    let more = format!("\n{more}");
    let answer = client.call("write_file", &append);
    let is = std::fs::read_to_string(sandbox.path("full/a")).unwrap();
    let appended = is.strip_prefix(&old).expect("the old bytes");
    assert!(more.starts_with(appended) && appended.len() < more.len());
    assert!(!appended.is_empty(), "there was room for a part");
    assert_eq!(answer.code(), "os_full");
    let told = format!(" {} of {} bytes were appended to `full/a`", appended.len(), more.len());
    assert!(answer.text.contains(&told), "{answer:?}");
    // Now there is room for nothing.
    assert_eq!(client.call("write_file", &append).code(), "os_full");
    assert_eq!(std::fs::read_to_string(sandbox.path("full/a")).unwrap(), is);
    assert_eq!(tree(sandbox, "full").len(), 1);
}

#[test]
fn on_a_full_disk_the_old_bytes_stay() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::new();
    let mounted = Mounted::tmpfs(&sandbox, "full", "size=128k");
    let sandbox = with_old_and_large(sandbox, 40_000, 120_000);
    let specs = specs(&sandbox);
    let mut client = Client::start(&specs.each_ref().map(String::as_str), Era::Modern);
    let large = text("large", 120_000);
    all_are_refused(&sandbox, &mut client, too_large(&large));
    a_part_is_appended(&sandbox, &mut client, &large);
    // With room again, the same server does what it is asked.
    mounted.remount("remount,size=2m");
    for (tool, arguments) in too_large(&large).into_iter().take(2) {
        assert_eq!(client.call(tool, &arguments).code(), "ok", "{tool}");
    }
    drop(client);
}

/// What is written in place and has no room is not begun: the part that makes a file longer is written first.
#[test]
fn on_a_full_disk_a_file_that_is_written_in_place_stays_as_it_was() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::new();
    let _mounted = Mounted::tmpfs(&sandbox, "full", "size=64k");
    let sandbox = sandbox.file("full/a", text("old", 40_000 - 7) + "THE END").file("full/b", "b");
    let spec = sandbox.spec("full", "rwd");
    let mut client = Client::start(&["--in-place", "--allow", &spec], Era::Modern);
    let large = text("large", 100_000);
    let before = tree(&sandbox, "full");
    let in_place = |content: &str| json!({"path": "a", "content": content, "mode": "in_place"});
    let edits = json!([{"old_text": "THE END", "new_text": large}]);
    for (tool, arguments) in [
        ("write_file", in_place(&large)),
        ("edit_file", json!({"path": "a", "edits": edits, "in_place": true})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "os_full", "{tool}: {answer:?}");
        assert!(answer.text.contains("no space is left to write `a`"), "{tool}: {answer:?}");
        assert!(before == tree(&sandbox, "full"), "{tool}");
    }
    // With room: longer, shorter, as long, empty.
    for content in [text("new", 50_000), text("new", 100), text("now", 100), String::new()] {
        assert_eq!(client.call("write_file", &in_place(&content)).code(), "ok");
        assert!(std::fs::read_to_string(sandbox.path("full/a")).unwrap() == content);
    }
}

#[test]
fn without_room_for_another_name_nothing_is_half_made() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::new();
    // The root, the file, and two more.
    let _mounted = Mounted::tmpfs(&sandbox, "full", "size=1m,nr_inodes=4");
    let sandbox = with_old_and_large(sandbox, 100, 100);
    let specs = specs(&sandbox);
    let mut client = Client::start(&specs.each_ref().map(String::as_str), Era::Modern);
    let calls = vec![
        ("write_file", json!({"path": "full/x/y/z", "content": ""})),
        ("write_file", json!({"path": "full/x/y/z", "content": "", "mode": "append"})),
        ("create_directory", json!({"path": "full/x/y/z"})),
        ("create_directory", json!({"path": "full/x/y/z/deeper"})),
        ("copy_file", to("disk/large", "full/x/y/z")),
        ("copy_file", to("disk/tree", "full/tree")),
        ("move_file", to("disk/large", "full/x/y/z")),
        ("move_file", to("disk/tree", "full/tree")),
        ("move_file", to("full/a", "full/x/y/z/a")),
    ];
    all_are_refused(&sandbox, &mut client, calls);
    for path in ["full/x/y", "full/x"] {
        assert_eq!(client.call("create_directory", &json!({"path": path})).code(), "ok", "{path}");
        assert_eq!(
            client.call("delete_file", &json!({"path": "full/x", "recursive": true})).code(),
            "ok"
        );
    }
}

#[test]
fn a_limit_on_the_size_of_files_is_a_full_disk() {
    // In units of 512 bytes.
    let sandbox = with_old_and_large(Sandbox::new(), 20_000, 60_000);
    let specs = specs(&sandbox);
    let mut client = Client::after("ulimit -f 64", &specs.each_ref().map(String::as_str));
    let large = text("large", 60_000);
    all_are_refused(&sandbox, &mut client, too_large(&large));
    a_part_is_appended(&sandbox, &mut client, &large);
    let small = client.call("write_file", &json!({"path": "full/a", "content": "small"}));
    assert_eq!(small.code(), "ok");
    assert_eq!(client.finish().1, 0, "it ends at the end of its input, and not by a signal");
}

/// Every tool that changes, for files and trees, within a grant and out of it.
fn changes_of_all_kinds() -> Vec<(&'static str, Value)> {
    let edits = json!([{"old_text": "THE END", "new_text": "the end"}]);
    let all = vec![
        ("write_file", json!({"path": "full/a", "content": "x"})),
        ("write_file", json!({"path": "full/b", "content": "x"})),
        ("write_file", json!({"path": "full/x/b", "content": "x"})),
        ("write_file", json!({"path": "full/a", "content": "x", "mode": "append"})),
        ("edit_file", json!({"path": "full/a", "edits": edits})),
        ("create_directory", json!({"path": "full/x/y"})),
        ("copy_file", to("full/a", "full/b")),
        ("copy_file", to("full/d", "full/x/d")),
        ("copy_file", to("disk/large", "full/b")),
        ("move_file", to("full/a", "full/b")),
        ("move_file", to("full/a", "full/x/b")),
        ("move_file", to("full/d", "full/e")),
        ("move_file", to("disk/large", "full/b")),
        ("move_file", to("disk/tree", "full/tree")),
        ("move_file", json!({"source": "full/a", "destination": "full/d/in", "overwrite": true})),
        ("delete_file", json!({"path": "full/a"})),
        ("delete_file", json!({"path": "full/d", "recursive": true})),
    ];
    let covered: BTreeSet<&str> = all.iter().map(|(tool, _)| *tool).collect();
    let there = TOOLS.iter().filter(|tool| changes(tool)).map(|tool| tool.name).collect();
    assert_eq!(covered, there, "every tool that changes is among them");
    all
}

#[test]
fn what_became_read_only_is_not_changed() {
    if !may_mount() {
        return;
    }
    for is_tmpfs in [true, false] {
        let mut sandbox = Sandbox::new().dir("full");
        let mounted = if is_tmpfs {
            Mounted::tmpfs(&sandbox, "full", "size=1m")
        } else {
            Mounted::on_itself(&sandbox, "full")
        };
        sandbox = with_old_and_large(sandbox, 100, 100).file("full/d/in", "in");
        let specs = specs(&sandbox);
        let mut client = Client::start(&specs.each_ref().map(String::as_str), Era::Modern);
        assert_eq!(
            client.call("write_file", &json!({"path": "full/w", "content": ""})).code(),
            "ok"
        );
        mounted.remount(if is_tmpfs { "remount,ro" } else { "remount,bind,ro" });
        let before = (tree(&sandbox, "full"), tree(&sandbox, "disk"));
        for (tool, arguments) in changes_of_all_kinds() {
            let answer = client.call(tool, &arguments);
            assert_eq!(answer.code(), "os_denied", "{tool} {arguments}: {answer:?}");
            let after = (tree(&sandbox, "full"), tree(&sandbox, "disk"));
            assert_eq!(after, before, "{tool} {arguments}");
        }
        // What cannot be removed is not moved away by a copy either.
        for name in ["a", "d"] {
            let away = to(&format!("full/{name}"), &format!("disk/{name}"));
            let answer = client.call("move_file", &away);
            assert_eq!(answer.code(), "os_denied", "{answer:?}");
            assert!(answer.text.contains("is mounted read only"), "{answer:?}");
            assert_eq!((tree(&sandbox, "full"), tree(&sandbox, "disk")), before, "{answer:?}");
        }
        // With the right to write, each of them is done: it was the disk that refused.
        mounted.remount(if is_tmpfs { "remount,rw" } else { "remount,bind,rw" });
        assert_eq!(client.call("delete_file", &json!({"path": "full/a"})).code(), "ok");
        drop(client);
    }
}
