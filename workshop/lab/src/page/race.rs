//! The race in the report: its results, and the lost round in three lanes that the reader can step through.

use super::histogram;
use super::matrix::race_word;
use super::moments::{self, Moment, Name, Phase};
use super::words::{code, joined, text};
use crate::race::{RACES, Raced, Round};
use crate::show::{Time, number};

/// Returns the section.
pub(super) fn part(races: &[Raced]) -> String {
    let mut page = String::from(
        "<p>An attacker in another thread swaps a directory with a link that leads outside, as fast as the kernel allows. Meanwhile the \
         server gets requests for a file in that directory. Each server meets the same attacker.</p>\n",
    );
    page += &results(races);
    let lost = races.iter().find_map(|raced| Some((raced, raced.round.as_ref()?)));
    if let Some((raced, round)) = lost {
        page += &lanes(raced, round);
    } else {
        page += "<p>There is no record of a lost round.</p>\n";
    }
    page += "<h3>Length of the window</h3>\n";
    for raced in races.iter().filter(|raced| raced.round.is_some() || !raced.windows_ns.is_empty())
    {
        page += &histogram::of(&code(&raced.server), &raced.windows_ns);
    }
    page + "<p>preopen has no histogram: it opens from its handle in one call, so there is no window to measure.</p>\n"
}

fn results(races: &[Raced]) -> String {
    let mut page = String::from(
        "<h3>Results</h3>\n<div class=\"wide\" role=\"region\" aria-label=\"Numbers of the race\" tabindex=\"0\">\n<table>\n\
         <thead><tr><th scope=\"col\">Server</th><th scope=\"col\">Result</th><th scope=\"col\" class=\"n\">Calls</th>\
         <th scope=\"col\" class=\"n\">Escaped</th><th scope=\"col\" class=\"n\">Escapes per second</th>\
         <th scope=\"col\" class=\"n\">First escape after</th><th scope=\"col\" class=\"n\">Refused</th>\
         <th scope=\"col\" class=\"n\">Swaps</th><th scope=\"col\" class=\"n\">Time</th></tr></thead>\n<tbody>\n",
    );
    for raced in races {
        let (word, _) = race_word(raced);
        let class = if raced.escapes > 0 || raced.is_replay { "bad" } else { "good" };
        let first = raced.first_ns.filter(|_| !raced.is_replay);
        page += &format!(
            "<tr><th scope=\"row\">{} <span class=\"soft\">{}</span></th><td class=\"{class}\">{word}</td><td class=\"n\">{}</td><td class=\"n\">{}</td>\
             <td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>\n",
            code(&raced.server),
            text(raced.id),
            number(raced.calls),
            number(raced.escapes),
            rate(raced.escapes, raced.took_ns),
            first.map_or_else(|| "never".into(), |first| Time(first).to_string()),
            number(raced.refused),
            number(raced.swaps),
            Time(raced.took_ns),
        );
    }
    page + "</tbody>\n</table>\n</div>\n"
}

/// Returns the rate per second, with one decimal.
fn rate(n: u64, took_ns: u64) -> String {
    let tenths = u128::from(n) * 10_000_000_000 / u128::from(took_ns.max(1));
    let tenths = u64::try_from(tenths).unwrap_or(u64::MAX);
    format!("{}.{}", number(tenths / 10), tenths % 10)
}

/// Returns the lanes of the lost round.
fn lanes(raced: &Raced, round: &Round) -> String {
    let moments = moments::of(round);
    let (Some(first), Some(last)) = (moments.first(), moments.last()) else { return String::new() };
    let name = RACES.iter().find(|race| race.attack.id == raced.id).map_or("", |race| race.swap.0);
    let name = name.trim_start_matches("grant/");
    let begin = first.from;
    let end = last.to;
    let scale = Scale { begin, span: (end - begin).max(1) };
    let which = if raced.is_replay {
        "<p><strong>A replay:</strong> no round was lost in this run, so this one was recorded in an earlier run.</p>\n"
    } else {
        ""
    };
    let log = &round.log;
    let checks = scale.bar("check", log.check_start, log.check_end);
    let opens = scale.bar("open", log.check_end, log.open_end);
    let swaps: String = moments.iter().map(|moment| scale.name(moment)).collect();
    let window = log.open_end.saturating_sub(log.check_end);
    let mut page = format!(
        "<h3>The lost round</h3>\n{which}<p>A recorded round of {}, in nanoseconds of one clock. Its window was {} ns wide.</p>\n\
         <div class=\"lanes\" id=\"lanes\">\n{}{}{}</div>\n",
        code(&raced.server),
        number(window),
        lane("Server checks the path", &checks),
        lane(
            &format!(
                "Attacker: where {} leads (high: outside; low: inside; middle: swapping)",
                code(name)
            ),
            &swaps
        ),
        lane("Server opens the path, at some point in this bar", &opens),
    );
    page += "<div class=\"js\" hidden>\n<label for=\"at\">Step through the round</label>\n\
         <input type=\"range\" id=\"at\" min=\"0\" max=\"200\" value=\"0\" aria-describedby=\"now\">\n\
         <p class=\"keys\"><button type=\"button\" id=\"before\">Previous moment</button> <button type=\"button\" id=\"next\">Next moment</button> \
         <span id=\"clock\" class=\"soft\"></span></p>\n\
         <p id=\"now\" class=\"now\" role=\"status\" aria-live=\"polite\"></p>\n</div>\n";
    page + &table(&moments, name, log.check_start)
}

/// Returns a table that describes every moment. Readers without scripts use it, and so does the script.
fn table(moments: &[Moment], name: &str, zero: u64) -> String {
    let begin = moments.first().map_or(0, |moment| moment.from);
    let end = moments.last().map_or(0, |moment| moment.to);
    // The round was lost in the window or, if there is no such moment, during a swap.
    let is_lost = |moment: &Moment| moment.phase == Phase::Opens && moment.name == Name::Outside;
    let worst = if moments.iter().any(is_lost) { Name::Outside } else { Name::Swapped };
    let rows = joined(moments
        .iter()
        .map(|moment| {
            let sign = if moment.from < zero { "-" } else { "" };
            let at = format!("{sign}{}", number(moment.from.abs_diff(zero)));
            let is_window = moment.phase == Phase::Opens && moment.name == worst;
            let class = if is_window { " class=\"window\"" } else { "" };
            format!(
                "<tr{class} data-from=\"{}\" data-to=\"{}\"><td class=\"n\">{at}</td><td>{}</td><td>{} {}</td><td>{}</td></tr>\n",
                moment.from - begin,
                moment.to - begin,
                moment.phase.in_words(),
                code(name),
                moment.name.in_words(),
                moment.means()
            )
        }));
    format!(
        "<details open>\n<summary>The round in words, moment by moment</summary>\n\
         <div class=\"wide\" role=\"region\" aria-label=\"The round in words\" tabindex=\"0\">\n<table id=\"moments\" data-zero=\"{}\" data-end=\"{}\">\n\
         <thead><tr><th scope=\"col\" class=\"n\">From, ns</th><th scope=\"col\">The server</th><th scope=\"col\">The name</th>\
         <th scope=\"col\">Explanation</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n</div>\n</details>\n",
        zero - begin.min(zero),
        end - begin
    )
}

fn lane(label: &str, bars: &str) -> String {
    format!(
        "<p class=\"lane\">{label}</p>\n<svg viewBox=\"0 0 1000 30\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         {bars}<line class=\"cursor\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"30\"/></svg>\n"
    )
}

/// Converts nanoseconds to thousandths of the width.
struct Scale {
    begin: u64,
    span: u64,
}

impl Scale {
    fn at(&self, ns: u64) -> u64 {
        ns.saturating_sub(self.begin).min(self.span) * 1000 / self.span
    }

    fn rect(&self, class: &str, from: u64, to: u64, (y, height): (u64, u64)) -> String {
        let x = self.at(from);
        let width = (self.at(to) - x.min(self.at(to))).max(1);
        format!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"><title>{} ns</title></rect>",
            number(to.saturating_sub(from))
        )
    }

    fn bar(&self, class: &str, from: u64, to: u64) -> String {
        self.rect(class, from, to, (3, 24))
    }

    fn name(&self, moment: &Moment) -> String {
        let (class, where_) = match moment.name {
            Name::Inside => ("in", (20, 8)),
            Name::Outside => ("out", (2, 26)),
            Name::Swapped => ("swap", (12, 6)),
            Name::Unknown => return String::new(),
        };
        self.rect(class, moment.from, moment.to, where_)
    }
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn rates_are_per_second() {
        assert_eq!(rate(5, 2_000_000_000), "2.5");
        assert_eq!(rate(0, 0), "0.0");
    }
}
