//! [`gathered`]: the arguments of `edit_file` where its one edit is sent flat, as most agents are trained to:
//! `{path, old_string, new_string, replace_all}`.
//!
//! May import: `tool`. Of the values it looks at nothing but their kind.

use serde_json::Value;

use crate::tool::Object;

const EDITS: &str = "edits";
const REPLACE_ALL: &str = "replace_all";
/// What others call an argument of an edit, without capitals and underscores.
const NAMES: [(&str, &str); 13] = [
    ("oldtext", "old_text"),
    ("oldstring", "old_text"),
    ("oldstr", "old_text"),
    ("oldcontent", "old_text"),
    ("search", "old_text"),
    ("newtext", "new_text"),
    ("newstring", "new_text"),
    ("newstr", "new_text"),
    ("newcontent", "new_text"),
    ("replace", "new_text"),
    ("replacement", "new_text"),
    ("replaceall", REPLACE_ALL),
    ("allowmultiple", REPLACE_ALL),
];

/// The arguments with what belongs to an edit in `edits`. Where `edits` holds some already, only
/// `replace_all` can be meant for them; a flat edit beside them has no clear meaning and stays.
pub(super) fn gathered(mut sent: Object) -> Object {
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
    let plain: String = key.chars().filter(|c| !matches!(c, '_' | '-')).collect();
    let plain = plain.to_ascii_lowercase();
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
