//! Questions to a piece of syntax that need nothing else.
//!
//! May import: nothing of this crate. Absent on purpose: what names stand for.

use ruff_python_ast::{Expr, ExprCall, Operator, Stmt};

/// Most parts of a dotted name.
const MOST_PARTS: usize = 8;

/// `a.b.c` as text, where it is nothing but names.
pub(crate) fn dotted(expr: &Expr) -> Option<String> {
    let mut parts = vec![];
    let mut rest = expr;
    while parts.len() < MOST_PARTS {
        match rest {
            Expr::Attribute(attribute) => {
                parts.push(attribute.attr.as_str());
                rest = &attribute.value;
            }
            Expr::Name(name) => {
                parts.push(name.id.as_str());
                parts.reverse();
                return Some(parts.join("."));
            }
            _ => return None,
        }
    }
    None
}

/// The last name of `a.b.c`, or the only one.
pub(crate) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// The name at the beginning of `a.b[c].d`.
pub(crate) fn root(mut expr: &Expr) -> Option<&str> {
    loop {
        expr = match expr {
            Expr::Name(name) => return Some(&name.id),
            Expr::Attribute(one) => &one.value,
            Expr::Subscript(one) => &one.value,
            Expr::Starred(one) => &one.value,
            Expr::Call(one) => &one.func,
            _ => return None,
        }
    }
}

/// The call that an expression is.
pub(crate) fn called(expr: &Expr) -> Option<&ExprCall> {
    match expr {
        Expr::Call(call) => Some(call),
        _ => None,
    }
}

/// Is it a text or bytes, whatever is in it?
pub(crate) fn is_text(expr: &Expr) -> bool {
    match expr {
        Expr::StringLiteral(_) | Expr::BytesLiteral(_) | Expr::FString(_) => true,
        Expr::BinOp(both) => match both.op {
            Operator::Add => is_text(&both.left) || is_text(&both.right),
            Operator::Mod | Operator::Mult => is_text(&both.left),
            _ => false,
        },
        Expr::Call(call) => match &*call.func {
            Expr::Attribute(method) => {
                matches!(&*method.value, Expr::StringLiteral(_) | Expr::BytesLiteral(_))
                    && matches!(method.attr.as_str(), "format" | "join")
            }
            Expr::Name(function) => matches!(function.id.as_str(), "str" | "repr" | "chr" | "hex"),
            _ => false,
        },
        Expr::If(either) => is_text(&either.body) && is_text(&either.orelse),
        _ => false,
    }
}

/// Is it a value that is written there?
pub(crate) fn is_literal(expr: &Expr) -> bool {
    matches!(
        expr,
        Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::NumberLiteral(_)
            | Expr::BooleanLiteral(_)
            | Expr::NoneLiteral(_)
    )
}

/// What grows in `a += b`, `a = a + b` or `a = b + a`, and by what.
pub(crate) fn grown(stmt: &Stmt) -> Option<(&Expr, &Expr)> {
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
