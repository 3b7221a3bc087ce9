//! `performance_check`: where Python code is likely to be slow, and a summary, as one JSON text.
//!
//! The arguments and the fields are those of the server that the requirements come from; `confidence`
//! is ours. What looks at the source is a function of its text: it could not open the file if it
//! wanted to. Reading is all that is done here.

use std::collections::BTreeMap;

use preopen_analysis::{Category, Issue, MOST_BYTES, Refusal, Report, Severity, performance_check};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::shared::pages::CLOSING;
use super::shared::read_whole::{Most, whole};
use crate::cap::{Optional, Read, Target};
use crate::error::{Code, ToolError};
use crate::limits::{Budget, Held, Work, cost};
use crate::path::VirtualPath;
use crate::text::Document;
use crate::tool::Tool;

/// Bytes that a byte of a source may take once it is parsed.
const PARSED: u64 = 32;
/// Bytes from which on a source is parsed by a thread of its own.
const LARGE: usize = 256 << 10;

pub(super) struct PerformanceCheck;

#[derive(Deserialize, JsonSchema)]
pub(super) struct Args {
    /// This or `source_code`.
    #[serde(default)]
    #[schemars(example = "app/views.py")]
    file_path: Option<VirtualPath>,
    /// Python, instead of a file.
    #[serde(default)]
    #[schemars(example = "for a in b: c += 'd'")]
    source_code: Option<String>,
}

impl Tool for PerformanceCheck {
    const NAME: &'static str = "performance_check";
    const ABOUT: &'static str = "Finds slow Python by syntax, not types: queries and repeated work in loops, calls that block \
        coroutines, files read whole.";
    type Needs = Optional<Read>;
    type Args = Args;
    type Output = String;

    fn paths(args: &Args) -> Option<&VirtualPath> {
        args.file_path.as_ref()
    }

    fn run(args: &Args, at: Option<Target<Read>>, budget: &Budget) -> Result<String, ToolError> {
        match (at, &args.source_code) {
            (Some(at), None) => file(&at, budget),
            (None, Some(text)) => source_code(text, budget),
            _ => {
                let sentence = "exactly one of `file_path` and `source_code` says what to look at";
                Err(ToolError::new(Code::BadArgs, sentence))
            }
        }
    }
}

fn file(at: &Target<Read>, budget: &Budget) -> Result<String, ToolError> {
    let file = at.place(budget)?.open_file()?;
    let _held = hold(file.size(), budget)?;
    let bytes = whole(&file, at.requested(), most(budget), budget)?;
    budget.step()?;
    let said = at.requested().to_string();
    // The hint of the error is about edits.
    let document = Document::new(&said, bytes).map_err(|error| {
        ToolError::new(error.code(), format!("`{said}` is not a text that can be analyzed"))
    })?;
    let report = check(document.text(), &format!("`{said}`"), budget)?;
    Ok(answer(&report, said, budget))
}

fn source_code(text: &str, budget: &Budget) -> Result<String, ToolError> {
    let size = text.len() as u64;
    if size > most(budget).bytes {
        return Err(refused(&Refusal::TooLarge, "`source_code`"));
    }
    let _held = hold(size, budget)?;
    let report = check(text, "`source_code`", budget)?;
    Ok(answer(&report, "source_code".into(), budget))
}

/// Waits for room for a source of so many bytes. The parsed source and the list of findings take many times as much,
/// so the room is held until the answer is made.
fn hold(size: u64, budget: &Budget) -> Result<Held, ToolError> {
    Ok(budget.hold(size.min(most(budget).bytes) * PARSED)?)
}

fn most(budget: &Budget) -> Most {
    let bytes = budget.limits().max_source_bytes.min(MOST_BYTES as u64);
    Most { bytes, limit: "max_source_bytes" }
}

fn check(source: &str, whose: &str, budget: &Budget) -> Result<Report, ToolError> {
    let _busy = budget.begin(Work::Analysis);
    // The allocator keeps freed memory for each thread. All large sources are parsed by threads that come one
    // after the other, so that the next one takes over what the last one has left.
    let report = if source.len() < LARGE {
        performance_check(source)
    } else {
        let parsed = std::thread::scope(|scope| scope.spawn(|| performance_check(source)).join());
        parsed.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    };
    budget.step()?;
    report.map_err(|refusal| refused(&refusal, whose))
}

fn refused(refusal: &Refusal, whose: &str) -> ToolError {
    let code = match refusal {
        Refusal::TooLarge | Refusal::TooDeep => Code::OverLimit,
        Refusal::Syntax { .. } => Code::BadArgs,
    };
    ToolError::new(code, format!("{whose}: {refusal}"))
}

fn answer(report: &Report, analyzed: String, budget: &Budget) -> String {
    let room = budget.limits().search_chars().saturating_sub(CLOSING + cost(&analyzed));
    let mut used = 0;
    let mut issues = vec![];
    for issue in report.issues().map(Found::of) {
        // Strings and numbers: there is nothing that could fail.
        used += cost(&serde_json::to_string(&issue).unwrap_or_default()) + 1;
        if used > room {
            break;
        }
        issues.push(issue);
    }
    let more = report.total() - issues.len();
    let notes = match more {
        0 => vec![],
        _ => vec![format!("{more} more issues, no more severe, are counted, and not listed")],
    };
    let answer = Answer {
        success: true,
        file_analyzed: analyzed,
        summary: Summary {
            total_issues: report.total(),
            by_severity: by(Severity::ALL.map(|one| (one.as_str(), report.of_severity(one)))),
            by_category: by(Category::ALL.map(|one| (one.as_str(), report.of_category(one)))),
        },
        issues,
        metadata: Metadata { notes },
    };
    serde_json::to_string(&answer).unwrap_or_default()
}

fn by<const N: usize>(counts: [(&'static str, usize); N]) -> BTreeMap<&'static str, usize> {
    counts.into_iter().collect()
}

#[derive(Serialize)]
struct Answer<'a> {
    success: bool,
    file_analyzed: String,
    summary: Summary,
    issues: Vec<Found<'a>>,
    metadata: Metadata,
}

#[derive(Serialize)]
struct Summary {
    total_issues: usize,
    by_severity: BTreeMap<&'static str, usize>,
    by_category: BTreeMap<&'static str, usize>,
}

#[derive(Serialize)]
struct Found<'a> {
    category: &'static str,
    severity: &'static str,
    confidence: &'static str,
    line_number: usize,
    end_line_number: usize,
    description: &'a str,
    suggestion: &'a str,
    code_snippet: &'a str,
    function_name: Option<&'a str>,
}

impl<'a> Found<'a> {
    fn of(issue: &'a Issue) -> Self {
        Self {
            category: issue.category.as_str(),
            severity: issue.category.severity().as_str(),
            confidence: issue.confidence.as_str(),
            line_number: issue.line_number,
            end_line_number: issue.end_line_number,
            description: &issue.description,
            suggestion: issue.suggestion,
            code_snippet: &issue.code_snippet,
            function_name: issue.function_name.as_deref(),
        }
    }
}

#[derive(Serialize)]
struct Metadata {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}
