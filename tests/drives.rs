//! Grants on drives that give and take fewer bytes than they are asked for, or take their time, as drives on a network do: every
//! tool comes to the same as on a disk, and a slow grant holds up no other.

use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use serde_json::json;

use crate::common::{
    Client, Drive, Era, Manners, Sandbox, Traced, Without, may_trace, request, tree,
};
use crate::faults::script;

const ODD: Manners = Manners { most: 3, ..Manners::OF_A_DISK };

/// The result of every call of the script, in a tree that calls have made, and the tree at the end.
/// Something may happen before each call.
fn played(sandbox: &Sandbox, grants: [&str; 2], before_each: impl Fn()) -> Vec<String> {
    let specs = grants.map(|path| sandbox.path(path));
    let args =
        [format!("grant={}:rwd", specs[0].display()), format!("other={}:rwd", specs[1].display())];
    let mut client = Client::start(&["--allow", &args[0], "--allow", &args[1]], Era::Modern);
    let mut said = vec![];
    for (tool, arguments) in script() {
        for (path, content) in [("a", "one\ntwo\n"), ("d/one", "1 o\n"), ("d/sub/two", "2 o\n")] {
            let write = json!({"path": format!("grant/{path}"), "content": content});
            assert_eq!(client.call("write_file", &write).code(), "ok", "{path}");
        }
        set_times(&specs[0]);
        for gone in ["grant/x", "grant/b", "grant/e", "other/d"] {
            client.call("delete_file", &json!({"path": gone, "recursive": true}));
        }
        before_each();
        if !arguments.to_string().contains("link") {
            let answer = client.call(tool, &arguments);
            said.push(format!("{tool} {arguments}: {}", without_times(&answer.text)));
            let mut tree = client.call("directory_tree", &json!({"path": ""})).text;
            tree += &client.call("grep", &json!({"pattern": "."})).text;
            said.push(tree);
        }
    }
    said
}

/// The files have times a minute apart: those that they were written at may be equal on one drive and not on the other.
fn set_times(grant: &Path) {
    for (minutes, path) in ["a", "d/one", "d/sub/two"].into_iter().enumerate() {
        let time =
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000 + 60 * minutes as u64);
        let file = std::fs::File::options().write(true).open(grant.join(path)).unwrap();
        file.set_modified(time).unwrap();
    }
}

/// What differs from one run to the next.
fn without_times(text: &str) -> String {
    let of_times = ["modified: ", "accessed: ", "version: ", "Allowed", "grant (", "other ("];
    let lines = text.lines().filter(|line| !of_times.iter().any(|begin| line.starts_with(begin)));
    lines.map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_drive_that_gives_and_takes_little_at_a_time_loses_nothing() {
    let sandbox = Sandbox::new().dir("disk/other");
    let Some(_drive) = Drive::mount(&sandbox, "drive", ODD) else { return };
    for at in ["drive/grant", "drive/other", "disk/grant"] {
        std::fs::create_dir_all(sandbox.path(at)).unwrap();
    }
    let (odd, plain) = (
        played(&sandbox, ["drive/grant", "drive/other"], || ()),
        played(&sandbox, ["disk/grant", "disk/other"], || ()),
    );
    assert!(odd.len() > 40, "{odd:#?}");
    for (odd, plain) in odd.iter().zip(&plain) {
        assert_eq!(odd, plain);
    }
    // Longer than what any buffer holds, in texts that end in the middle of a read.
    let text: String = (0..20_000).map(|n| format!("line {n} é\n")).collect();
    let spec = format!("{}:rwd", sandbox.path("drive/grant").display());
    let mut client = Client::start(&["--allow", &spec], Era::Modern);
    let write = json!({"path": "large", "content": text});
    assert_eq!(client.call("write_file", &write).code(), "ok");
    assert_eq!(std::fs::read_to_string(sandbox.path("drive/grant/large")).unwrap(), text);
    let hits = client.call("grep", &json!({"path": "large", "pattern": "9999 é"}));
    assert!(hits.text.contains("line 9999 é\n") && hits.text.contains("line 19999 é"), "{hits:?}");
}

/// Numbers tell what is one file, and what is a circle; they hold for a call, and no longer.
#[test]
fn a_drive_that_gives_new_numbers_is_served_as_a_disk_is() {
    let sandbox = Sandbox::new().dir("disk/other").dir("disk/grant");
    let Some(drive) = Drive::mount(&sandbox, "drive", Manners::OF_A_DISK) else { return };
    for at in ["drive/grant", "drive/other"] {
        std::fs::create_dir_all(sandbox.path(at)).unwrap();
    }
    let number = || std::fs::metadata(sandbox.path("drive/grant")).unwrap().ino();
    let before = number();
    drive.renumber();
    assert_ne!(before, number());
    let new = played(&sandbox, ["drive/grant", "drive/other"], || drive.renumber());
    let plain = played(&sandbox, ["disk/grant", "disk/other"], || ());
    assert!(new.len() > 40, "{new:#?}");
    for (new, plain) in new.iter().zip(&plain) {
        assert_eq!(new, plain);
    }
}

#[test]
fn a_slow_drive_holds_up_no_other_grant() {
    let slow = Manners { delay: Duration::from_millis(300), ..Manners::OF_A_DISK };
    let sandbox = Sandbox::new().file("grant/f", "fast\n");
    let Some(_drive) = Drive::mount(&sandbox, "drive", slow) else { return };
    std::fs::write(sandbox.path("drive/f"), "slow\n").unwrap();
    let specs = [sandbox.spec("grant", "rwd"), sandbox.spec("drive", "rwd")];
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    client.request("server/discover", json!({}));
    for id in 100..108 {
        client.send(&request(id, "read_text_file", &json!({"path": "drive/f"})));
    }
    for id in 1..9 {
        client.send(&request(id, "read_text_file", &json!({"path": "grant/f"})));
    }
    let answers: Vec<_> = (0..16).map(|_| client.receive()).collect();
    let fast = answers.iter().take(8).filter(|answer| answer["id"].as_u64().unwrap() < 100).count();
    assert_eq!(fast, 8, "{answers:#?}");
    for answer in &answers {
        let text = answer["result"]["content"][0]["text"].as_str().unwrap();
        let want = if answer["id"].as_u64().unwrap() < 100 { "fast\n" } else { "slow\n" };
        assert!(text.starts_with(want), "{answer}");
    }
}

/// NFS locks only what is open for writing: whether a temp is in use shows all the same.
#[test]
fn what_a_killed_server_left_is_removed_where_only_files_open_for_writing_can_be_locked() {
    if !may_trace() {
        return;
    }
    let sandbox = Sandbox::new().file("grant/a", "old\n");
    let spec = sandbox.spec("grant", "rwd");
    let args = ["--allow", &spec];
    let left = || tree(&sandbox, "grant").iter().filter(|(name, _)| name != "a").count();
    let killed = ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:signal=KILL:when=1"];
    let write = json!({"path": "a", "content": "new\n"});
    let mut traced = Traced::start(&sandbox, &killed, &args, Era::Modern, Without::Nothing);
    traced.client.send(&request(7, "write_file", &write));
    assert_eq!(traced.client.try_receive(), None, "it is killed");
    assert_eq!(left(), 1, "what was being written");
    let as_nfs = ["-e", "trace=flock", "-e", "inject=flock:error=EBADF:when=1"];
    let mut traced = Traced::start(&sandbox, &as_nfs, &args, Era::Modern, Without::Nothing);
    assert_eq!(traced.client.call("write_file", &write).code(), "ok");
    assert_eq!(left(), 0, "{:?}", tree(&sandbox, "grant"));
    assert!(traced.finish().iter().any(|line| line.contains("(INJECTED)")));
}

/// NFS keeps a removed file that is open under another name in the same directory.
#[test]
fn a_directory_that_is_not_empty_any_more_is_explained() {
    if !may_trace() {
        return;
    }
    let sandbox = Sandbox::new().file("grant/d/a", "a").dir("other");
    let specs = [sandbox.spec("grant", "rwd"), sandbox.spec("other", "rwd")];
    let args = ["--allow", &specs[0], "--allow", &specs[1]];
    let as_nfs = ["-e", "trace=unlinkat", "-e", "inject=unlinkat:error=ENOTEMPTY:when=2"];
    let mut traced = Traced::start(&sandbox, &as_nfs, &args, Era::Modern, Without::Nothing);
    let delete = json!({"path": "grant/d", "recursive": true});
    let answer = traced.client.call("delete_file", &delete);
    assert_eq!(answer.code(), "not_empty", "{answer:?}");
    for says in ["1 of its entries were removed", "`.nfs` and digits"] {
        assert!(answer.text.contains(says), "{says}: {answer:?}");
    }
    drop(traced);
}

/// What a new file could not get of the old one is said.
#[test]
fn what_a_drive_does_not_keep_of_a_file_is_said() {
    let sandbox = Sandbox::new().file("disk/a", "a\n").file("disk/d/in", "in");
    let path = |name: &str| sandbox.path("disk").join(name);
    let run = |program: &str, args: &[&str], name: &str| {
        let done = Command::new(program).args(args).arg(path(name)).output();
        done.is_ok_and(|done| done.status.success())
    };
    for name in ["a", "d/in"] {
        let has_list = run("setfacl", &["-m", "u:65534:rw"], name);
        if !has_list || !run("setfattr", &["-n", "user.note", "-v", "x"], name) {
            eprintln!("not run: this file system has no access lists");
            return;
        }
    }
    let Some(_drive) = Drive::mount(&sandbox, "drive", Manners::OF_A_DISK) else { return };
    let specs = [sandbox.spec("disk", "rwd"), sandbox.spec("drive", "rwd")];
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    for name in ["a", "d"] {
        let to = json!({"source": format!("disk/{name}"), "destination": format!("drive/{name}")});
        let answer = client.call("move_file", &to);
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert!(
            answer.text.contains("not kept: access control list, extended attributes"),
            "{answer:?}"
        );
    }
    // A set-user bit is left out on every file system.
    let bits = Sandbox::new().file("grant/s", "old").mode("grant/s", 0o4755).file("grant/t", "old");
    let mut client = Client::start(&["--allow", &bits.spec("grant", "rwd")], Era::Modern);
    for (name, is_said) in [("s", true), ("s", false), ("t", false)] {
        let write = json!({"path": name, "content": "new"});
        let answer = client.call("write_file", &write);
        let says = answer.text.contains("not kept: set-user-ID or set-group-ID bit");
        assert_eq!((answer.code(), says), ("ok", is_said), "{answer:?}");
    }
}

/// Whatever replaces a file with other names says that those keep the old contents.
#[test]
fn other_names_of_a_replaced_file_are_counted_by_every_tool_that_replaces() {
    let over = |from: &str| json!({"source": from, "destination": "grant/a", "overwrite": true});
    let edits = json!([{"old_text": "old", "new_text": "new"}]);
    for (tool, arguments) in [
        ("write_file", json!({"path": "grant/a", "content": "new"})),
        ("edit_file", json!({"path": "grant/a", "edits": edits})),
        ("copy_file", over("grant/b")),
        ("move_file", over("grant/b")),
        ("move_file", over("other/b")),
    ] {
        let sandbox =
            Sandbox::new().file("grant/a", "old").file("grant/b", "b").file("other/b", "b");
        let sandbox = sandbox.hard_link("grant/twin", "grant/a");
        let specs = [sandbox.spec("grant", "rwd"), sandbox.spec("other", "rwd")];
        let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "ok", "{tool}: {answer:?}");
        let says =
            answer.text.contains("another name (hard link) of the file keeps the old contents");
        assert!(says, "{tool} {arguments}: {answer:?}");
        assert_eq!(std::fs::read_to_string(sandbox.path("grant/twin")).unwrap(), "old");
    }
}
