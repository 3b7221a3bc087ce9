//! Changes of a TOML text that leave every other byte as it is.
//!
//! A table is put at the end, after an empty line, and taken out with that line. A value is put directly after the
//! header of its table. If the table was empty, the value is indented, and the table stays when the value is removed.
//! After each change the text is parsed again: it must hold what it held, and the new entry.
//!
//! May import: nothing of this crate. A table that is written in one line is not changed: that is
//! refused.

use std::ops::Range;

use toml::de::{DeTable, DeValue};
use toml::{Table, Value};

use crate::install::unreadable::Unreadable;

/// What some editors put before a text.
const MARK: char = '\u{FEFF}';
/// Before a value that is alone in a table which was there before.
const ALONE: &str = "  ";

/// Puts a value at the end of these keys: a table in lines of its own, anything else in the table that
/// holds it.
pub(super) fn set(
    text: &str,
    path: &[&str],
    value: &serde_json::Value,
) -> Result<String, Unreadable> {
    let value = Value::try_from(value).map_err(|_| Unreadable::unexpected())?;
    if get(text, path)?.as_ref() == Some(&value) {
        return Ok(text.to_owned());
    }
    match (value, get(text, path)?) {
        (Value::Table(table), Some(Value::Table(_))) => replace(text, path, &table),
        (Value::Table(table), None) => append(text, path, &table),
        (Value::Table(_), Some(_)) => Err(Unreadable::not_a("a table", path)),
        (value, _) => set_key(&remove(text, path)?, path, &value),
    }
}

/// Takes out what is at the end of these keys.
pub(super) fn remove(text: &str, path: &[&str]) -> Result<String, Unreadable> {
    match get(text, path)? {
        None => Ok(text.to_owned()),
        Some(Value::Table(_)) => remove_table(text, path),
        Some(_) => remove_key(text, path),
    }
}

/// Says nothing?
pub(super) fn is_empty(text: &str) -> bool {
    read(text).is_ok_and(|table| table.is_empty())
}

/// What the text says at the end of these keys, if anything.
fn get(text: &str, path: &[&str]) -> Result<Option<Value>, Unreadable> {
    let all = Value::Table(read(text)?);
    Ok(path.iter().try_fold(&all, |value, key| value.get(key)).cloned())
}

/// Puts a table in the place of another.
fn replace(text: &str, path: &[&str], table: &Table) -> Result<String, Unreadable> {
    let mut wanted = read(text)?;
    place(&mut wanted, path)?.clone_from(table);
    let old = block(text, path)?;
    let end = text
        .get(old.clone())
        .map_or("", |old| if old.ends_with('\n') { line_end(text) } else { "" });
    let before = text.get(..old.start);
    let behind = text.get(old.end..);
    let new =
        [before.unwrap_or_default(), &lines(text, path, table), end, behind.unwrap_or_default()];
    verified(new.concat(), &wanted)
}

/// Puts a table at the end.
fn append(text: &str, path: &[&str], table: &Table) -> Result<String, Unreadable> {
    let mut wanted = read(text)?;
    place(&mut wanted, path)?.extend(table.clone());
    let end = line_end(text);
    let block = lines(text, path, table);
    let new = match text.strip_prefix(MARK).unwrap_or(text) {
        "" => format!("{text}{block}{end}"),
        body if body.ends_with('\n') => format!("{text}{end}{block}{end}"),
        // It had no end of line, and has none again.
        _ => format!("{text}{end}{end}{block}"),
    };
    verified(new, &wanted)
}

/// Puts a value after the header of its table.
fn set_key(text: &str, path: &[&str], value: &Value) -> Result<String, Unreadable> {
    let Some((key, above)) = path.split_last() else { return Err(Unreadable::unexpected()) };
    let new = Table::from_iter([((*key).to_owned(), value.clone())]);
    let Some(start) = header_of(text, above)? else { return append(text, above, &new) };
    let mut wanted = read(text)?;
    let table = place(&mut wanted, above)?;
    let said = table.values().any(|value| !value.is_table());
    let line = format!("{}{}", if said { "" } else { ALONE }, line(key, value));
    table.extend(new);
    let end = line_end(text);
    let rest = text.get(start..).unwrap_or_default();
    let new = match rest.find('\n') {
        Some(len) => {
            let (before, behind) = text.split_at(start + len + 1);
            format!("{before}{line}{end}{behind}")
        }
        None => format!("{text}{end}{line}"),
    };
    verified(new, &wanted)
}

/// Takes a value out, and its table if that came with it.
fn remove_key(text: &str, path: &[&str]) -> Result<String, Unreadable> {
    let apart = || Unreadable(format!("`{}` is not in a line of its own", path.join(".")));
    let Some((key, above)) = path.split_last() else { return Ok(text.to_owned()) };
    let mut wanted = read(text)?;
    let table = place(&mut wanted, above)?;
    let value = table.remove(*key).ok_or_else(Unreadable::unexpected)?;
    let is_alone = table.values().all(Value::is_table);
    let all = parse(text)?;
    let mut ours = vec![];
    let mut others = vec![];
    spans(all.get_ref(), &mut vec![], path, &mut ours, &mut others);
    let at = ours.iter().map(|span| span.start).min().ok_or_else(apart)?;
    let start = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let rest = text.get(start..).unwrap_or_default();
    let found = rest.lines().next().unwrap_or_default();
    if found.trim() != line(key, &value) {
        return Err(apart());
    }
    let end = start + rest.find('\n').map_or(rest.len(), |at| at + 1);
    let header = header_of(text, above)?.filter(|_| is_alone && !found.starts_with(ALONE));
    let new = match header {
        Some(header) => without_block(text, header..end),
        None if end == text.len() && !text.ends_with('\n') => {
            without_line_end(text.get(..start).unwrap_or_default()).to_owned()
        }
        None => [text.get(..start), text.get(end..)].map(Option::unwrap_or_default).concat(),
    };
    if read(&new)? != wanted {
        prune(&mut wanted, above);
    }
    verified(new, &wanted)
}

/// Takes the table out, with all below it, and those above that say nothing else.
fn remove_table(text: &str, path: &[&str]) -> Result<String, Unreadable> {
    let mut wanted = read(text)?;
    let Some((key, above)) = path.split_last() else { return Ok(text.to_owned()) };
    place(&mut wanted, above)?.remove(*key);
    let block = block(text, path)?;
    let new = without_block(text, block);
    if read(&new)? != wanted {
        // They had no lines of their own.
        prune(&mut wanted, above);
    }
    verified(new, &wanted)
}

/// The text without some lines at its end, or before other tables, and without the empty line before them,
/// which came with them.
fn without_block(text: &str, block: Range<usize>) -> String {
    let before = text.get(..block.start).unwrap_or_default();
    let behind = text.get(block.end..).unwrap_or_default();
    let shorter = without_line_end(before);
    let before = if behind.is_empty() && !text.ends_with('\n') {
        without_line_end(shorter)
    } else if shorter.ends_with('\n') {
        shorter
    } else {
        before
    };
    format!("{before}{behind}")
}

/// Removes the tables on the way that say nothing.
fn prune(table: &mut Table, path: &[&str]) {
    if let Some((key, below)) = path.split_first() {
        if let Some(inner) = table.get_mut(*key).and_then(Value::as_table_mut) {
            prune(inner, below);
        }
        if table.get(*key).and_then(Value::as_table).is_some_and(Table::is_empty) {
            table.remove(*key);
        }
    }
}

/// The lines of a table and of those below it.
fn block(text: &str, path: &[&str]) -> Result<Range<usize>, Unreadable> {
    let apart = || Unreadable(format!("`{}` is not one table in lines of its own", path.join(".")));
    let all = parse(text)?;
    let mut ours = vec![];
    let mut others = vec![];
    spans(all.get_ref(), &mut vec![], path, &mut ours, &mut others);
    let start = ours.iter().map(|span| span.start).min().ok_or_else(apart)?;
    let end = ours.iter().map(|span| span.end).max().ok_or_else(apart)?;
    let start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
    let end =
        text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| end + at + 1);
    let is_header = text.get(start..).is_some_and(|line| line.trim_start().starts_with('['));
    if !is_header || others.iter().any(|span| span.start >= start && span.end <= end) {
        return Err(apart());
    }
    Ok(start..end)
}

/// Where keys and values are that belong to the table, and those that do not.
fn spans(
    table: &DeTable<'_>,
    at: &mut Vec<String>,
    path: &[&str],
    ours: &mut Vec<Range<usize>>,
    others: &mut Vec<Range<usize>>,
) {
    for (key, value) in table {
        at.push(key.get_ref().to_string());
        let is_ours = at.len() >= path.len() && at.iter().zip(path).all(|(a, b)| a == b);
        // A key above is said again in each header.
        let is_above = at.len() < path.len() && at.iter().zip(path).all(|(a, b)| a == b);
        if is_ours {
            ours.push(key.span());
        } else if !is_above {
            others.push(key.span());
        }
        match value.get_ref() {
            DeValue::Table(inner) => spans(inner, at, path, ours, others),
            _ if is_ours => ours.push(value.span()),
            _ => others.push(value.span()),
        }
        at.pop();
    }
}

/// The table at the end of these keys, made where it is missing.
fn place<'t>(table: &'t mut Table, path: &[&str]) -> Result<&'t mut Table, Unreadable> {
    path.iter().try_fold(table, |at, key| {
        let value = at.entry((*key).to_owned()).or_insert_with(|| Value::Table(Table::new()));
        value.as_table_mut().ok_or_else(|| Unreadable::not_a("a table", path))
    })
}

/// Where the line is that is the header of this table.
fn header_of(text: &str, path: &[&str]) -> Result<Option<usize>, Unreadable> {
    if get(text, path)?.is_none() {
        return Ok(None);
    }
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let inner = line.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']'));
        if inner.is_some_and(|(keys, _)| keys.split('.').map(str::trim).eq(path.iter().copied())) {
            return Ok(Some(at));
        }
        at += line.len();
    }
    Ok(None)
}

fn read(text: &str) -> Result<Table, Unreadable> {
    let read = text.strip_prefix(MARK).unwrap_or(text).parse::<Table>();
    read.map_err(|error| Unreadable(error.message().to_owned()))
}

fn parse(text: &str) -> Result<toml::Spanned<DeTable<'_>>, Unreadable> {
    DeTable::parse(text).map_err(|error| Unreadable(error.message().to_owned()))
}

fn verified(text: String, wanted: &Table) -> Result<String, Unreadable> {
    if read(&text)? == *wanted { Ok(text) } else { Err(Unreadable::unexpected()) }
}

fn line_end(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

fn without_line_end(text: &str) -> &str {
    text.strip_suffix("\r\n").or_else(|| text.strip_suffix('\n')).unwrap_or(text)
}

/// A table as it is written, without the last end of line.
fn lines(text: &str, path: &[&str], table: &Table) -> String {
    let header = path.iter().map(|key| written(key)).collect::<Vec<_>>().join(".");
    let mut lines = vec![format!("[{header}]")];
    lines.extend(table.iter().map(|(key, value)| line(key, value)));
    lines.join(line_end(text))
}

fn line(key: &str, value: &Value) -> String {
    format!("{} = {value}", written(key))
}

/// A key as TOML writes it.
fn written(key: &str) -> String {
    let is_bare =
        !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    if is_bare { key.to_owned() } else { Value::from(key).to_string() }
}
