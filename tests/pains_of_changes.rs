//! What users of other servers suffered when files were changed, by the name of the report, and that it
//! does not happen here. (`#n` are issues of the official servers' repository.)

use std::os::unix::fs::MetadataExt as _;

use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

fn call(sandbox: &Sandbox, tool: &str, arguments: &Value) -> Answer {
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    client.call(tool, arguments)
}

fn edit(old: &str, new: &str) -> Value {
    json!({"path": "f", "edits": [{"oldText": old, "newText": new}]})
}

fn bytes(sandbox: &Sandbox, path: &str) -> Vec<u8> {
    std::fs::read(sandbox.path(path)).unwrap()
}

/// claude-code#13456, #64599, #7443, #7918, qwen-code#2707: an edit of a CRLF file fails, or rewrites it.
#[test]
fn line_ends_stay_what_they_were() {
    let sandbox = Sandbox::new().file("grant/f", "a\r\nb\nc\r\nd\r\n");
    assert_eq!(call(&sandbox, "edit_file", &edit("c\nd\n", "c\nx\nd\n")).code(), "ok");
    assert_eq!(bytes(&sandbox, "grant/f"), b"a\r\nb\nc\r\nx\r\nd\r\n");
}

/// claude-code#85842, #7134, #3416: an edit elsewhere destroys what is in an old encoding.
#[test]
fn old_encodings_survive_an_edit_elsewhere() {
    let text = b"un caf\xe9 tr\xe8s serr\xe9\nplain\n";
    let sandbox = Sandbox::new().file("grant/f", text);
    assert_eq!(call(&sandbox, "edit_file", &edit("plain", "simple")).code(), "ok");
    assert_eq!(bytes(&sandbox, "grant/f"), b"un caf\xe9 tr\xe8s serr\xe9\nsimple\n");
}

/// docker-agent#3929, gaia#3377, coder#23125: an ambiguous edit changes the first place, silently.
#[test]
fn an_ambiguous_edit_is_not_guessed() {
    let sandbox = Sandbox::new().file("grant/f", "x = 1\ny\nx = 1\n");
    let answer = call(&sandbox, "edit_file", &edit("x = 1", "x = 2"));
    assert!(
        answer.text.starts_with("not_unique: ") && answer.text.contains("lines 1, 3"),
        "{answer:?}"
    );
    assert_eq!(bytes(&sandbox, "grant/f"), b"x = 1\ny\nx = 1\n");
}

/// #2034: `Could not find exact match`, and no word about the text of the file.
#[test]
fn a_text_that_is_not_there_is_answered_with_what_comes_near() {
    let sandbox = Sandbox::new().file("grant/f", "fn main() {\n\tlet total = 1;\n}\n");
    let answer = call(&sandbox, "edit_file", &edit("    let total = 1;", "x"));
    assert!(
        answer.text.contains("tabs against spaces") && answer.text.contains("\n\tlet total = 1;\n"),
        "{answer:?}"
    );
}

/// docker-agent#2144, pi#3370: models send `edits` as JSON in a string.
#[test]
fn edits_in_a_string_are_understood() {
    let sandbox = Sandbox::new().file("grant/f", "a\n");
    let arguments = json!({"path": "f", "edits": "[{\"oldText\": \"a\", \"newText\": \"b\"}]"});
    assert_eq!(call(&sandbox, "edit_file", &arguments).code(), "ok");
    assert_eq!(bytes(&sandbox, "grant/f"), b"b\n");
}

/// #4628, UI-TARS-desktop#1977, and seen in two peers: a move overwrites the target.
#[test]
fn a_move_overwrites_nothing() {
    let sandbox = Sandbox::new().file("grant/a", "a").file("grant/b", "b");
    let answer = call(&sandbox, "move_file", &json!({"source": "a", "destination": "b"}));
    assert_eq!(answer.code(), "already_exists");
    assert_eq!(
        (bytes(&sandbox, "grant/a"), bytes(&sandbox, "grant/b")),
        (b"a".to_vec(), b"b".to_vec())
    );
}

/// Seen in two peers: moving a link moves what it leads to, and leaves a link to nothing.
#[test]
fn a_link_is_moved_as_a_link() {
    let sandbox = Sandbox::new().file("grant/d/f", "x").link("grant/l", "d/f");
    assert_eq!(
        call(&sandbox, "move_file", &json!({"source": "l", "destination": "m"})).code(),
        "ok"
    );
    assert_eq!(std::fs::read_link(sandbox.path("grant/m")).unwrap().to_str(), Some("d/f"));
    assert_eq!(bytes(&sandbox, "grant/d/f"), b"x");
}

/// servers PR #4115: a file that was written is no longer executable.
#[test]
fn a_script_stays_executable() {
    let sandbox = Sandbox::new().file("grant/f", "#!/bin/sh\n").mode("grant/f", 0o755);
    call(&sandbox, "write_file", &json!({"path": "f", "content": "#!/bin/sh\nls\n"}));
    call(&sandbox, "edit_file", &edit("ls", "ls -l"));
    assert_eq!(std::fs::metadata(sandbox.path("grant/f")).unwrap().mode() & 0o777, 0o755);
}

/// #4629: a file cannot be written where its directory does not exist yet.
#[test]
fn missing_directories_are_made() {
    let sandbox = Sandbox::new();
    assert_eq!(
        call(&sandbox, "write_file", &json!({"path": "a/b/c", "content": "x"})).code(),
        "ok"
    );
    assert_eq!(bytes(&sandbox, "grant/a/b/c"), b"x");
}

/// #1208, #2807 (append), massgen#254, mark3labs#16 (delete), servers PR #3176 (copy): not there at all.
#[test]
fn what_others_lack_is_there() {
    let sandbox = Sandbox::new().file("grant/log", "1\n");
    let append = json!({"path": "log", "content": "2\n", "mode": "append"});
    assert_eq!(call(&sandbox, "write_file", &append).code(), "ok");
    assert_eq!(
        call(&sandbox, "copy_file", &json!({"source": "log", "destination": "log.2"})).code(),
        "ok"
    );
    assert_eq!(call(&sandbox, "delete_file", &json!({"path": "log"})).code(), "ok");
    assert_eq!(bytes(&sandbox, "grant/log.2"), b"1\n2\n");
    assert!(!sandbox.path("grant/log").exists());
}

/// DesktopCommander#420, rust-mcp-filesystem#91: a link to nothing outside counts as a new file.
#[test]
fn a_link_to_nothing_outside_makes_nothing() {
    let sandbox =
        Sandbox::new().link("grant/l", "../outside/new").link("grant/d", "../outside/dir");
    for (tool, arguments) in [
        ("write_file", json!({"path": "l", "content": "x"})),
        ("write_file", json!({"path": "l", "content": "x", "mode": "append"})),
        ("write_file", json!({"path": "d/x", "content": "x"})),
        ("create_directory", json!({"path": "d"})),
        ("create_directory", json!({"path": "d/e"})),
    ] {
        assert_eq!(call(&sandbox, tool, &arguments).code(), "escapes_grant", "{tool} {arguments}");
    }
    assert_eq!(std::fs::read_dir(sandbox.path("outside")).unwrap().count(), 1);
}

/// DesktopCommander#374, nucleus#2782: the agent changes what its own sandbox, or its client, starts from.
#[test]
fn what_is_started_next_time_is_not_the_agents_to_write() {
    let sandbox = Sandbox::new();
    for path in
        [".mcp.json", ".claude/settings.json", ".cursor/mcp.json", ".git/hooks/post-checkout"]
    {
        let answer = call(&sandbox, "write_file", &json!({"path": path, "content": "{}"}));
        assert_eq!(answer.code(), "protected", "{path}");
    }
}

/// Moldavite#37, markdown-vault-mcp#116: what somebody else wrote in between is lost.
#[test]
fn a_change_in_between_is_noticed() {
    let sandbox = Sandbox::new().file("grant/f", "one\n");
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    let read =
        client.request("tools/call", json!({"name": "read_text_file", "arguments": {"path": "f"}}));
    let read = read["result"]["content"][0]["text"].as_str().unwrap().to_owned();
    let version = read.trim_end_matches(']').rsplit("version ").next().unwrap().to_owned();
    std::fs::write(sandbox.path("grant/f"), "two\n").unwrap();
    let mut arguments = edit("one", "three");
    arguments["if_match"] = json!(version);
    assert_eq!(client.call("edit_file", &arguments).code(), "stale");
    assert_eq!(bytes(&sandbox, "grant/f"), b"two\n");
}

/// Seen in a peer: the hints of tools that write say that they destroy nothing.
#[test]
fn the_hints_say_what_a_tool_can_do() {
    let sandbox = Sandbox::new();
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern);
    for (name, tool) in client.tools() {
        let changes = preopen::tools::TOOLS
            .iter()
            .any(|entry| entry.name == name && crate::common::changes(entry));
        let hints = &tool["annotations"];
        assert_eq!(hints["readOnlyHint"], !changes, "{name}");
        if changes {
            // It leaves the target as it is.
            let adds_only = name == "create_directory";
            assert_eq!(hints["destructiveHint"], !adds_only, "{name}");
            assert_eq!(hints["idempotentHint"], adds_only, "{name}");
        }
    }
    let mut client = Client::start(&["--allow", &sandbox.spec("grant", "ro")], Era::Modern);
    let all: Vec<_> =
        preopen::tools::TOOLS.iter().filter(|entry| crate::common::changes(entry)).collect();
    assert!(all.len() >= 6);
    let offered = client.tools();
    assert!(all.iter().all(|entry| !offered.contains_key(entry.name)), "no right, no tool");
}
