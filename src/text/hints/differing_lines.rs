//! [`ByLine`]: which lines of a text that is nearly there are not, and what the file has in their place.
//!
//! May import: `format`. `similar` finds where such lines are.

use std::ops::Range;

use imara_diff::{Algorithm, Diff, InternedInput};

use crate::format::count;
use crate::text::hints::equal_but_for::Window;
use crate::text::hints::similar::says_something;
use crate::text::line_ends::bare;

/// Places that are named.
const MAX_PLACES: usize = 5;
/// Lines that are shown of each side of one, and characters of each line.
const MAX_LINES: usize = 8;
const MAX_CHARS: usize = 300;
/// Lines of the file between two lines of the text, from which the outer one is there by chance if it says nothing.
const MAX_BETWEEN: usize = 3;

/// Some lines of a text, aligned with those of the file.
pub(in crate::text) struct ByLine<'t> {
    /// The lines of the file, from the first to the last that is aligned.
    pub(in crate::text) window: Window,
    /// How many of the lines are there, and how many of those have a letter or a digit.
    pub(in crate::text) there: usize,
    pub(in crate::text) there_saying: usize,
    /// How many of those that are there have other blanks at their ends.
    pub(in crate::text) other_blanks: usize,
    places: Vec<Place>,
    old: Vec<&'t str>,
    here: Vec<&'t str>,
    /// The number of the first line of `here`, from 0.
    first: usize,
}

/// Lines of the one in the place of lines of the other.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place {
    here: Range<usize>,
    old: Range<usize>,
}

/// The lines of `old`, of which `equal` are at their places in `near`, aligned with those around it in the file.
pub(in crate::text) fn by_line<'t>(
    text: &'t str,
    old: &[&'t str],
    near: Window,
    equal: usize,
) -> ByLine<'t> {
    // A line more or fewer moves all after it: those that are not at their places may be near them.
    let around = old.len().saturating_sub(equal);
    let first = near.first.saturating_sub(around);
    let count = near.first - first + near.count + around;
    let here: Vec<&str> = text.split_inclusive('\n').skip(first).take(count).map(bare).collect();
    let old: Vec<&str> = old.iter().map(|line| bare(line)).collect();
    let mut input = InternedInput::default();
    input.update_before(here.iter().map(|line| line.trim()));
    input.update_after(old.iter().map(|line| line.trim()));
    let diff = Diff::compute(Algorithm::Myers, &input);
    let usize_range = |range: Range<u32>| range.start as usize..range.end as usize;
    let places = diff
        .hunks()
        .map(|hunk| Place { here: usize_range(hunk.before), old: usize_range(hunk.after) });
    let mut places: Vec<Place> = places.collect();
    let within = trimmed(&mut places, &old, &here);
    without_parts(&mut places, &old, &here);
    let missing: usize = places.iter().map(|place| place.old.len()).sum();
    let is_there = |at: usize| !places.iter().any(|place| place.old.contains(&at));
    let saying = old.iter().enumerate().filter(|(_, line)| says_something(line));
    let there_saying = saying.filter(|(at, _)| is_there(*at)).count();
    let window = Window { first: first + within.start, count: within.len().max(1) };
    let other_blanks = other_blanks(&places, &old, &here, &within);
    ByLine {
        window,
        there: old.len() - missing,
        there_saying,
        other_blanks,
        places,
        old,
        here,
        first,
    }
}

/// Leaves out what the file has before the first aligned line and after the last one. Returns the lines that stay.
fn trimmed(places: &mut Vec<Place>, old: &[&str], here: &[&str]) -> Range<usize> {
    let len = here.len();
    let says_nothing = |lines: Option<&[&str]>| {
        lines.is_some_and(|lines| !lines.iter().any(|line| says_something(line)))
    };
    // A bracket or a blank line that other text separates from the rest is found by chance.
    let is_far = |place: &Place| {
        let between = here.get(place.here.clone()).unwrap_or_default();
        let is_other = between.iter().any(|line| line.trim().is_empty())
            && between.iter().any(|line| says_something(line));
        place.here.len() > place.old.len() && (is_other || place.here.len() > MAX_BETWEEN)
    };
    if let Some(last) = places.last_mut()
        && last.old.end < old.len()
        && is_far(last)
        && says_nothing(old.get(last.old.end..))
    {
        last.old.end = old.len();
        last.here.end = (last.here.start + last.old.len()).min(len);
    }
    if let Some(first) = places.first_mut()
        && first.old.start > 0
        && is_far(first)
        && says_nothing(old.get(..first.old.start))
    {
        first.old.start = 0;
        first.here.start = first.here.end.saturating_sub(first.old.len());
    }
    let mut within = 0..len;
    if let Some(first) = places.first_mut()
        && first.old.start == 0
    {
        first.here.start = first.here.start.max(first.here.end.saturating_sub(first.old.len()));
        within.start = first.here.start;
    }
    if let Some(last) = places.last_mut()
        && last.old.end == old.len()
    {
        last.here.end = last.here.end.min(last.here.start + last.old.len());
        within.end = last.here.end;
    }
    places.retain(|place| !place.old.is_empty() || !place.here.is_empty());
    within
}

/// Leaves out the first and the last line where they are parts of those of the file: they are there.
fn without_parts(places: &mut Vec<Place>, old: &[&str], here: &[&str]) {
    let lines = |ours: usize, theirs: usize| Some((*here.get(ours)?, *old.get(theirs)?));
    if let Some(first) = places.first_mut()
        && first.old.start == 0
        && !first.old.is_empty()
        && first.here.len() == first.old.len()
        && lines(first.here.start, 0).is_some_and(|(ours, theirs)| ours.ends_with(theirs))
    {
        first.old.start += 1;
        first.here.start += 1;
    }
    if let Some(last) = places.last_mut()
        && last.old.end == old.len()
        && !last.old.is_empty()
        && last.here.len() == last.old.len()
        && lines(last.here.end - 1, old.len() - 1)
            .is_some_and(|(ours, theirs)| ours.starts_with(theirs))
    {
        last.old.end -= 1;
        last.here.end -= 1;
    }
    places.retain(|place| !place.old.is_empty() || !place.here.is_empty());
}

/// How many lines are there with other blanks at their ends. The first and the last one may be parts of lines.
fn other_blanks(places: &[Place], old: &[&str], here: &[&str], within: &Range<usize>) -> usize {
    let mut count = 0;
    let mut at = within.start;
    let mut sent = 0;
    let mut compare = |at: usize, sent: usize, len: usize| {
        let pairs = (at..at + len).zip(sent..sent + len);
        count += pairs
            .filter(|(at, sent)| {
                let (Some(ours), Some(theirs)) = (here.get(*at), old.get(*sent)) else {
                    return false;
                };
                let is_first = *sent == 0 && ours.ends_with(theirs);
                let is_last = sent + 1 == old.len() && ours.starts_with(theirs);
                ours != theirs && !is_first && !is_last
            })
            .count();
    };
    for place in places {
        compare(at, sent, place.old.start.saturating_sub(sent));
        (at, sent) = (place.here.end, place.old.end);
    }
    compare(at, sent, old.len() - sent);
    count
}

impl ByLine<'_> {
    /// How many of the lines are there.
    pub(in crate::text) fn sentence(&self) -> String {
        let of = self.old.len();
        let there = self.there;
        let verb = if there == 1 { "is" } else { "are" };
        let blanks = match self.other_blanks {
            0 => String::new(),
            1 => ", 1 of them with different indentation or trailing blanks".into(),
            n => format!(", {n} of them with different indentation or trailing blanks"),
        };
        format!("where {there} of the {of} lines of `old_text` {verb}{blanks}")
    }

    /// What differs: the lines of both, with their numbers.
    pub(in crate::text) fn in_words(&self) -> String {
        let mut all = String::new();
        for Place { here, old } in self.places.iter().take(MAX_PLACES) {
            let theirs = numbered(old.start, old.len());
            let ours = numbered(self.first + here.start, here.len());
            match (old.is_empty(), here.is_empty()) {
                (true, _) => {
                    all += &format!("\n{ours} of the file, which `old_text` does not have there:");
                }
                (_, true) => {
                    all +=
                        &format!("\n{theirs} of `old_text`, which the file does not have there:");
                }
                _ => all += &format!("\n{theirs} of `old_text`:"),
            }
            all += &shown(&self.old, old);
            if !here.is_empty() {
                if !old.is_empty() {
                    all += &format!("\n{ours} of the file:");
                }
                all += &shown(&self.here, here);
            }
        }
        match self.places.len().saturating_sub(MAX_PLACES) {
            0 => {}
            more => {
                let more = count(more as u64, "more place differs", "more places differ");
                all += &format!("\n{more}");
            }
        }
        all
    }
}

/// `line 3` or `lines 3-5`, of which the first is `first` from 0.
fn numbered(first: usize, count: usize) -> String {
    match count {
        0 | 1 => format!("line {}", first + 1),
        count => format!("lines {}-{}", first + 1, first + count),
    }
}

fn shown(lines: &[&str], range: &Range<usize>) -> String {
    let mut all = String::new();
    for line in lines.get(range.clone()).unwrap_or_default().iter().take(MAX_LINES) {
        let end = line.char_indices().nth(MAX_CHARS).map_or(line.len(), |(at, _)| at);
        all.push('\n');
        all += line.get(..end).unwrap_or_default();
        if end < line.len() {
            let more = line.get(end..).unwrap_or_default().chars().count();
            all += &format!(" [... {}]", count(more as u64, "more character", "more characters"));
        }
    }
    match range.len().saturating_sub(MAX_LINES) {
        0 => {}
        more => {
            let more = count(more as u64, "more line", "more lines");
            all += &format!("\n[... {more}]");
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hints::similar::most_equal;
    use crate::text::meter::plenty;

    fn aligned(text: &'static str, old: &'static str) -> (usize, usize, usize, String) {
        let old: Vec<&str> = old.split_inclusive('\n').collect();
        let (near, equal) = most_equal(text, &old, &plenty()).unwrap().unwrap();
        let all = by_line(text, &old, near, equal);
        (all.window.first + 1, all.window.count, all.there, all.in_words())
    }

    #[test]
    fn the_lines_that_differ_are_named() {
        let text = "x\na1\nb2\nc3\nd4\ne5\ny\n";
        assert_eq!(
            aligned(text, "a1\nb2\nC3\nd4\ne5\n"),
            (2, 5, 4, "\nline 3 of `old_text`:\nC3\nline 4 of the file:\nc3".into())
        );
        let without = (2, 5, 4, "\nline 4 of the file, which `old_text` does not have there:\nc3");
        let (first, count, there, words) = aligned(text, "a1\nb2\nd4\ne5\n");
        assert_eq!((first, count, there, words.as_str()), without);
        let (first, count, there, words) = aligned(text, "a1\nb2\nc3\nnew\nd4\ne5\n");
        let with = (2, 5, 5, "\nline 4 of `old_text`, which the file does not have there:\nnew");
        assert_eq!((first, count, there, words.as_str()), with);
        let (first, count, there, words) = aligned(text, "A\nb2\nc3\nd4\nE\n");
        let ends = "\nline 1 of `old_text`:\nA\nline 2 of the file:\na1\nline 5 of `old_text`:\nE\n\
                    line 6 of the file:\ne5";
        assert_eq!((first, count, there, words.as_str()), (2, 5, 3, ends));
        // Parts of lines are there.
        assert_eq!(aligned("aaa bbb\nc\nd\nee ff\n", "bbb\nc\nD\nee").2, 3);
    }

    #[test]
    fn brackets_and_blank_lines_count_where_they_stand() {
        let text = "function foo() {\n  bar();\n}\n";
        assert_eq!(aligned(text, "function foo() {\n  baz();\n}\n}\n").2, 2);
        // One of another function is not of these lines.
        let text = "fn a() {\n  y();\n}\n\nfn b() {\n  z();\n}\n";
        let (first, count, there, _) = aligned(text, "fn a() {\n  x();\n}\n}\n");
        assert_eq!((first, count, there), (1, 4, 2));
        // The last line before a bracket was left out.
        let (_, count, there, words) =
            aligned("fn a() {\n  y();\n  z();\n}\n", "fn a() {\n  y();\n}\n");
        let without = "\nline 3 of the file, which `old_text` does not have there:\n  z();";
        assert_eq!((count, there, words.as_str()), (4, 3, without));
    }
}
