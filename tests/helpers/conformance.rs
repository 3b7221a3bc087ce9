//! A server for the MCP conformance suite: our protocol, with the tools that the suite calls by name.
//! `dev/run interop` runs it (`tests/interop/conformance.py`). Nothing here is part of the program; what
//! it is linked to is.
//!
//! It has no tools for things that `preopen` does not do, such as asking clients.

use std::error::Error;
use std::io;
use std::time::Duration;

use preopen::args::Object;
use preopen::authority;
use preopen::cap::{Grants, Rights};
use preopen::dispatch::Dispatcher;
use preopen::error::{Code, ToolError};
use preopen::limits::{Budget, Limits};
use preopen::protocol;
use preopen::tool::{Call, Called, Content, Entry, MediaKind};
use serde_json::{Value, json};

/// What the suite calls, in the order of its scenarios.
const TOOLS: &[Entry] = &[
    fixture("test_simple_text", |_, _| answer(vec![text("Nothing but text.")])),
    fixture("test_image_content", |_, _| answer(vec![media(MediaKind::Image, "image/png")])),
    fixture("test_audio_content", |_, _| answer(vec![media(MediaKind::Audio, "audio/wav")])),
    fixture("test_embedded_resource", |_, _| answer(vec![bytes()])),
    fixture("test_multiple_content_types", |_, _| {
        answer(vec![text("Three blocks."), media(MediaKind::Image, "image/png"), bytes()])
    }),
    fixture("test_error_handling", |_, _| {
        ended(Err(ToolError::new(Code::NotFound, "this tool always fails")))
    }),
    fixture("test_tool_with_progress", |call, _| {
        ended(work(call.budget).map(|()| vec![text("Done, step by step.")]))
    }),
    fixture("test_logging_tool", |_, _| {
        tracing::info!("this is for the operator, and no client may get it");
        answer(vec![text("Logged.")])
    }),
    Entry {
        schema: whole_vocabulary,
        ..fixture("json_schema_2020_12_tool", |_, _| answer(vec![text("Hello.")]))
    },
];

/// Bytes of media in base 64. The suite does not look at them.
const MEDIA: &str = "AAAA";
/// Milliseconds between two messages on progress: of one call there have to be several.
const PROGRESS_MS: u64 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let ambient = authority::mint();
    let limits = Limits { progress_ms: PROGRESS_MS, ..Limits::default() };
    let clock = authority::clock(ambient);
    let nothing = Grants::new(vec![], vec![], false)?;
    let dispatcher =
        Dispatcher::new(TOOLS, nothing, limits, clock, None, &[]).map_err(|_| "no such tool")?;
    let (input, output) = authority::protocol_streams(ambient)?;
    Ok(protocol::serve(dispatcher, input, output)?)
}

/// A tool that takes no arguments and touches no file.
const fn fixture(name: &'static str, call: fn(&Call<'_>, Object) -> Called) -> Entry {
    Entry {
        name,
        also: &[],
        about: "For the suite.",
        adds_only: false,
        searches: false,
        media: true,
        rights: Rights::NONE,
        schema: no_arguments,
        call,
    }
}

fn no_arguments() -> Object {
    object(json!({"type": "object", "additionalProperties": false}))
}

/// Keywords that our own tools do without: clients get them all the same. The suite has each of them
/// written down as it is here.
fn whole_vocabulary() -> Object {
    object(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }},
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"},
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false,
    }))
}

fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        _ => Object::new(),
    }
}

fn answer(content: Vec<Content>) -> Called {
    ended(Ok(content))
}

fn ended(result: Result<Vec<Content>, ToolError>) -> Called {
    Called { paths: vec![], result }
}

/// Steps as those over a large directory, for as long as it takes to tell of them some times.
fn work(budget: &Budget) -> Result<(), ToolError> {
    for _ in 0..100 {
        budget.step()?;
        std::thread::sleep(Duration::from_millis(PROGRESS_MS / 10));
    }
    Ok(())
}

fn text(text: &str) -> Content {
    Content::Text(text.to_owned())
}

fn media(kind: MediaKind, mime: &'static str) -> Content {
    Content::Media { kind, mime, path: "media".into(), base64: MEDIA.into() }
}

fn bytes() -> Content {
    media(MediaKind::Bytes, "application/octet-stream")
}
