//! Visual Studio Code: `mcp.json` of the user, or in `.vscode` of a project.
//!
//! May import: nothing of this crate. Its settings are not changed: none of them takes its
//! agent's own tools away.

use crate::install::about::{About, Base, Exclusive, Form, Scope, Servers};
use crate::install::written::Dialect;

pub(super) const ABOUT: About = About {
    shown: "VS Code",
    servers: |scope| {
        let (base, path) = match scope {
            Scope::User => (Base::Settings, "Code/User/mcp.json"),
            Scope::Project => (Base::Project, ".vscode/mcp.json"),
        };
        Some(Servers { base, path, form: Form::Json(Dialect::Commented), key: "servers" })
    },
    more: &[("type", "stdio")],
    alone: &[],
    exclusive: Exclusive::Not(
        "its agent's own tools are switched off by hand, in the list of tools of the chat, and by no file",
    ),
    once: None,
    taken: |_, _| vec![],
    project: Some("${workspaceFolder}"),
};
