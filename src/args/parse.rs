//! [`parse`]: from the JSON that clients send to the typed arguments of a tool.
//!
//! May import: `error`, `path`.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::object::{Object, bad, printable};

use super::spellings::Reading;
use super::values::{example, fit};
use crate::error::{Code, ToolError};

/// Reads the arguments of a call to `tool`, whose schema is `schema`.
///
/// # Errors
/// `bad_args`, naming the argument.
pub fn parse<A: DeserializeOwned>(
    tool: &str,
    schema: &Object,
    sent: Object,
) -> Result<A, ToolError> {
    let args = object(tool, schema, sent)?;
    // The reason is not logged: it quotes the value that does not fit, which may be the contents of a file.
    serde_json::from_value(Value::Object(args)).map_err(|_| {
        ToolError::new(Code::BadArgs, format!("the arguments of {tool} do not fit together"))
    })
}

/// An object under the names and in the kinds of its schema; `whose` they are, errors say.
fn object(whose: &str, schema: &Object, sent: Object) -> Result<Object, ToolError> {
    if sent.len() > MAX_KEYS {
        let sentence = format!("{whose} takes at most {MAX_KEYS} arguments, not {}", sent.len());
        return Err(ToolError::new(Code::BadArgs, sentence));
    }
    let mut meant = Meant::new(whose, schema);
    for (key, value) in sent {
        // Clients send `null` for what they leave out.
        if !value.is_null() {
            meant.take(&key, value)?;
        }
    }
    meant.finish(schema)
}

type Property<'a> = (&'a str, &'a Object);

fn properties(schema: &Object) -> Vec<Property<'_>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .filter_map(|(k, v)| Some((k.as_str(), v.as_object()?)))
        .collect()
}

fn required(schema: &Object) -> impl Iterator<Item = &str> {
    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
}

/// The arguments as far as they are read.
struct Meant<'a> {
    whose: &'a str,
    known: Vec<Property<'a>>,
    args: Object,
    /// Under which name each argument was sent.
    keys: Vec<(&'a str, String)>,
    /// For a negated argument: the value that it must not have, the value that it gets, and the name that was sent.
    not: Vec<(Property<'a>, &'static str, Option<&'static str>, String)>,
    /// The last line to read, and the name that said so.
    last_line: Option<(u64, String)>,
    /// Names without a meaning, and what to use.
    unknown: Vec<(String, Option<&'static str>)>,
}

impl<'a> Meant<'a> {
    fn new(whose: &'a str, schema: &'a Object) -> Self {
        let known = properties(schema);
        let args = Object::new();
        let keys = vec![];
        let not = vec![];
        let unknown = vec![];
        Self { whose, known, args, keys, not, last_line: None, unknown }
    }

    fn property(&self, name: &str) -> Option<Property<'a>> {
        self.known.iter().find(|(known, _)| *known == name).copied()
    }

    /// Reads one argument.
    fn take(&mut self, key: &str, value: Value) -> Result<(), ToolError> {
        let own = self.property(key);
        let own = own.or_else(|| {
            self.known.iter().find(|(name, _)| super::spellings::is_same(key, name)).copied()
        });
        if let Some(property) = own
            && !super::spellings::is_converted(self.whose, key, &value)
        {
            return self.insert(property, key, value);
        }
        let is_own = |name: &str| self.property(name).is_some();
        match super::spellings::read(self.whose, key, &value, is_own) {
            Some(Reading::Same(name)) => self.insert_named(name, key, value),
            Some(Reading::Argument(name, value)) => self.insert_named(name, key, value),
            Some(Reading::Not(name, never, instead)) => {
                if let Some(property) = self.property(name) {
                    self.not.push((property, never, instead, key.to_owned()));
                }
                Ok(())
            }
            Some(Reading::Lines(first, last)) => {
                if let Some(last) = last {
                    match &self.last_line {
                        Some((known, other)) if *known != last => {
                            return Err(given_twice("limit", other, key));
                        }
                        _ => self.last_line = Some((last, key.to_owned())),
                    }
                }
                match first {
                    Some(first) => self.insert_named("offset", key, first.into()),
                    None => Ok(()),
                }
            }
            Some(Reading::Nothing) => Ok(()),
            Some(Reading::Instead(hint)) => {
                self.unknown.push((key.to_owned(), Some(hint)));
                Ok(())
            }
            None => {
                self.unknown.push((key.to_owned(), None));
                Ok(())
            }
        }
    }

    fn insert_named(&mut self, name: &str, key: &str, value: Value) -> Result<(), ToolError> {
        match self.property(name) {
            Some(property) => self.insert(property, key, value),
            None => {
                self.unknown.push((key.to_owned(), None));
                Ok(())
            }
        }
    }

    fn insert(
        &mut self,
        (name, property): Property<'a>,
        key: &str,
        value: Value,
    ) -> Result<(), ToolError> {
        let number = value.as_i64();
        let value = fit(name, property, value, object).map_err(|error| match number {
            Some(number @ ..0) if name == "offset" && self.property("tail").is_some() => {
                error.hint(format!("`tail`={} reads the end", number.unsigned_abs()))
            }
            _ => error,
        })?;
        match self.args.get(name) {
            Some(given) if *given == value => {}
            Some(_) => return Err(given_twice(name, self.key_of(name), key)),
            None => {
                self.args.insert(name.to_owned(), value);
                self.keys.push((name, key.to_owned()));
            }
        }
        Ok(())
    }

    /// Under which name an argument was sent.
    fn key_of(&self, name: &str) -> &str {
        self.keys.iter().find(|(known, _)| *known == name).map_or("", |(_, key)| key)
    }

    /// All arguments, once each was read.
    fn finish(mut self, schema: &Object) -> Result<Object, ToolError> {
        if !self.unknown.is_empty() {
            return Err(unknown(self.whose, &self.unknown, &self.known));
        }
        for (property, never, instead, key) in std::mem::take(&mut self.not) {
            match (self.args.get(property.0), instead) {
                (Some(value), _) if value == never => {
                    return Err(given_twice(property.0, self.key_of(property.0), &key));
                }
                (None, Some(instead)) => self.insert(property, &key, instead.into())?,
                _ => {}
            }
        }
        if let Some((last, key)) = self.last_line.take() {
            let first = self.args.get("offset").and_then(Value::as_u64).unwrap_or(1);
            let Some(further) = last.checked_sub(first) else {
                let key = printable(&key);
                return Err(bad(format!("`{key}` {last} is before the first line, {first}"), None));
            };
            self.insert_named("limit", &key, further.saturating_add(1).into())?;
        }
        for name in required(schema) {
            if !self.args.contains_key(name) {
                let example = self.property(name).and_then(|(_, property)| example(property));
                return Err(bad(format!("`{name}` is missing"), example));
            }
        }
        Ok(self.args)
    }
}

/// The most arguments that are looked at: each that is not known is compared with all names of the table.
const MAX_KEYS: usize = 60;
/// The most names that one error tells.
const MAX_TOLD: usize = 20;

/// Two names of one argument with different values.
fn given_twice(name: &str, one: &str, other: &str) -> ToolError {
    let one = printable(one);
    let other = printable(other);
    let sentence = format!("`{one}` and `{other}` give different values for `{name}`");
    ToolError::new(Code::BadArgs, sentence).hint(format!("give `{name}` only"))
}

/// The names that a tool has no argument for, each with what to use where that is known.
fn unknown(tool: &str, keys: &[(String, Option<&str>)], known: &[Property<'_>]) -> ToolError {
    let told = keys.iter().take(MAX_TOLD);
    let names: Vec<_> = told.clone().map(|(key, _)| format!("`{}`", printable(key))).collect();
    let (s, more) = match keys.len() {
        1 => ("", String::new()),
        all if all > MAX_TOLD => ("s", format!(" and {} more", all - MAX_TOLD)),
        _ => ("s", String::new()),
    };
    let mut hints: Vec<String> = told
        .filter_map(|(key, hint)| hint.map(|hint| format!("`{}`: {hint}", printable(key))))
        .collect();
    if keys.iter().any(|(_, hint)| hint.is_none()) {
        let names: Vec<_> = known.iter().map(|(name, _)| format!("`{name}`")).collect();
        let takes = if names.is_empty() {
            "it takes none".into()
        } else {
            format!("it takes {}", names.join(", "))
        };
        hints.push(takes);
    }
    let sentence = format!("{tool} has no argument{s} {}{more}", names.join(", "));
    ToolError::new(Code::BadArgs, sentence).hint(hints.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::schema::{for_clients, schema};
    use schemars::JsonSchema;
    use serde::Deserialize;
    use serde_json::json;

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    #[serde(rename_all = "lowercase")]
    enum Sort {
        Name,
        Size,
    }

    #[derive(Debug, PartialEq, Deserialize, JsonSchema)]
    struct Args {
        /// Which file.
        #[schemars(example = "src/main.rs")]
        path: String,
        /// How many.
        #[serde(default)]
        #[schemars(example = 200)]
        max_lines: Option<u32>,
        /// Whether.
        #[serde(default)]
        dry_run: bool,
        /// Which ones.
        #[serde(default)]
        exclude: Vec<String>,
        /// In which order.
        #[serde(default)]
        sort_by: Option<Sort>,
    }

    fn read(sent: Value) -> Result<Args, ToolError> {
        let Value::Object(sent) = sent else { panic!("not an object") };
        parse("demo", &schema::<Args>(), sent)
    }

    #[test]
    fn what_agents_really_send_is_understood() {
        let want = Args {
            path: "a".into(),
            max_lines: Some(5),
            dry_run: true,
            exclude: vec!["x".into()],
            sort_by: Some(Sort::Size),
        };
        for sent in [
            json!({"path": "a", "max_lines": 5, "dry_run": true, "exclude": ["x"], "sort_by": "size"}),
            json!({"file_path": "a", "maxLines": "5", "dryRun": "true", "exclude": "x", "sortBy": "size"}),
            json!({"filePath": "a", "max-lines": 5.0, "dry_run": true, "exclude": "[\"x\"]", "sort_by": "size"}),
        ] {
            assert_eq!(read(sent.clone()).unwrap(), want, "{sent}");
        }
        assert_eq!(read(json!({"path": "a", "max_lines": null})).unwrap().max_lines, None);
    }

    #[test]
    fn what_cannot_be_meant_names_the_argument_and_an_example() {
        for (sent, text) in [
            (json!({}), "bad_args: `path` is missing\nhint: such as \"src/main.rs\""),
            (
                json!({"path": 4}),
                "bad_args: `path` has to be a string, not a number\nhint: such as \"src/main.rs\"",
            ),
            (
                json!({"path": "a", "max_lines": "many"}),
                "bad_args: `max_lines` has to be a whole number, not a string\nhint: such as 200",
            ),
            (
                json!({"path": "a", "max_lines": -1}),
                "bad_args: `max_lines` has to be at least 0, not -1\nhint: such as 200",
            ),
            (
                json!({"path": "a", "sort_by": "age"}),
                "bad_args: `sort_by` has to be one of name, size",
            ),
            (
                json!({"path": "a", "depth": 3}),
                "bad_args: demo has no argument `depth`\nhint: it takes `dry_run`, \
                 `exclude`, `max_lines`, `path`, `sort_by`",
            ),
            (
                json!({"path": "a", "file_path": "b"}),
                "bad_args: `file_path` and `path` give different values for `path`\nhint: give `path` only",
            ),
            (
                json!({"path": "a", "max_lines": 1.5}),
                "bad_args: `max_lines` has to be a whole number, not a fraction\nhint: such as 200",
            ),
            (
                json!({"path": "a", "max_lines": 99_999_999_999_u64}),
                "bad_args: the arguments of demo do not fit together",
            ),
        ] {
            assert_eq!(read(sent.clone()).unwrap_err().to_string(), text, "{sent}");
        }
    }

    #[test]
    fn the_schema_holds_nothing_that_a_client_trips_over() {
        let text = Value::Object(for_clients(schema::<Args>())).to_string();
        for word in [
            "$schema",
            "$ref",
            "$defs",
            "anyOf",
            "oneOf",
            "allOf",
            "null",
            "format",
            "title",
            "examples",
            "VirtualPath",
        ] {
            assert!(!text.contains(word), "{word} in {text}");
        }
        assert!(text.contains("How many."), "{text}");
    }
}
