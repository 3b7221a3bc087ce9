//! Codex: `config.toml` of the user, or in `.codex` of a project that is trusted.
//!
//! May import: nothing of this crate. Its sandbox is not used: it bounds its own tools, not
//! servers.

use serde_json::json;

use crate::install::about::{About, Base, Exclusive, File, Form, Saying, Scope, Servers};

/// Its own tools that can be switched off: commands, and images that it reads itself.
const TOOLS: [&str; 2] = ["shell_tool", "view_image"];

const fn place(scope: Scope) -> (Base, &'static str) {
    match scope {
        Scope::User => (Base::Codex, "config.toml"),
        Scope::Project => (Base::Project, ".codex/config.toml"),
    }
}

pub(super) const ABOUT: About = About {
    shown: "Codex",
    servers: |scope| {
        let (base, path) = place(scope);
        Some(Servers { base, path, form: Form::Toml, key: "mcp_servers" })
    },
    more: &[],
    alone: &[],
    exclusive: Exclusive::Partly(
        "its shell and its images are taken away; its tool that applies patches stays",
    ),
    once: None,
    taken: |scope, _| {
        let (base, path) = place(scope);
        let off =
            |tool: &&str| Saying::Value(vec!["features".into(), (*tool).into()], json!(false));
        vec![File { base, path, form: Form::Toml, sayings: TOOLS.iter().map(off).collect() }]
    },
    project: None,
};
