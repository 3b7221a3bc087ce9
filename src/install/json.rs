//! Changes of a JSON text that leave every other byte as it is: comments, trailing commas, line ends.
//!
//! An entry that was put in can be taken out again, and the text is then what it was. If the entry is the only one in
//! its container, its position shows who made the container: directly after the bracket, the container was there
//! before; on a line of its own, the container was added with the entry and is removed with it.
//!
//! After each change the text is parsed again: it must hold what it held, and the new entry.
//!
//! May import: nothing of this crate. A text that is not JSON is not repaired.

use std::ops::Range;

use jsonc_parser::common::Ranged as _;
use serde_json::{Map, Value};

use super::written::{Dialect, Doc, Found, quoted, range};
use crate::install::unreadable::Unreadable;

/// Is this an object with nothing in it, or no text at all?
pub(super) fn is_empty(text: &str, dialect: Dialect) -> bool {
    Doc::read(text, dialect)
        .and_then(|doc| doc.said())
        .is_ok_and(|value| value.as_object().is_some_and(Map::is_empty))
}

/// Puts a value at the end of these keys; objects on the way are made.
pub(super) fn set(
    text: &str,
    path: &[&str],
    value: &Value,
    dialect: Dialect,
) -> Result<String, Unreadable> {
    let doc = Doc::read(text, dialect)?;
    let mut wanted = doc.said()?;
    let text = match doc.find(path)? {
        // Nothing but blanks, or not even a file.
        Found::Nothing => {
            format!("{text}{}{}", doc.shown(&nested(path, value), ""), doc.line_end())
        }
        Found::All(found) if Value::from(found.value.clone()) == *value => text.to_owned(),
        Found::All(found) => {
            let line = doc.indent_of(found.range().start);
            doc.with(&[(range(found.value.range()), doc.shown(value, &line))])
        }
        Found::Until(container, rest) => {
            let Some((key, inner)) = rest.split_first() else { return Ok(text.to_owned()) };
            let value = nested(inner, value);
            doc.put_in(&container, &|line| format!("{}: {}", quoted(key), doc.shown(&value, line)))
        }
    };
    let place = path.iter().try_fold(&mut wanted, |at, key| {
        at.as_object_mut()
            .map(|object| object.entry(*key).or_insert_with(|| Value::Object(Map::new())))
    });
    *place.ok_or_else(Unreadable::unexpected)? = value.clone();
    verified(text, &wanted, dialect)
}

/// Takes out what is at the end of these keys, and the objects on the way that came with it.
pub(super) fn remove(text: &str, path: &[&str], dialect: Dialect) -> Result<String, Unreadable> {
    let doc = Doc::read(text, dialect)?;
    let mut depth = path.len();
    loop {
        let (Found::All(_), Some((key, above))) = (
            doc.find(path.get(..depth).unwrap_or_default())?,
            path.get(..depth).and_then(<[_]>::split_last),
        ) else {
            return Ok(text.to_owned());
        };
        let container = doc.container(above)?;
        let Some(index) = container.keys.iter().position(|k| k == key) else {
            return Ok(text.to_owned());
        };
        if container.items.len() == 1 && !container.was_empty() && !above.is_empty() {
            depth -= 1;
            continue;
        }
        let mut wanted = doc.said()?;
        at(&mut wanted, above)?.as_object_mut().map(|object| object.remove(*key));
        return verified(doc.take_out(&container, index..index + 1), &wanted, dialect);
    }
}

/// Puts items at the end of the array that is at the end of these keys, all of them in one piece. Those
/// that are there already in one piece stay as they are.
pub(super) fn append(
    text: &str,
    path: &[&str],
    items: &[&str],
    dialect: Dialect,
) -> Result<String, Unreadable> {
    let doc = Doc::read(text, dialect)?;
    let new: Vec<Value> = items.iter().map(|item| Value::from(*item)).collect();
    let Found::All(found) = doc.find(path)? else { return set(text, path, &new.into(), dialect) };
    let Value::Array(old) = Value::from(found.value.clone()) else {
        return Err(Unreadable::not_a("an array", path));
    };
    if run(&old, items).is_some() {
        return Ok(text.to_owned());
    }
    let container =
        Doc::container_of(&found.value).ok_or_else(|| Unreadable::not_a("an array", path))?;
    let text = doc.put_in(&container, &|line| {
        let between = container.between(&doc, line);
        items.iter().map(|item| quoted(item)).collect::<Vec<_>>().join(&format!(",{between}"))
    });
    let mut wanted = doc.said()?;
    *at(&mut wanted, path)? = old.into_iter().chain(new).collect();
    verified(text, &wanted, dialect)
}

/// Takes them out again, if they are there in one piece.
pub(super) fn take(
    text: &str,
    path: &[&str],
    items: &[&str],
    dialect: Dialect,
) -> Result<String, Unreadable> {
    let doc = Doc::read(text, dialect)?;
    let Found::All(found) = doc.find(path)? else { return Ok(text.to_owned()) };
    let Value::Array(mut old) = Value::from(found.value.clone()) else {
        return Ok(text.to_owned());
    };
    let (Some(which), Some(container)) = (run(&old, items), Doc::container_of(&found.value)) else {
        return Ok(text.to_owned());
    };
    if which.len() == container.items.len() && !container.was_empty() {
        return remove(text, path, dialect);
    }
    let text = doc.take_out(&container, which.clone());
    let mut wanted = doc.said()?;
    let at = path.iter().try_fold(&mut wanted, |at, key| at.get_mut(key));
    old.drain(which);
    *at.ok_or_else(Unreadable::unexpected)? = old.into();
    verified(text, &wanted, dialect)
}

/// Where these strings are, one after the other; the last such place.
fn run(all: &[Value], items: &[&str]) -> Option<Range<usize>> {
    let mut starts = all.windows(items.len().max(1)).enumerate();
    let found = starts.rfind(|(_, some)| some.iter().zip(items).all(|(a, b)| a == b));
    found.map(|(at, some)| at..at + some.len())
}

/// The text, if it says what it is to say.
fn verified(text: String, wanted: &Value, dialect: Dialect) -> Result<String, Unreadable> {
    let said = Doc::read(&text, dialect)?.said()?;
    if said == *wanted { Ok(text) } else { Err(Unreadable::unexpected()) }
}

/// What stands at the end of these keys.
fn at<'v>(value: &'v mut Value, path: &[&str]) -> Result<&'v mut Value, Unreadable> {
    let found = path.iter().try_fold(value, |value, key| value.get_mut(key));
    found.ok_or_else(Unreadable::unexpected)
}

/// The value at the end of these keys, and nothing else.
fn nested(path: &[&str], value: &Value) -> Value {
    path.iter().rev().fold(value.clone(), |value, key| {
        Value::Object(Map::from_iter([((*key).to_owned(), value)]))
    })
}
