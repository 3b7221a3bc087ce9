//! [`InvalidLine`]: the answer to a line that is not a message.
//!
//! May import: nothing outside `protocol`.

use serde_json::{Value, json};

/// JSON-RPC: the text is not JSON.
pub(super) const PARSE_ERROR: i32 = -32700;
/// JSON-RPC: the JSON is not a request.
pub(super) const INVALID_REQUEST: i32 = -32600;
/// JSON-RPC: the parameters are not those of the method.
pub(super) const INVALID_PARAMS: i32 = -32602;

/// A line that is not a message.
#[derive(Debug)]
pub(super) struct InvalidLine {
    /// The ids to answer under. Without one the answer has no id.
    ids: Vec<Value>,
    code: i32,
    message: String,
}

impl InvalidLine {
    pub(super) fn new(ids: impl IntoIterator<Item = Value>, code: i32, message: &str) -> Self {
        Self { ids: ids.into_iter().collect(), code, message: message.to_owned() }
    }

    pub(super) fn too_long(ids: Vec<Value>, max_bytes: usize) -> Self {
        Self::new(ids, INVALID_REQUEST, &format!("the message is longer than {max_bytes} bytes"))
    }

    /// The answer: a line for each id.
    pub(super) fn answer(self) -> Vec<u8> {
        let ids = self.ids.into_iter().map(Some);
        let mut lines = vec![];
        let answers = ids.map(|id| answer(id, self.code, &self.message));
        answers.for_each(|line| lines.extend_from_slice(line.as_bytes()));
        if lines.is_empty() {
            lines = answer(None, self.code, &self.message).into_bytes();
        }
        lines
    }
}

fn answer(id: Option<Value>, code: i32, message: &str) -> String {
    let mut answer = json!({"jsonrpc": "2.0", "error": {"code": code, "message": message}});
    if let (Some(id), Some(object)) = (id, answer.as_object_mut()) {
        object.insert("id".into(), id);
    }
    format!("{answer}\n")
}

/// The id in the form in which an answer carries it; `None` if it is neither a text nor a whole number.
pub(super) fn usable(id: &Value) -> Option<Value> {
    match id {
        Value::String(_) => Some(id.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(id.clone()),
        // `1.0` and `1e2` are whole numbers too.
        Value::Number(number) => match number.as_f64() {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "whole, and small enough to be exact"
            )]
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => {
                Some((float as i64).into())
            }
            _ => None,
        },
        _ => None,
    }
}
