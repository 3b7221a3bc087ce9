//! Texts that are nearly in one encoding, that hold NULs, or whose encoding can only be guessed: pages,
//! searches, edits, appends and file information agree, and nobody writes wrong bytes unseen.

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};
use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

struct Files {
    sandbox: Sandbox,
    client: Client,
}

impl Files {
    fn new<'f>(files: impl IntoIterator<Item = (&'f str, Vec<u8>)>) -> Self {
        let mut sandbox = Sandbox::new().file("grant/plain.md", "plain\n");
        for (name, bytes) in files {
            sandbox = sandbox.file(&format!("grant/{name}"), bytes);
        }
        let client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
        Self { sandbox, client }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.sandbox.path("grant").join(name)).unwrap()
    }

    fn call(&mut self, tool: &str, arguments: Value) -> Answer {
        self.client.call(tool, &arguments)
    }

    fn read(&mut self, name: &str) -> String {
        self.with("read_text_file", name, json!({}))
    }

    fn with(&mut self, tool: &str, name: &str, mut arguments: Value) -> String {
        arguments["path"] = name.into();
        self.call(tool, arguments).text
    }

    fn info(&mut self, name: &str) -> String {
        let info = self.with("get_file_info", name, json!({}));
        info.lines().find_map(|line| line.strip_prefix("text: ")).unwrap_or(&info).to_owned()
    }

    fn grep(&mut self, name: &str, pattern: &str) -> String {
        self.with("grep", name, json!({"pattern": pattern, "per_file": 0}))
    }

    fn edit(&mut self, name: &str, old: &str, new: &str) -> Answer {
        let edits = json!([{"old_text": old, "new_text": new}]);
        self.call("edit_file", json!({"path": name, "edits": edits}))
    }

    fn append(&mut self, name: &str, text: &str) -> Answer {
        self.call("write_file", json!({"path": name, "content": text, "mode": "append"}))
    }
}

/// 40 lines of Japanese, in the middle of which one byte is not UTF-8.
fn stray() -> Vec<u8> {
    let line = |n| format!("{n} 行目: これは日本語の文です\n").into_bytes();
    let mut lines: Vec<Vec<u8>> = (1..=40).map(line).collect();
    lines[19] = b"20 caf\xE9 end\n".to_vec();
    lines.concat()
}

#[test]
fn a_stray_byte_in_utf8_is_an_escape_and_the_rest_is_read_searched_and_edited() {
    let mut files = Files::new([("stray", stray())]);
    let before = files.bytes("stray");
    let place = before.iter().position(|byte| *byte == 0xE9 && before[0] != 0xE9);
    let place =
        before.windows(4).position(|four| four == b"caf\xE9").map_or(place, |at| Some(at + 3));
    let page = files.read("stray");
    assert!(page.contains("\n19 行目: これは日本語の文です\n20 caf\\xE9 end\n21 行目"), "{page}");
    let footer = format!(
        "[lines 1-40 of 40; LF; UTF-8 with 1 bad byte; 1 byte is shown as \\xE9, at byte {}; version ",
        place.unwrap()
    );
    assert!(page.contains(&footer), "{page}");
    assert_eq!(files.info("stray"), "UTF-8 with 1 bad byte, 40 lines, LF");
    assert!(files.grep("stray", "日本語").contains("[39 matching lines in 1 file]"));
    let found = files.grep("stray", "caf");
    assert!(
        found.contains("\n20:caf\\xE9 end\n") || found.contains("20:20 caf\\xE9 end\n"),
        "{found}"
    );
    assert!(found.contains("stand for a byte that is not text"), "{found}");
    // Far from it, beside it, around it, and in it.
    for (old, new, was, is) in [
        ("1 行目", "一行目", "1 行目", "一行目"),
        ("caf", "café", "caf", "café"),
        ("\\xE9 end", "\\xE9 終わり", " end", " 終わり"),
        ("é\\xE9 終", "e \\xe9 \\xE9 終", "é", "e \\xe9 "),
    ] {
        let mut want = files.bytes("stray");
        if is.contains("\\xe9") {
            let at = want.windows(3).position(|three| three == [0xC3, 0xA9, 0xE9]).unwrap();
            want.splice(at..at + 2, b"e \xE9 ".iter().copied());
        } else {
            let at = want.windows(was.len()).position(|part| part == was.as_bytes()).unwrap();
            want.splice(at..at + was.len(), is.bytes());
        }
        let answer = files.edit("stray", old, new);
        if old == "1 行目" {
            assert_eq!(answer.code(), "not_unique", "{answer:?}");
            continue;
        }
        assert_eq!(answer.code(), "ok", "{old}: {answer:?}");
        assert_eq!(files.bytes("stray"), want, "{old}");
        assert!(answer.text.contains("\\xE9") && !answer.text.contains('\u{FFFD}'), "{answer:?}");
    }
    let before = files.bytes("stray");
    assert_eq!(files.append("stray", "追加\n").code(), "ok");
    assert_eq!(files.bytes("stray"), [&before, "追加\n".as_bytes()].concat());
    // An edit may also take it out.
    let answer = files.edit("stray", "e \\xE9 \\xE9 終わり", "café 終わり");
    assert_eq!(answer.code(), "ok", "{answer:?}");
    assert!(std::str::from_utf8(&files.bytes("stray")).is_ok());
}

#[test]
fn a_log_that_is_cut_inside_a_character_is_utf8_at_either_end() {
    let log = "2026-11-30 温度計: 十九度\n".repeat(300).into_bytes();
    let len = log.len();
    let ascii = [b"a log of plain words\n".repeat(9), b"half \xE6\x97".to_vec()].concat();
    let mut files = Files::new([
        ("end", log[..len - 2].to_vec()),
        ("begin", log[13..].to_vec()),
        ("ascii", ascii),
    ]);
    let page = files.with("read_text_file", "end", json!({"tail": 1}));
    assert!(
        page.starts_with("2026-11-30 温度計: 十九\\xE5\\xBA\n[lines 300-300 of 300; "),
        "{page}"
    );
    assert!(page.contains("2 bytes are shown as escapes such as \\xE5, at bytes "), "{page}");
    let page = files.with("read_text_file", "begin", json!({"limit": 1}));
    assert!(page.starts_with("\\xA9\\xE8\\xA8\\x88") || page.contains("計: 十九度\n["), "{page}");
    assert!(page.contains("UTF-8 with "), "{page}");
    assert!(files.grep("end", "十九").contains("[300 matching lines"));
    assert!(files.read("ascii").contains("half \\xE6\\x97\n["));
    let before = files.bytes("end");
    assert_eq!(files.edit("end", "十九\\xE5\\xBA", "十九度").code(), "ok");
    assert_eq!(files.bytes("end"), [&before[..before.len() - 2], "度".as_bytes()].concat());
}

#[test]
fn lone_continuation_bytes_are_bad_bytes_wherever_a_page_begins() {
    let bytes = ["あ".as_bytes(), b"\x80\x81", "い\n".as_bytes()].concat().repeat(50);
    let mut files = Files::new([("lone", bytes.clone())]);
    let mut text = String::new();
    let mut offset = 0;
    // Each piece begins where the one before ends, and nothing is left out between.
    while offset < bytes.len() {
        let piece = json!({"byte_offset": offset, "byte_limit": 7});
        let page = files.with("read_text_file", "lone", piece);
        let (shown, footer) = page.rsplit_once('[').unwrap();
        let range = footer.strip_prefix("bytes ").unwrap().split(' ').next().unwrap();
        let (from, last) = range.split_once('-').unwrap();
        assert_eq!(from, offset.to_string());
        let ends_line = bytes[last.parse::<usize>().unwrap()] == b'\n';
        text += if ends_line { shown } else { shown.strip_suffix('\n').unwrap() };
        offset = last.parse::<usize>().unwrap() + 1;
    }
    assert_eq!(text, "あ\\x80\\x81い\n".repeat(50));
    assert!(files.grep("lone", "あ.*い").contains("no line matches"), "a dot is a character");
    assert!(files.grep("lone", "い").contains("[50 matching lines"));
}

#[test]
fn characters_that_look_like_an_escape_are_not_taken_for_a_bad_byte() {
    let bytes = ["日本語のテキスト\n".repeat(9).as_bytes(), b"a \xE9 b\na \\xE9 b\n"].concat();
    let clean = b"a \\xE9 b \\x5CxE9\n".to_vec();
    let mut files = Files::new([("both", bytes.clone()), ("clean", clean.clone())]);
    let page = files.read("both");
    assert!(page.contains("\na \\xE9 b\na \\x5CxE9 b\n["), "{page}");
    assert!(page.contains("a \\ before x and two digits is shown as \\x5C"), "{page}");
    // The bad byte by its escape; the characters by theirs.
    assert_eq!(files.edit("both", "a \\xE9 b", "A \\xE9 b").code(), "ok");
    let bad = bytes.iter().rposition(|byte| *byte == 0xE9).unwrap();
    let mut want = bytes;
    want[bad - 2] = b'A';
    assert_eq!(files.bytes("both"), want);
    assert_eq!(files.edit("both", "a \\x5CxE9 b", "a \\x5CxE9 c").code(), "ok");
    let end = want.len() - 2;
    want[end] = b'c';
    assert_eq!(files.bytes("both"), want);
    // A file without bad bytes has no escapes.
    assert!(files.read("clean").starts_with("a \\xE9 b \\x5CxE9\n[lines 1-1 of 1; LF; version "));
    assert_eq!(files.edit("clean", "\\xE9 b \\x5C", "\\xE9 c \\x5C").code(), "ok");
    assert_eq!(files.bytes("clean"), b"a \\xE9 c \\x5CxE9\n");
}

#[test]
fn a_text_with_few_nuls_is_read_searched_and_edited_and_keeps_them() {
    let markdown = "# Höhe\n\nvon \u{0}0\u{0} bis zum Ende des Textes\n".as_bytes().to_vec();
    let line = "2026-11-30T12:00:00Z INFO request served in 12 ms by worker 7\n";
    let mut log = line.repeat(110_000).into_bytes();
    for at in [1_000_000, 3_333_333, 6_000_001] {
        log.splice(at..at + 3, *b"\0\0\0");
    }
    assert!(log.len() > 6_800_000);
    let mut files = Files::new([("a.md", markdown.clone()), ("log", log.clone())]);
    let page = files.read("a.md");
    assert!(
        page.starts_with("# Höhe\n\nvon \\x000\\x00 bis zum Ende des Textes\n[lines 1-3"),
        "{page}"
    );
    assert!(
        page.contains(
            "; UTF-8 with 2 NULs; 2 bytes are shown as escapes such as \\x00, at bytes 13, 15; "
        ),
        "{page}"
    );
    assert_eq!(files.info("a.md"), "UTF-8 with 2 NULs, 3 lines, LF");
    assert!(files.grep("a.md", "Ende").contains("3:von \\x000\\x00 bis zum Ende"));
    assert_eq!(files.edit("a.md", "\\x00 bis", "\\x00, bis").code(), "ok");
    assert_eq!(
        files.bytes("a.md"),
        "# Höhe\n\nvon \u{0}0\u{0}, bis zum Ende des Textes\n".as_bytes()
    );
    assert_eq!(files.append("a.md", "mehr ä\n").code(), "ok");
    assert!(files.bytes("a.md").ends_with("Textes\nmehr ä\n".as_bytes()));
    let counted = json!({"pattern": "worker 7", "output": "count"});
    let counted = files.with("grep", "log", counted);
    assert!(counted.starts_with("log:1"), "{counted}");
    let near =
        files.with("read_text_file", "log", json!({"byte_offset": 999_990, "byte_limit": 20}));
    assert!(near.contains("\\x00\\x00\\x00"), "{near}");
    let edits = json!([{"old_text": "\\x00\\x00\\x00", "new_text": "\\x00", "replace_all": true}]);
    assert_eq!(files.call("edit_file", json!({"path": "log", "edits": edits})).code(), "ok");
    for at in [6_000_001, 3_333_333, 1_000_000] {
        log.splice(at..at + 3, *b"\0");
    }
    assert!(files.bytes("log") == log);
}

#[test]
fn what_is_not_a_text_stays_binary_and_no_hint_leads_in_a_circle() {
    let mut tar = [b"dir/name.txt".as_slice(), &[0; 500]].concat();
    tar.splice(257..262, *b"ustar");
    tar.extend(b"a line of text\n".repeat(3_000));
    let zip = [b"PK\x03\x04\x0a\0\0\0\0\0".as_slice(), &b"stored text\n".repeat(900)].concat();
    let random: Vec<u8> =
        (0..5 << 20).map(|n: u64| (n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56) as u8).collect();
    let program = std::fs::read(env!("CARGO_BIN_EXE_preopen")).unwrap();
    let binaries = [
        ("a.tar", tar),
        ("a.zip", zip),
        ("a.gz", [b"\x1f\x8b\x08\0".as_slice(), &random[..9_000]].concat()),
        ("a.png", [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &random[..9_000]].concat()),
        (
            "a.pyc",
            b"\xcb\r\r\n\0\0\0\0\x8f\xb2\x11e\x10\0\0\0\xe3\0\0\0\0\0\0\0\0name\0\0text".to_vec(),
        ),
        (
            "a.db",
            [b"SQLite format 3\0\x10\0\x01\x01\0\x40\x20\x20".as_slice(), &[0; 900], b"text"]
                .concat(),
        ),
        ("program", program[..program.len().min(3 << 20)].to_vec()),
        ("large", random),
    ];
    let names: Vec<&str> = binaries.iter().map(|(name, _)| *name).collect();
    let mut files = Files::new(binaries);
    for name in names {
        let answer = files.call("read_text_file", json!({"path": name}));
        assert_eq!(answer.code(), "not_text", "{name}: {answer:?}");
        assert!(answer.text.contains("hint: read_media_file"), "{answer:?}");
        assert!(answer.text.contains("`encoding`"), "{answer:?}");
        assert!(
            files.grep(name, "text").contains("it is a binary file, which is not searched"),
            "{name}"
        );
        let answer = files.edit(name, "text", "x");
        assert!(["not_text", "over_limit"].contains(&answer.code()), "{name}: {answer:?}");
        let answer = files.call("read_media_file", json!({"path": name}));
        assert!(!answer.text.contains("read_text_file"), "{answer:?}");
        // A caller that knows better is not refused.
        let named = json!({"path": name, "encoding": "latin1", "byte_limit": 100});
        assert_eq!(files.call("read_text_file", named).code(), "ok", "{name}");
    }
}

const JAPANESE: &str = "吾輩は猫である。名前はまだ無い。どこで生れたかとんと見当がつかぬ。";
const KOREAN: &str = "나는 고양이로소이다. 이름은 아직 없다. 어디서 태어났는지 도무지 모르겠다.";
const CHINESE: &str =
    "我是猫，还没有名字。在哪里出生的，一点也不知道。只记得在一个阴暗潮湿的地方。";
const TAIWANESE: &str =
    "我是貓，還沒有名字。在哪裡出生的，一點也不知道。只記得在一個陰暗潮濕的地方。";
const MULTI_BYTE: [(&Encoding, &str); 5] = [
    (SHIFT_JIS, JAPANESE),
    (EUC_JP, JAPANESE),
    (EUC_KR, KOREAN),
    (GBK, CHINESE),
    (BIG5, TAIWANESE),
];

#[test]
fn all_pages_of_a_long_text_in_a_multi_byte_encoding_agree() {
    for (encoding, text) in MULTI_BYTE {
        // Lines of which no sample ends where a line does.
        let whole: String = (0..4_500).map(|n| format!("{n} {text}\n")).collect();
        let bytes = encoding.encode(&whole).0.into_owned();
        let long: String = text.repeat(520_000 / text.len());
        let one_line = encoding.encode(&long).0.into_owned();
        assert!(bytes.len() > 300_000, "{}", bytes.len());
        let large = bytes.repeat(4);
        let mut files = Files::new([("f", bytes), ("line", one_line), ("large", large)]);
        let name = format!("{} (guessed)", encoding.name());
        // Each of the three costs a debug build a second.
        let more: &[&str] = match encoding.name() {
            "Shift_JIS" | "EUC-KR" => &["f", "large"],
            "EUC-JP" | "Big5" => &["f", "line"],
            _ => &["f"],
        };
        for file in more.iter().copied() {
            for page in [1, 9] {
                let offset = (page - 1) * 490 + 1;
                let shown =
                    files.with("read_text_file", file, json!({"offset": offset, "limit": 490}));
                assert!(shown.contains(&format!("; {name}; ")), "page {page} of {file}: {shown}");
                assert!(shown.contains(text.get(..30).unwrap_or(text)), "page {page} of {file}");
                if file == "line" {
                    break;
                }
            }
            let tail = files.with("read_text_file", file, json!({"tail": 3}));
            assert!(tail.contains(&name), "{tail}");
            // A place that may be within a character.
            let piece = json!({"byte_offset": 300_001, "byte_limit": 200});
            let piece = files.with("read_text_file", file, piece);
            assert!(piece.contains(&name) && !piece.contains("\\x"), "{file} {piece}");
            if file != "large" {
                assert!(files.info(file).starts_with(&name));
            }
            let found = files.grep(file, &text.chars().take(4).collect::<String>());
            assert!(found.contains(&format!("is read as {}, a guess", encoding.name())), "{found}");
            let before = files.bytes(file);
            let refused = files.append(file, "終 끝\n");
            assert_eq!(refused.code(), "bad_args", "{refused:?}");
            assert!(refused.text.contains(&format!("encoding={}", encoding.name())), "{refused:?}");
            assert_eq!(files.append(file, "end\n").code(), "ok");
            let word: String = text.chars().take(6).collect();
            let named = json!({
                "path": file, "content": &word, "mode": "append", "encoding": encoding.name(),
            });
            assert_eq!(files.call("write_file", named).code(), "ok");
            let line_end = if before.ends_with(b"\n") { "" } else { "\n" };
            let want = [&before, line_end.as_bytes(), b"end\n", &encoding.encode(&word).0].concat();
            assert!(files.bytes(file) == want, "{name} {file}");
        }
        let before = files.bytes("f");
        assert_eq!(files.edit("f", "\n4000 ", "\nline 4000 ").code(), "ok");
        let at = before.windows(6).position(|six| six == b"\n4000 ").unwrap() + 1;
        let want = [&before[..at], b"line ", &before[at..]].concat();
        assert!(files.bytes("f") == want, "{name}");
    }
}

#[test]
fn a_bad_byte_in_a_multi_byte_encoding_is_an_escape_too() {
    for (encoding, text) in MULTI_BYTE {
        let line = encoding.encode(&format!("{text}\n")).0.into_owned();
        let bytes = [line.repeat(30), b"bad \xFF byte\n".to_vec(), line.repeat(9)].concat();
        let mut files = Files::new([("f", bytes.clone())]);
        let page = files.read("f");
        let name = format!("{} (guessed) with 1 bad byte", encoding.name());
        assert!(page.contains("\nbad \\xFF byte\n") && page.contains(&name), "{page}");
        assert!(files.info("f").starts_with(&name));
        assert!(files.grep("f", "bad").contains("31:bad \\xFF byte"));
        assert_eq!(files.edit("f", "bad \\xFF b", "BAD \\xFF b").code(), "ok");
        let at = line.len() * 30;
        assert_eq!(files.bytes("f"), [&bytes[..at], b"BAD", &bytes[at + 3..]].concat());
    }
}

#[test]
fn a_named_encoding_is_read_searched_and_written() {
    for (label, text, bytes) in [
        ("ISO-8859-15", "5 €, cœur\n", b"5 \xA4, c\xBDur\n".as_slice()),
        ("windows-1258", "Ðức\n", b""),
        ("tis-620", "ภาษาไทย\n", b"\xC0\xD2\xC9\xD2\xE4\xB7\xC2\n"),
        ("cp850", "déjà\n", b"d\x82j\x85\n"),
        ("cp437", "déjà ░\n", b"d\x82j\x85 \xB0\n"),
        ("macintosh", "déjà\n", b"d\x8Ej\x88\n"),
        ("koi8-r", "привет\n", b"\xD0\xD2\xC9\xD7\xC5\xD4\n"),
        ("ibm866", "привет\n", b"\xAF\xE0\xA8\xA2\xA5\xE2\n"),
    ] {
        if bytes.is_empty() {
            continue;
        }
        let mut files = Files::new([("f", bytes.to_vec())]);
        let shown = files.with("read_text_file", "f", json!({"encoding": label}));
        assert!(shown.starts_with(text), "{label}: {shown}");
        assert!(!shown.contains("guessed"), "it is not a guess any more: {shown}");
        let word = text.split([' ', '\n']).find(|word| !word.is_ascii()).unwrap();
        let found = files.with("grep", "f", json!({"pattern": word, "encoding": label}));
        assert!(found.starts_with(&format!("f\n1:{}", text.trim_end())), "{label}: {found}");
        let edits = json!([{"old_text": "\n", "new_text": format!(" {word}\n")}]);
        let edit = json!({"path": "f", "edits": edits, "encoding": label});
        assert_eq!(files.call("edit_file", edit).code(), "ok", "{label}");
        let append = json!({"path": "f", "content": text, "mode": "append", "encoding": label});
        assert_eq!(files.call("write_file", append).code(), "ok", "{label}");
        let coding = preopen::text::Coding::of_label(label).unwrap();
        let want = format!("{} {word}\n{text}", text.trim_end());
        assert_eq!(files.bytes("f"), coding.encode(&want).unwrap().into_owned(), "{label}");
        let whole = json!({"path": "new", "content": text, "encoding": label});
        assert_eq!(files.call("write_file", whole).code(), "ok");
        assert_eq!(files.bytes("new"), bytes, "{label}");
    }
    let mut files = Files::new([]);
    for tool in ["read_text_file", "grep", "edit_file", "write_file"] {
        let edits = json!([{"old_text": "plain", "new_text": "x"}]);
        let arguments = match tool {
            "grep" => json!({"path": "plain.md", "pattern": "x", "encoding": "nonsense"}),
            "edit_file" => json!({"path": "plain.md", "edits": edits, "encoding": "nonsense"}),
            "write_file" => json!({"path": "plain.md", "content": "x", "encoding": "nonsense"}),
            _ => json!({"path": "plain.md", "encoding": "nonsense"}),
        };
        let answer = files.call(tool, arguments);
        assert!(
            answer.text.starts_with("bad_args: `encoding` `nonsense` is not known\n"),
            "{answer:?}"
        );
    }
    assert_eq!(files.bytes("plain.md"), b"plain\n");
    let wide = json!({"path": "wide", "content": "é", "encoding": "utf-16"});
    assert_eq!(files.call("write_file", wide).code(), "ok");
    assert_eq!(files.bytes("wide"), b"\xFF\xFE\xE9\0", "with a mark, so that it is told again");
    let lost = json!({"path": "wide", "content": "→", "encoding": "latin1"});
    assert_eq!(files.call("write_file", lost).code(), "bad_args");
}

#[test]
fn a_guess_is_called_one_and_nothing_new_is_written_in_it() {
    let latin = b"un caf\xe9 tr\xe8s serr\xe9\nplain\n".to_vec();
    let mut files = Files::new([("latin", latin.clone())]);
    assert!(files.read("latin").contains("; windows-1252 (guessed); "));
    assert!(files.info("latin").starts_with("windows-1252 (guessed), 2 lines"));
    for refused in [files.edit("latin", "plain", "à"), files.append("latin", "à\n")] {
        assert_eq!(refused.code(), "bad_args", "{refused:?}");
        assert!(refused.text.contains("encoding=windows-1252"), "{refused:?}");
    }
    assert_eq!(files.bytes("latin"), latin);
    let named = |old: &str, new: &str| json!({"path": "latin", "edits": [{"old_text": old, "new_text": new}], "encoding": "windows-1252"});
    assert_eq!(files.call("edit_file", named("plain", "à")).code(), "ok");
    assert_eq!(files.bytes("latin"), b"un caf\xe9 tr\xe8s serr\xe9\n\xe0\n");
    let refused = files.call("edit_file", named("à", "→"));
    assert!(refused.text.contains("has no character `→` (U+2192)"), "{refused:?}");
    // Text that the file already has is written as it was.
    assert_eq!(files.edit("latin", "café très", "très café").code(), "ok");
    assert_eq!(files.bytes("latin"), b"un tr\xe8s caf\xe9 serr\xe9\n\xe0\n");
}

#[test]
fn utf32_and_utf16_are_read_with_a_mark_and_without() {
    let text = "Zeile eins: ä\r\nDas ist die zweite Zeile 🦀\n";
    let russian = "Съешь же ещё этих мягких\nфранцузских булок\n";
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let widest =
        |text: &str| text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect::<Vec<u8>>();
    let mut files = Files::new([
        ("32mark", [b"\0\0\xFE\xFF".as_slice(), &widest(text)].concat()),
        ("32", widest(text)),
        ("16", wide(text)),
        ("16russian", wide(russian)),
        (
            "16lone",
            [b"\xFF\xFE".as_slice(), &wide("some words "), b"\x00\xD8", &wide(" end\n")].concat(),
        ),
        ("16odd", [b"\xFF\xFE".as_slice(), &wide("some words\n"), b"x"].concat()),
    ]);
    for (name, encoding, shown) in [
        ("32mark", "UTF-32BE with BOM", text),
        ("32", "UTF-32BE", text),
        ("16", "UTF-16LE", text),
        ("16russian", "UTF-16LE", russian),
        ("16lone", "UTF-16LE with BOM and 2 bad bytes", "some words \\x00\\xD8 end\n"),
        ("16odd", "UTF-16LE with BOM and 1 bad byte", "some words\n\\x78\n"),
    ] {
        let page = files.read(name);
        assert!(page.starts_with(&shown.replace('\r', "")), "{name}: {page}");
        assert!(page.contains(&format!("; {encoding}; ")), "{name}: {page}");
        assert!(files.info(name).starts_with(encoding), "{name}");
        let word = shown.split([' ', '\r', '\n']).nth(1).unwrap();
        let found = files.grep(name, word);
        assert!(
            found.contains("matching line in 1 file") && found.contains(word),
            "{name}: {found}"
        );
        let before = files.bytes(name);
        let answer = files.edit(name, word, "é🦀");
        assert_eq!(answer.code(), "ok", "{name}: {answer:?}");
        assert_eq!(files.edit(name, "é🦀", word).code(), "ok");
        assert_eq!(files.bytes(name), before, "{name}");
        let answer = files.append(name, "é\n");
        assert_eq!(answer.code(), if name == "16odd" { "not_text" } else { "ok" }, "{answer:?}");
        assert_eq!(files.bytes(name) == before, name == "16odd");
    }
}

#[test]
fn odd_byte_offset_in_utf16_starts_at_its_character() {
    let wide: Vec<u8> = "abc🦀d\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut files = Files::new([("f", [b"\xFF\xFE".as_slice(), &wide].concat())]);
    for (byte_offset, from, shown) in [
        (3, 2, "abc🦀d"),
        (4, 4, "bc🦀d"),
        (5, 4, "bc🦀d"),
        (9, 8, "🦀d"),
        (10, 12, "d"),
        (11, 12, "d"),
    ] {
        let page = files.with("read_text_file", "f", json!({"byte_offset": byte_offset}));
        let want = format!("{shown}\n[bytes {from}-15 of 16; UTF-16LE with BOM; ");
        assert!(page.starts_with(&want), "{byte_offset}: {page}");
    }
}

/// A file that several threads search in segments, with bad bytes and NULs in it.
#[test]
fn pages_of_a_search_in_a_huge_file_continue_where_the_one_before_ended() {
    let line = |n: u64| {
        format!("line {n} 日本語 {}\n", if n.is_multiple_of(50_000) { "needle" } else { "straw" })
    };
    let mut bytes: Vec<u8> = (1..=700_000).flat_map(|n| line(n).into_bytes()).collect();
    for at in [2_000_000, 9_000_000] {
        let end = at + bytes[at..].iter().position(|byte| *byte == b'\n').unwrap();
        bytes.splice(end..end, *b"\xE9\0");
    }
    assert!(bytes.len() > 16 << 20);
    let mut files = Files::new([("huge", bytes)]);
    let mut found = vec![];
    let mut cursor = json!(null);
    loop {
        let page = json!({
            "path": "huge", "pattern": "needle", "per_file": 0, "limit": 5, "cursor": cursor,
        });
        let page = files.call("grep", page).text;
        found.extend(page.lines().filter(|line| line.contains(":line ")).map(str::to_owned));
        assert!(page.contains("[14 matching lines in 1 file"), "{page}");
        let Some((_, next)) = page.split_once("continue with cursor=") else { break };
        cursor = json!(next.trim_end_matches(']'));
    }
    let want: Vec<String> =
        (1..=14).map(|n| format!("{}:{}", n * 50_000, line(n * 50_000).trim_end())).collect();
    assert_eq!(found, want);
    let around = json!({"path": "huge", "pattern": "needle", "per_file": 0, "context": 1});
    let one_thread = files.call("grep", around).text;
    for line in want {
        assert!(one_thread.contains(&format!("\n{line}\n")), "{line}");
    }
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Files, and encodings that their bytes contradict.
fn contradicted() -> Vec<(&'static str, Vec<u8>, Vec<&'static str>)> {
    let japanese = SHIFT_JIS.encode(&format!("{JAPANESE}\n").repeat(3)).0.into_owned();
    vec![
        ("sjis", japanese, vec!["utf-8"]),
        (
            "latin",
            b"un caf\xe9 tr\xe8s serr\xe9\n".to_vec(),
            vec!["utf-8", "shift_jis", "utf-16le"],
        ),
        ("wide", utf16("plain words \u{e9}\n"), vec!["utf-8", "latin1", "utf-16be", "utf-32"]),
        ("marked", [b"\xFF\xFE".as_slice(), &utf16("plain\n")].concat(), vec!["utf-8", "latin1"]),
        ("bom", "\u{feff}plain\n".into(), vec!["latin1", "shift_jis", "utf-16"]),
        ("utf8", "plain caf\u{e9}\n".into(), vec!["shift_jis", "latin1", "utf-16le", "cp850"]),
        ("stray", stray(), vec!["latin1", "utf-16le"]),
        ("ascii", "plain\n".into(), vec!["utf-16le", "utf-32be"]),
    ]
}

#[test]
fn an_encoding_that_the_bytes_contradict_is_refused_for_an_append() {
    let all = contradicted();
    let mut files = Files::new(all.iter().map(|(name, bytes, _)| (*name, bytes.clone())));
    for (name, bytes, labels) in all {
        for label in labels {
            let append =
                json!({"path": name, "content": "\u{e9}\n", "mode": "append", "encoding": label});
            let answer = files.call("write_file", append);
            assert_eq!(answer.code(), "bad_args", "{name} {label}: {answer:?}");
            assert!(answer.text.contains("and `encoding` names "), "{name} {label}: {answer:?}");
            // Without the name, a guess would decide what is written.
            let hint = if ["sjis", "latin"].contains(&name) {
                "hint: set encoding="
            } else {
                "hint: leave `encoding` out"
            };
            assert!(answer.text.contains(hint), "{name} {label}: {answer:?}");
            assert!(files.bytes(name) == bytes, "{name} {label}");
        }
    }
    // ASCII is the same in all of these, and harms nothing.
    for (name, label) in [("latin", "utf-8"), ("utf8", "latin1"), ("sjis", "utf-8")] {
        let before = files.bytes(name);
        let append = json!({"path": name, "content": "end\n", "mode": "append", "encoding": label});
        assert_eq!(files.call("write_file", append).code(), "ok", "{name} {label}");
        assert!(files.bytes(name) == [&before, b"end\n".as_slice()].concat(), "{name} {label}");
    }
    // A guess may be overridden.
    let append =
        json!({"path": "latin", "content": "\u{e9}\n", "mode": "append", "encoding": "cp850"});
    assert_eq!(files.call("write_file", append).code(), "ok");
    assert!(files.bytes("latin").ends_with(b"end\n\x82\n"));
    // Not in a wide encoding.
    let before = files.bytes("wide");
    let append = json!({"path": "wide", "content": "end\n", "mode": "append", "encoding": "utf-8"});
    assert_eq!(files.call("write_file", append).code(), "bad_args");
    assert!(files.bytes("wide") == before);
}

#[test]
fn an_encoding_that_the_bytes_contradict_is_refused_for_an_edit() {
    let all = contradicted();
    let mut files = Files::new(all.iter().map(|(name, bytes, _)| (*name, bytes.clone())));
    for (name, bytes, labels) in all {
        for label in labels {
            let edits = json!([{"old_text": "plain", "new_text": "\u{e9}"}]);
            let edit = json!({"path": name, "edits": edits, "encoding": label});
            let answer = files.call("edit_file", edit);
            assert_eq!(answer.code(), "bad_args", "{name} {label}: {answer:?}");
            assert!(answer.text.contains("and `encoding` names "), "{name} {label}: {answer:?}");
            assert!(files.bytes(name) == bytes, "{name} {label}");
        }
    }
    let edits = json!([{"old_text": "caf", "new_text": "CAF"}]);
    for (label, name) in [("utf-8", "latin"), ("latin1", "utf8")] {
        let edit = json!({"path": name, "edits": edits, "encoding": label});
        assert_eq!(files.call("edit_file", edit).code(), "ok", "{name}");
    }
    assert_eq!(files.bytes("latin"), b"un CAF\xe9 tr\xe8s serr\xe9\n");
    assert_eq!(files.bytes("utf8"), "plain CAF\u{e9}\n".as_bytes());
}

#[test]
fn no_text_is_appended_to_what_is_not_a_text() {
    let all: Vec<u8> = (0..=255).collect();
    let mut files = Files::new([
        ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01".to_vec()),
        ("all", all),
        ("broken", [b"\xFF\xFE".as_slice(), &b"\x00\xD8".repeat(20)].concat()),
    ]);
    for name in ["png", "all", "broken"] {
        assert_eq!(
            files.call("read_text_file", json!({"path": name})).code(),
            "not_text",
            "{name}"
        );
        let before = files.bytes(name);
        for content in ["\u{e9}\n", "ascii\n"] {
            let answer = files.append(name, content);
            assert_eq!(answer.code(), "not_text", "{name}: {answer:?}");
            assert!(answer.text.contains("hint: `content_base64` appends bytes"), "{answer:?}");
        }
        let named =
            json!({"path": name, "content": "\u{e9}", "mode": "append", "encoding": "utf-8"});
        let code = files.call("write_file", named).code().to_owned();
        assert!(["bad_args", "not_text"].contains(&code.as_str()), "{name}: {code}");
        assert_eq!(files.bytes(name), before, "{name}");
        let bytes = json!({"path": name, "content_base64": "/w==", "mode": "append"});
        assert_eq!(files.call("write_file", bytes).code(), "ok", "{name}");
        assert_eq!(files.bytes(name), [&before, b"\xFF".as_slice()].concat(), "{name}");
    }
}

#[test]
fn ascii_and_latin_1_hold_no_characters_of_windows_1252() {
    let mut files = Files::new([]);
    for (label, text, is_fine) in [
        ("ascii", "a \u{f6}", false),
        ("us-ascii", "a \u{f6}", false),
        ("ASCII", "plain", true),
        ("latin1", "5 \u{20ac}", false),
        ("ISO_8859-1", "\u{201c}x\u{201d}", false),
        ("iso-8859-1", "h\u{f6}her", true),
        ("windows-1252", "5 \u{20ac}", true),
    ] {
        let edits = json!([{"old_text": "plain", "new_text": format!("{text}plain")}]);
        for (tool, arguments) in [
            ("write_file", json!({"path": "new", "content": text, "encoding": label})),
            (
                "write_file",
                json!({"path": "plain.md", "content": text, "mode": "append", "encoding": label}),
            ),
            ("edit_file", json!({"path": "plain.md", "edits": edits, "encoding": label})),
        ] {
            std::fs::write(files.sandbox.path("grant/plain.md"), "plain\n").unwrap();
            let answer = files.call(tool, arguments);
            let want = if is_fine { "ok" } else { "bad_args" };
            assert_eq!(answer.code(), want, "{tool} {label}: {answer:?}");
            let said = format!("{label} has no character `");
            assert!(is_fine || answer.text.contains(&said), "{tool} {label}: {answer:?}");
        }
    }
}

#[test]
fn an_escape_as_no_page_shows_it_is_not_taken_for_a_byte_where_the_text_has_it() {
    let bytes = ["日本語\n".repeat(9).as_bytes(), b"a \xE9 b\nc \\xe9 d\n"].concat();
    let mut files = Files::new([("f", bytes.clone())]);
    let answer = files.edit("f", "\\xe9", "X");
    assert_eq!(answer.code(), "not_unique", "{answer:?}");
    assert!(answer.text.contains("matches twice: with its escapes as bytes"), "{answer:?}");
    assert_eq!(files.bytes("f"), bytes);
    assert_eq!(files.edit("f", "c \\xe9 d", "c X d").code(), "ok");
    assert_eq!(files.edit("f", "a \\xe9 b", "a Y b").code(), "ok");
    assert!(files.bytes("f").ends_with(b"a Y b\nc X d\n"));
}

#[test]
fn the_counts_after_an_edit_are_those_that_the_file_has_then() {
    let bytes = ["日本語\n".repeat(9).as_bytes(), b"a \xE9 b \xFF c \0 d\n"].concat();
    let mut files = Files::new([("f", bytes)]);
    for (old, new, now) in [
        ("a \\xE9", "a", "; UTF-8 with 1 bad byte and 1 NUL; version"),
        ("\\x00 ", "", "; UTF-8 with 1 bad byte; version"),
        ("\\xFF ", "", "lines; version"),
    ] {
        let answer = files.edit("f", old, new);
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert!(answer.text.contains(now), "{old}: {answer:?}");
        let name = files.info("f");
        assert!(
            name.starts_with(now.trim_start_matches("; ").split("; ").next().unwrap_or(""))
                || now.starts_with("lines"),
            "{name}"
        );
    }
}
