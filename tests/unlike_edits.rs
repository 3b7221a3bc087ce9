//! Edits whose old text looks like the file's and is not the same, or comes near it: what the refusal names, and that
//! what it offers can be sent.

use preopen::text::{Document, Edit, apply};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::budget;

/// The error of one edit.
fn refused(text: &str, old_text: &str) -> String {
    let edit = Edit { old_text, new_text: "NEW", replace_all: false };
    let error = apply(text, &[edit], &budget()).expect_err(old_text).to_string();
    assert!(error.starts_with("no_match: `old_text` is not in the file"), "{error}");
    error
}

/// The string of JSON that the hint of an error offers, as it arrives when it is sent.
fn offered(error: &str) -> String {
    let (_, hint) = error.rsplit_once("\nhint: ").unwrap();
    let start = hint.find('"').unwrap_or_else(|| panic!("{error}"));
    let offered = serde_json::Deserializer::from_str(&hint[start..]).into_iter::<String>().next();
    offered.unwrap().unwrap()
}

/// The text after what an error offers is sent instead.
fn mended(text: &str, error: &str) -> String {
    let old = offered(error);
    let edit = Edit { old_text: &old, new_text: "NEW", replace_all: false };
    apply(text, &[edit], &budget())
        .unwrap_or_else(|e| panic!("{error}\n{e}"))
        .text(text)
        .into_owned()
}

#[test]
fn invisible_characters_are_named_and_can_be_sent() {
    for (text, old, named, after) in [
        (
            "x\n# ⚠\u{fe0f} Note\n",
            "# ⚠ Note",
            "U+FE0F VARIATION SELECTOR-16 at line 2, column 4",
            "x\nNEW\n",
        ),
        ("a\u{200b}b", "ab", "U+200B ZERO WIDTH SPACE at line 1, column 2", "NEW"),
        ("co\u{ad}op", "coop", "U+00AD SOFT HYPHEN at line 1, column 3", "NEW"),
        ("👩\u{200d}💻", "👩💻", "U+200D ZERO WIDTH JOINER at line 1, column 2", "NEW"),
        ("a\u{2060}b", "ab", "U+2060 WORD JOINER at line 1, column 2", "NEW"),
        ("x\u{feff}y", "xy", "U+FEFF ZERO WIDTH NO-BREAK SPACE at line 1, column 2", "NEW"),
        (
            "a\u{202e}b\u{202c}",
            "ab\u{202c}",
            "U+202E RIGHT-TO-LEFT OVERRIDE at line 1, column 2",
            "NEW",
        ),
        ("a\u{200e}b", "ab", "U+200E LEFT-TO-RIGHT MARK at line 1, column 2", "NEW"),
        ("a\u{61c}b", "ab", "U+061C ARABIC LETTER MARK at line 1, column 2", "NEW"),
        ("a\u{2066}b", "ab", "U+2066 LEFT-TO-RIGHT ISOLATE at line 1, column 2", "NEW"),
        ("a\u{e0061}b", "ab", "U+E0061 TAG LATIN SMALL LETTER A at line 1, column 2", "NEW"),
        ("a\u{34f}b", "ab", "U+034F COMBINING GRAPHEME JOINER at line 1, column 2", "NEW"),
        ("a\u{7}b", "ab", "U+0007 at line 1, column 2", "NEW"),
        ("a\u{1b}b", "ab", "U+001B at line 1, column 2", "NEW"),
        ("a\u{2028}b", "ab", "U+2028 LINE SEPARATOR at line 1, column 2", "NEW"),
        (
            "ab",
            "a\u{200b}b",
            "`old_text` has U+200B ZERO WIDTH SPACE at its line 1, column 2",
            "NEW",
        ),
        (
            "one\r\ntwo\r\n",
            "one\ntw\u{ad}o",
            "U+00AD SOFT HYPHEN at its line 2, column 3",
            "NEW\r\n",
        ),
        ("a\nb", "\u{feff}a\nb", "U+FEFF ZERO WIDTH NO-BREAK SPACE at its line 1, column 1", "NEW"),
    ] {
        let error = refused(text, old);
        assert!(error.contains(named), "{named} is not in {error}");
        assert!(error.contains("in invisible characters\n"), "{error}");
        assert!(
            !error.chars().any(|c| "\u{200b}\u{ad}\u{feff}\u{202e}\u{7}\u{fe0f}".contains(c)),
            "{error:?}"
        );
        assert_eq!(mended(text, &error), after, "{error}");
    }
}

#[test]
fn blanks_quotes_dashes_and_forms_are_named_and_can_be_sent() {
    for (text, old, named) in [
        (
            "a\u{a0}b",
            "a b",
            "U+00A0 NO-BREAK SPACE at line 1, column 2, where `old_text` has U+0020 SPACE",
        ),
        (
            "a b",
            "a\u{a0}b",
            "U+0020 SPACE at line 1, column 2, where `old_text` has U+00A0 NO-BREAK SPACE",
        ),
        ("2\u{202f}PM", "2 PM", "U+202F NARROW NO-BREAK SPACE at line 1, column 2"),
        ("a\u{3000}b", "a b", "U+3000 IDEOGRAPHIC SPACE at line 1, column 2"),
        ("a\u{2009}b", "a b", "U+2009 THIN SPACE at line 1, column 2"),
        ("a\u{2800}b", "a b", "U+2800 BRAILLE PATTERN BLANK at line 1, column 2"),
        (
            "don’t",
            "don't",
            "U+2019 RIGHT SINGLE QUOTATION MARK at line 1, column 4, where `old_text` has U+0027 APOSTROPHE",
        ),
        ("don't", "don’t", "U+0027 APOSTROPHE at line 1, column 4, where `old_text` has U+2019"),
        ("“x”", "\"x\"", "U+201C LEFT DOUBLE QUOTATION MARK at line 1, column 1"),
        (
            "a – b",
            "a - b",
            "U+2013 EN DASH at line 1, column 3, where `old_text` has U+002D HYPHEN-MINUS",
        ),
        (
            "a — b",
            "a – b",
            "U+2014 EM DASH at line 1, column 3, where `old_text` has U+2013 EN DASH",
        ),
        ("1 − 2", "1 - 2", "U+2212 MINUS SIGN at line 1, column 3"),
        ("non‑stop", "non-stop", "U+2011 NON-BREAKING HYPHEN at line 1, column 4"),
        ("wait…", "wait...", "U+2026 HORIZONTAL ELLIPSIS at line 1, column 5"),
        (
            "caf\u{e9}",
            "cafe\u{301}",
            "U+00E9 LATIN SMALL LETTER E WITH ACUTE at line 1, column 4, where `old_text` has U+0065 LATIN SMALL LETTER E and U+0301 COMBINING ACUTE ACCENT",
        ),
        (
            "cafe\u{301}",
            "caf\u{e9}",
            "U+0065 LATIN SMALL LETTER E and U+0301 COMBINING ACUTE ACCENT at line 1, column 4",
        ),
        ("ﬁle", "file", "U+FB01 LATIN SMALL LIGATURE FI at line 1, column 1"),
        (
            "сount",
            "count",
            "U+0441 CYRILLIC SMALL LETTER ES at line 1, column 1, where `old_text` has U+0063",
        ),
        ("a；b", "a;b", "U+FF1B FULLWIDTH SEMICOLON at line 1, column 2"),
    ] {
        let error = refused(text, old);
        assert!(error.contains(named), "{named} is not in {error}");
        assert_eq!(mended(text, &error), "NEW", "{error}");
    }
}

#[test]
fn differences_that_can_and_cannot_be_seen_are_both_named() {
    let text = "fn a() {\n    let b\u{a0}= \u{200b}1;\n    c();\n}\n";
    let error = refused(text, "fn a() {\n  let b = 1;\n  c();\n");
    assert!(
        error.contains("which differ in indentation, invisible characters and the kind of quotes"),
        "{error}"
    );
    assert!(error.contains("U+200B ZERO WIDTH SPACE at line 2, column 13"), "{error}");
    assert!(error.contains("U+00A0 NO-BREAK SPACE at line 2, column 10"), "{error}");
    assert_eq!(mended(text, &error), "NEW}\n");
    // A slip of the pen besides.
    let error = refused("let value\u{200b} = compute(1);\n", "let value = compote(1);");
    assert!(error.contains("nearest is line 1, column 1"), "{error}");
    assert!(error.contains("U+200B ZERO WIDTH SPACE at line 1, column 10"), "{error}");
    assert_eq!(mended("let value\u{200b} = compute(1);\n", &error), "NEW\n");
}

#[test]
fn what_is_offered_is_there_once_or_that_is_said() {
    let error = refused("a\u{200b}b\nx\na\u{200b}b\n", "ab");
    assert!(error.contains("the same text is also on line 3"), "{error}");
    assert!(
        error.contains(r#"the file has it more than once; as a JSON string it is "a\u200bb""#),
        "{error}"
    );
    let edit = Edit { old_text: "ab", new_text: "c", replace_all: true };
    let error = apply("a\u{200b}b\nx\na\u{200b}b\n", &[edit], &budget()).unwrap_err().to_string();
    assert!(error.contains(r#"as this JSON string: "a\u200bb""#), "{error}");
}

#[test]
fn text_too_long_to_offer_is_still_located() {
    let text = format!("{}\u{200b}end\n", "a line of text\n".repeat(500));
    let error = refused(&text, &text.replace('\u{200b}', ""));
    assert!(error.contains("U+200B ZERO WIDTH SPACE at line 501, column 1"), "{error}");
    assert!(error.contains("hint: use fewer lines in `old_text`"), "{error}");
    assert!(error.len() < 1_000, "{error}");
}

#[test]
fn the_nearest_place_within_a_line_is_named() {
    let text = (1..=120)
        .map(|n| match n {
            30 => "    \"\"\"Does the request dispatching and matches the URL self\n".to_owned(),
            78 => "    def dispatch_request(self, ctx: AppContext) -> ft.ResponseReturnValue:\n"
                .to_owned(),
            n => format!("    # line {n}\n"),
        })
        .collect::<String>();
    for (old, place) in [
        ("def dispatch_reqest(self)", "line 78, column 5, which is 92 % similar\n"),
        ("def dispatch_reqest(self", "line 78, column 5, which is 96 % similar\n"),
        ("-> ft.ResponseReturnValues:", "line 78, column 49, which is 96 % similar\n"),
        (
            "\n    def dispatch_requests(self,\n",
            "lines 77-78, of which line 78, column 5, is 96 % like line 2",
        ),
    ] {
        let error = refused(&text, old);
        assert!(error.contains(&format!("nearest is {place}")), "{place}: {error}");
        assert!(error.contains("    def dispatch_request(self, ctx"), "{error}");
    }
}

#[test]
fn a_near_place_in_a_very_long_line_is_shown_cropped() {
    let text = format!(
        "{}function computeTotal(a,b){{return a+b}}{}\n",
        "x=1;".repeat(35_000),
        "y=2;".repeat(35_000)
    );
    let error = refused(&text, "function computeTotl(a,b){return a+b}");
    assert!(error.contains("nearest is line 1, column 140001, which is 97 % similar"), "{error}");
    assert!(error.contains("function computeTotal(a,b){return a+b}"), "{error}");
    assert!(error.contains(" characters] x=1;") || error.contains(" characters] "), "{error}");
    assert!(error.len() < 2_000, "{}", error.len());
    let text = text.replace("computeTotal", "compute\u{200b}Total");
    let error = refused(&text, "function computeTotal(a,b)");
    assert!(error.contains("U+200B ZERO WIDTH SPACE at line 1, column 140017"), "{error}");
    assert!(mended(&text, &error).contains(";NEW{return"), "{error}");
}

#[test]
fn error_names_entities_and_escapes_and_shows_the_text_to_send() {
    for (text, old, named, after) in [
        ("if (a && b) {\n", "if (a &amp;&amp; b)", "it has HTML entities", "NEW {\n"),
        ("x < y\n", "x &lt; y", "it has HTML entities", "NEW\n"),
        ("say(\"hi\")\n", "say(&quot;hi&quot;)", "it has HTML entities", "NEW\n"),
        ("it's\n", "it&#39;s", "it has HTML entities", "NEW\n"),
        ("it's\n", "it&#x27;s", "it has HTML entities", "NEW\n"),
        ("it's\n", "it&apos;s", "it has HTML entities", "NEW\n"),
        (
            "<p>a &amp; b</p>\n",
            "<p>a & b</p>",
            "it has characters where the file has HTML entities",
            "NEW\n",
        ),
        ("<p>a &amp; b</p>\n", "&lt;p&gt;a &amp;amp; b&lt;/p&gt;", "it has HTML entities", "NEW\n"),
        ("a\r\n\tb\r\n", "a\\n\\tb", "it has escapes", "NEW\r\n"),
        ("say(\"hi\")\n", "say(\\\"hi\\\")", "it has escapes", "NEW\n"),
        ("print(\"a\\n\")\n", "print(\\\"a\\n\\\")", "it has escapes", "NEW\n"),
        (
            "print(\"a\\tb\")\n",
            "print(\"a\tb\")",
            "it has characters where the file has escapes",
            "NEW\n",
        ),
        ("a\u{200b}b\n", "a\\u200bb", "it has escapes", "NEW\n"),
    ] {
        let error = refused(text, old);
        assert!(error.contains(named), "{named} is not in {error}");
        assert_eq!(mended(text, &error), after, "{error}");
    }
}

/// Characters that nobody sees.
const UNSEEN: [char; 12] = [
    '\u{200b}',
    '\u{ad}',
    '\u{200d}',
    '\u{2060}',
    '\u{feff}',
    '\u{fe0f}',
    '\u{202e}',
    '\u{2069}',
    '\u{61c}',
    '\u{e0020}',
    '\u{1}',
    '\u{34f}',
];

/// A line that no other line is like.
fn line(number: usize, tokens: &[Index]) -> String {
    const TOKENS: [&str; 9] = ["foo", "(x)", " = ", "é", "表", "🦀", "\"", "\\", "\t"];
    let tokens: String = tokens.iter().map(|pick| *pick.get(&TOKENS)).collect();
    format!("{}{tokens};", ["one", "two", "three", "four", "five", "six"][number])
}

/// Puts invisible characters before some characters of a text, at most one in each place.
fn strewn(text: &str, places: &[(Index, Index)]) -> Vec<(Option<char>, char)> {
    let mut all: Vec<(Option<char>, char)> = text.chars().map(|c| (None, c)).collect();
    for (place, unseen) in places {
        let at = place.index(all.len());
        // The line feed of a CRLF is not a place.
        if all[at].1 != '\n' {
            all[at].0 = Some(*unseen.get(&UNSEEN));
        }
    }
    all
}

fn joined(all: &[(Option<char>, char)]) -> String {
    all.iter().flat_map(|(unseen, c)| unseen.iter().chain([c])).collect()
}

/// Where an invisible character is, in words, for each that only `one` has.
fn only_in(
    one: &[(Option<char>, char)],
    other: &[(Option<char>, char)],
    first: usize,
    column: usize,
) -> Vec<(char, usize, usize)> {
    let (mut found, mut line, mut column) = (vec![], first, column);
    for (here, there) in one.iter().zip(other) {
        if let Some(unseen) = here.0 {
            if here.0 != there.0 {
                found.push((unseen, line, column));
            }
            column += 1;
        }
        column += 1;
        if here.1 == '\n' {
            (line, column) = (line + 1, 1);
        }
    }
    found
}

/// Is a character named with a line and a column? `line 2, columns 4, 7`, each character once for all its places.
fn is_named(error: &str, prefix: &str, (c, line, column): (char, usize, usize)) -> bool {
    let code = format!("{prefix} U+{:04X}", u32::from(c));
    error.lines().filter(|words| words.starts_with(&code)).any(|words| {
        words.split("line ").skip(1).any(|rest| {
            let (number, columns) = rest.split_once(',').unwrap();
            let columns = columns.split(';').next().unwrap();
            number == line.to_string()
                && columns
                    .split(|c: char| !c.is_ascii_digit())
                    .any(|number| number == column.to_string())
        })
    })
}

fn check(
    contents: &[Vec<Index>],
    crlf: bool,
    in_file: &[(Index, Index)],
    in_old: &[(Index, Index)],
    kept: &[bool],
    cut: (Index, Index),
) -> bool {
    let end = if crlf { "\r\n" } else { "\n" };
    let text: String =
        contents.iter().enumerate().map(|(n, tokens)| line(n, tokens) + end).collect();
    let file = strewn(&text, in_file);
    if file[0].0 == Some('\u{feff}') {
        // A byte order mark, which is not part of the text.
        return false;
    }
    // The old text is a part of it, with some of its invisible characters and with others.
    let extra = strewn(&text, in_old);
    let (from, to) = (cut.0.index(file.len()), cut.1.index(file.len()));
    let (from, to) = (from.min(to), from.max(to) + 1);
    let old: Vec<_> = (from..to)
        .map(|at| {
            let is_kept = kept[at % kept.len()];
            let unseen = if is_kept { file[at].0 } else { extra[at].0 };
            (unseen, file[at].1)
        })
        .collect();
    let mut part = file[from..to].to_vec();
    // Bytes before the first character are not part of what was sent, unless they were sent.
    if part[0].0 != old[0].0 {
        part[0].0 = None;
    }
    let is_crlf_cut = part[0].1 == '\n' && crlf || part[part.len() - 1].1 == '\r';
    let (file_text, old_text) = (joined(&file), joined(&old));
    let is_blank = old.iter().all(|(_, c)| !c.is_alphanumeric());
    // What is seen of it has to be in one place.
    let seen = |all: &[(Option<char>, char)]| all.iter().map(|(_, c)| *c).collect::<String>();
    let (seen_text, seen_old) = (seen(&file), seen(&old));
    let places = seen_text.char_indices().filter(|(at, _)| seen_text[*at..].starts_with(&seen_old));
    if is_crlf_cut || is_blank || places.count() > 1 || file_text.contains(&old_text) {
        return false;
    }
    let edit = Edit { old_text: &old_text, new_text: "NEW", replace_all: false };
    let error = apply(&file_text, &[edit], &budget()).unwrap_err().to_string();
    let said = format!("{error}\nfile {file_text:?}\nold {old_text:?}");
    let before = joined(&file[..from])
        + &file[from].0.filter(|_| part[0].0.is_none()).map(String::from).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let ours = only_in(&part, &old, line, column);
    let theirs = only_in(&old, &part, 1, 1);
    assert!(!ours.is_empty() || !theirs.is_empty(), "{said}");
    for one in ours {
        assert!(is_named(&error, "the file has", one), "{one:?}: {said}");
    }
    for one in theirs {
        assert!(is_named(&error, "`old_text` has", one), "{one:?}: {said}");
    }
    // What is offered is exactly the place, and every byte around it stays.
    let document = Document::new("f", file_text.clone().into_bytes()).unwrap();
    let exact = offered(&error);
    let edit = Edit { old_text: &exact, new_text: "NEW", replace_all: false };
    let edited =
        apply(document.text(), &[edit], &budget()).unwrap_or_else(|e| panic!("{e}\n{said}"));
    let bytes = document.edited(&edited, &budget()).unwrap().concat();
    let after = joined(&file[to..]);
    assert_eq!(String::from_utf8(bytes).unwrap(), format!("{before}NEW{after}"), "{said}");
    true
}

/// Random texts and old texts that differ in invisible characters only.
#[test]
fn every_invisible_difference_is_named_and_mended() {
    let picks = || prop::collection::vec((any::<Index>(), any::<Index>()), 0..5);
    let strategy = (
        prop::collection::vec(prop::collection::vec(any::<Index>(), 0..6), 1..6),
        any::<bool>(),
        picks(),
        picks(),
        prop::collection::vec(any::<bool>(), 1..8),
        (any::<Index>(), any::<Index>()),
    );
    let checked = std::cell::Cell::new(0);
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        cases: 4_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&strategy, |(contents, crlf, in_file, in_old, kept, cut)| {
            let is_checked = check(&contents, crlf, &in_file, &in_old, &kept, cut);
            checked.set(checked.get() + usize::from(is_checked));
            Ok(())
        })
        .unwrap();
    assert!(checked.get() >= 1_000, "{} cases had a difference", checked.get());
}
