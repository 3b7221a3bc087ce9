//! A pattern that is copied from what a client sees: escapes of bytes, and text that looks the same as the line and is not.

use serde_json::json;

use crate::common::{Client, Era, Sandbox};

#[test]
fn an_escape_that_a_page_shows_is_found_as_its_byte() {
    let sandbox = Sandbox::new()
        .file(
            "grant/bad",
            ["die gr\u{fc}nen Worte\n".repeat(20).as_bytes(), b"a caf\xE9 (x) end\n"].concat(),
        )
        .file("grant/nul", "words of text that are plain\na\0b and more words of text\n")
        .file("grant/utf8", "un caf\u{e9}\n\u{9e7f}\n");
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern);
    let page = client.call("read_text_file", &json!({"path": "bad", "start_line": 21})).text;
    assert!(page.contains(r"caf\xE9 (x)"), "{page}");
    for (pattern, literal, expression, file) in [
        (r"caf\xE9 (x)", true, r"caf(?-u:\xE9) \(x\)", "bad"),
        (r"caf\xE9 (x)", false, r"caf(?-u:\xE9) \(x\)", "bad"),
        (r"caf\xe9 \(", false, r"caf(?-u:\xE9) \(", "bad"),
        (r"caf\\xE9 ", false, r"caf(?-u:\xE9) ", "bad"),
        (r"af\xE9 end", false, "", ""),
        (r"a\x00b", true, r"a\x00b", "nul"),
        // A character that begins with the same byte is not that byte.
        (r"\xE9\xB9", true, "", ""),
    ] {
        let arguments = json!({"pattern": pattern, "literal": literal});
        let text = client.call("grep", &arguments).text;
        if expression.is_empty() {
            assert!(!text.contains("(?-u"), "{text}");
            continue;
        }
        let hint = format!("1 file matches with pattern=`{expression}`");
        assert_eq!(text.matches("stand for a byte").count(), 1, "{text}");
        assert!(text.contains(&hint) && text.contains(&format!("such as {file}")), "{text}");
        let found = client.call("grep", &json!({"pattern": expression})).text;
        assert!(found.starts_with(&format!("{file}\n")), "{found}");
    }
    // A NUL of an expression is one in any case.
    let found = client.call("grep", &json!({"pattern": r"a\x00b"})).text;
    assert!(found.starts_with("nul\n"), "{found}");
    let answer =
        client.call("keyword_search", &json!({"keyword": r"caf\xE9", "root_paths": [""]})).text;
    assert!(answer.contains(r"(?-u:\\xE9)"), "{answer}");
}

#[test]
fn lookalike_matches_are_reported_with_their_code_points() {
    let mut sandbox = Sandbox::new();
    let rows: &[(&str, &str, &str, &str)] = &[
        ("zero", "alpha zero\u{200b}width", "zerowidth", "which has U+200B ZERO WIDTH SPACE"),
        ("sign", "beta \u{2714}\u{fe0f} done", "\u{2714} done", "which has U+FE0F"),
        ("soft", "gamma soft\u{ad}hyphen", "softhyphen", "which has U+00AD SOFT HYPHEN"),
        ("mark", "delta mark\u{feff}ed", "marked", "which has U+FEFF"),
        ("blank", "epsilon no\u{a0}break", "no break", "which has U+00A0 NO-BREAK SPACE"),
        ("quote", "zeta it\u{2019}s", "it's", "which has U+2019 RIGHT SINGLE QUOTATION MARK"),
        ("dash", "eta 1\u{2013}2", "1-2", "which has U+2013 EN DASH"),
        ("composed", "theta caf\u{e9}", "cafe\u{301}", "which has U+00E9"),
        ("parts", "iota nai\u{308}ve", "na\u{ef}ve", "which has U+0308 COMBINING DIAERESIS"),
        ("none", "kappa plaintext", "plain\u{200b}text", "does not have the U+200B"),
        ("letter", "lambda \u{441}opy", "copy", "which has U+0441 CYRILLIC SMALL LETTER ES"),
        ("control", "mu back\u{8}space", "backspace", "which has U+0008"),
        ("far", "nu do\u{200d}uble\u{2060}d\n", "doubled", "U+200D ZERO WIDTH JOINER, U+2060"),
    ];
    for (name, line, ..) in rows {
        sandbox = sandbox.file(&format!("grant/{name}"), format!("first line\n{line} tail\n"));
    }
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern);
    for (name, _, pattern, wanted) in rows {
        for literal in [true, false] {
            let arguments = json!({"pattern": pattern, "literal": literal});
            let text = client.call("grep", &arguments).text;
            assert!(text.contains(wanted), "{name}: {text}");
            assert!(text.contains(&format!("such as {name} on line 2")), "{name}: {text}");
            let expression = text.split("pattern=`").nth(1).unwrap();
            let expression = expression.split("` and ").next().unwrap();
            let expression = expression.split("` (").next().unwrap();
            let found = client.call("grep", &json!({"pattern": expression})).text;
            assert!(found.starts_with(&format!("{name}\n2:")), "{expression}: {found}");
        }
    }
    // Characters of the pattern that nobody sees are named even where nothing looks like it.
    let text = client.call("grep", &json!({"pattern": "no\u{200b}where"})).text;
    assert_eq!(text, "[no line matches; the pattern has U+200B ZERO WIDTH SPACE]");
    // What only resembles it is not named.
    for pattern in ["zero width", "Zerowidths", "kappas"] {
        let text = client.call("grep", &json!({"pattern": pattern, "literal": true})).text;
        assert!(!text.contains("U+"), "{text}");
    }
}
