//! Values of arguments: what agents send, in the kind that the schema wants, or what is wrong with it.
//!
//! May import: `error`.

use serde_json::Value;

use super::doubled::{Doubled, doubled_argument};
use super::texts::parsed;
use crate::args::object::{Object, PATH, bad, printable};
use crate::error::{Code, ToolError};

/// What other clients call our values. Of several meanings, the one counts that the argument has.
const VALUES: &[(&str, &[&str])] = &[
    ("files_with_matches", &["files"]),
    ("filenames", &["files"]),
    ("paths", &["files"]),
    ("file", &["file", "files"]),
    ("f", &["file"]),
    ("files", &["files", "file"]),
    ("d", &["dir"]),
    ("directory", &["dir"]),
    ("directories", &["dir"]),
    ("dirs", &["dir"]),
    ("folder", &["dir"]),
    ("folders", &["dir"]),
    ("l", &["symlink"]),
    ("link", &["symlink"]),
    ("symlinks", &["symlink"]),
    ("all", &["any"]),
    ("both", &["any"]),
    ("lines", &["content"]),
    ("matches", &["content"]),
    ("counts", &["count"]),
    ("count_matches", &["count"]),
    ("name", &["name", "path"]),
    ("path", &["path", "name"]),
    ("alphabetical", &["name", "path"]),
    ("modified", &["mtime"]),
    ("modified_time", &["mtime"]),
    ("modification_time", &["mtime"]),
    ("date", &["mtime"]),
    ("time", &["mtime"]),
    ("newest", &["mtime"]),
    ("recent", &["mtime"]),
    ("w", &["overwrite"]),
    ("write", &["overwrite"]),
    ("rewrite", &["overwrite"]),
    ("replace", &["overwrite"]),
    ("a", &["append"]),
    ("x", &["create"]),
    ("new", &["create"]),
    ("create_new", &["create"]),
    ("\\n", &["lf"]),
    ("unix", &["lf"]),
    ("linux", &["lf"]),
    ("posix", &["lf"]),
    ("\\r\\n", &["crlf"]),
    ("windows", &["crlf"]),
    ("win", &["crlf"]),
    ("dos", &["crlf"]),
];

/// Reads an object by its schema. Errors call it by the first argument.
type ReadObject = fn(&str, &Object, Object) -> Result<Object, ToolError>;

/// The value in the kind that the property wants, or what is wrong with it.
/// Objects in a list are read by `read_object`, as the arguments themselves are.
pub(super) fn fit(
    name: &str,
    property: &Object,
    value: Value,
    read_object: ReadObject,
) -> Result<Value, ToolError> {
    let kind = kind_in(property);
    let items = property.get("items").and_then(Value::as_object);
    if let ("array" | "object", Value::String(text)) = (kind, &value)
        && let Some(Doubled::OfArguments(member)) = doubled_argument(text)
    {
        let dot = if member.starts_with('[') { "" } else { "." };
        let member = printable(&member);
        return Err(bad(format!("`{name}{dot}{member}` is given twice"), None));
    }
    let value = match items {
        Some(items) => list(items, value),
        None if is_path(property) => one_path(value),
        None => coerce(kind, value),
    };
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
    if let (Some(items), Value::Array(all)) = (items, &value) {
        let wrong = || bad(format!("`{name}` has an item of the wrong type"), example);
        let each =
            all.iter().enumerate().map(|(i, item)| match coerce(kind_in(items), item.clone()) {
                Value::Object(item) if items.contains_key("properties") => {
                    let item = read_object(name, items, item);
                    item.map(Value::Object).map_err(|error| error.about(&format!("{name}[{i}]")))
                }
                item => {
                    let fitted = fit(&format!("{name}[{i}]"), items, item, read_object);
                    fitted.map_err(|error| match error.code() {
                        Code::OverLimit => error,
                        _ => wrong(),
                    })
                }
            });
        return Ok(Value::Array(each.collect::<Result<_, _>>()?));
    }
    let least = property.get("minimum").and_then(Value::as_i64);
    if !fits {
        let error = bad(format!("`{name}` has to be {wanted}, not {}", kind_of(&value)), example);
        let instead = match (&value, example) {
            (Value::Array(items), Some(example)) if is_path(property) && items.len() > 1 => {
                Some(format!("give one path per call, such as {example}"))
            }
            (Value::Array(_) | Value::Object(_), Some(example)) if kind == "string" => {
                Some(format!("give it as a quoted string, such as {example}"))
            }
            _ => wanted_instead(property),
        };
        return Err(match instead {
            Some(hint) => error.hint(hint),
            None => error,
        });
    }
    if let (Some(least), Some(number)) = (least, value.as_i64())
        && number < least
    {
        return Err(bad(format!("`{name}` has to be at least {least}, not {number}"), example));
    }
    match property.get("enum").and_then(Value::as_array) {
        Some(choices) => choice(name, choices, value),
        None => Ok(value),
    }
}

/// The choice that a value means.
fn choice(name: &str, choices: &[Value], value: Value) -> Result<Value, ToolError> {
    if choices.contains(&value) {
        return Ok(value);
    }
    let word = match value.as_str().unwrap_or_default() {
        "\n" => "lf".into(),
        "\r\n" => "crlf".into(),
        text => text.trim().to_ascii_lowercase(),
    };
    let meanings = VALUES.iter().find(|(theirs, _)| *theirs == word).map(|(_, ours)| *ours);
    let mut meant = std::iter::once(word.as_str()).chain(meanings.into_iter().flatten().copied());
    meant.find_map(|ours| choices.iter().find(|choice| **choice == ours)).cloned().ok_or_else(
        || {
            let choices: Vec<_> = choices.iter().filter_map(Value::as_str).collect();
            bad(format!("`{name}` has to be one of {}", choices.join(", ")), None)
        },
    )
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

/// A list as agents send it: with `null` in it, as lines of a text, or with paths as objects.
fn list(items: &Object, value: Value) -> Value {
    // A list of one text is that text, line feeds and all: a file may be called so.
    let is_text = value.is_string();
    let value = match coerce("array", value) {
        Value::Array(all) => match all.as_slice() {
            [Value::String(text)]
                if is_text
                    && kind_in(items) == "string"
                    && !text.starts_with('[')
                    && text.contains('\n') =>
            {
                let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
                lines.map(Value::from).collect()
            }
            _ => Value::Array(all),
        },
        other => other,
    };
    let Value::Array(mut all) = value else { return value };
    all.retain(|item| !item.is_null());
    if is_path(items) {
        all = all.into_iter().map(one_path).collect();
    }
    Value::Array(all)
}

/// A path that is sent as a list of one, or as an object with nothing else in it.
fn one_path(value: Value) -> Value {
    match coerce("string", value) {
        Value::Object(object) if object.len() == 1 => match object.get("path") {
            Some(path @ Value::String(_)) => path.clone(),
            _ => Value::Object(object),
        },
        value => value,
    }
}

fn is_path(property: &Object) -> bool {
    property.get("format").is_some_and(|format| format == PATH)
}

/// What agents send for a value of this kind when they send it as text, or one item for a list, or a list for one item.
fn coerce(kind: &str, value: Value) -> Value {
    match (kind, value) {
        ("boolean", value @ Value::String(_)) => flag(&value).map_or(value, Value::Bool),
        ("integer" | "number", Value::String(text)) => match parsed(text.trim()) {
            Some(parsed @ Value::Number(_)) => coerce(kind, parsed),
            _ => Value::String(text),
        },
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
        ("string", Value::Array(items)) => match items.as_slice() {
            [one @ Value::String(_)] => one.clone(),
            _ => Value::Array(items),
        },
        ("array" | "object", Value::String(text)) => match parsed::<Value>(&text) {
            Some(parsed @ Value::Array(_)) if kind == "array" => parsed,
            Some(parsed @ Value::Object(_)) if kind == "object" => parsed,
            // One of them, alone.
            Some(parsed @ Value::Object(_)) if text.trim_start().starts_with('{') => {
                Value::Array(vec![parsed])
            }
            _ if kind == "array" => Value::Array(vec![Value::String(text)]),
            _ => Value::String(text),
        },
        ("array", alone @ Value::Object(_)) => Value::Array(vec![alone]),
        (_, value) => value,
    }
}

/// `true` or `false`, or a word for one of them. A number is neither: 1 may be meant as a count.
pub(super) fn flag(value: &Value) -> Option<bool> {
    let text = match value {
        Value::Bool(flag) => return Some(*flag),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    let is_one_of = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(["true", "yes", "on"]) {
        Some(true)
    } else if is_one_of(["false", "no", "off"]) {
        Some(false)
    } else {
        None
    }
}

/// A whole number that is not negative, or the digits of one as a text.
pub(super) fn number(value: &Value) -> Option<u64> {
    match coerce("integer", value.clone()) {
        Value::Number(number) => number.as_u64(),
        _ => None,
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
        Value::Number(number) if number.as_f64().is_some_and(|n| n.abs() >= 9e15) => {
            "a number that large"
        }
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// What the argument of a schema is, if it is a number or `true` or `false`.
pub fn wanted(schema: &Object, argument: &str) -> Option<String> {
    let property = schema.get("properties")?.get(argument)?.as_object()?;
    let kind = match kind_in(property) {
        "integer" => "a whole number",
        "boolean" => return Some("true or false".into()),
        _ => return None,
    };
    Some(wanted_instead(property).map_or(kind.into(), |bound| format!("{kind}, {bound}")))
}

/// What a number has to be, where it has a bound that is not 0.
pub(super) fn wanted_instead(property: &Object) -> Option<String> {
    let least = property.get("minimum").and_then(Value::as_i64).filter(|least| *least > 0)?;
    let example = example(property)?;
    Some(format!("such as {example}; at least {least}"))
}

pub(super) fn example(property: &Object) -> Option<&Value> {
    property.get("examples")?.as_array()?.first()
}
