//! Pages of text against a simple model that holds the whole file.

use preopen::cap::{OpenFile, Read};
use preopen::path::VirtualPath;
use preopen::text::{self, Page, Piece, Range, Room};
use proptest::prelude::*;

use crate::common::{Sandbox, budget, grants};

fn open(sandbox: &Sandbox, path: &str) -> OpenFile {
    let grants = grants(&[sandbox.spec("grant", "ro").parse().unwrap()]);
    grants
        .attenuate::<Read>(&VirtualPath::from(path))
        .unwrap()
        .place(&budget())
        .unwrap()
        .open_file()
        .unwrap()
}

fn read(file: &OpenFile, piece: Piece) -> Page {
    text::read(file, piece, Room { chars: 1 << 20, before_line: 0 }, &budget()).unwrap()
}

/// The lines of `text`, ends taken off.
fn model(text: &str) -> Vec<String> {
    let ended = text.strip_suffix('\n').unwrap_or(text);
    if text.is_empty() {
        return vec![];
    }
    ended.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect()
}

fn check(text: &str, first: u64, count: u64) {
    let sandbox = Sandbox::new().file("grant/f", text);
    let file = open(&sandbox, "f");
    // A lone `\r` at the very end has no line end after it and stays.
    let lines = model(text);
    let page = read(&file, Piece::Lines { first, count });
    let want: Vec<_> =
        lines.iter().skip(first as usize - 1).take(count as usize).cloned().collect();
    let got: Vec<_> = page.text.split_terminator('\n').map(ToOwned::to_owned).collect();
    let got: Vec<_> =
        got.iter().map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned()).collect();
    assert_eq!(got, want, "lines {first}+{count} of {text:?}");
    let total = lines.len() as u64;
    assert_eq!(page.range, Range::Lines { first, count: want.len() as u64, total: Some(total) });
    let page = read(&file, Piece::Tail { count });
    let from = lines.len().saturating_sub(count as usize);
    let got: Vec<_> = page
        .text
        .split_terminator('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line).to_owned())
        .collect();
    assert_eq!(got, lines[from..], "the last {count} lines of {text:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn small_texts(text in "([a-zé🦀]{0,5}(\r\n|\n|)){0,12}", first in 1..14_u64, count in 1..14_u64) {
        check(&text, first, count);
    }
}

#[test]
fn line_ends_at_the_edges_of_the_chunks_that_are_read() {
    const CHUNK: usize = 256 << 10;
    for line_end in ["\n", "\r\n"] {
        for shift in 0..4 {
            let mut text = "x".repeat(100) + line_end;
            let before = CHUNK - shift - text.len();
            text += &"ab\n".repeat(before / 3);
            text += &"y".repeat(CHUNK - shift - text.len());
            text += line_end;
            text += "éé";
            text += line_end;
            text += "last";
            let lines = model(&text).len() as u64;
            for first in [1, lines - 3, lines - 2, lines - 1, lines] {
                check(&text, first, 3);
            }
        }
    }
}

#[test]
fn a_huge_file_gives_the_same_lines_with_and_without_its_index() {
    let line = |n: u64| format!("line {n:07} {}", "x".repeat(40));
    let count = 600_000;
    let text: String = (1..=count).map(|n| line(n) + "\n").collect();
    assert!(text.len() > 20 << 20);
    let sandbox = Sandbox::new().file("grant/f", &text);
    let file = open(&sandbox, "f");
    for first in [1, 500_000, 300_000, 599_999, 500_000, 42, count] {
        let page = read(&file, Piece::Lines { first, count: 2 });
        let want = if first == count {
            line(first) + "\n"
        } else {
            format!("{}\n{}\n", line(first), line(first + 1))
        };
        assert_eq!(page.text, want, "{first}");
        assert_eq!(
            page.range,
            Range::Lines { first, count: want.lines().count() as u64, total: Some(count) }
        );
    }
    let page = read(&file, Piece::Tail { count: 2 });
    assert_eq!(page.text, format!("{}\n{}\n", line(count - 1), line(count)));
    assert_eq!(page.range, Range::Tail { count: 2 });
    // The file changes under its name: what was known of the old one is not used for the new.
    std::fs::write(
        sandbox.path("grant/f"),
        text.replacen("line 0000001", "line 0000001\nand one more", 1),
    )
    .unwrap();
    let page = read(&open(&sandbox, "f"), Piece::Lines { first: 500_001, count: 1 });
    assert_eq!(page.text, line(500_000) + "\n");
}

#[test]
fn the_version_follows_the_contents_up_to_a_size_and_the_state_above() {
    let sandbox =
        Sandbox::new().file("grant/a", "same").file("grant/b", "same").file("grant/c", "other");
    let version =
        |path: &str| read(&open(&sandbox, path), Piece::Lines { first: 1, count: 1 }).version;
    assert_eq!(version("a"), version("b"));
    assert_ne!(version("a"), version("c"));
    let sandbox = sandbox.file("grant/l", vec![b'x'; (16 << 20) + 1]);
    let version =
        |path: &str| read(&open(&sandbox, path), Piece::Bytes { offset: 0, count: 1 }).version;
    let before = version("l");
    assert_eq!(before, version("l"));
    std::fs::write(sandbox.path("grant/l"), vec![b'y'; (16 << 20) + 1]).unwrap();
    assert_ne!(before, version("l"));
}
