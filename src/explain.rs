//! `preopen explain`: reference pages, made from the code so that they cannot be out of date.
//!
//! `docs/` holds the same pages; a test compares. May import: `args`, `cap` (protected names), `cli` (which
//! page), `error`, `install`, `limits`, `tools`. Nothing here depends on this machine or on the grants.

use clap::ValueEnum as _;
use serde_json::Value;

use crate::args::Object;
use crate::cap;
use crate::cli::Page;
use crate::error;
use crate::install::{Client, Exclusive, Scope, Server};
use crate::limits::Limits;
use crate::tools::TOOLS;

/// The text of a page, in Markdown.
pub fn page(page: Page) -> String {
    match page {
        Page::Errors => error::reference(),
        Page::Tools => tools(),
        Page::Limits => limits(),
        Page::Protected => cap::protected_reference(),
        Page::Clients => clients(),
    }
}

fn clients() -> String {
    let mut page = String::from(
        "| `preopen install` | its file for the user | for a project | `--exclusive` |\n|---|---|---|---|\n",
    );
    let server = Server { name: "preopen".into(), command: "preopen".into(), args: vec![] };
    for client in Client::value_variants() {
        let name = client.to_possible_value().map(|v| v.get_name().to_owned()).unwrap_or_default();
        let file = |scope| {
            let files = client.files(&server, scope, false).unwrap_or_default();
            files.first().map_or("has none".into(), |file| format!("`{}`", file.place()))
        };
        let exclusive = match client.exclusive() {
            Exclusive::Whole => "whole".into(),
            Exclusive::Partly(rest) => format!("in part: {rest}"),
            Exclusive::Not(why) => format!("not possible: {why}"),
        };
        page += &format!(
            "| `{name}` | {} | {} | {exclusive} |\n",
            file(Scope::User),
            file(Scope::Project)
        );
    }
    page
}

fn limits() -> String {
    let mut page = String::from(
        "# Limits\n\nEach can be set under `[limits]` in the file that `--config` names.\n\n",
    );
    page += "| limit | default | meaning |\n|---|---|---|\n";
    for (name, value, meaning) in Limits::default().rows() {
        page += &format!("| `{name}` | {value} | {meaning} |\n");
    }
    page
}

fn tools() -> String {
    let mut page = String::from(
        "# Tools\n\nA tool is offered when some grant carries the right that it needs. Arguments in bold \
         are required.\n",
    );
    for tool in TOOLS {
        page += &format!("\n## {}\n\n{}\n\nRight: {}.", tool.name, tool.about, tool.rights);
        for also in tool.also {
            page += &format!(" Also answers to `{}`.", also.name);
        }
        page.push('\n');
        let schema = (tool.schema)();
        let required: Vec<_> = list(&schema, "required").iter().filter_map(Value::as_str).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        if properties.is_some_and(|properties| !properties.is_empty()) {
            page += "\n| argument | kind | meaning |\n|---|---|---|\n";
        }
        for (name, property) in properties.into_iter().flatten() {
            let Some(property) = property.as_object() else { continue };
            let name = if required.contains(&name.as_str()) {
                format!("**{name}**")
            } else {
                name.clone()
            };
            let about = property.get("description").and_then(Value::as_str).unwrap_or_default();
            let kind = kind(property);
            let bound = bound(property);
            let example = example(property);
            page += &format!("| {name} | {kind} | {about}{bound}{example} |\n");
        }
    }
    page
}

fn kind(property: &Object) -> String {
    let choices: Vec<_> = list(property, "enum").iter().filter_map(Value::as_str).collect();
    let kind = property.get("type").and_then(Value::as_str).unwrap_or_default();
    if choices.is_empty() { kind.to_owned() } else { choices.join(", ") }
}

fn bound(property: &Object) -> String {
    let of = |property: &Object, bound: &str| property.get(bound).and_then(Value::as_u64);
    let items = property.get("items").and_then(Value::as_object);
    match (of(property, "maxItems"), items.and_then(|items| of(items, "maxLength"))) {
        (Some(items), Some(chars)) => format!(" At most {items}, of {chars} characters each."),
        (Some(items), None) => format!(" At most {items}."),
        (None, _) => {
            let chars = of(property, "maxLength");
            chars.map(|chars| format!(" At most {chars} characters.")).unwrap_or_default()
        }
    }
}

fn example(property: &Object) -> String {
    list(property, "examples")
        .first()
        .map(|value| format!(" Such as `{value}`."))
        .unwrap_or_default()
}

fn list<'a>(object: &'a Object, key: &str) -> &'a [Value] {
    object.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}
