//! [`Difference`]: in what two lines differ that say the same. Each difference that is named is true on its own.
//!
//! The lines are compared character by character: the blanks between two words with the blanks there, and each word
//! with its counterpart, under the fewest ways of folding that make them equal.
//!
//! May import: nothing of this crate. It does not find the lines; `equal_but_for` does.

use std::collections::BTreeSet;

use crate::text::lookalike::unseen::{decompose_onto, is_invisible, is_odd_blank, plain};

/// Characters that one difference spans at most.
const MAX_SPAN: usize = 128;

/// In what lines differ that say the same; the slightest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::text) enum Difference {
    Trailing,
    Indentation,
    Tabs,
    Inner,
    Invisible,
    Shapes,
    Forms,
    Case,
}

impl Difference {
    pub(in crate::text) fn as_str(self) -> &'static str {
        match self {
            Self::Trailing => "trailing blanks",
            Self::Indentation => "indentation",
            Self::Tabs => "tabs against spaces",
            Self::Inner => "blanks within lines",
            Self::Invisible => "invisible characters",
            Self::Shapes => "the kind of quotes, dashes or spaces",
            Self::Forms => "characters that look the same",
            Self::Case => "upper and lower case",
        }
    }
}

/// Which differences are folded away.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each is one kind of difference")]
pub(in crate::text) struct Folds {
    blanks: bool,
    invisible: bool,
    shapes: bool,
    forms: bool,
    case: bool,
}

/// All of them.
pub(in crate::text) const ALL: Folds =
    Folds { blanks: true, invisible: true, shapes: true, forms: true, case: true };
/// None of them.
const NONE: Folds =
    Folds { blanks: false, invisible: false, shapes: false, forms: false, case: false };

/// A text after folding.
pub(in crate::text) fn fold(text: &str, folds: Folds) -> String {
    let mut folded = String::with_capacity(text.len());
    text.chars().for_each(|c| fold_char(c, folds, &mut folded));
    folded
}

/// Appends a character after folding.
pub(in crate::text) fn fold_char(c: char, folds: Folds, folded: &mut String) {
    let like: fn(char) -> char = if folds.shapes { plain } else { |c| c };
    // Most are of ASCII and change nothing.
    let seen = like(c);
    if (folds.blanks && is_blank(c)) || (folds.invisible && is_invisible(c)) {
        return;
    }
    match (seen.is_ascii(), folds.case) {
        (true, true) => folded.push(seen.to_ascii_lowercase()),
        (true, false) => folded.push(seen),
        (false, true) => {
            seen.to_lowercase().for_each(|c| fold_form(c, folds.forms, like, folded));
        }
        (false, false) => fold_form(seen, folds.forms, like, folded),
    }
}

fn fold_form(c: char, is_folded: bool, like: fn(char) -> char, folded: &mut String) {
    if is_folded {
        decompose_onto(c, like, folded);
    } else {
        folded.push(c);
    }
}

/// A part of a line of the file, and where it is.
#[derive(Clone, Copy)]
pub(in crate::text) struct Placed<'l> {
    pub(in crate::text) text: &'l str,
    /// Whether nothing is before it in its line, and nothing after it.
    pub(in crate::text) is_edge: (bool, bool),
    /// Whether the text that it is compared with may begin or end within the blanks at its ends.
    pub(in crate::text) is_open: (bool, bool),
}

/// In what a part of a line differs from a text that says the same.
pub(in crate::text) fn differences(placed: Placed<'_>, old: &str) -> BTreeSet<Difference> {
    let mut here = placed.text;
    let mut there = old;
    let mut all = BTreeSet::new();
    let mut is_first = true;
    loop {
        let gaps = (take_gap(&mut here), take_gap(&mut there));
        let is_last = here.is_empty() || there.is_empty();
        compare_gaps(gaps, placed, (is_first, is_last), &mut all);
        if is_last {
            return all;
        }
        let (len, other_len) = span(here, there);
        let (one, rest) = here.split_at_checked(len).unwrap_or_default();
        let (other, other_rest) = there.split_at_checked(other_len).unwrap_or_default();
        if one != other {
            compare_words(one, other, &mut all);
        }
        (here, there, is_first) = (rest, other_rest, false);
    }
}

/// The blanks and invisible characters that a text begins with; the rest of it remains.
fn take_gap<'t>(text: &mut &'t str) -> &'t str {
    let rest = text.trim_start_matches(is_gap);
    let gap = text.strip_suffix(rest).unwrap_or_default();
    *text = rest;
    gap
}

fn compare_gaps(
    (here, there): (&str, &str),
    placed: Placed<'_>,
    (is_first, is_last): (bool, bool),
    all: &mut BTreeSet<Difference>,
) {
    // Of a text that begins or ends within a line, the line may have more.
    let is_part = (is_first && placed.is_open.0 && here.ends_with(there))
        || (is_last && placed.is_open.1 && here.starts_with(there));
    if here == there || is_part {
        return;
    }
    let unseen = |text: &str| text.chars().filter(|c| !is_blank(*c)).collect::<Vec<_>>();
    if unseen(here) != unseen(there) {
        all.insert(Difference::Invisible);
    }
    let blanks = |text: &str| text.chars().filter(|c| is_blank(*c)).collect::<Vec<_>>();
    let ours = blanks(here);
    let theirs = blanks(there);
    let is_open = is_first && placed.is_open.0 && ours.ends_with(&theirs)
        || is_last && placed.is_open.1 && ours.starts_with(&theirs);
    if ours == theirs || is_open {
        return;
    }
    let plainly = |chars: &[char]| chars.iter().map(|c| plain(*c)).collect::<Vec<_>>();
    if plainly(&ours) == plainly(&theirs) {
        all.insert(Difference::Shapes);
        return;
    }
    let tabs = |chars: &[char]| chars.contains(&'\t');
    all.insert(match (is_first && placed.is_edge.0, is_last && placed.is_edge.1) {
        (_, true) => Difference::Trailing,
        // Only where both are indented: a tab against nothing is another indentation.
        (true, _) if tabs(&ours) != tabs(&theirs) && !ours.is_empty() && !theirs.is_empty() => {
            Difference::Tabs
        }
        (true, _) => Difference::Indentation,
        _ => Difference::Inner,
    });
    let has_odd = ours.iter().chain(&theirs).any(|c| is_odd_blank(*c));
    if has_odd && !is_within(&ours, &theirs) && !is_within(&theirs, &ours) {
        all.insert(Difference::Shapes);
    }
}

/// Does `long` have all of `short` in its order?
fn is_within(short: &[char], long: &[char]) -> bool {
    let mut rest = long.iter();
    short.iter().all(|c| rest.any(|other| other == c))
}

/// Two words, or parts of them, that differ and are equal after folding.
fn compare_words(one: &str, other: &str, all: &mut BTreeSet<Difference>) {
    let unseen = |text: &str| text.chars().filter(|c| is_invisible(*c)).collect::<String>();
    if unseen(one) != unseen(other) {
        all.insert(Difference::Invisible);
    }
    let seen = |text: &str| text.chars().filter(|c| !is_invisible(*c)).collect::<String>();
    let one = seen(one);
    let other = seen(other);
    if one == other {
        return;
    }
    // The fewest that explain it.
    for (case, shapes, forms) in [
        (true, false, false),
        (false, true, false),
        (false, false, true),
        (true, true, false),
        (true, false, true),
        (false, true, true),
        (true, true, true),
    ] {
        let folds = Folds { shapes, forms, case, ..NONE };
        if fold(&one, folds) != fold(&other, folds) {
            continue;
        }
        let changed = one.chars().chain(other.chars()).filter(|c| plain(*c) != *c);
        let letters = changed.map(|c| plain(c).is_alphanumeric());
        let mut is_letter = false;
        let mut is_shape = false;
        letters.for_each(|letter| *(if letter { &mut is_letter } else { &mut is_shape }) = true);
        let found = [
            (shapes && is_shape, Difference::Shapes),
            (forms || (shapes && is_letter), Difference::Forms),
            (case, Difference::Case),
        ];
        all.extend(found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, found)| found));
        return;
    }
}

/// How long the beginnings of both texts are that are equal after folding; at least one character of each.
fn span(one: &str, other: &str) -> (usize, usize) {
    let mut folds = (String::new(), String::new());
    let mut lens = (0, 0);
    for _ in 0..2 * MAX_SPAN {
        let order = folds.0.len().cmp(&folds.1.len());
        let mut is_at_end = true;
        let take = |text: &str, len: &mut usize, fold: &mut String| {
            let next = text.get(*len..).and_then(|rest| rest.chars().next());
            next.inspect(|c| {
                *len += c.len_utf8();
                fold_char(*c, ALL, fold);
            })
            .is_some()
        };
        if order.is_le() {
            is_at_end &= !take(one, &mut lens.0, &mut folds.0);
        }
        if order.is_ge() {
            is_at_end &= !take(other, &mut lens.1, &mut folds.1);
        }
        if is_at_end || folds.0 == folds.1 {
            return lens;
        }
    }
    (one.len(), other.len())
}

fn is_gap(c: char) -> bool {
    is_blank(c) || is_invisible(c)
}

/// A space, a tab, or a blank that is not of ASCII. A carriage return within a line is an invisible character.
pub(in crate::text) fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n') || is_odd_blank(c)
}

#[cfg(test)]
mod tests {
    use Difference as D;
    use proptest::prelude::*;
    use proptest::sample::{Index, select};

    use super::*;

    fn found(line: &str, old: &str) -> Vec<Difference> {
        let placed = Placed { text: line, is_edge: (true, true), is_open: (false, false) };
        differences(placed, old).into_iter().collect()
    }

    #[test]
    fn each_reason_is_true_by_itself() {
        for (line, old, want) in [
            ("a", "a", vec![]),
            ("  a ", "a", vec![D::Trailing, D::Indentation]),
            ("a\u{a0}b", "ab", vec![D::Inner]),
            ("a\u{a0}b", "a  b", vec![D::Inner, D::Shapes]),
            ("\u{a0}\u{a0}a", "  A", vec![D::Shapes, D::Case]),
            ("сopy", "Copy", vec![D::Forms, D::Case]),
            ("“É”", "\"e\u{301}\"", vec![D::Shapes, D::Forms, D::Case]),
            ("wait…", "Wait...", vec![D::Forms, D::Case]),
            ("a\u{200b} b", "a b", vec![D::Invisible]),
            ("a\rb", "a b", vec![D::Inner, D::Invisible]),
        ] {
            assert_eq!(found(line, old), want, "{line:?} {old:?}");
        }
    }

    /// A way to change a character of a line, and the reason that it makes.
    fn changed(c: char, how: usize) -> Option<(String, D)> {
        let made = match (how, c) {
            (0, ' ') => ("  ".into(), D::Inner),
            (1, ' ') => ("\u{a0}".into(), D::Shapes),
            (2, '"') => ("\u{201c}".into(), D::Shapes),
            (2, '-') => ("\u{2013}".into(), D::Shapes),
            (3, 'é') => ("e\u{301}".into(), D::Forms),
            (3, 'o') => ("\u{43e}".into(), D::Forms),
            (4, c) if c.is_ascii_lowercase() => (c.to_ascii_uppercase().into(), D::Case),
            (5, c) if !c.is_whitespace() => (format!("\u{200b}{c}"), D::Invisible),
            _ => return None,
        };
        Some(made)
    }

    proptest! {
        #[test]
        fn the_named_differences_are_those_that_were_made(
            words in prop::collection::vec(select(vec!["foo", "é-x", "\"so\"", "z", "naïve"]), 1..6),
            changes in prop::collection::vec((any::<Index>(), 0..6_usize), 0..4),
            edges in (0..3_usize, 0..3_usize, any::<bool>()),
        ) {
            let line = words.join(" ");
            let mut chars: Vec<String> = line.chars().map(String::from).collect();
            let mut made = BTreeSet::new();
            for (place, how) in changes {
                let at = place.index(chars.len());
                let [c] = chars[at].chars().collect::<Vec<_>>()[..] else { continue };
                // A character is changed once.
                if line.chars().nth(at) == Some(c)
                    && let Some((is, difference)) = changed(c, how)
                {
                    chars[at] = is;
                    made.insert(difference);
                }
            }
            let (indent, trail, tab) = edges;
            if indent > 0 {
                made.insert(D::Indentation);
            }
            if trail > 0 {
                made.insert(D::Trailing);
            }
            let blank = if tab { "\t" } else { " " };
            let old = format!("{}{}{}", blank.repeat(indent), chars.concat(), " ".repeat(trail));
            let made: Vec<_> = made.into_iter().collect();
            prop_assert_eq!(found(&line, &old), made.clone(), "{:?} {:?}", line, old);
            prop_assert_eq!(found(&old, &line), made, "{:?} {:?}", old, line);
        }
    }
}
