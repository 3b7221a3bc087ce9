//! The schema of a tool's arguments, from their type: one form to understand them, one to show.
//!
//! May import: `path`. Absent on purpose: MCP, and any knowledge of a particular tool.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde_json::{Map, Value};

use super::{Object, PATH};

/// The schema of `A`, in the plain subset of JSON Schema 2020-12 that every client takes: no
/// `$schema`, `$ref`, `$defs`, combinators, nullable types or numeric `format`.
pub fn schema<A: JsonSchema>() -> Object {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.meta_schema = None;
        s.inline_subschemas = true;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<A>();
    plain(&mut schema);
    schema.insert("additionalProperties".into(), false.into());
    match schema.to_value() {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

/// The schema as clients get it: without the examples, which only errors need, and without the
/// `format` that marks an argument as a path, which only tests need.
#[must_use]
pub fn for_clients(mut schema: Object) -> Object {
    strip(&mut schema);
    schema
}

fn strip(object: &mut Object) {
    object.remove("examples");
    object.remove("format");
    let properties = object.get_mut("properties").and_then(Value::as_object_mut);
    properties
        .into_iter()
        .flat_map(Map::values_mut)
        .filter_map(Value::as_object_mut)
        .for_each(strip);
    if let Some(items) = object.get_mut("items").and_then(Value::as_object_mut) {
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
