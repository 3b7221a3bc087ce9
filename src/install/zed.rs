//! Zed: `settings.json` of the user, or in `.zed` of a project.
//!
//! May import: nothing of this crate. Agent profiles are not changed: users choose them for each
//! thread.

use crate::install::about::{About, Base, Exclusive, Form, Scope, Servers};
use crate::install::written::Dialect;

pub(super) const ABOUT: About = About {
    shown: "Zed",
    servers: |scope| {
        let (base, path) = match scope {
            Scope::User => (Base::Settings, "zed/settings.json"),
            Scope::Project => (Base::Project, ".zed/settings.json"),
        };
        Some(Servers { base, path, form: Form::Json(Dialect::Commented), key: "context_servers" })
    },
    more: &[("source", "custom")],
    alone: &[],
    exclusive: Exclusive::Not("the tools of its agent are chosen in its profiles, by hand"),
    once: None,
    taken: |_, _| vec![],
    project: None,
};
