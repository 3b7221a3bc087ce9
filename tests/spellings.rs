//! Names that other servers and clients give to our arguments: what they mean, over all tools.

use preopen::tools::TOOLS;
use serde_json::{Map, Value, json};

use crate::common::{Client, Era, Sandbox, changes, required, tree};

fn files() -> Sandbox {
    let lines: String = (1..=40).map(|n| format!("line {n}\n")).collect();
    Sandbox::new()
        .file("grant/a", lines)
        .file("grant/src/b.rs", "fn one() {}\nfn One() {}\n// a.c\nfn abc() {}\n")
        .file("grant/src/c.ts", "one\n")
        .file("grant/src/deep/d.rs", "fn one() {}\n")
        .file("grant/.env.example", "one\n")
        .file("grant/docs/e.md", "# one\n")
        .file("grant/.gitignore", "ignored/\n")
        .dir("grant/.git")
        .file("grant/ignored/f.rs", "fn one() {}\n")
        .file("grant/slow.py", "for a in b:\n    c += d.e(a)\n")
}

/// A call in another server's words, and the same in ours.
type Same = (&'static str, Value, Value);

#[rustfmt::skip]
fn reads() -> Vec<Same> {
    let read = |theirs, ours| ("read_text_file", theirs, ours);
    let grep = |theirs, ours| ("grep", theirs, ours);
    let find = |theirs, ours| ("search_files", theirs, ours);
    let whole = json!({"path": "a"});
    let piece = json!({"path": "a", "offset": 3, "limit": 5});
    let one = json!({"pattern": "one"});
    let rust = json!({"pattern": "one", "glob": ["*.rs"]});
    let any_case = json!({"pattern": "one", "ignore_case": true});
    let mut all = vec![
        // read_text_file
        read(
            json!({"target_file": "a", "should_read_entire_file": true, "explanation": "x"}),
            whole.clone(),
        ),
        read(json!({"absolute_path": "a"}), whole.clone()),
        read(json!({"AbsolutePath": "a"}), whole.clone()),
        read(json!({"relative_workspace_path": "a"}), whole.clone()),
        read(json!({"filename": "a"}), whole.clone()),
        read(json!({"uri": "a"}), whole.clone()),
        read(json!({"paths": ["a"]}), whole.clone()),
        read(json!({"paths": "[\"a\"]"}), whole.clone()),
        read(json!({"path": ["a"]}), whole.clone()),
        read(json!({"path": "a", "file_path": "a"}), whole.clone()),
        read(json!({"path": "a", "encoding": "utf-8"}), whole.clone()),
        read(json!({"path": "a", "offset": 0}), whole.clone()),
        read(json!({"path": "a", "limit": null, "tail": null, "no_such": null}), whole.clone()),
        read(json!({"filePath": "a", "startLine": 3, "endLine": 7}), piece.clone()),
        read(json!({"path": "a", "start_line": "3", "end_line": "7"}), piece.clone()),
        read(json!({"end_line": 7, "path": "a", "start_line": 3}), piece.clone()),
        read(
            json!({"target_file": "a", "start_line_one_indexed": 3, "end_line_one_indexed_inclusive": 7}),
            piece.clone(),
        ),
        read(json!({"path": "a", "view_range": [3, 7]}), piece.clone()),
        read(json!({"path": "a", "line_range": "3-7"}), piece.clone()),
        read(json!({"path": "a", "offset": 3, "end_line": 7}), piece.clone()),
        read(json!({"path": "a", "start_line": 3, "max_lines": 5}), piece.clone()),
        read(json!({"path": "a", "start_line": 3, "end_line": 7, "offset": 3, "limit": 5}), piece),
        read(json!({"path": "a", "end_line": 7}), json!({"path": "a", "limit": 7})),
        read(
            json!({"path": "a", "start_line": 0, "end_line": 7}),
            json!({"path": "a", "limit": 7, "offset": 1}),
        ),
        read(json!({"path": "a", "view_range": [30, -1]}), json!({"path": "a", "offset": 30})),
        read(
            json!({"path": "a", "start_line": 30, "end_line": -1}),
            json!({"path": "a", "offset": 30}),
        ),
        read(json!({"path": "a", "start_line": 30, "end_line": u64::MAX}), json!({"path": "a", "offset": 30})),
        read(json!({"path": "a", "max_lines": 5}), json!({"path": "a", "limit": 5})),
        read(json!({"path": "a", "lines": 5}), json!({"path": "a", "limit": 5})),
        read(
            json!({"path": "a", "show_line_numbers": "True"}),
            json!({"path": "a", "line_numbers": true}),
        ),
        read(json!({"path": "a", "last_lines": 5}), json!({"path": "a", "tail": 5})),
        (
            "read_multiple_files",
            json!({"file_paths": ["a", "src/c.ts"]}),
            json!({"paths": ["a", "src/c.ts"]}),
        ),
        (
            "read_multiple_files",
            json!({"files": ["a"], "max_lines": 2}),
            json!({"paths": ["a"], "head": 2}),
        ),
        ("read_multiple_files", json!({"path": "a"}), json!({"paths": ["a"]})),
        // grep
        grep(json!({"query": "one"}), one.clone()),
        grep(json!({"regex": "one"}), one.clone()),
        grep(json!({"search_term": "one"}), one.clone()),
        grep(json!({"pattern": "one", "-n": true, "-H": true, "-r": true}), one.clone()),
        grep(json!({"pattern": "one", "-n": false}), one.clone()),
        grep(json!({"pattern": "one", "offset": 0, "head_limit": 0}), one.clone()),
        grep(json!({"pattern": "one", "case_sensitive": true, "follow": false}), one.clone()),
        grep(json!({"pattern": "one", "case_sensitive": false}), any_case.clone()),
        grep(json!({"pattern": "one", "caseSensitive": "false"}), any_case.clone()),
        grep(json!({"pattern": "one", "case_insensitive": true}), any_case.clone()),
        grep(json!({"pattern": "one", "-i": true}), any_case.clone()),
        grep(json!({"pattern": "one", "--ignore-case": true}), any_case.clone()),
        grep(json!({"pattern": "one", "ignoreCase": true, "case_sensitive": false}), any_case),
        grep(json!({"pattern": "a.c", "regex": false}), json!({"pattern": "a.c", "literal": true})),
        grep(json!({"pattern": "a.c", "regex": true}), json!({"pattern": "a.c"})),
        grep(
            json!({"query": "a.c", "isRegexp": false}),
            json!({"pattern": "a.c", "literal": true}),
        ),
        grep(json!({"pattern": "a.c", "-F": true}), json!({"pattern": "a.c", "literal": true})),
        grep(json!({"pattern": "one", "file_pattern": "*.rs"}), rust.clone()),
        grep(json!({"pattern": "one", "includePattern": "*.rs"}), rust.clone()),
        grep(json!({"pattern": "one", "extension": "rs"}), rust.clone()),
        grep(json!({"pattern": "one", "extensions": [".rs"]}), rust.clone()),
        grep(json!({"pattern": "one", "-g": "*.rs", "glob": ["*.rs"]}), rust),
        grep(json!({"pattern": "one", "paths": ["src"]}), json!({"pattern": "one", "path": "src"})),
        grep(json!({"pattern": "one", "paths": []}), one.clone()),
        grep(
            json!({"pattern": "one", "dir_path": "src"}),
            json!({"pattern": "one", "path": "src"}),
        ),
        grep(
            json!({"pattern": "one", "target_directories": ["src"]}),
            json!({"pattern": "one", "path": "src"}),
        ),
        grep(json!({"pattern": "one", "max_results": 2}), json!({"pattern": "one", "limit": 2})),
        grep(json!({"pattern": "one", "maxResults": "2"}), json!({"pattern": "one", "limit": 2})),
        grep(json!({"pattern": "one", "head_limit": 2}), json!({"pattern": "one", "limit": 2})),
        grep(
            json!({"pattern": "one", "max_matches_per_file": 1}),
            json!({"pattern": "one", "per_file": 1}),
        ),
        grep(
            json!({"pattern": "one", "context_lines": 1}),
            json!({"pattern": "one", "context": 1}),
        ),
        grep(
            json!({"pattern": "one", "contextLines": 1, "-C": 1}),
            json!({"pattern": "one", "context": 1}),
        ),
        grep(
            json!({"pattern": "one", "output_mode": "files_with_matches"}),
            json!({"pattern": "one", "output": "files"}),
        ),
        grep(json!({"pattern": "one", "-l": true}), json!({"pattern": "one", "output": "files"})),
        grep(json!({"pattern": "one", "files_with_matches": false}), one.clone()),
        grep(
            json!({"pattern": "one", "count": true}),
            json!({"pattern": "one", "output": "count"}),
        ),
        grep(
            json!({"pattern": "one", "names_only": true}),
            json!({"pattern": "one", "output": "files"}),
        ),
        grep(
            json!({"pattern": "one", "no_ignore": true}),
            json!({"pattern": "one", "respect_ignore": false}),
        ),
        grep(
            json!({"pattern": "one", "respectGitIgnore": false}),
            json!({"pattern": "one", "respect_ignore": false}),
        ),
        grep(
            json!({"pattern": "one", "include_hidden": false}),
            json!({"pattern": "one", "hidden": false}),
        ),
        grep(
            json!({"pattern": "one", "file_type": "rust"}),
            json!({"pattern": "one", "type": "rust"}),
        ),
        grep(
            json!({"pattern": "one", "whole_word": true}),
            json!({"pattern": "one", "word": true}),
        ),
        // The other searches.
        find(json!({"query": "*.rs"}), json!({"pattern": "*.rs"})),
        find(
            json!({"glob_pattern": "*.rs", "target_directory": "src"}),
            json!({"pattern": "*.rs", "path": "src"}),
        ),
        find(
            json!({"pattern": "*.rs", "excludePatterns": ["deep"]}),
            json!({"pattern": "*.rs", "exclude": ["deep"]}),
        ),
        find(json!({"name": "*.rs", "maxResults": 1}), json!({"pattern": "*.rs", "limit": 1})),
        find(
            json!({"pattern": "*.rs", "include_hidden": true, "recursive": true}),
            json!({"pattern": "*.rs"}),
        ),
        find(
            json!({"pattern": "d*", "type": "directory"}),
            json!({"pattern": "d*", "type": "dir"}),
        ),
        find(json!({"pattern": "d*", "file_type": "f"}), json!({"pattern": "d*", "type": "file"})),
        find(json!({"pattern": "d*", "dirs_only": true}), json!({"pattern": "d*", "type": "dir"})),
        find(
            json!({"pattern": "d*", "since": "2020-01-01"}),
            json!({"pattern": "d*", "modified_after": "2020-01-01"}),
        ),
        (
            "keyword_search",
            json!({"query": "one", "path": "."}),
            json!({"keyword": "one", "root_paths": ["."]}),
        ),
        (
            "keyword_search",
            json!({"pattern": "one", "paths": ["."], "case_sensitive": false, "glob": "*.rs"}),
            json!({"keyword": "one", "root_paths": ["."], "case_insensitive": true, "include_patterns": ["*.rs"]}),
        ),
        (
            "keyword_search",
            json!({"keyword": "o.e", "rootPaths": ".", "regex": true}),
            json!({"keyword": "o.e", "root_paths": ["."], "use_regex": true}),
        ),
        // Lists.
        ("list_directory", json!({"dir_path": "src", "recursive": false}), json!({"path": "src"})),
        (
            "list_directory",
            json!({"directory": "src", "ignore": [], "depth": 1, "show_hidden": true}),
            json!({"path": "src"}),
        ),
        (
            "list_directory",
            json!({"path": "src", "sortBy": "modified"}),
            json!({"path": "src", "sort_by": "mtime"}),
        ),
        (
            "list_directory",
            json!({"path": "src", "-l": true}),
            json!({"path": "src", "sizes": true}),
        ),
        ("directory_tree", json!({"path": ".", "depth": 1}), json!({"path": ".", "max_depth": 1})),
        (
            "directory_tree",
            json!({"path": ".", "maxDepth": 1, "levels": 1}),
            json!({"path": ".", "max_depth": 1}),
        ),
        (
            "directory_tree",
            json!({"path": ".", "-L": 1, "recursive": true}),
            json!({"path": ".", "max_depth": 1}),
        ),
        ("directory_tree", json!({"ignore_patterns": ["src"]}), json!({"exclude": ["src"]})),
        (
            "get_file_info",
            json!({"file": "a", "checksum": true}),
            json!({"path": "a", "hash": true}),
        ),
        ("performance_check", json!({"path": "slow.py"}), json!({"file_path": "slow.py"})),
        ("performance_check", json!({"code": "a = 1"}), json!({"source_code": "a = 1"})),
    ];
    if has("grep", "only_matching") {
        all.push(grep(
            json!({"pattern": "one", "-o": true}),
            json!({"pattern": "one", "only_matching": true}),
        ));
    }
    all
}

fn has(tool: &str, argument: &str) -> bool {
    let schema = (TOOLS.iter().find(|entry| entry.name == tool).unwrap().schema)();
    schema["properties"].get(argument).is_some()
}

#[rustfmt::skip]
fn writes() -> Vec<Same> {
    let write = |theirs, ours| ("write_file", theirs, ours);
    let new = json!({"path": "new", "content": "x\n"});
    let way = json!({"source": "a", "destination": "new"});
    let mut all = vec![
        write(json!({"path": "new", "contents": "x\n"}), new.clone()),
        write(json!({"target_file": "new", "text": "x\n", "line_count": 1}), new.clone()),
        write(json!({"path": "new", "file_text": "x\n", "encoding": "utf8"}), new.clone()),
        write(
            json!({"path": "a", "content": "x\n", "append": true}),
            json!({"path": "a", "content": "x\n", "mode": "append"}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "append": true, "overwrite": false}),
            json!({"path": "a", "content": "x\n", "mode": "append"}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "append": false}),
            json!({"path": "a", "content": "x\n"}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "overwrite": true}),
            json!({"path": "a", "content": "x\n"}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "overwrite": false}),
            json!({"path": "a", "content": "x\n", "mode": "create"}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "overwrite": "false"}),
            json!({"path": "a", "content": "x\n", "mode": "create"}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "mode": "rewrite"}),
            json!({"path": "a", "content": "x\n"}),
        ),
        write(
            json!({"path": "n/new", "content": "x\n", "create_dirs": true}),
            json!({"path": "n/new", "content": "x\n"}),
        ),
        write(
            json!({"path": "n/new", "content": "x\n", "mkdirs": false}),
            json!({"path": "n/new", "content": "x\n", "create_parents": false}),
        ),
        write(
            json!({"path": "a", "content": "x\n", "expected_version": "k3f9a2c1xq"}),
            json!({"path": "a", "content": "x\n", "if_match": "k3f9a2c1xq"}),
        ),
        ("create_directory", json!({"path": "n/m", "recursive": true}), json!({"path": "n/m"})),
        (
            "create_directory",
            json!({"dirPath": "n/m", "parents": true, "exist_ok": true}),
            json!({"path": "n/m"}),
        ),
        ("delete_file", json!({"target_file": "a", "force": true}), json!({"path": "a"})),
        (
            "delete_file",
            json!({"path": "docs", "-r": true}),
            json!({"path": "docs", "recursive": true}),
        ),
        (
            "edit_file",
            json!({"file_path": "a", "edits": [{"old_str": "line 7\n", "new_str": "x\n"}]}),
            json!({"path": "a", "edits": [{"old_text": "line 7\n", "new_text": "x\n"}]}),
        ),
        (
            "edit_file",
            json!({"path": "a", "changes": [{"search": "line", "replace": "x", "replaceAll": true}]}),
            json!({"path": "a", "edits": [{"old_text": "line", "new_text": "x", "replace_all": true}]}),
        ),
        (
            "edit_file",
            json!({"path": "a", "edits": [{"oldText": "line 7\n", "newText": "x\n"}], "dryRun": true}),
            json!({"path": "a", "edits": [{"old_text": "line 7\n", "new_text": "x\n"}], "dry_run": true}),
        ),
    ];
    for (tool, source, destination) in [
        ("move_file", "from", "to"),
        ("move_file", "old_path", "new_path"),
        ("move_file", "src", "dst"),
        ("move_file", "oldPath", "newPath"),
        ("copy_file", "from", "to"),
        ("copy_file", "src", "dest"),
        ("copy_file", "source_path", "destination_path"),
        ("copy_file", "path", "new_path"),
    ] {
        all.push((tool, json!({source: "a", destination: "new"}), way.clone()));
    }
    all.push((
        "move_file",
        json!({"from": "a", "to": "slow.py", "force": true}),
        json!({"source": "a", "destination": "slow.py", "overwrite": true}),
    ));
    all
}

#[test]
fn a_name_with_one_meaning_is_understood_in_tools_that_read() {
    let sandbox = files();
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    let mut wrong = vec![];
    for (tool, theirs, ours) in reads() {
        let (got, want) = (client.call(tool, &theirs), client.call(tool, &ours));
        if got.text != want.text || want.is_error {
            wrong.push(format!("{tool} {theirs}\n{}\nwanted\n{}", got.text, want.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn a_name_with_one_meaning_is_understood_in_tools_that_change() {
    let mut wrong = vec![];
    for (tool, theirs, ours) in writes() {
        let done = |arguments: &Value| {
            let sandbox = files();
            let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
            let answer = client.call(tool, arguments);
            let mut tree = tree(&sandbox, "grant");
            tree.sort();
            (answer.text, tree)
        };
        let (got, want) = (done(&theirs), done(&ours));
        if got != want {
            wrong.push(format!("{tool} {theirs}\n{}\nwanted\n{}", got.0, want.0));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// What is refused, and what the answer says.
#[rustfmt::skip]
fn refused() -> Vec<(&'static str, Value, Vec<&'static str>)> {
    let mut all = vec![
        ("grep", json!({"pattern": "x", "offset": 5}), vec!["`offset`", "`cursor`"]),
        ("grep", json!({"pattern": "x", "paths": ["src", "docs"]}), vec!["`paths`", "one `path`"]),
        ("grep", json!({"pattern": "x", "-v": true}), vec!["`-v`", "cannot be listed"]),
        ("grep", json!({"pattern": "x", "recursive": false}), vec!["`recursive`", "`glob`"]),
        ("read_text_file", json!({"path": "a", "paths": ["a", "b"]}), vec!["read_multiple_files"]),
        ("read_text_file", json!({"path": "a", "line": 5}), vec!["`line`", "`offset`"]),
        (
            "read_text_file",
            json!({"path": "a", "start_line": 9, "end_line": 3}),
            vec!["`end_line` 3", "9"],
        ),
        ("list_directory", json!({"path": "src", "recursive": true}), vec!["directory_tree"]),
        (
            "list_directory",
            json!({"path": "src", "depth": 3}),
            vec!["directory_tree", "`max_depth`"],
        ),
        (
            "list_directory",
            json!({"path": "src", "ignore": ["x"]}),
            vec!["directory_tree", "`exclude`"],
        ),
        ("search_files", json!({"pattern": "x", "offset": 20}), vec!["`cursor`"]),
        ("search_files", json!({"path": "src", "regex": "fn .*"}), vec!["grep"]),
        (
            "keyword_search",
            json!({"path": ".", "regex": "o.e"}),
            vec!["`keyword`", "`use_regex`=true"],
        ),
        (
            "create_directory",
            json!({"path": "n/m", "recursive": false}),
            vec!["parents are always made"],
        ),
        ("move_file", json!({"path": "a", "new_name": "b"}), vec!["`destination`"]),
        ("move_file", json!({"source": "a", "target_directory": "src"}), vec!["`destination`"]),
        ("write_file", json!({"path": "a", "code_edit": "x"}), vec!["edit_file"]),
        ("write_file", json!({"path": "a", "content": "x", "dry_run": true}), vec!["edit_file"]),
        ("delete_file", json!({"path": "a", "dry_run": true}), vec!["edit_file"]),
        (
            "write_file",
            json!({"path": "a", "content": "x", "append": true, "mode": "overwrite"}),
            vec!["`append`", "`mode`"],
        ),
        (
            "write_file",
            json!({"path": "a", "content": "x", "append": true, "overwrite": true}),
            vec!["`append`", "`overwrite`"],
        ),
        (
            "write_file",
            json!({"path": "a", "content": "x", "overwrite": false, "mode": "overwrite"}),
            vec!["`overwrite`", "`mode`"],
        ),
        (
            "write_file",
            json!({"path": "a", "content": "x", "contents": "y"}),
            vec!["`content`", "`contents`"],
        ),
        (
            "read_text_file",
            json!({"path": "a", "filePath": "slow.py"}),
            vec!["`filePath`", "`path`"],
        ),
        (
            "read_text_file",
            json!({"path": "a", "limit": 3, "end_line": 9}),
            vec!["`limit`", "`end_line`"],
        ),
        (
            "read_text_file",
            json!({"path": "a", "end_line": 8, "line_end": 9}),
            vec!["`end_line`", "`line_end`"],
        ),
        (
            "grep",
            json!({"pattern": "x", "ignore_case": true, "case_sensitive": true}),
            vec!["`ignore_case`", "`case_sensitive`"],
        ),
        ("read_text_file", json!({"path": "a", "start_line": 2, "end_line": 1}), vec!["`end_line` 1", "2"]),
        ("read_text_file", json!({"path": "a", "end_line": 0}), vec!["`end_line` 0", "1"]),
        // Every unknown name is told, not only the first.
        (
            "grep",
            json!({"pattern": "x", "offset": 5, "colour": 1, "zeta": 2, "-v": true}),
            vec!["arguments", "`offset`", "`colour`", "`zeta`", "`-v`", "`cursor`", "it takes `"],
        ),
        (
            "list_allowed_directories",
            json!({"colour": 1, "zeta": 2}),
            vec!["`colour`, `zeta`", "it takes none"],
        ),
        (
            "edit_file",
            json!({"path": "a", "edits": [{"old_text": "x", "new_text": "y", "at": 1, "on": 2}]}),
            vec!["edits[0]", "`at`, `on`"],
        ),
        // A number is neither true nor false.
        ("grep", json!({"pattern": "x", "ignore_case": 1}), vec!["`ignore_case`", "true or false"]),
        (
            "grep",
            json!({"pattern": "x", "ignore_case": "1"}),
            vec!["`ignore_case`", "true or false"],
        ),
        ("grep", json!({"pattern": "x", "-i": 0}), vec!["`ignore_case`", "true or false"]),
        ("write_file", json!({"path": "a", "content": "x", "append": 1}), vec!["`append`"]),
        ("write_file", json!({"path": "a", "content": "x", "overwrite": 1}), vec!["`overwrite`"]),
        (
            "delete_file",
            json!({"path": "src", "recursive": 1}),
            vec!["`recursive`", "true or false"],
        ),
        (
            "move_file",
            json!({"from": "a", "to": "slow.py", "force": 1}),
            vec!["`overwrite`", "true or false"],
        ),
    ];
    if !has("grep", "only_matching") {
        all.push(("grep", json!({"pattern": "x", "-o": true}), vec!["`-o`"]));
    }
    all
}

#[test]
fn ambiguous_argument_is_refused_with_the_argument_to_use() {
    let sandbox = files();
    let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
    let before = tree(&sandbox, "grant");
    let mut wrong = vec![];
    for (tool, arguments, said) in refused() {
        let answer = client.call(tool, &arguments);
        let says_all = said.iter().all(|said| answer.text.contains(said));
        if answer.code() != "bad_args" || !says_all {
            wrong.push(format!("{tool} {arguments}: {said:?}\n{}", answer.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert_eq!(tree(&sandbox, "grant"), before, "nothing was changed");
}

#[test]
fn every_argument_of_every_tool_is_understood_in_every_case_and_with_every_separator() {
    let styles: [fn(&str) -> String; 5] = [
        |name| camel(name, false),
        |name| camel(name, true),
        |name| name.replace('_', "-"),
        str::to_uppercase,
        |name| format!("--{}", name.replace('_', "-")),
    ];
    let sandbox = files();
    let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
    let mut count = 0;
    for tool in TOOLS {
        let schema = (tool.schema)();
        let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
            continue;
        };
        for (name, property) in properties {
            // A value of a kind that the argument never takes: the refusal names the argument that was understood.
            let never = if property["type"] == "object" { json!(7) } else { json!({"x": 1}) };
            let never = if property["type"] == "array" { json!(7) } else { never };
            for style in styles {
                let mut arguments: Map<String, Value> = required(&schema)
                    .into_iter()
                    .filter(|other| other != name)
                    .map(|other| (other.to_owned(), properties[other]["examples"][0].clone()))
                    .collect();
                arguments.insert(style(name), never.clone());
                let answer = client.call(tool.name, &Value::Object(arguments));
                let said = format!("bad_args: `{name}` ");
                assert!(
                    answer.text.starts_with(&said),
                    "{} {}: {}",
                    tool.name,
                    style(name),
                    answer.text
                );
                count += 1;
            }
        }
    }
    assert!(count > 300, "{count}");
}

fn camel(name: &str, first: bool) -> String {
    let mut upper = first;
    let mut all = String::new();
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                all.extend(c.to_uppercase());
                upper = false;
            }
            c => all.push(c),
        }
    }
    all
}

/// A rule about a path holds whatever the argument is called, and the audit trail has the path that was meant.
#[test]
fn a_path_under_any_name_meets_the_same_guards_and_is_on_record() {
    let sandbox = files().file("beside", "secret\n").file("grant/hidden", "secret\n").file(
        "allowlist.toml",
        "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\nhide = [\"hidden\"]\nreadonly = [\"docs/**\"]\n",
    );
    let trail = sandbox.path("trail.jsonl");
    let config = sandbox.path("allowlist.toml");
    let args = ["--config", config.to_str().unwrap(), "--audit", trail.to_str().unwrap()];
    let mut client = Client::start(&args, Era::Modern);
    let before = tree(&sandbox, "grant");
    for (tool, path, rest) in [
        ("read_text_file", vec!["target_file", "absolute_path", "file", "uri", "paths"], json!({})),
        ("grep", vec!["dir_path", "root", "paths", "cwd"], json!({"query": "x"})),
        ("write_file", vec!["target_file", "filename"], json!({"contents": "x"})),
        ("move_file", vec!["from", "old_path", "src"], json!({"to": "new"})),
        ("move_file", vec!["to", "new_path", "dst", "dest"], json!({"from": "a"})),
        ("delete_file", vec!["target_file", "filePath"], json!({})),
    ] {
        for name in path {
            for (said, codes) in [
                ("../beside", ["bad_path", "bad_path"]),
                ("/etc/passwd", ["unknown_grant", "escapes_grant"]),
                ("hidden", ["not_found", "protected"]),
            ] {
                let mut arguments = rest.clone();
                arguments[name] = if name == "paths" { json!([said]) } else { json!(said) };
                let answer = client.call(tool, &arguments);
                assert!(codes.contains(&answer.code()), "{tool} {arguments}: {answer:?}");
            }
        }
    }
    assert!(changes(TOOLS.iter().find(|tool| tool.name == "move_file").unwrap()));
    let answer = client.call("write_file", &json!({"target_file": "docs/e.md", "text": "x"}));
    assert_eq!(answer.code(), "protected", "{answer:?}");
    assert_eq!(tree(&sandbox, "grant"), before);
    client.call("move_file", &json!({"old_path": "a", "new_path": "src/meant"}));
    client.finish();
    let trail = std::fs::read_to_string(trail).unwrap();
    let last: Vec<&str> = trail.lines().filter(|line| line.contains("\"src/meant\"")).collect();
    assert!(!last.is_empty() && last.iter().all(|line| line.contains("\"a\"")), "{trail}");
}
