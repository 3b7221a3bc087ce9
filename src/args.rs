//! Arguments: from the JSON that agents really send to a tool's typed ones. One place for all tools.
//!
//! The tool's own type is the only definition: its schema is derived, shown to clients, and read
//! here to know each argument's name and kind. Spellings that agents are known to use are accepted
//! silently; what cannot be meant is refused with the argument's name, what was expected, and an
//! example.
//!
//! May import: `error`, `path`. This module does not know MCP or any tool.

mod schema;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

pub use schema::{KNOWN, for_clients, schema};

use crate::error::{Code, ToolError};

/// A JSON object, as arguments and schemas are.
pub type Object = Map<String, Value>;

/// The `format` of an argument that is a path.
pub const PATH: &str = crate::path::SCHEMA_FORMAT;

/// What other servers and clients call our arguments.
const ALIASES: &[(&str, &str)] = &[
    ("file_path", "path"),
    ("path", "file_path"),
    ("directory_path", "path"),
    ("old_string", "old_text"),
    ("new_string", "new_text"),
    ("-i", "ignore_case"),
    ("-A", "after"),
    ("-B", "before"),
    ("-C", "context"),
    ("output_mode", "output"),
    ("head_limit", "limit"),
    ("include", "glob"),
    ("include_pattern", "glob"),
    ("fixed_strings", "literal"),
    ("exclude_patterns", "exclude"),
];

/// What other clients call our values.
const VALUES: &[(&str, &str)] = &[("files_with_matches", "files")];

/// Reads the arguments of a call to `tool`, whose schema is `schema`.
///
/// # Errors
/// `bad_args`, naming the argument.
pub fn parse<A: DeserializeOwned>(
    tool: &str,
    schema: &Object,
    sent: Object,
) -> Result<A, ToolError> {
    let args = object(tool, schema, sent)?;
    // The reason is not logged: it quotes the value that does not fit, which may be the contents of a file.
    serde_json::from_value(Value::Object(args)).map_err(|_| {
        ToolError::new(Code::BadArgs, format!("the arguments of {tool} do not fit together"))
    })
}

/// An object under the names and in the kinds of its schema; `whose` they are, errors say.
fn object(whose: &str, schema: &Object, sent: Object) -> Result<Object, ToolError> {
    let known = properties(schema);
    let mut args = Object::new();
    for (key, value) in sent {
        let Some((name, property)) = meant(&key, &known) else {
            return Err(unknown(whose, &key, &known));
        };
        if args.contains_key(name) {
            return Err(bad(format!("`{name}` is given twice, under two names"), None));
        }
        if !value.is_null() {
            args.insert(name.to_owned(), fit(name, property, value)?);
        }
    }
    for name in required(schema) {
        if !args.contains_key(name) {
            let example = known.iter().find(|(n, _)| *n == name).and_then(|(_, p)| example(p));
            return Err(bad(format!("`{name}` is missing"), example));
        }
    }
    Ok(args)
}

type Property<'a> = (&'a str, &'a Object);

fn properties(schema: &Object) -> Vec<Property<'_>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .filter_map(|(k, v)| Some((k.as_str(), v.as_object()?)))
        .collect()
}

fn required(schema: &Object) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The argument that `key` means: itself, its snake case, or what others call it.
fn meant<'a>(key: &str, known: &[Property<'a>]) -> Option<Property<'a>> {
    let snake = snake_case(key);
    let alias =
        ALIASES.iter().find(|(alias, _)| *alias == key || *alias == snake).map(|(_, name)| *name);
    let named = |name: &str| known.iter().find(|(n, _)| *n == name).copied();
    named(key).or_else(|| named(&snake)).or_else(|| named(alias?))
}

fn snake_case(key: &str) -> String {
    let mut snake = String::new();
    for c in key.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    snake
}

/// The value in the kind that the property wants, or what is wrong with it.
fn fit(name: &str, property: &Object, value: Value) -> Result<Value, ToolError> {
    let kind = kind_in(property);
    let value = coerce(kind, value);
    let (fits, wanted) = match kind {
        "string" => (value.is_string(), "a string"),
        "integer" => (value.is_i64() || value.is_u64(), "a whole number"),
        "number" => (value.is_number(), "a number"),
        "boolean" => (value.is_boolean(), "true or false"),
        "array" => (value.is_array(), "a list"),
        "object" => (value.is_object(), "an object"),
        _ => (true, "something else"),
    };
    check_size(name, property, &value)?;
    let example = example(property);
    if let (Some(items), Value::Array(all)) =
        (property.get("items").and_then(Value::as_object), &value)
    {
        let wrong = || bad(format!("`{name}` holds something of the wrong kind"), example);
        let each =
            all.iter().enumerate().map(|(i, item)| match coerce(kind_in(items), item.clone()) {
                Value::Object(item) if items.contains_key("properties") => {
                    let item = object(name, items, item);
                    item.map(Value::Object).map_err(|error| error.about(&format!("{name}[{i}]")))
                }
                item => {
                    let fitted = fit(&format!("{name}[{i}]"), items, item);
                    fitted.map_err(|error| match error.code() {
                        Code::OverLimit => error,
                        _ => wrong(),
                    })
                }
            });
        return Ok(Value::Array(each.collect::<Result<_, _>>()?));
    }
    if !fits {
        return Err(bad(format!("`{name}` has to be {wanted}, not {}", kind_of(&value)), example));
    }
    if let (Some(least), Some(number)) =
        (property.get("minimum").and_then(Value::as_i64), value.as_i64())
        && number < least
    {
        return Err(bad(format!("`{name}` has to be at least {least}, not {number}"), example));
    }
    let Some(choices) = property.get("enum").and_then(Value::as_array) else { return Ok(value) };
    let alias = VALUES.iter().find(|(alias, _)| value == *alias).map(|(_, ours)| (*ours).into());
    let value = alias.filter(|ours| choices.contains(ours)).unwrap_or(value);
    if !choices.contains(&value) {
        let choices: Vec<_> = choices.iter().filter_map(Value::as_str).collect();
        return Err(bad(format!("`{name}` has to be one of {}", choices.join(", ")), None));
    }
    Ok(value)
}

/// Checks the bounds of a text or a list. What is too large is neither copied nor looked into.
fn check_size(name: &str, property: &Object, value: &Value) -> Result<(), ToolError> {
    let (size, bound, what) = match value {
        Value::String(text) => (text.chars().count(), "maxLength", "characters"),
        Value::Array(items) => (items.len(), "maxItems", "items"),
        _ => return Ok(()),
    };
    let Some(most) = property.get(bound).and_then(Value::as_u64) else { return Ok(()) };
    if size as u64 <= most {
        return Ok(());
    }
    let sentence = format!("`{name}` has {size} {what}, over the limit of {most}");
    Err(ToolError::new(Code::OverLimit, sentence))
}

/// What agents send for a value of this kind when they send it as text, or alone instead of in a list.
fn coerce(kind: &str, value: Value) -> Value {
    match (kind, value) {
        ("integer" | "number" | "boolean", Value::String(text)) => {
            match serde_json::from_str(text.trim()) {
                Ok(parsed @ (Value::Number(_) | Value::Bool(_))) => coerce(kind, parsed),
                _ => Value::String(text),
            }
        }
        ("integer", Value::Number(number)) => match number.as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole, and small enough to be exact"
            )]
            Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() < 9e15 => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        ("array" | "object", Value::String(text)) => match serde_json::from_str::<Value>(&text) {
            Ok(parsed @ Value::Array(_)) if kind == "array" => parsed,
            Ok(parsed @ Value::Object(_)) if kind == "object" => parsed,
            // One of them, alone.
            Ok(parsed @ Value::Object(_)) if text.trim_start().starts_with('{') => {
                Value::Array(vec![parsed])
            }
            _ if kind == "array" => Value::Array(vec![Value::String(text)]),
            _ => Value::String(text),
        },
        ("array", alone @ Value::Object(_)) => Value::Array(vec![alone]),
        (_, value) => value,
    }
}

fn kind_in(property: &Object) -> &str {
    property.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() != 0.0) => "a fraction",
        Value::Number(number) if number.is_f64() => "a number as large as that",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn example(property: &Object) -> Option<&Value> {
    property.get("examples")?.as_array()?.first()
}

fn bad(sentence: String, example: Option<&Value>) -> ToolError {
    let error = ToolError::new(Code::BadArgs, sentence);
    match example {
        Some(example) => error.hint(format!("such as {example}")),
        None => error,
    }
}

fn unknown(tool: &str, key: &str, known: &[Property<'_>]) -> ToolError {
    let names: Vec<_> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
    let key = crate::path::printable(&key.chars().take(60).collect::<String>());
    let hint = if names.is_empty() {
        "it takes none".into()
    } else {
        format!("it takes {}", names.join(", "))
    };
    ToolError::new(Code::BadArgs, format!("{tool} has no argument `{key}`")).hint(hint)
}

#[cfg(test)]
mod tests {
    use super::*;
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Sort {
        Name,
        Size,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Args {
        /// Which file.
        #[schemars(example = "src/main.rs")]
        path: String,
        /// How many.
        #[serde(default)]
        #[schemars(example = 200)]
        max_lines: Option<u32>,
        /// Whether.
        #[serde(default)]
        dry_run: bool,
        /// Which ones.
        #[serde(default)]
        exclude: Vec<String>,
        /// In which order.
        #[serde(default)]
        sort_by: Option<Sort>,
    }

    fn read(sent: Value) -> Result<Args, ToolError> {
        let Value::Object(sent) = sent else { panic!("not an object") };
        parse("demo", &schema::<Args>(), sent)
    }

    #[test]
    fn what_agents_really_send_is_understood() {
        let want = Args {
            path: "a".into(),
            max_lines: Some(5),
            dry_run: true,
            exclude: vec!["x".into()],
            sort_by: Some(Sort::Size),
        };
        for sent in [
            json!({"path": "a", "max_lines": 5, "dry_run": true, "exclude": ["x"], "sort_by": "size"}),
            json!({"file_path": "a", "maxLines": "5", "dryRun": "true", "exclude": "x", "sortBy": "size"}),
            json!({"filePath": "a", "max-lines": 5.0, "dry_run": true, "exclude": "[\"x\"]", "sort_by": "size"}),
        ] {
            assert_eq!(read(sent.clone()).unwrap(), want, "{sent}");
        }
        assert_eq!(read(json!({"path": "a", "max_lines": null})).unwrap().max_lines, None);
    }

    #[test]
    fn what_cannot_be_meant_names_the_argument_and_an_example() {
        for (sent, text) in [
            (json!({}), "bad_args: `path` is missing\nhint: such as \"src/main.rs\""),
            (
                json!({"path": 4}),
                "bad_args: `path` has to be a string, not a number\nhint: such as \"src/main.rs\"",
            ),
            (
                json!({"path": "a", "max_lines": "many"}),
                "bad_args: `max_lines` has to be a whole number, not a string\nhint: such as 200",
            ),
            (
                json!({"path": "a", "max_lines": -1}),
                "bad_args: `max_lines` has to be at least 0, not -1\nhint: such as 200",
            ),
            (
                json!({"path": "a", "sort_by": "age"}),
                "bad_args: `sort_by` has to be one of name, size",
            ),
            (
                json!({"path": "a", "depth": 3}),
                "bad_args: demo has no argument `depth`\nhint: it takes `dry_run`, \
                 `exclude`, `max_lines`, `path`, `sort_by`",
            ),
            (
                json!({"path": "a", "file_path": "b"}),
                "bad_args: `path` is given twice, under two names",
            ),
            (
                json!({"path": "a", "max_lines": 1.5}),
                "bad_args: `max_lines` has to be a whole number, not a fraction\nhint: such as 200",
            ),
            (
                json!({"path": "a", "max_lines": 99_999_999_999_u64}),
                "bad_args: the arguments of demo do not fit together",
            ),
        ] {
            assert_eq!(read(sent.clone()).unwrap_err().to_string(), text, "{sent}");
        }
    }

    #[test]
    fn the_schema_holds_nothing_that_a_client_trips_over() {
        let text = Value::Object(for_clients(schema::<Args>())).to_string();
        for word in [
            "$schema",
            "$ref",
            "$defs",
            "anyOf",
            "oneOf",
            "allOf",
            "null",
            "format",
            "title",
            "examples",
            "VirtualPath",
        ] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert!(text.contains("How many."), "{text}");
    }
}
