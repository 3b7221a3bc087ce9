//! `repeated_computation`: a result that is the same in each iteration.
//!
//! The rule applies only to functions without side effects, and to names that the loop neither binds nor
//! changes.

use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare};
use ruff_text_size::TextRange;

use crate::context::Context;
use crate::report::{Category, Confidence};
use crate::syntax::{called, dotted, is_literal, root};

const SUGGESTION: &str = "compute it once before the loop";
/// Functions that iterate over their whole argument.
const WHOLE: &[&str] = &["max", "min", "sorted", "sum"];
/// Functions that copy their argument, which is unnecessary for a membership test.
const COPIES: &[&str] = &["dict", "frozenset", "list", "set", "sorted", "tuple"];

pub(super) fn call(context: &mut Context<'_>, call: &ExprCall) {
    let Some(each) = context.innermost() else { return };
    let range = each.range;
    let is_compiling =
        context.names.meaning(&call.func).is_some_and(|meaning| meaning.path == "re.compile");
    if is_compiling && are_same(context, call, range) {
        let is_literal = call.arguments.args.iter().all(is_literal);
        let sure = if is_literal { Confidence::High } else { Confidence::Medium };
        note(context, call, sure);
    } else if is_one_of(context, call, WHOLE)
        && call.arguments.args.len() == 1
        && are_same(context, call, range)
    {
        note(context, call, Confidence::Medium);
    }
}

/// Reports `x in set(ys)` in a loop.
pub(super) fn membership(context: &mut Context<'_>, compare: &ExprCompare) {
    let Some(each) = context.innermost() else { return };
    let range = each.range;
    let ([CmpOp::In | CmpOp::NotIn], [within]) = (&*compare.ops, &*compare.comparators) else {
        return;
    };
    if let Some(call) = called(within)
        && is_one_of(context, call, COPIES)
        && call.arguments.args.len() == 1
        && are_same(context, call, range)
    {
        note(context, call, Confidence::Medium);
    }
}

/// Reports `while i < len(xs)`, which is cheap but repeated.
pub(crate) fn test(context: &mut Context<'_>, test: &Expr) {
    let Some(each) = context.innermost() else { return };
    let range = each.range;
    let mut parts = vec![];
    match test {
        Expr::Compare(compare) => {
            parts.push(&*compare.left);
            parts.extend(&*compare.comparators);
        }
        Expr::BoolOp(all) => {
            for value in &all.values {
                if let Expr::Compare(compare) = value {
                    parts.push(&*compare.left);
                    parts.extend(&*compare.comparators);
                }
            }
        }
        _ => {}
    }
    for call in parts.into_iter().filter_map(called) {
        if is_one_of(context, call, &["len"]) && are_same(context, call, range) {
            note(context, call, Confidence::Low);
        }
    }
}

fn note(context: &mut Context<'_>, call: &ExprCall, sure: Confidence) {
    context.found(
        call,
        (Category::RepeatedComputation, sure),
        |context| format!("`{}` is the same in each iteration", context.excerpt(call)),
        SUGGESTION,
    );
}

fn is_one_of(context: &Context<'_>, call: &ExprCall, names: &[&str]) -> bool {
    names.iter().any(|name| context.names.is_built_in(&call.func, name))
}

/// Returns whether all arguments are the same in each iteration.
fn are_same(context: &Context<'_>, call: &ExprCall, each: TextRange) -> bool {
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    let mut all = call.arguments.args.iter().chain(keywords);
    all.all(|argument| is_same(context, argument, each))
}

fn is_same(context: &Context<'_>, expr: &Expr, each: TextRange) -> bool {
    match expr {
        _ if is_literal(expr) => true,
        Expr::Name(name) => !context.names.is_changed_in(&name.id, each),
        // `re.IGNORECASE` is constant. `self.items` is the same if the loop does not change `self`.
        Expr::Attribute(_) if dotted(expr).is_some() => {
            root(expr).is_some_and(|root| !context.names.is_changed_in(root, each))
                || context.names.meaning(expr).is_some_and(|meaning| meaning.is_certain)
        }
        Expr::BinOp(both) => {
            is_same(context, &both.left, each) && is_same(context, &both.right, each)
        }
        _ => false,
    }
}
