//! Forms in which other clients send an edit: those with one meaning are understood, and the others are answered with what to
//! send instead.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox};

fn call(client: &mut Client, sandbox: &Sandbox, arguments: &Value) -> (String, String) {
    std::fs::write(sandbox.path("grant/f"), "one\ntwo\nthree\n").unwrap();
    let mut arguments = arguments.clone();
    arguments["path"] = "f".into();
    let answer = client.call("edit_file", &arguments).text;
    (answer, std::fs::read_to_string(sandbox.path("grant/f")).unwrap())
}

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

#[test]
fn an_edit_with_an_old_and_a_new_text_is_understood_by_any_names() {
    let sandbox = Sandbox::new().dir("grant");
    let mut client = start(&sandbox);
    for arguments in [
        json!({"find": "two", "replace": "2"}),
        json!({"search": "two", "replace": "2"}),
        json!({"find": "two", "replace_with": "2"}),
        json!({"original": "two", "updated": "2"}),
        json!({"command": "str_replace", "old_str": "two", "new_str": "2"}),
        json!({"command": "replace", "old_string": "two", "new_string": "2"}),
        json!({"TargetContent": "two", "ReplacementContent": "2", "AllowMultiple": false}),
        json!({"old_text": "two", "new_text": "2", "regex": false}),
        json!({"edits": [{"find": "two", "replace": "2"}]}),
        json!({"edits": [{"search": "two", "replacement": "2", "regex": false}]}),
        json!({"edits": {"search_text": "two", "replace_text": "2"}}),
    ] {
        let (answer, text) = call(&mut client, &sandbox, &arguments);
        assert_eq!(text, "one\n2\nthree\n", "{arguments}: {answer}");
    }
}

#[test]
fn an_edit_in_another_form_is_answered_with_what_to_send() {
    let sandbox = Sandbox::new().dir("grant");
    let mut client = start(&sandbox);
    let lines = "edit_file does not take line numbers: give the text of the lines as `old_text`";
    let insert = "to insert, give an existing line as `old_text`";
    let plain = "`old_text` is plain text and not a pattern";
    for (arguments, hint) in [
        (json!({"start_line": 2, "end_line": 2, "new_text": "2"}), lines),
        (json!({"startLine": 2, "endLine": 2, "new_string": "2"}), lines),
        (json!({"line": 2, "content": "2"}), lines),
        (json!({"line_range": [2, 2], "new_text": "2"}), lines),
        (json!({"edits": [{"start_line": 2, "end_line": 2, "new_text": "2"}]}), lines),
        (json!({"edits": [{"old_text": "two", "new_text": "2", "line": 2}]}), lines),
        (json!({"command": "insert", "insert_line": 1, "new_str": "2"}), insert),
        (json!({"command": "insert", "insert_line": 1, "insert_text": "2"}), insert),
        (json!({"insert_line": 1, "new_text": "2"}), insert),
        (json!({"edits": [{"insert_line": 1, "new_text": "2"}]}), insert),
        (json!({"old_text": "t.o", "new_text": "2", "regex": true}), plain),
        (json!({"edits": [{"find": "t.o", "replace": "2", "use_regex": true}]}), plain),
        (json!({"pattern": "t.o", "replacement": "2"}), plain),
        (json!({"command": "view"}), "read_text_file shows a file"),
        (json!({"command": "create", "file_text": "2"}), "write_file creates one"),
        (json!({"content": "2"}), "write_file writes a whole file"),
        (
            json!({"old_text": "two", "new_text": "2", "line_ends": "crlf"}),
            "write_file has `line_ends`",
        ),
        (
            json!({"edits": [{"old_text": "two", "new_text": "2", "eol": "crlf"}]}),
            "write_file has `line_ends`",
        ),
        (json!({"diff": "@@ -1 +1 @@\n"}), "use `edits`"),
    ] {
        let (answer, text) = call(&mut client, &sandbox, &arguments);
        assert!(answer.starts_with("bad_args: ") && answer.contains(hint), "{arguments}: {answer}");
        assert_eq!(text, "one\ntwo\nthree\n", "{arguments}");
    }
}
