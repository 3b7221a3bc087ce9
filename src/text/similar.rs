//! [`most_equal`] and [`most_alike`]: the lines of a text that are nearest to others that it lacks.
//!
//! First by how many of the lines are there, each at its place among the others; where not one is, by
//! how much a line is like the first one.
//!
//! May import: `limits`. Absent on purpose: differences that do not count, which `alike` tells.

use std::collections::HashMap;

use super::alike::Window;
use super::meter::Meter;
use crate::limits::{Budget, Spent};

/// How often one line counts in what is looked for.
const MAX_TWINS: usize = 8;
/// Bytes of a line above which it is not compared by its characters.
const MAX_LINE: usize = 200;
/// Lines that are compared by their characters.
const MAX_COMPARED: usize = 20_000;
/// How much alike lines are that are worth showing.
const LIKE: f64 = 0.6;

/// Where most of the lines `old` are, and how many. A line counts that has a letter or a digit.
pub(super) fn most_equal(
    text: &str,
    old: &[&str],
    budget: &Budget,
) -> Result<Option<(Window, usize)>, Spent> {
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, line) in old.iter().enumerate().filter(|(_, line)| says_something(line)) {
        let places = places.entry(line.trim()).or_default();
        if places.len() < MAX_TWINS {
            places.push(at);
        }
    }
    // How many lines are equal if the first one is so many lines above this one: each slot is one
    // first line, until its last line has gone by.
    let mut slots = vec![0; old.len().max(1)];
    let (size, mut best, mut meter) = (slots.len(), (0, 0), Meter::new(budget));
    let mut lines = 0;
    for (number, line) in text.split_inclusive('\n').map(str::trim).enumerate() {
        meter.spend(line.len() + 1)?;
        lines = number + 1;
        let number = number + size;
        if let Some(slot) = slots.get_mut(number % size) {
            if *slot > best.0 {
                best = (*slot, number - size);
            }
            *slot = 0;
        }
        for at in places.get(line).into_iter().flatten() {
            if let Some(slot) = slots.get_mut((number - at) % size) {
                *slot += 1;
            }
        }
    }
    for first in lines..lines + size {
        if let Some(slot) = slots.get(first % size).filter(|slot| **slot > best.0) {
            best = (*slot, first);
        }
    }
    Ok((best.0 > 0).then(|| (window(best.1, size, lines), best.0)))
}

/// The window whose first line is `size` behind `first`, as far as it is within the text.
fn window(first: usize, size: usize, lines: usize) -> Window {
    let end = first.min(lines).max(1);
    let first = first.saturating_sub(size);
    Window { first, count: end.saturating_sub(first).max(1) }
}

fn says_something(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric)
}

/// The line that is most like `wanted`, from 0, and how much of it is the same, from 0 to 1.
pub(super) fn most_alike(
    text: &str,
    wanted: &str,
    budget: &Budget,
) -> Result<Option<(usize, f64)>, Spent> {
    let wanted = wanted.trim();
    if wanted.len() > MAX_LINE || wanted.is_empty() {
        return Ok(None);
    }
    let (histogram, length) = (histogram(wanted), wanted.chars().count());
    let (mut best, mut meter, mut compared) = (None, Meter::new(budget), 0);
    for (number, line) in text.split_inclusive('\n').map(str::trim).enumerate() {
        meter.spend(line.len() + 1)?;
        let least = best.map_or(LIKE, |(_, likeness)| likeness);
        // A line of less than half as many bytes is not of more than half as many characters.
        let is_possible = line.len() <= MAX_LINE && line.len() * 2 >= length;
        if !is_possible || at_most(line, &histogram, length) < least {
            continue;
        }
        meter.spend(line.len() * wanted.len())?;
        let likeness = strsim::normalized_damerau_levenshtein(wanted, line);
        if likeness > least || (best.is_none() && likeness >= LIKE) {
            best = Some((number, likeness));
        }
        compared += 1;
        if compared == MAX_COMPARED {
            break;
        }
    }
    Ok(best)
}

/// How often each character occurs, some of them counted as one.
type Histogram = [u16; 256];

fn histogram(line: &str) -> Histogram {
    let mut histogram = [0; 256];
    for c in line.chars() {
        if let Some(count) = histogram.get_mut(c as usize % 256) {
            *count += 1;
        }
    }
    histogram
}

/// How much alike a line can be at most: comparing characters in order takes a thousand times as long
/// as counting them.
fn at_most(line: &str, wanted: &Histogram, length: usize) -> f64 {
    let (mut left, mut count, mut shared) = (*wanted, 0_usize, 0_usize);
    for c in line.chars() {
        count += 1;
        if let Some(left) = left.get_mut(c as usize % 256).filter(|left| **left > 0) {
            *left -= 1;
            shared += 1;
        }
    }
    let longest = length.max(count).max(1);
    let of = |count: usize| f64::from(u16::try_from(count).unwrap_or(u16::MAX));
    // The same terms as in the likeness itself, so that neither is rounded below the other.
    1.0 - of(longest - shared) / of(longest)
}

#[cfg(test)]
mod tests {
    use super::super::meter::plenty;
    use super::*;

    fn equal(text: &str, old: &[&str]) -> Option<(usize, usize, usize)> {
        let found = most_equal(text, old, &plenty()).unwrap();
        found.map(|(window, count)| (window.first + 1, window.count, count))
    }

    #[test]
    fn lines_count_at_their_places() {
        let text = "x\na\nb\n}\na\nc\nd\n";
        assert_eq!(equal(text, &["a", "c", "e"]), Some((5, 3, 2)));
        assert_eq!(equal(text, &["e", "b", "}"]), Some((2, 3, 1)));
        assert_eq!(equal(text, &["no", "}"]), None, "a bracket is everywhere");
        assert_eq!(equal(text, &["no", "no", "x"]), Some((1, 1, 1)), "cut at the beginning");
        assert_eq!(equal(text, &["d", "no", "no"]), Some((7, 1, 1)), "and at the end");
        assert_eq!(equal("", &["a"]), None);
        assert_eq!(equal("x\n\tb \n", &["x", " b"]), Some((1, 2, 2)), "blanks apart");
    }

    #[test]
    fn the_most_similar_line_is_found() {
        let alike = |text: &str, line: &str| {
            most_alike(text, line, &plenty()).unwrap().map(|(number, _)| number)
        };
        assert_eq!(alike("let one = 1;\nlet two = 2;\n", "  let tow = 2;"), Some(1));
        assert_eq!(alike("abcdefgh\n", "zyxw"), None);
        assert_eq!(alike("été\n", "ete"), None);
        assert_eq!(alike("l'été dernier\n", "l'ete dernier"), Some(0));
    }

    #[test]
    fn what_cannot_be_alike_is_not_compared() {
        let bound =
            |line: &str, other: &str| at_most(line, &histogram(other), other.chars().count());
        for (one, other) in [("abc", "abd"), ("abc", "cab"), ("", "a"), ("aab", "abb")] {
            let likeness = strsim::normalized_damerau_levenshtein(one, other);
            assert!(bound(one, other) >= likeness, "{one} {other}");
        }
    }
}
