//! The rules: one file per category, except for `inefficient_loop`, which has two.
//!
//! A rule sees a statement or an expression before the walk enters it. It does not guess: an expression
//! that does not look like a query, a file or a string is not treated as one. Rules have no state.

mod blocking;
mod gathering;
mod growing;
pub(crate) mod nested;
mod queries;
pub(crate) mod repeated;
mod whole;

use ruff_python_ast::{Expr, Stmt};

use super::context::Context;

pub(crate) fn statement<'a>(context: &mut Context<'a>, stmt: &'a Stmt) {
    growing::statement(context, stmt);
    nested::statement(context, stmt);
}

pub(crate) fn expression<'a>(context: &mut Context<'a>, expr: &'a Expr) {
    match expr {
        Expr::Call(call) => {
            queries::call(context, call);
            blocking::call(context, call);
            whole::call(context, call);
            repeated::call(context, call);
        }
        Expr::Await(wait) => gathering::wait(context, wait),
        Expr::Compare(compare) => repeated::membership(context, compare),
        Expr::ListComp(all) => nested::comprehension(context, all, &all.generators),
        Expr::SetComp(all) => nested::comprehension(context, all, &all.generators),
        Expr::DictComp(all) => nested::comprehension(context, all, &all.generators),
        Expr::Generator(all) => nested::comprehension(context, all, &all.generators),
        _ => {}
    }
}
