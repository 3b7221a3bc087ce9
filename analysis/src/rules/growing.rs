//! `inefficient_loop`: a string grows by `+=` in a loop. Each iteration copies all of it.

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::TextRange;

use crate::context::Context;
use crate::names::Value;
use crate::report::{Category, Confidence};
use crate::syntax::{grown, is_text, root};

/// The maximum number of assignments of a name to examine. The first ones show its type.
const MOST_VALUES: usize = 100;

const SUGGESTION: &str =
    "append the pieces to a list and join them after the loop: ''.join(pieces)";

pub(super) fn statement(context: &mut Context<'_>, stmt: &Stmt) {
    let Some((target, added)) = grown(stmt) else { return };
    let Some(each) = context.innermost() else { return };
    let confidence = match target {
        Expr::Name(name) => of_name(context, &name.id, each.range, added),
        // The earlier value of `self.text` is unknown, but the added value may be known.
        Expr::Attribute(_) => {
            let is_new =
                root(target).is_some_and(|root| context.names.is_bound_in(root, each.range));
            (is_text(added) && !is_new).then_some(Confidence::Medium)
        }
        _ => None,
    };
    if let Some(confidence) = confidence {
        context.found(
            stmt,
            (Category::InefficientLoop, confidence),
            |context| {
                format!(
                    "`{}` is a string that each iteration copies to extend it",
                    context.excerpt(target)
                )
            },
            SUGGESTION,
        );
    }
}

fn of_name(context: &Context<'_>, name: &str, each: TextRange, added: &Expr) -> Option<Confidence> {
    let is_before = |at| !each.contains(at);
    // A name that each iteration binds again does not grow over iterations.
    if context.names.values_in(name, each).next().is_some() {
        return None;
    }
    let values = context.names.values_in(name, context.scope()).take(MOST_VALUES);
    let mut values = values.filter(|(at, _)| is_before(*at)).map(|(_, value)| value);
    let added = is_text(added) || context.names.value_of(added) == Value::Text;
    let first = values.next();
    let is_mixed = first.is_some_and(|first| values.any(|other| other != first));
    match first {
        Some(Value::Text) if is_mixed => added.then_some(Confidence::Medium),
        Some(Value::Text) => Some(Confidence::High),
        Some(Value::Unknown) | None => added.then_some(Confidence::Medium),
        Some(_) if is_mixed => added.then_some(Confidence::Medium),
        Some(_) => None,
    }
}
