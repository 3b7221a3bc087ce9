//! The matrix of the report: every attack and every server, with one word in each cell. Colours only repeat the word.

use super::words::{code, joined, marked, text};
use crate::attack::{Attack, Goal};
use crate::matrix::Column;
use crate::race::{RACES, Raced};
use crate::show::{Tone, tone};
use crate::verdict::Verdict;
use crate::victim::Level;

/// The meaning of the words in the cells.
const MEANINGS: [(Verdict, &str); 9] = [
    (Verdict::Escaped, "the secret or a part of it got out, or something outside was changed"),
    (Verdict::Planted, "a file was written that other programs run without asking"),
    (Verdict::Hung, "the server did not answer in time"),
    (Verdict::Swelled, "memory grew with the size of the file"),
    (Verdict::Unserved, "a harmless request was refused"),
    (Verdict::Failed, "the server ended, or does not speak MCP"),
    (Verdict::Contained, "the attack had no effect"),
    (Verdict::Served, "a harmless request was served"),
    (Verdict::NotMapped, "the server has no suitable tool"),
];

/// A kind of attack: its heading, and which attacks belong to it.
type Kind = (&'static str, fn(&Attack) -> bool);

/// The kinds. An attack belongs to the first kind that matches it.
const KINDS: [Kind; 6] = [
    ("Harmless: must be served", |attack| attack.goal == Goal::Served),
    ("Reading and listing outside", |attack| {
        attack.goal == Goal::Flag && attack.owasp == Some("MCP02") || attack.goal == Goal::Names
    }),
    ("Searching", |attack| attack.owasp == Some("MCP10")),
    ("Exhausting the server", |attack| matches!(attack.goal, Goal::Answer | Goal::Memory(_))),
    ("Writing", |attack| matches!(attack.goal, Goal::Outside | Goal::Config)),
    ("Bypassing the server", |_| true),
];

/// Returns the matrix.
pub(super) fn part(attacks: &[&'static Attack], columns: &[Column], races: &[Raced]) -> String {
    let heads = joined(
        columns.iter().map(|column| format!("<th scope=\"col\">{}</th>", text(&column.name))),
    );
    let mut page = format!(
        "<p>Each row is an attack and links to its card. A word in CAPITALS is a detected harm: the secret of this run in an \
         answer, a change outside, or no answer in time. The text of a message never counts.</p>\n{}\
         <p class=\"soft narrow\">The table scrolls sideways; preopen is its last column.</p>\n\
         <div class=\"wide\" role=\"region\" aria-label=\"Matrix of attacks and servers\" tabindex=\"0\">\n<table class=\"matrix\">\n\
         <caption class=\"hidden\">Result of each attack, by server</caption>\n\
         <thead><tr><th scope=\"col\">Attack</th>{heads}</tr></thead>\n",
        servers()
    );
    let mut left: Vec<_> = attacks.to_vec();
    for (kind, is_of) in KINDS {
        let (rows, others) = left.into_iter().partition::<Vec<_>, _>(|attack| is_of(attack));
        left = others;
        if !rows.is_empty() {
            let rows = joined(rows.iter().map(|attack| row(attack, columns)));
            page += &group(kind, columns.len(), &rows);
        }
    }
    if !races.is_empty() {
        page += &group("Racing", columns.len(), &raced(columns, races));
    }
    page + "</table>\n</div>\n" + &legend(columns, attacks)
}

fn group(kind: &str, columns: usize, rows: &str) -> String {
    let span = columns + 1;
    format!(
        "<tbody>\n<tr class=\"kind\"><th scope=\"rowgroup\" colspan=\"{span}\">{kind}</th></tr>\n{rows}</tbody>\n"
    )
}

/// Returns a description of the servers, weakest first.
fn servers() -> String {
    let weak = Level::ALL
        .map(|level| format!("<dt>{}</dt><dd>{}</dd>", code(level.name()), level.in_words()));
    format!(
        "<dl class=\"facts\">{}<dt>{}</dt><dd>opens from a directory handle, compares no paths</dd></dl>\n",
        weak.concat(),
        code("preopen")
    )
}

fn row(attack: &Attack, columns: &[Column]) -> String {
    let cells = joined(columns.iter().map(|column| {
        let found = column.findings.iter().find(|found| found.id == attack.id);
        let verdict = found.map_or(Verdict::Failed, |found| found.verdict);
        let known = attack.known_limit().is_some() && verdict.is_harm();
        cell(verdict.word(), tone(verdict), known)
    }));
    headed(attack, &cells)
}

/// Returns a row that links to its card.
fn headed(attack: &Attack, cells: &str) -> String {
    format!(
        "<tr><th scope=\"row\"><a href=\"#a-{id}\">{id}</a> <span class=\"title\">{}</span></th>{cells}</tr>\n",
        marked(attack.title),
        id = attack.id
    )
}

fn cell(word: &str, tone: Tone, known: bool) -> String {
    let class = match tone {
        Tone::Bad if known => "known",
        Tone::Bad => "bad",
        Tone::Good => "good",
        Tone::Dim | Tone::Head => "dim",
    };
    let mark = if known { "*" } else { "" };
    format!("<td class=\"{class}\">{word}{mark}</td>")
}

/// Returns the rows of the races.
fn raced(columns: &[Column], races: &[Raced]) -> String {
    let rows = RACES
        .iter()
        .map(|race| &race.attack)
        .filter(|attack| races.iter().any(|raced| raced.id == attack.id));
    joined(rows.map(|attack| {
        let cells = joined(columns.iter().map(|column| {
            let raced =
                races.iter().find(|raced| raced.id == attack.id && raced.server == column.name);
            let (word, tone) = raced.map_or(("not raced", Tone::Dim), race_word);
            cell(word, tone, false)
        }));
        headed(attack, &cells)
    }))
}

/// Returns the result of a race in one word.
pub(super) fn race_word(raced: &Raced) -> (&'static str, Tone) {
    match (raced.escapes, &raced.failed) {
        (_, _) if raced.is_replay => ("REPLAY", Tone::Bad),
        (0, None) => ("contained", Tone::Good),
        (0, Some(_)) => ("not run", Tone::Dim),
        _ => ("ESCAPED", Tone::Bad),
    }
}

/// Explains the words in the matrix, and the rows with a mark.
fn legend(columns: &[Column], attacks: &[&'static Attack]) -> String {
    let is_there = |verdict: Verdict| {
        columns.iter().flat_map(|column| &column.findings).any(|found| found.verdict == verdict)
    };
    let words = joined(
        MEANINGS
            .iter()
            .filter(|(verdict, _)| is_there(*verdict))
            .map(|(verdict, means)| format!("<dt>{}</dt><dd>{means}</dd>", verdict.word())),
    );
    let known = joined(
        attacks
            .iter()
            .filter_map(|attack| Some((attack.id, attack.known_limit()?)))
            .map(|(id, why)| format!("<dt>* {}</dt><dd>{}</dd>", code(id), marked(why))),
    );
    let failed = joined(
        columns
            .iter()
            .filter_map(|column| Some((&column.name, column.failed.as_ref()?)))
            .map(|(name, why)| format!("<dt>{} FAILED</dt><dd>{}</dd>", code(name), text(why))),
    );
    format!("<dl class=\"facts\">{words}{known}{failed}</dl>\n")
}
