//! Refusals of `edit_file` by which a model gets on: each reason is true, and what the hint says works.

use preopen::text::{Edit, apply};

use crate::common::budget;

fn refused(text: &str, edits: &[(&str, &str)]) -> String {
    let edits: Vec<_> = edits
        .iter()
        .map(|(old_text, new_text)| Edit { old_text, new_text, replace_all: false })
        .collect();
    apply(text, &edits, &budget()).expect_err("an edit fails").to_string()
}

fn one(text: &str, old: &str) -> String {
    refused(text, &[(old, "NEW")])
}

/// The text after the string of JSON in a hint is sent instead.
fn mended(text: &str, error: &str) -> String {
    let (_, hint) = error.rsplit_once("\nhint: ").unwrap();
    let start = hint.find('"').unwrap_or_else(|| panic!("{error}"));
    let sent = serde_json::Deserializer::from_str(&hint[start..]).into_iter::<String>().next();
    let old_text = sent.unwrap().unwrap();
    let edit = Edit { old_text: &old_text, new_text: "NEW", replace_all: false };
    let edited = apply(text, &[edit], &budget()).unwrap_or_else(|e| panic!("{error}\n{e}"));
    edited.text(text).into_owned()
}

#[test]
fn no_match_names_the_edit_that_changed_the_text() {
    for (text, edits, said, hint) in [
        (
            "alpha\nbeta\n",
            vec![("alpha\nbeta", "A\nB"), ("beta", "b2")],
            "no_match: edits[1]: `old_text` is in the file, on line 2, but edits[0] of this call changes it\n",
            "merge edits[1] and edits[0] into one edit",
        ),
        (
            "import os\ndef foo(a):\n    return a + 1\n",
            vec![("def foo(a):", "def bar(a):"), ("def foo(a):\n    return a + 1", "x")],
            "`old_text` is in the file, on line 2, but edits[0] of this call changes it\n",
            "merge edits[1] and edits[0] into one edit",
        ),
        (
            "a\nx\nb\n",
            vec![("x", "y"), ("a", "a1"), ("b", "b1"), ("x\nb", "z")],
            "on line 2, but edits[0] of this call changes it\n",
            "merge",
        ),
        (
            "a1\nb\na1\n",
            vec![("a1\nb", "c"), ("a1", "d"), ("a1", "e")],
            "edits[2]: `old_text` is in the file, on lines 1, 3, but edits[0] and edits[1] of this call change it\n",
            "merge",
        ),
        (
            "a\n",
            vec![("a", "foo"), ("foo", "bar"), ("foo", "baz")],
            "edits[2]: `old_text` is not in the file: edits[0] of this call puts it there, on line 1, and edits[1] changes it\n",
            "merge",
        ),
    ] {
        let error = refused(text, &edits);
        assert!(error.contains(said), "{said}: {error}");
        assert!(error.contains(hint), "{hint}: {error}");
        assert!(!error.contains("read the file again"), "{error}");
    }
}

#[test]
fn not_unique_names_the_edit_that_made_the_text_ambiguous() {
    let edits = [("i = 0", "i = 1"), ("i = 1", "i = 2")];
    let error = refused("i = 0\ni = 1\n", &edits);
    assert!(
        error.contains(
            "not_unique: edits[1]: `old_text` is in the file once, on line 2, but 2 times after edits[0] of this call, on \
             lines 1, 2: edits[0] puts it there\n"
        ),
        "{error}"
    );
    assert!(error.contains("put edits[1] before edits[0]"), "{error}");
    // That works.
    let turned = edits.map(|(old_text, new_text)| Edit { old_text, new_text, replace_all: false });
    let edited = apply("i = 0\ni = 1\n", &[turned[1], turned[0]], &budget()).unwrap();
    assert_eq!(edited.text("i = 0\ni = 1\n"), "i = 1\ni = 2\n");
    // The lines are those of the file, whatever the edits before put above them.
    let error = refused("a\nx\nx\n", &[("a", "1\n2\n3"), ("x", "y")]);
    assert!(error.contains("edits[1]: `old_text` occurs 2 times, on lines 2, 3\n"), "{error}");
    let error = refused("a\n", &[("a", "x\nx"), ("x", "y")]);
    assert!(
        error.contains("but occurs 2 times after edits[0] of this call, on lines 1, 2\n"),
        "{error}"
    );
}

#[test]
fn lines_after_other_edits_are_told_to_be_those() {
    let text = "A\nlet value = compute(1);\n";
    let error = refused(text, &[("A", "1\n2\n3"), ("let value = compote(1);", "x")]);
    assert!(error.contains("nearest is line 4,"), "{error}");
    assert!(error.contains("line numbers are those after the edits before this one"), "{error}");
    let error = refused(text, &[("A", "b"), ("let value = compote(1);", "x")]);
    assert!(!error.contains("lines are counted"), "{error}");
}

#[test]
fn only_what_differs_is_named() {
    for (text, old, named) in [
        (
            "x = café\n",
            "x = cafe",
            "the file has U+00E9 LATIN SMALL LETTER E WITH ACUTE at line 1, column 8, where `old_text` has U+0065 LATIN SMALL LETTER E",
        ),
        (
            "my café is open\n",
            "my cafe is open",
            "U+00E9 LATIN SMALL LETTER E WITH ACUTE at line 1, column 7, where",
        ),
        (
            "let naive = 1;\n",
            "let naïve = 1;",
            "where `old_text` has U+00EF LATIN SMALL LETTER I WITH DIAERESIS",
        ),
    ] {
        let error = one(text, old);
        assert!(error.contains(named), "{named}: {error}");
        for kind in ["blanks", "invisible", "quotes", "look the same", "case"] {
            assert!(!error.contains(kind), "{kind} is not so: {error}");
        }
    }
    for (text, old) in [
        ("a\n", "á"),
        ("á\n", "a"),
        ("x = café\n", "x = cafe"),
        ("l'été\r\nà la plage\r\n", "l'ete\na la plage\n"),
    ] {
        let error = one(text, old);
        assert!(error.contains(" in accents\n"), "{error}");
        assert!(mended(text, &error).starts_with("NEW"), "{error}");
    }
}

#[test]
fn a_return_that_ends_the_text_belongs_to_the_line_end() {
    for (old, after) in [
        ("a = 1\r", "NEW\r\nb = 2\r\n"),
        ("a = 1\r\nb = 2\r", "NEW\r\n"),
        ("b = 2\r", "a = 1\r\nNEW\r\n"),
    ] {
        let text = "a = 1\r\nb = 2\r\n";
        let error = one(text, old);
        assert!(error.contains("ends in a carriage return (`\\r`, U+000D), which in the file is half of the line end"), "{error}");
        assert_eq!(mended(text, &error), after, "{error}");
    }
    let error = one("a = 1\nb = 2\n", "a = 1\r");
    assert!(error.contains("carriage returns"), "{error}");
    assert_eq!(mended("a = 1\nb = 2\n", &error).matches("NEW").count(), 1, "{error}");
}

#[test]
fn the_wrong_line_of_a_long_text_is_named() {
    let lines = |range: std::ops::RangeInclusive<usize>| -> Vec<String> {
        range.map(|n| format!("    step_{n} = compute({n})\n")).collect()
    };
    let text = lines(1..=40).concat();
    let mut old = lines(6..=35);
    old[24] = old[24].replace("compute", "Compute2");
    let error = one(&text, &old.concat());
    assert!(
        error.contains("nearest is lines 6-35, where 29 of the 30 lines of `old_text` are\n"),
        "{error}"
    );
    assert!(
        error.contains(
            "\nline 25 of `old_text`:\n    step_30 = Compute2(30)\nline 30 of the file:\n    step_30 = compute(30)\n"
        ),
        "{error}"
    );
    assert!(!error.contains("step_7 "), "lines that match are not shown: {error}");
    assert!(error.contains("read_text_file with offset=6 and limit=30"), "{error}");
    let mut old = lines(6..=35);
    old.remove(7);
    let error = one(&text, &old.concat());
    assert!(
        error.contains("nearest is lines 6-35, where 29 of the 29 lines of `old_text` are\n"),
        "{error}"
    );
    assert!(
        error.contains("\nline 13 of the file, which `old_text` does not have there:\n    step_13 = compute(13)\n"),
        "{error}"
    );
    let mut old = lines(6..=35);
    old.insert(3, "    extra()\n".into());
    let error = one(&text, &old.concat());
    assert!(error.contains("where 30 of the 31 lines of `old_text` are\n"), "{error}");
    assert!(
        error
            .contains("\nline 4 of `old_text`, which the file does not have there:\n    extra()\n"),
        "{error}"
    );
    let mut old = lines(6..=35);
    (old[2], old[20]) = ("    x()\n".into(), "    y()\n".into());
    let error = one(&text, &old.concat());
    for said in [
        "28 of the 30",
        "\nline 3 of `old_text`:\n    x()\nline 8 of the file:\n",
        "\nline 21 of `old_text`:\n    y()\nline 26 of the file:\n",
    ] {
        assert!(error.contains(said), "{said}: {error}");
    }
}

#[test]
fn matching_lines_are_counted_correctly() {
    let error = one("function foo() {\n  bar();\n}\n", "function foo() {\n  baz();\n}\n}\n");
    assert!(error.contains("where 2 of the 4 lines of `old_text` are\n"), "{error}");
    let error = one(&("ab ".repeat(25) + "\nx\n"), "ab");
    assert!(error.contains("occurs 25 times, on line 1\n"), "{error}");
}

#[test]
fn marks_that_were_copied_with_the_text_are_named() {
    let text = "fn a() {\n    one();\n    two();\n}\n";
    for (old, named, after) in [
        ("-    one();\n+    three();\n", "the marks of a diff", "fn a() {\nNEW    two();\n}\n"),
        (" fn a() {\n+    one();\n     two();\n", "the marks of a diff", "NEW}\n"),
        ("```rust\n    one();\n    two();\n```", "the fence of a code block", "fn a() {\nNEW}\n"),
        (
            "a.rs:2:    one();\na.rs:3:    two();",
            "the path and the line number",
            "fn a() {\nNEW\n}\n",
        ),
        ("```\n2:    one();\n```", "the fence of a code block", "fn a() {\nNEW    two();\n}\n"),
        ("> fn a() {\n>     one();", "quote marks", "NEW\n    two();\n}\n"),
        ("`two();`", "quotes around it", "fn a() {\n    one();\n    NEW\n}\n"),
        (
            "    two();\n}\n[lines 1-4 of 4; LF; version k3f9a2c1xq]",
            "the last line of an answer",
            "fn a() {\n    one();\nNEW",
        ),
    ] {
        let error = one(text, old);
        assert!(error.contains(named), "{named}: {error}");
        assert!(error.contains("not part of the file"), "{error}");
        assert_eq!(mended(text, &error), after, "{error}");
    }
    for old in [
        "2|     one();\n3|     two();",
        "2 |     one();\n3 |     two();",
        "2:    one();\n3:    two();",
        "2\t    one();\n3\t    two();",
        "L2:    one();\nL3:    two();",
    ] {
        let error = one(text, old);
        assert!(error.contains("begin with line numbers"), "{error}");
    }
}

#[test]
fn a_line_that_a_page_shortened_is_noticed() {
    let text = "a".repeat(9_000) + "\nend\n";
    for old in [
        format!("{} [... 1000 more bytes; continue with byte_offset=8000]", "a".repeat(200)),
        format!("{} [... 8000 more characters]\nend", "a".repeat(200)),
        format!(
            "[100 bytes]{}[8000 bytes][2992 more matches in this line: only_matching=true]",
            "a".repeat(150)
        ),
    ] {
        let error = one(&text, &old);
        assert!(error.contains("marks for text that an answer left out"), "{error}");
        assert!(error.contains("not part of the file"), "{error}");
        assert!(error.ends_with("; leave the marks out of `new_text` too"), "{error}");
        assert!(
            !error.contains("% similar") && !error.contains("nothing that comes near"),
            "{error}"
        );
    }
}

#[test]
fn text_that_differs_in_line_breaks_is_offered_as_the_file_has_it() {
    let lines = "const a = foo(\n  bar,\n  baz\n);\n";
    let line = "const a = foo(bar, baz);\n";
    for (text, old, place, after) in [
        (
            lines,
            "const a = foo(bar, baz);",
            "lines 1-4, which differ in where lines end\n",
            "NEW\n",
        ),
        (
            line,
            "const a = foo(\n  bar,\n  baz\n);",
            "line 1, which differs in where lines end\n",
            "NEW\n",
        ),
        (
            "hello world, this is\nwrapped prose text\n",
            "hello world, this is wrapped prose text",
            "lines 1-2, which differ in where lines end\n",
            "NEW\n",
        ),
        (
            "one\r\nif (a &&\r\n    b) {\r\n",
            "if (a && b) {\n",
            "lines 2-3, which differ in where lines end\n",
            "one\r\nNEW",
        ),
    ] {
        let error = one(text, old);
        assert!(error.contains(&format!("nearest is {place}")), "{place}: {error}");
        assert_eq!(mended(text, &error), after, "{error}");
    }
}
