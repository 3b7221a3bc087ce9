//! DELIBERATELY WEAK servers. Do not use them as an example: they exist to be broken.
//!
//! They are a typical server that resolves a path and checks it, and the three steps before it. Their checks come from the
//! attack suite; this module opens the files. They serve only a directory that the lab created, and the kernel confines
//! them to it. They keep no handles.

mod confine;
mod files;
mod level;
mod styles;

use std::io::{self, BufRead as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};

pub use confine::{confine, keep_out};
pub use files::{Log, now};
pub use level::Level;
pub use styles::Style;

use crate::stage::lab_sandbox_of;
use files::Files;

/// Serves a directory until the client disconnects. `traced` adds the record of the check and the open to each answer.
///
/// # Errors
/// If the lab did not create the directory, or standard input cannot be read.
pub fn serve(level: Level, style: Style, grant: &Path, traced: bool) -> io::Result<()> {
    if lab_sandbox_of(grant).is_none() {
        return Err(io::Error::other(
            "the weak servers serve only directories that the lab created",
        ));
    }
    let mut files = Files::new(level, grant);
    for line in io::stdin().lock().lines() {
        let line = line?;
        let Ok(message) = serde_json::from_str::<Value>(&line) else { continue };
        let Some(id) = message.get("id") else { continue };
        let answer = match message.get("method").and_then(Value::as_str) {
            Some("initialize") => json!({"result": hello(level)}),
            Some("tools/list") => json!({"result": {"tools": style.tools()}}),
            Some("tools/call") => {
                let params = message.get("params").cloned().unwrap_or_default();
                json!({"result": called(&mut files, style, &params, traced)})
            }
            Some("ping") => json!({"result": {}}),
            _ => json!({"error": {"code": -32601, "message": "method not found"}}),
        };
        let mut answer = answer;
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("jsonrpc".into(), json!("2.0"));
            answer.insert("id".into(), id.clone());
        }
        let mut output = io::stdout().lock();
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

fn hello(level: Level) -> Value {
    json!({
        "protocolVersion": "2025-06-18",
        "capabilities": {"tools": {}},
        "serverInfo": {"name": format!("preopen-lab-weak-{}", level.name()), "version": env!("CARGO_PKG_VERSION")},
        "instructions": "DELIBERATELY WEAK, for the lab. Do not serve real files with it.",
    })
}

fn called(files: &mut Files, style: Style, params: &Value, traced: bool) -> Value {
    let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
    let arguments = params.get("arguments").cloned().unwrap_or_default();
    let outcome = style
        .asked(name, &arguments)
        .map_or_else(|| Err("no such tool".into()), |request| files.run(&request));
    let (text, is_error) = match outcome {
        Ok(text) => (text, false),
        Err(text) => (text, true),
    };
    let mut result = json!({"content": [{"type": "text", "text": text}], "isError": is_error});
    if let (true, Some(result)) = (traced, result.as_object_mut()) {
        result.insert("_meta".into(), json!({"preopen-lab": files.log()}));
    }
    result
}
