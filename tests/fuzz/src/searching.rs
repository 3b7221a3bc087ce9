//! Any expression on any text: a search finds the same lines as the crate `regex`, applied line by line. The two are
//! compared only where they have the same semantics.

use std::sync::{LazyLock, Mutex};

use arbitrary::{Arbitrary, Result, Unstructured};
use preopen::grep::{Hits, Lines, Meaning, Outcome, Pattern, Position, Search, Wanted};
use regex::bytes::RegexBuilder;

use crate::served::{Served, budget};

static SERVED: LazyLock<Mutex<Served>> = LazyLock::new(|| Mutex::new(Served::new("ro")));

#[derive(Arbitrary, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an argument of the client")]
struct RandomSearch<'a> {
    literal: bool,
    ignore_case: bool,
    word: bool,
    multiline: bool,
    before: u8,
    after: u8,
    skip_until: u8,
    pattern: &'a str,
}

pub fn run(bytes: &[u8]) {
    let _ = searched(Unstructured::new(bytes));
}

fn searched(mut bytes: Unstructured<'_>) -> Result<()> {
    let asked = RandomSearch::arbitrary(&mut bytes)?;
    let text = bytes.take_rest();
    let RandomSearch { literal, ignore_case, word, multiline, .. } = asked;
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
    let after = Position::end_of(u64::from(asked.skip_until));
    let outcome = Search::new(pattern, wanted).file(&file, after, &budget());
    let Outcome::Searched(hits) = outcome else { return Ok(()) };
    check_line_numbers(&hits, u64::from(asked.skip_until));
    let Some(expected) = expected(&asked, text) else { return Ok(()) };
    let found: Vec<u64> =
        hits.lines.iter().filter(|line| line.is_match).map(|line| line.number).collect();
    let skip_until = u64::from(asked.skip_until);
    let shown: Vec<u64> = expected.iter().copied().filter(|line| *line > skip_until).collect();
    assert_eq!(found, shown, "{asked:?} in {text:?}");
    assert_eq!(hits.count, expected.len() as u64, "{asked:?} in {text:?}");
    Ok(())
}

/// Checks that line numbers are ascending and unique, and that lines up to `skip_until` do not match again.
fn check_line_numbers(hits: &Hits, skip_until: u64) {
    let numbers: Vec<u64> = hits.lines.iter().map(|line| line.number).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    let matches = hits.lines.iter().filter(|line| line.is_match);
    assert!(
        matches.into_iter().all(|line| line.number > skip_until),
        "{numbers:?} after {skip_until}"
    );
}

/// Returns the numbers of the matching lines, or `None` if the two engines differ by design.
fn expected(asked: &RandomSearch<'_>, text: &[u8]) -> Option<Vec<u64>> {
    let text = std::str::from_utf8(text).ok()?;
    // The two differ by design for multi-line matches, and where `\r`, `\n` or a NUL may match.
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
        // Classes, flags and assertions can match line ends.
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
