//! [`Context`]: what the walk knows at one place in the source, and the report that the rules add to.

use ruff_python_ast::{Expr, Stmt};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::collect::collect;
use super::names::Names;
use super::report::{Category, Confidence, Issue, Report};

/// The maximum length of a snippet, in characters.
const SNIPPET: usize = 160;

/// A function, a class, a `lambda` or the whole source.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) function: Option<&'a str>,
    pub(super) is_async: bool,
    pub(super) range: TextRange,
}

/// A loop around the current place.
#[derive(Clone)]
pub(crate) struct Loop<'a> {
    /// The code that runs in each iteration.
    pub(crate) range: TextRange,
    pub(crate) kind: Kind,
    /// Whether the number of iterations cannot be seen in the source.
    pub(crate) is_unbounded: bool,
    /// The targets that each iteration binds again.
    pub(crate) targets: Vec<&'a Expr>,
    /// The number of `async with` blocks around the current place, within the loop.
    pub(crate) guards: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    For,
    AsyncFor,
    While,
    Comprehension,
}

pub(crate) struct Context<'a> {
    source: &'a str,
    lines: LineIndex,
    pub(crate) names: Names<'a>,
    pub(super) scope: Scope<'a>,
    pub(crate) loops: Vec<Loop<'a>>,
    /// The call that is awaited, or entered by `async with`.
    pub(crate) awaited: Option<TextRange>,
    /// The chain of calls of the query that was last reported.
    pub(crate) query: Option<TextRange>,
    pub(super) report: Report,
}

impl<'a> Context<'a> {
    pub(super) fn new(source: &'a str, body: &'a [Stmt]) -> Self {
        // The source is bounded to far less than four gigabytes.
        let end = TextSize::try_from(source.len()).unwrap_or_default();
        let scope = Scope { function: None, is_async: false, range: TextRange::up_to(end) };
        Self {
            source,
            lines: LineIndex::from_source_text(source),
            names: collect(body),
            scope,
            loops: vec![],
            awaited: None,
            query: None,
            report: Report::default(),
        }
    }

    /// Returns whether a coroutine runs the current code.
    pub(crate) fn is_async(&self) -> bool {
        self.scope.is_async
    }

    /// Returns the range of the current function, or of the whole source.
    pub(crate) fn scope(&self) -> TextRange {
        self.scope.range
    }

    /// Returns the innermost loop.
    pub(crate) fn innermost(&self) -> Option<&Loop<'a>> {
        self.loops.last()
    }

    /// Returns a short excerpt of the source.
    pub(crate) fn excerpt(&self, at: impl Ranged) -> String {
        shortened(self.source.get(at.range().to_std_range()).unwrap_or_default(), 60)
    }

    /// Adds a finding to the report.
    pub(crate) fn found(
        &mut self,
        at: impl Ranged,
        (category, confidence): (Category, Confidence),
        description: impl FnOnce(&Self) -> String,
        suggestion: &'static str,
    ) {
        let range = at.range();
        let mut report = std::mem::take(&mut self.report);
        report.add(range.start().to_usize(), category, || Issue {
            category,
            confidence,
            line_number: self.line(range.start()),
            end_line_number: self.line(range.end()),
            description: description(self),
            suggestion,
            code_snippet: self.snippet(range),
            function_name: self.scope.function.map(str::to_owned),
        });
        self.report = report;
    }

    fn line(&self, at: TextSize) -> usize {
        self.lines.line_index(at).get()
    }

    /// Returns the line on which a range starts, or only the range if that line is very long.
    fn snippet(&self, range: TextRange) -> String {
        let line = self.lines.line_index(range.start());
        let begin = self.lines.line_start(line, self.source).to_usize();
        let line = first_line(self.source.get(begin..).unwrap_or_default(), SNIPPET);
        let piece = self.source.get(range.to_std_range()).unwrap_or_default();
        match line {
            Some(line) if piece.contains(['\n', '\r']) => format!("{} ...", line.trim()),
            Some(line) => line.trim().to_owned(),
            None => shortened(piece, SNIPPET),
        }
    }
}

/// Returns the start of a text in one line, followed by ` ...` if there is more.
fn shortened(text: &str, most: usize) -> String {
    match first_line(text, most) {
        Some(line) if line.len() == text.len() => line.to_owned(),
        Some(line) => format!("{} ...", line.trim_end()),
        None => text.chars().take(most).collect::<String>() + " ...",
    }
}

/// Returns the first line if it has at most `most` characters. Reads no more than those.
fn first_line(text: &str, most: usize) -> Option<&str> {
    let mut chars = text.char_indices().take(most + 1);
    match chars.by_ref().find(|(_, c)| matches!(c, '\n' | '\r')) {
        Some((end, _)) => text.get(..end),
        None => text.char_indices().nth(most).is_none().then_some(text),
    }
}
