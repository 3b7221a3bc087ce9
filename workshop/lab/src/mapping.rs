//! [`Tools`]: finds out from the tool list of a server which tool does what, and how its arguments are named.
//!
//! What cannot be found out is not mapped, and the report states that. This module does not know any server by name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::attack::{Request, Verb};

/// A tool that can serve a [`Verb`].
#[derive(Clone, Debug)]
pub struct Tool {
    /// The name of the tool.
    pub name: String,
    /// The argument for the path, and whether it takes a list of paths.
    path: (String, bool),
    /// The argument for the text to search for or to write.
    text: Option<String>,
    /// Arguments that are the same in every call.
    fixed: Map<String, Value>,
}

/// The tools of a server, by verb.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    by_verb: BTreeMap<Verb, Tool>,
    /// The directory to prepend to relative paths, for servers that accept only absolute paths.
    base: Option<String>,
}

const PATHS: &[&str] = &[
    "path",
    "file_path",
    "filePath",
    "filepath",
    "filename",
    "file",
    "directory",
    "dir",
    "root_path",
    "root",
    "paths",
    "root_paths",
];
const TEXTS: &[&str] = &["query", "keyword", "substring", "text", "search", "regex", "pattern"];
const CONTENTS: &[&str] = &["content", "contents", "file_text", "text", "data"];
/// Arguments that switch between literal text and regular expressions, with the value that means an expression.
const EXPRESSIONS: &[(&str, bool)] = &[
    ("is_regex", true),
    ("isRegex", true),
    ("use_regex", true),
    ("useRegex", true),
    ("regex", true),
    ("literal", false),
    ("literalSearch", false),
    ("fixed_strings", false),
];

/// Returns the usual tool names for a verb, most likely first, and a part of a name to fall back on.
const fn names(verb: Verb) -> (&'static [&'static str], &'static str) {
    match verb {
        Verb::Read => {
            (&["read_text_file", "read_file", "read", "view_file", "view", "cat"], "read")
        }
        Verb::List => (&["list_directory", "list_dir", "list_files", "ls"], "list_dir"),
        Verb::Find => (&["search_files", "find_files", "find", "start_search"], "find"),
        Verb::Grep | Verb::Regex => (
            &[
                "grep",
                "search_files_content",
                "search_within_files",
                "search_text",
                "search_content",
                "search_code",
                "start_search",
                "keyword_search",
            ],
            "grep",
        ),
        Verb::Count => (&["keyword_search", "count_text"], "count"),
        Verb::Write => (&["write_file", "create_file", "save_file", "write"], "write"),
    }
}

impl Tools {
    /// Maps verbs to tools, based on the answer to `tools/list`.
    pub fn discover(listed: &Value) -> Self {
        let tools = listed.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut by_verb: BTreeMap<Verb, Tool> =
            Verb::ALL.into_iter().filter_map(|verb| Some((verb, find(&tools, verb)?))).collect();
        // A search tool can count matches if there is no tool for counting.
        if let (None, Some(grep)) = (by_verb.get(&Verb::Count), by_verb.get(&Verb::Grep)) {
            by_verb.insert(Verb::Count, grep.clone());
        }
        Self { by_verb, base: None }
    }

    /// Sets the directory that is prepended to relative paths.
    pub fn absolute_below(&mut self, base: &str) {
        self.base = Some(base.to_owned());
    }

    /// Returns the tool name and the arguments for a request, or `None` if no tool can serve it.
    pub fn call(&self, request: &Request) -> Option<(String, Value)> {
        let tool = self.by_verb.get(&request.verb)?;
        let path = match &self.base {
            Some(base) if !request.path.starts_with('/') && request.path == "." => base.clone(),
            Some(base) if !request.path.starts_with('/') => format!("{base}/{}", request.path),
            _ => request.path.clone(),
        };
        let mut arguments = tool.fixed.clone();
        let (name, many) = &tool.path;
        arguments.insert(name.clone(), if *many { json!([path]) } else { json!(path) });
        if let Some(text) = &tool.text {
            arguments.insert(text.clone(), json!(request.text));
        }
        Some((tool.name.clone(), Value::Object(arguments)))
    }

    /// Returns whether there is a tool for a verb.
    pub fn has(&self, verb: Verb) -> bool {
        self.by_verb.contains_key(&verb)
    }

    /// Returns each mapped verb with the name of its tool.
    pub fn by_verb(&self) -> impl Iterator<Item = (Verb, &str)> {
        self.by_verb.iter().map(|(verb, tool)| (*verb, tool.name.as_str()))
    }
}

fn find(tools: &[Value], verb: Verb) -> Option<Tool> {
    let (likely, part) = names(verb);
    let named = |name: &str| tools.iter().find(|tool| name_of(tool) == name);
    let like = tools.iter().filter(|tool| {
        name_of(tool).contains(part)
            && !name_of(tool).contains("media")
            && !name_of(tool).contains("multiple")
    });
    likely.iter().filter_map(|name| named(name)).chain(like).find_map(|tool| mapped(tool, verb))
}

fn name_of(tool: &Value) -> &str {
    tool.get("name").and_then(Value::as_str).unwrap_or_default()
}

/// Returns the tool if all its required arguments can be filled in.
fn mapped(tool: &Value, verb: Verb) -> Option<Tool> {
    let schema = tool.get("inputSchema")?;
    let properties = schema.get("properties")?.as_object()?;
    let path = PATHS.iter().find(|name| properties.contains_key(**name))?;
    let many = is_kind(properties.get(*path)?, "array");
    let wanted: &[&str] = match verb {
        Verb::Read | Verb::List => &[],
        Verb::Write => CONTENTS,
        _ => TEXTS,
    };
    let text =
        wanted.iter().find(|name| properties.get(**name).is_some_and(|p| !is_kind(p, "boolean")));
    if text.is_none() && !wanted.is_empty() {
        return None;
    }
    let mut fixed = Map::new();
    let taken = |name: &str| name == *path || text.is_some_and(|text| *text == name);
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    for name in required.iter().filter_map(Value::as_str).filter(|name| !taken(name)) {
        fixed.insert(name.to_owned(), filler(properties.get(name)?));
    }
    // If one tool searches both names and contents, an argument selects which.
    if let Some((kind, values)) = properties
        .iter()
        .find_map(|(name, p)| Some((name, p.get("enum")?.as_array()?)).filter(|_| !taken(name)))
    {
        let meant = if verb == Verb::Find { "file" } else { "content" };
        let value = values.iter().filter_map(Value::as_str).find(|value| value.starts_with(meant));
        let is_search = matches!(verb, Verb::Find | Verb::Grep | Verb::Count | Verb::Regex);
        if let Some(value) = value.filter(|_| is_search) {
            fixed.insert(kind.clone(), json!(value));
        }
    }
    let switch = EXPRESSIONS.iter().find(|(name, _)| {
        properties.get(*name).is_some_and(|property| is_kind(property, "boolean"))
    });
    match (verb, switch) {
        (Verb::Regex, Some((name, on))) => {
            fixed.insert((*name).to_owned(), json!(on));
        }
        (Verb::Regex, None) => return None,
        (Verb::Grep | Verb::Count, Some((name, on))) => {
            fixed.insert((*name).to_owned(), json!(!on));
        }
        _ => {}
    }
    let text = text.map(|text| (*text).to_owned());
    Some(Tool { name: name_of(tool).into(), path: ((*path).to_owned(), many), text, fixed })
}

/// Returns a valid, neutral value for a required argument.
fn filler(property: &Value) -> Value {
    let of_enum = property.get("enum").and_then(Value::as_array).and_then(|values| values.first());
    match (property.get("default").or(of_enum), property) {
        (Some(value), _) => value.clone(),
        (None, property) if is_kind(property, "integer") || is_kind(property, "number") => {
            json!(10)
        }
        (None, property) if is_kind(property, "boolean") => json!(false),
        (None, property) if is_kind(property, "array") => json!([]),
        // Most likely a glob: match every name.
        _ => json!("**/*"),
    }
}

fn is_kind(property: &Value, kind: &str) -> bool {
    match property.get("type") {
        Some(Value::String(is)) => is == kind,
        Some(Value::Array(all)) => all.iter().any(|is| is == kind),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tool(name: &str, properties: &Value, required: &[&str]) -> Value {
        json!({"name": name, "inputSchema": {"properties": properties, "required": required}})
    }

    fn call(tools: &[Value], verb: Verb) -> Option<(String, Value)> {
        let request = Request { verb, path: "a".into(), text: "t".into() };
        Tools::discover(&json!({"tools": tools})).call(&request)
    }

    #[test]
    fn tools_and_arguments_are_mapped_by_name_and_schema() {
        let text = json!({"type": "string"});
        let glob = tool(
            "search_files_content",
            &json!({"path": text, "pattern": text, "query": text, "is_regex": {"type": ["boolean", "null"]}}),
            &["path", "pattern", "query"],
        );
        let want = json!({"path": "a", "pattern": "**/*", "query": "t", "is_regex": false});
        assert_eq!(
            call(std::slice::from_ref(&glob), Verb::Grep),
            Some(("search_files_content".into(), want))
        );
        assert_eq!(call(&[glob], Verb::Regex).unwrap().1["is_regex"], true);
        let one = tool(
            "start_search",
            &json!({"path": text, "pattern": text, "searchType": {"type": "string", "enum": ["files", "content"]}}),
            &["path", "pattern"],
        );
        assert_eq!(call(std::slice::from_ref(&one), Verb::Find).unwrap().1["searchType"], "files");
        assert_eq!(call(&[one], Verb::Grep).unwrap().1["searchType"], "content");
        let count = tool(
            "keyword_search",
            &json!({"keyword": text, "root_paths": {"type": "array"}}),
            &["keyword", "root_paths"],
        );
        let want = json!({"keyword": "t", "root_paths": ["a"]});
        assert_eq!(call(&[count], Verb::Count), Some(("keyword_search".into(), want)));
    }

    #[test]
    fn missing_tools_are_not_mapped() {
        let text = json!({"type": "string"});
        let tools = [
            tool("read_media_file", &json!({"path": text}), &["path"]),
            tool("time", &json!({}), &[]),
        ];
        for verb in Verb::ALL {
            assert_eq!(call(&tools, verb), None, "{verb:?}");
        }
    }
}
