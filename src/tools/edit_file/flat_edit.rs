//! [`gathered`]: the arguments of `edit_file` where its one edit is sent flat, as most agents are trained to:
//! `{path, old_string, new_string, replace_all}`.
//!
//! May import: `tool`. Of the values it looks at nothing but their kind.

use serde_json::Value;

use crate::tool::Object;

const EDITS: &str = "edits";
const REPLACE_ALL: &str = "replace_all";
/// What others call an argument of an edit, without capitals and underscores.
const NAMES: [(&str, &str); 36] = [
    ("oldtext", "old_text"),
    ("oldstring", "old_text"),
    ("oldstr", "old_text"),
    ("oldcontent", "old_text"),
    ("oldcontents", "old_text"),
    ("oldcode", "old_text"),
    ("oldvalue", "old_text"),
    ("original", "old_text"),
    ("originaltext", "old_text"),
    ("originalcontent", "old_text"),
    ("targetcontent", "old_text"),
    ("search", "old_text"),
    ("searchtext", "old_text"),
    ("searchstring", "old_text"),
    ("searchblock", "old_text"),
    ("find", "old_text"),
    ("findtext", "old_text"),
    ("findstring", "old_text"),
    ("newtext", "new_text"),
    ("newstring", "new_text"),
    ("newstr", "new_text"),
    ("newcontent", "new_text"),
    ("newcontents", "new_text"),
    ("newcode", "new_text"),
    ("newvalue", "new_text"),
    ("replace", "new_text"),
    ("replacewith", "new_text"),
    ("replacetext", "new_text"),
    ("replacestring", "new_text"),
    ("replaceblock", "new_text"),
    ("replacement", "new_text"),
    ("replacementtext", "new_text"),
    ("replacementcontent", "new_text"),
    ("updated", "new_text"),
    ("replaceall", REPLACE_ALL),
    ("allowmultiple", REPLACE_ALL),
];

/// Arguments by which others say where to write, instead of an old text.
const PLACES: [&str; 22] = [
    "startline",
    "endline",
    "line",
    "lines",
    "linenumber",
    "linestart",
    "lineend",
    "linerange",
    "range",
    "insertline",
    "insertat",
    "afterline",
    "position",
    "inserttext",
    "insertafter",
    "insertbefore",
    "firstline",
    "lastline",
    "fromline",
    "toline",
    "pattern",
    "regexpattern",
];
/// What others call the tool's only command.
const COMMANDS: [&str; 4] = ["strreplace", "replace", "edit", "strreplaceedit"];

/// The arguments with what belongs to an edit in `edits`. Where `edits` holds some already, only
/// `replace_all` can be meant for them; a flat edit beside them has no clear meaning and stays.
pub(super) fn gathered(mut sent: Object) -> Object {
    if sent
        .get("command")
        .and_then(Value::as_str)
        .is_some_and(|name| COMMANDS.contains(&&*plain(name)))
    {
        sent.remove("command");
    }
    let is_one = |key: &String| sent.get(key).is_some_and(|value| ours(key, value).is_some());
    let flat: Vec<String> = sent.keys().filter(|key| is_one(key)).cloned().collect();
    let has_edits = sent.get(EDITS).is_some_and(|edits| !is_empty(edits));
    if has_edits {
        let alone = flat.as_slice();
        if let [key] = alone
            && sent.get(key).and_then(|value| ours(key, value)) == Some(REPLACE_ALL)
            && let Some(value) = sent.remove(key)
        {
            each(&mut sent, |edit| {
                edit.entry(REPLACE_ALL).or_insert_with(|| value.clone());
            });
        }
    } else if has_no_old_text(&sent, &flat) {
        // It stays, so that the answer says what to give instead of a place.
    } else if !flat.is_empty() {
        let mut edit = Object::new();
        for key in flat {
            if let Some(value) = sent.remove(&key) {
                edit.insert(key, value);
            }
        }
        sent.insert(EDITS.into(), Value::Array(vec![Value::Object(edit)]));
    }
    each(&mut sent, |edit| *edit = named(std::mem::take(edit)));
    sent
}

/// Is the text to be put at a place by number, or by another command, and no old text is given?
fn has_no_old_text(sent: &Object, flat: &[String]) -> bool {
    let is_old =
        |key: &String| sent.get(key).and_then(|value| ours(key, value)) == Some("old_text");
    let is_place = |key: &String| key == "command" || PLACES.contains(&&*plain(key));
    !flat.iter().any(is_old) && sent.keys().any(is_place)
}

/// A name without separators and capitals.
fn plain(key: &str) -> String {
    let letters = key.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters.map(|c| c.to_ascii_lowercase()).collect()
}

/// Does something with each edit that is an object.
fn each(sent: &mut Object, mut with: impl FnMut(&mut Object)) {
    match sent.get_mut(EDITS) {
        Some(Value::Array(edits)) => {
            edits.iter_mut().filter_map(Value::as_object_mut).for_each(with);
        }
        Some(Value::Object(edit)) => with(edit),
        _ => {}
    }
}

/// An edit under our names. Where two of its names mean the same, the foreign one stays, so that it is refused.
fn named(edit: Object) -> Object {
    let given: Vec<String> = edit.keys().cloned().collect();
    let mut all = Object::new();
    for (key, value) in edit {
        match ours(&key, &value) {
            Some(name) if !all.contains_key(name) && !given.iter().any(|key| key == name) => {
                all.insert(name.to_owned(), value)
            }
            _ => all.insert(key, value),
        };
    }
    all
}

/// Which argument of an edit is meant.
fn ours(key: &str, value: &Value) -> Option<&'static str> {
    let plain = plain(key);
    let (_, name) = NAMES.iter().find(|(theirs, _)| *theirs == plain)?;
    // `replace` may be a text or a switch, and only the text is meant here.
    let is_switch = plain == "replace" && !value.is_string();
    (!is_switch).then_some(*name)
}

fn is_empty(edits: &Value) -> bool {
    match edits {
        Value::Null => true,
        Value::Array(edits) => edits.is_empty(),
        Value::String(edits) => ["", "[]", "null"].contains(&edits.trim()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_flat_edit_is_gathered() {
        let one = json!({"path": "f", "edits": [{"old_text": "a", "new_text": "b"}]});
        let all = json!({"path": "f", "edits": [{"old_text": "a", "new_text": "b", "replace_all": true}]});
        for (sent, want) in [
            (json!({"path": "f", "old_text": "a", "new_text": "b"}), &one),
            (json!({"path": "f", "old_string": "a", "new_string": "b"}), &one),
            (json!({"path": "f", "oldText": "a", "newText": "b"}), &one),
            (json!({"path": "f", "old_str": "a", "new_str": "b", "edits": []}), &one),
            (json!({"path": "f", "search": "a", "replace": "b", "edits": null}), &one),
            (json!({"path": "f", "old_string": "a", "new_string": "b", "replace_all": true}), &all),
            (json!({"path": "f", "old_string": "a", "new_string": "b", "replaceAll": true}), &all),
            (
                json!({"path": "f", "edits": [{"old_str": "a", "new_str": "b"}], "replace_all": true}),
                &all,
            ),
            (json!({"path": "f", "edits": [{"search": "a", "replace": "b"}]}), &one),
        ] {
            let Value::Object(object) = sent.clone() else { panic!("{sent}") };
            assert_eq!(&Value::Object(gathered(object)), want, "{sent}");
        }
    }

    #[test]
    fn what_has_no_clear_meaning_stays() {
        for sent in [
            json!({"path": "f", "edits": [{"old_text": "a", "new_text": "b"}], "old_text": "c", "new_text": "d"}),
            json!({"path": "f", "edits": [{"old_text": "a", "old_string": "b", "new_text": "c"}]}),
            json!({"path": "f"}),
            json!({"path": "f", "edits": "[{}]"}),
        ] {
            let Value::Object(object) = sent.clone() else { panic!("{sent}") };
            assert_eq!(Value::Object(gathered(object)), sent);
        }
    }
}
