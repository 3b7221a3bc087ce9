//! Where Python code is likely to be slow, told from its text alone.
//!
//! The shortest lesson in capability security is the type of the one function here:
//!
//! ```text
//! pub fn performance_check(source: &str) -> Result<Report, Refusal>
//! ```
//!
//! It gets a text and gives a report. It has no handle, no path and no way to make one, so it *cannot*
//! read your disk, call home or run what it looks at: there is nothing to check and nothing to trust
//! but the language. Where the text comes from, and whether the caller may read it, was settled before
//! by whoever holds the file. A test asks that no module here names `std::fs`, `std::env`,
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
//! It knows syntax, imports and assignments, and no types: it misses what goes through other functions
//! or files, and says how sure it is of the rest. Code in f-strings is not looked at.
//!
//! ```text
//! source - plain (no strings) - depth (may it be parsed?) - parser - names - walk - rules - Report
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

/// Looks for six kinds of slow code in a Python source. It is a function of its text and of nothing
/// else.
///
/// # Errors
/// [`Refusal`], where the source is too large, too deep or not Python.
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
