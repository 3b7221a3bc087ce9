//! Any expression over any text: the lines that are found are those that the crate `regex` finds, one
//! after the other. It is asked only where both mean the same.

use std::sync::{LazyLock, Mutex};

use arbitrary::{Arbitrary, Result, Unstructured};
use preopen::grep::{Hits, Lines, Meaning, Outcome, Pattern, Position, Search, Wanted};
use regex::bytes::RegexBuilder;

use crate::served::{Served, budget};

static SERVED: LazyLock<Mutex<Served>> = LazyLock::new(|| Mutex::new(Served::new("ro")));

#[derive(Arbitrary, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of the client's")]
struct Asked<'a> {
    literal: bool,
    ignore_case: bool,
    word: bool,
    multiline: bool,
    before: u8,
    after: u8,
    behind: u8,
    pattern: &'a str,
}

pub fn run(bytes: &[u8]) {
    let _ = searched(Unstructured::new(bytes));
}

fn searched(mut bytes: Unstructured<'_>) -> Result<()> {
    let asked = Asked::arbitrary(&mut bytes)?;
    let text = bytes.take_rest();
    let Asked { literal, ignore_case, word, multiline, .. } = asked;
    let meaning = Meaning { literal, ignore_case, word, multiline };
    let Ok(pattern) = Pattern::new("pattern", asked.pattern, meaning) else { return Ok(()) };
    let served = SERVED.lock().unwrap();
    served.put("f", text);
    let file = served.open("f");
    let lines = Lines::First { of: usize::MAX, page: usize::MAX };
    let wanted = Wanted {
        output: lines,
        before: usize::from(asked.before % 4),
        after: usize::from(asked.after % 4),
        only_matching: false,
    };
    let after = Position::end_of(u64::from(asked.behind));
    let outcome = Search::new(pattern, wanted).file(&file, after, &budget());
    let Outcome::Searched(hits) = outcome else { return Ok(()) };
    numbers_grow(&hits, u64::from(asked.behind));
    let Some(expected) = expected(&asked, text) else { return Ok(()) };
    let found: Vec<u64> =
        hits.lines.iter().filter(|line| line.is_match).map(|line| line.number).collect();
    let behind = u64::from(asked.behind);
    let shown: Vec<u64> = expected.iter().copied().filter(|line| *line > behind).collect();
    assert_eq!(found, shown, "{asked:?} in {text:?}");
    assert_eq!(hits.count, expected.len() as u64, "{asked:?} in {text:?}");
    Ok(())
}

/// Lines come in order, each once, none that was shown before.
fn numbers_grow(hits: &Hits, behind: u64) {
    let numbers: Vec<u64> = hits.lines.iter().map(|line| line.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let matches = hits.lines.iter().filter(|line| line.is_match);
    assert!(matches.into_iter().all(|line| line.number > behind), "{numbers:?} behind {behind}");
}

/// The numbers of the lines that match; nothing where it cannot be said in this way.
fn expected(asked: &Asked<'_>, text: &[u8]) -> Option<Vec<u64>> {
    let text = std::str::from_utf8(text).ok()?;
    // Over lines, and where `\r`, `\n` or a NUL might be meant, the two differ on purpose.
    let is_plain = |text: &str| !text.contains(['\r', '\0', '\u{feff}', '\u{1b}']);
    if asked.multiline
        || !is_plain(text)
        || !asked.pattern.bytes().all(|b| (b' '..=b'~').contains(&b))
    {
        return None;
    }
    let pattern = if asked.literal {
        regex::escape(asked.pattern)
    } else if asked.pattern.contains(['\\', '(', '[']) {
        // Classes, flags and assertions can speak of line ends.
        return None;
    } else {
        asked.pattern.to_owned()
    };
    let pattern = if asked.word {
        format!(r"(?:\b{{start-half}}(?:{pattern})\b{{end-half}})")
    } else {
        pattern
    };
    let expression = RegexBuilder::new(&pattern)
        .case_insensitive(asked.ignore_case)
        .multi_line(true)
        .build()
        .ok()?;
    let lines = text.strip_suffix('\n').unwrap_or(text).split('\n');
    let lines = if text.is_empty() { vec![] } else { lines.collect::<Vec<_>>() };
    let numbered = (1..).zip(lines);
    Some(
        numbered
            .filter(|(_, line)| expression.is_match(line.as_bytes()))
            .map(|(number, _)| number)
            .collect(),
    )
}
