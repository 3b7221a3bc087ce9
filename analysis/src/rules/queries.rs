//! `n_plus_one_query`: a loop runs one query in each iteration.
//!
//! Many types have methods named `.get`, `.all`, `.first`, `.one` and `.filter`. A call counts as a query
//! only with further evidence: `objects` or `query` in the chain, a name such as `session` or `cursor`,
//! keyword arguments that a dictionary does not take, or an attribute of the loop variable, as for rows
//! of a related table.

use ruff_python_ast::{Expr, ExprCall};
use ruff_text_size::{Ranged, TextRange};

use crate::context::Context;
use crate::report::{Category, Confidence};
use crate::syntax::{called, last_name, root};

/// Methods that run a query at the end of a chain.
const QUERY_METHODS: &[&str] = &[
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
/// Methods that run a query on a connection.
const OF_CONNECTIONS: &[&str] =
    &["execute", "fetch", "fetchrow", "fetchval", "query", "scalar", "scalars"];
const CONNECTIONS: &[&str] =
    &["conn", "connection", "cur", "cursor", "database", "db", "engine", "session", "tx"];
const QUERIES: &[&str] = &["qs", "query", "queryset"];

const SUGGESTION: &str = "run one query before the loop, for example with `IN`, a join, \
                          select_related or prefetch_related";

pub(super) fn call(context: &mut Context<'_>, call: &ExprCall) {
    if context.query.is_some_and(|reported| is_part(reported, call.range())) {
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
            |context| {
                format!("`{}` queries the database in each iteration", context.excerpt(&*call.func))
            },
            SUGGESTION,
        );
    }
}

/// Returns whether a call runs a database query.
pub(super) fn is_query(context: &Context<'_>, call: &ExprCall) -> bool {
    of_method(context, call).is_some()
}

/// Returns whether a call is an earlier link of a chain.
fn is_part(chain: TextRange, link: TextRange) -> bool {
    chain.start() == link.start() && link.end() <= chain.end()
}

fn of_method(context: &Context<'_>, call: &ExprCall) -> Option<Confidence> {
    let Expr::Attribute(method) = &*call.func else { return None };
    let name = method.attr.as_str();
    let owner = &*method.value;
    let is_query_method = QUERY_METHODS.contains(&name);
    let arguments = &call.arguments;
    if is_query_method && is_chain(owner) {
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
        // A table and a key. Dictionaries and HTTP clients have other arguments.
        "get" if is_named(CONNECTIONS) => {
            positional >= 2 && arguments.args.first().is_some_and(is_class)
        }
        "filter" | "exclude" | "get" if by_key || (by_name && is_named(QUERIES)) => true,
        "filter" | "exclude" | "get" if by_name => is_related(context, owner),
        "filter_by" => by_name,
        "all" | "count" | "exists" | "first" | "last" => {
            positional == 0
                && arguments.keywords.is_empty()
                && (is_related(context, owner) || has_execute(owner))
        }
        _ => false,
    };
    is_likely.then_some(Confidence::Medium)
}

/// Returns whether a chain contains `objects` or `query`.
fn is_chain(mut expr: &Expr) -> bool {
    loop {
        expr = match expr {
            Expr::Attribute(attribute) => {
                if matches!(attribute.attr.as_str(), "objects" | "query") {
                    return true;
                }
                &attribute.value
            }
            // A data frame's `query` takes a string; that of a session takes tables.
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

/// Returns whether a chain contains `connection.execute(..)`.
fn has_execute(expr: &Expr) -> bool {
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

/// Returns whether an expression is an attribute of a loop variable, as in `author.books`.
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

/// Returns whether an expression looks like a class: a name that starts with a capital letter.
fn is_class(expr: &Expr) -> bool {
    let mut expr = expr;
    // A column is an attribute of a class.
    while let Expr::Attribute(attribute) = expr {
        if attribute.attr.as_str().starts_with(|c: char| c.is_ascii_uppercase()) {
            return true;
        }
        expr = &attribute.value;
    }
    matches!(expr, Expr::Name(name) if name.id.as_str().starts_with(|c: char| c.is_ascii_uppercase()))
}
