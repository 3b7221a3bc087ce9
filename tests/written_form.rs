//! What a written file keeps of its form: line ends, the end of its last line, its byte order mark; and the version that
//! a change is made to depend on.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// Calls of one server, each on a file of its own with these contents.
struct Bench {
    sandbox: Sandbox,
    client: Client,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
        Self { sandbox, client }
    }

    /// The answer of one write, and what the file holds after it.
    fn write(&mut self, old: impl AsRef<[u8]>, mut arguments: Value) -> (Answer, Vec<u8>) {
        let path = self.sandbox.path("grant/f");
        std::fs::write(&path, old).unwrap();
        arguments["path"] = json!("f");
        let answer = self.client.call("write_file", &arguments);
        (answer, std::fs::read(path).unwrap())
    }

    fn version(&mut self) -> String {
        let answer = self
            .client
            .request("tools/call", json!({"name": "read_text_file", "arguments": {"path": "f"}}));
        let text = answer["result"]["content"][0]["text"].as_str().unwrap().to_owned();
        let (_, version) = text.rsplit_once("version ").unwrap();
        version.chars().take_while(char::is_ascii_alphanumeric).collect()
    }
}

#[test]
fn an_overwritten_file_keeps_its_line_ends() {
    let mut bench = Bench::new();
    for (old, content, more, is, told) in [
        (
            "a\r\nb\r\n",
            "x\ny\n",
            json!({}),
            "x\r\ny\r\n",
            "; CRLF as before, although the content had LF (line_ends=lf writes LF); ",
        ),
        (
            "a\r\nb",
            "x\ny",
            json!({}),
            "x\r\ny",
            "; CRLF as before, although the content had LF (line_ends=lf writes LF); ",
        ),
        ("a\r\n", "x\r\ny\r\n", json!({}), "x\r\ny\r\n", "; CRLF; "),
        ("a\r\n", "x\r\ny\n", json!({}), "x\r\ny\n", "; mixed LF and CRLF, was CRLF; "),
        ("a\r\n", "x", json!({}), "x", "; no line end; "),
        ("a\n", "x\ny\n", json!({}), "x\ny\n", "; LF; "),
        ("a\n", "x\r\n", json!({}), "x\r\n", "; CRLF, was LF; "),
        ("a\r\nb\n", "x\ny\n", json!({}), "x\ny\n", "; LF, was mixed LF and CRLF; "),
        ("a", "x\n", json!({}), "x\n", "; LF; "),
        ("a\r\n", "x\n", json!({"line_ends": "lf"}), "x\n", "; LF, was CRLF; "),
        ("a\r\n", "x\r\n", json!({"line_ends": "lf"}), "x\n", "; LF, was CRLF; "),
        ("a\n", "x\ny\r\n", json!({"line_ends": "crlf"}), "x\r\ny\r\n", "; CRLF, was LF; "),
    ] {
        let mut arguments = more.clone();
        arguments["content"] = json!(content);
        let (answer, now) = bench.write(old, arguments);
        assert_eq!(String::from_utf8(now).unwrap(), is, "{old:?} {content:?} {more}: {answer:?}");
        assert!(answer.text.contains(told), "{old:?} {content:?} {more}: {answer:?}");
    }
    // In UTF-16 as well, whose bytes are not text in UTF-8.
    let utf16: Vec<u8> = "\u{feff}a\r\nb\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (answer, now) = bench.write(utf16, json!({"content": "x\n"}));
    assert!(now.ends_with(b"\r\n") || now.ends_with(b"\r\0\n\0"), "{answer:?}");
    // Bytes are written as they are.
    let (_, now) = bench.write("a\r\n", json!({"content_base64": "eAo="}));
    assert_eq!(now, b"x\n");
    let bytes_so = json!({"content_base64": "eAo=", "line_ends": "lf"});
    let (answer, now) = bench.write("a\r\n", bytes_so);
    assert_eq!((answer.code(), now.as_slice()), ("bad_args", &b"a\r\n"[..]));
}

#[test]
fn an_overwritten_file_keeps_its_byte_order_mark() {
    let mut bench = Bench::new();
    for (content, is, told) in [
        (json!({"content": "x\n"}), "\u{feff}x\r\n", "; byte order mark kept; "),
        (json!({"content": "\u{feff}x\r\n"}), "\u{feff}x\r\n", "; CRLF; version "),
        (json!({"content_base64": "eAo="}), "x\n", "version "),
    ] {
        let (answer, now) = bench.write("\u{feff}a\r\n", content.clone());
        assert_eq!(String::from_utf8(now).unwrap(), is, "{content}: {answer:?}");
        assert!(answer.text.contains(told), "{content}: {answer:?}");
        assert!(!answer.text.contains("was UTF-8"), "{content}: {answer:?}");
    }
    let (answer, now) = bench.write("a\n", json!({"content": "x\n"}));
    assert_eq!(now, b"x\n");
    assert!(!answer.text.contains("mark"), "{answer:?}");
}

#[test]
fn appending_completes_the_last_line() {
    const LF: &str = "; the last line had no line end and got one, LF; ";
    const CRLF: &str = "; the last line had no line end and got one, CRLF; ";
    const BEGINS: &str = "[appended 1 line; the last line had no line end and got the one that the content begins with; ";
    let mut bench = Bench::new();
    for (old, content, is, told) in [
        ("a", "b", "a\nb", LF),
        ("a\nb", "c\n", "a\nb\nc\n", LF),
        ("a\r\nb", "c\n", "a\r\nb\r\nc\r\n", CRLF),
        ("a", "b\r\n", "a\r\nb\r\n", CRLF),
        ("a\n", "b", "a\nb", "[appended 1 line; version "),
        ("", "b", "b", "[appended 1 line; version "),
        ("a", "\nb", "a\nb", BEGINS),
        ("a", "\r\nb", "a\r\nb", BEGINS),
        ("a", "", "a", "[appended 0 lines; version "),
        // A CRLF stays one.
        ("a\r\n", "z\r\n", "a\r\nz\r\n", "[appended 1 line; version "),
        ("a\r\nb", "z\r\n", "a\r\nb\r\nz\r\n", CRLF),
        (
            "a\r\n",
            "y\nz\r\n",
            "a\r\ny\nz\r\n",
            "; mixed LF and CRLF, the file has CRLF: its line ends are mixed now; ",
        ),
        ("a\n", "z\r\n", "a\nz\r\n", "; CRLF, the file has LF: its line ends are mixed now; "),
    ] {
        let (answer, now) = bench.write(old, json!({"content": content, "mode": "append"}));
        assert_eq!(String::from_utf8(now).unwrap(), is, "{old:?} {content:?}: {answer:?}");
        assert!(answer.text.contains(told), "{old:?} {content:?}: {answer:?}");
    }
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let (_, now) = bench.write(wide("\u{feff}a\r\nb"), json!({"content": "c\n", "mode": "append"}));
    assert_eq!(now, wide("\u{feff}a\r\nb\r\nc\r\n"));
    // Bytes are appended as they are, and line ends as they are asked for.
    let (_, now) = bench.write("a", json!({"content_base64": "Ygo=", "mode": "append"}));
    assert_eq!(now, b"ab\n");
    let (_, now) =
        bench.write("a\r\nb", json!({"content": "c\n", "mode": "append", "line_ends": "lf"}));
    assert_eq!(now, b"a\r\nb\nc\n");
}

#[test]
fn a_file_that_exists_is_not_created_whatever_its_version() {
    let mut bench = Bench::new();
    bench.write("old", json!({"content": "old"}));
    let version = bench.version();
    let create = json!({"content": "new", "mode": "create", "if_match": version});
    let (answer, now) = bench.write("old", create);
    assert_eq!((answer.code(), now.as_slice()), ("already_exists", &b"old"[..]), "{answer:?}");
}

#[test]
fn a_version_is_understood_as_answers_write_it() {
    let mut bench = Bench::new();
    let forms =
        ["V", " V ", "version V", "Version: V", "version:V", "[version V]", "\"V\"", "`version V`"];
    for form in forms {
        for (tool, arguments) in [
            ("write_file", json!({"path": "f", "content": "new"})),
            ("write_file", json!({"path": "f", "content": "new", "mode": "append"})),
            ("edit_file", json!({"path": "f", "old_text": "old", "new_text": "new"})),
            ("delete_file", json!({"path": "f"})),
        ] {
            std::fs::write(bench.sandbox.path("grant/f"), "old\n").unwrap();
            let mut arguments = arguments.clone();
            let version = bench.version();
            arguments["if_match"] =
                json!(form.replace('V', &version).replace(&format!("{version}ersion"), "Version"));
            let answer = bench.client.call(tool, &arguments);
            assert_eq!(answer.code(), "ok", "{tool} {arguments}: {answer:?}");
            std::fs::write(bench.sandbox.path("grant/f"), "old\n").unwrap();
            arguments["if_match"] = json!("version aaaaaaaaaa");
            let answer = bench.client.call(tool, &arguments);
            assert_eq!(answer.code(), "stale", "{tool} {arguments}: {answer:?}");
            assert!(answer.text.contains(", not aaaaaaaaaa\n"), "{tool}: {answer:?}");
        }
    }
}

#[test]
fn a_file_that_holds_only_a_byte_order_mark_gets_no_empty_line() {
    let mut bench = Bench::new();
    for (old, want) in [
        (b"\xEF\xBB\xBF".as_slice(), b"\xEF\xBB\xBFx\n".as_slice()),
        (b"\xFF\xFE", b"\xFF\xFEx\0\n\0"),
        (b"\xFE\xFF", b"\xFE\xFF\0x\0\n"),
        (b"", b"x\n"),
    ] {
        let (answer, now) = bench.write(old, json!({"content": "x\n", "mode": "append"}));
        assert_eq!(now, want, "{answer:?}");
        assert!(!answer.text.contains("had no line end"), "{answer:?}");
    }
}

#[test]
fn what_is_not_a_version_is_refused_as_such() {
    let mut bench = Bench::new();
    bench.write("old\n", json!({"content": "old\n"}));
    let version = bench.version();
    for known in ["", "*", &format!("W/\"{version}\""), "latest", "version", &version[..9]] {
        for (tool, arguments) in [
            ("write_file", json!({"path": "f", "content": "new", "if_match": known})),
            ("write_file", json!({"path": "none", "content": "new", "if_match": known})),
            (
                "edit_file",
                json!({"path": "f", "old_text": "old", "new_text": "new", "if_match": known}),
            ),
            ("delete_file", json!({"path": "f", "if_match": known})),
        ] {
            let answer = bench.client.call(tool, &arguments);
            assert_eq!(answer.code(), "bad_args", "{tool} {known}: {answer:?}");
            assert!(answer.text.contains("is not a version"), "{tool} {known}: {answer:?}");
        }
    }
}
