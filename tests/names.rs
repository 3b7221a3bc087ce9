//! Searches by name, as agents ask: nothing that is there gives an empty answer, and what is left out is said.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

fn tree() -> Sandbox {
    Sandbox::new()
        .dir("grant/.git")
        .file("grant/.gitignore", "dist/\n*.log\n")
        .file("grant/README.md", "readme\n")
        .file("grant/docs/README.md", "readme\n")
        .file("grant/src/main.rs", "needle\n")
        .file("grant/src/layout.tsx", "needle\n")
        .file("grant/src/a.ts", "needle\n")
        .file("grant/src/a.test.ts", "needle\n")
        .file("grant/src/Button.tsx", "needle\n")
        .file("grant/web/lib/x.ts", "needle\n")
        .file("grant/web/lib/deep/y.ts", "needle\n")
        .file("grant/.github/workflows/ci.yml", "needle\n")
        .file("grant/(auth)/login/page.tsx", "needle\n")
        .file("grant/app/[id]/page.tsx", "needle\n")
        .file("grant/app/i/page.tsx", "needle\n")
        .file("grant/app/posts/[postId]/edit.ts", "needle\n")
        .file("grant/{a,b}.txt", "needle\n")
        .file("grant/a.txt", "needle\n")
        .file("grant/out/o.js", "needle\n")
        .file("grant/dist/bundle.js", "needle\n")
        .file("grant/trace.log", "needle\n")
        .file("grant/Screenshot 2.40\u{202F}PM.txt", "needle\n")
        .file("grant/cafe\u{301}.txt", "needle\n")
        .link("grant/linked", "web")
}

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern)
}

/// The lines of an answer, and its closing line.
fn split(text: &str) -> (Vec<String>, String) {
    let mut lines: Vec<_> = text.lines().map(str::to_owned).collect();
    let closing = lines.pop().unwrap();
    (lines, closing)
}

/// Calls, what they list, and a part of what they say.
fn check(client: &mut Client, tool: &str, rows: &[(Value, &[&str], &str)]) {
    for (arguments, want, part) in rows {
        let answer = client.call(tool, arguments);
        assert!(!answer.is_error, "{arguments}: {}", answer.text);
        let (lines, closing) = split(&answer.text);
        assert_eq!(lines, *want, "{arguments}: {closing}");
        assert!(closing.contains(part), "{arguments}: {closing} has no {part}");
    }
}

#[test]
fn directories_are_found_like_files() {
    let sandbox = tree();
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "src"}), &["src/"], "[1 match"),
        (json!({"pattern": "src/"}), &["src/"], ""),
        (json!({"pattern": ".github"}), &[".github/"], ""),
        (json!({"pattern": "web/lib"}), &["web/lib/"], ""),
        (json!({"pattern": "(auth)"}), &["(auth)/"], ""),
        (json!({"pattern": "[id]"}), &["app/[id]/"], "is all or a part of a name here"),
        (json!({"pattern": "s*c"}), &["src/"], ""),
        (
            json!({"pattern": "src", "type": "file"}),
            &[],
            "1 entry of another kind matches (e.g. src); set type=any",
        ),
        (json!({"pattern": "main.rs", "type": "dir"}), &[], "(e.g. src/main.rs); set type=any"),
    ];
    check(&mut start(&sandbox), "search_files", rows);
}

#[test]
fn a_glob_that_is_a_name_means_the_name_in_every_tool() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "app/[id]/page.tsx"}), &["app/[id]/page.tsx"], "was not read as a glob"),
        (json!({"pattern": "app/**/[postId]/**"}), &["app/posts/[postId]/edit.ts"], ""),
        (json!({"pattern": "{a,b}.txt"}), &["{a,b}.txt"], ""),
        (json!({"pattern": "app/[ij]/page.tsx"}), &["app/i/page.tsx"], "[1 match"),
        (
            json!({"pattern": "*.txt", "exclude": ["{a,b}.txt", "c*", "S*"]}),
            &["a.txt"],
            "left out by exclude",
        ),
        (
            json!({"pattern": "page.tsx", "exclude": ["app/[id]"]}),
            &["(auth)/login/page.tsx", "app/i/page.tsx"],
            "",
        ),
    ];
    check(&mut client, "search_files", rows);
    let files = |glob: Value, exclude: Value| json!({"pattern": "needle", "output": "files", "glob": glob, "exclude": exclude});
    let rows: &[(Value, &[&str], &str)] = &[
        (files(json!("app/**/[postId]/**"), json!([])), &["app/posts/[postId]/edit.ts"], ""),
        (
            files(json!("app/[id]/*.{ts,tsx}"), json!([])),
            &["app/[id]/page.tsx"],
            "are a part of a name here",
        ),
        (
            files(json!("app/posts/[postId]/*.{ts,tsx}"), json!([])),
            &["app/posts/[postId]/edit.ts"],
            "the brackets of `app/posts/[postId]/*.{ts,tsx}` are a part of a name here",
        ),
        (
            files(json!("app/**"), json!("[id]")),
            &["app/i/page.tsx", "app/posts/[postId]/edit.ts"],
            "",
        ),
    ];
    check(&mut client, "grep", rows);
    let counted = |arguments: Value| {
        let text = client.call("keyword_search", &arguments).text;
        let answer: Value = serde_json::from_str(&text).unwrap();
        answer["files"].as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    let mut counted = counted;
    let include = json!({"keyword": "needle", "root_paths": ["."], "include_patterns": ["app/[id]/page.tsx"]});
    assert_eq!(counted(include), ["app/[id]/page.tsx"]);
    let exclude =
        json!({"keyword": "needle", "root_paths": ["app"], "exclude_patterns": ["[id]", "posts"]});
    assert_eq!(counted(exclude), ["app/i/page.tsx"]);
    let tree = client.call("directory_tree", &json!({"path": "app", "exclude": ["[id]"]})).text;
    assert!(!tree.contains("[id]/\n") && tree.contains(" i/"), "{tree}");
}

#[test]
fn absolute_path_of_the_grant_is_stripped_from_globs() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let root = sandbox.path("grant").canonicalize().unwrap();
    let root = root.to_str().unwrap();
    let found: &[&str] = &["src/a.test.ts", "src/a.ts"];
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": format!("{root}/src/*.ts")}), found, "[2 matches"),
        (json!({"pattern": format!("file://{root}/src/*.ts")}), found, ""),
        (json!({"pattern": format!("{root}/src/*.ts"), "path": "src"}), found, ""),
        (json!({"pattern": format!("{root}/src/main.rs")}), &["src/main.rs"], ""),
        (json!({"pattern": "grant/src/*.ts"}), found, "from the top of the grant"),
        (
            json!({"pattern": "web/lib/*.ts", "path": "web"}),
            &["web/lib/x.ts"],
            "from the top of the grant",
        ),
        (
            json!({"pattern": "*.ts", "exclude": [format!("{root}/web")]}),
            &["app/posts/[postId]/edit.ts", "src/a.test.ts", "src/a.ts"],
            "",
        ),
        (json!({"pattern": "/etc/*.conf"}), &[], "nothing matches"),
    ];
    check(&mut client, "search_files", rows);
    let grep =
        json!({"pattern": "needle", "output": "files", "glob": [format!("{root}/src/*.ts")]});
    check(&mut client, "grep", &[(grep, found, "")]);
}

#[test]
fn with_several_grants_patterns_match_paths_as_shown() {
    let sandbox = Sandbox::new()
        .file("one/src/a.ts", "x\n")
        .file("one/top.md", "x\n")
        .file("two/src/b.ts", "x\n");
    let root = sandbox.path("two").canonicalize().unwrap();
    let specs = ["one", "two"].map(|name| sandbox.spec(name, "ro"));
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "one/src/*.ts"}), &["one/src/a.ts"], ""),
        (json!({"pattern": "src/*.ts"}), &["one/src/a.ts", "two/src/b.ts"], ""),
        (json!({"pattern": "/top.md"}), &["one/top.md"], ""),
        (json!({"pattern": "*/src/*.ts"}), &["one/src/a.ts", "two/src/b.ts"], ""),
        (json!({"pattern": format!("{}/src/*.ts", root.display())}), &["two/src/b.ts"], ""),
        (json!({"pattern": "two/src/*.ts", "path": "two"}), &["two/src/b.ts"], ""),
        (
            json!({"pattern": "*.ts", "exclude": ["one"]}),
            &["two/src/b.ts"],
            "1 directory left out by exclude (e.g. one)",
        ),
        (json!({"pattern": "*.ts", "exclude": ["one/**"]}), &["two/src/b.ts"], ""),
    ];
    check(&mut client, "search_files", rows);
}

#[test]
fn exclude_takes_whole_names_and_counts() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "layout"}), &["src/layout.tsx"], ""),
        (
            json!({"pattern": "layout", "exclude": ["out"]}),
            &["src/layout.tsx"],
            "1 directory left out by exclude (e.g. out)",
        ),
        (
            json!({"pattern": "layout", "exclude": ["lay"]}),
            &["src/layout.tsx"],
            "nothing matches exclude `lay`",
        ),
        (
            json!({"pattern": "o.js", "exclude": ["out"]}),
            &[],
            "1 directory left out by exclude (e.g. out)",
        ),
        (
            json!({"pattern": "*.ts", "exclude": ["*.ts", "!a.ts"]}),
            &["src/a.ts"],
            "4 files left out by exclude",
        ),
        (
            json!({"pattern": "trace", "exclude": ["!trace.log"], "respect_ignore": false}),
            &["trace.log"],
            "",
        ),
        (
            json!({"pattern": "bundle", "exclude": ["dist"], "respect_ignore": false}),
            &[],
            "1 directory left out by exclude (e.g. dist)",
        ),
    ];
    check(&mut client, "search_files", rows);
    // What an ignore file takes back, exclude leaves out all the same.
    let sandbox = sandbox.file("grant/.gitignore", "*.log\n!trace.log\n");
    let mut client = start(&sandbox);
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "trace"}), &["trace.log"], ""),
        (
            json!({"pattern": "trace", "exclude": ["*.log"]}),
            &[],
            "1 file left out by exclude (e.g. trace.log)",
        ),
    ];
    check(&mut client, "search_files", rows);
    let grep =
        json!({"pattern": "needle", "output": "files", "glob": "*.log", "exclude": "trace.log"});
    check(&mut client, "grep", &[(grep, &[], "1 file left out by exclude (e.g. trace.log)")]);
}

#[test]
fn order_negation_and_commas_of_globs_work_in_every_tool() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let grep =
        |glob: Value| json!({"pattern": "needle", "output": "files", "path": "src", "glob": glob});
    let rows: &[(Value, &[&str], &str)] = &[
        (
            grep(json!(["*.ts", "!*.test.ts"])),
            &["src/a.ts"],
            "1 file left out by glob (e.g. src/a.test.ts)",
        ),
        (grep(json!("!*.ts")), &["src/Button.tsx", "src/layout.tsx", "src/main.rs"], ""),
        (grep(json!("*.rs,*.tsx")), &["src/Button.tsx", "src/layout.tsx", "src/main.rs"], ""),
        (grep(json!("*.py")), &[], "no file name matches glob `*.py`"),
        (grep(json!(["*.py", "*.rb"])), &[], "no file name matches any glob of glob"),
        (
            grep(json!(["*.py", "*.rs", "!*.ts"])),
            &["src/main.rs"],
            "no file name matches glob `*.py`",
        ),
    ];
    check(&mut client, "grep", rows);
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "/README.md"}), &["README.md"], ""),
        (json!({"pattern": "*.ts,!*.test.ts", "path": "src"}), &["src/a.ts"], ""),
        (json!({"pattern": "readme"}), &["README.md", "docs/README.md"], "[2 matches"),
    ];
    check(&mut client, "search_files", rows);
}

#[test]
fn a_search_that_would_find_nothing_tries_what_is_likely_meant() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let rows: &[(Value, &[&str], &str)] = &[
        (
            json!({"pattern": "*readme.*"}),
            &["README.md", "docs/README.md"],
            "these match in another case",
        ),
        (json!({"pattern": "button.TSX"}), &["src/Button.tsx"], "in another case"),
        (json!({"pattern": "lib/*.ts"}), &["web/lib/deep/y.ts", "web/lib/x.ts"], "further down"),
        (json!({"pattern": "/lib"}), &["web/lib/"], "further down"),
        (json!({"pattern": "web/*.ts"}), &["web/lib/deep/y.ts", "web/lib/x.ts"], "further down"),
        (json!({"pattern": "src\\*.rs"}), &["src/main.rs"], "`/` for `\\`"),
        (
            json!({"pattern": "Screenshot 2.40 PM.txt"}),
            &["Screenshot 2.40\u{202F}PM.txt"],
            "these look alike",
        ),
        (json!({"pattern": "caf\u{E9}*"}), &["cafe\u{301}.txt"], "Unicode form"),
        (json!({"pattern": "*yout"}), &[], "nothing matches"),
        (json!({"pattern": "nowhere*"}), &[], "nothing matches"),
        (
            json!({"pattern": "bundle*"}),
            &[],
            "1 directory ignored (e.g. dist); set respect_ignore=false to include them",
        ),
        (
            json!({"pattern": "*.ts", "path": "linked/../web".replace("linked/../", "")}),
            &["web/lib/deep/y.ts", "web/lib/x.ts"],
            "",
        ),
        (
            json!({"pattern": "y.ts", "exclude": ["deep"]}),
            &[],
            "1 directory left out by exclude (e.g. web/lib/deep); 1 directory ignored",
        ),
        (json!({"pattern": "z.ts"}), &[], "1 link not followed (e.g. linked)"),
    ];
    check(&mut client, "search_files", rows);
    let versions = json!({"pattern": ".git/"});
    check(
        &mut client,
        "search_files",
        &[(
            versions,
            &[".github/"],
            ".git left out: version control directories are searched only if given as `path`",
        )],
    );
    let grep = |glob: &str| json!({"pattern": "needle", "output": "files", "glob": glob});
    let rows: &[(Value, &[&str], &str)] = &[
        (grep("Button"), &["src/Button.tsx"], "these names contain it"),
        (grep("web"), &["web/lib/deep/y.ts", "web/lib/x.ts"], "in directories of that name"),
        (grep("web/"), &["web/lib/deep/y.ts", "web/lib/x.ts"], "in directories of that name"),
        (grep("LAYOUT.TSX"), &["src/layout.tsx"], "in another case"),
    ];
    check(&mut client, "grep", rows);
}

/// No count, note or example tells of a hidden name.
#[test]
fn another_meaning_finds_nothing_that_is_hidden() {
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\"secret*\", \"[id]\", \"keys/**\"]\n";
    let sandbox = Sandbox::new()
        .file("allowlist.toml", toml)
        .file("grant/Secret.txt", "needle\n")
        .file("grant/[id]/page.tsx", "needle\n")
        .file("grant/keys/a.pem", "needle\n")
        .link("grant/secret-link", "a")
        .file("grant/a", "needle\n");
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    for pattern in ["secret*", "SECRET.TXT", "[id]", "[id]/**", "*.pem", "keys", "ecret"] {
        let answer = client.call("search_files", &json!({"pattern": pattern}));
        assert_eq!(answer.text, "[nothing matches]", "{pattern}");
        let grep = json!({"pattern": "needle", "glob": pattern});
        let answer = client.call("grep", &grep).text;
        assert_eq!(answer, format!("[no line matches; no file name matches glob `{pattern}`]"));
        let tree = client.call("directory_tree", &json!({"exclude": [pattern]})).text;
        assert_eq!(tree, format!("a\n[1 entry; nothing matches exclude `{pattern}`]"));
    }
}

#[test]
fn malformed_glob_is_an_error_unless_an_entry_has_that_name() {
    let sandbox = Sandbox::new().file("grant/a[1.txt", "needle\n").file("grant/b", "needle\n");
    let mut client = start(&sandbox);
    check(&mut client, "search_files", &[(json!({"pattern": "a[1.txt"}), &["a[1.txt"], "")]);
    for arguments in [json!({"pattern": "b[1"}), json!({"pattern": "b", "exclude": ["{x"]})] {
        let answer = client.call("search_files", &arguments);
        assert!(answer.text.contains("which is not a glob: its `"), "{}", answer.text);
    }
    let answer = client.call("search_files", &json!({"pattern": "../b"})).text;
    assert!(answer.starts_with("bad_args: `pattern` has a glob with `..`"), "{answer}");
}

#[test]
fn times_are_taken_as_people_write_them_and_shown() {
    let sandbox = Sandbox::new().file("grant/new", "").file("grant/old", "");
    let old = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    let file = std::fs::File::options().write(true).open(sandbox.path("grant/old"));
    file.unwrap().set_modified(old).unwrap();
    let mut client = start(&sandbox);
    for since in ["1d", "2h", "30m", "1w", "yesterday", "2001-09-09T02:00"] {
        let call = json!({"pattern": "*", "modified_after": since});
        check(&mut client, "search_files", &[(call, &["new"], "[1 match]")]);
    }
    let call = json!({"pattern": "old", "modified_after": "1d"});
    check(
        &mut client,
        "search_files",
        &[(call, &[], "1 entry changed before modified_after (e.g. old)")],
    );
    let year = chrono::Utc::now().format("%Y-").to_string();
    let refused =
        client.call("search_files", &json!({"pattern": "*", "modified_after": "soon"})).text;
    assert!(refused.contains(&format!("the server's time is {year}")), "{refused}");
    let shown = client.call("search_files", &json!({"pattern": "*", "sort_by": "mtime"})).text;
    assert!(shown.contains("\nold (2001-09-09T01:46:40Z)\n"), "{shown}");
    let listed = client.call("list_directory", &json!({"sort_by": "mtime"})).text;
    assert!(listed.contains("[FILE] old (2001-09-09T01:46:40Z)\n[2 entries]"), "{listed}");
}

#[test]
fn a_directory_on_the_second_page_of_a_tree_says_how_much_more_is_in_it() {
    let mut sandbox = Sandbox::new();
    for name in ["a1", "a2", "a3", "a4", "d/e/f1", "d/e/f2", "d/e/f3"] {
        sandbox = sandbox.file(&format!("grant/{name}"), "");
    }
    let mut client = start(&sandbox);
    let first = client.call("directory_tree", &json!({"limit": 3})).text;
    let cursor = first.split_once("cursor=").unwrap().1.trim_end_matches(']').to_owned();
    let second = client.call("directory_tree", &json!({"limit": 3, "cursor": cursor})).text;
    let want = "a4\nd/\n e/ (3 more)\n[entries 4-6 of 9; continue with cursor=after:2:d/e/]";
    assert_eq!(second, want);
}

#[test]
fn a_list_of_long_names_stays_within_one_answer_and_says_why() {
    let mut sandbox = Sandbox::new();
    for n in 0..250 {
        sandbox = sandbox.file(&format!("grant/{n:03}{}", "x".repeat(230)), "");
    }
    let mut client = start(&sandbox);
    let (mut arguments, mut names, mut pages) = (json!({}), vec![], 0);
    loop {
        let answer = client.call("list_directory", &arguments).text;
        assert!(answer.chars().count() <= 40_000);
        let (lines, closing) = split(&answer);
        names.extend(lines);
        pages += 1;
        let Some((_, cursor)) = closing.split_once("continue with cursor=") else { break };
        assert!(closing.contains("the page is full at 38000 characters"), "{closing}");
        arguments = json!({"cursor": cursor.trim_end_matches(']')});
    }
    names.dedup();
    assert_eq!((names.len(), pages), (250, 2));
}

#[test]
fn cursor_is_refused_with_another_sort_order() {
    let sandbox = Sandbox::new().file("grant/a", "x").file("grant/b", "y");
    let mut client = start(&sandbox);
    for (given, order) in
        [("size:1:a", "mtime"), ("mtime:1:a", "size"), ("name:a", "mtime"), ("size:1:a", "name")]
    {
        let call = json!({"sort_by": order, "cursor": given});
        assert_eq!(client.call("list_directory", &call).code(), "bad_args", "{given} {order}");
    }
}

#[test]
fn counts_of_one_are_singular() {
    let sandbox = Sandbox::new().file("grant/d/a", "x\n");
    let mut client = start(&sandbox);
    let mut closing = |tool: &str, arguments: Value| split(&client.call(tool, &arguments).text).1;
    assert_eq!(closing("list_directory", json!({"path": "d"})), "[1 entry]");
    assert_eq!(closing("directory_tree", json!({"path": "d"})), "[1 entry]");
    assert_eq!(closing("search_files", json!({"pattern": "a"})), "[1 match]");
    assert_eq!(closing("search_files", json!({"pattern": "*"})), "[2 matches]");
    assert_eq!(closing("grep", json!({"pattern": "x"})), "[1 matching line in 1 file]");
}

/// Rules are about paths, which the user knows with the name of the grant, or as absolute ones.
#[test]
fn a_rule_that_is_spelled_with_its_grant_holds() {
    let sandbox = Sandbox::new()
        .file("repo/secret.txt", "s\n")
        .file("repo/d/x", "s\n")
        .file("repo/repo/d/x", "s\n")
        .file("repo/open.txt", "s\n");
    let root = sandbox.path("repo").canonicalize().unwrap();
    for rule in [format!("{}/secret.txt", root.display()), "repo/secret.txt".into()] {
        let toml = format!("[[allow]]\npath = \"repo\"\nhide = ['{rule}', 'repo/d/**']\n");
        let config = sandbox.path("allowlist.toml");
        std::fs::write(&config, toml).unwrap();
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        for (path, code) in [
            ("secret.txt", "not_found"),
            ("d/x", "not_found"),
            ("repo/d/x", "not_found"),
            ("open.txt", "ok"),
        ] {
            let answer = client.call("read_text_file", &json!({"path": path}));
            assert_eq!(answer.code(), code, "{rule} {path}");
        }
    }
}

#[test]
fn a_glob_with_a_star_or_a_negation_is_no_name() {
    let sandbox = Sandbox::new()
        .file("grant/!bang.ts", "needle\n")
        .file("grant/!a.ts", "needle\n")
        .file("grant/a.ts", "needle\n")
        .file("grant/x.{ts,tsx}", "needle\n")
        .file("grant/src/[ab].ts", "needle\n")
        .file("grant/[a-z]/n.md", "needle\n")
        .file("grant/m/k.md", "needle\n");
    let mut client = start(&sandbox);
    let grep = |glob: Value| json!({"pattern": "needle", "output": "files", "glob": glob});
    let exclude = |glob: Value| json!({"pattern": "needle", "output": "files", "exclude": glob});
    let all = ["!a.ts", "!bang.ts", "[a-z]/n.md", "a.ts", "m/k.md", "src/[ab].ts", "x.{ts,tsx}"];
    let rows: &[(Value, &[&str], &str)] = &[
        (grep(json!("!*.ts")), &["[a-z]/n.md", "m/k.md", "x.{ts,tsx}"], ""),
        (grep(json!("*.{ts,tsx}")), &["!a.ts", "!bang.ts", "a.ts", "src/[ab].ts"], ""),
        (grep(json!("**/[a-z]/**")), &["m/k.md"], "[1 file matches]"),
        (grep(json!(["*.ts", "!a.ts"])), &["!a.ts", "!bang.ts", "src/[ab].ts"], "left out by glob"),
        (grep(json!("\\!a.ts")), &["!a.ts"], ""),
        (exclude(json!(["!a.ts"])), &all, "nothing matches exclude `!a.ts`"),
        (exclude(json!(["*.ts", "!a.ts"])), &["[a-z]/n.md", "a.ts", "m/k.md", "x.{ts,tsx}"], ""),
    ];
    check(&mut client, "grep", rows);
    let counted = json!({"keyword": "needle", "root_paths": ["."], "exclude_patterns": ["!a.ts"]});
    let answer = client.call("keyword_search", &counted).text;
    assert!(answer.contains("\"total_files_searched\":7"), "{answer}");
    let tree = client.call("directory_tree", &json!({"exclude": ["!a.ts"]})).text;
    assert!(tree.contains("[10 entries"), "{tree}");
}

#[test]
fn globs_that_take_away_are_read_like_others_and_named_where_they_match_nothing() {
    let sandbox = Sandbox::new()
        .file("repo/a.ts", "needle\n")
        .file("repo/b.ts", "needle\n")
        .file("repo/packages/app/src/c.ts", "needle\n")
        .file("repo/packages/app/d.ts", "needle\n");
    let mut client = Client::start(&[&sandbox.spec("repo", "ro")], Era::Modern);
    let root = sandbox.path("repo").canonicalize().unwrap();
    let grep = |path: &str, glob: Value, exclude: Value| json!({"pattern": "needle", "output": "files", "path": path, "glob": glob, "exclude": exclude});
    let deep = ["packages/app/d.ts", "packages/app/src/c.ts"];
    let with_a = ["a.ts", deep[0], deep[1]];
    let all = ["a.ts", "b.ts", deep[0], deep[1]];
    let absolute = format!("!{}/b.ts", root.display());
    let rows: &[(Value, &[&str], &str)] = &[
        (grep(".", json!(["*.ts", "!repo/b.ts"]), json!([])), &with_a, "left out by glob"),
        (grep(".", json!(["*.ts", absolute]), json!([])), &with_a, "left out by glob"),
        (grep(".", json!([]), json!(["repo/b.ts"])), &with_a, "left out by exclude (e.g. b.ts)"),
        (grep(".", json!([]), json!(["repo/*/app"])), &["a.ts", "b.ts"], "left out by exclude"),
        (grep(".", json!(["*.ts", "!z.ts"]), json!([])), &all, "nothing matches glob `!z.ts`"),
        (
            grep(".", json!([]), json!(["b.ts", "z.ts", "y/z.ts"])),
            &with_a,
            "nothing matches exclude `z.ts`; nothing matches exclude `y/z.ts`",
        ),
        (grep("packages/app", json!([]), json!(["packages/app/src"])), &deep[..1], "by exclude"),
        (grep("packages/app", json!(["*.ts", "!packages/app/src/**"]), json!([])), &deep[..1], ""),
        (grep("packages/app", json!([]), json!(["repo/packages/app/src"])), &deep[..1], ""),
    ];
    check(&mut client, "grep", rows);
    let call = json!({"path": "packages/app", "exclude": ["packages/app/src"]});
    let tree = client.call("directory_tree", &call).text;
    assert!(tree.starts_with("packages/app/\n d.ts\n["), "{tree}");
}

#[test]
fn a_path_of_something_left_out_means_nothing_else_and_a_glob_may() {
    let sandbox = tree()
        .file("grant/dist/b.ts", "needle\n")
        .file("grant/src/dist/b.ts", "needle\n")
        .file("grant/.gitignore", "/dist/\n*.log\n")
        .file("grant/src/k.log.md", "needle\n")
        .file("grant/k.log", "needle\n")
        .file("grant/.git/config", "needle\n")
        .file("grant/git/config", "needle\n")
        .file("grant/src/.git.d/config", "needle\n")
        .file("grant/docs/wt/.git", "gitdir: ../../.git/worktrees/wt\n")
        .file("grant/docs/wt/x.ts", "needle\n")
        .file("grant/src/docs/wt/x.ts", "needle\n");
    let mut client = start(&sandbox);
    let grep = |glob: &str| json!({"pattern": "needle", "output": "files", "glob": glob});
    let versions =
        ".git left out: version control directories are searched only if given as `path`";
    let rows: &[(Value, &[&str], &str)] = &[
        (grep("dist/b.ts"), &[], "dist/b.ts is there, but ignored"),
        (grep("grant/dist/b.ts"), &[], "dist/b.ts is there, but ignored"),
        (grep("dist/*.ts"), &["src/dist/b.ts"], "1 directory ignored (e.g. dist); set"),
        (grep("dist/none.ts"), &[], "no file name that is searched matches glob `dist/none.ts`"),
        (grep("k.log"), &[], "ignored (e.g. k.log"),
        (grep("docs/wt/x.ts"), &[], "docs/wt/x.ts is there, but lies in a linked worktree"),
        (grep(".git/config"), &[], versions),
        (grep("**/.git/**"), &[], versions),
    ];
    check(&mut client, "grep", rows);
    for glob in ["dist/b.ts", "k.log", ".git/config", "docs/wt/x.ts"] {
        let answer = client.call("grep", &grep(glob)).text;
        assert!(!answer.contains("no file name matches"), "{answer}");
    }
    let inside = json!({"pattern": "needle", "output": "files", "path": ".git", "glob": "config"});
    check(&mut client, "grep", &[(inside, &[".git/config"], "[1 file")]);
    let rows: &[(Value, &[&str], &str)] = &[
        (json!({"pattern": "dist/*.ts"}), &["src/dist/b.ts"], "1 directory ignored (e.g. dist)"),
        (json!({"pattern": "README.md/"}), &["README.md", "docs/README.md"], "not directories"),
    ];
    check(&mut client, "search_files", rows);
}

#[test]
fn a_root_that_another_root_leaves_out_is_searched() {
    let sandbox = Sandbox::new()
        .dir("grant/.git")
        .file("grant/.gitignore", "node_modules/\n*.log\n")
        .file("grant/node_modules/a/x.js", "needle\n")
        .file("grant/k.log", "needle\n")
        .file("grant/src/y.js", "needle\n")
        .file("grant/wt/.git", "gitdir: ../.git/worktrees/wt\n")
        .file("grant/wt/z.js", "needle\n");
    let mut client = start(&sandbox);
    for (roots, want) in [
        (json!(["node_modules", "."]), &["node_modules/a/x.js", "src/y.js"][..]),
        (json!([".", "node_modules"]), &["node_modules/a/x.js", "src/y.js"]),
        (json!([".", "node_modules/a", "node_modules"]), &["node_modules/a/x.js", "src/y.js"]),
        (json!([".", "wt"]), &["src/y.js", "wt/z.js"]),
        (json!([".", "k.log"]), &["k.log", "src/y.js"]),
        (json!([".", "src", "src/y.js", "."]), &["src/y.js"]),
    ] {
        let call = json!({"keyword": "needle", "root_paths": roots});
        let answer: Value =
            serde_json::from_str(&client.call("keyword_search", &call).text).unwrap();
        let files: Vec<&String> = answer["files"].as_object().unwrap().keys().collect();
        assert_eq!(files, want, "{roots}");
        assert_eq!(answer["summary"]["total_occurrences"], want.len(), "{roots}");
    }
}
