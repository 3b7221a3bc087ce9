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

use super::walk::Walk;

pub(crate) fn statement<'a>(walk: &mut Walk<'a>, stmt: &'a Stmt) {
    growing::statement(walk, stmt);
    nested::statement(walk, stmt);
}

pub(crate) fn expression<'a>(walk: &mut Walk<'a>, expr: &'a Expr) {
    match expr {
        Expr::Call(call) => {
            queries::call(walk, call);
            blocking::call(walk, call);
            whole::call(walk, call);
            repeated::call(walk, call);
        }
        Expr::Await(wait) => gathering::wait(walk, wait),
        Expr::Compare(compare) => repeated::membership(walk, compare),
        Expr::ListComp(all) => nested::comprehension(walk, all, &all.generators),
        Expr::SetComp(all) => nested::comprehension(walk, all, &all.generators),
        Expr::DictComp(all) => nested::comprehension(walk, all, &all.generators),
        Expr::Generator(all) => nested::comprehension(walk, all, &all.generators),
        _ => {}
    }
}
