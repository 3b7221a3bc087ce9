//! Texts that an edit or a write is sent in another form than the file has: line ends, marks, labels of encodings, escapes.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

fn edit(client: &mut Client, path: &str, old: &str, new: &str) -> Answer {
    let edits = json!([{"old_text": old, "new_text": new}]);
    client.call("edit_file", &json!({"path": path, "edits": edits}))
}

fn read(sandbox: &Sandbox, path: &str) -> Vec<u8> {
    std::fs::read(sandbox.path("grant").join(path)).unwrap()
}

#[test]
fn a_carriage_return_in_place_of_a_line_end_is_named() {
    let sandbox = Sandbox::new()
        .file("grant/cr", "a\rb\rc")
        .file("grant/lf", "a\nb\n")
        .file("grant/crlf", "a\r\nb\r\n")
        .file("grant/mixed", "x\r\na\rb\r\n");
    let mut client = start(&sandbox);
    for (path, has_some) in [("cr", true), ("mixed", true), ("lf", false), ("crlf", false)] {
        let text = client.call("read_text_file", &json!({"path": path})).text;
        assert_eq!(text.contains("lone carriage returns (U+000D)"), has_some, "{path}: {text}");
    }
    // A piece that ends within a line end has none.
    let piece = json!({"path": "crlf", "byte_offset": 0, "byte_limit": 2});
    let text = client.call("read_text_file", &piece).text;
    assert!(text.contains("[bytes 0-") && !text.contains("U+000D"), "{text:?}");
    for (path, old, wanted, sent) in [
        ("cr", "a\nb", "the file has carriage returns (`\\r`, U+000D)", r#""a\u000db""#),
        ("mixed", "a\nb", "the file has carriage returns (`\\r`, U+000D)", r#""a\u000db""#),
        ("lf", "a\rb", "`old_text` has carriage returns (`\\r`, U+000D)", r#""a\nb""#),
        ("crlf", "a\rb", "`old_text` has carriage returns (`\\r`, U+000D)", r#""a\nb""#),
    ] {
        let answer = edit(&mut client, path, old, "new");
        assert_eq!(answer.code(), "no_match");
        assert!(answer.text.contains(wanted), "{path}: {answer:?}");
        assert!(
            answer.text.ends_with(&format!("send `old_text` as this JSON string: {sent}")),
            "{path}: {answer:?}"
        );
        let exact: String = serde_json::from_str(sent).unwrap();
        assert_eq!(edit(&mut client, path, &exact, "new").code(), "ok", "{path}");
    }
}

#[test]
fn an_edit_of_line_ends_alone_names_the_argument_that_changes_them() {
    let sandbox = Sandbox::new().file("grant/lf", "a\nb\n").file("grant/crlf", "a\r\nb\r\n");
    let mut client = start(&sandbox);
    for (path, old, new) in [
        ("crlf", "a\r\nb", "a\nb"),
        ("crlf", "\r\n", "\n"),
        ("lf", "a\nb", "a\r\nb"),
        ("lf", "\n", "\r\n"),
    ] {
        let answer = edit(&mut client, path, old, new);
        assert!(
            answer.text.starts_with("bad_args: ") && answer.text.contains("`line_ends`"),
            "{answer:?}"
        );
    }
    let answer = edit(&mut client, "lf", "a", "a").text;
    assert!(answer.contains("is the same as") && !answer.contains("line_ends"), "{answer}");
}

#[test]
fn a_large_file_has_the_same_facts_as_a_small_one() {
    let lines = 100_000;
    let sandbox = Sandbox::new()
        .file("grant/large", "a line of text\r\n".repeat(lines))
        .file("grant/huge", "a line of text\n".repeat(20 * lines))
        .file("grant/binary", [b"\x7fELF\0\0\x01\x02".as_slice(), &vec![0; 2 << 20]].concat());
    let mut client = start(&sandbox);
    for (path, wanted) in [
        ("large", "\ntext: UTF-8, 100000 lines, CRLF\nversion: "),
        ("huge", "\ntext: UTF-8, 2000000 lines, LF\nversion: "),
        ("binary", "\ntext: no, binary"),
    ] {
        let info = client.call("get_file_info", &json!({"path": path})).text;
        assert!(info.contains(wanted), "{info}");
    }
    let of = |answer: &Value| answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    for path in ["large", "huge"] {
        let mut call = |tool: &str| {
            let arguments = json!({"path": path, "max_lines": 1});
            let arguments = if tool == "get_file_info" { json!({"path": path}) } else { arguments };
            of(&client.request("tools/call", json!({"name": tool, "arguments": arguments})))
        };
        let info = call("get_file_info");
        let version = info.rsplit("version: ").next().unwrap();
        assert!(call("read_text_file").contains(&format!("version {version}")), "{info}");
    }
}

#[test]
fn a_label_of_an_encoding_is_taken_in_any_spelling() {
    let sandbox = Sandbox::new().file("grant/f", b"caf\xE9 cr\xE8me na\xEFve\n");
    let mut client = start(&sandbox);
    for label in
        ["cp1252", "windows1252", "Windows_1252", "win-1252", "latin_1", "iso8859-1", "ISO 8859 1"]
    {
        for (tool, arguments) in [
            ("read_text_file", json!({"path": "f", "encoding": label})),
            ("grep", json!({"pattern": "caf\u{e9}", "encoding": label})),
            (
                "edit_file",
                json!({"path": "f", "old_text": "cr\u{e8}me", "new_text": "cr\u{e8}me",
                "dry_run": true, "encoding": label}),
            ),
        ] {
            let answer = client.call(tool, &arguments);
            let is_known = !answer.text.contains("is not known");
            assert!(is_known, "{tool} {label}: {answer:?}");
            assert!(
                tool == "edit_file" || answer.text.contains("caf\u{e9}"),
                "{tool} {label}: {answer:?}"
            );
        }
    }
    for (label, bytes) in [
        ("utf-16-le", b"\xFF\xFE\xE9\0".as_slice()),
        ("utf_16_be", b"\xFE\xFF\0\xE9"),
        ("macroman", b"\x8E"),
        ("cp850", b"\x82"),
        ("utf8-bom", b"\xEF\xBB\xBF\xC3\xA9"),
    ] {
        let arguments = json!({"path": "new", "content": "\u{e9}", "encoding": label});
        assert_eq!(client.call("write_file", &arguments).code(), "ok", "{label}");
        assert_eq!(read(&sandbox, "new"), bytes, "{label}");
    }
    for (label, hint) in [
        ("ansi", "it differs by system"),
        ("utf-18", "did you mean `utf-16le` or `utf-8` or `utf-32le`?"),
        ("windows-125x", "did you mean `windows-125"),
        ("klingon", "known encodings include utf-8"),
    ] {
        let arguments = json!({"path": "new", "content": "x", "encoding": label});
        let answer = client.call("write_file", &arguments);
        assert!(answer.code() == "bad_args" && answer.text.contains(hint), "{label}: {answer:?}");
    }
    // What a label does not have is not written in an encoding that has more.
    for label in ["latin_1", "LATIN-1", "iso 8859-1", "us_ascii"] {
        let arguments = json!({"path": "new", "content": "\u{20ac}", "encoding": label});
        let answer = client.call("write_file", &arguments);
        assert!(
            answer.code() == "bad_args" && answer.text.contains("has no character"),
            "{label}: {answer:?}"
        );
    }
}

#[test]
fn a_label_that_asks_for_a_mark_gets_it_in_a_new_and_in_an_empty_file() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox);
    for (label, bytes, name) in [
        ("utf-8-sig", b"\xEF\xBB\xBFx\n".as_slice(), "UTF-8 with BOM"),
        ("utf8-bom", b"\xEF\xBB\xBFx\n", "UTF-8 with BOM"),
        ("utf-16", b"\xFF\xFEx\0\n\0", "UTF-16LE with BOM"),
        ("utf-16le", b"\xFF\xFEx\0\n\0", "UTF-16LE with BOM"),
        ("utf-16be", b"\xFE\xFF\0x\0\n", "UTF-16BE with BOM"),
        ("utf-32", b"\xFF\xFE\0\0x\0\0\0\n\0\0\0", "UTF-32LE with BOM"),
        ("utf-8", b"x\n", ""),
        ("windows-1252", b"x\n", "windows-1252"),
    ] {
        for content in ["x\n", "\u{feff}x\n"] {
            let has_mark = !bytes.starts_with(b"x");
            if !has_mark && content != "x\n" {
                continue;
            }
            for (mode, is_empty) in [
                ("overwrite", false),
                ("append", false),
                ("append", true),
                ("overwrite", true),
                ("create", false),
            ] {
                let _ = std::fs::remove_file(sandbox.path("grant/new"));
                if is_empty {
                    std::fs::write(sandbox.path("grant/new"), "").unwrap();
                }
                let arguments =
                    json!({"path": "new", "content": content, "encoding": label, "mode": mode});
                let answer = client.call("write_file", &arguments);
                assert_eq!(read(&sandbox, "new"), bytes, "{label} {mode} {answer:?}");
                let told = match (mode, is_empty, has_mark) {
                    ("append", true, true) => "with a byte order mark",
                    (_, true, false) => "",
                    _ => name,
                };
                assert!(answer.text.contains(told), "{label} {mode}: {answer:?}");
            }
            // What is appended to it later gets no second mark.
            let more =
                json!({"path": "new", "content": "y\n", "encoding": label, "mode": "append"});
            let answer = client.call("write_file", &more);
            let text = client.call("read_text_file", &json!({"path": "new"})).text;
            assert!(text.starts_with("x\ny\n["), "{label}: {answer:?} {text}");
            assert!(!answer.text.contains("mark"), "{answer:?}");
        }
    }
}

#[test]
fn a_write_says_which_encoding_the_file_had() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox);
    for (old, content, label, told) in [
        (
            b"caf\xE9 cr\xE8me na\xEFve\n".as_slice(),
            "caf\u{e9}\n",
            Some("utf-16le"),
            "UTF-16LE with BOM, was windows-1252",
        ),
        (b"caf\xC3\xA9\n", "caf\u{e9}\n", Some("utf-16le"), "UTF-16LE with BOM, was UTF-8;"),
        (b"caf\xC3\xA9\n", "caf\u{e9}\n", Some("windows-1252"), "windows-1252, was UTF-8;"),
        (b"caf\xC3\xA9\n", "caf\u{e9}\n", Some("utf-8-sig"), "UTF-8 with BOM, was UTF-8;"),
        (b"caf\xC3\xA9\n", "\u{feff}caf\u{e9}\n", None, "UTF-8 with BOM, was UTF-8;"),
        (b"\xFF\xFEx\0", "caf\u{e9}\n", None, "UTF-8, was UTF-16LE with BOM"),
        (
            b"\xFF\xFEx\0",
            "caf\u{e9}\n",
            Some("utf-16be"),
            "UTF-16BE with BOM, was UTF-16LE with BOM",
        ),
    ] {
        std::fs::write(sandbox.path("grant/f"), old).unwrap();
        let mut arguments = json!({"path": "f", "content": content});
        if let Some(label) = label {
            arguments["encoding"] = label.into();
        }
        let answer = client.call("write_file", &arguments);
        assert!(answer.text.contains(told), "{label:?}: {answer:?}");
    }
    for (old, label) in
        [("caf\u{e9}\n", "utf-8"), ("plain\n", "windows-1252"), ("plain\n", "utf-8")]
    {
        std::fs::write(sandbox.path("grant/f"), old).unwrap();
        let arguments = json!({"path": "f", "content": "text\n", "encoding": label});
        let answer = client.call("write_file", &arguments);
        assert!(!answer.text.contains(", was "), "{label}: {answer:?}");
    }
}

#[test]
fn byte_order_mark_in_the_middle_of_a_file_is_reported() {
    let sandbox = Sandbox::new().file("grant/f", "text\n");
    let mut client = start(&sandbox);
    let arguments = json!({"path": "f", "content": "\u{feff}more\n", "mode": "append"});
    let answer = client.call("write_file", &arguments).text;
    assert!(answer.contains("U+FEFF, which is now in the middle of the file"), "{answer}");
    let arguments = json!({"path": "f", "content": "more\n", "mode": "append"});
    let answer = client.call("write_file", &arguments).text;
    assert!(!answer.contains("U+FEFF"), "{answer}");
    let answer = edit(&mut client, "f", "text", "te\u{feff}xt").text;
    assert!(answer.contains("U+FEFF"), "{answer}");
}

#[test]
fn shown_escapes_are_not_written_over_the_bytes_they_stand_for() {
    let good = "die gr\u{fc}nen Worte\n".repeat(20);
    let bad = [good.as_bytes(), b"caf\xE9 end\n"].concat();
    let sandbox =
        Sandbox::new().file("grant/bad", &bad).file("grant/nul", "some words\0and more words\n");
    let mut client = start(&sandbox);
    for (path, content) in [
        ("bad", format!("{good}caf\\xE9 finis\n")),
        ("bad", format!("{good}caf\\xe9 finis\n")),
        ("nul", "some words\\x00and other words\n".to_owned()),
    ] {
        let old = read(&sandbox, path);
        for mode in ["overwrite", "in_place"] {
            let arguments = json!({"path": path, "content": content, "mode": mode});
            let answer = client.call("write_file", &arguments);
            assert!(
                answer.code() == "bad_args" && answer.text.contains("content_base64"),
                "{answer:?}"
            );
            assert_eq!(read(&sandbox, path), old);
        }
    }
    // Where nothing is lost, it is said.
    for (path, escape) in [("bad", r"\xE9"), ("nul", r"\x00")] {
        let content = format!("more {escape}\n");
        let arguments = json!({"path": path, "content": content, "mode": "append"});
        let answer = client.call("write_file", &arguments).text;
        assert!(answer.contains(&format!("`{escape}` was appended as characters")), "{answer}");
        assert!(read(&sandbox, path).ends_with(content.as_bytes()));
        let arguments = json!({"path": path, "content": "\\xE8 \\n", "mode": "append"});
        let answer = client.call("write_file", &arguments).text;
        assert!(!answer.contains("as characters"), "{answer}");
    }
    // Other escapes, and those over a file that has no such byte, are text.
    for (path, content) in [("bad", r"caf\xE8"), ("new", r"caf\xE9"), ("new", r"a \x00")] {
        let answer = client.call("write_file", &json!({"path": path, "content": content}));
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert_eq!(read(&sandbox, path), content.as_bytes());
    }
}
