//! [`Walk`]: goes through the source once, knows in which function and in which loops it is, and asks
//! the rules.
//!
//! What runs once is in no loop, wherever it is written: what a loop goes over, what is returned, and
//! what a block does that ends with `break`.
//!
//! May import: `names`, `report`, `rules`, `syntax`. Absent on purpose: what is slow.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, Expr, ExprLambda, Stmt, StmtFor, StmtFunctionDef, StmtWhile};
use ruff_source_file::LineIndex;
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::names::Names;
use super::report::{Category, Confidence, Issue, Report};
use super::rules;

/// Most characters of a snippet.
const SNIPPET: usize = 160;

/// A function, a class, a `lambda` or the whole.
#[derive(Clone, Copy)]
struct Scope<'a> {
    function: Option<&'a str>,
    is_async: bool,
    range: TextRange,
}

/// A loop that the walk is in.
#[derive(Clone)]
pub(crate) struct Loop<'a> {
    /// What is run in each round.
    pub(crate) range: TextRange,
    pub(crate) kind: Kind,
    /// Has it rounds that nobody can count by looking at it?
    pub(crate) counts: bool,
    /// What is bound anew for each round.
    pub(crate) targets: Vec<&'a Expr>,
    /// `async with` blocks around what is looked at, within the loop.
    pub(crate) guards: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    For,
    AsyncFor,
    While,
    Comprehension,
}

pub(crate) struct Walk<'a> {
    source: &'a str,
    lines: LineIndex,
    pub(crate) names: Names<'a>,
    scope: Scope<'a>,
    pub(crate) loops: Vec<Loop<'a>>,
    /// The call that is awaited, or entered by `async with`.
    pub(crate) awaited: Option<TextRange>,
    /// The chain of calls that is one query, and is told of.
    pub(crate) query: Option<TextRange>,
    pub(crate) report: Report,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(source: &'a str, body: &'a [Stmt]) -> Self {
        // The source is bounded to far less than four gigabytes.
        let end = TextSize::try_from(source.len()).unwrap_or_default();
        let scope = Scope { function: None, is_async: false, range: TextRange::up_to(end) };
        Self {
            source,
            lines: LineIndex::from_source_text(source),
            names: Names::of(body),
            scope,
            loops: vec![],
            awaited: None,
            query: None,
            report: Report::default(),
        }
    }

    /// Is it run by a coroutine?
    pub(crate) fn is_async(&self) -> bool {
        self.scope.is_async
    }

    /// The function that is looked at, or all of the source.
    pub(crate) fn scope(&self) -> TextRange {
        self.scope.range
    }

    /// The innermost loop.
    pub(crate) fn innermost(&self) -> Option<&Loop<'a>> {
        self.loops.last()
    }

    /// A piece of the source as it is told of.
    pub(crate) fn said(&self, at: impl Ranged) -> String {
        shortened(self.source.get(at.range().to_std_range()).unwrap_or_default(), 60)
    }

    /// Notes a finding.
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

    /// The line on which it begins; in a very long one, from where it begins.
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

    /// Goes on in another scope: no loop around it runs what is in there.
    fn within(&mut self, scope: Scope<'a>, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.scope, scope);
        let loops = std::mem::take(&mut self.loops);
        walk(self);
        self.loops = loops;
        self.scope = outer;
    }

    fn in_loop(&mut self, this: Loop<'a>, walk: impl FnOnce(&mut Self)) {
        self.loops.push(this);
        walk(self);
        self.loops.pop();
    }

    /// What is run once, however many of the innermost loops it is written in.
    fn once(&mut self, how_many: usize, walk: impl FnOnce(&mut Self)) {
        let keep = self.loops.len().saturating_sub(how_many);
        let loops = self.loops.split_off(keep);
        walk(self);
        self.loops.extend(loops);
    }

    fn function(&mut self, function: &'a StmtFunctionDef) {
        function.decorator_list.iter().for_each(|decorator| self.visit_decorator(decorator));
        self.visit_parameters(&function.parameters);
        let scope = Scope {
            function: Some(function.name.as_str()),
            is_async: function.is_async,
            range: function.range,
        };
        self.within(scope, |walk| walk.visit_body(&function.body));
    }

    fn each(&mut self, each: &'a StmtFor) {
        self.visit_expr(&each.iter);
        let this = Loop {
            range: TextRange::new(each.target.start(), end_of(&each.body, each.range)),
            kind: if each.is_async { Kind::AsyncFor } else { Kind::For },
            counts: rules::nested::is_long(&each.iter),
            targets: vec![&each.target],
            guards: 0,
        };
        self.in_loop(this, |walk| walk.visit_body(&each.body));
        self.visit_body(&each.orelse);
    }

    fn repeat(&mut self, repeat: &'a StmtWhile) {
        let this = Loop {
            range: TextRange::new(repeat.test.start(), end_of(&repeat.body, repeat.range)),
            kind: Kind::While,
            counts: rules::nested::is_condition(&repeat.test),
            targets: vec![],
            guards: 0,
        };
        self.in_loop(this, |walk| {
            rules::repeated::test(walk, &repeat.test);
            walk.visit_expr(&repeat.test);
            walk.visit_body(&repeat.body);
        });
        self.visit_body(&repeat.orelse);
    }

    fn lambda(&mut self, lambda: &'a ExprLambda) {
        if let Some(parameters) = &lambda.parameters {
            self.visit_parameters(parameters);
        }
        let scope = Scope { is_async: false, range: lambda.range, ..self.scope };
        self.within(scope, |walk| walk.visit_expr(&lambda.body));
    }

    fn comprehension(
        &mut self,
        range: TextRange,
        parts: &'a [Comprehension],
        results: &[Option<&'a Expr>],
    ) {
        let Some((first, others)) = parts.split_first() else { return };
        self.visit_expr(&first.iter);
        let is_async = parts.iter().any(|part| part.is_async);
        let this = Loop {
            range,
            kind: if is_async { Kind::AsyncFor } else { Kind::Comprehension },
            counts: false,
            targets: parts.iter().map(|part| &part.target).collect(),
            guards: 0,
        };
        self.in_loop(this, |walk| {
            first.ifs.iter().for_each(|test| walk.visit_expr(test));
            for part in others {
                walk.visit_expr(&part.iter);
                part.ifs.iter().for_each(|test| walk.visit_expr(test));
            }
            results.iter().flatten().for_each(|result| walk.visit_expr(result));
        });
    }
}

impl<'a> Visitor<'a> for Walk<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        rules::statement(self, stmt);
        match stmt {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                let scope = Scope { function: None, is_async: false, range: class.range };
                self.within(scope, |walk| visitor::walk_stmt(walk, stmt));
            }
            Stmt::For(each) => self.each(each),
            Stmt::While(repeat) => self.repeat(repeat),
            Stmt::Return(_) | Stmt::Raise(_) => {
                self.once(usize::MAX, |walk| visitor::walk_stmt(walk, stmt));
            }
            Stmt::With(with) if with.is_async => {
                for item in &with.items {
                    self.awaited = Some(item.context_expr.range());
                    self.visit_with_item(item);
                }
                self.loops.iter_mut().for_each(|each| each.guards += 1);
                self.visit_body(&with.body);
                self.loops.iter_mut().for_each(|each| each.guards -= 1);
            }
            _ => visitor::walk_stmt(self, stmt),
        }
    }

    fn visit_body(&mut self, body: &'a [Stmt]) {
        let range = match body {
            [first, .., last] => TextRange::new(first.start(), last.end()),
            _ => TextRange::default(),
        };
        let runs_once = match body.last() {
            _ if self.names.continues_in(range) => 0,
            Some(Stmt::Break(_)) => 1,
            Some(Stmt::Return(_)) => usize::MAX,
            _ => 0,
        };
        self.once(runs_once, |walk| visitor::walk_body(walk, body));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        rules::expression(self, expr);
        match expr {
            Expr::Await(wait) => {
                self.awaited = Some(wait.value.range());
                self.visit_expr(&wait.value);
            }
            Expr::Lambda(lambda) => self.lambda(lambda),
            Expr::ListComp(all) => {
                self.comprehension(all.range, &all.generators, &[Some(&all.elt)]);
            }
            Expr::SetComp(all) => self.comprehension(all.range, &all.generators, &[Some(&all.elt)]),
            Expr::Generator(all) => {
                self.comprehension(all.range, &all.generators, &[Some(&all.elt)]);
            }
            Expr::DictComp(all) => {
                let results = [all.key.as_deref(), Some(&*all.value)];
                self.comprehension(all.range, &all.generators, &results);
            }
            _ => visitor::walk_expr(self, expr),
        }
    }

    // Nothing of an annotation is run in a loop.
    fn visit_annotation(&mut self, _: &'a Expr) {}
}

fn end_of(body: &[Stmt], otherwise: TextRange) -> TextSize {
    body.last().map_or(otherwise.end(), Ranged::end)
}

/// The beginning of a text, in one line; ` ...` where there is more.
fn shortened(text: &str, most: usize) -> String {
    match first_line(text, most) {
        Some(line) if line.len() == text.len() => line.to_owned(),
        Some(line) => format!("{} ...", line.trim_end()),
        None => text.chars().take(most).collect::<String>() + " ...",
    }
}

/// The first line, if it has no more than so many characters. No more than those are looked at.
fn first_line(text: &str, most: usize) -> Option<&str> {
    let mut chars = text.char_indices().take(most + 1);
    match chars.by_ref().find(|(_, c)| matches!(c, '\n' | '\r')) {
        Some((end, _)) => text.get(..end),
        None => text.char_indices().nth(most).is_none().then_some(text),
    }
}
