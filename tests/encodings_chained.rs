//! Random texts in sixteen encodings, short ones too, to which is appended and which are edited, call after call: a file
//! never gets a second encoding, and a page with wrong characters says that its encoding is a guess or has bad bytes.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GBK, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250, WINDOWS_1251,
    WINDOWS_1252, WINDOWS_1253,
};
use preopen::authority;
use preopen::dispatch::Dispatcher;
use preopen::limits::{CallMonitor, Limits};
use preopen::tool::Content;
use preopen::tools::TOOLS;
use serde_json::{Value, json};

use crate::common::{Sandbox, grants};

/// Files of each encoding, and calls that change each.
const FILES: u64 = 16;
const STEPS: usize = 5;

const LATIN: &str = "déjà vu où est le café très serré né à Pâques été l’œuvre crème brûlée ça É’s";
const POLISH: &str = "zażółć gęślą jaźń łódź świętość pięć źródło ćma";
const RUSSIAN: &str = "съешь ещё этих мягких булок да выпей чаю сон раз тон её ёлка";
const GREEK: &str = "ξεσκεπάζω την ψυχοφθόρα βδελυγμία αυτό είναι";
const JAPANESE: &str = "一覧 可能 画像 緊急 通知 検索 登録 日本語 名前 テスト ファイル ｶﾅ 表示 語";
const KOREAN: &str = "나는 고양이로소이다 이름은 아직 없다 파일 검색 목록";
const CHINESE: &str = "电话 号码 我是猫 名字 文件 检索 列表 联系 瑜 钱 没有";
const TAIWANESE: &str = "電話 號碼 我是貓 名字 檔案 檢索 列表 聯絡 功能 許";

struct Form {
    label: &'static str,
    words: &'static str,
    mark: &'static [u8],
    encode: fn(&str) -> Vec<u8>,
}

const fn form(label: &'static str, words: &'static str, encode: fn(&str) -> Vec<u8>) -> Form {
    Form { label, words, mark: b"", encode }
}

fn in_encoding(encoding: &'static Encoding, text: &str) -> Vec<u8> {
    let (bytes, _, is_lossy) = encoding.encode(text);
    assert!(!is_lossy, "{} {text}", encoding.name());
    bytes.into_owned()
}

fn cp850(text: &str) -> Vec<u8> {
    let table = &oem_cp::code_table::DECODING_TABLE_CP850;
    let high = |c: char| 128 + table.iter().position(|other| *other == c).unwrap() as u8;
    text.chars().map(|c| if c.is_ascii() { c as u8 } else { high(c) }).collect()
}

const FORMS: &[Form] = &[
    form("utf-8", "naïve 日本語 привет 🦀 – é ü", |text| text.as_bytes().to_vec()),
    Form {
        mark: b"\xEF\xBB\xBF",
        ..form("utf-8", "naïve 日本語 привет 🦀 – é ü", |text| {
            text.as_bytes().to_vec()
        })
    },
    Form {
        mark: b"\xFF\xFE",
        ..form("utf-16le", "naïve 日本語 привет 🦀 – é ü", |text| {
            text.encode_utf16().flat_map(u16::to_le_bytes).collect()
        })
    },
    Form {
        mark: b"\0\0\xFE\xFF",
        ..form("utf-32be", "naïve 日本語 привет 🦀 – é ü", |text| {
            text.chars().flat_map(|c| u32::from(c).to_be_bytes()).collect()
        })
    },
    form("windows-1252", LATIN, |text| in_encoding(WINDOWS_1252, text)),
    form("windows-1250", POLISH, |text| in_encoding(WINDOWS_1250, text)),
    form("windows-1251", RUSSIAN, |text| in_encoding(WINDOWS_1251, text)),
    form("windows-1253", GREEK, |text| in_encoding(WINDOWS_1253, text)),
    form("koi8-r", RUSSIAN, |text| in_encoding(KOI8_R, text)),
    form("macintosh", LATIN, |text| in_encoding(MACINTOSH, text)),
    form("cp850", "déjà vu où est le café très serré né à été crème brûlée ça", cp850),
    form("shift_jis", JAPANESE, |text| in_encoding(SHIFT_JIS, text)),
    form("euc-jp", JAPANESE, |text| in_encoding(EUC_JP, text)),
    form("euc-kr", KOREAN, |text| in_encoding(EUC_KR, text)),
    form("gbk", CHINESE, |text| in_encoding(GBK, text)),
    form("big5", TAIWANESE, |text| in_encoding(BIG5, text)),
];

/// Numbers from a seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % bound
    }

    fn words(&mut self, form: &Form, most: usize) -> String {
        let words: Vec<&str> = form.words.split(' ').chain(["plain", "x = 1"]).collect();
        let count = 1 + self.below(most);
        let words: Vec<&str> = (0..count).map(|_| words[self.below(words.len())]).collect();
        words.join([" ", "", "\n", "\"><b>"][self.below(4)])
    }
}

struct Case<'b> {
    dispatcher: &'b Dispatcher,
    form: &'b Form,
    name: String,
    text: String,
}

impl Case<'_> {
    fn bytes(&self, text: &str) -> Vec<u8> {
        [self.form.mark, &(self.form.encode)(text)].concat()
    }

    fn call(&self, tool: &str, mut arguments: Value) -> Result<String, String> {
        arguments["path"] = self.name.clone().into();
        let arguments = arguments.as_object().unwrap().clone();
        match self.dispatcher.call(tool, arguments, CallMonitor::unattended()).unwrap().as_deref() {
            Ok([Content::Text(text)]) => Ok(text.clone()),
            Ok(other) => panic!("{tool}: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The bytes after the mark say nothing of an older encoding: they are ASCII, or UTF-8 by chance.
    fn is_undecidable(&self) -> bool {
        let bytes = (self.form.encode)(&self.text);
        self.form.label != "utf-8"
            && self.form.mark.is_empty()
            && std::str::from_utf8(&bytes).is_ok()
    }

    /// One change. Returns whether it was made.
    fn change(&mut self, chance: &mut Chance) -> Option<String> {
        let new = chance.words(self.form, 3);
        let (tool, mut arguments, text) = if chance.below(2) == 0 {
            let end = if self.text.is_empty() || self.text.ends_with('\n') { "" } else { "\n" };
            let text = format!("{}{end}{new}\n", self.text);
            ("write_file", json!({"mode": "append", "content": format!("{new}\n")}), text)
        } else {
            let text = self.text.replacen("L0:", &format!("L0:{new}"), 1);
            let edits = json!([{"old_text": "L0:", "new_text": format!("L0:{new}")}]);
            ("edit_file", json!({"edits": edits}), text)
        };
        let is_named = chance.below(3) == 0;
        if is_named {
            arguments["encoding"] = self.form.label.into();
        }
        // What is undecidable is UTF-8 for who does not name it.
        if self.is_undecidable() && !(is_named && self.text.is_ascii()) {
            return None;
        }
        let about = format!("{} {tool} {arguments}", self.form.label);
        match self.call(tool, arguments) {
            Ok(answer) => {
                self.text = text;
                Some(format!("{about} -> {answer}"))
            }
            Err(error) => {
                let is_ascii = new.is_ascii();
                assert!(!is_ascii && !is_named, "{about}: {error}");
                assert!(
                    error.contains("only guessed") || error.contains("no character"),
                    "{error}"
                );
                Some(about)
            }
        }
    }
}

#[test]
fn a_file_never_gets_a_second_encoding_and_wrong_characters_are_called_so() {
    let sandbox = Sandbox::new().dir("grant");
    let specs = [sandbox.spec("grant", "rwd").parse().unwrap()];
    let clock = authority::clock(authority::mint());
    let dispatcher =
        Dispatcher::new(TOOLS, grants(&specs), Limits::default(), clock, None, &[]).unwrap();
    let (mut changes, mut wrong) = (0, 0);
    for (n, form) in FORMS.iter().enumerate() {
        for seed in 0..FILES {
            let mut chance = Chance(seed * 1_000 + n as u64);
            let lines = [1, 1, 2, 8][chance.below(4)];
            let mut text = String::new();
            for line in 0..lines {
                text += &format!("L{line}:{}\n", chance.words(form, 3));
            }
            let name = format!("f{n}-{seed}");
            let mut case = Case { dispatcher: &dispatcher, form, name, text };
            let path = sandbox.path("grant").join(&case.name);
            std::fs::write(&path, case.bytes(&case.text)).unwrap();
            for _ in 0..STEPS {
                let Some(about) = case.change(&mut chance) else { continue };
                let bytes = std::fs::read(&path).unwrap();
                assert_eq!(bytes, case.bytes(&case.text), "{about}: {}", case.text);
                changes += 1;
                let named = json!({"encoding": form.label});
                let page = case.call("read_text_file", named).unwrap();
                assert!(page.starts_with(&case.text), "{about}\n{page}\n{}", case.text);
                let page = case.call("read_text_file", json!({})).unwrap();
                if !page.starts_with(&case.text) && !case.is_undecidable() {
                    wrong += 1;
                    let footer = page.rsplit_once("\n[").unwrap().1;
                    assert!(
                        footer.contains("(guessed)") || footer.contains("bad byte"),
                        "{about}\n{page}\n{}",
                        case.text
                    );
                }
            }
        }
    }
    assert!(changes > 800 && wrong > 40, "{changes} changes, {wrong} wrong pages");
}
