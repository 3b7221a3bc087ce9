//! The bars of the page of a report, as SVG.
//!
//! May import: `format`. A chart shows nothing that its table does not
//! show.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use super::shown::{cell, counted, joined};
use super::tally::{Count, Timeline};
use crate::format::number;

/// A kind of end that a call comes to: its class, its name, its number.
type Kind = (&'static str, &'static str, fn(Count) -> u64);

/// All of them, in the order in which they are stacked.
pub(super) const KINDS: [Kind; 4] = [
    ("read", "Reads", |count| count.reads),
    ("change", "Changes", |count| count.changes),
    ("deny", "Refused", |count| count.denied),
    ("fail", "Failed", |count| count.failed),
];

/// Fewest bars that a timeline has room for, so that few are not broad.
const ROOM: i64 = 24;

/// The heads of the columns of [`cells`].
pub(super) fn heads() -> String {
    joined(KINDS.iter().map(|(_, name, _)| format!("<th scope=\"col\" class=\"n\">{name}</th>")))
}

/// A cell for each kind.
pub(super) fn cells(count: Count) -> String {
    joined(KINDS.iter().map(|(_, _, of)| cell(of(count))))
}

/// How many of each kind, in words.
pub(super) fn words(count: Count) -> String {
    let kind = |(_, name, of): &Kind| format!("{} {}", number(of(count)), name.to_lowercase());
    KINDS.iter().map(kind).collect::<Vec<_>>().join(", ")
}

/// What came of some calls, as long as their part of `most`.
pub(super) fn bar(count: Count, most: u64) -> String {
    let mut svg = String::from(
        "<svg class=\"bar\" viewBox=\"0 0 1000 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">",
    );
    let mut at = 0;
    for (class, _, of) in KINDS {
        let width = part(of(count), most, 1_000);
        if width > 0 {
            let _ =
                write!(svg, "<rect class=\"{class}\" x=\"{at}\" width=\"{width}\" height=\"10\"/>");
        }
        at += width;
    }
    svg + "</svg>"
}

/// When calls were made, with the same as a table.
pub(super) fn timeline(line: &Timeline) -> String {
    let undated = if line.undated > 0 {
        format!(
            "<p class=\"soft\">{} do not say when they were made.</p>\n",
            counted(line.undated, "call")
        )
    } else {
        String::new()
    };
    let (Some((first, _)), Some((last, _))) =
        (line.bars.first_key_value(), line.bars.last_key_value())
    else {
        return format!("<p>No recorded call has a time.</p>\n{undated}");
    };
    let most = line.bars.values().map(|count| count.all()).max().unwrap_or(0);
    let when = |at: i64| time_of(at.saturating_mul(line.width));
    let room = line.span().max(ROOM);
    let mut bars = String::new();
    let mut rows = String::new();
    for (at, count) in &line.bars {
        let x = at.saturating_sub(*first).saturating_mul(10);
        let _ = write!(bars, "<g><title>{}: {}</title>", when(*at), words(*count));
        let mut below = 0;
        for (class, _, of) in KINDS {
            let height = part(of(*count), most, 1_000);
            if height > 0 {
                let y = 1_000_u64.saturating_sub(below + height);
                let _ = write!(
                    bars,
                    "<rect class=\"{class}\" x=\"{}\" y=\"{y}\" width=\"8\" height=\"{height}\"/>",
                    x.saturating_add(1)
                );
            }
            below += height;
        }
        bars += "</g>\n";
        let _ = writeln!(
            rows,
            "<tr><th scope=\"row\" class=\"when\">{}</th>{}</tr>",
            when(*at),
            cells(*count)
        );
    }
    let legend = joined(KINDS
        .iter()
        .map(|(class, name, _)| {
            format!(
                "<li><svg viewBox=\"0 0 1 1\" aria-hidden=\"true\"><rect class=\"{class}\" width=\"1\" height=\"1\"/></svg>{name}</li>"
            )
        }));
    let width = step(line.width);
    // Behind the last bar there is room that stands for time as well.
    let end = first.saturating_add(room);
    format!(
        "<figure>\n<ul class=\"legend\">{legend}</ul>\n<p class=\"axis\"><span>the highest bar: {}</span></p>\n\
         <svg class=\"time\" viewBox=\"0 0 {} 1000\" preserveAspectRatio=\"none\" role=\"img\" \
         aria-label=\"Calls by time; the table below tells the same\">\n{bars}</svg>\n\
         <p class=\"axis\"><span>{}</span><span>{}</span></p>\n\
         <figcaption class=\"soft\">A bar stands for {width}. The last one begins at {}.</figcaption>\n</figure>\n{undated}\
         <details>\n<summary>The same as a table</summary>\n<table>\n<caption>Calls by time; a row stands for {width}, \
         and those without calls are left out.</caption>\n\
         <thead><tr><th scope=\"col\">From</th>{}</tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</details>\n",
        counted(most, "call"),
        room.saturating_mul(10),
        when(*first),
        when(end),
        when(*last),
        heads(),
    )
}

/// So many of `scale` as `count` is of `most`; something, if it is anything.
fn part(count: u64, most: u64, scale: u64) -> u64 {
    if count == 0 || most == 0 {
        return 0;
    }
    let part = u128::from(count) * u128::from(scale) / u128::from(most);
    u64::try_from(part).unwrap_or(scale).max(4)
}

fn time_of(millis: i64) -> String {
    DateTime::<Utc>::from_timestamp_millis(millis)
        .map_or_else(|| "?".into(), |time| time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// A width of bars in words.
fn step(millis: i64) -> String {
    let seconds = u64::try_from(millis / 1_000).unwrap_or(0);
    match seconds {
        s if s % 604_800 == 0 => counted(s / 604_800, "week"),
        s if s % 86_400 == 0 => counted(s / 86_400, "day"),
        s if s % 3_600 == 0 => counted(s / 3_600, "hour"),
        s if s % 60 == 0 => counted(s / 60, "minute"),
        s => counted(s, "second"),
    }
}
