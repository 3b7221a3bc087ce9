//! Bad bytes that edits move, copy and take out, and what answers say of them: a byte stays a byte, the characters of an
//! escape stay characters, and no answer shows what stands for a byte inside the program.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// Files under one grant, and one server.
struct Files {
    sandbox: Sandbox,
    client: Client,
}

impl Files {
    fn new<'f>(files: impl IntoIterator<Item = (&'f str, Vec<u8>)>) -> Self {
        let sandbox = Sandbox::new().dir("grant");
        for (name, bytes) in files {
            std::fs::write(sandbox.path("grant").join(name), bytes).unwrap();
        }
        let client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
        Self { sandbox, client }
    }

    fn put(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.sandbox.path("grant").join(name), bytes).unwrap();
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.sandbox.path("grant").join(name)).unwrap()
    }

    fn call(&mut self, tool: &str, name: &str, mut arguments: Value) -> Answer {
        arguments["path"] = name.into();
        self.client.call(tool, &arguments)
    }

    fn edit(&mut self, name: &str, edits: &[(&str, &str)]) -> Answer {
        let edits: Vec<_> =
            edits.iter().map(|(old, new)| json!({"old_text": old, "new_text": new})).collect();
        self.call("edit_file", name, json!({"edits": edits}))
    }
}

/// UTF-8 without doubt, and then these bytes.
fn with(end: &[u8]) -> Vec<u8> {
    ["日本語です。これは例文です。\n".repeat(3).as_bytes(), end].concat()
}

#[test]
fn edits_can_move_and_copy_bad_bytes() {
    let mut files = Files::new([("f", vec![])]);
    for (edits, want) in [
        // Moved down and up, copied, and moved together with a change.
        (vec![("caf\\xE9\n", ""), ("end\n", "end\ncaf\\xE9\n")], "end\ncaf\u{e9}\n"),
        (vec![("end\n", ""), ("caf\\xE9\n", "end\ncaf\\xE9\n")], "end\ncaf\u{e9}\n"),
        (vec![("end\n", "end\ncaf\\xE9\n")], "caf\u{e9}\nend\ncaf\u{e9}\n"),
        (vec![("end\n", "x\\xE9\n"), ("caf\\xE9\n", "")], "x\u{e9}\n"),
        (vec![("caf\\xE9\n", "tea\n"), ("end\n", "\\xE9x\n")], "tea\n\u{e9}x\n"),
        // What an edit has put in the next one takes out.
        (vec![("end\n", "x\\xE9y\n"), ("x\\xE9y", "z")], "caf\u{e9}\nz\n"),
        // Small digits are those of a byte that an old text names.
        (vec![("caf\\xE9\n", ""), ("end\n", "caf\\xe9\n")], "caf\u{e9}\n"),
    ] {
        files.put("f", &with(b"caf\xE9\nend\n"));
        let answer = files.edit("f", &edits);
        assert_eq!(answer.code(), "ok", "{edits:?}: {answer:?}");
        let latin: Vec<u8> = want.chars().map(|c| u32::from(c) as u8).collect();
        assert_eq!(files.bytes("f"), with(&latin), "{edits:?}: {answer:?}");
    }
}

#[test]
fn an_escape_that_no_old_text_explains_is_named_in_the_answer() {
    let mut files = Files::new([("f", vec![])]);
    for (new, want, said) in [
        ("\\xE9", b"\xE9".as_slice(), Some("`\\xE9` in `new_text` is read as the byte E9")),
        ("\\x5CxE9", b"\\xE9", None),
        ("\\xe9", b"\\xe9", Some("`\\xe9` was inserted as 4 characters")),
        ("\\xE8", b"\\xE8", None),
        ("\\x00", b"\0", Some("`\\x00` in `new_text` is read as the byte 00")),
    ] {
        files.put("f", &with(b"caf\xE9 \0\nend\n"));
        let answer = files.edit("f", &[("end", new)]);
        assert_eq!(answer.code(), "ok", "{new}: {answer:?}");
        assert_eq!(files.bytes("f"), with(&[b"caf\xE9 \0\n", want, b"\n"].concat()), "{answer:?}");
        match said {
            Some(said) => assert!(answer.text.contains(said), "{new}: {answer:?}"),
            None => assert!(!answer.text.contains("`new_text`"), "{new}: {answer:?}"),
        }
    }
    // On a page of a large file the characters may have been shown as they are.
    let large = [with(b""), "日本語の行\n".repeat(90_000).into_bytes(), b"a\xE9\nend\n".to_vec()];
    files.put("f", &large.concat());
    let answer = files.edit("f", &[("end", "\\xE9")]);
    assert_eq!(answer.code(), "bad_args", "{answer:?}");
    assert!(answer.text.contains("may be the byte E9, which the file has, or 4 characters"));
    assert_eq!(files.bytes("f"), large.concat());
    assert_eq!(files.edit("f", &[("end", "\\x5CxE9")]).code(), "ok");
    assert!(files.bytes("f").ends_with(b"a\xE9\n\\xE9\n"));
    assert_eq!(files.edit("f", &[("a\\xE9\n\\x5CxE9", "\\xE9")]).code(), "ok");
    assert!(files.bytes("f").ends_with(
        "日本語の行\n".as_bytes().iter().chain(b"\xE9\n").copied().collect::<Vec<u8>>().as_slice()
    ));
}

#[test]
fn a_file_with_the_characters_of_an_escape_is_edited_as_they_are_written() {
    let mut files = Files::new([("f", vec![])]);
    // The characters are there, and the byte is elsewhere in another place or not at all.
    let text = b"let s = \"\\xE9\";\ncaf\xE9 au lait\n";
    for (edits, want) in [
        (
            vec![("s = \"\\xE9\"", "s = \"\\xE9!\"")],
            b"let s = \"\\xE9!\";\ncaf\xE9 au lait\n".as_slice(),
        ),
        (vec![("\"\\x5CxE9\"", "\"\\x5CxE9!\"")], b"let s = \"\\xE9!\";\ncaf\xE9 au lait\n"),
        (
            vec![("s = \"\\xE9\"", "t = \"\\xE9\""), ("caf\\xE9", "th\\xE9")],
            b"let t = \"\\xE9\";\nth\xE9 au lait\n",
        ),
    ] {
        files.put("f", &with(text));
        let answer = files.edit("f", &edits);
        assert_eq!(answer.code(), "ok", "{edits:?}: {answer:?}");
        assert_eq!(files.bytes("f"), with(want), "{edits:?}: {answer:?}");
    }
    // No bad byte: nothing is an escape.
    files.put("f", &with(b"s = \"\\xE9\"\n"));
    assert_eq!(files.edit("f", &[("\\xE9", "\\xE8\\x5CxE7")]).code(), "ok");
    assert_eq!(files.bytes("f"), with(b"s = \"\\xE8\\x5CxE7\"\n"));
}

#[test]
fn escapes_copied_from_a_page_are_not_written_as_literal_text() {
    let line = "日本語です。これは例文です。\n";
    let early = with(b"a\xE9b\n");
    let late = [line.repeat(9_000).as_bytes(), b"a\xE9b\n\0\n\xFFc\n"].concat();
    let huge = [line.repeat(450_000).as_bytes(), b"a\xE9b\n\0\n\xFFc\n", line.as_bytes()].concat();
    let wide: Vec<u8> = format!("{}x\u{0}", line.repeat(30_000))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let wide = [b"\xFF\xFE".as_slice(), &wide, b"\x01\xD8a\0"].concat();
    let mut files = Files::new([("early", early), ("late", late), ("huge", huge), ("wide", wide)]);
    for (name, escape) in [
        ("early", "\\xE9"),
        ("late", "\\xE9"),
        ("late", "\\xe9"),
        ("late", "\\x00"),
        ("late", "\\xFF"),
        ("huge", "\\xE9"),
        ("huge", "\\xFF"),
        ("wide", "\\xD8"),
        ("wide", "\\x00"),
    ] {
        let before = files.bytes(name);
        for mode in ["overwrite", "in_place"] {
            let content = format!("{}日本\na{escape}b\n", "\\x41 \\xC0".repeat(2_000));
            let arguments = json!({"content": content, "mode": mode});
            let answer = files.call("write_file", name, arguments);
            assert_eq!(answer.code(), "bad_args", "{name} {escape}: {answer:?}");
            assert!(answer.text.contains(&format!("`{escape}`")), "{name} {escape}: {answer:?}");
        }
        assert_eq!(files.bytes(name), before);
    }
    let answer = files.call("write_file", "late", json!({"content": "\\xFF\n", "mode": "append"}));
    assert!(answer.text.contains("`\\xFF` was appended as characters"), "{answer:?}");
    // Characters that stand for no byte of the file are written.
    let answer = files.call("write_file", "late", json!({"content": "\\x41 \\xE8\n"}));
    assert_eq!(answer.code(), "ok", "{answer:?}");
    assert_eq!(files.bytes("late"), b"\\x41 \\xE8\n");
    // So are those that the file has itself, in the form in which its pages show them, not.
    let answer = files.call("write_file", "early", json!({"content": "\\x5CxE8\n"}));
    assert_eq!(answer.code(), "ok", "{answer:?}");
    files.put("early", &with(b"a\xE9b \\xE8\n"));
    let answer = files.call("write_file", "early", json!({"content": "\\x5CxE8\n"}));
    assert_eq!(answer.code(), "bad_args", "{answer:?}");
}

#[test]
fn no_answer_names_what_stands_for_a_byte() {
    let lines = b"x caf\xE9 y\xFFz\n\xE9\xE9 total\nplain line \0 here\n  indented \xE9 end\n";
    let mut files = Files::new([("f", vec![])]);
    let texts = [
        "x caf y\\xFFz",
        "x caf\\xE9 y\\xFF z",
        "X CAF\\xE9 Y\\xFFZ",
        "x caf\\xFF y\\xFFz",
        "caf\u{200b}\\xE9 y",
        "caf\u{e9} y",
        "\\xE9 total",
        "\\xE9\\xE9\\xE9 total",
        "total",
        "plain line  here",
        "plain line \\x00  here",
        "indented \\xE9 end\n  more",
        "  indented \\xE9  end",
        "1:x caf\\xE9 y\\xFFz",
        "x caf\\xE9 y\\xFFz\n\\xE9 total",
        "\\xFF",
        "\\xE9",
        "+x caf\\xE9",
        "```\nx caf\\xE9 y\\xFFz\n```",
        "x caf&eacute; y",
        "x caf\\xE9 y\\xFFz\\n\\xE9",
        "caf\\xE8 y",
        "x caf\\\\xE9 y",
    ];
    let mut refused = 0;
    for old in texts {
        for new in ["", "new", "\\xE9 \\xFF", "x caf\\xE9 y\\xFFz"] {
            for (form, name) in [("utf-8", "f"), ("shift_jis", "s")] {
                let start = if form == "utf-8" {
                    with(b"")
                } else {
                    encoding_rs::SHIFT_JIS
                        .encode(&"日本語です。これは例文です。\n".repeat(9))
                        .0
                        .into_owned()
                };
                let lines = if form == "utf-8" {
                    lines.to_vec()
                } else {
                    lines.iter().map(|byte| if *byte == 0xE9 { 0xFD } else { *byte }).collect()
                };
                files.put(name, &[start, lines].concat());
                let text = |text: &str| {
                    if form == "utf-8" { text.to_owned() } else { text.replace("\\xE9", "\\xFD") }
                };
                let (old, new) = (text(old), text(new));
                for edits in [
                    vec![(old.as_str(), new.as_str())],
                    vec![
                        ("plain line", "new line"),
                        (old.as_str(), new.as_str()),
                        ("nowhere \\xFF", ""),
                    ],
                ] {
                    let edits: Vec<_> = edits
                        .iter()
                        .map(|(old, new)| json!({"old_text": old, "new_text": new, "replace_all": false}))
                        .collect();
                    let answer =
                        files.call("edit_file", name, json!({"edits": edits, "dry_run": true}));
                    refused += usize::from(answer.code() != "ok");
                    no_stand_in(&answer, &old);
                }
            }
        }
    }
    assert!(refused > 100, "{refused}");
    let answer = files.edit("f", &[("x caf y\\xFFz", "w")]);
    assert!(answer.text.contains("the file has the byte E9, shown as `\\xE9`"), "{answer:?}");
    let answer = files.edit("f", &[("x caf\\xE9\\xFF y\\xFFz", "w")]);
    assert!(answer.text.contains("`old_text` has the byte FF, shown as `\\xFF`"), "{answer:?}");
    for (tool, arguments) in [
        ("read_text_file", json!({})),
        ("read_text_file", json!({"byte_offset": 130})),
        ("get_file_info", json!({})),
        ("grep", json!({"pattern": "caf", "context": 2})),
        ("grep", json!({"pattern": "caf\\xE9", "literal": true})),
        ("write_file", json!({"content": "caf\\xE9"})),
        ("write_file", json!({"content": "caf\\xE9\n", "mode": "append"})),
        ("performance_check", json!({})),
    ] {
        let answer = files.call(tool, "f", arguments);
        no_stand_in(&answer, tool);
    }
}

fn no_stand_in(answer: &Answer, about: &str) {
    let is_private = |c: char| u32::from(c) >= 0xF_0000;
    assert!(!answer.text.contains(is_private), "{about}: {answer:?}");
    for name in ["U+10F", "udbff", "uDBFF", "u{10f", "FFFD"] {
        assert!(!answer.text.contains(name), "{about}: {answer:?}");
    }
}
