//! `inefficient_loop`: three nested loops. The innermost code runs for every combination.

use ruff_python_ast::{Comprehension, Expr, Stmt};
use ruff_text_size::Ranged;

use crate::context::Context;
use crate::report::{Category, Confidence};

/// The number of nested loops to report.
const MANY: usize = 3;
/// A loop over at most this many items that are visible in the source is not counted.
const FEW: u64 = 16;

const SUGGESTION: &str =
    "replace a loop by a lookup in a dictionary or a set, or explain why three loops are needed";

pub(super) fn statement<'a>(context: &mut Context<'a>, stmt: &'a Stmt) {
    let is_unbounded = match stmt {
        Stmt::For(each) => is_long(&each.iter),
        Stmt::While(each) => is_condition(&each.test),
        _ => false,
    };
    let around = context.loops.iter().filter(|each| each.is_unbounded).count();
    if is_unbounded && around + 1 == MANY {
        context.found(
            stmt,
            (Category::InefficientLoop, Confidence::Medium),
            |_| "three nested loops".into(),
            SUGGESTION,
        );
    }
}

pub(super) fn comprehension(context: &mut Context<'_>, at: &impl Ranged, parts: &[Comprehension]) {
    let long = parts.iter().filter(|part| is_long(&part.iter)).count();
    if long >= MANY {
        context.found(
            at.range(),
            (Category::InefficientLoop, Confidence::Medium),
            |_| "three loops in one comprehension".into(),
            SUGGESTION,
        );
    }
}

/// Returns whether a `while` loop has a condition. `while True` often waits for something and then ends.
pub(crate) fn is_condition(test: &Expr) -> bool {
    !matches!(test, Expr::BooleanLiteral(_) | Expr::NumberLiteral(_))
}

/// Returns whether the number of iterations over an expression is large or cannot be seen in the source.
pub(crate) fn is_long(iter: &Expr) -> bool {
    let few = |count: usize| count as u64 <= FEW;
    match iter {
        Expr::Tuple(all) => !few(all.elts.len()),
        Expr::List(all) => !few(all.elts.len()),
        Expr::Set(all) => !few(all.elts.len()),
        Expr::StringLiteral(_) => false,
        Expr::Call(call) if matches!(&*call.func, Expr::Name(name) if name.id.as_str() == "range") => {
            call.arguments.args.iter().any(|argument| !is_small(argument))
        }
        _ => true,
    }
}

fn is_small(expr: &Expr) -> bool {
    match expr {
        Expr::NumberLiteral(number) => number
            .value
            .as_int()
            .and_then(ruff_python_ast::Int::as_u64)
            .is_some_and(|number| number <= FEW),
        Expr::UnaryOp(unary) => matches!(&*unary.operand, Expr::NumberLiteral(_)),
        _ => false,
    }
}
