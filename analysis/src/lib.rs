//! Finds Python code that is likely to be slow, from its text only.
//!
//! The type of the only function here is a short lesson in capability security:
//!
//! ```text
//! pub fn performance_check(source: &str) -> Result<Report, Refusal>
//! ```
//!
//! The function takes a text and returns a report. It has no handle, no path and no way to create one,
//! so it *cannot* read your disk, access the network or run the code that it analyses. There is nothing
//! to check, and nothing to trust except the language. The caller that opened the file has already
//! decided that the text may be read. A test checks that no module here names `std::fs`, `std::env`,
//! `std::net` or `std::process`.
//!
//! ```
//! use preopen_analysis::{Category, Confidence, performance_check};
//!
//! let source = "text = ''\nfor line in lines:\n    text += line\n";
//! let report = performance_check(source)?;
//! let issue = report.issues().next().unwrap();
//! assert_eq!((issue.category, issue.line_number), (Category::InefficientLoop, 3));
//! assert_eq!(issue.confidence, Confidence::High);
//! # Ok::<(), preopen_analysis::Refusal>(())
//! ```
//!
//! The analysis knows syntax, imports and assignments, but no types. It misses effects that pass through
//! other functions or files, and rates its confidence in each finding. It does not analyse code in
//! f-strings.
//!
//! ```text
//! source -> plain (blanks strings) -> depth (limits nesting) -> parser -> collect (names) -> walk -> rules -> Report
//! ```

mod collect;
mod context;
mod depth;
mod names;
mod plain;
mod refusal;
mod report;
mod rules;
mod syntax;
mod walk;

use ruff_python_ast::visitor::Visitor;
use ruff_text_size::Ranged;

pub use refusal::{MOST_BYTES, Refusal};
pub use report::{Category, Confidence, Issue, MOST_ISSUES, Report, Severity};

/// Finds six kinds of slow code in a Python source. The result depends only on the text.
///
/// # Errors
/// [`Refusal`] if the source is too large, nested too deeply, or not valid Python.
pub fn performance_check(source: &str) -> Result<Report, Refusal> {
    if source.len() > MOST_BYTES {
        return Err(Refusal::TooLarge);
    }
    let plain = plain::plain(source)?;
    depth::check(&plain)?;
    let module = ruff_python_parser::parse_module(&plain).map_err(|error| Refusal::Syntax {
        line: plain::line(source.as_bytes(), error.range().start().to_usize()),
        what: error.error.to_string(),
    })?;
    let mut walk = walk::Walk::new(source, module.suite());
    walk.visit_body(module.suite());
    Ok(walk.into_report())
}
