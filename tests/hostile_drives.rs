//! What keeps a file from being changed whatever its permissions: mounts, marks of `chattr`, sticky directories, names
//! that are too long, drives that are gone. Nothing is half done, and the answer names the reason.

use std::os::unix::net::UnixListener;
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::common::{Client, Era, Mounted, NOBODY, Sandbox, Without, for_everybody, tree};

fn may_mount() -> bool {
    let may = Sandbox::may_mount();
    if !may {
        eprintln!("not run: this user may not mount");
    }
    may
}

pub fn way(from: &str, to: &str) -> Value {
    json!({"source": from, "destination": to})
}

fn start(sandbox: &Sandbox, grants: &[&str]) -> Client {
    let specs: Vec<String> = grants.iter().map(|grant| sandbox.spec(grant, "rwd")).collect();
    let args: Vec<&str> = specs.iter().flat_map(|spec| ["--allow", spec]).collect();
    Client::start(&args, Era::Modern)
}

/// The same for a user without rights.
pub fn start_as_nobody(sandbox: &Sandbox, grants: &[&str]) -> Client {
    let specs: Vec<String> = grants.iter().map(|grant| sandbox.spec(grant, "rwd")).collect();
    let mut command = Command::new(for_everybody());
    command.args(specs.iter().flat_map(|spec| ["--allow", spec]));
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    Client::spawn(command, Era::Modern, Without::Nothing)
}

/// A mark of `chattr`, taken away again when it is dropped.
struct Marked(PathBuf, char);

impl Marked {
    fn new(at: PathBuf, mark: char) -> Option<Self> {
        let set = Command::new("chattr").arg(format!("+{mark}")).arg(&at).output();
        let is_set = set.is_ok_and(|set| set.status.success());
        if !is_set {
            eprintln!("not run: this user or this file system cannot mark files");
        }
        is_set.then(|| Self(at, mark))
    }
}

impl Drop for Marked {
    fn drop(&mut self) {
        let _ = Command::new("chattr").arg(format!("-{}", self.1)).arg(&self.0).status();
    }
}

/// A call is refused with this code and these words, and changes nothing.
pub fn refused(
    client: &mut Client,
    sandbox: &Sandbox,
    (tool, arguments): (&str, Value),
    code: &str,
    words: &[&str],
) {
    let before = tree(sandbox, "");
    let answer = client.call(tool, &arguments);
    let shown = format!("{tool} {arguments}: {answer:?}");
    assert_eq!(answer.code(), code, "{shown}");
    for words in words {
        assert!(answer.text.contains(words), "`{words}`: {shown}");
    }
    assert_eq!(tree(sandbox, ""), before, "{shown}");
}

fn rights(client: &mut Client, path: &str) -> String {
    let info = client.call("get_file_info", &json!({"path": path})).text;
    info.lines().find_map(|line| line.strip_prefix("rights: ")).unwrap_or(&info).to_owned()
}

#[test]
fn a_tree_that_holds_something_mounted_is_refused_whole() {
    if !may_mount() {
        return;
    }
    for (from, is_directory) in
        [("host", false), ("socket", false), ("/dev/null", false), ("host-dir", true)]
    {
        let mut sandbox = Sandbox::new().file("g/d/1", "1").file("g/d/zz", "z").dir("other");
        sandbox = if is_directory { sandbox.dir("g/d/m") } else { sandbox.file("g/d/m", "") };
        sandbox = sandbox.file("host", "host").dir("host-dir");
        let socket = UnixListener::bind(sandbox.path("socket"));
        if from == "socket" && socket.is_err() {
            eprintln!("not run with a socket: this file system makes none");
            continue;
        }
        let _mounted = Mounted::file(&sandbox, from, "g/d/m");
        let mut client = start(&sandbox, &["g", "other"]);
        for call in [
            ("delete_file", json!({"path": "g/d", "recursive": true})),
            ("delete_file", json!({"path": "g/d/m", "recursive": true})),
            ("move_file", way("g/d", "g/e")),
            ("move_file", way("g/d", "other/d")),
        ] {
            // What is never opened is not removed by its name either.
            if from != "host" && !is_directory && call.1["path"] == "g/d/m" {
                continue;
            }
            let in_place = client.call(call.0, &call.1).text;
            assert!(!in_place.contains("in_place") && !in_place.contains("in-place"), "{in_place}");
            let words = "`g/d/m` is a mount point and cannot be replaced, moved or removed";
            refused(&mut client, &sandbox, call, "os_busy", &[words]);
        }
    }
    // A copy takes a mounted file along as any other, and says what it does not take along.
    let sandbox =
        Sandbox::new().file("g/d/m", "").file("g/x/m/in", "").file("host", "host").dir("h");
    let _file = Mounted::file(&sandbox, "host", "g/d/m");
    let _directory = Mounted::file(&sandbox, "h", "g/x/m");
    let mut client = start(&sandbox, &["g"]);
    assert_eq!(client.call("copy_file", &way("d", "e")).code(), "ok");
    assert_eq!(std::fs::read_to_string(sandbox.path("g/e/m")).unwrap(), "host");
    refused(
        &mut client,
        &sandbox,
        ("copy_file", way("x", "y")),
        "os_busy",
        &["`x/m` is a mount point"],
    );
}

/// What is hidden is not named, mounted or not.
#[test]
fn a_mount_point_that_is_hidden_is_not_named() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::new().file("g/d/1", "1").dir("g/d/secret").file("g/d/mask", "").dir("h");
    let sandbox = sandbox.file("host", "");
    let _mounted =
        [Mounted::file(&sandbox, "h", "g/d/secret"), Mounted::file(&sandbox, "host", "g/d/mask")];
    let toml = "[[allow]]\npath = \"g\"\nrights = \"rwd\"\nhide = [\"**/secret\", \"**/mask\"]\n";
    let sandbox = sandbox.file("list.toml", toml);
    let config = sandbox.path("list.toml").display().to_string();
    let mut client = Client::start(&["--config", &config], Era::Modern);
    for call in
        [("delete_file", json!({"path": "d", "recursive": true})), ("move_file", way("d", "e"))]
    {
        let answer = client.call(call.0, &call.1);
        assert!(!answer.text.contains("secret") && !answer.text.contains("mask"), "{answer:?}");
        refused(
            &mut client,
            &sandbox,
            call,
            "protected",
            &["holds something that cannot be changed"],
        );
    }
}

#[test]
fn the_hint_about_a_mount_point_leads_to_something_that_works() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::new().file("g/m", "").file("g/a", "a").file("host", "one\n").dir("g/d");
    let sandbox = sandbox.dir("h").dir("g/only");
    let _mounted = [Mounted::file(&sandbox, "host", "g/m"), Mounted::file(&sandbox, "h", "g/d")];
    let edits = json!([{"old_text": "one", "new_text": "1"}]);
    let over = |from: &str, to: &str| json!({"source": from, "destination": to, "overwrite": true});
    let new_contents = || {
        vec![
            ("write_file", json!({"path": "m", "content": "x"})),
            ("edit_file", json!({"path": "m", "edits": edits})),
            ("copy_file", over("a", "m")),
        ]
    };
    let spec = sandbox.spec("g", "rwd");
    for (args, says, rights_of_file) in [
        (
            &[][..],
            "hint: only the user can permit writing into the mounted file itself, by starting the server with `--in-place`",
            "rw (a mount point: can be appended to, but not replaced, moved or deleted)",
        ),
        (
            &["--in-place"],
            "hint: use mode=in_place in write_file (in_place=true in edit_file) to write into the mounted file itself",
            "rw (a mount point: can be appended to and written in place, but not replaced, moved or deleted)",
        ),
    ] {
        let mut client = Client::start(&[args, &["--allow", &spec]].concat(), Era::Modern);
        for call in new_contents() {
            refused(&mut client, &sandbox, call, "os_busy", &["`m` is a mount point", says]);
        }
        for call in [
            ("delete_file", json!({"path": "m"})),
            ("move_file", way("m", "n")),
            ("move_file", over("a", "m")),
            ("delete_file", json!({"path": "d", "recursive": true})),
            ("move_file", way("d", "e")),
        ] {
            let text = client.call(call.0, &call.1).text;
            assert!(!text.contains("in-place") && !text.contains("in_place"), "{text}");
            refused(
                &mut client,
                &sandbox,
                call,
                "os_busy",
                &["is a mount point", "only the user can unmount it"],
            );
        }
        assert_eq!(rights(&mut client, "m"), rights_of_file);
        assert_eq!(
            rights(&mut client, "d"),
            "rwd (a mount point: what is in it can be changed, but it cannot be moved or deleted)"
        );
        assert_eq!(
            (rights(&mut client, "a"), rights(&mut client, "only")),
            ("rwd".into(), "rwd".into())
        );
    }
    // The hint of a refused argument does not lead back to a call that cannot work.
    let mut client = start(&sandbox, &["g"]);
    let in_place =
        client.call("write_file", &json!({"path": "m", "content": "x", "mode": "in_place"}));
    assert_eq!(in_place.code(), "right_missing");
    assert!(!in_place.text.contains("leave it out"), "{in_place:?}");
    let append = json!({"path": "m", "content": "two\n", "mode": "append"});
    assert_eq!(client.call("write_file", &append).code(), "ok", "as its rights say");
    let ro = Client::start(&["--allow", &sandbox.spec("g", "ro")], Era::Modern);
    assert_eq!(rights(&mut { ro }, "m"), "ro");
}

#[test]
fn move_copies_nothing_if_the_source_cannot_be_removed() {
    if !may_mount() {
        return;
    }
    let sandbox = Sandbox::new().file("ro/a", "a").file("ro/d/in", "in").dir("disk");
    let mounted = Mounted::on_itself(&sandbox, "ro");
    mounted.remount("remount,bind,ro");
    let mut client = start(&sandbox, &["ro", "disk"]);
    for call in [way("ro/a", "disk/new/a"), way("ro/d", "disk/new/d")] {
        refused(&mut client, &sandbox, ("move_file", call), "os_denied", &["is mounted read only"]);
    }
    let over = json!({"source": "ro/a", "destination": "disk/b", "overwrite": true});
    std::fs::write(sandbox.path("disk/b"), "b").unwrap();
    refused(&mut client, &sandbox, ("move_file", over), "os_denied", &["is mounted read only"]);
    // A read-only part within one grant.
    let sandbox = Sandbox::new().file("g/ro/a", "a").file("g/ro/d/in", "in");
    let mounted = Mounted::on_itself(&sandbox, "g/ro");
    mounted.remount("remount,bind,ro");
    let mut client = start(&sandbox, &["g"]);
    for call in [way("ro/a", "a"), way("ro/d", "d")] {
        refused(&mut client, &sandbox, ("move_file", call), "os_denied", &["is mounted read only"]);
    }
}

#[test]
fn marks_of_files_and_directories_are_named_and_nothing_is_left_behind() {
    let edits = json!([{"old_text": "one", "new_text": "1"}]);
    for mark in ['i', 'a'] {
        let word = if mark == 'i' { "immutable" } else { "append-only" };
        let sandbox = Sandbox::new()
            .file("g/f", "one\n")
            .file("g/d/f", "one\n")
            .file("g/d/sub/in", "in")
            .file("g/t/1", "1")
            .file("g/t/f", "one\n")
            .file("g/a", "a")
            .dir("to");
        let mut marked = vec![];
        for path in ["g/f", "g/d", "g/t/f"] {
            let Some(one) = Marked::new(sandbox.path(path), mark) else { return };
            marked.push(one);
        }
        let mut client = start(&sandbox, &["g", "to"]);
        let over = json!({"source": "g/a", "destination": "g/f", "overwrite": true});
        let write = |path: &str, mode: &str| json!({"path": path, "content": "x", "mode": mode});
        let mut calls = vec![
            ("write_file", write("g/f", "overwrite"), "`g/f` is marked"),
            ("edit_file", json!({"path": "g/f", "edits": edits}), "`g/f` is marked"),
            ("copy_file", over.clone(), "`g/f` is marked"),
            ("move_file", over, "`g/f` is marked"),
            ("move_file", way("g/f", "g/n"), "`g/f` is marked"),
            ("move_file", way("g/f", "to/n"), "`g/f` is marked"),
            ("delete_file", json!({"path": "g/f"}), "`g/f` is marked"),
            ("move_file", way("g/t", "to/t"), "`g/t/f` is marked"),
            ("delete_file", json!({"path": "g/t", "recursive": true}), "`g/t/f` is marked"),
            (
                "write_file",
                write("g/d/f", "overwrite"),
                "`g/d/f` lies in a directory that is marked",
            ),
            ("edit_file", json!({"path": "g/d/f", "edits": edits}), "`g/d/f` lies in a directory"),
            ("write_file", write("g/d/n", "overwrite"), "`g/d/n` lies in a directory"),
            ("write_file", write("g/d/n", "create"), "`g/d/n` lies in a directory"),
            ("copy_file", way("g/a", "g/d/n"), "`g/d/n` lies in a directory"),
            ("copy_file", way("g/t", "g/d/n"), "`g/d/n` lies in a directory"),
            ("move_file", way("g/d/f", "to/n"), "`g/d/f` lies in a directory"),
            ("move_file", way("g/d/f", "g/n"), "`g/d/f` lies in a directory"),
            ("delete_file", json!({"path": "g/d/f"}), "`g/d/f` lies in a directory"),
        ];
        if mark == 'i' {
            calls.push(("write_file", write("g/f", "append"), "`g/f` is marked"));
            calls.push(("create_directory", json!({"path": "g/d/n/m"}), "lies in a directory"));
            calls.push(("move_file", way("g/a", "g/d/n"), "`g/d/n` lies in a directory"));
        }
        for (tool, arguments, says) in calls {
            refused(
                &mut client,
                &sandbox,
                (tool, arguments),
                "os_denied",
                &[says, &format!("marked as {word}")],
            );
        }
        let (file, directory) = if mark == 'i' {
            ("ro (marked as immutable)", "ro (marked as immutable)")
        } else {
            (
                "rw (marked as append-only: can only be appended to)",
                "rw (marked as append-only: nothing in it can be replaced, moved or deleted)",
            )
        };
        assert_eq!((&*rights(&mut client, "g/f"), &*rights(&mut client, "g/d")), (file, directory));
        assert_eq!(
            rights(&mut client, "g/d/f"),
            "rw (in an immutable or append-only directory: can be appended to, but not replaced, moved or deleted)"
        );
        let path = if mark == 'i' { "g/d/f" } else { "g/f" };
        assert_eq!(
            client.call("write_file", &write(path, "append")).code(),
            "ok",
            "as the rights say"
        );
    }
}
