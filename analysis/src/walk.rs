//! [`Walk`]: walks the source once, tracks the current function and loops, and runs the rules.
//!
//! Code that runs only once counts as outside the loop that contains it: the iterable of a loop, a
//! returned value, and a block that ends with `break`. This module does not know what is slow.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Comprehension, Expr, ExprLambda, Stmt, StmtFor, StmtFunctionDef, StmtWhile};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::context::{Context, Kind, Loop, Scope};
use super::report::Report;
use super::rules;

pub(crate) struct Walk<'a> {
    context: Context<'a>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(source: &'a str, body: &'a [Stmt]) -> Self {
        Self { context: Context::new(source, body) }
    }

    pub(crate) fn into_report(self) -> Report {
        self.context.report
    }

    /// Walks another scope. The loops around it do not run its code.
    fn within(&mut self, scope: Scope<'a>, walk: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.context.scope, scope);
        let loops = std::mem::take(&mut self.context.loops);
        walk(self);
        self.context.loops = loops;
        self.context.scope = outer;
    }

    fn in_loop(&mut self, this: Loop<'a>, walk: impl FnOnce(&mut Self)) {
        self.context.loops.push(this);
        walk(self);
        self.context.loops.pop();
    }

    /// Walks code that runs only once, outside the given number of innermost loops.
    fn once(&mut self, how_many: usize, walk: impl FnOnce(&mut Self)) {
        let keep = self.context.loops.len().saturating_sub(how_many);
        let loops = self.context.loops.split_off(keep);
        walk(self);
        self.context.loops.extend(loops);
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
            is_unbounded: rules::nested::is_long(&each.iter),
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
            is_unbounded: rules::nested::is_condition(&repeat.test),
            targets: vec![],
            guards: 0,
        };
        self.in_loop(this, |walk| {
            rules::repeated::test(&mut walk.context, &repeat.test);
            walk.visit_expr(&repeat.test);
            walk.visit_body(&repeat.body);
        });
        self.visit_body(&repeat.orelse);
    }

    fn lambda(&mut self, lambda: &'a ExprLambda) {
        if let Some(parameters) = &lambda.parameters {
            self.visit_parameters(parameters);
        }
        let scope = Scope { is_async: false, range: lambda.range, ..self.context.scope };
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
            is_unbounded: false,
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
        rules::statement(&mut self.context, stmt);
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
                    self.context.awaited = Some(item.context_expr.range());
                    self.visit_with_item(item);
                }
                self.context.loops.iter_mut().for_each(|each| each.guards += 1);
                self.visit_body(&with.body);
                self.context.loops.iter_mut().for_each(|each| each.guards -= 1);
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
            _ if self.context.names.continues_in(range) => 0,
            Some(Stmt::Break(_)) => 1,
            Some(Stmt::Return(_)) => usize::MAX,
            _ => 0,
        };
        self.once(runs_once, |walk| visitor::walk_body(walk, body));
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        rules::expression(&mut self.context, expr);
        match expr {
            Expr::Await(wait) => {
                self.context.awaited = Some(wait.value.range());
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

    // Loops do not run annotations.
    fn visit_annotation(&mut self, _: &'a Expr) {}
}

fn end_of(body: &[Stmt], otherwise: TextRange) -> TextSize {
    body.last().map_or(otherwise.end(), Ranged::end)
}
