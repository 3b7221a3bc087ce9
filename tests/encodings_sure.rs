//! Nothing is written in an encoding that is not sure, what is not found says why, and all tools name the same encoding:
//! of texts with little evidence, of large files with one odd line, and of empty files.

use encoding_rs::{GBK, SHIFT_JIS};
use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

struct Files {
    sandbox: Sandbox,
    client: Client,
}

impl Files {
    fn new<'f>(files: impl IntoIterator<Item = (&'f str, Vec<u8>)>) -> Self {
        let mut sandbox = Sandbox::new().dir("grant");
        for (name, bytes) in files {
            sandbox = sandbox.file(&format!("grant/{name}"), bytes);
        }
        let client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
        Self { sandbox, client }
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.sandbox.path("grant").join(name)).unwrap()
    }

    fn call(&mut self, tool: &str, name: &str, mut arguments: Value) -> Answer {
        arguments["path"] = name.into();
        self.client.call(tool, &arguments)
    }

    fn read(&mut self, name: &str, arguments: Value) -> String {
        self.call("read_text_file", name, arguments).text
    }

    fn info(&mut self, name: &str) -> String {
        self.call("get_file_info", name, json!({})).text
    }

    fn grep(&mut self, name: &str, arguments: Value) -> String {
        self.call("grep", name, arguments).text
    }

    fn append(&mut self, name: &str, arguments: Value) -> Answer {
        let mut arguments = arguments;
        arguments["mode"] = "append".into();
        self.call("write_file", name, arguments)
    }

    fn edit(&mut self, name: &str, old: &str, new: &str, encoding: Option<&str>) -> Answer {
        let mut arguments = json!({"edits": [{"old_text": old, "new_text": new}]});
        if let Some(encoding) = encoding {
            arguments["encoding"] = encoding.into();
        }
        self.call("edit_file", name, arguments)
    }
}

fn shift_jis(text: &str) -> Vec<u8> {
    SHIFT_JIS.encode(text).0.into_owned()
}

/// An ASCII file of 2 MiB with a line in its middle.
fn around(line: &[u8]) -> Vec<u8> {
    let ascii = b"ascii only line\n".repeat(60_000);
    [&ascii, line, &ascii].concat()
}

#[test]
fn a_sequence_that_is_valid_by_chance_makes_a_guess() {
    let files: Vec<(&str, Vec<u8>)> = vec![
        ("title", shift_jis("<title>一覧</title>\n").repeat(3)),
        ("lines", shift_jis("一覧\n").repeat(500)),
        ("phone", GBK.encode("x = 1 # 电话\n").0.into_owned()),
        ("notice", shift_jis("x = 1 # 通知\n")),
    ];
    let mut files = Files::new(files);
    for (name, word, encoding, more) in [
        ("title", "一覧", "shift_jis", "検索"),
        ("lines", "一覧", "shift_jis", "検索"),
        ("phone", "电话", "gbk", "号码"),
        ("notice", "通知", "shift_jis", "検索"),
    ] {
        let before = files.bytes(name);
        assert!(files.read(name, json!({})).contains("(guessed)"), "{name}");
        assert!(files.info(name).contains("(guessed)"), "{name}");
        let found = files.grep(name, json!({"pattern": word}));
        assert!(
            found.contains("no line matches") && found.contains("read with a guessed encoding"),
            "{found}"
        );
        assert!(found.contains("1 file matches with encoding="), "{found}");
        for refused in [
            files.append(name, json!({"content": format!("{more}\n")})),
            files.edit(name, "\n", &format!("{more}\n"), None),
        ] {
            assert_ne!(refused.code(), "ok", "{name}: {refused:?}");
        }
        assert_eq!(files.bytes(name), before, "{name}");
        let found = files.grep(name, json!({"pattern": word, "encoding": encoding}));
        assert!(found.contains("in 1 file"), "{found}");
        let answer = files.append(name, json!({"content": more, "encoding": encoding}));
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert!(files.read(name, json!({"encoding": encoding, "tail": 1})).starts_with(more));
    }
}

#[test]
fn one_line_in_an_older_encoding_determines_the_encoding_of_a_large_file() {
    let japanese = shift_jis("日本語の長い文です。名前はまだ無い。どこで生れたか\n");
    let mut files = Files::new([
        ("latin", around(b"caf\xe9 cr\xe8me br\xfbl\xe9e\n")),
        ("japanese", around(&japanese)),
        ("utf8", around("café crème\n".as_bytes())),
        ("ascii", around(b"")),
    ]);
    for (name, encoding, word, new) in
        [("latin", "windows-1252", "crème", "déjà à"), ("japanese", "Shift_JIS", "日本", "終了")]
    {
        let guessed = format!("{encoding} (guessed)");
        assert!(files.info(name).contains(&guessed), "{}", files.info(name));
        let page = files.read(name, json!({"offset": 60_001, "limit": 1}));
        assert!(page.contains(word) && page.contains(&guessed), "{page}");
        for arguments in [
            json!({"pattern": word}),
            json!({"pattern": word, "encoding": encoding}),
            json!({"pattern": if name == "latin" { "caf" } else { word }}),
        ] {
            let found = files.grep(name, arguments);
            assert!(found.contains("60001:") && found.contains("1 matching line in"), "{found}");
            assert!(found.contains(word), "{found}");
        }
        let before = files.bytes(name);
        let hint = format!("encoding={encoding} if the file reads correctly with it");
        for refused in [
            files.append(name, json!({"content": format!("{new}\n")})),
            files.edit(name, "ascii only line\nascii", new, None),
            files.edit(name, word, new, None),
        ] {
            assert_ne!(refused.code(), "ok", "{refused:?}");
            assert!(refused.code() == "not_unique" || refused.text.contains(&hint), "{refused:?}");
        }
        assert_eq!(files.bytes(name), before);
        let answer = files.append(name, json!({"content": "plain\n"}));
        assert_eq!(answer.code(), "ok", "{answer:?}");
        let answer = files.append(name, json!({"content": new, "encoding": encoding}));
        assert_eq!(answer.code(), "ok", "{answer:?}");
        assert_eq!(files.edit(name, word, new, Some(encoding)).code(), "ok");
        let page = files.read(name, json!({"tail": 1, "encoding": encoding}));
        assert!(page.starts_with(new), "{page}");
    }
    for (name, encoding) in [("utf8", "latin1"), ("ascii", "utf-16le")] {
        assert!(files.info(name).contains("text: UTF-8, "));
        assert_eq!(
            files.append(name, json!({"content": "déjà\n", "encoding": encoding})).code(),
            "bad_args"
        );
        assert_eq!(files.append(name, json!({"content": "déjà\n"})).code(), "ok");
        assert!(
            files.grep(name, json!({"pattern": "déjà", "encoding": "latin1"})).contains(":déjà")
        );
    }
}

#[test]
fn a_search_that_finds_nothing_names_the_guesses_and_the_encoding_that_matches() {
    let around = |line: Vec<u8>| [&b"ascii only line\n".repeat(1_000), &*line, b"ascii\n"].concat();
    let mut files = Files::new([
        ("sjis", around(shift_jis("日本語\n"))),
        ("dos", around(b"caf\x82 ol\x82\n".to_vec())),
        ("utf8", "café\n".into()),
    ]);
    for (name, pattern, encoding) in [
        ("sjis", "日本", "shift_jis"),
        ("dos", "café olé", "cp437"),
        ("dos", "caf\\u{e9} o", "cp437"),
    ] {
        for arguments in [
            json!({"pattern": pattern}),
            json!({"pattern": pattern, "output": "count"}),
            json!({"pattern": pattern, "output": "files"}),
        ] {
            let found = files.grep(name, arguments);
            assert!(found.contains("no line matches"), "{found}");
            let wanted = format!("1 file matches with encoding={encoding}, such as /grant/{name}");
            let wanted = wanted.replace("/grant/", "");
            assert!(found.contains("encoding=") && found.contains(name), "{wanted}: {found}");
            assert!(found.contains("1 file is read with a guessed encoding, such as "), "{found}");
            let named = found.split("encoding=").nth(1).unwrap().split(',').next().unwrap();
            let found = files.grep(name, json!({"pattern": pattern, "encoding": named}));
            assert!(found.contains("1 matching line in 1 file"), "{named}: {found}");
        }
        let below = files.client.call("grep", &json!({"pattern": pattern})).text;
        assert!(below.contains("matches with encoding=") || below.contains("in 1 file"), "{below}");
        let counted = files.client.call(
            "keyword_search",
            &json!({"root_paths": ["."], "keyword": pattern.replace("\\u{e9}", "é")}),
        );
        assert!(counted.text.contains("of grep"), "{counted:?}");
    }
    let found = files.grep("sjis", json!({"pattern": "nowhere"}));
    assert!(!found.contains("guess"), "ASCII is the same in each: {found}");
    let found = files.grep("sjis", json!({"pattern": "ж"}));
    assert!(found.contains("read with a guessed encoding"), "{found}");
}

#[test]
fn a_log_that_was_cut_inside_a_character_stays_utf8() {
    let ascii = b"ascii line\n".repeat(50);
    for (cut, more) in [
        (b"quote \xe2\x80".as_slice(), "ok\n"),
        (b"\xe6\x97", "ok\n"),
        (b"quote \xf0\x9f\xa6", "ok\r\n"),
    ] {
        let mut files = Files::new([("log", [&ascii, cut].concat())]);
        assert!(files.info("log").contains("UTF-8 (guessed) with"), "{}", files.info("log"));
        let refused = files.append("log", json!({"content": "é\n"}));
        assert!(refused.text.contains("only guessed as UTF-8"), "{refused:?}");
        assert_eq!(files.append("log", json!({"content": more})).code(), "ok");
        let page = files.read("log", json!({}));
        assert!(page.contains("\\x") && page.contains("UTF-8 (guessed) with"), "{page}");
        let answer = files.append("log", json!({"content": "é\n", "encoding": "utf-8"}));
        assert_eq!(answer.code(), "ok");
        let page = files.read("log", json!({}));
        assert!(page.contains("\né\n") && page.contains("UTF-8 (guessed) with"), "{page}");
    }
    let utf8 = ["a \"quote\" <tag> &amp;\n日本語のテ".as_bytes(), b"\xe3"].concat();
    let mut files = Files::new([("utf8", utf8)]);
    for encoding in ["gbk", "shift_jis", "latin1"] {
        let answer = files.append("utf8", json!({"content": "中文\n", "encoding": encoding}));
        assert_eq!(answer.code(), "bad_args", "{encoding}: {answer:?}");
    }
}

#[test]
fn an_empty_file_gets_the_mark_of_a_new_one_once() {
    let mut files = Files::new([("d", vec![]), ("le", vec![])]);
    for content in ["日本語\n", "\u{feff}日本語\n"] {
        for (encoding, mark) in [
            ("utf-16le", b"\xff\xfe".as_slice()),
            ("utf-16be", b"\xfe\xff"),
            ("utf-16", b"\xff\xfe"),
            ("utf-32le", b"\xff\xfe\0\0"),
            ("utf-8-sig", b"\xef\xbb\xbf"),
        ] {
            for how in ["append", "overwrite", "edit"] {
                let name = format!("{how}-{encoding}");
                let empty = json!({"content": ""});
                assert_eq!(files.call("write_file", &name, empty).code(), "ok");
                let written = json!({"content": content, "mode": how, "encoding": encoding});
                let answer = match how {
                    "edit" => files.edit(&name, "", content, Some(encoding)),
                    _ => files.call("write_file", &name, written),
                };
                assert_eq!(answer.code(), "ok", "{name}: {answer:?}");
                let bytes = files.bytes(&name);
                let rest = bytes.strip_prefix(mark).unwrap();
                assert!(!rest.starts_with(mark), "{name}: {bytes:x?}");
                let page = files.read(&name, json!({}));
                assert!(page.starts_with("日本語\n[lines 1-1 of 1; LF; UTF-"), "{name}: {page}");
                assert!(page.contains("with BOM"), "{name}: {page}");
                assert_eq!(files.append(&name, json!({"content": "終\n"})).code(), "ok");
            }
        }
    }
    let answer = files.append("append-utf-8-sig", json!({"content": "\u{feff}b\n"}));
    assert!(answer.text.contains("begins with U+FEFF, which is now in the middle"), "{answer:?}");
}

#[test]
fn a_hint_of_a_refused_character_works() {
    let files = vec![
        ("latin", b"caf\xe9 tr\xe8s\n".to_vec()),
        ("japanese", shift_jis("日本語の長い文です。名前はまだ無い\n")),
    ];
    for (name, encoding, character) in [
        ("latin", None, "日"),
        ("latin", Some("windows-1252"), "日"),
        ("latin", Some("latin1"), "日"),
        ("latin", Some("latin1"), "€"),
        ("latin", Some("ascii"), "日"),
        ("latin", Some("latin1"), "\u{feff}"),
        ("japanese", None, "😀"),
        ("japanese", Some("shift_jis"), "😀"),
    ] {
        for append in [false, true] {
            let mut files = Files::new(files.clone());
            let old = if name == "latin" { "tr" } else { "名前" };
            let content = format!("x{character}\n");
            let answer = if append {
                let mut arguments = json!({"content": content});
                if let Some(encoding) = encoding {
                    arguments["encoding"] = encoding.into();
                }
                files.append(name, arguments)
            } else {
                files.edit(name, old, &content, encoding)
            };
            assert_eq!(answer.code(), "bad_args", "{answer:?}");
            let (sentence, hint) = answer.text.split_once("\nhint: ").unwrap();
            assert!(sentence.contains("has no character"), "{answer:?}");
            if hint.contains("encoding=windows-1252") {
                assert_eq!(character, "€");
                let answer =
                    files.append(name, json!({"content": content, "encoding": "windows-1252"}));
                assert_eq!(answer.code(), "ok", "{answer:?}");
            } else {
                assert!(hint.contains("UTF-8"), "{answer:?}");
                let written = json!({"content": content, "encoding": "utf-8"});
                assert_eq!(files.call("write_file", name, written).code(), "ok");
            }
        }
    }
}

#[test]
fn what_an_edit_did_not_change_is_not_said_of_it() {
    let log =
        [b"[2026] ok\n".repeat(100), vec![0; 4_096], b"[2026] restarted\n".repeat(100)].concat();
    let mut files = Files::new([("log", log)]);
    let arguments = json!({"encoding": "utf-8", "edits": [
        {"old_text": "ok\n[2026] ok", "new_text": "z", "replace_all": true}]});
    let answer = files.call("edit_file", "log", arguments);
    assert!(answer.code() == "ok" && !answer.text.contains("not a text"), "{answer:?}");
    assert!(answer.text.contains("UTF-8 with 4096 NULs"), "{answer:?}");
}

#[test]
fn a_large_file_of_characters_of_four_bytes_has_no_bad_bytes() {
    let text = format!("{}\n", "😀".repeat(60)).repeat(6_000) + "re = \"\\x41\"\n";
    for shift in ["", "a"] {
        let text = format!("{shift}{text}");
        let le: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        let mut files = Files::new([
            ("le", le.clone()),
            ("be", be.clone()),
            ("mle", [b"\xff\xfe".to_vec(), le].concat()),
            ("mbe", [b"\xfe\xff".to_vec(), be].concat()),
        ]);
        for name in ["le", "be", "mle", "mbe"] {
            let arguments = if name.len() == 2 {
                json!({"tail": 1, "encoding": format!("utf-16{name}")})
            } else {
                json!({"tail": 1})
            };
            let page = files.read(name, arguments);
            assert!(page.starts_with("re = \"\\x41\"\n"), "{name}: {page}");
            assert!(!page.contains("bad bytes"), "{name}: {page}");
        }
        let answer = files.edit("mle", "re = ", "re == ", None);
        assert!(answer.text.contains("+re == \"\\x41\""), "{answer:?}");
        assert!(!answer.text.contains("bad bytes"), "{answer:?}");
    }
}

#[test]
fn a_page_and_file_information_name_the_same_line_ends() {
    let mixed = [b"a\n".repeat(3_000), b"b\r\n".repeat(10)].concat();
    let wide = |text: &[u8]| text.iter().flat_map(|byte| [*byte, 0]).collect::<Vec<u8>>();
    let large = [b"a line\n".repeat(200_000), b"b line\r\n".repeat(1_000)].concat();
    let mut files = Files::new([
        ("mixed", mixed.clone()),
        ("wide", [b"\xff\xfe".to_vec(), wide(&mixed)].concat()),
        ("short", b"a\r\nb\nc\r\nd".to_vec()),
        ("large", large),
    ]);
    for (name, arguments) in [
        ("mixed", json!({"limit": 1})),
        ("wide", json!({"limit": 1})),
        ("short", json!({"tail": 1})),
        ("short", json!({"head": 1})),
        ("large", json!({"head": 1})),
    ] {
        let page = files.read(name, arguments);
        assert!(page.contains("; mixed LF and CRLF; "), "{name}: {page}");
        assert!(files.info(name).contains(", mixed LF and CRLF"), "{name}");
    }
    for name in ["mixed", "wide", "short", "large"] {
        let answer = files.append(name, json!({"content": "more\n"}));
        assert!(answer.text.contains("the file has mixed LF and CRLF"), "{name}: {answer:?}");
    }
}

#[test]
fn an_encoding_that_is_written_is_named() {
    let mut files = Files::new([("f", b"ascii\n".to_vec())]);
    let answer = files.append("f", json!({"content": "日本\n", "encoding": "shift_jis"}));
    assert!(answer.text.contains("in Shift_JIS; the file was ASCII"), "{answer:?}");
    for (content, encoding, wanted) in [
        ("é\n", "utf-8", "UTF-8, was Shift_JIS (guessed)"),
        ("é\n", "windows-1252", "windows-1252, was UTF-8"),
        ("a\n", "utf-8", "UTF-8, was windows-1252"),
        ("a\n", "utf-16le", "UTF-16LE with BOM, was UTF-8"),
    ] {
        let answer =
            files.call("write_file", "f", json!({"content": content, "encoding": encoding}));
        let was = wanted.split(" (guessed)").next().unwrap();
        assert!(answer.text.contains(was), "{wanted}: {answer:?}");
    }
    let answer = files.call("write_file", "f", json!({"content": "b\n", "encoding": "utf-16le"}));
    assert!(!answer.text.contains("was"), "{answer:?}");
}

#[test]
fn pieces_by_bytes_put_together_are_the_text_that_an_edit_takes() {
    let text = "日本語のテキストです。a\\x41b\\x42 \\\\x43\\x\\x4\n".repeat(3);
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let widest =
        |text: &str| text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect::<Vec<u8>>();
    let mut files = Files::new([
        ("8", [text.as_bytes(), b"\xff\n"].concat()),
        ("16", [b"\xff\xfe".to_vec(), wide(&text), vec![0, 0xD8], wide("\n")].concat()),
        ("32", [b"\xff\xfe\0\0".to_vec(), widest(&text), vec![0xFF; 4], widest("\n")].concat()),
        ("mark", b"\xef\xbb\xbf".to_vec()),
    ]);
    for name in ["8", "16", "32"] {
        let whole = files.read(name, json!({}));
        let whole = whole.rsplit_once('[').unwrap().0.to_owned();
        let size = files.bytes(name).len();
        for limit in 1..40 {
            let (mut put, mut at) = (String::new(), 0);
            while at < size {
                let page = files.read(name, json!({"byte_offset": at, "byte_limit": limit}));
                let (piece, footer) = page.rsplit_once('[').unwrap();
                let last = footer.split_once('-').unwrap().1.split(' ').next().unwrap();
                at = last.parse::<usize>().unwrap() + 1;
                let piece = piece.strip_suffix('\n').unwrap();
                put += piece;
                // A line end of the text itself is not doubled.
                let width = name.parse::<usize>().unwrap() / 8;
                if files.bytes(name)[..at].ends_with(&b"\n\0\0\0"[..width]) {
                    put.push('\n');
                }
            }
            assert_eq!(put, whole, "{name} by {limit}");
        }
        let old = "a\\x5Cx41b\\x5Cx42 \\\\x5Cx43\\x\\x4\n日本語のテキストです。a\\x5Cx";
        let answer =
            files.edit(name, &format!("{old}41b\\x5Cx42 \\\\x5Cx43\\x\\x4\n日"), "日", None);
        assert_ne!(answer.code(), "no_match", "{name}: {answer:?}");
        for (cut, new) in [("a\\x5Cx", "q\\x5Cx"), ("b\\x5Cx4", "r\\x5Cx4"), ("q\\x5C", "s\\x5C")] {
            let arguments = json!({"edits": [
                {"old_text": cut, "new_text": new, "replace_all": true}]});
            let answer = files.call("edit_file", name, arguments);
            assert_eq!(answer.code(), "ok", "{name} {cut}: {answer:?}");
        }
        let page = files.read(name, json!({"tail": 2}));
        assert!(page.contains("s\\x5Cx41r\\x5Cx42"), "{page}");
    }
    let page = files.read("mark", json!({"byte_offset": 0}));
    assert!(page.contains("the file has 3 bytes") && !page.contains("past the end"), "{page}");
    assert!(files.read("mark", json!({"byte_offset": 3})).contains("past the end"));
}
