//! Lines with doubled members, several messages, responses or odd ids: each request is answered once, under its id.

use proptest::prelude::*;
use proptest::sample::Index;
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

/// The answers to a line, as many as are wanted; and that no more come.
fn answers(client: &mut Client, line: &[u8], wanted: usize) -> Vec<Value> {
    client.send_raw(&[line, b"\n"].concat());
    let answers = (0..wanted).map(|_| client.receive()).collect();
    let next = client.request("tools/list", json!({}));
    let shown = String::from_utf8_lossy(&line[..line.len().min(300)]).into_owned();
    assert!(next["result"]["tools"].is_array(), "{shown}: {wanted} answers, and then {next}");
    answers
}

fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap_or_default()
}

#[test]
fn member_that_is_given_twice_is_named_under_the_first_id() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        for (line, id, name) in [
            (
                r#"{"jsonrpc":"2.0","id":7,"id":8,"method":"tools/list","params":{"_meta":META}}"#,
                7,
                "id",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"id":7,"method":"tools/list","params":{"_meta":META}}"#,
                7,
                "id",
            ),
            (
                r#"{"jsonrpc":"2.0","id":null,"\u0069d":7,"method":"ping","params":{"_meta":META}}"#,
                7,
                "id",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"ping","method":"tools/list","params":{"_meta":META}}"#,
                7,
                "method",
            ),
            (
                r#"{"jsonrpc":"2.0","jsonrpc":"2.0","id":7,"method":"ping","params":{"_meta":META}}"#,
                7,
                "jsonrpc",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{},"params":{"_meta":META}}"#,
                7,
                "params",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"write_file","name":"read_text_file","arguments":{"path":"new","content":"x"},"_meta":META}}"#,
                7,
                "name",
            ),
            (
                r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"write_file","arguments":{"path":"new","content":"x"},"arguments":{},"_meta":META}}"#,
                7,
                "arguments",
            ),
        ] {
            let answer = &answers(&mut client, line.replace("META", &meta(era)).as_bytes(), 1)[0];
            assert_eq!(
                (&answer["id"], &answer["error"]["code"]),
                (&json!(id), &json!(-32600)),
                "{line}: {answer}"
            );
            let said = format!("`{name}` is given twice");
            assert!(
                answer["error"]["message"].as_str().unwrap().contains(&said),
                "{line}: {answer}"
            );
        }
        assert!(!sandbox.path("grant/new").exists());
    }
}

#[test]
fn argument_that_is_given_twice_is_refused_by_its_name() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let before = tree(&sandbox, "grant");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        for (tool, arguments, name) in [
            ("write_file", r#"{"path":"a","content":"one","content":"two"}"#, "content"),
            ("write_file", r#"{"path":"a","content":"one","content":"one"}"#, "content"),
            ("write_file", r#"{"path":"new","p\u0061th":"other","content":"x"}"#, "path"),
            (
                "edit_file",
                r#"{"path":"a","edits":[{"old_text":"x","new_text":"y","new_text":"z"}]}"#,
                "edits[0].new_text",
            ),
            (
                "edit_file",
                r#"{"path":"a","edits":[],"edits":[{"old_text":"x","new_text":"y"}]}"#,
                "edits",
            ),
            ("delete_file", r#"{"path":"b","path":"a"}"#, "path"),
            ("list_directory", r#"{"no_such":1,"no_such":2}"#, "no_such"),
            ("grep", r#""{\"pattern\":\"x\",\"pattern\":\"y\"}""#, "pattern"),
        ] {
            let line = format!(
                r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"{tool}","arguments":{arguments},"_meta":{}}}}}"#,
                meta(era)
            );
            let answer = &answers(&mut client, line.as_bytes(), 1)[0];
            let said = format!("bad_args: `{name}` is given twice; nothing was done");
            assert!(answer["id"] == 7 && text(answer).starts_with(&said), "{arguments}: {answer}");
            assert!(text(answer).contains("hint: give each argument once"), "{answer}");
        }
        // `_meta` is not looked at.
        let meta = meta(era);
        let rest = meta.trim_start_matches('{');
        let comma = if rest == "}" { "" } else { "," };
        let line = format!(
            r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"read_text_file","arguments":{{"path":"a"}},"_meta":{{"x":{{"a":1,"a":2}}{comma}{rest}}}}}"#
        );
        let answer = &answers(&mut client, line.as_bytes(), 1)[0];
        assert_eq!(answer["result"]["isError"], false, "{line}: {answer}");
    }
    assert_eq!(tree(&sandbox, "grant"), before, "nothing was changed");
}

#[test]
fn thousands_of_duplicate_members_cost_little() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut client = start(&sandbox, Era::Legacy);
    let many: String = (0..100_000).map(|n| format!(r#""k{n}":1,"k{n}":2,"#)).collect();
    let line = format!(
        r#"{{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{{"name":"read_text_file","arguments":{{{many}"path":"a"}}}}}}"#
    );
    let answer = &answers(&mut client, line.as_bytes(), 1)[0];
    // Over the bound on values, or by the name of the first.
    assert!(
        answer["id"] == 7 && (answer["error"]["code"] == -32600 || text(answer).contains("`k0`")),
        "{answer}"
    );
    let long = "k".repeat(1 << 20);
    let line = format!(r#"{{"jsonrpc":"2.0","id":7,"method":"ping","{long}":1,"{long}":2}}"#);
    let answer = &answers(&mut client, line.as_bytes(), 1)[0];
    assert!(answer["id"] == 7 && answer.to_string().len() < 400, "{}", answer.to_string().len());
}

#[test]
fn each_message_of_a_line_is_answered() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        let list = |id: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/list","params":{{"_meta":{}}}}}"#,
                meta(era)
            )
        };
        let call = |id: &str| {
            format!(
                r#"{{"jsonrpc":"2.0","id":{id},"method":"tools/call","params":{{"name":"read_text_file","arguments":{{"path":"a"}},"_meta":{}}}}}"#,
                meta(era)
            )
        };
        let ids = |answers: &[Value]| {
            let mut ids: Vec<String> =
                answers.iter().map(|answer| answer["id"].to_string()).collect();
            ids.sort();
            ids
        };
        for between in ["", " ", "\t", "\r", "  "] {
            let line = format!("{}{between}{}{between}{}\r", list("1"), call(r#""}{""#), list("3"));
            let got = answers(&mut client, line.as_bytes(), 3);
            assert_eq!(ids(&got), [r#""}{""#, "1", "3"], "{got:?}");
            assert!(got.iter().all(|answer| answer["result"].is_object()), "{got:?}");
        }
        // One that cannot be read does not take the others with it.
        let line = format!(r#"{}{{"jsonrpc":"2.0","id":2,"x":NaN}}{}"#, list("1"), list("3"));
        let got = answers(&mut client, line.as_bytes(), 3);
        assert_eq!(ids(&got), ["1", "2", "3"], "{got:?}");
        let line = format!(
            r#"{}{{"jsonrpc":"2.0","method":"notifications/x"}}{{"jsonrpc":"2.0","id":9,"result":{{}}}}{}"#,
            list("1"),
            list("2")
        );
        assert_eq!(ids(&answers(&mut client, line.as_bytes(), 2)), ["1", "2"]);
        // A line that is not only messages is not run in part.
        let line = format!("{} x {}", list("1"), list("2"));
        let got = answers(&mut client, line.as_bytes(), 1);
        assert_eq!(
            (&got[0]["id"], &got[0]["error"]["code"]),
            (&json!(1), &json!(-32700)),
            "{got:?}"
        );
    }
}

#[test]
fn messages_of_a_line_that_is_too_long_are_answered_each_and_responses_are_not() {
    let sandbox = Sandbox::new().file("grant/a", "x").file(
        "allowlist.toml",
        "[[allow]]\npath = \"grant\"\nrights = \"rw\"\n[limits]\nmax_message_bytes = 40000\n",
    );
    let config = sandbox.path("allowlist.toml");
    let long = "x".repeat(50_000);
    for era in ERAS {
        let mut client = Client::start(&["--config", config.to_str().unwrap()], era);
        for (line, ids) in [
            (format!(r#"{{"jsonrpc":"2.0","id":7,"result":{{"content":"{long}"}}}}"#), vec![]),
            (format!(r#"{{"jsonrpc":"2.0","result":{{"content":"{long}"}},"id":7}}"#), vec![]),
            (
                format!(r#"{{"jsonrpc":"2.0","id":7,"error":{{"code":1,"message":"{long}"}}}}"#),
                vec![],
            ),
            (format!(r#"{{"jsonrpc":"2.0","id":7,"\u0072esult":"{long}""#), vec![]),
            (
                format!(
                    r#"[{{"jsonrpc":"2.0","id":7,"result":"{long}"}},{{"jsonrpc":"2.0","id":8,"result":1}}]"#
                ),
                vec![],
            ),
            (
                format!(
                    r#"{{"jsonrpc":"2.0","method":"notifications/progress","params":{{"x":"{long}"}}}}"#
                ),
                vec![],
            ),
            (format!(r#"{{"method":"notifications\/progress","x":"{long}"}}"#), vec![]),
            (
                format!(
                    r#"[{{"jsonrpc":"2.0","id":7,"result":"{long}"}},{{"id":8,"method":"ping"}}]"#
                ),
                vec![Value::Null],
            ),
            (format!(r#"{{"\u0069d":7,"method":"{long}"}}"#), vec![json!(7)]),
            (
                format!(r#"{{"id":7,"x":"{long}"}} {{"id":"b","method":"ping"}}"#),
                vec![json!(7), json!("b")],
            ),
            (format!(r#"{{"id":7,"x":"{long}","result":1,"method":"x"}}"#), vec![json!(7)]),
        ] {
            let got = answers(&mut client, line.as_bytes(), ids.len());
            let got: Vec<Value> = got.into_iter().map(|answer| answer["id"].clone()).collect();
            assert_eq!(got, ids, "{}", &line[..60]);
        }
    }
}

#[test]
fn neither_responses_nor_notifications_are_answered_whatever_is_wrong_with_them() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        for line in [
            r#"{"jsonrpc":"2.0","id":7,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":null}"#,
            r#"{"jsonrpc":"1.0","id":7,"result":{}}"#,
            r#"{"id":7,"result":{}}"#,
            r#"{"id":true,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":NaN}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":{"a":"\ud800"}}"#,
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":"x"}}"#,
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"parse error"}}"#,
            r#"{"jsonrpc":"2.0","error":{"code":-32700,"message":"parse error"}}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":{},"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":7,"result":{}"#,
            r#"[{"jsonrpc":"2.0","id":7,"result":{}},{"jsonrpc":"2.0","method":"notifications/x"}]"#,
            r#"{"jsonrpc":"2.0","method":"notifications/x","params":[]}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/x","params":7}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/x","params":{"a":1e999}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/x","method":"notifications/y"}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":[]}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":7}}"#,
            r#"{"jsonrpc":"2.0","method":"tools/list","params":{"cursor":7}}"#,
            r#"{"method":"no/such"}"#,
        ] {
            answers(&mut client, line.as_bytes(), 0);
        }
    }
}

#[test]
fn ids_of_every_kind_are_answered_as_they_were_sent_or_named() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        let long = json!("i".repeat(1 << 20)).to_string();
        for (sent, answered) in [
            ("1.0", json!(1)),
            ("1e2", json!(100)),
            ("-0", json!(0)),
            ("9007199254740993", json!(9_007_199_254_740_993_u64)),
            ("9223372036854775807", json!(i64::MAX)),
            ("-9223372036854775808", json!(i64::MIN)),
            (r#""""#, json!("")),
            (r#""\u00e9\ud83d\ude00""#, json!("é😀")),
            (&long, serde_json::from_str(&long).unwrap()),
        ] {
            let shown = &sent[..sent.len().min(40)];
            let line = format!(
                r#"{{"jsonrpc":"2.0","id":{sent},"method":"tools/list","params":{{"_meta":{}}}}}"#,
                meta(era)
            );
            let answer = &answers(&mut client, line.as_bytes(), 1)[0];
            assert!(answer["id"] == answered && answer["result"].is_object(), "{shown}");
            // The same where the line cannot be read.
            for line in
                [format!(r#"{{"id":{sent},"method":5}}"#), format!(r#"{{"id":{sent},"x":NaN}}"#)]
            {
                let answer = &answers(&mut client, line.as_bytes(), 1)[0];
                assert!(answer["id"] == answered && answer["error"].is_object(), "{shown}");
            }
        }
        for (sent, id) in [
            ("18446744073709551615", json!(u64::MAX)),
            ("1.5", Value::Null),
            ("null", Value::Null),
            ("true", Value::Null),
            ("[1]", Value::Null),
            ("{}", Value::Null),
        ] {
            let line = format!(
                r#"{{"jsonrpc":"2.0","id":{sent},"method":"tools/list","params":{{"_meta":{}}}}}"#,
                meta(era)
            );
            let answer = &answers(&mut client, line.as_bytes(), 1)[0];
            assert_eq!(
                (&answer["error"]["code"], &answer["id"]),
                (&json!(-32600), &id),
                "{sent}: {answer}"
            );
            assert!(
                answer["error"]["message"].as_str().unwrap().contains("`id` has to be"),
                "{sent}: {answer}"
            );
        }
    }
}

#[test]
fn invalid_messages_are_answered_with_what_is_wrong_with_them() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut client = start(&sandbox, Era::Legacy);
    for (line, code, said) in [
        (r#"{"jsonrpc":"2.0","id":7}"#, -32600, "`method` is missing"),
        (r#"{"jsonrpc":"2.0","id":7,"method":["ping"]}"#, -32600, "`method` has to be a string"),
        (r#"{"jsonrpc":"1.0","id":7,"method":"ping"}"#, -32600, "`jsonrpc` has to be \"2.0\""),
        (r#"{"id":7,"method":"ping"}"#, -32600, "`jsonrpc` has to be \"2.0\""),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"ping","params":[]}"#,
            -32600,
            "`params` has to be an object",
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{}}"#,
            -32602,
            "`name` is missing",
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":7}}"#,
            -32602,
            "`name` has to be a string",
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"grep","arguments":[]}}"#,
            -32602,
            "`arguments` has to be an object",
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"grep","arguments":7}}"#,
            -32602,
            "`arguments` has to be an object",
        ),
        (
            r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"grep","arguments":"x"}}"#,
            -32602,
            "JSON text",
        ),
    ] {
        let answer = &answers(&mut client, line.as_bytes(), 1)[0];
        assert_eq!(
            (&answer["error"]["code"], &answer["id"]),
            (&json!(code), &json!(7)),
            "{line}: {answer}"
        );
        assert!(answer["error"]["message"].as_str().unwrap().contains(said), "{line}: {answer}");
    }
}

#[test]
fn arguments_as_a_text_of_json_are_read() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    for era in ERAS {
        let mut client = start(&sandbox, era);
        for (tool, arguments) in [
            ("read_text_file", json!(r#"{"path":"a"}"#)),
            ("read_text_file", json!(" {\n\"path\": \"a\" } ")),
            ("list_allowed_directories", json!("{}")),
            ("list_allowed_directories", json!("")),
            ("list_allowed_directories", json!("null")),
        ] {
            let line = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": tool, "arguments": arguments, "_meta": serde_json::from_str::<Value>(&meta(era)).unwrap()}});
            let answer = &answers(&mut client, line.to_string().as_bytes(), 1)[0];
            assert_eq!(answer["result"]["isError"], false, "{line}: {answer}");
        }
        let many = format!("[{}0]", "0,".repeat(700_000));
        let line = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {"name": "grep", "arguments": many}});
        assert_eq!(
            answers(&mut client, line.to_string().as_bytes(), 1)[0]["error"]["code"],
            -32602
        );
    }
}

/// What may be put somewhere in a line.
const PIECES: [&str; 24] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    "\\",
    ",",
    ":",
    "}{",
    "} {",
    "NaN",
    "1e999",
    "\\ud83d",
    "\\u0000",
    "null",
    "\t",
    "\r",
    " ",
    "\"params\":",
    "\"method\":\"ping\",",
    "\"name\":",
    "\"arguments\":",
    "\u{FEFF}",
    "é",
];

#[derive(Clone, Debug)]
enum Change {
    Put(Index, &'static str),
    Byte(Index, u8),
    Remove(Index, u8),
    CutAt(Index),
    Repeat(Index, u8),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => (any::<Index>(), prop::sample::select(&PIECES[..])).prop_map(|(at, piece)| Change::Put(at, piece)),
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
        2 => (any::<Index>(), 1..20_u8).prop_map(|(at, bytes)| Change::Remove(at, bytes)),
        1 => any::<Index>().prop_map(Change::CutAt),
        1 => (any::<Index>(), 1..40_u8).prop_map(|(at, bytes)| Change::Repeat(at, bytes)),
    ]
}

fn apply(line: &mut Vec<u8>, change: &Change) {
    let at = |index: &Index, line: &Vec<u8>| index.index(line.len().max(1));
    match change {
        Change::Put(index, piece) => {
            let at = at(index, line);
            line.splice(at..at, piece.bytes());
        }
        Change::Byte(index, byte) => {
            let at = at(index, line);
            line.splice(at..(at + 1).min(line.len()), [if *byte == b'\n' { b' ' } else { *byte }]);
        }
        Change::Remove(index, bytes) => {
            let at = at(index, line);
            line.drain(at..(at + usize::from(*bytes)).min(line.len()));
        }
        Change::CutAt(index) => line.truncate(at(index, line)),
        Change::Repeat(index, bytes) => {
            let at = at(index, line);
            let again = line[at..(at + usize::from(*bytes)).min(line.len())].to_vec();
            line.splice(at..at, again);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// The id comes first and stays; what follows is changed at random. Each line is answered under its id, once.
    #[test]
    fn every_line_with_an_id_is_answered_once_whatever_follows(
        all in prop::collection::vec((0..4_usize, prop::collection::vec(change(), 1..4)), 150),
    ) {
        let sandbox = Sandbox::new().file("grant/a", "x");
        let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Legacy);
        let bodies = [
            r#""jsonrpc":"2.0","method":"tools/call","params":{"name":"read_text_file","arguments":{"path":"a","limit":5}}}"#,
            r#""jsonrpc":"2.0","method":"tools/call","params":{"name":"grep","arguments":{"pattern":"\u00e9\\{\"","glob":["*.rs"]}}}"#,
            r#""jsonrpc":"2.0","method":"tools/list","params":{"cursor":null}}"#,
            r#""params":{"a":[1,-2.5e3,{"b":"}"}]},"jsonrpc":"2.0","method":"ping"}"#,
        ];
        let mut sent = vec![];
        for (n, (body, changes)) in all.iter().enumerate() {
            let mut rest = bodies[*body].as_bytes().to_vec();
            for change in changes {
                apply(&mut rest, change);
            }
            let line = [format!(r#"{{"id":"line {n}","#).as_bytes(), &rest].concat();
            client.send_raw(&[&line[..], b"\n"].concat());
            sent.push(line);
        }
        let (lines, code) = client.finish();
        prop_assert_eq!(code, 0);
        let answers: Vec<Value> = lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        for (n, line) in sent.iter().enumerate() {
            let id = json!(format!("line {n}"));
            let count = answers.iter().filter(|answer| answer["id"] == id).count();
            prop_assert_eq!(count, 1, "{}", String::from_utf8_lossy(line));
        }
    }
}
