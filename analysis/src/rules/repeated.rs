//! `repeated_computation`: what comes out the same in each round.
//!
//! Only of functions that are known to compute and nothing else, and of names that nothing in the loop
//! binds or may change.

use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare};
use ruff_text_size::TextRange;

use crate::context::Context;
use crate::report::{Category, Confidence};
use crate::syntax::{called, dotted, is_literal, root};

const SUGGESTION: &str = "compute it once before the loop";
/// Functions that go through all of their argument.
const WHOLE: &[&str] = &["max", "min", "sorted", "sum"];
/// Functions that copy it, for no reason where only a membership is asked for.
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

/// `x in set(ys)` in a loop.
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

/// `while i < len(xs)`: cheap, and the same all the same.
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
        |context| format!("`{}` is the same in each round", context.said(call)),
        SUGGESTION,
    );
}

fn is_one_of(context: &Context<'_>, call: &ExprCall, names: &[&str]) -> bool {
    names.iter().any(|name| context.names.is_built_in(&call.func, name))
}

/// Are all arguments the same in each round?
fn are_same(context: &Context<'_>, call: &ExprCall, each: TextRange) -> bool {
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    let mut all = call.arguments.args.iter().chain(keywords);
    all.all(|argument| is_same(context, argument, each))
}

fn is_same(context: &Context<'_>, expr: &Expr, each: TextRange) -> bool {
    match expr {
        _ if is_literal(expr) => true,
        Expr::Name(name) => !context.names.is_changed_in(&name.id, each),
        // `re.IGNORECASE` stays what it is, `self.items` as long as nobody asks `self` to do anything.
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
