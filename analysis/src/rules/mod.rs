//! One file a category, but for `inefficient_loop`, which has two.
//!
//! A rule sees a statement or an expression before the walk goes into it. It says nothing where it
//! would have to guess: what is no query, no file and no text by its looks is none.
//!
//! May import: `names`, `report`, `syntax`, `walk`. Absent on purpose: state of their own.

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
