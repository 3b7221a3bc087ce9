//! What writing promises: the old bytes or the new, no other byte touched, nothing lost on the way.

use std::os::unix::fs::{MetadataExt as _, PermissionsExt};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tool::Content;
use preopen::tools::TOOLS;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::common::{Answer, Client, Era, NOBODY, Sandbox, Without, for_everybody, preopen};

/// The program over `grant/` with all rights.
fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

fn call(sandbox: &Sandbox, tool: &str, arguments: Value) -> Answer {
    start(sandbox).call(tool, &arguments)
}

fn bytes(path: impl AsRef<Path>) -> Vec<u8> {
    std::fs::read(path).unwrap()
}

/// The program's own pipeline, in this process, for callers at once.
struct Here(Dispatcher);

impl Here {
    fn new(sandbox: &Sandbox) -> Self {
        let grants = crate::common::grants(&[sandbox.spec("grant", "rwd").parse().unwrap()]);
        let clock = authority::clock(authority::mint());
        Self(Dispatcher::new(TOOLS, grants, Limits::default(), clock, None, &[]).unwrap())
    }

    fn call(&self, tool: &str, arguments: Value) -> Result<String, String> {
        let Value::Object(arguments) = arguments else { panic!("no object") };
        let answer = self.0.call(tool, arguments, CallMonitor::unattended()).unwrap();
        let text = |content: Vec<Content>| match content.as_slice() {
            [Content::Text(text)] => text.clone(),
            other => panic!("{other:?}"),
        };
        answer.map(text).map_err(|error| error.to_string())
    }
}

/// The version that an answer names.
fn version(text: &str) -> String {
    let (_, rest) = text.rsplit_once("version ").unwrap();
    rest.trim_end_matches(']').to_owned()
}

#[test]
fn a_write_says_what_happened() {
    let sandbox = Sandbox::new().file("grant/a", "1\r\n2\r\n3").link("grant/l", "a");
    let mut client = start(&sandbox);
    for (arguments, told) in [
        (
            json!({"path": "d/e/n", "content": "x\ny\n"}),
            "Successfully wrote to d/e/n\n[new file of 2 lines; LF; made 2 directories; version V]",
        ),
        (
            json!({"path": "a", "content": "x\n"}),
            "Successfully wrote to a\n[replaced 3 lines with 1; CRLF as before, although the content had LF (line_ends=lf writes LF); version V]",
        ),
        (
            json!({"path": "l", "content": ""}),
            "Successfully wrote to l\n[replaced 1 line with 0; no line end; links lead to a; version V]",
        ),
        (
            json!({"path": "a", "content": "more", "mode": "append"}),
            "Successfully wrote to a\n[appended 1 line; version V]",
        ),
        (
            json!({"path": "b", "content": "made", "mode": "append"}),
            "Successfully wrote to b\n[new file of 1 line; no line end; version V]",
        ),
        (
            json!({"path": "c", "content_base64": "AAEC\n/w=="}),
            "Successfully wrote to c\n[new file of 4 bytes; version V]",
        ),
    ] {
        assert_eq!(client.call("write_file", &arguments).text, told, "{arguments}");
    }
    assert_eq!(bytes(sandbox.path("grant/a")), b"more");
    assert_eq!(bytes(sandbox.path("grant/c")), [0, 1, 2, 255]);
    assert!(sandbox.path("grant/l").is_symlink(), "a link stays one");
}

#[test]
fn a_write_that_is_refused_changes_nothing() {
    let sandbox = Sandbox::new().file("grant/a", "old").dir("grant/d").fifo("grant/f");
    let mut client = start(&sandbox);
    for (arguments, code) in [
        (json!({"path": "a", "content": "x", "mode": "create"}), "already_exists"),
        (json!({"path": "a", "content": "x", "if_match": "aaaaaaaaaa"}), "stale"),
        (json!({"path": "n", "content": "x", "if_match": "aaaaaaaaaa"}), "stale"),
        (json!({"path": "n/m", "content": "x", "create_parents": false}), "not_found"),
        (json!({"path": "d", "content": "x"}), "is_a_directory"),
        (json!({"path": "f", "content": "x"}), "special_file"),
        (json!({"path": "a/b", "content": "x"}), "not_a_directory"),
        (json!({"path": "n/", "content": "x"}), "is_a_directory"),
        (json!({"path": "n\nm", "content": "x"}), "bad_path"),
        (json!({"path": "a"}), "bad_args"),
        (json!({"path": "a", "content": "x", "content_base64": "eA=="}), "bad_args"),
        (json!({"path": "a", "content_base64": "not!"}), "bad_args"),
        (json!({"path": ".", "content": "x"}), "is_a_directory"),
        (
            json!({"path": ".preopen-00112233445566778899aabbccddeeff.tmp", "content": "x"}),
            "protected",
        ),
    ] {
        let answer = client.call("write_file", &arguments);
        assert_eq!(answer.code(), code, "{arguments} {answer:?}");
    }
    assert_eq!(bytes(sandbox.path("grant/a")), b"old");
    assert_eq!(std::fs::read_dir(sandbox.path("grant")).unwrap().count(), 3);
}

#[test]
fn what_is_appended_takes_the_form_of_the_file() {
    // In ISO-2022-JP what bytes mean depends on those before them, and those are not all looked at.
    const JAPANESE: &[u8] = b"\x1b$B$3$l$OJ8;z$G$9\x1b(B\n";
    let utf16 = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let marked = [&[0xFF, 0xFE][..], &utf16("a\r\n")].concat();
    let sandbox = Sandbox::new()
        .file("grant/crlf", "a\r\nb\r\n")
        .file("grant/utf16", &marked)
        .file("grant/latin", b"un caf\xe9 tr\xe8s serr\xe9, no\xebl\n".repeat(4))
        .file("grant/japanese", JAPANESE)
        .file("grant/own", "a")
        .hard_link("grant/twin", "grant/own");
    let mut client = start(&sandbox);
    let mut append = |path: &str, text: &str| {
        client.call("write_file", &json!({"path": path, "content": text, "mode": "append"}))
    };
    append("crlf", "c\n");
    append("utf16", "\u{e9}\n");
    append("latin", "e\n");
    assert_eq!(bytes(sandbox.path("grant/crlf")), b"a\r\nb\r\nc\r\n");
    assert_eq!(bytes(sandbox.path("grant/utf16")), [marked, utf16("\u{e9}\r\n")].concat());
    assert!(bytes(sandbox.path("grant/latin")).ends_with(b"no\xebl\ne\n"));
    let refused = append("latin", "\u{e9}\n");
    assert!(refused.text.contains("hint: give the right encoding"), "{refused:?}");
    assert_eq!(append("japanese", "x\n").code(), "not_text");
    assert_eq!(bytes(sandbox.path("grant/japanese")), JAPANESE);
    assert_eq!(append("twin", "x").code(), "bad_args", "it would change under the other name too");
    assert_eq!(bytes(sandbox.path("grant/own")), b"a");
}

#[test]
fn a_replaced_file_keeps_its_mode_its_owner_and_what_is_attached() {
    let sandbox = Sandbox::new()
        .file("grant/a", "old")
        .mode("grant/a", 0o640)
        .file("grant/s", "old")
        .mode("grant/s", 0o4755)
        .file("grant/twin", "old")
        .hard_link("grant/other", "grant/twin");
    let path = |name: &str| sandbox.path("grant").join(name);
    let set =
        Command::new("setfattr").args(["-n", "user.note", "-v", "kept"]).arg(path("a")).status();
    // By the programs that Linux has for it.
    let is_linux = cfg!(target_os = "linux");
    let has_attributes = is_linux && set.expect("`make setup` installs attr").success();
    let acl = Command::new("setfacl").args(["-m", "u:65534:rw"]).arg(path("a")).status();
    let told = |program: &str, args: &[&str]| {
        let output = Command::new(program).args(args).arg(path("a")).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    // 9p without `posixacl` takes a list and shows it to nobody.
    let has_list = || told("getfacl", &["-n", "-p"]).contains("user:65534:rw-");
    let has_lists = is_linux && acl.expect("`make setup` installs acl").success() && has_list();
    if rustix::process::geteuid().is_root() {
        std::os::unix::fs::chown(path("a"), Some(65_534), Some(65_534)).unwrap();
    }
    let before = std::fs::metadata(path("a")).unwrap();
    let mut client = start(&sandbox);
    let mut write =
        |name: &str| client.call("write_file", &json!({"path": name, "content": "new"})).text;
    write("a");
    let after = std::fs::metadata(path("a")).unwrap();
    assert_eq!(
        (before.mode(), before.uid(), before.gid()),
        (after.mode(), after.uid(), after.gid())
    );
    assert_ne!(before.ino(), after.ino(), "it is another file under the name");
    if has_attributes {
        assert!(told("getfattr", &["-n", "user.note"]).contains("kept"));
    }
    if has_lists {
        assert!(has_list());
    }
    write("s");
    assert_eq!(std::fs::metadata(path("s")).unwrap().mode() & 0o7777, 0o755, "no set-user bit");
    assert!(write("twin").contains("another name (hard link) of the file keeps the old contents"));
    assert_eq!((bytes(path("twin")), bytes(path("other"))), (b"new".to_vec(), b"old".to_vec()));
}

/// A directory may say who else is to reach what is made in it: its default list.
#[test]
#[cfg(target_os = "linux")] // whose lists these are
fn who_could_not_read_the_old_contents_cannot_read_the_new() {
    let sandbox = Sandbox::new().file("grant/a", "old").mode("grant/a", 0o640).dir("grant/to");
    let run = |program: &str, args: &[&str], path: &str| {
        let output = Command::new(program).args(args).arg(sandbox.path(path)).output();
        output.unwrap_or_else(|e| panic!("`make setup` installs {program}: {e}"))
    };
    let mut has_lists = true;
    for dir in ["grant", "grant/to"] {
        has_lists &= run("setfacl", &["-d", "-m", "u:65534:rwx"], dir).status.success();
    }
    let named = |path: &str| {
        let output = run("getfacl", &["-n", "-p"], path);
        String::from_utf8(output.stdout).unwrap().contains("user:65534:")
    };
    // 9p without `posixacl` takes a list and gives it to nothing.
    std::fs::write(sandbox.path("grant/probe"), "").unwrap();
    if !has_lists || !named("grant/probe") {
        eprintln!("not run: this file system has no access lists");
        return;
    }
    let mut client = start(&sandbox);
    client.call("write_file", &json!({"path": "a", "content": "new"}));
    assert!(!named("grant/a"), "the old file had no list");
    assert_eq!(std::fs::metadata(sandbox.path("grant/a")).unwrap().mode() & 0o777, 0o640);
    client.call("write_file", &json!({"path": "new", "content": "new"}));
    assert!(named("grant/new"), "a new one gets what its directory says");
}

/// Callers at once that all need the same directories, and sweep them.
#[test]
fn many_new_files_at_once_lose_none() {
    let sandbox = Sandbox::new();
    let here = Here::new(&sandbox);
    std::thread::scope(|scope| {
        for caller in 0..8 {
            let here = &here;
            scope.spawn(move || {
                for n in 0..100 {
                    let path = format!("deep/er/{}/{caller}-{n}", n % 3);
                    here.call("write_file", json!({"path": path, "content": "x"})).unwrap();
                }
            });
        }
    });
    let count = |dir: &str| std::fs::read_dir(sandbox.path(dir)).unwrap().count();
    assert_eq!([0, 1, 2].map(|n| count(&format!("grant/deep/er/{n}"))).iter().sum::<usize>(), 800);
}

#[test]
fn a_new_file_gets_the_mode_that_the_umask_leaves() {
    for (umask, mode) in [("077", 0o600), ("022", 0o644), ("0", 0o666)] {
        let sandbox = Sandbox::new();
        let mut client =
            Client::after(&format!("umask {umask}"), &["--allow", &sandbox.spec("grant", "rw")]);
        client.call("write_file", &json!({"path": "d/a", "content": "x"}));
        assert_eq!(std::fs::metadata(sandbox.path("grant/d/a")).unwrap().mode() & 0o7777, mode);
    }
}

#[test]
fn what_the_user_may_not_write_to_is_not_replaced() {
    if rustix::process::geteuid().is_root() {
        eprintln!("not run as root, who may write to everything; `a_read_only_file_system` is");
        return;
    }
    let sandbox = Sandbox::new().file("grant/a", "old").mode("grant/a", 0o444);
    let answer = call(&sandbox, "write_file", json!({"path": "a", "content": "x"}));
    assert_eq!((answer.code(), bytes(sandbox.path("grant/a"))), ("os_denied", b"old".to_vec()));
}

#[test]
fn a_version_that_was_read_is_the_one_that_matches() {
    let sandbox =
        Sandbox::new().file("grant/a", "one\n").file("grant/d/f", "x").link("grant/l", "d");
    let here = Here::new(&sandbox);
    let read = version(&here.call("read_text_file", json!({"path": "a"})).unwrap());
    let edit = |from: &str, to: &str, version: &str| json!({"path": "a", "edits": [{"oldText": from, "newText": to}], "if_match": version});
    let edited = version(&here.call("edit_file", edit("one", "two", &read)).unwrap());
    let refused = here.call("edit_file", edit("two", "three", &read)).unwrap_err();
    assert!(
        refused.starts_with(&format!("stale: `a` is now version {edited}, not {read}")),
        "{refused}"
    );
    let write = |content: &str, mode: &str, version: &str| {
        here.call(
            "write_file",
            json!({"path": "a", "content": content, "mode": mode, "if_match": version}),
        )
    };
    let written = version(&write("x", "overwrite", &edited).unwrap());
    let appended = version(&write("y", "append", &written).unwrap());
    assert_eq!(appended, version(&here.call("read_text_file", json!({"path": "a"})).unwrap()));
    for recursive in [false, true] {
        let delete = |path: &str, version: &str| {
            let arguments = json!({"path": path, "if_match": version, "recursive": recursive});
            here.call("delete_file", arguments)
        };
        let refused = delete("a", &written).unwrap_err();
        assert!(refused.starts_with("stale: "), "{refused}");
        // What has no version is not removed by one.
        for path in ["d", "l"] {
            let refused = delete(path, &appended).unwrap_err();
            assert!(refused.starts_with("bad_args: "), "{path}: {refused}");
        }
        assert!(["a", "d/f", "l"].iter().all(|name| sandbox.path("grant").join(name).exists()));
    }
    let gone = json!({"path": "a", "if_match": appended, "recursive": true});
    here.call("delete_file", gone).unwrap();
    assert!(!sandbox.path("grant/a").exists());
}

/// The name of a temp that a server makes in this directory: random bytes, and a digest of them and the directory.
fn temp_name(directory: &Path, random: u8) -> String {
    let inode = std::fs::metadata(directory).unwrap().ino();
    let random = [random; 8];
    let digest = Sha256::new()
        .chain_update("preopen temp")
        .chain_update(inode.to_le_bytes())
        .chain_update(random)
        .finalize();
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    format!(".preopen-{}{}.tmp", hex(&random), hex(&digest[..8]))
}

#[test]
fn what_killed_servers_left_goes_with_the_next_change_and_nothing_else() {
    let sandbox = Sandbox::new().dir("grant/elsewhere").file("grant/kept", "also elsewhere");
    let top = sandbox.path("grant");
    let ours: Vec<String> = (0..5).map(|n| temp_name(&top, n)).collect();
    let [file, tree, in_use, two_names, not_a_tree] = &ours[..] else { panic!() };
    let planted: Vec<String> = (1..5)
        .map(|n| format!(".preopen-{}.tmp", format!("{n:02x}").repeat(16)))
        .chain([temp_name(&sandbox.path("grant/elsewhere"), 9)])
        .collect();
    let at = |name: &String| format!("grant/{name}");
    let sandbox = sandbox
        .file(&at(file), "left behind")
        .file(&format!("{}/{tree}/in/it", at(tree)), "a tree")
        .file(&at(in_use), "in use")
        .hard_link(&at(two_names), "grant/kept")
        .file(&format!("{}/in/it", at(not_a_tree)), "not a tree of ours")
        .file("grant/.preopen-mine.tmp", "not even the form")
        .file(&at(&planted[0]), "a user's own")
        .file(&at(&planted[1]), "")
        .file(&format!("{}/{}/in/it", at(&planted[2]), planted[2]), "a tree like ours")
        .dir(&at(&planted[3]))
        .file(&at(&planted[4]), "copied from another directory");
    let used = std::fs::File::open(sandbox.path(at(in_use))).unwrap();
    rustix::fs::flock(&used, rustix::fs::FlockOperation::LockExclusive).unwrap();
    let mut client = start(&sandbox);
    let listed = client.call("list_directory", &json!({"path": "."})).text;
    let left_out = "left out 10 with the name of an unfinished change (`.preopen-*.tmp`)";
    assert!(listed.ends_with(&format!("[3 entries; {left_out}]")), "{listed}");
    let found = client.call("search_files", &json!({"pattern": "*"})).text;
    assert!(found.contains(left_out), "{found}");
    for name in [file, &planted[0]] {
        assert_eq!(client.call("read_text_file", &json!({"path": name})).code(), "not_found");
    }
    client.call("write_file", &json!({"path": "new", "content": "x"}));
    let is_there = |name: &String| sandbox.path(at(name)).exists();
    assert!(!is_there(file) && !is_there(tree), "{:?}", crate::common::tree(&sandbox, "grant"));
    assert!(is_there(in_use) && is_there(not_a_tree));
    // Where a rename takes two steps, a kill between them leaves a file under two names. It keeps the other one.
    assert!(!is_there(two_names));
    assert_eq!(bytes(sandbox.path("grant/kept")), b"also elsewhere");
    for name in &planted {
        assert!(is_there(name), "{name}: {:?}", crate::common::tree(&sandbox, "grant"));
    }
    assert!(sandbox.path("grant/.preopen-mine.tmp").exists());
}

/// Root makes files of other users; anybody else only their own.
#[test]
fn what_another_user_has_made_is_not_removed() {
    let sandbox = Sandbox::without_outside();
    let is_root = rustix::process::geteuid().is_root();
    let name = temp_name(&sandbox.path("grant"), 1);
    let sandbox = sandbox.file(&format!("grant/{name}"), "another user's");
    for (path, mode) in [("", 0o755), ("grant", 0o777)] {
        std::fs::set_permissions(sandbox.path(path), PermissionsExt::from_mode(mode)).unwrap();
    }
    let mut command = Command::new(if is_root {
        for_everybody()
    } else {
        Path::new(env!("CARGO_BIN_EXE_preopen"))
    });
    command.arg("--allow").arg(sandbox.spec("grant", "rwd"));
    if is_root {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
    let answer = client.call("write_file", &json!({"path": "new", "content": "x"}));
    assert!(!answer.is_error, "{answer:?}");
    // As the user who made it, the server takes it for its own.
    assert_eq!(sandbox.path(format!("grant/{name}")).exists(), is_root);
}

/// A tree that holds such a name goes whole only if the name is ours.
#[test]
fn a_tree_with_somebodys_reserved_name_is_not_removed_or_moved_away() {
    let planted = format!(".preopen-{}.tmp", "ab".repeat(16));
    let sandbox = Sandbox::new().dir("other").dir("grant/d").dir("grant/e");
    let ours = temp_name(&sandbox.path("grant/e"), 1);
    let sandbox = sandbox
        .file(&format!("grant/d/{planted}"), "a user's own")
        .file(&format!("grant/e/{ours}"), "left behind");
    let mut command = preopen(&["--allow"]);
    command.arg(sandbox.spec("grant", "rwd")).arg(sandbox.spec("other", "rwd"));
    let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
    for (tool, arguments) in [
        ("delete_file", json!({"path": "grant/d", "recursive": true})),
        ("move_file", json!({"source": "grant/d", "destination": "other/d"})),
    ] {
        let refused = client.call(tool, &arguments);
        assert_eq!(refused.code(), "protected", "{tool}: {refused:?}");
        assert!(refused.text.contains(&planted), "{tool}: {refused:?}");
    }
    let copied =
        client.call("copy_file", &json!({"source": "grant/d", "destination": "other/copy"}));
    assert!(copied.text.contains("not copied: 1 with the name of"), "{copied:?}");
    let kept = std::fs::read_to_string(sandbox.path(format!("grant/d/{planted}"))).unwrap();
    assert_eq!(kept, "a user's own");
    let removed = client.call("delete_file", &json!({"path": "grant/e", "recursive": true}));
    assert!(!removed.is_error && !sandbox.path("grant/e").exists(), "{removed:?}");
}

#[test]
fn two_hundred_edits_at_once_lose_nothing() {
    let sandbox = Sandbox::new().file("grant/n", "0\n");
    let mut client = start(&sandbox);
    let each = 200;
    for id in 1..=each {
        let arguments =
            json!({"path": "n", "edits": [{"old_text": "0\n", "new_text": format!("0\n{id}.\n")}]});
        let meta = crate::common::modern_meta();
        client.send(
            &json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
            "params": {"name": "edit_file", "arguments": arguments, "_meta": meta}})
            .to_string(),
        );
    }
    for _ in 1..=each {
        let answer = client.receive();
        assert_eq!(answer["result"]["isError"], false, "{answer}");
    }
    let text = String::from_utf8(bytes(sandbox.path("grant/n"))).unwrap();
    let lines: Vec<_> = text.lines().skip(1).map(str::to_owned).collect();
    let wanted: Vec<_> = (1..=each).rev().map(|id| format!("{id}.")).collect();
    assert_eq!(lines, wanted);
}

#[test]
fn with_versions_each_update_is_made_on_what_was_read() {
    let sandbox = Sandbox::new().file("grant/n", "0");
    let (here, callers, each) = (Here::new(&sandbox), 4, 50);
    std::thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                let mut made = 0;
                while made < each {
                    let read = here.call("read_text_file", json!({"path": "n"})).unwrap();
                    let number: u64 = read.lines().next().unwrap().parse().unwrap();
                    let content = (number + 1).to_string();
                    let arguments =
                        json!({"path": "n", "content": content, "if_match": version(&read)});
                    match here.call("write_file", arguments) {
                        Ok(_) => made += 1,
                        Err(refused) => assert!(refused.starts_with("stale: "), "{refused}"),
                    }
                }
            });
        }
    });
    assert_eq!(bytes(sandbox.path("grant/n")), (callers * each).to_string().as_bytes());
}

#[test]
fn without_versions_the_last_write_wins_whole() {
    let sandbox = Sandbox::new();
    let here = Here::new(&sandbox);
    let text = |caller: u8| format!("{}\n", char::from(b'a' + caller)).repeat(10_000);
    std::thread::scope(|scope| {
        for caller in 0..4 {
            let here = &here;
            scope.spawn(move || {
                for _ in 0..20 {
                    here.call("write_file", json!({"path": "n", "content": text(caller)})).unwrap();
                }
            });
        }
    });
    let is = String::from_utf8(bytes(sandbox.path("grant/n"))).unwrap();
    assert!((0..4).any(|caller| text(caller) == is), "one of them, and not a mix");
}

#[test]
fn a_copy_has_the_permissions_of_the_source() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    std::fs::set_permissions(sandbox.path("grant/a"), PermissionsExt::from_mode(0o600)).unwrap();
    call(&sandbox, "copy_file", json!({"source": "a", "destination": "b"}));
    assert_eq!(std::fs::metadata(sandbox.path("grant/b")).unwrap().mode() & 0o777, 0o600);
}
