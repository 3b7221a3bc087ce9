//! Sends the JSON-RPC lines of an answer to a server, and explains lines that are not valid calls.

use serde_json::{Value, json};

use super::bench::Bench;
use super::stop::Stop;
use crate::server::{Exchange, Reply, Server};
use crate::trial::{excerpt, text_of};

/// The maximum number of calls in one answer.
const CALLS: usize = 20;

/// Applies `replace` to each line of the answer, sends it, and returns the exchanges.
///
/// # Errors
/// If a line is not a valid call, or the server does not answer it.
pub(super) fn send_all(
    bench: &Bench,
    server: &mut Server,
    replace: (&str, &str),
) -> Result<Vec<Exchange>, Stop> {
    if bench.answer.lines().is_empty() {
        return Err(Stop::not_yet(
            "the answer contains no call",
            "write one line of JSON-RPC, like the example in the file",
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
                "it must answer to reveal anything",
            ));
        }
        all.push(exchange);
    }
    Ok(all)
}

/// Returns the text of an answer, shortened to one line.
pub(super) fn answer_text(exchange: &Exchange) -> String {
    let text = exchange.reply.result().map_or_else(String::new, |result| text_of(&result));
    excerpt(text.trim(), crate::stage::FLAG, 200).replace('\n', " / ")
}

/// Returns the argument `path` of a call.
pub(super) fn path(exchange: &Exchange) -> String {
    let request: Value = serde_json::from_str(&exchange.request).unwrap_or_default();
    let path = request.pointer("/params/arguments/path").and_then(Value::as_str);
    path.unwrap_or_default().to_owned()
}

/// Checks that a line is a call of a tool that the server has.
fn check_call(number: usize, line: &str, tools: &[String]) -> Result<(), Stop> {
    let not = |seen: &str, look: &str| Err(Stop::not_yet(format!("line {number} {seen}"), look));
    let call: Value = match serde_json::from_str(line) {
        Ok(call) => call,
        Err(error) => {
            return not(
                &format!("is not JSON: {error}"),
                "a request is one line; strings need double quotes, and every bracket must be closed",
            );
        }
    };
    if !call.get("id").is_some_and(Value::is_u64) {
        return not(
            "has no numeric `id`",
            "a request without an `id` is a notification, which is never answered; add `\"id\": 1`",
        );
    }
    let method = call.get("method").and_then(Value::as_str).unwrap_or_default();
    if method != "tools/call" {
        return not(
            &format!("has the method `{method}`"),
            "the method `tools/call` calls a tool; its `params` are `name` and `arguments`",
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
            "add `\"arguments\": {\"path\": \"...\"}`, which tells the server what to read",
        );
    }
    Ok(())
}

fn names(listed: &Value) -> Vec<String> {
    let tools = listed.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
    let names = tools.iter().filter_map(|tool| tool.get("name").and_then(Value::as_str));
    names.map(str::to_owned).collect()
}
