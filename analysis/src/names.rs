//! [`Names`]: what the names in a source stand for, as far as the text says.
//!
//! Collected in one pass, by [`super::collect`], before the rules ask. What happens to a name is kept by position: whether it
//! changes within a loop is then two searches, however deep the loops are.
//!
//! May import: `collect`, `syntax`. Absent on purpose: types, and whether code is ever run.

use std::collections::{HashMap, HashSet};

use ruff_python_ast::Expr;
use ruff_text_size::{TextRange, TextSize};

use super::syntax::{dotted, is_text};

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
    pub(super) imports: HashMap<&'a str, String>,
    pub(super) values: HashMap<&'a str, Vec<(TextSize, Value)>>,
    pub(super) bound: HashMap<&'a str, Places>,
    pub(super) changed: HashMap<&'a str, Places>,
    /// Names that are something else than a built-in function or a module somewhere in the source.
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
        let all = self.values.get(name).map_or(&[][..], Vec::as_slice);
        let before = all.partition_point(|(assigned, _)| *assigned < at).checked_sub(1)?;
        let (assigned, value) = all.get(before)?;
        (*assigned >= range.start()).then_some(*value)
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
