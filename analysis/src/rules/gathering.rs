//! `missing_async_opportunity`: a loop awaits operations one after the other that could run
//! concurrently.
//!
//! The rule applies only if the iterations seem independent: the awaited call uses the loop variable and
//! nothing that the loop changes, and no iteration ends the loop. Two awaits in a row outside of a loop
//! are not reported, since their order may matter.

use ruff_python_ast::visitor::{self, Visitor};
use ruff_python_ast::{Expr, ExprAwait};

use super::queries;
use crate::context::{Context, Kind, Loop};
use crate::report::{Category, Confidence};
use crate::syntax::{called, last_name, root};

/// Methods whose order matters, or that a connection runs one at a time.
const IN_ORDER: &[&str] = &[
    "acquire",
    "aclose",
    "close",
    "commit",
    "connect",
    "delete",
    "drain",
    "execute",
    "fetch",
    "fetchrow",
    "fetchval",
    "flush",
    "join",
    "publish",
    "put",
    "recv",
    "rollback",
    "scalar",
    "scalars",
    "send",
    "send_bytes",
    "send_json",
    "send_text",
    "sleep",
    "start",
    "stop",
    "wait",
    "write",
];

pub(super) fn wait(context: &mut Context<'_>, wait: &ExprAwait) {
    let Some(each) = context.innermost() else { return };
    if !context.is_async() || !is_free(context, each) || !is_of_round(context, each, &wait.value) {
        return;
    }
    let sure = if each.kind == Kind::Comprehension { Confidence::High } else { Confidence::Medium };
    context.found(
        wait,
        (Category::MissingAsyncOpportunity, sure),
        |context| {
            format!("each iteration waits for `{}` before the next one starts", context.excerpt(&*wait.value))
        },
        "await asyncio.gather(*(.. for ..)), or asyncio.TaskGroup; a semaphore limits how many run at once",
    );
}

/// Returns whether the iterations can run in any order.
fn is_free(context: &Context<'_>, each: &Loop<'_>) -> bool {
    matches!(each.kind, Kind::For | Kind::Comprehension)
        && each.guards == 0
        && !context.names.leaves_in(each.range)
        && !context.names.pauses_in(each.range)
}

/// Returns whether an awaited expression is a call that uses the loop variable and nothing from earlier
/// iterations.
fn is_of_round(context: &Context<'_>, each: &Loop<'_>, awaited: &Expr) -> bool {
    let Some(call) = called(awaited) else { return false };
    let is_method = matches!(&*call.func, Expr::Attribute(_));
    let name = last_name(&call.func).unwrap_or_default();
    // A session runs one query at a time.
    if is_method && IN_ORDER.contains(&name) || queries::is_query(context, call) {
        return false;
    }
    let mut used = Used { names: vec![] };
    used.visit_expr(awaited);
    let is_target = |name: &str| each.targets.iter().any(|target| is_in(target, name));
    let is_kept = |name: &str| !is_target(name) && context.names.is_bound_in(name, each.range);
    used.names.iter().any(|name| is_target(name)) && !used.names.iter().any(|name| is_kept(name))
}

fn is_in(target: &Expr, name: &str) -> bool {
    match target {
        Expr::Tuple(all) => all.elts.iter().any(|one| is_in(one, name)),
        Expr::List(all) => all.elts.iter().any(|one| is_in(one, name)),
        other => root(other) == Some(name),
    }
}

/// The names in an expression.
struct Used<'a> {
    names: Vec<&'a str>,
}

impl<'a> Visitor<'a> for Used<'a> {
    fn visit_expr(&mut self, expr: &'a Expr) {
        if let Expr::Name(name) = expr {
            self.names.push(&name.id);
        }
        visitor::walk_expr(self, expr);
    }
}
