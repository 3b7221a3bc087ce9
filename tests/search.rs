//! Finding: by name and by content, what is passed by, pages that give everything once.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::common::{
    Client, Era, HAS_LINUX_CALLS, Mounted, NOBODY, SECRET, Sandbox, Without, for_everybody,
};

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
        .file("grant/image.bin", b"hello\0\0\x01\0hello\n")
        .link("grant/out", "../outside")
        .link("grant/secret.rs", "../outside/secret.txt")
}

#[test]
fn names_are_found_as_users_write_them() {
    let sandbox = project();
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (
            json!({"pattern": "*.rs", "type": "file"}),
            &["src/.hidden.rs", "src/lib.rs", "src/main.rs"][..],
        ),
        (json!({"pattern": "*.rs"}), &["secret.rs", "src/.hidden.rs", "src/lib.rs", "src/main.rs"]),
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
        "[nothing matches; 1 directory ignored (e.g. target); set respect_ignore=false to include them; \
         2 links lead to nothing that can be searched (e.g. out)]"
    );
    let below = client.call("search_files", &json!({"pattern": "*", "path": "nested"}));
    assert_eq!(below.text, "nested/b.log\n[1 match]", "a repository of its own");
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
        "src/lib.rs\nsrc/main.rs\n[2 files match; 1 file left out as dotfiles (e.g. src/.hidden.rs); \
         set hidden=true to include them]"
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
    assert_eq!(grep(over_lines), "src/lib.rs:1\nsrc/main.rs:1\n[2 matches in 2 files]");
    let touching = json!({"pattern": "[^\\n]*hello[^\\n]*\\n", "path": "src/lib.rs", "multiline": true, "output": "count"});
    assert_eq!(grep(touching), "src/lib.rs:2\n[2 matches in 1 file]");
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
    let mut closing = || split(&client.call("search_files", &json!({"pattern": "*.log"})).text).1;
    for _ in 0..20 {
        let wanted = "[nothing matches; 200 files ignored (e.g. d0/a.log); set respect_ignore=false to include them]";
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
    let mut all = "directory/other\nown\n[2 files match]";
    let mut own = "own\n[1 file matches; 1 foreign directory skipped (e.g. directory)]";
    // Where one file system is mounted twice, its device does not tell.
    let (sandbox, _mounted) = if HAS_LINUX_CALLS {
        all = "directory/other\nfile\nown\n[3 files match]";
        own = "own\n[1 file matches; 1 file could not be opened (e.g. file); 1 foreign directory skipped (e.g. directory)]";
        let binds = [
            preopen_attacks::Step::Bind("grant/directory", "outside"),
            preopen_attacks::Step::Bind("grant/file", "outside/other"),
        ];
        (sandbox.take(&binds), None)
    } else {
        let mounted = Mounted::tmpfs(&sandbox, "grant/directory", "size=64k");
        (sandbox.file("grant/directory/other", "needle\n"), Some(mounted))
    };
    let grant = sandbox.path("grant");
    let grep = |args: &[&str]| {
        let args = [args, &[grant.to_str().unwrap()]].concat();
        let call = json!({"pattern": "needle", "output": "files"});
        Client::start(&args, Era::Modern).call("grep", &call).text
    };
    assert_eq!(grep(&[]), all);
    assert_eq!(grep(&["--one-file-system"]), own);
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
    let sandbox = sandbox.take(&[preopen_attacks::Step::Deep("grant/deep", 10_000)]);
    let mut client = start(&sandbox);
    let files = client.call("search_files", &json!({"pattern": "needle", "type": "any"}));
    assert!(!files.is_error && !files.text.contains("out/") && !files.text.contains("round/"));
    assert!(files.text.contains("1 too deep directory skipped"), "{files:?}");
    let lines = client.call("grep", &json!({"pattern": "FLAG"}));
    assert!(lines.text.starts_with("needle.md\n1:FLAG of our own\n"), "{lines:?}");
    assert!(!lines.text.contains(SECRET));
    let count = client.call("grep", &json!({"pattern": "the-secret", "output": "count"}));
    assert!(count.text.starts_with("[no line matches"), "not even a count: {count:?}");
}

/// More directories than a walk keeps open wait to be read, each below the one before.
#[test]
fn what_waits_at_every_depth_is_found_again_from_the_root() {
    // Names that differ, and what goes on first: so the walk goes on before it reads the others, in some order of names or other.
    let levels: Vec<String> = (0..120).map(|depth| format!("m{depth}")).collect();
    let mut sandbox = Sandbox::new().dir(&format!("grant/{}", levels.join("/")));
    for depth in 0..levels.len() {
        let below =
            levels[..depth].iter().fold("grant".to_owned(), |below, name| below + "/" + name);
        for beside in ["a", "z"] {
            sandbox = sandbox.file(&format!("{below}/{beside}{depth}/f{depth}"), "x");
        }
    }
    let mut client = start(&sandbox);
    let found = client.call("search_files", &json!({"pattern": "f*", "limit": 1})).text;
    assert!(found.ends_with("of 240 matches; continue with cursor=after:a0/f0]"), "{found}");
    let found = client.call("grep", &json!({"pattern": "x", "output": "count", "limit": 1})).text;
    assert!(found.contains("240 files"), "{found}");
    let below = client.call("search_files", &json!({"path": "m0/m1", "pattern": "f119"})).text;
    assert_eq!(below.lines().count(), 3, "{below}");
}

#[test]
fn a_directory_that_cannot_be_read_is_counted() {
    use std::os::unix::process::CommandExt as _;

    let sandbox = Sandbox::new()
        .mode("", 0o755)
        .mode("grant", 0o755)
        .file("grant/a", "needle\n")
        .file("grant/closed/b", "needle\n")
        .mode("grant/closed", 0o000);
    let mut command = std::process::Command::new(for_everybody());
    command.arg(sandbox.path("grant"));
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    let mut client = Client::spawn(command, Era::Modern, Without::Nothing);
    let skipped = "1 unreadable directory skipped (e.g. closed)";
    for (tool, arguments, wanted) in [
        ("search_files", json!({"pattern": "*"}), format!("a\nclosed/\n[2 matches; {skipped}]")),
        (
            "grep",
            json!({"pattern": "n"}),
            format!("a\n1:needle\n[1 matching line in 1 file; {skipped}]"),
        ),
        ("directory_tree", json!({}), format!("a\nclosed/\n[2 entries; {skipped}]")),
    ] {
        assert_eq!(client.call(tool, &arguments).text, wanted);
    }
    let roots = json!({"keyword": "n", "root_paths": ["."]});
    assert!(client.call("keyword_search", &roots).text.contains(skipped));
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
    assert_eq!(files, "readme\n[1 match]");
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

#[test]
fn a_tree_is_told_level_by_level() {
    let sandbox = project().file("grant/src/deep/er/est.rs", "").file("grant/src/deep/x.rs", "");
    let mut client = start(&sandbox);
    let mut tree = |arguments: Value| client.call("directory_tree", &arguments).text;
    let ignored = "2 files and 1 directory ignored (e.g. a.log, target); set respect_ignore=false to include them";
    assert_eq!(
        tree(json!({"max_depth": 2})),
        format!(
            ".gitignore\n.ignore\nimage.bin\nkeep.log\nnested/\n b.log\nout@\nsecret.rs@\nseen.log\nsrc/\n \
             .hidden.rs\n deep/ (2 more)\n lib.rs\n main.rs\n[14 entries; max_depth=3 shows more; {ignored}]"
        )
    );
    assert_eq!(
        tree(json!({"path": "src", "max_depth": 1, "exclude": ["*.rs"]})),
        "src/\n deep/ (1 more)\n[1 entry; max_depth=2 shows more; 4 files left out by exclude (e.g. src/.hidden.rs)]"
    );
    let page = tree(json!({"limit": 9}));
    assert_eq!(
        page,
        format!(
            ".gitignore\n.ignore\nimage.bin\nkeep.log\nnested/ (1 more)\nout@\nsecret.rs@\nseen.log\nsrc/ (4 more)\n\
             [entries 1-9 of 16; {ignored}; continue with cursor=after:1:src/]"
        )
    );
    assert_eq!(
        tree(json!({"limit": 4, "cursor": "after:1:src/"})),
        format!(
            "nested/\n b.log\nsrc/ (1 more)\n .hidden.rs\n deep/ (2 more)\n lib.rs\n\
             [entries 10-13 of 16; {ignored}; continue with cursor=after:2:src/lib.rs]"
        )
    );
    assert!(client.call("directory_tree", &json!({"cursor": "x"})).text.starts_with("bad_args: "));
}

#[test]
fn pages_of_a_tree_give_every_entry_once() {
    let mut sandbox = Sandbox::new();
    for i in 0..60 {
        sandbox = sandbox.file(&format!("grant/{}/{}/f{i}", i % 3, i % 7), "");
    }
    let mut client = start(&sandbox);
    let (whole, _) = all(&mut client, "directory_tree", json!({}));
    let count = |lines: &[String]| lines.iter().filter(|line| line.trim().starts_with('f')).count();
    assert_eq!(count(&whole), 60);
    let (pages, number) = all(&mut client, "directory_tree", json!({"limit": 7}));
    assert_eq!(count(&pages), 60);
    assert!(number > 10, "{number}");
}

#[test]
fn newest_first_and_only_what_is_new() {
    let sandbox = Sandbox::new().file("grant/old", "").file("grant/b", "").file("grant/a", "");
    for (name, time) in [("old", 1_000_000_000), ("b", 1_500_000_000), ("a", 1_400_000_000)] {
        let file = std::fs::File::options().write(true).open(sandbox.path("grant").join(name));
        let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(time);
        file.unwrap().set_modified(time).unwrap();
    }
    let mut client = start(&sandbox);
    let mut search = |arguments: Value| client.call("search_files", &arguments).text;
    assert_eq!(
        search(json!({"pattern": "*", "sort_by": "mtime"})),
        "b (2017-07-14T02:40:00Z)\na (2014-05-13T16:53:20Z)\nold (2001-09-09T01:46:40Z)\n[3 matches]"
    );
    let since = "2014-05-13T16:53:20Z";
    assert_eq!(search(json!({"pattern": "*", "modified_after": since})), "a\nb\n[2 matches]");
    assert_eq!(search(json!({"pattern": "*", "modified_after": "2014-05-14"})), "b\n[1 match]");
    assert!(search(json!({"pattern": "*", "modified_after": "soon"})).starts_with("bad_args: "));
    let by_path = search(json!({"pattern": "*", "cursor": "mtime:1:a"}));
    assert!(by_path.starts_with("bad_args: "), "{by_path}");
    let (found, pages) =
        all(&mut client, "search_files", json!({"pattern": "*", "sort_by": "mtime", "limit": 1}));
    let names: Vec<&str> = found.iter().filter_map(|line| line.split(' ').next()).collect();
    assert_eq!((names, pages), (vec!["b", "a", "old"], 3));
}

#[test]
fn keywords_are_counted_by_file() {
    let sandbox = project();
    let mut client = start(&sandbox);
    let mut search = |arguments: Value| -> Value {
        let answer = client.call("keyword_search", &arguments);
        serde_json::from_str(&answer.text).unwrap_or_else(|_| json!(answer.text))
    };
    let answer = search(json!({"keyword": "HELLO", "root_paths": ["."], "case_insensitive": true}));
    assert_eq!(answer["summary"]["total_files_searched"], 8, "{answer}");
    assert_eq!(answer["summary"]["total_files_with_matches"], 6);
    assert_eq!(answer["summary"]["total_occurrences"], 7);
    assert_eq!(answer["summary"]["most_frequent_file"], "src/lib.rs");
    assert_eq!(answer["summary"]["max_occurrences"], 2);
    assert_eq!(answer["summary"]["match_percentage"], 75.0);
    assert_eq!(answer["summary"]["average_occurrences_per_matching_file"], 1.17);
    assert_eq!(answer["metadata"]["binary_files"], 1);
    let file = json!({"occurrences": 2, "size_bytes": 33, "extension": ".rs"});
    assert_eq!(answer["files"]["src/lib.rs"], file);
    // Several times in a line, within a root that is named twice, beside one that is not there.
    let roots = json!(["src/lib.rs", "src", "src", "gone"]);
    let arguments = json!({"keyword": "l", "root_paths": roots, "include_patterns": ["lib.rs"]});
    let answer = search(arguments);
    assert_eq!(answer["summary"]["total_occurrences"], 4, "{answer}");
    assert_eq!(answer["summary"]["total_files_searched"], 1);
    assert!(answer["metadata"]["errors"]["gone"].as_str().unwrap().starts_with("not_found"));
    let zero = json!({"keyword": "zzz", "root_paths": ["src"], "include_zero": true});
    assert_eq!(search(zero)["files"].as_object().unwrap().len(), 3);
    let regex = json!({"keyword": "h.llo(", "root_paths": ["src"], "use_regex": true});
    assert!(search(regex).as_str().unwrap().starts_with("bad_args: `keyword`"));
    let gone = json!({"keyword": "x", "root_paths": ["gone"]});
    assert!(search(gone).as_str().unwrap().starts_with("not_found: "));
}

#[test]
fn a_huge_file_is_found_in_as_by_one_thread() {
    // Lines of many lengths, some longer than a segment, none at its end.
    let mut text = String::new();
    let mut numbers = vec![];
    for number in 1.. {
        let long = if number % 5_003 == 0 { 2_500_000 } else { number * 7919 % 1500 };
        text.extend(std::iter::repeat_n('x', long));
        if number % 977 == 0 {
            text.push_str("needle and needle");
            numbers.push(number);
        }
        if text.len() > 24 << 20 {
            break;
        }
        text.push('\n');
    }
    let sandbox = Sandbox::new().file("grant/huge", &text);
    let mut client = start(&sandbox);
    let count = numbers.len();
    let found = |lines: Vec<String>| -> Vec<usize> {
        lines.iter().filter_map(|line| line.split_once(':')?.0.parse().ok()).collect()
    };
    let mut grep = |arguments: Value| client.call("grep", &arguments).text;
    for per_file in [0, 3, count] {
        let (lines, closing) = split(&grep(json!({"pattern": "needle", "per_file": per_file})));
        let most = if per_file == 0 { count } else { per_file };
        assert_eq!(found(lines), numbers[..most], "{per_file}");
        assert!(closing.contains(&format!("{count} matching lines in 1 file")), "{closing}");
    }
    let (lines, _) = split(&grep(json!({"pattern": "needle", "per_file": 4, "from_end": true})));
    assert_eq!(found(lines), numbers[count - 4..]);
    assert_eq!(
        grep(json!({"pattern": "needle", "output": "count"})),
        format!("huge:{count}\n[{count} matching lines in 1 file]")
    );
    assert_eq!(grep(json!({"pattern": "needle", "output": "files"})), "huge\n[1 file matches]");
    let roots = json!({"keyword": "needle", "root_paths": ["."]});
    let answer = client.call("keyword_search", &roots).text;
    assert!(answer.contains(&format!("\"total_occurrences\":{}", 2 * count)), "{answer}");
    // A NUL at its very end is a character like any other.
    let sandbox = Sandbox::new().file("grant/huge", format!("{text}\0"));
    let mut client = start(&sandbox);
    let answer = client.call("grep", &json!({"pattern": "needle"})).text;
    assert!(answer.contains(&format!("[{count} matching lines in 1 file")), "{answer}");
}

#[test]
fn older_encodings_are_searched_and_shown() {
    let shift_jis = b"\x93\xfa\x96\x7b\x8c\xea\x82\xcc\x83\x65\x83\x4c\x83\x58\x83\x67\n\x82\xb1\x82\xea\x82\xcd\x93\xfa\x96\x7b\x8c\xea\x82\xc5\x82\xb7\n";
    let latin = b"na\xefve caf\xe9, d\xe9j\xe0 vu\nplain words in a line of its own\n";
    let long = [b"\xe9t\xe9 ".repeat(500), b"needle".to_vec(), b" \xe9t\xe9".repeat(500)].concat();
    let sandbox = Sandbox::new()
        .file("grant/japanese.txt", shift_jis)
        .file("grant/latin.txt", latin)
        .file("grant/long.txt", long);
    let mut client = start(&sandbox);
    let mut grep = |pattern: &str| client.call("grep", &json!({"pattern": pattern})).text;
    assert_eq!(
        grep("日本語"),
        "japanese.txt\n1:日本語のテキスト\n2:これは日本語です\n\
         [2 matching lines in 1 file; japanese.txt is read as Shift_JIS, a guess]"
    );
    let guess = "latin.txt is read as windows-1252, a guess";
    let latin = format!("latin.txt\n1:naïve café, déjà vu\n[1 matching line in 1 file; {guess}]");
    assert_eq!(grep("vu"), latin);
    // As well where the line is too long to be shown whole.
    assert!(grep("needle").contains(" été needle été "), "{}", grep("needle"));
    assert_eq!(grep("CAFÉ|café"), latin);
}

/// A pattern that looks at all the rest of the line for each match takes the square of its length.
/// What other engines take for ever on, and what they have that cannot be had in linear time.
#[test]
fn an_expression_takes_linear_time_or_is_refused() {
    let long = "a".repeat(1 << 20) + "!\n";
    let sandbox = Sandbox::new().file("grant/long", &long);
    let mut client = start(&sandbox);
    let mut grep =
        |pattern: &str| client.call("grep", &json!({"pattern": pattern, "output": "count"}));
    for pattern in ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*a){12}$", ".*.*", r"\s*\s*x", "x*"] {
        assert_eq!(grep(pattern).code(), "ok", "{pattern}");
    }
    for pattern in [r"(a)\1+", "(?=a)b", "(?<!a)b"] {
        let answer = grep(pattern);
        assert_eq!(answer.code(), "bad_args", "{pattern}: {answer:?}");
    }
    for pattern in [r"(?:\w{100}){100}", &"a".repeat(1_001)] {
        assert_eq!(grep(pattern).code(), "over_limit");
    }
}

#[test]
fn a_quadratic_search_ends_with_its_time() {
    let toml = "[[allow]]\npath = \"grant\"\n[limits]\ncall_deadline_ms = 300\n";
    let sandbox = Sandbox::new().file("allowlist.toml", toml).file("grant/f", "A".repeat(900_000));
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    let (pattern, roots) = (".*[^A-Z]|[A-Z]", ["."]);
    let keyword = json!({"keyword": pattern, "use_regex": true, "root_paths": roots});
    let answer = client.call("keyword_search", &keyword).text;
    assert!(answer.contains("\"files_with_errors\":1"), "{answer}");
    let grep = json!({"pattern": pattern, "multiline": true});
    let answer = client.call("grep", &grep).text;
    assert!(answer.contains("1 file not searched to the end"), "{answer}");
}

/// Whatever part of a directory goes to a thread that has nothing to do: each entry is visited once.
#[test]
fn threads_that_share_a_directory_count_nothing_twice() {
    for files in [63, 64, 65, 128, 192, 200, 640] {
        let mut sandbox = Sandbox::new();
        for i in 0..files {
            sandbox = sandbox.file(&format!("grant/f{i}"), "needle\n");
        }
        let mut client = start(&sandbox);
        for _ in 0..20 {
            let answer = client.call("grep", &json!({"pattern": "needle", "limit": 1})).text;
            let wanted = format!("[{files} matching lines in {files} files; page full");
            assert!(answer.contains(&wanted), "{answer}");
        }
    }
}
