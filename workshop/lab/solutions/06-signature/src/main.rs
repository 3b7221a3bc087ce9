//! A small MCP file server on standard input and output. Its only tool is in `read.rs`.

mod read;

use std::io::{self, BufRead as _};

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use serde_json::{Value, json};

fn main() -> io::Result<()> {
    let root = std::env::args_os().nth(1).unwrap_or_default();
    let root = Dir::open_ambient_dir(root, ambient_authority())?;
    for line in io::stdin().lock().lines() {
        let Ok(message) = serde_json::from_str::<Value>(&line?) else { continue };
        let Some(id) = message.get("id") else { continue };
        let result = match message["method"].as_str() {
            Some("initialize") => json!({
                "protocolVersion": "2025-06-18",
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "signature", "version": "0"},
            }),
            Some("tools/list") => json!({"tools": [{
                "name": "read_file",
                "description": "Reads a file",
                "inputSchema": {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]},
            }]}),
            Some("tools/call") => {
                let path = message["params"]["arguments"]["path"].as_str().unwrap_or_default();
                let (text, is_error) = match read::read(&root, path) {
                    Ok(text) => (text, false),
                    Err(error) => (error.to_string(), true),
                };
                json!({"content": [{"type": "text", "text": text}], "isError": is_error})
            }
            _ => json!({}),
        };
        println!("{}", json!({"jsonrpc": "2.0", "id": id, "result": result}));
    }
    Ok(())
}
