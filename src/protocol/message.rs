//! [`parse`]: what one JSON text of a line means, in the forms in which clients really send messages.
//!
//! Nearly every text is the call of a tool, and is read as one at once. `null` is absent, arguments may come as a text of JSON,
//! and a call with arguments that JSON cannot say is read as far as it can be, to be refused under its id.
//!
//! May import: `args`, `path`. This module does not know what a tool does.

use rmcp::RoleServer;
use rmcp::model::{CallToolRequest, ClientRequest, JsonRpcMessage, JsonRpcRequest};
use rmcp::service::RxJsonRpcMessage;
use serde_json::{Map, Value};

use super::invalid::{INVALID_PARAMS, INVALID_REQUEST, InvalidLine, PARSE_ERROR, usable};
use super::mending::{Unreadable, mend};
use super::outline::found_in;
use crate::args::{Doubled, LARGE, MAX_VALUES, doubled, doubled_argument, has_too_many_values};
use crate::path::printable;

/// What a client sends.
pub(super) type Message = RxJsonRpcMessage<RoleServer>;

/// The message that a text is. `None` if it is not one, and is a response or a notification, which are never answered.
///
/// # Errors
/// The answer to a text that is not a message.
pub(super) fn parse(text: &mut [u8]) -> Result<Option<Message>, InvalidLine> {
    if text.len() > LARGE && has_too_many_values(text) {
        let why = format!("the message holds more than {MAX_VALUES} values");
        return refused(text, INVALID_REQUEST, &why);
    }
    match doubled(text) {
        Some(Doubled::OfMessage(name)) => {
            let name = printable(&name.chars().take(60).collect::<String>());
            return refused(
                text,
                INVALID_REQUEST,
                &format!("invalid request: `{name}` is given twice"),
            );
        }
        Some(Doubled::OfArguments(argument)) => {
            if let Some(message) = call(text) {
                return Ok(Some(unreadable(message, Unreadable::doubled(argument))));
            }
        }
        None => {}
    }
    // `rmcp` tries every kind of message in turn. Nearly all are of this one, so it comes first.
    if let Some(call) = call(text) {
        return Ok(Some(call));
    }
    // Fast path for what is well-formed. A list may have a cursor that `rmcp` overlooks, and a call that it does not know as one
    // may be readable all the same.
    match serde_json::from_slice::<Message>(text) {
        Ok(JsonRpcMessage::Request(JsonRpcRequest {
            request: ClientRequest::ListToolsRequest(_) | ClientRequest::CustomRequest(_),
            ..
        }))
        | Err(_) => {}
        Ok(message) => return Ok(Some(message)),
    }
    match serde_json::from_slice(text) {
        Ok(value) => read(value),
        Err(_) => mended(text),
    }
}

/// Answers what cannot be read with an error, unless it expects no answer.
fn refused(text: &[u8], code: i32, why: &str) -> Result<Option<Message>, InvalidLine> {
    let found = found_in(text);
    if found.expects_answer { Err(InvalidLine::new(found.ids, code, why)) } else { Ok(None) }
}

/// A call of a tool, which is what nearly every line is.
fn call(text: &[u8]) -> Option<Message> {
    let JsonRpcRequest { jsonrpc, id, request } =
        serde_json::from_slice::<JsonRpcRequest<CallToolRequest>>(text).ok()?;
    let request = ClientRequest::CallToolRequest(request);
    Some(JsonRpcMessage::Request(JsonRpcRequest { jsonrpc, id, request }))
}

/// The same call, marked to be refused.
fn unreadable(mut message: Message, why: Unreadable) -> Message {
    if let JsonRpcMessage::Request(JsonRpcRequest {
        request: ClientRequest::CallToolRequest(call),
        ..
    }) = &mut message
    {
        call.extensions.insert(why);
    }
    message
}

/// The message that a JSON value is, which `rmcp` could not read at once.
fn read(mut value: Value) -> Result<Option<Message>, InvalidLine> {
    let Some(message) = value.as_object_mut() else {
        if let Some(messages) = value.as_array()
            && !messages.is_empty()
            && messages.iter().all(|message| message.as_object().is_some_and(expects_no_answer))
        {
            return Ok(None);
        }
        let why = "invalid request: a message is one JSON object, and there are no batches";
        return Err(InvalidLine::new(None, INVALID_REQUEST, why));
    };
    // Clients send `null` for what they leave out.
    if message.get("params").is_some_and(Value::is_null) {
        message.remove("params");
    }
    if let Some(Value::Object(params)) = message.get_mut("params") {
        params.retain(|_, value| !value.is_null());
    }
    let is_unanswered = expects_no_answer(message);
    let id = message.get("id").and_then(usable);
    let invalid = |code, why: &str| {
        if is_unanswered { Ok(None) } else { Err(InvalidLine::new(id.clone(), code, why)) }
    };
    let mut mark = None;
    if let Some(Value::Object(params)) = message.get_mut("params") {
        // `rmcp` would take a cursor of the wrong kind for none, and give the first page again.
        if params.get("cursor").is_some_and(|cursor| !cursor.is_string()) {
            return invalid(INVALID_PARAMS, "invalid cursor: it is not a string");
        }
        if message.get("method").is_some_and(|method| method == "tools/call") {
            match with_arguments_as_object(message) {
                Ok(why) => mark = why,
                Err(why) => {
                    return invalid(
                        INVALID_PARAMS,
                        &format!("invalid params for tools/call: {why}"),
                    );
                }
            }
        }
    }
    let why = why_invalid(message);
    match serde_json::from_value(value) {
        Ok(message) => Ok(Some(match mark {
            Some(why) => unreadable(message, why),
            None => message,
        })),
        Err(_) => invalid(INVALID_REQUEST, &format!("invalid request: {why}")),
    }
}

/// Is it a response, or a notification? Neither is ever answered.
fn expects_no_answer(message: &Map<String, Value>) -> bool {
    let has = |name| message.contains_key(name);
    let is_response = !has("method") && (has("result") || has("error"));
    let is_notification = !has("id") && message.get("method").is_some_and(Value::is_string);
    is_response || is_notification
}

/// Reads the arguments of a call that come as a text of JSON, as models write them. A member that the text names twice is
/// marked.
///
/// # Errors
/// What is wrong with the parameters of the call.
fn with_arguments_as_object(
    message: &mut Map<String, Value>,
) -> Result<Option<Unreadable>, String> {
    let Some(Value::Object(params)) = message.get_mut("params") else { return Ok(None) };
    match params.get("name") {
        None => return Err("`name` is missing; it names the tool".into()),
        Some(Value::String(_)) => {}
        Some(_) => return Err("`name` has to be a string that names the tool".into()),
    }
    let Some(arguments) = params.get_mut("arguments") else { return Ok(None) };
    let Value::String(text) = arguments else {
        return if arguments.is_object() {
            Ok(None)
        } else {
            Err("`arguments` has to be an object".into())
        };
    };
    if text.len() > LARGE && has_too_many_values(text.as_bytes()) {
        return Err(format!("`arguments` holds more than {MAX_VALUES} values"));
    }
    let found = doubled_argument(text);
    match serde_json::from_str::<Value>(text) {
        Ok(object @ Value::Object(_)) => *arguments = object,
        Ok(Value::Null) => {
            params.remove("arguments");
        }
        _ if text.trim_ascii().is_empty() => {
            params.remove("arguments");
        }
        _ => return Err("`arguments` has to be an object, or the JSON text of one".into()),
    }
    Ok(match found {
        Some(Doubled::OfArguments(argument)) => Some(Unreadable::doubled(argument)),
        _ => None,
    })
}

/// What is wrong with a message that `rmcp` does not take.
fn why_invalid(message: &Map<String, Value>) -> &'static str {
    let id = message.get("id");
    if message.get("method").is_none() {
        "`method` is missing"
    } else if !message.get("method").is_some_and(Value::is_string) {
        "`method` has to be a string"
    } else if message.get("jsonrpc").is_none_or(|version| version != "2.0") {
        "`jsonrpc` has to be \"2.0\""
    } else if id.is_some_and(|id| !id.is_string() && usable(id).is_none_or(|id| !id.is_i64())) {
        "`id` has to be a string, or a whole number below 2^63"
    } else if message.get("params").is_some_and(|params| !params.is_object()) {
        "`params` has to be an object"
    } else {
        "the message is not a valid request, notification or response"
    }
}

/// Repairs a text that is not quite JSON into a call marked to be refused; otherwise returns the error to answer.
fn mended(text: &mut [u8]) -> Result<Option<Message>, InvalidLine> {
    if is_utf16(text) {
        let ascii: Vec<u8> =
            text.iter().filter(|byte| !b"\0\xFE\xFF".contains(byte)).copied().collect();
        tracing::warn!(
            "the client writes UTF-16; MCP is UTF-8 \
            (PowerShell: $OutputEncoding = [Text.UTF8Encoding]::new())"
        );
        let why = "parse error: the line is UTF-16; messages are UTF-8 \
            (PowerShell: $OutputEncoding = [Text.UTF8Encoding]::new())";
        return refused(&ascii, PARSE_ERROR, why);
    }
    let found = found_in(text);
    if !found.expects_answer {
        return Ok(None);
    }
    if let Some(why) = mend(text)
        && !found.ids.is_empty()
        && let Some(message) = call(text)
    {
        return Ok(Some(unreadable(message, why)));
    }
    let why = "parse error: the line is not one JSON value in UTF-8, nested at most 127 deep";
    Err(InvalidLine::new(found.ids, PARSE_ERROR, why))
}

/// Is it UTF-16, with a mark or by its many NULs?
fn is_utf16(text: &[u8]) -> bool {
    let has_mark = text.starts_with(b"\xFF\xFE") || text.starts_with(b"\xFE\xFF");
    has_mark || text.iter().take(4).filter(|byte| **byte == 0).count() > 1
}
