//! Any bytes as a file, edited: the result is the requested text in the same encoding, unchanged bytes stay the same, and
//! the file reads as that text.

use arbitrary::{Arbitrary, Result, Unstructured};
use preopen::text::{Document, Edit, Most, apply, unified};

use crate::served::budget;

#[derive(Arbitrary, Debug)]
struct RandomEdit<'a> {
    /// The position and the length of the old text.
    from: u16,
    len: u8,
    /// The old text, if it is not taken from the file.
    other: Option<&'a str>,
    new: &'a str,
    replace_all: bool,
}

pub fn run(bytes: &[u8]) {
    let _ = edited(Unstructured::new(bytes));
}

fn edited(mut bytes: Unstructured<'_>) -> Result<()> {
    let asked: Vec<RandomEdit<'_>> = (0..bytes.int_in_range(1..=3)?)
        .map(|_| RandomEdit::arbitrary(&mut bytes))
        .collect::<Result<_>>()?;
    let file = bytes.take_rest();
    let Ok(document) = Document::new("f", file.to_vec()) else { return Ok(()) };
    assert_eq!(document.bytes(), file);
    let text = document.text();
    let olds: Vec<String> = asked.iter().map(|edit| old(text, edit)).collect();
    let edits: Vec<Edit<'_>> = olds
        .iter()
        .zip(&asked)
        .map(|(old, edit)| Edit {
            old_text: old,
            new_text: edit.new,
            replace_all: edit.replace_all,
        })
        .collect();
    let Ok(edited) = apply(text, &edits, &budget()) else { return Ok(()) };
    let after = edited.text(text);
    if let [edit] = edits[..] {
        check_replacement(text, edit, &after);
    }
    let diff = unified(text, &edited, Most { lines: usize::MAX, chars: usize::MAX });
    assert_eq!(diff.text.is_empty(), text == after, "{diff:?}");
    let Ok(pieces) = document.edited(&edited, &budget()) else { return Ok(()) };
    let made = pieces.concat();
    check_unchanged_bytes(file, &made, text, &after);
    // The detected encoding may differ after the edit, but UTF-8 is unambiguous.
    if document.encoding().is_none() {
        assert_eq!(std::str::from_utf8(&made).ok(), Some(&*after));
    }
    Ok(())
}

fn old(text: &str, edit: &RandomEdit<'_>) -> String {
    let chars = text.chars().count().max(1);
    let taken = text.chars().skip(usize::from(edit.from) % chars).take(usize::from(edit.len % 32));
    edit.other.map_or_else(|| taken.collect(), Into::into)
}

/// Checks that an edit without CRLF line ends has the same result as `str::replace`.
fn check_replacement(text: &str, edit: Edit<'_>, after: &str) {
    let Edit { old_text, new_text, replace_all } = edit;
    if [text, old_text, new_text].iter().any(|text| text.contains('\r')) {
        return;
    }
    let expected = if replace_all {
        text.replace(old_text, new_text)
    } else {
        text.replacen(old_text, new_text, 1)
    };
    assert_eq!(after, expected, "{edit:?}");
}

/// Checks that at least as many bytes as characters are unchanged, at the start and at the end.
fn check_unchanged_bytes(before: &[u8], after: &[u8], was: &str, is: &str) {
    let same = was.chars().zip(is.chars()).take_while(|(a, b)| a == b).count();
    let same_bytes = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    assert!(same_bytes >= same.min(before.len()), "{same} characters, {same_bytes} bytes");
    let same = was.chars().rev().zip(is.chars().rev()).take_while(|(a, b)| a == b).count();
    let same_bytes =
        before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    assert!(same_bytes >= same.min(before.len()), "{same} last characters, {same_bytes} bytes");
}
