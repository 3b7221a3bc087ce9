//! [`follow`]: the call that the hint or the closing line of an answer asks for.

use serde_json::{Map, Value, json};

use super::hints::{is_argument_of, tool_in};

/// Arguments that are lists.
const LISTS: [&str; 5] = ["glob", "exclude", "include_patterns", "exclude_patterns", "root_paths"];

/// The tool and the arguments that the part of `answer` that begins with `from` asks for, after `tool` was called with
/// `sent`.
pub fn follow(tool: &str, sent: &Value, answer: &str, from: &str) -> (String, Value) {
    let at = answer.find(from).unwrap_or_else(|| panic!("no {from:?} in {answer}"));
    // `notes` of keyword_search are texts of JSON.
    let line = answer[at..].lines().next().unwrap().replace("\\\"", "\"").replace("\",\"", "; ");
    for part in line.split("; ") {
        let next = tool_in(part).unwrap_or_else(|| tool.to_owned());
        let mut arguments = if next == tool { sent.clone() } else { json!({}) };
        if step(&next, sent, &line, part, arguments.as_object_mut().unwrap()) {
            return (next, arguments);
        }
    }
    panic!("no step in {line}");
}

/// Follows one part of the line. Does it ask for anything?
fn step(tool: &str, sent: &Value, line: &str, part: &str, next: &mut Map<String, Value>) -> bool {
    let before = next.clone();
    for (name, value) in assigned(part) {
        if is_argument_of(tool, name) {
            let value =
                if LISTS.contains(&name) && !value.is_array() { json!([value]) } else { value };
            next.insert(name.to_owned(), value);
        }
    }
    for (words, argument) in
        [("give one as `", None), ("only if given as `", part.split(' ').next())]
    {
        let Some((_, rest)) = part.split_once(words) else { continue };
        let example = argument.unwrap_or_else(|| example(line));
        insert(next, rest.split('`').next().unwrap(), example);
    }
    for words in ["leave out `", "and no ", "has that `", "left out by "] {
        let Some((_, rest)) = part.split_once(words) else { continue };
        let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
        next.remove(rest.split(|c| !is_name(c)).next().unwrap());
    }
    if let Some((_, rest)) = part.split_once("did you mean `") {
        let path = if next.contains_key("root_paths") { "root_paths" } else { "path" };
        insert(next, path, rest.split('`').next().unwrap());
    }
    if part.contains(": use search_files") {
        next.insert("pattern".into(), sent.get("pattern").or(sent.get("keyword")).unwrap().clone());
    }
    let is_listing = part.contains("list_directory shows") || part.contains("read_text_file reads");
    if is_listing {
        next.insert("path".into(), sent["path"].clone());
    }
    *next != before || part.contains("list_directory without")
}

fn insert(next: &mut Map<String, Value>, argument: &str, value: &str) {
    let value = if LISTS.contains(&argument) { json!([value]) } else { json!(value) };
    next.insert(argument.to_owned(), value);
}

/// The last of the examples that a line has first.
fn example(line: &str) -> &str {
    let (_, rest) = line.split_once("(e.g. ").unwrap();
    rest.split(')').next().unwrap().rsplit(", ").next().unwrap()
}

/// Each `name=value`. A value is in backticks, in brackets, or ends at a blank or a comma.
fn assigned(part: &str) -> Vec<(&str, Value)> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let one = |at: usize| {
        let start = part[..at].trim_end_matches(is_name).len();
        let rest = &part[at + 1..];
        let value = if let Some(rest) = rest.strip_prefix('`') {
            json!(rest.split('`').next()?)
        } else if let Some(list) = rest.strip_prefix('[') {
            let items = list.split(']').next()?.split(", ");
            json!(items.map(|item| item.trim_matches(['`', '"'])).collect::<Vec<_>>())
        } else {
            let word = rest.split([' ', ',']).next()?.trim_end_matches([']', '"']);
            serde_json::from_str(word).unwrap_or_else(|_| json!(word))
        };
        (start < at).then(|| (&part[start..at], value))
    };
    part.match_indices('=').filter_map(|(at, _)| one(at)).collect()
}
