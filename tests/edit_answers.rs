//! What `edit_file` answers: to each form of a call, to calls of which some edits fail, and about changes that its diff
//! has little room for.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// Calls of one server on a file that holds what each call says.
struct Bench {
    sandbox: Sandbox,
    client: Client,
}

impl Bench {
    fn new() -> Self {
        let sandbox = Sandbox::new();
        let client = Client::start(&["--allow", &sandbox.spec("grant", "rw")], Era::Modern);
        Self { sandbox, client }
    }

    /// The answer of one call, and what the file holds after it.
    fn edit(&mut self, contents: &str, arguments: &Value) -> (Answer, String) {
        let path = self.sandbox.path("grant/f");
        std::fs::write(&path, contents).unwrap();
        let answer = self.client.call("edit_file", arguments);
        (answer, std::fs::read_to_string(path).unwrap())
    }
}

fn edits(all: &[(&str, &str)]) -> Value {
    let all: Vec<_> =
        all.iter().map(|(old, new)| json!({"old_text": old, "new_text": new})).collect();
    json!({"path": "f", "edits": all})
}

#[test]
fn a_flat_edit_is_understood() {
    let mut bench = Bench::new();
    for (arguments, is) in [
        (json!({"file_path": "f", "old_string": "a", "new_string": "b"}), "b\nc\n"),
        (json!({"path": "f", "old_text": "a", "new_text": "b"}), "b\nc\n"),
        (json!({"path": "f", "oldText": "a", "newText": "b", "replaceAll": true}), "b\nc\n"),
        (
            json!({"file_path": "f", "old_string": "a\nc", "new_string": "b", "replace_all": false}),
            "b\n",
        ),
        (json!({"path": "f", "old_str": "a", "new_str": "b", "dry_run": false}), "b\nc\n"),
        (json!({"path": "f", "search": "a", "replace": "b", "edits": []}), "b\nc\n"),
        (json!({"path": "f", "edits": [{"old_str": "a", "new_str": "b"}]}), "b\nc\n"),
        (
            json!({"path": "f", "edits": [{"old_text": "\n", "new_text": ";"}], "replace_all": true}),
            "a;c;",
        ),
    ] {
        let (answer, now) = bench.edit("a\nc\n", &arguments);
        assert_eq!((answer.code(), now.as_str()), ("ok", is), "{arguments}: {answer:?}");
    }
    for arguments in [
        json!({"path": "f", "old_string": "a", "new_string": "b", "edits": [{"old_text": "c", "new_text": "d"}]}),
        json!({"path": "f", "old_string": "a"}),
        json!({"path": "f", "old_string": "a", "old_text": "c", "new_string": "b"}),
        json!({"path": "f"}),
    ] {
        let (answer, now) = bench.edit("a\nc\n", &arguments);
        assert_eq!(
            (answer.code(), now.as_str()),
            ("bad_args", "a\nc\n"),
            "{arguments}: {answer:?}"
        );
    }
}

#[test]
fn an_empty_old_text_fills_an_empty_file() {
    let mut bench = Bench::new();
    let (answer, now) = bench.edit("", &edits(&[("", "x\r\ny\n")]));
    assert_eq!((answer.code(), now.as_str()), ("ok", "x\r\ny\n"), "{answer:?}");
    let (answer, now) = bench.edit("a\n", &edits(&[("", "x")]));
    assert_eq!((answer.code(), now.as_str()), ("bad_args", "a\n"));
    assert!(
        answer.text.contains("mode=append adds at its end, mode=overwrite replaces"),
        "{answer:?}"
    );
    let (answer, _) = bench.edit("", &edits(&[("a", "x")]));
    assert!(
        answer.text.contains("the file, which is empty\nhint: `old_text` \"\" puts"),
        "{answer:?}"
    );
    let answer =
        bench.client.call("edit_file", &json!({"path": "new", "old_text": "", "new_text": "x"}));
    assert_eq!(answer.code(), "not_found");
    assert!(answer.text.contains("hint: write_file makes a new file"), "{answer:?}");
}

#[test]
fn every_failing_edit_of_a_call_is_told() {
    let mut bench = Bench::new();
    let text = "fn one() {}\nfn two() {}\nfn three() {}\nlet x = 1;\nlet x = 1;\n";
    let (answer, now) = bench
        .edit(text, &edits(&[("fn oen() {}", "1"), ("fn two() {}", "2"), ("let x = 1;", "3")]));
    assert_eq!((answer.code(), now.as_str()), ("no_match", text));
    for said in [
        "no_match: 2 of the 3 edits fail, and nothing was written\n",
        "\nedits[0]: no_match: `old_text` is not in the file: nearest is line 1, column 1",
        "\nfn one() {}\n",
        "\nedits[2]: not_unique: `old_text` occurs 2 times, on lines 4, 5\n",
        "\nhint: correct these, and send all 3 edits again",
    ] {
        assert!(answer.text.contains(said), "{said} is not in {answer:?}");
    }
    let (answer, _) = bench.edit(text, &edits(&[("fn oen() {}", "1"), ("fn two() {}", "2")]));
    assert!(answer.text.starts_with("no_match: edits[0]: `old_text`"), "{answer:?}");
    assert!(answer.text.ends_with("; nothing was written: send all 2 edits again"), "{answer:?}");
}

#[test]
fn a_change_in_a_very_long_line_is_shown() {
    let mut bench = Bench::new();
    let text = format!(
        "{}alpha{}beta{}\n",
        "x=1;".repeat(35_000),
        "y=2;".repeat(10_000),
        "z=3;".repeat(25_000)
    );
    let (answer, now) = bench.edit(&text, &edits(&[("alpha", "ALPHA"), ("beta", "BETA")]));
    assert_eq!(answer.code(), "ok", "{answer:.300?}");
    assert!(now == text.replace("alpha", "ALPHA").replace("beta", "BETA"));
    for shown in ["x=1;alphay=2;", "x=1;ALPHAy=2;", "y=2;betaz=3;", "y=2;BETAz=3;"] {
        assert!(answer.text.contains(shown), "{shown}: {answer:.3000?}");
    }
    assert!(answer.text.len() < 2_500, "{}", answer.text.len());
}

#[test]
fn every_change_is_shown_or_named() {
    let mut bench = Bench::new();
    let text: String = (1..=300).map(|n| format!("line {n}\n")).collect();
    let block =
        |from: usize, to: usize| (from..=to).map(|n| format!("line {n}\n")).collect::<String>();
    // The lines around the changes go first.
    let (answer, _) = bench
        .edit(&text, &edits(&[("line 50\n", "A\n"), ("line 150\n", "B\n"), ("line 250\n", "C\n")]));
    for shown in ["-line 50\n+A\n", "-line 150\n+B\n", "-line 250\n+C\n"] {
        assert!(answer.text.contains(shown), "{shown}: {answer:?}");
    }
    assert!(!answer.text.contains("left out"), "{answer:?}");
    // A change for which there is no room is named.
    let (one, two) = (block(50, 61), block(150, 161));
    let (answer, _) =
        bench.edit(&text, &edits(&[(&one, "A\n"), (&two, "B\n"), ("line 250\n", "C\n")]));
    for shown in ["-line 50\n", "+A\n", "+C\n", "[13 changed lines left out: line 139 (-12 +1)]\n"]
    {
        assert!(answer.text.contains(shown), "{shown}: {answer:?}");
    }
    let (answer, _) = bench.edit(
        &text,
        &json!({"path": "f", "old_text": "0\n", "new_text": "O\n", "replace_all": true}),
    );
    assert!(answer.text.contains("+line 1O\n"), "{answer:?}");
    assert!(
        answer.text.contains("[48 changed lines left out: line 70 (-1 +1), line 80 (-1 +1)"),
        "{answer:?}"
    );
    assert!(answer.text.contains(" and 4 more changes]"), "{answer:?}");
}

#[test]
fn what_cannot_be_seen_is_told_by_the_server_too() {
    let mut bench = Bench::new();
    let (answer, _) = bench.edit("# ⚠\u{fe0f} Note\r\n", &edits(&[("# ⚠ Note\n", "x")]));
    assert_eq!(
        answer.text,
        "no_match: `old_text` is not in the file: nearest is line 1, which differs in invisible characters\n\
         the file has U+FE0F VARIATION SELECTOR-16 at line 1, column 4, `old_text` does not\n\
         hint: send `old_text` as this JSON string: \"# ⚠\\ufe0f Note\\n\""
    );
}

#[test]
fn a_change_that_cannot_be_seen_is_told() {
    let mut bench = Bench::new();
    for (text, old, new, told) in [
        (
            "x\na\u{200b}b\n",
            "a\u{200b}b",
            "ab",
            "line 2, column 2: U+200B ZERO WIDTH SPACE taken out; version",
        ),
        ("ab\r\n", "ab", "a\u{ad}b", "line 1, column 2: U+00AD SOFT HYPHEN put in; version"),
        (
            "a\u{a0}b\n",
            "\u{a0}",
            " ",
            "line 1, column 2: U+00A0 NO-BREAK SPACE became U+0020 SPACE; version",
        ),
    ] {
        let (answer, now) = bench.edit(text, &edits(&[(old, new)]));
        assert_eq!(now, text.replace(old, new));
        assert!(answer.text.contains(told), "{answer:?}");
    }
    let (answer, _) = bench.edit("a\n", &edits(&[("a", "\u{200b}b")]));
    assert!(!answer.text.contains("U+200B"), "more than that changed: {answer:?}");
}

#[test]
fn an_edit_is_called_applied_only_where_that_is_likely() {
    let mut bench = Bench::new();
    let text = "fn f() {\n    let total = 0;\n    return x;\n}\n\nlet other = compute(a, b);\n";
    for (old, new, is_applied, said) in [
        ("  retrn x;\n}", "}", false, "nearest is lines 3-4"),
        ("let totl = 0;", "let", false, "nearest is line 2"),
        ("let totl = 0;", "let other = compute(a, b);", false, "nearest is line 2"),
        ("let othr = compute(a, b);", "compute(a, b)", false, "nearest is line 6"),
        ("    retrn x;", "    return x;", false, "`new_text` is in the file already, at line 3"),
        ("let totl = 0;", "let total = 0;", true, "already applied at line 2"),
        ("    retrn x;\n}", "    return x;\n}\n\nlet other", true, "already applied at line 3"),
    ] {
        let (answer, now) = bench.edit(text, &edits(&[(old, new)]));
        assert_eq!((answer.code(), now.as_str()), ("no_match", text), "{old}: {answer:?}");
        let claim = answer.text.contains("nothing is left to do here");
        assert_eq!(claim, is_applied, "{old}: {answer:?}");
        assert!(answer.text.contains(said), "{old}: {said}: {answer:?}");
        assert!(is_applied || answer.text.contains("nearest is"), "{old}: {answer:?}");
    }
}

#[test]
fn a_string_of_json_in_a_hint_is_one_also_where_the_line_has_bad_bytes() {
    let mut bench = Bench::new();
    let path = bench.sandbox.path("grant/f");
    let head = "日本語\n".repeat(9);
    for (line, old, want) in [
        (&b"a\xE2\x80\x8Bb \xE9 c"[..], "ab \\xE9 c", "a\u{200b}b \\xE9 c"),
        (b"a\xE2\x80\x8Bb \xE9 \\xFF c", "ab \\xE9 \\x5CxFF c", "a\u{200b}b \\xE9 \\x5CxFF c"),
    ] {
        std::fs::write(&path, [head.as_bytes(), line, b"\n"].concat()).unwrap();
        let answer = bench.client.call("edit_file", &edits(&[(old, "x")]));
        assert_eq!(answer.code(), "no_match", "{answer:?}");
        let (_, json) = answer.text.split_once("this JSON string: ").unwrap();
        let sent: String = serde_json::from_str(json.lines().next().unwrap()).unwrap();
        assert_eq!(sent, want, "{answer:?}");
        let answer = bench.client.call("edit_file", &edits(&[(&sent, "x")]));
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert_eq!(std::fs::read(&path).unwrap(), [head.as_bytes(), b"x\n"].concat());
    }
}
