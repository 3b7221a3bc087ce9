//! What `grep` and `keyword_search` answer in ordinary use: line ends, long lines, pages, and a search that matches nothing.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern)
}

fn grep(client: &mut Client, arguments: &Value) -> String {
    let answer = client.call("grep", arguments);
    assert!(!answer.is_error, "{arguments} {answer:?}");
    answer.text
}

/// Calls grep in `grant` and compares the lines, without those that name files, and the footer with what it must hold.
fn check(client: &mut Client, rows: &[(Value, &[&str], &str)]) {
    for (arguments, wanted, footer) in rows {
        let text = grep(client, arguments);
        let lines: Vec<_> = text.lines().filter(|line| line.contains([':', '-'])).collect();
        let (closing, lines) =
            lines.split_last().map_or((&"", &[][..]), |(last, rest)| (last, rest));
        if !wanted.is_empty() || footer.is_empty() {
            assert_eq!(lines, *wanted, "{arguments} {text}");
        }
        let closing = if closing.starts_with('[') { closing } else { text.lines().last().unwrap() };
        assert!(closing.contains(footer), "{arguments} {text}");
    }
}

const MULTILINE: &str = "the pattern holds a line feed: searched with multiline=true";

#[test]
fn a_line_feed_in_a_pattern_spans_lines_and_says_so() {
    let sandbox = Sandbox::new()
        .file("grant/lf/a", "x\nfoo\nbar\ny\n")
        .file("grant/crlf/a", "x\r\nfoo\r\nbar\r\ny\r\n")
        .file("grant/mixed/a", "foo\r\nbar\nfoo\nbar\r\n");
    let mut client = start(&sandbox);
    for path in ["lf", "crlf"] {
        for pattern in ["foo\nbar", r"foo\nbar", r"foo\x0abar", r"fo+[\n]bar", r"foo(\n| )b\w+"] {
            let asked = json!({"pattern": pattern, "path": path});
            check(&mut client, &[(asked, &["2:foo", "3:bar"], MULTILINE)]);
        }
        for arguments in [
            json!({"pattern": "foo\nbar", "literal": true, "path": path}),
            json!({"pattern": "oo\nba", "literal": true, "ignore_case": true, "path": path}),
            json!({"pattern": "foo\nbar", "literal": true, "word": true, "path": path}),
        ] {
            check(&mut client, &[(arguments, &["2:foo", "3:bar"], MULTILINE)]);
        }
        // Nobody needs to be told what they asked for.
        let asked = json!({"pattern": r"foo\nbar", "multiline": true, "path": path});
        let text = grep(&mut client, &asked);
        assert!(text.contains("2:foo\n3:bar") && !text.contains("line feed"), "{text}");
        let keyword = json!({"keyword": "foo\nbar", "root_paths": [path]});
        let answer = client.call("keyword_search", &keyword).text;
        assert!(answer.contains("\"total_occurrences\":1"), "{answer}");
        assert!(answer.contains("the keyword holds a line feed"), "{answer}");
    }
    let count = json!({"pattern": "foo\nbar", "path": "mixed", "output": "count"});
    assert!(grep(&mut client, &count).starts_with("mixed/a:2\n[2 matches in 1 file; "));
    // A pattern that names `\r` is about bytes.
    for (pattern, count) in [(r"foo\r\nbar", 1), (r"[^\r]\n", 2), (r"\r\n", 2)] {
        let count_of = json!({"pattern": pattern, "path": "mixed", "output": "count"});
        let text = grep(&mut client, &count_of);
        assert!(text.starts_with(&format!("mixed/a:{count}\n")), "{pattern} {text}");
    }
    // What a class leaves out is not asked for.
    let text = grep(&mut client, &json!({"pattern": r"fo[^\n]", "path": "lf"}));
    assert!(text.contains("2:foo") && !text.contains("line feed"), "{text}");
}

#[test]
fn an_end_of_line_is_an_end_whichever_the_file_has() {
    let lf = "int a;\nb; \nfoo bar\n\nlast;";
    let crlf = lf.replace('\n', "\r\n");
    let mixed = "int a;\r\nb; \nfoo bar\r\n\nlast;";
    let long = format!("{}\r\n", "-".repeat(2_000));
    let utf16: Vec<u8> =
        std::iter::once(0xFEFF).chain(crlf.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let sandbox = Sandbox::new()
        .file("grant/lf", lf)
        .file("grant/crlf", &crlf)
        .file("grant/mixed", mixed)
        .file("grant/utf16", utf16)
        // Streamed, and by several threads.
        .file("grant/streamed", long.repeat(600) + &crlf)
        .file("grant/huge", long.repeat(8_500) + &crlf);
    let mut client = start(&sandbox);
    for (pattern, wanted) in [
        (";$", &["1:int a;", "5:last;"][..]),
        (r"\s+$", &["2:b; "]),
        (r";\s*$", &["1:int a;", "2:b; ", "5:last;"]),
        (r"a;.", &[]),
        (r"a;\s", &[]),
        (r"a;\W", &[]),
        (r"r[^x]", &[]),
        ("^$", &["4:"]),
        (r"^foo \w+$", &["3:foo bar"]),
        (r"bar\b$", &["3:foo bar"]),
        (r"a;\z", &["1:int a;"]),
        (r"\Afoo.*\z", &["3:foo bar"]),
        ("(?m)t;$", &["5:last;"]),
        ("(?s)a;.", &[]),
    ] {
        for (path, skipped) in
            [("lf", 0), ("crlf", 0), ("mixed", 0), ("utf16", 0), ("streamed", 600), ("huge", 8_500)]
        {
            let text = grep(&mut client, &json!({"pattern": pattern, "path": path}));
            let lines: Vec<_> = text
                .lines()
                .filter(|line| line.starts_with(|c: char| c.is_ascii_digit()))
                .collect();
            let wanted: Vec<_> = wanted
                .iter()
                .map(|line| {
                    let (number, text) = line.split_once(':').unwrap();
                    format!("{}:{text}", number.parse::<usize>().unwrap() + skipped)
                })
                .collect();
            assert_eq!(lines, wanted, "{pattern} in {path}: {text}");
        }
    }
    for (arguments, line) in [
        (json!({"pattern": "bar", "word": true, "path": "crlf"}), "3:foo bar"),
        (json!({"pattern": "a;$\\s+^b", "multiline": true, "path": "crlf"}), "1:int a;\n2:b; "),
        (json!({"pattern": "a;$", "multiline": true, "path": "crlf"}), "1:int a;"),
        (json!({"pattern": "a;$", "from_end": true, "path": "crlf"}), "1:int a;"),
        (json!({"pattern": "a;$", "only_matching": true, "path": "crlf"}), "1:5:a;"),
        // Files with such line ends are found by them.
        (json!({"pattern": "a;\\r$", "path": "crlf"}), "1:int a;"),
        (json!({"pattern": "a;\\r?$", "path": "crlf"}), "1:int a;"),
        (json!({"pattern": "a;\r", "literal": true, "path": "crlf"}), "1:int a;"),
    ] {
        let text = grep(&mut client, &arguments);
        assert!(text.contains(&format!("\n{line}\n")), "{arguments} {text}");
    }
    let keyword =
        json!({"keyword": ";$", "use_regex": true, "root_paths": ["crlf", "lf", "mixed"]});
    let answer = client.call("keyword_search", &keyword).text;
    assert!(answer.contains("\"total_occurrences\":6"), "{answer}");
    let empty = json!({"keyword": "^", "use_regex": true, "root_paths": ["lf"]});
    let answer = client.call("keyword_search", &empty).text;
    assert!(answer.contains("\"total_occurrences\":5"), "one begin for each line: {answer}");
}

#[test]
fn a_search_that_matches_nothing_says_what_would_have_matched() {
    let sandbox = Sandbox::new()
        .file("grant/src/main.rs", "fn main(x) {}\nfoo\nbar baz\nHello World\n")
        .file(
            "grant/src/text",
            "cafe\u{301} au lait\nit\u{2019}s\nnon\u{a0}breaking\na \u{2013} b\n(tab\there)\n",
        )
        .file("grant/data/list", "alpha beta+ gamma{2}\nif (a && b)\n");
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (json!({"pattern": "hello world"}), "ignore_case=true, such as src/main.rs"),
        (json!({"pattern": "main(x)"}), "literal=true, such as src/main.rs"),
        (json!({"pattern": "foo|lait", "literal": true}), "literal=false"),
        (json!({"pattern": "hell", "word": true, "ignore_case": true}), "word=false"),
        (json!({"pattern": r"foo\s+bar"}), "multiline=true"),
        (json!({"pattern": r"foo[^x]+baz"}), "multiline=true"),
        (json!({"pattern": "foo.*baz", "multiline": true}), "pattern=`(?s)foo.*baz`"),
        (json!({"pattern": r"fox\|bar"}), "pattern=`fox|bar`"),
        (json!({"pattern": r"\(alp\|bat\)h\+"}), "pattern=`(alp|bat)h+`"),
        (json!({"pattern": r"l\{2\}o"}), "pattern=`l{2}o`"),
        (json!({"pattern": r"main\\(x\\)"}), r"pattern=`main\(x\)`"),
        (json!({"pattern": "/hello/i"}), "pattern=`(?i)hello`"),
        (json!({"pattern": "\"Hello World\""}), "pattern=`Hello World`"),
        (json!({"pattern": "a &amp;&amp; b"}), "pattern=`a && b`"),
        (json!({"pattern": "caf\u{e9}"}), r"pattern=`caf(?:\u{e9}|e\u{301})`"),
        (json!({"pattern": "caf\u{e9}", "literal": true}), "literal=false (other blanks"),
        (json!({"pattern": "it's"}), r"\u{2019}"),
        (json!({"pattern": "non breaking"}), r"pattern=`non\s+breaking`"),
        (json!({"pattern": "a - b"}), r"\u{2013}"),
        (json!({"pattern": " foo "}), "pattern=`foo`"),
        (json!({"pattern": "foo\r\nbar", "literal": true}), r"pattern=`foo\nbar`"),
        (json!({"pattern": r"foo\r\nbar"}), r"pattern=`foo\nbar`"),
        (json!({"pattern": "tab here"}), r"pattern=`tab\s+here`"),
        (json!({"pattern": "hello world", "path": "src/main.rs"}), "ignore_case=true"),
        (json!({"pattern": "hello world", "output": "files"}), "ignore_case=true"),
        (json!({"pattern": "hello world", "output": "count"}), "ignore_case=true"),
    ] {
        let text = grep(&mut client, &arguments);
        assert!(text.starts_with("[no line matches; "), "{arguments} {text}");
        assert!(text.contains(" with ") && text.contains(wanted), "{arguments} {text}");
        // What the answer gives can be sent.
        if let Some((_, rest)) = text.split_once("pattern=`")
            && let Some((pattern, _)) =
                rest.rsplit_once("` (").or_else(|| rest.rsplit_once("` and"))
        {
            let again = json!({"pattern": pattern.split("` (").next().unwrap(),
                "multiline": arguments["multiline"]});
            assert!(!grep(&mut client, &again).starts_with('['), "{again}");
        }
    }
    for (arguments, wanted) in [
        (json!({"pattern": r"q\|j9"}), r"`\|` is a literal bar here"),
        (
            json!({"pattern": "main.rs"}),
            "1 name holds the pattern, such as src/main.rs: use search_files",
        ),
        (json!({"pattern": "src/text"}), "such as src/text: use search_files"),
        (json!({"pattern": "zzz", "glob": ["*.zz"]}), "no file name matches glob `*.zz`"),
        (json!({"pattern": "zzz", "type": "py"}), "no file that is searched has that `type`"),
    ] {
        let text = grep(&mut client, &arguments);
        assert!(text.contains(wanted), "{arguments} {text}");
    }
    assert_eq!(grep(&mut client, &json!({"pattern": "nowhere at all"})), "[no line matches]");
    assert_eq!(
        grep(&mut client, &json!({"pattern": "zzz", "glob": ["*.rs"]})),
        "[no line matches]"
    );
    // Where something matches, nothing else is tried.
    let text = grep(&mut client, &json!({"pattern": "Hello"}));
    assert!(text.ends_with("[1 matching line in 1 file]"), "{text}");
    let refused = client.call("grep", &json!({"pattern": "*.rs"})).text;
    assert!(refused.contains("search_files"), "{refused}");
}

#[test]
fn a_keyword_that_occurs_nowhere_says_what_would_have_occurred() {
    let sandbox = Sandbox::new().file("grant/a.txt", "Hello World\nf(x)\nit\u{2019}s\n");
    let mut client = start(&sandbox);
    for (keyword, use_regex, wanted) in [
        ("hello", false, "1 file matches with case_insensitive=true, such as a.txt"),
        ("Hello|x", false, "1 file matches with use_regex=true"),
        ("f(x)", true, "1 file matches with use_regex=false"),
        (r"q\|World", true, "keyword=`q|World`"),
        ("it's", false, "use_regex=true (other blanks, quotes"),
        ("a.txt", false, "1 name holds the pattern"),
    ] {
        let asked = json!({"keyword": keyword, "use_regex": use_regex, "root_paths": ["."]});
        let answer = client.call("keyword_search", &asked).text;
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let notes = answer["metadata"]["notes"].to_string().replace(r"\\", r"\");
        assert!(notes.contains(wanted), "{keyword} {answer}");
    }
    let asked = json!({"keyword": "x", "root_paths": ["."], "include_patterns": ["*.zz"]});
    let answer = client.call("keyword_search", &asked).text;
    assert!(answer.contains("no file name matches include_patterns `*.zz`"), "{answer}");
    let refused = client
        .call("keyword_search", &json!({"keyword": "a(", "use_regex": true, "root_paths": ["."]}));
    assert!(refused.text.contains("use_regex=false searches for the text"), "{refused:?}");
}

#[test]
fn other_readings_do_not_reveal_hidden_or_ignored_files() {
    let sandbox = Sandbox::new()
        .file("grant/.gitignore", "ignored/\n")
        .file("grant/.git/HEAD", "")
        .file("grant/ignored/needle.txt", "Needle\n")
        .file("grant/secret/needle.txt", "Needle\n")
        .file("outside/needle.txt", "Needle\n")
        .link("grant/link", "../outside")
        .file("grant/.dot/needle.txt", "Needle\n");
    let sandbox = sandbox.file("allow.toml", "[[allow]]\npath = \"grant\"\nhide = [\"secret\"]\n");
    let config = sandbox.path("allow.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    for pattern in ["needle", "needle.txt"] {
        let asked = json!({"pattern": pattern, "hidden": false});
        let text = grep(&mut client, &asked);
        for part in ["secret", ".dot/", "outside", "ignore_case"] {
            assert!(!text.contains(part), "{text}");
        }
        assert!(!text.contains("needle.txt"), "{text}");
    }
}

#[test]
fn links_that_are_not_followed_are_counted_and_can_be_named() {
    let sandbox = Sandbox::new()
        .file("grant/store/react/index.js", "export const useState = 1;\n")
        .file("grant/store/vue/index.js", "export const ref = 1;\n")
        .file("grant/store/vue/.hidden", "")
        .dir("grant/node_modules")
        .link("grant/node_modules/react", "../store/react")
        .link("grant/node_modules/vue", "../store/vue")
        .link("grant/node_modules/.bin", "../store");
    let mut client = start(&sandbox);
    let text = grep(&mut client, &json!({"pattern": "useState", "path": "node_modules"}));
    assert_eq!(
        text,
        "[no line matches; 3 links not followed (e.g. node_modules/.bin); give one as `path` to search it]"
    );
    let text =
        grep(&mut client, &json!({"pattern": "useState", "path": "node_modules", "hidden": false}));
    assert!(text.contains("2 links not followed (e.g. node_modules/react)"), "{text}");
    let text = grep(&mut client, &json!({"pattern": "useState", "path": "node_modules/react"}));
    assert!(text.contains("1:export const useState"), "{text}");
    let keyword = json!({"keyword": "useState", "root_paths": ["node_modules"]});
    let answer = client.call("keyword_search", &keyword).text;
    assert!(
        answer.contains("3 links not followed (e.g. node_modules/.bin); give one as `root_paths`"),
        "{answer}"
    );
    let without =
        json!({"keyword": "x", "root_paths": ["node_modules"], "exclude_patterns": [".bin"]});
    let answer = client.call("keyword_search", &without).text;
    assert!(answer.contains("2 links not followed"), "{answer}");
}

#[test]
fn the_matches_of_a_long_line_are_all_reachable() {
    let line: String =
        (0..99).map(|i| format!("f{i}(needle{i}, \"{}\");", "y".repeat(900))).collect();
    let sandbox = Sandbox::new()
        .file("grant/min.js", format!("{line}\n"))
        .file("grant/one", format!("{}needle{}\n", "a".repeat(1000), "b".repeat(1000)))
        .file("grant/two", format!("needle{}\u{e9}needle\n", "é".repeat(1000)));
    let mut client = start(&sandbox);
    let text = grep(&mut client, &json!({"pattern": "needle\\d+", "path": "min.js"}));
    assert!(
        text.contains("needle0,") && text.contains("needle7,") && !text.contains("needle8"),
        "{text}"
    );
    assert!(text.contains("[91 more matches in this line: only_matching=true]"), "{text}");
    assert!(text.ends_with("[1 matching line in 1 file]") && text.len() < 1_500, "{text}");
    let text = grep(&mut client, &json!({"pattern": "needle", "path": "one"}));
    assert_eq!(text.matches("bytes]").count(), 2, "{text}");
    assert!(text.contains("needle") && !text.contains("more match"), "{text}");
    let text = grep(&mut client, &json!({"pattern": "needle", "path": "two"}));
    assert!(
        text.contains("1:needleé") && text.contains("éneedle\n") && !text.contains('\u{fffd}'),
        "{text}"
    );
    // Each match once, over all pages.
    let mut arguments =
        json!({"pattern": "needle\\d+", "path": "min.js", "only_matching": true, "limit": 10});
    let mut found = vec![];
    loop {
        let text = grep(&mut client, &arguments);
        found.extend(text.lines().filter(|line| line.starts_with("1:")).map(str::to_owned));
        assert!(text.contains("[99 matches in 1 file"), "{text}");
        let Some((_, cursor)) = text.split_once("continue with cursor=") else { break };
        arguments["cursor"] = json!(cursor.trim_end_matches(']'));
    }
    let wanted: Vec<_> = (0..99)
        .map(|i| {
            let needle = format!("needle{i}");
            format!("1:{}:{needle}", line.find(&format!("{needle},")).unwrap() + 1)
        })
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn only_matching_shows_each_match_with_its_line_and_column() {
    let sandbox = Sandbox::new()
        .file("grant/a", "é x1 x2\r\nnone\r\nx3\r\n")
        .file("grant/b", "<a>\n  text\n</a> <a>\n</a>\n")
        .file("grant/c", "x ".repeat(50));
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (
            json!({"pattern": r"x\d", "path": "a"}),
            "a\n1:3:x1\n1:6:x2\n3:1:x3\n[3 matches in 1 file]",
        ),
        (
            json!({"pattern": r"x\d", "path": "a", "context": 2}),
            "a\n1:3:x1\n1:6:x2\n3:1:x3\n[3 matches in 1 file; `context` does not apply to only_matching=true]",
        ),
        (json!({"pattern": r"x\d", "path": "a", "output": "count"}), "a:3\n[3 matches in 1 file]"),
        (
            json!({"pattern": r"x\d", "path": "a", "output": "files"}),
            "a\n[1 file matches; `only_matching` does not apply to output=files]",
        ),
        (
            json!({"pattern": r"x\d", "path": "a", "from_end": true, "per_file": 2}),
            "a\n1:6:x2\n3:1:x3\n[1 more in this file: per_file=0]\n[3 matches in 1 file]",
        ),
        (
            json!({"pattern": r"x\d", "path": "a", "per_file": 1}),
            "a\n1:3:x1\n[2 more in this file: per_file=0]\n[3 matches in 1 file]",
        ),
        (json!({"pattern": r"\d$", "path": "a"}), "a\n1:7:2\n3:2:3\n[2 matches in 1 file]"),
        (json!({"pattern": "q*", "path": "a"}), "[no line matches]"),
        (
            json!({"pattern": r"(?s)<a>.*?</a>", "path": "b", "multiline": true}),
            "b\n1:1:<a>\n2:1:  text\n3:1:</a>\n3:6:<a>\n4:1:</a>\n[2 matches in 1 file]",
        ),
        (
            json!({"pattern": "x", "glob": ["c"]}),
            "[30 more in this file: per_file=0]\n[50 matches in 1 file]",
        ),
    ] {
        let mut arguments = arguments;
        arguments["only_matching"] = json!(true);
        let text = grep(&mut client, &arguments);
        assert!(text.ends_with(wanted), "{arguments} {text}");
    }
}

#[test]
fn a_file_that_is_named_is_shown_whole_and_its_end_from_the_end() {
    let log: String = (1..=300).map(|i| format!("line {i}\n")).collect();
    let sandbox = Sandbox::new().file("grant/d/log", &log).file("grant/d/other", "line\n");
    let mut client = start(&sandbox);
    let text = grep(&mut client, &json!({"pattern": "line", "path": "d/log", "limit": 100}));
    assert!(
        text.contains(
            "\n100:line 100\n[300 matching lines in 1 file; page full: limit=100; continue"
        ),
        "{text}"
    );
    assert!(!text.contains("per_file"), "{text}");
    let text = grep(&mut client, &json!({"pattern": "line", "path": "d"}));
    assert!(text.contains("\n20:line 20\n[280 more in this file: per_file=0]\n"), "{text}");
    let text = grep(&mut client, &json!({"pattern": "line", "path": "d/log", "per_file": 3}));
    assert!(text.contains("\n3:line 3\n[297 more in this file: per_file=0]\n"), "{text}");
    let text = grep(
        &mut client,
        &json!({"pattern": "line", "path": "d/log", "from_end": true, "limit": 40}),
    );
    assert!(
        text.starts_with("d/log\n261:line 261\n") && text.contains("\n300:line 300\n"),
        "{text}"
    );
    let tools = client.tools();
    let properties = &tools["grep"]["inputSchema"]["properties"];
    assert_eq!(properties["per_file"]["default"], 20);
    assert_eq!(properties["limit"]["default"], 250);
}

#[test]
fn a_full_page_says_why_it_ends() {
    let sandbox =
        Sandbox::new().file("grant/a", format!("{}needle\n", "x".repeat(150)).repeat(500));
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (json!({"pattern": "needle", "limit": 5, "per_file": 0}), "page full: limit=5; continue"),
        (
            json!({"pattern": "needle", "limit": 5000, "per_file": 0}),
            "page full at 16000 characters, whatever `limit` is: output=files takes less; continue",
        ),
        (
            json!({"pattern": "needle", "limit": 5000, "per_file": 0, "context": 2}),
            "whatever `limit` is: fewer context lines or output=files take less; continue",
        ),
        (
            json!({"pattern": "needle", "limit": 5000, "path": "a"}),
            "page full at 16000 characters, whatever `limit` is; continue",
        ),
    ] {
        let text = grep(&mut client, &arguments);
        assert!(text.contains(wanted), "{arguments} {}", text.lines().last().unwrap());
    }
}

#[test]
fn binary_files_are_named_only_if_they_may_be_wanted() {
    let sandbox = Sandbox::new()
        .file("grant/a.bin", b"needle\0")
        .file("grant/b.bin", b"\0")
        .file("grant/c", "needle\n");
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (
            json!({"pattern": "needle"}),
            "c\n1:needle\n[1 matching line in 1 file; 2 binary files skipped]",
        ),
        (
            json!({"pattern": "nothing"}),
            "[no line matches; 2 binary files not searched, such as a.bin]",
        ),
        (
            json!({"pattern": "needle", "glob": ["*.bin"]}),
            "[no line matches; 2 binary files not searched, such as a.bin]",
        ),
        (
            json!({"pattern": "needle", "path": "a.bin"}),
            "[no line matches; it is a binary file, which is not searched]",
        ),
    ] {
        assert_eq!(grep(&mut client, &arguments), wanted, "{arguments}");
    }
}

#[test]
fn context_shows_no_match_beyond_per_file() {
    let text: String = (1..=12)
        .map(|i| if i % 3 == 0 { format!("hit {i}\n") } else { format!("l{i}\n") })
        .collect();
    let sandbox =
        Sandbox::new().file("grant/a", text).file("grant/adjacent", "hit 1\nhit 2\nhit 3\nl4\n");
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (
            json!({"per_file": 2, "after": 2, "path": "a"}),
            "3:hit 3\n4-l4\n5-l5\n6:hit 6\n7-l7\n8-l8\n[2 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 1, "after": 5, "path": "a"}),
            "3:hit 3\n4-l4\n5-l5\n[3 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 1, "context": 1, "path": "a"}),
            "2-l2\n3:hit 3\n4-l4\n[3 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 1, "before": 2, "path": "a", "from_end": true}),
            "10-l10\n11-l11\n12:hit 12\n[3 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 1, "context": 1, "path": "a", "from_end": true}),
            "11-l11\n12:hit 12\n[3 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 2, "after": 2, "path": "a", "from_end": true}),
            "9:hit 9\n10-l10\n11-l11\n12:hit 12\n[2 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 1, "after": 2, "path": "adjacent"}),
            "1:hit 1\n[2 more in this file: per_file=0]",
        ),
        (
            json!({"per_file": 1, "context": 2, "path": "adjacent", "from_end": true}),
            "3:hit 3\n4-l4\n[2 more in this file: per_file=0]",
        ),
    ] {
        let mut arguments = arguments;
        arguments["pattern"] = json!("hit");
        let text = grep(&mut client, &arguments);
        let lines: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(lines[..lines.len() - 1].join("\n"), wanted, "{arguments}");
    }
}

#[test]
fn hidden_false_enters_no_hidden_directory() {
    let sandbox = Sandbox::new()
        .file("grant/.dir/a", "needle\n")
        .file("grant/.dir/deep/a", "needle\n")
        .file("grant/d/.file", "needle\n")
        .file("grant/d/a", "needle\n");
    let mut client = start(&sandbox);
    let text = grep(&mut client, &json!({"pattern": "needle", "hidden": false}));
    assert_eq!(
        text,
        "d/a\n1:needle\n[1 matching line in 1 file; 1 file and 1 directory left out as dotfiles (e.g. d/.file, .dir); \
         set hidden=true to include them]"
    );
    let text = grep(&mut client, &json!({"pattern": "needle"}));
    assert!(text.ends_with("[4 matching lines in 4 files]"), "{text}");
    // One that is named is meant.
    let text = grep(&mut client, &json!({"pattern": "needle", "hidden": false, "path": ".dir"}));
    assert!(text.ends_with("[2 matching lines in 2 files]"), "{text}");
}

#[test]
fn the_second_page_of_a_huge_file_goes_on_where_the_first_ends() {
    let text = "0123456789abcde\n".repeat(1_100_000) + "needle 1\nneedle 2\nneedle 3\n";
    let sandbox = Sandbox::new().file("grant/huge", text);
    let mut client = start(&sandbox);
    let mut arguments = json!({"pattern": "needle", "limit": 1});
    for nth in 1..=3 {
        let text = grep(&mut client, &arguments);
        assert!(
            text.starts_with(&format!(
                "huge\n{}:needle {nth}\n[3 matching lines in 1 file",
                1_100_000 + nth
            )),
            "{text}"
        );
        let cursor = text
            .split_once("continue with cursor=")
            .map(|(_, cursor)| cursor.trim_end_matches(']'));
        assert_eq!(cursor.is_some(), nth < 3, "{text}");
        arguments["cursor"] = json!(cursor);
    }
}

#[test]
fn other_readings_of_a_large_tree_are_named_and_not_tried() {
    let line = format!("Needle {}\n", "-".repeat(2_000));
    let sandbox = Sandbox::new().file("grant/large", line.repeat((64 << 20) / line.len() + 1));
    let mut client = start(&sandbox);
    let text = grep(&mut client, &json!({"pattern": r"needle.\|x"}));
    assert_eq!(
        text,
        "[no line matches; other readings were not tried because there is too much to search: ignore_case=true, literal=true; \
         `\\|` is a literal bar here, `|` separates alternatives]"
    );
}
