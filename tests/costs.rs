//! What pages cost in tokens: none is more than clients take, whatever the text is written in, and each says how to go on.

use serde_json::json;

use crate::common::{Client, Era, Sandbox};

/// What usual clients take.
const MOST_TOKENS: usize = 25_000;

/// A line of text, and hundredths of a token that a character of it costs, as measured.
const TEXTS: [(&str, &str, usize); 9] = [
    ("code", "let name = args.next().unwrap_or_default();", 30),
    ("hex", "4f8a2c01b7e39d6588aa01f3c24f8a2c01b7e39d65", 88),
    ("base64", "q83vEjRWeJq83u8SNFZ4kKvN7w+/Zm9vYmFyq83vEj", 72),
    ("numbers", "1047,2931,55,8812,1047,2931,55,8812,309,12", 100),
    ("chinese", "人人生而自由在尊严和权利上一律平等他们赋有理性和良心", 120),
    ("rare", "龘靐齉爩鱻麤龘靐齉爩鱻麤龘靐齉爩鱻麤", 235),
    ("hangul", "뷁쉛쫙쀍뷁쉛쫙쀍뷁쉛쫙쀍뷁쉛쫙쀍", 269),
    ("emoji", "😀🚀🔥🎉🇩🇪😀🚀🔥🎉🇩🇪😀🚀🔥🎉🇩🇪", 300),
    ("arabic", "صِفخَلقَخَودِكَمِثلِالشَمسِإِذبَزَغَت", 129),
];

fn trees() -> Sandbox {
    let mut sandbox = Sandbox::new();
    for (name, line, _) in TEXTS {
        let line = format!("{line}\n");
        sandbox = sandbox
            .file(&format!("grant/{name}/lines"), line.repeat(3_000))
            .file(&format!("grant/{name}/wide"), line.trim_end().repeat(4_000));
        let stem: String = line.trim_end().chars().filter(|c| *c != '/').take(20).collect();
        for n in 0..400 {
            sandbox = sandbox.file(&format!("grant/{name}/names/{stem}{n}"), "");
        }
    }
    sandbox
}

#[test]
fn no_page_exceeds_the_token_limit_of_clients() {
    let sandbox = trees();
    let mut client = Client::start(&[&sandbox.spec("grant", "rw")], Era::Modern);
    let mut wrong = vec![];
    for (name, line, hundredths) in TEXTS {
        let [lines, wide, names] = ["lines", "wide", "names"].map(|file| format!("{name}/{file}"));
        let word: String = line.chars().take(3).collect();
        for (tool, arguments) in [
            ("read_text_file", json!({"path": lines})),
            ("read_text_file", json!({"path": lines, "line_numbers": true})),
            ("read_text_file", json!({"path": lines, "tail": 2_500, "line_numbers": true})),
            ("read_text_file", json!({"path": wide})),
            ("read_text_file", json!({"path": wide, "byte_offset": 0})),
            ("read_multiple_files", json!({"paths": [lines, wide, lines]})),
            (
                "grep",
                json!({"pattern": word, "literal": true, "path": name, "per_file": 0, "limit": 10_000}),
            ),
            ("search_files", json!({"pattern": "*", "path": names, "limit": 1_000})),
            ("list_directory", json!({"path": names, "limit": 1_000})),
            ("directory_tree", json!({"path": names, "limit": 1_000})),
            (
                "keyword_search",
                json!({"keyword": word, "root_paths": [name], "include_zero": true}),
            ),
            (
                "edit_file",
                json!({"path": lines, "edits": [{"old_text": word, "new_text": "x", "replace_all": true}], "dry_run": true}),
            ),
        ] {
            let text = client.call(tool, &arguments).text;
            // What the tool adds is ASCII.
            let of = |c: char| if c.is_ascii() == line.is_ascii() { hundredths } else { 50 };
            let tokens = text.chars().map(of).sum::<usize>() / 100;
            let is_cut = text.contains("cut off here") || !text.ends_with([']', '}']);
            if tokens > MOST_TOKENS || is_cut {
                let chars = text.chars().count();
                wrong.push(format!(
                    "{tool} {arguments}: {chars} characters, {tokens} tokens, cut: {is_cut}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn following_the_pages_gives_every_text_once() {
    let sandbox = trees();
    let mut client = Client::start(&[&sandbox.spec("grant", "ro")], Era::Modern);
    for (name, line, _) in TEXTS {
        let (mut seen, mut offset) = (String::new(), Some(1));
        while let Some(from) = offset {
            let text = client
                .call("read_text_file", &json!({"path": format!("{name}/lines"), "offset": from}))
                .text;
            let (page, closing) = text.rsplit_once('[').unwrap();
            seen += page;
            offset = number_behind(closing, "continue with offset=");
        }
        assert!(seen == format!("{line}\n").repeat(3_000), "{name}: {} characters", seen.len());
        let (mut seen, mut offset) = (String::new(), Some(0));
        while let Some(from) = offset {
            let text = client
                .call(
                    "read_text_file",
                    &json!({"path": format!("{name}/wide"), "byte_offset": from}),
                )
                .text;
            let (page, closing) = text.rsplit_once("\n[").unwrap();
            seen += page;
            offset = number_behind(closing, "continue with byte_offset=");
        }
        assert!(seen == line.repeat(4_000), "{name}: {} characters", seen.len());
    }
}

fn number_behind(text: &str, what: &str) -> Option<u64> {
    let digits = text.split_once(what)?.1;
    digits.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}
