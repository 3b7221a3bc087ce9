//! A table of raw lines: what each is answered, in both eras, and that the next line is answered too.

use std::time::Duration;

use serde_json::{Value, json};

use crate::common::{Client, Era, Sandbox, modern_meta, preopen, request};

/// What a line is answered.
enum Want {
    /// A result.
    Result,
    /// A tool's refusal with this code.
    Refusal(&'static str),
    /// An error with this code, and the id of the line if it can be read.
    Error(i64),
    /// Nothing at all.
    Silence,
}
use Want::{Error, Refusal, Result, Silence};

/// Each row: the line, where `META` stands for what a request of the era carries in `params`, and
/// what it is answered.
const LINES: &[(&str, Want)] = &[
    // Not JSON.
    ("not json", Error(-32700)),
    ("{", Error(-32700)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"", Error(-32700)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}}", Error(-32700)),
    ("{'jsonrpc':'2.0'}", Error(-32700)),
    ("\u{FEFF}{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{META}}", Result),
    ("\u{FEFF}", Silence),
    ("\u{FEFF}\u{FEFF}{}", Error(-32700)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\\ud800\"}", Error(-32700)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"a\tb\"}", Error(-32700)),
    ("NaN", Error(-32700)),
    ("{\"jsonrpc\":\"2.0\",\"id\":01}", Error(-32700)),
    ("Content-Length: 52", Error(-32700)),
    // Nothing: lines between messages.
    ("", Silence),
    ("   \t ", Silence),
    ("\r", Silence),
    // JSON that is not a message.
    ("42", Error(-32600)),
    ("null", Error(-32600)),
    ("\"tools/list\"", Error(-32600)),
    ("true", Error(-32600)),
    ("[]", Error(-32600)),
    ("[{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}]", Error(-32600)),
    ("{}", Error(-32600)),
    ("{\"id\":7}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"method\":5}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":5}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":\"seven\",\"method\":5}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":null}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":[\"tools/list\"]}", Error(-32600)),
    ("{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":2.0,\"id\":7,\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"id\":7,\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":true,\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":[7],\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"tools/list\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":[]}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":\"x\"}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":[\"x\"]}", Error(-32600)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":7}", Error(-32600)),
    // Methods that there are not.
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"no/such\",\"params\":{META}}", Error(-32601)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"\",\"params\":{META}}", Error(-32601)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"TOOLS/LIST\",\"params\":{META}}", Error(-32601)),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"list_tools\",\"params\":{META}}", Error(-32601)),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"resources/list\",\"params\":{META}}",
        Error(-32601),
    ),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"prompts/list\",\"params\":{META}}", Error(-32601)),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"logging/setLevel\",\"params\":{\"level\":\"info\",META}}",
        Error(-32601),
    ),
    // Notifications are never answered.
    ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}", Silence),
    ("{\"jsonrpc\":\"2.0\",\"method\":\"notifications/no_such\",\"params\":{}}", Silence),
    (
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/cancelled\",\"params\":{\"requestId\":99}}",
        Silence,
    ),
    ("{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}", Silence),
    ("{\"jsonrpc\":\"2.0\",\"id\":77,\"error\":{\"code\":1,\"message\":\"x\"}}", Silence),
    // Lists and cursors.
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{META}}", Result),
    ("{\"jsonrpc\":\"2.0\",\"id\":\"\",\"method\":\"tools/list\",\"params\":{META}}", Result),
    ("{\"jsonrpc\":\"2.0\",\"id\":-3,\"method\":\"tools/list\",\"params\":{META}}", Result),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{\"cursor\":\"x\",META}}",
        Error(-32602),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{\"cursor\":7,META}}",
        Error(-32602),
    ),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":{META}}", Result),
    // Calls.
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{META}}", Error(-32602)),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":7,META}}",
        Error(-32602),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"\",META}}",
        Error(-32602),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"x\",META}}",
        Error(-32602),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":[],META}}",
        Error(-32602),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":\"a\",META}}",
        Error(-32602),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",META}}",
        Refusal("bad_args"),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":null,META}}",
        Refusal("bad_args"),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":{\"path\":[]},META}}",
        Refusal("bad_args"),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":{\"path\":\"none\"},META}}",
        Refusal("not_found"),
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":{\"path\":\"a\\u0000\"},META}}",
        Refusal("bad_path"),
    ),
    (
        "  {\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/call\",\"params\":{\"name\":\"read_text_file\",\"arguments\":{\"path\":\"a\"},META}}\r",
        Result,
    ),
];

/// Lines that the eras answer differently: legacy, modern.
const ERAS: &[(&str, Want, Want)] = &[
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"initialize\",\"params\":{META}}",
        Error(-32602),
        Error(-32601),
    ),
    ("{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\"}", Result, Error(-32602)),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"server/discover\",\"params\":{META}}",
        Error(-32602),
        Result,
    ),
    (
        "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"tools/list\",\"params\":{\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2099-01-01\",\"io.modelcontextprotocol/clientCapabilities\":{}}}}",
        Error(-32022),
        Error(-32022),
    ),
];

#[test]
fn every_line_gets_its_answer_and_so_does_the_next() {
    let rows = LINES.len() + ERAS.len();
    assert!(rows >= 60, "only {rows} lines");
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut failures = vec![];
    for era in [Era::Legacy, Era::Modern] {
        let all = LINES.iter().map(|(line, want)| (line, want));
        let own = ERAS
            .iter()
            .map(|(line, legacy, modern)| (line, if era == Era::Legacy { legacy } else { modern }));
        for (line, want) in all.chain(own) {
            if let Err(why) = try_line(&sandbox, era, line, want) {
                failures.push(format!("{era:?} {line}\n    {why}"));
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn try_line(
    sandbox: &Sandbox,
    era: Era,
    line: &str,
    want: &Want,
) -> std::result::Result<(), String> {
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], era);
    if era == Era::Modern {
        client.request("server/discover", json!({}));
    }
    let meta = match era {
        Era::Legacy => "\"_meta\":{}".to_owned(),
        Era::Modern => format!("\"_meta\":{}", modern_meta()),
    };
    let line = line.replace("META", &meta);
    client.send(&line);
    let id = match serde_json::from_str::<Value>(line.trim_start_matches('\u{FEFF}')) {
        Ok(value) => value.get("id").filter(|id| id.is_string() || id.is_i64()).cloned(),
        // An id that was said whole is found all the same.
        Err(_) => line.contains("\"id\":7,").then(|| json!(7)),
    };
    let id = id.unwrap_or_default();
    // The next request is answered in its turn: what comes before it is the answer to the line.
    let probe = json!({"jsonrpc": "2.0", "id": "probe", "method": "tools/list", "params": {"_meta": modern_meta()}});
    let answer = match want {
        Silence => Value::Null,
        _ => client.try_receive().ok_or("was not answered")?,
    };
    client.send(&probe.to_string());
    let next = client.try_receive().ok_or("the next line was not answered")?;
    if next["id"] != "probe" || next["result"]["tools"].is_null() {
        return Err(format!("not the answer to the next line: {next}"));
    }
    let good = match want {
        Silence => true,
        Result => !answer["result"].is_null() && answer["result"]["isError"] != true,
        Refusal(code) => {
            let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
            answer["result"]["isError"] == true && text.starts_with(&format!("{code}: "))
        }
        Error(code) => answer["error"]["code"] == *code && answer["error"]["message"].is_string(),
    };
    let same_id = matches!(want, Silence) || answer.get("id").cloned().unwrap_or_default() == id;
    if good && same_id { Ok(()) } else { Err(format!("was answered {answer}")) }
}

#[test]
fn nesting_and_length_are_bounded_by_an_answer() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut client = Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Legacy);
    client.send(&format!("{}1{}", "[".repeat(200_000), "]".repeat(200_000)));
    assert_eq!(client.receive()["error"]["code"], -32700);
    client.send(&"x".repeat((16 << 20) + 1));
    assert_eq!(client.receive()["error"]["code"], -32600);
    // A line of exactly the longest length is read.
    let call = r#"{"jsonrpc":"2.0","id":7,"method":"tools/call","params":{"name":"read_text_file","arguments":{"path":"a"}}}"#;
    client.send(&format!("{call}{}", " ".repeat((16 << 20) - call.len())));
    assert_eq!(client.receive()["id"], 7);
    client.send_raw(b"\xff\xfe not UTF-8\n");
    assert_eq!(client.receive()["error"]["code"], -32700);
}

/// A call that would make a file, blanks up to a length, and more: nothing of such a line is run, however it arrives.
#[test]
fn no_part_of_a_message_that_is_too_long_is_run() {
    const MOST: usize = 32 << 10;
    let toml = format!(
        "[[allow]]\npath = \"grant\"\nrights = \"rwd\"\n[limits]\nmax_message_bytes = {MOST}\n"
    );
    let sandbox = Sandbox::new().file("allowlist.toml", toml).file("grant/a", "x");
    let config = sandbox.path("allowlist.toml");
    let args = ["--config", config.to_str().unwrap()];
    let call = request(7, "write_file", &json!({"path": "planted", "content": "x"}));
    let whole = format!("{call}{}", " ".repeat(MOST - call.len()));
    let short = &whole[..MOST - 1];
    let long = "x".repeat(MOST);
    let read = request(8, "read_text_file", &json!({"path": "a"}));
    // What comes at the end of each may be the whole of what is read at once.
    let cases: [&[&str]; 8] = [
        &[&whole, "x", "\n"],
        &[&whole, " ", "\n"],
        &[&whole, &long, "\n"],
        &[short, "  ", "\n"],
        &[&whole, "x", " ", " \n"],
        &[&long, &call, "\n"],
        &[&long, "x", &call, "\n"],
        &[&long, &whole, "\n"],
    ];
    let is_refused = |answer: &Value, first: &str| {
        let id = answer.get("id").cloned().unwrap_or_default();
        assert_eq!(id, if first.starts_with('{') { json!(7) } else { Value::Null }, "{answer}");
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert_eq!(answer["error"]["code"], -32600, "{answer}");
        assert!(message.ends_with(&format!("longer than {MOST} bytes")), "{answer}");
        assert!(!sandbox.path("grant/planted").exists());
    };
    let mut client = Client::start(&args, Era::Modern);
    for pieces in cases {
        for piece in pieces {
            client.send_raw(piece.as_bytes());
            std::thread::sleep(Duration::from_millis(30));
        }
        is_refused(&client.receive(), pieces[0]);
        client.send(&read);
        assert_eq!(client.receive()["id"], 8, "the next line is read from its beginning");
    }
    // From a file the program reads as much as it asks for; and a line may end with the input.
    for end in ["\n", ""] {
        for pieces in cases {
            let text = format!("{}{end}", pieces.concat().trim_end_matches('\n'));
            std::fs::write(sandbox.path("input"), text).unwrap();
            let input = std::fs::File::open(sandbox.path("input")).unwrap();
            let output = preopen(&args).stdin(input).output().unwrap();
            let answers = String::from_utf8(output.stdout).unwrap();
            assert_eq!((answers.lines().count(), output.status.code()), (1, Some(0)), "{answers}");
            is_refused(&serde_json::from_str(&answers).unwrap(), pieces[0]);
        }
    }
    // One byte less, in pieces, is run.
    for piece in [short, " ", "\n"] {
        client.send_raw(piece.as_bytes());
    }
    assert_eq!(client.receive()["id"], 7);
    assert!(sandbox.path("grant/planted").exists());
}
