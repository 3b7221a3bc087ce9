//! `grep` from the end of files, and matches that span lines: which lines a page shows, and how the next one goes on.

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

/// The pages of a search, without the line that ends each.
fn pages(client: &mut Client, arguments: &Value) -> Vec<String> {
    let (mut arguments, mut pages) = (arguments.clone(), vec![]);
    loop {
        let text = grep(client, &arguments);
        let (page, closing) = text.rsplit_once('[').unwrap();
        pages.push(page.trim_end().to_owned());
        let Some((_, cursor)) = closing.split_once("continue with cursor=") else { return pages };
        arguments["cursor"] = json!(cursor.trim_end_matches(']'));
        assert!(pages.len() < 1_000, "{arguments} never ends");
    }
}

fn numbered(lines: std::ops::RangeInclusive<usize>, word: &str) -> String {
    lines.map(|i| format!("{i}:{word} {i}\n")).collect::<String>().trim_end().to_owned()
}

fn log(lines: usize, word: &str) -> String {
    (1..=lines).map(|i| format!("{word} {i}\n")).collect()
}

#[test]
fn the_last_lines_are_shown_whatever_bounds_the_page() {
    let sandbox = Sandbox::new()
        .file("grant/logs/0.log", log(40, "ERROR"))
        .file("grant/logs/1.log", log(40, "ERROR"))
        .file("grant/log.txt", log(50, "x"));
    let mut client = start(&sandbox);
    let more = "\n[20 more in this file: per_file=0]";
    for (arguments, wanted) in [
        (
            json!({"pattern": "ERROR", "limit": 5}),
            format!("logs/0.log\n{}", numbered(36..=40, "ERROR")),
        ),
        (
            json!({"pattern": "ERROR", "limit": 25}),
            format!(
                "logs/0.log\n{}{more}\n\nlogs/1.log\n{}",
                numbered(21..=40, "ERROR"),
                numbered(36..=40, "ERROR")
            ),
        ),
        (
            json!({"pattern": "x", "path": "log.txt", "per_file": 0, "limit": 3}),
            format!("log.txt\n{}", numbered(48..=50, "x")),
        ),
        (
            json!({"pattern": "x", "path": "log.txt", "limit": 3}),
            format!("log.txt\n{}", numbered(48..=50, "x")),
        ),
        (
            json!({"pattern": "x", "path": "log.txt", "per_file": 10, "limit": 3}),
            format!("log.txt\n{}", numbered(48..=50, "x")),
        ),
        (
            json!({"pattern": "x", "path": "log.txt", "per_file": 3}),
            format!("log.txt\n{}\n[47 more in this file: per_file=0]", numbered(48..=50, "x")),
        ),
        (
            json!({"pattern": "x", "glob": "log.txt", "limit": 2, "context": 1}),
            "log.txt\n48-x 48\n49:x 49\n50:x 50".replace("48-x 48\n", ""),
        ),
        (
            json!({"pattern": "x 4[0-9]", "path": "log.txt", "limit": 2, "context": 1}),
            "log.txt\n48:x 48\n49:x 49\n50-x 50".into(),
        ),
        (
            json!({"pattern": "x 4[02468]", "path": "log.txt", "limit": 2, "context": 1}),
            "log.txt\n45-x 45\n46:x 46\n47-x 47\n48:x 48\n49-x 49".into(),
        ),
        (
            json!({"pattern": r"x|\d", "path": "log.txt", "limit": 3, "only_matching": true}),
            "log.txt\n50:1:x\n50:3:5\n50:4:0".into(),
        ),
    ] {
        let mut arguments = arguments;
        arguments["from_end"] = json!(true);
        assert_eq!(pages(&mut client, &arguments)[0], wanted, "{arguments}");
    }
    let text = grep(
        &mut client,
        &json!({"pattern": "x", "path": "log.txt", "from_end": true, "limit": 3}),
    );
    let closing = "[50 matching lines in 1 file; page full: limit=3, earlier lines of this file come next; \
        continue with cursor=before:48:log.txt]";
    assert_eq!(text.lines().last(), Some(closing));
}

/// Pages from the end hold the same lines as one page does, each once, whatever bounds them.
#[test]
fn pages_from_the_end_cover_all_matches_backwards() {
    let text: String = (1..=24)
        .map(|i| if i % 3 == 0 { format!("hit hit {i}\n") } else { format!("line {i}\n") })
        .collect();
    let sandbox = Sandbox::new()
        .file("grant/a", &text)
        .file("grant/b", &text)
        .file("grant/c", "nothing\n")
        .file("grant/d", "hit\n".repeat(7));
    let mut client = start(&sandbox);
    for multiline in [false, true] {
        for only_matching in [false, true] {
            for per_file in [0, 1, 5] {
                for (before, after) in [(0, 0), (1, 0), (2, 2)] {
                    for from_end in [true, false] {
                        let whole = json!({"pattern": "hit", "per_file": per_file, "from_end": from_end,
                            "before": before, "after": after, "only_matching": only_matching,
                            "multiline": multiline});
                        let wanted = lines(&pages(&mut client, &whole));
                        for limit in [1, 5, 12] {
                            let mut arguments = whole.clone();
                            arguments["limit"] = json!(limit);
                            let pages = pages(&mut client, &arguments);
                            assert_eq!(lines(&pages), wanted, "{arguments} {pages:#?}");
                            for page in &pages {
                                let matches = page.lines().filter(|l| l.contains(":hit")).count();
                                assert!((1..=limit).contains(&matches), "{arguments} {pages:#?}");
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The lines of all pages with their files, in order, and the notes on what was left out.
fn lines(pages: &[String]) -> Vec<(String, u64, String)> {
    let mut lines = vec![];
    for page in pages {
        let mut file = String::new();
        for line in page.lines().filter(|line| !matches!(*line, "" | "--")) {
            let number = line.split([':', '-']).next().unwrap().parse();
            match number {
                Ok(number) => lines.push((file.clone(), number, line.to_owned())),
                Err(_) if line.starts_with('[') => lines.push((file.clone(), 0, line.to_owned())),
                Err(_) => line.clone_into(&mut file),
            }
        }
    }
    lines.sort();
    lines
}

#[test]
fn a_cursor_goes_on_only_in_its_own_direction() {
    let sandbox = Sandbox::new().file("grant/log", log(9, "x"));
    let mut client = start(&sandbox);
    for (cursor, from_end, other) in
        [("before:5:log", false, "true"), ("after:5:log", true, "false")]
    {
        let arguments = json!({"pattern": "x", "cursor": cursor, "from_end": from_end});
        let answer = client.call("grep", &arguments);
        let wanted = format!("`cursor` is from a search with from_end={other}");
        assert!(answer.code() == "bad_args" && answer.text.contains(&wanted), "{answer:?}");
    }
    let answer = client.call("grep", &json!({"pattern": "x", "cursor": "beside:5:log"}));
    assert!(answer.text.contains("not one that grep returned"), "{answer:?}");
}

/// As `rg -U -m`: each match counts, also where the next one begins in the line after it.
#[test]
fn matches_over_lines_are_bounded_one_by_one() {
    let sandbox = Sandbox::new()
        .file("grant/touching", "begin\nx\nend\n".repeat(30))
        .file("grant/apart", "begin\nx\nend\n\n".repeat(30))
        .file("grant/shared", "a\nb a\nb a\nb\na\nb\n");
    let mut client = start(&sandbox);
    let pattern = r"begin[\s\S]*?end";
    for (arguments, wanted) in [
        (
            json!({"path": "touching", "per_file": 2}),
            "touching\n1:begin\n2:x\n3:end\n4:begin\n5:x\n6:end\n[28 more in this file: per_file=0]",
        ),
        (
            json!({"path": "apart", "per_file": 2}),
            "apart\n1:begin\n2:x\n3:end\n5:begin\n6:x\n7:end\n[28 more in this file: per_file=0]",
        ),
        (
            json!({"path": "touching", "per_file": 1, "from_end": true}),
            "touching\n88:begin\n89:x\n90:end\n[29 more in this file: per_file=0]",
        ),
        (
            json!({"path": "touching", "per_file": 1, "after": 1}),
            "touching\n1:begin\n2:x\n3:end\n[29 more in this file: per_file=0]",
        ),
        (json!({"path": "touching", "limit": 4}), "touching\n1:begin\n2:x\n3:end\n4:begin"),
        (
            json!({"path": "touching", "limit": 4, "from_end": true}),
            "touching\n87:end\n88:begin\n89:x\n90:end",
        ),
        (
            json!({"path": "shared", "pattern": r"a\nb", "per_file": 1}),
            "shared\n1:a\n2:b a\n3:b a\n4:b\n[1 more in this file: per_file=0]",
        ),
        (
            json!({"path": "shared", "pattern": r"a\nb", "per_file": 1, "from_end": true}),
            "shared\n5:a\n6:b\n[3 more in this file: per_file=0]",
        ),
    ] {
        let mut arguments = arguments;
        arguments["multiline"] = json!(true);
        if arguments["pattern"].is_null() {
            arguments["pattern"] = json!(pattern);
        }
        assert_eq!(pages(&mut client, &arguments)[0], wanted, "{arguments}");
    }
    // Without `per_file`, 20 of a file among several.
    let text = grep(&mut client, &json!({"pattern": pattern, "multiline": true, "glob": "t*"}));
    assert!(text.contains("\n60:end\n[10 more in this file: per_file=0]\n"), "{text}");
    // Pages part touching matches, and lose no line of them.
    for from_end in [false, true] {
        for limit in [1, 4, 50] {
            let arguments = json!({"pattern": pattern, "multiline": true, "path": "touching", "limit": limit,
                "from_end": from_end});
            let found = lines(&pages(&mut client, &arguments));
            assert_eq!(found.len(), 90, "{arguments}");
        }
    }
}
