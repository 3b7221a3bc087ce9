//! Functions on a piece of syntax. They do not know what names refer to.

use ruff_python_ast::{Expr, ExprCall, Operator, Stmt};

/// The maximum number of parts of a dotted name.
const MOST_PARTS: usize = 8;

/// Returns the text of `a.b.c`, or `None` if a part is not a name.
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

/// Returns the last name of `a.b.c`, or the only one.
pub(crate) fn last_name(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Attribute(attribute) => Some(attribute.attr.as_str()),
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// Returns the name at the start of `a.b[c].d`.
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

/// Returns the call, if an expression is one.
pub(crate) fn called(expr: &Expr) -> Option<&ExprCall> {
    match expr {
        Expr::Call(call) => Some(call),
        _ => None,
    }
}

/// Returns whether an expression is certainly a string or bytes.
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

/// Returns whether an expression is a literal.
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

/// Returns the target and the added value of `a += b`, `a = a + b` or `a = b + a`.
pub(crate) fn grown(stmt: &Stmt) -> Option<(&Expr, &Expr)> {
    match stmt {
        Stmt::AugAssign(assign) if assign.op == Operator::Add => {
            Some((&assign.target, &assign.value))
        }
        Stmt::Assign(assign) => {
            let [target] = assign.targets.as_slice() else { return None };
            let name = dotted(target)?;
            let Expr::BinOp(sum) = &*assign.value else { return None };
            // `a + b + c` means `(a + b) + c`.
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
    fn every_form_of_adding_to_a_name_is_recognised() {
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
