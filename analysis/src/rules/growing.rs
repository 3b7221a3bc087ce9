//! `inefficient_loop`: a text that grows by `+=` in a loop. Each round copies all of it.

use ruff_python_ast::{Expr, Operator, Stmt};
use ruff_text_size::TextRange;

use crate::names::{Value, root};
use crate::report::{Category, Confidence};
use crate::syntax::{dotted, is_text};
use crate::walk::Walk;

const SUGGESTION: &str =
    "append the pieces to a list, and join them behind the loop: ''.join(pieces)";

pub(super) fn statement(walk: &mut Walk<'_>, stmt: &Stmt) {
    let Some((target, added)) = grown(stmt) else { return };
    let Some(each) = walk.innermost() else { return };
    let confidence = match target {
        Expr::Name(name) => of_name(walk, &name.id, each.range, added),
        // What `self.text` was before cannot be seen, but what is added can.
        Expr::Attribute(_) => {
            let is_new = root(target).is_some_and(|root| walk.names.is_bound_in(root, each.range));
            (is_text(added) && !is_new).then_some(Confidence::Medium)
        }
        _ => None,
    };
    if let Some(confidence) = confidence {
        walk.found(
            stmt,
            (Category::InefficientLoop, confidence),
            |walk| {
                format!("`{}` is a text that is copied in each round to grow", walk.said(target))
            },
            SUGGESTION,
        );
    }
}

/// What grows in `a += b`, `a = a + b` or `a = b + a`, and by what.
fn grown(stmt: &Stmt) -> Option<(&Expr, &Expr)> {
    match stmt {
        Stmt::AugAssign(assign) if assign.op == Operator::Add => {
            Some((&assign.target, &assign.value))
        }
        Stmt::Assign(assign) => {
            let [target] = assign.targets.as_slice() else { return None };
            let name = dotted(target)?;
            let Expr::BinOp(sum) = &*assign.value else { return None };
            // `a + b + c` is `(a + b) + c`.
            let mut first = &assign.value;
            while let Expr::BinOp(sum) = &**first
                && sum.op == Operator::Add
            {
                first = &sum.left;
            }
            let is_it = |expr: &Expr| dotted(expr).as_deref() == Some(&*name);
            if sum.op != Operator::Add {
                None
            } else if is_it(first) {
                Some((target, &sum.right))
            } else if is_it(&sum.right) {
                Some((target, &sum.left))
            } else {
                None
            }
        }
        _ => None,
    }
}

fn of_name(walk: &Walk<'_>, name: &str, each: TextRange, added: &Expr) -> Option<Confidence> {
    let is_before = |at| !each.contains(at);
    // What is bound anew in each round does not grow with the rounds. `a = a + b` is a value as well.
    let mut renewed = walk.names.values_in(name, each);
    if renewed.any(|(_, value)| value != Value::Unknown) {
        return None;
    }
    let values = walk.names.values_in(name, walk.scope());
    let mut values = values.filter(|(at, _)| is_before(*at)).map(|(_, value)| value);
    let added = is_text(added) || walk.names.value_of(added) == Value::Text;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_is_found_in_each_spelling() {
        for (source, grows) in [
            ("a += b", true),
            ("a = a + b", true),
            ("a = a + b + c", true),
            ("a = b + a", true),
            ("a.b = a.b + c", true),
            ("a -= b", false),
            ("a = b + c", false),
            ("a = a * b", false),
            ("a = c = a + b", false),
        ] {
            let module = ruff_python_parser::parse_module(source).unwrap();
            let stmt = module.suite().first().unwrap();
            assert_eq!(grown(stmt).is_some(), grows, "{source}");
        }
    }
}
