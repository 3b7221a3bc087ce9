//! [`Object`]: the JSON objects that arguments and schemas are, and the errors about them.
//!
//! May import: `error`, `path`.

use serde_json::{Map, Value};

use crate::error::{Code, ToolError};

/// A JSON object, as arguments and schemas are.
pub type Object = Map<String, Value>;

/// The `format` of an argument that is a path.
pub const PATH: &str = crate::path::SCHEMA_FORMAT;

pub(super) fn printable(key: &str) -> String {
    crate::path::printable(&key.chars().take(60).collect::<String>())
}

pub(super) fn bad(sentence: String, example: Option<&Value>) -> ToolError {
    let error = ToolError::new(Code::BadArgs, sentence);
    match example {
        Some(example) => error.hint(format!("such as {example}")),
        None => error,
    }
}
