//! The argument `encoding` means the same in every tool, and what changes the encoding of a file is named.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_874,
    WINDOWS_1250, WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1255, WINDOWS_1256,
};
use serde_json::{Value, json};

use crate::common::{Answer, Client, Era, Sandbox};

/// Files under one grant, and one server.
struct Files {
    sandbox: Sandbox,
    client: Client,
}

impl Files {
    fn new() -> Self {
        let sandbox = Sandbox::new().dir("grant");
        let client = Client::start(&[&sandbox.spec("grant", "rwd")], Era::Modern);
        Self { sandbox, client }
    }

    fn put(&self, bytes: &[u8]) {
        std::fs::write(self.sandbox.path("grant/f"), bytes).unwrap();
    }

    fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.sandbox.path("grant/f")).unwrap()
    }

    fn call(&mut self, tool: &str, mut arguments: Value) -> Answer {
        arguments["path"] = "f".into();
        self.client.call(tool, &arguments)
    }

    fn read(&mut self, arguments: Value) -> String {
        self.call("read_text_file", arguments).text
    }

    fn edit(&mut self, old: &str, new: &str, mut arguments: Value) -> Answer {
        arguments["edits"] = json!([{"old_text": old, "new_text": new}]);
        self.call("edit_file", arguments)
    }

    fn append(&mut self, content: &str, mut arguments: Value) -> Answer {
        arguments["content"] = content.into();
        arguments["mode"] = "append".into();
        self.call("write_file", arguments)
    }
}

fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding.encode(text);
    assert!(!is_lossy, "{} {text}", encoding.name());
    bytes.into_owned()
}

/// Encodings, and words: each is all that a file has beyond ASCII.
const WORDS: &[(&Encoding, &str)] = &[
    (GBK, "系统 学习 小学 目录 系 一 图 电话 号码 名字 没有"),
    (GB18030, "系统 说明 中文 员 页"),
    (EUC_JP, "表 能 同 年 長 日本 可能 名前 文"),
    (EUC_KR, "품 호 한국어 파일 이름"),
    (BIG5, "電話 名字 功能 許"),
    (SHIFT_JIS, "表示 可能 日本 ソース ｶﾅ"),
    (WINDOWS_1250, "zażółć gęś źródło"),
    (WINDOWS_1251, "съешь ещё Её Всё"),
    (WINDOWS_1252, "déjà vu né Ã©té £ É½"),
    (WINDOWS_1253, "ξεσκεπάζω είναι"),
    (WINDOWS_1255, "שלום עולם"),
    (WINDOWS_1256, "مرحبا سلام"),
    (WINDOWS_874, "กา ยก รก ไทย"),
    (KOI8_R, "съешь ещё её тё"),
    (MACINTOSH, "déjà né œuvre"),
];

#[test]
fn a_named_encoding_is_taken_by_all_tools_or_by_none() {
    let mut files = Files::new();
    let (mut taken, mut sure) = (0, 0);
    for (encoding, words) in WORDS {
        let named = json!({"encoding": encoding.name()});
        for word in words.split(' ') {
            let text = format!("x = \"{word}\"\n");
            let bytes = encoded(encoding, &text);
            files.put(&bytes);
            let about = format!("{} {word}", encoding.name());
            let page = files.read(named.clone());
            let is_taken = page.starts_with(&text);
            // It is refused only where it is surely UTF-8.
            assert!(is_taken || std::str::from_utf8(&bytes).is_ok(), "{about}: {page}");
            assert_eq!(!is_taken, page.contains("which is not used: the file is UTF-8"), "{page}");
            let mut pattern = named.clone();
            pattern["pattern"] = word.into();
            let found = files.call("grep", pattern).text;
            assert_eq!(found.contains(&format!("1:x = \"{word}\"")), is_taken, "{about}: {found}");
            let edited = files.edit(word, &format!("{word}-{word}"), named.clone());
            assert_eq!(edited.code() == "ok", is_taken, "{about}: {edited:?}");
            let want = if is_taken { text.replace(word, &format!("{word}-{word}")) } else { text };
            let appended = files.append(&format!("{word}\n"), named.clone());
            assert_eq!(appended.code() == "ok", is_taken, "{about}: {appended:?}");
            if is_taken {
                assert_eq!(files.bytes(), encoded(encoding, &format!("{want}{word}\n")), "{about}");
                taken += 1;
            } else {
                assert_eq!(files.bytes(), bytes, "{about}");
                sure += 1;
            }
            // Without the name the page never shows wrong characters as sure.
            files.put(&bytes);
            let page = files.read(json!({}));
            let is_right = page.starts_with(&format!("x = \"{word}\"\n"));
            assert!(is_right || page.contains("(guessed)") || !is_taken, "{about}: {page}");
            if is_taken && !is_right {
                let answer = files.append(&format!("{word}\n"), json!({}));
                assert_eq!(answer.code(), "bad_args", "{about}: {answer:?}");
                assert!(!answer.text.contains("leave `encoding` out"), "{about}: {answer:?}");
                assert_eq!(files.bytes(), bytes, "{about}");
            }
        }
    }
    assert!(taken > 45 && sure > 2, "{taken} and {sure}");
}

#[test]
fn texts_of_utf8_with_one_character_stay_sure() {
    let mut files = Files::new();
    for text in [
        "café",
        "a — b",
        "“x”",
        "ok 🦀",
        "да",
        "λ = 1",
        "שלום",
        "ת",
        "مرحبا",
        "日本",
        "ñ",
        "£",
        "Å",
    ] {
        files.put(format!("{text}\n").as_bytes());
        let page = files.read(json!({}));
        assert!(!page.contains("guessed"), "{page}");
        assert_eq!(files.append("ü é\n", json!({})).code(), "ok", "{text}");
    }
}

#[test]
fn a_contradicting_encoding_is_named_and_not_used() {
    let mut files = Files::new();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    for (bytes, label, text, said) in [
        (b"ascii text\n".to_vec(), "utf-16", "ascii text\n", "the file is ASCII"),
        (b"ascii text\n".to_vec(), "utf-32be", "ascii text\n", "the file is ASCII"),
        (
            wide("\u{feff}ab\n"),
            "utf-8",
            "ab\n",
            "the file begins with the byte order mark of UTF-16LE",
        ),
        (wide("plain text\n"), "latin1", "plain text\n", "the file is UTF-16LE"),
        ("日本語\n".into(), "latin1", "日本語\n", "the file is UTF-8"),
        ("\u{feff}é\n".into(), "cp850", "é\n", "the file begins with the byte order mark of UTF-8"),
    ] {
        files.put(&bytes);
        for piece in [json!({}), json!({"tail": 1}), json!({"byte_offset": 0})] {
            let mut arguments = piece;
            arguments["encoding"] = label.into();
            let page = files.read(arguments);
            assert!(page.starts_with(text), "{label}: {page}");
            assert!(page.contains("which is not used: ") && page.contains(said), "{label}: {page}");
        }
        // A change that is the same in both says so, and another one is refused.
        let answer = files.edit("nowhere é", "x", json!({"encoding": label}));
        assert_eq!(answer.code(), "bad_args", "{label}: {answer:?}");
        assert!(answer.text.contains("leave `encoding` out"), "{label}: {answer:?}");
    }
    files.put("日本語 abc\n".as_bytes());
    let answer = files.edit("abc", "xyz", json!({"encoding": "latin1"}));
    assert!(answer.text.contains("`encoding` names windows-1252, which is not used"), "{answer:?}");
    let answer = files.append("end\n", json!({"encoding": "gbk"}));
    assert!(answer.text.contains("`encoding` names GBK, which is not used"), "{answer:?}");
    // Where the bytes are a guess, the name is used to read.
    files.put(b"un caf\xe9 tr\xe8s serr\xe9\n");
    let page = files.read(json!({"encoding": "utf-8"}));
    assert!(page.starts_with("un caf\\xE9"), "{page}");
    assert!(
        page.contains("`encoding` names UTF-8, but the file has bytes that are not valid"),
        "{page}"
    );
    let page = files.read(json!({"encoding": "utf-16"}));
    assert!(
        page.contains("`encoding` names UTF-16LE, but the file reads as windows-1252"),
        "{page}"
    );
    assert!(!files.read(json!({"encoding": "cp850"})).contains("`encoding`"));
}

#[test]
fn an_edit_that_does_not_match_names_the_guess_and_the_encoding_that_does() {
    let mut files = Files::new();
    let latin = b"d\x82j\x85 vu, caf\x82\r\nplain\r\n".to_vec();
    let polish = encoded(WINDOWS_1250, "za\u{17c}\u{f3}\u{142}\u{107}\n");
    for (bytes, old, label) in [
        (latin.clone(), "déjà vu", "cp437"),
        (latin.clone(), "café\nplain", "cp437"),
        (encoded(GBK, "x = \"系统\"\n"), "系统", "gb18030"),
        (encoded(EUC_JP, "x = \"能\"\n"), "x = \"能\"", "euc-jp"),
        (polish, "zażółć", "windows-1250"),
    ] {
        files.put(&bytes);
        if files.read(json!({})).contains(old) {
            continue;
        }
        let answer = files.edit(old, "new", json!({}));
        assert_eq!(answer.code(), "no_match", "{old}: {answer:?}");
        let hint = answer.text.split_once("\nhint: ").unwrap().1;
        assert!(hint.contains("`f` is read as ") && hint.contains(", which is a guess"), "{hint}");
        assert!(hint.ends_with(&format!("with encoding={label} `old_text` is in it")), "{hint}");
        let answer = files.edit(old, "new", json!({"encoding": label}));
        assert_eq!(answer.code(), "ok", "{old}: {answer:?}");
    }
    files.put(&latin);
    let edits =
        json!([{"old_text": "plain", "new_text": "x"}, {"old_text": "déjà", "new_text": "y"}]);
    let answer = files.call("edit_file", json!({"edits": edits}));
    assert!(
        answer.text.ends_with("with encoding=cp437 `old_text` of edits[1] is in it"),
        "{answer:?}"
    );
    let answer = files.edit("nowhere at all é", "x", json!({}));
    assert!(
        answer.text.contains("`f` is read as windows-1252, which is a guess: set `encoding`"),
        "{answer:?}"
    );
    // Where the encoding is sure, nothing of it is said.
    files.put("日本語\n".as_bytes());
    assert!(!files.edit("日木語", "x", json!({})).text.contains("guess"));
}

#[test]
fn a_change_that_makes_a_file_read_as_another_encoding_says_so() {
    let mut files = Files::new();
    let mut flips = 0;
    // A guess: what is left of the text, or what is added to it, reads as something else.
    for (encoding, before, old, new) in [
        (
            SHIFT_JIS,
            "一覧 可能 画像 緊急 通知 検索\nend ｶ\n",
            "一覧 可能 画像 緊急 通知 検索",
            "one",
        ),
        (
            WINDOWS_1251,
            "съешь ещё этих мягких булок\nend ё\n",
            "съешь ещё этих мягких булок",
            "one",
        ),
        (KOI8_R, "съешь ещё этих мягких булок\nend ё\n", "съешь ещё этих мягких булок", "one"),
        (GBK, "电话 号码 我是猫 名字 文件\nend 一\n", "电话 号码 我是猫 名字 文件", "one"),
    ] {
        files.put(&encoded(encoding, before));
        let was = encoding_of(&files.read(json!({})));
        let name = was.strip_suffix(" (guessed)").unwrap();
        let answer = files.edit(old, new, json!({}));
        assert_eq!(answer.code(), "ok", "{answer:?}");
        let is = encoding_of(&files.read(json!({})));
        let said = format!("was detected as {was}, and now as {is}: set encoding={name}");
        assert_eq!(answer.text.contains(&said), is != was, "{answer:?}\n{said}");
        flips += usize::from(is != was);
    }
    assert!(flips >= 3, "{flips}");
    // The client names what it writes.
    files.put(b"plain\n");
    let answer = files.append("系统\n", json!({"encoding": "gbk"}));
    assert!(answer.text.contains("without `encoding` it reads as UTF-8 (guessed)"), "{answer:?}");
    files.put(b"un caf\xe9 tr\xe8s serr\xe9\n");
    let answer = files.edit("un", "deux", json!({"encoding": "macintosh"}));
    assert!(
        answer.text.contains("without `encoding` it reads as windows-1252 (guessed)"),
        "{answer:?}"
    );
    // A change that leaves the guess as it is says nothing of it.
    files.put(b"un caf\xe9 tr\xe8s serr\xe9\n");
    let answer = files.edit("un", "deux", json!({}));
    assert!(!answer.text.contains("without `encoding`"), "{answer:?}");
    let answer = files.append("end\n", json!({}));
    assert!(!answer.text.contains("without `encoding`"), "{answer:?}");
}

/// The encoding that a page names.
fn encoding_of(page: &str) -> String {
    let facts = page.rsplit_once("; version").unwrap().0;
    facts.rsplit_once("; ").unwrap().1.to_owned()
}

#[test]
fn a_text_that_does_not_read_as_it_was_written_is_named() {
    let mut files = Files::new();
    for (content, encoding, said) in [
        ("a\0b", None, Some("it reads as a binary file")),
        ("a text with one NUL, \0, in it\n", None, Some("it reads as UTF-8 with 1 NUL")),
        ("plain\n", None, None),
        ("café\n", None, None),
        ("系统\n", Some("gbk"), Some("without `encoding` it reads as UTF-8 (guessed)")),
        ("é\n", Some("cp850"), Some("without `encoding` it reads as windows-1252 (guessed)")),
        ("é\n", Some("utf-16le"), None),
        ("plain\n", Some("shift_jis"), None),
    ] {
        let mut arguments = json!({"content": content});
        if let Some(encoding) = encoding {
            arguments["encoding"] = encoding.into();
        }
        let answer = files.call("write_file", arguments);
        assert_eq!(answer.code(), "ok", "{answer:?}");
        match said {
            Some(said) => assert!(answer.text.contains(said), "{content:?}: {answer:?}"),
            None => assert!(!answer.text.contains("reads as"), "{content:?}: {answer:?}"),
        }
    }
    files.put(b"x\n");
    let answer = files.append("a\0\0\0b\n", json!({}));
    assert!(answer.text.contains("and now as a binary file"), "{answer:?}");
}

#[test]
fn line_ends_after_an_append_are_named() {
    let mut files = Files::new();
    for (before, content, line_ends, after, said) in [
        (
            "a\nb\n",
            "c\n",
            Some("crlf"),
            "a\nb\nc\r\n",
            Some("CRLF, the file has LF: its line ends are mixed now"),
        ),
        (
            "a\r\nb\r\n",
            "c\n",
            Some("lf"),
            "a\r\nb\r\nc\n",
            Some("LF, the file has CRLF: its line ends are mixed now"),
        ),
        ("a\nb\n", "c\r\n", None, "a\nb\nc\r\n", Some("CRLF, the file has LF")),
        ("a\r\nb\r\n", "c\n", None, "a\r\nb\r\nc\r\n", None),
        ("a\r\nb\n", "c\n", None, "a\r\nb\nc\n", Some("LF, the file has mixed LF and CRLF")),
        (
            "a\rb\rc",
            "d\n",
            None,
            "a\rb\rc\nd\n",
            Some("the file has carriage returns (U+000D) that do not end lines"),
        ),
        (
            "a\rb\rc\r",
            "d\n",
            None,
            "a\rb\rc\rd\n",
            Some("the file has carriage returns (U+000D) that do not end lines"),
        ),
        (
            "a\nb\r",
            "d\n",
            None,
            "a\nb\r\nd\n",
            Some("which forms a CRLF with the carriage return before it"),
        ),
    ] {
        files.put(before.as_bytes());
        let mut arguments = json!({});
        if let Some(line_ends) = line_ends {
            arguments["line_ends"] = line_ends.into();
        }
        let answer = files.append(content, arguments);
        assert_eq!(files.bytes(), after.as_bytes(), "{before:?}: {answer:?}");
        match said {
            Some(said) => assert!(answer.text.contains(said), "{before:?}: {answer:?}"),
            None => assert!(!answer.text.contains("the file has"), "{before:?}: {answer:?}"),
        }
    }
}

#[test]
fn lines_end_as_those_of_the_file_after_an_edit_that_took_all_line_ends_out() {
    let mut files = Files::new();
    for (before, edits, after) in [
        ("one\r\n", [("one\n", "two"), ("two", "three\nfour\n")], "three\r\nfour\r\n"),
        ("one\n", [("one\n", "two"), ("two", "three\nfour\n")], "three\nfour\n"),
        ("one\r\n", [("one\n", ""), ("", "two\nthree")], "two\r\nthree"),
        ("a\r\nb\nc\n", [("a\nb", "a"), ("a", "a\nx")], "a\nx\nc\n"),
    ] {
        files.put(before.as_bytes());
        let edits: Vec<_> =
            edits.iter().map(|(old, new)| json!({"old_text": old, "new_text": new})).collect();
        let answer = files.call("edit_file", json!({"edits": edits}));
        assert_eq!(answer.code(), "ok", "{before:?}: {answer:?}");
        assert_eq!(files.bytes(), after.as_bytes(), "{before:?}: {answer:?}");
    }
}

#[test]
fn a_cut_unit_at_the_end_of_a_wide_text_is_kept_and_can_be_edited() {
    let mut files = Files::new();
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let text = "日本語\nテスト\n日本語のテキスト\n";
    let cut = [wide(text), b"x".to_vec()].concat();
    files.put(&cut);
    // Without a mark it may be anything.
    let page = files.read(json!({"encoding": "utf-16"}));
    assert!(page.starts_with(&format!("{text}\\x78\n[lines 1-4 of 4; ")), "{page}");
    let answer = files.edit("テスト", "テ", json!({"encoding": "utf-16"}));
    assert_eq!(answer.code(), "ok", "{answer:?}");
    assert_eq!(files.bytes(), [wide(&text.replace("テスト", "テ")), b"x".to_vec()].concat());
    let answer = files.append("x\n", json!({"encoding": "utf-16"}));
    assert_eq!(answer.code(), "not_text", "{answer:?}");
    assert!(answer.text.contains("ends within a character"), "{answer:?}");
    assert_eq!(files.edit("\\x78", "", json!({"encoding": "utf-16"})).code(), "ok");
    assert_eq!(files.append("x\n", json!({"encoding": "utf-16"})).code(), "ok");
    assert_eq!(files.bytes(), wide(&(text.replace("テスト", "テ") + "x\n")));
}

#[test]
fn file_information_and_pages_of_a_large_file_name_the_same_encoding() {
    let mut files = Files::new();
    let line = b"plain line of text\n";
    // No sample has the place.
    for (odd, name) in [
        (b"caf\xe9\n".as_slice(), "windows-1252 (guessed)"),
        ("日本語 caf".as_bytes(), "UTF-8"),
        (b"a\0b\n", "UTF-8 with NULs"),
    ] {
        let bytes = [&line.repeat(337_001), odd, &line.repeat(700_003)].concat();
        files.put(&bytes);
        let info = files.call("get_file_info", json!({})).text;
        assert!(info.contains(&format!("text: {name}, ")), "{info}");
        for piece in
            [json!({"limit": 1}), json!({"offset": 337_002, "limit": 1}), json!({"tail": 1})]
        {
            let page = files.read(piece);
            let is_named = page.contains(&format!("; {name}; ")) || name == "UTF-8";
            assert!(
                is_named && page.contains("guessed") == name.contains("guessed"),
                "{name}: {page}"
            );
        }
    }
}
