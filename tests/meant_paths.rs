//! Paths that are nearly right: hints name only arguments that the tool has, point from globs to the search for them, find files
//! by names without an extension, and are the same in searches.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox, calls};
use preopen::tools::TOOLS;

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

/// A call of a tool that reads the path, with what else the tool needs.
fn call(client: &mut Client, tool: &str, path: &str) -> Answer {
    let arguments = match tool {
        "grep" | "search_files" => json!({"path": path, "pattern": "x"}),
        "keyword_search" => json!({"root_paths": [path], "keyword": "x"}),
        "read_multiple_files" => json!({"paths": [path]}),
        "edit_file" => json!({"path": path, "edits": [{"old_text": "a", "new_text": "b"}]}),
        "copy_file" | "move_file" => json!({"source": path, "destination": "new"}),
        _ => json!({"path": path}),
    };
    client.call(tool, &arguments)
}

fn hint(client: &mut Client, tool: &str, path: &str) -> String {
    let answer = call(client, tool, path);
    let (_, hint) =
        answer.text.split_once("\nhint: ").unwrap_or_else(|| panic!("{tool} {path}: {answer:?}"));
    hint.lines().next().unwrap().to_owned()
}

fn closing(answer: &Answer) -> String {
    assert!(!answer.is_error, "{answer:?}");
    answer.text.lines().last().unwrap_or_default().to_owned()
}

/// Following a hint must not end in `bad_args`.
#[test]
fn a_hint_names_only_arguments_that_the_tool_has() {
    let sandbox = Sandbox::new().file("grant/src/a.ts", "x\n").file("other/b.ts", "x\n");
    let mut one = start(&sandbox);
    let (grant, other) = (sandbox.spec("grant", "rwd"), sandbox.spec("other", "rwd"));
    let mut two = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    for (client, front) in [(&mut one, ""), (&mut two, "grant/")] {
        let schemas = client.tools();
        for tool in TOOLS {
            for path in
                ["src/a.ts:12", "a.ts:12", "src/a.ts#L10-L20", "../src/a.ts:12", "/x/src/a.ts:12"]
            {
                for arguments in calls(tool, path) {
                    let answer = client.call(tool.name, &arguments);
                    let meant = format!("did you mean `{front}src/a.ts`");
                    let Some((_, after)) = answer.text.split_once(&meant) else { continue };
                    let has_offset =
                        !schemas[tool.name]["inputSchema"]["properties"]["offset"].is_null();
                    assert_eq!(
                        after.starts_with(", offset="),
                        has_offset,
                        "{} {answer:?}",
                        tool.name
                    );
                }
            }
        }
    }
    assert_eq!(
        hint(&mut one, "read_text_file", "src/a.ts:12"),
        "did you mean `src/a.ts`, offset=12?"
    );
    assert_eq!(
        hint(&mut two, "read_text_file", "src/a.ts:12"),
        "did you mean `grant/src/a.ts`, offset=12?"
    );
    for tool in ["grep", "get_file_info", "read_multiple_files", "edit_file", "keyword_search"] {
        assert_eq!(hint(&mut one, tool, "src/a.ts:12"), "did you mean `src/a.ts`?", "{tool}");
    }
}

/// How a page of several files goes on: with the tool that has the argument.
#[test]
fn what_continues_a_page_is_an_argument_of_the_tool_that_is_named() {
    let sandbox = Sandbox::new()
        .file("grant/many", "line\n".repeat(20_000))
        .file("grant/long", "y".repeat(200_000))
        .file("grant/binary", b"\0\x01\xff".repeat(1_000));
    let mut client = start(&sandbox);
    for (path, own, several) in [
        ("many", "; continue with offset=", "; continue with read_text_file offset="),
        (
            "long",
            "more bytes; continue with byte_offset=",
            "more bytes; continue with read_text_file byte_offset=",
        ),
        (
            "binary",
            "if it is text, name its `encoding`",
            "if it is text, call read_text_file with its `encoding`",
        ),
    ] {
        for (tool, wanted) in [("read_text_file", own), ("read_multiple_files", several)] {
            let answer = call(&mut client, tool, path);
            assert!(answer.text.contains(wanted), "{tool} {path}: {}", answer.text.len());
        }
    }
}

#[test]
fn a_glob_for_a_path_gets_the_search_that_finds_it() {
    let sandbox = Sandbox::new()
        .file("grant/src/a.ts", "x\n")
        .file("grant/src/lib/b.ts", "x\n")
        .file("other/b.ts", "x\n");
    let host = sandbox.path("grant").canonicalize().unwrap();
    let absolute = format!("{}/src/*.ts", host.to_str().unwrap());
    let mut client = start(&sandbox);
    for (tool, path, wanted) in [
        ("grep", "src/**/*.ts", "use path=`src` and glob=`**/*.ts`"),
        ("grep", "src/*.ts", "use path=`src` and glob=`/*.ts`"),
        ("grep", "src/lib/{a,b}.ts", "use path=`src/lib` and glob=`/{a,b}.ts`"),
        ("grep", "src/[ab].ts", "use path=`src` and glob=`/[ab].ts`"),
        ("grep", r"src\*.ts", "use path=`src` and glob=`/*.ts`"),
        ("grep", "\"src/*.ts\"", "use path=`src` and glob=`/*.ts`"),
        ("grep", &absolute, "use path=`src` and glob=`/*.ts`"),
        ("grep", "grant/src/*.ts", "use path=`src` and glob=`/*.ts`"),
        ("grep", "src/**", "use path=`src`"),
        ("grep", "*.ts", "leave out `path` and use glob=`/*.ts`"),
        ("grep", "**", "leave out `path`"),
        ("search_files", "src/*", "use path=`src` and pattern=`/*`"),
        ("search_files", "**/*.ts", "leave out `path` and use pattern=`**/*.ts`"),
        ("keyword_search", "src/*", "use root_paths=[`src`] and include_patterns=`/*`"),
        ("keyword_search", "*.ts", "use root_paths=[`.`] and include_patterns=`/*.ts`"),
        ("list_directory", "src/*", "use path=`src`"),
        ("directory_tree", "src/**", "use path=`src`"),
        ("directory_tree", "*", "leave out `path`"),
        ("read_text_file", "src/*", "list_directory with path=`src` shows what is in it"),
        ("read_text_file", "*", "list_directory without `path` shows what there is"),
        (
            "read_multiple_files",
            "src/**/*.ts",
            "search_files with path=`src` and pattern=`**/*.ts` finds what it matches",
        ),
        ("delete_file", "*.ts", "search_files with pattern=`/*.ts` finds what it matches"),
    ] {
        assert_eq!(
            hint(&mut client, tool, path),
            format!("paths are not globs: {wanted}"),
            "{tool} {path}"
        );
    }
    // What the hint says finds the files.
    let search = json!({"pattern": "x", "path": "src", "glob": "/*.ts"});
    assert!(client.call("grep", &search).text.starts_with("src/a.ts\n1:x\n[1 "));
    // Each tool with a path that has to exist has the hint.
    for tool in TOOLS {
        for arguments in calls(tool, "src/*.ts") {
            let is_to_make = ["write_file", "create_directory"].contains(&tool.name)
                || arguments["destination"] == "src/*.ts";
            if !is_to_make {
                let answer = client.call(tool.name, &arguments);
                assert!(answer.text.contains("paths are not globs: "), "{} {answer:?}", tool.name);
            }
        }
    }
    // An entry of that exact name comes first, then a name like it.
    std::fs::write(sandbox.path("grant/src/*.ts"), "star\n").unwrap();
    assert!(call(&mut client, "read_text_file", "src/*.ts").text.starts_with("star"));
    std::fs::write(sandbox.path("grant/src/what.md"), "x\n").unwrap();
    assert_eq!(hint(&mut client, "read_text_file", "src/what?.md"), "did you mean `src/what.md`?");
    // With several grants, also without the name of one.
    let (grant, other) = (sandbox.spec("grant", "rw"), sandbox.spec("other", "ro"));
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    for (tool, path, wanted) in [
        ("grep", "grant/src/*.md", "use path=`grant/src` and glob=`/*.md`"),
        ("grep", "src/*.md", "use path=`grant/src` and glob=`/*.md`"),
        (
            "keyword_search",
            "*.md",
            "use root_paths=[`grant`, `other`] and include_patterns=`/*.md`",
        ),
    ] {
        assert_eq!(
            hint(&mut client, tool, path),
            format!("paths are not globs: {wanted}"),
            "{tool} {path}"
        );
    }
}

#[test]
fn a_path_without_its_extension_finds_the_file() {
    let mut sandbox = Sandbox::new()
        .file("grant/src/lib/util.go", "x")
        .file("grant/src/lib/util_test.go", "x")
        .file("grant/src/mypkg/core.py", "x")
        .file("grant/src/components/Button.tsx", "x")
        .file("grant/src/components/Button.test.tsx", "x")
        .file("grant/src/components/index.ts", "x")
        .file("grant/widgets/Card/index.tsx", "x")
        .file("grant/rust/mod.rs", "x")
        .file("grant/plain/a.txt", "x")
        .file("grant/src/x/a.ts", "x")
        .file("grant/both/name", "x")
        .file("grant/both/name.old", "x")
        .file("other/lib/c.rs", "x");
    for i in 0..200 {
        sandbox = sandbox.file(&format!("grant/many/n{i}.js"), "x");
    }
    let mut client = start(&sandbox);
    for (path, wanted) in [
        ("src/lib/util", "`src/lib/util.go`"),
        ("lib/util", "`src/lib/util.go`"),
        ("util", "`src/lib/util.go`"),
        ("src/mypkg/core", "`src/mypkg/core.py`"),
        ("mypkg/core", "`src/mypkg/core.py`"),
        ("components/Button", "`src/components/Button.tsx` or `src/components/Button.test.tsx`"),
        (
            "src/components/button",
            "`src/components/Button.tsx` or `src/components/Button.test.tsx`",
        ),
        ("./src/components/index", "`src/components/index.ts`"),
        // A compiler's name for what is written in another language.
        ("src/x/a.js", "`src/x/a.ts`"),
        ("many/n7", "`many/n7.js`"),
        ("name", "`both/name`"),
        ("ui/Card", "`widgets/Card`"),
    ] {
        for tool in ["read_text_file", "get_file_info", "grep"] {
            let hint = hint(&mut client, tool, path);
            assert!(hint.starts_with(&format!("did you mean {wanted}")), "{tool} {path}: {hint}");
        }
    }
    for (path, wanted) in [
        (
            "widgets/Card",
            "did you mean `widgets/Card/index.tsx`? list_directory shows what is in it",
        ),
        ("rust/", "did you mean `rust/mod.rs`? list_directory shows what is in it"),
        ("plain", "list_directory shows what is in it"),
    ] {
        assert_eq!(hint(&mut client, "read_text_file", path), wanted);
    }
    let (grant, other) = (sandbox.spec("grant", "rw"), sandbox.spec("other", "ro"));
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    assert_eq!(hint(&mut client, "read_text_file", "lib/c"), "did you mean `other/lib/c.rs`?");
    assert_eq!(hint(&mut client, "read_text_file", "../lib/c"), "did you mean `other/lib/c.rs`?");
}

/// The same to the byte, whatever is hidden.
#[test]
fn stems_index_files_and_beginnings_of_globs_do_not_reveal_hidden_names() {
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\"private\", \"*.key\", \"index.ts\"]\n";
    let with = |sandbox: Sandbox| sandbox.file("allowlist.toml", toml).file("grant/d/a.txt", "x");
    let full = with(
        Sandbox::new()
            .file("grant/d/secret.key", "x")
            .file("grant/d/index.ts", "x")
            .file("grant/private/hidden.ts", "x")
            .file("grant/private/sub/hidden.ts", "x"),
    );
    let empty = with(Sandbox::new());
    let both = [&full, &empty].map(|sandbox| {
        let config = sandbox.path("allowlist.toml");
        let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
        let mut answers = vec![];
        for path in
            ["d/secret", "secret", "d", "hidden", "private/hidden", "private/*.ts", "private"]
        {
            for tool in ["read_text_file", "list_directory", "grep", "read_multiple_files"] {
                answers.push(call(&mut client, tool, path).text);
            }
        }
        for glob in
            ["private/*.ts", "private/hidden.ts", "x/sub/*.ts", "d/secret/*.ts", "x/private/*"]
        {
            answers.push(client.call("search_files", &json!({"pattern": glob})).text);
            answers.push(client.call("grep", &json!({"pattern": "x", "glob": glob})).text);
        }
        answers
    });
    assert_eq!(both[0], both[1]);
}

#[test]
fn a_glob_that_begins_with_a_wrong_path_gets_the_hint_of_that_path() {
    let sandbox = Sandbox::new()
        .file("grant/components/Button.tsx", "x\n")
        .file("grant/src/App.tsx", "x\n")
        .file("grant/web/lib/c.ts", "x\n")
        .dir("other");
    let mut client = start(&sandbox);
    let mut says = |tool: &str, arguments: Value| closing(&client.call(tool, &arguments));
    for (pattern, wanted) in [
        ("src/components/Button.tsx", Some("`components/Button.tsx`")),
        ("src/components/*.tsx", Some("`components`")),
        ("frontend/src/App.tsx", Some("`src/App.tsx`")),
        ("lib/src/**/*.tsx", Some("`src`")),
        ("srcc/*.tsx", Some("`src`")),
        ("src/*.py", None),
        ("nothing/like/it/*.py", None),
        ("nosuch", None),
    ] {
        let files = says("search_files", json!({"pattern": pattern}));
        let lines = says("grep", json!({"pattern": "x", "glob": pattern}));
        let keywords = says(
            "keyword_search",
            json!({"keyword": "x", "root_paths": ["."], "include_patterns": [pattern]}),
        );
        for answer in [files, lines, keywords] {
            match wanted {
                Some(path) => {
                    let wanted = format!("does not exist: did you mean {path}?");
                    assert!(answer.contains(&wanted), "{pattern}: {answer}");
                }
                None => assert!(!answer.contains("did you mean"), "{pattern}: {answer}"),
            }
        }
    }
    let below = says("search_files", json!({"pattern": "src/lib/*.ts", "path": "web"}));
    assert!(below.contains("`web/src/lib` does not exist: did you mean `web/lib`?"), "{below}");
    // An entry that was left out is not called missing.
    let left_out = says(
        "grep",
        json!({"pattern": "x", "glob": "components/*.tsx", "exclude": ["components"]}),
    );
    assert!(!left_out.contains("does not exist"), "{left_out}");
    let (grant, other) = (sandbox.spec("grant", "rw"), sandbox.spec("other", "ro"));
    let mut client = Client::start(&["--allow", &grant, "--allow", &other], Era::Modern);
    let several =
        closing(&client.call("search_files", &json!({"pattern": "grant/src/components/*.tsx"})));
    assert!(several.contains("did you mean `grant/components`?"), "{several}");
}

#[test]
fn filters_of_names_do_not_apply_to_a_file_that_is_given_and_the_answer_says_so() {
    let sandbox = Sandbox::new().file("grant/c.ts", "x\n").file("grant/a/b.ts", "x\n");
    let mut client = start(&sandbox);
    for (arguments, wanted) in [
        (
            json!({"path": "c.ts", "exclude": ["*.ts"]}),
            "`exclude` does not apply to a file given as `path`",
        ),
        (
            json!({"path": "a/b.ts", "exclude": ["a"]}),
            "`exclude` does not apply to a file given as `path`",
        ),
        (
            json!({"path": "c.ts", "glob": "*.py"}),
            "`glob` does not apply to a file given as `path`",
        ),
        (
            json!({"path": "c.ts", "type": "py", "glob": "*.py"}),
            "`glob` and `type` do not apply to a file given as `path`",
        ),
    ] {
        let mut arguments = arguments;
        arguments["pattern"] = json!("x");
        let closing = closing(&client.call("grep", &arguments));
        assert_eq!(closing, format!("[1 matching line in 1 file; {wanted}]"), "{arguments}");
    }
    let plain = closing(&client.call("grep", &json!({"pattern": "x", "path": "c.ts"})));
    assert_eq!(plain, "[1 matching line in 1 file]");
    let refused = client.call("grep", &json!({"pattern": "x", "path": "c.ts", "glob": "{a"}));
    assert_eq!(refused.code(), "bad_args", "{refused:?}");
    let keyword = json!({"keyword": "x", "root_paths": ["c.ts"], "exclude_patterns": ["*.ts"]});
    let answer = client.call("keyword_search", &keyword).text;
    assert!(
        answer.contains("`exclude_patterns` does not apply to a file given as `root_paths`"),
        "{answer}"
    );
    assert!(!answer.contains("nothing matches"), "{answer}");
}
