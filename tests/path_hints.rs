//! What a path is answered with that does not exist as it is written: the right spelling, where the file is now, or that a
//! link leads to nothing.

use preopen::tools::TOOLS;
use serde_json::json;

use crate::common::{Client, Era, SECRET, Sandbox, Without, calls, changes, code, tree};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

fn configured(sandbox: &Sandbox) -> Client {
    let config = sandbox.path("allowlist.toml");
    Client::start(&["--config", config.to_str().unwrap()], Era::Modern)
}

fn read(client: &mut Client, path: &str) -> crate::common::Answer {
    client.call("read_text_file", &json!({"path": path}))
}

/// The next step that a refused read names.
fn hint(client: &mut Client, path: &str) -> String {
    let answer = read(client, path);
    assert!(answer.is_error, "{path}: {answer:?}");
    answer.text.split_once("\nhint: ").map_or(String::new(), |(_, hint)| hint.to_owned())
}

/// Spellings of editors, compilers, diffs, shells and URLs get the right one, unless a file is really called so.
#[test]
fn foreign_spellings_get_the_right_one_as_a_hint() {
    let sandbox = Sandbox::new().file("grant/src/a.ts", "x\n").file("grant/my notes.md", "x\n");
    let sandbox = sandbox.dir("home");
    let host = sandbox.path("grant").canonicalize().unwrap();
    let host = host.to_str().unwrap();
    let mut client = start(&sandbox);
    let file = "`src/a.ts`";
    for (path, meant) in [
        ("src/a.ts:12", format!("{file}, offset=12")),
        ("src/a.ts:12:5", format!("{file}, offset=12")),
        ("src/a.ts#L10", format!("{file}, offset=10")),
        ("src/a.ts#L10-L20", format!("{file}, offset=10, limit=11")),
        ("src/a.ts(12,5)", format!("{file}, offset=12")),
        (r"src\a.ts", file.to_owned()),
        (r"C:\work\grant\src\a.ts", file.to_owned()),
        (&format!("file://{host}/src/a.ts"), file.to_owned()),
        ("file:///workspace/grant/src/a.ts", file.to_owned()),
        ("\"src/a.ts\"", file.to_owned()),
        ("`src/a.ts`", file.to_owned()),
        (" src/a.ts ", file.to_owned()),
        ("src/a.ts\n", file.to_owned()),
        ("@src/a.ts", file.to_owned()),
        ("a/src/a.ts", file.to_owned()),
        ("b/src/a.ts", file.to_owned()),
        ("~/grant/src/a.ts", file.to_owned()),
        ("/workspace/grant/src/a.ts", file.to_owned()),
        ("my%20notes.md", "`my notes.md`".to_owned()),
        ("\"grant/src/a.ts:3\"", format!("{file}, offset=3")),
    ] {
        assert_eq!(hint(&mut client, path), format!("did you mean {meant}?"), "{path}");
    }
    for name in ["a.ts:12", "a.ts#L10", r"b\c", "\"q\"", "my%20x", "@m"] {
        std::fs::write(sandbox.path(format!("grant/{name}")), "own\n").unwrap();
        assert!(read(&mut client, name).text.starts_with("own\n"), "{name}");
    }
}

/// A new file is not made under a foreign spelling of a place that is there.
#[test]
fn foreign_spellings_make_no_new_names() {
    let sandbox = Sandbox::new().file("grant/src/a.ts", "x\n").file("grant/my notes.md", "x\n");
    let mut client = start(&sandbox);
    let before = tree(&sandbox, "grant");
    for (path, meant) in [
        (r"src\new.ts", "did you mean `src/new.ts`?"),
        (r"src\a.ts", "did you mean `src/a.ts`?"),
        ("src/a.ts:12", "did you mean `src/a.ts`?"),
        ("\"src/new.ts\"", "did you mean `src/new.ts`?"),
        ("'new.ts'", "did you mean `new.ts`?"),
        ("~/new.ts", "paths are relative"),
        (r"newdir\sub\f.ts", "did you mean `newdir/sub/f.ts`?"),
        (r"x\y", "did you mean `x/y`?"),
        (r"new/sub\f.ts", "did you mean `new/sub/f.ts`?"),
        (r"C:\proj\src\new.ts", "did you mean `src/new.ts`?"),
        (r"C:\proj\src\a.ts", "did you mean `src/a.ts`?"),
        (r"c:\proj\new.ts", "paths are relative"),
        ("C:/proj/a.ts", "paths are relative"),
        ("C:/proj/src/b.ts", "did you mean `src/b.ts`?"),
        ("C:/grant/b.ts", "did you mean `b.ts`?"),
        (r"\\wsl$\Ubuntu\home\me\grant\b.ts", "did you mean `b.ts`?"),
        (r"\\wsl$\Ubuntu\home\me\b.ts", "paths are relative"),
        ("vscode://file/home/me/grant/src/b.ts", "did you mean `src/b.ts`?"),
        ("vscode://file/home/me/x.ts", "paths are relative"),
        ("https://example.com/src/b.ts", "did you mean `src/b.ts`?"),
        ("src/new.ts:3", "did you mean `src/new.ts`?"),
        ("src/new.ts:3:7", "did you mean `src/new.ts`?"),
        ("src/new.ts#L3", "did you mean `src/new.ts`?"),
        ("new.ts:3", "did you mean `new.ts`?"),
        ("@src/a.ts", "did you mean `src/a.ts`?"),
        ("@src/new.ts", "did you mean `src/new.ts`?"),
        ("@src/deep/new.ts", "did you mean `src/deep/new.ts`?"),
        ("@src/new.ts:3", "did you mean `src/new.ts`?"),
        ("src/a.ts ", "did you mean `src/a.ts`?"),
        (" src/a.ts", "did you mean `src/a.ts`?"),
        ("src /a.ts", "did you mean `src/a.ts`?"),
        ("src /new.ts", "did you mean `src/new.ts`?"),
        ("src/ a.ts", "did you mean `src/a.ts`?"),
        ("src/a.ts\u{A0}", "did you mean `src/a.ts`?"),
        ("src\u{3000}/a.ts", "did you mean `src/a.ts`?"),
        ("my notes.md ", "did you mean `my notes.md`?"),
        ("file:///workspace/grant/src/new.ts", "did you mean `src/new.ts`?"),
    ] {
        for (tool, arguments) in [
            ("write_file", json!({"path": path, "content": "x"})),
            ("create_directory", json!({"path": path})),
            ("copy_file", json!({"source": "my notes.md", "destination": path})),
            ("move_file", json!({"source": "my notes.md", "destination": path})),
        ] {
            let answer = client.call(tool, &arguments);
            assert_eq!(answer.code(), "bad_path", "{tool} {path}: {answer:?}");
            assert!(answer.text.contains(meant), "{tool} {path}: {answer:?}");
            let literally = r"To use a special character literally, write it as `\xHH`";
            assert!(answer.text.contains(literally), "{tool} {path}: {answer:?}");
        }
    }
    assert_eq!(tree(&sandbox, "grant"), before);
    for path in [
        r"src\x5Cnew.ts",
        r"x\x5Cy",
        r"C\x3A/proj/a.ts",
        r"src/new.ts\x3A3",
        r"\x40src/a.ts",
        r"src/a.ts\x20",
        "v1:2",
        "src/12:30",
        "report(2)",
        "a b",
        " b",
        "@types/x",
        "@types/src",
        "a/new",
        "100%",
    ] {
        let answer = client.call("write_file", &json!({"path": path, "content": "x"}));
        assert_eq!(answer.code(), "ok", "{path}: {answer:?}");
    }
}

#[test]
fn a_file_is_found_by_its_last_name_wherever_it_is() {
    let sandbox = Sandbox::new()
        .file("grant/flask/src/flask/views.py", "")
        .file("grant/flask/tests/test_views.py", "")
        .file("grant/node_modules/x/views.py", "")
        .file("grant/old/moved.py", "")
        .file("grant/Deep/Readme.MD", "")
        .link("grant/round", ".");
    let sandbox =
        (0..5).fold(sandbox, |sandbox, i| sandbox.file(&format!("grant/m/{i}/mod.rs"), ""));
    for without in [Without::Nothing, Without::OpenAt2NoSys] {
        let spec = sandbox.spec("grant", "rwd");
        let mut client = Client::start_without(&["--allow", &spec], Era::Modern, without);
        for (path, meant) in [
            ("views.py", "`flask/src/flask/views.py`"),
            ("src/flask/views.py", "`flask/src/flask/views.py`"),
            ("views.py:7", "`flask/src/flask/views.py`, offset=7"),
            ("new/place/moved.py", "`old/moved.py`"),
            ("/srv/app/old/moved.py", "`old/moved.py`"),
            ("/old/moved.py", "`old/moved.py`"),
            ("https://example.com/o/r/blob/main/old/moved.py#L3", "`old/moved.py`, offset=3"),
            ("readme.md", "`Deep/Readme.MD`"),
            ("mod.rs", "`m/0/mod.rs` or `m/1/mod.rs` or `m/2/mod.rs`"),
            ("m/4/x/mod.rs", "`m/0/mod.rs` or `m/1/mod.rs` or `m/2/mod.rs`"),
            ("x/4/mod.rs", "`m/4/mod.rs`"),
            ("flask/test_views.py", "`flask/tests/test_views.py`"),
        ] {
            assert_eq!(hint(&mut client, path), format!("did you mean {meant}?"), "{path}");
        }
        assert_eq!(
            hint(&mut client, "nothing-like-it"),
            "list_directory with path=`.` shows what there is"
        );
    }
}

#[test]
fn with_several_grants_the_others_are_looked_at_as_well() {
    let sandbox =
        Sandbox::new().file("grant/a/b.rs", "").file("other/lib/c.rs", "").file("other/d", "");
    let (grant, other) = (sandbox.spec("grant", "rw"), sandbox.spec("other", "ro"));
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    for (path, meant) in [
        ("c.rs", "`other/lib/c.rs`"),
        ("lib/c.rs", "`other/lib/c.rs`"),
        ("lib/c.rs:4", "`other/lib/c.rs`, offset=4"),
        ("grant/lib/c.rs", "`other/lib/c.rs`"),
        ("grant/c.rs", "`other/lib/c.rs`"),
        ("b.rs", "`grant/a/b.rs`"),
        ("/srv/other/lib/c.rs", "`other/lib/c.rs`"),
        ("`grant/a/b.rs`", "`grant/a/b.rs`"),
        ("x/other/d", "`other/d`"),
    ] {
        assert_eq!(hint(&mut client, path), format!("did you mean {meant}?"), "{path}");
    }
}

/// The same to the byte, whatever lies outside or is hidden.
#[test]
fn hints_do_not_reveal_outside_or_hidden_files() {
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\"private\", \"*.key\"]\n";
    let with = |sandbox: Sandbox| {
        sandbox
            .file("allowlist.toml", toml)
            .file("grant/src/a.ts", "x")
            .link("grant/out", "../beside/lost.txt")
            .link("grant/to-private", "private/lost.txt")
            .link("grant/out-dir", "../beside")
    };
    let full = with(
        Sandbox::new()
            .file("grant/private/lost.txt", SECRET)
            .file("grant/private/deeper/only-here.ts", SECRET)
            .file("grant/src/lost.key", SECRET)
            .file("beside/lost.txt", SECRET),
    );
    let empty = with(Sandbox::new());
    let (mut there, mut not_there) = (configured(&full), configured(&empty));
    for path in [
        "lost.txt",
        "private/lost.txt",
        "src/private/lost.txt",
        "lost.key",
        "src/lost.key:3",
        "`private/lost.txt`",
        "only-here.ts",
        "deeper/only-here.ts",
        "out",
        "out-dir/lost.txt",
        "to-private",
        "beside/lost.txt",
        "../beside/lost.txt",
        "/beside/lost.txt",
        "private",
    ] {
        for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
            for arguments in calls(tool, path) {
                let answer = there.call(tool.name, &arguments);
                assert_eq!(answer, not_there.call(tool.name, &arguments), "{arguments}");
                assert!(!answer.text.contains("FLAG{"), "{arguments}: {answer:?}");
            }
        }
    }
}

#[test]
fn a_link_to_nothing_is_said_to_be_one() {
    let sandbox = Sandbox::new()
        .link("grant/dangling", "nowhere")
        .link("grant/chain", "dangling")
        .link("grant/d/up", "../gone/f")
        .link("grant/near", "real.tx")
        .file("grant/real.txt", "x")
        .link("grant/loop", "loop")
        .link("grant/out", "../outside/none")
        .link("grant/blank", "a b")
        .file("grant/a\u{A0}b", "x");
    let mut client = start(&sandbox);
    for tool in TOOLS.iter().filter(|tool| !changes(tool)) {
        // The text of a link is read exactly: `blank` does not lead to a name that looks like `a b`.
        for path in ["dangling", "chain", "d/up", "dangling/x", "blank"] {
            for arguments in calls(tool, path) {
                let answer = client.call(tool.name, &arguments);
                let want = format!("`{path}` goes through a link whose target does not exist");
                assert!(answer.text.contains(&want), "{} {path}: {answer:?}", tool.name);
                assert_eq!(code(&answer), "not_found");
            }
        }
        for (path, want) in [("loop", "bad_path"), ("out", "escapes_grant")] {
            for arguments in calls(tool, path) {
                assert_eq!(code(&client.call(tool.name, &arguments)), want, "{} {path}", tool.name);
            }
        }
    }
    // No name like that of the target is offered: the target may be hidden.
    assert_eq!(hint(&mut client, "near"), "list_directory with path=`.` shows what there is");
    assert_eq!(hint(&mut client, "d/up"), "list_directory with path=`d` shows what there is");
    let edits = json!([{"old_text": "a", "new_text": "b"}]);
    let edit = client.call("edit_file", &json!({"path": "dangling", "edits": edits}));
    assert!(edit.text.contains("goes through a link whose target"), "{edit:?}");
}

#[test]
fn a_file_for_a_directory_and_the_other_way_round_name_the_tool_that_fits() {
    let sandbox = Sandbox::new().file("grant/d/f.txt", "x\n").link("grant/l", "d/f.txt");
    let mut client = start(&sandbox);
    for (tool, path, want) in [
        (
            "read_text_file",
            "d",
            "is_a_directory: `d` is a directory\nhint: list_directory shows what is in it",
        ),
        (
            "read_text_file",
            "d/",
            "is_a_directory: `d/` is a directory\nhint: list_directory shows what is in it",
        ),
        (
            "read_text_file",
            "d/f.txt/",
            "not_a_directory: `d/f.txt` is not a directory\nhint: a file's path has no `/` at its end",
        ),
        (
            "read_text_file",
            "l/",
            "not_a_directory: `d/f.txt` is not a directory\nhint: a file's path has no `/` at its end",
        ),
        (
            "read_text_file",
            "d/f.txt/x",
            "not_a_directory: `d/f.txt` is not a directory\nhint: it is a file: read_text_file reads it",
        ),
        (
            "list_directory",
            "d/f.txt",
            "not_a_directory: `d/f.txt` is not a directory\nhint: it is a file: read_text_file reads it",
        ),
        (
            "directory_tree",
            "d/f.txt",
            "not_a_directory: `d/f.txt` is not a directory\nhint: it is a file: read_text_file reads it",
        ),
    ] {
        assert_eq!(client.call(tool, &json!({"path": path})).text, want, "{tool} {path}");
    }
}

#[test]
fn another_case_is_a_hint_in_every_tool() {
    let sandbox = Sandbox::new().file("grant/README.md", "x").file("grant/Src/Main.rs", "x");
    let mut client = start(&sandbox);
    for tool in TOOLS {
        for (path, meant) in [("Readme.md", "README.md"), ("src/main.rs", "Src/Main.rs")] {
            for arguments in calls(tool, path) {
                let is_to_make = ["write_file", "create_directory"].contains(&tool.name)
                    || arguments["destination"] == path;
                if !is_to_make {
                    let answer = client.call(tool.name, &arguments);
                    assert_eq!(code(&answer), "not_found", "{} {arguments}: {answer:?}", tool.name);
                    let want = format!("did you mean `{meant}`?");
                    assert!(answer.text.contains(&want), "{} {arguments}: {answer:?}", tool.name);
                }
            }
        }
    }
}

/// The search for a hint does not go too deep, and does not depend on the order of a directory.
#[test]
fn a_hint_in_a_large_tree_is_bounded() {
    let mut sandbox = Sandbox::new();
    for i in 0..60 {
        for j in 0..20 {
            sandbox = sandbox.dir(&format!("grant/d{i}/e{j}"));
        }
    }
    let deep = vec!["n"; 60].join("/");
    let sandbox = sandbox.dir(&format!("grant/{deep}")).file("grant/d7/e3/wanted.txt", "x");
    std::fs::write(sandbox.path(format!("grant/{deep}/too-deep.txt")), "x").unwrap();
    let mut client = start(&sandbox);
    assert_eq!(hint(&mut client, "wanted.txt"), "did you mean `d7/e3/wanted.txt`?");
    assert!(hint(&mut client, "too-deep.txt").starts_with("list_directory"));
    assert_eq!(hint(&mut client, "e3"), "did you mean `d0/e3` or `d1/e3` or `d10/e3`?");
}

/// A hint is of no use if what it offers cannot be told from another name.
#[test]
fn a_hint_shows_the_code_points_of_names_that_look_the_same() {
    let sandbox = Sandbox::new()
        .file("grant/shot 2.40\u{202F}PM.txt", "x")
        .file("grant/shot 2.40\u{A0}PM.txt", "x")
        .file("grant/cafe\u{301}.md", "x")
        .file("grant/d/it\u{2019}s a note.md", "x")
        .file("grant/trail.txt ", "x");
    let mut client = start(&sandbox);
    for (path, points) in [
        ("shot 2.40 M.txt", &["(U+202F)", "(U+00A0)"][..]),
        (r"caf\xC3\xA9.md", &["`cafe\\xCC\\x81.md` (U+0301)"]),
    ] {
        let hint = hint(&mut client, path);
        assert!(points.iter().all(|points| hint.contains(points)), "{path}: {hint}");
    }
    let read = read(&mut client, "trail.txt");
    assert!(read.text.contains(r"`trail.txt` stands for `trail.txt\x20` (U+0020)"), "{read:?}");
}

/// The user is to write it into the allowlist.
#[test]
fn the_hint_to_unprotect_has_the_real_path_in_the_grant() {
    let sandbox = Sandbox::new()
        .file("grant/sub/f", "x")
        .file("grant/AGENTS.md", "x")
        .link("grant/l", "sub")
        .link("grant/sub/deep", "../sub");
    let mut client = start(&sandbox);
    let host = sandbox.path("grant").canonicalize().unwrap();
    let absolute = format!("{}/AGENTS.md", host.to_str().unwrap());
    for (path, real) in [
        ("AGENTS.md", "/AGENTS.md"),
        ("./AGENTS.md", "/AGENTS.md"),
        (&absolute, "/AGENTS.md"),
        ("grant/AGENTS.md", "/AGENTS.md"),
        ("grant/sub/AGENTS.md", "/sub/AGENTS.md"),
        ("l/AGENTS.md", "/sub/AGENTS.md"),
        ("l/deep/AGENTS.md", "/sub/AGENTS.md"),
        ("l/new/AGENTS.md", "/sub/new/AGENTS.md"),
        ("sub/AGENTS.md", "/sub/AGENTS.md"),
    ] {
        let answer = client.call("write_file", &json!({"path": path, "content": "x"}));
        assert_eq!(answer.code(), "protected", "{path}: {answer:?}");
        let glob = format!("`unprotect = ['{real}']`");
        assert!(answer.text.contains(&glob), "{path}: {answer:?}");
    }
    for path in [format!("file:{absolute}"), "C:/grant/AGENTS.md".into(), "~/AGENTS.md".into()] {
        let answer = client.call("write_file", &json!({"path": path, "content": "x"}));
        assert!(answer.is_error && !answer.text.contains("unprotect"), "{path}: {answer:?}");
        let is_known = !path.starts_with('~');
        assert!(!is_known || answer.text.contains("did you mean `AGENTS.md`?"), "{answer:?}");
    }
}
