//! Explains one attack: the request, the answers of two servers, the system calls of each, and the reason.
//!
//! Calls are never made up. They were traced, or they come from the weak server's own record and are labelled so.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};

use crate::attack::{Attack, Goal};
use crate::race::{Race, Raced};
use crate::server::Launch;
use crate::show::{Screen, Time, Tone, WIDTH, line, number, paragraph, tone, wrapped};
use crate::stage::Stage;
use crate::subject::Subject;
use crate::trace;
use crate::trial::text_of;
use crate::verdict::Finding;

/// The maximum number of calls to show for one server.
const CALLS: usize = 12;
/// The width of one of the two columns.
const SIDE: usize = WIDTH / 2 - 2;

/// The result for one of the two servers.
pub struct Side {
    /// The name of the server.
    pub name: String,
    /// The result of the attack.
    pub finding: Finding,
    /// The calls of the server, as far as they are known.
    pub calls: Vec<String>,
    /// How the calls were recorded.
    pub seen: &'static str,
}

/// Runs an attack against one server, under strace if that is possible.
///
/// # Errors
/// If the server does not start.
pub fn side(
    stage: &Stage,
    launch: &Launch,
    attack: &Attack,
    patience: Duration,
) -> io::Result<Side> {
    let log = stage.file(&format!("{}.trace", launch.name));
    let can_trace = trace::is_available() && attack.goal != Goal::Shell;
    let wrapped = if can_trace { trace::under_strace(launch, &log) } else { launch.clone() };
    let mut subject = Subject::start(stage, &wrapped, patience)?;
    let from = trace::log_position(&log);
    let finding = subject.attack(attack);
    let (calls, seen) = if can_trace {
        (trace::calls_since(&log, from, &subject.path("")), "traced by strace")
    } else {
        own_record(&finding)
    };
    Ok(Side { name: launch.name.clone(), finding, calls, seen })
}

/// Returns the weak server's own record of its calls, and how to label it.
fn own_record(finding: &Finding) -> (Vec<String>, &'static str) {
    let answer: Option<Value> = serde_json::from_str(&finding.answer).ok();
    let record = answer.as_ref().and_then(|a| a.pointer("/result/_meta/preopen-lab/calls"));
    let calls: Option<Vec<String>> =
        record.and_then(|calls| serde_json::from_value(calls.clone()).ok());
    match calls {
        Some(calls) => (calls, "NOT TRACED: server's record"),
        None => (vec![], "NOT TRACED: strace is not available"),
    }
}

/// Prints both sides.
pub fn show(screen: Screen, attack: &Attack, left: &Side, right: &Side) {
    line(
        &screen.toned(&format!("{}: {} ({})", attack.id, attack.title, attack.tags()), Tone::Head),
    );
    line("");
    line("request");
    paragraph(2, &left.finding.request);
    if left.finding.calls > 1 {
        paragraph(2, &format!("(one of {} calls)", left.finding.calls));
    }
    line("");
    line(&screen.toned(&columns(&left.name, &right.name), Tone::Head));
    let word = |side: &Side| {
        let text = side.finding.verdict.word();
        (format!("{text:SIDE$}"), tone(side.finding.verdict))
    };
    let left_word = word(left);
    let right_word = word(right);
    line(&format!(
        "{}  | {}",
        screen.toned(&left_word.0, left_word.1),
        screen.toned(&right_word.0, right_word.1)
    ));
    print_columns(&[answer_text(&left.finding)], &[answer_text(&right.finding)]);
    line(&columns("", ""));
    print_columns(&[format!("calls, {}:", left.seen)], &[format!("calls, {}:", right.seen)]);
    print_columns(&first_and_last(&left.calls), &first_and_last(&right.calls));
    line("");
    paragraph(0, &format!("Why: {}", attack.why));
    if let Some(known) = attack.known_limit() {
        paragraph(0, &format!("preopen does not stop this attack, as documented: {known}."));
    }
}

/// Returns both sides as JSON.
pub fn as_json(attack: &Attack, left: &Side, right: &Side) -> Value {
    let side = |side: &Side| json!({"server": side.name, "finding": side.finding, "calls": side.calls, "seen": side.seen});
    json!({"id": attack.id, "why": attack.why, "sides": [side(left), side(right)]})
}

/// Prints the events of the round that a server lost, in order of time.
pub fn show_round(screen: Screen, race: &Race, lost: &Raced) {
    let Some(round) = &lost.round else { return };
    let log = &round.log;
    let mut events = vec![
        (log.check_start, "server", format!("starts to check `{}`", path_of(race))),
        (log.check_end, "server", "ends the check: inside".into()),
        (log.open_end, "server", "opens the path: outside".into()),
    ];
    let name = race.swap.0.trim_start_matches("grant/");
    events.extend(round.swaps.iter().map(|swap| {
        let what = if swap.to_link { "a link that leads outside" } else { "something inside" };
        (swap.end, "attacker", format!("`{name}` is now {what}"))
    }));
    events.sort();
    line("");
    let label = if lost.is_replay {
        "REPLAY of a round recorded in an earlier run"
    } else {
        "the lost round"
    };
    line(&screen.toned(&format!("{label}, in nanoseconds since the check started:"), Tone::Head));
    let last_before =
        events.iter().filter(|event| event.1 == "attacker" && event.0 < log.check_start).count();
    for (at, who, what) in events.into_iter().skip(last_before.saturating_sub(1)) {
        let sign = if at < log.check_start { "-" } else { "" };
        let at = format!("{sign}{}", number(at.abs_diff(log.check_start)));
        line(&format!("  {at:>12}  {who:9}{what}"));
    }
    let window = log.open_end.saturating_sub(log.check_end);
    line(&format!("  The window between check and open: {}.", Time(window)));
}

fn path_of(race: &Race) -> &'static str {
    race.attack.setting().map_or("", |setting| setting.path)
}

fn answer_text(finding: &Finding) -> String {
    let answer: Option<Value> = serde_json::from_str(&finding.answer).ok();
    let text = match answer.as_ref().and_then(|answer| answer.get("result")) {
        Some(result) => text_of(result),
        None => finding.answer.clone(),
    };
    let text: String = text.chars().take(6 * SIDE).collect();
    if finding.note.is_empty() { text } else { format!("{text}\n({})", finding.note) }
}

/// Shortens a long list of calls to its first and last ones. The last calls show the result.
fn first_and_last(calls: &[String]) -> Vec<String> {
    if calls.is_empty() {
        return vec!["(none)".into()];
    }
    let Some(left_out) = calls.len().checked_sub(CALLS).filter(|n| *n > 0) else {
        return calls.to_vec();
    };
    let first = calls.iter().take(CALLS / 2);
    let last = calls.iter().skip(CALLS / 2 + left_out);
    first.cloned().chain([format!("... {left_out} more ...")]).chain(last.cloned()).collect()
}

fn print_columns(left: &[String], right: &[String]) {
    let lines =
        |side: &[String]| -> Vec<String> { side.iter().flat_map(|text| hanging(text)).collect() };
    let left = lines(left);
    let right = lines(right);
    for at in 0..left.len().max(right.len()) {
        let of = |side: &[String]| side.get(at).cloned().unwrap_or_default();
        line(&columns(&of(&left), &of(&right)));
    }
}

/// Wraps a text to the width of one column, with a hanging indent.
fn hanging(text: &str) -> Vec<String> {
    let mut lines = vec![];
    for paragraph in text.lines() {
        for (nth, line) in wrapped(paragraph, SIDE - 2).into_iter().enumerate() {
            lines.push(if nth == 0 { line } else { format!("  {line}") });
        }
    }
    lines
}

fn columns(left: &str, right: &str) -> String {
    format!("{left:SIDE$}  | {right}")
}
