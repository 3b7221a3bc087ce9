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
    assert_eq!(
        answer.text,
        "line 3\nline 4\n[lines 3-4 of 10; LF; version V; continue with offset=5]"
    );
    let answer = read(&mut client, json!({"path": "f", "offset": 9}));
    assert_eq!(answer.text, "line 9\nline 10\n[lines 9-10 of 10; LF; version V]");
    let answer = read(&mut client, json!({"path": "f", "offset": 11}));
    assert_eq!(
        answer.text,
        "bad_args: `offset` 11 is past the end: the file has 10 lines\nhint: the last page begins near offset=1"
    );
    assert_eq!(read(&mut client, json!({"path": "empty"})).text, "[empty file; version V]");
    assert_eq!(read(&mut client, json!({"path": "f", "offset": -1})).code(), "bad_args");
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
    assert_eq!(
        read(&mut client, json!({"path": "crlf"})).text,
        "a\nb\n[lines 1-2 of 2; CRLF; version V]"
    );
    assert_eq!(
        read(&mut client, json!({"path": "mixed"})).text,
        "a\nb\n[lines 1-2 of 2; mixed LF and CRLF; version V]"
    );
    assert_eq!(
        read(&mut client, json!({"path": "none"})).text,
        "a\n[lines 1-1 of 1; no line end; version V]"
    );
    let text = read(&mut client, json!({"path": "long"})).text;
    let want = format!(
        "{} [... 7 more bytes; continue with byte_offset=7999]\nshort\n[lines 1-2 of 2; LF; 1 line shortened; version V]",
        "x".repeat(7_999)
    );
    assert_eq!(text, want, "a character is never split");
}

#[test]
fn what_is_no_text_is_refused_and_says_what_to_call_instead() {
    let sandbox = Sandbox::new()
        .file("grant/bin", b"ELF\0\x01")
        .file("grant/late", format!("{}\0", "x\n".repeat(200_000)));
    let mut client = start(&sandbox);
    let answer = read(&mut client, json!({"path": "bin"}));
    assert!(answer.text.starts_with("not_text: `bin` is a binary file"), "{answer:?}");
    assert!(answer.text.contains("hint: read_media_file "));
    let late = read(&mut client, json!({"path": "late", "tail": 2})).text;
    assert!(late.starts_with("x\n\\x00\n[lines 200000-200001 of 200001; "), "{late}");
    assert!(
        late.contains("; UTF-8 with 1 NUL; 1 byte is shown as \\x00, at byte 400000; "),
        "{late}"
    );
}

#[test]
fn every_encoding_is_read_and_named() {
    let russian = encoding_rs::WINDOWS_1251
        .encode("Съешь же ещё этих мягких\nфранцузских булок\n")
        .0
        .into_owned();
    let utf16 = |text: &str, big: bool| -> Vec<u8> {
        text.encode_utf16()
            .flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() })
            .collect()
    };
    let sandbox = Sandbox::new()
        .file("grant/latin", b"un caf\xe9\r\ntr\xe8s serr\xe9\r\n")
        .file("grant/russian", russian)
        .file("grant/bom", b"\xEF\xBB\xBFone\ntwo\n")
        .file("grant/le", utf16("\u{FEFF}one\r\n\u{A0A}\u{D0A}\n", false))
        .file("grant/be", utf16("\u{FEFF}one\nt\u{1F980}o", true))
        .file("grant/nobom", utf16("plain words\nin two bytes\n", false));
    let mut client = start(&sandbox);
    for (path, text) in [
        ("latin", "un café\ntrès serré\n[lines 1-2 of 2; CRLF; windows-1252 (guessed); version V]"),
        (
            "russian",
            "Съешь же ещё этих мягких\nфранцузских булок\n[lines 1-2 of 2; LF; windows-1251 (guessed); version V]",
        ),
        ("bom", "one\ntwo\n[lines 1-2 of 2; LF; UTF-8 with BOM; version V]"),
        (
            "le",
            "one\n\u{A0A}\u{D0A}\n[lines 1-2 of 2; mixed LF and CRLF; UTF-16LE with BOM; version V]",
        ),
        ("be", "one\nt\u{1F980}o\n[lines 1-2 of 2; LF; UTF-16BE with BOM; version V]"),
        ("nobom", "plain words\nin two bytes\n[lines 1-2 of 2; LF; UTF-16LE; version V]"),
    ] {
        assert_eq!(read(&mut client, json!({"path": path})).text, text, "{path}");
    }
    let answer = read(&mut client, json!({"path": "le", "offset": 2}));
    assert_eq!(
        answer.text,
        "\u{A0A}\u{D0A}\n[lines 2-2 of 2; mixed LF and CRLF; UTF-16LE with BOM; version V]"
    );
    let answer = read(&mut client, json!({"path": "be", "tail": 1}));
    assert_eq!(
        answer.text,
        "t\u{1F980}o\n[lines 2-2 of 2; LF; the last line has no end; UTF-16BE with BOM; version V]"
    );
}

#[test]
fn a_piece_can_be_said_in_four_ways_but_only_in_one_at_a_time() {
    let text: String = (1..=100).map(|i| format!("{i}\n")).collect();
    let sandbox = Sandbox::new().file("grant/f", text).file("grant/unended", "a\nb");
    let mut client = start(&sandbox);
    let text = |client: &mut Client, arguments: serde_json::Value| read(client, arguments).text;
    assert_eq!(
        text(&mut client, json!({"path": "f", "head": 2})),
        "1\n2\n[lines 1-2 of 100; LF; version V; continue with offset=3]"
    );
    assert_eq!(
        text(&mut client, json!({"path": "f", "tail": 2})),
        "99\n100\n[lines 99-100 of 100; LF; version V]"
    );
    assert_eq!(
        text(&mut client, json!({"path": "unended", "tail": 1})),
        "b\n[lines 2-2 of 2; LF; the last line has no end; version V]"
    );
    assert_eq!(
        text(&mut client, json!({"path": "f", "offset": 9, "limit": 2, "line_numbers": true})),
        "9:9\n10:10\n[lines 9-10 of 100; LF; version V; continue with offset=11]"
    );
    assert_eq!(
        text(&mut client, json!({"path": "f", "byte_offset": 2, "byte_limit": 5})),
        "2\n3\n4\n[bytes 2-6 of 292; version V; continue with byte_offset=7]"
    );
    let answer = read(&mut client, json!({"path": "f", "head": 1, "tail": 1}));
    assert!(answer.text.starts_with("bad_args: `offset` and `limit`, `head`"), "{answer:?}");
    assert_eq!(read(&mut client, json!({"path": "f", "byte_offset": 9999})).code(), "bad_args");
}

#[test]
fn a_minified_file_is_read_piece_by_piece_without_splitting_a_character() {
    let text = "é🦀x".repeat(20_000);
    let sandbox = Sandbox::new().file("grant/min.js", &text);
    let mut client = start(&sandbox);
    let first = read(&mut client, json!({"path": "min.js"})).text;
    assert!(first.contains("continue with byte_offset="), "{}", &first[first.len() - 200..]);
    let (mut seen, mut offset) = (String::new(), 0);
    loop {
        let page = read(
            &mut client,
            json!({"path": "min.js", "byte_offset": offset, "byte_limit": 10_001}),
        )
        .text;
        let (piece, closing) = page.rsplit_once("\n[").unwrap();
        seen += piece;
        match closing.split_once("byte_offset=") {
            Some((_, next)) => offset = next.trim_end_matches(']').parse().unwrap(),
            None => break,
        }
    }
    assert_eq!(seen, text);
    let middle =
        read(&mut client, json!({"path": "min.js", "byte_offset": 1, "byte_limit": 4})).text;
    assert!(middle.starts_with("🦀\n[bytes 2-5 of"), "{middle}");
}

#[test]
fn many_files_are_each_answered_on_their_own() {
    let sandbox = Sandbox::new()
        .file("grant/a", "one\n")
        .file("grant/bin", b"\0\0\0")
        .file("grant/long", "x\n".repeat(100_000))
        .link("grant/out", "../outside/secret.txt");
    let mut client = start(&sandbox);
    let paths = ["a", "none", "out", "../x", "bin", "long"];
    let answer = client.call("read_multiple_files", &json!({"paths": paths}));
    assert_eq!(answer.code(), "ok");
    assert!(answer.text.chars().count() <= 40_000);
    let parts: Vec<&str> = answer.text.split("--- ").skip(1).collect();
    assert_eq!(parts.len(), 6);
    assert!(parts[0].starts_with("a\none\n[lines 1-1 of 1; LF; version "), "{}", parts[0]);
    for (part, code) in [
        (1, "none\nnot_found: "),
        (2, "out\nescapes_grant: "),
        (3, "../x\nbad_path: "),
        (4, "bin\nnot_text: "),
    ] {
        assert!(parts[part].starts_with(code), "{}", parts[part]);
    }
    assert!(parts[5].chars().count() > 35_000, "what short files leave, the long one gets");
    assert!(parts[5].contains("continue with read_text_file offset="));
    let answer = client.call("read_multiple_files", &json!({"paths": "a", "head": 1}));
    assert!(answer.text.starts_with("--- a\none\n"), "a bare string is a list of one: {answer:?}");
    assert_eq!(client.call("read_multiple_files", &json!({"paths": []})).code(), "bad_args");
}

#[test]
fn media_are_given_as_what_they_are() {
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    let sandbox = Sandbox::new()
        .file("grant/p.txt", png)
        .file("grant/s.mp3", b"ID3\x03\0\0\0\0\0\x0f")
        .file("grant/sub/some bytes", b"\0\x01")
        .file("grant/large", vec![0; (4 << 20) + 1])
        .file("grant/limit", vec![0; 4 << 20]);
    let mut client = start(&sandbox);
    let mut block = |path: &str| -> serde_json::Value {
        serde_json::from_str(&client.call("read_media_file", &json!({"path": path})).text).unwrap()
    };
    let image = block("p.txt");
    assert_eq!((&image["type"], &image["mimeType"]), (&json!("image"), &json!("image/png")));
    assert_eq!(image["data"], data_encoding::BASE64.encode(png));
    assert_eq!(block("s.mp3")["type"], "audio");
    let bytes = block("sub/some bytes");
    assert_eq!(bytes["type"], "resource");
    assert_eq!(bytes["resource"]["uri"], "preopen:///sub/some%20bytes");
    assert_eq!(bytes["resource"]["blob"], "AAE=");
    assert_eq!(block("limit")["type"], "resource");
    let answer = client.call("read_media_file", &json!({"path": "large"}));
    assert!(
        answer.text.starts_with("over_limit: `large` has 4194305 bytes, over the limit of 4194304"),
        "{answer:?}"
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
                    cursor = next.trim_end_matches(']').into();
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
    assert!(hint("scr/main.rs").contains("did you mean `src/main.rs`?"));
    assert!(hint("scr/none.rs").contains("did you mean `src`?"));
    assert!(hint("src/zzz").contains("list_directory with path=`src` shows what there is"));
}

#[test]
fn file_info_says_what_a_path_is() {
    let sandbox = Sandbox::new()
        .file("grant/f", "caf\u{e9}\r\n")
        .mode("grant/f", 0o640)
        .hard_link("grant/g", "grant/f")
        .link("grant/l", "f")
        .file("grant/bin", b"\0")
        .fifo("grant/pipe");
    let mut client = start(&sandbox);
    let mut info = |arguments: serde_json::Value| -> Vec<String> {
        let text = client.call("get_file_info", &arguments).text;
        text.lines()
            .filter(|line| !line.starts_with("modified: 20") && !line.starts_with("accessed: 20"))
            .map(Into::into)
            .collect()
    };
    let sha = "sha256: 14d7389e9a0f5c2ec9ab44ef3c1ed2a8ac8b1b1aabd51ddd0d2ffb8e1eafc4c5";
    let lines = info(json!({"path": "l", "hash": true}));
    assert_eq!(
        lines[..9],
        [
            "path: l",
            "links lead to: f",
            "type: file",
            "size: 7 bytes",
            "mode: 0640",
            "hard links: 2 (other names of the same file)",
            "rights: ro",
            "text: UTF-8, 1 line, CRLF",
            &lines[8],
        ]
    );
    assert!(lines[8].starts_with("version: ") && lines[9].len() == sha.len(), "{lines:?}");
    assert_eq!(info(json!({"path": "bin"}))[5], "text: no, binary");
    assert_eq!(info(json!({"path": "pipe"}))[1], "type: special file");
    assert_eq!(info(json!({"path": "/"}))[..2], ["path: .", "type: directory"]);
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
        "unknown_grant: `g` does not begin with the name of a grant: `grant`, `other`\nhint: did you mean `other/g`?"
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
    let mut records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.retain(|record| record["kind"] == "call");
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

#[test]
fn a_cursor_comes_back_as_it_was_whatever_the_names() {
    let names = [
        "Screenshot 1\u{202f}PM.png",
        "a\u{a0}b",
        "\u{1F468}\u{200D}\u{1F469}",
        "quote\"\\",
        "100%",
        "z",
    ];
    let mut sandbox = Sandbox::new();
    for name in names {
        sandbox = sandbox.file(&format!("grant/{name}"), "");
    }
    let mut client = start(&sandbox);
    let (mut seen, mut cursor) = (0, serde_json::Value::Null);
    loop {
        let page = client.call("list_directory", &json!({"limit": 1, "cursor": cursor})).text;
        seen += 1;
        match page.split_once("cursor=") {
            Some((_, next)) => {
                let next = next.trim_end_matches(']');
                assert!(
                    next.bytes().all(|b| b.is_ascii_graphic() && !b"\"'\\".contains(&b)),
                    "{next}"
                );
                cursor = next.into();
            }
            None => break,
        }
        assert!(seen <= names.len(), "the pages do not end");
    }
    assert_eq!(seen, names.len());
}

#[test]
fn files_that_never_end_a_line_are_answered_at_once() {
    let sandbox = Sandbox::new();
    let sparse = std::fs::File::create(sandbox.path("grant/sparse")).unwrap();
    sparse.set_len(1 << 40).unwrap();
    // A text with one line of a gigabyte, of which the beginning alone is on the disk.
    let endless = std::fs::File::create(sandbox.path("grant/endless")).unwrap();
    std::os::unix::fs::FileExt::write_all_at(&endless, "x".repeat(80 << 20).as_bytes(), 0).unwrap();
    endless.set_len(1 << 40).unwrap();
    let mut client = start(&sandbox);
    assert_eq!(read(&mut client, json!({"path": "sparse", "limit": 1})).code(), "not_text");
    assert_eq!(read(&mut client, json!({"path": "sparse", "tail": 1})).code(), "not_text");
    // Nearly all of it is NULs, but the client says that it is a text.
    let endless = json!({"path": "endless", "limit": 1, "encoding": "utf-8"});
    let text = read(&mut client, endless).text;
    assert!(
        text.contains("[... at least ") && text.contains("; continue with byte_offset=8000]"),
        "{}",
        &text[8_000..]
    );
}

#[test]
fn the_audit_trail_names_what_was_reached_however_it_was_spelled() {
    let sandbox = Sandbox::new().file("grant/sub/key", "x").link("grant/l", "sub/key");
    let log = sandbox.path("audit.jsonl");
    let mut client = Client::start(
        &[sandbox.path("grant").to_str().unwrap(), "--audit", log.to_str().unwrap()],
        Era::Modern,
    );
    let long = "./".repeat(110) + "sub/key";
    read(&mut client, json!({"path": long}));
    read(&mut client, json!({"path": "l"}));
    assert_eq!(client.finish().1, 0);
    let text = std::fs::read_to_string(&log).unwrap();
    let mut records: Vec<serde_json::Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    records.retain(|record| record["kind"] == "call");
    assert_eq!(records[0]["paths"], json!([long]));
    assert_eq!(records[0]["places"], json!(["sub/key"]));
    assert_eq!((&records[1]["paths"], &records[1]["places"]), (&json!(["l"]), &json!(["sub/key"])));
}

#[test]
fn a_place_behind_long_links_does_not_flood_the_answer() {
    let name = |i: usize| format!("{i}{}", "\u{202e}".repeat(80));
    // XFS takes no link whose text is longer than 1,023 bytes.
    let deep: Vec<String> = (0..4).map(name).collect();
    let sandbox =
        Sandbox::new().dir(&format!("grant/{}", deep.join("/"))).link("grant/l", &deep.join("/"));
    let mut client = start(&sandbox);
    for tool in ["list_directory", "get_file_info"] {
        let text = client.call(tool, &json!({"path": "l"})).text;
        assert!(
            text.chars().count() < 1_000 && text.contains("... ("),
            "{tool}: {}",
            text.chars().count()
        );
    }
}

#[test]
fn hints_take_bounded_time_and_tell_no_hidden_name() {
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\"*.o\"]\n";
    let mut sandbox = Sandbox::new().file("allowlist.toml", toml);
    for i in 0..2_000 {
        sandbox = sandbox.file(&format!("grant/{i:0250}"), "");
    }
    for i in 0..20 {
        sandbox = sandbox.file(&format!("grant/readme{i:02}.md"), "");
    }
    let hint = |sandbox: &Sandbox, path: &str| {
        let config = sandbox.path("allowlist.toml");
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        read(&mut client, json!({"path": path})).text
    };
    let before = hint(&sandbox, "readme.md");
    assert!(before.contains("did you mean `readme00.md`"), "{before}");
    for i in 0..3_000 {
        sandbox = sandbox.file(&format!("grant/readme{i}.o"), "");
    }
    assert_eq!(hint(&sandbox, "readme.md"), before, "hidden names take no place among the hints");
    assert!(hint(&sandbox, &"n".repeat(300)).starts_with("over_limit: a name in"));
    assert!(hint(&sandbox, &format!("{}.o", "n".repeat(300))).starts_with("over_limit: a name in"));
}
