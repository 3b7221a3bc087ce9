//! Lines that are almost messages: each is answered under its id wherever one can be found, in both eras.

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, modern_meta, tree};

const ERAS: [Era; 2] = [Era::Legacy, Era::Modern];

fn start(sandbox: &Sandbox, era: Era) -> Client {
    let mut client = Client::start(&[&sandbox.spec("grant", "rwd")], era);
    if era == Era::Modern {
        client.request("server/discover", json!({}));
    }
    client
}

fn meta(era: Era) -> String {
    match era {
        Era::Legacy => "{}".into(),
        Era::Modern => modern_meta().to_string(),
    }
}

/// A call, with arguments as they are, and the id first or last.
fn call(era: Era, tool: &str, arguments: &str, id_is_last: bool) -> Vec<u8> {
    let params =
        format!(r#""params":{{"name":"{tool}","arguments":{arguments},"_meta":{}}}"#, meta(era));
    let head = r#""jsonrpc":"2.0","method":"tools/call""#;
    if id_is_last {
        format!(r#"{{{head},{params},"id":7}}"#).into_bytes()
    } else {
        format!(r#"{{"id":7,{head},{params}}}"#).into_bytes()
    }
}

fn send(client: &mut Client, line: &[u8]) -> Value {
    client.send_raw(&[line, b"\n"].concat());
    let answer = client.receive();
    let next = client.request("tools/list", json!({}));
    assert!(next["result"]["tools"].is_array(), "the next line is answered: {next}");
    answer
}

#[test]
fn an_argument_that_json_cannot_say_is_refused_by_its_name_and_under_its_id() {
    let calls: [(&str, &[u8], &str); 17] = [
        ("write_file", br#"{"path":"new","content":"a\ud83d"}"#, "`content`"),
        ("write_file", br#"{"path":"new","content":"\uDE00b"}"#, "`content`"),
        ("write_file", br#"{"path":"n\ud83d","content":"a"}"#, "`path`"),
        ("write_file", br#"{"path":"new","content":"\ud83d\ud83d\ude00"}"#, "`content`"),
        ("write_file", b"{\"path\":\"new\",\"content\":\"a\xe9b\"}", "`content`"),
        ("write_file", b"{\"path\":\"new\",\"content\":\"a\tb\"}", "`content`"),
        (
            "edit_file",
            br#"{"path":"a","edits":[{"old_text":"x","new_text":"\ud83d"}]}"#,
            "`edits[0].new_text`",
        ),
        ("read_text_file", br#"{"path":"\udc00"}"#, "`path`"),
        ("read_text_file", br#"{"path":"a","limit":1e999}"#, "`limit`"),
        ("read_text_file", br#"{"path":"a","limit":-1e999}"#, "`limit`"),
        ("read_text_file", br#"{"path":"a","limit":NaN}"#, "`limit`"),
        ("read_text_file", br#"{"path":"a","limit":Infinity}"#, "`limit`"),
        ("read_text_file", br#"{"path":"a","line_numbers":True}"#, "`line_numbers`"),
        ("grep", br#"{"pattern":"\ud83d"}"#, "`pattern`"),
        ("grep", br#"{"pattern":"x","glob":["a","\ud83d"]}"#, "`glob[1]`"),
        ("grep", br#"{"pattern":"x","\ud83d":1}"#, "the name of an argument"),
        ("delete_file", br#"{"path":"a","if_match":"\ud83d"}"#, "`if_match`"),
    ];
    for era in ERAS {
        let sandbox = Sandbox::new().file("grant/a", "x");
        let mut client = start(&sandbox, era);
        let before = tree(&sandbox, "grant");
        for (tool, arguments, said) in calls {
            for id_is_last in [false, true] {
                let line = [b"", &call(era, tool, "ARGUMENTS", id_is_last)[..]].concat();
                let at = line.windows(9).position(|window| window == b"ARGUMENTS").unwrap();
                let line = [&line[..at], arguments, &line[at + 9..]].concat();
                let answer = send(&mut client, &line);
                let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
                let shown = String::from_utf8_lossy(arguments);
                assert_eq!(answer["id"], 7, "{shown}: {answer}");
                assert!(text.starts_with("bad_args: "), "{shown}: {answer}");
                assert!(
                    text.contains(said) && text.contains("nothing was done"),
                    "{shown}: {text}"
                );
            }
        }
        assert_eq!(tree(&sandbox, "grant"), before, "nothing was changed");
    }
}

#[test]
fn a_refusal_of_what_cannot_be_read_is_in_the_audit_trail() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let trail = sandbox.path("trail.jsonl");
    let spec = sandbox.spec("grant", "rw");
    let args = ["--audit", trail.to_str().unwrap(), "--allow", &spec];
    let mut client = Client::start(&args, Era::Modern);
    let line = call(Era::Modern, "write_file", r#"{"path":"new","content":"secret\ud83d"}"#, false);
    assert_eq!(send(&mut client, &line)["id"], 7);
    let line = call(Era::Modern, "no_such", r#"{"content":"\ud83d"}"#, false);
    assert_eq!(send(&mut client, &line)["error"]["code"], -32602);
    client.finish();
    let trail = std::fs::read_to_string(trail).unwrap();
    let of_call = trail.lines().find(|line| line.contains("write_file")).unwrap();
    assert!(of_call.contains("bad_args") && !trail.contains("secret"), "{trail}");
}

/// What is neither a message nor a call that can be refused: the code, and whether the id is found.
#[test]
fn every_invalid_line_gets_an_error_with_its_id() {
    let deep = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    let values = "0,".repeat(600_000) + "0";
    for era in ERAS {
        let sandbox = Sandbox::new().file("grant/a", "x");
        let mut client = start(&sandbox, era);
        for (line, code, has_id) in [
            (call(era, "grep", &format!(r#"{{"pattern":{deep}}}"#), false), -32700, true),
            (call(era, "grep", &format!(r#"{{"pattern":{deep}}}"#), true), -32700, true),
            (call(era, "grep", &format!(r#"{{"glob":[{values}]}}"#), true), -32600, true),
            (call(era, "gr\\ud83dep", "{}", true), -32700, true),
            (
                br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":1e999}}"#
                    .to_vec(),
                -32700,
                true,
            ),
            (br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"#.to_vec(), -32700, true),
            (
                br#"{"jsonrpc":"2.0","method":"tools/list","id":7,"params":{}}}"#.to_vec(),
                -32700,
                true,
            ),
            (br#"{"jsonrpc":"2.0","id":1e999,"method":"tools/list"}"#.to_vec(), -32700, false),
            (br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","id":8}"#.to_vec(), -32600, true),
            (br#"{"jsonrpc":"2.0","id":7,"method":"tools/list","#.to_vec(), -32700, true),
            (br#"{"jsonrpc":"2.0","id":7"#.to_vec(), -32700, false),
            (b"{\"id\":7,\"x\":\"\xff\"}".to_vec(), -32700, true),
            (br#"{"params":{"id":7},"x":01}"#.to_vec(), -32700, false),
        ] {
            let answer = send(&mut client, &line);
            let shown = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
            assert_eq!(answer["error"]["code"], code, "{era:?} {shown}: {answer}");
            let id = answer.get("id").cloned().unwrap_or_default();
            assert_eq!(
                id,
                if has_id { json!(7) } else { Value::Null },
                "{era:?} {shown}: {answer}"
            );
        }
    }
}

#[test]
fn too_long_line_is_answered_with_its_id_wherever_the_id_is() {
    let sandbox = Sandbox::new().file("grant/a", "x").file(
        "allowlist.toml",
        "[[allow]]\npath = \"grant\"\nrights = \"rw\"\n[limits]\nmax_message_bytes = 40000\n",
    );
    let config = sandbox.path("allowlist.toml");
    let content = r#"\"id\":5,{\\"#.repeat(20_000);
    for era in ERAS {
        let mut client = Client::start(&["--config", config.to_str().unwrap()], era);
        for id_is_last in [false, true] {
            let arguments = format!(r#"{{"path":"new","content":"{content}"}}"#);
            let line = call(era, "write_file", &arguments, id_is_last);
            assert!(line.len() > 200_000);
            for line in [line.clone(), [b"\xEF\xBB\xBF", &line[..]].concat()] {
                let answer = send(&mut client, &line);
                assert_eq!((&answer["error"]["code"], &answer["id"]), (&json!(-32600), &json!(7)));
            }
        }
        let answer = send(&mut client, &[b"[", &vec![b'x'; 50_000][..]].concat());
        assert!(answer["error"]["code"] == -32600 && answer.get("id").is_none(), "{answer}");
        assert!(!sandbox.path("grant/new").exists());
    }
}

#[test]
fn marks_before_messages_are_skipped_and_utf16_is_named() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let line = call(era, "read_text_file", r#"{"path":"a"}"#, false);
        let text = String::from_utf8(line.clone()).unwrap();
        // The mark comes before the very first message, which opens the session.
        let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
        let first = if era == Era::Legacy {
            let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
            json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}).to_string()
        } else {
            json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {"_meta": modern_meta()}}).to_string()
        };
        client.send_raw(format!("\u{FEFF}{first}\n").as_bytes());
        assert!(client.receive()["result"].is_object(), "{era:?}");
        client.send_raw(&[&line[..], b"\n"].concat());
        assert_eq!(client.receive()["result"]["isError"], false);

        let le = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let be = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>();
        let lines = format!("{text}\r\n{text}\n");
        for bytes in [
            [b"\xFF\xFE", &le(&lines)[..]].concat(),
            le(&lines),
            [b"\xFE\xFF", &be(&lines)[..]].concat(),
            be(&lines),
        ] {
            let mut client = start(&sandbox, era);
            client.send_raw(&bytes);
            for _ in 0..2 {
                let answer = client.receive();
                assert_eq!(
                    (&answer["error"]["code"], &answer["id"]),
                    (&json!(-32700), &json!(7)),
                    "{answer}"
                );
                assert!(
                    answer["error"]["message"].as_str().unwrap().contains("UTF-16"),
                    "{answer}"
                );
            }
            let next = client.request("tools/list", json!({}));
            assert!(next["result"]["tools"].is_array(), "{next}");
        }
    }
}

#[test]
fn null_is_absent_for_every_optional_member() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        let with = |line: &str| line.replace("META", &meta(era));
        for line in [
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":null,"_meta":META}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"cursor":null,"x":null,"_meta":META}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_allowed_directories","arguments":null,"_meta":META}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_directory","arguments":{"path":null,"limit":null,"no_such":null},"_meta":META}}"#,
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_allowed_directories","arguments":{},"task":null,"inputResponses":null,"requestState":null,"_meta":META}}"#,
        ] {
            let answer = send(&mut client, with(line).as_bytes());
            let is_answer = answer["result"].is_object() && answer["result"]["isError"] != true;
            assert!(is_answer && answer["id"] == 7, "{era:?} {line}: {answer}");
        }
    }
    let mut client = start(&sandbox, Era::Legacy);
    for line in [
        r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":null}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":null}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"_meta":null}}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_allowed_directories","_meta":null}}"#,
        r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"list_allowed_directories","_meta":{"progressToken":null}}}"#,
    ] {
        let answer = send(&mut client, line.as_bytes());
        assert!(answer["result"].is_object() && answer["id"] == 7, "{line}: {answer}");
    }
    for line in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":null}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99,"reason":null}}"#,
    ] {
        client.send(line);
        assert!(client.request("ping", json!({}))["result"].is_object(), "{line} is not answered");
    }
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    client.send(
        r#"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{"roots":null,"sampling":null,"elicitation":null,"experimental":null},"clientInfo":{"name":"t","version":"1","title":null},"_meta":null}}"#,
    );
    assert_eq!(client.receive()["result"]["protocolVersion"], "2025-11-25");
}

/// The revision that has batches is not agreed on; so there are none, and an array is refused whole.
#[test]
fn batches_are_neither_agreed_on_nor_answered_in_part() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2024-11-05"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2099-01-01", "2025-11-25"),
    ] {
        let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
        let params = json!({"protocolVersion": asked, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        client.send(
            &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params})
                .to_string(),
        );
        let answer = client.receive();
        assert_eq!(answer["result"]["protocolVersion"], agreed, "{asked}: {answer}");
        let ping = |id: u32| json!({"jsonrpc": "2.0", "id": id, "method": "ping"});
        for batch in [json!([ping(2), ping(3)]), json!([]), json!([ping(2)])] {
            client.send(&batch.to_string());
            let answer = client.receive();
            assert!(answer["error"]["code"] == -32600 && answer.get("id").is_none(), "{answer}");
        }
        client.send(&ping(4).to_string());
        assert_eq!(client.receive(), json!({"jsonrpc": "2.0", "id": 4, "result": {}}));
    }
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    let found = client.request("server/discover", json!({}));
    let versions = found["result"]["supportedVersions"].as_array().unwrap();
    assert!(
        versions.contains(&json!("2026-07-28")) && !versions.contains(&json!("2025-03-26")),
        "{found}"
    );
    client.send(&json!([{"jsonrpc": "2.0", "id": 2, "method": "tools/list"}]).to_string());
    assert_eq!(client.receive()["error"]["code"], -32600);
}
