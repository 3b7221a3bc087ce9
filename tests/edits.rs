//! Edits against a slow model that knows of each character which bytes it is.

use std::ops::Range;

use preopen::error::Code;
use preopen::text::{Coding, Diff, Document, Edit, Most, apply, unified};
use proptest::prelude::*;
use proptest::sample::Index;

use crate::common::budget;

/// A character, and the bytes that it is in the file.
#[derive(Clone, Debug)]
struct Cell {
    c: char,
    bytes: Vec<u8>,
}

/// A form of text: its name, its mark, what texts in it begin with, and what they are made of.
struct Form {
    name: Option<&'static str>,
    mark: &'static [u8],
    begin: &'static str,
    tokens: &'static [&'static str],
    bytes: fn(char) -> Vec<u8>,
    /// A character in the form that an encoder would not choose.
    odd: Option<(char, &'static [u8])>,
}

const ENDS: &[&str] = &["\n", "\r\n", "\n", "\r\n", "\r"];
const IROHA: &str = "いろはにほへと ちりぬるを わかよたれそ つねならむ うゐのおくやま けふこえて\n";

const FORMS: &[Form] = &[
    Form {
        name: None,
        mark: b"",
        begin: "",
        tokens: &["a", "b", "a b", "é", "è", "あ", "🦀", "  "],
        bytes: utf8,
        odd: None,
    },
    Form {
        name: Some("UTF-8 with BOM"),
        mark: b"\xEF\xBB\xBF",
        begin: "",
        tokens: &["a", "b", "é", "🦀", "\u{feff}"],
        bytes: utf8,
        odd: None,
    },
    Form {
        name: Some("windows-1252 (guessed)"),
        mark: b"",
        begin: "Dès Noël, où un zéphyr haï me vêt de glaçons würmiens, je dîne d’exquis rôtis\n",
        tokens: &["a", "b", "é", "€", "ß", "  "],
        bytes: |c| encoded(encoding_rs::WINDOWS_1252, c),
        odd: None,
    },
    Form {
        name: Some("Shift_JIS (guessed)"),
        mark: b"",
        begin: IROHA,
        // One ends with the byte of a backslash, one is a single byte.
        tokens: &["a", "b", "あ", "い", "表", "ｱ", "\\", "∵"],
        bytes: |c| encoded(encoding_rs::SHIFT_JIS, c),
        odd: Some(('∵', b"\x87\x9a")),
    },
    Form {
        name: Some("UTF-16LE with BOM"),
        mark: b"\xFF\xFE",
        begin: "",
        // Two have the byte of a line feed in them.
        tokens: &["a", "b", "é", "あ", "🦀", "\u{10a}", "\u{a0d}"],
        bytes: |c| c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_le_bytes()).collect(),
        odd: None,
    },
    Form {
        name: Some("UTF-16BE with BOM"),
        mark: b"\xFE\xFF",
        begin: "",
        tokens: &["a", "b", "é", "あ", "🦀", "\u{10a}", "\u{a0d}"],
        bytes: |c| c.encode_utf16(&mut [0; 2]).iter().flat_map(|u| u.to_be_bytes()).collect(),
        odd: None,
    },
];

fn utf8(c: char) -> Vec<u8> {
    c.to_string().into_bytes()
}

fn encoded(encoding: &'static encoding_rs::Encoding, c: char) -> Vec<u8> {
    let text = c.to_string();
    let (bytes, _, is_lossy) = encoding.encode(&text);
    assert!(!is_lossy, "{c}");
    bytes.into_owned()
}

impl Form {
    fn cells(&self, text: &str) -> Vec<Cell> {
        text.chars().map(|c| Cell { c, bytes: (self.bytes)(c) }).collect()
    }

    fn text(&self, picks: &[Index]) -> String {
        picks.iter().map(|pick| *pick.get(&[self.tokens, ENDS].concat())).collect()
    }
}

/// Where the units are: a CRLF is one, any other character is one.
fn units(cells: &[Cell]) -> Vec<(char, Range<usize>)> {
    let (mut units, mut at) = (vec![], 0);
    while at < cells.len() {
        let is_crlf = cells[at].c == '\r' && cells.get(at + 1).is_some_and(|cell| cell.c == '\n');
        let end = if is_crlf { at + 2 } else { at + 1 };
        units.push((if is_crlf { '\n' } else { cells[at].c }, at..end));
        at = end;
    }
    units
}

fn keys(text: &str) -> Vec<char> {
    units(&FORMS[0].cells(text)).into_iter().map(|(key, _)| key).collect()
}

/// Does the first line of the cells end with CRLF?
fn begins_with_crlf(cells: &[Cell]) -> bool {
    units(cells).iter().find(|(key, _)| *key == '\n').is_some_and(|(_, range)| range.len() == 2)
}

/// What an edit makes of the cells, slowly. `was_crlf` tells of the first line end before all edits.
fn model(form: &Form, cells: &[Cell], edit: &Edit<'_>, was_crlf: bool) -> Result<Vec<Cell>, Code> {
    let (old, new, units) = (keys(edit.old_text), keys(edit.new_text), units(cells));
    if old.is_empty() && cells.is_empty() && !new.is_empty() {
        let new: String = new.into_iter().collect();
        let as_given = if was_crlf { new.replace('\n', "\r\n") } else { edit.new_text.into() };
        return Ok(form.cells(&as_given));
    }
    if old.is_empty() || old == new {
        return Err(Code::BadArgs);
    }
    let all: Vec<char> = units.iter().map(|(key, _)| *key).collect();
    let mut found: Vec<usize> = (0..all.len()).filter(|at| all[*at..].starts_with(&old)).collect();
    if edit.replace_all {
        let mut free = 0;
        found.retain(|at| {
            let is_apart = *at >= free;
            free = if is_apart { at + old.len() } else { free };
            is_apart
        });
    }
    match found.len() {
        0 => return Err(Code::NoMatch),
        2.. if !edit.replace_all => return Err(Code::NotUnique),
        _ => {}
    }
    let (mut front, mut back) = (0, 0);
    while front < old.len().min(new.len()) && old[front] == new[front] {
        front += 1;
    }
    while back < old.len().min(new.len()) - front
        && old[old.len() - 1 - back] == new[new.len() - 1 - back]
    {
        back += 1;
    }
    let (mut made, mut at) = (vec![], 0);
    let copy = |made: &mut Vec<Cell>, range: Range<usize>| {
        for (_, range) in &units[range] {
            made.extend_from_slice(&cells[range.clone()]);
        }
    };
    for found in found {
        let (start, end) = (found + front, found + old.len() - back);
        copy(&mut made, at..start);
        let next = (start..units.len()).find(|at| units[*at].0 == '\n');
        let last = (0..start).rev().find(|at| units[*at].0 == '\n');
        let is_crlf = next.or(last).map_or(was_crlf, |at| units[at].1.len() == 2);
        for key in &new[front..new.len() - back] {
            let end = if is_crlf { "\r\n" } else { "\n" };
            let text = if *key == '\n' { end.to_owned() } else { key.to_string() };
            made.extend(form.cells(&text));
        }
        at = end;
    }
    copy(&mut made, at..units.len());
    Ok(made)
}

/// How an edit is made up: where its old text begins and how long it is, and what it puts in.
type Plan = (Index, usize, Vec<Index>, bool, u8);

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let picks = prop::collection::vec(any::<Index>(), 0..4);
    prop::collection::vec((any::<Index>(), 1..6_usize, picks, any::<bool>(), 0..4_u8), 1..4)
}

/// The old and the new text of a plan: mostly something that is there, line ends as they are or not.
fn texts(form: &Form, cells: &[Cell], plan: &Plan) -> (String, String) {
    let (at, len, picks, _, turn) = plan;
    let start = if cells.is_empty() { 0 } else { at.index(cells.len()) };
    let old: String = cells[start..].iter().take(*len).map(|cell| cell.c).collect();
    let new = form.text(picks);
    match turn {
        0 => (old.replace("\r\n", "\n"), new),
        1 => (old.replace("\r\n", "\n").replace('\n', "\r\n"), new),
        2 => (old.clone(), format!("{old}{new}")),
        _ => (old.clone(), format!("{new}{old}")),
    }
}

fn check(form: &Form, picks: &[Index], plans: &[Plan]) {
    let begin = form.begin.repeat(4);
    let mut cells = form.cells(&format!("{begin}{}", form.text(picks)));
    if let Some((odd, bytes)) = form.odd {
        let odd_ones = cells.iter_mut().filter(|cell| cell.c == odd);
        odd_ones.for_each(|cell| cell.bytes = bytes.to_vec());
    }
    let bytes = |cells: &[Cell]| {
        let bytes: Vec<u8> = cells.iter().flat_map(|cell| cell.bytes.clone()).collect();
        [form.mark, &bytes].concat()
    };
    let text = |cells: &[Cell]| cells.iter().map(|cell| cell.c).collect::<String>();
    let document = Document::new("f", bytes(&cells)).unwrap();
    assert_eq!(document.encoding().as_deref(), form.name);
    // Into a guessed encoding nothing new is written.
    let label = form.name.and_then(|name| name.strip_suffix(" (guessed)"));
    let document = match label.and_then(Coding::of_label) {
        None => document,
        named => Document::new_as(named, "f", bytes(&cells), []).unwrap(),
    };
    assert_eq!(document.text(), text(&cells));
    assert_eq!(document.bytes(), bytes(&cells));
    let was_crlf = begins_with_crlf(&cells);
    let (mut after, mut refused, mut made) = (cells, None, vec![]);
    for plan in plans {
        let (old_text, new_text) = texts(form, &after, plan);
        made.push((old_text, new_text, plan.3));
        let (old_text, new_text, replace_all) = made.last().unwrap();
        let edit = Edit { old_text, new_text, replace_all: *replace_all };
        match model(form, &after, &edit, was_crlf) {
            Ok(cells) => after = cells,
            Err(code) => {
                refused = Some(code);
                break;
            }
        }
    }
    let edits: Vec<_> = made
        .iter()
        .map(|(old_text, new_text, replace_all)| Edit {
            old_text,
            new_text,
            replace_all: *replace_all,
        })
        .collect();
    let said = format!("{:?} {edits:?}", document.text());
    match (apply(document.text(), &edits, &budget()), refused) {
        (Err(error), Some(code)) => {
            assert_eq!(error.code(), code, "{said}");
            let prefix = format!("{code}: edits[{}]: ", edits.len() - 1);
            assert_eq!(error.to_string().starts_with(&prefix), edits.len() > 1, "{said}");
        }
        (Ok(edited), None) => {
            assert_eq!(edited.text(document.text()), text(&after), "{said}");
            let pieces = document.edited(&edited, &budget()).unwrap();
            let mut want = bytes(&after);
            // A mark is not doubled where there was nothing but it.
            let mark = form.mark;
            let begins_with = [mark, mark].concat();
            if document.text().is_empty() && !mark.is_empty() && want.starts_with(&begins_with) {
                want.drain(..mark.len());
            }
            assert_eq!(pieces.concat(), want, "{said}");
            let diff =
                unified(document.text(), &edited, Most { lines: usize::MAX, chars: usize::MAX });
            assert_eq!(patched(document.text(), &diff), shown(&text(&after)), "{said}");
        }
        (got, want) => panic!("{got:?} instead of {want:?}: {said}"),
    }
}

/// The lines as a diff shows them.
fn shown(text: &str) -> Vec<String> {
    let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{}\n", line.strip_suffix('\r').unwrap_or(line)),
        None => line.to_owned(),
    });
    lines.collect()
}

/// What a diff makes of a text; every number in it is checked.
fn patched(text: &str, diff: &Diff) -> Vec<String> {
    const NONE: &str = "\n\\ No newline at end of file\n";
    let (before, mut after, mut at) = (shown(text), vec![], 0);
    let (mut removed, mut added) = (0, 0);
    for hunk in diff.text.split("@@ -").skip(1) {
        let (head, body) = hunk.split_once(" @@\n").unwrap();
        let number = |n: &str| n.parse::<usize>().unwrap();
        let range = |range: &str| range.split_once(',').map(|(a, b)| (number(a), number(b)));
        let (old, new) = head.split_once(" +").unwrap();
        let ((from, old), (to, new)) = (range(old).unwrap(), range(new).unwrap());
        let start = if old == 0 { from } else { from - 1 };
        after.extend_from_slice(&before[at..start]);
        at = start;
        let first = after.len();
        assert_eq!(to, if new == 0 { first } else { first + 1 });
        let body = body.replace(NONE, "\u{0}");
        for line in body.split_inclusive(['\n', '\0']) {
            let (sign, line) = line.split_at(1);
            let line = line.strip_suffix('\0').unwrap_or(line).to_owned();
            if sign != "+" {
                assert_eq!(before[at], line, "{}", diff.text);
                at += 1;
            }
            if sign != "-" {
                after.push(line);
            }
            removed += usize::from(sign == "-");
            added += usize::from(sign == "+");
        }
        assert_eq!((at - start, after.len() - first), (old, new), "{}", diff.text);
    }
    after.extend_from_slice(&before[at..]);
    assert_eq!((removed, added), (diff.removed, diff.added));
    after
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn edits_are_those_of_the_model(
        form in 0..FORMS.len(),
        picks in prop::collection::vec(any::<Index>(), 0..40),
        plans in plans(),
    ) {
        check(&FORMS[form], &picks, &plans);
    }
}

#[test]
fn bytes_between_edits_are_the_same_in_a_long_file() {
    let form = FORMS.iter().find(|form| form.name == Some("Shift_JIS (guessed)")).unwrap();
    let line = "あ∵ いろは abc ｱ\r\n";
    let text = format!("first\r\n{}last", line.repeat(5_000));
    let mut cells = form.cells(&text);
    cells.iter_mut().filter(|cell| cell.c == '∵').for_each(|cell| cell.bytes = vec![0x87, 0x9a]);
    let bytes: Vec<u8> = cells.iter().flat_map(|cell| cell.bytes.clone()).collect();
    let document = Document::new_as(Coding::of_label("sjis"), "f", bytes.clone(), []).unwrap();
    let edit = |old_text, new_text| Edit { old_text, new_text, replace_all: false };
    let edits = [edit("first", "表"), edit("last", "end\n")];
    let edited = apply(document.text(), &edits, &budget()).unwrap();
    let after = document.edited(&edited, &budget()).unwrap().concat();
    assert_eq!(after, [b"\x95\x5c", &bytes[5..bytes.len() - 4], b"end\r\n"].concat());
}

#[test]
fn files_with_nuls_are_refused() {
    for bytes in [b"a\0b".as_slice(), b"\xFF\xFEa\0\0\0\0\0\0\0", b"text\n\0\n"] {
        assert_eq!(Document::new("f", bytes.to_vec()).unwrap_err().code(), Code::NotText);
    }
}

#[test]
fn what_comes_near_is_said() {
    let text =
        "# Guide\n\nfn main() {\n\tlet a = \"one\";\n    let b = a + 1;\n}\n\nfn other() {}\n";
    let table = [
        ("fn main() {\n    let x", "fn other() {}", "`new_text` is in the file already, at line 8"),
        ("4:\tlet a = \"one\";\n5:    let b", "x", "begin with line numbers"),
        ("  3\tfn main() {\n", "x", "without them it is at line 3"),
        ("  let b = a + 1; \n", "x", "nearest is line 5, which differs in trailing blanks\n"),
        (
            "{\n\tlet a = \"one\";\n  let b",
            "x",
            "nearest is lines 3-5, which differ in indentation\n",
        ),
        (
            "{\n    let a = \"one\";\n",
            "x",
            "nearest is lines 3-4, which differ in tabs against spaces\n",
        ),
        ("let b = a+1;", "x", "nearest is line 5, which differs in blanks within lines\n"),
        ("let a = “one”;", "x", "which differs in the kind of quotes, dashes or spaces\n"),
        ("# GUIDE", "x", "nearest is line 1, which differs in upper and lower case\n"),
        (
            "fn main() {\n    let c;\n}\n",
            "x",
            "where 2 of the 3 lines of `old_text` are\nline 2 of",
        ),
        ("let b = a - 21;", "x", "nearest is line 5, column 5, which is 87 % similar\n"),
        ("nowhere at all", "x", "and nothing that comes near it\nhint: read the file again with"),
    ];
    for (old_text, new_text, want) in table {
        let edits = [Edit { old_text, new_text, replace_all: false }];
        let said = apply(text, &edits, &budget()).unwrap_err().to_string();
        assert!(said.starts_with("no_match: `old_text` is not in the file"), "{said}");
        assert!(said.contains(want), "{want:?} is not in:\n{said}");
    }
}
