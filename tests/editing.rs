//! What `edit_file` makes of a file, as a client sees it. The texts themselves are in `edits.rs`.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// One call over a file with these contents; the answer, and what the file holds after it.
fn edit(contents: impl AsRef<[u8]>, arguments: Value) -> (Answer, Vec<u8>) {
    let sandbox = Sandbox::new().file("grant/f", contents);
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rw")], Era::Modern);
    let mut all = arguments;
    all["path"] = json!("f");
    let answer = client.call("edit_file", &all);
    (answer, std::fs::read(sandbox.path("grant/f")).unwrap())
}

fn one(old: &str, new: &str) -> Value {
    json!({"edits": [{"old_text": old, "new_text": new}]})
}

/// The cases of the official server's own tests of editing, and what they come to here.
#[test]
fn the_official_servers_cases() {
    let lines = "line1\nline2\nline3\n";
    let code = "function test() {\n  console.log(\"hello\");\n  return true;\n}";
    let deep = "    if (condition) {\n        doSomething();\n    }";
    for (before, arguments, after) in [
        (lines, one("line2", "modified line2"), "line1\nmodified line2\nline3\n"),
        // What a regular expression would take for a reference is a text.
        (lines, one("line2", "$$; $&; $`; $'"), "line1\n$$; $&; $`; $'\nline3\n"),
        (
            lines,
            json!({"edits": [{"oldText": "line1", "newText": "first line"},
                             {"oldText": "line3", "newText": "third line"}]}),
            "first line\nline2\nthird line\n",
        ),
        (
            "  line1\n    line2\n  line3\n",
            one("line2", "modified line2"),
            "  line1\n    modified line2\n  line3\n",
        ),
        (
            code,
            one(
                "  console.log(\"hello\");\n  return true;",
                "  console.log(\"world\");\n  console.log(\"test\");\n  return false;",
            ),
            "function test() {\n  console.log(\"world\");\n  console.log(\"test\");\n  return false;\n}",
        ),
        (
            deep,
            one("doSomething();", "doSomethingElse();\n        doAnotherThing();"),
            "    if (condition) {\n        doSomethingElse();\n        doAnotherThing();\n    }",
        ),
        // There, the file comes back with LF. Here no byte outside the edit changes.
        (
            "line1\r\nline2\r\nline3\r\n",
            one("line2", "modified line2"),
            "line1\r\nmodified line2\r\nline3\r\n",
        ),
    ] {
        let (answer, is) = edit(before, arguments.clone());
        assert_eq!(answer.code(), "ok", "{arguments} {answer:?}");
        assert_eq!(String::from_utf8(is).unwrap(), after, "{arguments}");
    }
    let (answer, is) = edit(lines, one("nonexistent line", "replacement"));
    assert_eq!((answer.code(), is), ("no_match", lines.into()));
    // There, lines are matched whatever blanks they begin with, and the indentation is guessed. Here the
    // lines that come near are shown, to be copied.
    let (answer, is) = edit("  line1\n    line2\n", one("line1\nline2", "x"));
    assert_eq!((answer.code(), is), ("no_match", "  line1\n    line2\n".into()));
    assert!(answer.text.contains("lines 1-2:\n  line1\n    line2\n"), "{answer:?}");
}

#[test]
fn a_dry_run_shows_and_writes_nothing() {
    let mut arguments = one("b", "B");
    arguments["dry_run"] = json!(true);
    let (answer, is) = edit("a\nb\nc\n", arguments);
    assert_eq!(is, b"a\nb\nc\n");
    assert_eq!(
        answer.text,
        "@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n\
         [1 replacement on line 2; -1 +1 lines; nothing was written; version V]"
    );
}

#[test]
fn an_edit_answers_with_its_diff_and_the_version() {
    let (answer, is) = edit(
        "a\r\nb\r\nc",
        json!({"edits": [{"old_text": "b\nc", "new_text": "b\nx\nc"}, {"old_text": "a", "new_text": "A"}]}),
    );
    assert_eq!(is, b"A\r\nb\r\nx\r\nc");
    assert_eq!(
        answer.text,
        "@@ -1,3 +1,4 @@\n-a\n+A\n b\n+x\n c\n\\ No newline at end of file\n\
         [2 replacements by 2 edits; -1 +2 lines; version V]"
    );
    let many = "x\n".repeat(100);
    let arguments = json!({"edits": [{"old_text": "x", "new_text": "y", "replace_all": true}]});
    let (answer, _) = edit(&many, arguments);
    assert!(answer.text.contains(" changed lines left out]\n"), "{answer:?}");
    assert!(answer.text.contains("100 replacements on lines 1, 2, 3"), "{answer:?}");
    assert!(answer.text.lines().count() <= 22, "{answer:?}");
}

#[test]
fn what_cannot_be_done_says_why_and_changes_nothing() {
    let text = "fn a() {\n    one();\n    two();\n}\nfn b() {\n    one();\n}\n";
    for (before, arguments, code, said) in [
        (text, one("one();", "x"), "not_unique", "occurs 2 times, on lines 2, 6"),
        (text, one("", "x"), "bad_args", "write_file mode=append adds at its end"),
        (text, json!({"edits": []}), "bad_args", "holds no edit"),
        (text, one("one();\n  two();", "x"), "no_match", "    one();\n    two();\n"),
        (text, one("2:    one();\n3:    two();", "x"), "no_match", "line number"),
        (
            text,
            one("three();", "    two();"),
            "no_match",
            "`new_text` is in the file already, at line 3",
        ),
        (
            text,
            json!({"edits": [{"old_text": "a()", "new_text": "c()"}, {"old_text": "a()", "new_text": "d()"}]}),
            "no_match",
            "edits[1]: ",
        ),
        (
            text,
            json!({"edits": [{"old_text": "a()", "fresh": "c()"}]}),
            "bad_args",
            "edits[0]: edits has no argument `fresh`",
        ),
        ("a\0b", one("a", "x"), "not_text", "binary"),
    ] {
        let (answer, is) = edit(before, arguments.clone());
        assert_eq!(answer.code(), code, "{arguments} {answer:?}");
        assert!(answer.text.contains(said), "{arguments}: {said}: {answer:?}");
        assert_eq!(is, before.as_bytes(), "{arguments}");
    }
}

#[test]
fn encodings_and_marks_stay() {
    let latin = |word: &str| -> Vec<u8> {
        let text =
            format!("Le caf\u{e9} est pr\u{ea}t, {word} ch\u{e8}re \u{e0} No\u{eb}l\r\n").repeat(3);
        text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
    };
    let utf16 = |text: &str| -> Vec<u8> {
        [0xFE, 0xFF].into_iter().chain(text.encode_utf16().flat_map(u16::to_be_bytes)).collect()
    };
    let all = |old: &str, new: &str| json!({"edits": [{"old_text": old, "new_text": new, "replace_all": true}]});
    // Each of the characters that are put in is in the text already.
    let (answer, is) = edit(latin("ma"), all("ma ch\u{e8}re", "\u{e0} la t\u{ea}te"));
    assert_eq!(answer.code(), "ok", "{answer:?}");
    let text = "Le caf\u{e9} est pr\u{ea}t, \u{e0} la t\u{ea}te \u{e0} No\u{eb}l\r\n".repeat(3);
    assert_eq!(is, text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect::<Vec<_>>());
    let (answer, is) = edit(latin("ma"), all("ma", "\u{4e2d}"));
    assert_eq!((answer.code(), is), ("bad_args", latin("ma")));
    let (_, is) = edit(utf16("a\u{1F980}\r\nb\r\n"), one("b", "\u{e9}\nc"));
    assert_eq!(is, utf16("a\u{1F980}\r\n\u{e9}\r\nc\r\n"));
    let (_, is) = edit(b"\xEF\xBB\xBFa\nb", one("a\n", "A\n"));
    assert_eq!(is, b"\xEF\xBB\xBFA\nb");
}

#[test]
fn what_agents_send_for_edits_is_understood() {
    for arguments in [
        json!({"edits": "[{\"oldText\":\"b\",\"newText\":\"B\"}]"}),
        json!({"edits": {"old_string": "b", "new_string": "B"}}),
        json!({"edits": "{\"old_text\":\"b\",\"new_text\":\"B\"}"}),
        json!({"edits": ["{\"old_text\":\"b\",\"new_text\":\"B\"}"]}),
        json!({"edits": [{"old_text": "b", "new_text": "B", "replaceAll": "false"}], "dryRun": "false"}),
    ] {
        let (answer, is) = edit("a\nb\n", arguments.clone());
        assert_eq!(
            (answer.code(), is.as_slice()),
            ("ok", &b"a\nB\n"[..]),
            "{arguments} {answer:?}"
        );
    }
}

#[test]
fn a_file_over_the_limit_is_left_to_other_tools() {
    let sandbox = Sandbox::new().file("grant/f", "x".repeat(2_000)).file(
        "allowlist.toml",
        "[[allow]]\npath = \"grant\"\nrights = \"rw\"\n[limits]\nmax_edit_bytes = 1000\n",
    );
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    let answer = client
        .call("edit_file", &json!({"path": "f", "edits": [{"old_text": "x", "new_text": "y"}]}));
    assert_eq!(answer.code(), "over_limit", "{answer:?}");
    assert!(answer.text.contains("1000 bytes"), "{answer:?}");
}
