//! Names that look like another one, and the grant's own name in front of a path: the entry is found, and the answer
//! says which one.

use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, SECRET, Sandbox, calls, changes, code, tree};

/// What macOS calls a screenshot, and how a model repeats it.
const SHOT: &str = "Screenshot 2.40\u{202F}PM.txt";
const TYPED: &str = "Screenshot 2.40 PM.txt";
/// How an answer shows it.
const SHOWN: &str = r"Screenshot 2.40\xE2\x80\xAFPM.txt";

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

fn configured(sandbox: &Sandbox) -> Client {
    let config = sandbox.path("allowlist.toml");
    Client::start(&["--config", config.to_str().unwrap()], Era::Modern)
}

fn read(client: &mut Client, path: &str) -> Answer {
    client.call("read_text_file", &json!({"path": path}))
}

/// The next step that a refused read names.
fn hint(client: &mut Client, path: &str) -> String {
    let answer = read(client, path);
    assert!(answer.is_error, "{path}: {answer:?}");
    answer.text.split_once("\nhint: ").map_or(String::new(), |(_, hint)| hint.to_owned())
}

#[test]
fn a_name_that_looks_like_one_sibling_is_read_as_that_one_and_said() {
    for (real, asked, shown) in [
        (SHOT, TYPED, r"2.40\xE2\x80\xAFPM.txt` (U+202F)"),
        (TYPED, "Screenshot 2.40\u{A0}PM.txt", r"2.40\xC2\xA0PM.txt` (U+00A0) stands for"),
        ("caf\u{E9}.md", "cafe\u{301}.md", r"caf\xC3\xA9.md` (U+00E9)"),
        ("cafe\u{301}.md", "caf\u{E9}.md", r"cafe\xCC\x81.md` (U+0301)"),
        ("it\u{2019}s.txt", "it's.txt", r"it\xE2\x80\x99s.txt` (U+2019)"),
        ("a \u{2013} b", "a - b", "(U+2013)"),
        ("a\u{3000}b", "a b", "(U+3000)"),
        ("a\u{2009}b", "a\u{A0}b", "(U+2009)"),
        ("a  b", "a b", r"`a \x20b` (U+0020)"),
        ("\u{FF21}BC.txt", "ABC.txt", "(U+FF21)"),
        ("\u{FB01}le", "file", "(U+FB01)"),
        ("zero\u{200B}width", "zerowidth", "(U+200B)"),
        ("\u{D55C}\u{AE00}", "\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}", "(U+D55C U+AE00)"),
    ] {
        let sandbox = Sandbox::new().file(&format!("grant/{real}"), "its text\n");
        let mut client = start(&sandbox);
        let answer = read(&mut client, asked);
        assert!(answer.text.starts_with("its text\n"), "{asked:?}: {answer:?}");
        assert!(answer.text.contains(shown), "{asked:?}: {answer:?}");
        assert!(answer.text.contains("the only name there that looks like it"), "{answer:?}");
        assert!(!answer.text.contains("links lead"), "{answer:?}");
        // Exactly spelled, there is nothing to say.
        assert!(!read(&mut client, real).text.contains("looks like"));
    }
}

#[test]
fn every_read_tool_accepts_look_alikes_in_every_path_component() {
    let dir = "My\u{A0}Files";
    let sandbox = Sandbox::new().file(&format!("grant/{dir}/{SHOT}"), "e = 1\n");
    let mut client = start(&sandbox);
    for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
        for arguments in calls(tool, &format!("My Files/{TYPED}")) {
            let params = json!({"name": tool.name, "arguments": arguments});
            let answer = client.request("tools/call", params)["result"]["content"].to_string();
            let is_of_directories = ["list_directory", "directory_tree"].contains(&tool.name);
            let wanted = if is_of_directories { "is not a directory" } else { "stands for" };
            assert!(answer.contains(wanted), "{}: {answer}", tool.name);
            let points = "(U+00A0 U+202F)";
            assert!(answer.contains(points), "{}: {answer}", tool.name);
        }
        for arguments in calls(tool, "My Files") {
            let answer = client.call(tool.name, &arguments);
            assert_ne!(code(&answer), "not_found", "{}: {answer:?}", tool.name);
            assert!(answer.text.contains("(U+00A0)"), "{}: {answer:?}", tool.name);
        }
    }
}

#[test]
fn the_exact_spelling_comes_first() {
    let sandbox = Sandbox::new()
        .file(&format!("grant/{SHOT}"), "narrow\n")
        .file(&format!("grant/{TYPED}"), "plain\n");
    let mut client = start(&sandbox);
    assert_eq!(read(&mut client, TYPED).text, "plain\n[lines 1-1 of 1; LF; version V]");
    assert_eq!(read(&mut client, SHOT).text, "narrow\n[lines 1-1 of 1; LF; version V]");
}

#[test]
fn of_several_look_alikes_none_is_taken_and_their_code_points_are_shown() {
    let other = "Screenshot 2.40\u{A0}PM.txt";
    let sandbox =
        Sandbox::new().file(&format!("grant/{SHOT}"), "e").file(&format!("grant/{other}"), "e");
    let mut client = start(&sandbox);
    let before = tree(&sandbox, "grant");
    for tool in TOOLS {
        for arguments in calls(tool, TYPED) {
            let answer = client.call(tool.name, &arguments);
            if arguments["destination"] == "sub/new.txt" || arguments["source"] != "sub/file.txt" {
                assert!(["not_found", "already_exists"].contains(&code(&answer)), "{answer:?}");
                assert!(answer.text.contains(&format!("`{SHOWN}` (U+202F)")), "{answer:?}");
                assert!(answer.text.contains(r"40\xC2\xA0PM.txt` (U+00A0)"), "{answer:?}");
            }
        }
    }
    assert_eq!(tree(&sandbox, "grant"), before);
    // What the refusal shows is a path.
    assert!(read(&mut client, SHOWN).text.starts_with("e\n"));
}

/// Neither a change nor a new name makes a twin, and the answer says which name was meant.
#[test]
fn a_change_of_a_look_alike_changes_the_one_that_is_there_and_says_so() {
    let sandbox = Sandbox::new()
        .file(&format!("grant/{SHOT}"), "old\n")
        .dir("grant/dir\u{A0}name")
        .file("grant/plain", "text\n");
    let mut client = start(&sandbox);
    let edits = json!([{"old_text": "old", "new_text": "new"}]);
    for (tool, arguments, code) in [
        ("edit_file", json!({"path": TYPED, "edits": edits}), "ok"),
        ("write_file", json!({"path": TYPED, "content": "1\n", "mode": "append"}), "ok"),
        ("write_file", json!({"path": TYPED, "content": "2\n"}), "ok"),
        ("write_file", json!({"path": TYPED, "content": "", "mode": "create"}), "already_exists"),
        ("copy_file", json!({"source": "plain", "destination": TYPED}), "already_exists"),
        ("move_file", json!({"source": "plain", "destination": TYPED}), "already_exists"),
        ("create_directory", json!({"path": "dir name"}), "ok"),
        ("create_directory", json!({"path": TYPED}), "already_exists"),
        ("copy_file", json!({"source": TYPED, "destination": "dir name/copy"}), "ok"),
        ("write_file", json!({"path": "dir name/new", "content": ""}), "ok"),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), code, "{tool} {arguments}: {answer:?}");
        assert!(answer.text.contains("stands for"), "{tool} {arguments}: {answer:?}");
    }
    let names: Vec<String> = tree(&sandbox, "grant").into_iter().map(|(name, _)| name).collect();
    assert_eq!(names.iter().filter(|name| name.contains("2.40")).count(), 1, "{names:?}");
    assert_eq!(names.iter().filter(|name| *name == "dir name").count(), 0, "{names:?}");
    let text = std::fs::read_to_string(sandbox.path(format!("grant/{SHOT}"))).unwrap();
    assert_eq!(text, "2\n");
    let create = json!({"path": TYPED, "content": "", "mode": "create"});
    let answer = client.call("write_file", &create);
    let own = format!("the file is `{SHOWN}` (U+202F)");
    assert!(answer.text.contains(&own) && !answer.text.contains("replaces it"), "{answer:?}");
    let answer = client.call("copy_file", &json!({"source": "plain", "destination": TYPED}));
    assert!(answer.text.contains(&format!("its name is `{SHOWN}` (U+202F)")), "{answer:?}");
}

/// Not even a twin of its name is enough to take something away.
#[test]
fn nothing_is_deleted_or_moved_by_a_look_alike_of_its_name() {
    for (real, typed, shown, points) in [
        (SHOT, TYPED, r"2.40\xE2\x80\xAFPM.txt", "(U+202F)"),
        ("cafe\u{301}", "caf\u{E9}", r"cafe\xCC\x81", "(U+0301)"),
        ("old\u{2014}data", "old-data", r"old\xE2\x80\x94data", "(U+2014)"),
        ("a  b", "a b", r"a \x20b", "(U+0020)"),
        ("a.txt ", "a.txt", r"a.txt\x20", "(U+0020)"),
        ("zero\u{200B}width", "zerowidth", r"zero\xE2\x80\x8Bwidth", "(U+200B)"),
    ] {
        let sandbox = Sandbox::new()
            .file(&format!("grant/{real}/f"), "x")
            .file(&format!("grant/d/{real}"), "x")
            .link(&format!("grant/l/{real}"), "../d");
        let mut client = start(&sandbox);
        let before = tree(&sandbox, "grant");
        for path in [typed, &format!("{typed}/f"), &format!("d/{typed}"), &format!("l/{typed}")] {
            for (tool, arguments) in [
                ("delete_file", json!({"path": path, "recursive": true})),
                ("delete_file", json!({"path": path})),
                ("move_file", json!({"source": path, "destination": "new"})),
                ("move_file", json!({"source": path, "destination": "new", "overwrite": true})),
            ] {
                let answer = client.call(tool, &arguments);
                assert_eq!(answer.code(), "not_found", "{tool} {arguments}: {answer:?}");
                assert!(answer.text.contains("did you mean `"), "{tool} {arguments}: {answer:?}");
                assert!(answer.text.contains(shown), "{tool} {arguments}: {answer:?}");
                assert!(answer.text.contains(points), "{tool} {arguments}: {answer:?}");
            }
        }
        assert_eq!(tree(&sandbox, "grant"), before, "{real:?}");
        // The hint is the path.
        let answer = client.call("delete_file", &json!({"path": format!("d/{typed}")}));
        let path = answer.text.split("did you mean `").nth(1).unwrap().split('`').next().unwrap();
        assert_eq!(client.call("delete_file", &json!({"path": path})).code(), "ok");
        assert!(!sandbox.path(format!("grant/d/{real}")).exists());
    }
}

/// A name that only looks like it is another name: it is not changed, and does not prevent making a new one.
#[test]
fn a_change_takes_no_other_name_that_only_looks_the_same() {
    for (real, typed, points) in [
        ("dash\u{2013}x.txt", "dash-x.txt", "(U+2013)"),
        ("\u{FB01}le.txt", "file.txt", "(U+FB01)"),
        ("\u{AA}.md", "a.md", "(U+00AA)"),
        ("foo\u{2122}.c", "fooTM.c", "(U+2122)"),
        ("a\u{2026}b", "a...b", "(U+2026)"),
        ("\u{17F}.txt", "s.txt", "(U+017F)"),
        ("it\u{2019}s.txt", "it's.txt", "(U+2019)"),
        ("\u{201C}x\u{201D}.txt", "\"x\".txt", "(U+201C U+201D)"),
        ("\u{FF21}.txt", "A.txt", "(U+FF21)"),
        ("a  b", "a b", "(U+0020)"),
        ("a b ", "a b", "(U+0020)"),
        ("a\u{200B}b", "ab", "(U+200B)"),
    ] {
        let sandbox = Sandbox::new()
            .file(&format!("grant/{real}"), "old\n")
            .file(&format!("grant/d{real}/f"), "old\n")
            .file("grant/plain", "text\n");
        let mut client = start(&sandbox);
        let edits = json!([{"old_text": "old", "new_text": "new"}]);
        for path in [typed.to_owned(), format!("d{typed}/f")] {
            let edit = client.call("edit_file", &json!({"path": path, "edits": edits}));
            assert_eq!(edit.code(), "not_found", "{edit:?}");
            assert!(edit.text.contains("did you mean `"), "{edit:?}");
            assert!(edit.text.contains(points), "{edit:?}");
            for (tool, arguments) in [
                ("write_file", json!({"path": path, "content": "1\n"})),
                ("write_file", json!({"path": path, "content": "1\n", "mode": "create"})),
                ("write_file", json!({"path": path, "content": "1\n", "mode": "append"})),
                ("copy_file", json!({"source": "plain", "destination": path})),
                ("copy_file", json!({"source": "plain", "destination": path, "overwrite": true})),
                ("move_file", json!({"source": "plain", "destination": path})),
                ("move_file", json!({"source": "plain", "destination": path, "overwrite": true})),
                ("create_directory", json!({"path": path})),
            ] {
                let answer = client.call(tool, &arguments);
                assert_eq!(answer.code(), "ok", "{tool} {arguments}: {answer:?}");
                let said = "looks like it and is another one";
                assert!(answer.text.contains(said), "{tool} {arguments}: {answer:?}");
                assert!(answer.text.contains(points), "{tool} {arguments}: {answer:?}");
                let made = sandbox.path(format!("grant/{}", path.split('/').next().unwrap()));
                if made.is_dir() {
                    std::fs::remove_dir_all(made).unwrap();
                } else {
                    std::fs::remove_file(made).unwrap();
                }
                std::fs::write(sandbox.path("grant/plain"), "text\n").unwrap();
            }
        }
        for old in [sandbox.path(format!("grant/{real}")), sandbox.path(format!("grant/d{real}/f"))]
        {
            assert_eq!(std::fs::read_to_string(old).unwrap(), "old\n", "{real:?}");
        }
        // To read it as the one that is meant does no harm.
        assert!(read(&mut client, typed).text.starts_with("old\n"), "{real:?}");
        // A rename to it leaves nothing that looks like it.
        let way = json!({"source": real, "destination": typed});
        let answer = client.call("move_file", &way);
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert!(!answer.text.contains("looks like"), "{answer:?}");
    }
}

#[test]
fn a_name_in_hex_means_exactly_itself() {
    let sandbox = Sandbox::new().file("grant/cafe\u{301}.md", "old\n");
    let mut client = start(&sandbox);
    let path = r"caf\xC3\xA9.md";
    assert_eq!(read(&mut client, path).code(), "not_found");
    for mode in ["create", "append", "overwrite"] {
        let new = json!({"path": path, "content": "new\n", "mode": mode});
        assert_eq!(client.call("write_file", &new).code(), "ok");
    }
    assert!(read(&mut client, "cafe\u{301}.md").text.starts_with("old\n"));
    assert_eq!(client.call("delete_file", &json!({"path": path})).code(), "ok");
    assert!(read(&mut client, "cafe\u{301}.md").text.starts_with("old\n"));
}

#[test]
fn a_file_is_renamed_to_a_name_that_looks_the_same() {
    let sandbox = Sandbox::new().file(&format!("grant/{SHOT}"), "x").dir("grant/cafe\u{301}");
    let mut client = start(&sandbox);
    for (source, destination) in [(SHOT, TYPED), ("cafe\u{301}", "caf\u{E9}")] {
        let way = json!({"source": source, "destination": destination});
        assert_eq!(client.call("move_file", &way).code(), "ok");
        assert!(sandbox.path(format!("grant/{destination}")).exists());
        assert!(!sandbox.path(format!("grant/{source}")).exists());
    }
}

const TOML: &str = "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\nhide = [\"it\u{2019}s hidden\", \"see\u{2019}n\", \"secret*\"]\n\
                    readonly = [\"a\u{2013}b\"]\n";

/// Rules are judged by the name that is opened, whatever the client calls it.
#[test]
fn no_rule_is_stepped_around_by_a_look_alike() {
    let sandbox = Sandbox::new()
        .file("allowlist.toml", TOML)
        .file("grant/.git/config", "git\n")
        .file("grant/.pre-commit-config.yaml", "hook\n")
        .file("grant/it\u{2019}s hidden", SECRET)
        .file("grant/secret note", SECRET)
        .file("grant/a\u{2013}b/f", "read only\n")
        .link("grant/link\u{A0}out", "../outside/secret.txt")
        .link("grant/link\u{A0}in", "target")
        .link("grant/link\u{A0}dir", "../outside")
        .link("grant/way\u{A0}in", "a\u{2013}b")
        .file("grant/target", "target\n");
    let mut client = configured(&sandbox);
    let before = tree(&sandbox, "grant");
    for path in [
        ".git\u{A0}/config",
        ".git\u{200B}/config",
        ".\u{FF47}it/config",
        ".pre\u{2013}commit-config.yaml",
        "a-b/f",
        "a\u{2014}b/f",
        "a-b/new",
        "it's hidden",
        "it\u{2032}s hidden",
        "secret\u{A0}note",
        "\u{17F}ecret note",
        "link out",
        "link in",
        "link dir/secret.txt",
        "link dir/new",
        "way in/f",
        "way in/new",
    ] {
        for tool in TOOLS.iter().filter(|tool| changes(tool)) {
            for arguments in calls(tool, path) {
                // To copy is to read what is copied. Rules do not fold quotes and dashes: with another one it is a free name.
                let is_read = tool.name == "copy_file" && arguments["source"] == path;
                let is_free =
                    ["it", "a-b", "a\u{2014}b", ".pre"].iter().any(|begin| path.starts_with(begin))
                        && (tool.name == "write_file"
                            || tool.name == "create_directory"
                            || arguments["destination"] == path);
                if !is_read && !is_free {
                    let answer = client.call(tool.name, &arguments);
                    assert!(answer.is_error, "{path} {arguments}: {answer:?}");
                    assert!(!answer.text.contains(SECRET), "{path} {arguments}: {answer:?}");
                }
            }
        }
        for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
            for arguments in calls(tool, path) {
                let params = json!({"name": tool.name, "arguments": arguments});
                let answer = client.request("tools/call", params).to_string();
                assert!(!answer.contains("FLAG{"), "{path} {arguments}: {answer}");
            }
        }
    }
    assert_eq!(tree(&sandbox, "grant"), before);
    assert_eq!(read(&mut client, "link out").code(), "escapes_grant");
    assert!(read(&mut client, "link in").text.contains("target\n[lines"));
}

/// To the byte: with a hidden twin, without it, and with one that may be seen.
#[test]
fn a_hidden_look_alike_answers_as_if_it_were_not_there() {
    let with = |hidden: &[&str]| {
        let sandbox = Sandbox::new()
            .file("allowlist.toml", TOML)
            .file("grant/see\u{2032}n", "seen\n")
            .file("grant/sub/file.txt", "x");
        hidden.iter().fold(sandbox, |sandbox, name| sandbox.file(&format!("grant/{name}"), SECRET))
    };
    let hidden = [
        "it\u{2019}s hidden",
        "see\u{2019}n",
        "secret note",
        "secret\u{A0}note/deep",
        "sub/secret.txt",
    ];
    let (there, not_there) = (with(&hidden), with(&[]));
    let (mut there, mut not_there) = (configured(&there), configured(&not_there));
    for path in [
        "it's hidden",
        "it\u{2019}s hidden",
        "secret note",
        "secret\u{2009}note",
        "secret.txt",
        "secret.txt:3",
        "deep",
        "none/secret.txt",
        "note",
    ] {
        for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
            for arguments in calls(tool, path) {
                let answer = there.call(tool.name, &arguments);
                assert_eq!(answer, not_there.call(tool.name, &arguments), "{arguments}");
            }
        }
    }
    // One that may be seen is the only one, as far as a client can know.
    let seen = read(&mut there, "see'n").text;
    assert!(seen.starts_with("seen\n") && seen.contains("(U+2032)"), "{seen}");
    assert_eq!(seen, read(&mut not_there, "see'n").text);
}

/// The name in front is the grant's; a directory that is really called so comes first.
#[test]
fn the_grants_own_name_in_front_is_left_out() {
    let sandbox = Sandbox::new().file("grant/src/a.ts", "e = 1\n").file("grant/top", "e\n");
    let mut client = start(&sandbox);
    for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
        for path in ["grant/src", "grant/src/a.ts", "grant"] {
            for arguments in calls(tool, path) {
                let answer = client.call(tool.name, &arguments);
                assert_ne!(code(&answer), "not_found", "{} {path}: {answer:?}", tool.name);
                assert!(!answer.text.contains("links lead"), "{answer:?}");
            }
        }
    }
    let edits = json!([{"old_text": "1", "new_text": "2"}]);
    for (tool, arguments) in [
        ("edit_file", json!({"path": "grant/src/a.ts", "edits": edits})),
        ("write_file", json!({"path": "grant/src/a.ts", "content": "new\n"})),
        ("write_file", json!({"path": "grant/src/new.ts", "content": "new\n"})),
        ("create_directory", json!({"path": "grant/src/dir"})),
        ("copy_file", json!({"source": "grant/top", "destination": "grant/src/top"})),
        ("move_file", json!({"source": "grant/src/top", "destination": "grant/src/moved"})),
        ("delete_file", json!({"path": "grant/src/moved"})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "ok", "{tool} {arguments}: {answer:?}");
        assert!(answer.text.contains("below the granted directory"), "{answer:?}");
    }
    assert!(sandbox.path("grant/src/new.ts").exists() && sandbox.path("grant/src/dir").exists());
    assert!(!sandbox.path("grant/grant").exists());
    // Here both may be meant.
    for (tool, arguments) in [
        ("write_file", json!({"path": "grant/new.ts", "content": ""})),
        ("create_directory", json!({"path": "grant/pkg/new"})),
    ] {
        let answer = client.call(tool, &arguments);
        assert_eq!(answer.code(), "bad_path", "{answer:?}");
        assert!(answer.text.contains("can mean two places"), "{answer:?}");
    }
    assert_eq!(client.call("create_directory", &json!({"path": "grant"})).code(), "ok");
    assert!(sandbox.path("grant/grant").is_dir());
    let real = json!({"path": "grant/src/a.ts", "content": "real\n"});
    assert_eq!(client.call("write_file", &real).code(), "ok");
    assert_eq!(std::fs::read_to_string(sandbox.path("grant/grant/src/a.ts")).unwrap(), "real\n");
    assert!(read(&mut client, "grant/src/a.ts").text.starts_with("real\n"));
    assert_eq!(hint(&mut client, "grant/top"), "did you mean `top`?");
}

/// A file of that name would be in the way of every path that begins with it.
#[test]
fn no_file_or_tree_gets_the_grants_own_name() {
    let sandbox = Sandbox::new().file("grant/src/a.ts", "e\n").file("grant/top", "e\n");
    let mut client = start(&sandbox);
    let before = tree(&sandbox, "grant");
    for path in ["grant", "./grant", "grant/"] {
        for (tool, arguments) in [
            ("write_file", json!({"path": path, "content": "x"})),
            ("write_file", json!({"path": path, "content": "x", "mode": "create"})),
            ("write_file", json!({"path": path, "content": "x", "mode": "append"})),
            ("copy_file", json!({"source": "top", "destination": path})),
            ("copy_file", json!({"source": "src", "destination": path})),
            ("copy_file", json!({"source": "top", "destination": path, "overwrite": true})),
            ("move_file", json!({"source": "top", "destination": path})),
            ("move_file", json!({"source": "src", "destination": path})),
            ("move_file", json!({"source": "src", "destination": path, "overwrite": true})),
        ] {
            let answer = client.call(tool, &arguments);
            let is_refused = ["is_a_directory", "bad_path", "already_exists"];
            assert!(is_refused.contains(&answer.code()), "{tool} {arguments}: {answer:?}");
        }
    }
    assert_eq!(tree(&sandbox, "grant"), before);
    assert!(read(&mut client, "grant/top").text.starts_with("e\n"));
}

#[test]
fn rules_hold_behind_the_grants_own_name() {
    let toml = "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\nhide = [\"/keys\"]\nreadonly = [\"/docs\"]\n";
    let with = |sandbox: Sandbox| {
        sandbox.file("allowlist.toml", toml).file("grant/docs/a", "x").file("grant/src/b", "x")
    };
    let (there, empty) = (with(Sandbox::new().file("grant/keys/k", SECRET)), with(Sandbox::new()));
    let (mut there, mut not_there) = (configured(&there), configured(&empty));
    for path in
        ["grant/keys/k", "grant/keys", "grant/docs/a", "grant/docs/new", "grant/.git/config"]
    {
        for tool in TOOLS {
            for arguments in calls(tool, path) {
                let answer = there.call(tool.name, &arguments);
                assert_eq!(answer, not_there.call(tool.name, &arguments), "{arguments}");
                let is_read = arguments["source"] == path && tool.name == "copy_file";
                let is_refused = answer.is_error || is_read || !changes(tool);
                assert!(is_refused, "{} {arguments}: {answer:?}", tool.name);
            }
        }
    }
}

/// Each path of a call is answered on its own, and the notes stand at the end.
#[test]
fn several_paths_in_one_call_each_say_what_they_stand_for() {
    let sandbox = Sandbox::new()
        .file("grant/a\u{A0}b", "one\n")
        .file("grant/c\u{2013}d", "two\n")
        .file("grant/plain", "three\n");
    let mut client = start(&sandbox);
    let paths = json!({"paths": ["a b", "c-d", "plain", "e f"]});
    let answer = client.call("read_multiple_files", &paths);
    for text in ["one\n", "two\n", "three\n", "not_found: `e f`", "(U+00A0)", "(U+2013)"] {
        assert!(answer.text.contains(text), "{text}: {answer:?}");
    }
    let none: Value = json!({"paths": ["plain"]});
    assert!(!client.call("read_multiple_files", &none).text.contains("stands for"));
}
