//! The largest arguments that the schemas permit, for every tool: no call overruns its deadline, and the server stays small.

use preopen::args::{Object, PATH};
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::bounds::{CONTENTS, largest, largest_object, long_tree, memory_mib};
use crate::common::{Client, Era, Sandbox, request, required};

/// More memory than any call may take, in MiB.
const MOST_MIB: u64 = 256;

/// What texts are filled with: globs, expressions, characters that take more room in an answer, and slow code.
const FILLERS: [&str; 7] =
    ["é[!f]?*{a,b}", "(a|b)*", "*?", "\u{1}", "a", "x = 1\n", "for a in b:\n  c += d.e(a)\n"];

/// The value of an argument with a text filled up to its bound; `None` if it has no text.
fn filled(name: &str, property: &Object, filler: &str) -> Option<Value> {
    let text = |most: u64| {
        let most = usize::try_from(most).unwrap();
        filler.repeat(most / filler.chars().count())
    };
    match property.get("type")?.as_str()? {
        _ if property.contains_key("enum") || property.get("format").is_some_and(|f| f == PATH) => {
            None
        }
        "string" if CONTENTS.contains(&name) => {
            // The largest source that is looked through, and a message as long as it may be.
            let bytes = if name == "source_code" { (4 << 20) - 100 } else { 15 << 20 };
            // Large messages take their time, whatever they are filled with.
            if filler != "x = 1\n" && name != "source_code" {
                return None;
            }
            let written = json!(filler).to_string().len() as u64 - 2;
            Some(json!(text(bytes / written * filler.chars().count() as u64)))
        }
        "string" => Some(json!(text(property["maxLength"].as_u64()?))),
        "array" => {
            let item = filled(name, property["items"].as_object()?, filler)?;
            // As many as there may be, and as many as all globs together may be long.
            let most = usize::try_from(property["maxItems"].as_u64()?).unwrap();
            Some(json!(vec![item; most.min(20)]))
        }
        _ => None,
    }
}

/// Calls of a tool in each of which one argument is as large as it may be, and one in which all are.
fn largest_calls(schema: &Object) -> Vec<Value> {
    let empty = serde_json::Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    let examples: Object = required(schema)
        .into_iter()
        .map(|name| (name.to_owned(), properties[name]["examples"][0].clone()))
        .collect();
    let mut all = vec![largest_object(schema, |_| true)];
    for (name, property) in properties {
        let property = property.as_object().unwrap();
        let fills = FILLERS.iter().filter_map(|filler| filled(name, property, filler));
        for value in fills.chain([largest(property)]) {
            let mut arguments = examples.clone();
            for what in ["path", "source"] {
                if arguments.contains_key(what) {
                    arguments.insert(what.into(), json!("wide"));
                }
            }
            arguments.insert(name.clone(), value);
            all.push(Value::Object(arguments));
        }
    }
    all
}

/// Whatever a model sends: no call overruns its deadline, and the server stays small.
#[test]
fn no_argument_takes_more_than_its_share_of_memory_and_time() {
    for tool in TOOLS {
        let sandbox = long_tree("");
        let mut client = Client::start(
            &["--config", sandbox.path("allowlist.toml").to_str().unwrap()],
            Era::Modern,
        );
        let mut count = 0;
        for arguments in largest_calls(&(tool.schema)()) {
            // The client waits little longer than the deadline.
            let answer = client.call(tool.name, &arguments);
            let is_lost =
                answer.text.contains("does not answer") || answer.text.contains("took too long");
            assert!(!is_lost, "{} {arguments:.300}: {}", tool.name, answer.text);
            count += 1;
            let mib = memory_mib(&client);
            assert!(mib <= MOST_MIB, "{mib} MiB after {} {arguments:.300}", tool.name);
        }
        assert!(count > 0);
    }
    // The largest file that may be edited, in an encoding that it has to be translated from.
    let mut text = b"\xFF\xFE".to_vec();
    text.extend(b"a\0\n\0".repeat((64 << 18) - 2));
    text.extend(b"z\0");
    let sandbox = Sandbox::new();
    std::fs::write(sandbox.path("grant/large"), text).unwrap();
    let mut client = Client::start(&[&sandbox.spec("grant", "rw")], Era::Modern);
    let edit = json!({"old_text": "z", "new_text": "y"});
    let answer = client.call("edit_file", &json!({"path": "large", "edits": [edit]}));
    assert_eq!(answer.code(), "ok", "{answer:?}");
    assert!(memory_mib(&client) <= MOST_MIB, "{} MiB", memory_mib(&client));
}

/// Each of them holds its file; together they held four.
#[test]
fn edits_of_large_files_wait_for_each_other() {
    let mut sandbox = Sandbox::new().file(
        "allowlist.toml",
        "[[allow]]\npath = \"grant\"\nrights = \"rw\"\n[limits]\nmax_edit_bytes = 36000000\n",
    );
    let text = "line of a file\n".repeat(35_000_000 / 15);
    for n in 0..4 {
        sandbox = sandbox.file(&format!("grant/{n}"), format!("{text}z\n"));
    }
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Modern);
    client.request("server/discover", json!({}));
    for n in 0..4 {
        let edit = json!({"old_text": "z", "new_text": "y"});
        let arguments = json!({"path": n.to_string(), "edits": [edit], "dry_run": true});
        client.send(&request(1_000 + n, "edit_file", &arguments));
    }
    for _ in 0..4 {
        assert_eq!(client.receive()["result"]["isError"], false);
    }
    assert!(memory_mib(&client) < 100, "{} MiB", memory_mib(&client));
}

/// What is found in a source takes many times as much as the source.
#[test]
fn large_sources_wait_for_each_other() {
    let sandbox = Sandbox::new();
    let source = "for a in b:\n  c += \"d\"\n".repeat(160_000);
    std::fs::write(sandbox.path("grant/large.py"), source).unwrap();
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    client.request("server/discover", json!({}));
    for n in 0..6 {
        let arguments = json!({"file_path": "large.py"});
        client.send(&request(1_000 + n, "performance_check", &arguments));
    }
    for _ in 0..6 {
        client.receive();
    }
    assert!(memory_mib(&client) <= MOST_MIB, "{} MiB", memory_mib(&client));
}
