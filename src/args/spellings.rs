//! Names that other servers and clients give to our arguments, and what they mean here.
//!
//! The names are rows of one [`table`]. A name with one clear meaning is understood, and its value is converted where
//! that is needed. A name without one is refused with the argument to use in its place. Nothing here is part of a schema,
//! so it costs a model nothing.
//!
//! May import: nothing outside `args`. This module does not know what a tool does: a row applies where the tool's
//! schema has the argument, or where the row names the tool.

mod names;
mod row;
mod table;

use serde_json::Value;

use super::texts::parsed;
use super::values::{flag, number};
use row::{Default, Means, Row};
use table::TABLE;

/// What a name and its value come to.
#[derive(Debug, PartialEq)]
pub(super) enum Reading {
    /// This argument, with the value as it is.
    Same(&'static str),
    /// This argument with this value.
    Argument(&'static str, Value),
    /// This argument must not have the first value; it has the second one if it is not given.
    Not(&'static str, &'static str, Option<&'static str>),
    /// The first line to read, if there is one, and the last, if there is one.
    Lines(Option<u64>, Option<u64>),
    /// Nothing has to be done.
    Nothing,
    /// It has no meaning here; what to use.
    Instead(&'static str),
}

/// What `key` means for `tool`; `None` if no row has it. `is_own` tells which arguments the tool has.
pub(super) fn read(
    tool: &str,
    key: &str,
    value: &Value,
    is_own: impl Fn(&str) -> bool,
) -> Option<Reading> {
    // Rows of this tool come before those of all tools.
    let of_tool = rows(key).filter(|row| row.tools.contains(&tool));
    let of_all = rows(key).filter(|row| row.tools.is_empty());
    of_tool.chain(of_all).find_map(|row| row.means.read(value, &is_own))
}

/// Does this value of an argument of ours mean another one? So does `offset` 0, which is the first line for clients that
/// count from 0.
pub(super) fn is_converted(tool: &str, key: &str, value: &Value) -> bool {
    let mut rows = rows(key).filter(|row| row.tools.contains(&tool));
    number(value) == Some(0) && rows.any(|row| matches!(row.means, Means::FirstLine(_)))
}

/// The rows that have a name.
fn rows(key: &str) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.names.iter().any(|name| is_same(key, name)))
}

/// Do these names differ only in case and separators? Flags of one letter are case-sensitive, and may lack their dash: `-A`
/// is `A`, but not `-a`.
pub(super) fn is_same(key: &str, name: &str) -> bool {
    fn letters(text: &str) -> impl Iterator<Item = char> {
        text.chars().filter(|c| !"-_ .".contains(*c)).map(|c| c.to_ascii_lowercase())
    }
    let is_flag = |key: &str| key.len() == 2 && key.starts_with('-');
    if key == name || is_flag(key) || is_flag(name) {
        return key == name || name.strip_prefix('-') == Some(key);
    }
    letters(key).next().is_some() && letters(key).eq(letters(name))
}

impl Means {
    /// What the value comes to; `None` if it has no such meaning, or the tool has no such argument.
    fn read(&self, value: &Value, is_own: impl Fn(&str) -> bool) -> Option<Reading> {
        let ours = |name: &'static str| is_own(name).then_some(name);
        let argument = |name, value| Some(Reading::Argument(name, value));
        match *self {
            Self::Is(name) => ours(name).map(Reading::Same),
            Self::Text(name) if flag(value).is_none() && value.is_string() => {
                ours(name).map(Reading::Same)
            }
            Self::Flag(name) => flag(value).and_then(|_| ours(name)).map(Reading::Same),
            Self::Opposite(name) => argument(ours(name)?, Value::Bool(!flag(value)?)),
            Self::Chooses(name, yes, _) if flag(value)? => argument(ours(name)?, yes.into()),
            Self::Chooses(name, yes, no) => Some(Reading::Not(ours(name)?, yes, no)),
            Self::ZeroIsNone(name) => match number(value) {
                Some(0) => ours(name).map(|_| Reading::Nothing),
                _ => ours(name).map(Reading::Same),
            },
            Self::FirstLine(name) => match number(value) {
                Some(0) => argument(ours(name)?, 1.into()),
                _ => ours(name).map(Reading::Same),
            },
            Self::LastLine if value.as_i64() == Some(-1) => Some(Reading::Lines(None, None)),
            Self::LastLine => Some(Reading::Lines(None, Some(number(value)?))),
            Self::LineRange => line_range(value),
            Self::One(name, hint) => match value {
                Value::Array(items) if items.is_empty() => Some(Reading::Nothing),
                Value::Array(items) => match items.as_slice() {
                    [one @ Value::String(_)] => argument(ours(name)?, one.clone()),
                    _ => ours(name).map(|_| Reading::Instead(hint)),
                },
                Value::String(text) => match parsed::<Vec<String>>(text) {
                    Some(items) => self.read(&items.into(), is_own),
                    None => ours(name).map(Reading::Same),
                },
                _ => ours(name).map(|_| Reading::Instead(hint)),
            },
            Self::Wild(name) if is_glob(value) => ours(name).map(Reading::Same),
            Self::Globs(name)
                if number(value).is_none() && (value.is_string() || value.is_array()) =>
            {
                ours(name).map(Reading::Same)
            }
            Self::Text(_) | Self::Wild(_) | Self::Globs(_) => None,
            Self::Extensions(name) => argument(ours(name)?, globs_of_extensions(value)?),
            Self::Already(default, _) if default.is(value) => Some(Reading::Nothing),
            Self::Harmless => Some(Reading::Nothing),
            Self::Already(_, hint) | Self::Instead(hint) => Some(Reading::Instead(hint)),
        }
    }
}

impl Default {
    fn is(self, value: &Value) -> bool {
        match self {
            Self::Bool(wanted) => flag(value) == Some(wanted),
            Self::AnyBool => flag(value).is_some(),
            Self::Number(wanted) => number(value) == Some(wanted),
            Self::Word(wanted) => value.as_str().is_some_and(|word| is_same(word, wanted)),
            Self::Utf8 => value.as_str().is_some_and(|name| {
                ["", "utf8", "auto"].iter().any(|ours| is_same(name, ours) || name == *ours)
            }),
            Self::Empty => match value {
                Value::Array(items) => items.is_empty(),
                Value::String(text) => text.is_empty(),
                _ => false,
            },
        }
    }
}

/// `[10, 20]`, `"10-20"`, `"10:20"`, `"10"`; a last line of -1 is the end of the file.
fn line_range(value: &Value) -> Option<Reading> {
    let (first, last) = match value {
        Value::Array(items) => match items.as_slice() {
            [first, last] if last.as_i64() == Some(-1) => (number(first)?, None),
            [first, last] => (number(first)?, Some(number(last)?)),
            _ => return None,
        },
        Value::String(text) if text.trim_start().starts_with('[') => {
            return line_range(&parsed(text)?);
        }
        Value::String(text) => {
            let (first, last) = text.split_once(['-', ':', ','])?;
            let last = last.trim();
            let last = if last.is_empty() { None } else { Some(last.parse().ok()?) };
            (first.trim().parse().ok()?, last)
        }
        _ => return None,
    };
    Some(Reading::Lines(Some(first.max(1)), last))
}

/// Is it a glob, or a list of globs?
fn is_glob(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains(['*', '?']),
        Value::Array(items) => !items.is_empty() && items.iter().all(is_glob),
        _ => false,
    }
}

/// `ts`, `.ts`, `*.ts` or a list of them, as globs.
fn globs_of_extensions(value: &Value) -> Option<Value> {
    let glob =
        |text: &str| format!("*.{}", text.trim().trim_start_matches('*').trim_start_matches('.'));
    let globs: Vec<String> = match value {
        Value::String(text) if !text.starts_with('[') => text.split(',').map(glob).collect(),
        Value::String(text) => return globs_of_extensions(&parsed(text)?),
        Value::Array(items) => {
            items.iter().map(|item| item.as_str().map(glob)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    Some(globs.into())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn case_and_separators_of_a_name_do_not_count_and_letters_do() {
        for key in ["file_path", "filePath", "FilePath", "file-path", "FILE_PATH", "filepath"] {
            assert!(is_same(key, "file_path"), "{key}");
        }
        for (key, name) in [("-a", "-A"), ("-i", "i"), ("", ""), ("__", "-"), ("pathé", "path")] {
            assert!(!is_same(key, name) || key == name, "{key} {name}");
        }
        assert!(is_same("--ignore-case", "ignore_case") && !is_same("_", "."));
        assert!(is_same("A", "-A") && !is_same("a", "-A") && !is_same("ignore_case", "-i"));
    }

    #[test]
    fn ranges_of_lines_are_read_in_every_form() {
        for value in [json!([10, 20]), json!("10-20"), json!("[10, 20]"), json!("10:20")] {
            assert_eq!(line_range(&value), Some(Reading::Lines(Some(10), Some(20))), "{value}");
        }
        for value in [json!([10, -1]), json!("10-"), json!("10:")] {
            assert_eq!(line_range(&value), Some(Reading::Lines(Some(10), None)), "{value}");
        }
        for value in [json!(7), json!("ten"), json!([1]), json!(["a", "b"]), json!(true)] {
            assert_eq!(line_range(&value), None, "{value}");
        }
    }

    #[test]
    fn every_row_has_names_and_none_of_them_twice() {
        let mut twice: Vec<&str> = vec![];
        for Row { names, .. } in TABLE {
            assert!(!names.is_empty());
            for (n, name) in names.iter().enumerate() {
                twice
                    .extend(names.iter().skip(n + 1).filter(|other| is_same(name, other)).copied());
            }
        }
        assert!(twice.is_empty(), "{twice:?}");
    }

    /// The tools and arguments that rows speak of, in every tool that there is.
    #[test]
    fn every_row_speaks_of_tools_and_arguments_that_there_are() {
        let schemas = crate::tools::TOOLS.iter().map(|tool| (tool.name, (tool.schema)()));
        let schemas: Vec<_> = schemas.collect();
        let arguments: Vec<String> = schemas
            .iter()
            .filter_map(|(_, schema)| schema.get("properties").and_then(Value::as_object))
            .flat_map(|properties| {
                let items =
                    properties.values().filter_map(|p| p["items"]["properties"].as_object());
                items.chain([properties]).flat_map(|p| p.keys().cloned()).collect::<Vec<_>>()
            })
            .collect();
        let known = |name: &str| arguments.iter().any(|known| known == name);
        for Row { names, tools, means } in TABLE {
            for tool in *tools {
                assert!(schemas.iter().any(|(name, _)| name == tool) || known(tool), "{tool}");
            }
            let (Means::Is(name)
            | Means::Text(name)
            | Means::Flag(name)
            | Means::Opposite(name)
            | Means::Chooses(name, ..)
            | Means::ZeroIsNone(name)
            | Means::FirstLine(name)
            | Means::One(name, _)
            | Means::Wild(name)
            | Means::Globs(name)
            | Means::Extensions(name)) = *means
            else {
                continue;
            };
            assert!(known(name), "{names:?} mean {name}, which no tool has");
        }
    }
}
