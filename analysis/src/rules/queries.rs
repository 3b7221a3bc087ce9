//! `n_plus_one_query`: a query in a loop, one for each round.
//!
//! `.get`, `.all`, `.first`, `.one` and `.filter` are methods of many things. A query is what says so:
//! `objects` or `query` in the chain, a name such as `session` or `cursor`, arguments by name that a
//! dictionary does not take, or what hangs on the variable of the loop as rows of another table do.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use crate::context::Context;
use crate::report::{Category, Confidence};
use crate::syntax::{called, last_name, root};

/// Methods that ask, at the end of a chain that is a query.
const ASKING: &[&str] = &[
    "all",
    "aggregate",
    "count",
    "delete",
    "exclude",
    "exists",
    "filter",
    "filter_by",
    "first",
    "get",
    "get_or_create",
    "get_or_none",
    "last",
    "one",
    "one_or_none",
    "order_by",
    "scalar",
    "scalars",
    "select_related",
    "update",
    "update_or_create",
    "values",
    "values_list",
];
/// Methods that ask when they are called on a connection.
const OF_CONNECTIONS: &[&str] =
    &["execute", "fetch", "fetchrow", "fetchval", "query", "scalar", "scalars"];
const CONNECTIONS: &[&str] =
    &["conn", "connection", "cur", "cursor", "database", "db", "engine", "session", "tx"];
const QUERIES: &[&str] = &["qs", "query", "queryset"];

const SUGGESTION: &str = "ask once before the loop for all of them, such as by `IN`, a join, \
                          select_related or prefetch_related";

pub(super) fn call(context: &mut Context<'_>, call: &ExprCall) {
    if context.query.is_some_and(|told| is_part(told, call.range())) {
        return;
    }
    if context.loops.is_empty() {
        return;
    }
    if let Some(confidence) = of_method(context, call) {
        context.query = Some(call.range());
        context.found(
            call,
            (Category::NPlusOneQuery, confidence),
            |context| format!("`{}` asks the database in each round", context.said(&*call.func)),
            SUGGESTION,
        );
    }
}

/// Is it a call that asks a database?
pub(super) fn is_query(context: &Context<'_>, call: &ExprCall) -> bool {
    of_method(context, call).is_some()
}

/// Is the one an earlier link of the chain that the other is?
fn is_part(chain: TextRange, link: TextRange) -> bool {
    chain.start() == link.start() && link.end() <= chain.end()
}

fn of_method(context: &Context<'_>, call: &ExprCall) -> Option<Confidence> {
    let Expr::Attribute(method) = &*call.func else { return None };
    let (name, owner) = (method.attr.as_str(), &*method.value);
    let (asks, arguments) = (ASKING.contains(&name), &call.arguments);
    if asks && is_chain(owner) {
        return Some(Confidence::High);
    }
    let positional = arguments.args.len();
    let by_key = positional == 0
        && arguments.keywords.iter().any(|keyword| {
            keyword.arg.as_ref().is_some_and(|arg| {
                matches!(arg.as_str(), "id" | "pk") || arg.as_str().contains("__")
            })
        });
    let by_name = positional == 0 && !arguments.keywords.is_empty();
    let owner_name = last_name(owner).unwrap_or_default().to_ascii_lowercase();
    let is_named = |names: &[&str]| {
        names.iter().any(|name| {
            let before = owner_name.strip_suffix(name);
            before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
        })
    };
    let is_likely = match name {
        _ if is_named(CONNECTIONS) && OF_CONNECTIONS.contains(&name) => true,
        // A table, and a key: a dictionary or a client of HTTP is asked in another way.
        "get" if is_named(CONNECTIONS) => {
            positional >= 2 && arguments.args.first().is_some_and(is_class)
        }
        "filter" | "exclude" | "get" if by_key || (by_name && is_named(QUERIES)) => true,
        "filter" | "exclude" | "get" if by_name => is_related(context, owner),
        "filter_by" => by_name,
        "all" | "count" | "exists" | "first" | "last" => {
            positional == 0
                && arguments.keywords.is_empty()
                && (is_related(context, owner) || is_asked_connection(owner))
        }
        _ => false,
    };
    is_likely.then_some(Confidence::Medium)
}

/// Does the chain say that it is a query?
fn is_chain(mut expr: &Expr) -> bool {
    loop {
        expr = match expr {
            Expr::Attribute(attribute) => {
                if matches!(attribute.attr.as_str(), "objects" | "query") {
                    return true;
                }
                &attribute.value
            }
            // A frame of data takes a text; a session takes tables.
            Expr::Call(call) => match &*call.func {
                Expr::Attribute(method) if method.attr.as_str() == "query" => {
                    return call.arguments.args.first().is_some_and(is_class);
                }
                func => func,
            },
            Expr::Subscript(subscript) => &subscript.value,
            _ => return false,
        };
    }
}

/// `connection.execute(..)`, and what may come between it and the last call.
fn is_asked_connection(expr: &Expr) -> bool {
    let mut next = called(expr);
    while let Some(call) = next {
        let Expr::Attribute(method) = &*call.func else { return false };
        let owner = last_name(&method.value).unwrap_or_default().to_ascii_lowercase();
        if method.attr.as_str() == "execute" && CONNECTIONS.iter().any(|name| owner.ends_with(name))
        {
            return true;
        }
        next = called(&method.value);
    }
    false
}

/// Is it what hangs on the variable of a loop, as in `author.books`?
fn is_related(context: &Context<'_>, expr: &Expr) -> bool {
    let Expr::Attribute(attribute) = expr else { return false };
    let owner = match &*attribute.value {
        Expr::Attribute(inner) => &inner.value,
        owner => owner,
    };
    let Expr::Name(name) = owner else { return false };
    let mut targets = context.loops.iter().flat_map(|each| &each.targets);
    targets.any(|target| root(target) == Some(name.id.as_str()))
}

/// By its looks: a name that begins with a capital.
fn is_class(expr: &Expr) -> bool {
    let mut expr = expr;
    // A column belongs to a class.
    while let Expr::Attribute(attribute) = expr {
        if attribute.attr.as_str().starts_with(|c: char| c.is_ascii_uppercase()) {
            return true;
        }
        expr = &attribute.value;
    }
    matches!(expr, Expr::Name(name) if name.id.as_str().starts_with(|c: char| c.is_ascii_uppercase()))
}
