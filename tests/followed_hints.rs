//! What a hint or a closing line asks for: the call that follows it has in its answer what was left out before.

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox, follow};

fn tree() -> Sandbox {
    let (notice, _, _) = encoding_rs::SHIFT_JIS.encode("x = 1 # \u{901A}\u{77E5}\n");
    let sandbox = Sandbox::new()
        .file("grant/.gitignore", "gen\n*.log\nnode_modules\n")
        .dir("grant/.git/info")
        .file("grant/.git/config", "needle\n")
        .file("grant/.env", "needle\n")
        .file("grant/.github/w/ci.yml", "needle\n")
        .file("grant/a.ts", "needle\n")
        .file("grant/app/[id]/page.ts", "needle\n")
        .file("grant/code.js", "call(arr[0])\nyes|no\n(group)\n")
        .file("grant/deep/1/2/3/4.ts", "other\n")
        .file("grant/gen/g.ts", "needle\n")
        .file("grant/names/needle_in_name.txt", "nothing\n")
        .file("grant/src/many.ts", "needle\n".repeat(30))
        .file("grant/src/one.rs", "Needle\n")
        .file("grant/text.txt", "start here\nmiddle\nend there\n")
        .file("grant/x.log", "needle\n")
        .file("grant/zz/node_modules/n.js", "needle\n")
        .link("grant/ldir", "src")
        .link("grant/lfile.md", "text.txt");
    std::fs::write(sandbox.path("grant/notice.py"), notice).unwrap();
    sandbox
}

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rw")], Era::Modern)
}

/// What an answer shows, without its closing line, its notes, or its error.
fn shown(tool: &str, answer: &Answer) -> String {
    if answer.is_error {
        return String::new();
    }
    if tool == "keyword_search" {
        let answer: Value = serde_json::from_str(&answer.text).unwrap();
        return answer["files"].to_string();
    }
    let lines: Vec<&str> = answer.text.trim_end().lines().collect();
    lines[..lines.len() - 1].join("\n")
}

/// Calls the tool, follows the part of the answer that begins with `from`, and expects `wanted` in the second answer only.
fn followed(client: &mut Client, tool: &str, sent: &Value, from: &str, wanted: &str) {
    let first = client.call(tool, sent);
    assert!(!shown(tool, &first).contains(wanted), "{tool} {sent}: {}", first.text);
    let (next, arguments) = follow(tool, sent, &first.text, from);
    let second = client.call(&next, &arguments);
    let is_there = shown(&next, &second).contains(wanted);
    assert!(is_there, "{tool} {sent}\n{}\n-> {next} {arguments}\n{}", first.text, second.text);
}

/// Follows the hints of a table.
fn all_followed(client: &mut Client, tool: &str, table: &[(Value, &str, &str)]) {
    for (sent, from, wanted) in table {
        followed(client, tool, sent, from, wanted);
    }
}

#[test]
fn each_footer_of_grep_names_what_brings_the_rest() {
    let sandbox = tree();
    all_followed(
        &mut start(&sandbox),
        "grep",
        &[
            (json!({"pattern": "needle"}), "ignored (e.g.", "gen/g.ts"),
            (json!({"pattern": "needle"}), "ignored (e.g.", "x.log"),
            (json!({"pattern": "needle", "glob": "gen"}), "ignored (e.g. gen)", "gen/g.ts"),
            (json!({"pattern": "needle", "glob": "ge*"}), "ignored (e.g. gen)", "gen/g.ts"),
            (json!({"pattern": "needle", "glob": "gen/g.ts"}), "is there, but ignored", "gen/g.ts"),
            (json!({"pattern": "needle", "hidden": false}), "left out as dotfiles", ".env"),
            (json!({"pattern": "needle", "hidden": false}), "left out as dotfiles", "ci.yml"),
            (
                json!({"pattern": "needle", "exclude": ["src"]}),
                "left out by exclude",
                "src/many.ts",
            ),
            (json!({"pattern": "needle", "limit": 3}), "page full: limit=3", "src/many.ts"),
            (json!({"pattern": "needle", "limit": 3}), "continue with", "src/many.ts"),
            (json!({"pattern": "needle"}), "10 more in this file", "30:needle"),
            (json!({"pattern": "here", "glob": "*.md"}), "lfile.md is a link", "1:start here"),
            (json!({"pattern": "needle", "glob": "ldir/*.ts"}), "ldir is a link", "src/many.ts"),
            (json!({"pattern": "needle", "glob": ".git/**"}), ".git left out", ".git/config"),
            (
                json!({"pattern": "needle", "type": "perl"}),
                "no file that is searched",
                "src/many.ts",
            ),
            (json!({"pattern": "MIDDLE"}), "1 file matches with", "2:middle"),
            (json!({"pattern": "middl", "word": true}), "1 file matches with", "2:middle"),
            (json!({"pattern": "arr[0]"}), "1 file matches with", "call(arr[0])"),
            (json!({"pattern": "call(arr"}), "hint: ", "call(arr[0])"),
            (json!({"pattern": "mid.le", "literal": true}), "1 file matches with", "2:middle"),
            (json!({"pattern": r"\(middle\|nothing\)"}), "2 files match with", "2:middle"),
            (json!({"pattern": "start.*middle"}), "1 file matches with", "2:middle"),
            (json!({"pattern": "needle_in_name"}), "1 name holds", "names/needle_in_name.txt"),
            (json!({"pattern": "\u{901A}\u{77E5}"}), "1 file matches with encoding", "1:x = 1"),
            (json!({"pattern": "needle", "path": "src/*.ts"}), "hint: ", "src/many.ts"),
            (json!({"pattern": "needle", "path": "*.ts"}), "hint: ", "a.ts"),
            (json!({"pattern": "needle", "path": "app/[id]/pag.ts"}), "hint: ", "1:needle"),
            (json!({"pattern": "needle", "path": "/src/many.ts"}), "hint: ", "1:needle"),
            (json!({"pattern": "needle", "path": "app/[id]/none"}), "hint: ", "page.ts"),
        ],
    );
}

#[test]
fn each_footer_of_search_files_names_what_brings_the_rest() {
    let sandbox = tree();
    all_followed(
        &mut start(&sandbox),
        "search_files",
        &[
            (json!({"pattern": "gen"}), "ignored (e.g. gen)", "gen/"),
            (json!({"pattern": "ge*"}), "ignored (e.g. gen)", "gen/"),
            (json!({"pattern": "gen/*"}), "ignored (e.g. gen)", "gen/g.ts"),
            (json!({"pattern": "*.log"}), "ignored (e.g. x.log", "x.log"),
            (json!({"pattern": "*.ts", "exclude": "src"}), "left out by exclude", "src/many.ts"),
            (json!({"pattern": "src", "type": "file"}), "1 entry of another kind", "src/"),
            (json!({"pattern": "*.ts", "limit": 1}), "continue with", "page.ts"),
            (json!({"pattern": "ldir/*.ts"}), "ldir is a link", "src/many.ts"),
            (json!({"pattern": ".git/**"}), ".git left out", ".git/config"),
            (json!({"pattern": "*.ts", "path": "src/*"}), "hint: ", "src/many.ts"),
            (json!({"pattern": "*", "path": "app/[id]/none"}), "hint: ", "page.ts"),
            (json!({"pattern": "*", "path": "/src"}), "hint: ", "src/many.ts"),
        ],
    );
}

#[test]
fn each_footer_of_a_tree_or_a_listing_names_what_brings_the_rest() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    all_followed(
        &mut client,
        "directory_tree",
        &[
            (json!({}), "ignored (e.g.", "gen/"),
            (json!({}), "ignored (e.g.", "x.log"),
            (json!({"exclude": ["src"]}), "left out by exclude", "many.ts"),
            (json!({}), "max_depth=4", "3/"),
            (json!({"limit": 5}), "continue with", "code.js"),
            (json!({"path": "src/*"}), "hint: ", "many.ts"),
            (json!({"path": "*"}), "hint: ", "many.ts"),
            (json!({"path": "src/*.ts"}), "hint: ", "src/many.ts"),
            (json!({"path": "srcs"}), "hint: ", "many.ts"),
            (json!({"path": "src/none/none"}), "hint: ", "many.ts"),
            (json!({"path": "app/[id]/none"}), "hint: ", "page.ts"),
            (json!({"path": "/src"}), "hint: ", "many.ts"),
            (json!({"path": "text.txt"}), "hint: ", "middle"),
        ],
    );
    all_followed(
        &mut client,
        "list_directory",
        &[
            (json!({"limit": 2}), "continue with", ".gitignore"),
            (json!({"path": "src/*"}), "hint: ", "many.ts"),
            (json!({"path": "**"}), "hint: ", "[DIR] src"),
            (json!({"path": "src/*.ts"}), "hint: ", "src/many.ts"),
            (json!({"path": "app/[id]/none"}), "hint: ", "page.ts"),
            (json!({"path": "/src"}), "hint: ", "many.ts"),
            (json!({"path": "text.txt"}), "hint: ", "middle"),
        ],
    );
    all_followed(
        &mut client,
        "read_text_file",
        &[
            (json!({"path": "src"}), "hint: ", "many.ts"),
            (json!({"path": "src/*"}), "hint: ", "many.ts"),
            (json!({"path": "*"}), "hint: ", "[DIR] src"),
            (json!({"path": "app/[id]/none"}), "hint: ", "page.ts"),
            (json!({"path": "/text.txt"}), "hint: ", "middle"),
        ],
    );
}

#[test]
fn each_keyword_search_note_names_the_argument_for_the_rest() {
    let sandbox = tree();
    let asked = |keyword: &str, more: Value| {
        let mut asked = json!({"keyword": keyword, "root_paths": ["."]});
        asked.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        asked
    };
    all_followed(
        &mut start(&sandbox),
        "keyword_search",
        &[
            (asked("needle", json!({})), "ignored (e.g.", "gen/g.ts"),
            (
                asked("needle", json!({"include_patterns": ["gen"]})),
                "ignored (e.g. gen)",
                "gen/g.ts",
            ),
            (
                asked("needle", json!({"exclude_patterns": ["src"]})),
                "left out by exclude_patterns",
                "src/many.ts",
            ),
            (
                asked("needle", json!({"include_patterns": ["ldir/*.ts"]})),
                "ldir is a link",
                "src/many.ts",
            ),
            (
                asked("needle", json!({"include_patterns": [".git/*"]})),
                ".git left out",
                ".git/config",
            ),
            (asked("MIDDLE", json!({})), "1 file matches with", "text.txt"),
            (asked("mid.le", json!({})), "1 file matches with", "text.txt"),
            (asked("arr[0]", json!({"use_regex": true})), "1 file matches with", "code.js"),
            (
                asked("start.*middle", json!({"use_regex": true})),
                "1 file matches with the tool grep",
                "2:middle",
            ),
            (asked("needle_in_name", json!({})), "1 name holds", "names/needle_in_name.txt"),
        ],
    );
}

#[test]
fn pages_cut_by_max_result_chars_name_the_argument_for_the_rest() {
    let mut sandbox = Sandbox::new().file(
        "allowlist.toml",
        "[[allow]]\npath = \"grant\"\n\n[limits]\nmax_result_chars = 4000\n",
    );
    for nth in 0..60 {
        let name = format!("grant/{nth:02}-{}.ts", "x".repeat(100));
        sandbox = sandbox.file(&name, format!("needle {}\n", "y".repeat(100)));
    }
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    let has_last = |text: &str| text.contains("59-x");
    for (tool, sent) in [
        ("grep", json!({"pattern": "needle"})),
        ("search_files", json!({"pattern": "*.ts"})),
        ("directory_tree", json!({})),
        ("list_directory", json!({})),
    ] {
        let mut asked = sent.clone();
        let mut pages = 0;
        loop {
            pages += 1;
            let answer = client.call(tool, &asked);
            if has_last(&answer.text) {
                break;
            }
            asked = follow(tool, &sent, &answer.text, "continue with").1;
            assert!(pages < 20, "{tool} {}", answer.text);
        }
        assert!(pages > 1, "{tool}");
    }
}

#[test]
fn the_example_of_what_is_ignored_is_what_is_searched_for_or_not_everyones() {
    let sandbox = Sandbox::new()
        .dir("grant/.git")
        .file("grant/.gitignore", "node_modules\ntarget\nout\n*.log\n")
        .file("grant/apps/node_modules/p/i.js", "x\n")
        .file("grant/node_modules/q/j.js", "x\n")
        .file("grant/out/k.js", "x\n")
        .file("grant/z.log", "x\n")
        .file("grant/b.log", "x\n");
    let mut client = start(&sandbox);
    for (tool, sent, example) in [
        ("directory_tree", json!({}), "2 files and 3 directories ignored (e.g. b.log, out)"),
        ("grep", json!({"pattern": "zzz"}), "2 files and 3 directories ignored (e.g. b.log, out)"),
        ("search_files", json!({"pattern": "z.log"}), "ignored (e.g. z.log, out)"),
        ("search_files", json!({"pattern": "node_modules"}), "(e.g. apps/node_modules)"),
        ("directory_tree", json!({"path": "apps"}), "1 directory ignored (e.g. apps/node_modules)"),
    ] {
        // Threads come across them in any order.
        for _ in 0..3 {
            let text = client.call(tool, &sent).text;
            assert!(text.contains(example), "{tool} {sent}: {text}");
        }
    }
}

/// No line says that something is there and that no name matches it.
#[test]
fn what_is_left_out_is_not_said_to_match_nothing() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    for (glob, more, says) in [
        ("gen", json!({}), "respect_ignore=false"),
        ("gen/", json!({}), "respect_ignore=false"),
        ("/gen", json!({}), "respect_ignore=false"),
        ("ge*", json!({}), "respect_ignore=false"),
        ("gen/g.ts", json!({}), "respect_ignore=false"),
        ("gen/*.ts", json!({}), "respect_ignore=false"),
        ("*.log", json!({}), "respect_ignore=false"),
        ("x.log", json!({}), "respect_ignore=false"),
        (".github", json!({"hidden": false}), "hidden=true"),
        (".gith*", json!({"hidden": false}), "hidden=true"),
        (".github/w/*", json!({"hidden": false}), "hidden=true"),
        (".env", json!({"hidden": false}), "hidden=true"),
        ("src", json!({"exclude": ["src"]}), "left out by exclude (e.g. src)"),
        ("sr*", json!({"exclude": ["s*"]}), "left out by exclude (e.g. src)"),
        ("src/*.ts", json!({"exclude": ["src"]}), "left out by exclude (e.g. src)"),
    ] {
        let mut sent = json!({"pattern": "needle", "glob": [glob]});
        sent.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let text = client.call("grep", &sent).text;
        assert!(text.contains(says), "{sent}: {text}");
        assert!(!text.contains("no file name"), "{sent}: {text}");
        if more == json!({}) {
            let sent = json!({"pattern": glob});
            let text = client.call("search_files", &sent).text;
            assert!(text.contains(says) && !text.contains("is there, but"), "{sent}: {text}");
        }
    }
    // Where it is not known, only what is searched is spoken of.
    for (sent, says) in [
        (json!({"pattern": "needle", "glob": "n.js"}), "no file name that is searched matches"),
        (json!({"pattern": "needle", "glob": "n.js", "path": "src"}), "no file name matches"),
    ] {
        let text = client.call("grep", &sent).text;
        assert!(text.contains(says), "{sent}: {text}");
    }
}
