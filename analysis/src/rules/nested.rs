//! `inefficient_loop`: three loops in one another. What is innermost is run for each of each of each.

use ruff_python_ast::{Comprehension, Expr, Stmt};
use ruff_text_size::Ranged;

use crate::context::Context;
use crate::report::{Category, Confidence};

/// So many in one another are told of.
const MANY: usize = 3;
/// Loops over at most so many things that are written there are no loops here.
const FEW: u64 = 16;

const SUGGESTION: &str =
    "look things up in a dictionary or a set instead of a loop, or say why three are needed";

pub(super) fn statement<'a>(context: &mut Context<'a>, stmt: &'a Stmt) {
    let counts = match stmt {
        Stmt::For(each) => is_long(&each.iter),
        Stmt::While(each) => is_condition(&each.test),
        _ => false,
    };
    let around = context.loops.iter().filter(|each| each.counts).count();
    if counts && around + 1 == MANY {
        context.found(
            stmt,
            (Category::InefficientLoop, Confidence::Medium),
            |_| "three loops in one another".into(),
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

/// Does `while` ask for something? `while True` waits for it, and is left when it has come.
pub(crate) fn is_condition(test: &Expr) -> bool {
    !matches!(test, Expr::BooleanLiteral(_) | Expr::NumberLiteral(_))
}

/// Has a loop over this rounds that nobody can count by looking at it?
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
