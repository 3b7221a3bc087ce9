//! What an answer says about going on: each argument that it names is one of the tool that was called, or of a tool that
//! it names. Counts of one have no plural.

use serde_json::json;

use crate::common::{Client, Era, Sandbox, foreign_arguments};

fn start(sandbox: &Sandbox) -> Client {
    Client::start(&["--allow", &sandbox.spec("grant", "rwd")], Era::Modern)
}

#[test]
fn a_tail_keeps_the_last_lines() {
    let lines: String = (1..=9_000).map(|n| format!("line {n} of a log that is long\n")).collect();
    let sandbox = Sandbox::new().file("grant/log", &lines).file("grant/few", "1\n2\n3\n");
    let mut client = start(&sandbox);
    let answer = client.call("read_text_file", &json!({"path": "log", "tail": 5_000}));
    let (text, closing) = answer.text.rsplit_once('\n').unwrap();
    assert!(text.ends_with("line 9000 of a log that is long"), "{closing}");
    let shown = text.lines().count();
    assert!(shown < 5_000 && shown > 500, "{shown}");
    let first = 9_001 - shown;
    assert!(closing.starts_with(&format!("[lines {first}-9000 of 9000; ")), "{closing}");
    let before = format!("the {} lines before these did not fit, see offset=4001]", 5_000 - shown);
    assert!(closing.ends_with(&before), "{closing}");
    assert!(text.starts_with(&format!("line {first} of")), "{closing}");
    assert!(!closing.contains("continue"), "{closing}");
    let more = client.call("read_text_file", &json!({"path": "log", "offset": 4_001, "limit": 1}));
    assert!(more.text.starts_with("line 4001 of"), "{more:?}");
    for (tail, text) in [(1, "3\n"), (2, "2\n3\n"), (3, "1\n2\n3\n"), (9, "1\n2\n3\n")] {
        let answer = client.call("read_text_file", &json!({"path": "few", "tail": tail}));
        assert!(answer.text.starts_with(&format!("{text}[")), "{answer:?}");
        assert!(!answer.text.contains("did not fit"), "{answer:?}");
    }
    let numbered =
        client.call("read_text_file", &json!({"path": "log", "tail": 5_000, "line_numbers": true}));
    let (text, _) = numbered.text.rsplit_once('\n').unwrap();
    assert!(
        text.ends_with("\n9000:line 9000 of a log that is long"),
        "{}",
        &text[text.len() - 200..]
    );
}

#[test]
fn a_tail_of_long_lines_and_of_a_huge_file_keeps_the_last_lines() {
    let long = format!("{}\n{}\nlast\n", "a".repeat(300_000), "b".repeat(300_000));
    let huge: String = (1..=1_300_000)
        .map(|n| format!("line {n:07} of a file that is more than huge\n"))
        .collect();
    let sandbox = Sandbox::new().file("grant/long", &long).file("grant/huge", &huge);
    let mut client = start(&sandbox);
    let answer = client.call("read_text_file", &json!({"path": "long", "tail": 3}));
    assert!(answer.text.contains("\nlast\n[lines 1-3 of 3; "), "{:.300}", answer.text);
    let answer = client.call("read_text_file", &json!({"path": "huge", "tail": 4_000}));
    let (text, closing) = answer.text.rsplit_once('\n').unwrap();
    assert!(text.ends_with("line 1300000 of a file that is more than huge"), "{closing}");
    let shown = text.lines().count() as u64;
    assert!(closing.starts_with(&format!("[the last {shown} lines; ")), "{closing}");
    let from = (1_300_000 - 4_000) * (huge.len() as u64 / 1_300_000);
    let before =
        format!("the {} lines before these did not fit, see byte_offset={from}]", 4_000 - shown);
    assert!(closing.ends_with(&before), "{closing}");
    let more = client
        .call("read_text_file", &json!({"path": "huge", "byte_offset": from, "byte_limit": 12}));
    assert!(more.text.starts_with("line 1296001"), "{more:?}");
}

#[test]
fn answers_name_only_arguments_of_the_tool_or_of_a_tool_that_they_name() {
    let wide = "日本語のテキスト\n".encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let sandbox = Sandbox::new()
        .file("grant/f", "1\n2\n3\n4\n")
        .file("grant/long", format!("{}\nend\n", "a".repeat(50_000)))
        .file("grant/many", "a line of text\n".repeat(20_000))
        .file("grant/wide", &wide)
        .file("grant/binary", b"\0\x01\x02\x03".repeat(50))
        .dir("grant/d");
    let mut client = start(&sandbox);
    for (tool, arguments) in [
        ("read_multiple_files", json!({"paths": ["f"], "head": 2})),
        ("read_multiple_files", json!({"paths": ["long", "many", "wide", "binary", "none", "d"]})),
        ("read_text_file", json!({"path": "f", "head": 2})),
        ("read_text_file", json!({"path": "f", "offset": 9})),
        ("read_text_file", json!({"path": "many"})),
        ("read_text_file", json!({"path": "many", "tail": 15_000})),
        ("read_text_file", json!({"path": "long", "byte_offset": 10})),
        ("read_text_file", json!({"path": "wide"})),
        ("read_text_file", json!({"path": "d"})),
        ("get_file_info", json!({"path": "wide"})),
        ("get_file_info", json!({"path": "none"})),
        ("read_media_file", json!({"path": "f"})),
        ("read_media_file", json!({"path": "d"})),
        ("grep", json!({"pattern": "a", "path": "long"})),
        ("grep", json!({"pattern": "a line", "limit": 5})),
        ("grep", json!({"pattern": "日本", "path": "wide"})),
        ("search_files", json!({"pattern": "nothing-of-it"})),
        ("list_directory", json!({"path": "f"})),
        ("directory_tree", json!({"path": "f"})),
        ("edit_file", json!({"path": "binary", "old_text": "a", "new_text": "b"})),
        ("edit_file", json!({"path": "f", "old_text": "2\n9", "new_text": "b"})),
        ("edit_file", json!({"path": "many", "old_text": "line", "new_text": "b"})),
        ("write_file", json!({"path": "binary", "mode": "append", "content": "x"})),
        ("write_file", json!({"path": "f", "mode": "create", "content": "x"})),
        ("copy_file", json!({"source": "f", "destination": "many"})),
        ("move_file", json!({"source": "f", "destination": "many"})),
        ("delete_file", json!({"path": "d"})),
        ("delete_file", json!({"path": "."})),
        ("create_directory", json!({"path": "f/x"})),
    ] {
        // Each call of a test is checked: see `Client::call`.
        client.call(tool, &arguments);
    }
    let answer = client.call("read_multiple_files", &json!({"paths": ["f", "long"], "head": 2}));
    assert!(answer.text.contains("; continue with read_text_file offset=3]"), "{answer:.2000?}");
    assert!(answer.text.contains("; continue with read_text_file byte_offset="), "{answer:.9000?}");
    // What checks that finds something.
    assert_eq!(
        foreign_arguments("read_multiple_files", "{}", "x\n[lines 1-2; continue with offset=3]"),
        ["offset"]
    );
    assert_eq!(
        foreign_arguments("get_file_info", "{}", "x\nhint: name its `encoding`"),
        ["encoding"]
    );
}

#[test]
fn a_count_of_one_is_singular() {
    let sandbox = Sandbox::new()
        .file("grant/a", "a")
        .file("grant/d/b", "b")
        .file("other/x", "x")
        .dir("grant/e");
    let specs = ["grant", "other"].map(|grant| sandbox.spec(grant, "rwd"));
    let mut client = Client::start(&["--allow", &specs[0], "--allow", &specs[1]], Era::Modern);
    let mut all = vec![];
    for (tool, arguments) in [
        ("read_text_file", json!({"path": "grant/a"})),
        ("read_text_file", json!({"path": "grant/a", "offset": 5})),
        ("read_text_file", json!({"path": "grant/a", "byte_offset": 5})),
        ("list_directory", json!({"path": "grant", "sizes": true})),
        ("edit_file", json!({"path": "grant/a", "old_text": "a", "new_text": "a\nb"})),
        ("edit_file", json!({"path": "grant/a", "old_text": "b", "new_text": "c"})),
        ("write_file", json!({"path": "grant/n", "content": "x"})),
        ("write_file", json!({"path": "grant/n", "content": "y"})),
        ("write_file", json!({"path": "grant/n", "mode": "append", "content": "y"})),
        ("write_file", json!({"path": "grant/raw", "content_base64": "AA=="})),
        ("get_file_info", json!({"path": "grant/raw"})),
        ("copy_file", json!({"source": "grant/d", "destination": "grant/c"})),
        ("copy_file", json!({"source": "grant/raw", "destination": "grant/raw2"})),
        ("move_file", json!({"source": "grant/c", "destination": "other/c"})),
        ("delete_file", json!({"path": "grant/d", "recursive": true})),
        ("search_files", json!({"pattern": "x", "path": "other"})),
        ("grep", json!({"pattern": "x", "path": "other"})),
        ("directory_tree", json!({"path": "other"})),
    ] {
        let answer = client.call(tool, &arguments);
        all.push(format!("{tool}: {}", answer.text));
    }
    for answer in all {
        for plural in [
            "lines",
            "files",
            "matches",
            "edits",
            "bytes",
            "entries",
            "directories",
            "characters",
            "replacements",
        ] {
            let said = format!("1 {plural}");
            let is_said = answer.match_indices(&said).any(|(at, _)| {
                let before = answer[..at].chars().next_back().unwrap_or(' ');
                // `-1 +1 lines` counts both.
                !before.is_ascii_digit() && !matches!(before, ',' | '+')
            });
            assert!(!is_said, "{said}: {answer}");
        }
    }
}
