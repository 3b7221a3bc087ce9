//! The main job on real input: an MCP client (`rmcp`'s own, not ours) starts the program on this
//! repository, in both eras of the protocol, and prints what was asked and what was answered.
//!
//! `make demo`, or `cargo run --example demo -- target/debug/preopen`. It ends with status 1 when an
//! answer is not what it has to be, so it is a test as well.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::print_stdout,
    reason = "a client is an ordinary program, with all the authority of its user"
)]

use std::error::Error;
use std::path::Path;

use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{ClientLifecycleMode, ClientServiceExt as _, RoleClient, RunningService};
use rmcp::transport::TokioChildProcess;
use serde_json::{Value, json};

type Done<T> = Result<T, Box<dyn Error>>;

/// Lines of an answer that are shown from its beginning; its last line is always shown.
const SHOWN: usize = 6;

fn main() -> Done<()> {
    let program = std::env::args().nth(1).ok_or("usage: demo PROGRAM")?;
    let planted = plant()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    for (name, era) in [
        ("initialize, 2025-11-25", ClientLifecycleMode::Initialize),
        (
            "stateless, 2026-07-28",
            ClientLifecycleMode::Discover {
                preferred_versions: vec![ProtocolVersion::V_2026_07_28],
            },
        ),
    ] {
        println!("\n=== {name} ===");
        runtime.block_on(session(&program, planted.path(), era))?;
    }
    println!("\nEverything asked was answered, and everything outside was refused.");
    Ok(())
}

/// What a cloned repository may hold: a link to a file outside, and a FIFO that blocks who opens it.
fn plant() -> Done<tempfile::TempDir> {
    let dir = tempfile::tempdir()?;
    std::os::unix::fs::symlink("/etc/passwd", dir.path().join("notes.txt"))?;
    let made = std::process::Command::new("mkfifo").arg(dir.path().join("pipe.txt")).status()?;
    if made.success() { Ok(dir) } else { Err("mkfifo failed".into()) }
}

async fn session(program: &str, planted: &Path, era: ClientLifecycleMode) -> Done<()> {
    let mut command = tokio::process::Command::new(program);
    command.args(["--allow", "repo=.", &format!("cloned={}:rwd", planted.display())]);
    println!("$ preopen --allow repo=. cloned=/tmp/...:rwd");
    let client = ().serve_with_lifecycle(TokioChildProcess::new(command)?, era).await?;
    let tools = client.list_all_tools().await?;
    println!(
        "tools: {}",
        tools.iter().map(|tool| tool.name.as_ref()).collect::<Vec<_>>().join(", ")
    );

    ask(&client, "list_allowed_directories", json!({}), "Allowed directories:").await?;
    ask(&client, "list_directory", json!({"path": "repo"}), "[DIR]").await?;
    let page = json!({"path": "repo/LICENSE-MIT", "limit": 3});
    let answer = ask(&client, "read_text_file", page, "continue with offset=4").await?;
    let next = answer.rsplit_once("offset=").ok_or("no offset to go on")?.1.trim_end_matches(']');
    let next: u64 = next.parse()?;
    let page = json!({"path": "repo/LICENSE-MIT", "offset": next, "limit": 2});
    ask(&client, "read_text_file", page, "[lines 4-5 of 21").await?;
    ask(
        &client,
        "read_text_file",
        json!({"path": "repo/READNE.md"}),
        "did you mean `repo/README.md`?",
    )
    .await?;
    ask(&client, "read_text_file", json!({"path": "repo/../../etc/passwd"}), "bad_path: ").await?;
    ask(&client, "read_text_file", json!({"path": "cloned/notes.txt"}), "escapes_grant: ").await?;
    ask(&client, "read_text_file", json!({"path": "cloned/pipe.txt"}), "special_file: ").await?;

    let license = json!({"source": "repo/LICENSE-MIT", "destination": "cloned/docs/LICENSE"});
    ask(&client, "copy_file", license, "Successfully copied").await?;
    let edit = json!({"path": "cloned/docs/LICENSE",
        "edits": [{"old_text": "the preopen maintainers", "new_text": "my company"}]});
    ask(&client, "edit_file", edit, "+Copyright (c) 2026 my company").await?;
    let server = json!({"path": "cloned/.mcp.json", "content": "{}"});
    ask(&client, "write_file", server, "protected: ").await?;
    let through = json!({"path": "cloned/notes.txt", "content": "mine now"});
    ask(&client, "write_file", through, "escapes_grant: ").await?;
    let copy = json!({"path": "cloned/docs", "recursive": true});
    ask(&client, "delete_file", copy, "Successfully deleted").await?;
    client.cancel().await?;
    Ok(())
}

async fn ask(
    client: &RunningService<RoleClient, ()>,
    tool: &'static str,
    arguments: Value,
    expected: &str,
) -> Done<String> {
    println!("\n> {tool} {arguments}");
    let arguments = arguments.as_object().cloned().unwrap_or_default();
    let result =
        client.call_tool(CallToolRequestParams::new(tool).with_arguments(arguments)).await?;
    let text =
        result.content.iter().find_map(|block| block.as_text()).ok_or("no text")?.text.clone();
    let lines: Vec<&str> = text.lines().collect();
    for line in lines.iter().take(SHOWN) {
        println!("  {line}");
    }
    if let [_, .., last] = lines.get(SHOWN - 1..).unwrap_or_default() {
        println!("  ... {} more lines ...\n  {last}", lines.len() - SHOWN - 1);
    }
    if text.contains(expected) {
        Ok(text)
    } else {
        Err(format!("{tool} did not say {expected:?}").into())
    }
}
