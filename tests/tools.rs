//! What each tool answers, as a client sees it.

use serde_json::json;

use crate::common::{Answer, Client, Era, Sandbox};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern)
}

fn read(client: &mut Client, arguments: serde_json::Value) -> Answer {
    client.call("read_text_file", &arguments)
}

#[test]
fn a_file_is_read_in_windows_that_say_how_to_go_on() {
    let text: String = (1..=10).map(|i| format!("line {i}\n")).collect();
    let sandbox = Sandbox::new().file("grant/f", text).file("grant/empty", "");
    let mut client = start(&sandbox);
    let answer = read(&mut client, json!({"path": "f", "offset": 3, "limit": 2}));
    assert_eq!(answer.text, "line 3\nline 4\n[lines 3-4 of 10; LF; continue with offset=5]");
    let answer = read(&mut client, json!({"path": "f", "offset": 9}));
    assert_eq!(answer.text, "line 9\nline 10\n[lines 9-10 of 10; LF]");
    let answer = read(&mut client, json!({"path": "f", "offset": 11}));
    assert_eq!(
        answer.text,
        "bad_args: `offset` 11 is behind the end: the file has 10 lines\nhint: such as 1"
    );
    assert_eq!(read(&mut client, json!({"path": "empty"})).text, "[empty file; no line end]");
    assert_eq!(read(&mut client, json!({"path": "f", "offset": 0})).code(), "bad_args");
}

#[test]
fn following_the_offsets_gives_each_line_once() {
    let lines: Vec<String> = (1..=3_000).map(|i| format!("{i} {}", "x".repeat(i % 90))).collect();
    let sandbox = Sandbox::new().file("grant/f", lines.join("\n"));
    let mut client = start(&sandbox);
    let (mut seen, mut offset, mut pages) = (vec![], 1, 0);
    loop {
        let answer = read(&mut client, json!({"path": "f", "offset": offset}));
        assert!(answer.text.chars().count() <= 40_000);
        let (text, closing) = answer.text.rsplit_once('[').unwrap();
        seen.extend(text.lines().map(ToOwned::to_owned));
        pages += 1;
        match closing.split_once("offset=") {
            Some((_, next)) => offset = next.trim_end_matches(']').parse().unwrap(),
            None => break,
        }
    }
    assert_eq!(seen, lines);
    assert!(pages > 2);
}

#[test]
fn line_ends_are_named_and_long_lines_shortened_aloud() {
    let long = format!("{}é tail", "x".repeat(7_999));
    let sandbox = Sandbox::new()
        .file("grant/crlf", "a\r\nb\r\n")
        .file("grant/mixed", "a\r\nb\n")
        .file("grant/none", "a")
        .file("grant/long", format!("{long}\nshort\n"));
    let mut client = start(&sandbox);
    assert_eq!(read(&mut client, json!({"path": "crlf"})).text, "a\nb\n[lines 1-2 of 2; CRLF]");
    assert_eq!(
        read(&mut client, json!({"path": "mixed"})).text,
        "a\nb\n[lines 1-2 of 2; mixed LF and CRLF]"
    );
    assert_eq!(read(&mut client, json!({"path": "none"})).text, "a\n[lines 1-1 of 1; no line end]");
    let text = read(&mut client, json!({"path": "long"})).text;
    let want = format!(
        "{} [... 7 more bytes of this line]\nshort\n[lines 1-2 of 2; LF; 1 lines shortened]",
        "x".repeat(7_999)
    );
    assert_eq!(text, want, "a character is never split");
}

#[test]
fn what_is_no_text_is_refused_and_says_why() {
    let sandbox = Sandbox::new().file("grant/bin", b"ELF\0\x01").file("grant/latin", b"caf\xe9\n");
    let mut client = start(&sandbox);
    let answer = read(&mut client, json!({"path": "bin"}));
    assert!(
        answer.text.starts_with("not_text: `bin` cannot be shown as text: it holds NUL"),
        "{answer:?}"
    );
    assert!(answer.text.contains("hint: get_file_info"));
    assert!(
        read(&mut client, json!({"path": "latin"}))
            .text
            .starts_with("not_text: `latin` cannot be shown as text: it is not UTF-8")
    );
}

#[test]
fn a_listing_is_sorted_bounded_and_pages_without_state() {
    let mut sandbox = Sandbox::new().dir("grant/dir").link("grant/link", "f00").fifo("grant/pipe");
    for i in 0..25 {
        sandbox = sandbox.file(&format!("grant/f{i:02}"), "x".repeat(i));
    }
    let mut client = start(&sandbox);
    let all = client.call("list_directory", &json!({})).text;
    assert!(all.starts_with("[DIR] dir\n[FILE] f00\n[FILE] f01\n"), "{all}");
    assert!(all.ends_with("[LINK] link\n[SPECIAL] pipe\n[28 entries]"), "{all}");
    for order in ["name", "size", "mtime"] {
        let whole = client.call("list_directory", &json!({"sort_by": order, "path": "."})).text;
        let (mut pages, mut cursor) = (String::new(), serde_json::Value::Null);
        loop {
            let page = client
                .call("list_directory", &json!({"sort_by": order, "limit": 7, "cursor": cursor}))
                .text;
            let (entries, closing) = page.rsplit_once('[').unwrap();
            pages += entries;
            match closing.split_once("cursor=") {
                Some((_, next)) => {
                    cursor = serde_json::from_str(next.trim_end_matches(']')).unwrap();
                }
                None => break,
            }
        }
        assert_eq!(format!("{pages}[28 entries]"), whole, "{order}");
    }
    let largest =
        client.call("list_directory", &json!({"sort_by": "size", "limit": 1, "sizes": true})).text;
    assert!(
        largest.starts_with("[FILE] f24 (24 bytes)\n[entries 1-1 of 28; continue with cursor="),
        "{largest}"
    );
    for cursor in ["x", "name:a/b", "size:1:a", "name:"] {
        let answer = client.call("list_directory", &json!({"cursor": cursor}));
        assert_eq!(answer.code(), "bad_args", "{cursor}");
    }
}

#[test]
fn a_name_that_is_no_text_is_listed_in_a_form_that_opens_it() {
    use std::os::unix::ffi::OsStrExt as _;
    let sandbox = Sandbox::new();
    let names: [&[u8]; 4] = [b"caf\xe9", b"a\nb", br"back\x41slash", "\u{202E}cod.exe".as_bytes()];
    for name in names {
        std::fs::write(sandbox.path("grant").join(std::ffi::OsStr::from_bytes(name)), name)
            .unwrap();
    }
    let mut client = start(&sandbox);
    let listed = client.call("list_directory", &json!({})).text;
    let shown: Vec<_> = listed.lines().filter_map(|line| line.strip_prefix("[FILE] ")).collect();
    assert_eq!(shown, [r"a\x0Ab", r"back\x5Cx41slash", r"caf\xE9", r"\xE2\x80\xAEcod.exe"]);
    for path in shown {
        let answer = client.call("get_file_info", &json!({"path": path}));
        assert!(answer.text.contains("type: file"), "{path}: {answer:?}");
    }
}

#[test]
fn not_found_suggests_what_may_be_listed() {
    let sandbox = Sandbox::new()
        .file("grant/src/main.rs", "x")
        .file("grant/src/lib.rs", "x")
        .file("grant/README.md", "x");
    let mut client = start(&sandbox);
    let mut hint = |path: &str| read(&mut client, json!({"path": path})).text;
    assert_eq!(
        hint("src/mian.rs"),
        "not_found: `src/mian.rs` does not exist\nhint: did you mean `src/main.rs`?"
    );
    assert!(hint("readme.md").contains("did you mean `README.md`?"));
    assert!(hint("scr/main.rs").contains("did you mean `src`?"));
    assert!(hint("src/zzz").contains("list_directory `src` shows what there is"));
}

#[test]
fn file_info_says_what_a_path_is() {
    let sandbox = Sandbox::new()
        .file("grant/f", "hello")
        .mode("grant/f", 0o640)
        .hard_link("grant/g", "grant/f")
        .link("grant/l", "f");
    let mut client = start(&sandbox);
    let text = client.call("get_file_info", &json!({"path": "l"})).text;
    assert!(
        text.starts_with("path: l\nlinks lead to: f\ntype: file\nsize: 5 bytes\nmodified: 20"),
        "{text}"
    );
    assert!(text.ends_with("mode: 0640\nhard links: 2\nrights: ro"), "{text}");
    let text = client.call("get_file_info", &json!({"path": "/"})).text;
    assert!(text.starts_with("path: .\ntype: directory\n"), "{text}");
}

#[test]
fn names_of_grants_are_in_paths_only_where_there_are_several() {
    let sandbox = Sandbox::new().file("grant/f", "one").file("other/g", "two");
    let (grant, other) = (sandbox.spec("grant", "ro"), sandbox.spec("other", "rw"));
    let mut client = Client::start(&[&grant, &other], Era::Modern);
    for path in ["", ".", "/"] {
        let answer = client.call("list_directory", &json!({"path": path}));
        assert_eq!(answer.text, "[DIR] grant\n[DIR] other\n[2 granted directories]", "{path:?}");
        assert!(read(&mut client, json!({"path": path})).text.starts_with("is_a_directory: "));
    }
    assert!(read(&mut client, json!({"path": "other/g"})).text.starts_with("two\n"));
    let answer = read(&mut client, json!({"path": "g"}));
    assert_eq!(
        answer.text,
        "unknown_grant: `g` does not begin with the name of a grant: `grant`, `other`\nhint: there is `other/g`"
    );
    let listed = client.call("list_allowed_directories", &json!({})).text;
    assert!(
        listed.contains("grant (read only): ") && listed.contains("other (read, write): "),
        "{listed}"
    );
}

#[test]
fn an_absolute_path_is_a_name_under_every_spelling_that_was_announced() {
    let sandbox = Sandbox::new().file("grant/sub/f", "x").link("alias", "grant").dir("elsewhere");
    let alias = sandbox.path("alias");
    let mut client =
        Client::start(&[alias.to_str().unwrap(), "--alias", "alias=/workspaces/app"], Era::Modern);
    let canonical = std::fs::canonicalize(sandbox.path("grant")).unwrap();
    for path in [
        alias.join("sub/f").to_str().unwrap(),
        canonical.join("sub/f").to_str().unwrap(),
        "/workspaces/app/sub/f",
        "//workspaces/app//sub/./f",
    ] {
        assert_eq!(read(&mut client, json!({"path": path})).code(), "ok", "{path}");
    }
    for path in ["/workspaces/app2/sub/f", "/workspaces", "/workspaces/sub/f"] {
        assert_eq!(read(&mut client, json!({"path": path})).code(), "unknown_grant", "{path}");
    }
}

#[test]
fn each_call_leaves_one_line_in_the_audit_trail() {
    let sandbox =
        Sandbox::new().file("grant/f", "hello").link("grant/out", "../outside/secret.txt");
    let log = sandbox.path("audit.jsonl");
    let mut client = Client::start(
        &[sandbox.path("grant").to_str().unwrap(), "--audit", log.to_str().unwrap()],
        Era::Modern,
    );
    read(&mut client, json!({"path": "f"}));
    read(&mut client, json!({"path": "out"}));
    read(&mut client, json!({"path": "a\nb"}));
    read(&mut client, json!({}));
    client.request("tools/call", json!({"name": "no\nsuch", "arguments": {}}));
    assert_eq!(client.finish().1, 0);
    let text = std::fs::read_to_string(&log).unwrap();
    let records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let brief: Vec<_> = records
        .iter()
        .map(|r| (r["call"].as_u64().unwrap(), r["decision"].as_str().unwrap(), r["code"].as_str()))
        .collect();
    assert_eq!(
        brief,
        [
            (1, "allow", None),
            (2, "deny", Some("escapes_grant")),
            (3, "error", Some("not_found")),
            (4, "error", Some("bad_args")),
            (5, "error", Some("unknown_tool")),
        ]
    );
    assert_eq!(records[0]["paths"], json!(["f"]));
    assert_eq!(records[2]["paths"], json!([r"a\x0Ab"]));
    assert!(!text.contains("hello"), "contents are never logged");
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&log).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}
