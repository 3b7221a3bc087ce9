//! Finding: by name and by content, what is passed by, pages that give everything once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::common::{Client, Era, SECRET, Sandbox};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Modern)
}

/// The lines of an answer, and its closing line.
fn split(text: &str) -> (Vec<String>, String) {
    let lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let (closing, lines) = lines.split_last().unwrap();
    (lines.to_vec(), closing.clone())
}

/// Follows cursors to the end.
fn all(client: &mut Client, tool: &str, mut arguments: Value) -> (Vec<String>, usize) {
    let (mut found, mut pages) = (vec![], 0);
    loop {
        let answer = client.call(tool, &arguments);
        assert!(!answer.is_error, "{answer:?}");
        assert_eq!(client.call(tool, &arguments), answer, "the same call, the same bytes");
        let (lines, closing) = split(&answer.text);
        found.extend(lines);
        pages += 1;
        match closing.split_once("continue with cursor=") {
            Some((_, cursor)) => arguments["cursor"] = json!(cursor.trim_end_matches(']')),
            None => return (found, pages),
        }
    }
}

fn project() -> Sandbox {
    Sandbox::new()
        .file("grant/.git/info/exclude", "*.local\n")
        .file("grant/.gitignore", "target/\n*.log\n!keep.log\n")
        .file("grant/.ignore", "!seen.log\n")
        .file("grant/src/main.rs", "fn main() {\n    println!(\"hello\");\n}\n")
        .file("grant/src/lib.rs", "pub fn hello() {}\n// hello again\n")
        .file("grant/src/.hidden.rs", "// hello from a hidden file\n")
        .file("grant/target/out.rs", "hello\n")
        .file("grant/a.log", "hello\n")
        .file("grant/keep.log", "hello\n")
        .file("grant/seen.log", "hello\n")
        .file("grant/x.local", "hello\n")
        .file("grant/nested/.git/HEAD", "hello\n")
        .file("grant/nested/b.log", "hello\n")
        .file("grant/image.bin", b"hello\0hello\n")
        .link("grant/out", "../outside")
        .link("grant/secret.rs", "../outside/secret.txt")
}

#[test]
fn names_are_found_as_users_write_them() {
    let sandbox = project();
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (json!({"pattern": "*.rs"}), &["src/.hidden.rs", "src/lib.rs", "src/main.rs"][..]),
        (json!({"pattern": "main"}), &["src/main.rs"]),
        (
            json!({"pattern": "src/**/*.rs", "exclude": ["lib*"]}),
            &["src/.hidden.rs", "src/main.rs"],
        ),
        (
            json!({"pattern": "*.rs", "path": "src"}),
            &["src/.hidden.rs", "src/lib.rs", "src/main.rs"],
        ),
        (json!({"pattern": "src", "type": "dir"}), &["src/"]),
        (json!({"pattern": "*", "type": "symlink"}), &["out", "secret.rs"]),
        (json!({"pattern": "*.log"}), &["keep.log", "nested/b.log", "seen.log"]),
        (json!({"pattern": "*.local"}), &[]),
        (
            json!({"pattern": "*.log", "respect_ignore": false}),
            &["a.log", "keep.log", "nested/b.log", "seen.log"],
        ),
    ] {
        let (lines, closing) = split(&client.call("search_files", &arguments).text);
        assert_eq!(lines, wanted, "{arguments} {closing}");
    }
    let (_, closing) = split(&client.call("search_files", &json!({"pattern": "out.rs"})).text);
    assert_eq!(
        closing,
        "[nothing matches; ignored 2 files and 1 directory, such as target: respect_ignore=false]"
    );
    let below = client.call("search_files", &json!({"pattern": "*", "path": "nested"}));
    assert_eq!(below.text, "nested/b.log\n[1 matches]", "a repository of its own");
}

#[test]
fn lines_are_found_and_counted() {
    let sandbox = project();
    let mut client = start(&sandbox);
    let mut grep = |arguments: Value| client.call("grep", &arguments).text;
    assert_eq!(
        grep(json!({"pattern": "hello", "path": "src"})),
        "src/.hidden.rs\n1:// hello from a hidden file\n\nsrc/lib.rs\n1:pub fn hello() {}\n2:// hello again\n\n\
         src/main.rs\n2:    println!(\"hello\");\n[4 matching lines in 3 files]"
    );
    assert_eq!(
        grep(json!({"pattern": "println", "path": "src", "-C": 1})),
        "src/main.rs\n1-fn main() {\n2:    println!(\"hello\");\n3-}\n[1 matching line in 1 file]"
    );
    assert_eq!(
        grep(
            json!({"pattern": "hello", "path": "src", "output_mode": "files_with_matches", "hidden": false})
        ),
        "src/lib.rs\nsrc/main.rs\n[2 files match]"
    );
    assert_eq!(
        grep(
            json!({"pattern": "HELLO", "path": "src", "-i": true, "output": "count", "glob": "l*.rs"})
        ),
        "src/lib.rs:2\n[2 matching lines in 1 file]"
    );
    assert_eq!(
        grep(json!({"pattern": "hello()", "path": "src/lib.rs", "literal": true})),
        "src/lib.rs\n1:pub fn hello() {}\n[1 matching line in 1 file]"
    );
    // Two matches over line ends that touch each other are two.
    let over_lines = json!({"pattern": "fn \\w+\\(\\)[^\n]*\\n", "path": "src", "multiline": true, "output": "count"});
    assert_eq!(grep(over_lines), "src/lib.rs:1\nsrc/main.rs:1\n[2 matching lines in 2 files]");
    let touching = json!({"pattern": "[^\\n]*hello[^\\n]*\\n", "path": "src/lib.rs", "multiline": true, "output": "count"});
    assert_eq!(grep(touching), "src/lib.rs:2\n[2 matching lines in 1 file]");
    let everywhere = grep(json!({"pattern": "hello"}));
    assert!(everywhere.contains("1 binary file"), "{everywhere}");
    assert!(!everywhere.contains("target/out.rs") && everywhere.contains("seen.log"));
    let refused = grep(json!({"pattern": "a(?=b)"}));
    assert!(refused.starts_with("bad_args: ") && refused.contains("linear time"), "{refused}");
    assert!(grep(json!({"pattern": "\\w{900}"})).starts_with("over_limit: "));
}

#[test]
fn one_file_does_not_fill_the_page_and_the_newest_come_from_the_end() {
    let log: String = (1..=500).map(|i| format!("line {i}\n")).collect();
    let sandbox = Sandbox::new().file("grant/log", log).file("grant/z", "line of another\n");
    let mut client = start(&sandbox);
    let text = client.call("grep", &json!({"pattern": "line"})).text;
    assert!(
        text.contains("\n20:line 20\n[480 more in this file: per_file=0]\n\nz\n1:line of"),
        "{text}"
    );
    assert!(text.ends_with("[501 matching lines in 2 files]"), "{text}");
    let newest = client.call("grep", &json!({"pattern": "line", "from_end": true, "per_file": 2}));
    assert!(newest.text.starts_with("log\n499:line 499\n500:line 500\n[498 more"), "{newest:?}");
}

#[test]
fn pages_give_everything_once() {
    let mut sandbox = Sandbox::new();
    let mut names = BTreeSet::new();
    for i in 0..300 {
        let name = format!("d{}/e{}/f{i}", i % 7, i % 3);
        sandbox = sandbox.file(&format!("grant/{name}"), format!("needle {i}\nhay\nneedle {i}\n"));
        names.insert(name);
    }
    let mut client = start(&sandbox);
    let (found, pages) = all(&mut client, "search_files", json!({"pattern": "f*", "limit": 7}));
    assert_eq!(pages, 300_usize.div_ceil(7));
    assert_eq!(found, names.iter().cloned().collect::<Vec<_>>(), "in the order of paths");
    let counts = json!({"pattern": "needle", "output": "count", "limit": 11});
    let (found, _) = all(&mut client, "grep", counts);
    assert_eq!(found, names.iter().map(|name| format!("{name}:2")).collect::<Vec<_>>());
    let (found, pages) = all(&mut client, "grep", json!({"pattern": "needle", "limit": 13}));
    let lines: Vec<_> = found.iter().filter(|line| line.contains(":needle")).collect();
    assert_eq!((lines.len(), lines.iter().collect::<BTreeSet<_>>().len()), (600, 600));
    assert!(pages >= 600 / 13);
}

/// The cursor goes through a file that has more lines than a page could ever take.
#[test]
fn one_file_gives_all_its_lines() {
    let text: String = (1..=10_500).map(|i| format!("{i}\n")).collect();
    let sandbox = Sandbox::new().file("grant/f", text);
    let mut client = start(&sandbox);
    let all_lines = json!({"pattern": "\\d", "per_file": 0, "limit": 10_000});
    let (found, _) = all(&mut client, "grep", all_lines);
    let lines: Vec<_> = found.iter().filter(|line| line.contains(':')).cloned().collect();
    let wanted: Vec<_> = (1..=10_500).map(|i| format!("{i}:{i}")).collect();
    assert_eq!(lines, wanted);
}

/// Whichever thread comes across what first.
#[test]
fn the_example_of_what_was_passed_by_is_the_first_in_order() {
    let mut sandbox = Sandbox::new().file("grant/.ignore", "*.log\nout/\n");
    for i in 0..200 {
        sandbox = sandbox.file(&format!("grant/d{i}/a.log"), "").file(&format!("grant/d{i}/x"), "");
    }
    let mut client = start(&sandbox);
    let mut closing = || split(&client.call("search_files", &json!({"pattern": "none"})).text).1;
    for _ in 0..20 {
        let wanted = "[nothing matches; ignored 200 files, such as d0/a.log: respect_ignore=false]";
        assert_eq!(closing(), wanted);
    }
}

/// A file can be a mount point, too.
#[test]
fn a_walk_stays_on_its_file_system_where_it_has_to() {
    if !Sandbox::may_mount() {
        eprintln!("not run: this user may not mount");
        return;
    }
    let sandbox = Sandbox::new().file("grant/own", "needle\n").file("outside/other", "needle\n");
    let sandbox = sandbox.take(&[
        preopen_attacks::Step::Bind("grant/directory", "outside"),
        preopen_attacks::Step::Bind("grant/file", "outside/other"),
    ]);
    let grant = sandbox.path("grant");
    let grep = |args: &[&str]| {
        let args = [args, &[grant.to_str().unwrap()]].concat();
        let call = json!({"pattern": "needle", "output": "files"});
        Client::start(&args, Era::Modern).call("grep", &call).text
    };
    assert_eq!(grep(&[]), "directory/other\nfile\nown\n[3 files match]");
    assert_eq!(
        grep(&["--one-file-system"]),
        "own\n[1 file matches; 1 file not searched to the end; skipped 1 foreign directory, such as directory]"
    );
}

#[test]
fn a_walk_stays_in_the_grant_and_says_what_it_left_out() {
    let sandbox = Sandbox::new()
        .file("outside/needle.txt", SECRET)
        .link("grant/out", "../outside")
        .link("grant/needle.txt", "../outside/secret.txt")
        .link("grant/round", ".")
        .fifo("grant/needle.fifo")
        .socket("grant/needle.socket")
        .file("grant/needle.md", "FLAG of our own\n")
        .dir("grant/deep");
    let sandbox = sandbox.take(&[preopen_attacks::Step::Deep("grant/deep", 3_000)]);
    let mut client = start(&sandbox);
    let files = client.call("search_files", &json!({"pattern": "needle", "type": "any"}));
    assert!(!files.is_error && !files.text.contains("out/") && !files.text.contains("round/"));
    assert!(files.text.contains("skipped 1 too deep directory"), "{files:?}");
    let lines = client.call("grep", &json!({"pattern": "FLAG"}));
    assert!(lines.text.starts_with("needle.md\n1:FLAG of our own\n"), "{lines:?}");
    assert!(!lines.text.contains(SECRET));
    let count = client.call("grep", &json!({"pattern": "the-secret", "output": "count"}));
    assert!(count.text.starts_with("[no line matches"), "not even a count: {count:?}");
}

#[test]
fn hidden_names_are_neither_found_nor_searched() {
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\".env\", \"keys/**\"]\n";
    let sandbox = Sandbox::new()
        .file("allowlist.toml", toml)
        .file("grant/.env", SECRET)
        .file("grant/.ENV", SECRET)
        .file("grant/keys/a", SECRET)
        .file("grant/readme", "nothing\n");
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    let files = client.call("search_files", &json!({"pattern": "*", "type": "any"})).text;
    assert_eq!(files, "readme\n[1 matches]");
    assert_eq!(client.call("grep", &json!({"pattern": "FLAG"})).text, "[no line matches]");
}

#[test]
fn few_descriptors_are_enough_for_a_walk() {
    let mut sandbox = Sandbox::new();
    for i in 0..400 {
        sandbox =
            sandbox.file(&format!("grant/a{}/b{}/c{}/f{i}", i % 5, i % 11, i % 3), "needle\n");
    }
    let mut client = Client::after("ulimit -n 64", &[sandbox.path("grant").to_str().unwrap()]);
    let text =
        client.call("grep", &json!({"pattern": "needle", "output": "files", "limit": 1})).text;
    assert!(text.contains("[400 files match;"), "{text}");
}
