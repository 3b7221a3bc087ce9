//! The protocol as bytes: both eras, lines that are not messages, standard output.

use std::fs;
use std::process::Stdio;

use serde_json::json;

use crate::common::{Client, Era, Sandbox, modern_meta, preopen};

fn start(sandbox: &Sandbox, era: Era) -> Client {
    Client::start(&[sandbox.path("grant").to_str().unwrap()], era)
}

#[test]
fn both_eras_say_who_we_are_and_what_we_have() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut client = start(&sandbox, Era::Modern);
    let modern = client.request("server/discover", json!({}))["result"].clone();
    assert!(modern["supportedVersions"].as_array().unwrap().contains(&json!("2026-07-28")));
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Legacy);
    let legacy = client.request("ping", json!({}));
    assert_eq!(legacy["result"], json!({}));
    assert_eq!(modern["capabilities"], json!({"tools": {}}), "tools are the only capability");
    let instructions = modern["instructions"].as_str().unwrap();
    assert!(instructions.chars().count() < 1_500 && instructions.contains("read only"));
    for era in [Era::Legacy, Era::Modern] {
        let mut client = start(&sandbox, era);
        assert_eq!(
            client.call("read_text_file", &json!({"path": "a"})).text,
            "x\n[lines 1-1 of 1; no line end; version V]"
        );
    }
}

#[test]
fn one_process_serves_both_eras_at_once() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut client = start(&sandbox, Era::Legacy);
    client.call("read_text_file", &json!({"path": "a"}));
    let call =
        json!({"name": "read_text_file", "arguments": {"path": "a"}, "_meta": modern_meta()});
    client.send(
        &json!({"jsonrpc": "2.0", "id": "m", "method": "tools/call", "params": call}).to_string(),
    );
    assert_eq!(client.receive()["result"]["resultType"], "complete");
}

/// A session in which nothing would be answered is none.
#[test]
fn who_began_without_a_session_gets_none_later() {
    let sandbox = Sandbox::new();
    let hello = json!({
        "protocolVersion": "2025-11-25",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    });
    let hello = json!({"jsonrpc": "2.0", "id": "i", "method": "initialize", "params": hello});
    let mut client = start(&sandbox, Era::Modern);
    client.request("server/discover", json!({}));
    client.send(&hello.to_string());
    assert_eq!(
        client.receive()["result"]["protocolVersion"],
        "2025-11-25",
        "a question does not begin a session"
    );
    client.send(r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#);
    assert_eq!(client.receive()["result"], json!({}));
    let mut client = start(&sandbox, Era::Modern);
    client.tools();
    client.send(&hello.to_string());
    assert_eq!(client.receive()["error"]["code"], -32601);
}

#[test]
fn many_grants_fit_into_the_instructions() {
    let mut sandbox = Sandbox::new();
    let mut specs = vec![];
    for i in 0..60 {
        sandbox = sandbox.dir(&format!("a-directory-with-a-rather-long-name-{i}"));
    }
    for i in 0..60 {
        specs.push(sandbox.spec(&format!("a-directory-with-a-rather-long-name-{i}"), "ro"));
    }
    let mut client =
        Client::start(&specs.iter().map(String::as_str).collect::<Vec<_>>(), Era::Modern);
    let found = client.request("server/discover", json!({}));
    let text = found["result"]["instructions"].as_str().unwrap();
    assert!(text.chars().count() < 1_500, "{}", text.chars().count());
    assert!(
        text.contains("more: see list_allowed_directories") && text.ends_with("(also delete)."),
        "{text}"
    );
}

#[test]
fn every_schema_is_plain_and_says_what_each_argument_is() {
    let sandbox = Sandbox::new();
    let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
    let tools = client.tools();
    assert!(tools.len() >= 4);
    for (name, tool) in tools {
        let schema = &tool["inputSchema"];
        let text = schema.to_string();
        for word in [
            "$schema",
            "$ref",
            "$defs",
            "oneOf",
            "anyOf",
            "allOf",
            "\"null\"",
            "\"format\"",
            "examples",
        ] {
            assert!(!text.contains(word), "{name} has {word}");
        }
        assert_eq!(schema["type"], "object");
        for (argument, property) in schema["properties"].as_object().into_iter().flatten() {
            assert!(property["type"].is_string(), "{name}.{argument} has one type");
            // What the name or the choices say, nobody has to say again.
            let about = property["description"].as_str().unwrap_or_default();
            let is_said =
                property["enum"].is_array() || preopen::args::KNOWN.contains(&argument.as_str());
            assert!(is_said || about.len() > 5, "{name}.{argument} says what it is");
        }
        assert!(name.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()), "{name}");
        assert!(tool["description"].as_str().unwrap().len() < 1_000);
        let hints = &tool["annotations"];
        assert!(hints["readOnlyHint"].is_boolean() && hints["openWorldHint"] == false, "{name}");
        for hint in ["destructiveHint", "idempotentHint"] {
            let changes = hints["readOnlyHint"] == false;
            assert_eq!(hints[hint].is_boolean(), changes, "{name}: {hint}");
        }
    }
}

#[test]
fn an_oversized_line_is_answered_and_skipped() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox, Era::Legacy);
    client.send(&"x".repeat((16 << 20) + 1));
    assert_eq!(client.receive()["error"]["code"], -32600);
    assert_eq!(client.request("ping", json!({}))["result"], json!({}));
}

#[test]
fn the_last_line_is_answered_without_its_end_and_the_exit_is_clean() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox, Era::Legacy);
    client.send_raw(br#"{"jsonrpc":"2.0","id":99,"method":"tools/list"}"#);
    let (rest, status) = client.finish();
    assert_eq!((rest.len(), status), (1, 0));
    assert!(rest[0].contains("\"id\":99"));
    let (rest, status) = start(&sandbox, Era::Modern).finish();
    assert_eq!((rest.len(), status), (0, 0), "a client that never spoke is not a failure");
}

/// Files are always ready, and the system does not poll them.
#[test]
fn files_for_input_and_output_are_served_too() {
    let sandbox = Sandbox::new();
    let (input, output) = (sandbox.path("in"), sandbox.path("out"));
    let ping = |id: u32| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n");
    fs::write(&input, (0..200).map(ping).collect::<String>()).unwrap();
    let mut command = preopen(&[sandbox.path("grant").to_str().unwrap()]);
    command.stdin(fs::File::open(&input).unwrap()).stdout(fs::File::create(&output).unwrap());
    assert!(command.stderr(Stdio::null()).status().unwrap().success());
    let answers = fs::read_to_string(&output).unwrap();
    assert_eq!(answers.lines().filter(|line| line.ends_with("\"result\":{}}")).count(), 200);
    let mut command = preopen(&[sandbox.path("grant").to_str().unwrap()]);
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty());
}

#[test]
fn a_tool_without_its_right_does_not_exist_and_says_how_it_would() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox, Era::Modern);
    let answer = client.request("tools/call", json!({"name": "no_such_tool", "arguments": {}}));
    assert_eq!(answer["error"]["code"], -32602);
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.starts_with("unknown tool: no_such_tool (available: "), "{message}");
    let mut client = Client::start(
        &[sandbox.path("grant").to_str().unwrap(), "--tools", "list_directory,read_text_file"],
        Era::Modern,
    );
    assert_eq!(
        client.tools().into_keys().collect::<Vec<_>>(),
        ["list_directory", "read_text_file"]
    );
    let answer =
        client.request("tools/call", json!({"name": "get_file_info", "arguments": {"path": "."}}));
    let message = answer["error"]["message"].as_str().unwrap();
    assert!(message.contains("left it out with --tools"), "{message}");
}

#[test]
fn what_comes_before_a_session_is_no_reason_to_end() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for first in [
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}}),
        json!({"jsonrpc": "2.0", "id": 5, "result": {}}),
    ] {
        let mut client = start(&sandbox, Era::Modern);
        client.send(&first.to_string());
        assert_eq!(client.call("read_text_file", &json!({"path": "a"})).code(), "ok", "{first}");
    }
}

#[test]
fn what_was_answered_is_written_even_if_no_session_began() {
    let sandbox = Sandbox::new();
    for _ in 0..20 {
        let mut client = start(&sandbox, Era::Modern);
        client.send(r#"{"jsonrpc":"2.0","id":1,"method":"tools/list"}"#);
        let (rest, status) = client.finish();
        assert_eq!((rest.len(), status), (1, 0));
    }
}

#[test]
fn the_list_of_tools_is_cheap() {
    let sandbox = Sandbox::new();
    let mut client = start(&sandbox, Era::Legacy);
    let tools = client.tools();
    let bytes = |name: &str| tools[name].to_string().len();
    let read = ["read_text_file", "read_multiple_files", "read_media_file", "get_file_info"];
    let read = read.into_iter().chain(["list_directory", "list_allowed_directories"]);
    assert!(read.map(bytes).sum::<usize>() < 6_000, "those that read: {tools:#?}");
    for era in [Era::Legacy, Era::Modern] {
        let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], era);
        let all = client.request("tools/list", json!({})).to_string().len();
        assert!(all < 10_000, "{all} bytes of all tools");
    }
}
