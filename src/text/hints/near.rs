//! [`near`]: the place of a text that comes near an old text, and in what it differs.
//!
//! May import: `error`, `limits`.

use std::ops::Range;

use crate::error::{Code, ToolError};
use crate::limits::{Budget, StopReason};
use crate::text::hints::accents::otherwise_accented;
use crate::text::hints::differing_characters::{Slips, slips};
use crate::text::hints::differing_lines::{ByLine, by_line};
use crate::text::hints::equal_but_for::{Window, equal_but_for};
use crate::text::hints::missing::{MISSING, Missing, lines_of, what_to_send};
use crate::text::hints::other_line_breaks::otherwise_broken;
use crate::text::hints::sendable::{MAX_SHOWN, named, sendable, showing};
use crate::text::hints::similar::{Alike, most_alike, most_equal, says_something};
use crate::text::line_ends::has_lone_return;
use crate::text::lookalike::unlike::{Unlike, in_words, odd_characters};
use crate::text::lookalike::unseen::is_invisible;

/// Of the likeness of a place, how much makes it nearer than lines of which few are equal.
const NEARER: f64 = 0.8;

/// What comes near a text.
pub(in crate::text) struct Near {
    pub(in crate::text) window: Window,
    /// Where in the text it is, if it is a place within a line.
    place: Option<Range<usize>>,
    sentence: String,
    /// The characters that differ, if they are few.
    slips: Vec<Unlike>,
    /// Which lines differ, where others are equal.
    differing: Option<String>,
    /// The place that is to be sent, where it is known.
    whole: Option<Range<usize>>,
}

impl Near {
    /// The refusal that names what differs and shows the lines.
    pub(in crate::text) fn refusal(
        &self,
        text: &str,
        missing: Missing<'_>,
        budget: &Budget,
    ) -> Result<ToolError, StopReason> {
        let window = self.window;
        let mut sentence = format!("{MISSING}: nearest is {}", self.sentence);
        if let Some(whole) = &self.whole {
            for words in in_words(text, missing.old, &self.slips, missing.marks) {
                sentence += &format!("\n{words}");
            }
            let hint = what_to_send(text, missing, whole, &[], budget)?;
            return Ok(showing(text, window, None, &sentence, missing.room).hint(hint));
        }
        let start = text.split_inclusive('\n').take(window.first).map(str::len).sum::<usize>();
        let rest = text.get(start..).unwrap_or_default();
        let lines = rest.split_inclusive('\n').take(window.count.max(1)).map(str::len);
        let whole = start..start + lines.sum::<usize>();
        let place = self.place.clone().unwrap_or(whole);
        let odd = odd_characters(text, &place, missing.old);
        let named = if self.slips.is_empty() { &odd } else { &self.slips };
        for words in in_words(text, missing.old, named, missing.marks) {
            sentence += &format!("\n{words}");
        }
        if let Some(differing) = &self.differing {
            sentence += cut(differing, missing.room);
            if window.count > MAX_SHOWN {
                let first = window.first + 1;
                let count = window.count;
                return Ok(ToolError::new(Code::NoMatch, sentence).hint(format!(
                    "correct these lines in `old_text`, or copy it from read_text_file with offset={first} and \
                     limit={count}"
                )));
            }
        }
        let error = showing(text, window, self.place.as_ref(), &sentence, missing.room);
        let within = text.get(place).unwrap_or_default();
        // A character that both have is not named, and may be at another place.
        let is_unseen = |c: char| is_invisible(c) && c != '\r';
        let has_unseen = |text: &str| text.contains(is_unseen) || has_lone_return(text);
        let is_odd = !odd.is_empty() || has_unseen(within) || has_unseen(missing.old);
        Ok(match sendable(within, &[], missing.room).filter(|_| is_odd) {
            Some(sent) => error.hint(format!("as a JSON string, that place is {sent}")),
            None => {
                error.hint("copy `old_text` from the lines above, or see more with read_text_file")
            }
        })
    }
}

/// The first characters of a text.
fn cut(text: &str, most: usize) -> &str {
    let end = text.char_indices().nth(most).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

/// What comes nearest, and how it differs.
pub(in crate::text) fn near(
    text: &str,
    old: &str,
    old_lines: &[&str],
    budget: &Budget,
) -> Result<Option<Near>, StopReason> {
    let lines = |window, sentence: String| {
        let sentence = format!("{}, {sentence}", named(window));
        Some(Near { window, place: None, sentence, slips: vec![], differing: None, whole: None })
    };
    if let Some((window, differences)) = equal_but_for(text, old, budget)? {
        let mut names: Vec<_> = differences.iter().map(|difference| difference.as_str()).collect();
        let Some(last) = names.pop() else {
            // All that `old` can have more is a line end after the last line.
            return Ok(lines(window, "where the file ends without a line end".into()));
        };
        let list =
            if names.is_empty() { last } else { &format!("{} and {last}", names.join(", ")) };
        let verb = if window.count == 1 { "differs" } else { "differ" };
        return Ok(lines(window, format!("which {verb} in {list}")));
    }
    if let Some(found) = otherwise_broken(text, old, budget)? {
        let window = lines_of(text, &found.place);
        let kinds = found.kinds;
        let verb = if window.count == 1 { "differs" } else { "differ" };
        let near = lines(window, format!("which {verb} in {kinds}"));
        return Ok(near.map(|near| Near { whole: Some(found.place), ..near }));
    }
    if let Some(found) = otherwise_accented(text, old, budget)? {
        let window = lines_of(text, &found.place);
        let verb = if window.count == 1 { "differs" } else { "differ" };
        let near = lines(window, format!("which {verb} in accents"));
        let whole = Some(found.place);
        let slips = found.unlike;
        return Ok(near.map(|near| Near { slips, whole, ..near }));
    }
    let equal = most_equal(text, old_lines, budget)?;
    let mut aligned = equal.map(|(window, count)| by_line(text, old_lines, window, count));
    let of = old_lines.len();
    let saying = old_lines.iter().filter(|line| says_something(line)).count();
    let of_lines = |aligned: ByLine<'_>| {
        let near = lines(aligned.window, aligned.sentence());
        near.map(|near| Near { differing: Some(aligned.in_words()), ..near })
    };
    if let Some(aligned) = aligned.take_if(|aligned| 2 * aligned.there_saying >= saying) {
        return Ok(of_lines(aligned));
    }
    // The longest line says most about where the place is.
    let longest = old_lines.iter().enumerate().rev().max_by_key(|(_, line)| line.trim().len());
    let Some((above, wanted)) = longest else { return Ok(None) };
    let found = most_alike(text, wanted, budget)?;
    Ok(match (found, aligned) {
        (Some(found), None) => Some(within_a_line(text, &found, (above, wanted), of)),
        (Some(found), Some(_)) if found.likeness >= NEARER => {
            Some(within_a_line(text, &found, (above, wanted), of))
        }
        (_, Some(aligned)) => of_lines(aligned),
        (None, None) => None,
    })
}

/// The place that is like the line `wanted` of `old_text` that has `above` lines above it, of `count` lines.
fn within_a_line(text: &str, found: &Alike, (above, wanted): (usize, &str), count: usize) -> Near {
    let first = found.line.saturating_sub(above);
    let lines = text.split_inclusive('\n').skip(first).take(count).count();
    // Names of characters give places in the whole old text, of which a line is only a part.
    let Slips { place, unlike: slips } = match count {
        1 => slips(text, &found.place, wanted),
        _ => Slips { place: found.place.clone(), unlike: vec![] },
    };
    let before = text.get(..place.start).unwrap_or_default();
    let line = before.rsplit('\n').next().unwrap_or_default();
    let at = found.line + 1;
    let column = line.chars().count() + 1;
    let window = Window { first, count: lines };
    let percent = found.likeness * 100.0;
    let sentence = if count == 1 {
        format!("line {at}, column {column}, which is {percent:.0} % similar")
    } else {
        let lines = named(window);
        let above = above + 1;
        format!(
            "{lines}, of which line {at}, column {column}, is {percent:.0} % like line {above} of \
             `old_text`"
        )
    };
    let place = (count == 1).then_some(place);
    Near { window, place, sentence, slips, differing: None, whole: None }
}
