//! Arguments as other servers, clients and programs name them: each has its meaning, or the error says what to use. None
//! is ignored without a word.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rw")], Era::Modern)
}

fn tree() -> Sandbox {
    Sandbox::new()
        .file("grant/a.ts", "one\nneedle\nNeedle\nfour\nneedle two\n")
        .file("grant/src/b.md", "needle\n")
}

fn with(base: &Value, more: &Value) -> Value {
    let mut all = base.clone();
    all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    all
}

#[test]
fn each_name_of_an_argument_of_grep_means_what_the_own_one_does() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let base = json!({"pattern": "needle"});
    for (foreign, own) in [
        (json!({"A": 1}), json!({"after": 1})),
        (json!({"-A": 1}), json!({"after": 1})),
        (json!({"B": "1"}), json!({"before": 1})),
        (json!({"C": 1}), json!({"context": 1})),
        (json!({"i": true}), json!({"ignore_case": true})),
        (json!({"-i": true}), json!({"ignore_case": true})),
        (json!({"case": false}), json!({"ignore_case": true})),
        (json!({"case": true}), json!({})),
        (json!({"n": true}), json!({})),
        (json!({"n": false}), json!({})),
        (json!({"l": true}), json!({"output": "files"})),
        (json!({"c": true}), json!({"output": "count"})),
        (json!({"w": true}), json!({"word": true})),
        (json!({"o": true}), json!({"only_matching": true})),
        (json!({"F": true}), json!({"literal": true})),
        (json!({"U": true}), json!({"multiline": true})),
        (json!({"m": 1}), json!({"per_file": 1})),
        (json!({"max_count": 1}), json!({"per_file": 1})),
        (json!({"g": "*.md"}), json!({"glob": "*.md"})),
        (json!({"includes": ["*.md"]}), json!({"glob": ["*.md"]})),
        (json!({"t": "ts"}), json!({"type": "ts"})),
        (json!({"head_limit": 1}), json!({"limit": 1})),
        (json!({"head_limit": 0}), json!({})),
        (json!({"output_mode": "files_with_matches"}), json!({"output": "files"})),
        (json!({"patterns": ["needle"]}), json!({})),
        (json!({"sort": "path"}), json!({})),
    ] {
        let (foreign, own) = (with(&base, &foreign), with(&base, &own));
        let answer = client.call("grep", &foreign);
        assert!(!answer.is_error, "{foreign}: {}", answer.text);
        assert_eq!(answer.text, client.call("grep", &own).text, "{foreign}");
    }
    let one = json!({"e": "needle"});
    assert!(client.call("grep", &one).text.contains("2:needle"));
}

#[test]
fn an_argument_that_a_tool_cannot_have_gets_an_error_that_says_what_to_use() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    let grep = json!({"pattern": "needle"});
    let find = json!({"pattern": "*.ts"});
    let count = json!({"keyword": "needle", "root_paths": ["."]});
    for (tool, base, more, says) in [
        ("grep", &grep, json!({"patterns": ["a", "b"]}), "join them in one `pattern`: a|b|c"),
        ("search_files", &find, json!({"patterns": ["a", "b"]}), "*.ts,*.md"),
        ("keyword_search", &count, json!({"keywords": ["a", "b"]}), "`use_regex`=true"),
        ("grep", &grep, json!({"case": "insensitive"}), "use `ignore_case`"),
        ("grep", &grep, json!({"case": "smart"}), "use `ignore_case`"),
        ("keyword_search", &count, json!({"case": "smart"}), "use `case_insensitive`"),
        ("search_files", &find, json!({"case": "smart"}), "matches any case"),
        ("grep", &grep, json!({"n": 5}), "`limit`"),
        ("grep", &grep, json!({"v": true}), "lines that do not match"),
        ("grep", &grep, json!({"x": true}), "such as ^text$"),
        ("grep", &grep, json!({"P": true}), "look-around"),
        ("grep", &grep, json!({"a": true}), "binary files are not searched"),
        ("grep", &grep, json!({"-a": true}), "binary files are not searched"),
        ("grep", &grep, json!({"T": "ts"}), "use `exclude`"),
        ("grep", &grep, json!({"files_without_match": true}), "keyword_search"),
        ("grep", &grep, json!({"sort": "modified"}), "in the order of their paths"),
        ("grep", &grep, json!({"replace": "x"}), "it takes `after`"),
        ("grep", &grep, json!({"h": true}), "it takes `after`"),
        ("grep", &grep, json!({"offset": 3}), "use `cursor`"),
    ] {
        let sent = with(base, &more);
        let answer = client.call(tool, &sent);
        assert!(answer.is_error && answer.text.contains("no argument"), "{sent}: {}", answer.text);
        assert!(answer.text.contains(says), "{sent}: {}", answer.text);
    }
}

#[test]
fn an_argument_without_effect_on_the_output_is_named() {
    let sandbox = tree();
    let mut client = start(&sandbox);
    for (more, says) in [
        (json!({"output": "count", "max_count": 1}), "`per_file` does not apply to output=count"),
        (json!({"output": "files", "m": 1}), "`per_file` does not apply to output=files"),
        (
            json!({"output": "count", "-C": 2, "from_end": true}),
            "`context` and `from_end` do not apply to output=count",
        ),
        (json!({"output": "files", "before": 1}), "`before` does not apply to output=files"),
        (
            json!({"output": "files", "only_matching": true}),
            "`only_matching` does not apply to output=files",
        ),
        (
            json!({"only_matching": true, "after": 1}),
            "`after` does not apply to only_matching=true",
        ),
        (
            json!({"path": "a.ts", "glob": "*.md"}),
            "`glob` does not apply to a file given as `path`",
        ),
    ] {
        let text = client.call("grep", &with(&json!({"pattern": "needle"}), &more)).text;
        assert!(text.contains(says), "{more}: {text}");
    }
    // Values that ask for nothing get no note.
    for more in [
        json!({"output": "count", "per_file": 0, "context": 0, "from_end": false}),
        json!({"output": "count", "only_matching": true}),
        json!({"output": "files", "limit": 5}),
        json!({"context": 1, "per_file": 1}),
    ] {
        let text = client.call("grep", &with(&json!({"pattern": "needle"}), &more)).text;
        assert!(!text.contains("apply"), "{more}: {text}");
    }
}
