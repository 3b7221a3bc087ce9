//! Cursor: `mcp.json` in `.cursor`, of the user or of a project; permissions for its command line.
//!
//! May import: nothing of this crate. The editor's own permissions are not used: they list what
//! is allowed and take nothing away.

use crate::install::about::{About, Base, Exclusive, File, Form, Saying, Scope, Servers};
use crate::install::written::Dialect;

/// What its command line may not do unasked.
const DENIED: [&str; 3] = ["Shell(*)", "Read(**)", "Write(**)"];

pub(super) const ABOUT: About = About {
    shown: "Cursor",
    servers: |scope| {
        let base = if scope == Scope::User { Base::Home } else { Base::Project };
        let form = Form::Json(Dialect::Commented);
        Some(Servers { base, path: ".cursor/mcp.json", form, key: "mcpServers" })
    },
    more: &[("type", "stdio")],
    alone: &[],
    exclusive: Exclusive::Partly(
        "its command-line agent loses its own tools; the editor's agent keeps them, since its settings are only lists \
         of what is allowed",
    ),
    once: None,
    taken: |scope, _| {
        let (base, path) = match scope {
            Scope::User => (Base::Home, ".cursor/cli-config.json"),
            Scope::Project => (Base::Project, ".cursor/cli.json"),
        };
        let deny =
            Saying::Items(vec!["permissions".into(), "deny".into()], DENIED.map(Into::into).into());
        vec![File { base, path, form: Form::Json(Dialect::Strict), sayings: vec![deny] }]
    },
    project: Some("${workspaceFolder}"),
};
