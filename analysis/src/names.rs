//! [`Names`]: what the names in a source refer to, as far as the text shows.
//!
//! [`super::collect`] collects the events of each name in one pass, before the rules run. Events are
//! stored by position, so that two binary searches find out whether a name changes within a loop,
//! however deep the loops are. This module knows neither types nor control flow.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::Expr;
use ruff_text_size::{TextRange, TextSize};

use super::syntax::{dotted, is_text};

/// The kind of value that was assigned to a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    /// A string or bytes.
    Text,
    /// An open file.
    File,
    /// An open response of a server.
    Response,
    /// A session of `requests`.
    Requests,
    /// Something that is none of these.
    Other,
    /// Unknown.
    Unknown,
}

/// What a dotted name refers to.
pub(crate) struct Meaning {
    /// The full path, including the module, such as `time.sleep`.
    pub(crate) path: String,
    /// Whether the source shows it, or it is only likely.
    pub(crate) is_certain: bool,
}

/// Positions in ascending order.
type Places = Vec<TextSize>;

/// The events of all names in a source.
#[derive(Default)]
pub(crate) struct Names<'a> {
    pub(super) imports: HashMap<&'a str, String>,
    pub(super) values: HashMap<&'a str, Vec<(TextSize, Value)>>,
    pub(super) bound: HashMap<&'a str, Places>,
    pub(super) changed: HashMap<&'a str, Places>,
    /// Names that the source binds itself, so that they may not be built-in functions or modules.
    pub(super) own: HashSet<&'a str>,
    pub(super) leaves: Places,
    pub(super) continues: Places,
    pub(super) pauses: Places,
}

impl Names<'_> {
    /// Sorts all positions, which the searches below rely on.
    pub(super) fn sort(&mut self) {
        let Self { bound, changed, leaves, continues, pauses, .. } = self;
        let lists = bound.values_mut().chain(changed.values_mut());
        let flows = [leaves, continues, pauses];
        lists.chain(flows).for_each(|places| places.sort_unstable());
        self.values.values_mut().for_each(|values| values.sort_unstable_by_key(|(at, _)| *at));
    }

    /// Returns what a dotted name refers to, or `None` if it is a variable.
    pub(crate) fn meaning(&self, expr: &Expr) -> Option<Meaning> {
        let name = dotted(expr)?;
        let (root, rest) = name.split_once('.').unwrap_or((&name, ""));
        if let Some(module) = self.imports.get(root) {
            let dot = if rest.is_empty() { "" } else { "." };
            return Some(Meaning { path: format!("{module}{dot}{rest}"), is_certain: true });
        }
        if self.own.contains(root) {
            return None;
        }
        // A name without dots that is not bound anywhere is built in.
        Some(Meaning { is_certain: rest.is_empty(), path: name })
    }

    /// Returns whether an expression is this built-in function.
    pub(crate) fn is_built_in(&self, expr: &Expr, name: &str) -> bool {
        matches!(expr, Expr::Name(found) if found.id.as_str() == name)
            && !self.imports.contains_key(name)
            && !self.own.contains(name)
    }

    /// Returns whether a name is bound in a range.
    pub(crate) fn is_bound_in(&self, name: &str, range: TextRange) -> bool {
        is_any_in(self.bound.get(name), range)
    }

    /// Returns whether a name or its value may change in a range.
    pub(crate) fn is_changed_in(&self, name: &str, range: TextRange) -> bool {
        self.is_bound_in(name, range) || is_any_in(self.changed.get(name), range)
    }

    /// Returns whether a range contains `break`, `return`, `raise` or `yield`.
    pub(crate) fn leaves_in(&self, range: TextRange) -> bool {
        is_any_in(Some(&self.leaves), range)
    }

    /// Returns whether a range contains `continue`.
    pub(crate) fn continues_in(&self, range: TextRange) -> bool {
        is_any_in(Some(&self.continues), range)
    }

    /// Returns whether a range contains an awaited sleep.
    pub(crate) fn pauses_in(&self, range: TextRange) -> bool {
        is_any_in(Some(&self.pauses), range)
    }

    /// Returns the values that are assigned to a name in a range.
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

    /// Returns the value of the last assignment to a name before a position, within a range.
    pub(crate) fn value_before(&self, name: &str, range: TextRange, at: TextSize) -> Option<Value> {
        let all = self.values.get(name).map_or(&[][..], Vec::as_slice);
        let before = all.partition_point(|(assigned, _)| *assigned < at).checked_sub(1)?;
        let (assigned, value) = all.get(before)?;
        (*assigned >= range.start()).then_some(*value)
    }

    /// Returns the kind of value of an expression.
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
