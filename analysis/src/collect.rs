//! [`collect`]: one pass over the source that records what happens to each name, and where.
//!
//! Anything that may change a name counts as a change, so that rules can rely on a name that stays the
//! same. [`Names`] answers the questions of the rules.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, ExceptHandler, Expr, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextSize};

use super::names::{Names, Value};
use super::syntax::{called, dotted, grown, root};

/// Methods that do not change the object that they are called on. All others may change it.
const READ_ONLY_METHODS: &[&str] = &[
    "copy",
    "count",
    "endswith",
    "find",
    "format",
    "get",
    "index",
    "items",
    "join",
    "keys",
    "lower",
    "replace",
    "split",
    "startswith",
    "strip",
    "upper",
    "values",
];

/// Functions that do not change their arguments.
const READ_ONLY_FUNCTIONS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bool",
    "dict",
    "enumerate",
    "float",
    "format",
    "frozenset",
    "hash",
    "id",
    "int",
    "isinstance",
    "len",
    "list",
    "max",
    "min",
    "print",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "type",
    "zip",
];

/// Collects what happens to all names in `body`.
pub(super) fn collect(body: &[Stmt]) -> Names<'_> {
    let mut collect = Collect { names: Names::default(), in_class: false };
    collect.visit_body(body);
    collect.names.sort();
    collect.names
}

struct Collect<'a> {
    names: Names<'a>,
    in_class: bool,
}

impl<'a> Collect<'a> {
    fn bind(&mut self, name: &'a str, at: TextSize, value: Value) {
        self.names.bound.entry(name).or_default().push(at);
        self.names.values.entry(name).or_default().push((at, value));
        if !self.in_class {
            self.names.own.insert(name);
        }
    }

    /// Binds the targets of an assignment. `a.b = c` and `a[b] = c` change `a`.
    fn assign(&mut self, target: &'a Expr, value: Value) {
        match target {
            Expr::Name(name) => self.bind(&name.id, target.start(), value),
            Expr::Tuple(all) => {
                all.elts.iter().for_each(|one| self.assign(one, Value::Unknown));
            }
            Expr::List(all) => all.elts.iter().for_each(|one| self.assign(one, Value::Unknown)),
            Expr::Starred(one) => self.assign(&one.value, Value::Other),
            _ => self.change(target, target.start()),
        }
    }

    fn rebind(&mut self, target: &'a Expr) {
        match target {
            Expr::Name(name) => {
                self.names.bound.entry(&name.id).or_default().push(target.start());
            }
            other => self.change(other, other.start()),
        }
    }

    fn change(&mut self, expr: &'a Expr, at: TextSize) {
        if let Some(root) = root(expr) {
            self.names.changed.entry(root).or_default().push(at);
        }
    }

    fn bind_parameters(&mut self, parameters: &'a Parameters) {
        for parameter in parameters {
            let annotated = parameter.annotation().and_then(dotted);
            let value = match annotated.as_deref() {
                Some("str" | "bytes") => Value::Text,
                Some(_) | None => Value::Unknown,
            };
            self.bind(parameter.name().as_str(), parameter.start(), value);
        }
    }
}

impl<'a> Visitor<'a> for Collect<'a> {
    fn visit_stmt(&mut self, stmt: &'a Stmt) {
        let at = stmt.start();
        match stmt {
            Stmt::FunctionDef(function) => {
                self.bind(&function.name, at, Value::Other);
                let outer = std::mem::take(&mut self.in_class);
                self.bind_parameters(&function.parameters);
                visitor::walk_stmt(self, stmt);
                self.in_class = outer;
                return;
            }
            Stmt::ClassDef(class) => {
                self.bind(&class.name, at, Value::Other);
                let outer = std::mem::replace(&mut self.in_class, true);
                visitor::walk_stmt(self, stmt);
                self.in_class = outer;
                return;
            }
            // `a = a + b` is like `a += b`. The kind of value stays the same, so none is recorded.
            Stmt::Assign(_) | Stmt::AugAssign(_) if grown(stmt).is_some() => {
                if let Some((target, _)) = grown(stmt) {
                    self.rebind(target);
                }
            }
            Stmt::Assign(assign) => {
                let value = self.names.value_of(&assign.value);
                assign.targets.iter().for_each(|target| self.assign(target, value));
            }
            Stmt::AnnAssign(assign) => {
                let value =
                    assign.value.as_ref().map_or(Value::Unknown, |v| self.names.value_of(v));
                self.assign(&assign.target, value);
            }
            Stmt::AugAssign(assign) => self.rebind(&assign.target),
            Stmt::For(each) => self.assign(&each.target, Value::Unknown),
            Stmt::With(with) => {
                for item in &with.items {
                    if let Some(target) = &item.optional_vars {
                        let value = self.names.value_of(&item.context_expr);
                        self.assign(target, value);
                    }
                }
            }
            Stmt::Delete(delete) => delete.targets.iter().for_each(|target| {
                self.assign(target, Value::Unknown);
            }),
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                for Alias { name, asname, .. } in &import.names {
                    let own = asname.as_ref().unwrap_or(name);
                    self.names.imports.insert(own, format!("{module}.{name}"));
                }
            }
            Stmt::Import(import) => {
                for Alias { name, asname, .. } in &import.names {
                    let root = name.as_str().split('.').next().unwrap_or_default();
                    let (own, module) = match asname {
                        Some(own) => (own.as_str(), name.as_str()),
                        None => (root, root),
                    };
                    self.names.imports.insert(own, module.to_owned());
                }
            }
            Stmt::Break(_) | Stmt::Return(_) | Stmt::Raise(_) => self.names.leaves.push(at),
            Stmt::Continue(_) => self.names.continues.push(at),
            _ => {}
        }
        visitor::walk_stmt(self, stmt);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        let at = expr.start();
        match expr {
            Expr::Named(named) => {
                let value = self.names.value_of(&named.value);
                self.assign(&named.target, value);
            }
            Expr::Lambda(lambda) => {
                if let Some(parameters) = &lambda.parameters {
                    self.bind_parameters(parameters);
                }
            }
            Expr::Yield(_) | Expr::YieldFrom(_) => self.names.leaves.push(at),
            Expr::Await(wait) => {
                let meaning = called(&wait.value).and_then(|call| self.names.meaning(&call.func));
                let path = meaning.map(|meaning| meaning.path).unwrap_or_default();
                if matches!(path.as_str(), "asyncio.sleep" | "anyio.sleep" | "trio.sleep") {
                    self.names.pauses.push(at);
                }
            }
            Expr::Call(call) => {
                if let Expr::Attribute(method) = &*call.func
                    && !READ_ONLY_METHODS.contains(&method.attr.as_str())
                {
                    self.change(&method.value, at);
                }
                let is_read_only = match &*call.func {
                    Expr::Name(function) => READ_ONLY_FUNCTIONS.contains(&function.id.as_str()),
                    Expr::Attribute(method) => {
                        matches!(&*method.value, Expr::Name(module) if module.id.as_str() == "re")
                    }
                    _ => false,
                };
                if !is_read_only {
                    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
                    for argument in call.arguments.args.iter().chain(keywords) {
                        if matches!(argument, Expr::Name(_) | Expr::Attribute(_) | Expr::Starred(_))
                        {
                            self.change(argument, at);
                        }
                    }
                }
            }
            _ => {}
        }
        visitor::walk_expr(self, expr);
    }

    fn visit_comprehension(&mut self, comprehension: &'a ruff_python_ast::Comprehension) {
        self.assign(&comprehension.target, Value::Unknown);
        visitor::walk_comprehension(self, comprehension);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name, handler.start(), Value::Other);
        }
        visitor::walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(one) => one.name.as_ref(),
            Pattern::MatchStar(one) => one.name.as_ref(),
            Pattern::MatchMapping(one) => one.rest.as_ref(),
            _ => None,
        };
        if let Some(name) = name {
            self.bind(name, pattern.start(), Value::Unknown);
        }
        visitor::walk_pattern(self, pattern);
    }
}
