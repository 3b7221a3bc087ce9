//! [`Style`]: the tool names and arguments of a weak server. The styles imitate common servers, so that tests of the tool
//! mapping need no other server.

use clap::ValueEnum;
use serde_json::{Map, Value, json};

use crate::attack::{Request, Verb};

/// A set of tool names and arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// The lab's own, with a tool for every verb.
    #[default]
    Lab,
    /// Those of the official file server.
    Official,
    /// Those of rust-mcp-filesystem.
    Rust,
    /// Those of mark3labs' server.
    Mark3labs,
    /// Those of `DesktopCommander`.
    Commander,
    /// One tool that counts keywords below several roots.
    Keyword,
}

/// The meaning of an argument.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Is {
    Path,
    Paths,
    Text,
    /// A switch: the text is a regular expression.
    Regex,
    /// A glob that selects files.
    Glob,
    Number,
    /// Selects a search in names or in contents.
    What,
}

/// A tool: its name, its verb, and its arguments, each with whether it is required.
type Offered = (&'static str, Verb, &'static [(&'static str, Is, bool)]);

const PATH: (&str, Is, bool) = ("path", Is::Path, true);
const PATTERN: (&str, Is, bool) = ("pattern", Is::Text, true);
const CONTENT: (&str, Is, bool) = ("content", Is::Text, true);
const LIST: Offered = ("list_directory", Verb::List, &[PATH]);
const FIND: Offered = ("search_files", Verb::Find, &[PATH, PATTERN]);
const WRITE: Offered = ("write_file", Verb::Write, &[PATH, CONTENT]);
const COUNT: Offered = (
    "keyword_search",
    Verb::Count,
    &[
        ("keyword", Is::Text, true),
        ("root_paths", Is::Paths, true),
        ("use_regex", Is::Regex, false),
    ],
);

impl Style {
    const fn offered(self) -> &'static [Offered] {
        match self {
            Self::Lab => &[
                ("read_file", Verb::Read, &[PATH]),
                LIST,
                FIND,
                (
                    "search_text",
                    Verb::Grep,
                    &[PATH, ("query", Is::Text, true), ("is_regex", Is::Regex, false)],
                ),
                COUNT,
                WRITE,
            ],
            Self::Official => &[("read_text_file", Verb::Read, &[PATH]), LIST, FIND, WRITE],
            Self::Rust => &[
                ("read_text_file", Verb::Read, &[PATH]),
                LIST,
                FIND,
                (
                    "search_files_content",
                    Verb::Grep,
                    &[
                        PATH,
                        ("pattern", Is::Glob, true),
                        ("query", Is::Text, true),
                        ("is_regex", Is::Regex, false),
                    ],
                ),
                WRITE,
            ],
            Self::Mark3labs => &[
                ("read_file", Verb::Read, &[PATH]),
                LIST,
                FIND,
                (
                    "search_within_files",
                    Verb::Grep,
                    &[PATH, ("substring", Is::Text, true), ("depth", Is::Number, false)],
                ),
                WRITE,
            ],
            Self::Commander => &[
                ("read_file", Verb::Read, &[PATH]),
                LIST,
                ("start_search", Verb::Grep, &[PATH, PATTERN, ("searchType", Is::What, false)]),
                WRITE,
            ],
            Self::Keyword => &[COUNT],
        }
    }

    /// Returns the tools for the answer to `tools/list`.
    pub(super) fn tools(self) -> Vec<Value> {
        let tools = self.offered().iter().map(|(name, verb, arguments)| {
            let properties: Map<String, Value> =
                arguments.iter().map(|(name, is, _)| ((*name).to_owned(), is.schema())).collect();
            let required: Vec<_> = arguments.iter().filter(|a| a.2).map(|a| a.0).collect();
            json!({
                "name": name,
                "description": format!("DELIBERATELY WEAK: {}", verb.in_words()),
                "inputSchema": {"type": "object", "properties": properties, "required": required},
            })
        });
        tools.collect()
    }

    /// Translates a call into a request.
    pub(super) fn asked(self, name: &str, arguments: &Value) -> Option<Request> {
        let (_, verb, takes) = self.offered().iter().find(|(offered, ..)| *offered == name)?;
        let of = |kind: Is| {
            takes.iter().find(|(_, is, _)| *is == kind).and_then(|(name, ..)| arguments.get(*name))
        };
        let path =
            of(Is::Path).or_else(|| of(Is::Paths).and_then(|paths| paths.get(0)))?.as_str()?;
        let is_regex = of(Is::Regex) == Some(&Value::Bool(true));
        let is_names = of(Is::What).is_some_and(|what| what == "files");
        let verb = match verb {
            Verb::Grep | Verb::Count if is_regex => Verb::Regex,
            Verb::Grep if is_names => Verb::Find,
            verb => *verb,
        };
        let text = of(Is::Text).and_then(Value::as_str).unwrap_or_default();
        Some(Request { verb, path: path.into(), text: text.into() })
    }
}

impl Is {
    fn schema(self) -> Value {
        match self {
            Self::Path | Self::Text | Self::Glob => json!({"type": "string"}),
            Self::Paths => json!({"type": "array", "items": {"type": "string"}}),
            Self::Regex => json!({"type": "boolean"}),
            Self::Number => json!({"type": "integer"}),
            Self::What => json!({"type": "string", "enum": ["files", "content"]}),
        }
    }
}
