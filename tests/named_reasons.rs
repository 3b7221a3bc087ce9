//! Refused edits: the reasons that are named are those for which the texts differ, and the text that the hint gives is
//! found.

use preopen::limits::CallMonitor;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::json;

use crate::between::Bench;
use crate::common::Sandbox;

/// A refused edit of `text`, which is then repeated with the old text that the hint gives. Returns the first line of the
/// refusal.
fn refused_and_repeated(bench: &Bench, text: &str, old: &str) -> String {
    std::fs::write(bench.path("grant/f"), text).unwrap();
    let edit = |old: &str| {
        let arguments = json!({"path": "grant/f", "old_text": old, "new_text": "REPLACED"});
        bench.call("edit_file", &arguments, CallMonitor::unattended())
    };
    let refused = edit(old).expect_err(&format!("{text:?} {old:?}"));
    assert!(refused.starts_with("no_match: "), "{text:?} {old:?}: {refused}");
    let given = given(&refused).unwrap_or_else(|| panic!("{text:?} {old:?}: {refused}"));
    edit(&given)
        .unwrap_or_else(|again| panic!("{text:?} {old:?}: {refused}\nthen {given:?}: {again}"));
    let now = std::fs::read_to_string(bench.path("grant/f")).unwrap();
    let now = now.replace("\r\n", "\n");
    assert_eq!(now, text.replace("\r\n", "\n").replacen(&given, "REPLACED", 1));
    refused.lines().next().unwrap().to_owned()
}

/// The old text that a refusal gives: as a JSON string, or as the lines that it shows.
fn given(refused: &str) -> Option<String> {
    let (shown, hint) = refused.split_once("\nhint: ")?;
    for before in ["send `old_text` as this JSON string: ", "as a JSON string, that place is "] {
        if let Some((_, json)) = hint.split_once(before) {
            return serde_json::Deserializer::from_str(json).into_iter().next()?.ok();
        }
    }
    assert!(hint.starts_with("copy `old_text` from the lines above"), "{refused}");
    let (_, lines) = shown.rsplit_once(":\n").filter(|(before, _)| before.contains("\nline"))?;
    Some(lines.to_owned())
}

#[test]
fn signs_that_are_typed_in_another_way_are_found_and_named() {
    let bench = Bench::new(Sandbox::new().dir("grant"));
    let dashes = "the kind of quotes, dashes or spaces";
    for (text, old, reason, named) in [
        ("x\na — b\n", "a -- b", dashes, "U+2014 EM DASH at line 2, column 3"),
        ("a -- b\n", "a — b", dashes, "where `old_text` has U+2014 EM DASH"),
        ("a — b\n", "a --- b", dashes, "U+2014 EM DASH at line 1, column 3"),
        ("pp. 3–5 — x\n", "pp. 3-5 -- x", dashes, "U+2013 EN DASH at line 1, column 6"),
        ("say “hi”\n", "say ``hi''", dashes, "U+201C LEFT DOUBLE QUOTATION MARK"),
        ("say “hi”\n", "say \"hi\"", dashes, "U+201D RIGHT DOUBLE QUOTATION MARK"),
        ("10\u{a0}000\n", "10 000", dashes, "U+00A0 NO-BREAK SPACE"),
        ("wait…\n", "wait...", "characters that look the same", "U+2026 HORIZONTAL ELLIPSIS"),
        ("oﬃce\n", "office", "characters that look the same", "U+FB03 LATIN SMALL LIGATURE FFI"),
        ("co\u{ad}op\n", "coop", "invisible characters", "U+00AD SOFT HYPHEN"),
        ("a → b\n", "a -> b", "signs that one of the two has as ASCII", "U+2192 RIGHTWARDS ARROW"),
        ("© Me\n", "(c) Me", "signs that one of the two has as ASCII", "U+00A9 COPYRIGHT SIGN"),
        ("“a — b…”\n", "\"a -- b...\"", dashes, "U+2026 HORIZONTAL ELLIPSIS at line 1, column 7"),
        ("a --- b\n", "a -- b", dashes, "U+002D HYPHEN-MINUS"),
    ] {
        let line = refused_and_repeated(&bench, text, old);
        assert!(line.contains(&format!("differs in {reason}")), "{text:?} {old:?}: {line}");
        std::fs::write(bench.path("grant/f"), text).unwrap();
        let arguments = json!({"path": "grant/f", "old_text": old, "new_text": "x"});
        let refused = bench.call("edit_file", &arguments, CallMonitor::unattended()).unwrap_err();
        assert!(refused.contains(named), "{text:?} {old:?}: {refused}");
    }
}

#[test]
fn text_between_terminal_escapes_is_found_and_what_a_page_shows_can_be_sent() {
    let bench = Bench::new(Sandbox::new().dir("grant"));
    let text = "x\n\u{1b}[1;31mred\u{1b}[0m text\n";
    let coded = "it has escapes such as";
    let left_out = "it leaves out terminal escapes that the file has";
    for (text, old, reason) in [
        (text, "red text", left_out),
        (text, "\\x1b[1;31mred\\x1b[0m text", coded),
        (text, "\\033[1;31mred\\033[0m text", coded),
        (text, "\\u001b[1;31mred\\u001b[0m text", coded),
        ("red text\n", "\u{1b}[1;31mred\u{1b}[0m text", "it has terminal escapes"),
    ] {
        let line = refused_and_repeated(&bench, text, old);
        assert!(line.contains(reason), "{text:?} {old:?}: {line}");
    }
    std::fs::write(bench.path("grant/f"), text).unwrap();
    let call = |tool, arguments| bench.call(tool, &arguments, CallMonitor::unattended()).unwrap();
    let page = call("read_text_file", json!({"path": "grant/f", "offset": 2}));
    let shown = page.lines().next().unwrap();
    call("edit_file", json!({"path": "grant/f", "old_text": shown, "new_text": "plain"}));
    assert_eq!(bench.read("grant/f").as_deref(), Some("x\nplain\n"));
}

#[test]
fn indentation_by_a_tab_is_not_called_tabs_against_spaces_where_there_are_no_spaces() {
    let bench = Bench::new(Sandbox::new().dir("grant"));
    for (text, old, reason) in [
        ("if x:\n\ta = 1\n", "if x:\na = 1\n", "which differ in indentation"),
        ("if x:\na = 1\n", "if x:\n\ta = 1\n", "which differ in indentation"),
        ("if x:\n\t\ta = 1\n", "if x:\n\ta = 1\n", "which differ in indentation"),
        ("if x:\n\ta = 1\n", "if x:\n    a = 1\n", "which differ in tabs against spaces"),
        ("if x:\n    a = 1\n", "if x:\n\ta = 1\n", "which differ in tabs against spaces"),
    ] {
        let line = refused_and_repeated(&bench, text, old);
        assert!(line.ends_with(reason), "{text:?} {old:?}: {line}");
    }
}

#[test]
fn blank_lines_too_many_or_too_few_are_named() {
    let bench = Bench::new(Sandbox::new().dir("grant"));
    for (text, old) in [
        ("a = 1\n\nb = 2\n", "a = 1\nb = 2\n"),
        ("a = 1\nb = 2\n", "a = 1\n\nb = 2\n"),
        ("a = 1\n\n\nb = 2\n", "a = 1\n\nb = 2\n"),
        ("a = 1\r\n\r\nb = 2\r\n", "a = 1\n\n\nb = 2\n"),
        ("a = 1\nb = 2\n", "\na = 1\nb = 2\n"),
        ("a = 1\nb = 2\nc\n", "a = 1\nb = 2\n\n"),
        ("a = 1\nb = 2\nc\n", "a = 1\nb = 2\n\n\nc\n"),
    ] {
        let line = refused_and_repeated(&bench, text, old);
        assert!(line.ends_with("which differ in blank lines"), "{text:?} {old:?}: {line}");
    }
}

#[test]
fn a_short_new_text_elsewhere_in_the_file_is_not_taken_for_the_edit() {
    let bench = Bench::new(Sandbox::new().dir("grant"));
    for (text, old, new, is_told) in [
        ("alpha\nbeta\nx\n", "nothing like it", "x", false),
        ("fn a() {\n}\n", "nothing like it", "}", false),
        ("one\ntwo\nlet value = 1;\n", "let value = 2;", "let value = 1;", true),
    ] {
        std::fs::write(bench.path("grant/f"), text).unwrap();
        let arguments = json!({"path": "grant/f", "old_text": old, "new_text": new});
        let refused = bench.call("edit_file", &arguments, CallMonitor::unattended()).unwrap_err();
        assert_eq!(refused.contains("already"), is_told, "{text:?} {new:?}: {refused}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 80, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn blank_lines_and_blanks_are_named_where_they_differ_and_the_hint_works(
        lines in prop::collection::vec(select(vec!["first = 1", "  second(a, b)", "\tthird", "", "    fourth: x"]), 1..7),
        blank in prop::option::of((any::<Index>(), any::<bool>())),
        trailing in prop::option::of(any::<Index>()),
        indented in prop::option::of(any::<Index>()),
    ) {
        // The file has each line once, so that a place is found once.
        // A blank line at either end is the line end beside it.
        let lines = [vec!["top"], lines, vec!["last"]].concat();
        let mut number = 0;
        let numbered: Vec<String> = lines.iter().map(|line| {
            number += 1;
            if line.is_empty() { String::new() } else { format!("{line} {number}") }
        }).collect();
        let text = format!("begin\n{}\nend\n", numbered.join("\n"));
        let mut old = numbered.clone();
        let saying: Vec<usize> = (0..old.len()).filter(|at| !old[*at].is_empty()).collect();
        if let Some(at) = trailing {
            let at = saying[at.index(saying.len())];
            old[at] += "  ";
        }
        // The first line may begin anywhere in its line.
        let inner: Vec<usize> = saying.iter().copied().filter(|at| *at > 0).collect();
        let indented = indented.filter(|_| !inner.is_empty());
        if let Some(at) = indented {
            let at = inner[at.index(inner.len())];
            old[at].insert(0, ' ');
        }
        let is_blank_made = match blank {
            Some((at, true)) => {
                // The line end at the beginning of a text is that of the line before it.
                let at = at.index(old.len() + 1);
                old.insert(at, String::new());
                at > 0
            }
            Some((at, false)) => {
                let blanks: Vec<usize> = (1..old.len() - 1).filter(|at| old[*at].is_empty()).collect();
                let at = (!blanks.is_empty()).then(|| blanks[at.index(blanks.len())]);
                at.inspect(|at| drop(old.remove(*at))).is_some()
            }
            None => false,
        };
        let old = format!("{}\n", old.join("\n"));
        prop_assume!(!text.contains(&old));
        let bench = Bench::new(Sandbox::new().dir("grant"));
        let line = refused_and_repeated(&bench, &text, &old);
        prop_assert!(line.contains("which differ"), "{text:?} {old:?}: {line}");
        let is = |words: &str| line.contains(words);
        prop_assert_eq!(is("blank lines"), is_blank_made, "{:?} {:?}: {}", text, old, line);
        let both = is("indentation or trailing blanks");
        prop_assert_eq!(
            both || is("trailing blanks") || is("indentation") || is("tabs"),
            trailing.is_some() || indented.is_some(),
            "{:?} {:?}: {}", text, old, line
        );
        prop_assert!(both || is("trailing blanks") == trailing.is_some(), "{text:?} {old:?}: {line}");
        let indents = is("indentation") || is("tabs");
        prop_assert!(both || indents == indented.is_some(), "{text:?} {old:?}: {line}");
        prop_assert!(!is("where lines end"), "{text:?} {old:?}: {line}");
    }
}
