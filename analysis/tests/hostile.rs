//! Hostile sources quickly lead to a report or a refusal, and never to a stack overflow.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use preopen_analysis::{MOST_BYTES, Refusal, performance_check};

/// The number of repetitions.
const MANY: usize = 1_000_000;

/// All ways to nest in Python: the start, the repeated part, the middle, and the part that is repeated after
/// it.
const WAYS: &[(&str, &str, &str, &str)] = &[
    ("x = ", "(", "1", ")"),
    ("x = ", "[", "", "]"),
    ("x = ", "{", "", "}"),
    ("x = ", "{1:", "1", "}"),
    ("x = ", "((1,),", "1", ")"),
    ("x = ", "f(", "", ")"),
    ("x = f", "()", "", ""),
    ("x = f", "[0]", "", ""),
    ("x = f", ".a", "", ""),
    ("x = ", "-", "1", ""),
    ("x = ", "~", "1", ""),
    ("x = ", "not ", "1", ""),
    ("x = ", "await ", "1", ""),
    ("x = ", "*", "1", ""),
    ("x = ", "lambda: ", "1", ""),
    ("x = ", "lambda a, b: ", "1", ""),
    ("x = ", "lambda a=", "1", ": 1"),
    ("x = ", "1 if 1 else ", "1", ""),
    ("x = ", "1 + ", "1", ""),
    ("x = ", "1 ** ", "1", ""),
    ("x = ", "1 @ ", "1", ""),
    ("x = ", "1 < ", "1", ""),
    ("x = ", "1 and ", "1", ""),
    ("x = ", "1 or 1 and ", "1", ""),
    ("x = ", "(yield ", "1", ")"),
    ("x = ", "(y := ", "1", ")"),
    ("x = ", "[a for a in ", "1", "]"),
    ("x = ", "a[1:", "1", "]"),
    ("", "x = ", "1", ""),
    ("", "async ", "x", ""),
    ("", "if a: ", "x", ""),
    ("", "@", "x", ""),
    ("", "@a\n", "def f(): 0", ""),
    ("if a: 0\n", "elif a: 0\n", "", ""),
    ("", "try: 0\nexcept a: 0\n", "", ""),
    ("global a", ", a", "", ""),
    ("import a", ".a", "", ""),
    ("def f(a", ", a=1", "): 0", ""),
    ("def f(a: ", "(", "1", ")"),
    ("def f() -> ", "a[", "1", "]"),
    ("type A = ", "a[", "1", "]"),
    ("with ", "(", "a", ")"),
    ("with a", ", a", ": 0", ""),
    ("match x:\n case ", "[", "a", "]"),
    ("match x:\n case ", "a(", "a", ")"),
    ("match x:\n case ", "{1: ", "a", "}"),
    ("match x:\n case a", " | a", ": 0", ""),
    ("match ", "(", "a", ")"),
    ("x = f'", "{", "", "}'"),
    ("x = ", "f'{", "1", "}'"),
    ("x = f'", "{a:", "1", "}'"),
    ("x = ", "''", "", ""),
    ("x = ", "1 ", "", ""),
    ("", "\\\n", "x", ""),
    ("", "; ", "", ""),
    ("", "a; ", "", ""),
    ("x = a", "\n-b", "", ""),
    ("x = a", "\n(b)", "", ""),
    ("", "$", "", ""),
    ("", "\0", "", ""),
    ("", "\u{e9}", "", ""),
    ("", "\u{202e}", "", ""),
    ("", "a\r", "", ""),
    ("", "#\n", "", ""),
    ("", "\"", "", ""),
    ("", "\"\"\"", "", ""),
    ("", "'\\", "", ""),
    ("", ")", "", ""),
    ("", "(]", "", ""),
    ("def f(a\n(b", ")", "", ""),
    ("f\"{(a b 'x { y' )}\" + '", "(", "1", ")"),
    ("f'''{(a b ''' ", "(", "1", ")"),
    ("f'{(a\n", "if b:\n ", "1", ""),
];

#[test]
fn every_kind_of_nesting_is_bounded() {
    for (begin, repeated, middle, after) in WAYS {
        // As often as the size limit allows, and as often as the depth limit lets through to the parser.
        for count in [MANY, 900, 180, 90] {
            let count = count.min((MOST_BYTES - 100) / (repeated.len() + after.len()));
            for end in ["", after] {
                let source = [begin, &*repeated.repeat(count), middle, &*end.repeat(count), "\n"];
                ends(&source.concat(), repeated);
            }
        }
    }
}

#[test]
fn blocks_are_bounded() {
    for head in
        ["if a:", "for a in b:", "while a:", "def f():", "class A:", "with a:", "try:", "else:"]
    {
        for (depth, step) in [(90, " "), (90, "\t"), (101, " "), (2_000, " "), (400, "\u{c} ")] {
            let lines = (0..depth).map(|n| format!("{}{head}\n", step.repeat(n)));
            let source: String = lines.chain([format!("{}a\n", step.repeat(depth))]).collect();
            let is_shallow = depth == 90 && !matches!(head, "try:" | "else:");
            assert_eq!(ends(&source, head), is_shallow, "{head} {depth}");
            // In an unclosed bracket, where these lines are not blocks.
            for begin in ["(\n", "f(a, [b\n", "f'''{(\n", "def f(a\n(b)):\n"] {
                ends(&format!("{begin}{source}"), head);
            }
        }
    }
}

#[test]
fn broken_sources_cannot_hide_deep_nesting() {
    // The parser takes the end of a string for its start, or loses count of the brackets.
    for begin in
        ["f\"{( a b ' ' )}\"\n", "def f(a\n(b)):\n 0\n", "f'''{(a b '\"' ''' '''\n", "(a\n{b)\n"]
    {
        for line in [
            "-b\n",
            "(b)\n",
            "[b]\n",
            "x = '((((((((((((((((((('\n",
            "'''[[[[[[[[[\n'''\n",
            "if b\n",
        ] {
            ends(&format!("{begin}{}", line.repeat(100_000)), line);
        }
    }
}

#[test]
fn size_is_bounded() {
    assert_eq!(performance_check(&" ".repeat(MOST_BYTES + 1)), Err(Refusal::TooLarge));
    assert_eq!(performance_check(&"1,".repeat(MOST_BYTES / 2)), Err(Refusal::TooLarge));
    assert!(performance_check(&"a".repeat(MOST_BYTES)).is_ok());
    assert!(performance_check(&format!("x = '{}'", "(".repeat(MOST_BYTES - 100))).is_ok());
    let lines = "for a in b:\n    c += 'd'\n".repeat(50_000);
    let report = performance_check(&lines).unwrap();
    assert_eq!(report.total(), 50_000);
    assert_eq!(report.issues().count(), preopen_analysis::MOST_ISSUES);
    assert_eq!(report.issues().last().unwrap().line_number, 2 * preopen_analysis::MOST_ISSUES);
}

/// The cost of a finding does not grow with their number. Otherwise none of these would finish.
#[test]
fn many_findings_take_linear_time() {
    for (line, count) in [
        ("for a in b:\n    s += c\ns = d\n", 100_000),
        ("f = open(a)\nf.read()\n", 150_000),
        ("while len(a) < b: c.d()\n", 100_000),
        ("for a in b: c = max(d); d = 1\n", 100_000),
        ("async def f():\n    for a in b: await c(a)\n", 80_000),
    ] {
        let report = performance_check(&line.repeat(count));
        assert!(report.is_ok(), "{line}: {report:?}");
    }
    // All findings in one line.
    let line = format!("for z in y: {}", "x.y += 'a'; open(b).read(); ".repeat(100_000));
    assert_eq!(performance_check(&line).unwrap().total(), 200_000);
}

#[test]
fn a_finding_in_a_huge_line_has_a_short_snippet() {
    let source = format!("for a in b: x.y = '{}'; f(re.compile('a'))\n", "z".repeat(1_000_000));
    let report = performance_check(&format!("import re\n{source}")).unwrap();
    let issue = report.issues().next().unwrap();
    assert_eq!(issue.code_snippet, "re.compile('a')");
    let deep = format!("for a in b:\n x = '' + sorted({})\n", "c, ".repeat(1000));
    assert!(performance_check(&deep).is_ok());
}

#[test]
fn syntax_errors_name_their_line() {
    for (source, want) in [
        ("a\nb c\n", "line 2: Simple statements must be separated by newlines or semicolons"),
        ("print 'a'\n", "line 1: Simple statements must be separated by newlines or semicolons"),
        ("a = '\n", "line 1: a string has no end"),
    ] {
        let said = performance_check(source).unwrap_err().to_string();
        assert_eq!(said, format!("the source is not valid Python: {want}"));
    }
    assert!(performance_check("").unwrap().issues().next().is_none());
}

/// Analyses a source on a stack of the usual thread size. Returns whether there is a report.
fn ends(source: &str, what: &str) -> bool {
    std::thread::scope(|scope| {
        let run = || performance_check(source).is_ok();
        let thread = std::thread::Builder::new().stack_size(2 << 20).spawn_scoped(scope, run);
        thread.unwrap().join().unwrap_or_else(|_| panic!("{what}"))
    })
}
