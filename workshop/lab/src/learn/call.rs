//! Lines of JSON-RPC that a participant wrote: sent as they are, and told of where they are none.
//!
//! May import: `bench`, `server`. Absent on purpose: what the exercise is after.

use serde_json::{Value, json};

use super::bench::Bench;
use super::stop::Stop;
use crate::server::{Exchange, Reply, Server};
use crate::trial::{excerpt, text_of};

/// The most calls of one answer.
const CALLS: usize = 20;

/// Sends each line of the answer, with `replace` done in it first, and gives what came of each.
///
/// # Errors
/// When a line is no call, or the server does not answer it.
pub(super) fn send_all(
    bench: &Bench,
    server: &mut Server,
    replace: (&str, &str),
) -> Result<Vec<Exchange>, Stop> {
    if bench.answer.lines().is_empty() {
        return Err(Stop::not_yet(
            "there is no call in the answer",
            "write one line of JSON-RPC, as the file shows it",
        ));
    }
    let tools = server.request("tools/list", &json!({}), bench.patience()).reply.result();
    let tools = names(&tools.unwrap_or_default());
    let mut all = vec![];
    for (number, line) in bench.answer.lines().iter().take(CALLS) {
        let line = line.replace(replace.0, replace.1);
        check_call(*number, &line, &tools)?;
        let exchange = server.send_line(&line, bench.patience());
        if !matches!(exchange.reply, Reply::Line(_)) {
            return Err(Stop::not_yet(
                format!("the server {}", exchange.reply.in_words()),
                "it has to answer, or nothing comes out",
            ));
        }
        all.push(exchange);
    }
    Ok(all)
}

/// What a server said to a call, in short.
pub(super) fn answer_text(exchange: &Exchange) -> String {
    let text = exchange.reply.result().map_or_else(String::new, |result| text_of(&result));
    excerpt(text.trim(), crate::stage::FLAG, 200).replace('\n', " / ")
}

/// The argument `path` of a call.
pub(super) fn path(exchange: &Exchange) -> String {
    let request: Value = serde_json::from_str(&exchange.request).unwrap_or_default();
    let path = request.pointer("/params/arguments/path").and_then(Value::as_str);
    path.unwrap_or_default().to_owned()
}

/// Is it a call that the server can make sense of?
fn check_call(number: usize, line: &str, tools: &[String]) -> Result<(), Stop> {
    let not = |seen: &str, look: &str| Err(Stop::not_yet(format!("line {number} {seen}"), look));
    let call: Value = match serde_json::from_str(line) {
        Ok(call) => call,
        Err(error) => {
            return not(
                &format!("is no JSON: {error}"),
                "a request is one line, in double quotes, with every bracket closed",
            );
        }
    };
    if !call.get("id").is_some_and(Value::is_u64) {
        return not(
            "has no number as its `id`",
            "without an `id` it is a notification, and those are never answered: `\"id\": 1`",
        );
    }
    let method = call.get("method").and_then(Value::as_str).unwrap_or_default();
    if method != "tools/call" {
        return not(
            &format!("has the method `{method}`"),
            "tools are used by the method `tools/call`, with `params` that have a `name` and `arguments`",
        );
    }
    let tool = call.pointer("/params/name").and_then(Value::as_str).unwrap_or_default();
    if !tools.iter().any(|known| known == tool) {
        return not(
            &format!("names the tool `{tool}`"),
            &format!("this server has `{}`", tools.join("`, `")),
        );
    }
    let arguments = call.pointer("/params/arguments");
    let has_path = arguments.is_some_and(|all| {
        all.get("path").is_some_and(Value::is_string) || all.get("root_paths").is_some()
    });
    if !has_path {
        return not(
            "has no `path` among its `arguments`",
            "`\"arguments\": {\"path\": \"...\"}`: the path is what the server looks at",
        );
    }
    Ok(())
}

fn names(listed: &Value) -> Vec<String> {
    let tools = listed.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
    let names = tools.iter().filter_map(|tool| tool.get("name").and_then(Value::as_str));
    names.map(str::to_owned).collect()
}
