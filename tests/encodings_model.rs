//! Texts in seventeen encodings, with bad bytes and NULs at random places, against a slow model that knows of
//! each character which bytes it is: pages of several sizes, searches, edits, appends, file information.

use std::ops::Range;
use std::sync::LazyLock;

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

const TEXTS: u64 = 100;
/// The same of encodings with single bytes, which are alike.
const FEWER: u64 = 20;

/// A character or a bad byte, and the bytes that it is.
#[derive(Clone, Debug)]
struct Cell {
    /// What it is in a text; nothing for bad bytes.
    c: Option<char>,
    bytes: Vec<u8>,
}

struct Form {
    label: &'static str,
    mark: &'static [u8],
    words: &'static str,
    bytes: fn(char) -> Vec<u8>,
    /// What is not valid wherever it stands between characters.
    bad: &'static [&'static [u8]],
    /// Is it told from the bytes, or does the client name it?
    is_told: bool,
}

const UTF8_BAD: &[&[u8]] = &[b"\xE9", b"\xFF", b"\x80", b"\xC3", b"\xF0\x9F", b"\xE6\x97"];
const WORDS: &str = "Straße naïve 日本語 привет 🦀 plain \\xE9 \\x00 words";
const LATIN: &str = "déjà vu, où est le café très serré où plain words";
const RUSSIAN: &str = "съешь ещё этих мягких французских булок plain";
const POLISH: &str = "zażółć gęślą jaźń łódź plain świętość";
const GREEK: &str = "ξεσκεπάζω την ψυχοφθόρα plain είναι";
const JAPANESE: &str = "吾輩は猫である 名前はまだ無い どこで生れたか plain \\xFF";
const KOREAN: &str = "나는 고양이로소이다 이름은 아직 없다 plain";
const CHINESE: &str = "我是猫 还没有名字 一点也不知道 plain";
const TAIWANESE: &str = "我是貓 還沒有名字 一點也不知道 plain";

const FORMS: &[Form] = &[
    Form { label: "utf-8", mark: b"", words: WORDS, bytes: utf8, bad: UTF8_BAD, is_told: true },
    Form {
        label: "utf-8",
        mark: b"\xEF\xBB\xBF",
        words: WORDS,
        bytes: utf8,
        bad: UTF8_BAD,
        is_told: true,
    },
    Form {
        label: "utf-16le",
        mark: b"\xFF\xFE",
        words: WORDS,
        bytes: |c| c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_le_bytes()).collect(),
        bad: &[b"\x01\xD8", b"\x01\xDC"],
        is_told: true,
    },
    Form {
        label: "utf-16be",
        mark: b"\xFE\xFF",
        words: WORDS,
        bytes: |c| c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_be_bytes()).collect(),
        bad: &[b"\xD8\x01", b"\xDC\x01"],
        is_told: true,
    },
    Form {
        label: "utf-32le",
        mark: b"\xFF\xFE\0\0",
        words: WORDS,
        bytes: |c| u32::from(c).to_le_bytes().to_vec(),
        bad: &[b"\xFF\xFF\xFF\xFF", b"\x01\xD8\xFF\xFF"],
        is_told: true,
    },
    Form {
        label: "windows-1252",
        mark: b"",
        words: LATIN,
        bytes: |c| encoded(WINDOWS_1252, c),
        bad: &[],
        is_told: false,
    },
    Form {
        label: "windows-1251",
        mark: b"",
        words: RUSSIAN,
        bytes: |c| encoded(WINDOWS_1251, c),
        bad: &[],
        is_told: false,
    },
    Form {
        label: "Shift_JIS",
        mark: b"",
        words: JAPANESE,
        bytes: |c| encoded(SHIFT_JIS, c),
        bad: &[b"\xFF", b"\xFE"],
        is_told: false,
    },
    Form {
        label: "EUC-JP",
        mark: b"",
        words: JAPANESE,
        bytes: |c| encoded(EUC_JP, c),
        bad: &[b"\xFF", b"\x80"],
        is_told: false,
    },
    Form {
        label: "EUC-KR",
        mark: b"",
        words: KOREAN,
        bytes: |c| encoded(EUC_KR, c),
        bad: &[b"\xFF", b"\x80"],
        is_told: false,
    },
    Form {
        label: "gbk",
        mark: b"",
        words: CHINESE,
        bytes: |c| encoded(GBK, c),
        bad: &[b"\xFF"],
        is_told: false,
    },
    Form {
        label: "Big5",
        mark: b"",
        words: TAIWANESE,
        bytes: |c| encoded(BIG5, c),
        bad: &[b"\xFF", b"\x80"],
        is_told: false,
    },
    single("koi8-r", RUSSIAN, |c| encoded(KOI8_R, c)),
    single("windows-1250", POLISH, |c| encoded(WINDOWS_1250, c)),
    single("windows-1253", GREEK, |c| encoded(WINDOWS_1253, c)),
    single("macintosh", LATIN, |c| encoded(MACINTOSH, c)),
    single("cp850", LATIN, |c| {
        let table = &oem_cp::code_table::DECODING_TABLE_CP850;
        let high = || 128 + table.iter().position(|other| *other == c).unwrap() as u8;
        vec![if c.is_ascii() { c as u8 } else { high() }]
    }),
];

const fn single(label: &'static str, words: &'static str, bytes: fn(char) -> Vec<u8>) -> Form {
    Form { label, mark: b"", words, bytes, bad: &[], is_told: false }
}

fn utf8(c: char) -> Vec<u8> {
    c.to_string().into_bytes()
}

fn encoded(encoding: &'static Encoding, c: char) -> Vec<u8> {
    let text = c.to_string();
    let (bytes, _, is_lossy) = encoding.encode(&text);
    assert!(!is_lossy, "{c}");
    bytes.into_owned()
}

/// xorshift64*: the same numbers from the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % most
    }
}

/// A text, as the model knows it.
struct Text {
    form: &'static Form,
    cells: Vec<Cell>,
}

impl Text {
    fn new(form: &'static Form, seed: u64) -> Self {
        let mut chance = Chance(seed * 7_919 + 1);
        let words: Vec<&str> = form.words.split(' ').collect();
        let mut text = String::new();
        for n in 1..=8 + chance.below(14) {
            text += &format!("L{n}:");
            for _ in 0..3 + chance.below(6) {
                text += words[chance.below(words.len())];
                text += " ";
            }
            text += "z\n";
        }
        let cell = |c| Cell { c: Some(c), bytes: (form.bytes)(c) };
        let mut cells: Vec<Cell> = text.chars().map(cell).collect();
        for _ in 0..seed % 4 {
            let kinds = form.bad.len() + 1;
            let cell = match form.bad.get(chance.below(kinds)) {
                Some(bad) => Cell { c: None, bytes: bad.to_vec() },
                None => cell('\0'),
            };
            // After a letter of ASCII and before one, where no encoding takes it for half of a character.
            let is_free = |at: &usize| {
                cells[*at - 1..=*at]
                    .iter()
                    .all(|cell| cell.c.is_some_and(|c| c.is_ascii_alphabetic()))
            };
            let free: Vec<usize> = (1..cells.len()).filter(is_free).collect();
            cells.insert(free[chance.below(free.len())], cell);
        }
        // The end of every fifth text is bad, too, as where a log is cut.
        if let (Some(bad), true) = (form.bad.first(), seed % 5 == 4) {
            cells.push(Cell { c: None, bytes: bad.to_vec() });
        }
        Self { form, cells }
    }

    fn bytes(&self) -> Vec<u8> {
        let cells = self.cells.iter().flat_map(|cell| cell.bytes.iter().copied());
        self.form.mark.iter().copied().chain(cells).collect()
    }

    fn has_escapes(&self) -> bool {
        self.cells.iter().any(|cell| cell.c.is_none_or(|c| c == '\0'))
    }

    /// A part of it as a page shows it.
    fn shown(&self, part: Range<usize>) -> String {
        let is_digit = |at: usize| {
            self.cells.get(at).is_some_and(|cell| cell.c.is_some_and(|c| c.is_ascii_hexdigit()))
        };
        let mut shown = String::new();
        for at in part {
            let cell = &self.cells[at];
            let is_like_an_escape = cell.c == Some('\\')
                && self.cells.get(at + 1).is_some_and(|cell| cell.c == Some('x'))
                && is_digit(at + 2)
                && is_digit(at + 3);
            match cell.c {
                None | Some('\0') => {
                    let bytes = if cell.c.is_some() { &[0] } else { cell.bytes.as_slice() };
                    shown += &bytes.iter().map(|byte| format!("\\x{byte:02X}")).collect::<String>();
                }
                Some(_) if is_like_an_escape && self.has_escapes() => shown += "\\x5C",
                Some(c) => shown.push(c),
            }
        }
        shown
    }

    /// Where its lines are, without their ends.
    fn lines(&self) -> Vec<Range<usize>> {
        let (mut lines, mut from) = (vec![], 0);
        for (at, cell) in self.cells.iter().enumerate() {
            if cell.c == Some('\n') {
                lines.push(from..at);
                from = at + 1;
            }
        }
        if from < self.cells.len() {
            lines.push(from..self.cells.len());
        }
        lines
    }
}

/// The tools over one grant.
struct Bench {
    sandbox: Sandbox,
    dispatcher: Dispatcher,
}

static BENCH: LazyLock<Bench> = LazyLock::new(|| {
    let sandbox = Sandbox::new();
    let grants = grants(&[sandbox.spec("grant", "rwd").parse().unwrap()]);
    let clock = authority::clock(authority::mint());
    let dispatcher = Dispatcher::new(TOOLS, grants, Limits::default(), clock, None, &[]).unwrap();
    Bench { sandbox, dispatcher }
});

/// One text in its file.
struct Case {
    text: Text,
    name: String,
    seed: u64,
}

impl Case {
    fn put(text: Text, form: usize, seed: u64) -> Self {
        let name = format!("f{form}-{seed}");
        let case = Self { text, name, seed };
        std::fs::write(case.path(), case.text.bytes()).unwrap();
        case
    }

    fn path(&self) -> std::path::PathBuf {
        BENCH.sandbox.path("grant").join(&self.name)
    }

    fn call(&self, tool: &str, mut arguments: Value) -> Result<String, String> {
        arguments["path"] = self.name.clone().into();
        // Of those that are told from the bytes, every other text is named all the same.
        let is_named = !self.text.form.is_told || self.seed % 2 == 1;
        if is_named && tool != "get_file_info" {
            arguments["encoding"] = self.text.form.label.into();
        }
        let arguments = arguments.as_object().unwrap().clone();
        match BENCH.dispatcher.call(tool, arguments, CallMonitor::unattended()).unwrap().as_deref()
        {
            Ok([Content::Text(text)]) => Ok(text.clone()),
            Ok(other) => panic!("{tool}: {other:?}"),
            Err(error) => Err(error.to_string()),
        }
    }

    fn about(&self) -> String {
        format!("{} {}", self.text.form.label, self.name)
    }

    fn check_pages(&self, limits: &[usize]) {
        let lines = self.text.lines();
        for limit in limits.iter().copied() {
            let mut first = 0;
            while first < lines.len() {
                let last = (first + limit).min(lines.len());
                let page = self
                    .call("read_text_file", json!({"offset": first + 1, "limit": limit}))
                    .unwrap();
                let want: String = lines[first..last]
                    .iter()
                    .map(|line| self.text.shown(line.clone()) + "\n")
                    .collect();
                let footer = format!("[lines {}-{last} of {}; ", first + 1, lines.len());
                assert!(
                    page.starts_with(&(want.clone() + &footer)),
                    "{}\n{page}\n{want}",
                    self.about()
                );
                first = last;
            }
        }
        // By bytes: pieces that follow each other are the whole.
        let (all, mut offset, mut got) = (self.text.bytes().len(), 0, String::new());
        while offset < all {
            let piece = json!({"byte_offset": offset, "byte_limit": 300 + 3 * self.seed});
            let page = self.call("read_text_file", piece).unwrap();
            let (shown, footer) = page.rsplit_once("[bytes ").unwrap();
            let (_, last) = footer.split(' ').next().unwrap().split_once('-').unwrap();
            let last: usize = last.parse().unwrap();
            got += shown.strip_suffix('\n').unwrap();
            // Only where a piece does not end with a line, the answer ends one for it.
            let wide = (self.text.form.bytes)('\n');
            let is_line_end = self.text.bytes()[..=last].ends_with(&wide);
            if is_line_end {
                got.push('\n');
            }
            assert!(last + 1 > offset, "{}", self.about());
            offset = last + 1;
        }
        assert_eq!(got, self.text.shown(0..self.text.cells.len()), "{}", self.about());
    }

    fn check_search(&self) {
        let mut chance = Chance(self.seed + 99);
        let words: Vec<&str> =
            self.text.form.words.split([' ', ',']).filter(|word| !word.is_empty()).collect();
        let word = words[chance.below(words.len())];
        let has = |line: &Range<usize>| {
            let cells: Vec<Option<char>> =
                self.text.cells[line.clone()].iter().map(|cell| cell.c).collect();
            let word: Vec<Option<char>> = word.chars().map(Some).collect();
            cells.windows(word.len()).any(|part| part == word)
        };
        let lines = self.text.lines();
        let want: Vec<String> = (1..)
            .zip(&lines)
            .filter(|(_, line)| has(line))
            .map(|(n, line)| format!("{n}:{}", self.text.shown(line.clone())))
            .collect();
        let found =
            self.call("grep", json!({"pattern": word, "literal": true, "per_file": 0})).unwrap();
        let got: Vec<&str> = found
            .lines()
            .filter(|line| line.split(':').nth(1).is_some_and(|part| part.starts_with('L')))
            .collect();
        let is_wide = self.text.form.label.starts_with("utf-16")
            || self.text.form.label.starts_with("utf-32");
        if is_wide && self.text.cells.iter().any(|cell| cell.c.is_none()) {
            // A search shows those bad bytes that could be ASCII as ASCII.
            let numbers = |lines: &[&str]| {
                lines
                    .iter()
                    .map(|line| line.split(':').next().unwrap().to_owned())
                    .collect::<Vec<_>>()
            };
            let want: Vec<&str> = want.iter().map(String::as_str).collect();
            assert_eq!(numbers(&got), numbers(&want), "{} {word}\n{found}", self.about());
            return;
        }
        assert_eq!(got, want, "{} {word}\n{found}", self.about());
    }

    fn check_edits(&mut self) {
        let mut chance = Chance(self.seed + 7);
        let edit = |case: &Self, old: &str, new: &str| {
            let edits = json!([{"old_text": old, "new_text": new}]);
            let answer = case.call("edit_file", json!({"edits": edits}));
            assert!(answer.is_ok(), "{} {old:?} {new:?}: {answer:?}", case.about());
            answer.unwrap()
        };
        // Far from bad bytes: a name of a line.
        let lines = self.text.lines();
        let is_named = |line: &&Range<usize>| self.text.cells[line.start].c == Some('L');
        let n = 1 + chance.below(lines.iter().filter(is_named).count());
        let answer = edit(self, &format!("L{n}:"), &format!("M{n}:"));
        self.text.cells[lines[n - 1].start].c = Some('M');
        self.text.cells[lines[n - 1].start].bytes = (self.text.form.bytes)('M');
        assert_eq!(std::fs::read(self.path()).unwrap(), self.text.bytes(), "{}", self.about());
        assert!(!answer.contains('\u{FFFD}') && !answer.contains('\0'), "{answer}");
        // A whole line with all that is in it, as a page shows it.
        let has_escape = |line: &&Range<usize>| {
            self.text.cells[(*line).clone()].iter().any(|cell| cell.c.is_none_or(|c| c == '\0'))
        };
        let is_named =
            |line: &&Range<usize>| "LM".contains(self.text.cells[line.start].c.unwrap_or(' '));
        let line = lines.iter().filter(is_named).find(has_escape).unwrap_or(&lines[0]).clone();
        let shown = self.text.shown(line.clone());
        let new = shown.replacen('z', "zz", 1);
        edit(self, &shown, &new);
        let z = line.clone().find(|at| self.text.cells[*at].c == Some('z')).unwrap();
        let cell = self.text.cells[z].clone();
        self.text.cells.insert(z, cell);
        assert_eq!(std::fs::read(self.path()).unwrap(), self.text.bytes(), "{}", self.about());
        // The first bad byte or NUL is taken out.
        let Some(at) = self.text.cells.iter().position(|cell| cell.c.is_none_or(|c| c == '\0'))
        else {
            return;
        };
        let line = self.text.lines().into_iter().find(|line| line.contains(&at)).unwrap();
        let shown = self.text.shown(line.clone());
        let mut rest = self.text.cells.clone();
        rest.remove(at);
        // What it is removed from is written with escapes all the same.
        rest.push(Cell { c: Some('\0'), bytes: vec![] });
        let without = Text { form: self.text.form, cells: rest };
        let without = without.shown(line.start..line.end - 1);
        edit(self, &shown, &without);
        self.text.cells.remove(at);
        assert_eq!(std::fs::read(self.path()).unwrap(), self.text.bytes(), "{}", self.about());
    }

    fn check_append(&mut self) {
        let word = self.text.form.words.split(' ').next().unwrap();
        let content = format!("{word}\n");
        let arguments = json!({"content": content, "mode": "append"});
        self.call("write_file", arguments).unwrap();
        let bytes = self.text.form.bytes;
        // A last line without a line end is completed first.
        if !self.text.bytes().ends_with(&bytes('\n')) {
            self.text.cells.push(Cell { c: Some('\n'), bytes: bytes('\n') });
        }
        self.text.cells.extend(content.chars().map(|c| Cell { c: Some(c), bytes: bytes(c) }));
        assert_eq!(std::fs::read(self.path()).unwrap(), self.text.bytes(), "{}", self.about());
    }

    /// All tools report the same about it.
    fn check_info(&self) {
        let info = self.call("get_file_info", json!({})).unwrap();
        let told = info.lines().find_map(|line| line.strip_prefix("text: ")).unwrap();
        let name = told.split(", ").next().unwrap();
        let lines = self.text.lines().len();
        assert!(told.ends_with(&format!(", {lines} lines, LF")), "{}: {told}", self.about());
        if self.text.form.is_told {
            let page = self.call("read_text_file", json!({"tail": 1})).unwrap();
            let is_plain = name == "UTF-8";
            assert!(is_plain || page.contains(&format!("; {name}; ")), "{name}: {page}");
            assert!(
                name.to_lowercase().starts_with(self.text.form.label),
                "{}: {name}",
                self.about()
            );
            assert_eq!(name.contains("bad byte") || name.contains("NUL"), self.text.has_escapes());
        }
    }
}

fn check(form: usize) {
    let count = if form > 11 { FEWER } else { TEXTS };
    for seed in 0..count {
        let mut case = Case::put(Text::new(&FORMS[form], seed), form, seed);
        case.check_info();
        case.check_pages(&[1_000, 3 + seed as usize % 9]);
        case.check_search();
        case.check_edits();
        case.check_append();
        case.check_pages(&[1_000]);
    }
}

macro_rules! forms {
    ($($name:ident $form:literal;)+) => { $(#[test] fn $name() { check($form); })+ };
}

forms! {
    utf8_with_bad_bytes 0;
    utf8_with_a_mark_and_bad_bytes 1;
    utf16_with_the_low_byte_first 2;
    utf16_with_the_high_byte_first 3;
    utf32 4;
    windows_1252 5;
    windows_1251 6;
    shift_jis 7;
    euc_jp 8;
    euc_kr 9;
    gbk 10;
    big5 11;
    koi8_r 12;
    windows_1250 13;
    windows_1253 14;
    macintosh 15;
    cp850 16;
}
