//! The page of a report: HTML that needs nothing but itself.
//!
//! No script, no font, no address of anything else, and a policy that would let none of them in. Whatever comes from
//! the trail goes through [`text`], once, here.
//!
//! May import: `error` (what codes mean), `format`. It shows only numbers that were gathered.

use std::collections::VecDeque;
use std::fmt::Write as _;

use super::charts::{KINDS, bar, cells, heads, timeline, words};
use super::shown::{bytes, cell, counted, joined, marked, seconds, text, time};
use super::style::STYLE;
use super::tally::{Count, Tally};
use super::verify::{Trail, UNSEEN, Unsound};
use crate::audit::gathered::{Gathered, LAST, Seen, Server};
use crate::error::Code;
use crate::format::number;

/// How many rows a table of names has.
const ROWS: usize = 40;

/// The parts of the page, and their names in its links.
const PARTS: [(&str, &str); 9] = [
    ("totals", "Totals"),
    ("time", "Timeline"),
    ("refusals", "Refusals and failures"),
    ("directories", "Hot directories"),
    ("places", "Places reached"),
    ("paths", "Paths named"),
    ("changes", "Changes"),
    ("tools", "Tools"),
    ("servers", "Servers"),
];

/// The whole page of the trail that is called `name`.
pub(super) fn html(name: &str, all: &Gathered, verdict: &Result<Trail, Unsound>) -> String {
    let title = text(name);
    let links = joined(PARTS.iter().map(|(id, name)| format!("<a href=\"#{id}\">{name}</a>")));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <title>Audit report: {title}</title>\n<style>\n{}</style>\n</head>\n<body>\n<header>\n\
         <h1>Audit report</h1>\n<p>{}</p>\n<p class=\"soft\">{} to {}</p>\n<nav aria-label=\"Parts\">{links}</nav>\n\
         </header>\n<main>\n",
        STYLE,
        code(name),
        time(&all.first),
        time(&all.last),
    );
    page += &verdict_part(all, verdict);
    let bodies = [
        totals(all),
        timeline(&all.timeline),
        refusals(all),
        names(
            &all.directories,
            "Calls by the directories that hold the places they reached",
            "Directory",
            "directories",
        ),
        names(
            &all.places,
            "The real places that calls reached, behind all links, with the name of the grant. A record names 100 of them at most",
            "Place",
            "places",
        ),
        names(
            &all.paths,
            "The paths as clients said them, whether they led anywhere or not",
            "Path",
            "paths",
        ),
        calls(&all.changes, "changes", all.calls.changes),
        names(&all.tools, "Calls by tool", "Tool", "tools"),
        servers(all),
    ];
    for ((id, name), body) in PARTS.iter().zip(bodies) {
        let _ = write!(
            page,
            "<section id=\"{id}\" aria-labelledby=\"{id}-h\">\n<h2 id=\"{id}-h\">{name}</h2>\n{body}</section>\n"
        );
    }
    let version = env!("CARGO_PKG_VERSION");
    page += &format!(
        "</main>\n<footer><p>Made by preopen {version} from the trail only. A trail holds no contents of files. \
         Times are UTC.</p></footer>\n</body>\n</html>\n"
    );
    page
}

fn verdict_part(all: &Gathered, verdict: &Result<Trail, Unsound>) -> String {
    let unread = all.unread;
    let (class, heading, mut points) = match verdict {
        Ok(trail) => {
            let mut points = vec![format!("The last hash is {}.", code(&trail.last))];
            if !trail.before.is_empty() {
                points.push(format!("It continues after a record with the hash {}.", code(&trail.before)));
            }
            let open = trail.open.len();
            if open > 0 {
                let some: Vec<_> = trail.open.iter().take(12).map(|name| code(name)).collect();
                let more = if open > some.len() { ", …" } else { "" };
                points.push(format!(
                    "{} wrote no end record: it is still running, was killed, or the trail was cut off: {}{more}",
                    if open == 1 { "A server".into() } else { format!("Each of {}", counted(open as u64, "server")) },
                    some.join(", ")
                ));
            }
            let heading = format!(
                "✓ The trail is sound: {} of {}, each as it was written",
                counted(trail.records, "record"),
                counted(trail.sessions as u64, "server")
            );
            ("sound", heading, points)
        }
        Err(unsound) => (
            "unsound",
            "✗ The trail is not what was written".to_owned(),
            vec![
                format!("<strong>Line {}: {}.</strong>", number(unsound.line), text(&unsound.why)),
                "What stands before that line is as it was written. Nothing is known of the rest; all of it is counted below."
                    .into(),
            ],
        ),
    };
    if all.lost > 0 {
        points.push(format!(
            "{} could not be written, as the records after them show.",
            counted(all.lost, "record")
        ));
    }
    if unread > 0 {
        points
            .push(format!("{} cannot be read and are not counted below.", counted(unread, "line")));
    }
    let points = joined(points.iter().map(|point| format!("<li>{point}</li>\n")));
    format!(
        "<section class=\"{class}\" aria-labelledby=\"verdict\">\n<h2 id=\"verdict\">{heading}</h2>\n\
         <ul>\n{points}</ul>\n<p class=\"soft\">{}</p>\n</section>\n",
        marked(UNSEEN)
    )
}

fn totals(all: &Gathered) -> String {
    let calls = all.calls;
    let mut tiles = String::from("<dl class=\"tiles\">\n");
    let mut tile = |class: &str, name: &str, value: String| {
        let _ = writeln!(tiles, "<div class=\"{class}\"><dt>{name}</dt><dd>{value}</dd></div>");
    };
    tile("", "Calls", number(calls.all()));
    for (class, name, of) in KINDS {
        tile(class, name, number(of(calls)));
    }
    tile("", "Records", number(all.records));
    tile("", "Bytes answered", bytes(all.bytes_out));
    tile("", "Time in calls", seconds(all.micros));
    let begun: usize = all.servers.iter().map(|server| server.begun.len()).sum();
    if begun > 0 {
        tile("deny", "Changes begun, end not recorded", number(begun as u64));
    }
    tiles + "</dl>\n"
}

fn refusals(all: &Gathered) -> String {
    if all.calls.denied + all.calls.failed == 0 {
        return "<p>No call was refused, and none failed.</p>\n".into();
    }
    let mut page = String::from(
        "<p class=\"soft\">Refused: the rules do not allow it. Failed: it is allowed, but could not be done as asked.</p>\n\
         <table>\n<caption>By code</caption>\n<thead><tr><th scope=\"col\">Code</th><th scope=\"col\">Meaning</th>\
         <th scope=\"col\" class=\"n\">Refused</th><th scope=\"col\" class=\"n\">Failed</th></tr></thead>\n<tbody>\n",
    );
    let codes = all.codes.ordered();
    for (name, count) in codes.iter().take(ROWS) {
        let known = Code::ALL.iter().find(|code| code.as_str() == *name);
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\" class=\"id\">{}</th><td>{}</td>{}{}</tr>",
            code(name),
            marked(known.map_or("", |code| code.meaning())),
            cell(count.denied),
            cell(count.failed)
        );
    }
    page += "</tbody>\n</table>\n";
    page += &rest(&all.codes, "codes");
    page + &calls(&all.refusals, "refusals and failures", all.calls.denied + all.calls.failed)
}

/// The last calls of a kind, of so many.
fn calls(seen: &VecDeque<Seen>, what: &str, of: u64) -> String {
    if seen.is_empty() {
        return format!("<p>There are no {what}.</p>\n");
    }
    let which = if of > seen.len() as u64 {
        format!("The last {LAST} of {} {what}, the newest first", number(of))
    } else {
        format!("All {} {what}, the newest first", number(of))
    };
    let mut page = format!(
        "<details open>\n<summary>{which}</summary>\n<table class=\"calls\">\n<caption class=\"hidden\">{which}</caption>\n\
         <thead><tr><th scope=\"col\">When</th><th scope=\"col\">Tool</th><th scope=\"col\">Paths</th>\
         <th scope=\"col\">What came of it</th></tr></thead>\n<tbody>\n"
    );
    for call in seen.iter().rev() {
        let paths: Vec<_> = call.paths.iter().map(|path| code(path)).collect();
        let mut came = vec![];
        if !call.code.is_empty() {
            came.push(code(&call.code));
        }
        if !call.detail.is_empty() {
            came.push(format!("<bdi>{}</bdi>", text(&call.detail)));
        }
        match &call.versions {
            [before, after] if before.is_empty() && after.is_empty() => {}
            [before, after] if before.is_empty() => {
                came.push(format!("now version {}", code(after)));
            }
            [before, after] if after.is_empty() => {
                came.push(format!("was version {}", code(before)));
            }
            [before, after] => came.push(format!("version {} to {}", code(before), code(after))),
        }
        let _ = writeln!(
            page,
            "<tr><td class=\"when\">{}</td><th scope=\"row\" class=\"id\">{} <bdi class=\"soft\">{}</bdi></th>\
             <td>{}</td><td class=\"id\">{}</td></tr>",
            time(&call.time),
            code(&call.tool),
            text(&call.server),
            paths.join("<br>"),
            came.join(" ")
        );
    }
    page + "</tbody>\n</table>\n</details>\n"
}

/// The names that were touched most.
fn names(tally: &Tally, caption: &str, column: &str, what: &str) -> String {
    let all = tally.ordered();
    let Some((_, most)) = all.first() else { return format!("<p>There are no {what}.</p>\n") };
    let mut page = format!(
        "<table>\n<caption>{caption}.</caption>\n<thead><tr><th scope=\"col\">{column}</th>\
         <td class=\"w\"></td><th scope=\"col\" class=\"n\">All</th>{}</tr></thead>\n<tbody>\n",
        heads()
    );
    for (name, count) in all.iter().take(ROWS) {
        let _ = writeln!(
            page,
            "<tr><th scope=\"row\">{}</th><td class=\"w\">{}</td>{}{}</tr>",
            code(name),
            bar(*count, most.all()),
            cell(count.all()),
            cells(*count)
        );
    }
    page + "</tbody>\n</table>\n" + &rest(tally, what)
}

/// What a table leaves out.
fn rest(tally: &Tally, what: &str) -> String {
    let shown = tally.names().min(ROWS);
    let beyond = tally.beyond;
    let mut said = vec![];
    if shown < tally.names() {
        let rest: Vec<_> = tally.ordered().split_off(shown);
        let calls: u64 = rest.iter().map(|(_, count)| count.all()).sum();
        let more = number(rest.len() as u64);
        said.push(format!(
            "{more} more {what} are not shown; they were touched {} times.",
            number(calls)
        ));
    }
    if beyond != Count::default() {
        said.push(format!(
            "Of further {what}, more than are told apart here, only how often they were touched is known: {} times ({}).",
            number(beyond.all()),
            words(beyond)
        ));
    }
    if said.is_empty() {
        String::new()
    } else {
        format!("<p class=\"soft\">{}</p>\n", said.join(" "))
    }
}

fn servers(all: &Gathered) -> String {
    let open = if all.servers.len() <= 5 { " open" } else { "" };
    let mut page: String = all.servers.iter().map(|server| one_server(server, open)).collect();
    if all.beyond > 0 {
        page += &format!(
            "<p class=\"soft\">{} of further servers are counted above, but not told apart here.</p>\n",
            counted(all.beyond, "record")
        );
    }
    if page.is_empty() { "<p>There are no servers.</p>\n".into() } else { page }
}

fn one_server(server: &Server, open: &str) -> String {
    let calls = server.calls;
    let mut facts = String::new();
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(facts, "<dt>{name}</dt><dd>{value}</dd>");
        }
    };
    let list = |all: &[String]| all.iter().map(|one| code(one)).collect::<Vec<_>>().join("<br>");
    fact("Started", time(&server.start));
    let state = match server.end {
        Some(_) => time(&server.last),
        None => format!(
            "<span class=\"warn\">Not recorded</span>; the last record is of {}",
            time(&server.last)
        ),
    };
    fact("Ended", state);
    fact("Grants", list(&server.grants));
    let walls: Vec<_> =
        server.walls.iter().map(|wall| format!("<bdi>{}</bdi>", text(wall))).collect();
    fact("Walls", walls.join("<br>"));
    fact("Version", text(&server.version));
    fact(
        "Config file, SHA-256",
        if server.config.is_empty() { String::new() } else { code(&server.config) },
    );
    fact("Calls", format!("{}: {}", number(calls.all()), words(calls)));
    if let Some(end) =
        server.end.filter(|end| *end != [calls.all(), calls.denied, calls.failed, calls.changes])
    {
        let [all, denied, failed, changes] = end.map(number);
        fact(
            "Its own totals",
            format!(
                "<span class=\"warn\">differ</span>: {all} calls, {changes} changes, {denied} refused, {failed} failed"
            ),
        );
    }
    if server.lost > 0 {
        fact(
            "Not written",
            format!("<span class=\"warn\">{}</span>", counted(server.lost, "record")),
        );
    }
    if !server.begun.is_empty() {
        let mut begun: Vec<_> = server.begun.iter().copied().collect();
        begun.sort_unstable();
        let some: Vec<_> = begun.iter().take(12).map(|call| number(*call)).collect();
        let more = if begun.len() > some.len() { ", …" } else { "" };
        fact(
            "Begun, end not recorded",
            format!(
                "<span class=\"warn\">{}</span>: call {}{more}",
                counted(begun.len() as u64, "change"),
                some.join(", ")
            ),
        );
    }
    let state = if server.end.is_some() { "ended" } else { "end not recorded" };
    format!(
        "<details class=\"server\"{open}>\n<summary>{}, {}, {}, {state}</summary>\n<dl class=\"facts\">\n{facts}</dl>\n</details>\n",
        code(&server.name),
        time(&server.start),
        counted(calls.all(), "call")
    )
}

/// A name as it stands in the trail, apart from what is around it.
fn code(name: &str) -> String {
    let shown = if name.is_empty() { "<i>empty</i>".into() } else { text(name) };
    format!("<bdi><code>{shown}</code></bdi>")
}
