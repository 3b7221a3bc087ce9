//! Gemini's command line: `settings.json` in `.gemini`, of the user or of a project.
//!
//! May import: nothing of this crate. `trust` is not set: it would let the server change files
//! unasked.

use crate::install::about::{About, Base, Exclusive, File, Form, Saying, Scope, Servers};
use crate::install::written::Dialect;

/// Its own tools for files and commands.
const TOOLS: [&str; 8] = [
    "run_shell_command",
    "read_file",
    "read_many_files",
    "write_file",
    "replace",
    "glob",
    "search_file_content",
    "list_directory",
];

const PATH: &str = ".gemini/settings.json";
const FORM: Form = Form::Json(Dialect::Commented);

const fn base(scope: Scope) -> Base {
    match scope {
        Scope::User => Base::Home,
        Scope::Project => Base::Project,
    }
}

pub(super) const ABOUT: About = About {
    shown: "Gemini CLI",
    servers: |scope| Some(Servers { base: base(scope), path: PATH, form: FORM, key: "mcpServers" }),
    more: &[],
    alone: &[],
    exclusive: Exclusive::Partly("an `@` mention of a file is still read by the client itself"),
    once: None,
    taken: |scope, _| {
        let tools =
            Saying::Items(vec!["tools".into(), "exclude".into()], TOOLS.map(Into::into).into());
        vec![File { base: base(scope), path: PATH, form: FORM, sayings: vec![tools] }]
    },
    project: None,
};
