//! [`Tools`]: what a server's tools are called, and how their arguments look, found out from what it
//! says of them. What cannot be found out is not mapped, and the report says so.
//!
//! May import: `attack`. Absent on purpose: any server's name.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::attack::{Request, Verb};

/// A tool that does what a [`Verb`] means.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Its name.
    pub name: String,
    /// The argument with the path, and whether it takes a list of them.
    path: (String, bool),
    /// The argument with what is searched for, or written.
    text: Option<String>,
    /// What goes with every call.
    fixed: Map<String, Value>,
}

/// The tools of a server, by what they are good for.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    by_verb: BTreeMap<Verb, Tool>,
    /// What relative paths are put behind, for servers that take absolute ones alone.
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
/// Switches between a text and an expression: the name, and its value for an expression.
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

/// Names of tools, the likeliest first. Where none is there, a part of a name.
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
    /// What the answer to `tools/list` says.
    pub fn discover(listed: &Value) -> Self {
        let tools = listed.get("tools").and_then(Value::as_array).cloned().unwrap_or_default();
        let mut by_verb: BTreeMap<Verb, Tool> =
            Verb::ALL.into_iter().filter_map(|verb| Some((verb, find(&tools, verb)?))).collect();
        // Counting is finding, where nothing else counts.
        if let (None, Some(grep)) = (by_verb.get(&Verb::Count), by_verb.get(&Verb::Grep)) {
            by_verb.insert(Verb::Count, grep.clone());
        }
        Self { by_verb, base: None }
    }

    /// From now on, relative paths are put behind this.
    pub fn absolute_below(&mut self, base: &str) {
        self.base = Some(base.to_owned());
    }

    /// The name and the arguments of a call, unless no tool is good for it.
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

    /// Is there a tool for it?
    pub fn has(&self, verb: Verb) -> bool {
        self.by_verb.contains_key(&verb)
    }

    /// Which tool is taken for what.
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

/// The tool, if its arguments can be filled in.
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
    // One tool for names and contents says which is meant.
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
        (Verb::Regex, Some((name, on))) => drop(fixed.insert((*name).to_owned(), json!(on))),
        (Verb::Regex, None) => return None,
        (Verb::Grep | Verb::Count, Some((name, on))) => {
            fixed.insert((*name).to_owned(), json!(!on));
        }
        _ => {}
    }
    let text = text.map(|text| (*text).to_owned());
    Some(Tool { name: name_of(tool).into(), path: ((*path).to_owned(), many), text, fixed })
}

/// Something that a required argument may be, where nothing is to be said by it.
fn filler(property: &Value) -> Value {
    let of_enum = property.get("enum").and_then(Value::as_array).and_then(|values| values.first());
    match (property.get("default").or(of_enum), property) {
        (Some(value), _) => value.clone(),
        (None, property) if is_kind(property, "integer") || is_kind(property, "number") => {
            json!(10)
        }
        (None, property) if is_kind(property, "boolean") => json!(false),
        (None, property) if is_kind(property, "array") => json!([]),
        // Globs: of every name.
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
    fn names_and_shapes_are_found() {
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
    fn what_is_not_there_is_not_mapped() {
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
