//! Answers about texts are true: what an escape stands for, what a mark decides, why an append is refused, how many
//! lines there are, and which bytes an edit brings together.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// Files under one grant, and one server.
struct Files {
    sandbox: Sandbox,
    client: Client,
}

impl Files {
    fn new() -> Self {
        let sandbox = Sandbox::new().dir("grant");
        let client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
        Self { sandbox, client }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.sandbox.path("grant").join(name), bytes).unwrap();
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.sandbox.path("grant").join(name)).unwrap()
    }

    /// Calls a tool with a file that has these bytes.
    fn call(&mut self, tool: &str, bytes: &[u8], mut arguments: Value) -> Answer {
        self.put("f", bytes);
        arguments["path"] = "f".into();
        self.client.call(tool, &arguments)
    }

    fn edit(&mut self, bytes: &[u8], edits: &[(&str, &str)], encoding: Option<&str>) -> Answer {
        let edits: Vec<_> =
            edits.iter().map(|(old, new)| json!({"old_text": old, "new_text": new})).collect();
        self.call("edit_file", bytes, json!({"edits": edits, "encoding": encoding}))
    }

    fn append(&mut self, bytes: &[u8], content: &str, encoding: Option<&str>) -> Answer {
        let arguments = json!({"content": content, "mode": "append", "encoding": encoding});
        self.call("write_file", bytes, arguments)
    }
}

/// UTF-8 without doubt, and then these bytes.
fn with(end: &[u8]) -> Vec<u8> {
    ["日本語のテキストです\n".repeat(2).as_bytes(), end].concat()
}

#[test]
fn an_escaped_backslash_means_the_same_in_both_texts_of_an_edit() {
    let mut files = Files::new();
    let bytes = with(b"\xe9\nroot = C:\\x86\\bin\n");
    let old = r"root = C:\x5Cx86\bin";
    for (new, want) in [
        (r"root = C:\x5Cusr\bin", b"\xe9\nroot = C:\\usr\\bin\n".as_slice()),
        (r"root = C:\x5cusr\bin", b"\xe9\nroot = C:\\usr\\bin\n"),
        (r"root = C:\x5Cx64\x5Cbin", b"\xe9\nroot = C:\\x64\\bin\n"),
    ] {
        let answer = files.edit(&bytes, &[(old, new)], None);
        assert_eq!(answer.code(), "ok", "{new}: {answer:?}");
        assert_eq!(files.bytes("f"), with(want), "{new}: {answer:?}");
        assert!(!answer.text.contains("characters"), "{new}: {answer:?}");
    }
    // Another edit of the call explains it, too.
    let edits = [(old, "root = D:"), ("\\xE9\n", "\\xE9 C:\\x5Ctemp\n")];
    assert_eq!(files.edit(&bytes, &edits, None).code(), "ok");
    assert_eq!(files.bytes("f"), with(b"\xe9 C:\\temp\nroot = D:\n"));
    // Where none does, the answer says how it was read.
    let answer = files.edit(&bytes, &[("root", r"C:\x5Ctemp")], None);
    assert!(answer.text.contains(r"`\x5C` was inserted as 4 characters"), "{answer:?}");
    assert_eq!(files.bytes("f"), with(b"\xe9\nC:\\x5Ctemp = C:\\x86\\bin\n"));
}

#[test]
fn a_mark_and_a_name_decide_that_a_file_is_text() {
    let mut files = Files::new();
    for (bytes, old, encoding) in [
        (b"\xff\xfeH\0i\0\n\0x".as_slice(), "Hi", None),
        (b"\xff\xfea\0=\xd8b\0\n\0", "b", None),
        (b"\xfe\xff\0a\xd8=\0b\0\n", "b", None),
        (b"\xef\xbb\xbfa\0\n", "a", None),
        (b"\xef\xbb\xbfa\0\n", "a", Some("utf-8")),
        (b"\xef\xbb\xbf\0\0\0\0\0\0a\n", "a", Some("utf-8")),
        (b"\xff\xfea\0\0\0\0\0\0\0\0\0", "a", Some("utf-16le")),
        (b"\xff\xfe\0\0a\0\0\0\0\0\x11\0", "a", None),
        (b"\0\0\0a\n", "a", Some("utf-8")),
    ] {
        let answer = files.edit(bytes, &[(old, "new")], encoding);
        assert_eq!(answer.code(), "ok", "{bytes:x?}: {answer:?}");
        for tool in ["read_text_file", "get_file_info"] {
            if tool == "get_file_info" && encoding.is_some() {
                continue;
            }
            let mut arguments = json!({});
            if encoding.is_some() {
                arguments["encoding"] = encoding.into();
            }
            let answer = files.call(tool, bytes, arguments);
            assert_eq!(answer.code(), "ok", "{bytes:x?}: {answer:?}");
            assert!(!answer.text.contains("binary"), "{bytes:x?}: {answer:?}");
        }
    }
}

#[test]
fn an_append_or_edit_in_an_encoding_that_is_not_the_file_s_says_what_to_leave_out() {
    let mut files = Files::new();
    for (bytes, encoding) in [
        (b"plain\n".as_slice(), "shift_jis"),
        (b"plain\n", "iso-2022-jp"),
        (b"", "shift_jis"),
        (b"plain\n", "koi8-r"),
    ] {
        let answers = [
            files.append(bytes, "é\n", Some(encoding)),
            files.edit(
                bytes,
                &[(if bytes.is_empty() { "" } else { "plain" }, "é")],
                Some(encoding),
            ),
        ];
        for answer in answers {
            assert_eq!(answer.code(), "bad_args", "{encoding}: {answer:?}");
            assert!(answer.text.contains("leave `encoding` out"), "{encoding}: {answer:?}");
            for lie in ["the encoding of `", "is in ISO", "overwrite"] {
                assert!(!answer.text.contains(lie), "{encoding}: {answer:?}");
            }
        }
        assert_eq!(files.bytes("f"), bytes);
    }
    // What rewrites a file needs all of it.
    let japanese = encoding_rs::SHIFT_JIS.encode(&"いろはにほへと\n".repeat(9)).0.into_owned();
    let answer = files.append(&japanese, "é\n", Some("shift_jis"));
    assert!(answer.text.contains("mode=overwrite and the whole contents"), "{answer:?}");
    let answer = files.append(b"a \x1b$B$\"\x1b(B b\n", "x\n", None);
    assert!(answer.text.contains("mode=overwrite and the whole contents"), "{answer:?}");
}

#[test]
fn an_encoding_with_states_that_is_not_written_is_not_known() {
    let mut files = Files::new();
    for label in [
        "hz-gb-2312",
        "HZ_GB_2312",
        "iso-2022-kr",
        "iso-2022-cn",
        "iso-2022-cn-ext",
        "replacement",
        "utf-7",
    ] {
        let answer = files.append(b"plain\n", "中文\n", Some(label));
        assert_eq!(answer.code(), "bad_args", "{label}: {answer:?}");
        assert!(answer.text.contains("is not known"), "{label}: {answer:?}");
        assert!(!answer.text.contains("did you mean"), "{label}: {answer:?}");
        assert_eq!(files.bytes("f"), b"plain\n");
    }
}

#[test]
fn bytes_joined_by_an_edit_are_shown_as_the_new_character() {
    let mut files = Files::new();
    let answer = files.edit(&with(b"K\xe6-\x97\xa5 L\n"), &[("-", "")], None);
    assert_eq!(answer.code(), "ok", "{answer:?}");
    assert!(answer.text.contains("+K日 L"), "{answer:?}");
    assert!(answer.text.contains(r"-K\xE6-\x97\xA5 L"), "{answer:?}");
    assert!(!answer.text.contains("bad byte"), "{answer:?}");
    let after = files.bytes("f");
    assert_eq!(files.edit(&after, &[("K日 L", "x")], None).code(), "ok");
    // Of several bytes some may stay bad.
    let answer = files.edit(&with(b"K\xe6-\x97\xa5\xff L\n"), &[("-", "")], None);
    assert!(answer.text.contains(r"+K日\xFF L"), "{answer:?}");
    // In other encodings it is refused, with the bytes and the edit.
    let line = encoding_rs::SHIFT_JIS.encode(&"いろはにほへと\n".repeat(9)).0.into_owned();
    let bytes = [&line, b"K\x82-\xa0 L\nend\n".as_slice()].concat();
    let answer = files.edit(&bytes, &[("end", "END"), ("-", "")], Some("shift_jis"));
    assert_eq!(answer.code(), "not_text", "{answer:?}");
    println!("{answer:?}");
    for part in ["edits[1]", r"`\x82", "Shift_JIS", "line 10"] {
        assert!(answer.text.contains(part), "{part}: {answer:?}");
    }
}

#[test]
fn wide_text_is_not_called_ascii() {
    let mut files = Files::new();
    let utf16: Vec<u8> = "plain text\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf32: Vec<u8> = "plain text\n".chars().flat_map(|c| u32::from(c).to_be_bytes()).collect();
    for (bytes, encoding) in
        [(&utf16, None), (&utf16, Some("utf-16le")), (&utf32, None), (&utf32, Some("utf-32be"))]
    {
        let answer = files.append(bytes, "é\n", encoding);
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert!(!answer.text.contains("ASCII"), "{answer:?}");
    }
}

#[test]
fn a_lone_return_in_the_content_does_not_change_the_line_ends_of_the_file() {
    let mut files = Files::new();
    let answer = files.append(b"a\r\nb\r\n", "x\ry\nz\n", None);
    assert_eq!(files.bytes("f"), b"a\r\nb\r\nx\ry\r\nz\r\n", "{answer:?}");
    let answer = files.call("write_file", b"a\r\nb\r\n", json!({"content": "x\ry\nz\n"}));
    assert_eq!(files.bytes("f"), b"x\ry\r\nz\r\n", "{answer:?}");
    // A content that has a CRLF has its own line ends.
    files.call("write_file", b"a\r\nb\r\n", json!({"content": "x\r\nz\n"}));
    assert_eq!(files.bytes("f"), b"x\r\nz\n");
}

#[test]
fn a_file_with_only_a_bom_has_no_lines() {
    let mut files = Files::new();
    for mark in [b"\xef\xbb\xbf".as_slice(), b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\0\0"] {
        let info = files.call("get_file_info", mark, json!({})).text;
        assert!(info.contains(", 0 lines,"), "{mark:x?}: {info}");
        for arguments in [json!({}), json!({"tail": 3}), json!({"head": 3})] {
            let page = files.call("read_text_file", mark, arguments.clone());
            assert!(page.text.contains("empty file"), "{arguments}: {page:?}");
        }
        let answer = files.call("write_file", mark, json!({"content": "a\nb\n"})).text;
        assert!(answer.contains("replaced 0 lines with 2"), "{mark:x?}: {answer}");
    }
    let answer = files.call("write_file", b"a\nb\n", json!({"content": "\u{feff}"})).text;
    assert!(answer.contains("replaced 2 lines with 0"), "{answer}");
}

#[test]
fn append_counts_only_lines_added_to_the_file() {
    let mut files = Files::new();
    for (bytes, content, want, said) in [
        (b"a".as_slice(), "\nfoo\n", b"a\nfoo\n".as_slice(), "appended 1 line"),
        (b"a", "\n", b"a\n", "appended 0 lines"),
        (b"a", "\r\nfoo\r\n", b"a\r\nfoo\r\n", "appended 1 line"),
        (b"a\r\nb", "\nfoo\nbar", b"a\r\nb\r\nfoo\r\nbar", "appended 2 lines"),
        (b"a\n", "\nfoo\n", b"a\n\nfoo\n", "appended 2 lines"),
        (b"a\r", "\nfoo\n", b"a\r\nfoo\n", "appended 1 line; the last line"),
        (b"a\n", "\u{feff}", b"a\n\xef\xbb\xbf", "appended 1 line"),
    ] {
        let answer = files.append(bytes, content, None);
        assert_eq!(files.bytes("f"), want, "{answer:?}");
        assert!(answer.text.contains(said), "{content:?}: {answer:?}");
        let is_ended = answer.text.contains("got the one that the content begins with");
        assert_eq!(is_ended, !bytes.ends_with(b"\n"), "{content:?}: {answer:?}");
    }
}

#[test]
fn a_page_names_lone_returns_before_line_ends() {
    let mut files = Files::new();
    for (bytes, has_some) in
        [(b"a\r\r\nb\r\n".as_slice(), true), (b"a\r\nb\r\n", false), (b"a\nb\r\n", false)]
    {
        for arguments in [json!({}), json!({"tail": 2})] {
            let page = files.call("read_text_file", bytes, arguments).text;
            assert_eq!(page.contains("lone carriage returns"), has_some, "{bytes:?}: {page}");
        }
    }
}

#[test]
fn arguments_that_cannot_go_together_are_named() {
    let mut files = Files::new();
    for argument in ["encoding", "line_ends"] {
        let value = if argument == "encoding" { "shift_jis" } else { "lf" };
        let arguments = json!({"content_base64": "YQ==", argument: value});
        let answer = files.call("write_file", b"x", arguments);
        assert_eq!(answer.code(), "bad_args", "{answer:?}");
        assert!(answer.text.contains(&format!("`{argument}` is for `content`")), "{answer:?}");
    }
    let edits = json!([{"old_text": "x", "new_text": "y"}]);
    let both = json!({"old_string": "a", "new_string": "b", "edits": edits});
    let answer = files.call("edit_file", b"x", both);
    assert_eq!(answer.code(), "bad_args", "{answer:?}");
    assert!(answer.text.contains("go into `edits`"), "{answer:?}");
}

#[test]
#[cfg(unix)]
fn a_file_that_may_not_be_opened_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let mut files = Files::new();
    for name in ["open", "shut", "shut too"] {
        files.put(name, b"needle\n");
    }
    for name in ["shut", "shut too"] {
        let path = files.sandbox.path("grant").join(name);
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o0)).unwrap();
        if std::fs::File::open(&path).is_ok() {
            eprintln!("not run: this user may open every file");
            return;
        }
    }
    let answer = files.client.call("grep", &json!({"pattern": "needle"}));
    assert!(answer.text.contains("2 files could not be opened (e.g. shut)"), "{answer:?}");
    assert!(!answer.text.contains("to the end"), "{answer:?}");
}
