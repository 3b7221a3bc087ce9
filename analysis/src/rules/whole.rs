//! `memory_inefficiency`: a whole file is read into memory.

use ruff_python_ast::{Expr, ExprCall, UnaryOp};
use ruff_text_size::Ranged;

use crate::context::Context;
use crate::names::Value;
use crate::report::{Category, Confidence};
use crate::syntax::last_name;

/// Usual names of files.
const FILES: &[&str] = &["f", "fd", "fh", "file", "fileobj", "fp", "handle", "infile", "stdin"];

pub(super) fn call(context: &mut Context<'_>, call: &ExprCall) {
    let Some((confidence, what, suggestion)) = whole(context, call) else { return };
    context.found(
        call,
        (Category::MemoryInefficiency, confidence),
        |context| format!("`{}` {what}", context.excerpt(&*call.func)),
        suggestion,
    );
}

fn whole(
    context: &Context<'_>,
    call: &ExprCall,
) -> Option<(Confidence, &'static str, &'static str)> {
    if let Some(meaning) = context.names.meaning(&call.func) {
        let sure = if meaning.is_certain { Confidence::High } else { Confidence::Medium };
        match meaning.path.as_str() {
            "json.load" => {
                return Some((
                    sure,
                    "holds the whole file and all its objects in memory",
                    "for large files: use ijson, or one JSON text per line",
                ));
            }
            "pickle.load" => {
                return Some((
                    sure,
                    "holds all objects of the file in memory",
                    "for large files: use several smaller pickles, or a format that can be read in pieces",
                ));
            }
            _ => {}
        }
    }
    let Expr::Attribute(method) = &*call.func else { return None };
    if !call.arguments.keywords.is_empty() || !is_everything(&call.arguments.args) {
        return None;
    }
    match method.attr.as_str() {
        "read" => Some((
            of_file(context, &method.value, call)?,
            "holds the whole file in memory",
            "read it line by line, or in pieces: for piece in iter(lambda: f.read(65536), '')",
        )),
        "readlines" => Some((
            of_file(context, &method.value, call).or_else(|| {
                // Few other types have this method.
                (value(context, &method.value, call) != Value::Other).then_some(Confidence::Medium)
            })?,
            "holds every line of the file in memory",
            "iterate over the file: for line in f",
        )),
        _ => None,
    }
}

/// Returns whether the arguments mean everything: none, or a negative number.
fn is_everything(arguments: &[Expr]) -> bool {
    match arguments {
        [] => true,
        [Expr::UnaryOp(minus)] => minus.op == UnaryOp::USub,
        _ => false,
    }
}

/// Returns how certain it is that an expression is a file, or `None` if it seems to be something else.
fn of_file(context: &Context<'_>, owner: &Expr, call: &ExprCall) -> Option<Confidence> {
    match value(context, owner, call) {
        Value::File => Some(Confidence::High),
        Value::Response => Some(Confidence::Medium),
        Value::Unknown if context.awaited == Some(call.range()) => None,
        Value::Unknown => {
            let is_stdin =
                context.names.meaning(owner).is_some_and(|meaning| meaning.path == "sys.stdin");
            let name = last_name(owner).unwrap_or_default();
            let is_named = FILES.contains(&name) || name.ends_with("_file");
            match (is_stdin, is_named) {
                (true, _) => Some(Confidence::High),
                (false, true) => Some(Confidence::Medium),
                (false, false) => None,
            }
        }
        _ => None,
    }
}

fn value(context: &Context<'_>, owner: &Expr, call: &ExprCall) -> Value {
    match owner {
        Expr::Name(name) => {
            let known = context.names.value_before(&name.id, context.scope(), call.start());
            known.unwrap_or(Value::Unknown)
        }
        other => context.names.value_of(other),
    }
}
