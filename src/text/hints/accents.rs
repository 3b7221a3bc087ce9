//! [`otherwise_accented`]: the place that is the old text but for accents.
//!
//! May import: `limits`. `same_looking` finds accents that are only composed in another way.

use std::ops::Range;

use unicode_normalization::char::canonical_combining_class;

use crate::limits::{Budget, StopReason};
use crate::text::lookalike::folded::{folded, places};
use crate::text::lookalike::unlike::Unlike;
use crate::text::lookalike::unseen::decompose_onto;

/// A place, and the characters that differ.
pub(in crate::text) struct Accented {
    pub(in crate::text) place: Range<usize>,
    pub(in crate::text) unlike: Vec<Unlike>,
}

/// The first place of `text` that has the letters of `old`, which has LF as its only line end, with other accents.
pub(in crate::text) fn otherwise_accented(
    text: &str,
    old: &str,
    budget: &Budget,
) -> Result<Option<Accented>, StopReason> {
    let may_differ = if old.is_ascii() { |text: &str| !text.is_ascii() } else { |_: &str| true };
    let found = places(text, &folded(old, bare), bare, may_differ, 1, budget)?.into_iter().next();
    Ok(found.and_then(|place| {
        let within = text.get(place.clone()).unwrap_or_default();
        let unlike = differences(within, old)?.into_iter().map(|one| one.after(place.start));
        Some(Accented { unlike: unlike.collect(), place })
    }))
}

/// A letter without its accents, and how long it is with them. A CRLF is a line feed.
fn bare(text: &str, all: &mut String) -> usize {
    if text.starts_with("\r\n") {
        all.push('\n');
        return 2;
    }
    let mut chars = text.chars();
    let Some(c) = chars.next() else { return 0 };
    let mut parts = String::new();
    decompose_onto(c, |c| c, &mut parts);
    all.extend(parts.chars().filter(|c| !is_accent(*c)));
    let accents = chars.take_while(|c| is_accent(*c)).map(char::len_utf8);
    c.len_utf8() + accents.sum::<usize>()
}

fn is_accent(c: char) -> bool {
    canonical_combining_class(c) != 0
}

/// The letters that differ; nothing where the texts are not letter by letter the same.
fn differences(here: &str, old: &str) -> Option<Vec<Unlike>> {
    let mut all = vec![];
    let mut at = 0;
    let mut sent = 0;
    while at < here.len() || sent < old.len() {
        let mut one = String::new();
        let mut other = String::new();
        let len = bare(here.get(at..)?, &mut one);
        let other_len = bare(old.get(sent..)?, &mut other);
        if one != other || len == 0 || other_len == 0 {
            return None;
        }
        let place = at..at + len;
        let sent_place = sent..sent + other_len;
        if here.get(place.clone())?.trim_start_matches('\r') != old.get(sent_place.clone())? {
            all.push(Unlike { place, sent: sent_place });
        }
        (at, sent) = (at + len, sent + other_len);
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::meter::plenty;

    #[test]
    fn letters_with_other_accents_are_found() {
        for (text, old, place, want) in [
            ("x\r\nété là\r\n", "ete\r\nla", None, vec![]),
            (
                "l'été\r\nlà bas\r\n",
                "ete\nla bas",
                Some("été\r\nlà bas"),
                vec![("é", "e"), ("é", "e"), ("à", "a")],
            ),
            ("a\n", "á", Some("a"), vec![("a", "á")]),
            ("cafe\u{301}", "cafe", Some("cafe\u{301}"), vec![("e\u{301}", "e")]),
            ("naive", "naïve", Some("naive"), vec![("i", "ï")]),
            ("naive", "knave", None, vec![]),
        ] {
            let found = otherwise_accented(text, old, &plenty()).unwrap();
            assert_eq!(found.as_ref().map(|found| &text[found.place.clone()]), place, "{text:?}");
            let unlike = found.map(|found| found.unlike).unwrap_or_default();
            let both = |one: &Unlike| (&text[one.place.clone()], &old[one.sent.clone()]);
            assert_eq!(unlike.iter().map(both).collect::<Vec<_>>(), want, "{text:?} {old:?}");
        }
    }
}
