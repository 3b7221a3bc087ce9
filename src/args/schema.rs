//! The schema of a tool's arguments, from their type: one form to understand them, one to show.
//!
//! May import: `path`. This module does not know MCP or any tool.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::args::object::{Object, PATH};

/// The schema of `A`, in the plain subset of JSON Schema 2020-12 that every client takes: no
/// `$schema`, `$ref`, `$defs`, combinators, nullable types or numeric `format`.
pub fn schema<A: JsonSchema>() -> Object {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.meta_schema = None;
        s.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<A>();
    plain(&mut schema);
    match schema.to_value() {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// The schema as clients get it: every word of it is sent to a model with each request, and so it has only
/// what a model needs to call the tool right. The rest is in docs/tools.md, and in errors.
#[must_use]
pub fn for_clients(mut schema: Object) -> Object {
    strip(&mut schema);
    schema
}

/// Arguments of which every model knows what they are.
pub const KNOWN: [&str; 20] = [
    "path",
    "paths",
    "source",
    "overwrite",
    "ignore_case",
    "case_insensitive",
    "word",
    "before",
    "after",
    "context",
    "multiline",
    "use_regex",
    "keyword",
    "byte_limit",
    "content",
    "new_text",
    "source_code",
    "exclude",
    "in_place",
    "encoding",
];

/// Arguments that an answer names where they matter, and that no model has to know before.
const UNLISTED: [&str; 1] = ["line_ends"];

fn strip(object: &mut Object) {
    for unsaid in ["examples", "format", "minimum", "maxItems", "maxLength"] {
        object.remove(unsaid);
    }
    // The description of what is true by default says what `false` means.
    if object.get("default").is_some_and(Value::is_boolean) {
        object.remove("default");
    }
    let required = object.get("required").cloned().unwrap_or_default();
    let is_required =
        |name: &str| required.as_array().is_some_and(|all| all.iter().any(|n| n == name));
    let properties = object.get_mut("properties").and_then(Value::as_object_mut);
    for (name, property) in properties.into_iter().flat_map(|all| {
        all.retain(|name, _| !UNLISTED.contains(&name.as_str()));
        all
    }) {
        let Some(property) = property.as_object_mut() else { continue };
        // What it is when it is left out, only its description says.
        let is_path = property.get("format").is_some_and(|format| format == PATH);
        let is_known = KNOWN.contains(&name.as_str()) && (is_required(name) || !is_path);
        if is_known || property.contains_key("enum") {
            property.remove("description");
        }
        strip(property);
    }
    if let Some(items) = object.get_mut("items").and_then(Value::as_object_mut) {
        items.remove("description");
        strip(items);
    }
}

/// Takes out of a derived schema what some client trips over.
fn plain(schema: &mut Schema) {
    if let Some(object) = schema.as_object_mut() {
        plain_object(object);
    }
}

fn plain_object(object: &mut Object) {
    for noise in ["$schema", "title"] {
        object.remove(noise);
    }
    if object.get("format").is_some_and(|format| format != PATH) {
        object.remove("format");
    }
    // That nothing is given when nothing is given says nothing.
    if [Value::Null, Value::Array(vec![])].iter().any(|none| object.get("default") == Some(none)) {
        object.remove("default");
    }
    // An optional value is one that need not be given, not one that may be null.
    if let Some(Value::Array(kinds)) = object.get("type")
        && let [only] = kinds.iter().filter(|kind| *kind != "null").collect::<Vec<_>>().as_slice()
    {
        let only = (*only).clone();
        object.insert("type".into(), only);
    }
    if let Some(Value::Array(choices)) = object.get_mut("enum") {
        choices.retain(|choice| !choice.is_null());
    }
    if let Some(Value::Object(items)) = object.get_mut("items") {
        plain_object(items);
    }
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().filter_map(Value::as_object_mut).for_each(plain_object);
    }
}
