//! Output for programs: JSON, and `JUnit` XML for CI. This module makes no decisions.

use std::io;
use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use serde_json::{Value, json};

use crate::attack::Attack;
use crate::matrix::Column;
use crate::race::{RACES, Raced};
use crate::verdict::Verdict;

/// Returns all results as one JSON value.
pub fn json(attacks: &[&'static Attack], columns: &[Column], races: &[Raced], held: bool) -> Value {
    let rows = attacks.iter().map(|attack| {
        let findings: serde_json::Map<String, Value> = columns
            .iter()
            .filter_map(|column| {
                let found = column.findings.iter().find(|found| found.id == attack.id)?;
                Some((column.name.clone(), serde_json::to_value(found).ok()?))
            })
            .collect();
        let mut row = described(attack);
        row.extend([("findings".to_owned(), Value::Object(findings))]);
        Value::Object(row)
    });
    let servers = columns.iter().map(|column| {
        let tools = column.tools.iter().map(|(what, tool)| (what.clone(), json!(tool)));
        let tools: serde_json::Map<String, Value> = tools.collect();
        json!({"name": column.name, "tools": tools, "failed": column.failed})
    });
    json!({
        "program": "preopen-lab",
        "version": env!("CARGO_PKG_VERSION"),
        "system": system(),
        "held": held,
        "servers": servers.collect::<Vec<_>>(),
        "attacks": rows.collect::<Vec<_>>(),
        "races": races,
    })
}

/// Returns the attacks and races without results.
pub fn list(attacks: &[&'static Attack]) -> Value {
    let races = RACES.iter().map(|race| &race.attack);
    attacks.iter().copied().chain(races).map(|attack| Value::Object(described(attack))).collect()
}

fn described(attack: &Attack) -> serde_json::Map<String, Value> {
    let Value::Object(row) = json!({
        "id": attack.id,
        "title": attack.title,
        "cwe": attack.cwe,
        "owasp": attack.owasp,
        "known": attack.known_limit(),
        "why": attack.why,
    }) else {
        return serde_json::Map::new();
    };
    row
}

/// Writes a report with one test case for each attack and race. An attack that succeeded is a failure. It is skipped if
/// the server has no suitable tool, or if no file server can stop it.
///
/// # Errors
/// If the file cannot be written.
pub fn junit(
    file: &Path,
    attacks: &[&'static Attack],
    column: &Column,
    races: &[Raced],
) -> io::Result<()> {
    let mut suite = TestSuite::new("preopen-lab");
    for (attack, found) in attacks.iter().zip(&column.findings) {
        let details = format!("{}\n{}\n{}", found.note, found.request, found.answer);
        let mut status = status(found.verdict, attack.known_limit());
        status.set_message(format!("{}: {}", attack.title, found.note)).set_description(details);
        let mut case = TestCase::new(attack.id, status);
        case.set_classname(attack.tags()).set_time(found.took);
        suite.add_test_case(case);
    }
    for raced in races {
        let verdict = match (raced.escapes, &raced.failed) {
            (0, None) => Verdict::Contained,
            (0, Some(_)) if raced.calls == 0 => Verdict::NotMapped,
            (0, Some(_)) => Verdict::Failed,
            _ => Verdict::Escaped,
        };
        let mut status = status(verdict, None);
        let details = format!("{} of {} calls escaped", raced.escapes, raced.calls);
        status.set_message(details).set_description(format!("{}\n{}", raced.request, raced.answer));
        let mut case = TestCase::new(raced.id, status);
        case.set_classname("CWE-367 MCP02").set_time(Duration::from_nanos(raced.took_ns));
        suite.add_test_case(case);
    }
    let mut report = Report::new("preopen-lab");
    report.add_test_suite(suite);
    std::fs::write(file, report.to_string().map_err(io::Error::other)?)
}

fn status(verdict: Verdict, known: Option<&str>) -> TestCaseStatus {
    match verdict {
        _ if known.is_some() => TestCaseStatus::skipped(),
        Verdict::Contained | Verdict::Served => TestCaseStatus::success(),
        Verdict::NotMapped => TestCaseStatus::skipped(),
        Verdict::Failed => TestCaseStatus::non_success(NonSuccessKind::Error),
        _ => TestCaseStatus::non_success(NonSuccessKind::Failure),
    }
}

/// Returns the name and release of the operating system.
pub fn system() -> String {
    let name = rustix::system::uname();
    let part = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    format!("{} {}", part(name.sysname()), part(name.release()))
}
