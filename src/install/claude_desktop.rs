//! Claude Desktop: one file for the user.
//!
//! May import: nothing of this crate. It has no projects.

use crate::install::about::{About, Base, Exclusive, Form, Scope, Servers};
use crate::install::written::Dialect;

pub(super) const ABOUT: About = About {
    shown: "Claude Desktop",
    servers: |scope| match scope {
        Scope::User => Some(Servers {
            base: Base::Settings,
            path: "Claude/claude_desktop_config.json",
            form: Form::Json(Dialect::Strict),
            key: "mcpServers",
        }),
        Scope::Project => None,
    },
    more: &[],
    alone: &[],
    exclusive: Exclusive::Not(
        "its extensions and connectors are switched off in its own settings, and by no file",
    ),
    once: None,
    taken: |_, _| vec![],
    project: None,
};
