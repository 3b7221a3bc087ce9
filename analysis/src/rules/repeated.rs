//! `repeated_computation`: what comes out the same in each round.
//!
//! Only of functions that are known to compute and nothing else, and of names that nothing in the loop
//! binds or may change.

use ruff_python_ast::{CmpOp, Expr, ExprCall, ExprCompare};
use ruff_text_size::TextRange;

use crate::report::{Category, Confidence};
use crate::syntax::{called, dotted, is_literal, root};
use crate::walk::Walk;

const SUGGESTION: &str = "compute it once before the loop";
/// Functions that go through all of their argument.
const WHOLE: &[&str] = &["max", "min", "sorted", "sum"];
/// Functions that copy it, for no reason where only a membership is asked for.
const COPIES: &[&str] = &["dict", "frozenset", "list", "set", "sorted", "tuple"];

pub(super) fn call(walk: &mut Walk<'_>, call: &ExprCall) {
    let Some(each) = walk.innermost() else { return };
    let range = each.range;
    let is_compiling =
        walk.names.meaning(&call.func).is_some_and(|meaning| meaning.path == "re.compile");
    if is_compiling && are_same(walk, call, range) {
        let is_literal = call.arguments.args.iter().all(is_literal);
        let sure = if is_literal { Confidence::High } else { Confidence::Medium };
        note(walk, call, sure);
    } else if is_one_of(walk, call, WHOLE)
        && call.arguments.args.len() == 1
        && are_same(walk, call, range)
    {
        note(walk, call, Confidence::Medium);
    }
}

/// `x in set(ys)` in a loop.
pub(super) fn membership(walk: &mut Walk<'_>, compare: &ExprCompare) {
    let Some(each) = walk.innermost() else { return };
    let range = each.range;
    let ([CmpOp::In | CmpOp::NotIn], [within]) = (&*compare.ops, &*compare.comparators) else {
        return;
    };
    if let Some(call) = called(within)
        && is_one_of(walk, call, COPIES)
        && call.arguments.args.len() == 1
        && are_same(walk, call, range)
    {
        note(walk, call, Confidence::Medium);
    }
}

/// `while i < len(xs)`: cheap, and the same all the same.
pub(crate) fn test(walk: &mut Walk<'_>, test: &Expr) {
    let Some(each) = walk.innermost() else { return };
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
        if is_one_of(walk, call, &["len"]) && are_same(walk, call, range) {
            note(walk, call, Confidence::Low);
        }
    }
}

fn note(walk: &mut Walk<'_>, call: &ExprCall, sure: Confidence) {
    walk.found(
        call,
        (Category::RepeatedComputation, sure),
        |walk| format!("`{}` is the same in each round", walk.said(call)),
        SUGGESTION,
    );
}

fn is_one_of(walk: &Walk<'_>, call: &ExprCall, names: &[&str]) -> bool {
    names.iter().any(|name| walk.names.is_built_in(&call.func, name))
}

/// Are all arguments the same in each round?
fn are_same(walk: &Walk<'_>, call: &ExprCall, each: TextRange) -> bool {
    let keywords = call.arguments.keywords.iter().map(|keyword| &keyword.value);
    let mut all = call.arguments.args.iter().chain(keywords);
    all.all(|argument| is_same(walk, argument, each))
}

fn is_same(walk: &Walk<'_>, expr: &Expr, each: TextRange) -> bool {
    match expr {
        _ if is_literal(expr) => true,
        Expr::Name(name) => !walk.names.is_changed_in(&name.id, each),
        // `re.IGNORECASE` stays what it is, `self.items` as long as nobody asks `self` to do anything.
        Expr::Attribute(_) if dotted(expr).is_some() => {
            root(expr).is_some_and(|root| !walk.names.is_changed_in(root, each))
                || walk.names.meaning(expr).is_some_and(|meaning| meaning.is_certain)
        }
        Expr::BinOp(both) => is_same(walk, &both.left, each) && is_same(walk, &both.right, each),
        _ => false,
    }
}
