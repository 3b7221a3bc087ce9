//! Every way to put a path into a call, from the registry: a new tool is included automatically.

use std::collections::BTreeSet;

use preopen::args::{Object, PATH};
use preopen::cap::Rights;
use preopen::tool::Entry;
use serde_json::{Value, json};

use super::Answer;

/// Each way to put a path into a call of `tool`: one for each of its path arguments.
pub fn calls(tool: &Entry, path: &str) -> Vec<Value> {
    let schema = (tool.schema)();
    let properties =
        schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required = required(&schema);
    let example = |property: &Value| property["examples"][0].clone();
    let mut all = vec![];
    for (name, property) in &properties {
        let one = property["format"] == PATH;
        let many = property["items"]["format"] == PATH;
        if !one && !many {
            continue;
        }
        let mut arguments: Object = properties
            .iter()
            .filter(|(other, _)| required.contains(other.as_str()))
            .map(|(other, property)| (other.clone(), example(property)))
            .collect();
        // What is searched for has to be in every secret, and in the name of each file that is one.
        for what in ["pattern", "keyword"] {
            if properties.contains_key(what) {
                arguments.insert(what.into(), json!("e"));
            }
        }
        // What is written, and the other end of a way: a file that every tree has, and a new one.
        for (what, value) in
            [("content", "planted"), ("source", "sub/file.txt"), ("destination", "sub/new.txt")]
        {
            if properties.contains_key(what) {
                arguments.insert(what.into(), json!(value));
            }
        }
        arguments.insert(name.clone(), if many { json!([path]) } else { json!(path) });
        all.push(Value::Object(arguments));
    }
    all
}

/// The names of the arguments that a call has to give.
pub fn required(schema: &Object) -> BTreeSet<&str> {
    let names = schema.get("required").and_then(Value::as_array);
    names.into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Does the tool change anything?
pub fn changes(tool: &Entry) -> bool {
    tool.rights.contains(Rights::WRITE) || tool.rights.contains(Rights::REMOVE)
}

/// The code of an answer; where each path is answered on its own, that of the one path.
pub fn code(answer: &Answer) -> &str {
    code_of(&answer.text, answer.is_error)
}

/// The same of an answer that no client has seen.
pub fn code_of(text: &str, is_error: bool) -> &str {
    let own = text.strip_prefix("--- ").and_then(|text| text.split_once('\n'));
    let first = |text| str::split_once(text, ": ").map_or("ok", |(code, _)| code);
    match own {
        Some((_, text)) => {
            let code = first(text);
            if code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_') { code } else { "ok" }
        }
        None if is_error => first(text),
        None => "ok",
    }
}
