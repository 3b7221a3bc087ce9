//! [`unwrapped`]: arguments that a client puts into one more object, as in `{"input": {"path": "a"}}`.
//!
//! May import: nothing outside `args`.

use serde_json::Value;

use super::spellings::is_same;
use crate::args::object::Object;

/// What such objects are called.
const WRAPPERS: &[&str] = &[
    "input",
    "inputs",
    "args",
    "kwargs",
    "params",
    "parameters",
    "arguments",
    "options",
    "tool_input",
    "tool_args",
    "tool_arguments",
    "tool_params",
];
/// An object may be in another one, such as `kwargs` in `input`.
const MAX_DEPTH: usize = 3;

/// The arguments with those of wrappers beside the others. A wrapper stays, to be refused by its name, if the tool has an
/// argument that is called so, or if an argument is given outside of it too.
pub fn unwrapped(schema: &Object, mut sent: Object) -> Object {
    let own = schema.get("properties").and_then(Value::as_object);
    let is_own = |key: &str| own.is_some_and(|own| own.keys().any(|name| is_same(key, name)));
    let is_wrapper =
        |key: &str| WRAPPERS.iter().any(|wrapper| is_same(key, wrapper)) && !is_own(key);
    for _ in 0..MAX_DEPTH {
        let wrappers: Vec<String> = sent.keys().filter(|key| is_wrapper(key)).cloned().collect();
        for key in wrappers {
            let inner = match sent.remove(&key) {
                Some(Value::Object(inner)) if !inner.keys().any(|name| sent.contains_key(name)) => {
                    inner
                }
                Some(Value::Array(items)) if items.is_empty() => Object::new(),
                Some(Value::String(text)) if text.is_empty() => Object::new(),
                other => {
                    sent.insert(key, other.unwrap_or_default());
                    continue;
                }
            };
            sent.extend(inner);
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wrappers_are_taken_off_and_nothing_is_lost() {
        let schema = json!({"properties": {"path": {}, "options": {}}});
        let schema = schema.as_object().unwrap();
        for (sent, want) in [
            (json!({"input": {"path": "a"}}), json!({"path": "a"})),
            (json!({"Tool-Input": {"path": "a"}}), json!({"path": "a"})),
            (json!({"args": [], "kwargs": {"path": "a"}}), json!({"path": "a"})),
            (json!({"input": {"kwargs": {"path": "a"}}}), json!({"path": "a"})),
            (json!({"path": "a", "params": {"limit": 1}}), json!({"path": "a", "limit": 1})),
            (json!({"input": ""}), json!({})),
            (
                json!({"path": "a", "input": {"path": "b"}}),
                json!({"path": "a", "input": {"path": "b"}}),
            ),
            (json!({"options": {"path": "b"}}), json!({"options": {"path": "b"}})),
            (json!({"args": ["a"]}), json!({"args": ["a"]})),
            (json!({"input": "a"}), json!({"input": "a"})),
        ] {
            let got = unwrapped(schema, sent.as_object().unwrap().clone());
            assert_eq!(Value::Object(got), want, "{sent}");
        }
    }
}
