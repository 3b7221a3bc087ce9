//! DELIBERATELY WEAK servers. Do not learn from them how to serve files: they are here to be broken.
//!
//! Each is what somebody wrote, shipped and had to mend: a typical server that resolves a path and checks it,
//! and the three before it. The checks are those of the suite of attacks; what is opened, and how, is here. They
//! serve only a directory that the lab made, and the kernel keeps them in it.
//!
//! May import: `stage`. Absent on purpose: any handle that is kept.

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

/// Serves a directory until the client goes. `traced` puts into each answer when it checked and opened what.
///
/// # Errors
/// When the directory is not the lab's, or the client cannot be heard.
pub fn serve(level: Level, style: Style, grant: &Path, traced: bool) -> io::Result<()> {
    if lab_sandbox_of(grant).is_none() {
        return Err(io::Error::other("the weak servers serve only what the lab made"));
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
        "instructions": "DELIBERATELY WEAK, for the lab. Serve nothing real with it.",
    })
}

fn called(files: &mut Files, style: Style, params: &Value, traced: bool) -> Value {
    let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
    let arguments = params.get("arguments").cloned().unwrap_or_default();
    let said = style
        .asked(name, &arguments)
        .map_or_else(|| Err("no such tool".into()), |request| files.run(&request));
    let (text, is_error) = match said {
        Ok(text) => (text, false),
        Err(text) => (text, true),
    };
    let mut result = json!({"content": [{"type": "text", "text": text}], "isError": is_error});
    if let (true, Some(result)) = (traced, result.as_object_mut()) {
        result.insert("_meta".into(), json!({"preopen-lab": files.log()}));
    }
    result
}
