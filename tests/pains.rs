//! What users of file servers for agents report, one test each, named after the complaint. Where a public
//! report is known its number stands beside it (modelcontextprotocol/servers, unless said otherwise).

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::common::{Client, Era, Sandbox, ended, preopen};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&[sandbox.path("grant").to_str().unwrap()], Era::Legacy)
}

fn read(client: &mut Client, arguments: serde_json::Value) -> String {
    client.call("read_text_file", &arguments).text
}

/// #3602, #3929: a client's roots replace what the operator configured.
#[test]
fn roots_of_the_client_change_nothing() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let mut client = start(&sandbox);
    client.send(r#"{"jsonrpc":"2.0","method":"notifications/roots/list_changed"}"#);
    assert!(
        read(&mut client, json!({"path": "a"})).starts_with("x\n"),
        "and no roots are asked for"
    );
}

/// claude-code#86142: a schema of draft-07 makes a client refuse every tool.
#[test]
fn schemas_name_no_dialect() {
    let mut client = start(&Sandbox::new());
    assert!(client.tools().values().all(|tool| tool["inputSchema"].get("$schema").is_none()));
}

/// claude-code#85842: a file in an old encoding is read as garbage (and an edit elsewhere destroys it).
#[test]
fn an_old_encoding_is_read_and_named() {
    let sandbox = Sandbox::new().file("grant/a", b"gr\xfc\xdfe aus M\xfcnchen\n");
    let text = read(&mut start(&sandbox), json!({"path": "a"}));
    assert!(text.starts_with("grüße aus München\n[") && text.contains("windows-1252"), "{text}");
}

/// #478: a file can only be read whole.
#[test]
fn a_range_of_lines_is_read_alone() {
    let sandbox = Sandbox::new().file("grant/a", "1\n2\n3\n4\n");
    assert!(
        read(&mut start(&sandbox), json!({"path": "a", "offset": 2, "limit": 2}))
            .starts_with("2\n3\n[")
    );
}

/// Seen in a peer: `head: 0` gives everything.
#[test]
fn zero_lines_are_no_lines_to_ask_for() {
    let sandbox = Sandbox::new().file("grant/a", "1\n2\n");
    for argument in ["head", "tail", "limit"] {
        let text = read(&mut start(&sandbox), json!({"path": "a", argument: 0}));
        assert!(
            text.starts_with(&format!("bad_args: `{argument}` has to be at least 1")),
            "{text}"
        );
    }
}

/// Seen in a peer: the line end at the end counts as a line of its own.
#[test]
fn the_tail_does_not_count_the_last_line_end() {
    let sandbox = Sandbox::new().file("grant/a", "1\n2\n3\n");
    assert!(read(&mut start(&sandbox), json!({"path": "a", "tail": 1})).starts_with("3\n["));
}

/// Seen in a peer: arguments that are not known are silently ignored. #2703.
#[test]
fn an_unknown_argument_is_refused_with_the_known_ones() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let text = read(&mut start(&sandbox), json!({"path": "a", "colour": 3}));
    assert!(
        text.contains("no argument `colour`") && text.contains("hint: it takes `byte_limit`, "),
        "{text}"
    );
}

/// #4044: an image that is too large floods the context.
#[test]
fn a_large_image_is_refused_with_the_limit() {
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.resize(5 << 20, 1);
    let sandbox = Sandbox::new().file("grant/a.png", png);
    let text = start(&sandbox).call("read_media_file", &json!({"path": "a.png"})).text;
    assert!(text.contains("over the limit of 4194304"), "{text}");
}

/// #4029: a binary file is sent as a content type that does not exist.
#[test]
fn a_binary_file_is_a_resource() {
    let sandbox = Sandbox::new().file("grant/a.bin", b"\0\x01");
    let text = start(&sandbox).call("read_media_file", &json!({"path": "a.bin"})).text;
    let block: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(block["type"], "resource");
}

/// openclaw#35406: binary files are read as garbage.
#[test]
fn a_binary_file_is_no_text() {
    let sandbox = Sandbox::new().file("grant/a.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\0\x01");
    assert!(read(&mut start(&sandbox), json!({"path": "a.pdf"})).starts_with("not_text: "));
}

/// claude-code#4002: results are larger than clients take.
#[test]
fn no_result_is_larger_than_clients_take() {
    let sandbox = Sandbox::new()
        .file("grant/a", "x\n".repeat(1_000_000))
        .file("grant/b", "y".repeat(1_000_000));
    let mut client = start(&sandbox);
    for path in ["a", "b"] {
        let text = read(&mut client, json!({"path": path}));
        assert!(text.chars().count() <= 40_000 && text.contains("continue with "), "{path}");
    }
}

/// servers#3588, claude-code#55677: structured content hides the text, or doubles it.
#[test]
fn an_answer_is_text_and_sent_once() {
    let sandbox = Sandbox::new().file("grant/a", "only once");
    let answer = start(&sandbox)
        .request("tools/call", json!({"name": "read_text_file", "arguments": {"path": "a"}}));
    assert_eq!(answer.to_string().matches("only once").count(), 1);
    assert!(answer["result"].get("structuredContent").is_none());
}

/// docker-agent#2144: models send lists as JSON in a string, and numbers as strings.
#[test]
fn lists_and_numbers_as_strings_are_understood() {
    let sandbox = Sandbox::new().file("grant/a", "1\n2\n").file("grant/b", "3\n");
    let mut client = start(&sandbox);
    let answer =
        client.call("read_multiple_files", &json!({"paths": "[\"a\",\"b\"]", "head": "1"}));
    assert!(
        answer.text.contains("--- a\n1\n[") && answer.text.contains("--- b\n3\n["),
        "{answer:?}"
    );
    assert!(
        read(&mut client, json!({"file_path": "a", "lineNumbers": "true"}))
            .starts_with("1:1\n2:2\n")
    );
}

/// #2815: a directory that is missing takes the server down.
#[test]
fn a_missing_directory_leaves_the_others() {
    let sandbox = Sandbox::new().file("grant/a", "x");
    let (grant, gone) = (sandbox.path("grant"), sandbox.path("gone"));
    let mut client = Client::start(&[grant.to_str().unwrap(), gone.to_str().unwrap()], Era::Legacy);
    assert!(read(&mut client, json!({"path": "grant/a"})).starts_with("x\n"));
}

/// #2526: relative paths are resolved against the directory that the process happens to be in.
#[test]
fn a_relative_path_means_the_grant_wherever_the_server_was_started() {
    let sandbox =
        Sandbox::new().file("grant/a", "of the grant").file("a", "of the directory beside it");
    let mut command = preopen(&[sandbox.path("grant").to_str().unwrap()]);
    command.current_dir(sandbox.path(""));
    let mut client = Client::spawn(command, Era::Legacy, crate::common::Without::Nothing);
    assert!(read(&mut client, json!({"path": "a"})).starts_with("of the grant"));
}

/// #3253: a directory is granted by one of its names and asked for by another (`/tmp`, `/private/tmp`).
#[test]
fn a_granted_directory_is_known_by_its_real_name_too() {
    let sandbox = Sandbox::new().file("real/a", "x").link("grant/l", "../real");
    let mut client = Client::start(&[sandbox.path("grant/l").to_str().unwrap()], Era::Legacy);
    for path in [sandbox.path("grant/l/a"), sandbox.path("real/a")] {
        assert!(
            read(&mut client, json!({"path": path.to_str().unwrap()})).starts_with("x\n"),
            "{path:?}"
        );
    }
}

/// #734: an absolute link inside the directory cannot be used.
#[test]
fn an_absolute_link_that_stays_inside_is_followed() {
    let sandbox = Sandbox::new().file("grant/data/a", "x").link("grant/l", "{root}/grant/data");
    assert!(read(&mut start(&sandbox), json!({"path": "l/a"})).starts_with("x\n"));
}

/// #3508, #1770: umlauts, blanks and hyphens in paths.
#[test]
fn names_of_every_kind_are_opened() {
    let names = [
        "mit Leerzeichen",
        "größe",
        "-rf",
        "日本語",
        "emoji 🦀",
        "quote'\"",
        "a%20b",
        "tab\tname",
        "$HOME",
        "*?[x]",
    ];
    let mut sandbox = Sandbox::new();
    for name in names {
        sandbox = sandbox.file(&format!("grant/{name}/{name}"), name);
    }
    let mut client = start(&sandbox);
    for name in names {
        assert!(
            read(&mut client, json!({"path": format!("{name}/{name}")})).starts_with(name),
            "{name}"
        );
    }
}

/// #2219, #1012: secrets are readable, and nothing can be excluded. Every spelling of a hidden name is hidden.
#[test]
fn a_hidden_name_stays_hidden_however_it_is_spelled() {
    let toml = "[[allow]]\npath = \"grant\"\nhide = [\".env*\", \"secr\u{e9}t\", \"keys/**\"]\n";
    let nfd = "secre\u{301}t";
    let sandbox = Sandbox::new()
        .file("allowlist.toml", toml)
        .file("grant/.env.local", "TOKEN")
        .file(&format!("grant/{nfd}"), "TOKEN")
        .file("grant/SECR\u{c9}T", "TOKEN")
        .file("grant/.e\u{200d}nv", "TOKEN")
        .file("grant/KEYS/id", "TOKEN")
        .link("grant/link", ".env.local")
        .link("grant/abs", "{root}/grant/KEYS/id");
    let config = sandbox.path("allowlist.toml");
    let mut client =
        Client::start(&["--config", config.to_str().unwrap(), "--alias", "grant=/w"], Era::Legacy);
    let absolute = sandbox.path("grant/.env.local");
    for path in [
        ".env.local",
        nfd,
        "SECR\u{c9}T",
        ".e\u{200d}nv",
        "KEYS/id",
        "link",
        "abs",
        "./.env.local",
        "/w/.env.local",
        r"\x2Eenv.local",
        absolute.to_str().unwrap(),
    ] {
        let text = read(&mut client, json!({"path": path}));
        assert!(text.starts_with("not_found: "), "{path}: {text}");
    }
    assert_eq!(
        client.call("list_directory", &json!({})).text,
        "[LINK] abs\n[LINK] link\n[2 entries]"
    );
}

/// glm-mcp#15: a FIFO, socket or device hangs the server.
#[test]
fn special_files_hang_nothing() {
    let sandbox = Sandbox::new().fifo("grant/pipe").socket("grant/socket").file("grant/a", "x");
    let mut client = start(&sandbox);
    let begin = Instant::now();
    for path in ["pipe", "socket"] {
        for tool in ["read_text_file", "read_media_file", "get_file_info", "list_directory"] {
            client.call(tool, &json!({"path": path}));
        }
    }
    assert!(read(&mut client, json!({"path": "a"})).starts_with("x\n"));
    assert!(begin.elapsed() < Duration::from_secs(5));
}

/// typescript-sdk#2002: servers outlive the client that started them.
#[test]
fn the_server_ends_with_its_client() {
    let sandbox = Sandbox::new();
    let mut child = preopen(&[sandbox.path("grant").to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdin.take());
    let begin = Instant::now();
    assert!(ended(&mut child).success());
    assert!(begin.elapsed() < Duration::from_secs(5));
}

/// Twenty GB-sized questions: memory does not grow with the file.
#[test]
#[cfg(target_os = "linux")] // where the system says how much memory a process had
fn a_huge_file_takes_no_more_memory_than_a_small_one() {
    let sandbox = Sandbox::new();
    let huge = std::fs::File::create(sandbox.path("grant/huge")).unwrap();
    for block in 0..64 {
        std::os::unix::fs::FileExt::write_all_at(
            &huge,
            "some line of text\n".repeat(1 << 16).as_bytes(),
            block * (18 << 16),
        )
        .unwrap();
    }
    let mut client = start(&sandbox);
    for arguments in [
        json!({"path": "huge", "offset": 4_000_000}),
        json!({"path": "huge", "tail": 10}),
        json!({"path": "huge", "byte_offset": 60_000_000}),
    ] {
        client.call("read_text_file", &arguments);
    }
    client.call("get_file_info", &json!({"path": "huge", "hash": true}));
    let status = std::fs::read_to_string(format!("/proc/{}/status", client.pid())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
    assert!(peak < 32 << 10, "{peak} KB for a file of 75 MB");
}

/// A text that ends in a character of an old encoding is not broken UTF-8.
#[test]
fn an_old_encoding_is_told_from_broken_utf8_wherever_it_stands() {
    let late = format!("{}caf\u{e9}", "plain\n".repeat(20_000));
    let late: Vec<u8> = late.chars().map(|c| c as u8).collect();
    let sandbox = Sandbox::new()
        .file("grant/end", b"caf\xe9")
        .file("grant/begin", b"\x80 5\n")
        .file("grant/late", late);
    let mut client = start(&sandbox);
    assert!(read(&mut client, json!({"path": "end"})).starts_with("café\n["));
    assert!(read(&mut client, json!({"path": "begin"})).starts_with("\u{20ac} 5\n["));
    assert!(read(&mut client, json!({"path": "late", "tail": 1})).starts_with("café\n["));
}

/// Whatever the numbers, an answer is one: no crash, no piece that leads to itself.
#[test]
fn odd_numbers_are_answered_sensibly() {
    let sandbox = Sandbox::new()
        .file("grant/empty", "")
        .file("grant/small", "one\ntwo\n")
        .file("grant/cut", b"abc\xC3");
    let mut client = start(&sandbox);
    let most = u64::MAX;
    for arguments in [
        json!({"path": "empty", "offset": most, "line_numbers": true}),
        json!({"path": "empty", "byte_offset": 0}),
    ] {
        assert!(read(&mut client, arguments.clone()).starts_with("[empty file; "), "{arguments}");
    }
    for arguments in
        [json!({"byte_offset": 99}), json!({"byte_offset": most}), json!({"byte_offset": 8})]
    {
        let mut arguments = arguments;
        arguments["path"] = "small".into();
        let text = read(&mut client, arguments.clone());
        assert!(text.contains("is past the end: the file has 8 bytes"), "{arguments}: {text}");
    }
    for arguments in
        [json!({"offset": most}), json!({"tail": most}), json!({"limit": most, "offset": 2})]
    {
        let mut arguments = arguments;
        arguments["path"] = "small".into();
        let text = read(&mut client, arguments.clone());
        assert!(!text.contains("internal"), "{arguments}: {text}");
    }
    let text = read(&mut client, json!({"path": "cut", "byte_offset": 3}));
    assert!(text.starts_with("not_text: ") || !text.contains("byte_offset=3"), "{text}");
    let text = read(&mut client, json!({"path": "small", "byte_offset": 0, "line_numbers": true}));
    assert!(text.starts_with("bad_args: a piece by bytes has no line numbers"), "{text}");
}

/// A limit that leaves no room still gives a line, and a flood of paths is refused before it is walked.
#[test]
fn limits_hold_before_the_work() {
    let toml = "[[allow]]\npath = \"grant\"\n[limits]\nmax_result_chars = 500\n";
    let sandbox = Sandbox::new().file("grant/a", "one\ntwo\n").file("allowlist.toml", toml);
    let config = sandbox.path("allowlist.toml");
    let mut client = Client::start(&["--config", config.to_str().unwrap()], Era::Legacy);
    assert!(read(&mut client, json!({"path": "a"})).starts_with('o'));
    let begin = Instant::now();
    let answer = client.call("read_multiple_files", &json!({"paths": vec!["a"; 100_000]}));
    assert_eq!(answer.code(), "over_limit");
    assert!(begin.elapsed() < Duration::from_secs(10));
    let answer = client.call("read_multiple_files", &json!({"paths": [1]}));
    assert!(
        answer.text.starts_with("bad_args: `paths` has an item of the wrong type"),
        "{answer:?}"
    );
}
