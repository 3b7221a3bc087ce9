//! [`Names`]: what the names in a source stand for, as far as the text says.
//!
//! Collected in one pass, before the rules ask. What happens to a name is kept by position: whether it
//! changes within a loop is then two searches, however deep the loops are.
//!
//! May import: `syntax`. Absent on purpose: types, and whether code is ever run.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Alias, ExceptHandler, Expr, Parameters, Pattern, Stmt};
use ruff_text_size::{Ranged, TextRange, TextSize};

use super::syntax::{called, dotted, grown, is_text};

/// What was assigned to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A text, or bytes.
    Text,
    /// An open file.
    File,
    /// What a server sent, open to be read.
    Response,
    /// A session of `requests`.
    Requests,
    /// Nothing that is any of these.
    Other,
    /// It cannot be told.
    Unknown,
}

/// What a dotted name stands for.
pub(crate) struct Meaning {
    /// From its module on, such as `time.sleep`.
    pub(crate) path: String,
    /// Is it seen in the source, and not only likely?
    pub(crate) is_certain: bool,
}

/// Where something happens: positions in ascending order.
type Places = Vec<TextSize>;

/// What happens to the names of a source.
#[derive(Default)]
pub(crate) struct Names<'a> {
    imports: HashMap<&'a str, String>,
    values: HashMap<&'a str, Vec<(TextSize, Value)>>,
    bound: HashMap<&'a str, Places>,
    changed: HashMap<&'a str, Places>,
    /// Names of which a method is called.
    asked: HashMap<&'a str, Places>,
    /// Names that are something else than a built-in function or a module somewhere in the source.
    own: HashSet<&'a str>,
    leaves: Places,
    continues: Places,
    pauses: Places,
}

impl<'a> Names<'a> {
    pub(crate) fn of(body: &'a [Stmt]) -> Self {
        let mut collect = Collect { names: Self::default(), in_class: false };
        collect.visit_body(body);
        let mut names = collect.names;
        let lists = names.bound.values_mut().chain(names.changed.values_mut());
        let lists = lists.chain(names.asked.values_mut());
        lists.chain([&mut names.leaves, &mut names.continues, &mut names.pauses]).for_each(
            |places| {
                places.sort_unstable();
            },
        );
        names.values.values_mut().for_each(|values| values.sort_unstable_by_key(|(at, _)| *at));
        names
    }

    /// What a name with dots stands for; none where it is a variable.
    pub(crate) fn meaning(&self, expr: &Expr) -> Option<Meaning> {
        let said = dotted(expr)?;
        let (root, rest) = said.split_once('.').unwrap_or((&said, ""));
        if let Some(module) = self.imports.get(root) {
            let dot = if rest.is_empty() { "" } else { "." };
            return Some(Meaning { path: format!("{module}{dot}{rest}"), is_certain: true });
        }
        if self.own.contains(root) {
            return None;
        }
        // A bare name that is bound nowhere is built in.
        Some(Meaning { is_certain: rest.is_empty(), path: said })
    }

    /// Is it this built-in function?
    pub(crate) fn is_built_in(&self, expr: &Expr, name: &str) -> bool {
        matches!(expr, Expr::Name(said) if said.id.as_str() == name)
            && !self.imports.contains_key(name)
            && !self.own.contains(name)
    }

    /// Is a name bound in there?
    pub(crate) fn is_bound_in(&self, name: &str, range: TextRange) -> bool {
        is_any_in(self.bound.get(name), range)
    }

    /// Is what a name stands for changed in there, or may it be?
    pub(crate) fn is_changed_in(&self, name: &str, range: TextRange) -> bool {
        self.is_bound_in(name, range) || is_any_in(self.changed.get(name), range)
    }

    /// May what hangs on a name change in there? Any method of an object may do that.
    pub(crate) fn is_asked_in(&self, name: &str, range: TextRange) -> bool {
        self.is_changed_in(name, range) || is_any_in(self.asked.get(name), range)
    }

    /// Is the flow left in there, by `break`, `return`, `raise` or `yield`?
    pub(crate) fn leaves_in(&self, range: TextRange) -> bool {
        is_any_in(Some(&self.leaves), range)
    }

    /// Is there a `continue` in there?
    pub(crate) fn continues_in(&self, range: TextRange) -> bool {
        is_any_in(Some(&self.continues), range)
    }

    /// Does it wait on purpose in there?
    pub(crate) fn pauses_in(&self, range: TextRange) -> bool {
        is_any_in(Some(&self.pauses), range)
    }

    /// What is assigned to a name in there.
    pub(crate) fn values_in(
        &self,
        name: &str,
        range: TextRange,
    ) -> impl Iterator<Item = (TextSize, Value)> {
        let all = self.values.get(name).map_or(&[][..], Vec::as_slice);
        let from = all.partition_point(|(at, _)| *at < range.start());
        let within = all.get(from..).unwrap_or_default().iter().copied();
        within.take_while(move |(at, _)| *at < range.end())
    }

    /// What a name stands for at a place: what was last assigned to it before, in that range.
    pub(crate) fn value_before(&self, name: &str, range: TextRange, at: TextSize) -> Option<Value> {
        self.values_in(name, TextRange::new(range.start(), at.max(range.start())))
            .last()
            .map(|(_, value)| value)
    }

    /// What an expression comes to.
    pub(crate) fn value_of(&self, expr: &Expr) -> Value {
        if is_text(expr) {
            return Value::Text;
        }
        match expr {
            Expr::Await(inner) => self.value_of(&inner.value),
            Expr::Name(_) | Expr::Attribute(_) | Expr::Subscript(_) | Expr::BinOp(_) => {
                Value::Unknown
            }
            Expr::Call(call) => {
                let Some(meaning) = self.meaning(&call.func) else { return Value::Unknown };
                match meaning.path.as_str() {
                    "str" | "repr" | "format" => Value::Text,
                    "open" | "io.open" | "codecs.open" | "gzip.open" | "bz2.open"
                    | "aiofiles.open" => Value::File,
                    "urllib.request.urlopen" => Value::Response,
                    "requests.Session" | "requests.session" => Value::Requests,
                    "list"
                    | "dict"
                    | "set"
                    | "int"
                    | "float"
                    | "bytearray"
                    | "io.StringIO"
                    | "io.BytesIO"
                    | "collections.deque"
                    | "collections.Counter" => Value::Other,
                    _ => Value::Unknown,
                }
            }
            Expr::If(either) => self.value_of(&either.body),
            Expr::NoneLiteral(_) | Expr::Yield(_) | Expr::YieldFrom(_) => Value::Unknown,
            _ => Value::Other,
        }
    }
}

fn is_any_in(places: Option<&Places>, range: TextRange) -> bool {
    places.is_some_and(|places| {
        let next = places.partition_point(|at| *at < range.start());
        places.get(next).is_some_and(|at| *at < range.end())
    })
}

/// Methods that change what they are called on, as far as that is a container.
const CHANGING: &[&str] = &[
    "add",
    "append",
    "appendleft",
    "clear",
    "close",
    "difference_update",
    "discard",
    "extend",
    "insert",
    "intersection_update",
    "pop",
    "popitem",
    "popleft",
    "push",
    "put",
    "read",
    "remove",
    "reverse",
    "rotate",
    "setdefault",
    "sort",
    "symmetric_difference_update",
    "update",
    "write",
];

/// Functions that leave their arguments as they are.
const LEAVING: &[&str] = &[
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

    /// Binds what an assignment binds; `a.b = c` and `a[b] = c` change `a`.
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
            // `a = a + b` is `a += b`. Whatever it was, it stays: no value is noted.
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
                if let Expr::Attribute(method) = &*call.func {
                    if CHANGING.contains(&method.attr.as_str()) {
                        self.change(&method.value, at);
                    } else if let Some(owner) = root(&method.value) {
                        self.names.asked.entry(owner).or_default().push(at);
                    }
                }
                let leaves = match &*call.func {
                    Expr::Name(function) => LEAVING.contains(&function.id.as_str()),
                    Expr::Attribute(method) => {
                        matches!(&*method.value, Expr::Name(module) if module.id.as_str() == "re")
                    }
                    _ => false,
                };
                if !leaves {
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

/// The name at the beginning of `a.b[c].d`.
pub(crate) fn root(mut expr: &Expr) -> Option<&str> {
    loop {
        expr = match expr {
            Expr::Name(name) => return Some(&name.id),
            Expr::Attribute(one) => &one.value,
            Expr::Subscript(one) => &one.value,
            Expr::Starred(one) => &one.value,
            Expr::Call(one) => &one.func,
            _ => return None,
        }
    }
}
