//! Moving, copying and deleting: whole or not at all, links as links, and nothing that a rule speaks of.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Mounted, SECRET, Sandbox, tree};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

fn two_grants(sandbox: &Sandbox, rights: &str) -> Client {
    let specs = [sandbox.spec("grant", rights), sandbox.spec("other", "rw")];
    Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern)
}

fn moved(client: &mut Client, from: &str, to: &str) -> Answer {
    client.call("move_file", &json!({"source": from, "destination": to}))
}

#[test]
fn a_move_is_a_rename_and_replaces_nothing_unasked() {
    let sandbox = Sandbox::new()
        .file("grant/a", "a")
        .file("grant/b", "b")
        .file("grant/d/in", "in")
        .link("grant/l", "nowhere/at/all")
        .fifo("grant/f");
    let mut client = start(&sandbox);
    for (from, to, code) in [
        ("a", "b", "already_exists"),
        ("a", "d", "already_exists"),
        ("a", "l", "already_exists"),
        ("a", "a", "bad_args"),
        ("d", "d/deeper/d", "bad_args"),
        ("f", "g", "special_file"),
        ("none", "g", "not_found"),
        (".", "g", "is_a_directory"),
        ("a", ".", "already_exists"),
        ("a", "new/", "is_a_directory"),
        ("a", "b/x", "not_a_directory"),
    ] {
        assert_eq!(moved(&mut client, from, to).code(), code, "{from} {to}");
    }
    assert_eq!(
        moved(&mut client, "a", "x/y/a").text,
        "Successfully moved a to x/y/a\n[made 2 directories]"
    );
    assert_eq!(moved(&mut client, "l", "d/l").code(), "ok");
    assert_eq!(moved(&mut client, "d", "e").code(), "ok");
    let overwrite = json!({"source": "x/y/a", "destination": "b", "overwrite": true});
    assert_eq!(client.call("move_file", &overwrite).code(), "ok");
    let overwrite = json!({"source": "e", "destination": "b", "overwrite": true});
    assert_eq!(
        client.call("move_file", &overwrite).code(),
        "already_exists",
        "a file is not a directory"
    );
    let no_parents = json!({"source": "b", "destination": "n/b", "create_parents": false});
    assert_eq!(client.call("move_file", &no_parents).code(), "not_found");
    let want = [
        ("b", "a"),
        ("e", "/"),
        ("e/in", "in"),
        ("e/l", "-> nowhere/at/all"),
        ("f", "special"),
        ("x", "/"),
        ("x/y", "/"),
    ];
    assert_eq!(
        tree(&sandbox, "grant"),
        want.map(|(name, text)| (name.to_owned(), text.to_owned()))
    );
}

#[test]
fn a_move_to_another_grant_copies_and_needs_the_right_to_remove() {
    let sandbox = Sandbox::new()
        .file("grant/d/a", "a")
        .file("grant/d/sub/b", "b")
        .mode("grant/d/sub/b", 0o750)
        .file("grant/links/a", "a")
        .link("grant/links/l", "a")
        .link("grant/l", "d/a")
        .dir("other");
    let mut client = two_grants(&sandbox, "rw");
    assert_eq!(moved(&mut client, "grant/d", "other/d").code(), "right_missing");
    assert_eq!(tree(&sandbox, "other"), []);
    let mut client = two_grants(&sandbox, "rwd");
    for from in ["grant/links", "grant/l"] {
        assert_eq!(moved(&mut client, from, "other/x").code(), "special_file", "{from}");
    }
    assert_eq!(tree(&sandbox, "other"), []);
    assert_eq!(tree(&sandbox, "grant").len(), 8);
    let answer = moved(&mut client, "grant/d", "other/d").text;
    let facts = "copied and compared 2 bytes, then removed the source; 2 files in 2 directories";
    assert_eq!(answer, format!("Successfully moved grant/d to other/d\n[{facts}]"));
    assert_eq!(
        tree(&sandbox, "other/d"),
        [("a", "a"), ("sub", "/"), ("sub/b", "b")].map(|(n, t)| (n.to_owned(), t.to_owned()))
    );
    let mode = std::os::unix::fs::MetadataExt::mode(
        &std::fs::metadata(sandbox.path("other/d/sub/b")).unwrap(),
    );
    assert_eq!(mode & 0o777, 0o750);
    assert!(!sandbox.path("grant/d").exists());
    assert_eq!(moved(&mut client, "grant/links/a", "other/d/a").code(), "already_exists");
    assert_eq!(moved(&mut client, "grant/links/a", "other/one").code(), "ok");
    assert!(!sandbox.path("grant/links/a").exists());
}

#[test]
fn another_file_system_in_one_grant_is_copied_to() {
    if !Sandbox::may_mount() {
        eprintln!("not run: this user may not mount");
        return;
    }
    let sandbox = Sandbox::new().file("grant/d/a", "a").file("grant/one", "1");
    let mounted = Mounted::tmpfs(&sandbox, "grant/m", "size=1m");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rw")], Era::Modern);
    assert_eq!(moved(&mut client, "one", "m/one").code(), "right_missing");
    let mut client = start(&sandbox);
    assert_eq!(moved(&mut client, "one", "m/one").code(), "ok");
    assert_eq!(moved(&mut client, "d", "m/d").code(), "ok");
    assert_eq!(tree(&sandbox, "grant/m").len(), 3);
    for gone in ["grant/one", "grant/d"] {
        assert!(!sandbox.path(gone).exists());
    }
    // What is mounted in a tree is neither moved nor removed with it.
    for (tool, arguments) in [
        ("delete_file", json!({"path": "m", "recursive": true})),
        ("move_file", json!({"source": "m", "destination": "n"})),
    ] {
        assert_eq!(client.call(tool, &arguments).code(), "os_busy", "{tool}");
    }
    assert_eq!(tree(&sandbox, "grant/m").len(), 3);
    drop(client);
    drop(mounted);
}

#[test]
fn a_copy_leaves_out_links_and_says_so() {
    let sandbox = Sandbox::new()
        .file("grant/d/a", "a")
        .file("grant/d/sub/b", "bb")
        .link("grant/d/l", "../../outside/secret.txt")
        .fifo("grant/d/f")
        .link("grant/to", "d/a");
    let mut client = start(&sandbox);
    let mut copy = |from: &str, to: &str| {
        client.call("copy_file", &json!({"source": from, "destination": to}))
    };
    assert_eq!(
        copy("d", "e").text,
        "Successfully copied d to e\n[2 files in 2 directories; 3 bytes; not copied: 1 link; not copied: 1 special file]"
    );
    assert_eq!(
        tree(&sandbox, "grant/e"),
        [("a", "a"), ("sub", "/"), ("sub/b", "bb")].map(|(n, t)| (n.to_owned(), t.to_owned()))
    );
    assert_eq!(copy("d", "e").code(), "already_exists");
    assert_eq!(copy("d", "d/in").code(), "bad_args");
    assert_eq!(copy("d/a", "e/a").code(), "already_exists");
    assert_eq!(copy("d/f", "x").code(), "special_file");
    assert_eq!(copy("d/l", "x").code(), "escapes_grant");
    assert_eq!(copy("to", "n/x").text, "Successfully copied to to n/x\n[1 byte; made 1 directory]");
    let over = json!({"source": "d/sub/b", "destination": "to", "overwrite": true});
    assert!(client.call("copy_file", &over).text.contains("links lead to d/a"));
    assert_eq!(std::fs::read(sandbox.path("grant/d/a")).unwrap(), b"bb");
    assert!(sandbox.path("grant/to").is_symlink());
}

#[test]
fn a_copy_leaves_out_what_is_hidden_by_its_whole_way() {
    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\nhide = [\"d/sub/key\", \"/d/all/**\", \"*.pem\"]\n";
    let sandbox = Sandbox::new()
        .file("allowlist.toml", toml)
        .file("grant/d/sub/key", SECRET)
        .file("grant/d/all/in", SECRET)
        .file("grant/d/sub/k.pem", SECRET)
        .file("grant/d/sub/seen", "seen");
    let config = sandbox.path("allowlist.toml");
    for (from, seen) in [("d", "copy/sub/seen"), ("d/sub", "copy/seen")] {
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        let answer = client.call("copy_file", &json!({"source": from, "destination": "copy"}));
        assert_eq!(answer.code(), "ok", "{from}: {answer:?}");
        let copied = tree(&sandbox, "grant/copy");
        assert!(copied.iter().all(|(_, text)| text != SECRET), "{from}: {copied:?}");
        assert!(sandbox.path("grant").join(seen).exists(), "{from}: {copied:?}");
        std::fs::remove_dir_all(sandbox.path("grant/copy")).unwrap();
    }
}

#[test]
fn one_file_under_two_names_is_neither_moved_nor_copied_onto_itself() {
    let sandbox =
        Sandbox::new().file("grant/a", "old").hard_link("grant/d/twin", "grant/a").dir("grant/e");
    let mut client = start(&sandbox);
    for tool in ["move_file", "copy_file"] {
        for to in ["d/twin", "a"] {
            let onto = json!({"source": "a", "destination": to, "overwrite": true});
            assert_eq!(client.call(tool, &onto).code(), "bad_args", "{tool} {to}");
        }
    }
    assert_eq!(tree(&sandbox, "grant").len(), 4);
    // A grant in another one: the same directories, by other names.
    let grants = [("whole", ""), ("inner", "/d")]
        .map(|(name, below)| format!("{name}={}{below}:rwd", sandbox.path("grant").display()));
    let mut client = Client::start(&["--allow", &grants[0], "--allow", &grants[1]], Era::Modern);
    for tool in ["move_file", "copy_file"] {
        for (from, to) in [
            ("whole/d", "inner/in"),
            ("whole/d/twin", "inner/twin"),
            ("whole/a", "inner/twin"),
            ("whole/e", "whole/e/in"),
            ("inner", "whole/d/in"),
        ] {
            let answer = client.call(tool, &json!({"source": from, "destination": to}));
            let code = if from == "inner" { "is_a_directory" } else { "bad_args" };
            assert_eq!(answer.code(), code, "{tool} {from} {to}: {answer:?}");
        }
    }
    assert_eq!(tree(&sandbox, "grant").len(), 4);
}

/// Calls that run at the same time look to an observer as if one came after the other.
#[test]
fn nothing_is_put_into_a_tree_between_the_look_at_it_and_its_removal() {
    for round in 0..20 {
        let sandbox = Sandbox::new().file("grant/d/one", "1").dir("grant/to");
        let mut client = start(&sandbox);
        let meta = crate::common::modern_meta();
        let calls = [
            ("delete_file", json!({"path": "d", "recursive": true})),
            ("write_file", json!({"path": "d/.git/config", "content": "x"})),
            ("write_file", json!({"path": "d/late", "content": "x"})),
            ("move_file", json!({"source": "to", "destination": "d/sub"})),
        ];
        for (id, (tool, arguments)) in calls.iter().enumerate() {
            let params = json!({"name": tool, "arguments": arguments, "_meta": meta});
            let call =
                json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
            client.send(&call.to_string());
        }
        let mut codes = vec![String::new(); calls.len()];
        for _ in &calls {
            let answer = client.receive();
            let id = usize::try_from(answer["id"].as_u64().unwrap()).unwrap();
            let text = answer["result"]["content"][0]["text"].as_str().unwrap();
            codes[id] =
                crate::common::code_of(text, answer["result"]["isError"] == true).to_owned();
        }
        assert_eq!([&codes[0], &codes[1]], ["ok", "protected"], "round {round}: {codes:?}");
        let late = sandbox.path("grant/d/late").exists();
        let there = tree(&sandbox, "grant");
        assert!(codes[2] == "ok" && codes[3] == "ok", "round {round}: {codes:?}");
        assert!(there.len() <= 4 && !sandbox.path("grant/d/one").exists(), "{there:?} {late}");
    }
}

#[test]
fn what_a_guarded_link_leads_to_is_guarded() {
    let sandbox = Sandbox::new()
        .file("grant/tools/vscode/tasks.json", "old")
        .file("grant/tools/other", "old")
        .link("grant/.vscode", "tools/vscode")
        .file("grant/mcp/servers.json", "old")
        .link("grant/.mcp.json", "mcp/servers.json")
        .file("grant/p/hooks/pre-commit", "old")
        .link("grant/p/.husky", "hooks");
    let mut client = start(&sandbox);
    for path in [
        "tools/vscode/tasks.json",
        "tools/vscode/new.json",
        ".vscode/tasks.json",
        "mcp/servers.json",
        "p/hooks/pre-commit",
    ] {
        let answer = client.call("write_file", &json!({"path": path, "content": "x"}));
        assert_eq!(answer.code(), "protected", "{path}: {answer:?}");
        let answer = client.call("delete_file", &json!({"path": path}));
        assert_ne!(answer.code(), "ok", "{path}: {answer:?}");
    }
    for path in ["tools/other", "mcp/other.json", "p/file"] {
        let answer = client.call("write_file", &json!({"path": path, "content": "x"}));
        assert_eq!(answer.code(), "ok", "{path}: {answer:?}");
    }
}

#[test]
fn more_than_one_call_may_copy_is_refused_and_leaves_nothing() {
    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\n[limits]\nmax_copy_bytes = 10\n";
    let sandbox = Sandbox::new()
        .file("allowlist.toml", toml)
        .file("grant/d/a", "six by")
        .file("grant/d/b", "six by")
        .file("grant/large", "eleven byte");
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    for from in ["large", "d"] {
        let copied = client.call("copy_file", &json!({"source": from, "destination": "new/x"}));
        assert_eq!(copied.code(), "over_limit", "{copied:?}");
        assert!(copied.text.contains("more than 10 bytes"), "{copied:?}");
        assert!(!sandbox.path("grant/new").exists(), "{from}");
    }
    let one = client.call("copy_file", &json!({"source": "d/a", "destination": "new/x"}));
    assert_eq!(one.code(), "ok", "{one:?}");
}

#[test]
fn a_failed_copy_leaves_nothing_of_it() {
    if !Sandbox::may_mount() {
        eprintln!("not run: this user may not mount");
        return;
    }
    let big = "x".repeat(3 << 20);
    let sandbox = Sandbox::new().file("grant/d/small", "s").file("grant/d/sub/big", &big);
    let mounted = Mounted::tmpfs(&sandbox, "grant/m", "size=1m");
    let mut client = start(&sandbox);
    for tool in ["copy_file", "move_file"] {
        for (from, to) in [("d", "m/d"), ("d/sub/big", "m/n/big")] {
            let answer = client.call(tool, &json!({"source": from, "destination": to}));
            assert_eq!(answer.code(), "os_full", "{tool} {from}: {answer:?}");
            assert_eq!(tree(&sandbox, "grant/m"), [], "{tool} {from}");
        }
    }
    assert_eq!(tree(&sandbox, "grant/d").len(), 3);
    drop(client);
    drop(mounted);
}

#[test]
fn deleting_takes_links_as_links_and_trees_only_when_asked() {
    let sandbox = Sandbox::new()
        .file("grant/d/a", "a")
        .link("grant/d/out", "../../outside")
        .fifo("grant/d/f")
        .dir("grant/d/empty")
        .link("grant/l", "../outside/secret.txt")
        .file("grant/x", "x");
    let mut client = start(&sandbox);
    let mut delete = |path: &str, recursive: bool| {
        client.call("delete_file", &json!({"path": path, "recursive": recursive}))
    };
    assert_eq!(delete("d", false).code(), "is_a_directory");
    assert_eq!(delete("d/empty", false).code(), "is_a_directory");
    assert_eq!(delete("d/f", false).code(), "special_file");
    assert_eq!(delete(".", true).code(), "is_a_directory");
    assert_eq!(
        delete("l", false).text,
        "Successfully deleted l\n[only the link was deleted, and its target was not changed]"
    );
    assert_eq!(delete("x", true).code(), "ok");
    assert_eq!(
        delete("d", true).text,
        "Successfully deleted d\n[1 file, 1 link, 1 special file, 2 directories]"
    );
    assert_eq!(tree(&sandbox, "grant"), []);
    assert_eq!(std::fs::read_to_string(sandbox.path("outside/secret.txt")).unwrap(), SECRET);
}

#[test]
fn a_tree_too_deep_to_be_held_is_left_as_it_is() {
    let sandbox = Sandbox::new().take(&[preopen_attacks::Step::Deep("grant/deep", 600)]);
    let mut client = start(&sandbox);
    for (tool, arguments) in [
        ("delete_file", json!({"path": "deep", "recursive": true})),
        ("copy_file", json!({"source": "deep", "destination": "copy"})),
        ("move_file", json!({"source": "deep", "destination": "moved"})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "over_limit", "{tool} {answer:?}");
    }
    assert_eq!(std::fs::read_dir(sandbox.path("grant")).unwrap().count(), 1);
}

#[test]
fn a_rule_holds_whatever_is_moved_around_it() {
    let sandbox = Sandbox::new()
        .file("grant/app/.vscode/tasks.json", "{}")
        .file("grant/app/src/a", "a")
        .file("grant/hooks/workflows/ci.yml", "x")
        .file("grant/vendor/lib/x", "x")
        .file("grant/secret/keys/k", "k")
        .file("grant/plain/a", "a")
        .file(
            "allowlist.toml",
            "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\nreadonly = [\"vendor/lib/**\"]\nhide = [\"**/keys/**\"]\n",
        );
    let config = sandbox.path("allowlist.toml");
    let before = tree(&sandbox, "grant");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    let to = |from: &str, to: &str| json!({"source": from, "destination": to});
    for (tool, arguments) in [
        ("move_file", to("app", "elsewhere")),
        ("move_file", to("app/.vscode", "x")),
        ("move_file", to("plain", ".git")),
        ("move_file", to("plain", "sub/.GIT")),
        ("move_file", to("plain/a", ".mcp.json")),
        ("move_file", to("hooks", ".github")),
        ("move_file", to("hooks/workflows", ".github/workflows")),
        ("move_file", to("vendor", "elsewhere")),
        ("move_file", to("vendor/lib", "elsewhere")),
        ("move_file", to("plain", "vendor/lib")),
        ("move_file", to("secret", "elsewhere")),
        ("copy_file", to("app", "elsewhere")),
        ("copy_file", to("hooks", ".github")),
        ("copy_file", to("plain/a", ".envrc")),
        ("delete_file", json!({"path": "app", "recursive": true})),
        ("delete_file", json!({"path": "secret", "recursive": true})),
        ("delete_file", json!({"path": "vendor", "recursive": true})),
        ("delete_file", json!({"path": ".git", "recursive": true})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "protected", "{tool} {arguments} {answer:?}");
        assert!(!answer.text.contains("keys"), "what is hidden is not named: {answer:?}");
    }
    assert_eq!(tree(&sandbox, "grant"), before);
    // What is hidden is not copied, and not told of.
    let copied = client.call("copy_file", &to("secret", "copy")).text;
    assert_eq!(copied, "Successfully copied secret to copy\n[0 files in 1 directory; 0 bytes]");
}

#[test]
fn names_that_run_code_are_opened_by_the_user_alone() {
    let toml = |more: &str| format!("[[allow]]\npath = \"grant\"\nrights = \"rw\"\n{more}");
    let sandbox = Sandbox::new()
        .dir("grant/.git/hooks")
        .link("grant/innocent", ".git/hooks")
        .link("grant/alias", ".mcp.json")
        .file("plain.toml", toml(""))
        .file("open.toml", toml("unprotect = ['/.vscode/settings.json']\n"));
    let mut client =
        Client::start(&["--config", sandbox.path("plain.toml").to_str().unwrap()], Era::Modern);
    let write = |path: &str| json!({"path": path, "content": "x"});
    for path in [
        ".git/hooks/pre-commit",
        "innocent/pre-commit",
        "alias",
        ".mcp.json",
        "sub/.mcp.json",
        ".CLAUDE/settings.json",
        ".claude/new/deep.json",
        ".cUrSoR/mcp.json",
        ".vscode/settings.json",
        "a/.git",
        "GIT~1/config",
        ".envrc",
        ".g\u{200D}it/config",
        ".v\u{17F}code/tasks.json",
        "p.code-workspace",
        ".github/workflows/ci.yml",
    ] {
        let answer = client.call("write_file", &write(path));
        assert_eq!(answer.code(), "protected", "{path} {answer:?}");
        assert!(answer.text.contains("unprotect = ['/"), "{answer:?}");
        assert_eq!(client.call("create_directory", &json!({"path": path})).code(), "protected");
    }
    let hint = client.call("write_file", &write("alias")).text;
    assert!(hint.contains("unprotect = ['/.mcp.json']"), "the name that it leads to: {hint}");
    let mut client =
        Client::start(&["--config", sandbox.path("open.toml").to_str().unwrap()], Era::Modern);
    assert_eq!(client.call("write_file", &write(".vscode/settings.json")).code(), "ok");
    assert_eq!(client.call("write_file", &write(".vscode/tasks.json")).code(), "protected");
    assert!(std::fs::read_dir(sandbox.path("grant/.git/hooks")).unwrap().next().is_none());
}

#[test]
fn the_server_does_not_let_its_own_files_be_changed() {
    let sandbox = Sandbox::new()
        .file(
            "grant/conf/allowlist.toml",
            "[[allow]]\npath = \"..\"\nrights = \"rwd\"\nunprotect = [\"**/allowlist.toml\"]\n",
        )
        .link("grant/here", "conf")
        .file("grant/plain", "x");
    let config = sandbox.path("grant/here/allowlist.toml");
    crate::common::copy_program(&sandbox.path("grant/server"));
    let mut command = std::process::Command::new(sandbox.path("grant/server"));
    command.env_clear().arg("--config").arg(config);
    let mut client = Client::spawn(command, Era::Modern, crate::common::Without::Nothing);
    let before = tree(&sandbox, "grant").len();
    let to = |from: &str, to: &str| json!({"source": from, "destination": to});
    let calls: Vec<(&str, Value)> = vec![
        ("write_file", json!({"path": "conf/allowlist.toml", "content": "x"})),
        ("write_file", json!({"path": "here/allowlist.toml", "content": "x"})),
        ("write_file", json!({"path": "server", "content": "x"})),
        ("delete_file", json!({"path": "conf/allowlist.toml"})),
        ("delete_file", json!({"path": "here"})),
        ("delete_file", json!({"path": "conf", "recursive": true})),
        ("move_file", to("conf", "elsewhere")),
        ("move_file", to("here", "elsewhere")),
        ("move_file", to("server", "elsewhere")),
        ("copy_file", json!({"source": "plain", "destination": "server", "overwrite": true})),
    ];
    for (tool, arguments) in calls {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "protected", "{tool} {arguments} {answer:?}");
    }
    assert_eq!(tree(&sandbox, "grant").len(), before);
    assert_eq!(
        client.call("write_file", &json!({"path": "conf/other", "content": "x"})).code(),
        "ok"
    );
}

/// As POSIX has it: a slash after a link means what it leads to, and the link itself is not touched.
#[test]
fn a_slash_after_a_link_never_acts_on_the_link() {
    let sandbox = Sandbox::new()
        .file("grant/d/in", "in")
        .file("grant/f", "f")
        .link("grant/to-d", "d")
        .link("grant/to-f", "f")
        .link("grant/out", "../outside")
        .link("grant/gone", "none");
    let mut client = start(&sandbox);
    let before = tree(&sandbox, "grant");
    for link in ["to-d", "to-f", "out", "gone"] {
        for end in ["/", "/.", "//"] {
            let path = format!("{link}{end}");
            for recursive in [true, false] {
                let delete = json!({"path": path, "recursive": recursive});
                assert_eq!(client.call("delete_file", &delete).code(), "not_a_directory", "{path}");
            }
            assert_eq!(moved(&mut client, &path, "new").code(), "not_a_directory", "{path}");
            for overwrite in [true, false] {
                let over = json!({"source": "f", "destination": path, "overwrite": overwrite});
                assert_eq!(client.call("move_file", &over).code(), "not_a_directory", "{path}");
            }
        }
    }
    // These follow a link: what is at its end is a directory, or not.
    for (path, code) in [("to-d/", "ok"), ("to-f/", "not_a_directory"), ("out/", "escapes_grant")] {
        let info = client.call("get_file_info", &json!({"path": path}));
        assert_eq!(info.code(), code, "{path}: {info:?}");
        let copy = json!({"source": path, "destination": "copied"});
        assert_eq!(client.call("copy_file", &copy).code(), code, "{path}");
    }
    assert_eq!(
        client.call("delete_file", &json!({"path": "copied", "recursive": true})).code(),
        "ok"
    );
    assert_eq!(tree(&sandbox, "grant"), before);
    // Without the slash the link itself is moved.
    assert_eq!(client.call("delete_file", &json!({"path": "to-d"})).code(), "ok");
    assert!(sandbox.path("grant/d/in").exists());
}

/// Grants may lie in one another where they say the same. The root of one is not moved or removed through
/// the other, by whatever path.
#[test]
fn the_root_of_a_grant_is_neither_moved_nor_removed_through_another() {
    let sandbox = Sandbox::new()
        .file("grant/a/inner/f", "text")
        .file("grant/b/f", "text")
        .link("grant/to-inner", "a/inner")
        .dir("third");
    let specs = ["grant", "grant/a/inner", "third"].map(|at| sandbox.spec(at, "rwd"));
    let args: Vec<&str> = specs.iter().flat_map(|spec| ["--allow", spec]).collect();
    let mut client = Client::start(&args, Era::Modern);
    let before = tree(&sandbox, "grant");
    for path in ["grant/a/inner", "grant/a", "grant/a/inner/"] {
        let delete = json!({"path": path, "recursive": true});
        let answer = client.call("delete_file", &delete);
        assert!(answer.text.starts_with("protected: `grant/a/inner"), "{path}: {answer:?}");
        for to in ["grant/new", "third/new"] {
            let answer = moved(&mut client, path, to);
            assert!(answer.text.starts_with("protected: `grant/a/inner"), "{path}: {answer:?}");
        }
    }
    assert_eq!(tree(&sandbox, "grant"), before);
    // A copy takes nothing away, and all else is moved and removed as ever.
    let copy = json!({"source": "grant/a", "destination": "third/copy"});
    assert_eq!(client.call("copy_file", &copy).code(), "ok");
    assert_eq!(moved(&mut client, "grant/b", "third/b").code(), "ok");
    assert_eq!(moved(&mut client, "grant/to-inner", "grant/link").code(), "ok");
    let delete = json!({"path": "third/copy", "recursive": true});
    assert_eq!(client.call("delete_file", &delete).code(), "ok");
    assert_eq!(client.call("read_text_file", &json!({"path": "inner/f"})).code(), "ok");
}

#[test]
fn no_new_name_deceives_whoever_lists_it() {
    // Without the characters that some file systems do not count they are different names still.
    let odd =
        ["a\n", "a\u{1b}[2J", "a\u{202E}b", "\u{2028}", "\u{FEFF}c", "g\u{E0041}", "\u{200F}e"];
    let sandbox = odd.iter().fold(Sandbox::new().file("grant/f", "text"), |sandbox, name| {
        sandbox.file(&format!("grant/{name}"), "odd")
    });
    let mut client = start(&sandbox);
    for name in odd {
        for new in [format!("new{name}"), format!("{name}x"), format!("d{name}/f")] {
            for (tool, arguments) in [
                ("write_file", json!({"path": new, "content": "x"})),
                ("create_directory", json!({"path": new})),
                ("copy_file", json!({"source": "f", "destination": new})),
                ("move_file", json!({"source": "f", "destination": new})),
                ("move_file", json!({"source": name, "destination": new})),
                ("copy_file", json!({"source": name, "destination": format!("d/{name}")})),
            ] {
                let answer = client.call(tool, &arguments);
                assert_eq!(answer.code(), "bad_path", "{tool} {arguments}: {answer:?}");
            }
        }
        // What has such a name keeps it where it is moved to, and back, and gets rid of it.
        assert_eq!(client.call("read_text_file", &json!({"path": name})).code(), "ok", "{name:?}");
        let write = json!({"path": name, "content": "new"});
        assert_eq!(client.call("write_file", &write).code(), "ok", "{name:?}");
        let away = format!("sub/{name}");
        assert_eq!(moved(&mut client, name, &away).code(), "ok", "{name:?}");
        assert_eq!(moved(&mut client, &away, name).code(), "ok", "{name:?}");
        assert_eq!(moved(&mut client, name, "plain").code(), "ok", "{name:?}");
        assert_eq!(moved(&mut client, "plain", name).code(), "bad_path", "{name:?}");
        assert_eq!(client.call("delete_file", &json!({"path": "plain"})).code(), "ok");
    }
}
