//! Forms of arguments that clients send: other names, wrappers, texts for lists, words for booleans, and names of other tools.

use preopen::tools::TOOLS;
use serde_json::{Map, Value, json};

use crate::common::{Client, Era, Sandbox, required, tree};

fn files() -> Sandbox {
    let lines: String = (1..=40).map(|n| format!("line {n}\n")).collect();
    Sandbox::new()
        .file("grant/a", lines)
        .file("grant/src/b.rs", "fn one() {}\n")
        .file("grant/src/c.ts", "one\n")
        .file("grant/src/deep/d.rs", "one\n")
}

/// A call in other words, and the same in ours.
type Same = (&'static str, Value, Value);

fn is_answered_alike(client: &mut Client, all: Vec<Same>) {
    let mut wrong = vec![];
    for (tool, theirs, ours) in all {
        let (got, want) = (client.call(tool, &theirs), client.call(tool, &ours));
        if got.text != want.text || want.is_error {
            wrong.push(format!("{tool} {theirs}\n{}\nwanted\n{}", got.text, want.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

fn start(sandbox: &Sandbox, rights: &str) -> Client {
    Client::start(&[&sandbox.spec("grant", rights)], Era::Modern)
}

#[test]
fn exclude_has_its_other_names_in_every_search() {
    let sandbox = files();
    let mut all: Vec<Same> = vec![];
    for (tool, argument, call) in [
        ("grep", "exclude", json!({"pattern": "one"})),
        ("search_files", "exclude", json!({"pattern": "*.rs"})),
        ("directory_tree", "exclude", json!({})),
        ("keyword_search", "exclude_patterns", json!({"keyword": "one", "root_paths": ["."]})),
    ] {
        let with = |name: &str, value: &Value| {
            let mut call = call.clone();
            call[name] = value.clone();
            call
        };
        for name in [
            "exclude",
            "excludes",
            "exclude_pattern",
            "exclude_patterns",
            "excludePatterns",
            "ignore",
            "ignores",
            "ignore_patterns",
            "skip",
            "skip_patterns",
            "exclude_glob",
            "exclude-dirs",
            "exclude_paths",
            "omit",
        ] {
            for value in
                [json!(["deep"]), json!("deep"), json!("[\"deep\"]"), json!([null, "deep"])]
            {
                all.push((tool, with(name, &value), with(argument, &json!(["deep"]))));
            }
        }
        all.push((
            tool,
            with("exclude", &json!("src/b.rs\nsrc/c.ts\r\n\n")),
            with(argument, &json!(["src/b.rs", "src/c.ts"])),
        ));
        // A number of results to skip is not a pattern.
        all.push((tool, with("skip", &json!(0)), call.clone()));
    }
    let mut client = start(&sandbox, "ro");
    is_answered_alike(&mut client, all);
    let answer = client.call("grep", &json!({"pattern": "one", "skip": 5}));
    assert!(answer.code() == "bad_args" && answer.text.contains("`cursor`"), "{}", answer.text);
}

#[test]
fn files_to_search_have_their_other_names() {
    let sandbox = files();
    let mut all: Vec<Same> = vec![];
    for name in [
        "globs",
        "file_glob",
        "fileGlobs",
        "glob_pattern",
        "glob_patterns",
        "include",
        "includes",
        "include_pattern",
        "includePatterns",
        "file_filter",
        "name_pattern",
        "file_name_pattern",
        "path_glob",
        "files",
        "name",
        "filename",
    ] {
        for value in [json!("*.rs"), json!(["*.rs"])] {
            all.push((
                "grep",
                json!({"pattern": "one", name: value}),
                json!({"pattern": "one", "glob": ["*.rs"]}),
            ));
            all.push((
                "keyword_search",
                json!({"keyword": "one", "root_paths": ["."], name: value}),
                json!({"keyword": "one", "root_paths": ["."], "include_patterns": ["*.rs"]}),
            ));
            all.push(("search_files", json!({name: value}), json!({"pattern": "*.rs"})));
        }
    }
    for (name, value) in [
        ("type", "ts"),
        ("type", ".ts"),
        ("fileType", "*.ts"),
        ("types", "ts"),
        ("extension", "ts"),
    ] {
        all.push((
            "grep",
            json!({"pattern": "one", name: value}),
            json!({"pattern": "one", "type": "ts"}),
        ));
    }
    for value in ["rs", ".rs", "*.rs"] {
        all.push((
            "grep",
            json!({"pattern": "one", "type": value}),
            json!({"pattern": "one", "glob": ["*.rs"]}),
        ));
    }
    all.push((
        "grep",
        json!({"pattern": "one", "files": "a"}),
        json!({"pattern": "one", "path": "a"}),
    ));
    let mut client = start(&sandbox, "ro");
    is_answered_alike(&mut client, all);
    for (tool, call, said) in [
        ("grep", json!({"pattern": "one", "name": "b"}), "`glob`"),
        ("grep", json!({"pattern": "one", "type": "no_such"}), "`glob`"),
        ("directory_tree", json!({"glob": "*.rs"}), "search_files"),
        ("list_directory", json!({"include": "*.rs"}), "search_files"),
        (
            "keyword_search",
            json!({"keyword": "one", "root_paths": ["."], "type": "ts"}),
            "`include_patterns`",
        ),
    ] {
        let answer = client.call(tool, &call);
        assert!(
            answer.code() == "bad_args" && answer.text.contains(said),
            "{tool} {call}: {}",
            answer.text
        );
    }
}

#[test]
fn path_has_its_other_names_in_every_tool() {
    let sandbox = files();
    let names = [
        "dir",
        "directory",
        "folder",
        "root",
        "root_path",
        "rootPath",
        "filepath",
        "file-path",
        "uri",
        "url",
        "target",
        "pathname",
    ];
    let mut all: Vec<Same> = vec![];
    for (tool, path) in [
        ("read_text_file", "a"),
        ("list_directory", "src"),
        ("directory_tree", "src"),
        ("get_file_info", "a"),
    ] {
        for name in names.into_iter().chain(["name", "filename", "file"]) {
            all.push((tool, json!({name: path}), json!({"path": path})));
        }
    }
    for name in names.into_iter().chain(["cwd", "working_dir", "workdir"]) {
        all.push((
            "grep",
            json!({"pattern": "one", name: "src"}),
            json!({"pattern": "one", "path": "src"}),
        ));
        all.push((
            "search_files",
            json!({"pattern": "*.rs", name: "src"}),
            json!({"pattern": "*.rs", "path": "src"}),
        ));
        all.push((
            "keyword_search",
            json!({"keyword": "one", name: "src"}),
            json!({"keyword": "one", "root_paths": ["src"]}),
        ));
    }
    is_answered_alike(&mut start(&sandbox, "ro"), all);
}

#[test]
fn line_ends_have_their_other_names_and_values() {
    let sandbox = files();
    let mut client = start(&sandbox, "rwd");
    for name in [
        "line_ends",
        "eol",
        "newline",
        "newlines",
        "line_ending",
        "lineEndings",
        "end_of_line",
        "line-separator",
    ] {
        for (value, bytes) in [
            ("crlf", "x\r\n"),
            ("CRLF", "x\r\n"),
            ("\r\n", "x\r\n"),
            ("windows", "x\r\n"),
            ("\\r\\n", "x\r\n"),
            ("lf", "x\n"),
            ("\n", "x\n"),
            ("unix", "x\n"),
        ] {
            let answer =
                client.call("write_file", &json!({"path": "new", "content": "x\n", name: value}));
            assert!(!answer.is_error, "{name} {value:?}: {}", answer.text);
            assert_eq!(
                std::fs::read_to_string(sandbox.path("grant/new")).unwrap(),
                bytes,
                "{name} {value:?}"
            );
        }
        let edit =
            json!({"path": "a", "edits": [{"old_text": "line 7", "new_text": "x"}], name: "crlf"});
        let answer = client.call("edit_file", &edit);
        assert!(
            answer.code() == "bad_args" && answer.text.contains("keeps the line ends"),
            "{}",
            answer.text
        );
    }
}

#[test]
fn lists_and_paths_are_read_in_every_form() {
    let sandbox = files();
    let first = json!({"path": "a", "limit": 1});
    let two = json!({"paths": ["src/b.rs", "src/c.ts"]});
    let all: Vec<Same> = vec![
        ("read_text_file", json!({"path": ["a"], "limit": 1}), first.clone()),
        ("read_text_file", json!({"path": {"path": "a"}, "limit": 1}), first.clone()),
        ("read_text_file", json!({"paths": "[\"a\"]", "limit": 1}), first.clone()),
        ("read_multiple_files", json!({"paths": "[\"src/b.rs\", \"src/c.ts\"]"}), two.clone()),
        ("read_multiple_files", json!({"paths": "src/b.rs\nsrc/c.ts"}), two.clone()),
        ("read_multiple_files", json!({"paths": "src/b.rs\r\n\r\nsrc/c.ts\r\n"}), two.clone()),
        (
            "read_multiple_files",
            json!({"files": [{"path": "src/b.rs"}, {"path": "src/c.ts"}]}),
            two.clone(),
        ),
        ("read_multiple_files", json!({"paths": ["src/b.rs", null, "src/c.ts"]}), two),
        (
            "keyword_search",
            json!({"keyword": "one", "root_paths": "src\na"}),
            json!({"keyword": "one", "root_paths": ["src", "a"]}),
        ),
        (
            "grep",
            json!({"pattern": "one", "glob": "*.rs\n*.ts"}),
            json!({"pattern": "one", "glob": ["*.rs", "*.ts"]}),
        ),
        ("read_text_file", json!({"path": "a", "limit": "1.0"}), first.clone()),
        ("read_text_file", json!({"path": "a", "limit": " 1 "}), first.clone()),
        ("read_text_file", json!({"path": "a", "limit": "1e0"}), first),
    ];
    let mut client = start(&sandbox, "rw");
    is_answered_alike(&mut client, all);
    for (tool, call, said) in [
        ("read_text_file", json!({"path": ["a", "b"]}), "give one path per call"),
        ("read_text_file", json!({"path": {"path": "a", "limit": 1}}), "`path` has to be a string"),
        (
            "edit_file",
            json!({"path": "a", "edits": "[{\"old_text\":\"line 7\",\"new_text\":\"x\",\"new_text\":\"y\"}]"}),
            "`edits[0].new_text` is given twice",
        ),
        (
            "edit_file",
            json!({"path": "a", "edits": "{\"old_text\":\"line 7\",\"old_text\":\"x\",\"new_text\":\"y\"}"}),
            "`edits.old_text` is given twice",
        ),
        ("grep", json!({"pattern": {"x": 1}}), "quoted string"),
    ] {
        let answer = client.call(tool, &call);
        assert!(
            answer.code() == "bad_args" && answer.text.contains(said),
            "{tool} {call}: {}",
            answer.text
        );
    }
}

#[test]
fn a_list_of_one_text_is_one_name_with_its_line_feeds() {
    let sandbox = files().file("grant/odd\nname", "one\n").file("grant/[\"a\"]", "two\n");
    let mut client = start(&sandbox, "ro");
    let answer = client.call("read_multiple_files", &json!({"paths": ["odd\nname"]}));
    assert!(answer.text.contains("\none\n"), "{}", answer.text);
    let answer = client.call("read_text_file", &json!({"path": "[\"a\"]"}));
    assert!(answer.text.starts_with("two\n"), "{}", answer.text);
}

/// Every tool takes its arguments in a wrapper, and refuses one whose arguments are given outside of it too.
#[test]
fn arguments_in_one_more_object_are_taken_out_of_it() {
    let sandbox = files();
    let mut client = start(&sandbox, "rwd");
    let before = tree(&sandbox, "grant");
    for tool in TOOLS {
        let schema = (tool.schema)();
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            continue;
        };
        for wrapper in [
            "input",
            "args",
            "params",
            "kwargs",
            "arguments",
            "parameters",
            "tool_input",
            "toolInput",
        ] {
            // A value of a kind that the argument never takes: the refusal names the argument that was understood.
            let name = properties.keys().next().unwrap();
            let never =
                if properties[name]["type"] == "array" { json!(7) } else { json!({"x": 1}) };
            let mut arguments: Map<String, Value> = required(&schema)
                .into_iter()
                .map(|other| (other.to_owned(), properties[other]["examples"][0].clone()))
                .collect();
            arguments.insert(name.clone(), never);
            let answer = client.call(tool.name, &json!({wrapper: arguments}));
            assert!(
                answer.text.starts_with(&format!("bad_args: `{name}` ")),
                "{} {wrapper}: {}",
                tool.name,
                answer.text
            );
        }
    }
    let answer = client.call("delete_file", &json!({"path": "a", "input": {"path": "src/c.ts"}}));
    assert!(answer.code() == "bad_args" && answer.text.contains("`input`"), "{}", answer.text);
    let answer = client.call("edit_file", &json!({"input": {"path": "a", "old_string": "line 7\n", "new_string": "line 7\n"}, "dry_run": true}));
    assert!(!answer.text.contains("no argument"), "{}", answer.text);
    assert_eq!(tree(&sandbox, "grant"), before);
}

#[test]
fn words_for_true_and_false_are_understood_and_numbers_are_not() {
    let sandbox = files();
    let mut client = start(&sandbox, "ro");
    let call = |value: Value| json!({"path": "a", "limit": 1, "line_numbers": value});
    let mut all: Vec<Same> = vec![];
    for word in ["true", "True", "TRUE", "yes", "Yes", "on", " true "] {
        all.push(("read_text_file", call(json!(word)), call(json!(true))));
    }
    for word in ["false", "False", "no", "NO", "off"] {
        all.push(("read_text_file", call(json!(word)), call(json!(false))));
    }
    is_answered_alike(&mut client, all);
    for value in
        [json!(1), json!(0), json!(1.0), json!("1"), json!(""), json!("maybe"), json!([true])]
    {
        let answer = client.call("read_text_file", &call(value.clone()));
        let said = answer.text.contains("true or false") && !answer.text.contains("that large");
        assert!(answer.code() == "bad_args" && said, "{value}: {}", answer.text);
    }
}

/// Numbers out of range and what is not a number are refused with what the argument takes.
#[test]
fn numbers_that_cannot_be_meant_are_refused_with_the_range() {
    let sandbox = files();
    let mut client = start(&sandbox, "ro");
    for value in [
        "0",
        "-0",
        "-5",
        "true",
        "\"abc\"",
        "\"\"",
        "1.5",
        "1e300",
        "18446744073709551616",
        "[5]",
        "{}",
        "NaN",
        "Infinity",
        "-Infinity",
        "1e999",
    ] {
        for (tool, argument, rest) in [
            ("read_text_file", "limit", "\"path\":\"a\","),
            ("read_text_file", "tail", "\"path\":\"a\","),
            ("grep", "limit", "\"pattern\":\"one\","),
            ("list_directory", "limit", ""),
            ("directory_tree", "max_depth", ""),
        ] {
            let line = crate::common::request(7, tool, &json!("ARGUMENTS"));
            client
                .send(&line.replace("\"ARGUMENTS\"", &format!("{{{rest}\"{argument}\":{value}}}")));
            let answer = client.receive();
            let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
            assert_eq!(answer["id"], 7, "{answer}");
            let says_all = text.starts_with(&format!("bad_args: `{argument}` "))
                && text.contains("at least 1")
                && text.contains("such as ");
            assert!(says_all, "{tool} {argument} {value}: {text}");
        }
    }
    for (value, last) in [("9007199254740993", 40), ("99999999999", 40), ("2.0", 2), ("\"2\"", 2)] {
        let line = crate::common::request(7, "read_text_file", &json!("ARGUMENTS"));
        client
            .send(&line.replace("\"ARGUMENTS\"", &format!("{{\"path\":\"a\",\"limit\":{value}}}")));
        let answer = client.receive().to_string();
        assert!(answer.contains(&format!("[lines 1-{last} of 40")), "{value}: {answer}");
    }
    let answer = client.call("read_text_file", &json!({"path": "a", "offset": -5}));
    assert!(answer.code() == "bad_args" && answer.text.contains("`tail`=5"), "{}", answer.text);
}

#[test]
fn unknown_tool_is_answered_with_the_tool_that_replaces_it() {
    let sandbox = files();
    for (rights, name, said) in [
        ("rwd", "Read_Text_File", "(use read_text_file)"),
        ("rwd", "mcp__preopen__read_text_file", "(use read_text_file)"),
        ("rwd", "preopen.read_text_file", "(use read_text_file)"),
        ("rwd", "fs_read_text_file", "(use read_text_file)"),
        ("rwd", "Read", "(use read_text_file)"),
        ("rwd", "Grep", "(use grep)"),
        ("rwd", "Glob", "(use search_files)"),
        ("rwd", "LS", "(use list_directory)"),
        ("rwd", "Write", "(use write_file)"),
        ("rwd", "MultiEdit", "(use edit_file)"),
        ("rwd", "str_replace_editor", "(use read_text_file or write_file or edit_file)"),
        (
            "rw",
            "rm",
            "(delete_file does that, but no grant permits deleting; the user can start the server with --allow DIR:rwd)",
        ),
        (
            "ro",
            "Write",
            "(write_file does that, but no grant is writable; the user can start the server with --allow DIR:rw)",
        ),
        ("ro", "str_replace_editor", "(use read_text_file)"),
        ("ro", "nonsense", "(available: list_allowed_directories, "),
    ] {
        let before = tree(&sandbox, "grant");
        let mut client = start(&sandbox, rights);
        client.send(&crate::common::request(7, name, &json!({"path": "a", "content": "x"})));
        let answer = client.receive();
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(answer["error"]["code"], -32602, "{name}: {answer}");
        assert!(
            message.starts_with(&format!("unknown tool: {name} {said}")),
            "{rights} {name}: {message}"
        );
        assert_eq!(tree(&sandbox, "grant"), before, "nothing is run under another name");
    }
}
