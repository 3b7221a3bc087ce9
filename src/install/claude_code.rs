//! Claude Code: `~/.claude.json` for the user, `.mcp.json` for a project; its settings take tools away.
//!
//! Measured with 2.1.331: bare names in `deny` take a tool out of the request, also when a project says
//! so; what a project allows is not believed before the user trusts it. Without `Read` in it, an `@`
//! mention of a file outside is still read by the client itself. For 2.1.197 `Read` is not enough for that:
//! it looks for a rule about the path.
//!
//! May import: nothing of this crate. It does not run Claude Code.

use crate::install::about::{About, Base, Exclusive, File, Form, Saying, Scope, Servers};
use crate::install::written::Dialect;

/// Its own tools that read, change, search, send or run something, or start or ask another agent that does.
/// Not all are there in each version, on each system or without a login.
const TOOLS: [&str; 19] = [
    "Bash",
    "PowerShell",
    "REPL",
    "Monitor",
    "Read",
    "Read(//**)",
    "Edit",
    "Write",
    "NotebookEdit",
    "Glob",
    "Grep",
    "LSP",
    "Agent",
    "SendMessage",
    "Workflow",
    "EnterWorktree",
    "Artifact",
    "SendUserFile",
    "DesignSync",
];

/// Where it keeps what it knows of this user, among much else that it writes while it runs.
pub(super) const FILE: &str = ".claude.json";

/// Its own program for changes of that file.
pub(super) fn own_program(
    name: &str,
    is_named: bool,
    entry: Option<String>,
) -> (&'static str, Vec<Vec<String>>) {
    let run = |args: [&str; 5]| args.map(str::to_owned).to_vec();
    let mut runs = vec![];
    if is_named {
        runs.push(run(["mcp", "remove", "--scope", "user", name]));
    }
    if let Some(entry) = entry {
        let mut add = run(["mcp", "add-json", "--scope", "user", name]);
        add.push(entry);
        runs.push(add);
    }
    ("claude", runs)
}

pub(super) const ABOUT: About = About {
    shown: "Claude Code",
    servers: |scope| {
        let (base, path) = match scope {
            Scope::User => (Base::Home, FILE),
            Scope::Project => (Base::Project, ".mcp.json"),
        };
        Some(Servers { base, path, form: Form::Json(Dialect::Strict), key: "mcpServers" })
    },
    more: &[("type", "stdio")],
    // Else it knows only the names of our tools, and has to look for the rest.
    alone: &["alwaysLoad"],
    exclusive: Exclusive::Whole,
    once: Some(
        "claude --tools \"\" --disallowedTools Read \"Read(//**)\" --allowedTools mcp__preopen",
    ),
    taken: |scope, server| {
        let list = |base, sayings| File {
            base,
            path: ".claude/settings.json",
            form: Form::Json(Dialect::Strict),
            sayings,
        };
        let items = |key: &str, items: Vec<String>| {
            Saying::Items(vec!["permissions".into(), key.into()], items)
        };
        let deny = items("deny", TOOLS.map(Into::into).into());
        let allow = items("allow", vec![format!("mcp__{}", server.name)]);
        match scope {
            Scope::User => vec![list(Base::Home, vec![allow, deny])],
            Scope::Project => vec![list(Base::Project, vec![deny]), list(Base::Home, vec![allow])],
        }
    },
    project: None,
};
